"""B27: what the next version of a group would change is what changes once it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.agreements.channel import force_now
from entente.agreements.effect import ByGroup, foresee_group
from entente.agreements.model import ForceRule, Instrument
from entente.bodies.group_changes import HowChanged, changed_entries, days_of_change
from entente.bodies.model import Group, GroupEntry, GroupReference, MembershipStatus
from entente.bodies.statements import group_id_of
from entente.kernel.errors import Conflict, Invalid, Refused
from entente.kernel.ids import BodyId
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    NOW,
    MemoryNode,
    agreement,
    charter,
    conclude,
    hand_over,
    network,
    sign,
    with_id,
)

Nodes = dict[str, MemoryNode]
TODAY = NOW.date()
FIRST, SECOND, THIRD = BodyId("body:a"), BodyId("body:b"), BodyId("body:c")


def entry(body: BodyId, status: str = "member", since: str = "2030-01-01", until: str | None = None) -> GroupEntry:
    ends = date.fromisoformat(until) if until is not None else None
    return GroupEntry(body, MembershipStatus(status), date.fromisoformat(since), "Decision 1", ends)


def test_b27_each_entry_that_differs_is_told_beside_the_one_whose_place_it_takes() -> None:
    stays, ends, moves, goes = entry(FIRST), entry(SECOND), entry(THIRD, "observer"), entry(FIRST, "associate")
    ended, moved = replace(ends, until=date(2031, 6, 1)), replace(moves, status=MembershipStatus.MEMBER)
    new = entry(BodyId("body:d"))
    found = changed_entries((stays, ends, moves, goes), (moved, stays, ended, new))
    assert [(one.how, one.before, one.after) for one in found] == [
        (HowChanged.CHANGED, moves, moved),
        (HowChanged.ENDED, ends, ended),
        (HowChanged.ADDED, None, new),
        (HowChanged.TAKEN_OUT, goes, None),
    ]
    assert changed_entries((stays, ends), (ends, stays)) == (), "the order says nothing"
    (twice,) = changed_entries((stays, stays), (stays,))
    assert (twice.how, twice.before) == (HowChanged.TAKEN_OUT, stays), "what stood twice counts twice"
    (goes_on,) = changed_entries((ended,), (ends,))
    assert goes_on.how is HowChanged.CHANGED, "that an end was taken back is no end"


def test_b27_days_to_come_are_those_on_which_what_differs_begins_or_ends() -> None:
    stays, comes = entry(FIRST, until="2099-01-01"), entry(SECOND, since="2090-01-01", until="2095-01-01")
    group = Group(group_id_of(FIRST, "g"), FIRST, "g", "G", 1, (stays,))
    after = replace(group, version=2, entries=(stays, comes))
    assert days_of_change(group, after, TODAY) == (TODAY, date(2090, 1, 1), date(2095, 1, 1))
    assert days_of_change(None, group, TODAY) == (TODAY, date(2099, 1, 1))


@pytest.fixture
def nodes() -> Nodes:
    nodes = network("GS", "RC", "XA-NCB", "XB-NCB")
    conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=nodes["GS"].id))
    return nodes


def programme(nodes: Nodes) -> Instrument:
    """Return a programme between the members of a group that RC keeps: the center itself, both bureaus."""
    center = nodes["RC"]
    entries = tuple(entry(nodes[code].id) for code in ("RC", "XA-NCB", "XB-NCB"))
    center.directory.keep_group(HEAD, "pilot", "Pilot", entries, 0)
    group = GroupReference(group_id_of(center.id, "pilot"), MembershipStatus.MEMBER)
    base = replace(agreement(), party_groups=frozenset({group}), force_rule=ForceRule.N_OF_M, force_count=2)
    hand_over(*nodes.values())
    kept = center.agreements.propose(HEAD, with_id(base)).instrument
    hand_over(*nodes.values())
    for code in ("RC", "XA-NCB", "XB-NCB"):
        sign(nodes[code], kept.id)
    hand_over(*nodes.values())
    return kept


def foreseen(node: MemoryNode, *entries: GroupEntry) -> ByGroup:
    known, group = node.directory.foresee_group(HEAD, "pilot", "Pilot", entries, 1)
    with node.agreements.open_unit() as unit:
        (found,) = foresee_group(unit, known, group, node.agreements.lists, NOW)
    return found


def parties(node: MemoryNode, instrument: Instrument) -> frozenset[BodyId]:
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(instrument.id)
        assert state is not None
        verdict = force_now(unit, state, NOW)
        return verdict.parties if verdict.holds else frozenset()


def test_b27_who_is_a_party_no_more_is_who_was_foreseen(nodes: Nodes) -> None:
    instrument, center = programme(nodes), nodes["RC"]
    first, second = nodes["XA-NCB"].id, nodes["XB-NCB"].id
    ended = replace(entry(second), until=TODAY)
    found = foreseen(center, entry(center.id), entry(first), ended)
    (day,) = found.days
    assert (found.instrument, found.statuses) == (instrument.id, (MembershipStatus.MEMBER,))
    assert day.on == TODAY
    assert [day.named, day.not_named, day.stops] == [set(), {second}, {second}]
    assert (day.was_in_force, day.is_in_force) == (True, True)
    assert [one.others for one in day.effects] == [(second,)]
    assert all(change.gives_stopped and change.gets_stopped for change in day.effects[0].changes)
    before = parties(center, instrument)
    center.directory.keep_group(HEAD, "pilot", "Pilot", (entry(center.id), entry(first), ended), 1)
    assert before - parties(center, instrument) == {second}


def test_b27_list_that_leaves_too_few_ends_the_instrument_and_a_newcomer_begins_by_signing(nodes: Nodes) -> None:
    instrument, center = programme(nodes), nodes["RC"]
    standing = tuple(entry(nodes[code].id) for code in ("RC", "XA-NCB", "XB-NCB"))
    (day,) = foreseen(center, standing[0]).days
    assert (day.was_in_force, day.is_in_force, day.begins) == (True, False, frozenset())
    assert [day.stops, day.not_named] == [{one.body for one in standing}, {one.body for one in standing[1:]}]
    assert "1 of 2" in day.why
    new = entry(nodes["GS"].id)
    (day,) = foreseen(center, *standing, new).days
    assert [day.named, day.begins] == [{nodes["GS"].id}, set()]
    assert (day.is_in_force, day.effects) == (True, ())
    center.directory.keep_group(HEAD, "pilot", "Pilot", standing[:1], 1)
    assert parties(center, instrument) == frozenset()


def test_b27_what_begins_later_is_told_for_its_day_and_not_for_today(nodes: Nodes) -> None:
    programme(nodes)
    center, second = nodes["RC"], nodes["XB-NCB"].id
    until = date(TODAY.year + 1, 1, 1)
    kept = [entry(nodes[code].id) for code in ("RC", "XA-NCB")]
    found = foreseen(center, *kept, replace(entry(second), until=until))
    assert [day.on for day in found.days] == [until]
    assert found.days[0].not_named == {second}
    assert foreseen(center, *kept, entry(second)).days == (), "nothing differs"
    observer = replace(entry(nodes["GS"].id), status=MembershipStatus.OBSERVER)
    assert foreseen(center, *kept, entry(second), observer).days == (), "no instrument names the observers"


def test_b27_foreseeing_keeps_and_tells_nothing_and_refuses_what_keeping_refuses(nodes: Nodes) -> None:
    programme(nodes)
    center = nodes["RC"]
    sent, acts = len(center.store.state.outbox.put_out), len(center.store.state.trail.acts)
    one = entry(center.id)
    known, group = center.directory.foresee_group(HEAD, "pilot", "Pilot", (one,), 1)
    assert known is not None
    assert (known.version, group.version, group.entries) == (1, 2, (one,))
    assert center.store.state.bodies.group(group.id) == known
    assert (len(center.store.state.outbox.put_out), len(center.store.state.trail.acts)) == (sent, acts)
    with pytest.raises(Conflict) as late:
        center.directory.foresee_group(HEAD, "pilot", "Pilot", (one,), 0)
    assert late.value.changed_meanwhile
    with pytest.raises(Invalid) as wrong:
        center.directory.foresee_group(HEAD, "pilot", "Pilot", (one, replace(one, document="")), 1)
    assert wrong.value.field == "group.entries[1].document"
    with pytest.raises(Invalid, match="letters"):
        center.directory.foresee_group(HEAD, "no name", "Pilot", (one,), 0)
    with pytest.raises(Refused):
        center.directory.foresee_group(DUTY, "pilot", "Pilot", (one,), 1)


def test_b7_keeper_keeps_no_more_groups_than_others_take_in(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.bodies.service.GROUPS_MAX", 1)
    center = nodes["RC"]
    center.directory.keep_group(HEAD, "first", "First", (), 0)
    with pytest.raises(Conflict, match="groups already"):
        center.directory.keep_group(HEAD, "second", "Second", (), 0)
    assert center.directory.keep_group(HEAD, "first", "First, anew", (), 1).version == 2
