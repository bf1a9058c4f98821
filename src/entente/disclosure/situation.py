"""Reads the directory, the instruments and the leaves into one Situation, as of one moment.

It only reads through the ports; what it reads is judged by the rooms it belongs to (`bodies.rules` on keys and groups,
`agreements.rules` on entry into force). Every group is resolved for every status, so that a class made later may name
any of them.

Source: DESIGN sections 2 (groups are resolved as of the time of the act) and 5; docs/rules/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from entente.agreements.model import InstrumentState, Measure
from entente.agreements.rules import in_force, members_of
from entente.bodies.model import Body, Group, GroupReference, MembershipStatus
from entente.bodies.rules import has_valid_keys, resolve_group
from entente.bodies.succession import Successors, in_place, stands_for
from entente.bodies.unit_limits import coming_limits, unit_bounds
from entente.disclosure.model import InForce, Leave, Situation, Standing
from entente.disclosure.ports import DisclosureUnit
from entente.handling.model import CodeLists
from entente.kernel.ids import BodyId, InstrumentId

VALID_MAX = timedelta(hours=1)
"""A situation is read anew at least this often, though nothing in it should have changed; an error in our reckoning of
dates then lasts an hour and no longer."""

_Resolved = Mapping[GroupReference, frozenset[BodyId]]


def build_situation(unit: DisclosureUnit, lists: CodeLists, now: datetime) -> Situation:
    """Return what the gate may consult, as of `now`.

    Measures and leaves that have ended are left out: they count for nothing any more, and their number only grows.
    Source: DESIGN section 5.
    """
    bodies, groups = unit.bodies.bodies(), unit.bodies.groups()
    states = unit.agreements.instruments()
    measures = tuple(measure for measure in unit.agreements.measures() if now < measure.until)
    leaves = tuple(leave for leave in unit.classes.leaves() if now < leave.until)
    successors = unit.bodies.successors()
    own, limits = unit.bodies.own(), unit.bodies.unit_limits()
    heard = _heard(unit.bodies.heard(), successors)
    resolved = _resolve(groups, successors, now)
    return Situation(
        own_body=own.id,
        bodies={body.id: Standing(has_valid_keys(body, now)) for body in bodies},
        instruments=_instruments(states, resolved, successors, now),
        measures=measures,
        heard=heard,
        groups=resolved,
        leaves=leaves,
        lists=lists,
        successors=successors,
        units=unit_bounds(own.units, limits, now),
        valid_until=_next_boundary(
            (
                *_dates(groups, states),
                *_moments(bodies, states, measures, leaves),
                *_lease_ends(heard, states),
                *coming_limits(limits, now),
            ),
            now,
        ),
    )


def _heard(heard: Mapping[BodyId, datetime], successors: Successors) -> Mapping[BodyId, datetime]:
    """Return who was heard: of a body succeeded here, who stands in its place and answers for its records now."""
    answering = {old: heard[new] for old in successors if (new := stands_for(old, successors)) in heard}
    return {**{body: at for body, at in heard.items() if body not in successors}, **answering}


def _resolve(groups: tuple[Group, ...], successors: Successors, now: datetime) -> _Resolved:
    today = now.astimezone(UTC).date()
    return {
        GroupReference(group.id, status): in_place(resolve_group(group, status, today), successors)
        for group in groups
        for status in MembershipStatus
    }


def _instruments(
    states: tuple[InstrumentState, ...], resolved: _Resolved, successors: Successors, now: datetime
) -> dict[InstrumentId, InForce]:
    found = {}
    for state in states:
        members = members_of(state.instrument, resolved, state.signatures, successors)
        verdict = in_force(state, members, now, successors)
        found[state.instrument.id] = InForce(state, verdict.holds, verdict.why, verdict.parties)
    return found


def _dates(groups: tuple[Group, ...], states: tuple[InstrumentState, ...]) -> Iterator[datetime]:
    days = [day for group in groups for entry in group.entries for day in (entry.since, entry.until)]
    days += [day for state in states for day in (state.instrument.starts_on, state.instrument.ends_on)]
    for day in days:
        # A last day may count or not count; the situation is read anew at both midnights, and who resolves decides.
        if day is not None and day < date.max:
            yield datetime.combine(day, time.min, UTC)
            yield datetime.combine(day + timedelta(days=1), time.min, UTC)


def _moments(
    bodies: tuple[Body, ...],
    states: tuple[InstrumentState, ...],
    measures: tuple[Measure, ...],
    leaves: tuple[Leave, ...],
) -> Iterator[datetime]:
    for body in bodies:
        for keys in body.keys:
            yield keys.valid_from
    for state in states:
        for participation in state.participations.values():
            yield from (suspension.since for suspension in participation.suspensions)
    for measure in measures:
        yield from (measure.since, measure.until)
    for leave in leaves:
        yield from (leave.since, leave.until)


def _lease_ends(heard: Mapping[BodyId, datetime], states: tuple[InstrumentState, ...]) -> Iterator[datetime]:
    terms = [state.instrument for state in states]
    minutes = {one.lease_minutes for one in terms} | {own for one in terms for own in one.kind_lease_minutes.values()}
    for at in heard.values():
        yield from (at + timedelta(minutes=lease) for lease in minutes)


def _next_boundary(moments: tuple[datetime, ...], now: datetime) -> datetime:
    return min((now + VALID_MAX, *(moment for moment in moments if moment > now)))
