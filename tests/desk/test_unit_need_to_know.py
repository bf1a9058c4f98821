"""What an officer of a limited unit learns by other ways than the record itself: cases, messages, the trail (D11, C18)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from entente.bodies.model import Compromise
from entente.exchange.model import EXPIRY_DAYS
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, KeyId, OfficerId
from entente.trail.proving import judge_file
from entente.verbs import keys, perform
from tests.support.desk_world import DeskWorld
from tests.support.limited_units import BRANCH, BRANCH_HEAD, answering, limit, open_units, refused, signed_in
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

OPENS = open_units
pytestmark = pytest.mark.usefixtures("units_left_open")


def of_case(world: DeskWorld, officer: str) -> Any:  # noqa: ANN401 - an answer
    return perform(world.node, "case_show", {"officer": officer, "number": world.bureau.case})


def test_c18_lines_and_decisions_on_a_record_that_the_unit_may_not_see_are_not_in_the_case(world: DeskWorld) -> None:
    hit, before = world.bureau.hit, of_case(world, BRANCH)
    assert hit in {one["subject"] for one in before["events"]}
    assert [one["item"] for one in before["decisions"]] == [hit]
    assert before == of_case(world, DUTY)
    limit(world, kinds=["vehicle"])
    after = of_case(world, BRANCH)
    assert after["decisions"] == []
    assert after["events"] == [one for one in before["events"] if one["subject"] != hit]
    assert hit not in json.dumps(after)
    assert "XA-NCB/w-1" not in json.dumps(after)
    assert of_case(world, DUTY) == before
    page = signed_in(world, BRANCH).get(f"/desk/cases/{world.bureau.case}").text
    printed = signed_in(world, BRANCH).get(f"/desk/cases/{world.bureau.case}/print").text
    for text in (page, printed):
        assert hit not in text
        assert "XA-NCB/w-1" not in text


def test_c18_message_that_answers_an_item_out_of_reach_is_as_absent_and_so_is_what_answers_it(world: DeskWorld) -> None:
    message = answering(world, world.bureau.hit)
    further = answering(world, message)
    listed: JsonObject = {"officer": BRANCH, "case": world.bureau.case}

    def seen() -> set[str]:
        answer: Any = perform(world.node, "message_list", listed)
        return {one["id"] for one in answer["messages"]} & {message, further}

    assert seen() == {message, further}
    limit(world, kinds=["vehicle"])
    assert seen() == set()
    for verb, more in (("message_show", {}), ("message_recall", {"reason": "An error."})):
        absent = refused(world, verb, {"officer": BRANCH, "id": "message-0", **more})
        assert absent.startswith("NotFound")
        for one in (message, further):
            assert refused(world, verb, {"officer": BRANCH, "id": one, **more}) == absent
    assert {message, further}.isdisjoint(one["subject"] for one in of_case(world, BRANCH)["events"])
    shown: Any = perform(world.node, "message_show", {"officer": DUTY, "id": message})
    assert shown["message"]["answers"] == world.bureau.hit


def test_m28_message_to_several_that_answers_an_item_out_of_reach_is_neither_recalled_nor_counted(
    world: DeskWorld,
) -> None:
    given: JsonObject = {
        "officer": DUTY, "to": ["XA-NCB"], "information": ["RC"], "instrument": "charter", "subject": "The man of the hit",
        "text": "It is he.", "answers": world.bureau.hit,
    }  # fmt: skip
    sent: Any = perform(world.node, "message_circulate", given)
    named = [one["id"] for one in sent["messages"]]
    seen: Any = perform(world.node, "message_addressees", {"officer": BRANCH, "id": named[0]})
    assert seen["of"] == 2
    limit(world, kinds=["vehicle"])
    acts: list[tuple[str, JsonObject]] = [
        ("message_addressees", {}),
        ("message_recall_several", {"reason": "An error."}),
        ("message_recall_several", {"reason": "An error.", "bodies": ["XA-NCB"]}),
        ("message_recall_several", {"reason": "An error.", "bodies": ["XB-NCB"]}),
    ]
    for verb, more in acts:
        absent = refused(world, verb, {"officer": BRANCH, "id": "message-0", **more})
        assert absent.startswith("NotFound")
        for one in named:
            assert refused(world, verb, {"officer": BRANCH, "id": one, **more}) == absent
    browser = signed_in(world, BRANCH)
    assert {browser.get(f"/desk/messages/{one}").status_code for one in named} == {404}
    form = {**browser.frame("/desk/messages/new"), "reason": "An error."}
    assert browser.post(f"/desk/messages/{named[0]}/recall-all", form).status_code == 404
    still: Any = perform(world.node, "message_addressees", {"officer": DUTY, "id": named[0]})
    assert still["counts"] == {"waiting": 2}


def test_d11_consultation_about_a_record_out_of_reach_is_hidden_as_a_request_is(world: DeskWorld) -> None:
    asking: JsonObject = {
        "officer": DUTY, "record": "XA-NCB/w-1", "kind": "wanted_person", "instrument": AGREEMENT_NAME, "purpose": "identify",
        "crime_area": "fugitives", "case": world.bureau.case,
    }  # fmt: skip
    perform(world.node, "record_consult", asking)
    consult = next(row.act.subject for row in world.node.trail.latest(20) if row.act.verb == "consult_record")
    limit(world, kinds=["vehicle"])
    with world.node.correspondence.open_view() as view:
        assert world.node.correspondence.hidden_among(view, {consult}, OfficerId(BRANCH)) == {consult}
    assert consult not in json.dumps(of_case(world, BRANCH))
    assert consult in json.dumps(of_case(world, DUTY))


def rows_for(world: DeskWorld, officer: str, **given: Any) -> Any:  # noqa: ANN401 - verbs' arguments and answer
    return perform(world.node, "trail_show", {"officer": officer, "limit": 1000, **given})["rows"]


def test_d11_rows_on_what_the_unit_may_not_see_keep_their_place_and_say_nothing_of_it(world: DeskWorld) -> None:
    hit = world.bureau.hit
    rows = rows_for(world, HEAD)
    row = next(one for one in rows if one["subject"] == hit)
    assert rows_for(world, BRANCH_HEAD) == rows
    limit(world, kinds=["vehicle"])
    everything, seen = rows_for(world, HEAD), rows_for(world, BRANCH_HEAD)
    assert row in everything
    assert [one["sequence"] for one in seen] == [one["sequence"] for one in everything]
    kept = next(one for one in seen if one["sequence"] == row["sequence"])
    assert kept == {**row, "subject": "", "subject_name": "", "detail": {}, "is_withheld": True}
    assert hit not in json.dumps(seen)
    assert "/w-1" not in json.dumps(seen)
    # What is not about a record out of reach is read as before.
    assert [one for one in seen if one["verb"] == "open_case"] == [
        one for one in everything if one["verb"] == "open_case"
    ]
    for about in (hit, "XA-NCB/w-1"):
        assert rows_for(world, HEAD, about=about)
        for more in ({}, {"act": "confirm_hit"}):
            nothing = perform(world.node, "trail_show", {"officer": BRANCH_HEAD, "about": "hit-0", **more})
            assert perform(world.node, "trail_show", {"officer": BRANCH_HEAD, "about": about, **more}) == nothing
    page = signed_in(world, BRANCH_HEAD, "head_of_body").get("/desk/trail?act=confirm_hit").text
    assert hit not in page
    assert "not for your unit" in page


def test_d11_proof_of_a_case_has_the_leaf_alone_of_what_the_unit_may_not_see_and_proves(world: DeskWorld) -> None:
    def proved(officer: str) -> Any:  # noqa: ANN401 - an answer
        answer: Any = perform(world.node, "trail_export", {"officer": officer, "case": world.bureau.case})
        return answer["case_proof"]

    limit(world, kinds=["vehicle"])
    whole, less = proved(HEAD), proved(BRANCH_HEAD)
    assert world.bureau.hit in json.dumps(whole)
    assert world.bureau.hit not in json.dumps(less)
    # The second file has one row more: that the first was made.
    for one, other in zip(whole["rows"], less["rows"], strict=False):
        assert (other["sequence"], other["leaf"]) == (one["sequence"], one["leaf"])
        names_it = any(said in json.dumps(one["content"]) for said in (world.bureau.hit, "/w-1"))
        assert other["content"] is None if names_it else other["content"] in (one["content"], None)
    assert {"open_case", "send_message"} <= {one["content"]["verb"] for one in less["rows"] if one["content"]}
    found = judge_file(less, BodyId(less["body"]), None, world.node.clock.now(), world.node.lists.countries)
    assert (found.is_sound, found.rows) == (True, len(less["rows"]))
    assert found.erased == sum(one["content"] is None for one in less["rows"])


def open_on_the_sheet(world: DeskWorld, officer: str) -> list[str]:
    answer: Any = perform(world.node, "shift_sheet", {"officer": officer, "id": world.bureau.shift})
    assert answer["is_whole"]
    return [one["id"] for one in answer["sheet"]["open"]]


def test_d11_sheet_that_another_unit_wrote_is_shown_without_what_is_out_of_reach(world: DeskWorld) -> None:
    everything = open_on_the_sheet(world, DUTY)
    assert world.bureau.hit_came in everything
    assert open_on_the_sheet(world, BRANCH) == everything
    limit(world, kinds=["vehicle"])
    assert open_on_the_sheet(world, DUTY) == everything
    with world.node.correspondence.open_view() as view:
        hidden = world.node.correspondence.hidden_among(view, everything, OfficerId(BRANCH))
    assert world.bureau.hit_came in hidden
    assert open_on_the_sheet(world, BRANCH) == [one for one in everything if one not in hidden]


def test_d11_doubts_about_a_bodys_keys_name_no_record_out_of_reach(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = BodyId(world.bureau.network.id("XA-NCB"))
    since = world.node.clock.now() - timedelta(days=3_650)
    monkeypatch.setattr(keys, "compromises", lambda *_: [Compromise(source, 1, KeyId("0" * 16), since)])

    def items_for(officer: str) -> list[Any]:
        answer: Any = perform(world.node, "body_doubts", {"officer": officer, "body": "XA-NCB"})
        return list(answer["declared"][0]["items"])

    before = items_for(BRANCH_HEAD)
    assert {one["subject_name"] for one in before} >= {"XA-NCB/w-1"}
    limit(world, kinds=["vehicle"])
    after = items_for(BRANCH_HEAD)
    assert [one["row"] for one in after][-len(before) :] == [one["row"] for one in before], "each row is there still"
    assert "w-1" not in json.dumps(after)
    assert {one["subject_name"] for one in items_for(HEAD)} >= {"XA-NCB/w-1"}


def test_m29_message_that_failed_and_answers_an_item_out_of_reach_waits_for_nobody_of_the_unit(
    world: DeskWorld,
) -> None:
    message = answering(world, world.bureau.hit)
    world.bureau.network.clock.move(days=EXPIRY_DAYS + 1)
    world.node.exchange.tend()

    def waiting_for(officer: str) -> bool:
        answer: Any = perform(world.node, "waiting_list", {"officer": officer})
        return message in {one["id"] for one in answer["failed"]}

    assert waiting_for(BRANCH)
    limit(world, kinds=["vehicle"])
    assert waiting_for(DUTY)
    assert not waiting_for(BRANCH)
    assert message not in signed_in(world, BRANCH).get("/desk/").text
    given: JsonObject = {"officer": BRANCH}
    absent = refused(world, "message_note_failure", {**given, "id": "message-0"})
    assert refused(world, "message_note_failure", {**given, "id": message}) == absent
    perform(world.node, "message_note_failure", {"officer": DUTY, "id": message})
    assert not waiting_for(DUTY)
