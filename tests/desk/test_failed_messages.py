"""A message of ours that was given up or refused: on the desk until somebody settles it, for who may know of it (M29, W115)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from entente.exchange.model import EXPIRY_DAYS
from entente.kernel.canonical import JsonObject
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.verbs import perform
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.direct_http import client_at
from tests.support.nodes import DUTY, HEAD

LETTER: JsonObject = {
    "to": "XA-NCB",
    "instrument": "charter",
    "subject": "Gate 9",
    "text": "Seen at gate 9.",
    "urgency": "normal",
}
OTHER = OfficerId("xb-duty-of-two")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network; the bureau has a second duty officer."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": OTHER, "roles": ["duty_officer"]})
        yield opened


def sent(world: DeskWorld, **more: str) -> str:
    answer: Any = perform(world.node, "message_send", {"officer": DUTY, **LETTER, **more})
    return str(answer["message"]["id"])


def given_up(world: DeskWorld, **more: str) -> str:
    """Send a message that nobody takes for as long as it is tried; the clock is the network's."""
    message = sent(world, **more)
    world.bureau.network.clock.move(days=EXPIRY_DAYS + 1)
    assert world.node.exchange.tend()
    return message


def _refuse(unit: object, statement: object, sender: object) -> None:
    raise Refused("The message was not taken in.", decision=Decision.of(()), do="Write under another instrument.")


def browser_of(world: DeskWorld, officer: str, role: str = "duty_officer") -> Browser:
    http = client_at(world.app, follow_redirects=False)
    http.cookies.set(COOKIE, world.signed_in.begin(officer, frozenset({role})))
    return Browser(http)


def on_desk(world: DeskWorld, message: str, officer: str = DUTY) -> bool:
    text = browser_of(world, officer).get("/desk/?kind=failed").text
    return f'href="/desk/messages/{message}"' in text


def test_message_that_was_given_up_waits_until_an_officer_says_that_they_know(world: DeskWorld) -> None:
    message = sent(world)
    assert not on_desk(world, message), "it is on its way"
    message = given_up(world)
    assert on_desk(world, message)
    assert on_desk(world, message, OTHER)
    page = browser_of(world, OTHER).get(f"/desk/messages/{message}").text
    for words in ("Not delivered to XA-NCB", "tried for 30 days", "Not acknowledged within 30 days", "Write it anew"):
        assert words in page
    at = f"/desk/messages/{message}"
    assert browser_of(world, OTHER).send(at, f"{at}/failure-noted", {}).status_code == 303
    assert not on_desk(world, message)
    page = browser_of(world, DUTY).get(at).text
    assert "known to" in page
    assert OTHER in page
    perform(world.node, "message_note_failure", {"officer": DUTY, "id": message})
    shown: Any = perform(world.node, "message_show", {"id": message})
    assert shown["message"]["failure"]["noted_by"] == OTHER, "the first stands"


def test_written_anew_it_begins_with_its_words_and_settles_the_old_one(world: DeskWorld) -> None:
    message = given_up(world, subject="Gate 10", text="Ask for the driver.")
    browser = browser_of(world, DUTY)
    page = f"/desk/messages/new?in_place_of={message}"
    text = browser.get(page).text
    assert "Ask for the driver." in text
    assert f'name="in_place_of" value="{message}"' in text
    assert 'action="/desk/messages/again"' in text
    fields = {
        "to": "GS",
        "instrument": "charter",
        "subject": "Gate 10",
        "text": "Ask for the driver.",
        "urgency": "normal",
    }
    answer = browser.send(page, "/desk/messages/again", {**fields, "in_place_of": message})
    assert answer.status_code == 303, answer.text
    assert message not in answer.headers["location"]
    assert not on_desk(world, message)


def test_recalled_it_is_written_anew_with_its_words_to_the_same_body(world: DeskWorld) -> None:
    message = sent(world, subject="Gate 13", text="The wrong plate.")
    browser, at = browser_of(world, DUTY), f"/desk/messages/{message}"
    assert "it can be written anew from its page" in browser.get(at).text
    assert browser.send(at, f"{at}/recall", {"reason": "Wrong plate."}).status_code == 303
    page = f"/desk/messages/new?in_place_of={message}"
    assert f'href="{page}"' in browser.get(at).text
    begun = browser.get(page).text
    assert "The wrong plate." in begun
    assert '<option value="XA-NCB" selected>' in begun
    fields = {**LETTER, "urgency": "normal", "text": "The right plate.", "in_place_of": message}
    answer = browser.send(page, "/desk/messages/again", {name: str(value) for name, value in fields.items()})
    assert answer.status_code == 303, answer.text
    assert not on_desk(world, message)


def test_refused_by_the_other_side_it_says_so(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(world, subject="Gate 11")
    accept = cast("dict[str, object]", world.bureau.network["XA-NCB"].exchange.accept)
    monkeypatch.setitem(accept, "message", _refuse)
    world.bureau.network.deliver()
    assert on_desk(world, message)
    page = browser_of(world, DUTY).get(f"/desk/messages/{message}").text
    assert "The other side refused it." in page
    assert "not_accepted" not in page, "the reason is told in words"


def test_who_may_not_know_of_it_sees_no_line_and_cannot_note_it(world: DeskWorld) -> None:
    opened: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Kept close", "crime_area": "fugitives"})
    case = opened["case"]["number"]
    perform(world.node, "case_team", {"officer": DUTY, "number": case, "team": [DUTY], "version": 1})
    message = given_up(world, subject="Gate 12", case=case)
    assert on_desk(world, message)
    assert not on_desk(world, message, OTHER)
    for unknown in (message, "message-0"):
        with pytest.raises(NotFound):
            perform(world.node, "message_note_failure", {"officer": OTHER, "id": unknown})
    with pytest.raises(Conflict):
        perform(world.node, "message_note_failure", {"officer": DUTY, "id": sent(world)})
