"""What identity needs from outside: the search index, the gate's allowed sets, the store and the seal.

The index is a cache: deleted, it is rebuilt from the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, Self

from entente.agreements.model import Right
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct
from entente.identity.model import IndexEntry
from entente.kernel.ports import Act, TrailRow, UnitOfWork
from entente.records.ports import RecordsUnit


class SearchIndex(Protocol):
    """Candidates by name and exact identifier, filtered by class inside the search.

    Safe from several threads; `apply` and `clear` are called from one thread only.
    """

    def position(self) -> int:
        """Return the change sequence up to which the index is durable; 0 for a new one."""

    def is_clean(self) -> bool:
        """Say whether nothing of an erased record can be in the files any more."""

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, *, erased: Sequence[int] = ()
    ) -> None:
        """Remove all entries of some records, add others, and make it durable and visible with its new position.

        `erased` are removed too, and their digests may stay in the files until a fresh index takes over. Doing the same
        again changes nothing: what is removed is removed first.
        """

    def clear(self) -> None:
        """Remove everything; the position is 0 again."""

    def beside(self) -> Self:
        """Begin an empty index beside this one, which goes on answering until the other takes over."""

    def take_over(self, fresh: Self) -> None:
        """Answer from a fresh index from now on, and delete this one's files.

        Nothing erased is in the fresh one but what was erased while it was filled; it says so itself.
        """

    def by_name(self, forms: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers whose name facts of an allowed class are nearest to the normalised forms, best first.

        Neither their choice nor their order depends on an entry of a class that is not allowed (I12).
        """

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers with exactly one of the normalised identifiers in a fact of an allowed class."""


class IdentityUnit(RecordsUnit, Protocol):
    """A unit of work with everything a search reads; identity keeps nothing of its own in the store."""


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

    def silences(
        self, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[Silence, ...]:
        """Return what `allowed` lacks because sources are silent, remembered with it."""

    def silences_in(
        self, unit: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[Silence, ...]:
        """Return what `allowed_in` lacks because sources are silent."""


Seal = Callable[[bytes, bytes], bytes]
"""Seals (plain, info) to the data protection officer's key; only that officer opens it again."""

RecordAct = Callable[[UnitOfWork, Act], TrailRow]
"""Records an act in the trail inside a unit of work (trail.service)."""
