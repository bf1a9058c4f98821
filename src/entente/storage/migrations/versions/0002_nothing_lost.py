"""Nothing lost: what the exchange under fire needs to keep.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.String(27)


def upgrade() -> None:
    """Make what schema 2 adds to schema 1."""
    op.create_table(
        "body_heard",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("body", name=op.f("pk_body_heard")),
    )
