"""The trail's tables: rows, the tree's right edge, the signed head.

An import appends thousands of rows in one transaction, so appended rows wait in memory and are inserted together: before
anything reads the trail, and at commit. The frontier after the last row is what is kept.
Source: docs/rules/trail.md; kernel.ports.TrailStore.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, KeyId
from entente.kernel.merkle import HASH_BYTES, Frontier
from entente.kernel.ports import Act, TrailRow
from entente.kernel.signing import Signature
from entente.storage.rows import insert_rows, json_text, read_one, replace_row
from entente.storage.schema import trail, trail_frontier, trail_head
from entente.trail.ports import TrailHead, Wanted

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
_COUNT_OF_VERBS = sa.select(trail.c.verb, sa.func.count().label("times")).where(*_BETWEEN).group_by(trail.c.verb)
_HEAD = sa.select(trail_head)
_FRONTIER = sa.select(trail_frontier.c.size, trail_frontier.c.peaks)


class TrailTables:
    """The LoggedStore of one transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        frontier: Frontier | None = None,
        committed: Frontier | None = None,
        head: TrailHead | None = None,
    ) -> None:
        """Serve one transaction; `frontier` is the tree's right edge where units before this one in it moved it.

        `committed` and `head` are those of the last commit, where they are known (storage.company.Left).
        """
        self._connection = connection
        self._frontier = committed if frontier is None else frontier
        self._is_moved = frontier is not None
        self._head = head
        self._appended: list[dict[str, object]] = []
        self._written = 0

    def waiting(self) -> int:
        """Return how many rows were appended and are not inserted yet."""
        return len(self._appended)

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
        self._appended.append(
            {
                "sequence": row.sequence,
                "at": row.at,
                "verb": act.verb,
                "body": act.body,
                "officer": act.officer,
                "subject": act.subject,
                "detail": json_text(act.detail),
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

    def count_of_verbs(self, verbs: Collection[str], after: int, upto: int) -> Mapping[str, int]:
        """Count the rows of some verbs between two rows."""
        self.flush()
        values = {"after": after, "upto": upto, "verbs": sorted(verbs)}
        return {row.verb: int(row.times) for row in self._connection.execute(_COUNT_OF_VERBS, values)}

    def head(self) -> TrailHead | None:
        """Return the newest signed head."""
        if self._head is None and (row := read_one(self._connection, _HEAD)) is not None:
            self._head = TrailHead(row.size, row.root, Signature(KeyId(row.key_id), row.signature))
        return self._head

    def put_head(self, head: TrailHead) -> None:
        """Keep the head of this commit."""
        values = {
            "size": head.size,
            "root": head.root,
            "key_id": head.signature.key_id,
            "signature": head.signature.value,
        }
        replace_row(self._connection, trail_head, {"id": 1}, values)
        self._head = head
        self._written += 1

    def flush(self) -> None:
        """Insert what was appended; called before a read and by the unit of work before it hands on or commits."""
        if not self._appended:
            return
        appended, self._appended = self._appended, []
        insert_rows(self._connection, trail, appended)
        self._written += len(appended)

    def keep(self) -> None:
        """Insert what was appended, and keep the right edge; called by the unit of work once, before the commit."""
        self.flush()
        if self._is_moved:
            frontier = self.frontier()
            values = {"size": frontier.size, "peaks": b"".join(frontier.peaks)}
            replace_row(self._connection, trail_frontier, {"id": 1}, values)
            self._written += 1
            self._is_moved = False

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
