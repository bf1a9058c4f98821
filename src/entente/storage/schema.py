"""The tables of a node's store: one set for every engine, named by one convention.

A document is kept whole, as canonical JSON text (`kernel.codec`), beside the columns that queries and unique keys need. The
exceptions are rows read by the thousand (trail, records), which have columns or a compact form of their own. Times are text
of one fixed form that sorts as time does; dates are ISO text.

Rule of the migrations: this file and the migrated store are the same schema (tests/storage/test_migration.py).
What a table means to its room is said in the file that reads it; docs/reference/store.md lists them for an operator.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from entente.duty.rules import JOURNAL
from entente.kernel.clock import format_time, parse_time

SCHEMA: Final = 15
"""The schema this code writes. The number of the newest file in migrations/versions."""
OLDEST_SCHEMA_OF_CODE: Final = 12
"""The schema number of the oldest code that may still use a store of SCHEMA; kept in the store itself.

Earlier code cannot erase a record that has links: they hang on its row, and that code does not know them. That of schema 9 and
before would erase the files of messages as files that no record has, and cannot read such a message; that of 8 does not know
what units may see at most, and would show their officers more."""

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
MOMENT_CHARACTERS: Final = 27
"""Length of a time as kernel.clock writes it."""
HASH_BYTES: Final = 32

metadata = sa.MetaData(naming_convention=NAMES)


_MOMENT: Final = sa.String(MOMENT_CHARACTERS)
_SORTED_MOMENT: Final = sa.String(MOMENT_CHARACTERS, collation="C")


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware time, kept as the text of kernel.clock, which sorts as time does on every engine."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[str]:
        """Return the engine's text; one that sorts by a language's rules is told not to."""
        return dialect.type_descriptor(_SORTED_MOMENT if dialect.name == "postgresql" else _MOMENT)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Write a time; a naive one is refused."""
        return _stored_text(value)

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], str | None]:  # noqa: ARG002
        """Return what writes times: with nothing around it, since an import writes six a record."""
        return _stored_text

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Read a time."""
        return None if value is None else stored_moment(value)


@functools.lru_cache(maxsize=1_024)
def stored_moment(text: str) -> datetime:
    """Read a time as it is kept; the records of one act carry the same few times."""
    return parse_time(text, "stored time")


def _stored_text(value: datetime | None) -> str | None:
    return None if value is None else _moment_text(value)


@functools.lru_cache(maxsize=1_024)
def _moment_text(value: datetime) -> str:
    # The rows of one act carry the same few times; writing them is a fifth of an import's time in the store.
    return format_time(value)


class Bytes(sa.LargeBinary):
    """Bytes, given to both engines' drivers as they are: SQLAlchemy would wrap each value."""

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """Leave them as they are."""


Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that compares by its characters' code points, whatever language the server was set up for, as it does in SQLite."""
RowNumber = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A 64-bit key. SQLite gives its own row number to a key only when it is called INTEGER."""


def _text(name: str, *, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, Text, nullable=False, index=index)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _moment(name: str, *, index: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=False, index=index)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, Bytes, nullable=False)


def _key_number(name: str = "number") -> sa.Column[int]:
    return sa.Column(name, RowNumber, primary_key=True, autoincrement=True)


def _key(name: str, *, to: str | None = None) -> sa.Column[str]:
    return sa.Column(name, Text, *([sa.ForeignKey(to)] if to else []), primary_key=True)


store_version = sa.Table(
    "store_version",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    _number("schema"),
    _number("oldest_code"),
    _text("written_by"),
)
counter = sa.Table("counter", metadata, _key("name"), _number("value"))

trail = sa.Table(
    "trail",
    metadata,
    sa.Column("sequence", RowNumber, primary_key=True, autoincrement=False),
    _moment("at"),
    _text("verb"),
    _text("body"),
    _text("officer"),
    _text("subject"),
    _text("detail"),
    _bytes("salt"),
    _bytes("leaf"),
    _bytes("root"),
    sa.Column("entry", Bytes),
    sa.Index(None, "subject", "sequence"),
)
_in_journal = trail.c.verb.in_([sa.literal_column(f"'{verb}'") for verb in sorted(JOURNAL)])
sa.Index("ix_trail_journal", trail.c.verb, trail.c.sequence, sqlite_where=_in_journal, postgresql_where=_in_journal)
"""What the journal of a shift reads (docs/rules/desk.md W80), and nothing of what an import writes by the thousand. A list of
acts that changes needs a migration: an engine uses it for the list that it was made with."""
trail_frontier = sa.Table(
    "trail_frontier",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    _number("size"),
    _bytes("peaks"),
)
trail_head = sa.Table(
    "trail_head",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    _number("size"),
    _bytes("root"),
    _text("key_id"),
    _bytes("signature"),
)

node_state = sa.Table(
    "node_state",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    _text("state"),
    sa.Column("restored_at", Moment),
    _number("restored_from_trail_size"),
    sa.Column("erased_again_until", Moment),
)

body = sa.Table(
    "body",
    metadata,
    _key("id"),
    _text("code", index=True),
    sa.Column("is_own", sa.Boolean, nullable=False),
    _text("document"),
)
body_group = sa.Table(
    "body_group",
    metadata,
    _key("id"),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("document"),
)
body_heard = sa.Table("body_heard", metadata, _key("body"), _moment("at"))
body_succession = sa.Table("body_succession", metadata, _key("old"), sa.Column("accepted", Text), _text("document"))
officer = sa.Table("officer", metadata, _key("id"), _text("document"))
unit_list = sa.Table(
    "unit_list", metadata, _key("body"), sa.Column("since", Moment, primary_key=True), _text("document")
)
unit_limits = sa.Table("unit_limits", metadata, _key("id"), _text("unit"), _text("document"))
national_order = sa.Table("national_order", metadata, _key("reference"), _text("in_force_on"), _text("document"))

instrument = sa.Table(
    "instrument",
    metadata,
    _key("id"),
    _text("name"),
    _text("proposed_by"),
    _moment("proposed_at"),
    _text("document"),
)
instrument_signature = sa.Table(
    "instrument_signature",
    metadata,
    _key("instrument", to="instrument.id"),
    _key("body"),
    _moment("at"),
)
participation = sa.Table(
    "participation",
    metadata,
    _key("instrument", to="instrument.id"),
    _key("body"),
    sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("document"),
)
measure = sa.Table("measure", metadata, _key("author"), _key("id"), _moment("since"), _text("document"))
proposal = sa.Table("proposal", metadata, _key("id"), _moment("at"), _text("document"))
agreement_statement = sa.Table(
    "agreement_statement",
    metadata,
    _key_number(),
    sa.Column("statement_id", Text, nullable=False, unique=True),
    _text("kind", index=True),
    _text("document"),
)

disclosure_class = sa.Table(
    "disclosure_class",
    metadata,
    sa.Column("number", RowNumber, primary_key=True, autoincrement=False),
    sa.Column("digest", Bytes, nullable=False, unique=True),
    _text("document"),
)
leave = sa.Table("leave", metadata, _key("source"), _key("id"), _moment("since"), _text("document"), _text("statement"))
record_withdrawal = sa.Table("record_withdrawal", metadata, _key("record_id"), _text("statement"))
"""Withdrawals of records held and not held: one that overtook its record still beats it."""

record = sa.Table(
    "record",
    metadata,
    sa.Column("number", RowNumber, primary_key=True, autoincrement=False),
    sa.Column("record_id", Text, nullable=False, unique=True),
    _text("source"),
    _text("local_id"),
    _number("version"),
    _text("schema"),
    _text("kind"),
    _moment("at"),
    _text("erase_on", index=True),
    sa.Column("withdrawn_at", Moment),
    sa.Column("received_from", Text),
    _moment("received_at"),
    sa.Column("change_sequence", sa.BigInteger, nullable=False, index=True),
    _bytes("digest"),
    _text("class_numbers"),
    _text("content"),
    _bytes("signed"),
    _text("signatures"),
    _bytes("statement_hash"),
    sa.Column("doubted_at", Moment),
    sa.Column("ended_at", Moment),
)
record_class = sa.Table(
    "record_class",
    metadata,
    sa.Column("class_number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record_number", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("erase_on"),
    sa.Index(None, "record_number", "class_number", "erase_on"),
    sqlite_with_rowid=False,
)
record_count = sa.Table(
    "record_count",
    metadata,
    _key("class_numbers"),
    _key("erase_on"),
    _number("records"),
)
record_fragment = sa.Table(
    "record_fragment",
    metadata,
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False),
    _text("file_name"),
    _text("file_sha256"),
    _text("file_date"),
    _text("format"),
    _bytes("data"),
)
record_version = sa.Table(
    "record_version", metadata, _key_number(), sa.Column("record_number", sa.ForeignKey("record.number"), nullable=False),
    _number("version"), _text("schema"), _text("kind"), _moment("at"), _text("erase_on"), _moment("received_at"),
    _text("class_numbers"), _text("content"), _bytes("signed"), _text("signatures"), _bytes("statement_hash"),
    sa.UniqueConstraint("record_number", "version"),
)  # fmt: skip
"""Earlier versions of our own records, as `record` had them."""
list_entry = sa.Table(
    "list_entry",
    metadata,
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False),
    _text("list"),
    _text("entry"),
    sa.Column("delisted_at", Moment),
    sa.Index(None, "list", "entry"),
)
"""On which named list a record of ours stands, under which of the list's own ids, and since when it is gone from it."""
record_holder = sa.Table(
    "record_holder",
    metadata,
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False),
    _key("body"),
    _number("version"),
    _text("state"),
    _moment("at"),
)
record_blob = sa.Table(
    "record_blob",
    metadata,
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False),
    sa.Column("blob", Text, primary_key=True, index=True),
)
"""Which live records have which files; the references themselves, with their keys, stand in the record."""
record_link = sa.Table(
    "record_link",
    metadata,
    sa.Column("linked", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False, index=True),
)
blob_file = sa.Table(
    "blob_file",
    metadata,
    _key("blob"),
    _number("size"),
    sa.Column("is_whole", sa.Boolean, nullable=False),
)

tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("digest", Bytes, primary_key=True),
    _text("key_id"),
    _text("source"),
    _moment("erased_at"),
    _text("ground"),
    _text("reason"),
    sa.Column("record_number", sa.BigInteger, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False, index=True),
    sa.Column("statement", Text, nullable=False, index=True),
)
"""What is left of an erased record: a keyed digest of its id, when and why it went, the trail's row that says so, and the id of
the statement that told its holders (empty while none did)."""
tombstone_key = sa.Table(
    "tombstone_key",
    metadata,
    sa.Column("key", Bytes, primary_key=True),
    sa.Column("digest", Bytes, sa.ForeignKey("tombstone.digest"), primary_key=True),
)
"""Keyed digests of what identified the subject, by which a re-entry is noticed."""
tombstone_holder = sa.Table(
    "tombstone_holder",
    metadata,
    sa.Column("digest", Bytes, sa.ForeignKey("tombstone.digest"), primary_key=True),
    _key("body"),
    _number("version"),
    _text("state"),
    _moment("at"),
)
tombstone_onward = sa.Table(
    "tombstone_onward",
    metadata,
    sa.Column("digest", Bytes, sa.ForeignKey("tombstone.digest"), primary_key=True),
    _key("forwarder"),
    _key("body"),
    _number("version"),
    _moment("at"),
    sa.Column("confirmed_at", Moment),
)
"""To whom holders of an erased record had passed it on, and who of them has confirmed the erasure since."""
erasure_word = sa.Table(
    "erasure_word",
    metadata,
    _key_number(),
    _text("statement_id"),
    _text("peer", index=True),
    sa.Column("is_outgoing", sa.Boolean, nullable=False),
    _moment("at"),
    _bytes("sealed"),
    sa.UniqueConstraint("statement_id", "peer", "is_outgoing"),
)
"""Signed erasures without the record they name, to be told a body that was restored (storage.erasure)."""
reentry = sa.Table(
    "reentry",
    metadata,
    _key_number(),
    sa.Column("digest", Bytes, sa.ForeignKey("tombstone.digest"), nullable=False),
    _text("how"),
    _number("sequence"),
    _moment("first_at"),
    _moment("last_at"),
    _number("times"),
    sa.Index(None, "digest", "how"),
)
erasure_waiting = sa.Table("erasure_waiting", metadata, _key_number(), _text("record_id"))
"""Ids of erased records that still stand in other rows; each goes when it was replaced there. Not indexed: it is soon gone."""
erasure_rest = sa.Table(
    "erasure_rest", metadata, sa.Column("statement_number", RowNumber, primary_key=True, autoincrement=False)
)
"""Statements in the outbox that name an erased record and had not been delivered; emptied once they are."""

standing_query = sa.Table(
    "standing_query",
    metadata,
    _key("id"),
    _text("officer", index=True),
    _moment("until", index=True),
    _number("since"),
    _number("not_kept"),
    _text("document"),
)
standing_match = sa.Table(
    "standing_match",
    metadata,
    _key("id"),
    sa.Column("query", sa.ForeignKey("standing_query.id"), nullable=False),
    sa.Column("record_number", sa.ForeignKey("record.number"), nullable=False, index=True),
    _number("version"),
    _number("score"),
    _text("basis"),
    _moment("raised_at"),
    _number("sequence"),
    _text("state"),
    sa.UniqueConstraint("query", "record_number"),
)
"""What matched a standing query, by the record's number: nothing that the record says, and gone with it."""
not_identical = sa.Table(
    "not_identical",
    metadata,
    _key("id"),
    sa.Column("record_number", sa.ForeignKey("record.number"), nullable=False, index=True),
    _moment("until", index=True),
    _text("document"),
)
"""Documents whose bearers were found not to be a record's subject, as keyed digests."""

record_onward = sa.Table(
    "record_onward",
    metadata,
    sa.Column("record_number", sa.ForeignKey("record.number"), primary_key=True, autoincrement=False),
    _key("forwarder"),
    _key("body"),
    _number("version"),
    _moment("at"),
    _text("ending"),
    sa.Column("ended_at", Moment),
)
record_end = sa.Table("record_end", metadata, _key("record_id"), _moment("at"))
"""The newest end of a copy by its source, held or not: a copy that was made before it is not taken in."""

case_file = sa.Table(
    "case_file",
    metadata,
    _key("number"),
    _moment("opened_at", index=True),
    _text("document"),
)
case_event = sa.Table(
    "case_event",
    metadata,
    _key_number("position"),
    sa.Column("case_number", sa.ForeignKey("case_file.number"), nullable=False, index=True),
    _text("document"),
)

case_member = sa.Table(
    "case_member",
    metadata,
    sa.Column("case_number", sa.ForeignKey("case_file.number"), primary_key=True),
    _key("officer"),
)
"""Who may know of a case, for those that have a team: a list that shows cases or what was sent about them asks it."""
case_task = sa.Table(
    "case_task",
    metadata,
    _key_number("position"),
    _text("id"),
    sa.Column("case_number", sa.ForeignKey("case_file.number"), nullable=False, index=True),
    _text("officer"),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("due_at", Moment),
    _text("document"),
    sa.UniqueConstraint("id"),
    sa.Index(None, "officer", "is_open"),
)
case_exhibit = sa.Table(
    "case_exhibit",
    metadata,
    _key_number("position"),
    _text("id"),
    sa.Column("case_number", sa.ForeignKey("case_file.number"), nullable=False, index=True),
    _text("entered_in", index=True),
    _text("document"),
    sa.UniqueConstraint("id"),
)
case_hand_over = sa.Table(
    "case_hand_over",
    metadata,
    _key_number("position"),
    sa.Column("exhibit", sa.ForeignKey("case_exhibit.id"), nullable=False, index=True),
    _text("document"),
)
decision_basis = sa.Table(
    "decision_basis",
    metadata,
    _key_number("position"),
    _text("case_number", index=True),
    _text("item", index=True),
    sa.Column("record_number", sa.ForeignKey("record.number"), index=True),
    _text("document"),
    _text("seen"),
)
"""What an officer saw as they decided. `seen` holds what the record said, and is emptied when the record is erased."""

shift = sa.Table(
    "shift",
    metadata,
    _key("id"),
    _moment("began_at", index=True),
    _text("officer"),
    _text("state", index=True),
    _text("document"),
)
shift_note = sa.Table(
    "shift_note",
    metadata,
    _key_number("position"),
    sa.Column("shift", sa.ForeignKey("shift.id"), nullable=False, index=True),
    _text("document"),
)
roster_entry = sa.Table(
    "roster_entry",
    metadata,
    _key("id"),
    _moment("begins_at"),
    _moment("ends_at", index=True),
    _text("document"),
)
page_call = sa.Table(
    "page_call",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("item"),
    _text("ground"),
    _text("state", index=True),
    _text("document"),
    sa.UniqueConstraint("item", "ground"),
)
"""That somebody is called because of a thing at the desk, once for each ground (docs/rules/desk.md W43)."""

correspondence_item = sa.Table(
    "correspondence_item",
    metadata,
    _key_number("position"),
    _text("family"),
    _text("id"),
    _text("way"),
    _text("case_number", index=True),
    _text("counterpart"),
    _text("instrument"),
    _text("state"),
    _text("answers", index=True),
    _moment("at"),
    _text("document"),
    sa.UniqueConstraint("family", "id"),
    sa.Index(None, "family", "instrument", "counterpart", "state"),
)

message_step = sa.Table(
    "message_step",
    metadata,
    _key("message"),
    _key("step"),
    _text("officer"),
    _moment("at"),
    _text("reason"),
)
message_blob = sa.Table(
    "message_blob",
    metadata,
    _key("message"),
    sa.Column("blob", Text, primary_key=True, index=True),
)
"""Which messages have which files; the references themselves, with their keys, stand in the message."""
message_act = sa.Table("message_act", metadata, _key("message"), sa.Column("act", Text, nullable=False, index=True))
"""Which messages of ours went out in one act to several (docs/rules/correspondence.md M27); no other body learns of it."""
item_news = sa.Table(
    "item_news", metadata, _key("item"), _text("record", index=True), _text("officer"), sa.Column("at", Moment),
    sa.Column("is_open", sa.Boolean, nullable=False, index=True),
)  # fmt: skip
"""What other bodies said of a hit of ours or of a request for leave, and whether an officer is still to hear of it (M31, M32)."""
recall_ahead = sa.Table("recall_ahead", metadata, _key("sender"), _key("message"), _text("document"))
"""Recalls that overtook their messages: whatever arrives later under such an id is recalled already."""

stream = sa.Table(
    "stream",
    metadata,
    _key_number(),
    _text("peer"),
    _text("lane"),
    sa.Column("is_outgoing", sa.Boolean, nullable=False),
    _text("incarnation"),
    _number("sequence"),
    _text("head"),
    sa.UniqueConstraint("peer", "lane", "is_outgoing", "incarnation"),
)
outbox_line = sa.Table(
    "outbox_line",
    metadata,
    _key("recipient"),
    _key("lane"),
    _number("attempts"),
    _moment("next_try_at"),
    _text("why"),
)
outbox_envelope = sa.Table(
    "outbox_envelope",
    metadata,
    _key_number(),
    _text("recipient"),
    _text("lane"),
    _text("incarnation"),
    _number("sequence"),
    sa.Column("header_hash", Text, nullable=False, unique=True),
    _bytes("header"),
    _text("key_id"),
    _bytes("signature"),
    sa.Column("sealed", Bytes),
    _text("state"),
    _text("why"),
    sa.Column("relayed_at", Moment),
    sa.Column("receipt", Bytes),
    sa.Column("settled_at", Moment),
    sa.UniqueConstraint("recipient", "lane", "incarnation", "sequence"),
    sa.Index(None, "recipient", "lane", "state", "number"),
)
outbox_statement = sa.Table(
    "outbox_statement",
    metadata,
    _key_number(),
    sa.Column("envelope_number", sa.BigInteger, index=True),
    _text("recipient"),
    _text("lane"),
    _text("instrument"),
    _text("statement_id", index=True),
    _text("kind"),
    _text("ref", index=True),
    _text("state"),
    sa.Column("may_have_left", sa.Boolean, nullable=False),
    _text("reason"),
    _moment("put_at"),
    _moment("at"),
    sa.Column("document", Text),
    sa.Index(None, "recipient", "lane", "state", "envelope_number", "number"),
    sa.Index(None, "state", "at"),
)
outbox_evidence = sa.Table(
    "outbox_evidence",
    metadata,
    _key("statement_id"),
    _key("recipient"),
    _key("step"),
    _text("body"),
    _moment("at"),
    _text("reason"),
    _text("document"),
)
inbox_envelope = sa.Table(
    "inbox_envelope",
    metadata,
    _key("sender"),
    _key("lane"),
    _key("incarnation"),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("header_hash"),
    _bytes("header"),
    _text("key_id"),
    _bytes("signature"),
    _text("receipt"),
)
inbox_statement = sa.Table(
    "inbox_statement",
    metadata,
    _key_number(),
    _text("sender"),
    _text("statement_id"),
    _text("body"),
    _text("kind"),
    _text("lane"),
    _text("incarnation"),
    _number("sequence"),
    _moment("at"),
    sa.Column("document", Text),
    sa.UniqueConstraint("sender", "statement_id"),
    sa.Index(None, "sender", "lane", "incarnation", "sequence"),
)
inbox_call = sa.Table("inbox_call", metadata, _key("header_hash"), _moment("at", index=True))
inbox_parked = sa.Table(
    "inbox_parked",
    metadata,
    _key("sender"),
    _key("lane"),
    _key("incarnation"),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    _moment("expires_at"),
    _number("bytes"),
    _text("document"),
)
inbox_aside = sa.Table(
    "inbox_aside",
    metadata,
    _key_number(),
    _text("sender", index=True),
    _text("envelope"),
    _text("reason"),
    _text("detail"),
    _moment("at"),
    _text("document"),
)
word_ahead = sa.Table(
    "word_ahead",
    metadata,
    _key_number(),
    _text("about"),
    _text("statement_id"),
    _text("giver"),
    _moment("at"),
    _text("document"),
    sa.UniqueConstraint("about", "statement_id", "giver"),
)
"""Our own words that a restored node was given back before what they are about was here (storage.ahead)."""
relay_envelope = sa.Table(
    "relay_envelope",
    metadata,
    _key_number(),
    sa.Column("header_hash", Text, nullable=False, unique=True),
    _text("sender"),
    _text("recipient"),
    _text("state"),
    _moment("taken_at"),
    _moment("next_try_at"),
    _moment("expires_at"),
    sa.Column("settled_at", Moment),
    sa.Column("document", Text),
    sa.Index(None, "state", "recipient", "number"),
    sa.Index(None, "state", "sender"),
)
recovery_peer = sa.Table(
    "recovery_peer",
    metadata,
    _key("peer"),
    _number("after"),
    sa.Column("is_done", sa.Boolean, nullable=False),
    _number("given_back"),
    _text("why"),
    _moment("at"),
)
body_route = sa.Table("body_route", metadata, _key("body"), _text("via"))
access_token = sa.Table("access_token", metadata, _key("id"), _moment("ended_at", index=True), _text("document"))
"""Of a token stands its digest alone (storage.tokens)."""
kept_request = sa.Table(
    "kept_request",
    metadata,
    _key("account"),
    _key("key"),
    _text("request"),
    _moment("at", index=True),
    sa.Column("answer", Text),
)
"""Requests of the API that were done once, for a day (storage.kept_requests)."""
account = sa.Table("account", metadata, _key("officer"), _text("document"))
"""Officers' passwords and secrets of one-time codes, sealed (storage.account_seal)."""
passkey = sa.Table("passkey", metadata, _key("credential"), _text("officer", index=True), _text("document"))
invitation = sa.Table(
    "invitation",
    metadata,
    _key("officer"),
    sa.Column("digest", Text, nullable=False, unique=True),
    _moment("expires_at"),
    _text("document"),
)
account_recovery = sa.Table("account_recovery", metadata, _key("officer"), _text("document"))
sign_in_guard = sa.Table("sign_in_guard", metadata, _key("digest"), _moment("last_at", index=True), _text("document"))
"""Failures by the keyed digest of a name or an address."""
sign_in_step = sa.Table("sign_in_step", metadata, _key("digest"), _moment("expires_at", index=True), _text("document"))
account_link = sa.Table("account_link", metadata, _key("issuer"), _key("subject"), _text("document"))
web_session = sa.Table(
    "web_session",
    metadata,
    _key("id"),
    sa.Column("digest", Text, nullable=False, unique=True),
    _text("officer", index=True),
    _text("document"),
)
"""Of a session's secret stands its digest alone (storage.sessions)."""
