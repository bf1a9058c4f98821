"""A message that went to several: how it stands at each, and its recall in one act; W106 of docs/rules/desk.md."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.web.desk import circular_pages
from entente.web.desk.forms import LINE_CHARACTERS_MAX
from tests.support.desk_world import DeskWorld
from tests.support.nodes import DUTY

NEW = "/desk/messages/new"
WHY = "It names the wrong vessel."


def sent(world: DeskWorld, **more: Any) -> dict[str, str]:  # noqa: ANN401 - fields of the verb
    """Send a message of ours to three bodies; return where each is shown, by the body's code."""
    given: JsonObject = {
        "officer": DUTY, "to": ["XA-NCB"], "information": ["RC", "GS"], "instrument": "charter", "subject": "Vessel",
        "text": "Did it leave?", **more,
    }  # fmt: skip
    answer: Any = perform(world.node, "message_circulate", given)
    return {one["to"]["code"]: f"/desk/messages/{one['id']}" for one in answer["messages"]}


def ids(world: DeskWorld, *codes: str) -> list[str]:
    return [world.bureau.network.id(code) for code in codes]


def standings(world: DeskWorld, page: str) -> dict[str, str]:
    answer: Any = perform(world.node, "message_addressees", {"id": page.rpartition("/")[2]})
    return {one["body"]["code"]: one["standing"] for one in answer["addressees"]}


def recalls(world: DeskWorld) -> int:
    return sum(row.act.verb == "recall_message" for row in world.node.trail.latest(1_000))


def test_w106_each_page_shows_how_it_stands_at_all_of_them(world: DeskWorld) -> None:
    browser, pages = world.browser(), sent(world)
    world.bureau.network.deliver("RC")
    opened = pages["XA-NCB"].rpartition("/")[2]
    perform(world.bureau.network["XA-NCB"], "message_open", {"officer": DUTY, "id": opened})
    world.bureau.network.deliver("RC")
    for page in pages.values():
        text = browser.get(page).text
        assert "Went out together to 3 bodies" in text
        assert "Each of them was told of all." in text
        assert {one for one in pages.values() if f'href="{one}"' in text} >= set(pages.values()) - {page}
        assert [int(one) for one in re.findall(r'<span class="number">(\d)</span></span>', text)] == [1, 1, 1]
        assert "1 of them has opened it: that cannot be undone" in text
        assert "Recall it from 3 bodies" in text
        assert f'action="{page}/recall"' not in text
    kept = sent(world, keeps_list=True)
    assert "None of them was told of the others." in browser.get(kept["GS"]).text


def test_w106_one_button_takes_it_from_all_once(world: DeskWorld) -> None:
    browser, pages = world.browser(), sent(world)
    world.bureau.network.deliver("RC")
    page, before = pages["GS"], recalls(world)
    empty = browser.send(page, f"{page}/recall-all", {"reason": ""})
    assert empty.status_code == 400
    assert 'href="#recall_from_all-reason"' in empty.text
    form = {**browser.frame(page), "reason": WHY}
    answers = [browser.post(f"{page}/recall-all", form) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [f"{page}?done=message_recalled_from_all"] * 2
    assert recalls(world) == before + 3
    assert standings(world, page) == {"XA-NCB": "recall_waiting", "RC": "never_left", "GS": "recall_waiting"}
    text = browser.get(answers[0].headers["location"]).text
    assert "The message is recalled from all." in text
    assert "recall on its way" in text
    assert f"{page}/recall-all" not in text
    world.bureau.network.deliver()
    text = browser.get(page).text
    assert text.count("taken back unopened") == 3  # two of them, and how many
    assert "recalled before it left" in text


def test_w106_from_those_ticked_and_the_rest_keep_it(world: DeskWorld) -> None:
    browser, pages = world.browser(), sent(world)
    world.bureau.network.deliver()
    page = pages["XA-NCB"]
    for chosen in ([], ["body:nobody"], ids(world, "GS")[:1] + ids(world, "XB-NCB")):
        form: Any = {**browser.frame(page), "reason": WHY, "recall_bodies": chosen}
        refused = browser.post(f"{page}/recall-some", form)
        assert refused.status_code == 400
        assert 'href="#recall_from_some-recall_bodies"' in refused.text
        assert f'value="{WHY}"' in refused.text
    assert set(standings(world, page).values()) == {"arrived"}
    form = {**browser.frame(page), "reason": WHY, "recall_bodies": ids(world, "RC", "GS")}
    done = browser.post(f"{page}/recall-some", form)
    assert done.headers["location"] == f"{page}?done=message_recalled_from_some"
    assert standings(world, page) == {"XA-NCB": "arrived", "RC": "recall_waiting", "GS": "recall_waiting"}
    text = browser.get(page).text
    assert "Recall it from 1 body" in text
    assert f"{page}/recall-some" not in text


def test_w106_message_in_its_place_begins_with_whom_it_was_recalled_from(world: DeskWorld) -> None:
    browser, pages = world.browser(), sent(world, keeps_list=True, subject="Wrong vessel", case=world.bureau.case)
    page = pages["XA-NCB"]
    assert "anew=" not in browser.get(page).text
    form: Any = {**browser.frame(page), "reason": WHY, "recall_bodies": ids(world, "XA-NCB", "GS")}
    browser.post(f"{page}/recall-some", form)
    (link,) = re.findall(r'href="(/desk/circular\?anew=[^"]*)"', browser.get(page).text)
    begun = browser.get(link).text
    assert re.search(r'name="to.1" value="XA-NCB"', begun)
    assert re.search(r'name="information.1" value="GS"', begun)
    assert 'value="Wrong vessel"' in begun
    assert ">Did it leave?</textarea>" in begun
    assert f'value="{world.bureau.case}"' in begun
    assert re.search(r'name="keeps_list" value="yes" checked', begun)
    assert 'name="answers" value=""' in begun
    # Of a message that is not ours, or not there, there is none.
    for wanted in (world.bureau.came, "message-0"):
        assert browser.get(f"/desk/circular?anew={wanted}").status_code == 404


def test_w106_names_of_many_are_spread_over_the_lines() -> None:
    codes = [f"X{place:03}-NCB" for place in range(150)]
    lines = circular_pages._spread("to", codes)  # noqa: SLF001 - 150 bodies would cost a minute
    assert set(lines) == {f"to.{place}" for place in range(1, circular_pages.LINES + 1)}
    assert max(map(len, lines.values())) <= LINE_CHARACTERS_MAX
    assert ", ".join(lines.values()).split(", ") == codes
    assert circular_pages._spread("to", []) == {"to.1": ""}  # noqa: SLF001


def test_w106_message_that_went_out_alone_is_recalled_as_before(world: DeskWorld) -> None:
    given: JsonObject = {"officer": DUTY, "to": "XA-NCB", "instrument": "charter", "subject": "One", "text": "To one."}
    answer: Any = perform(world.node, "message_send", given)
    page = f"/desk/messages/{answer['message']['id']}"
    text = world.browser().get(page).text
    assert "Went out together" not in text
    assert f'action="{page}/recall"' in text
    assert f"{page}/recall-all" not in text


@pytest.mark.parametrize("keeps_list", [False, True])
def test_w106_addressee_is_shown_nothing_of_it(world: DeskWorld, *, keeps_list: bool) -> None:
    given: JsonObject = {
        "officer": DUTY, "to": ["XB-NCB"], "information": ["RC"], "instrument": "charter", "subject": "From XA",
        "text": "To two.", "keeps_list": keeps_list,
    }  # fmt: skip
    answer: Any = perform(world.bureau.network["XA-NCB"], "message_circulate", given)
    world.bureau.network.deliver()
    page = "/desk/messages/" + next(one["id"] for one in answer["messages"] if one["to"]["code"] == "XB-NCB")
    browser = world.browser()
    text = browser.get(page).text
    assert "Went out together" not in text
    assert ("All it went to" in text) is not keeps_list
    absent = browser.send(NEW, "/desk/messages/message-0/recall-all", {"reason": WHY})
    for act, more in (("recall-all", {}), ("recall-some", {"recall_bodies": ids(world, "RC")})):
        form: Any = {**browser.frame(NEW), "reason": WHY, **more}
        refused = browser.post(f"{page}/{act}", form)
        assert refused.status_code == absent.status_code == 404
