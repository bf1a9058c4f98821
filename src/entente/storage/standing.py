"""The tables of standing queries and their matches.

A match names its record by the node's own number and holds nothing of what it says; it goes with the query, and with the record
(storage.erasure). Source: docs/rules/identity.md I25 to I27; identity.ports.StandingStore.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from entente.identity.model import Match, MatchState, StandingQuery
from entente.kernel.ids import OfficerId
from entente.storage.rows import add_to_counter, parts, read, read_counter, read_one, replace_row, text_of, value_of
from entente.storage.schema import counter, standing_match, standing_query
from entente.storage.tombstones import DIGEST_BYTES

VERSION: Final = "standing queries left or gone"
POSITION: Final = "standing queries matched up to"
_BASIS: Final = b"basis of a match\0"

_QUERY = sa.select(standing_query.c.document).where(standing_query.c.id == sa.bindparam("query_"))
_OF = (
    sa.select(standing_query.c.document)
    .where(standing_query.c.officer == sa.bindparam("officer_"))
    .order_by(standing_query.c.since.desc(), standing_query.c.id)
)
_NOT_KEPT = sa.select(standing_query.c.not_kept).where(standing_query.c.id == sa.bindparam("query_"))
_LIVE = sa.select(standing_query.c.id).where(standing_query.c.until > sa.bindparam("now_"))
_ENDED = sa.select(standing_query.c.id).where(standing_query.c.until <= sa.bindparam("before_"))
_MATCH = sa.select(standing_match).where(standing_match.c.id == sa.bindparam("match_"))
_MATCH_OF = sa.select(standing_match).where(
    standing_match.c.query == sa.bindparam("query_"), standing_match.c.record_number == sa.bindparam("record_")
)
_MATCHES = (
    sa.select(standing_match)
    .where(standing_match.c.query == sa.bindparam("query_"))
    .order_by(standing_match.c.sequence.desc(), standing_match.c.id)
)


class StandingTables:
    """The StandingStore of one transaction."""

    def __init__(self, connection: sa.Connection, secret: bytes) -> None:
        self._connection = connection
        self._secret = secret

    def version(self) -> int:
        """Return a number that rises with each query that is put or removed."""
        return read_counter(self._connection, VERSION)

    def put(self, left: StandingQuery) -> None:
        """Keep a query that was left."""
        row = {"id": left.id, "officer": left.officer, "until": left.until, "since": left.since, "not_kept": 0}
        self._connection.execute(sa.insert(standing_query), {**row, "document": text_of(left)})
        add_to_counter(self._connection, VERSION)

    def get(self, query: str) -> StandingQuery | None:
        """Return a query."""
        document = self._connection.execute(_QUERY, {"query_": query}).scalar()
        return None if document is None else value_of(StandingQuery, document)

    def of(self, officer: OfficerId) -> tuple[StandingQuery, ...]:
        """Return an officer's queries, the newest first."""
        return tuple(
            value_of(StandingQuery, row.document) for row in read(self._connection, _OF, {"officer_": officer})
        )

    def count(self, officer: OfficerId | None = None) -> int:
        """Count an officer's queries, or all."""
        query = sa.select(sa.func.count()).select_from(standing_query)
        if officer is not None:
            query = query.where(standing_query.c.officer == officer)
        return int(self._connection.execute(query).scalar_one())

    def live(self, now: datetime) -> frozenset[str]:
        """Return the ids of the queries that have not ended."""
        return frozenset(self._connection.execute(_LIVE, {"now_": now}).scalars())

    def several(self, queries: Collection[str]) -> tuple[StandingQuery, ...]:
        """Return several queries, by id."""
        found: list[StandingQuery] = []
        for part in parts(sorted(queries)):
            query = sa.select(standing_query.c.document).where(standing_query.c.id.in_(part))
            rows = self._connection.execute(query.order_by(standing_query.c.id)).scalars()
            found += [value_of(StandingQuery, document) for document in rows]
        return tuple(found)

    def remove(self, query: str) -> None:
        """Delete a query with all its matches."""
        self._connection.execute(sa.delete(standing_match).where(standing_match.c.query == query))
        self._connection.execute(sa.delete(standing_query).where(standing_query.c.id == query))
        add_to_counter(self._connection, VERSION)

    def ended(self, before: datetime) -> tuple[str, ...]:
        """Return the ids of the queries that ended before a moment."""
        return tuple(self._connection.execute(_ENDED, {"before_": before}).scalars())

    def position(self) -> int:
        """Return the change sequence up to which everything was matched durably; 0 at first."""
        return read_counter(self._connection, POSITION)

    def set_position(self, sequence: int) -> None:
        """Keep up to which change everything was matched."""
        replace_row(self._connection, counter, {"name": POSITION}, {"value": sequence})

    def match_of(self, query: str, record: int) -> Match | None:
        """Return a query's match with a record."""
        row = self._connection.execute(_MATCH_OF, {"query_": query, "record_": record}).one_or_none()
        return None if row is None else _match(row)

    def match(self, match: str) -> Match | None:
        """Return a match."""
        row = self._connection.execute(_MATCH, {"match_": match}).one_or_none()
        return None if row is None else _match(row)

    def matches(self, query: str) -> tuple[Match, ...]:
        """Return a query's matches, the newest first."""
        return tuple(_match(row) for row in read(self._connection, _MATCHES, {"query_": query}))

    def put_match(self, match: Match) -> None:
        """Add a match, or replace the one of the same query and record."""
        values = {
            "query": match.query,
            "record_number": match.record,
            "version": match.version,
            "score": match.score,
            "basis": match.basis,
            "raised_at": match.raised_at,
            "sequence": match.row,
            "state": match.state.value,
        }
        replace_row(self._connection, standing_match, {"id": match.id}, values)

    def drop_settled(self, query: str, keep: int) -> None:
        """Delete a query's oldest settled matches until it has at most `keep` matches, or no settled one is left."""
        held = self.matches(query)
        settled = [match.id for match in reversed(held) if match.state is MatchState.SETTLED]
        for part in parts(settled[: max(0, len(held) - keep)]):
            self._connection.execute(sa.delete(standing_match).where(standing_match.c.id.in_(part)))

    def not_kept(self, query: str) -> int:
        """Return how many matches of a query were not kept, because it has as many as one may."""
        return int(read_one(self._connection, _NOT_KEPT, {"query_": query}).not_kept)

    def add_not_kept(self, query: str, count: int) -> None:
        """Count matches that were not kept."""
        more = sa.update(standing_query).where(standing_query.c.id == query)
        self._connection.execute(more.values(not_kept=standing_query.c.not_kept + count))

    def digest(self, text: str) -> str:
        """Return the digest of a text under the node's own secret, as kept of what a match rests on."""
        return hmac.digest(self._secret, _BASIS + text.encode("utf-8"), "sha256")[:DIGEST_BYTES].hex()


def _match(row: sa.Row[Any]) -> Match:
    return Match(
        row.id,
        row.query,
        row.record_number,
        row.version,
        row.score,
        row.basis,
        row.raised_at,
        row.sequence,
        MatchState(row.state),
    )
