"""The situation is what the directory and the instruments say at one moment, and says until when that stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from entente.bodies.model import (
    Group,
    GroupEntry,
    GroupReference,
    MembershipStatus,
)
from entente.disclosure.situation import VALID_MAX, build_situation
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_disclosure import (
    DAY,
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    XD,
    a_leave,
    a_measure,
    a_participation,
    a_suspension,
    an_instrument,
    code_lists,
    in_force,
)
from tests.support.fake_disclosure_unit import World, a_body, a_world

GROUP = GroupId("body:xa/partners")
MINUTE = timedelta(minutes=1)


def a_group(since: date, until: date | None = None) -> Group:
    entry = GroupEntry(XC, MembershipStatus.MEMBER, since, "G/1", until)
    return Group(id=GROUP, keeper=XA, name="partners", title="Partners", version=1, entries=(entry,))


def test_bodies_stand_with_their_keys() -> None:
    late = {XA: a_body(XA), XB: a_body(XB), XC: a_body(XC, valid_from=NOW + DAY)}
    situation = build_situation(a_world(bodies=late).open(), code_lists(), NOW)
    assert situation.own_body == XB
    assert {body: standing.has_valid_keys for body, standing in situation.bodies.items()} == {
        XA: True,
        XB: True,
        XC: False,
    }
    assert XD not in situation.bodies


def test_instrument_is_in_force_between_those_who_signed() -> None:
    signed = build_situation(a_world().open(), code_lists(), NOW).instruments[PROGRAMME]
    assert signed.is_in_force
    assert signed.parties == {XA, XB, XC}
    state = replace(in_force().state, signatures={XA: NOW - DAY})
    unsigned = build_situation(a_world(instruments={PROGRAMME: state}).open(), code_lists(), NOW).instruments[PROGRAMME]
    assert not unsigned.is_in_force
    assert unsigned.why


@pytest.mark.parametrize(("until", "named"), [(None, {XC}), (date(2031, 5, 5), {XC}), (date(2031, 5, 4), set())])
def test_groups_are_resolved_as_of_the_day_and_for_every_status(until: date | None, named: set[BodyId]) -> None:
    situation = build_situation(a_world(groups={GROUP: a_group(date(2030, 1, 1), until)}).open(), code_lists(), NOW)
    assert situation.groups[GroupReference(GROUP)] == named
    assert situation.groups[GroupReference(GROUP, MembershipStatus.FORMER)] == frozenset()


def test_group_named_as_party_gives_its_members_a_place() -> None:
    terms = an_instrument(parties=frozenset({XA, XB}), party_groups=frozenset({GroupReference(GROUP)}))
    state = replace(in_force(terms).state, signatures=dict.fromkeys((XA, XB, XC), NOW - DAY))
    member = a_world(instruments={PROGRAMME: state}, groups={GROUP: a_group(date(2030, 1, 1))})
    assert XC in build_situation(member.open(), code_lists(), NOW).instruments[PROGRAMME].parties
    former = a_world(instruments={PROGRAMME: state}, groups={GROUP: a_group(date(2030, 1, 1), date(2031, 1, 1))})
    assert XC not in build_situation(former.open(), code_lists(), NOW).instruments[PROGRAMME].parties


def test_what_has_ended_is_left_out() -> None:
    world = a_world(
        measures=(a_measure(), a_measure(id="ended", until=NOW)), leaves=(a_leave(), a_leave(id="ended", until=NOW))
    )
    situation = build_situation(world.open(), code_lists(), NOW)
    assert [measure.id for measure in situation.measures] == ["measure-1"]
    assert [leave.id for leave in situation.leaves] == ["leave-1"]


def suspended_from(since: datetime) -> World:
    stand = a_participation(XA, a_suspension(since=since))
    return a_world(instruments={PROGRAMME: in_force(None, stand).state})


@pytest.mark.parametrize(
    "world",
    [
        a_world(measures=(a_measure(since=NOW + MINUTE),)),
        a_world(measures=(a_measure(until=NOW + MINUTE),)),
        a_world(leaves=(a_leave(since=NOW + MINUTE),)),
        a_world(leaves=(a_leave(until=NOW + MINUTE),)),
        a_world(bodies={XA: a_body(XA, valid_from=NOW + MINUTE)}),
        suspended_from(NOW + MINUTE),
    ],
)
def test_situation_ends_at_the_next_moment_named_in_it(world: World) -> None:
    assert build_situation(world.open(), code_lists(), NOW).valid_until == NOW + MINUTE


@pytest.mark.parametrize(
    "world",
    [
        a_world(groups={GROUP: a_group(date(2031, 5, 5))}),
        a_world(groups={GROUP: a_group(date(2030, 1, 1), date(2031, 5, 5))}),
        a_world(instruments={PROGRAMME: in_force(an_instrument(starts_on=date(2031, 5, 5))).state}),
        a_world(instruments={PROGRAMME: in_force(an_instrument(ends_on=date(2031, 5, 5))).state}),
        a_world(instruments={PROGRAMME: in_force(an_instrument(ends_on=date(2031, 5, 4))).state}),
        a_world(
            instruments={PROGRAMME: in_force(an_instrument(ends_on=date.max)).state},
            groups={GROUP: a_group(date(2031, 5, 5))},
        ),
    ],
)
def test_situation_ends_at_the_midnight_of_a_day_named_in_it(world: World) -> None:
    evening = datetime(2031, 5, 4, 23, 30, tzinfo=UTC)
    assert build_situation(world.open(), code_lists(), evening).valid_until == datetime(2031, 5, 5, tzinfo=UTC)


def test_situation_says_who_was_heard_and_ends_with_the_next_lease() -> None:
    terms = an_instrument(lease_minutes=60, kind_lease_minutes={"wanted_person": 15})
    held = {PROGRAMME: in_force(terms).state}
    heard = {XA: NOW - 14 * MINUTE, XC: NOW - 20 * MINUTE}
    situation = build_situation(a_world(instruments=held, heard=heard).open(), code_lists(), NOW)
    assert situation.heard == heard
    assert situation.valid_until == NOW + MINUTE
    later = build_situation(a_world(instruments=held, heard=heard).open(), code_lists(), NOW + MINUTE)
    assert later.valid_until == NOW + 40 * MINUTE


def test_situation_is_read_anew_after_an_hour_at_the_latest() -> None:
    assert build_situation(a_world().open(), code_lists(), NOW).valid_until == NOW + VALID_MAX
