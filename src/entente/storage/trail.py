"""The trail's tables: rows, the tree's right edge, the signed head.

An import appends thousands of rows in one transaction, and acts that become durable together one or two each, so appended rows
wait in memory and are inserted together: before anything reads the trail, and at the commit, with the right edge after the last
row and the head.
Source: docs/rules/trail.md; kernel.ports.TrailStore.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import sqlalchemy as sa

from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, KeyId
from entente.kernel.merkle import HASH_BYTES, Frontier
from entente.kernel.ports import Act, TrailRow
from entente.kernel.signing import Signature
from entente.storage.engine import Said
from entente.storage.rows import (
    add_row,
    insert_rows,
    insertion,
    json_text,
    read_one,
    replacement,
    write_together,
)
from entente.storage.schema import trail, trail_frontier, trail_head
from entente.storage.waiting_rows import WaitingRows
from entente.trail.ports import TrailHead, Wanted

TOGETHER_MAX: Final = 64
"""Rows that go with the right edge and the head; an import's thousands go before them, in the way that is quickest for many."""
_ONLY: Final = {"id": 1}

_ROWS_AFTER = (
    sa.select(trail)
    .where(trail.c.sequence > sa.bindparam("after"))
    .order_by(trail.c.sequence)
    .limit(sa.bindparam("most"))
)
_LATEST = sa.select(trail).order_by(trail.c.sequence.desc()).limit(sa.bindparam("most"))
_ABOUT = (
    sa.select(trail)
    .where(trail.c.subject == sa.bindparam("about"))
    .order_by(trail.c.sequence)
    .limit(sa.bindparam("most"))
)
_LEAVES = (
    sa.select(trail.c.leaf)
    .where(trail.c.sequence > sa.bindparam("after"))
    .order_by(trail.c.sequence)
    .limit(sa.bindparam("most"))
)
_OF_CASE = (
    sa.select(trail)
    .where(
        trail.c.sequence <= sa.bindparam("upto"),
        # No index holds what a detail names; the whole trail is read for an export, which is rare.
        sa.or_(
            trail.c.subject.in_(sa.bindparam("subjects", expanding=True)),
            trail.c.detail.contains(sa.bindparam("named")),
        ),
    )
    .order_by(trail.c.sequence)
    .limit(sa.bindparam("most"))
)
_SAID_BY = (
    sa.select(trail)
    .where(
        trail.c.body == sa.bindparam("said_by"),
        trail.c.at >= sa.bindparam("since"),
        trail.c.at <= sa.bindparam("until"),
    )
    .order_by(trail.c.sequence)
    .limit(sa.bindparam("most"))
)
_BETWEEN = (
    trail.c.sequence > sa.bindparam("after"),
    trail.c.sequence <= sa.bindparam("upto"),
    # Written into the statement: for a list that it sees, an engine knows that the journal's index holds it all.
    trail.c.verb.in_(sa.bindparam("verbs", expanding=True, literal_execute=True)),
)
_OF_VERBS = sa.select(trail).where(*_BETWEEN).order_by(trail.c.sequence.desc()).limit(sa.bindparam("most"))
_NEWEST = (
    sa.select(trail.c.verb, trail.c.subject)
    .where(*_BETWEEN)
    .order_by(trail.c.sequence.desc())
    .limit(sa.bindparam("most"))
    .subquery()
)
_COUNT_OF_VERBS = sa.select(_NEWEST.c.verb, _NEWEST.c.subject, sa.func.count().label("times")).group_by(
    _NEWEST.c.verb, _NEWEST.c.subject
)
_HEAD = sa.select(trail_head)
_FRONTIER = sa.select(trail_frontier.c.size, trail_frontier.c.peaks)


class TrailTables:
    """The LoggedStore of one transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        waiting: WaitingRows | None = None,
        frontier: Frontier | None = None,
        committed: Frontier | None = None,
        head: TrailHead | None = None,
    ) -> None:
        """Serve one transaction; `frontier` is the tree's right edge where units before this one in it moved it.

        `waiting` are the rows that those left. `committed` and `head` are those of the last commit, where they are known
        (storage.company.Left).
        """
        self._connection = connection
        self._waiting = WaitingRows() if waiting is None else waiting
        self._frontier = committed if frontier is None else frontier
        self._is_moved = frontier is not None
        self._head = head
        self._written = 0

    def waiting(self) -> int:
        """Return how many rows were appended in this transaction and are not inserted yet."""
        return len(self._waiting.trail)

    def frontier(self) -> Frontier:
        """Return the tree's right edge as of this transaction."""
        if self._frontier is None:
            row = read_one(self._connection, _FRONTIER)
            self._frontier = Frontier() if row is None else Frontier(row.size, _peaks(row.peaks))
        return self._frontier

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        """Add the next row with the frontier after it."""
        assert row.sequence == self.frontier().size + 1 == frontier.size, "the change sequence has no gap"
        act = row.act
        self._waiting.trail.append(
            {
                "sequence": row.sequence,
                "at": row.at,
                "verb": act.verb,
                "body": act.body,
                "officer": act.officer,
                "subject": act.subject,
                "detail": row.detail_text or json_text(act.detail),
                "salt": row.salt,
                "leaf": row.leaf,
                "root": row.root,
                "entry": row.entry,
            }
        )
        self._frontier = frontier
        self._is_moved = True

    def take_written(self) -> int:
        """Return how many rows of its tables it wrote since it was asked last, so that others' changes can be told apart."""
        written, self._written = self._written, 0
        return written

    def edge(self) -> tuple[Frontier | None, TrailHead | None]:
        """Return the right edge and the head where they are known, for who writes next."""
        return self._frontier, self._head

    def frontier_if_known(self) -> Frontier | None:
        """Return the right edge for who goes on in this transaction; None where nobody moved it."""
        return self._frontier if self._is_moved else None

    def rows(self, after: int, limit: int) -> tuple[TrailRow, ...]:
        """Return rows with a sequence above `after`, in order."""
        return self._read(_ROWS_AFTER, {"after": after, "most": limit})

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        """Return the last rows, newest first."""
        return self._read(_LATEST, {"most": limit})

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows about one subject, in order."""
        return self._read(_ABOUT, {"about": subject, "most": limit})

    def leaves(self, after: int, limit: int) -> tuple[bytes, ...]:
        """Return the leaf hashes of the rows with a sequence above `after`, in order."""
        self.flush()
        return tuple(self._connection.execute(_LEAVES, {"after": after, "most": limit}).scalars())

    def of_case(self, number: str, subjects: Collection[str], upto: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows up to a sequence that are about one of these subjects or name the case, in order."""
        named = json_text({"case": number})[1:-1]
        return self._read(_OF_CASE, {"upto": upto, "subjects": [*subjects], "named": named, "most": limit})

    def wanted(self, wanted: Wanted, least: int, before: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows that are wanted between two sequences, the newest first."""
        narrowed = [
            (name, clause, value)
            for name, clause, value in (
                ("about", trail.c.subject == sa.bindparam("about"), wanted.subject),
                ("done", trail.c.verb == sa.bindparam("done"), wanted.verb),
                ("by", trail.c.officer == sa.bindparam("by"), wanted.officer),
                ("since", trail.c.at >= sa.bindparam("since"), wanted.since),
                ("until", trail.c.at <= sa.bindparam("until"), wanted.until),
            )
            if value
        ]
        query = (
            sa.select(trail)
            .where(trail.c.sequence >= sa.bindparam("least"), trail.c.sequence < sa.bindparam("before"))
            .where(*(clause for _, clause, _ in narrowed))
            .order_by(trail.c.sequence.desc())
            .limit(sa.bindparam("most"))
        )
        values = {name: value for name, _, value in narrowed}
        return self._read(query, {**values, "least": least, "before": before, "most": limit})

    def said_by(self, body: str, since: datetime, until: datetime, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows of a body's acts in a time, in order. Reads the whole trail: asked only after a compromise."""
        values = {"said_by": body, "since": since, "until": until, "most": limit}
        return self._read(_SAID_BY, values)

    def of_verbs(self, verbs: Collection[str], after: int, upto: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the newest rows of some verbs between two rows, in order."""
        return self._read(_OF_VERBS, {"after": after, "upto": upto, "verbs": sorted(verbs), "most": limit})[::-1]

    def count_of_verbs(
        self, verbs: Collection[str], after: int, upto: int, limit: int
    ) -> Mapping[tuple[str, str], int]:
        """Count the newest rows of some verbs between two rows, by verb and what they are about."""
        self.flush()
        values = {"after": after, "upto": upto, "verbs": sorted(verbs), "most": limit}
        found = self._connection.execute(_COUNT_OF_VERBS, values)
        return {(row.verb, row.subject): int(row.times) for row in found}

    def head(self) -> TrailHead | None:
        """Return the newest signed head."""
        if self._waiting.head is not None:
            return self._waiting.head
        if self._head is None and (row := read_one(self._connection, _HEAD)) is not None:
            self._head = TrailHead(row.size, row.root, Signature(KeyId(row.key_id), row.signature))
        return self._head

    def put_head(self, head: TrailHead) -> None:
        """Keep the head of this commit."""
        self._waiting.head = self._head = head

    def flush(self) -> None:
        """Insert what was appended; called before a read, and by the unit of work before it hands on what may be refused."""
        if appended := self._waiting.take_trail():
            insert_rows(self._connection, trail, appended)
            self._written += len(appended)

    def keep(self, more: Sequence[Said] = ()) -> None:
        """Write what waits, rows, right edge and head, in one go with `more`; called by the unit of work before the commit."""
        if self.waiting() > TOGETHER_MAX:
            self.flush()
        rows, single = self._waiting.take_trail(), self._single_rows()
        each = [*more, *([insertion(self._connection, trail, rows)] if rows else [])]
        each += [replacement(self._connection, table, _ONLY, values) for table, values in single]
        met = write_together(self._connection, each)
        for (table, values), count in zip(single, met[len(each) - len(single) :], strict=True):
            if not count:
                add_row(self._connection, table, _ONLY, values)
        self._written += len(rows) + len(single)
        self._waiting.head, self._is_moved = None, False

    def _single_rows(self) -> list[tuple[sa.Table, dict[str, object]]]:
        """Return what is to stand in the tables of one row: the right edge where it moved, and the head of this commit."""
        single: list[tuple[sa.Table, dict[str, object]]] = []
        if self._is_moved:
            frontier = self.frontier()
            single.append((trail_frontier, {"size": frontier.size, "peaks": b"".join(frontier.peaks)}))
        if (head := self._waiting.head) is not None:
            signature = head.signature
            values = {"size": head.size, "root": head.root, "key_id": signature.key_id, "signature": signature.value}
            single.append((trail_head, values))
        return single

    def _read(self, query: sa.Select[tuple[object, ...]], values: Mapping[str, object]) -> tuple[TrailRow, ...]:
        self.flush()
        return tuple(row_of(row) for row in self._connection.execute(query, dict(values)))


def row_of(row: sa.Row[Any]) -> TrailRow:
    """Read a row of the trail."""
    detail = cast("JsonObject", json.loads(row.detail))
    act = Act(row.verb, BodyId(row.body), row.officer, row.subject, detail)
    return TrailRow(row.sequence, row.at, act, row.salt, row.leaf, row.root, row.entry)


def _peaks(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES))
