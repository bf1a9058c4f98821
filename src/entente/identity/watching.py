"""Holds what comes in against the standing queries, following the change sequence.

A step reads the records that changed, finds the queries near them in a table in memory, and compares these alone: each with what
its officer may see at that moment. What matches is raised in one transaction with its rows in the trail, and the position is made
durable after it; a crash in between repeats the step, and what was raised is not raised again.

Source: docs/rules/identity.md I26 and I27; DESIGN section 4 «Log».
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from entente.bodies.model import Officer
from entente.bodies.powers import may_act
from entente.handling.model import CodeLists
from entente.identity.candidates import candidates_among, shown_in_trail
from entente.identity.identifiers import query_keys
from entente.identity.indexed import Indexed, facts_of
from entente.identity.model import Candidate, Match, Query, StandingQuery
from entente.identity.names import name_forms
from entente.identity.not_identical import number_keys
from entente.identity.ports import AllowedSets, IdentityUnit, QueryTable, RecordAct, Seal
from entente.identity.rules import visible_record
from entente.identity.service import question, sealed_for
from entente.identity.standing import why_in_trail
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_object
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act
from entente.records.model import ChangedRecord, Schemata, StoredRecord

STEP_RECORDS = 200
"""Records in one step, after which the position is taken over."""
RAISED_AT_ONCE = 10
"""Records after which what matched among them is raised: at 10,000 standing queries half a second of work."""
READY_AT_ONCE = 200
"""Queries made ready in one step while nothing comes in: some 50 ms of work, for which what comes in then waits."""
MATCHES_MAX = 500
"""Matches of one query that are kept, the settled ones given up first: more than anybody looks at one by one."""
FORGOTTEN_AFTER = timedelta(days=30)
"""How long an ended query and its matches can still be looked at: one that ended on a Friday, and a leave."""
POSITION_KEPT_EVERY = timedelta(minutes=1)
"""How often the position is made durable at most: after a crash so much is read again, and nothing raised twice."""
TIDIED_EVERY = timedelta(hours=1)
NODE = "node"
_Question: TypeAlias = tuple[OfficerId, str, str]


@dataclass(frozen=True, slots=True)
class _Raised:
    query: StandingQuery
    stored: ChangedRecord | StoredRecord
    candidate: Candidate
    basis: str


@dataclass(slots=True)
class _Asking:
    """What each query's officer may see, asked once in a step for each officer, purpose and crime area."""

    view: IdentityUnit
    now: datetime
    lists: CodeLists
    disclosure: AllowedSets
    governed: int = 0
    officers: dict[OfficerId, Officer | None] = field(default_factory=dict)
    sets: dict[_Question, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Read before anything is asked: what changes after it is asked twice, never missed.
        self.governed = self.view.classes.governance_version()

    def allowed(self, left: StandingQuery) -> frozenset[int]:
        """Return the classes that a query's officer may see at this moment; none for one who may not search any more."""
        key = _question_of(left)
        if key not in self.sets:
            self.sets[key] = self._asked(self.view, left)
        return self.sets[key]

    def still_holds(self, unit: IdentityUnit, queries: Iterable[StandingQuery]) -> bool:
        """Say whether these queries' officers may see the same within the transaction in which matches are kept."""
        if unit.classes.governance_version() != self.governed:
            return False
        one_each = {_question_of(left): left for left in queries}
        return all(self.sets[key] == self._asked(unit, left) for key, left in one_each.items())

    def _asked(self, unit: IdentityUnit, left: StandingQuery) -> frozenset[int]:
        officer = unit.bodies.officer(left.officer)
        verdict = may_act(officer, "search", self.now, roles=self.lists.roles, measures=self.lists.measures)
        if officer is None or not verdict.allowed:
            return frozenset()
        return self.disclosure.allowed(*question(unit, officer, left.occasion))


@dataclass(slots=True)
class Watching:
    """Follows the change sequence for the standing queries. `step` is called from one thread."""

    open_unit: Callable[[], IdentityUnit]
    open_view: Callable[[], IdentityUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    disclosure: AllowedSets
    seal: Seal
    record: RecordAct
    table: QueryTable
    reached: int = 0
    """The change sequence up to which everything was matched, durable or not."""
    kept_at: datetime | None = None
    """When the position was last made durable."""
    tidied_at: datetime | None = None
    _is_kept: bool = field(default=True, init=False)
    """Whether the position is durable."""
    _version: int = field(default=-1, init=False)
    _first: int = field(default=0, init=False)
    """The row of the trail by which the earliest query of the table was left: nothing before it is to be matched."""
    _ends: datetime | None = field(default=None, init=False)
    """When the next query of the table ends."""
    _left: dict[str, StandingQuery] = field(default_factory=dict, init=False)
    _indexed: Indexed = field(init=False)

    def __post_init__(self) -> None:
        """Find out once what of each schema is indexed."""
        self._indexed = Indexed(self.schemata)

    def step(self, limit: int = STEP_RECORDS) -> int:
        """Match the next changed records, at least one sequence whole; return how many there were, 0 when none is left.

        Source: docs/rules/identity.md I26.
        """
        now = self.clock.now()
        self._tidy(now)
        changed = self._next_changes(limit, now)
        for start in range(0, len(changed), RAISED_AT_ONCE):
            if not self._match(changed[start : start + RAISED_AT_ONCE], now):
                # A suspension, a lease or a role changed meanwhile: the next step asks again, and raises nothing twice.
                return len(changed)
        if changed:
            # Only after everything up to here was raised: a crash before this line repeats the step.
            self._pass(changed[-1].change_sequence, now)
        return len(changed)

    def follow(self) -> int:
        """Do the next piece of what a running node owes its standing queries; return how much it was, 0 when nothing is left.

        What came in goes first. While nothing does, the table is made ready piece by piece: the first record after a start, or
        after many queries were left, does not wait for all of them, which takes seconds at ten thousand.
        """
        return self.step() or self._make_ready()

    def _make_ready(self) -> int:
        with self.open_view() as view:
            return self._bring_up(view, self.clock.now(), READY_AT_ONCE)

    def catch_up(self, within: timedelta) -> bool:
        """Match what came in while nobody followed, for about so long; say whether nothing is left.

        How far it came is durable at the end, so that whoever goes on does not begin anew. Source: docs/rules/identity.md I26.
        """
        give_up_at = self.clock.now() + within
        is_done = False
        while not is_done and self.clock.now() < give_up_at:
            is_done = not self.step(RAISED_AT_ONCE)
        if not self._is_kept:
            self._keep_position(self.clock.now())
        return is_done

    def _next_changes(self, limit: int, now: datetime) -> Sequence[ChangedRecord | StoredRecord]:
        with self.open_view() as view:
            size = view.trail.frontier().size
            if not view.records.changed_since(max(self.reached, view.standing.position()), 1):
                # The table of ten thousand queries takes seconds to make: a command to which nothing came in does not.
                return ()
            self._bring_up(view, now)
            if not self._left:
                self.reached = size
                return ()
            self.reached = max(self.reached, view.standing.position(), self._first)
            found = view.records.changed_since(self.reached, limit)
            if not found:
                # What came in is older than every query.
                self.reached, self._is_kept = size, False
            return found

    def _match(self, changed: Sequence[ChangedRecord | StoredRecord], now: datetime) -> bool:
        """Raise what matches among some records; False where what their officers may see changed meanwhile."""
        with self.open_view() as view:
            asking = _Asking(view, now, self.lists, self.disclosure)
            raised = [one for stored in changed for one in self._raised(asking, stored)]
        if not raised:
            return True
        with self.open_unit() as unit:
            if not asking.still_holds(unit, [one.query for one in raised]):
                return False
            self._raise(unit, raised, now)
            unit.commit()
        return True

    def _bring_up(self, view: IdentityUnit, now: datetime, most: int | None = None) -> int:
        """Have the table hold the queries that stand now, or at most so many more; return how many came or went.

        Only those that came or went since are touched.
        """
        version = view.standing.version()
        if version == self._version and (self._ends is None or now < self._ends):
            return 0
        live = view.standing.live(now)
        went = self.table.known() - live
        for gone in went:
            self.table.remove(gone)
            del self._left[gone]
        missing = live - self.table.known()
        came = frozenset(islice(missing, most))
        for left in view.standing.several(came):
            asked = left.query
            keys = [key for text in asked.identifiers for key in query_keys(text, asked.country)]
            self.table.put(left.id, [name_forms(name) for name in asked.names], keys)
            self._left[left.id] = left
        if came == missing:
            self._version = version
        self._ends = min((left.until for left in self._left.values()), default=None)
        self._first = min((left.since for left in self._left.values()), default=0)
        return len(came) + len(went)

    def _raised(self, asking: _Asking, stored: ChangedRecord | StoredRecord) -> Iterator[_Raised]:
        """Yield the matches of one record: with what each query's officer may see, and not raised already."""
        same: dict[tuple[Query, frozenset[int]], tuple[Candidate, ...]] = {}
        view = asking.view
        for name, classes in self._near(stored).items():
            left = self._left[name]
            allowed = asking.allowed(left)
            # What is near by a fact that the officer may not see is not near.
            if stored.change_sequence <= left.since or not classes & allowed:
                continue
            key = (left.query, allowed & frozenset(stored.class_numbers))
            if key not in same:
                same[key] = candidates_among(view, left.query, (stored,), allowed, self.schemata, asking.now)
            for candidate in same[key]:
                basis = self._basis(view, stored, candidate, allowed)
                known = view.standing.match_of(name, stored.number)
                if not candidate.not_identical and (known is None or known.basis != basis):
                    yield _Raised(left, stored, candidate, basis)

    def _near(self, stored: ChangedRecord | StoredRecord) -> dict[str, set[int]]:
        """Return the queries near a record, each with the classes of the facts that it is near by."""
        near: dict[str, set[int]] = {}
        for entry in self._indexed.entries(facts_of(stored)):
            for name in self.table.near(name_forms(entry.name), entry.identifiers):
                near.setdefault(name, set()).add(entry.cls)
        return near

    def _basis(
        self, view: IdentityUnit, stored: ChangedRecord | StoredRecord, candidate: Candidate, allowed: frozenset[int]
    ) -> str:
        """Return the digest of what a match rests on: another version that changes none of it raises nothing."""
        visible, schema = visible_record(stored, allowed), self.schemata.get(stored.record.schema)
        assert visible is not None, "a candidate has visible facts"
        assert schema is not None, "a candidate is of a known schema"
        return view.standing.digest(json.dumps([candidate.score, sorted(number_keys(visible, schema))]))

    def _raise(self, unit: IdentityUnit, raised: Iterable[_Raised], now: datetime) -> None:
        """Keep the matches, one row of the trail for each query; a record that changed since is matched by its own change."""
        by_query: dict[str, list[_Raised]] = {}
        for one in raised:
            by_query.setdefault(one.query.id, []).append(one)
        for name, found in by_query.items():
            # A query that was ended meanwhile raises nothing more.
            if unit.standing.get(name) is not None:
                current = {
                    stored.number: stored for stored in unit.records.get_many([one.stored.number for one in found])
                }
                self._keep(unit, [one for one in found if _is_current(current.get(one.stored.number), one)], now)

    def _keep(self, unit: IdentityUnit, found: Sequence[_Raised], now: datetime) -> None:
        if not found:
            return
        left = found[0].query
        unit.standing.drop_settled(left.id, max(0, MATCHES_MAX - len(found)))
        known = {match.record for match in unit.standing.matches(left.id)}
        room = MATCHES_MAX - len(known)
        fresh = [one for one in found if one.stored.number not in known]
        kept = [one for one in found if one.stored.number in known] + fresh[: max(0, room)]
        lost = len(found) - len(kept)
        listed: list[Json] = [shown_in_trail(one.candidate) for one in kept]
        detail: JsonObject = {
            **why_in_trail(left.id, left.occasion),
            "officer": left.officer,
            "raised": listed,
            "not_kept": lost,
            "query_sealed": sealed_for(self.seal, to_object(left.query), left.id),
        }
        subject = left.occasion.case or left.id
        row = self.record(unit, Act("query_matched", unit.bodies.own().id, NODE, subject, detail))
        for one in kept:
            before = unit.standing.match_of(left.id, one.stored.number)
            made = self.ids.new_id("match") if before is None else before.id
            candidate = one.candidate
            unit.standing.put_match(
                Match(
                    made, left.id, one.stored.number, candidate.version, candidate.score, one.basis, now, row.sequence
                )
            )
        if lost:
            unit.standing.add_not_kept(left.id, lost)

    def _pass(self, reached: int, now: datetime) -> None:
        """Go on from here, now and then durably: a commit for each record that comes in would cost as much as its own."""
        self.reached, self._is_kept = reached, False
        if self.kept_at is None or now - self.kept_at >= POSITION_KEPT_EVERY:
            self._keep_position(now)

    def _keep_position(self, now: datetime) -> None:
        with self.open_unit() as unit:
            unit.standing.set_position(self.reached)
            unit.commit()
        self.kept_at, self._is_kept = now, True

    def _tidy(self, now: datetime) -> None:
        """Forget queries that ended long ago, and findings «not identical» that hold no longer."""
        if self.tidied_at is not None and now - self.tidied_at < TIDIED_EVERY:
            return
        with self.open_view() as view:
            is_due = bool(view.standing.ended(now - FORGOTTEN_AFTER)) or view.namesakes.has_ended(now)
        if is_due:
            with self.open_unit() as unit:
                for query in unit.standing.ended(now - FORGOTTEN_AFTER):
                    unit.standing.remove(query)
                unit.namesakes.remove_ended(now)
                unit.commit()
        self.tidied_at = now


def _question_of(left: StandingQuery) -> _Question:
    return left.officer, left.occasion.purpose, left.occasion.crime_area


def _is_current(stored: StoredRecord | None, one: _Raised) -> bool:
    return stored is not None and stored.change_sequence == one.stored.change_sequence
