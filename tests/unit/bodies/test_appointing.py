"""Officers entered, changed and ended (docs/rules/bodies.md B24 and B25): each rule, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.appointing import (
    NEW,
    EndReason,
    OfficerState,
    ended_at,
    find_officers,
    judge_change,
    state_of,
    version_of,
)
from entente.bodies.model import Officer
from entente.kernel.errors import Conflict, NotFound, Refused
from entente.kernel.ids import OfficerId
from tests.support.build_bodies import DUTY, HEAD, NOW, MemoryNode

SECOND = OfficerId("head-2")
HEADS = frozenset({"head_of_body"})
CLERK = Officer(OfficerId("clerk-1"), frozenset({"analyst"}), unit="north")


def entered(node: MemoryNode, officer: OfficerId) -> Officer:
    found = node.store.state.bodies.officer(officer)
    assert found is not None
    return found


def refusals(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [ground.number for ground in refused.value.decision.refusals]


def test_b24_nobody_changes_their_own_entry_and_another_does_and_the_refusal_is_in_the_trail() -> None:
    node = MemoryNode("XA-NCB")
    own = entered(node, HEAD)
    raised = replace(own, roles=own.roles | {"data_protection_officer"})
    with pytest.raises(Refused) as refused:
        node.directory.officers.put(HEAD, raised)
    assert refusals(refused) == ["B24"]
    assert entered(node, HEAD) == own
    act = node.store.state.trail.acts[-1]
    assert (act.verb, act.officer, act.subject, act.detail["outcome"]) == ("manage_officers", HEAD, HEAD, "refused")
    node.directory.officers.put(HEAD, own)
    node.directory.officers.put(HEAD, Officer(SECOND, HEADS))
    node.directory.officers.put(SECOND, raised)
    assert entered(node, HEAD).roles == raised.roles
    with pytest.raises(Refused) as refused:
        node.directory.officers.end(HEAD, HEAD, EndReason.LEFT)
    assert refusals(refused) == ["B24"]


def test_b24_who_changes_what_was_changed_meanwhile_is_told_and_an_id_is_entered_anew_once() -> None:
    node = MemoryNode("XA-NCB")
    node.directory.officers.put(HEAD, CLERK, NEW)
    seen = version_of(entered(node, CLERK.id))
    with pytest.raises(Conflict, match="entered already"):
        node.directory.officers.put(HEAD, CLERK, NEW)
    moved = node.directory.officers.put(HEAD, replace(CLERK, unit="south"), seen)
    assert entered(node, CLERK.id) == moved
    for act in (
        lambda: node.directory.officers.put(HEAD, replace(CLERK, unit="east"), seen),
        lambda: node.directory.officers.end(HEAD, CLERK.id, EndReason.MOVED, seen),
    ):
        with pytest.raises(Conflict, match="changed meanwhile"):
            act()
    assert entered(node, CLERK.id).unit == "south"
    # A script that looked at nothing replaces what stands.
    node.directory.officers.put(HEAD, replace(CLERK, unit="west"))
    assert entered(node, CLERK.id).unit == "west"


def test_b24_who_acts_keeps_since_when_and_who_comes_back_begins_anew() -> None:
    node = MemoryNode("XA-NCB")
    earlier, later = NOW - timedelta(days=9), NOW
    node.directory.officers.put(HEAD, replace(CLERK, active_from=earlier))
    node.directory.officers.put(HEAD, replace(CLERK, active_from=later, unit="south"))
    assert entered(node, CLERK.id).active_from == earlier
    node.directory.officers.end(HEAD, CLERK.id, EndReason.LEFT)
    node.directory.officers.put(HEAD, replace(CLERK, active_from=later))
    assert entered(node, CLERK.id).active_from == later


def test_b25_entry_ends_at_once_with_its_reason_in_the_trail_and_once() -> None:
    node = MemoryNode("XA-NCB")
    with pytest.raises(NotFound):
        node.directory.officers.end(HEAD, CLERK.id, EndReason.LEFT)
    node.directory.officers.put(HEAD, CLERK)
    with pytest.raises(Refused) as refused:
        node.directory.officers.end(DUTY, CLERK.id, EndReason.LEFT)
    assert refusals(refused) == ["B9.2"]
    node.directory.officers.end(HEAD, CLERK.id, EndReason.STOOD_DOWN)
    assert state_of(entered(node, CLERK.id), node.directory.clock.now()) is OfficerState.ENDED
    act = node.store.state.trail.acts[-1]
    assert (act.subject, act.detail["reason"]) == (CLERK.id, "stood_down")
    with pytest.raises(Conflict, match="any more"):
        node.directory.officers.end(HEAD, CLERK.id, EndReason.STOOD_DOWN)


def test_b25_no_change_leaves_the_body_without_somebody_who_may_enter_officers() -> None:
    roles = MemoryNode("XA-NCB").directory.lists.roles
    first, second = Officer(HEAD, HEADS), Officer(SECOND, HEADS)
    leaving = replace(first, active_until=NOW + timedelta(days=3))

    def allowed(wanted: Officer, *officers: Officer) -> bool:
        return judge_change(OfficerId("operator"), wanted, officers, roles, NOW).allowed

    assert allowed(ended_at(second, NOW), first, second)
    for worse in (
        ended_at(second, NOW),
        replace(second, roles=frozenset({"analyst"})),
        replace(second, is_machine=True),
        replace(second, active_until=NOW + timedelta(days=30)),
    ):
        decision = judge_change(OfficerId("operator"), worse, (leaving, second), roles, NOW)
        assert [ground.number for ground in decision.refusals] == ["B25"]
    # A machine enters nobody, and who does not act any more neither.
    assert not allowed(ended_at(first, NOW), first, replace(second, is_machine=True))
    assert not allowed(ended_at(first, NOW), first, ended_at(second, NOW))
    # What makes it longer is taken, however short it stays; who may not enter officers is no matter of it.
    assert allowed(replace(leaving, active_until=NOW + timedelta(days=5)), leaving)
    assert allowed(ended_at(CLERK, NOW), leaving, CLERK)


def test_b25_change_is_foreseen_with_who_is_left_and_nothing_changes() -> None:
    node = MemoryNode("XA-NCB")
    node.directory.officers.put(HEAD, Officer(SECOND, HEADS))
    before = node.store.state.bodies.officers()
    foreseen = node.directory.officers.foresee(HEAD, SECOND, lambda known: ended_at(known or CLERK, NOW))
    assert (foreseen.decision.allowed, foreseen.administrators_left) == (True, 1)
    assert foreseen.known == entered(node, SECOND)
    own = node.directory.officers.foresee(HEAD, HEAD, lambda _: Officer(HEAD, frozenset({"analyst"})))
    assert [ground.number for ground in own.decision.refusals] == ["B24"]
    assert node.store.state.bodies.officers() == before
    with pytest.raises(Refused):
        node.directory.officers.foresee(DUTY, SECOND, lambda _: CLERK)


def test_officers_are_found_by_words_of_id_and_unit_by_role_and_by_state() -> None:
    gone = replace(CLERK, id=OfficerId("clerk-2"), active_until=NOW)
    coming = replace(CLERK, id=OfficerId("night-1"), active_from=NOW + timedelta(days=1), unit="")
    everybody = (CLERK, gone, coming)

    def ids(text: str = "", **narrowed: object) -> list[str]:
        found = find_officers(everybody, text, NOW, called=lambda unit: "Northern branch" if unit else "", **narrowed)  # type: ignore[arg-type]
        return [one.id for one in found]

    assert ids() == ["clerk-1", "clerk-2", "night-1"]
    assert ids("CLERK northern") == ["clerk-1", "clerk-2"]
    assert ids(state=OfficerState.ENDED) == ["clerk-2"]
    assert ids(state=OfficerState.COMING) == ["night-1"]
    assert ids(state=OfficerState.ACTIVE, role="analyst") == ["clerk-1"]
    assert ids(role="supervisor") == []
    assert ids(unit="") == ["night-1"]
