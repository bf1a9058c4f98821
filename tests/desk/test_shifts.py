"""Shifts, journal, hand-over and roster, by their verbs and by their pages (docs/rules/desk.md W40 to W42)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.verbs import perform
from entente.web.wording import Wording
from tests.support.desk_world import Browser, DeskWorld
from tests.support.nodes import DUTY, HEAD

SHIFT, ROSTER = "/desk/shift", "/desk/roster"
DIGEST = re.compile(r'name="sheet_digest" value="([0-9a-f]{64})"')


@pytest.fixture(autouse=True)
def nobody_is_on(world: DeskWorld) -> None:
    shown: Any = perform(world.node, "shift_show", {"officer": DUTY})
    for one in shown["on"]:
        perform(world.node, "shift_hand_over", {"officer": one["officer"]})


def do(world: DeskWorld, verb: str, officer: str, **given: Any) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(world.node, verb, {"officer": officer, **given})


def enter(world: DeskWorld, who: str, begins: str, ends: str, **more: str) -> Any:  # noqa: ANN401 - what a verb answers
    given = {"who": who, "function": "duty_officer", "begins": begins, "ends": ends, **more}
    return do(world, "roster_enter", HEAD, **given)["entry"]


def day(world: DeskWorld, days: int) -> str:
    return (world.node.clock.now() + timedelta(days=days)).strftime("%Y-%m-%d")


def test_journal_tells_what_was_done_in_the_shift_and_nothing_of_before(world: DeskWorld) -> None:
    shift = do(world, "shift_begin", DUTY)["shift"]
    do(world, "message_show", DUTY, id=world.bureau.came)
    do(world, "shift_note", DUTY, text="Gate 4 calls back at six")
    shown = do(world, "shift_show", DUTY)
    assert shown["shift"]["id"] == shift["id"]
    lines = [(one["act"], one["subject"], one["text"]) for one in shown["lines"]]
    assert lines == [
        ("begin_shift", shift["id"], ""),
        ("read_message", world.bureau.came, ""),
        ("note_shift", shift["id"], "Gate 4 calls back at six"),
    ]
    assert shown["done"] == {"begin_shift": 1, "note_shift": 1, "read_message": 1}


def test_text_of_a_note_is_not_in_the_trail(world: DeskWorld) -> None:
    do(world, "shift_begin", DUTY)
    do(world, "shift_note", DUTY, text="Nothing of this goes there")
    assert all("Nothing of this" not in str(row.act.detail) for row in world.node.trail.latest(5))


def test_second_shift_is_refused_while_one_goes_on(world: DeskWorld) -> None:
    do(world, "shift_begin", DUTY)
    with pytest.raises(Conflict, match="No other shift"):
        do(world, "shift_begin", DUTY)


def test_sheet_lists_what_is_open_by_number_and_without_a_word_of_others(world: DeskWorld) -> None:
    do(world, "shift_begin", DUTY)
    do(world, "shift_note", DUTY, text="The gate was told")
    shift = do(world, "shift_hand_over", DUTY, for_next="XA answers in the morning")["shift"]
    answer = do(world, "shift_sheet", HEAD, id=shift["id"])
    assert answer["is_whole"] is True
    assert answer["shift"]["state"] == "handed_over"
    sheet = answer["sheet"]
    assert sheet["for_next"] == "XA answers in the morning"
    assert [one["text"] for one in sheet["notes"]] == ["The gate was told"]
    there = {(one["kind"], one["id"]) for one in sheet["open"]}
    assert ("hit_to_answer", world.bureau.hit_came) in there
    subject = do(world, "message_show", DUTY, id=world.bureau.came)["message"]["subject"]
    assert subject not in str(answer)


def test_incoming_officer_signs_what_was_seen_and_goes_on_where_the_sheet_ends(world: DeskWorld) -> None:
    do(world, "shift_begin", DUTY)
    shift = do(world, "shift_hand_over", DUTY)["shift"]
    do(world, "message_show", DUTY, id=world.bureau.came)
    with pytest.raises(Conflict, match="not signed"):
        do(world, "shift_take_over", HEAD, id=shift["id"], digest="0" * 64)
    with pytest.raises(Conflict, match="not signed"):
        do(world, "shift_take_over", DUTY, id=shift["id"], digest=shift["digest"])
    began = do(world, "shift_take_over", HEAD, id=shift["id"], digest=shift["digest"])["shift"]
    signed = do(world, "shift_sheet", HEAD, id=shift["id"])
    assert (signed["shift"]["state"], signed["shift"]["signed_by"]) == ("taken_over", HEAD)
    row = world.node.trail.latest(1)[0].act
    assert (row.verb, row.detail["sheet"], row.officer) == ("take_over_shift", shift["digest"], HEAD)
    acts = [one["act"] for one in do(world, "shift_show", HEAD)["lines"]]
    assert began["officer"] == HEAD
    assert acts == ["hand_over_shift", "read_message", "take_over_shift"]
    with pytest.raises(Conflict, match="not signed"):
        do(world, "shift_take_over", HEAD, id=shift["id"], digest=shift["digest"])


def test_without_a_shift_nothing_is_noted_or_handed_over(world: DeskWorld) -> None:
    with pytest.raises(Conflict, match="no shift"):
        do(world, "shift_note", DUTY, text="x")
    with pytest.raises(Conflict, match="no shift"):
        do(world, "shift_hand_over", DUTY)
    with pytest.raises(NotFound):
        do(world, "shift_sheet", DUTY, id="shift-0")


def test_who_works_no_shift_reads_no_journal_and_is_entered_on_no_roster(world: DeskWorld) -> None:
    analyst = world.officer("analyst")
    with pytest.raises(Refused):
        do(world, "shift_show", analyst)
    with pytest.raises(Invalid) as told:
        enter(world, analyst, f"{day(world, 1)} 19:00", f"{day(world, 2)} 07:00")
    assert told.value.field == "who"


def test_roster_says_who_is_on_and_who_is_next_in_the_zone_it_was_written_in(world: DeskWorld) -> None:
    on = enter(world, DUTY, f"{day(world, 0)} 00:00", f"{day(world, 1)} 12:00", zone="UTC", reach="duty@xb.example")
    after = enter(world, HEAD, f"{day(world, 1)} 19:00", f"{day(world, 2)} 07:00", zone="Asia/Tashkent")
    shown = do_list(world)
    assert [one["id"] for one in shown["now"]] == [on["id"]]
    assert shown["next"]["id"] == after["id"]
    assert after["begins_at"].endswith("T14:00:00.000000Z")
    assert "duty@xb.example" not in str(shown)
    assert "duty@xb.example" not in str(world.node.trail.latest(3))
    with pytest.raises(Conflict, match="was not entered"):
        enter(world, DUTY, f"{day(world, 1)} 11:00", f"{day(world, 1)} 20:00", zone="UTC")
    do(world, "roster_take_off", HEAD, id=on["id"])
    assert do_list(world)["now"] == []
    do(world, "roster_take_off", HEAD, id=after["id"])
    with pytest.raises(NotFound):
        do(world, "roster_take_off", HEAD, id=after["id"])


def test_duty_that_comes_again_is_entered_by_the_clocks_and_taken_off_from_a_turn_on(world: DeskWorld) -> None:
    # In Vienna clocks go back on 25 October 2026, forward on 28 March 2027.
    turns: Any = {"zone": "Europe/Vienna", "every_days": 7, "times": 3}
    now = world.node.clock.now()
    sunday = next(
        now.date() + timedelta(days=ahead)
        for ahead in range(1, 300)
        if changes_clocks(now.date() + timedelta(days=ahead))
    )
    before = (sunday - timedelta(days=7)).isoformat()
    given: Any = {"who": DUTY, "function": "deputy", "begins": f"{before} 12:00", "ends": f"{before} 18:00", **turns}
    entered = do(world, "roster_enter", HEAD, **given)["entries"]
    hours = [
        parse_time(one["begins_at"], "at").astimezone(ZoneInfo("Europe/Vienna")).strftime("%H:%M") for one in entered
    ]
    assert hours == ["12:00"] * 3
    assert len({one["begins_at"][11:] for one in entered}) == 2, "the moments moved with the clocks"
    assert {one["series"] for one in entered} == {entered[0]["id"]}
    # All of them or none: the last of these meets one that is there.
    clash: Any = {
        **given,
        "begins": f"{sunday - timedelta(days=21)} 13:00",
        "ends": f"{sunday - timedelta(days=21)} 14:00",
    }
    with pytest.raises(Conflict) as raised:
        do(world, "roster_enter", HEAD, **clash)
    assert f"begins {before} 13:00" in raised.value.why
    with pytest.raises(Invalid):
        do(world, "roster_enter", HEAD, **{**given, "times": 101})
    assert [one["id"] for one in all_duties(world)] == [one["id"] for one in entered]
    gone = do(world, "roster_take_off", HEAD, id=entered[1]["id"], following=True)["taken_off"]
    assert gone == [entered[1]["id"], entered[2]["id"]]
    # One that was entered alone takes nobody else's with it.
    alone = do(world, "roster_enter", HEAD, **{**given, "function": "head_on_call", "times": 1})["entry"]
    assert do(world, "roster_take_off", HEAD, id=alone["id"], following=True)["taken_off"] == [alone["id"]]
    assert [one["id"] for one in all_duties(world)] == [entered[0]["id"]]
    do(world, "roster_take_off", HEAD, id=entered[0]["id"])


def changes_clocks(day: date) -> bool:
    morning, evening = (datetime.combine(day, time(hour), ZoneInfo("Europe/Vienna")) for hour in (1, 12))
    return morning.utcoffset() != evening.utcoffset()


def all_duties(world: DeskWorld) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(world.node, "roster_list", {"days": 400})["entries"]


def do_list(world: DeskWorld) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(world.node, "roster_list", {"days": 14})


def test_w161_who_may_not_keep_the_roster_is_told_whose_it_is(world: DeskWorld) -> None:
    assert "It is kept by officers with this role: Head of body" in said(world.browser().get("/desk/roster").text)
    assert "It is kept by" not in world.browser("head_of_body").get("/desk/roster").text


def test_w161_a_sheet_above_is_spoken_of_where_there_is_one(world: DeskWorld) -> None:
    browser = world.browser()
    say = Wording("en")
    before = browser.get(SHIFT).text
    assert (say.text("shift.begin_help") in before) is (say.text("shift.waits") in before)
    handed_over(browser)
    assert say.text("shift.begin_help") in browser.get(SHIFT).text


def test_roster_is_kept_by_whose_role_it_is(world: DeskWorld) -> None:
    with pytest.raises(Refused):
        perform(
            world.node,
            "roster_enter",
            {
                "officer": DUTY,
                "who": DUTY,
                "function": "deputy",
                "begins": "2031-05-04 19:00",
                "ends": "2031-05-05 07:00",
            },
        )


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
    # In turns: a count that is none is given back, and the rest of them goes with one.
    fields |= {"duty_ends": f"{tomorrow}T23:00", "duty_every": "2", "duty_times": "3"}
    for count in ("0", "x", "٣", "101"):
        wrong = head.send(ROSTER, ROSTER, {**fields, "duty_times": count})
        assert wrong.status_code == 400
        assert 'id="enter_duty-duty_times-fault"' in wrong.text
    assert head.send(ROSTER, ROSTER, fields).status_code == 303
    text = head.get(ROSTER).text
    assert "Take off with those that follow (2)" in text
    entries = re.findall(r'name="duty_entry" value="([^"]+)"', text)
    assert len(entries) == 3
    taken = {"duty_entry": entries[0], "duty_following": "yes"}
    assert head.send(ROSTER, f"{ROSTER}/take-off", taken).status_code == 303
    assert not set(entries) & set(re.findall(r'value="(duty-[^"]+)"', head.get(ROSTER).text))
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
