"""An index of what the journal of a shift reads: a large import beside it made every look at the journal read all its rows.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JOURNAL = (
    "accept_successor", "accept_withdrawal", "acknowledge_page", "answer_hit", "ask_permission", "begin_shift",
    "conclude_message", "confirm_hit", "decide_held", "delivery_ended", "delivery_refused", "end_session",
    "envelope_set_aside", "erase_record", "finish_recovery", "forward_record", "grant_permission", "hand_over_shift",
    "hit", "hit_answer", "keep_roster", "message", "note_shift", "open_case", "page_officer", "participation",
    "permission_answer", "permission_request", "read_message", "recall", "recall_message", "recover_account",
    "restore", "resume", "send_message", "sign_in", "statement_held", "statement_set_aside", "suspend",
    "take_measure", "take_over_shift", "task_measure", "withdraw_record",
)  # fmt: skip


def upgrade() -> None:
    """Make what schema 11 adds."""
    written = ", ".join(f"'{verb}'" for verb in JOURNAL)
    of_journal = sa.text(f"verb IN ({written})")
    op.create_index(
        op.f("ix_trail_journal"),
        "trail",
        ["verb", "sequence"],
        sqlite_where=of_journal,
        postgresql_where=of_journal,
    )
