"""The desk for every reader: Arabic and Chinese in each look and on paper, large text, forced colours, other keyboards.

What opens every page is part of the long run; what looks at one page is part of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.web.desk.memory import KeptQuery
from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import KEPT_LIST, KEPT_ORDER, KEY, ORDER, TASK, kept_draft, path_of, role_for
from tests.support.desk_server import Window, window
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY

SHOWN = tuple(page for page in PAGES if isinstance(page, ShowPage) and page.template)
DESK: Any = {"width": 1280, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
NARROW: Any = {"width": 320, "height": 640}
"""1280 pixels at 400 per cent (WCAG 1.4.10)."""
PHONE_NUMBER, PLATE, ZONE = "+992 93 555-01-00", "01 AB 777", "P<UTOMUHAMMADOV<<ABDULLO<<<<<<<<<<"
STOPS_MAX = 140
"""Stops of the Tab key that are looked at on one page; the longest has some hundred and thirty."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network, with a note in Arabic that has numbers in it."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        text = f"هاتف {PHONE_NUMBER} (سيارة {PLATE}).\n{ZONE}"
        note: JsonObject = {"officer": DUTY, "number": opened.bureau.case, "text": text}
        perform(opened.node, "case_note", note)
        yield opened


def opened(seen: Window, world: DeskWorld, page: ShowPage) -> None:
    """Open a page as somebody does who asked a query and began a draft."""
    memory = world.desk.memories.of(list(world.signed_in.sessions.values())[-1].csrf)
    memory.task = TASK
    memory.keep(KEY, KeptQuery({"line": "Muhammadov, 1979, AB123456"}, TASK, world.node.clock.now()))
    memory.keep_draft(KEY, kept_draft(world))
    memory.keep_group(KEPT_LIST)
    memory.keep_order(ORDER, dict(KEPT_ORDER), "0" * 16)
    memory.unit_limits = {"unit_id": "north", "limit_kinds": "wanted_person"}
    memory.officer_entry = {"account": "o-entered", "staff_roles": "duty_officer", "staff_version": ""}
    memory.units_change = {"change": "add", "id": "new-unit", "kind": "unit", "name": "New unit"}
    assert seen.open(path_of(world, page)) == 200


@pytest.mark.long
@pytest.mark.parametrize("language", ["ar", "zh"])
@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_page_is_accessible_in_each_look_on_paper_and_narrow(
    world: DeskWorld, browser: Browser, address: str, page: ShowPage, language: str
) -> None:
    with window(browser, world, address, role=role_for(world, page), language=language, viewport=DESK) as seen:
        opened(seen, world, page)
        for look in ("light", "dark"):
            seen.page.emulate_media(color_scheme=look)
            assert seen.violations() == [], look
        seen.page.emulate_media(media="print")
        assert seen.violations() == [], "on paper"
        seen.page.emulate_media(media="screen", color_scheme="light")
        seen.page.set_viewport_size(NARROW)
        assert seen.overflow() <= 0
        assert seen.violations() == [], "narrow"
        seen.page.set_viewport_size(DESK)
        seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert seen.overflow() <= 0, "text of twice the size"


STOP = """() => { const on = document.activeElement;
if (!on || on === document.body) return null;
on.dataset.reached = "";
const box = on.getBoundingClientRect(), look = getComputedStyle(on);
const isSeen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
return { what: `${on.tagName} ${on.innerText || on.name}`.slice(0, 60), isSeen,
    isMarked: look.outlineStyle !== "none" || on.type === "date" }; }"""
"""Of a date the browser itself marks which of its parts has the focus."""
MISSED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
.filter(one => one.checkVisibility({visibilityProperty: true}) && one.tabIndex >= 0 && one.type !== "hidden"
    && one.dataset.reached === undefined).map(one => `${one.tagName} ${one.innerText || one.name}`)"""


@pytest.mark.long
@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_every_act_of_a_page_is_reached_by_tab_and_where_one_is_is_seen(
    world: DeskWorld, browser: Browser, address: str, page: ShowPage
) -> None:
    with window(browser, world, address, role=role_for(world, page), language="ar", viewport=DESK) as seen:
        opened(seen, world, page)
        # Until the scripts have run.
        seen.page.wait_for_load_state("networkidle") if not page.live else seen.page.wait_for_timeout(50)
        for _ in range(STOPS_MAX):
            seen.page.keyboard.press("Tab")
            stop = seen.page.evaluate(STOP)
            if stop is None:
                break
            assert stop["isSeen"], stop["what"]
            assert stop["isMarked"], stop["what"]
        else:
            pytest.fail("it has more stops than are looked at")
        assert seen.page.evaluate(MISSED) == []


TORN = """() => [...document.querySelectorAll("table.list td")].flatMap(cell => [...cell.childNodes])
    .filter(node => node.nodeType === Node.TEXT_NODE).flatMap(node => [...node.data.matchAll(/\\S+/gu)].map(word => {
        const range = document.createRange();
        range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1 ? word[0] : "";
    })).filter(Boolean)"""
LARGER = """() => [...document.querySelectorAll("table.list td .soft, table.list td .tag, table.list th")].filter(one =>
    parseFloat(getComputedStyle(one).fontSize) > parseFloat(getComputedStyle(one.closest("table")).fontSize) + .1).length"""


def test_w126_paper_tears_no_word_of_a_table_and_what_is_small_is_no_larger_there(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    point: JsonObject = {
        "function": "Duty desk of the bureau, in the house by the river",
        "kind": "all_hours_desk",
        "zone": "UTC",
        "days": "always",
    }
    more: JsonObject = {"phone": "+999 555 0100", "mail": "a.desk@bureau.example", "languages": ["en"]}
    perform(world.node, "contact_keep", {"officer": DUTY, **point, **more})
    for language in ("ar", "fr"):
        # A4 across, and A5.
        for width in (718, 500):
            with window(browser, world, address, language=language, viewport={"width": width, "height": 900}) as seen:
                seen.page.emulate_media(media="print")
                seen.open("/desk/contacts")
                assert seen.page.evaluate(TORN) == []
                assert seen.page.evaluate(LARGER) == 0
                assert seen.overflow() <= 0


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w155_narrow_screen_shows_at_which_edge_there_are_more_ways(
    world: DeskWorld, browser: Browser, address: str, language: str
) -> None:
    with window(browser, world, address, language=language, viewport={"width": 360, "height": 740}) as seen:
        ways, edge = seen.page.locator(".bar nav ul"), 3

        def edges() -> tuple[bytes, bytes]:
            box = ways.bounding_box()
            assert box is not None
            at = (box["x"], box["x"] + box["width"] - edge)
            clips: Any = [{"x": x, "y": box["y"] + 4, "width": edge, "height": edge} for x in at]
            left, right = (seen.page.screenshot(clip=clip) for clip in clips)
            return left, right

        # The first way is the one that is shown, so that the row stands at its beginning.
        seen.open("/desk/")
        at_first = edges()
        ways.evaluate(
            "row => { row.scrollLeft = row.scrollWidth * (getComputedStyle(row).direction === 'rtl' ? -1 : 1); }"
        )
        at_last = edges()
        assert at_first[0] != at_first[1]
        assert at_last[0] != at_last[1]
        assert at_last[0] != at_first[0]
        assert at_last[1] != at_first[1]
        # Where all of them have room, there is nothing to show.
        seen.page.set_viewport_size({"width": 639, "height": 740})
        ways.evaluate("row => row.querySelectorAll('li:nth-child(n + 3)').forEach(one => one.remove())")
        assert set(edges()) == {at_first[1] if language == "ar" else at_first[0]}
    with window(
        browser, world, address, language=language, viewport={"width": 360, "height": 740}, forced_colors="active"
    ) as seen:
        seen.open("/desk/")
        row = seen.page.locator(".bar nav ul")
        assert row.evaluate("one => one.scrollWidth - one.clientWidth") == 0


GROUPS = """() => [".exercise", "footer"].map(one => getComputedStyle(document.querySelector(one)).display)"""
CUT = """() => [...document.querySelectorAll(".scroll")].filter(one => getComputedStyle(one).overflowX !== "visible"
    || one.scrollWidth > one.clientWidth + 1).length"""


def test_w126_paper_shows_tables_whole_and_an_exercise_on_every_sheet(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, role="head_of_body", viewport={"width": 718, "height": 1_000}) as seen:
        seen.page.emulate_media(media="print")
        for path in ("/desk/sharing", "/desk/trail", "/desk/cases", "/desk/directory"):
            seen.open(path)
            assert seen.page.evaluate(CUT) == 0, path
            assert seen.overflow() <= 0, path
        # What a node of an exercise writes (tests/desk/test_exercise.py).
        mark = """() => { document.body.classList.add("is-exercise");
            document.body.insertAdjacentHTML("afterbegin", "<aside class=exercise>EXERCISE</aside>"); }"""
        seen.page.evaluate(mark)
        assert seen.page.evaluate(GROUPS) == ["table-header-group", "table-footer-group"]


PRESS = """([key, code, shiftKey]) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }))"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("ask", "go", "search", "first", "down"),
    [
        pytest.param(("؟", "Slash", True), "ل", "س", "ظ", "ت", id="arabic"),
        pytest.param(("?", "Digit7", True), "п", "ы", "/", "о", id="russian"),
        pytest.param(("?", "Slash", True), "Process", "Process", "Process", "Process", id="input_method"),
        pytest.param(("?", "Slash", True), "G", "S", "/", "J", id="capitals_locked"),
    ],
)
def test_keys_do_what_they_say_on_keyboards_of_other_scripts(
    world: DeskWorld,
    browser: Browser,
    address: str,
    ask: tuple[str, str, bool],
    go: str,
    search: str,
    first: str,
    down: str,
) -> None:
    with window(browser, world, address, language="ar", viewport=DESK) as seen:
        seen.open("/desk/")
        seen.page.evaluate(PRESS, list(ask))
        assert seen.page.evaluate("document.getElementById('keys').open") is True
        seen.page.evaluate(PRESS, list(ask))
        assert seen.page.evaluate("document.getElementById('keys').open") is False
        seen.page.evaluate(PRESS, [down, "KeyJ", False])
        assert seen.page.evaluate("document.activeElement.matches('[data-row]')") is True
        seen.page.evaluate(PRESS, [go, "KeyG", False])
        seen.page.evaluate(PRESS, [search, "KeyS", False])
        seen.page.wait_for_url("**/desk/search")
        seen.page.evaluate(PRESS, [first, "Slash", False])
        assert seen.page.evaluate("document.activeElement.id") == "ask-line"
        # While somebody writes they are letters.
        seen.page.evaluate(PRESS, list(ask))
        assert seen.page.evaluate("document.getElementById('keys').open") is False


def test_act_by_keys_alone_goes_on_from_what_came_of_it(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, language="zh", viewport=DESK) as seen:
        seen.open(f"/desk/cases/{world.bureau.case}")
        seen.page.focus("#note_case-text")
        seen.page.keyboard.type("On foot")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#done")).to_be_focused()
        assert seen.violations() == []
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('#page') !== null") is True


LEFT_EDGES = """parts => parts.map(part => {
const note = [...document.querySelectorAll(".said")].find(one => one.textContent.includes("+992"));
const walker = document.createTreeWalker(note, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) { const at = node.data.indexOf(part); if (at < 0) continue;
    const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + part.length);
    return range.getBoundingClientRect().left; } return null; })"""


def test_numbers_plates_and_zones_in_an_arabic_text_are_seen_in_the_order_they_are_read(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, language="ar", viewport=DESK) as seen:
        seen.open(f"/desk/cases/{world.bureau.case}")
        for parts in (["+992", "93", "555", "01-00"], ["01 AB", "777"], ["P<UTO", "ABDULLO", "<<<<<<<<<<"]):
            edges = seen.page.evaluate(LEFT_EDGES, parts)
            assert edges == sorted(edges), parts
        # What is copied is what was written.
        assert PHONE_NUMBER in seen.page.inner_text("main")


@pytest.mark.long
def test_where_one_is_shows_without_colours_and_stays_in_sight_on_a_phone(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, language="ar", viewport=PHONE, forced_colors="active") as seen:
        seen.open("/desk/imports")
        here = seen.page.locator(".bar nav [aria-current]")
        box = here.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        lines = [
            one.evaluate("one => getComputedStyle(one).borderBlockEndColor")
            for one in (here, seen.page.locator(".bar nav a:not([aria-current])").first)
        ]
        assert lines[0] != lines[1]
