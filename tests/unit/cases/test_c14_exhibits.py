"""C14: exhibits, and chains of custody that are never rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.cases.exhibits import CHECKED, ChangeOfHands, Found, GivenFile, digest_of
from entente.cases.model import Exhibit, ExhibitKind
from entente.kernel.errors import Conflict, Invalid, NotFound
from tests.support.build_correspondence import DUTY, NOW, Desk, a_network

FOUND = Found(
    ExhibitKind.DIGITAL, "Image of a telephone", NOW - timedelta(hours=3), "Gate 4", "Officer 7", "A-1", "ab" * 32
)
HANDED = ChangeOfHands(NOW - timedelta(hours=2), "Officer 7", "Laboratory", "Gate 4", "A-2", "ab" * 32)


@pytest.fixture
def desk() -> Desk:
    return a_network().xb


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.open_case()


@pytest.fixture
def exhibit(desk: Desk, number: str) -> Exhibit:
    return desk.cases.enter_exhibit(DUTY, number, FOUND)


def test_c14_exhibits_are_counted_in_the_case_they_were_entered_in(desk: Desk, number: str, exhibit: Exhibit) -> None:
    second = desk.cases.enter_exhibit(DUTY, number, replace(FOUND, kind=ExhibitKind.OBJECT, sha256=""))
    assert (exhibit.label, second.label) == (f"{number}-E1", f"{number}-E2")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": " "}, "what"),
        ({"where": "a\nb"}, "found_where"),
        ({"by": ""}, "found_by"),
        ({"seal": "x" * 201}, "seal"),
        ({"at": NOW + timedelta(minutes=1)}, "found_at"),
        ({"sha256": ""}, "sha256"),
        ({"sha256": "AB" * 32}, "sha256"),
        ({"kind": ExhibitKind.SAMPLE}, "sha256"),
    ],
)
def test_c14_ill_formed_exhibit_is_refused(desk: Desk, number: str, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        desk.cases.enter_exhibit(DUTY, number, replace(FOUND, **changes))  # type: ignore[arg-type]  # the fields of it
    assert raised.value.field == field
    assert desk.cases.show(number).exhibits == ()


def test_c14_chain_goes_from_hand_to_hand(desk: Desk, number: str, exhibit: Exhibit) -> None:
    desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, HANDED)
    onward = replace(HANDED, at=NOW - timedelta(hours=1), gave="Laboratory", took="Evidence room", sha256="cd" * 32)
    desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, onward)
    ((_, chain),) = desk.cases.show(number).exhibits
    assert [(link.gave, link.took) for link in chain] == [("Officer 7", "Laboratory"), ("Laboratory", "Evidence room")]
    assert [link.sha256 == exhibit.sha256 for link in chain] == [True, False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gave": "Somebody"}, "gave"),
        ({"took": ""}, "took"),
        ({"where": ""}, "where"),
        ({"at": NOW - timedelta(hours=4)}, "at"),
        ({"at": NOW + timedelta(hours=1)}, "at"),
        ({"sha256": "zz" * 32}, "sha256"),
        ({"remark": "\u202e"}, "remark"),
    ],
)
def test_c14_hand_over_that_does_not_continue_the_chain_is_refused(
    desk: Desk, number: str, exhibit: Exhibit, changes: dict[str, object], field: str
) -> None:
    changed = replace(HANDED, **changes)  # type: ignore[arg-type]  # the fields of it
    with pytest.raises(Invalid) as raised:
        desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, changed)
    assert raised.value.field == field
    assert desk.cases.show(number).exhibits == ((exhibit, ()),)


def test_c14_second_of_two_officers_who_enter_one_hand_over_is_told(desk: Desk, number: str, exhibit: Exhibit) -> None:
    desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, HANDED)
    with pytest.raises(Conflict, match="not entered"):
        desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, HANDED)


def test_c14_trail_holds_the_digest_of_what_was_entered_and_no_words(desk: Desk, number: str, exhibit: Exhibit) -> None:
    link = desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, HANDED)
    entered, handed = desk.acts("keep_case")[-2:]
    assert (entered.detail["digest"], handed.detail["digest"]) == (digest_of(exhibit), digest_of(link))
    assert digest_of(replace(exhibit, case="2031/000099")) == digest_of(exhibit)
    assert digest_of(replace(link, took="Somebody")) != digest_of(link)
    assert "Laboratory" not in str(handed)


def test_c14_exhibit_of_a_closed_case_changes_hands_and_none_is_entered_in_it(
    desk: Desk, number: str, exhibit: Exhibit
) -> None:
    desk.cases.close_case(DUTY, number, "Done.")
    desk.cases.hand_over_exhibit(DUTY, number, exhibit.id, HANDED)
    with pytest.raises(Conflict):
        desk.cases.enter_exhibit(DUTY, number, FOUND)
    with pytest.raises(NotFound):
        desk.cases.hand_over_exhibit(DUTY, desk.open_case(), exhibit.id, HANDED)


GIVEN = GivenFile("phone.dd", 1_234_567, "ab" * 32)


def test_c21_file_is_held_against_an_exhibit_and_the_chronology_says_what_came_of_it(
    desk: Desk, number: str, exhibit: Exhibit
) -> None:
    assert desk.cases.check_exhibit(DUTY, number, exhibit.id, GIVEN)
    assert not desk.cases.check_exhibit(DUTY, number, exhibit.id, replace(GIVEN, sha256="cd" * 32))
    said = [(one.kind, one.text) for one in desk.cases.show(number).events if one.kind in CHECKED]
    file = f"{exhibit.label}: the file «phone.dd», 1234567 bytes, is"
    assert said == [
        ("exhibit_same", f"{file} the same."),
        ("exhibit_other", f"{file} another one: its SHA-256 is {'cd' * 32}."),
    ]
    act = desk.acts("keep_case")[-1]
    assert (act.detail["change"], act.detail["is_same"], act.detail["bytes"]) == ("exhibit_checked", False, 1_234_567)
    assert "phone" not in str(act.detail), "a file's name may name a person, and stays in the case"
    assert desk.cases.show(number).exhibits == ((exhibit, ()),), "nothing of it is changed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sha256": ""}, "sha256"),
        ({"sha256": "zz" * 32}, "sha256"),
        ({"name": "a\nb"}, "file_name"),
        ({"name": ""}, "file_name"),
        ({"bytes": -1}, "bytes"),
    ],
)
def test_c21_ill_formed_file_is_refused(
    desk: Desk, number: str, exhibit: Exhibit, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        desk.cases.check_exhibit(DUTY, number, exhibit.id, replace(GIVEN, **changes))  # type: ignore[arg-type]
    assert raised.value.field == field


def test_c21_only_a_digital_exhibit_of_this_case_is_held_against_a_file(
    desk: Desk, number: str, exhibit: Exhibit
) -> None:
    key = desk.cases.enter_exhibit(DUTY, number, replace(FOUND, kind=ExhibitKind.OBJECT, sha256=""))
    with pytest.raises(Invalid, match="sha256"):
        desk.cases.check_exhibit(DUTY, number, key.id, GIVEN)
    with pytest.raises(NotFound):
        desk.cases.check_exhibit(DUTY, desk.open_case(), exhibit.id, GIVEN)
    desk.cases.close_case(DUTY, number, "Done.")
    assert desk.cases.check_exhibit(DUTY, number, exhibit.id, GIVEN), "also of a closed case"
