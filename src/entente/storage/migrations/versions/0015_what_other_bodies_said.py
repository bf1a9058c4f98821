"""What other bodies said of our hits and requests for leave, and since when an officer is to hear of it.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on. The hits of ours that
wait for an answer are entered, with the withdrawals of their records that are here. When leave was answered was not kept before:
those answers have no time, and raise nothing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT_CHARACTERS = 27
# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(MOMENT_CHARACTERS).with_variant(sa.String(MOMENT_CHARACTERS, collation="C"), "postgresql")
_HITS = sa.text(
    "SELECT id, document FROM correspondence_item WHERE family = 'hit' AND way = 'sent' AND state IN ('held', 'told')"
)
_WITHDRAWAL = sa.text("SELECT statement FROM record_withdrawal WHERE record_id = :record")
_NOTED = sa.text("SELECT 1 FROM message_step WHERE message = :item AND step = 'failure_noted'")


def upgrade() -> None:
    """Make what schema 15 adds, and enter the hits that wait."""
    item_news = op.create_table(
        "item_news",
        sa.Column("item", TEXT, nullable=False),
        sa.Column("record", TEXT, nullable=False),
        sa.Column("officer", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_item_news")),
    )
    op.create_index(op.f("ix_item_news_record"), "item_news", ["record"], unique=False)
    op.create_index(op.f("ix_item_news_is_open"), "item_news", ["is_open"], unique=False)
    connection = op.get_bind()
    for item, document in connection.execute(_HITS).fetchall():
        record = json.loads(document)["record"]
        withdrawal = connection.execute(_WITHDRAWAL, {"record": record}).scalar()
        at = None if withdrawal is None else _stored(json.loads(json.loads(withdrawal)["signed"])["at"])
        is_open = at is not None and connection.execute(_NOTED, {"item": item}).first() is None
        row = {"item": item, "record": record, "officer": "", "at": at, "is_open": is_open}
        connection.execute(sa.insert(item_news), row)


def _stored(at: str) -> str:
    """Return a time as the store sorts it; its signer may have written it in another form of RFC 3339."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
