"""The BodyStore and AgreementStore ports on a real store, and the governance version that both raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from entente.agreements.model import LEASE_MINUTES_MIN, Measure, MeasurePolicy, Proposal, ProposalKind, ProposalState
from entente.bodies.model import (
    Group,
    GroupEntry,
    MembershipStatus,
    NameEntry,
    NationalOrder,
    Officer,
    Power,
    Unit,
    UnitKind,
)
from entente.bodies.unit_limits import LimitsSet, UnitLimits
from entente.bodies.unit_past import UnitList
from entente.kernel.errors import Conflict, Misconfigured
from entente.kernel.ids import BodyId, GroupId, InstrumentId, OfficerId
from entente.storage.schema import unit_list
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.examples import CHARTER, NOW, OTHER, OWN, SHARING, THIRD

pytestmark = pytest.mark.storage


def group(version: int) -> Group:
    entries = (GroupEntry(OTHER, MembershipStatus.MEMBER, date(2031, 1, 1), "decision 1"),)
    return Group(GroupId("body:xa/members"), OWN, "members", "Members", version, entries)


def order(reference: str, in_force_on: date) -> NationalOrder:
    return NationalOrder(
        reference=reference,
        text="Only polls, inquiries and identification.",
        signed_on=date(2031, 1, 1),
        published_on=date(2031, 1, 3),
        in_force_on=in_force_on,
        governs=frozenset({"operational_search"}),
        powers=(Power("poll", "operational_search"),),
        competent_authorities={"observe": "criminal police"},
    )


def measure(target: BodyId = THIRD) -> Measure:
    return Measure(
        id="measure-1",
        charter=CHARTER,
        target=target,
        policy=MeasurePolicy.VIA_REVIEW,
        decided_by="secretariat",
        endorsed_by="assembly",
        since=NOW,
        until=NOW + timedelta(days=90),
        lifted_by="a new review",
        appeal="to the commission",
    )


def test_store_without_an_own_entry_says_that_the_node_is_not_initialised(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(Misconfigured):
            unit.bodies.own()
        unit.bodies.put_body(examples.body(), is_own=True)
        assert unit.bodies.own() == examples.body()


def test_body_grows_and_stays_our_own(store: Store) -> None:
    grown = examples.body(
        names=(*examples.body().names, NameEntry("New Bureau", date(2031, 2, 2))), addresses=("http://127.0.0.1:8601",)
    )
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(), is_own=True)
        unit.bodies.put_body(examples.body(OTHER, "AA-NCB"))
        unit.bodies.put_body(grown)
        unit.commit()
    with store.view() as view:
        assert view.bodies.own() == grown
        assert [entry.id for entry in view.bodies.bodies()] == [OTHER, OWN]
        assert view.bodies.body(OTHER) == examples.body(OTHER, "AA-NCB")
        assert view.bodies.body(THIRD) is None


def test_body_that_forgets_a_name_is_a_programming_error(store: Store) -> None:
    with store.unit() as unit:
        unit.bodies.put_body(examples.body())
        with pytest.raises(AssertionError):
            unit.bodies.put_body(examples.body(names=(NameEntry("Another", date(2031, 2, 2)),)))


def test_unknown_bodies_are_counted_and_nothing_else_of_them_is_kept(store: Store) -> None:
    with store.unit() as unit:
        assert unit.bodies.unknown_count() == 0
        unit.bodies.count_unknown("body:nobody")
        unit.bodies.count_unknown("body:nobody-else")
        assert unit.bodies.unknown_count() == 2
        assert unit.bodies.bodies() == ()


def test_last_heard_only_moves_forward_and_a_long_silence_ends_cached_answers(store: Store) -> None:
    minute = timedelta(minutes=1)
    with store.unit() as unit:
        assert unit.bodies.heard() == {}
        unit.bodies.put_heard(OTHER, NOW, now=NOW)
        begun = unit.classes.governance_version()
        unit.bodies.put_heard(OTHER, NOW - minute, now=NOW)
        unit.bodies.put_heard(OTHER, NOW + minute, now=NOW + minute)
        assert unit.classes.governance_version() == begun
        # It is the moment of hearing that may lie behind a lease's end, however old what was heard.
        unit.bodies.put_heard(OTHER, NOW + 2 * minute, now=NOW + minute + timedelta(minutes=LEASE_MINUTES_MIN))
        assert unit.classes.governance_version() == begun + 1
        unit.commit()
    with store.view() as view:
        assert view.bodies.heard() == {OTHER: NOW + 2 * minute}


def test_nobody_is_heard_ahead_of_our_own_clock(store: Store) -> None:
    with store.unit() as unit, pytest.raises(AssertionError):
        unit.bodies.put_heard(OTHER, NOW + timedelta(seconds=1), now=NOW)


def test_group_version_that_is_not_newer_is_refused(store: Store) -> None:
    with store.unit() as unit:
        unit.bodies.put_group(group(1))
        unit.bodies.put_group(group(3))
        for version in (1, 2, 3):
            with pytest.raises(Conflict):
                unit.bodies.put_group(group(version))
        assert unit.bodies.group(GroupId("body:xa/members")) == group(3)
        assert unit.bodies.groups() == (group(3),)
        versions = [unit.bodies.group_version(GroupId("body:xa/members"), version) for version in (1, 2, 3)]
        assert versions == [group(1), None, group(3)], "each that came is kept"
        assert unit.bodies.group(GroupId("body:xa/absent")) is None


def test_officers_and_orders_are_replaced_by_their_names(store: Store) -> None:
    duty, chief = (Officer(OfficerId(name), frozenset({"duty_officer"})) for name in ("xa-duty-1", "xa-chief"))
    with store.unit() as unit:
        for officer in (duty, chief, replace(duty, unit="north")):
            unit.bodies.put_officer(officer)
        for entry in (order("N 2", date(2031, 3, 1)), order("N 1", date(2031, 2, 1)), order("N 2", date(2031, 1, 1))):
            unit.bodies.put_order(entry)
        assert unit.bodies.officers() == (chief, replace(duty, unit="north"))
        assert unit.bodies.officer(OfficerId("xa-nobody")) is None
        assert unit.bodies.orders() == (order("N 2", date(2031, 1, 1)), order("N 1", date(2031, 2, 1)))


def test_what_units_see_is_kept_with_its_past_and_ends_cached_answers(store: Store) -> None:
    first = LimitsSet("limits-2", "north", UnitLimits(marks=frozenset()), "Why.", NOW, OfficerId("head-1"), NOW)
    later = replace(first, id="limits-1", unit="south", limits=UnitLimits(), proposed_at=NOW + timedelta(hours=1))
    decided = replace(first, decided_by=OfficerId("head-2"), decided_at=NOW, is_confirmed=True)
    with store.unit() as unit:
        assert unit.bodies.unit_limits() == ()
        begun = unit.classes.governance_version()
        unit.bodies.put_unit_limits(later)
        unit.bodies.put_unit_limits(first)
        unit.bodies.put_unit_limits(decided)
        assert unit.classes.governance_version() == begun + 3
        with pytest.raises(AssertionError):
            unit.bodies.put_unit_limits(first)
        unit.commit()
    with store.view() as view:
        assert view.bodies.unit_limits() == (decided, later)


def test_instrument_is_kept_with_signatures_and_newest_participations(store: Store) -> None:
    proposal = examples.statement()
    later = examples.statement("instrument.sign", by=OTHER, at=NOW + timedelta(hours=1))
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), proposal)
        unit.agreements.put_instrument(examples.instrument(), examples.statement(by=OTHER))
        unit.agreements.put_instrument(examples.instrument(CHARTER, "charter"), examples.statement(at=NOW))
        unit.agreements.put_signature(SHARING, later)
        unit.agreements.put_signature(SHARING, examples.statement("instrument.sign", by=OTHER, at=NOW))
        for epoch in (1, 2):
            unit.agreements.put_participation(examples.participation(epoch), examples.statement("p", epoch=str(epoch)))
        unit.commit()
    with store.view() as view:
        assert [state.instrument.name for state in view.agreements.instruments()] == ["charter", "sharing"]
        state = view.agreements.instrument(SHARING)
        assert state is not None
        assert (state.instrument, state.proposed_by, state.proposed_at) == (examples.instrument(), OWN, NOW)
        assert state.signatures == {OTHER: later.at}
        assert state.participations == {OTHER: examples.participation(2)}
        assert view.agreements.instrument(InstrumentId("instrument:absent")) is None


def test_participation_of_an_older_epoch_is_a_programming_error(store: Store) -> None:
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), examples.statement())
        unit.agreements.put_participation(examples.participation(2), examples.statement("p"))
        for epoch in (1, 2):
            with pytest.raises(AssertionError):
                unit.agreements.put_participation(examples.participation(epoch), examples.statement("p"))


def test_signature_of_an_unknown_instrument_does_not_fit_the_store(store: Store) -> None:
    with pytest.raises(Conflict), store.unit() as unit:
        unit.agreements.put_signature(SHARING, examples.statement("instrument.sign"))


def test_statements_come_back_by_kind_in_the_order_they_came_once_each(store: Store) -> None:
    first = examples.statement("b", at=NOW + timedelta(hours=2))
    second = examples.statement("a")
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), first)
        for statement in (second, second):
            unit.agreements.put_signature(SHARING, statement)
        assert unit.agreements.statements(["a", "b"]) == (first, second)
        assert unit.agreements.statements(["a"]) == (second,)
        assert unit.agreements.statements([]) == ()


def test_measure_is_replaced_by_its_author_alone(store: Store) -> None:
    lifted = replace(measure(), until=NOW + timedelta(days=1))
    with store.unit() as unit:
        unit.agreements.put_measure(measure(), examples.statement("m", n="1"))
        unit.agreements.put_measure(measure(), examples.statement("m", by=OTHER))
        unit.agreements.put_measure(lifted, examples.statement("m", n="2"))
        assert sorted(item.until for item in unit.agreements.measures()) == [lifted.until, measure().until]


def test_proposal_is_kept_as_it_was_first_recorded(store: Store) -> None:
    statement = examples.statement("proposal")
    proposal = Proposal(
        statement.id, OTHER, CHARTER, ProposalKind.EXPULSION, THIRD, "Out.", NOW, ProposalState.INADMISSIBLE, "1"
    )
    with store.unit() as unit:
        unit.agreements.put_proposal(proposal, statement)
        unit.agreements.put_proposal(replace(proposal, text="In."), statement)
        assert unit.agreements.proposals() == (proposal,)


CHANGES: dict[str, Callable[[SqlUnitOfWork], None]] = {
    "body": lambda unit: unit.bodies.put_body(examples.body(THIRD, "XC-NCB")),
    "group": lambda unit: unit.bodies.put_group(group(1)),
    "officer": lambda unit: unit.bodies.put_officer(Officer(OfficerId("xa-1"), frozenset())),
    "order": lambda unit: unit.bodies.put_order(order("N 1", date(2031, 1, 1))),
    "instrument": lambda unit: unit.agreements.put_instrument(examples.instrument(CHARTER, "c"), examples.statement()),
    "signature": lambda unit: unit.agreements.put_signature(SHARING, examples.statement("s")),
    "participation": lambda unit: unit.agreements.put_participation(examples.participation(1), examples.statement("p")),
    "measure": lambda unit: unit.agreements.put_measure(measure(), examples.statement("m")),
    "leave": lambda unit: unit.classes.put_leave(examples.leave(), examples.statement()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_governance_version_rises_with_every_change_and_with_no_reading(store: Store, change: str) -> None:
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), examples.statement("first"))
        before = unit.classes.governance_version()
        unit.agreements.instruments()
        unit.bodies.count_unknown("body:nobody")
        assert unit.classes.governance_version() == before
        CHANGES[change](unit)
        assert unit.classes.governance_version() > before


NORTH = Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch")
RENAMED = replace(NORTH, name="Coast branch")
DESK = Unit("desk", UnitKind.UNIT, "Duty desk", parent="north")


def says(store: Store, at: datetime, *units: Unit, **more: object) -> None:
    said = (examples.units_said(OTHER, units, at),)
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(OTHER, "AA-NCB", units=units, statements=said, **more))
        unit.commit()


def test_each_list_of_units_is_kept_with_the_time_from_which_it_holds(store: Store) -> None:
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(), is_own=True)
        unit.commit()
    day = timedelta(days=1)
    says(store, NOW, NORTH)
    says(store, NOW + day, NORTH)
    says(store, NOW + 2 * day, NORTH, addresses=("http://127.0.0.1:8601",))
    says(store, NOW + 3 * day, RENAMED, DESK)
    says(store, NOW + 4 * day)
    says(store, NOW + 5 * day, RENAMED)
    kept = (
        UnitList(OTHER, NOW, (NORTH,)),
        # What was said once more in the meantime holds from its first time.
        UnitList(OTHER, NOW + 3 * day, (RENAMED, DESK)),
        UnitList(OTHER, NOW + 4 * day, ()),
        UnitList(OTHER, NOW + 5 * day, (RENAMED,)),
    )
    with store.view() as view:
        assert view.bodies.unit_lists(OTHER) == kept
        assert view.bodies.unit_lists(OWN) == ()
        assert view.bodies.unit_lists(OTHER, 2) == kept[2:]
        assert [view.bodies.unit_list(OTHER, one.since) for one in kept] == [*kept]
        assert view.bodies.unit_list(OTHER, NOW + day) is None
        assert view.bodies.unit_list(OWN, NOW) is None
        stood = [view.bodies.units_on((NOW + days * day).date()).get(OTHER) for days in (-1, 0, 2, 3, 4, 9)]
        assert stood == [None, kept[0], kept[0], kept[1], kept[2], kept[3]]


def test_of_one_body_the_newest_lists_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.storage.unit_lists.UNIT_LISTS_MAX", 2)
    for hour, unit in enumerate((NORTH, RENAMED, NORTH, RENAMED)):
        says(store, NOW + timedelta(hours=hour), unit)
    with store.view() as view:
        assert [one.since.hour - NOW.hour for one in view.bodies.unit_lists(OTHER)] == [2, 3]


def test_list_that_earlier_code_did_not_keep_is_kept_with_the_next_one(store: Store) -> None:
    says(store, NOW, NORTH)
    with store.unit() as unit:
        connection = unit._connection  # noqa: SLF001 - as code of the schema before leaves it
        assert connection is not None
        connection.execute(sa.delete(unit_list))
        unit.commit()
    says(store, NOW + timedelta(hours=1), RENAMED)
    with store.view() as view:
        assert [one.units for one in view.bodies.unit_lists(OTHER)] == [(NORTH,), (RENAMED,)]


def test_words_about_an_instrument_are_kept_once_and_change_no_right(store: Store) -> None:
    first = examples.statement("instrument_refused", ref="first")
    second = examples.statement("instrument_taken_back", ref="second")
    with store.unit() as unit:
        begun = unit.classes.governance_version()
        for word in (first, second, first):
            unit.agreements.put_word(word)
        assert unit.classes.governance_version() == begun
        unit.commit()
    with store.view() as view:
        assert view.agreements.statements(["instrument_refused"]) == (first,)
        assert view.agreements.statements(["instrument_taken_back", "instrument_refused"]) == (first, second)


def test_how_a_party_stood_before_is_found_by_its_epoch(store: Store) -> None:
    stands = [examples.participation(epoch) for epoch in (1, 2, 4)]
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), examples.statement())
        for one in stands:
            unit.agreements.put_participation(one, examples.statement("participation", ref=str(one.epoch)))
        unit.commit()
    with store.view() as view:
        before = view.agreements.participation_before
        assert before(stands[0]) is None
        assert before(stands[1]) == stands[0]
        assert before(stands[2]) == stands[1], "the one between never came"
