"""The pages of shifts and roster: a night shift from its first hour to its hand-over (docs/rules/desk.md W40 to W42)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.desk_world import Browser, DeskWorld
from tests.support.nodes import DUTY

SHIFT, ROSTER = "/desk/shift", "/desk/roster"
DIGEST = re.compile(r'name="sheet_digest" value="([0-9a-f]{64})"')


@pytest.fixture(autouse=True)
def nobody_is_on(world: DeskWorld) -> None:
    shown: Any = perform(world.node, "shift_show", {"officer": DUTY})
    for one in shown["on"]:
        perform(world.node, "shift_hand_over", {"officer": one["officer"]})


def said(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def handed_over(browser: Browser, for_next: str = "") -> str:
    """Begin a shift and hand it over; return where it is shown."""
    browser.send(SHIFT, f"{SHIFT}/begin", {})
    answer = browser.send(SHIFT, f"{SHIFT}/hand-over", {"for_next": for_next})
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


def test_shift_is_noted_handed_over_and_taken_over_by_the_next_officer(world: DeskWorld) -> None:
    night, day = world.browser(), world.browser("head_of_body")
    assert night.send(SHIFT, f"{SHIFT}/begin", {}).headers["location"] == f"{SHIFT}?done=shift_begun"
    night.send(SHIFT, f"{SHIFT}/note", {"text": "Gate 4 calls back at six"})
    text = night.get(SHIFT).text
    assert "Gate 4 calls back at six" in text
    assert "Shift begun" in said(text)
    place = night.send(SHIFT, f"{SHIFT}/hand-over", {"for_next": "XA answers"}).headers["location"].partition("?")[0]
    own = night.get(place).text
    assert DIGEST.search(own) is None, "nobody takes over from themselves"
    sheet = day.get(place).text
    digest = DIGEST.search(sheet)
    assert digest is not None
    for wanted in ("XA answers", "Gate 4 calls back at six", "Hit to answer", world.bureau.hit_came, digest[1]):
        assert wanted in sheet
    answer = day.send(place, f"{place}/take-over", {"sheet_digest": digest[1]})
    assert answer.headers["location"] == f"{SHIFT}?done=shift_taken_over"
    assert "taken over" in said(night.get(place).text)
    assert "Shift handed over" in said(day.get(SHIFT).text), "the new shift begins where the sheet ends"


def test_double_click_hands_over_once(world: DeskWorld) -> None:
    browser = world.browser()
    browser.send(SHIFT, f"{SHIFT}/begin", {})
    frame = browser.frame(SHIFT)
    first = browser.post(f"{SHIFT}/hand-over", {**frame, "for_next": ""})
    assert first.status_code == 303
    assert (
        browser.post(f"{SHIFT}/hand-over", {**frame, "for_next": ""}).headers["location"] == first.headers["location"]
    )


def test_sheet_that_was_signed_meanwhile_is_given_back_with_why(world: DeskWorld) -> None:
    place = handed_over(world.browser())
    day = world.browser("head_of_body")
    digest = DIGEST.search(day.get(place).text)
    assert digest is not None
    frame = day.frame(place)
    perform(
        world.node,
        "shift_take_over",
        {"officer": world.officer("head_of_body"), "id": place.rpartition("/")[2], "digest": digest[1]},
    )
    answer = day.post(f"{place}/take-over", {**frame, "sheet_digest": digest[1]})
    assert answer.status_code == 409
    assert "signed already" in answer.text


def test_note_that_is_empty_is_given_back(world: DeskWorld) -> None:
    browser = world.browser()
    browser.send(SHIFT, f"{SHIFT}/begin", {})
    answer = browser.send(SHIFT, f"{SHIFT}/note", {"text": "  "})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text


def test_roster_is_entered_and_taken_off_and_a_wrong_time_is_given_back_with_what_was_entered(world: DeskWorld) -> None:
    head = world.browser("head_of_body")
    tomorrow = (world.node.clock.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    fields = {
        "on_duty": DUTY, "duty_function": "deputy", "duty_begins": f"{tomorrow}T19:00", "duty_ends": f"{tomorrow}T18:00",
        "duty_zone": "Asia/Tashkent", "reach": "duty@xb.example",
    }  # fmt: skip
    wrong = head.send(ROSTER, ROSTER, fields)
    assert wrong.status_code == 400
    assert 'id="enter_duty-duty_ends-fault"' in wrong.text
    assert "duty@xb.example" in wrong.text
    assert head.send(ROSTER, ROSTER, {**fields, "duty_ends": f"{tomorrow}T23:00"}).status_code == 303
    text = head.get(ROSTER).text
    assert "Asia/Tashkent" in text
    assert "Deputy on call" in text
    assert "duty@xb.example" not in text
    entry = re.search(r'name="duty_entry" value="([^"]+)"', text)
    assert entry is not None
    assert head.send(ROSTER, f"{ROSTER}/take-off", {"duty_entry": entry[1]}).status_code == 303
    assert entry[1] not in head.get(ROSTER).text
    assert 'action="/desk/roster"' not in world.browser().get(ROSTER).text, "who may not keep it is offered no form"


def test_what_was_recalled_meanwhile_stands_on_no_sheet(world: DeskWorld) -> None:
    sender = world.bureau.network["XA-NCB"]
    letter: JsonObject = {
        "officer": DUTY,
        "instrument": "charter",
        "text": "x",
        "to": "XB-NCB",
        "subject": "A name sent",
    }
    sent: Any = perform(sender, "message_send", letter)
    world.bureau.network.deliver()
    browser = world.browser()
    place = handed_over(browser)
    assert "A name sent" in browser.get(place).text
    perform(sender, "message_recall", {"officer": DUTY, "id": sent["message"]["id"], "reason": "wrong_recipient"})
    world.bureau.network.deliver()
    text = browser.get(place).text
    assert sent["message"]["id"] in text
    assert "A name sent" not in text
