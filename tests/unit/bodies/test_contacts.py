"""Each body says its own contact points; they are checked every six months (docs/rules/bodies.md B16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entente.bodies.contact_rules import CONTACTS_MAX, checked_contacts
from entente.bodies.contacts import CHECK_AFTER, ContactBook, answers, is_due
from entente.bodies.model import Body, ContactDays, ContactKind, ContactPoint
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from tests.support.build_bodies import DUTY, HEAD, MemoryNode, hand_over, network

DESK = ContactPoint(
    "desk", ContactKind.ALL_HOURS_DESK, "Operations room", "+1 555 0100", "", ("en", "fr"), "Europe/Lisbon", ContactDays.ALWAYS
)  # fmt: skip
OFFICE = replace(
    DESK, id="office", kind=ContactKind.LEGAL, days=ContactDays.MONDAY_TO_FRIDAY, opens="08:00", closes="16:30",
    deputies=("Second officer, +1 555 0101",),
)  # fmt: skip


def own(node: MemoryNode) -> Body:
    with node.directory.open_unit() as unit:
        return unit.bodies.own()


def seen_at(node: MemoryNode, code: str) -> Body:
    with node.directory.open_unit() as unit:
        return next(body for body in unit.bodies.bodies() if body.code == code)


def test_points_go_to_every_body_and_the_newest_list_counts() -> None:
    nodes = network("XA-NCB", "XB-NCB")
    book, other = ContactBook(nodes["XA-NCB"].directory), nodes["XB-NCB"]
    book.keep(DUTY, None, DESK)
    nodes["XA-NCB"].clock.pass_time(minutes=1)
    book.keep(HEAD, own(nodes["XA-NCB"]).contacts_at, OFFICE)
    hand_over(*nodes.values())
    assert seen_at(other, "XA-NCB").contacts == (DESK, OFFICE)
    nodes["XA-NCB"].clock.pass_time(minutes=1)
    changed = book.keep(DUTY, own(nodes["XA-NCB"]).contacts_at, replace(DESK, phone="+1 555 0199"))
    assert [one.phone for one in changed.contacts] == ["+1 555 0199", "+1 555 0100"]
    nodes["XA-NCB"].clock.pass_time(minutes=1)
    book.remove(DUTY, changed.contacts_at, "desk")
    hand_over(*nodes.values())
    assert seen_at(other, "XA-NCB").contacts == (OFFICE,)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Asia", "europe/lisbon/"])
def test_point_of_ours_in_a_zone_that_there_is_not_is_refused_and_said_to_nobody(zone: str) -> None:
    node = network("XA-NCB")["XA-NCB"]
    with pytest.raises(Invalid, match="does not hold what it should") as refused:
        ContactBook(node.directory).keep(DUTY, None, replace(DESK, zone=zone))
    assert refused.value.field == "zone"
    assert own(node).contacts == ()


def test_list_that_was_said_anew_meanwhile_is_not_overwritten() -> None:
    node = network("XA-NCB")["XA-NCB"]
    book = ContactBook(node.directory)
    book.keep(DUTY, None, DESK)
    with pytest.raises(Conflict):
        book.keep(HEAD, None, OFFICE)
    with pytest.raises(Conflict):
        book.remove(HEAD, None, "desk")
    with pytest.raises(NotFound):
        book.remove(DUTY, own(node).contacts_at, "office")


def test_list_is_due_when_nobody_said_it_and_six_months_after() -> None:
    node = network("XA-NCB")["XA-NCB"]
    book = ContactBook(node.directory)
    assert is_due(own(node), node.clock.now())
    said = book.keep(DUTY, None, DESK).contacts_at
    assert said is not None
    assert not is_due(own(node), said + CHECK_AFTER - timedelta(seconds=1))
    assert is_due(own(node), said + CHECK_AFTER)
    node.clock.pass_time(days=200)
    assert not is_due(book.confirm(DUTY, said), node.clock.now())


def test_officer_without_the_role_says_nothing() -> None:
    node = network("XA-NCB")["XA-NCB"]
    with pytest.raises(Refused):
        ContactBook(node.directory).keep(OfficerId("nobody"), None, DESK)
    assert own(node).contacts == ()


@pytest.mark.parametrize(
    ("at", "does"),
    [("2031-05-05T07:59", False), ("2031-05-05T08:00", True), ("2031-05-05T16:30", False), ("2031-05-04T10:00", False)],
)
def test_somebody_answers_within_the_hours_of_the_days(at: str, *, does: bool) -> None:
    local = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert answers(OFFICE, local) is does
    assert answers(DESK, local)


@pytest.mark.parametrize(
    ("at", "does"),
    # 9 May 2031 is a Friday: its shift ends on Saturday morning, and there is none on Saturday evening.
    [("2031-05-09T22:30", True), ("2031-05-10T05:59", True), ("2031-05-10T06:00", False), ("2031-05-10T22:30", False)],
)
def test_hours_may_pass_midnight(at: str, *, does: bool) -> None:
    night = replace(OFFICE, opens="22:00", closes="06:00")
    assert answers(night, datetime.fromisoformat(at).replace(tzinfo=UTC)) is does


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("function", {"function": ""}), ("function", {"function": "a\nb"}), ("person", {"person": "x\u202ey"}),
        ("phone", {"phone": "", "mail": ""}), ("phone", {"phone": "call me"}), ("mail", {"mail": "desk@"}),
        ("languages", {"languages": ()}), ("languages", {"languages": ("english",)}), ("languages", {"languages": ("en", "en")}),
        ("zone", {"zone": "here and there"}), ("opens", {"opens": ""}), ("opens", {"opens": "8:00"}),
        ("opens", {"opens": "24:00"}), ("closes", {"closes": "08:00"}), ("closes", {"closes": "25:00"}),
        ("opens", {"days": ContactDays.ALWAYS}), ("deputies", {"deputies": ("",)}), ("deputies", {"deputies": ("x",) * 6}),
        ("id", {"id": " "}), ("note", {"note": "x" * 501}),
    ],
)  # fmt: skip
def test_point_that_nobody_could_use_is_refused_at_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        checked_contacts((replace(OFFICE, **changes),))
    assert refused.value.field == field


def test_list_is_bounded_and_each_point_has_its_id() -> None:
    with pytest.raises(Invalid):
        checked_contacts((DESK, DESK))
    with pytest.raises(Invalid):
        checked_contacts(tuple(replace(DESK, id=str(number)) for number in range(CONTACTS_MAX + 1)))
