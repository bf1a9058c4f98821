"""What a suspension holds is listed a page at a time, counted by body, and let go for one body at once (X20, W132)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from entente.exchange import deciding
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.statement import from_json
from entente.verbs import perform
from entente.web.desk import held_pages
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

COLLEAGUE = "duty-2"
HELD = "/desk/held"
MESSAGES = 5


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network, with two messages to XA of a case that the colleague does not know of, three more, and one to GS."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": COLLEAGUE, "roles": ["duty_officer"]})
        case: Any = perform(opened.node, "case_open", {"officer": DUTY, "title": "A team's", "crime_area": "fugitives"})
        number = case["case"]["number"]
        perform(opened.node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY], "version": 1})
        letter: JsonObject = {"officer": DUTY, "instrument": AGREEMENT_NAME, "text": "x"}
        for place in range(MESSAGES):
            of: JsonObject = {"case": number} if place < 2 else {}
            perform(opened.node, "message_send", {**letter, "to": "XA-NCB", "subject": f"Gate {place}", **of})
        perform(opened.node, "message_send", {**letter, "to": "GS", "subject": "To the secretariat"})
        suspend(opened)
        opened.bureau.network.deliver()
        yield opened


def suspend(world: DeskWorld) -> None:
    terms: JsonObject = {
        "officer": HEAD, "instrument": AGREEMENT_NAME, "toward": ["XA-NCB", "GS"], "direction": "both",
        "decided_by": "The head", "document": "Order 1", "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    drafted: Any = perform(world.node, "suspend_draft", terms)
    signed = world.bureau.network.sign_by_heads("XB-NCB", from_json(drafted["statement"])).to_json()
    perform(world.node, "instrument_submit", {"officer": HEAD, "statement": signed})


def listed(world: DeskWorld, officer: str = DUTY, **narrowed: Any) -> Any:  # noqa: ANN401 - an answer
    return perform(world.node, "exchange_held", {"officer": officer, **narrowed})


def shown(browser: Browser, path: str = HELD) -> list[int]:
    return [int(number) for number in re.findall(r'data-key="([0-9]+)"', browser.get(path).text)]


@pytest.mark.parametrize("at_once", [1, 2, 5_000])
def test_x20_held_statements_follow_page_by_page_and_are_counted_by_body(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(deciding, "NOTES_AT_ONCE", at_once)
    whole = listed(world)
    numbers = [one["number"] for one in whole["held"]]
    to_xa = [one["number"] for one in whole["held"] if one["to"]["code"] == "XA-NCB"]
    assert (len(numbers), whole["of"], whole["next_after"]) == (whole["of"], whole["of"], None)
    assert {one["body"]["code"]: one["held"] for one in whole["bodies"]} == {"XA-NCB": len(to_xa), "GS": 1}
    assert [one["body"]["code"] for one in whole["bodies"]] == ["XA-NCB", "GS"]
    for narrowed, wanted in (({}, numbers), ({"to": "XA-NCB"}, to_xa)):
        found: list[int] = []
        after: int | None = 0
        while after is not None:
            page = listed(world, **narrowed, limit=2, after=after)
            assert page["of"] == whole["of"]
            found += [one["number"] for one in page["held"]]
            after = page["next_after"]
        assert found == wanted
    assert listed(world, to="RC")["held"] == []
    with pytest.raises(Invalid):
        listed(world, to="no such body")


def test_c8_what_an_officer_may_not_know_of_takes_no_place_and_is_not_counted(world: DeskWorld) -> None:
    whole, known = listed(world), listed(world, COLLEAGUE)
    assert known["of"] == whole["of"] - 2
    (first,) = listed(world, COLLEAGUE, to="XA-NCB", limit=1)["held"]
    assert first["number"] == known["held"][0]["number"]
    assert [one["held"] for one in known["bodies"]] == [whole["bodies"][0]["held"] - 2, 1]


def test_w132_page_is_narrowed_goes_on_and_lets_go_what_is_held_for_one_body(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_pages, "ON_A_PAGE", 3)
    browser = world.browser()
    every = [one["number"] for one in listed(world)["held"]]
    first = browser.get(HELD).text
    following = re.search(r'href="(/desk/held\?[^"]*)" rel="next"', first)
    assert following is not None
    assert shown(browser) == every[:3]
    assert shown(browser, following[1].replace("&amp;", "&")) == every[3:6]
    assert shown(browser, f"{HELD}?to=GS") == [one["number"] for one in listed(world, to="GS")["held"]]
    # What nobody offers is no choice: the whole list.
    for odd in ("to=no+such", "after=x", "after=" + "9" * 40, "to=%00"):
        assert shown(browser, f"{HELD}?{odd}") == every[:3]
    assert browser.send(HELD, f"{HELD}/release-all", {"to": ""}).status_code == 400
    frame = browser.frame(HELD)
    assert browser.post(f"{HELD}/release-all", {**frame, "to": "no such"}).status_code == 400
    sent = browser.post(f"{HELD}/release-all", {**browser.frame(HELD), "to": "GS"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{HELD}?done=held_all_released")
    assert "in the queue again" in browser.get(sent.headers["location"]).text
    assert {one["body"]["code"] for one in listed(world)["bodies"]} == {"XA-NCB"}
    # The suspension stands: at the door it is judged again, and held again.
    world.bureau.network.deliver()
    assert {one["body"]["code"] for one in listed(world)["bodies"]} == {"XA-NCB", "GS"}
