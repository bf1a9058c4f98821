"""The verbs of identity: search, and keep the index up with the change sequence.

A search looks in a snapshot, and then records itself in a unit of work, where governance and the officer's roles are
checked to be those it looked under. Its one row in the trail is durable before the answer leaves; if the row cannot be written,
there is no answer (I14).

Source: docs/rules/identity.md I12 to I15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from entente.agreements.model import Right
from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader
from entente.handling.model import CodeLists, DisclosureAct
from entente.identity.candidates import candidates_among, has_changed, shown_in_trail
from entente.identity.identifiers import query_keys
from entente.identity.model import CANDIDATES_MAX, Candidate, Occasion, Query, SearchAnswer
from entente.identity.names import name_forms
from entente.identity.ports import AllowedSets, IdentityUnit, RecordAct, Seal, SearchIndex
from entente.identity.rules import check_occasion, check_query, index_entries
from entente.identity.scanned import read_zones
from entente.kernel.canonical import Json, JsonObject, canonical_bytes, parse_canonical
from entente.kernel.clock import Clock
from entente.kernel.codec import from_json, to_object
from entente.kernel.ids import Ids
from entente.kernel.ports import Act
from entente.kernel.sealing import Opener
from entente.kernel.signing import encode_bytes
from entente.records.gaps import gaps
from entente.records.model import ChangedRecord, Gap, Schemata, StoredRecord, Tombstone

FOUND_MAX = CANDIDATES_MAX
"""Records that are loaded and scored for one name: 100 take about 10 ms, and 200 found next to none more on development data."""
SHOWN_MAX = 20
"""Candidates of one answer: a page an officer can check one by one (DESIGN section 7, «a short ranked list»)."""
SEAL_CONTEXT = b"entente/search/1 "
CLEAN_PAUSE_FACTOR = 99
"""After making the index anew, so many times as long passes before it is done again by itself: a hundredth of the time in all."""
STEP_RECORDS = 2_000
"""Records in one step of the index: about a quarter of a second of work and 10 MB of memory."""


@dataclass(frozen=True, slots=True)
class _Found:
    shown: tuple[Candidate, ...]
    candidates: int
    searched: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Changes:
    changed: tuple[ChangedRecord | StoredRecord, ...]
    erased: tuple[int, ...]
    reached: int
    """The change sequence up to which both are whole."""


def open_query(opener: Opener, search: str, sealed: bytes) -> Query:
    """Open a search's sealed query, for the data protection officer; raise Untrusted for another key or another search.

    Source: docs/rules/trail.md T5 and T7.
    """
    plain = opener.open(sealed, SEAL_CONTEXT + search.encode("ascii"))
    return from_json(Query, parse_canonical(plain), "query")


@dataclass(slots=True)
class Identity:
    """Searches, and feeds the index. `search` is safe from several threads; `index_step` and `rebuild` from one."""

    open_unit: Callable[[], IdentityUnit]
    open_view: Callable[[], IdentityUnit]
    """Opens a unit of work that only reads; it never waits for a writer."""
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    index: SearchIndex
    disclosure: AllowedSets
    seal: Seal
    record: RecordAct
    clean_again_at: datetime | None = None
    """Before this moment the index is not made anew by itself."""
    clean_took: timedelta = timedelta()
    fresh: SearchIndex | None = None
    """The index that is being filled beside the one that answers."""
    begun_at: int = 0
    """The size of the trail when the index began to be filled: what was erased before was never in it."""
    fresh_begun_at: int = 0

    def search(self, officer: Officer, query: Query, occasion: Occasion) -> SearchAnswer:
        """Answer who this might be among everything the officer may see, best first, at most SHOWN_MAX.

        Raises Invalid for a query or an occasion that is not well formed, Refused when the officer may not search, and
        Unavailable when the search cannot be recorded.

        What is sealed is the query as it was given, a scanned zone included; what is searched with is what the zone says.

        Source: docs/rules/identity.md I1, I12 to I14 and I20.
        """
        check_occasion(occasion, self.lists)
        scanned = read_zones(query, self.clock.now().date(), self.lists.countries_alpha3)
        asked = scanned.query
        check_query(asked, self.lists)
        search_id = self.ids.new_id("search")
        subject = occasion.case or search_id
        with self.open_view() as view:
            asked_under = (view.classes.governance_version(), officer.roles)
            asked_of = question(view, officer, occasion)
        allowed, silent = self.disclosure.allowed(*asked_of), self.disclosure.silences(*asked_of)
        # Looking and scoring read a snapshot, so that other writers do not wait for them.
        with self.open_view() as view:
            looked_at = view.trail.frontier().size
            found = self._look(view, asked, allowed, silent)
        with self.open_unit() as unit:
            now = self.clock.now()
            officer = authorise(
                unit, officer.id, "search", subject=subject, now=now, lists=self.lists, record=self.record
            )
            is_as_asked = asked_under == (unit.classes.governance_version(), officer.roles)
            if not is_as_asked or has_changed(unit, [one.record for one in found.shown], looked_at):
                # A suspension, a role, a key or what would be shown changed meanwhile: it is looked again, in this transaction.
                asked_of = question(unit, officer, occasion)
                allowed = self.disclosure.allowed_in(unit, *asked_of)
                found = self._look(unit, asked, allowed, self.disclosure.silences_in(unit, *asked_of))
            detail = self._detail(search_id, query, occasion, found)
            row = self.record(unit, Act("search", unit.bodies.own().id, officer.id, subject, detail))
            # From here on the search is in the trail whatever happens to its answer.
            unit.commit()
        return SearchAnswer(found.shown, found.searched, row.sequence, found.gaps, scanned.zones, scanned.notes)

    def index_step(self, limit: int = STEP_RECORDS) -> int:
        """Bring the index up with the next changed records, at least one sequence whole; return how many there were.

        An index ahead of the store (a backup was restored under it) is cleared and filled from the beginning.

        Source: docs/rules/identity.md I15.
        """
        return self._step(self.index, limit)

    def clean_index(self, progress: Callable[[int], None] | None = None) -> int:
        """Make the index anew where something erased may still be in its files; return how many records were read.

        Searches go on in the old files until the new ones have everything. Source: docs/rules/identity.md I17.
        """
        read = 0
        while step := self._clean_step():
            read += step
            if progress is not None:
                progress(read)
        return read

    def follow(self) -> int:
        """Do the next piece of what keeps the index up with the store, and clean of what was erased; 0 when nothing is left.

        What changed goes first, so that it is found within the second. Making the index anew takes at most a hundredth of
        the time, however often something is erased.
        """
        if step := self.index_step():
            return step
        is_due = self.clean_again_at is None or self.clock.now() >= self.clean_again_at
        return self._clean_step() if is_due or self.fresh is not None else 0

    def _clean_step(self) -> int:
        """Fill the fresh index by one step, or have it take over when it is full; 0 when the index is clean."""
        began = self.clock.now()
        if self.fresh is None:
            if self.index.is_clean():
                return 0
            self.fresh, self.clean_took = self.index.beside(), timedelta()
        read = self._step(self.fresh, STEP_RECORDS)
        if not read:
            self.index.take_over(self.fresh)
            self.fresh, self.begun_at = None, self.fresh_begun_at
        self.clean_took += self.clock.now() - began
        self.clean_again_at = self.clock.now() + CLEAN_PAUSE_FACTOR * self.clean_took
        return read

    def rebuild(self) -> int:
        """Empty the index and fill it from the beginning of the sequence; return how many records were read.

        Source: docs/rules/identity.md I15.
        """
        self.index.clear()
        read = 0
        while step := self.index_step():
            read += step
        return read

    def _look(self, unit: IdentityUnit, query: Query, allowed: frozenset[int], silent: tuple[Silence, ...]) -> _Found:
        """Find, load, cut to what is visible and score; equal scores keep the index's order."""
        now = self.clock.now()
        held = unit.records.get_many(self._find(query, allowed))
        found = candidates_among(unit, query, held, allowed, self.schemata, now)
        missed = gaps(unit, allowed, silent, now.date())
        searched = unit.records.count(allowed, today=now.date())
        return _Found(found[:SHOWN_MAX], len(found), searched, missed)

    def _find(self, query: Query, allowed: frozenset[int]) -> tuple[int, ...]:
        keys = [key for text in query.identifiers for key in query_keys(text, query.country)]
        exact = self.index.by_identifier(keys, allowed, FOUND_MAX) if keys else ()
        near = [number for name in query.names for number in self.index.by_name(name_forms(name), allowed, FOUND_MAX)]
        return tuple(dict.fromkeys((*exact, *near)))[: FOUND_MAX * (1 + len(query.names))]

    def _detail(self, search_id: str, query: Query, occasion: Occasion, found: _Found) -> JsonObject:
        """Say why and what was shown; the query only sealed (T5), bound to this search by its id."""
        listed: list[Json] = [shown_in_trail(one) for one in found.shown]
        return {
            "outcome": "done",
            "search": search_id,
            "purpose": occasion.purpose,
            "crime_area": occasion.crime_area,
            "case": occasion.case,
            "occasion": occasion.occasion,
            "candidates": found.candidates,
            "silent_sources": [gap.source for gap in found.gaps],
            "shown": listed,
            "query_sealed": sealed_for(self.seal, query, search_id),
        }

    def _step(self, index: SearchIndex, limit: int) -> int:
        found = self._next_changes(index, limit)
        if found is None:
            return 0
        entries = [entry for stored in found.changed for entry in index_entries(stored, self.schemata)]
        numbers = [stored.number for stored in found.changed]
        index.apply(numbers, entries, found.reached, erased=found.erased)
        return max(1, len(found.changed) + len(found.erased))

    def _next_changes(self, index: SearchIndex, limit: int) -> _Changes | None:
        """Return the next changed and erased records, cut where no sequence is cut; None when there are none."""
        with self.open_view() as view:
            size = view.trail.frontier().size
            if index.position() > size:
                index.clear()
            if index.position() == 0:
                self._begin(index, size)
            changed = view.records.changed_since(index.position(), limit)
            erased = view.erasures.tombstones(index.position(), limit)
        ends = [found[-1] for found in (changed, erased) if len(found) >= limit]
        reached = min((_sequence_of(one) for one in ends), default=None)
        if reached is None:
            reached = max((_sequence_of(found[-1]) for found in (changed, erased) if found), default=0)
        upto = tuple(one for one in changed if one.change_sequence <= reached)
        begun_at = self.fresh_begun_at if index is self.fresh else self.begun_at
        gone = tuple(one.record_number for one in erased if begun_at < one.sequence <= reached and one.record_number)
        return _Changes(upto, gone, reached) if reached else None

    def _begin(self, index: SearchIndex, size: int) -> None:
        if index is self.fresh:
            self.fresh_begun_at = size
        else:
            self.begun_at = size


def sealed_for(seal: Seal, query: Query, search: str) -> str:
    """Return a query as a row of the trail has it: sealed to the data protection officer, bound to the search by its id (T5)."""
    return encode_bytes(seal(canonical_bytes(to_object(query)), SEAL_CONTEXT + search.encode("ascii")))


def question(unit: IdentityUnit, officer: Officer, occasion: Occasion) -> tuple[Reader, DisclosureAct, Right, str, str]:
    """Return what the gate is asked for whoever searches: to see copies, for a purpose and a crime area."""
    reader = Reader(unit.bodies.own().id, officer.id, officer.roles)
    return reader, DisclosureAct.SEE, Right.COPY, occasion.purpose, occasion.crime_area


def _sequence_of(found: ChangedRecord | StoredRecord | Tombstone) -> int:
    return found.sequence if isinstance(found, Tombstone) else found.change_sequence
