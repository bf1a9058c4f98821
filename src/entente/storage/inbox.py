"""The inbox's tables: the keys of envelopes taken in, of statements taken in, what came early, what this node failed at.

Of an envelope taken in, header and signature are kept for the life of its stream, never its sealed body. Of a statement its id is
kept for good, so that it counts once whatever envelope brings it, and its document until its effect is older than the
oldest backup that its sender may come back from, so that it can be given back (docs/rules/exchange.md X21).

Source: docs/rules/exchange.md; exchange.ports.InboxStore.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from entente.exchange.envelopes import envelope_from_json, envelope_to_json
from entente.exchange.model import CALL_SECONDS_MAX, Envelope, Lane, OwnWord, Receipt, SetAside, Stream
from entente.kernel.errors import Conflict
from entente.kernel.ids import BodyId, StatementId
from entente.kernel.statement import Statement
from entente.storage.last_came import last_came
from entente.storage.rows import insert_rows, json_text, parts, read, read_one, statement_of, text_of, value_of
from entente.storage.schema import inbox_aside, inbox_call, inbox_envelope, inbox_parked, inbox_statement
from entente.storage.streams import read_stream, write_stream

PARKED_MAX: Final = 10_000
"""Envelopes kept before their turn: several bundles of one site, of which the first is still on its way."""
PARKED_BYTES_MAX: Final = 256 * 1024 * 1024
ASIDE_OF_SENDER_MAX: Final = 1_000
"""Statements kept aside of one sender; a node that fails at more needs mending before it needs memory."""
ASIDE_FROM: Final = 1 << 52
"""From which statements set aside are counted among a sender's words: above any that was taken in, and exact in JSON."""
ASKED_TOGETHER: Final = 16
"""Statements asked for in one query: a full envelope has four such lists, a lone message one."""

_taken = inbox_envelope
_TAKEN = sa.select(_taken.c.header_hash, _taken.c.receipt, _taken.c.header, _taken.c.signature).where(
    _taken.c.sender == sa.bindparam("sender"),
    _taken.c.lane == sa.bindparam("lane"),
    _taken.c.incarnation == sa.bindparam("incarnation"),
    _taken.c.sequence == sa.bindparam("sequence"),
)
_ACCEPTED = sa.select(inbox_statement.c.statement_id).where(
    inbox_statement.c.sender == sa.bindparam("sender"),
    inbox_statement.c.statement_id.in_([sa.bindparam(f"statement_{place}") for place in range(ASKED_TOGETHER)]),
)


class InboxTables:
    """The InboxStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._emptied: set[StatementId] = set()
        """Statements of this transaction of which nothing is kept but that they were taken in."""

    def empty(self, statement: StatementId) -> None:
        """Keep no document of a statement that this transaction takes in: it counts once all the same."""
        self._emptied.add(statement)

    def empty_naming(self, sender: BodyId, kind: str, item: str) -> None:
        """Empty the documents of a body's statements of a kind that name an item; that they were taken in stays."""
        one = inbox_statement.c
        named = sa.and_(one.sender == sender, one.kind == kind, one.document.contains(item, autoescape=True))
        self._connection.execute(sa.update(inbox_statement).where(named).values(document=None))

    def forget_aside_item(self, sender: BodyId, kind: str, item: str) -> None:
        """Forget what a body's statement of a kind, set aside here, says of an item: the one whose header has its id."""
        for kept in self.aside():
            header = kept.statement.content.get("header")
            is_it = isinstance(header, Mapping) and header.get("id") == item
            if is_it and (kept.sender, kept.statement.kind) == (sender, kind):
                self.forget_aside(kept.number)

    def stream(self, sender: BodyId, lane: Lane) -> Stream | None:
        """Return the newest incarnation of a stream from a body."""
        return read_stream(self._connection, sender, lane, is_outgoing=False)

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state; a new incarnation is kept beside the older ones."""
        assert not stream.is_outgoing, "streams to others are the outbox's"
        write_stream(self._connection, stream)

    def has_taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> str | None:
        """Return the header hash of the envelope taken in under this key, or None."""
        row = self._taken(sender, lane, incarnation, sequence)
        return None if row is None else str(row.header_hash)

    def taken_header(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> tuple[bytes, bytes] | None:
        """Return header bytes and signature of the envelope taken in under this key: one end of a fork."""
        row = self._taken(sender, lane, incarnation, sequence)
        return None if row is None else (row.header, row.signature)

    def receipt_for(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Receipt | None:
        """Return what we answered to an envelope taken in before."""
        row = self._taken(sender, lane, incarnation, sequence)
        return None if row is None else value_of(Receipt, row.receipt)

    def take(self, envelope: Envelope, receipt: Receipt) -> None:
        """Keep that an envelope was taken in, under its unique key; raise Conflict when it was before."""
        header = envelope.header
        if self._taken(header.sender, header.lane, header.incarnation, header.sequence) is not None:
            raise Conflict(
                "This envelope was taken in before.",
                why=f"Number {header.sequence} of its stream has been taken, and each counts once.",
                do="Answer with the receipt that was given then.",
            )
        values = {
            "sender": header.sender,
            "lane": header.lane.value,
            "incarnation": header.incarnation,
            "sequence": header.sequence,
            "header_hash": receipt.envelope,
            "header": envelope.header_bytes,
            "key_id": envelope.signature.key_id,
            "signature": envelope.signature.value,
            "receipt": text_of(receipt),
        }
        insert_rows(self._connection, _taken, [values])

    def accepted_before(self, sender: BodyId, statements: Collection[StatementId]) -> frozenset[StatementId]:
        """Return those of the statements that this sender brought before and that were taken in."""
        found: set[StatementId] = set()
        for part in parts(list(statements), ASKED_TOGETHER):
            # A full list always: the query is made once, and naming one of them several times asks nothing more.
            full = [*part, *[part[-1]] * (ASKED_TOGETHER - len(part))]
            values = {"sender": sender, **{f"statement_{place}": one for place, one in enumerate(full)}}
            found.update(StatementId(row.statement_id) for row in read(self._connection, _ACCEPTED, values))
        return frozenset(found)

    def put_accepted(self, envelope: Envelope, statements: Sequence[Statement], at: datetime) -> None:
        """Keep that statements of an envelope were taken in: each counts once, whatever envelope brings it again."""
        header = envelope.header
        rows = [
            {
                "number": None,
                "sender": header.sender,
                "statement_id": statement.id,
                "body": statement.body,
                "kind": statement.kind,
                "lane": header.lane.value,
                "incarnation": header.incarnation,
                "sequence": header.sequence,
                "at": at,
                "document": self._document(statement),
            }
            for statement in statements
        ]
        if rows:
            insert_rows(self._connection, inbox_statement, rows)

    def put_accepted_later(self, aside: SetAside, at: datetime) -> None:
        """Keep that a statement that was set aside is taken in now, in the place of the envelope that brought it."""
        brought = sa.select(_taken.c.lane, _taken.c.incarnation, _taken.c.sequence)
        place = self._connection.execute(
            brought.where(_taken.c.sender == aside.sender, _taken.c.header_hash == aside.envelope)
        ).one()
        values = {
            "number": None,
            "sender": aside.sender,
            "statement_id": aside.statement.id,
            "body": aside.statement.body,
            "kind": aside.statement.kind,
            "lane": place.lane,
            "incarnation": place.incarnation,
            "sequence": place.sequence,
            "at": at,
            "document": self._document(aside.statement),
        }
        insert_rows(self._connection, inbox_statement, [values])

    def _document(self, statement: Statement) -> str | None:
        return None if statement.id in self._emptied else json_text(statement.to_json())

    def last_came(self, senders: Collection[BodyId]) -> Mapping[BodyId, datetime]:
        """Return, for each of some bodies, when a statement or receipt of theirs last came that was believed, by our clock."""
        return last_came(self._connection, senders)

    def words_of(
        self, sender: BodyId, since: Mapping[Lane, tuple[str, int]], after: int, limit: int
    ) -> tuple[OwnWord, ...]:
        """Return a sender's own statements that came after a place of each lane's stream.

        Those that were taken in come first, then those that were set aside, counted from ASIDE_FROM.
        """
        one = inbox_statement.c
        query = sa.select(one.number, one.document).where(
            one.sender == sender,
            one.body == sender,
            one.document.is_not(None),
            one.number > after,
            _is_later(one, since),
        )
        rows = self._connection.execute(query.order_by(one.number).limit(limit))
        taken = tuple(OwnWord(row.number, statement_of(row.document), is_aside=False) for row in rows)
        return (*taken, *self._aside_of(sender, since, after - ASIDE_FROM, limit - len(taken)))

    def _aside_of(
        self, sender: BodyId, since: Mapping[Lane, tuple[str, int]], after: int, limit: int
    ) -> tuple[OwnWord, ...]:
        query = (
            sa.select(inbox_aside.c.number, inbox_aside.c.document)
            .join(_taken, sa.and_(_taken.c.sender == sender, _taken.c.header_hash == inbox_aside.c.envelope))
            .where(inbox_aside.c.sender == sender, inbox_aside.c.number > after, _is_later(_taken.c, since))
        )
        # All of them, ASIDE_OF_SENDER_MAX at most: whose word each is stands in its document alone.
        rows = self._connection.execute(query.order_by(inbox_aside.c.number))
        found = (OwnWord(ASIDE_FROM + row.number, statement_of(row.document), is_aside=True) for row in rows)
        return tuple(word for word in found if word.statement.body == sender)[:limit]

    def has_answered(self, call: str, at: datetime) -> bool:
        """Say whether a call was answered before; if not, keep that it is now."""
        forgotten = at - timedelta(seconds=2 * CALL_SECONDS_MAX)
        self._connection.execute(sa.delete(inbox_call).where(inbox_call.c.at < forgotten))
        known = sa.select(sa.literal(1)).select_from(inbox_call).where(inbox_call.c.header_hash == call)
        if self._connection.execute(known).first() is not None:
            return True
        self._connection.execute(sa.insert(inbox_call), {"header_hash": call, "at": at})
        return False

    def park(self, envelope: Envelope, at: datetime) -> bool:
        """Keep an envelope that came before its turn, by hand; False when as many are kept as may be."""
        header = envelope.header
        self._connection.execute(sa.delete(inbox_parked).where(inbox_parked.c.expires_at <= at))
        if self.parked(header.sender, header.lane, header.incarnation, header.sequence) is not None:
            return True
        document = json_text(envelope_to_json(envelope))
        kept = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(inbox_parked.c.bytes), 0))
        count, size = self._connection.execute(kept.select_from(inbox_parked)).one()
        if count >= PARKED_MAX or size + len(document) > PARKED_BYTES_MAX:
            return False
        values = {**_key_of(envelope), "expires_at": header.expires_at, "bytes": len(document), "document": document}
        self._connection.execute(sa.insert(inbox_parked), values)
        return True

    def parked(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Envelope | None:
        """Return an envelope that was parked."""
        key = {"sender": sender, "lane": lane.value, "incarnation": incarnation, "sequence": sequence}
        query = sa.select(inbox_parked.c.document).filter_by(**key)
        document = self._connection.execute(query).scalar()
        return None if document is None else envelope_from_json(json.loads(document))

    def unpark(self, envelope: Envelope) -> None:
        """Forget a parked envelope; those of older incarnations of its stream go with it."""
        header = envelope.header
        mine = (inbox_parked.c.sender == header.sender, inbox_parked.c.lane == header.lane.value)
        is_past = sa.or_(
            inbox_parked.c.incarnation < header.incarnation,
            sa.and_(inbox_parked.c.incarnation == header.incarnation, inbox_parked.c.sequence <= header.sequence),
        )
        self._connection.execute(sa.delete(inbox_parked).where(*mine, is_past))

    def set_aside(self, aside: SetAside) -> None:
        """Keep a statement that this node failed at, the oldest of too many going."""
        values = {
            "sender": aside.sender,
            "envelope": aside.envelope,
            "reason": aside.reason,
            "detail": aside.detail,
            "at": aside.at,
            "document": json_text(aside.statement.to_json()),
        }
        self._connection.execute(sa.insert(inbox_aside), values)
        mine = sa.select(inbox_aside.c.number).where(inbox_aside.c.sender == aside.sender)
        too_many = mine.order_by(inbox_aside.c.number.desc()).offset(ASIDE_OF_SENDER_MAX)
        self._connection.execute(sa.delete(inbox_aside).where(inbox_aside.c.number.in_(too_many)))

    def aside(self) -> tuple[SetAside, ...]:
        """Return what was set aside here, oldest first."""
        rows = self._connection.execute(sa.select(inbox_aside).order_by(inbox_aside.c.number))
        return tuple(
            SetAside(
                row.number, BodyId(row.sender), row.envelope, statement_of(row.document), row.reason, row.detail, row.at
            )
            for row in rows
        )

    def forget_aside(self, number: int) -> None:
        """Forget a statement that was set aside."""
        self._connection.execute(sa.delete(inbox_aside).where(inbox_aside.c.number == number))

    def _taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Any:  # noqa: ANN401 - a row, or None
        values = {"sender": sender, "lane": lane.value, "incarnation": incarnation, "sequence": sequence}
        return read_one(self._connection, _TAKEN, values)


def _is_later(
    place: Any,  # noqa: ANN401 - the columns of either table
    since: Mapping[Lane, tuple[str, int]],
) -> sa.ColumnElement[bool]:
    """Say in SQL whether a row stands after a place of its lane's stream."""
    return sa.or_(
        *(
            sa.and_(
                place.lane == lane.value,
                sa.or_(
                    place.incarnation > incarnation,
                    sa.and_(place.incarnation == incarnation, place.sequence > sequence),
                ),
            )
            for lane, (incarnation, sequence) in since.items()
        )
    )


def _key_of(envelope: Envelope) -> dict[str, object]:
    header = envelope.header
    return {
        "sender": header.sender,
        "lane": header.lane.value,
        "incarnation": header.incarnation,
        "sequence": header.sequence,
    }
