"""Small things that tell of what may not be known: an error, a count, a kind that an open page is told (D11, C8, C18)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from entente.duty.calls import Call, CallGround, CallKind, CallStep, Needed, StepState
from entente.duty.model import DutyFunction
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import from_json
from entente.verbs import perform
from entente.web.desk.live import kept_for_now
from tests.support.api_world import UNIT
from tests.support.desk_stream import streaming
from tests.support.desk_world import COOKIE, Browser, DeskWorld
from tests.support.limited_units import (
    BRANCH,
    BRANCH_HEAD,
    OCCASION,
    WHY,
    answering,
    leave_open,
    limit,
    open_units,
    refused,
    signed_in,
)
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

PART: JsonObject = {"title": "A part", "crime_area": "fugitives", "reason": "Two."}


OPENS = open_units
pytestmark = pytest.mark.usefixtures("units_left_open")


def as_it_stands(world: DeskWorld, number: str) -> JsonObject:
    """Return a case's number, with the version that its officer saw."""
    shown: Any = perform(world.node, "case_show", {"officer": DUTY, "number": number})
    return {"number": number, "version": shown["case"]["version"]}


def test_c19_splitting_a_case_answers_for_an_item_out_of_reach_as_for_none(world: DeskWorld) -> None:
    hit, given = (
        world.bureau.hit,
        {**as_it_stands(world, world.bureau.case), **PART},
    )

    def said(officer: str, item: str) -> str:
        return refused(world, "case_split", {"officer": officer, **given, "items": [item]}).replace(item, "…")

    limit(world, kinds=["vehicle"])
    assert said(BRANCH, hit) == said(BRANCH, "hit-0")
    made: Any = perform(world.node, "case_split", {"officer": DUTY, **given, "items": [hit]})
    shown: Any = perform(world.node, "case_show", {"officer": DUTY, "number": made["case"]["number"]})
    assert hit in {one["subject"] for one in shown["events"]}


def test_d11_journal_and_sheet_count_nothing_that_their_reader_may_not_know_of(world: DeskWorld) -> None:
    def seen(officer: str, shift: str) -> tuple[dict[str, int], int]:
        answer: Any = perform(world.node, "shift_show", {"officer": officer, "id": shift})
        return answer["done"], len(answer["lines"])

    def on_sheet(officer: str, shift: str) -> dict[str, int]:
        answer: Any = perform(world.node, "shift_sheet", {"officer": officer, "id": shift})
        assert answer["is_whole"]
        done: dict[str, int] = answer["sheet"]["done"]
        return done

    begun: Any = perform(world.node, "shift_begin", {"officer": BRANCH})
    given: JsonObject = {"officer": DUTY, "title": "Of a team", "crime_area": "fugitives"}
    opened: Any = perform(world.node, "case_open", given)
    answering(world, world.bureau.hit)
    shift = begun["shift"]["id"]
    before, lines = seen(BRANCH, shift)
    assert (before["send_message"], before["open_case"]) == (1, 1)
    assert lines == sum(before.values())
    perform(
        world.node, "case_team", {"officer": DUTY, "number": opened["case"]["number"], "team": [DUTY], "version": 1}
    )
    limit(world, kinds=["vehicle"])
    after = {verb: times for verb, times in before.items() if verb not in {"send_message", "open_case"}}
    assert seen(BRANCH, shift) == (after, lines - 2)
    leave_open(world)
    perform(world.node, "shift_hand_over", {"officer": BRANCH})
    written = on_sheet(DUTY, shift)
    assert "open_case" not in written
    assert written["send_message"] == 1
    limit(world, kinds=["vehicle"])
    assert "send_message" not in on_sheet(BRANCH, shift)
    assert on_sheet(DUTY, shift) == written


def test_d11_call_about_what_the_unit_may_not_see_is_as_none_but_to_whom_it_went(world: DeskWorld) -> None:
    def put(number: int, ground: CallGround, *called: str) -> None:
        needed = Needed(world.bureau.hit_came, CallKind.HIT, ground, "", None)
        steps = tuple(
            CallStep("entry", OfficerId(one), DutyFunction.DUTY_OFFICER, now, now, StepState.SENT) for one in called
        )
        with world.node.duty.calling.open_unit() as unit:
            unit.duty.put_call(Call(number, needed, now, steps))
            unit.commit()

    def listed(officer: str, limit: int = 10) -> list[tuple[int, str]]:
        answer: Any = perform(world.node, "call_list", {"officer": officer, "limit": limit})
        return [(one["number"], one["item"]) for one in answer["calls"]]

    def counted(officer: str) -> int:
        answer: Any = perform(world.node, "shift_show", {"officer": officer})
        count: int = answer["calls"]
        return count

    now, came = world.node.clock.now(), world.bureau.hit_came
    put(1, CallGround.WANTED_HIT, BRANCH)
    put(2, CallGround.DEADLINE)
    assert (listed(BRANCH), counted(BRANCH)) == ([(2, came), (1, came)], 2)
    limit(world, kinds=["vehicle"])
    assert (listed(BRANCH), counted(BRANCH)) == ([(1, "")], 1)
    assert listed(BRANCH, 1) == [(1, "")]
    assert (listed(DUTY), counted(DUTY)) == ([(2, came), (1, came)], 2)
    none, hidden = (refused(world, "call_acknowledge", {"officer": BRANCH, "number": one}) for one in (3, 2))
    assert none == hidden
    assert refused(world, "call_acknowledge", {"officer": BRANCH, "number": 1}).startswith("Conflict")


def test_d11_open_page_is_told_nothing_of_what_its_officers_unit_may_not_see(world: DeskWorld) -> None:
    async def told_when(act: Callable[[], object]) -> list[list[str]]:
        """Return what the pages of an officer of the unit, and of one without a unit, are told of an act."""
        async with AsyncExitStack() as streams:
            opened = [
                await streams.enter_async_context(
                    streaming(world.app, str(one.http.cookies[COOKIE]), {"kinds": "message,duty", "from": stamp})
                )
                for one, stamp in pages
            ]
            await asyncio.to_thread(act)
            await asyncio.to_thread(step)
            await opened[1].wait(lambda: bool(opened[1].told()))
            await asyncio.sleep(0.05)
            return [sorted({kind for kinds in one.told() for kind in kinds}) for one in opened]

    def step() -> None:
        while world.desk.changes.step():
            pass

    def call() -> None:
        """Have a row say that somebody was called for what is out of the unit's reach."""
        with world.node.duty.calling.open_unit() as unit:
            world.node.directory.record(
                unit, Act("page_officer", unit.bodies.own().id, "node", world.bureau.hit_came, {})
            )
            unit.commit()

    def begin() -> list[tuple[Browser, str]]:
        found = []
        for officer in (BRANCH, DUTY):
            browser = signed_in(world, officer)
            stamp = re.search(r'data-stamp="([^"]*)"', browser.get("/desk/").text)
            assert stamp is not None
            found.append((browser, stamp[1]))
        step()
        return found

    limit(world, kinds=["vehicle"])
    for act, kind in ((lambda: answering(world, world.bureau.hit), "message"), (call, "duty")):
        pages = begin()
        assert asyncio.run(told_when(act)) == [[], [kind]]
        limit(world)
        pages = begin()
        assert asyncio.run(told_when(act)) == [[kind], [kind]]
        limit(world, kinds=["vehicle"])
    pages = begin()
    assert asyncio.run(told_when(lambda: answering(world, ""))) == [["message"], ["message"]]


def asked_for(world: DeskWorld, officer: str, local_id: str) -> str:
    """Ask the source for a record; return the id of the request."""
    given: JsonObject = {
        "officer": officer, "record": f"XA-NCB/{local_id}", "kind": "wanted_person", "instrument": AGREEMENT_NAME, **WHY,
        "case": world.bureau.case,
    }  # fmt: skip
    answer: Any = perform(world.node, "request_ask", given)
    return str(answer["request"]["id"])


def test_d12_own_question_for_a_record_is_the_same_to_its_unit_whether_the_record_is_here(world: DeskWorld) -> None:
    limit(world, confidentiality="official_use")
    for local_id in ("w-1", "w-none"):
        assert refused(world, "record_show", {"officer": BRANCH, "record": f"XA-NCB/{local_id}", **WHY}).startswith(
            "NotF"
        )
    here, absent = asked_for(world, BRANCH, "w-1"), asked_for(world, BRANCH, "w-none")

    def seen(officer: str, *ids: str) -> list[set[str]]:
        """Return which of some requests are listed, shown, and in the case's chronology."""
        listed: Any = perform(world.node, "request_list", {"officer": officer})
        file: Any = perform(world.node, "case_show", {"officer": officer, "number": world.bureau.case})
        shown = set()
        for one in ids:
            try:
                perform(world.node, "request_show", {"officer": officer, "id": one})
            except NotFound:
                continue
            shown.add(one)
        found = {one["id"] for one in listed["requests"]}, shown, {one["subject"] for one in file["events"]}
        return [one & set(ids) for one in found]

    for officer in (BRANCH, BRANCH_HEAD, DUTY):
        assert seen(officer, here, absent) == [{here, absent}] * 3
    # What somebody asked who knows the record says something of it, and so does what they asked of one that is not here.
    here, absent = asked_for(world, DUTY, "w-1"), asked_for(world, DUTY, "w-none")
    assert seen(BRANCH, here, absent) == [set()] * 3
    assert seen(DUTY, here, absent) == [{here, absent}] * 3
    limit(world)
    assert seen(BRANCH, here, absent) == [{here, absent}] * 3


def test_d12_trail_withholds_rows_on_a_record_out_of_reach_as_those_on_one_that_is_not_here(world: DeskWorld) -> None:
    def rows(**about: Any) -> Any:  # noqa: ANN401 - verbs' arguments and answer
        return perform(world.node, "trail_show", {"officer": BRANCH_HEAD, **about})["rows"]

    limit(world, confidentiality="official_use")
    for local_id in ("w-1", "w-none"):
        assert refused(world, "record_show", {"officer": BRANCH, "record": f"XA-NCB/{local_id}", **WHY}).startswith(
            "NotF"
        )
    other, one = rows(limit=2)
    assert (one["verb"], one["officer"]) == (other["verb"], other["officer"]) == ("show_record", BRANCH)
    assert [{**row, "sequence": 0, "at": "", "root": ""} for row in (one, other)].count(
        {**one, "sequence": 0, "at": "", "root": ""}
    ) == 2
    for local_id in ("w-1", "w-none"):
        assert rows(about=f"XA-NCB/{local_id}") == []
    # Nor is a withheld row said to be about a case by being found under it.
    answering(world, world.bureau.hit)
    held: Any = perform(world.node, "record_show", {"officer": DUTY, "record": "XA-NCB/w-1", **WHY})
    name = next(one["value"] for one in held["record"]["facts"] if one["property"] == "name")
    perform(world.node, "search", {"officer": DUTY, "names": [name], **WHY, "case": world.bureau.case})
    searched: JsonObject = {"officer": HEAD, "about": world.bureau.case, "act": "search"}
    assert "/w-1" in json.dumps(perform(world.node, "trail_show", searched)["rows"])
    assert not [row for row in rows(about=world.bureau.case, limit=100) if row["is_withheld"]]
    assert not [row for row in rows(about=world.bureau.case, act="search") if row["is_withheld"]]


def test_d11_sealed_query_of_a_row_that_is_withheld_is_as_none(world: DeskWorld) -> None:
    overseer = "xb-branch-dpo"
    given: JsonObject = {"officer": HEAD, "id": overseer, "roles": ["data_protection_officer"], "unit": UNIT}
    perform(world.node, "officer_add", given)
    held: Any = perform(world.node, "record_show", {"officer": DUTY, "record": "XA-NCB/w-1", **WHY})
    name = next(one["value"] for one in held["record"]["facts"] if one["property"] == "name")
    found: Any = perform(world.node, "search", {"officer": DUTY, "names": [name], **OCCASION})
    row = found["trail_sequence"]
    assert perform(world.node, "trail_query", {"officer": overseer, "row": row})
    limit(world, kinds=["vehicle"])
    none = refused(world, "trail_query", {"officer": overseer, "row": 1})
    assert refused(world, "trail_query", {"officer": overseer, "row": row}) == none


def test_d12_hit_on_a_record_that_was_erased_stays_out_of_reach(world: DeskWorld) -> None:
    hit = world.bureau.hit_came
    given: JsonObject = {"officer": BRANCH, "id": hit}
    record = str(perform(world.node, "hit_show", {**given, "officer": DUTY})["hit"]["name"])  # type: ignore[index, call-overload]
    limit(world, kinds=["vehicle"])
    assert refused(world, "hit_show", given).startswith("NotFound")
    perform(world.node, "record_erase", {"officer": HEAD, "record": record, "reason": "unlawful"})
    assert refused(world, "hit_show", given).startswith("NotFound")
    assert perform(world.node, "hit_show", {**given, "officer": DUTY})


def test_d9_what_rests_on_a_record_that_no_role_is_cleared_for_goes_with_it(world: DeskWorld) -> None:
    hit, border, analyst = world.bureau.hit, "xb-border", "xb-analyst"
    for officer, role in ((border, "border_officer"), (analyst, "analyst")):
        perform(world.node, "officer_add", {"officer": HEAD, "id": officer, "roles": [role]})

    def listed(officer: str) -> bool:
        found: Any = perform(world.node, "hit_list", {"officer": officer})
        return hit in {one["id"] for one in found["hits"]}

    # The record is restricted: the analyst is cleared for it, the border officer is not.
    assert refused(world, "record_show", {"officer": border, "record": "XA-NCB/w-1", **WHY}).startswith("NotFound")
    assert (listed(DUTY), listed(border)) == (True, False)
    none = refused(world, "hit_show", {"officer": border, "id": "hit-0"})
    kept_for = kept_for_now(world.node, [hit])[hit]
    assert kept_for.roles is not None
    assert {"duty_officer", "analyst"} <= kept_for.roles
    assert "border_officer" not in kept_for.roles
    assert refused(world, "hit_show", {"officer": border, "id": hit}) == none
    for officer, knows in ((analyst, True), (border, False)):
        file: Any = perform(world.node, "case_show", {"officer": officer, "number": world.bureau.case})
        assert (hit in json.dumps(file)) is knows


def test_c8_d11_what_is_held_is_told_counted_and_decided_by_whom_it_may_be_known_alone(world: DeskWorld) -> None:
    """The last here: the suspension stands from then on."""
    given: JsonObject = {"officer": DUTY, "title": "Of a team", "crime_area": "fugitives"}
    opened: Any = perform(world.node, "case_open", given)
    number = opened["case"]["number"]
    letter: JsonObject = {"officer": DUTY, "to": "XA-NCB", "instrument": AGREEMENT_NAME, "text": "x"}
    sent: list[Any] = [
        perform(world.node, "message_send", {**letter, "subject": "S", **more})
        for more in ({"answers": world.bureau.hit}, {"case": number}, {})
    ]
    of_hit, of_case, of_all = (one["message"]["id"] for one in sent)
    terms: JsonObject = {
        "officer": HEAD, "instrument": AGREEMENT_NAME, "toward": ["XA-NCB"], "direction": "both", "decided_by": "The head",
        "document": "Order 1", "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    drafted: Any = perform(world.node, "suspend_draft", terms)
    signed = world.bureau.network.sign_by_heads("XB-NCB", from_json(drafted["statement"])).to_json()
    perform(world.node, "instrument_submit", {"officer": HEAD, "statement": signed})
    world.bureau.network.deliver()

    def seen(officer: str) -> tuple[set[str], int]:
        answer: Any = perform(world.node, "exchange_held", {"officer": officer})
        return {one["about"] for one in answer["held"]} & {of_hit, of_case, of_all}, answer["of"]

    whole, count = seen(DUTY)
    assert whole == {of_hit, of_case, of_all}
    assert seen(BRANCH) == (whole, count)
    perform(world.node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY], "version": 1})
    assert seen(BRANCH) == ({of_hit, of_all}, count - 1)
    limit(world, kinds=["vehicle"])
    known, left = seen(BRANCH)
    assert known == {of_all}
    assert of_hit not in signed_in(world, BRANCH).get("/desk/held").text
    every: Any = perform(world.node, "exchange_held", {"officer": DUTY})
    numbers = {one["about"]: one["number"] for one in every["held"]}
    for verb, more in (("exchange_release", {}), ("exchange_drop", {"reason": "An error."})):
        none = refused(world, verb, {"officer": BRANCH, "number": 999_999, **more})
        assert none.startswith("NotFound")
        for one in (of_hit, of_case):
            assert refused(world, verb, {"officer": BRANCH, "number": numbers[one], **more}) == none
    released: Any = perform(world.node, "exchange_release_all", {"officer": BRANCH, "to": "XA-NCB"})
    assert released["released"] == left
    assert {of_hit, of_case} <= seen(DUTY)[0]
    assert perform(world.node, "exchange_drop", {"officer": DUTY, "number": numbers[of_hit], "reason": "An error."})
