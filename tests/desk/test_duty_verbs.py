"""Shifts, journal, hand-over and roster by their verbs on a real node (docs/rules/desk.md W40 to W42)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.verbs import perform
from tests.support.desk_world import DeskWorld
from tests.support.nodes import DUTY, HEAD


@pytest.fixture(autouse=True)
def nobody_is_on(world: DeskWorld) -> None:
    for one in do(world, "shift_show", DUTY)["on"]:
        do(world, "shift_hand_over", one["officer"])


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


def do_list(world: DeskWorld) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(world.node, "roster_list", {"days": 14})


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
