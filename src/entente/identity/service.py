"""The verbs of identity: search, and keep the index up with the change sequence.

A search looks in a snapshot, and then records itself in a unit of work, where governance and the officer's roles are
checked to be those it looked under. Its one row in the trail is durable before the answer leaves; if the row cannot be written,
there is no answer (I14).

Source: docs/rules/identity.md I12 to I15, I31 and I32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entente.agreements.model import Right
from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader
from entente.handling.model import CodeLists, DisclosureAct
from entente.identity.found import Looked, changed_since_look, shown_by_many, shown_by_one, unread
from entente.identity.indexed import Indexed
from entente.identity.looking import look_for
from entente.identity.model import (
    Found,
    ManyAnswers,
    Occasion,
    Query,
    QueryAnswer,
    RowsOfFile,
    SealedRequest,
    SearchAnswer,
)
from entente.identity.ports import AllowedSets, IdentityUnit, RecordAct, Seal, SearchIndex
from entente.identity.rules import check_occasion, check_query, check_request
from entente.identity.scanned import ScannedQuery, read_zones
from entente.kernel.canonical import JsonObject, canonical_bytes, parse_canonical
from entente.kernel.clock import Clock
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import EntenteError, Invalid
from entente.kernel.ids import Ids
from entente.kernel.ports import Act, TrailRow
from entente.kernel.sealing import Opener
from entente.kernel.signing import encode_bytes
from entente.records.gaps import gaps
from entente.records.model import ChangedFacts, Schemata, Tombstone

SEAL_CONTEXT = b"entente/search/1 "
CLEAN_PAUSE_FACTOR = 99
"""After making the index anew, so many times as long passes before it is done again by itself: a hundredth of the time in all."""
FAILED_TOOK_MIN = timedelta(seconds=1)
"""What an attempt that failed counts at least, so that the next one comes a minute and a half later."""
STEP_RECORDS = 2_000
"""Records in one step of the index: about a quarter of a second of work, most of it the live part's."""
FILL_RECORDS = 8_000
"""Records in one step of a fresh index: a quarter of a second of work, and 10 MB of memory."""


@dataclass(frozen=True, slots=True)
class _Changes:
    changed: tuple[ChangedFacts, ...]
    erased: tuple[int, ...]
    reached: int
    """The change sequence up to which both are whole."""


@dataclass(frozen=True, slots=True)
class _Request:
    """One request to search, as it is recorded."""

    id: str
    officer: Officer
    asked: tuple[Query | None, ...]
    occasion: Occasion
    sealed: str
    """What was asked, for the data protection officer alone (T5), bound to this search by its id."""
    shown: Callable[[Looked], JsonObject]
    """Says in the row what was shown."""

    @property
    def subject(self) -> str:
        """What the row is about."""
        return self.occasion.case or self.id

    def detail(self, looked: Looked) -> JsonObject:
        """Say in the row why, and what came of it."""
        why_and_what: JsonObject = {
            "outcome": "done",
            "search": self.id,
            "purpose": self.occasion.purpose,
            "crime_area": self.occasion.crime_area,
            "case": self.occasion.case,
            "occasion": self.occasion.occasion,
            "candidates": sum(found.candidates for found in looked.found),
            "silent_sources": [gap.source for gap in looked.gaps],
            "query_sealed": self.sealed,
        }
        if looked.unread:
            why_and_what["unread"] = looked.unread
        return why_and_what | self.shown(looked)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was looked at, before its row is written."""

    looked: Looked
    at: int
    """The size of the trail at which was looked."""
    under: tuple[int, frozenset[str]]
    """The version of governance, and the officer's roles, under which was looked."""

    def is_under(self, unit: IdentityUnit, acting: Officer) -> bool:
        """Say whether it was looked under what holds now."""
        return self.under == (unit.classes.governance_version(), acting.roles)


def open_query(opener: Opener, search: str, sealed: bytes) -> SealedRequest:
    """Open what a search sealed, for the data protection officer; raise Untrusted for another key or another search.

    Source: docs/rules/trail.md T5 and T7; docs/rules/identity.md I32.
    """
    opened = parse_canonical(opener.open(sealed, SEAL_CONTEXT + search.encode("ascii")))
    if "queries" in opened:
        return from_json(SealedRequest, opened, "request")
    return SealedRequest((from_json(Query, opened, "query"),))


@dataclass(slots=True)
class Identity:
    """Searches, and feeds the index. `search` is safe from several threads; `index_step` and `rebuild` from one."""

    open_unit: Callable[[], IdentityUnit]
    open_act: Callable[[], IdentityUnit]
    """Opens a unit of work for a moment, which may become durable together with others."""
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
    indexed: Indexed = field(init=False)

    def __post_init__(self) -> None:
        """Find out once what of each schema is indexed."""
        self.indexed = Indexed(self.schemata)

    def search(self, officer: Officer, query: Query, occasion: Occasion) -> SearchAnswer:
        """Answer who this might be among everything the officer may see, best first, at most SHOWN_MAX.

        Raises Invalid for a query or an occasion that is not well formed, Refused when the officer may not search, and
        Unavailable when the search cannot be recorded.

        What is sealed is the query as it was given, a scanned zone included; what is searched with is what the zone says.

        Source: docs/rules/identity.md I1, I12 to I14 and I20.
        """
        check_occasion(occasion, self.lists)
        scanned = self._read(query)
        looked, row = self._recorded(officer, (scanned.query,), occasion, to_object(query), shown_by_one)
        (found,) = looked.found
        notes = (*scanned.notes, *looked.notes)
        return SearchAnswer(found.shown, looked.searched, row.sequence, looked.gaps, scanned.zones, notes)

    def search_many(
        self, officer: Officer, queries: Sequence[Query], occasion: Occasion, rows: RowsOfFile | None = None
    ) -> ManyAnswers:
        """Answer up to QUERIES_MAX queries, each as `search` does, for one occasion and with one row in the trail.

        The answers stand in the order of the queries. An ill-formed query has its error there, and the others are
        searched. `rows` says of which file they are. Raises as `search` does for the request as a whole.

        Source: docs/rules/identity.md I31 and I32.
        """
        check_occasion(occasion, self.lists)
        check_request(queries, rows)
        read = tuple(self._read_or_error(query) for query in queries)
        asked = tuple(None if isinstance(one, Invalid) else one.query for one in read)
        sealed = to_object(SealedRequest(tuple(queries), rows))

        def shown(looked: Looked) -> JsonObject:
            return shown_by_many(looked, asked, rows)

        looked, row = self._recorded(officer, asked, occasion, sealed, shown)
        answers = tuple(
            one if isinstance(one, Invalid) else QueryAnswer(found.shown, one.zones, (*one.notes, *looked.notes))
            for one, found in zip(read, looked.found, strict=True)
        )
        return ManyAnswers(answers, looked.searched, row.sequence, looked.gaps)

    def _read(self, query: Query) -> ScannedQuery:
        """Return a query as it is searched with; raise Invalid for one that cannot be."""
        scanned = read_zones(query, self.clock.now().date(), self.lists.countries_alpha3)
        check_query(scanned.query, self.lists)
        return scanned

    def _read_or_error(self, query: Query) -> ScannedQuery | Invalid:
        try:
            return self._read(query)
        except Invalid as error:
            return error

    def _recorded(
        self,
        officer: Officer,
        asked: tuple[Query | None, ...],
        occasion: Occasion,
        given: JsonObject,
        shown: Callable[[Looked], JsonObject],
    ) -> tuple[Looked, TrailRow]:
        """Look for each query, and record it in one row; None stands for a query that is not looked for.

        `given` is what is sealed, `shown` says in the row what was shown.
        """
        search_id = self.ids.new_id("search")
        sealed = sealed_for(self.seal, given, search_id)
        request = _Request(search_id, officer, asked, occasion, sealed, shown)
        # Looking and scoring read a snapshot, so that writers do not wait for them.
        with self.open_view() as view:
            under = (view.classes.governance_version(), officer.roles)
            allowed, silent = self.disclosure.seen(view, *question(view, officer, occasion))
            size = view.trail.frontier().size
            # A search process sees what is in the store by now: what came in since `size` is looked at again below.
            found = self.index.look(asked, allowed, self.clock.now()) or ()
            first = _Look(self._look(view, asked, allowed, silent, found), size, under)
        with self.open_act() as unit:
            acting = self._authorised(unit, request)
            if first.is_under(unit, acting) and not changed_since_look(unit, first.looked, first.at):
                return first.looked, self._written(unit, request, first.looked)
        # A suspension, a role, a key or what would be shown changed meanwhile: it is looked again, in the transaction of the row.
        # That takes longer than others may be kept waiting, so nobody shares it.
        with self.open_unit() as unit:
            looked = self._look_again(unit, request, first)
            return looked, self._written(unit, request, looked)

    def _authorised(self, unit: IdentityUnit, request: _Request) -> Officer:
        now, officer, subject = self.clock.now(), request.officer.id, request.subject
        return authorise(unit, officer, "search", subject=subject, now=now, lists=self.lists, record=self.record)

    def _look_again(self, unit: IdentityUnit, request: _Request, first: _Look) -> Looked:
        """Look with what is allowed now, for those queries of which the first look does not stand."""
        acting = self._authorised(unit, request)
        asked_of = question(unit, acting, request.occasion)
        allowed = self.disclosure.allowed_in(unit, *asked_of)
        silent = self.disclosure.silences_in(unit, *asked_of)
        stands = first.is_under(unit, acting)
        kept = first.looked.without(changed_since_look(unit, first.looked, first.at)) if stands else ()
        return self._look(unit, request.asked, allowed, silent, kept)

    def _written(self, unit: IdentityUnit, request: _Request, looked: Looked) -> TrailRow:
        """Record what was looked for; from here on it is in the trail whatever happens to its answer."""
        body, officer = unit.bodies.own().id, request.officer.id
        row = self.record(unit, Act("search", body, officer, request.subject, request.detail(looked)))
        unit.commit()
        return row

    def index_step(self, limit: int = STEP_RECORDS) -> int:
        """Bring the index up with the next changed records, at least one sequence whole; return how many there were.

        An index ahead of the store (a backup was restored under it) is cleared and filled from the beginning.

        Source: docs/rules/identity.md I15.
        """
        return self._step(self.index, limit)

    def bring_up(self) -> int:
        """Bring the index up with the whole store, a large one that has none yet by a base; return how many were read.

        Source: docs/rules/identity.md I15 and I44.
        """
        read = 0
        if self.index.is_large(self._waiting_for_first()):
            # Where no base can be made, the index that is there is filled: slower, and it finds.
            with suppress(EntenteError):
                read = self.clean_index()
        while step := self.index_step():
            read += step
        return read

    def clean_index(self, progress: Callable[[int], None] | None = None) -> int:
        """Make the index anew where something erased may still be in its files; return how many records were read.

        Searches go on in the old files until the new ones have everything. Source: docs/rules/identity.md I17.
        """
        read = 0
        while (step := self._clean_step(wait=True)) or self.fresh is not None:
            read += step
            if progress is not None:
                progress(read)
        return read

    def follow(self) -> int:
        """Do the next piece of what keeps the index up with the store, and clean of what was erased; 0 when nothing is left.

        What changed goes first, so that it is found within the second. Making the index anew takes at most a hundredth of
        the time, however often something is erased; one that refuses searches is made anew at once. An empty index of a large
        store is not filled: the fresh one is, which has everything sooner.
        """
        is_due = self.clean_again_at is None or self.clock.now() >= self.clean_again_at or self.index.is_damaged()
        may_clean = is_due or self.fresh is not None
        is_first = may_clean and self.index.is_large(self._waiting_for_first())
        if not is_first and (step := self.index_step()):
            return step
        return self._clean_step() if may_clean else 0

    def _clean_step(self, *, wait: bool = False) -> int:
        """Fill the fresh index by one step, or have it take over when it is whole; 0 when there is nothing to read."""
        began = self.clock.now()
        if self.fresh is None:
            waiting = self._waiting_for_first()
            if not self.index.is_due() and not self.index.is_large(waiting):
                return 0
            self.clean_took = timedelta()
        try:
            if self.fresh is None:
                self.fresh = self.index.beside(waiting)
                self._read_store(self.fresh)
            if not self.fresh.is_ready():
                return self.fresh.read_since()
            read = self.fresh.read_since() + self._step(self.fresh, FILL_RECORDS)
            if not read and self.fresh.settle(wait=wait):
                self.index.take_over(self.fresh)
                self.fresh, self.begun_at = None, self.fresh_begun_at
        except EntenteError:
            # It is begun again, after the same pause as when it had worked; meanwhile the index there is follows the store.
            self.clean_took = max(self.clean_took, FAILED_TOOK_MIN)
            if self.fresh is not None:
                self.fresh.discard()
                self.fresh = None
            raise
        finally:
            self.clean_took += self.clock.now() - began
            self.clean_again_at = self.clock.now() + CLEAN_PAUSE_FACTOR * self.clean_took
        return read

    def _read_store(self, fresh: SearchIndex) -> None:
        """Have the processes of a fresh index, where it has any, read what is there now; what comes later it is brought.

        Source: docs/rules/identity.md I49.
        """
        with self.open_view() as view:
            size = view.trail.frontier().size
            position = max(view.records.last_change(), view.erasures.last_tombstone())
        if position and fresh.read_store(position):
            self._begin(fresh, size)

    def rebuild(self) -> int:
        """Empty the index and fill it from the beginning of the sequence; return how many records were read.

        Source: docs/rules/identity.md I15.
        """
        self.index.clear()
        return self.bring_up()

    def _waiting_for_first(self) -> int:
        """Return how many records wait for an index that has read nothing yet; 0 for one that has begun."""
        if self.index.position():
            return 0
        with self.open_view() as view:
            return view.records.count_changed(0)

    def _look(
        self,
        unit: IdentityUnit,
        asked: tuple[Query | None, ...],
        allowed: frozenset[int],
        silent: tuple[Silence, ...],
        kept: tuple[Found | None, ...] = (),
    ) -> Looked:
        """Look for each query, but for those of which what an earlier look found is kept."""
        now = self.clock.now()
        found = tuple(
            one or look_for(query, unit, self.index, allowed, self.schemata, now)
            for query, one in zip(asked, kept or (None,) * len(asked), strict=True)
        )
        missed = gaps(unit, allowed, silent, now.date())
        return Looked(found, unit.records.count(allowed, today=now.date()), missed, unread(unit, self.index.position()))

    def _step(self, index: SearchIndex, limit: int) -> int:
        found = self._next_changes(index, limit)
        if found is None:
            return 0
        entries = [entry for one in found.changed for entry in self.indexed.entries(one)]
        numbers = [one.number for one in found.changed]
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
            changed = view.records.facts_since(index.position(), limit, self.indexed.properties)
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


def sealed_for(seal: Seal, given: JsonObject, search: str) -> str:
    """Return what was asked as a row of the trail has it: sealed for the data protection officer, bound to its search (T5)."""
    return encode_bytes(seal(canonical_bytes(given), SEAL_CONTEXT + search.encode("ascii")))


def question(unit: IdentityUnit, officer: Officer, occasion: Occasion) -> tuple[Reader, DisclosureAct, Right, str, str]:
    """Return what the gate is asked for whoever searches: to see copies, for a purpose and a crime area."""
    reader = Reader.of(unit.bodies.own().id, officer)
    return reader, DisclosureAct.SEE, Right.COPY, occasion.purpose, occasion.crime_area


def _sequence_of(found: ChangedFacts | Tombstone) -> int:
    return found.sequence if isinstance(found, Tombstone) else found.change_sequence
