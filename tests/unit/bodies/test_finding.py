"""Finding bodies and units in a large directory, as it stood on a day (docs/rules/desk.md W46)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.bodies.finding import existed, find_bodies, find_units, name_on, page_of, places_of
from entente.bodies.model import (
    Body,
    BodyKind,
    Group,
    GroupEntry,
    MembershipStatus,
    NameEntry,
    Unit,
    UnitKind,
)
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_bodies import new_body

EARLIER, BETWEEN, LATER = date(2020, 1, 1), date(2024, 6, 1), date(2031, 5, 4)


def named(code: str, *names: NameEntry, **more: object) -> Body:
    return replace(new_body(code)[0], names=names, **more)  # type: ignore[arg-type]


RENAMED = named(
    "XA-NCB",
    NameEntry("Bureau d’Algérie", date(2022, 1, 1), date(2025, 1, 1)),
    NameEntry("Criminal Police", date(2025, 1, 1)),
    units=(
        Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch", "Port city"),
        Unit("desk", UnitKind.UNIT, "Duty desk", parent="north"),
    ),
)
YOUNG = named("XB-NCB", NameEntry("Young bureau", date(2030, 1, 1)))


def test_body_is_found_by_the_name_it_had_on_the_day() -> None:
    assert name_on(RENAMED, BETWEEN) == "Bureau d’Algérie"
    assert name_on(RENAMED, LATER) == "Criminal Police"
    assert find_bodies((RENAMED,), "criminal", BETWEEN) == ()
    assert find_bodies((RENAMED,), "criminal", LATER) == (RENAMED,)


def test_body_that_had_not_begun_is_not_found() -> None:
    assert not existed(RENAMED, EARLIER)
    assert find_bodies((RENAMED, YOUNG), "", BETWEEN) == (RENAMED,)
    assert find_bodies((RENAMED, YOUNG), "", LATER) == (RENAMED, YOUNG)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("body:ncbxa2k7", True), ("ncbxa2", True), ("ncbxa", False), ("xa", False), ("k7", False), ("a2k7tt", False)],
)
def test_an_id_is_found_by_its_beginning_and_by_no_letters_within(text: str, is_found: bool) -> None:  # noqa: FBT001 - a table
    body = replace(YOUNG, id=BodyId("body:ncbxa2k7tt"))
    assert (find_bodies((body,), text, LATER) == (body,)) is is_found


@pytest.mark.parametrize("text", ["algerie", "ALGÉRIE bureau", "ncb xa", "  "])
def test_each_word_counts_without_case_and_accents(text: str) -> None:
    assert find_bodies((RENAMED,), text, BETWEEN) == (RENAMED,)
    assert find_bodies((RENAMED,), f"{text} nowhere", BETWEEN) == ()


def test_list_is_narrowed_by_kind_country_and_group() -> None:
    assert find_bodies((RENAMED,), "", LATER, kind=BodyKind.PRIVATE_PARTNER) == ()
    assert find_bodies((RENAMED,), "", LATER, country="zz") == ()
    assert find_bodies((RENAMED, YOUNG), "", LATER, among={YOUNG.id}) == (YOUNG,)
    assert find_bodies((RENAMED,), "somewhere", LATER, called=lambda _: "Somewhere") == (RENAMED,)


def test_units_are_found_by_name_territory_and_body() -> None:
    assert [unit.id for _, unit in find_units((RENAMED, YOUNG), "port")] == ["north"]
    assert [unit.id for _, unit in find_units((RENAMED,), "", kind=UnitKind.UNIT)] == ["desk"]
    assert find_units((RENAMED,), "", body="XB-NCB") == ()


def test_place_in_a_group_is_of_the_day() -> None:
    entry = GroupEntry(RENAMED.id, MembershipStatus.MEMBER, date(2023, 1, 1), "Accession", date(2024, 1, 1))
    group = Group(GroupId("g"), BodyId("k"), "members", "Members", 1, (entry,))
    assert list(places_of(RENAMED, (group,), date(2023, 12, 31))) == [(group, entry)]
    assert list(places_of(RENAMED, (group,), date(2024, 1, 1))) == []


def test_page_behind_the_end_is_the_last_one() -> None:
    assert page_of(range(7), 0, 3).shown == (0, 1, 2)
    assert page_of(range(7), 900, 3).shown == (6,)
    assert page_of((), 900, 3).shown == ()
    assert page_of(range(7), 900, 3).of == 7
