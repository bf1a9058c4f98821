"""The directory at the desk: bodies, units and groups as of a day, a page at a time (docs/rules/desk.md W46)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.model import Unit, UnitKind
from entente.bodies.own_units import OwnUnits
from entente.exchange.model import Lane, Line
from tests.support.desk_world import DeskWorld


def rows(text: str) -> int:
    return len(re.findall(r"<tr>", text)) - 1


def test_directory_lists_bodies_and_narrows_them(world: DeskWorld) -> None:
    browser = world.browser()
    whole = browser.get("/desk/directory").text
    assert rows(whole) == 4
    assert "National Central Bureau of XA" in whole
    assert rows(browser.get("/desk/directory?find=ncb+xa").text) == 1
    assert rows(browser.get("/desk/directory?of_kind=general_secretariat").text) == 1
    assert "GS/members" in whole
    narrowed = browser.get("/desk/directory?in_group=GS/members").text
    assert rows(narrowed) == 1
    assert "/desk/directory/XA-NCB" in narrowed


def test_directory_of_an_earlier_day_has_nobody_who_had_not_begun(world: DeskWorld) -> None:
    assert "<table" not in world.browser().get("/desk/directory?on_day=2001-01-01").text


@pytest.mark.parametrize(
    "query", ["on_day=nonsense", "of_kind=x&in_group=y&page=-1", "page=99999999999", "find=%3Cb%3E"]
)
def test_nonsense_in_an_address_is_no_fault(world: DeskWorld, query: str) -> None:
    answer = world.browser().get(f"/desk/directory?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_wrong_day_is_said_and_today_shown(world: DeskWorld) -> None:
    text = world.browser().get("/desk/groups/GS/members?on_day=30.2.2026").text
    assert "30.2.2026" in text
    assert "Accession" in text


def test_group_shows_who_counts_on_the_day(world: DeskWorld) -> None:
    browser = world.browser()
    assert "Accession" in browser.get("/desk/groups/GS/members?on_day=2020-01-01").text
    assert "Accession" not in browser.get("/desk/groups/GS/members?on_day=2019-12-31").text
    assert "Accession" in browser.get("/desk/groups/GS/members?on_day=2019-12-31&whole=yes").text


def test_body_shows_keys_groups_and_units_and_how_it_is_reached(world: DeskWorld) -> None:
    units = tuple(Unit(f"u-{number}", UnitKind.REGIONAL_BRANCH, f"Branch {number}") for number in range(25))
    OwnUnits(world.bureau.network["XA-NCB"].directory).say_as_operator(units)
    world.bureau.network.deliver()
    browser = world.browser()
    text = browser.get("/desk/directory/XA-NCB").text
    assert "http://xa-ncb.test" in text
    assert "Accession" in text
    assert "Branch 19" in text
    assert "Branch 20" not in text
    assert 'href="/desk/units?of_body=XA-NCB"' in text
    assert "2 of 3 sign" in text
    listed, _, changed = browser.get("/desk/units?of_body=XA-NCB").text.partition('id="lists"')
    assert rows(listed) == 25
    assert "stands now" in changed
    assert rows(browser.get("/desk/units?find=branch+24").text) == 1
    assert "<table" not in browser.get("/desk/units?of_body=ZZ").text


def test_w93_units_are_those_of_the_day_and_each_change_of_the_list_is_told(world: DeskWorld) -> None:
    network, clock = world.bureau.network, world.bureau.network.clock
    north = Unit("north", UnitKind.REGIONAL_BRANCH, "Branch of the North")
    began = clock.now()
    for units in (
        (north,),
        (replace(north, name="Coast branch"), Unit("desk", UnitKind.UNIT, "Night desk", parent="north")),
    ):
        clock.move(days=1)
        OwnUnits(network["XA-NCB"].directory).say_as_operator(units)
    network.deliver()
    clock.move(days=1)
    browser = world.browser()
    before, then = (f"{began + timedelta(days=days):%Y-%m-%d}" for days in (-900, 1))

    def shown(path: str) -> str:
        return browser.get(path).text.partition('id="lists"')[0]

    assert "Coast branch" in shown("/desk/units?of_body=XA-NCB")
    earlier = shown(f"/desk/units?of_body=XA-NCB&on_day={then}")
    assert "Branch of the North" in earlier
    assert "Night desk" not in earlier
    assert "no list of its units is known here" not in earlier
    assert "no list of its units is known here" in shown(f"/desk/units?of_body=XA-NCB&on_day={before}")
    assert "Branch of the North" in browser.get(f"/desk/directory/XA-NCB?on_day={then}").text
    assert "Branch of the North" not in browser.get("/desk/directory/XA-NCB").text
    changed = browser.get("/desk/units?of_body=XA-NCB").text.partition('id="lists"')[2]
    assert f"on_day={then}" in changed
    newest = changed.partition("</li>")[0]
    assert "stands now" in newest
    told = [text.partition("</p>")[0] for text in newest.split("<p>")[1:]]
    assert [name in told[place] for place, name in enumerate(("Night desk", "Coast branch"))] == [True, True]
    assert "Gone" not in newest


def test_directory_is_narrowed_by_how_bodies_are_reached(world: DeskWorld) -> None:
    browser, node = world.browser(), world.node
    assert "<table" not in browser.get("/desk/directory?in_reach=trouble").text
    with node.exchange.open_unit() as unit:
        other = next(body.id for body in unit.bodies.bodies() if body.code == "RC")
        unit.outbox.put_line(Line(other, Lane.CONTROL, 3, node.clock.now(), "It does not answer."))
        unit.commit()
    text = browser.get("/desk/directory?in_reach=trouble").text
    assert rows(text) == 1
    assert "Line down" in text
    assert "It does not answer." in browser.get("/desk/directory/RC").text
    assert "It does not answer." in browser.get("/desk/").text
    assert "<table" not in browser.get("/desk/directory?in_reach=silent").text
