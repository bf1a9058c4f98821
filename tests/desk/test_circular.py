"""A message to several bodies: who gets it is shown first, and sent is what was shown; W71 of docs/rules/desk.md."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from tests.support.api_requests import group_version
from tests.support.desk_world import JPEG, Browser, DeskWorld
from tests.support.nodes import HEAD

PAGE, LOOK = "/desk/circular", "/desk/circular/look"
LETTER = {"subject": "Vessel at pier 3", "text": "Did it leave?", "urgency": "urgent", "instrument": "charter"}
SEEN = re.compile(r'name="shown" value="([^"]*)"')


def look(browser: Browser, **fields: str) -> str:
    """Look at who would get a message, and return the page that says it."""
    given = {name.replace("_", "."): said for name, said in fields.items()}
    answer = browser.send(PAGE, LOOK, {**LETTER, "shown": "", **given})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def seen_in(text: str) -> str:
    found = SEEN.search(text)
    assert found is not None
    return unescape(found[1])


def messages(world: DeskWorld) -> list[Any]:
    answer: Any = perform(world.node, "message_list", {"limit": 200})
    return [one for one in answer["messages"] if one["way"] == "sent"]


def keep_group(world: DeskWorld, *bodies: str) -> None:
    entries: list[Json] = [
        {"body": one, "status": "member", "since": "2020-01-01", "document": "Letter"} for one in bodies
    ]
    group: JsonObject = {
        "name": "coast",
        "title": "Coast",
        "entries": entries,
        "version": group_version(world.node, "coast"),
    }
    perform(world.node, "group_keep", {"officer": HEAD, "data": encode_bytes(json.dumps(group).encode())})


def test_w71_who_gets_it_is_shown_and_nothing_is_sent_by_looking(world: DeskWorld) -> None:
    before = len(messages(world))
    text = look(world.browser(), to_1="XA-NCB, RC", information_1="GS/members", instrument="police-data-agreement")
    assert "1 body gets it" in text
    assert "1 is refused and left out" in text
    assert re.search(r"RC.*not sent.*M2\.3", text, re.DOTALL)
    assert re.search(r"GS/members:member.*XA-NCB", text, re.DOTALL)
    assert seen_in(text) == world.bureau.network.id("XA-NCB")
    # What was written stands in the form again.
    assert 'value="Vessel at pier 3"' in text
    assert "Did it leave?" in text
    assert len(messages(world)) == before


def test_w71_sent_is_what_was_shown_for_action_and_for_information(world: DeskWorld) -> None:
    browser, before = world.browser(), len(messages(world))
    keep_group(world, "RC", "GS")
    text = look(browser, to_1="XA-NCB", information_1="XB-NCB/coast")
    fields = {**LETTER, "to.1": "XA-NCB", "information.1": "XB-NCB/coast", "shown": seen_in(text)}
    form = {**browser.frame(PAGE), **fields}
    answers = [browser.post(PAGE, form) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == ["/desk/messages?done=messages_sent"] * 2
    sent = messages(world)[: len(messages(world)) - before]
    assert {(one["recipient"]["code"], one["for_action"]) for one in sent} == {
        ("XA-NCB", True),
        ("GS", False),
        ("RC", False),
    }
    row = next(one for one in world.node.trail.latest(20) if one.act.verb == "send_message")
    assert row.act.detail["groups"] == [f"{world.bureau.network.id('XB-NCB')}/coast:member version 1"]
    # The next message begins empty.
    assert "Did it leave?" not in browser.get(PAGE).text


def test_w71_a_group_that_changed_meanwhile_gives_the_form_back_with_who_gets_it_now(world: DeskWorld) -> None:
    browser, before = world.browser(), len(messages(world))
    keep_group(world, "GS")
    seen = seen_in(look(browser, information_1="XB-NCB/coast"))
    keep_group(world, "GS", "XA-NCB")
    late = browser.send(PAGE, PAGE, {**LETTER, "information.1": "XB-NCB/coast", "shown": seen})
    assert late.status_code == 409
    assert "2 bodies get it" in late.text
    assert "Did it leave?" in late.text
    assert len(messages(world)) == before
    done = browser.send(PAGE, PAGE, {**LETTER, "information.1": "XB-NCB/coast", "shown": seen_in(late.text)})
    assert done.status_code == 303
    assert len(messages(world)) == before + 2


@pytest.mark.parametrize("to", ["", "XX-NCB", "GS/absent", "GS/members:king", "XB-NCB", "<b>"])
def test_w71_a_name_that_is_nobodys_gives_the_form_back(world: DeskWorld, to: str) -> None:
    browser = world.browser()
    answer = browser.send(PAGE, LOOK, {**LETTER, "to.1": to, "shown": ""})
    assert answer.status_code == 400
    assert 'class="faults"' in answer.text
    assert "Did it leave?" in answer.text
    assert "<b>" not in answer.text


def test_w71_urgencies_stand_with_their_conditions(world: DeskWorld) -> None:
    for page in (PAGE, "/desk/messages/new"):
        text = world.browser().get(page).text
        assert "within 4 hours" in text
        assert "in danger now" in text


def test_w71_addressees_see_each_other_and_answer_all(world: DeskWorld) -> None:
    browser = world.browser()
    for given in ({}, {"keeps_list": "yes"}):
        fields = {**LETTER, "to.1": "XA-NCB", "information.1": "RC", "subject": f"Told {len(given)}"}
        text = look(browser, to_1="XA-NCB", information_1="RC")
        assert browser.send(PAGE, PAGE, {**fields, **given, "shown": seen_in(text)}).status_code == 303
    kept, told = (next(one for one in messages(world) if one["subject"] == f"Told {place}") for place in (1, 0))
    shown = browser.get(f"/desk/messages/{told['id']}").text
    assert re.search(r"Each of them was told of all.*XA-NCB.*RC", shown, re.DOTALL)
    assert "Each of them was told of all" not in browser.get(f"/desk/messages/{kept['id']}").text
    begun = browser.get(f"/desk/circular?answers={told['id']}").text
    assert re.search(r'name="to.1" value="XA-NCB"', begun)
    assert re.search(r'name="information.1" value="RC"', begun)
    assert f'name="answers" value="{told["id"]}"' in begun
    assert browser.get("/desk/circular?answers=message-nobody").status_code == 404
    # What was looked at is kept for this answer, and a new message is none to it.
    looked = browser.send(PAGE, LOOK, {**LETTER, "to.1": "XA-NCB", "answers": told["id"], "shown": ""})
    assert looked.headers["location"] == f"{PAGE}?answers={told['id']}"
    assert "Did it leave?" in browser.get(looked.headers["location"]).text
    new = browser.get(PAGE).text
    assert "Did it leave?" not in new
    assert told["id"] not in new


def test_w107_lines_for_names_stand_open_as_far_as_they_hold_something_and_two_at_least(world: DeskWorld) -> None:
    folded = re.compile(r'<details class="more"><summary>More lines</summary>(.*?)</details>', re.DOTALL)
    lines = re.compile(r'name="((?:to|information)\.\d)"')
    text = world.browser().get(PAGE).text
    assert [lines.findall(one) for one in folded.findall(text)] == [
        ["to.3", "to.4", "to.5"],
        ["information.3", "information.4", "information.5"],
    ]
    text = look(world.browser(), to_1="XA-NCB", information_4="GS")
    assert [lines.findall(one) for one in folded.findall(text)] == [["to.3", "to.4", "to.5"], ["information.5"]]


def test_a_file_is_kept_for_a_message_to_several_that_is_not_written_yet(world: DeskWorld) -> None:
    browser = world.browser()
    fields = {**dict.fromkeys(LETTER, ""), "subject": "Vessel", "to.1": ""}
    answer = browser.send(PAGE, "/desk/circular/files", fields, files={"file": ("pier.jpg", JPEG)})
    assert answer.headers["location"] == PAGE
    text = browser.get(PAGE).text
    assert "pier.jpg" in text
    assert 'value="Vessel"' in text
