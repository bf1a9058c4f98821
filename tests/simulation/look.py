"""What lies in a node's store, read with plain SQL beside the product: the checks never ask the code they check."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Item(NamedTuple):
    """One item of correspondence."""

    family: str
    id: str
    way: str
    state: str
    counterpart: str
    instrument: str


class Kept(NamedTuple):
    """One record as it is held."""

    id: str
    number: int
    version: int
    is_withdrawn: bool
    received_from: str | None
    kind: str
    erase_on: str


class Sent(NamedTuple):
    """One statement of the outbox and how far it has come."""

    statement: str
    recipient: str
    kind: str
    ref: str
    state: str
    reason: str


class Row(NamedTuple):
    """One row of the trail."""

    sequence: int
    verb: str
    body: str
    officer: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A store at one moment. `rows` are those that came since the look before."""

    items: Mapping[tuple[str, str], Item]
    records: Mapping[str, Kept]
    withdrawn: frozenset[str]
    bodies: Mapping[str, str]
    """Body → its document."""
    stands: Mapping[tuple[str, str], Json]
    """(instrument, body) → the newest participation."""
    outbox: tuple[Sent, ...]
    is_taking_back: bool
    """It was restored, and first takes back what it forgot."""
    is_idle: bool
    """Nothing waits to be posted: of its own, or of others that it passes on."""
    size: int
    root: bytes
    rows: tuple[Row, ...]
    tombstones: frozenset[str]
    """The keyed digests of erased records, in hexadecimal."""
    measures: tuple[Json, ...]
    """Every measure that was taken, the newest wording of each."""
    successors: Mapping[str, str]
    """Body → the one that was accepted in its place."""
    ended: Mapping[str, str]
    """Record → up to when its source's versions are shown no more here, its source having ended the copy."""


_RARE = """
    SELECT 'tombstone', lower(hex(digest)), '' FROM tombstone
    UNION ALL SELECT 'measure', document, '' FROM measure
    UNION ALL SELECT 'successor', old, accepted FROM body_succession WHERE accepted IS NOT NULL
    UNION ALL SELECT 'end', record_id, at FROM record_end
"""
"""What stands in few stores, in one question."""


class Looker:
    """Looks into one store; opened anew when the store is. What no commit has changed since is not read again."""

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
        self._connection.execute("PRAGMA query_only = ON")
        self._version = -1
        self._latest: tuple[int, Seen] | None = None
        """How far the trail was read before, and what was seen then."""

    def close(self) -> None:
        self._connection.close()

    def look(self, after: int) -> Seen:
        """Read the store in one snapshot; `after` is how far the trail was read before."""
        # The engine's own word on whether anybody committed since.
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version and self._latest is not None:
            before, seen = self._latest
            if before == after:
                return seen
            if after == seen.size:
                return replace(seen, rows=())
        seen = self._read(after)
        self._version, self._latest = version, (after, seen)
        return seen

    def _read(self, after: int) -> Seen:
        run = self._connection.execute
        run("BEGIN")
        try:
            items = list(
                map(
                    Item._make,
                    run("SELECT family, id, way, state, counterpart, instrument FROM correspondence_item"),
                )
            )
            records = list(
                map(
                    Kept._make,
                    run(
                        "SELECT record_id, number, version, withdrawn_at IS NOT NULL, received_from, kind, erase_on"
                        " FROM record"
                    ),
                )
            )
            rare: dict[str, list[tuple[str, str]]] = {"tombstone": [], "measure": [], "successor": [], "end": []}
            for what, one, two in run(_RARE):
                rare[what].append((one, two))
            stands: dict[tuple[str, str], Json] = {
                (instrument, body): _parsed(document)
                for instrument, body, document in run(
                    "SELECT instrument, body, document FROM participation ORDER BY instrument, body, epoch"
                )
            }
            outbox = tuple(
                map(
                    Sent._make,
                    run(
                        "SELECT statement_id, recipient, kind, ref, state, reason FROM outbox_statement ORDER BY number"
                    ),
                )
            )
            mode = run("SELECT state FROM node_state").fetchone()
            relayed = run("SELECT 1 FROM relay_envelope WHERE state = 'waiting' LIMIT 1").fetchone()
            last = run("SELECT sequence, root FROM trail ORDER BY sequence DESC LIMIT 1").fetchone() or (0, b"")
            rows = tuple(
                map(
                    Row._make,
                    run(
                        "SELECT sequence, verb, body, officer, subject, detail FROM trail WHERE sequence > ? ORDER BY sequence",
                        (after,),
                    ),
                )
            )
            return Seen(
                {(item.family, item.id): item for item in items},
                {kept.id: kept for kept in records},
                frozenset(name for (name,) in run("SELECT record_id FROM record_withdrawal")),
                dict(run("SELECT id, document FROM body")),
                stands,
                outbox,
                mode == ("taking_back",),
                not relayed and not any(sent.state == "waiting" for sent in outbox),
                last[0],
                last[1],
                rows,
                frozenset(digest for digest, _ in rare["tombstone"]),
                tuple(_parsed(document) for document, _ in rare["measure"]),
                dict(rare["successor"]),
                dict(rare["end"]),
            )
        finally:
            run("COMMIT")

    def ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """Return what a query of a check finds; for what is asked once a seed."""
        return self._connection.execute(query, given).fetchall()

    def root_at(self, sequence: int) -> bytes | None:
        """Return the root recorded with a row of the trail."""
        row = self._connection.execute("SELECT root FROM trail WHERE sequence = ?", (sequence,)).fetchone()
        return None if row is None else bytes(row[0])


@lru_cache(maxsize=4096)
def _parsed(document: str) -> Json:
    found: Json = json.loads(document)
    return found
