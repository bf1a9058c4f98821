"""The desk: what needs an officer now, the most pressing first, to each what their role may act on; W32 of docs/rules/desk.md."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from entente.agreements.model import Direction, SuspensionTerms
from entente.kernel.canonical import JsonObject
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.verbs import perform
from entente.web.desk import home_page
from tests.support.api_world import OWN
from tests.support.desk_world import DeskWorld
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

DESK = "/desk/"
WAIT = re.compile(r'<li class="wait[^"]*">.*?</li>', re.DOTALL)
LETTER: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "x", "to": "XB-NCB"}


def waiting(text: str) -> list[str]:
    """Return what waits, line by line, without tags."""
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in WAIT.findall(text)]


def sent_to_us(world: DeskWorld, **fields: Any) -> str:  # noqa: ANN401 - fields of a verb
    sent: Any = perform(world.bureau.network["XA-NCB"], "message_send", {**LETTER, **fields})
    world.bureau.network.deliver()
    return str(sent["message"]["id"])


def test_what_waits_stands_there_with_what_is_done_next_the_most_pressing_first(world: DeskWorld) -> None:
    sent_to_us(world, subject="Statistics")
    sent_to_us(world, subject="Find him", for_action=True)
    sent_to_us(world, subject="A child is taken", for_action=True, urgency="immediate_danger_to_life")
    lines = waiting(world.browser().get(DESK).text)
    place = {
        what: next(at for at, line in enumerate(lines) if what in line)
        for what in ("A child is taken", f"Leave for {OWN}", f"Hit on {OWN}", "Find him", "Statistics")
    }
    assert list(place) == sorted(place, key=lambda what: place[what])
    assert re.search(r"Immediate danger to life Due .* Read$", lines[place["A child is taken"]])
    assert lines[place[f"Leave for {OWN}"]].endswith("Decide")
    assert lines[place[f"Hit on {OWN}"]].endswith("Answer")


def test_what_is_for_information_takes_the_place_of_nothing_that_presses(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(3):
        sent_to_us(world, subject=f"Statistics {place}")
        sent_to_us(world, subject=f"Usual {place}", for_action=True)
    sent_to_us(world, subject="Taken at the river", for_action=True, urgency="immediate_danger_to_life")
    answer: Any = perform(world.node, "waiting_list", {"officer": DUTY, "limit": 3})
    assert [one["for_action"] for one in answer["messages"]] == [True] * 3 + [False] * 3
    assert "Taken at the river" in {one["subject"] for one in answer["messages"]}
    monkeypatch.setattr(home_page, "OF_EACH_MAX", 3)
    text = world.browser().get(DESK).text
    assert 'Information <span class="count">3+</span>' in text
    assert "Taken at the river" in text


def test_desk_is_narrowed_to_one_kind(world: DeskWorld) -> None:
    browser = world.browser()
    lines = waiting(browser.get(f"{DESK}?kind=permission").text)
    assert lines
    assert all(line.startswith("Leave asked") for line in lines)
    assert waiting(browser.get(f"{DESK}?kind=<b>").text) == waiting(browser.get(DESK).text)


def test_what_is_done_leaves_the_desk(world: DeskWorld) -> None:
    browser = world.browser()
    message = sent_to_us(world, subject="Only once", for_action=True)
    page = f"/desk/messages/{message}"
    assert any("Only once" in line and line.endswith("Read") for line in waiting(browser.get(DESK).text))
    browser.send(page, f"{page}/open", {})
    assert any("Only once" in line and line.endswith("Conclude") for line in waiting(browser.get(DESK).text))
    browser.send(page, f"{page}/acted", {})
    assert not any("Only once" in line for line in waiting(browser.get(DESK).text))
    told = sent_to_us(world, subject="For information")
    browser.send(f"/desk/messages/{told}", f"/desk/messages/{told}/open", {})
    assert not any("For information" in line for line in waiting(browser.get(DESK).text))


def test_recalled_message_waits_for_nobody(world: DeskWorld) -> None:
    message = sent_to_us(world, subject="Sent in error", for_action=True)
    recall: JsonObject = {"officer": DUTY, "id": message, "reason": "To the wrong body."}
    perform(world.bureau.network["XA-NCB"], "message_recall", recall)
    world.bureau.network.deliver()
    assert not any("Sent in error" in line for line in waiting(world.browser().get(DESK).text))


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (
            "duty_officer",
            {"Leave asked", "Hit", "Standing query", "For action", "To do", "Contact points", "Information"},
        ),
        ("head_of_body", {"Leave asked", "Hand-over", "For action", "Contact points", "Information"}),
        ("analyst", {"For action", "Information"}),
        ("border_officer", set()),
        ("supervisor", set()),
    ],
)
def test_each_role_sees_what_it_may_act_on(world: DeskWorld, role: str, kinds: set[str]) -> None:
    sent_to_us(world, subject="To do", for_action=True)
    lines = waiting(world.browser(role).get(DESK).text)
    known = (
        "Leave asked", "Hit", "Hand-over", "Standing query", "For action", "To do", "Held", "Contact points", "Information",
    )  # fmt: skip
    assert {next(kind for kind in known if line.startswith(kind)) for line in lines} == kinds


def test_desk_is_no_act_and_shows_no_text(world: DeskWorld) -> None:
    sent_to_us(world, subject="Closed envelope", text="Inner words")
    before = world.node.trail.latest(1)[0].sequence
    text = world.browser().get(DESK).text
    assert "Closed envelope" in text
    assert "Inner words" not in text
    assert world.node.trail.latest(1)[0].sequence == before


def test_match_is_judged_though_a_search_lists_likelier_ones_alone(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.identity.looking.SHOWN_MAX", 0)
    browser, judge = world.browser(), f"/desk/search/{world.standing}/XA-NCB/w-3"
    assert f'href="{judge}"' in browser.get(f"/desk/standing/{world.standing}").text
    assert "Мухаммедов Абдулло" in browser.get(judge).text
    # What did not match is not judged by it.
    assert browser.get(f"/desk/search/{world.standing}/XA-NCB/w-4").status_code == 404


def test_new_match_of_a_standing_query_is_looked_at_and_put_away(world: DeskWorld) -> None:
    browser = world.browser()
    page = f"/desk/standing/{world.standing}"
    text = browser.get(page).text
    assert "XA-NCB/w-3" in text
    # Its reason is the reason of what is looked at next.
    assert browser.get("/desk/records/XA-NCB/w-3").status_code == 200
    # It is judged as a candidate is, for what the query was left for (W121).
    judge = f"/desk/search/{world.standing}/XA-NCB/w-3"
    assert f'href="{judge}"' in text
    beside = browser.get(judge)
    assert beside.status_code == 200
    assert "Мухаммедов Абдулло" in beside.text
    rejected = browser.send(
        judge,
        f"/desk/judge/{world.standing}/reject/XA-NCB/w-3",
        {
            "version": "1",
            "score": "960",
            "reason": "rejected_other_person",
            "circumstances": "Another father",
            "evidence": "[]",
        },
    )
    assert rejected.status_code == 303
    assert "Another father" in browser.get(rejected.headers["location"]).text
    # Looked at, it waits on the desk until it is put away.
    assert "match of your query waits to be put away" in browser.get(DESK).text
    settled = browser.send(page, f"{page}/settle/{world.match}", {})
    assert settled.headers["location"] == f"{page}?done=match_settled"
    assert "XA-NCB/w-3" not in browser.get(page).text
    assert f'href="{page}"' not in browser.get(DESK).text
    assert world.browser("analyst").get(page).status_code == 404


def test_leave_is_granted_for_days_or_refused_with_a_reason(world: DeskWorld) -> None:
    browser = world.browser()
    page = f"/desk/permissions/{world.asked_of_us}"
    assert "For the court." in browser.get(page).text
    for days in ("0", "4000", "soon", "١٢"):
        answer = browser.send(page, f"{page}/grant", {"days": days, "text": ""})
        assert answer.status_code == 400, days
        assert 'href="#grant_permission-days"' in answer.text
    refused = browser.send(page, f"{page}/refuse", {"refusal": "not_found_in_list", "text": ""})
    assert refused.status_code == 400
    assert browser.send(page, f"{page}/grant", {"days": "7", "text": "For this court alone."}).status_code == 303
    text = browser.get(page).text
    assert "Granted" in text
    assert "For this court alone." in text
    assert world.asked_of_us not in browser.get(DESK).text


def test_what_a_suspension_holds_waits_for_a_decision(world: DeskWorld) -> None:
    network, browser = world.bureau.network, world.browser()
    letter: JsonObject = {"officer": DUTY, "to": "XA-NCB", "instrument": "police-data-agreement"}
    perform(world.node, "message_send", {**letter, "subject": "On its way", "text": "x"})
    _suspend(world)
    network.deliver()
    held: Any = perform(world.node, "exchange_held", {})
    number = str(held["held"][0]["number"])
    assert any(line.startswith("Held") for line in waiting(browser.get(DESK).text))
    page = "/desk/held"
    assert "XA-NCB" in browser.get(page).text
    empty = browser.send(page, f"{page}/drop", {"number": number, "reason": ""})
    assert empty.status_code == 400
    assert browser.send(page, f"{page}/drop", {"number": number, "reason": "Not needed."}).status_code == 303
    frame = browser.frame("/desk/cases")
    assert browser.post(f"{page}/drop", {**frame, "number": number, "reason": "Again."}).status_code == 404
    assert browser.post(f"{page}/release", {**frame, "number": "no number"}).status_code == 400


def _suspend(world: DeskWorld) -> None:
    """Have our heads suspend the agreement toward XA."""
    network = world.bureau.network
    terms = SuspensionTerms(
        instrument=network.instrument(AGREEMENT_NAME),
        direction=Direction.BOTH,
        decided_by="The minister",
        document="Order 7",
        reason="reciprocity",
        review_on=date(2031, 11, 4),
        counterparts=frozenset({network.id("XA-NCB")}),
    )
    network.submit("XB-NCB", world.node.agreements.draft_suspension(HEAD, terms))


def test_w152_a_look_at_the_desk_reads_each_thing_once(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    text = browser.get("/desk/").text
    opened: list[str] = []
    begin = SqlUnitOfWork.__enter__

    def counted(unit: SqlUnitOfWork) -> SqlUnitOfWork:
        opened.append("unit")
        return begin(unit)

    monkeypatch.setattr(SqlUnitOfWork, "__enter__", counted)
    assert re.sub(r'value="[^"]*"|data-stamp="[^"]*"', "", browser.get("/desk/").text).count("<li") == text.count("<li")
    # One for each verb that it asks: none for a line of it, and none for what it does not show.
    assert len(opened) <= 11


def test_w152_how_much_is_held_is_counted_without_reading_any_of_it(world: DeskWorld) -> None:
    whole: Any = perform(world.node, "exchange_held", {"officer": DUTY})
    counted: Any = perform(world.node, "exchange_held", {"officer": DUTY, "limit": 0})
    assert (counted["of"], counted["late"], counted["bodies"]) == (whole["of"], whole["late"], whole["bodies"])
    assert (counted["held"], counted["next_after"]) == ([], None)
    lines: Any = perform(world.node, "exchange_lines", {"failing": True})
    alone: Any = perform(world.node, "exchange_lines", {"failing": True, "lines_alone": True})
    assert alone == {"lines": lines["lines"]}
    assert {"held", "aside"} <= set(lines)
