"""Duty: shifts, the roster, and who is called.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what schema 6 adds."""
    op.create_table(
        "shift",
        _text("id"),
        _moment("began_at"),
        _text("officer"),
        _text("state"),
        _text("document"),
        _key("shift", "id"),
    )
    op.create_index(op.f("ix_shift_began_at"), "shift", ["began_at"])
    op.create_index(op.f("ix_shift_state"), "shift", ["state"])
    op.create_table(
        "shift_note",
        sa.Column("position", ROW_NUMBER, autoincrement=True, nullable=False),
        _text("shift"),
        _text("document"),
        sa.ForeignKeyConstraint(["shift"], ["shift.id"], name=op.f("fk_shift_note_shift_shift")),
        _key("shift_note", "position"),
    )
    op.create_index(op.f("ix_shift_note_shift"), "shift_note", ["shift"])
    op.create_table(
        "roster_entry",
        _text("id"),
        _moment("begins_at"),
        _moment("ends_at"),
        _text("document"),
        _key("roster_entry", "id"),
    )
    op.create_index(op.f("ix_roster_entry_ends_at"), "roster_entry", ["ends_at"])
    op.create_table(
        "page_call",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("item"),
        _text("ground"),
        _text("state"),
        _text("document"),
        _key("page_call", "number"),
        sa.UniqueConstraint("item", "ground", name=op.f("uq_page_call_item_ground")),
    )
    op.create_index(op.f("ix_page_call_state"), "page_call", ["state"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, MOMENT, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
