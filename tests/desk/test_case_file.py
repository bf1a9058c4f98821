"""A case in a browser: what lies in it, what is done on it, two officers at it, and its print (docs/rules/desk.md W51 to W54)."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import SEEN
from tests.support.desk_pages import KEY, TASK, with_query
from tests.support.desk_world import Browser, DeskWorld
from tests.support.nodes import DUTY


def opened(world: DeskWorld, title: str = "Gate 4") -> str:
    """Open a case; return its page."""
    case: Any = perform(world.node, "case_open", {"officer": DUTY, "title": title, "crime_area": "fugitives"})
    return f"/desk/cases/{case['case']['number']}"


def version(browser: Browser, page: str) -> str:
    found = re.search(r'name="version" value="([0-9]+)"', browser.get(page).text)
    assert found is not None, "the forms carry the version"
    return found[1]


def test_task_is_set_waits_on_the_desk_of_its_officer_and_is_done(world: DeskWorld) -> None:
    page, browser = opened(world), world.browser()
    fields = {"what": "Answer the court", "officer": DUTY, "day": "2026-01-05", "time": "12:00", "term_of": "Order 12"}
    assert browser.send(page, f"{page}/tasks", fields).headers["location"] == f"{page}?done=task_set"
    desk = browser.get("/desk/?kind=task").text
    assert "Answer the court" in desk
    assert "is-pressing" in desk
    assert "Answer the court" not in world.browser("analyst").get("/desk/").text
    task = re.search(r'name="task" value="(task-[^"]+)"', browser.get(page).text)
    assert task is not None
    done = browser.send(page, f"{page}/tasks/done", {"task": task[1], "outcome": "Answered."})
    assert done.headers["location"] == f"{page}?done=task_finished"
    assert "Answer the court" not in browser.get("/desk/").text
    assert "Answered." in browser.get(page).text


def test_task_with_a_time_that_is_none_is_given_back_as_it_was_entered(world: DeskWorld) -> None:
    """W124."""
    page, browser = opened(world), world.browser()
    fields = {"what": "Answer the court", "officer": DUTY, "day": "2026-01-05", "time": "noon", "term_of": ""}
    answer = browser.send(page, f"{page}/tasks", fields)
    assert answer.status_code == 400
    assert 'href="#set_case_task-time"' in answer.text
    assert 'value="noon"' in answer.text
    assert "Write it as 14:30" in answer.text
    assert browser.send(page, f"{page}/tasks", {**fields, "time": "9:05"}).status_code == 303
    assert "5 Jan 2026 09:05" in browser.get(page).text
    # As officers write it by hand elsewhere.
    assert browser.send(page, f"{page}/tasks", {**fields, "what": "Write", "time": "9 h 07"}).status_code == 303
    assert "5 Jan 2026 09:07" in browser.get(page).text


def test_exhibit_is_entered_and_goes_from_hand_to_hand_on_the_page(world: DeskWorld) -> None:
    page, browser = opened(world), world.browser()
    entered = {
        "kind": "digital", "what": "Image of a telephone", "day": "2026-01-02", "time": "10:00", "found_where": "Gate 4",
        "found_by": "Officer 7", "seal": "A-1", "sha256": "AB" * 32,
    }  # fmt: skip
    assert browser.send(page, f"{page}/exhibits", entered).headers["location"] == f"{page}?done=exhibit_entered"
    exhibit = re.search(r'name="exhibit" value="(exhibit-[^"]+)"', browser.get(page).text)
    assert exhibit is not None
    over = {
        "exhibit": exhibit[1], "day": "2026-01-03", "time": "10:00", "gave": "Officer 7", "took": "Laboratory",
        "where": "Gate 4", "seal": "A-2", "sha256": "cd" * 32, "remark": "",
    }  # fmt: skip
    assert browser.send(page, f"{page}/exhibits/over", over).headers["location"] == f"{page}?done=exhibit_handed_over"
    text = browser.get(page).text
    assert "digest differs" in text
    french = world.browser(language="fr").get(page).text
    assert re.search(r"-E1\u00a0: Image of a telephone", french), "a colon stands as the reader's language writes it"
    assert 'value="Laboratory"' in text, "who has it gives it next"
    again = browser.send(page, f"{page}/exhibits/over", {**over, "took": "Somebody"})
    assert again.status_code == 409
    assert 'value="Somebody"' in again.text


def test_second_of_two_officers_is_told_and_gets_back_what_was_entered(world: DeskWorld) -> None:
    """W52."""
    page, first, second = opened(world), world.browser(), world.browser()
    frame, seen = second.frame(page), version(second, page)
    renamed = {"title": "Gate 4, two men", "crime_area": "fugitives", "version": seen}
    assert first.send(page, f"{page}/title", renamed).status_code == 303
    mine = {"title": "Gate 4, a woman", "crime_area": "fugitives", "version": seen}
    answer = second.post(f"{page}/title", {**frame, **mine})
    assert answer.status_code == 409
    assert "Somebody else changed it since you looked" in answer.text
    assert 'value="Gate 4, a woman"' in answer.text
    assert "Gate 4, two men" in answer.text, "the page shows the case as it is now"
    now = re.search(r'name="version" value="([0-9]+)"', answer.text)
    assert now is not None
    again = {**frame, **mine, "version": now[1]}
    assert second.post(f"{page}/title", again).headers["location"] == f"{page}?done=case_renamed"


def test_case_is_handed_over_joined_split_and_closed(world: DeskWorld) -> None:
    page, other, browser = opened(world), opened(world, "Gate 5"), world.browser()
    analyst = world.officer("analyst")
    handed = {"officer": analyst, "unit": "Analysis", "reason": "End of shift.", "version": version(browser, page)}
    assert browser.send(page, f"{page}/hand-over", handed).headers["location"] == f"{page}?done=case_handed_over"
    number = other.removeprefix("/desk/cases/")
    joined = {"other": number, "reason": "The same person.", "version": version(browser, page)}
    assert browser.send(page, f"{page}/join", joined).headers["location"] == f"{page}?done=cases_joined"
    assert f'href="{page}"' in browser.get(other).text
    assert "joined to another" in browser.get(other).text
    perform(world.node, "task_set", {"officer": DUTY, "number": page[12:], "what": "Compare", "to": DUTY})
    split = browser.get(f"{page}/split").text
    over = re.search(r'name="over" value="(task-[0-9a-f]+)"> <bdi>Compare', split)
    assert over is not None, "W124: what may go over is a box with its words"
    fields = {
        "title": "The second man",
        "crime_area": "fugitives",
        "over": over[1],
        "reason": "Another.",
        "version": "9",
    }
    assert browser.send(f"{page}/split", f"{page}/split", fields).status_code == 409
    fields["version"] = version(browser, f"{page}/split")
    new = browser.send(f"{page}/split", f"{page}/split", fields).headers["location"].partition("?")[0]
    assert "Compare" in browser.get(new).text
    closed = {"reason": "Done.", "version": version(browser, page)}
    assert browser.send(page, f"{page}/close", closed).headers["location"] == f"{page}?done=case_closed"


def test_judgement_on_the_page_keeps_the_evidence_that_it_showed(world: DeskWorld) -> None:
    page = opened(world)
    task = TASK.__class__("identify", "fugitives", case=page.removeprefix("/desk/cases/"))
    browser = with_query(world, world.browser(), task=task)
    judge = browser.get(f"/desk/search/{KEY}/{SEEN}").text
    kept = re.search(r'name="evidence" value="([^"]*)"', judge)
    score = re.search(r'name="score" value="([0-9]+)"', judge)
    assert kept is not None
    assert score is not None
    pieces = json.loads(unescape(kept[1]))
    assert pieces
    fields = {
        "version": "1", "score": score[1], "instrument": "", "evidence": unescape(kept[1]), "circumstances": "Other face.",
        "reason": "rejected_other_person",
    }  # fmt: skip
    answer = browser.send(f"/desk/search/{KEY}/{SEEN}", f"/desk/judge/{KEY}/reject/{SEEN}", fields)
    assert answer.status_code == 303, answer.text
    shown = unescape(browser.get(page).text)
    assert all(piece["text"] in shown for piece in pieces)
    assert "Candidate rejected" in shown
    hit = answer.headers["location"].partition("?")[0]
    assert pieces[0]["text"] in unescape(browser.get(hit).text)
    fields["evidence"] = "not a list"
    again = browser.send(f"/desk/search/{KEY}/{SEEN}", f"/desk/judge/{KEY}/reject/{SEEN}", fields)
    assert again.status_code == 400
    assert "is here now" not in browser.get(page).text
    source: Any = world.bureau.network["XA-NCB"]
    fact: JsonObject = {"property": "alias", "value": "Muhammadov the Younger"}
    about = {"officer": DUTY, "record": SEEN, "purpose": "identify", "crime_area": "fugitives"}
    perform(source, "record_correct", {**about, "version": 1, "reason": "more_is_known", "changes": [fact]})
    world.bureau.network.deliver()
    for where in (page, hit, f"{page}/print"):
        shown = unescape(browser.get(where).text)
        assert pieces[0]["text"] in shown, "W123: what was seen then stays"
        assert "Version 2 is here now" in shown


def test_print_has_the_whole_file_and_no_form_of_the_case(world: DeskWorld) -> None:
    """W54."""
    page, browser = opened(world), world.browser()
    perform(world.node, "case_note", {"officer": DUTY, "number": page[12:], "text": "The person waits."})
    perform(world.node, "task_set", {"officer": DUTY, "number": page[12:], "what": "Compare", "to": DUTY})
    text = browser.get(f"{page}/print").text
    assert "The person waits." in text
    assert "Compare" in text
    assert f'action="{page}' not in text
