"""The case file: who may know of a case, tasks, exhibits with their chains of custody, and what was seen as it was decided.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what schema 7 adds."""
    op.create_table(
        "case_member", _text("case_number"), _text("officer"), _of_case("case_member"),
        _key("case_member", "case_number", "officer"),
    )  # fmt: skip
    op.create_table(
        "case_task", _position(), _text("id"), _text("case_number"), _text("officer"),
        sa.Column("is_open", sa.Boolean(), nullable=False), sa.Column("due_at", MOMENT, nullable=True), _text("document"),
        _of_case("case_task"), _key("case_task", "position"), sa.UniqueConstraint("id", name=op.f("uq_case_task_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_case_task_case_number"), "case_task", ["case_number"])
    op.create_index(op.f("ix_case_task_officer_is_open"), "case_task", ["officer", "is_open"])
    op.create_table(
        "case_exhibit", _position(), _text("id"), _text("case_number"), _text("entered_in"), _text("document"),
        _of_case("case_exhibit"), _key("case_exhibit", "position"), sa.UniqueConstraint("id", name=op.f("uq_case_exhibit_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_case_exhibit_case_number"), "case_exhibit", ["case_number"])
    op.create_index(op.f("ix_case_exhibit_entered_in"), "case_exhibit", ["entered_in"])
    op.create_table(
        "case_hand_over", _position(), _text("exhibit"), _text("document"),
        sa.ForeignKeyConstraint(["exhibit"], ["case_exhibit.id"], name=op.f("fk_case_hand_over_exhibit_case_exhibit")),
        _key("case_hand_over", "position"),
    )  # fmt: skip
    op.create_index(op.f("ix_case_hand_over_exhibit"), "case_hand_over", ["exhibit"])
    op.create_table(
        "decision_basis", _position(), _text("case_number"), _text("item"),
        sa.Column("record_number", NUMBER, nullable=True), _text("document"), _text("seen"),
        sa.ForeignKeyConstraint(["record_number"], ["record.number"], name=op.f("fk_decision_basis_record_number_record")),
        _key("decision_basis", "position"),
    )  # fmt: skip
    for column in ("case_number", "item", "record_number"):
        op.create_index(op.f(f"ix_decision_basis_{column}"), "decision_basis", [column])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _position() -> sa.Column[int]:
    return sa.Column("position", NUMBER, nullable=False)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_case_number_case_file")
    return sa.ForeignKeyConstraint(["case_number"], ["case_file.number"], name=name)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
