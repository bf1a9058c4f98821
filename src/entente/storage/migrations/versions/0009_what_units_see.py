"""What a body lets the officers of each of its units see, and who decided it.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make what schema 9 adds."""
    op.create_table(
        "unit_limits",
        sa.Column("id", TEXT, nullable=False),
        _text("unit"),
        _text("document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_limits")),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
