"""What a statement of heads would change: which kinds would stop to flow and which begin, between whom, under which right.

Asked before anybody signs, of any draft: a signature, a stand (suspended, resumed, narrowed, left), a measure; and, before it
is kept, of the next version of a group, whose bodies instruments may name as their parties. What flows is asked of `sharing`,
once as it is and once as it would be. Reads the store and changes nothing; whether the statement may be made at all is judged
where it is drafted and handed in.

Source: docs/rules/agreements.md A14; docs/rules/bodies.md B27.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from entente.agreements.channel import force_now, members_now
from entente.agreements.model import InstrumentState, Measure, MeasurePolicy, Right
from entente.agreements.ports import AgreementsUnit
from entente.agreements.rules import in_force
from entente.agreements.sharing import Standing, Terms, shared_between
from entente.agreements.statements import (
    AgreementKind,
    read_measure,
    read_participation,
    read_signature,
    stand_by_signature,
)
from entente.bodies.group_changes import days_of_change
from entente.bodies.model import Group, MembershipStatus
from entente.bodies.succession import stands_for
from entente.handling.model import CodeLists
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import Statement

NOBODY_SENDS = frozenset({MeasurePolicy.PAUSED, MeasurePolicy.RECEIVE_ONLY})
"""Under these what the body sends stops; under the first what it receives stops too (docs/rules/disclosure.md D1)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changes under one right; kinds of record, in order."""

    right: Right
    gives_stopped: tuple[str, ...]
    gives_begun: tuple[str, ...]
    gets_stopped: tuple[str, ...]
    gets_begun: tuple[str, ...]

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.gives_stopped or self.gives_begun or self.gets_stopped or self.gets_begun)


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes between a body and others, the same for each of them."""

    others: tuple[BodyId, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one statement would change."""

    kind: str
    instrument: InstrumentId
    body: BodyId
    """Whose flows they are: who speaks, or whom the measure is about."""
    effects: tuple[Effect, ...]
    policy: MeasurePolicy | None = None
    """Of a measure, what it asks of the others."""


DAYS_MAX = 12
"""Days on which a group's change is told for itself; a list with more to come is looked at again."""


@dataclass(frozen=True, slots=True)
class GroupDay:
    """What a group's next version would change of an instrument, as of a day."""

    on: date
    named: frozenset[BodyId]
    """Who would be named as a party anew; what flows for them begins once they sign."""
    not_named: frozenset[BodyId]
    begins: frozenset[BodyId]
    """Between whom it would be in force anew."""
    stops: frozenset[BodyId]
    was_in_force: bool
    is_in_force: bool
    why: str
    """Why it is in force then, or is not."""
    effects: tuple[Effect, ...]
    """What changes between our body and others."""

    @property
    def tells(self) -> object:
        """What is told of it beside the day."""
        return (self.named, self.not_named, self.begins, self.stops, self.is_in_force, self.effects)

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        changed = self.named or self.not_named or self.begins or self.stops or self.effects
        return bool(changed) or self.was_in_force is not self.is_in_force


@dataclass(frozen=True, slots=True)
class ByGroup:
    """What a group's next version would change of an instrument that names the group."""

    instrument: InstrumentId
    statuses: tuple[MembershipStatus, ...]
    """As what the bodies of the group are its parties."""
    days: tuple[GroupDay, ...]
    """From which day on what changes; none where nothing does."""


_Flows = Mapping[Right, tuple[frozenset[str], frozenset[str]]]
"""By right, the kinds that a body gives another and those that it gets."""


def foresee(unit: AgreementsUnit, statement: Statement, lists: CodeLists, now: datetime) -> Foreseen:
    """Return what a statement would change.

    Raises Invalid for one that heads do not sign here, NotFound for an unknown instrument.

    Source: docs/rules/agreements.md A14.
    """
    match statement.kind:
        case AgreementKind.MEASURE:
            return _by_measure(unit, read_measure(statement), lists, now)
        case AgreementKind.SIGNATURE:
            state = _state(unit, read_signature(statement).id)
            stand = stand_by_signature(statement, state.instrument)
            signatures = {**state.signatures, statement.body: statement.at}
        case AgreementKind.PARTICIPATION:
            stand = read_participation(statement)
            state = _state(unit, stand.instrument)
            signatures = {**state.signatures}
        case _:
            raise _not_for_heads(statement)
    then = replace(state, signatures=signatures, participations={**state.participations, statement.body: stand})
    before, after = _terms(unit, state, lists, now), _terms(unit, then, lists, now)
    others = frozenset(body for terms in (before, after) for one in terms.instruments for body in one.parties)
    flows = {
        other: (_flows(statement.body, other, before), _flows(statement.body, other, after))
        for other in sorted(others - {statement.body})
    }
    return Foreseen(statement.kind, state.instrument.id, statement.body, _alike(flows))


def foresee_group(
    unit: AgreementsUnit, known: Group | None, group: Group, lists: CodeLists, now: datetime
) -> tuple[ByGroup, ...]:
    """Return, of each instrument that names a group, what the group's next version would change: now, and on days to come.

    Source: docs/rules/bodies.md B27.
    """
    days = days_of_change(known, group, now.date())[:DAYS_MAX]
    found = []
    for state in unit.agreements.instruments():
        statuses = sorted(one.status for one in state.instrument.party_groups if one.group == group.id)
        if statuses:
            told = [_group_day(unit, state, group, lists, now, on) for on in days]
            # A later day is told where it is not as the one before it.
            news = [
                one for one, last in zip(told, (None, *told), strict=False) if last is None or one.tells != last.tells
            ]
            first, *later = news
            found.append(ByGroup(state.instrument.id, tuple(statuses), (*((first,) if first else ()), *later)))
    return tuple(found)


def _group_day(
    unit: AgreementsUnit, state: InstrumentState, group: Group, lists: CodeLists, now: datetime, on: date
) -> GroupDay:
    own, successors = unit.bodies.own().id, unit.bodies.successors()
    at = max(now, datetime.combine(on, time.min, UTC))
    named = [members_now(unit, state.instrument, on, supposed) for supposed in (None, group)]
    was, would = (in_force(state, members, at, successors) for members in named)
    before, after = (
        Terms((Standing(state, verdict.parties),) if verdict.holds else (), successors, lists, at)
        for verdict in (was, would)
    )
    between = [verdict.parties if verdict.holds else frozenset[BodyId]() for verdict in (was, would)]
    others = between[0].union(between[1]) - {own}
    flows = {other: (_flows(own, other, before), _flows(own, other, after)) for other in sorted(others)}
    return GroupDay(
        on,
        named=named[1] - named[0],
        not_named=named[0] - named[1],
        begins=between[1] - between[0],
        stops=between[0] - between[1],
        was_in_force=was.holds,
        is_in_force=would.holds,
        why=would.why,
        effects=_alike(flows),
    )


def _by_measure(unit: AgreementsUnit, measure: Measure, lists: CodeLists, now: datetime) -> Foreseen:
    """Return what a measure would change for the body it is about, beside the measures toward it that stand."""
    target, successors = stands_for(measure.target, unit.bodies.successors()), unit.bodies.successors()
    verdicts = [(state, force_now(unit, state, now)) for state in unit.agreements.instruments()]
    standing = tuple(Standing(state, verdict.parties) for state, verdict in verdicts if verdict.holds)
    terms = Terms(standing, successors, lists, now)
    running = frozenset(
        one.policy
        for one in unit.agreements.measures()
        if one.id != measure.id and one.since <= now < one.until and stands_for(one.target, successors) == target
    )
    replaced = frozenset(
        one.policy for one in unit.agreements.measures() if one.id == measure.id and one.since <= now < one.until
    )
    others = frozenset(body for one in standing if target in one.parties for body in one.parties) - {target}
    flows = {}
    for other in sorted(others):
        agreed = _flows(target, other, terms)
        flows[other] = (_under(agreed, running | replaced), _under(agreed, running | {measure.policy}))
    return Foreseen(AgreementKind.MEASURE, measure.charter, target, _alike(flows), measure.policy)


def _under(flows: _Flows, policies: AbstractSet[MeasurePolicy]) -> _Flows:
    """Return what of the flows of a body the measures toward it leave."""
    nothing: frozenset[str] = frozenset()
    return {
        right: (
            nothing if policies & NOBODY_SENDS else gives,
            nothing if MeasurePolicy.PAUSED in policies else gets,
        )
        for right, (gives, gets) in flows.items()
    }


def _terms(unit: AgreementsUnit, state: InstrumentState, lists: CodeLists, now: datetime) -> Terms:
    successors = unit.bodies.successors()
    verdict = in_force(state, members_now(unit, state.instrument, now.date()), now, successors)
    return Terms((Standing(state, verdict.parties),) if verdict.holds else (), successors, lists, now)


def _flows(body: BodyId, other: BodyId, terms: Terms) -> _Flows:
    found: dict[Right, tuple[frozenset[str], frozenset[str]]] = {}
    for one in shared_between(body, other, terms):
        gives, gets = found.get(one.right, (frozenset[str](), frozenset[str]()))
        found[one.right] = (gives.union(one.gives.flowing), gets.union(one.gets.flowing))
    return found


def _alike(flows: Mapping[BodyId, tuple[_Flows, _Flows]]) -> tuple[Effect, ...]:
    """Return the changes, with those bodies together for whom they are the same; what concerns most comes first."""
    together: dict[tuple[Change, ...], list[BodyId]] = {}
    for other, (before, after) in flows.items():
        if changes := tuple(_changes(before, after)):
            together.setdefault(changes, []).append(other)
    ordered = sorted(together.items(), key=lambda pair: -len(pair[1]))
    return tuple(Effect(tuple(others), changes) for changes, others in ordered)


def _changes(before: _Flows, after: _Flows) -> Iterable[Change]:
    nothing: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for right in Right:
        (gave, got), (gives, gets) = before.get(right, nothing), after.get(right, nothing)
        change = Change(right, *(tuple(sorted(one)) for one in (gave - gives, gives - gave, got - gets, gets - got)))
        if change:
            yield change


def _state(unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
    state = unit.agreements.instrument(instrument)
    if state is None:
        raise NotFound
    return state


def _not_for_heads(statement: Statement) -> Invalid:
    return Invalid(
        f"«{statement.kind[:40]}» is no statement about instruments that heads sign.",
        field="statements",
        why="Heads sign instruments, participations and measures here (docs/rules/agreements.md A12).",
        do="Give a file that «entente instrument» or the desk drafted.",
    )
