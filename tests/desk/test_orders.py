"""W137: a national order is entered, corrected and ended at the desk, and what it changes is shown before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

NEW = "/desk/new-order"
LAW = "operational_search_law"
FORM = {
    "order_text": "The bureau polls and makes inquiries.",
    "order_signed_on": "2020-01-10",
    "order_published_on": "2020-01-12",
    "order_in_force_on": "2020-02-01",
    "order_governs": LAW,
    f"power_given.poll.{LAW}": "yes",
    f"power_given.inquire.{LAW}": "yes",
    f"power_condition.inquire.{LAW}": "with leave of the head",
    "authority.observe": "Criminal police of XB",
}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network anew: an order that was entered counts for every test after it."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def orders(world: DeskWorld) -> Any:  # noqa: ANN401 - what the verb answers
    return perform(world.node, "order_list", {})


def may(world: DeskWorld, measure: str) -> bool:
    answer: Any = perform(world.node, "measure_may", {"officer": DUTY, "measure": measure})
    return bool(answer["decision"]["allowed"])


def version_on(browser: Browser, page: str) -> str:
    """Return the version that a page's form carries."""
    found = re.search(r'name="order_version" value="([^"]*)"', browser.get(page).text)
    assert found is not None
    return unescape(found[1])


def what_shown(browser: Browser, page: str) -> str:
    """Return what the form of a page says that was shown."""
    found = re.search(r'name="what_shown" value="([^"]*)"', browser.get(page).text)
    assert found is not None
    return found[1]


def sent(browser: Browser, page: str, **version: str) -> httpx.Response:
    """Send the form of a page that shows what would be changed."""
    return browser.send(page, page, {"what_shown": what_shown(browser, page), **version})


def looked(browser: Browser, page: str, fields: dict[str, str]) -> str:
    """Send the form of an order as its page carries its version, and return where what it would change is shown."""
    answer = browser.send(page, page, {"order_version": version_on(browser, page), **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def entered(browser: Browser, reference: str = "Order 117/2020", **changed: str) -> None:
    shown = looked(browser, NEW, {**FORM, "order_reference": reference, **changed})
    assert sent(browser, shown, order_version=version_on(browser, shown)).status_code == 303


def test_w137_order_is_entered_in_a_form_and_shown_with_what_it_takes_and_gives(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    assert f'href="{NEW}"' in browser.get("/desk/powers").text
    page = browser.get(NEW).text
    assert page.count('name="power_given.') == page.count('name="power_condition.') > 15
    assert may(world, "observe")
    shown = looked(browser, NEW, {**FORM, "order_reference": "Order 117/2020"})
    text = browser.get(shown).text
    row = re.search(r"<tr><td>Observe .*?</tr>", text, re.DOTALL)
    assert row is not None
    assert "taken away" in row[0]
    assert "instead: Criminal police of XB" in unescape(row[0])
    assert "with leave of the head" in text
    assert "From now on" in text
    assert orders(world)["orders"] == [], "looking enters nothing"
    assert may(world, "observe")
    answer = sent(browser, shown, order_version="new")
    assert answer.headers["location"] == "/desk/powers?done=order_entered"
    assert not may(world, "observe")
    assert may(world, "poll")
    (order,) = orders(world)["orders"]
    assert (order["reference"], order["text"]) == ("Order 117/2020", FORM["order_text"])
    assert {(one["measure"], one["condition"]) for one in order["powers"]} == {
        ("poll", ""), ("inquire", "with leave of the head"),
    }  # fmt: skip
    listed = browser.get("/desk/powers").text
    assert "/desk/orders/change/Order%20117%2F2020" in listed


def test_w137_order_ends_by_its_last_day_and_what_stood_is_in_the_trail(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    entered(browser)
    at = "/desk/orders/change/Order%20117%2F2020"
    page = browser.get(at).text
    assert "order_reference" not in page, "it stays"
    assert re.search(rf'name="power_given.poll.{LAW}" value="yes" checked', page)
    shown = looked(browser, at, {**FORM, "order_ends_on": "2020-06-01"})
    text = browser.get(shown).text
    assert re.search(r"Ends on</dt>.*?2020", text, re.DOTALL)
    assert re.search(r"Observe .*?>given<", text, re.DOTALL)
    assert sent(browser, shown, order_version=version_on(browser, shown)).status_code == 303
    assert may(world, "observe")
    row = world.node.trail.latest(1)[0]
    detail: Any = row.act.detail
    assert (row.act.subject, detail["replaced"]["ends_on"]) == ("Order 117/2020", None)


def test_w137_of_two_who_correct_an_order_the_second_is_told_what_stands(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    entered(browser)
    at = "/desk/orders/change/Order%20117%2F2020"
    shown = looked(browser, at, {**FORM, "order_ends_on": "2020-06-01"})
    seen = version_on(browser, shown)
    (order,) = orders(world)["orders"]
    other = encode_bytes(json.dumps({**order, "text": "Another text."}).encode())
    perform(world.node, "order_enter", {"officer": HEAD, "data": other, "version": seen})
    late = sent(browser, shown, order_version=seen)
    assert late.status_code == 409
    assert "Somebody else entered this order meanwhile" in late.text
    assert re.search(r"Another text\..*?→.*?polls and makes inquiries", late.text, re.DOTALL)
    assert orders(world)["orders"][0]["ends_on"] is None
    assert sent(browser, shown, order_version=version_on(browser, shown)).status_code == 303
    assert orders(world)["orders"][0]["ends_on"] == "2020-06-01"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"order_published_on": "2019-01-01"}, "order_signed_on", "before it was signed"),
        ({"order_ends_on": "2020-02-01"}, "order_ends_on", "after it came into force"),
        ({"order_governs": "customs_law"}, f"power_given.poll.{LAW}", "known measure on a legal basis"),
        ({f"power_condition.observe.{LAW}": "at night"}, f"power_condition.observe.{LAW}", "a measure that is given"),
        ({"order_in_force_on": "2020-13-01"}, "order_in_force_on", ""),
        ({"order_text": "  "}, "order_text", "needed"),
    ],
)
def test_w137_what_is_wrong_stands_at_its_own_field(
    world: DeskWorld, changed: dict[str, str], field: str, words: str
) -> None:
    browser = world.browser("head_of_body")
    fields = {**FORM, "order_reference": "Order 9", "order_version": "new", **changed}
    answer = browser.send(NEW, NEW, fields)
    assert answer.status_code == 400
    place = re.search(rf'id="look_at_new_order-{re.escape(field)}-fault">([^<]*)<', answer.text)
    assert place is not None, answer.text
    assert words in unescape(place[1])
    assert f'value="{fields["order_reference"]}"' in answer.text
    assert "with leave of the head" in answer.text
    assert orders(world)["orders"] == []


def test_w137_reference_that_is_there_is_corrected_and_not_entered_anew(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    entered(browser)
    answer = browser.send(NEW, NEW, {**FORM, "order_reference": "Order 117/2020", "order_version": "new"})
    assert answer.status_code == 409
    assert "is entered under the reference" in answer.text


def test_w137_order_as_a_file_is_a_sample_that_can_be_entered_and_is_read_back(world: DeskWorld) -> None:
    browser, at = world.browser("head_of_body", "ru"), f"{NEW}/file"
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(at).text, re.DOTALL)
    assert found is not None
    shown = looked(browser, at, {"order_file": unescape(found[1])})
    assert sent(browser, shown, order_version="new").status_code == 303
    (order,) = orders(world)["orders"]
    there = f"/desk/orders/file/{shown.rpartition('/')[2]}"
    again = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(there).text, re.DOTALL)
    assert again is not None
    file = unescape(again[1])
    nothing = looked(browser, there, {"order_file": file})
    assert 'class="empty"' in browser.get(nothing).text
    changed = looked(browser, there, {"order_file": file.replace("# ends_on:", "ends_on: 2099-01-01")})
    answer = sent(browser, changed, order_version=version_on(browser, changed))
    assert answer.status_code == 303
    assert orders(world)["orders"] == [{**order, "ends_on": "2099-01-01"}]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("reference: Order 8\n", "about another order"),
        ("{", "is not as it should be"),
        ("reference: Order 117/2020\ntext: x\n", "is not as it should be"),
    ],
)
def test_w137_file_that_cannot_be_entered_is_given_back_with_what_is_wrong(
    world: DeskWorld, file: str, words: str
) -> None:
    browser = world.browser("head_of_body")
    entered(browser)
    at = "/desk/orders/file/Order%20117%2F2020"
    answer = browser.send(at, at, {"order_file": file, "order_version": version_on(browser, at)})
    assert answer.status_code == 400
    assert words in unescape(answer.text)
    back = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert back is not None
    assert unescape(back[1]) == file


def test_w137_only_who_may_enter_officers_finds_it(world: DeskWorld) -> None:
    entered(world.browser("head_of_body"))
    duty = world.browser()
    text = duty.get("/desk/powers").text
    assert "Order 117/2020" in text
    assert NEW not in text
    assert "/desk/orders/" not in text
    of = "Order%20117%2F2020"
    for page in (NEW, f"{NEW}/file", *(f"/desk/orders/{way}/{of}" for way in ("change", "file", "foreseen"))):
        assert duty.get(page).status_code == 403, page
    head = world.browser("head_of_body")
    for way in ("change", "file"):
        assert head.get(f"/desk/orders/{way}/Order%200").status_code == 404


def test_w137_entering_is_a_heavy_act_done_once_and_can_be_left(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    shown = looked(browser, NEW, {**FORM, "order_reference": "Order 5"})
    name = browser.http.cookies[COOKIE]
    session = world.signed_in.sessions[name]
    world.signed_in.sessions[name] = replace(session, is_recent=False)
    assert sent(browser, shown, order_version="new").status_code == 400
    assert orders(world)["orders"] == []
    world.signed_in.sessions[name] = session
    frame: JsonObject = {**browser.frame(shown), "order_version": "new", "what_shown": what_shown(browser, shown)}
    first, second = (browser.post(shown, {key: str(said) for key, said in frame.items()}) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(orders(world)["orders"]) == 1
    shown = looked(browser, NEW, {**FORM, "order_reference": "Order 6"})
    again = re.search(r'href="(/desk/new-order\?again=[^"]*)"', browser.get(shown).text)
    assert again is not None
    assert 'value="Order 6"' in browser.get(unescape(again[1])).text
    assert browser.send(shown, "/desk/orders/leave/Order%206", {}).status_code == 303
    assert browser.get(shown).status_code == 404
    assert len(orders(world)["orders"]) == 1


def test_w137_what_another_window_changed_since_is_shown_before_it_is_entered(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    shown = looked(browser, NEW, {**FORM, "order_reference": "Order 3"})
    seen = {"order_version": "new", "what_shown": what_shown(browser, shown)}
    looked(browser, NEW, {**FORM, "order_reference": "Order 3", "order_text": "Of another window."})
    answer = browser.send(shown, shown, seen)
    assert answer.status_code == 409
    assert "Of another window." in answer.text
    assert orders(world)["orders"] == []
    assert sent(browser, shown, order_version="new").status_code == 303
