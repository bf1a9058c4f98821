"""The desk in a real browser: accessible, in two directions, on a phone, by keyboard, without script, on paper."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from entente.kernel.canonical import JsonObject
from entente.kernel.statement import from_json
from entente.verbs import perform
from entente.web.desk.memory import KeptQuery
from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from tests.support.api_world import TERMS, UNIT, WANTED
from tests.support.desk_pages import KEY, TASK, kept_draft, path_of, role_for
from tests.support.desk_server import serving, told, window
from tests.support.desk_world import COOKIE, DeskWorld, one_desk, open_desk
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

SHOWN = tuple(page for page in PAGES if isinstance(page, ShowPage) and page.template)
"""All but what a browser keeps and does not show, which has no template."""
TOLD_WITHIN_SECONDS = 2.0
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PAPER = {"width": 794, "height": 1123}
"""A4 at 96 dots an inch."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network, with messages of every sort and a closed case."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        letter: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "x", "to": "XB-NCB"}
        for subject, urgency in (("Kidnapping", "immediate_danger_to_life"), ("نسخة من قرار", "normal")):
            given = {**letter, "subject": subject, "urgency": urgency, "for_action": True}
            perform(opened.bureau.network["XA-NCB"], "message_send", given)
        opened.bureau.network.deliver()
        yield opened


AT_ONCE = frozenset({"desk", "search", "found", "judge", "record", "message", "case"})
"""Each sort of page once; all of them are part of the long run."""


def with_query(world: DeskWorld) -> None:
    """Have the newest session know why it works, and keep a query."""
    session = list(world.signed_in.sessions.values())[-1]
    memory = world.desk.memories.of(session.csrf)
    memory.task = TASK
    memory.keep(KEY, KeptQuery({"line": "Muhammadov, 1979, AB123456"}, TASK, world.node.clock.now()))
    memory.keep_draft(KEY, kept_draft(world))
    memory.units_change = {"change": "add", "id": "new-unit", "kind": "unit", "name": "New unit"}


@pytest.mark.parametrize(
    ("language", "direction", "look", "sizes"),
    [
        # Right to left, dark and on a phone first is where pages break; the other way is part of the long run.
        pytest.param("en", "ltr", "light", (DESK, PHONE), id="english", marks=pytest.mark.long),
        pytest.param("ar", "rtl", "dark", (PHONE, DESK), id="arabic"),
    ],
)
@pytest.mark.parametrize(
    "page",
    [page if page.name in AT_ONCE else pytest.param(page, marks=pytest.mark.long) for page in SHOWN],
    ids=lambda page: page.name,
)
def test_page_is_accessible_fits_and_asks_nobody_else(
    world: DeskWorld,
    browser: Browser,
    address: str,
    page: ShowPage,
    language: str,
    direction: str,
    look: Any,  # noqa: ANN401 - a literal of the library
    sizes: tuple[Any, Any],
) -> None:
    role = role_for(world, page)
    with window(browser, world, address, role=role, language=language, viewport=sizes[0], color_scheme=look) as seen:
        with_query(world)
        assert seen.open(path_of(world, page)) == 200
        assert seen.page.evaluate("document.documentElement.dir") == direction
        assert seen.violations() == []
        for size in sizes:
            seen.page.set_viewport_size(size)
            assert seen.overflow() <= 0, size
        assert seen.complaints == []
        assert {url.startswith(f"{address}/desk/") for url in seen.asked} == {True}


def test_page_does_not_shift_while_it_loads(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        for path in ("/desk/", "/desk/search", "/desk/messages"):
            seen.open(path)
            shifted = seen.page.evaluate(
                """() => new Promise(done => { let sum = 0;
                new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value; }))
                    .observe({type: "layout-shift", buffered: true});
                setTimeout(() => done(sum), 200); })"""
            )
            # «Good» is up to 0.1 (Core Web Vitals); this is what nobody sees.
            assert shifted < 0.01, path


def test_everything_is_reached_by_keys(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        keys = seen.page.keyboard
        seen.open("/desk/")
        keys.press("Tab")
        assert seen.page.evaluate("document.activeElement.innerText") == "To the content"
        assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        keys.press("?")
        assert seen.page.evaluate("document.getElementById('keys').open") is True
        assert seen.violations() == []
        keys.press("Escape")
        keys.press("j")
        first = seen.page.evaluate("document.activeElement.innerText")
        keys.press("j")
        assert seen.page.evaluate("document.activeElement.innerText") != first
        keys.press("k")
        assert seen.page.evaluate("document.activeElement.innerText") == first
        keys.press("g")
        keys.press("s")
        seen.page.wait_for_url("**/desk/search")
        keys.press("/")
        keys.type("g c ?")
        # What is written is written.
        assert seen.page.input_value("#ask-line") == "g c ?"
        seen.page.evaluate("document.activeElement.blur()")
        keys.press("?")
        seen.page.check("[data-keys-off]")
        keys.press("Escape")
        keys.press("g")
        keys.press("c")
        seen.page.wait_for_timeout(200)
        assert seen.page.url.endswith("/desk/search")


@pytest.mark.parametrize("has_script", [True, False], ids=["with_script", "without_script"])
def test_person_is_searched_compared_and_confirmed(
    world: DeskWorld,
    browser: Browser,
    address: str,
    has_script: bool,  # noqa: FBT001 - a case of the test
) -> None:
    with window(browser, world, address, viewport=PHONE, java_script_enabled=has_script) as seen:
        page = seen.page
        seen.open("/desk/")
        page.click("nav >> text=Search")
        page.fill("#ask-line", "Muhammadov, 1979")
        page.select_option("#ask-purpose", "identify")
        page.select_option("#ask-crime_area", "fugitives")
        page.fill("#ask-occasion", "Gate 4")
        page.click("main button.first")
        page.click("li.candidate:has-text('XA-NCB/w-1') >> text=Compare and decide")
        assert "Mukhammedov Abdullo" in page.inner_text("h1")
        page.fill("#confirm_hit-circumstances", "Passport at gate 4")
        page.click("text=Confirm the hit")
        assert "The hit is confirmed." in page.inner_text(".done")
        assert "Passport at gate 4" in page.inner_text("main")
        # Loading it anew repeats nothing.
        url = page.url
        page.reload()
        assert page.url == url


def test_w120_nothing_leaves_the_page_while_a_name_is_typed(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        seen.page.clock.install()
        seen.open("/desk/search")
        sent: list[tuple[str, str | None]] = []
        seen.page.on("request", lambda request: sent.append((request.url, request.post_data)))
        seen.page.locator("#ask-line").press_sequentially("Muhammadov")
        seen.page.click("text=More fields")
        seen.page.locator("#ask-names").press_sequentially("Muhammadov")
        seen.page.clock.fast_forward(60_000)
        seen.page.wait_for_timeout(100)
        assert "Muhammadov" not in str(sent)
        seen.page.reload()
        assert seen.page.input_value("#ask-line") == ""
        assert "Muhammadov" not in str(sent)


def test_w120_enter_asks_one_line_and_ends_a_line_of_a_zone(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        seen.open("/desk/search")
        seen.page.select_option("#ask-purpose", "identify")
        seen.page.select_option("#ask-crime_area", "fugitives")
        seen.page.fill("#ask-occasion", "Gate 4")
        box = seen.page.locator("#ask-line")
        box.press_sequentially("P<UTOERIKSSON<<ANNA\nL898902C36")
        assert box.input_value() == "P<UTOERIKSSON<<ANNA\nL898902C36"
        box.fill("Muhammadov, 1979")
        with seen.page.expect_navigation():
            box.press("Enter")
        assert seen.page.locator("li.candidate").count() > 0
        assert seen.complaints == []


def test_form_in_error_leads_to_its_field(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        page = seen.page
        seen.open("/desk/search")
        page.fill("#ask-line", "1979")
        page.select_option("#ask-purpose", "identify")
        page.select_option("#ask-crime_area", "fugitives")
        page.fill("#ask-occasion", "Gate 4")
        page.click("main button.first")
        # The script moves there once the page stands: the first field that is wrong.
        expect(page.locator("#ask-line")).to_be_focused()
        assert seen.violations() == []
        page.click("#summary a")
        assert page.evaluate("document.activeElement.id") == "ask-line"
        assert page.input_value("#ask-line") == "1979"


def test_double_click_opens_one_case(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK, java_script_enabled=False) as seen:
        before: Any = perform(world.node, "case_list", {"limit": 200})
        seen.open("/desk/cases")
        seen.page.fill("#open_case-title", "Twice")
        seen.page.select_option("#open_case-crime_area", "drugs")
        seen.page.dblclick("main button.first")
        seen.page.wait_for_url("**/desk/cases/*/*")
        after: Any = perform(world.node, "case_list", {"limit": 200})
        assert len(after["cases"]) == len(before["cases"]) + 1


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_w133_unit_is_added_and_taken_out_again_by_its_history(
    world: DeskWorld, browser: Browser, address: str, *, has_script: bool
) -> None:
    name = f"Harbour {has_script}"
    with window(browser, world, address, role="head_of_body", viewport=PHONE, java_script_enabled=has_script) as seen:
        seen.open("/desk/units/own")
        seen.page.click("text=Add a unit")
        # Sent with nothing in it, it comes back with what was entered.
        seen.page.fill("[name=unit_id]", f"port-{has_script}")
        seen.page.click("text=Show what it would do")
        expect(seen.page.locator("[name=unit_id]")).to_have_value(f"port-{has_script}")
        seen.page.fill("[name=unit_name]", name)
        seen.page.select_option("[name=unit_kind]", "unit")
        seen.page.select_option("[name=unit_under]", UNIT)
        seen.page.click("text=Show what it would do")
        expect(seen.page.get_by_role("heading", name="What the change would do")).to_be_visible()
        seen.page.click("text=Say it to every body")
        expect(seen.page.locator("#done")).to_contain_text("goes to every body")
        expect(seen.page.get_by_role("link", name=name)).to_be_visible()
        seen.page.click("text=Earlier lists")
        seen.page.locator("text=Say this list again").first.click()
        seen.page.click("text=Say it to every body")
        expect(seen.page.locator("#done")).to_be_visible()
        expect(seen.page.get_by_role("link", name=name)).to_have_count(0)


def test_language_is_switched_at_once_and_comes_back_to_the_page(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        seen.open(f"/desk/cases/{world.bureau.case}")
        seen.page.click("details.menu summary")
        assert seen.violations() == []
        seen.page.click("text=العربية")
        expect(seen.page.locator("html")).to_have_attribute("dir", "rtl")
        assert seen.page.url.endswith(world.bureau.case)
        # What was written a moment ago is there in the next language too.
        seen.page.fill("textarea[data-act=note_case]", "Half a note")
        seen.page.click("details.menu summary")
        seen.page.click("button[lang=fr]")
        # The form goes once the draft is kept.
        expect(seen.page.locator("html")).to_have_attribute("lang", "fr")
        assert seen.page.input_value("textarea[data-act=note_case]") == "Half a note"


@pytest.mark.parametrize("has_stream", [True, False], ids=["by_the_stream", "asked_each_half_minute_without_one"])
def test_what_came_appears_on_the_desk_without_loading_it_anew(
    world: DeskWorld,
    browser: Browser,
    address: str,
    has_stream: bool,  # noqa: FBT001 - a case of the test
) -> None:
    with window(browser, world, address, viewport=DESK) as seen, told(world):
        if not has_stream:
            seen.page.clock.install()
            seen.page.route("**/desk/live?*", lambda route: route.abort())
        seen.open("/desk/")
        seen.page.evaluate("window.isTheSame = true")
        state = "live" if has_stream else "polling"
        seen.page.wait_for_selector(f"#live[data-state={state}]", state="attached")
        subject = f"Just came, {state}"
        letter: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "x", "to": "XB-NCB"}
        perform(world.bureau.network["XA-NCB"], "message_send", {**letter, "subject": subject})
        world.bureau.network.deliver()
        if not has_stream:
            seen.page.clock.fast_forward(31_000)
        seen.page.wait_for_selector(f"text={subject}", timeout=10_000)
        assert seen.page.evaluate("window.isTheSame") is True
        if not has_stream:
            for is_gone in (True, False):
                seen.page.context.set_offline(is_gone)
                seen.page.clock.fast_forward(31_000)
                seen.page.wait_for_selector("[data-lost=line]", state="visible" if is_gone else "hidden")
        assert [one for one in seen.complaints if "ERR_" not in one and "Failed to fetch" not in one] == []


def test_who_writes_is_told_that_the_session_ended_and_keeps_what_was_written(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, viewport=PHONE) as seen, told(world):
        seen.open(f"/desk/cases/{world.bureau.case}")
        seen.page.wait_for_selector("#live[data-state=live]", state="attached")
        seen.page.fill("#note_case-text", "He was seen")
        world.signed_in.sessions.popitem()
        perform(world.node, "officer_add", {"officer": HEAD, "id": DUTY, "roles": ["duty_officer"]})
        seen.page.wait_for_selector("[data-lost=session]", timeout=10_000)
        assert seen.page.input_value("#note_case-text") == "He was seen"
        assert seen.violations() == []


def test_paper_shows_the_case_and_no_buttons(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK, color_scheme="dark") as seen:
        seen.open(f"/desk/cases/{world.bureau.case}")
        seen.page.emulate_media(media="print")
        assert seen.page.is_visible("text=Chronology")
        assert not seen.page.is_visible("text=Write a note")
        assert not seen.page.is_visible("nav[aria-label='Pages']")
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_paper_shows_a_long_fact_of_a_record_to_its_end_and_as_large_as_the_rest(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    page = next(page for page in PAGES if isinstance(page, ShowPage) and page.name == "record")
    with window(browser, world, address, viewport=PAPER) as seen:
        with_query(world)
        seen.open(path_of(world, page))
        seen.page.evaluate("document.querySelector('td .value').textContent = 'a tall man '.repeat(60)")
        seen.page.emulate_media(media="print")
        fits, size = seen.page.evaluate(
            """() => { const value = document.querySelector("td .value"), table = value.closest("table");
            return [table.scrollWidth <= table.parentElement.clientWidth, getComputedStyle(value).fontSize
            === getComputedStyle(value.closest("td")).fontSize]; }"""
        )
        assert (fits, size) == (True, True)


def test_window_keeps_its_promises_of_the_policy(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        seen.open("/desk/")
        ran = seen.page.evaluate(
            """() => { const script = document.createElement("script"); script.textContent = "window.ran = true";
            document.body.append(script); return window.ran === true; }"""
        )
        assert ran is False
        assert any("Content Security Policy" in text for text in seen.complaints)


def test_twenty_officers_at_once_each_see_their_own_and_no_act_is_lost(world: DeskWorld, address: str) -> None:
    officers = [f"many-{place}" for place in range(20)]
    for officer in officers:
        perform(world.node, "officer_add", {"officer": HEAD, "id": officer, "roles": ["duty_officer"]})
    names = {one: world.signed_in.begin(one, frozenset({"duty_officer"})) for one in officers}
    case = f"/desk/cases/{world.bureau.case}"

    def works(officer: str) -> list[Any]:
        name = names[officer]
        csrf = world.signed_in.sessions[name].csrf
        own = {"csrf": csrf, "once": officer}
        with httpx.Client(base_url=address, cookies={COOKIE: name}, trust_env=False, timeout=60) as http:

            def post(path: str, **fields: str) -> httpx.Response:
                return http.post(path, data={**own, **fields}, headers={"Sec-Fetch-Site": "same-origin"})

            why = {"purpose": "identify", "crime_area": "fugitives", "occasion": officer}
            asked = post("/desk/search", line=f"Muhammadov {officer}", **why)
            noted = [post(f"{case}/note", text=f"Note of {officer}") for _ in range(2)]
            found = http.get(asked.headers["location"])
            others = [one for one in officers if one != officer and f"Muhammadov {one}<" in found.text]
            statuses = [asked.status_code, *(one.status_code for one in noted), found.status_code]
            return [statuses, f"Muhammadov {officer}<" in found.text, f"<bdi>{officer}</bdi>" in found.text, others]

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(works, officers)) == [[[303, 303, 303, 200], True, True, []]] * 20
    # Each of them clicked twice.
    shown: Any = perform(world.node, "case_show", {"number": world.bureau.case})
    written = [(one["officer"], one["text"]) for one in shown["events"] if one["officer"] in officers]
    assert sorted(written) == sorted((one, f"Note of {one}") for one in officers)


def test_lost_connection_loses_no_draft(world: DeskWorld, browser: Browser, address: str) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        page = f"/desk/cases/{world.bureau.case}"
        seen.open(page)
        with seen.page.expect_response("**/desk/begun?act=note_case"):
            seen.page.fill("#note_case-text", "Begun before the line went")
        seen.page.context.set_offline(True)
        seen.page.fill("#note_case-text", "Written while the line was gone")
        seen.page.click("text=Add the note")
        seen.page.wait_for_selector("[data-lost=line]")
        assert seen.page.input_value("#note_case-text") == "Written while the line was gone"
        seen.page.context.set_offline(False)
        # Another window of the same officer has what was kept last.
        with window(browser, world, address, viewport=DESK) as other:
            other.open(page)
            assert other.page.input_value("#note_case-text") == "Begun before the line went"
            assert other.violations() == []
        seen.page.dblclick("text=Add the note")
        seen.page.wait_for_url("**?done=case_noted")
        assert seen.page.input_value("#note_case-text") == ""
        assert seen.page.locator("text=Written while the line was gone").count() == 1


def test_two_browsers_on_two_nodes_see_what_the_other_does_without_loading_anew(
    world: DeskWorld, browser: Browser, address: str, tmp_path: Path
) -> None:
    network = world.bureau.network
    theirs = one_desk(network["XA-NCB"])
    with (
        serving(theirs.app) as there,
        told(world, theirs),
        window(browser, theirs, there, viewport=DESK) as xa,
        window(browser, world, address, viewport=DESK) as xb,
    ):
        xb.open("/desk/?kind=match")
        xb.page.wait_for_selector("#live[data-state=live]", state="attached")
        file = tmp_path / "shared.jsonl"
        file.write_text(json.dumps({**WANTED, "id": "w-live"}) + "\n", encoding="utf-8")
        given: JsonObject = {"officer": DUTY, "file": str(file), "terms": TERMS.read_text(encoding="utf-8")}
        perform(network["XA-NCB"], "record_import", given)
        perform(network["XA-NCB"], "record_share", {"officer": DUTY, "records": ["w-live"], "recipients": ["XB-NCB"]})
        network.deliver()
        while world.node.watching.step():
            continue
        xb.page.wait_for_selector("li.wait >> text=Мухаммедов", timeout=10_000)

        xa.open("/desk/hits")
        xa.page.wait_for_selector("#live[data-state=live]", state="attached")
        terms: JsonObject = {
            "officer": HEAD, "instrument": AGREEMENT_NAME, "toward": ["XB-NCB"], "decided_by": "Ministry",
            "document": "17", "reason": "reciprocity", "review_on": "2100-01-01",
        }  # fmt: skip
        drafted: Any = perform(network["XA-NCB"], "suspend_draft", terms)
        began = time.monotonic()
        network.submit("XA-NCB", from_json(drafted["statement"]))
        network.deliver()
        for one in (xa, xb):
            one.page.wait_for_selector("[data-stand=suspended]", timeout=10_000)
        assert time.monotonic() - began < TOLD_WITHIN_SECONDS
        assert f"XA-NCB has suspended part of «{AGREEMENT_NAME}»" in xb.page.inner_text("#news")
        assert xb.violations() == []
        assert (xa.complaints, xb.complaints) == ([], [])
