"""The contact book and the powers at the desk: kept by each body for itself, seen by all, checked every six months (W49)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from entente.bodies.model import ContactDays, ContactKind, ContactPoint
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.verbs import perform
from entente.web.desk.contact_pages import contact_line
from entente.web.wording import Wording
from tests.support.desk_world import Browser, DeskWorld

POINT = {
    "contact_function": "Operations room", "contact_kind": "all_hours_desk", "contact_phone": "+1 555 0100",
    "contact_languages": "en, FR", "contact_zone": "Europe/Lisbon", "contact_days": "always",
    "contact_deputies": "Second desk, +1 555 0101", "contact_note": "<b>Ring twice</b>",
}  # fmt: skip


def hidden(browser: Browser, page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.get(page).text)
    assert found is not None
    return found[1]


def add(browser: Browser, **changes: str) -> Any:  # noqa: ANN401 - an answer
    page = "/desk/contacts/point"
    return browser.send(page, page, {**POINT, "said_before": hidden(browser, page, "said_before"), **changes})


def test_point_is_kept_reminded_of_confirmed_and_taken_away(world: DeskWorld) -> None:
    browser, other = world.browser(), world.bureau.network["XA-NCB"]
    assert "We have said nobody whom to call here" in browser.get("/desk/").text
    assert add(browser).status_code == 303
    world.bureau.network.deliver()
    told: Any = perform(other, "contact_list", {"body": "XB-NCB"})
    assert [(one["phone"], one["languages"]) for one in told["points"]] == [("+1 555 0100", ["en", "fr"])]
    book = browser.get("/desk/contacts").text
    assert "Operations room" in book
    assert "answers now" in book
    assert "&lt;b&gt;Ring twice" in book
    assert "French" in book
    assert "Operations room" in browser.get("/desk/directory/XB-NCB").text
    assert "whom to call here" not in browser.get("/desk/").text
    world.bureau.network.clock.move(days=183)
    assert "Our contact points are to be checked" in browser.get("/desk/").text
    assert "not checked for six months" in browser.get("/desk/contacts").text
    own = "/desk/contacts/own"
    seen = hidden(browser, own, "said_before")
    assert browser.send(own, f"{own}/confirm", {"said_before": seen}).status_code == 303
    assert "are to be checked" not in browser.get("/desk/").text
    late = browser.send(own, f"{own}/confirm", {"said_before": seen})
    assert late.status_code == 409
    assert "changed meanwhile" in late.text
    point = hidden(browser, own, "contact_id")
    gone = browser.send(own, f"{own}/remove", {"contact_id": point, "said_before": hidden(browser, own, "said_before")})
    assert gone.status_code == 303
    assert "Operations room" not in browser.get("/desk/contacts").text


def test_w124_hours_are_taken_as_they_are_written_by_hand(world: DeskWorld) -> None:
    browser = world.browser()
    assert (
        add(browser, contact_days="monday_to_friday", contact_opens="8h", contact_closes="17 h 30").status_code == 303
    )
    assert "08:00–17:30" in browser.get("/desk/contacts/own").text
    wrong = add(browser, contact_days="monday_to_friday", contact_opens="early", contact_closes="17:30")
    assert wrong.status_code == 400
    assert 'value="early"' in wrong.text


def test_point_in_error_is_given_back_with_what_is_wrong_at_its_field(world: DeskWorld) -> None:
    browser = world.browser()
    answer = add(browser, contact_phone="ring me", contact_days="monday_to_friday")
    assert answer.status_code == 400
    assert 'id="keep_contact-contact_phone-fault"' in answer.text
    assert 'value="ring me"' in answer.text
    assert "Second desk, +1 555 0101" in answer.text


def test_zone_that_there_is_not_is_told_at_its_field(world: DeskWorld) -> None:
    answer = add(world.browser(), contact_zone="Asia/Nowhere")
    assert answer.status_code == 400
    assert 'id="keep_contact-contact_zone-fault"' in answer.text
    assert "«Asia/Nowhere» is no zone of the time zone database" in unescape(answer.text)


@pytest.mark.parametrize(("days", "hours", "answers"), [("every_day", "22:00", False), ("always", "", True)])
def test_of_another_bodys_point_in_a_zone_not_known_here_no_hour_is_guessed(
    days: str,
    hours: str,
    answers: bool,  # noqa: FBT001 - a case of the test
) -> None:
    point = ContactPoint(
        "x",
        ContactKind.DRUGS,
        "Drugs",
        "+1 555 0100",
        "",
        ("en",),
        "Asia/Nowhere",
        ContactDays(days),
        hours,
        hours and "06:00",
    )
    now = datetime(2031, 5, 4, 23, 0, tzinfo=UTC)
    line: JsonObject = {
        **to_object(point), "body": {"code": "XA-NCB", "name": "Bureau"}, "said_at": "", "is_old": False,
    }  # fmt: skip
    shown = contact_line(line, now, Wording("en", UTC))
    assert (shown.there_now, shown.answers_now) == ("", answers)
    known = contact_line({**line, "zone": "Asia/Dushanbe"}, now, Wording("en", UTC))
    assert (known.there_now, known.answers_now) == ("04:00", True)


def test_book_is_narrowed_by_what_for_language_and_words(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    assert add(browser).status_code == 303
    assert "Operations room" in browser.get("/desk/contacts?of_kind=all_hours_desk&in_language=fr&find=xb+room").text
    for query in ("of_kind=legal", "in_language=ar", "find=nobody"):
        assert "Operations room" not in browser.get(f"/desk/contacts?{query}").text
    assert "Operations room" in browser.get("/desk/contacts?whole=yes").text
    changed = browser.get(f"/desk/contacts/point?id={hidden(browser, '/desk/contacts/own', 'contact_id')}").text
    assert 'value="en fr"' in changed


def test_powers_show_each_measure_with_its_grounds(world: DeskWorld) -> None:
    text = world.browser().get("/desk/powers").text
    assert "Controlled delivery" in text
    assert "B9.1" in text
    assert "allowed" in text
    assert "not allowed" in world.browser("analyst").get("/desk/powers").text
