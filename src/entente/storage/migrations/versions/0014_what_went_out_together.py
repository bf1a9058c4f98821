"""Which messages of ours went out in one act to several.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on. What was sent before
knows no act, and is recalled message by message.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make what schema 14 adds."""
    op.create_table(
        "message_act",
        sa.Column("message", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_message_act")),
    )
    op.create_index(op.f("ix_message_act_act"), "message_act", ["act"], unique=False)
