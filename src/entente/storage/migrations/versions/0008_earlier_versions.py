"""What our own records said before their newest version.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what schema 8 adds."""
    op.create_table(
        "record_version",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("record_number", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("schema"),
        _text("kind"),
        _moment("at"),
        _text("erase_on"),
        _moment("received_at"),
        _text("class_numbers"),
        _text("content"),
        _bytes("signed"),
        _text("signatures"),
        _bytes("statement_hash"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_version")),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_record_version_record_number_record")
        ),
        sa.UniqueConstraint("record_number", "version", name=op.f("uq_record_version_record_number_version")),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, MOMENT, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)
