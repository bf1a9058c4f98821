"""Standing queries and findings «not identical» in memory, and a table of queries that is near to everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from entente.identity.model import Match, MatchState, NotIdentical, StandingQuery
from entente.kernel.ids import OfficerId


@dataclass
class MemoryStanding:
    """Implements identity.ports.StandingStore."""

    left: dict[str, StandingQuery] = field(default_factory=dict)
    raised: dict[str, Match] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    reached: int = 0

    def version(self) -> int:
        return self.changes

    def put(self, left: StandingQuery) -> None:
        self.changes += 1
        self.left[left.id] = left

    def get(self, query: str) -> StandingQuery | None:
        return self.left.get(query)

    def of(self, officer: OfficerId) -> tuple[StandingQuery, ...]:
        own = [one for one in self.left.values() if one.officer == officer]
        return tuple(sorted(own, key=lambda one: (-one.since, one.id)))

    def count(self, officer: OfficerId | None = None) -> int:
        return sum(officer in (None, one.officer) for one in self.left.values())

    def live(self, now: datetime) -> frozenset[str]:
        return frozenset(one.id for one in self.left.values() if one.until > now)

    def several(self, queries: Collection[str]) -> tuple[StandingQuery, ...]:
        return tuple(self.left[one] for one in sorted(queries) if one in self.left)

    def remove(self, query: str) -> None:
        self.changes += 1
        self.left.pop(query, None)
        self.lost.pop(query, None)
        self.raised = {name: one for name, one in self.raised.items() if one.query != query}

    def ended(self, before: datetime) -> tuple[str, ...]:
        return tuple(one.id for one in self.left.values() if one.until <= before)

    def position(self) -> int:
        return self.reached

    def set_position(self, sequence: int) -> None:
        self.reached = sequence

    def match_of(self, query: str, record: int) -> Match | None:
        return next((one for one in self.raised.values() if (one.query, one.record) == (query, record)), None)

    def match(self, match: str) -> Match | None:
        return self.raised.get(match)

    def matches(self, query: str) -> tuple[Match, ...]:
        own = [one for one in self.raised.values() if one.query == query]
        return tuple(sorted(own, key=lambda one: (-one.row, one.id)))

    def put_match(self, match: Match) -> None:
        self.raised[match.id] = match

    def drop_settled(self, query: str, keep: int) -> None:
        held = self.matches(query)
        settled = [one.id for one in reversed(held) if one.state is MatchState.SETTLED]
        for name in settled[: max(0, len(held) - keep)]:
            del self.raised[name]

    def not_kept(self, query: str) -> int:
        return self.lost.get(query, 0)

    def add_not_kept(self, query: str, count: int) -> None:
        self.lost[query] = self.not_kept(query) + count

    def digest(self, text: str) -> str:
        return sha256(b"basis " + text.encode()).hexdigest()


@dataclass
class MemoryNamesakes:
    """Implements identity.ports.NamesakeStore."""

    found: dict[str, NotIdentical] = field(default_factory=dict)

    def put(self, marker: NotIdentical) -> None:
        self.found[marker.id] = marker

    def get(self, marker: str) -> NotIdentical | None:
        return self.found.get(marker)

    def of(self, records: Collection[int], now: datetime) -> tuple[NotIdentical, ...]:
        about = [one for one in self.found.values() if one.record in records and one.until > now]
        return tuple(sorted(about, key=lambda one: (one.at, one.id), reverse=True))

    def remove(self, marker: str) -> None:
        self.found.pop(marker, None)

    def has_ended(self, now: datetime) -> bool:
        return any(one.until <= now for one in self.found.values())

    def remove_ended(self, now: datetime) -> None:
        self.found = {name: one for name, one in self.found.items() if one.until > now}

    def digest(self, key: str) -> str:
        return sha256(b"document " + key.encode()).hexdigest()


@dataclass
class EveryQuery:
    """Implements identity.ports.QueryTable: every query is near every name, and those with a number near that number."""

    held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def known(self) -> frozenset[str]:
        return frozenset(self.held)

    def put(self, query: str, names: Sequence[Sequence[str]], identifiers: Sequence[str]) -> None:
        assert query not in self.held, "a query is put once"
        self.held[query] = tuple(identifiers)
        if names:
            self.named.add(query)

    def remove(self, query: str) -> None:
        del self.held[query]
        self.named.discard(query)

    def near(self, forms: Sequence[str], identifiers: Sequence[str]) -> frozenset[str]:
        by_number = {query for query, numbers in self.held.items() if set(numbers) & set(identifiers)}
        return frozenset(by_number | self.named if forms else by_number)
