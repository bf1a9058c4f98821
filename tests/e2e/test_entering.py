"""W139 to W141 in a real browser: from a search that finds nobody to a record that is kept, with every look on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import ABOUT
from tests.support.desk_server import serving, told, window
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY

PHONE: Any = {"width": 360, "height": 760}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(world: DeskWorld) -> Iterator[str]:
    """Serve the desk, and tell its pages."""
    with serving(world.app) as where, told(world):
        yield where


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_who_is_not_found_at_a_gate_is_entered_on_a_phone(
    world: DeskWorld, browser: Browser, address: str, *, with_script: bool
) -> None:
    name = "Velk Ardan" if with_script else "Tarn Ilya"
    with window(
        browser, world, address, role="border_officer", viewport=PHONE, java_script_enabled=with_script
    ) as seen:
        page = seen.page
        seen.open("/desk/search")
        page.fill("textarea[name=line]", f"{name}, 1984")
        page.select_option("[name=purpose]", "identify")
        page.select_option("[name=crime_area]", "fugitives")
        page.fill("[name=occasion]", "Gate 4")
        page.click("button.first")
        page.click("a[href^='/desk/enter?query=']")
        page.click("a[href^='/desk/enter/person_of_interest/Person']")
        expect(page.locator("[name='fact.name.0']")).to_have_value(name)
        expect(page.locator("[name='fact.birthDate.0']")).to_have_value("1984")
        page.click("button[value='fact.name']")
        page.fill("[name='fact.name.1']", "Велк Ардан")
        page.click("button[value='search']")
        expect(page.locator("#looked")).to_be_visible()
        expect(page.locator("[name='fact.name.1']")).to_have_value("Велк Ардан")
        # What is needed is asked for as it is entered, at its field.
        page.locator("form.card button.first").click()
        if with_script:
            expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        assert page.url.partition("?")[0].endswith("/person_of_interest/Person")
        for field, choice in (("status", "suspect"), ("source_evaluation", "A"), ("information_evaluation", "1")):
            page.select_option(f"[name={field}]", choice)
        page.locator("form.card button.first").click()
        page.wait_for_url("**/desk/records/XB-NCB/entry-*")
        expect(page.locator("#done")).to_contain_text("The record is entered")
        expect(page.locator("h1")).to_contain_text(name)
        record = re.sub(r"\?.*", "", page.url.rpartition("/desk/records/")[2])
        given: JsonObject = {"officer": DUTY, "record": record, **ABOUT}
        shown: Any = perform(world.node, "record_show", given)
        said = {(fact["property"], fact["value"]) for fact in shown["record"]["facts"]}
        assert said == {("name", name), ("name", "Велк Ардан"), ("birthDate", "1984")}
        if with_script:
            assert seen.violations() == []
            assert seen.overflow() <= 0
