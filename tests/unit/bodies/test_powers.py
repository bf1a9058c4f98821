"""B8 and B9: national orders, and what an officer may do (DESIGN section 11, day 6)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from entente.bodies.law_changes import NEW, version_of
from entente.bodies.model import NationalOrder, Officer, Power
from entente.bodies.powers import may_act
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, Invalid, Refused
from entente.kernel.ids import OfficerId
from tests.support.build_bodies import DUTY, HEAD, LISTS, NOW, MemoryNode

SEARCH_LAW = "operational_search_law"
ORDER = NationalOrder(
    reference="Order 117",
    text="The national central bureau takes polls, inquiries and identification only.",
    signed_on=date(2031, 1, 10),
    published_on=date(2031, 2, 1),
    in_force_on=date(2031, 3, 1),
    governs=frozenset({SEARCH_LAW}),
    powers=(
        Power("poll", SEARCH_LAW),
        Power("inquire", SEARCH_LAW, "with the leave of the head of the bureau"),
        Power("identify", SEARCH_LAW),
    ),
    competent_authorities={"observe": "Criminal police of XA, operational search department"},
)
OFFICER = Officer(DUTY, frozenset({"duty_officer"}))


def ask(measure: str | None, *orders: NationalOrder, officer: Officer | None = OFFICER) -> Decision:
    return may_act(
        officer, "task_measure", NOW, roles=LISTS.roles, orders=orders, measure=measure, measures=LISTS.measures
    )


def test_a_measure_the_order_does_not_list_is_refused_with_its_reference_and_routed() -> None:
    assert ask("observe").allowed
    decision = ask("observe", ORDER)
    assert not decision.allowed
    (ground,) = decision.refusals
    assert ground.number == "B9.4"
    for cited in ("Order 117", "2031-01-10", "2031-02-01", "2031-03-01"):
        assert cited in ground.text
    assert decision.routed_to == "Criminal police of XA, operational search department"


@pytest.mark.parametrize("measure", ["poll", "inquire", "identify"])
def test_a_measure_the_order_lists_is_allowed_with_its_condition(measure: str) -> None:
    decision = ask(measure, ORDER)
    assert decision.allowed
    assert decision.routed_to == ""
    assert ("leave of the head" in decision.grounds[-1].text) == (measure == "inquire")


@pytest.mark.parametrize("measure", ["detain_on_international_notice", "escort", "controlled_delivery"])
def test_a_measure_on_another_legal_basis_stays_allowed_beside_the_order(measure: str) -> None:
    decision = ask(measure, ORDER)
    assert decision.allowed
    assert all(basis != SEARCH_LAW for _, basis in decision.facts)


def test_an_order_has_effect_only_once_it_is_in_force_and_until_it_ends() -> None:
    tomorrow, today = NOW.date() + timedelta(days=1), NOW.date()
    coming = ask("observe", replace(ORDER, in_force_on=tomorrow))
    assert coming.allowed
    assert "Not yet in force: Order 117" in coming.grounds[-1].text
    assert not ask("observe", replace(ORDER, in_force_on=today)).allowed
    assert not ask("observe", replace(ORDER, ends_on=tomorrow)).allowed
    assert ask("observe", replace(ORDER, ends_on=today)).allowed


def test_of_two_orders_on_one_basis_the_later_one_settles_it() -> None:
    wider = replace(ORDER, reference="Order 205", in_force_on=date(2031, 4, 1), powers=(Power("observe", SEARCH_LAW),))
    assert ask("observe", ORDER, wider).allowed
    assert ask("observe", wider, ORDER).allowed
    assert not ask("poll", ORDER, wider).allowed


def test_the_order_holds_for_a_regional_branch_as_for_the_centre() -> None:
    assert not ask("observe", ORDER, officer=replace(OFFICER, unit="north")).allowed
    assert ask("poll", ORDER, officer=replace(OFFICER, unit="north")).allowed


def test_every_ground_that_refuses_is_named() -> None:
    decision = ask("observe", ORDER, officer=Officer(OfficerId("a"), frozenset({"analyst"}), active_until=NOW))
    assert [ground.number for ground in decision.refusals] == ["B9.1", "B9.2", "B9.4"]


@pytest.mark.parametrize("measure", ["teleport", "", None])
def test_an_unknown_measure_is_refused(measure: str | None) -> None:
    assert [ground.number for ground in ask(measure).refusals] == ["B9.3", "B9.4"]


def test_nobody_unknown_acts_and_no_role_does_an_unknown_verb() -> None:
    assert not ask("poll", officer=None).allowed
    assert not may_act(OFFICER, "expel", NOW, roles=LISTS.roles, measures=LISTS.measures).allowed
    assert may_act(OFFICER, "search", NOW, roles=LISTS.roles, measures=LISTS.measures).allowed


def test_an_officer_acts_only_within_their_time() -> None:
    soon = replace(OFFICER, active_from=NOW + timedelta(minutes=1))
    assert not ask("poll", officer=soon).allowed
    assert ask("poll", officer=replace(OFFICER, active_from=NOW, active_until=NOW + timedelta(minutes=1))).allowed


def test_tasking_is_in_the_trail_with_its_grounds_whether_it_passes_or_not() -> None:
    node = MemoryNode("XA-NCB")
    node.directory.law.enter(HEAD, ORDER)
    with pytest.raises(Refused) as refused:
        node.directory.law.task(DUTY, "observe", "record-1", "2031/7")
    assert "Route it to Criminal police of XA" in refused.value.do
    assert node.directory.law.task(DUTY, "detain_on_international_notice", "record-1", "2031/7").allowed
    refusal, passed = node.store.state.trail.acts[-2:]
    assert (refusal.detail["outcome"], passed.detail["outcome"]) == ("refused", "tasked")
    assert "Order 117" in str(refusal.detail["decision"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(ORDER, published_on=date(2031, 1, 9)), "signed_on"),
        (replace(ORDER, ends_on=date(2031, 3, 1)), "ends_on"),
        (replace(ORDER, governs=frozenset()), "reference"),
        (replace(ORDER, governs=frozenset({"magic"})), "governs"),
        (replace(ORDER, powers=(Power("escort", "extradition_law"),)), r"powers\[0\]"),
        (replace(ORDER, competent_authorities={"teleport": "nobody"}), "competent_authorities"),
    ],
)
def test_an_order_that_contradicts_itself_is_not_entered(wrong: NationalOrder, field: str) -> None:
    node = MemoryNode("XA-NCB")
    node.directory.law.enter(HEAD, ORDER)
    with pytest.raises(Invalid, match=field):
        node.directory.law.enter(HEAD, replace(wrong, reference="Order 118"))
    assert [order.reference for order in node.store.state.bodies.orders()] == ["Order 117"]


def changed(node: MemoryNode, order: NationalOrder) -> dict[date, dict[str, tuple[bool, bool, str]]]:
    """Return by day and measure whether law gives it before and after an order, and where it is routed then."""
    return {
        day.on: {
            one.after.measure: (bool(one.before.given), bool(one.after.given), one.after.routed_to)
            for one in day.changes
        }
        for day in node.directory.law.foresee(HEAD, order).days
    }


def test_b28_what_an_order_would_change_is_what_officers_may_once_it_is_entered() -> None:
    node, today = MemoryNode("XA-NCB"), NOW.date()
    found = changed(node, ORDER)
    assert list(found) == [today]
    assert found[today]["observe"] == (True, False, "Criminal police of XA, operational search department")
    assert found[today]["inquire"][:2] == (True, True), "given on a condition from now on"
    assert "detain_on_international_notice" not in found[today], "other bases are untouched"
    assert node.store.state.bodies.orders() == (), "nothing is entered"
    before = {code: ask(code).allowed for code in LISTS.measures}
    node.directory.law.enter(HEAD, ORDER)
    after = {code: ask(code, *node.store.state.bodies.orders()).allowed for code in LISTS.measures}
    lost = {code for code in before if before[code] and not after[code]}
    assert lost == {code for code, (was, then, _) in found[today].items() if was and not then}
    assert changed(node, ORDER) == {}, "word for word it changes nothing"


def test_b28_order_that_begins_and_ends_later_is_told_for_its_days() -> None:
    node, today = MemoryNode("XA-NCB"), NOW.date()
    begins, ends = today + timedelta(days=10), today + timedelta(days=20)
    found = changed(node, replace(ORDER, in_force_on=begins, ends_on=ends))
    assert list(found) == [begins, ends]
    assert found[ends] == {}, "from its end on nothing differs"
    node.directory.law.enter(HEAD, ORDER)
    ended = changed(node, replace(ORDER, ends_on=ends))
    assert list(ended) == [ends]
    assert ended[ends]["observe"][:2] == (False, True)


def test_b28_who_corrects_an_order_names_the_version_that_was_seen_and_what_stood_is_in_the_trail() -> None:
    node = MemoryNode("XA-NCB")
    law = node.directory.law
    law.enter(HEAD, ORDER, NEW)
    with pytest.raises(Conflict, match="already"):
        law.enter(HEAD, ORDER, NEW)
    first, wider = version_of(ORDER), replace(ORDER, powers=(*ORDER.powers, Power("observe", SEARCH_LAW)))
    law.enter(HEAD, wider, first)
    with pytest.raises(Conflict, match="changed meanwhile") as late:
        law.enter(HEAD, ORDER, first)
    assert late.value.changed_meanwhile
    with pytest.raises(Conflict):
        law.foresee(HEAD, ORDER, first)
    act = node.store.state.trail.acts[-1]
    assert act.detail["replaced"] == to_object(ORDER)
    law.enter(HEAD, ORDER)
    assert node.store.state.bodies.orders() == (ORDER,), "a script that names none replaces what stands"


def test_b28_only_who_may_enter_officers_foresees_and_a_power_stands_once() -> None:
    node = MemoryNode("XA-NCB")
    with pytest.raises(Refused):
        node.directory.law.foresee(DUTY, ORDER)
    with pytest.raises(Invalid, match="once"):
        node.directory.law.foresee(HEAD, replace(ORDER, powers=(*ORDER.powers, Power("poll", SEARCH_LAW, "at night"))))
    counted = node.directory.law.foresee(HEAD, ORDER).officers
    machine = Officer(OfficerId("m-1"), frozenset({"duty_officer"}), is_machine=True)
    for officer in (Officer(OfficerId("duty-9"), frozenset({"duty_officer"})), machine):
        node.directory.officers.put(HEAD, officer)
    assert node.directory.law.foresee(HEAD, ORDER).officers == counted + 1
