"""Which list a record stands on: so that what is gone from a newer issue of it can be told.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(27)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the entries of named lists."""
    op.create_table(
        "list_entry",
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("delisted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["record_number"], ["record.number"], name=op.f("fk_list_entry_record_number_record")),
        sa.PrimaryKeyConstraint("record_number", name=op.f("pk_list_entry")),
    )
    op.create_index(op.f("ix_list_entry_list_entry"), "list_entry", ["list", "entry"], unique=False)
