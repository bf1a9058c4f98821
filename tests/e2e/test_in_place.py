"""W79, W82 and W55 in a real browser: what changes beneath an officer is put in place, and takes nothing out of their hand."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.storage.job_files import ArrivingFile
from entente.verbs import perform
from tests.support.desk_server import Window, serving, told, window
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

DESK, PHONE = {"width": 1280, "height": 700}, {"width": 390, "height": 844}
LETTER: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "x", "to": "XB-NCB"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network with a second duty officer, and some messages."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": "duty-2", "roles": ["duty_officer"]})
        opened.officers["second"] = OfficerId("duty-2")
        for place in range(30):
            send(opened, f"Earlier {place}")
        yield opened


@pytest.fixture(scope="module")
def address(world: DeskWorld) -> Iterator[str]:
    """Serve the desk, and tell its pages."""
    with serving(world.app) as where, told(world):
        yield where


def send(world: DeskWorld, subject: str) -> None:
    perform(world.bureau.network["XA-NCB"], "message_send", {**LETTER, "subject": subject})
    world.bureau.network.deliver()


def note(world: DeskWorld, text: str) -> None:
    perform(world.node, "case_note", {"officer": "duty-2", "number": world.bureau.case, "text": text})


def opened(seen: Window, path: str) -> Any:  # noqa: ANN401 - a page of the library
    """Open a page, and wait until it is told what changes."""
    seen.open(path)
    seen.page.wait_for_selector("#live[data-state=live]", state="attached")
    seen.page.evaluate("window.isTheSame = true")
    return seen.page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_a_colleague_adds_appears_and_what_is_written_focused_and_open_stays(
    world: DeskWorld,
    browser: Browser,
    address: str,
    size: Any,  # noqa: ANN401 - as the library takes it
) -> None:
    with window(browser, world, address, viewport=size) as seen:
        world.desk.drafts.forget(OfficerId(DUTY))
        page = opened(seen, f"/desk/cases/{world.bureau.case}")
        page.click("summary:has-text('Close')")
        page.fill("#close_case-reason", "Half a sentence")
        page.fill("#note_case-text", "He was seen at")
        page.evaluate("document.getElementById('note_case-text').setSelectionRange(3, 6)")
        box = page.locator("#note_case-text").bounding_box()
        note(world, f"Added by the other, {size['width']}")
        page.wait_for_selector(f"text=Added by the other, {size['width']}")
        assert page.input_value("#note_case-text") == "He was seen at"
        assert page.input_value("#close_case-reason") == "Half a sentence"
        held = "() => [document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd]"
        assert page.evaluate(held) == ["note_case-text", 3, 6]
        assert abs(page.locator("#note_case-text").bounding_box()["y"] - box["y"]) < 2
        page.wait_for_selector("#news >> text=duty-2 has changed this.")
        assert page.inner_text("[data-said]") == "This page was brought up to date."
        assert page.evaluate("window.isTheSame") is True
        assert seen.violations() == []
        # The form that was begun closes what its officer saw as it was begun: it is given back once.
        page.click("button:has-text('Close the case')")
        page.wait_for_selector("#summary >> text=duty-2 has changed this")
        assert page.input_value("#close_case-reason") == "Half a sentence"
        assert [one for one in seen.complaints if "400" not in one] == []


def test_row_that_has_the_focus_stays_where_it_is_as_others_come_above_it(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, "/desk/messages")
        row = page.locator("a:has-text('Earlier 20')")
        row.focus()
        row.scroll_into_view_if_needed()
        before = row.bounding_box()
        send(world, "Came above")
        page.wait_for_selector("text=Came above", state="attached")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Earlier 20"
        assert abs(row.bounding_box()["y"] - before["y"]) < 2
        assert page.locator("tbody tr").first.inner_text().find("Came above") >= 0
        assert seen.complaints == []


def test_task_that_a_colleague_finished_stays_while_its_outcome_is_being_written_and_says_so(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    case = world.bureau.case
    what: JsonObject = {"officer": DUTY, "number": case, "what": "Ask the hotel", "to": str(DUTY)}
    perform(world.node, "task_set", what)
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, f"/desk/cases/{case}")
        page.click("#tasks summary")
        page.fill("#tasks textarea", "They have not seen him")
        shown: Any = perform(world.node, "case_show", {"number": case})
        task = next(one["id"] for one in shown["tasks"] if one["what"] == "Ask the hotel")
        perform(world.node, "task_finish", {"officer": "duty-2", "number": case, "task": task, "outcome": "Rang them"})
        page.wait_for_selector("#tasks >> text=Rang them")
        assert page.input_value("#tasks textarea") == "They have not seen him"
        page.wait_for_selector("#tasks >> text=No longer here")
        assert seen.violations() == []


def test_w154_text_that_was_opened_stays_as_the_page_is_brought_up_to_date_and_is_read_once(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    send(world, "Read once")
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, "/desk/messages")
        page.click("a:has-text('Read once')")
        page.click("button:has-text('Open and read')")
        page.wait_for_selector("#live[data-state=live]", state="attached")
        message = page.url.rpartition("/")[2].partition("?")[0]
        expect(page.locator("#letter")).to_contain_text("x")
        concluded: JsonObject = {"officer": "duty-2", "id": message, "outcome": "acted_on"}
        perform(world.node, "message_conclude", concluded)
        page.wait_for_selector("#page >> text=acted on")
        assert page.inner_text("#letter").strip() == "x"
        assert seen.violations() == []
        assert seen.complaints == []
    with world.node.directory.open_unit() as unit:
        assert [row.act.verb for row in unit.trail.about(message, 100)].count("read_message") == 1


def test_page_that_nobody_looks_at_asks_for_nothing_and_catches_up(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    hidden = """isSo => { Object.defineProperty(document, "hidden", {get: () => isSo !== "", configurable: true});
        document.dispatchEvent(new Event("visibilitychange")); }"""
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, "/desk/messages")
        page.evaluate(hidden, "yes")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        send(world, "Came while nobody looked")
        page.wait_for_timeout(1_500)
        assert asked == []
        page.evaluate(hidden, "")
        page.wait_for_selector("text=Came while nobody looked")


def test_form_is_not_sent_where_nobody_answers_or_the_session_has_ended(
    world: DeskWorld, browser: Browser, address: str
) -> None:
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, "/desk/cases")
        page.fill("#open_case-title", "Without a text")
        page.select_option("#open_case-crime_area", index=1)
        page.context.set_offline(True)
        page.click("button:has-text('Open')")
        page.wait_for_selector("[data-lost=line]")
        page.context.set_offline(False)
        kept = dict(world.signed_in.sessions)
        world.signed_in.sessions.popitem()
        page.click("button:has-text('Open')")
        page.wait_for_selector("[data-lost=session]")
        assert page.input_value("#open_case-title") == "Without a text"
        world.signed_in.sessions.update(kept)
        page.dblclick("button:has-text('Open')")
        page.wait_for_url("**/desk/cases/2**")
        assert page.inner_text("h1").endswith("Without a text")


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "field", "button", "comes"),
    [
        ("/desk/imports", "#send_import-file", "Send the file", "main >> text=list.txt"),
        ("/desk/messages/new", "#send_message-file", "Add the files", ".files >> text=list.txt"),
        ("/desk/circular", "#send_circular-file", "Add the files", ".files >> text=list.txt"),
    ],
    ids=["import", "message", "several"],
)
def test_page_says_how_much_of_a_file_has_arrived(
    world: DeskWorld,
    browser: Browser,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    field: str,
    button: str,
    comes: str,
) -> None:
    def write_slowly(arriving: ArrivingFile, piece: bytes) -> None:
        time.sleep(0.4)
        write(arriving, piece)

    write = ArrivingFile.write
    monkeypatch.setattr(ArrivingFile, "write", write_slowly)
    file = tmp_path / "list.txt"
    file.write_bytes(b"name,identifier\n" + b"Muhammadov,AB123456\n" * 500_000)
    saw: list[str] = []
    with window(browser, world, address, viewport=DESK) as seen:
        page = opened(seen, path)
        page.expose_function("saw", lambda text: saw.append(str(text)))
        page.evaluate(
            """() => new MutationObserver(() => window.saw(document.querySelector("[data-arriving]").innerText))
                .observe(document.querySelector("[data-arriving]"), {attributes: true, childList: true, subtree: true})"""
        )
        page.set_input_files(field, file)
        page.click(f"button:has-text('{button}'):visible", no_wait_after=True)
        page.wait_for_selector(comes)
    assert any(re.search(r"^[1-9][0-9]? % of the file has arrived", one.strip()) for one in saw), saw
