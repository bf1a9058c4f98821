"""The desk on paper: the file that a real browser makes for a printer, and which words are on each of its sheets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from entente.verbs import perform
from entente.web.desk.memory import KeptQuery
from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from entente.web.wording import texts_of
from tests.support.desk_pages import KEY, TASK, path_of
from tests.support.desk_server import Window, serving, window
from tests.support.desk_world import DeskWorld, OneDesk, open_desk, open_exercise
from tests.support.nodes import DUTY
from tests.support.paper import sheets

NOTES = 70
"""Notes of a case that do not go on one sheet."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneDesk]:
    """Open the desk of an invented bureau that takes part in an exercise, with a case of many notes."""
    with open_exercise(tmp_path_factory.mktemp("exercise") / "xa") as desk:
        opened: Any = perform(desk.node, "case_open", {"officer": DUTY, "title": "مطار", "crime_area": "fugitives"})
        for number in range(NOTES):
            note = {"officer": DUTY, "number": opened["case"]["number"], "text": f"ملاحظة {number}"}
            perform(desk.node, "case_note", note)
        yield desk


def printed(seen: Window) -> list[str]:
    """Return what is on each sheet, in letters that are joined nowhere and without spaces."""
    return [unicodedata.normalize("NFKC", one) for one in sheets(seen.page.pdf(format="A4"))]


def squeezed(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())


FOLDED = """() => [...document.querySelectorAll("main details")].filter(one => !one.open && !one.closest(".acts, .no-print, form")
    && !one.querySelector("form")).map(one => [one.querySelector("summary").innerText,
    [...one.children].filter(part => part.tagName !== "SUMMARY").map(part => part.textContent).join(" ")])"""
"""What is folded to be read, and what stands in it."""
TO_ACT = (
    """() => [...document.querySelectorAll("main details:has(form)")].filter(one => one.checkVisibility()).length"""
)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scripted", [True, False], ids=["with_script", "without"])
@pytest.mark.parametrize("name", ["record", "case", "hit"])
def test_w165_what_is_folded_to_be_read_is_open_on_paper(
    world: DeskWorld, browser: Browser, address: str, *, name: str, language: str, scripted: bool
) -> None:
    page = next(page for page in PAGES if isinstance(page, ShowPage) and page.name == name)
    with window(browser, world, address, language=language, java_script_enabled=scripted) as seen:
        memory = world.desk.memories.of(list(world.signed_in.sessions.values())[-1].csrf)
        memory.task = TASK
        memory.keep(KEY, KeptQuery({"line": "Muhammadov, 1979"}, TASK, world.node.clock.now()))
        assert seen.open(path_of(world, page)) == 200
        folded = seen.page.evaluate(FOLDED)
        on_paper = "".join(printed(seen))
        assert folded, "there is something to unfold"
        for summary, content in folded:
            assert squeezed(summary) in on_paper
            assert squeezed(content) in on_paper
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate(TO_ACT) == 0, "what is folded to act is left out"


def test_w165_exercise_says_so_on_each_sheet_in_arabic(exercise: OneDesk, browser: Browser) -> None:
    said = squeezed(str(texts_of("ar")["shell.exercise_word"]))
    with serving(exercise.app) as address, window(browser, exercise, address, language="ar") as seen:
        seen.open("/desk/cases")
        with seen.page.expect_navigation():
            seen.page.locator("main table a").first.click()
        on_paper = printed(seen)
        assert len(on_paper) > 1
        for sheet in on_paper:
            # Letters are drawn from the left, and Arabic is read from the right.
            assert sheet[::-1].count(said) >= 2, "above and below"


def test_w126_long_table_has_its_heading_on_each_sheet_and_no_row_on_two(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, role="head_of_body") as seen:
        seen.open("/desk/trail")
        heading = squeezed(seen.page.inner_text("main thead"))
        details = seen.page.locator("main tbody details dl").evaluate_all("all => all.map(one => one.textContent)")
        on_paper = printed(seen)
        assert len(on_paper) > 1
        assert all(heading in sheet for sheet in on_paper[:-1])
        assert details
        for detail in details:
            assert any(squeezed(detail) in sheet for sheet in on_paper), "a row stands whole on one sheet"
