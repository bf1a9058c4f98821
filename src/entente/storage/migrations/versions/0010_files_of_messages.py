"""Which messages have which files.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make what schema 10 adds. No message of before has a file."""
    op.create_table(
        "message_blob",
        _text("message"),
        _text("blob"),
        sa.PrimaryKeyConstraint("message", "blob", name=op.f("pk_message_blob")),
    )
    op.create_index(op.f("ix_message_blob_blob"), "message_blob", ["blob"], unique=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
