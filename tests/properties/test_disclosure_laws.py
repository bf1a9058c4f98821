"""The laws of the gate (docs/rules/disclosure.md, L1 to L5) and «unknown means no», on requests to seeded worlds.

Hypothesis picks the world, the request and the change; a failure prints the seeds, which make all of it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entente.agreements.model import Direction, InstrumentState, MeasurePolicy, OnwardRule, ParticipationState, Right
from entente.bodies.model import GroupReference, MembershipStatus
from entente.bodies.unit_limits import Bound, UnitLimits
from entente.disclosure.allowed import AllowedSets, Question, allowed_set
from entente.disclosure.finding import Case
from entente.disclosure.instruments import lease_runs
from entente.disclosure.model import DisclosureClass, DisclosureRequest, InForce, Situation
from entente.disclosure.rules import GROUNDS, decide, judge
from entente.handling.model import DisclosureAct, Restriction, RestrictionMode
from entente.kernel.ids import BodyId, GroupId, InstrumentId
from tests.support.build_disclosure import a_measure, a_suspension
from tests.support.fake_disclosure_unit import FakeClasses, a_world
from tests.support.world_situation import to_classes, to_reader, to_request, to_situation
from tests.support.worlds import HANDLING, MARKS, UNITS, first_moment, make_requests, make_world

WORLD_SEEDS = st.integers(min_value=200, max_value=203)
REQUESTS = 400
BODIES = st.integers(min_value=0, max_value=20).map(lambda number: BodyId(f"body-{number:02}"))
KINDS = st.integers(min_value=0, max_value=12).map(lambda number: f"kind-{number}")
GROUPS = st.builds(
    GroupReference,
    st.sampled_from(("group-0", "group-1", "group-2", "group-unknown")).map(GroupId),
    st.sampled_from(MembershipStatus),
)
RESTRICTIONS = st.builds(
    Restriction, st.sampled_from(RestrictionMode), st.frozensets(BODIES, max_size=4), st.frozensets(GROUPS, max_size=2)
)


@cache
def world_of(seed: int) -> tuple[Situation, tuple[DisclosureRequest, ...], dict[int, DisclosureClass]]:
    world, now = make_world(seed), first_moment(seed)
    classes = to_classes(world)
    asked = tuple(to_request(plain, classes) for plain in make_requests(world, seed, REQUESTS))
    # Half of them are what is allowed: a law about what must not widen or vanish is empty on refusals alone.
    situation = to_situation(world, now)
    allowed = tuple(item for item in asked if decide(item, situation, now).allowed)
    return situation, (*asked[: len(allowed)], *allowed), classes


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, Situation, DisclosureRequest]:
    seed = draw(WORLD_SEEDS)
    situation, asked, _ = world_of(seed)
    return seed, situation, draw(st.sampled_from(asked))


def height(seed: int, request: DisclosureRequest, situation: Situation) -> int:
    """Return the rank of the ceiling, 0 for nothing."""
    found = judge(request, situation, first_moment(seed)).ceiling
    return 0 if found is None else found.rank


def with_class(request: DisclosureRequest, **changes: Any) -> DisclosureRequest:  # noqa: ANN401 - the class's fields
    return replace(request, cls=replace(request.cls, **changes))


def with_suspension(situation: Situation, instrument: InstrumentId, author: BodyId, scope: dict[str, Any]) -> Situation:
    held = situation.instruments[instrument]
    stand = held.state.participations.get(author)
    if stand is None:
        return situation
    suspended = replace(
        stand,
        suspensions=(*stand.suspensions, a_suspension(**scope)),
        state=ParticipationState.SUSPENDED if stand.state is ParticipationState.ACTIVE else stand.state,
    )
    state: InstrumentState = replace(held.state, participations={**held.state.participations, author: suspended})
    changed: InForce = replace(held, state=state)
    return replace(situation, instruments={**situation.instruments, instrument: changed})


@given(cases(), RESTRICTIONS)
def test_l1_one_more_restriction_never_widens(
    case: tuple[int, Situation, DisclosureRequest], restriction: Restriction
) -> None:
    seed, situation, request = case
    tighter = with_class(request, restrictions=request.cls.restrictions | {restriction})
    assert height(seed, tighter, situation) <= height(seed, request, situation)


@given(cases(), st.sampled_from([*HANDLING, "code-unknown"]), st.sampled_from([*MARKS, "mark-unknown"]))
def test_l1_one_more_handling_code_or_mark_never_widens(
    case: tuple[int, Situation, DisclosureRequest], code: str, mark: str
) -> None:
    seed, situation, request = case
    before = height(seed, request, situation)
    if request.cls.handling:  # a class without any code is refused: its first code is not one more
        assert height(seed, with_class(request, handling=request.cls.handling | {code}), situation) <= before
    assert height(seed, with_class(request, marks=request.cls.marks | {mark}), situation) <= before


@given(
    cases(),
    BODIES,
    st.fixed_dictionaries(
        {
            "counterparts": st.frozensets(BODIES, max_size=3),
            "kinds": st.frozensets(KINDS, max_size=3),
            "rights": st.frozensets(st.sampled_from(Right), max_size=2),
            "direction": st.sampled_from(Direction),
        }
    ),
)
def test_l1_one_more_suspension_never_widens(
    case: tuple[int, Situation, DisclosureRequest], author: BodyId, scope: dict[str, Any]
) -> None:
    seed, situation, request = case
    if request.cls.instrument not in situation.instruments or request.cls.instrument is None:
        return
    for party in (author, request.cls.source, request.reader.body):
        tighter = with_suspension(situation, request.cls.instrument, party, scope)
        assert height(seed, request, tighter) <= height(seed, request, situation)


@given(cases(), BODIES, st.sampled_from(MeasurePolicy))
def test_l1_one_more_measure_never_widens(
    case: tuple[int, Situation, DisclosureRequest], target: BodyId, policy: MeasurePolicy
) -> None:
    seed, situation, request = case
    now = first_moment(seed)
    for body in (target, request.cls.source, request.reader.body):
        measure = a_measure(
            charter=InstrumentId("instrument-0"),
            target=body,
            policy=policy,
            since=now,
            until=now.replace(year=now.year + 1, day=1),
        )
        tighter = replace(situation, measures=(*situation.measures, measure))
        assert height(seed, request, tighter) <= height(seed, request, situation)


LIMITS = st.builds(
    UnitLimits,
    kinds=st.none() | st.frozensets(KINDS, min_size=1, max_size=9),
    sources=st.none() | st.frozensets(BODIES, min_size=1, max_size=15),
    instruments=st.none() | st.frozensets(st.integers(0, 9).map(lambda one: InstrumentId(f"instrument-{one}"))),
    purposes=st.none() | st.frozensets(st.integers(0, 8).map(lambda one: f"purpose-{one}")),
    crime_areas=st.none() | st.frozensets(st.integers(0, 19).map(lambda one: f"area-{one}")),
    confidentiality=st.sampled_from(("", "official_use", "restricted", "confidential", "level-unknown")),
    marks=st.none() | st.frozensets(st.sampled_from(MARKS)),
    acts_up_to=st.sampled_from(("", *DisclosureAct, "command")),
)


@given(cases(), LIMITS, st.sampled_from(UNITS))
def test_l1_one_more_limit_of_a_unit_never_widens(
    case: tuple[int, Situation, DisclosureRequest], limits: UnitLimits, unit: str
) -> None:
    seed, situation, request = case
    one_more = Bound(unit, limits, first_moment(seed))
    of_unit = replace(request, reader=replace(request.reader, unit=unit))
    known = {**dict.fromkeys(UNITS, ()), **(situation.units or {})}
    tighter = replace(situation, units={**known, unit: (*known.get(unit, ()), one_more)})
    assert height(seed, of_unit, tighter) <= height(seed, of_unit, replace(situation, units=known))
    assert height(seed, of_unit, replace(situation, units=known)) <= height(
        seed, of_unit, replace(situation, units=None)
    )


@given(
    cases(), LIMITS, st.sampled_from(("kinds", "sources", "instruments", "purposes", "crime_areas", "marks")), st.data()
)
def test_l1_naming_less_in_limits_never_widens(
    case: tuple[int, Situation, DisclosureRequest], limits: UnitLimits, name: str, data: st.DataObject
) -> None:
    seed, situation, request = case
    of_unit = replace(request, reader=replace(request.reader, unit="unit-0"))
    named = getattr(limits, name)
    less: dict[str, Any] = {
        name: frozenset() if not named else named - {data.draw(st.sampled_from(sorted(named)))},
    }

    def under(one: UnitLimits) -> Situation:
        return replace(situation, units={"unit-0": (Bound("unit-0", one, first_moment(seed)),)})

    assert height(seed, of_unit, under(replace(limits, **less))) <= height(seed, of_unit, under(limits))


def to_unknown_body(request: DisclosureRequest) -> DisclosureRequest:
    return replace(request, reader=replace(request.reader, body=BodyId("body-unheard-of")))


def to_unknown_role(request: DisclosureRequest) -> DisclosureRequest:
    roles = None if request.reader.roles is None else frozenset({"role-unheard-of"})
    return replace(request, reader=replace(request.reader, roles=roles))


ODD = "unheard-of"
TO_UNKNOWN: dict[str, Callable[[DisclosureRequest], DisclosureRequest]] = {
    "kind": lambda request: with_class(request, kind=ODD),
    "handling code": lambda request: with_class(request, handling=frozenset({ODD})),
    "another handling code": lambda request: with_class(request, handling=request.cls.handling | {ODD}),
    "status": lambda request: with_class(request, status=ODD),
    "mark": lambda request: with_class(request, marks=frozenset({ODD})),
    "level": lambda request: with_class(request, confidentiality=ODD),
    "crime area of the class": lambda request: with_class(request, crime_areas=frozenset({ODD})),
    "purpose of the class": lambda request: with_class(request, purposes=frozenset({ODD})),
    "instrument of the class": lambda request: with_class(request, instrument=InstrumentId(ODD)),
    "source": lambda request: with_class(request, source=BodyId(ODD)),
    "purpose": lambda request: replace(request, purpose=ODD),
    "crime area": lambda request: replace(request, crime_area=ODD),
    "instrument": lambda request: replace(request, instrument=InstrumentId(ODD)),
    "recipient": lambda request: replace(request, recipient=BodyId(ODD)),
    "reader": to_unknown_body,
    "role": to_unknown_role,
    "unit": lambda request: (
        replace(request, reader=replace(request.reader, unit=ODD)) if request.reader.unit else request
    ),
}


@given(cases(), st.sampled_from(sorted(TO_UNKNOWN)))
def test_l2_unknown_never_widens(case: tuple[int, Situation, DisclosureRequest], what: str) -> None:
    seed, situation, request = case
    assert height(seed, TO_UNKNOWN[what](request), situation) <= height(seed, request, situation)


@given(cases(), st.sampled_from(("kind", "status", "mark", "source", "recipient", "reader")))
def test_l2_unknown_in_any_of_these_is_nothing_to_anybody(
    case: tuple[int, Situation, DisclosureRequest], what: str
) -> None:
    seed, situation, request = case
    assert height(seed, TO_UNKNOWN[what](request), situation) == 0


@given(cases())
def test_l3_allowed_act_allows_every_lower_one(case: tuple[int, Situation, DisclosureRequest]) -> None:
    seed, situation, request = case
    now = first_moment(seed)
    held = situation.instruments.get(InstrumentId(str(request.cls.instrument)))
    answers = []
    for act in DisclosureAct:
        names_nobody = act is DisclosureAct.FORWARD and request.recipient is None
        if names_nobody and held is not None and held.state.instrument.onward is OnwardRule.FORBIDDEN:
            continue  # the one exception that L3 states
        answers.append(decide(replace(request, act=act), situation, now).allowed)
    assert answers == sorted(answers, reverse=True)


@given(cases())
def test_verdict_says_the_same_in_its_grounds_and_in_its_ceiling(
    case: tuple[int, Situation, DisclosureRequest],
) -> None:
    seed, situation, request = case
    verdict = judge(request, situation, first_moment(seed))
    assert verdict.decision.allowed == (verdict.ceiling is not None and request.act.rank <= verdict.ceiling.rank)
    assert verdict.decision == decide(request, situation, first_moment(seed))
    assert [ground.number for ground in verdict.decision.grounds][: len(GROUNDS)] == [number for number, _ in GROUNDS]
    assert all(ground.text.endswith(".") and "  " not in ground.text for ground in verdict.decision.grounds)
    assert not (verdict.may_ask and (verdict.decision.allowed or verdict.ceiling is None))


@given(cases())
def test_leave_never_narrows_and_never_adds_to_an_allowed_set(case: tuple[int, Situation, DisclosureRequest]) -> None:
    seed, situation, request = case
    without = replace(situation, leaves=())
    assert height(seed, request, without) <= height(seed, request, situation)
    of_class = replace(request, record=None)
    assert height(seed, of_class, without) == height(seed, of_class, situation)


@settings(max_examples=20)  # each judges every class of a world, twice
@given(cases(), st.integers(min_value=0, max_value=500))
def test_l4_allowed_set_is_the_classes_picked_one_by_one(
    case: tuple[int, Situation, DisclosureRequest], known_first: int
) -> None:
    seed, situation, asked = case
    now, classes = first_moment(seed), world_of(seed)[2]
    question = Question(asked.reader, asked.act, asked.right, asked.purpose, asked.crime_area)
    one_by_one = {
        number
        for number, cls in classes.items()
        if judge(
            DisclosureRequest(
                asked.reader, asked.act, asked.right, asked.purpose, asked.crime_area, cls, cls.instrument
            ),
            situation,
            now,
        ).decision.allowed
    }
    whole = allowed_set(asked.reader, asked.act, asked.right, asked.purpose, asked.crime_area, classes, situation, now)
    assert whole == one_by_one
    sets, world = AllowedSets(), a_world(classes={n: cls for n, cls in classes.items() if n <= known_first})
    store = FakeClasses(world)
    assert sets.allowed(question, store, situation, 1, now) == {n for n in one_by_one if n <= known_first}
    world.classes.update(classes)
    assert sets.allowed(question, store, situation, 1, now) == one_by_one


@given(
    cases(),
    st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=100))),
    st.integers(min_value=0, max_value=100_000),
)
def test_l5_shorter_lease_and_a_source_heard_less_lately_never_widen(
    case: tuple[int, Situation, DisclosureRequest], earlier: timedelta | None, minutes: int
) -> None:
    seed, situation, request = case
    before, source = height(seed, request, situation), request.cls.source
    rest = {body: at for body, at in situation.heard.items() if body != source}
    if earlier is None or source not in situation.heard:
        less = replace(situation, heard=rest)
    else:
        less = replace(situation, heard={**rest, source: situation.heard[source] - earlier})
    assert height(seed, request, less) <= before
    assert height(seed, request, with_leases(situation, lambda lease: min(lease, minutes))) <= before


@given(cases(), st.timedeltas(timedelta(0), timedelta(days=100)))
def test_l5_later_never_raises_what_the_lease_allows(
    case: tuple[int, Situation, DisclosureRequest], later: timedelta
) -> None:
    seed, situation, request = case
    now = first_moment(seed)
    first, second = (lease_runs(Case.of(request, situation, at)).ceiling for at in (now, now + later))
    assert second <= first


def with_leases(situation: Situation, shorten: Callable[[int], int]) -> Situation:
    shorter = {}
    for name, held in situation.instruments.items():
        terms = held.state.instrument
        changed = replace(
            terms,
            lease_minutes=shorten(terms.lease_minutes),
            kind_lease_minutes={kind: shorten(lease) for kind, lease in terms.kind_lease_minutes.items()},
        )
        shorter[name] = replace(held, state=replace(held.state, instrument=changed))
    return replace(situation, instruments=shorter)


def test_worlds_are_the_same_for_the_same_seed() -> None:
    assert make_world(7) == make_world(7)
    assert list(make_requests(make_world(7), 7, 50)) == list(make_requests(make_world(7), 7, 50))
    assert to_reader({"body": "body-01", "roles": None, "unit": ""}).roles is None
