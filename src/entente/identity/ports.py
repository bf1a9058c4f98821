"""What identity needs from outside: the search index, the gate's allowed sets, the store and the seal.

The index is a cache: deleted, it is rebuilt from the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, Self

from entente.agreements.model import Right
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct
from entente.identity.model import Found, IndexEntry, IndexSizes, Match, NotIdentical, Query, StandingQuery
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act, TrailRow, UnitOfWork
from entente.records.ports import RecordsUnit


class Finder(Protocol):
    """Candidates by name and exact identifier, filtered by class inside the search."""

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers whose name facts of an allowed class are nearest to the query's names, best first.

        At most `limit` a name; the birth date may decide which of many namesakes these are.

        Neither their choice nor their order depends on an entry of a class that is not allowed (I12).
        """

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers with exactly one of the normalised identifiers in a fact of an allowed class."""


class SearchIndex(Finder, Protocol):
    """An index that follows the store.

    Safe from several threads; `apply` and `clear` are called from one thread only.
    """

    def look(self, queries: Sequence[Query | None], allowed: frozenset[int], now: datetime) -> tuple[Found, ...] | None:
        """Have processes of its own look for each query (`looking.look_for`), in the store as it is now or later.

        None where there are none: whoever asks looks for himself. Raises Unavailable where they give no answer.

        Source: docs/rules/identity.md I48.
        """

    def position(self) -> int:
        """Return the change sequence up to which the index is durable; 0 for a new one."""

    def sizes(self) -> IndexSizes:
        """Return how much it holds."""

    def is_clean(self) -> bool:
        """Say whether nothing of an erased record can be in the files any more."""

    def is_due(self) -> bool:
        """Say whether a fresh index should take over: this one is not clean, is damaged, or has grown beyond its form."""

    def is_large(self, records: int) -> bool:
        """Say whether so many records are better put into a fresh index than one by one into one that is empty."""

    def is_damaged(self) -> bool:
        """Say whether searches are refused until a fresh index took over."""

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, *, erased: Sequence[int] = ()
    ) -> None:
        """Remove all entries of some records, add others, and make it durable and visible with its new position.

        `erased` are removed too, and their digests may stay in the files until a fresh index takes over. Doing the same
        again changes nothing: what is removed is removed first.
        """

    def clear(self) -> None:
        """Remove everything; the position is 0 again."""

    def beside(self, records: int = 0) -> Self:
        """Begin an empty index beside this one, which goes on answering until the other takes over.

        It is to hold what this one holds, and `records` more.
        """

    def read_store(self, position: int) -> bool:
        """Have processes of a fresh index put in what stands in the store at a change sequence, and say whether they do.

        Its position is then that one: what changed later is put in like everything that changes, and by nobody else. Where
        they do not, whoever asked puts in everything. Source: docs/rules/identity.md I49.
        """

    def read_since(self) -> int:
        """Return how many records those processes have read since this was asked last."""

    def is_ready(self) -> bool:
        """Say within a moment whether a fresh index takes more now; what changed is brought in first while it does not."""

    def settle(self, *, wait: bool) -> bool:
        """Have what was put into a fresh index written; True once that is done and it may take over.

        What is put in meanwhile is found too. Raises Unavailable when it could not be written.
        """

    def discard(self) -> None:
        """Delete a fresh index that is not to take over."""

    def take_over(self, fresh: Self) -> None:
        """Answer from a fresh index from now on, and delete this one's files.

        Nothing erased is in the fresh one but what was erased while it was filled; it says so itself.
        """


class QueryTable(Protocol):
    """The standing queries by their keys, in memory: which of them are near a name or have a number.

    Used by one thread. What it gives is compared afterwards; it only spares the comparison with all others.
    """

    def known(self) -> frozenset[str]:
        """Return the ids of the queries in it."""

    def put(self, query: str, names: Sequence[Sequence[str]], identifiers: Sequence[str]) -> None:
        """Add a query: the normalised forms of each of its names, and its identifiers' keys."""

    def remove(self, query: str) -> None:
        """Take a query out."""

    def near(self, forms: Sequence[str], identifiers: Sequence[str]) -> frozenset[str]:
        """Return the queries nearest to a name's forms, a bounded number of names, and all with one of the identifiers."""


class StandingStore(Protocol):
    """Standing queries and their matches. Durable at commit, like everything in a unit of work."""

    def version(self) -> int:
        """Return a number that rises with each query that is put or removed."""

    def put(self, left: StandingQuery) -> None:
        """Keep a query that was left."""

    def get(self, query: str) -> StandingQuery | None:
        """Return a query."""

    def of(self, officer: OfficerId) -> tuple[StandingQuery, ...]:
        """Return an officer's queries, the newest first."""

    def count(self, officer: OfficerId | None = None) -> int:
        """Count an officer's queries, or all."""

    def live(self, now: datetime) -> frozenset[str]:
        """Return the ids of the queries that have not ended."""

    def several(self, queries: Collection[str]) -> tuple[StandingQuery, ...]:
        """Return several queries."""

    def remove(self, query: str) -> None:
        """Delete a query with all its matches."""

    def ended(self, before: datetime) -> tuple[str, ...]:
        """Return the ids of the queries that ended before a moment."""

    def position(self) -> int:
        """Return the change sequence up to which everything was matched durably; 0 at first."""

    def set_position(self, sequence: int) -> None:
        """Keep up to which change everything was matched."""

    def match_of(self, query: str, record: int) -> Match | None:
        """Return a query's match with a record."""

    def match(self, match: str) -> Match | None:
        """Return a match."""

    def matches(self, query: str) -> tuple[Match, ...]:
        """Return a query's matches, the newest first; never more than were put."""

    def put_match(self, match: Match) -> None:
        """Add a match, or replace the one of the same query and record."""

    def drop_settled(self, query: str, keep: int) -> None:
        """Delete a query's oldest settled matches until it has at most `keep` matches, or no settled one is left."""

    def not_kept(self, query: str) -> int:
        """Return how many matches of a query were not kept, because it has as many as one may."""

    def add_not_kept(self, query: str, count: int) -> None:
        """Count matches that were not kept."""

    def digest(self, text: str) -> str:
        """Return the digest of a text under the node's own secret, as kept of what a match rests on."""


class NamesakeStore(Protocol):
    """Findings «not identical». Durable at commit."""

    def put(self, marker: NotIdentical) -> None:
        """Keep a finding."""

    def get(self, marker: str) -> NotIdentical | None:
        """Return a finding."""

    def of(self, records: Collection[int], now: datetime) -> tuple[NotIdentical, ...]:
        """Return the findings about records that hold now, the newest first."""

    def remove(self, marker: str) -> None:
        """Delete a finding."""

    def has_ended(self, now: datetime) -> bool:
        """Say whether a finding is kept that holds no longer."""

    def remove_ended(self, now: datetime) -> None:
        """Delete the findings that hold no longer."""

    def digest(self, key: str) -> str:
        """Return the digest of a document's key under the node's own secret."""


class IdentityUnit(RecordsUnit, Protocol):
    """A unit of work with everything a search reads, the standing queries, and the findings about namesakes."""

    @property
    def standing(self) -> StandingStore:
        """The standing queries."""

    @property
    def namesakes(self) -> NamesakeStore:
        """The findings «not identical»."""


class AllowedSets(Protocol):
    """The gate, asked once for each class: implemented by disclosure.service.Disclosure."""

    def allowed(
        self, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> frozenset[int]:
        """Return the numbers of the classes with which the reader may do the act, on committed data, remembered."""

    def allowed_in(
        self, unit: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> frozenset[int]:
        """Return the numbers of the classes with which the reader may do the act, as of this transaction."""

    def seen(
        self, view: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[frozenset[int], tuple[Silence, ...]]:
        """Return the allowed set as of a view, and what it lacks because sources are silent; both are remembered."""

    def silences_in(
        self, unit: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[Silence, ...]:
        """Return what `allowed_in` lacks because sources are silent."""


Seal = Callable[[bytes, bytes], bytes]
"""Seals (plain, info) to the data protection officer's key; only that officer opens it again."""

RecordAct = Callable[[UnitOfWork, Act], TrailRow]
"""Records an act in the trail inside a unit of work (trail.service)."""
