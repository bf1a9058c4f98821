"""Search in a browser: one box, why it is asked, what was found and what was not; W30, W28 and W27 of docs/rules/desk.md."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from jinja2 import Template

from entente.verbs import perform
from entente.web.desk.memory import KEPT, QUERIES_MAX, SESSIONS_MAX, KeptQuery, Memories, Task
from tests.support.api_world import SEEN
from tests.support.desk_pages import KEY, with_query
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY

SEARCH = "/desk/search"
VALUE = re.compile(r"[xX]?'(?:[^']|'')*'|\b\d+\b")
WHY = {"purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}
OF_ONE_PAGE = re.compile(r'(?:(?:csrf|once)" value|data-\w+)="[^"]*"')


@pytest.fixture(scope="module")
def statements() -> Iterator[list[str]]:
    """Collect every statement that the engine of a store carries out, without its values, from when the store is opened."""
    said: list[str] = []

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(lambda text: said.append(VALUE.sub("?", text)))

    sa.event.listen(sa.pool.Pool, "connect", connected)
    try:
        yield said
    finally:
        sa.event.remove(sa.pool.Pool, "connect", connected)


@pytest.fixture(scope="module")
def world(statements: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network once its statements are collected."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def ask(browser: Browser, **fields: str) -> httpx.Response:
    return browser.send(SEARCH, SEARCH, {**WHY, **fields})


def found(browser: Browser, **fields: str) -> httpx.Response:
    answer = ask(browser, **fields)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def cells(page: str) -> str:
    """Return what a piece of a page says, without its markup and with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def latest(world: DeskWorld) -> Any:  # noqa: ANN401 - a row of the trail
    return world.node.trail.latest(1)[0]


def test_query_stands_in_no_address_and_answer_leads_to_its_page(world: DeskWorld) -> None:
    answer = ask(world.browser(), line="Muhammadov, 1979")
    assert answer.status_code == 303
    assert re.fullmatch(r"/desk/search/query-[0-9a-f]{26}", answer.headers["location"])


def test_name_in_another_script_is_found_and_shown_in_its_own_with_a_transliteration(world: DeskWorld) -> None:
    text = found(world.browser(), line="Muhammadov, 1979").text
    written = '<bdi dir="auto" lang="und-Cyrl">Мухаммедов Абдулло</bdi>'
    assert f'{written} <bdi class="latin" dir="ltr">Mukhammedov Abdullo</bdi>' in text
    assert "birth year equal" in text
    assert "XA-NCB/w-1" in text


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Muhammadov, AB123456", "plate"),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "wallet address"),
        ("+442079460958", "phone number"),
        ("1HGCM82633A004352", "VIN"),
    ],
)
def test_box_says_what_a_number_may_be(world: DeskWorld, line: str, kind: str) -> None:
    assert kind in found(world.browser(), line=line).text


def test_w100_what_the_box_understood_is_said_and_a_day_may_be_written_day_first(world: DeskWorld) -> None:
    text = cells(found(world.browser(), line="Мухаммедов Абдулло 14.03.1979, AB 123456").text)
    assert (
        "Understood as Names Мухаммедов Абдулло Mukhammedov Abdullo · Birth date 1979-03-14 · Numbers AB 123456" in text
    )


def test_w100_what_a_zone_was_understood_to_ask_for_is_said_and_fields_of_their_own_need_no_telling(
    world: DeskWorld,
) -> None:
    zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    text = cells(found(world.browser(), line=zone).text)
    assert "Understood as Names ERIKSSON, ANNA MARIA · Birth date 1974-08-12 · Sex Female · Numbers L898902C3" in text
    assert "Understood as" not in cells(found(world.browser(), names="Muhammadov", birth_date="1979").text)


def test_w100_candidate_stands_beside_what_was_asked(world: DeskWorld) -> None:
    browser = world.browser()
    list_page = found(browser, line="Muhammadov, 1979, AB 123456")
    judged = browser.get(re.findall(r'href="(/desk/search/query-[^"]+/XA-NCB/w-1)"', list_page.text)[0]).text
    rows = [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", judged, re.DOTALL)]
    assert rows[0].startswith("Property Asked for The record")
    assert rows[1].startswith("Name Asked for Muhammadov The record Мухаммедов Абдулло Mukhammedov Abdullo")
    assert any(row.startswith("Birth date Asked for 1979 The record 1979") for row in rows), rows
    assert any(row.startswith("Numbers Asked for AB 123456 nothing here to compare it with") for row in rows), rows
    # The number that was typed into the box is the one whose bearer may be found to be another.
    assert re.search(r'name="document"[^>]*value="AB 123456"', judged)


def test_zone_is_read_from_the_box_and_its_faults_are_said(world: DeskWorld) -> None:
    zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    whole = found(world.browser(), line=zone)
    assert whole.status_code == 200
    assert "Machine readable zone" not in whole.text.replace("zone of", "")
    broken = found(world.browser(), line=zone.replace("L898902C36", "L898902C46"))
    assert "Machine readable zone" in broken.text
    # In lines of their own, and not once more in a sentence that joins them.
    assert "The machine readable zone has faults" not in broken.text


def test_why_it_is_asked_is_needed_and_kept_for_the_task(world: DeskWorld) -> None:
    browser = world.browser()
    missing = browser.send(SEARCH, SEARCH, {"line": "Muhammadov", "purpose": "identify", "crime_area": "fugitives"})
    assert missing.status_code == 400
    assert "neither a case number nor an occasion" in missing.text
    assert ">Muhammadov</textarea>" in missing.text
    found(browser, line="Muhammadov")
    text = browser.get(SEARCH).text
    assert '<option value="identify" selected>' in text
    assert 'name="occasion" type="text" value="Gate 4"' in text


def test_search_is_a_row_of_the_trail_with_its_reason_each_time_it_is_shown(world: DeskWorld) -> None:
    browser = world.browser()
    answer = ask(browser, line="Muhammadov")
    before = latest(world).sequence
    for _ in range(2):
        browser.get(answer.headers["location"])
    row = latest(world)
    assert row.sequence == before + 2
    assert (row.act.verb, row.act.officer) == ("search", DUTY)
    assert {name: row.act.detail[name] for name in WHY} == WHY


def test_bad_query_is_given_back_at_the_box(world: DeskWorld) -> None:
    browser = world.browser()
    for line in ("1979", "?", ""):
        answer = ask(browser, line=line)
        assert answer.status_code == 400
        assert 'href="#ask-line"' in answer.text
    answer = ask(browser, names="Muhammadov", birth_date="the day")
    assert answer.status_code == 400
    assert 'href="#ask-birth_date"' in answer.text
    assert '<details class="more" open>' in answer.text


def test_query_is_another_sessions_secret_and_goes_after_an_hour(world: DeskWorld) -> None:
    browser, other = world.browser(), world.browser()
    where = ask(browser, line="Muhammadov").headers["location"]
    assert other.get(where).status_code == 404
    with_query(world, browser)
    kept = world.desk.memories.of(world.signed_in.sessions[browser.http.cookies["test_session"]].csrf)
    now = world.node.clock.now()
    assert kept.query(KEY, now + KEPT - timedelta(minutes=1)) is not None
    assert kept.query(KEY, now + KEPT + timedelta(minutes=1)) is None


def test_what_is_kept_is_bounded_and_ends_with_its_session(world: DeskWorld) -> None:
    memories, now = Memories(), world.node.clock.now()
    memory = memories.of("one")
    for number in range(QUERIES_MAX + 5):
        memory.keep(str(number), KeptQuery({}, Task("identify", "drugs"), now))
    assert (len(memory.queries), "0" in memory.queries) == (QUERIES_MAX, False)
    for number in range(SESSIONS_MAX + 5):
        memories.of(f"s{number}")
    assert len(memories.kept) == SESSIONS_MAX
    assert memories.of("one").task is None
    memories.forget("one")
    assert "one" not in memories.kept


def test_what_is_kept_of_a_session_that_ended_by_time_is_gone(world: DeskWorld) -> None:
    seconds = [0.0]
    memories, now, idle = Memories(lambda: seconds[0]), world.node.clock.now(), timedelta(minutes=30)
    for session in ("ended", "goes-on"):
        memories.of(session).keep("old", KeptQuery({"line": "Muhammadov"}, Task("identify", "drugs"), now - KEPT))
        memories.of(session).keep("new", KeptQuery({}, Task("identify", "drugs"), now))
    seconds[0] = idle.total_seconds() - 1
    memories.of("goes-on")
    memories.forget_old(now, idle)
    assert [[*memory.queries] for memory in memories.kept.values()] == [["new"], ["new"]]
    seconds[0] = idle.total_seconds() + 1
    memories.forget_old(now, idle)
    assert [*memories.kept] == ["goes-on"]


def test_nothing_found_and_not_for_you_are_one_page_by_one_way(
    world: DeskWorld, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str | None] = []
    real = Template.render

    def render(template: Template, *given: Any, **more: Any) -> str:  # noqa: ANN401 - what the library hands over
        rendered.append(template.name)
        return real(template, *given, **more)

    monkeypatch.setattr(Template, "render", render)
    pages, sent = [], []
    # The first look of an officer after a change reads what the others remember.
    with_query(world, world.browser("border_officer"), "Warm").get(f"{SEARCH}/{KEY}")
    for line in ("Мухаммедов Абдулло", "Цзхъщов Бвгджло"):
        # The records are of a level that this role does not read.
        browser = with_query(world, world.browser("border_officer"), line)
        statements.clear()
        text = browser.get(f"{SEARCH}/{KEY}").text
        sent.append(tuple(statements))
        # What was entered stands on the page; everything else is the same.
        pages.append(
            re.sub(
                r'<dl class="pairs">.*?</dl>', "", re.sub(r"csrf-of-s\d+|form-[0-9a-f]{26}", "", text), flags=re.DOTALL
            )
        )
    assert "Nothing found." in pages[0]
    assert pages[0] == pages[1]
    assert sent[0] == sent[1]
    assert len(sent[0]) > 1
    assert rendered[-2:] == ["desk/found.html", "desk/found.html"]
    seen = with_query(world, world.browser(), "Мухаммедов Абдулло").get(f"{SEARCH}/{KEY}").text
    assert "XA-NCB/w-1" in seen


def test_candidate_is_confirmed_beside_its_record_once(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    page = f"{SEARCH}/{KEY}/{SEEN}"
    text = browser.get(page).text
    assert "Nationality" in text
    assert "H2 · not further without leave" in text
    fields = {
        **browser.frame(page),
        "circumstances": "Passport at gate 4",
        "version": "1",
        "score": "905",
        "instrument": "",
    }
    first, second = (browser.post(f"/desk/judge/{KEY}/confirm/{SEEN}", fields) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    shown = browser.get(first.headers["location"])
    assert "The hit is confirmed." in shown.text
    assert "Passport at gate 4" in shown.text


def test_version_that_was_not_seen_is_not_judged_and_what_was_written_stays(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    page = f"{SEARCH}/{KEY}/{SEEN}"
    fields = {"circumstances": "Gate <4>", "version": "7", "score": "905", "instrument": ""}
    answer = browser.send(page, f"/desk/judge/{KEY}/confirm/{SEEN}", fields)
    assert answer.status_code == 409
    assert "Gate &lt;4&gt;</textarea>" in answer.text


def test_candidate_is_rejected_with_a_reason_of_the_list_and_marked_as_a_namesake(world: DeskWorld) -> None:
    browser = with_query(world, world.browser(), "Muhammadov, 1979, AB123456")
    page = f"{SEARCH}/{KEY}/{SEEN}"
    judged = {"circumstances": "Another man", "version": "1", "score": "905", "instrument": ""}
    wrong = browser.send(page, f"/desk/judge/{KEY}/reject/{SEEN}", {**judged, "reason": "confirmed"})
    assert wrong.status_code == 400
    good = browser.send(page, f"/desk/judge/{KEY}/reject/{SEEN}", {**judged, "reason": "rejected_other_person"})
    assert good.headers["location"].endswith("?done=hit_rejected")
    mark = {"document": "AB123456", "why_not": "Younger by twenty years"}
    marked = browser.send(page, f"/desk/judge/{KEY}/mark/{SEEN}", mark)
    assert marked.status_code == 303, marked.text
    # Whoever checks the document again is told.
    assert "namesake" in browser.get(f"{SEARCH}/{KEY}").text
    # W164: what was found stands on a page of its own, led to from where it was found, and is ended there.
    found_page = f"/desk/namesakes/{SEEN}"
    assert f'href="{found_page}"' in browser.get(page).text
    shown = browser.get(found_page).text
    assert "Younger by twenty years" in shown
    assert "AB123456" not in shown, "of the number a digest is kept alone"
    finding = re.findall(r'name="finding" value="([^"]+)"', shown)[0]
    ended = browser.send(found_page, f"/desk/end-namesake/{SEEN}", {"finding": finding})
    assert ended.headers["location"] == f"{found_page}?done=namesake_ended"
    assert finding not in browser.get(found_page).text
    again = browser.send(found_page, f"/desk/end-namesake/{SEEN}", {"finding": finding})
    assert again.status_code == 404


def test_case_that_is_not_here_or_may_not_be_known_is_told_alike_before_anything_is_searched(world: DeskWorld) -> None:
    of_a_team: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Quay", "crime_area": "fugitives"})
    hidden = of_a_team["case"]["number"]
    perform(world.node, "case_team", {"officer": DUTY, "number": hidden, "team": [DUTY], "version": 1})
    browser, rows = world.browser("analyst"), world.node.trail.latest(1)[0].sequence

    def told(number: str) -> str:
        answer = browser.send("/desk/task", "/desk/task", {**WHY, "occasion": "", "case": number})
        assert answer.status_code == 400
        assert f'value="{number}"' in answer.text, "what was entered is still there"
        return OF_ONE_PAGE.sub("", answer.text).replace(number, "")

    assert told(hidden) == told("2026/999999")
    assert "no case of this number is here" in told(hidden)
    assert world.node.trail.latest(1)[0].sequence == rows
    known = {**WHY, "occasion": "", "case": world.bureau.case}
    assert browser.send("/desk/task", "/desk/task", known).status_code == 303


def test_record_asks_why_first_and_comes_back(world: DeskWorld) -> None:
    browser = world.browser()
    answer = browser.get(f"/desk/records/{SEEN}")
    assert answer.headers["location"] == "/desk/task?back=%2Fdesk%2Frecords%2FXA-NCB%2Fw-1"
    back = {"back": f"/desk/records/{SEEN}"}
    said = browser.send(answer.headers["location"], "/desk/task", {**WHY, **back})
    assert said.headers["location"] == f"/desk/records/{SEEN}"
    page = browser.get(said.headers["location"])
    assert page.status_code == 200
    assert "Use as evidence" in page.text
    away = browser.send("/desk/task", "/desk/task", {**WHY, "back": "//evil.example"})
    assert away.headers["location"] == "/desk/"


def test_own_record_says_who_can_see_it_and_is_withdrawn_by_whom_saw_its_version(world: DeskWorld) -> None:
    given: Any = perform(world.node, "record_list", {"officer": DUTY, "purpose": "identify", "crime_area": "fugitives"})
    own = next(one["name"] for one in given["records"] if one["name"].startswith("XB-NCB/"))
    browser = with_query(world, world.browser())
    page = browser.get(f"/desk/records/{own}")
    assert "Who can see it, and why" in page.text
    assert "RC is not a party to" in page.text
    stale = browser.send(f"/desk/records/{own}", f"/desk/withdraw/{own}", {"reason": "Found.", "version": "9"})
    assert stale.status_code == 409
    gone = browser.send(f"/desk/records/{own}", f"/desk/withdraw/{own}", {"reason": "Found.", "version": "1"})
    assert gone.status_code == 303
    assert browser.get(f"/desk/records/{own}").headers["location"] == f"/desk/holders/{own}"
    assert own not in browser.get(f"{SEARCH}/{KEY}").text
