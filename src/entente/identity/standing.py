"""The verbs about standing queries: leave one, list and end one's own, look at what matched, settle a match.

A standing query is a search that goes on: it states purpose, crime area, case or occasion, needs the verb `search`, and is in the
trail sealed. What comes in later is held against it by `watching`. What matched is looked at here anew, with what its officer may
see now, before it is shown; from there an officer confirms or rejects a candidate as after any search (correspondence M4).

Source: docs/rules/identity.md I25 and I27.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.handling.model import CodeLists
from entente.identity.candidates import candidates_among, has_changed, shown_in_trail
from entente.identity.model import Candidate, Match, MatchState, Occasion, Query, StandingQuery
from entente.identity.ports import AllowedSets, IdentityUnit, RecordAct, Seal
from entente.identity.rules import check_days, check_occasion, check_query
from entente.identity.scanned import read_zones
from entente.identity.service import question, sealed_for
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act
from entente.records.model import Schemata

STANDING_DAYS = 30
STANDING_DAYS_MAX = 366
"""For longer than a year a query is left again. Ours, as for leave (correspondence M10): whether it is needed is looked at."""
OFFICER_QUERIES_MAX = 200
"""Standing queries of one officer: as many as one desk can follow."""
QUERIES_MAX = 20_000
"""Standing queries of the node, machine accounts' included: twice as many as it is measured with; about 150 MB of memory."""
NEW_COUNTED_MAX = 10
"""Open matches of a query that a list looks at, new ones first: with 200 queries a second of work. So many means that or more."""
MATCHES_SHOWN_MAX = 200
"""Matches of one answer; a screen holds about 50."""


@dataclass(frozen=True, slots=True)
class OwnQuery:
    """A standing query as its officer sees it."""

    query: StandingQuery
    new: int
    """Matches that were not looked at and may be seen now, at most NEW_COUNTED_MAX."""
    open: int
    """Matches that were not put away and may be seen now, at most NEW_COUNTED_MAX; the new ones among them."""
    not_kept: int
    """Matches beyond what one query may have."""


@dataclass(frozen=True, slots=True)
class MatchShown:
    """A match as its officer may see it now."""

    match: Match
    query: StandingQuery
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class _Look:
    shown: tuple[MatchShown, ...]
    under: tuple[int, frozenset[str]]
    """The governance version and the officer's roles."""
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The verbs about standing queries. Safe from several threads."""

    open_unit: Callable[[], IdentityUnit]
    open_view: Callable[[], IdentityUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    disclosure: AllowedSets
    seal: Seal
    record: RecordAct

    def leave(self, officer: OfficerId, query: Query, why: Occasion, days: int = STANDING_DAYS) -> StandingQuery:
        """Leave a query: each record that comes in from now on and matches becomes a match of it.

        Raises Invalid for a query, occasion or number of days that is not well formed, Refused when the officer may not search,
        Conflict when as many are left as may be.

        Source: docs/rules/identity.md I25.
        """
        check_occasion(why, self.lists)
        check_days(days, STANDING_DAYS_MAX)
        now = self.clock.now()
        asked = read_zones(query, now.date(), self.lists.countries_alpha3).query
        check_query(asked, self.lists)
        made = self.ids.new_id("standing")
        with self.open_unit() as unit:
            now = self.clock.now()
            subject = why.case or made
            who = authorise(unit, officer, "search", subject=subject, now=now, lists=self.lists, record=self.record)
            self._require_room(unit, who)
            until = now + timedelta(days=days)
            detail = {
                **why_in_trail(made, why),
                "until": to_json(until),
                "query_sealed": sealed_for(self.seal, to_object(query), made),
            }
            row = self.record(unit, Act("leave_query", unit.bodies.own().id, officer, subject, detail))
            left = StandingQuery(made, officer, asked, why, now, until, row.sequence)
            unit.standing.put(left)
            unit.commit()
            return left

    def own(self, officer: OfficerId) -> tuple[OwnQuery, ...]:
        """Return an officer's own queries, the newest first, ended ones included until they are forgotten.

        Counted is only what may be seen now: what is hidden since is as absent (I27).
        """
        with self.open_view() as view:
            who = view.bodies.officer(officer) or Officer(officer, frozenset())
            return tuple(
                OwnQuery(left, *self._count(view, who, left), view.standing.not_kept(left.id))
                for left in view.standing.of(officer)
            )

    def _count(self, view: IdentityUnit, who: Officer, left: StandingQuery) -> tuple[int, int]:
        """Return how many matches of a query are new, and how many are open."""
        waiting = [one for one in view.standing.matches(left.id) if one.state is not MatchState.SETTLED]
        waiting = sorted(waiting, key=lambda one: one.state is not MatchState.NEW)[:NEW_COUNTED_MAX]
        if not waiting:
            return 0, 0
        allowed = self.disclosure.allowed(*question(view, who, left.occasion))
        seen = [one.match for one in self._seen(view, left, waiting, allowed)]
        return sum(one.state is MatchState.NEW for one in seen), len(seen)

    def end(self, officer: OfficerId, query: str) -> None:
        """End a query of one's own: it is deleted with its matches; that it stood, and what it asked, stays sealed in the trail.

        Source: docs/rules/identity.md I25.
        """
        with self.open_unit() as unit:
            left = _own(unit, officer, query)
            unit.standing.remove(query)
            subject = left.occasion.case or query
            self.record(
                unit, Act("end_query", unit.bodies.own().id, officer, subject, why_in_trail(query, left.occasion))
            )
            unit.commit()

    def matches(self, officer: OfficerId, query: str = "") -> tuple[MatchShown, ...]:
        """Return what matched one or all of an officer's queries and is not settled, as it may be seen now, the newest first.

        Namesakes found not identical stand last. What was shown is in the trail before the answer, one row a query.

        Source: docs/rules/identity.md I27.
        """
        with self.open_view() as view:
            look = self._look(view, officer, query, self.disclosure.allowed)
        with self.open_unit() as unit:
            now = self.clock.now()
            subject = query or officer
            who = authorise(unit, officer, "search", subject=subject, now=now, lists=self.lists, record=self.record)
            is_as_looked = look.under == (unit.classes.governance_version(), who.roles)
            shown_records = [one.candidate.record for one in look.shown]
            if not is_as_looked or has_changed(unit, shown_records, look.size) or _is_gone(unit, look.shown):
                # A suspension, a role or what would be shown changed meanwhile: it is looked again, in this transaction.
                look = self._look(unit, officer, query, lambda *asked: self.disclosure.allowed_in(unit, *asked))
            for left in dict.fromkeys(one.query for one in look.shown):
                self._record_shown(unit, left, [one for one in look.shown if one.query == left])
            if look.shown:
                # From here on it is in the trail whatever happens to the answer.
                unit.commit()
        return look.shown

    def settle(self, officer: OfficerId, match: str) -> None:
        """Say that a match was dealt with: it is listed no more, until its record's score or numbers change.

        Source: docs/rules/identity.md I27.
        """
        with self.open_unit() as unit:
            found = unit.standing.match(match)
            if found is None:
                raise NotFound
            left = _own(unit, officer, found.query)
            unit.standing.put_match(replace(found, state=MatchState.SETTLED))
            detail = {**why_in_trail(left.id, left.occasion), "match": match}
            subject = left.occasion.case or left.id
            self.record(unit, Act("settle_match", unit.bodies.own().id, officer, subject, detail))
            unit.commit()

    def _require_room(self, unit: IdentityUnit, who: Officer) -> None:
        most = QUERIES_MAX if who.is_machine else OFFICER_QUERIES_MAX
        if unit.standing.count(who.id) >= most or unit.standing.count() >= QUERIES_MAX:
            raise Conflict(
                "The query was not left.",
                why=f"An officer leaves at most {OFFICER_QUERIES_MAX}, and the node holds at most {QUERIES_MAX} "
                "(docs/rules/identity.md I25).",
                do="End those that are no longer needed.",
            )

    def _look(
        self, unit: IdentityUnit, officer: OfficerId, query: str, allowed_for: Callable[..., frozenset[int]]
    ) -> _Look:
        """Return the matches that may be seen now; none for an officer who is not entered, whom the act itself refuses."""
        who = unit.bodies.officer(officer) or Officer(officer, frozenset())
        asked = (_own(unit, officer, query),) if query else unit.standing.of(officer)
        size = unit.trail.frontier().size
        found: list[MatchShown] = []
        sets: dict[tuple[str, str], frozenset[int]] = {}
        for left in asked:
            key = (left.occasion.purpose, left.occasion.crime_area)
            open_ones = [one for one in unit.standing.matches(left.id) if one.state is not MatchState.SETTLED]
            if open_ones and key not in sets:
                sets[key] = allowed_for(*question(unit, who, left.occasion))
            found += self._seen(unit, left, open_ones, sets.get(key, frozenset()))
        newest = sorted(found, key=lambda one: one.match.row, reverse=True)
        ordered = sorted(newest, key=lambda one: bool(one.candidate.not_identical))
        return _Look(tuple(ordered[:MATCHES_SHOWN_MAX]), (unit.classes.governance_version(), who.roles), size)

    def _seen(
        self, unit: IdentityUnit, left: StandingQuery, matches: Sequence[Match], allowed: frozenset[int]
    ) -> Iterator[MatchShown]:
        by_record = {stored.record.id: stored for stored in unit.records.get_many([one.record for one in matches])}
        of_number = {match.record: match for match in matches}
        now = self.clock.now()
        for candidate in candidates_among(unit, left.query, by_record.values(), allowed, self.schemata, now):
            yield MatchShown(of_number[by_record[candidate.record].number], left, candidate)

    def _record_shown(self, unit: IdentityUnit, left: StandingQuery, shown: Sequence[MatchShown]) -> None:
        for one in shown:
            if one.match.state is MatchState.NEW:
                unit.standing.put_match(replace(one.match, state=MatchState.SHOWN))
        listed: list[Json] = [shown_in_trail(one.candidate) for one in shown]
        sealed = sealed_for(self.seal, to_object(left.query), left.id)
        detail: JsonObject = {**why_in_trail(left.id, left.occasion), "shown": listed, "query_sealed": sealed}
        subject = left.occasion.case or left.id
        self.record(unit, Act("show_matches", unit.bodies.own().id, left.officer, subject, detail))


def _own(unit: IdentityUnit, officer: OfficerId, query: str) -> StandingQuery:
    """Return a query of an officer's own; another's is as one that is not there."""
    left = unit.standing.get(query)
    if left is None or left.officer != officer:
        raise NotFound
    return left


def _is_gone(unit: IdentityUnit, shown: Sequence[MatchShown]) -> bool:
    """Say whether a query was ended, or a match settled, after the look."""
    return any(unit.standing.match(one.match.id) != one.match for one in shown)


def why_in_trail(query: str, why: Occasion) -> JsonObject:
    """Return what each row about a standing query says of it: under which id it is opened, and why it stands."""
    return {
        "outcome": "done",
        "search": query,
        "purpose": why.purpose,
        "crime_area": why.crime_area,
        "case": why.case,
        "occasion": why.occasion,
    }
