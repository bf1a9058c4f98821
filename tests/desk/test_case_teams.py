"""A case with a team, in a browser: to who is not of it nothing of it is there (docs/rules/cases.md C7, C8; desk.md W28)."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from html import unescape
from typing import Any

import pytest

from entente.api.event_table import EventKind
from entente.correspondence.model import OF_CASES
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.verbs import perform
from entente.web.desk import live
from tests.support.api_world import ABOUT, SEEN
from tests.support.desk_stream import streaming
from tests.support.desk_world import COOKIE, Browser, DeskWorld
from tests.support.nodes import DUTY, HEAD

ONE_TIME = re.compile(r"form-[0-9a-f]{26}")
TITLE = "Matter of the harbourmaster"
ABSENT = "2026/999999"
KINDS = "hit,message,permission,request,case,this"
CARRIED = re.compile(r'data-stamp="([^"]*)" data-about="([^"]*)"')


@pytest.fixture(scope="module")
def hidden(world: DeskWorld) -> dict[str, str]:
    """Make a case of the duty officer alone, with a hit, a message sent, one that came, and a task."""
    node, other = world.node, world.bureau.network["XA-NCB"]
    case: Any = perform(node, "case_open", {"officer": DUTY, "title": TITLE, "crime_area": "fugitives"})
    number = case["case"]["number"]
    perform(node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY], "version": 1})
    about: JsonObject = {"officer": DUTY, "case": number, **ABOUT}
    hit: Any = perform(node, "hit_confirm", {**about, "record": SEEN, "version": 1, "circumstances": "At gate 9"})
    letter: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "Secret words", "for_action": True}
    sent: Any = perform(
        node, "message_send", {**letter, "subject": "Harbourmaster asked about", "to": "XA-NCB", "case": number}
    )
    came: Any = perform(
        other, "message_send", {**letter, "subject": "Harbourmaster was seen", "to": "XB-NCB", "your_reference": number}
    )
    world.bureau.network.deliver()
    perform(node, "task_set", {"officer": DUTY, "number": number, "what": "Ask the harbourmaster", "to": DUTY})
    ids = {"hit": hit["hit"]["id"], "sent": sent["message"]["id"], "came": came["message"]["id"]}
    return {"number": number, **ids}


def test_it_is_on_no_list_and_no_page_of_an_officer_outside_the_team(world: DeskWorld, hidden: dict[str, str]) -> None:
    browser = world.browser("analyst")
    for path in ("/desk/", "/desk/cases", "/desk/messages"):
        text = browser.get(path).text
        assert "arbourmaster" not in text, path
        assert hidden["number"] not in text, path
    filtered = {
        browser.get(f"/desk/messages?case={number}").text.replace(number[5:], "serial")
        for number in (hidden["number"], ABSENT)
    }
    assert len(filtered) == 1
    own = world.browser()
    assert TITLE in own.get("/desk/cases").text
    assert "Harbourmaster was seen" in own.get("/desk/").text
    assert "Ask the harbourmaster" in own.get("/desk/").text


def test_its_addresses_are_answered_to_the_byte_like_those_of_nothing(world: DeskWorld, hidden: dict[str, str]) -> None:
    browser = world.browser("analyst")
    number, item = hidden["number"], "message-" + "0" * 26
    pairs = [
        (f"/desk/cases/{number}", f"/desk/cases/{ABSENT}"),
        (f"/desk/cases/{number}/print", f"/desk/cases/{ABSENT}/print"),
        (f"/desk/messages/{hidden['sent']}", f"/desk/messages/{item}"),
        (f"/desk/messages/{hidden['came']}", f"/desk/messages/{item}"),
    ]
    for there, nothing in pairs:
        answers = [browser.get(path) for path in (there, nothing)]
        assert [answer.status_code for answer in answers] == [404, 404], there
        assert len({ONE_TIME.sub("", answer.text) for answer in answers}) == 1, there


def test_its_number_on_a_form_is_answered_like_a_number_of_nothing(world: DeskWorld, hidden: dict[str, str]) -> None:
    browser = world.browser("analyst")
    letter = {"to": "XA-NCB", "instrument": "charter", "subject": "Gate", "text": "Who?", "urgency": "normal"}
    told = set()
    for number in (hidden["number"], ABSENT):
        answer = browser.send("/desk/messages/new", "/desk/messages", {**letter, "case": number})
        assert answer.status_code == 400
        assert "No case of this number is here that may be shown to you." in answer.text
        assert 'value="Gate"' in answer.text, "what else was written stands"
        told.add(ONE_TIME.sub("", answer.text).replace(number, ""))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("case_show", {"number": "{number}"}),
        ("hit_show", {"id": "{hit}"}),
        ("message_show", {"id": "{sent}", "reader": "o-analyst"}),
        ("record_consult", {"record": "{hit}", "occasion": "Gate", **ABOUT}),
    ],
)
def test_verbs_answer_who_is_outside_and_who_names_nobody_alike(
    world: DeskWorld, hidden: dict[str, str], verb: str, given: JsonObject
) -> None:
    named: JsonObject = {key: str(value).format(**hidden) for key, value in given.items()}
    officer: JsonObject = {} if "reader" in given else {"officer": world.officer("analyst")}
    with pytest.raises(NotFound):
        perform(world.node, verb, {**named, **officer})
    if verb != "record_consult":
        named.pop("reader", None)
        with pytest.raises(NotFound):
            perform(world.node, verb, named)


def test_trail_of_it_is_for_overseers_and_its_team(world: DeskWorld, hidden: dict[str, str]) -> None:
    reviewer = world.officer("compliance_reviewer")
    asked: JsonObject = {"about": hidden["number"]}
    assert perform(world.node, "trail_show", {**asked, "officer": reviewer})["rows"] == []
    assert perform(world.node, "trail_show", {"about": ABSENT, "officer": reviewer})["rows"] == []
    assert perform(world.node, "trail_show", {**asked, "officer": HEAD})["rows"] != []
    with pytest.raises(NotFound):
        perform(world.node, "trail_export", {"officer": reviewer, "case": hidden["number"]})
    perform(world.node, "trail_export", {"officer": HEAD, "case": hidden["number"]})


def test_overseer_reads_it_without_forms_of_work_and_says_who_works_on_it(
    world: DeskWorld, hidden: dict[str, str]
) -> None:
    number = hidden["number"]
    browser, page = world.browser("head_of_body"), f"/desk/cases/{hidden['number']}"
    text = browser.get(page).text
    assert TITLE in text
    assert f'action="{page}/team"' in text
    assert f'action="{page}/note"' not in text
    row = world.node.trail.latest(1)[0]
    assert (row.act.verb, row.act.subject) == ("oversee_cases", number)


def test_journal_and_sheet_of_a_shift_say_nothing_of_it(world: DeskWorld, hidden: dict[str, str]) -> None:
    """Whoever works shifts reads both, also who comes in next."""
    perform(world.node, "shift_begin", {"officer": DUTY})
    perform(world.node, "case_note", {"officer": DUTY, "number": hidden["number"], "text": "Seen at night."})
    perform(world.node, "message_open", {"officer": DUTY, "id": hidden["came"]})
    perform(world.node, "message_open", {"officer": DUTY, "id": world.bureau.came})
    own: Any = perform(world.node, "shift_show", {"officer": DUTY})
    assert hidden["came"] in {line["subject"] for line in own["lines"]}, "its team reads its own journal whole"
    ended: Any = perform(world.node, "shift_hand_over", {"officer": DUTY})
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-next", "roles": ["duty_officer"]})
    incoming: JsonObject = {"officer": "o-next", "id": ended["shift"]["id"]}
    shown = str(perform(world.node, "shift_sheet", incoming)) + str(perform(world.node, "shift_show", incoming))
    assert world.bureau.came in shown
    assert not any(one in shown for one in hidden.values())


def carried(browser: Browser, path: str) -> tuple[str, str]:
    """Return the stamp of a page, and what it says that it is about, sealed."""
    found = CARRIED.search(browser.get(path).text)
    assert found is not None, path
    return unescape(found[1]), unescape(found[2])


def session_of(browser: Browser) -> str:
    return str(browser.http.cookies[COOKIE])


def outsider(world: DeskWorld) -> Browser:
    """Return a browser of another duty officer, who is in no team and may otherwise read all that DUTY may."""
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-outside", "roles": ["duty_officer"]})
    browser = world.browser(None)
    browser.http.cookies.set(COOKIE, world.signed_in.begin("o-outside", frozenset({"duty_officer"})))
    return browser


def follow(world: DeskWorld) -> None:
    while world.desk.changes.step():
        pass


def work_on(world: DeskWorld, hidden: dict[str, str]) -> None:
    """Do something to the case, its message and its hit: one act of each kind that pages are told of."""
    case = hidden["number"]
    letter: JsonObject = {
        "officer": DUTY,
        "instrument": "charter",
        "subject": "Harbourmaster",
        "text": "t",
        "case": case,
    }
    perform(world.node, "case_note", {"officer": DUTY, "number": case, "text": "Seen at the quay."})
    perform(world.node, "message_send", {**letter, "to": "XA-NCB"})
    answer: JsonObject = {"officer": DUTY, "id": hidden["hit"], "same": True, "text": "It is he."}
    perform(world.bureau.network["XA-NCB"], "hit_answer", answer)
    world.bureau.network.deliver()


def test_streams_of_who_is_outside_are_told_nothing_of_it(world: DeskWorld, hidden: dict[str, str]) -> None:
    outside, own, head = outsider(world), world.browser(), world.browser("head_of_body")
    follow(world)
    before = carried(own, "/desk/")[0]

    async def listen() -> None:
        async with AsyncExitStack() as streams:
            asked = {"kinds": KINDS, "from": before}
            opened = [
                await streams.enter_async_context(streaming(world.app, session_of(one), asked))
                for one in (outside, own, head)
            ]
            await asyncio.to_thread(work_on, world, hidden)
            await asyncio.to_thread(follow, world)
            for stream, kinds in zip(opened[1:], ({"case", "hit", "message"}, {"case"}), strict=True):
                await stream.wait(stream.told)
                assert {kind for one in stream.told() for kind in one} >= kinds
            await asyncio.sleep(0.05)
            assert opened[0].told() == []
        # What a page of before has not seen is judged alike.
        async with streaming(world.app, session_of(outside), asked) as late:
            await asyncio.sleep(0.05)
            assert late.told() == []

    asyncio.run(listen())


def test_who_is_taken_off_a_team_is_told_no_more_of_who_works_on_its_case(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    case: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Quay", "crime_area": "fugitives"})
    number = case["case"]["number"]
    own, other, page = world.browser(), outsider(world), f"/desk/cases/{number}"
    perform(world.node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY, "o-outside"], "version": 1})
    (stamp, about), (mine, ours) = carried(other, page), carried(own, page)

    def news(browser: Browser, since: str, of: str) -> str:
        return browser.get("/desk/live/news", params={"from": since, "about": of, "to": page}).text

    async def listen() -> None:
        kinds = {"kinds": "this"}
        async with AsyncExitStack() as streams:
            for one, since, of in ((own, mine, ours), (other, stamp, about)):
                asked = {**kinds, "from": since, "about": of}
                stream = await streams.enter_async_context(streaming(world.app, session_of(one), asked))
            assert "duty-1 has this open too." in await asyncio.to_thread(news, other, stamp, about)
            await asyncio.to_thread(
                perform, world.node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY], "version": 2}
            )
            await asyncio.to_thread(follow, world)
            await stream.wait(lambda: stream.text.endswith(":\n\n"))
            beats = stream.text.count(":\n\n")
            await stream.wait(lambda: stream.text.count(":\n\n") > beats)
            so_far = stream.told()
            assert "duty-1" not in await asyncio.to_thread(news, other, stamp, about)
            assert "o-outside" not in await asyncio.to_thread(news, own, mine, ours)
            # Somebody comes to the case, and works on it.
            again = {**kinds, "from": mine, "about": ours}
            await streams.enter_async_context(streaming(world.app, session_of(own), again))
            note = {"officer": DUTY, "number": number, "text": "Seen."}
            await asyncio.to_thread(perform, world.node, "case_note", note)
            await asyncio.to_thread(follow, world)
            await asyncio.sleep(0.1)
            assert stream.told() == so_far
        # And a stream that is opened with what was sealed for it then is about nothing.
        async with streaming(world.app, session_of(other), {**kinds, "from": stamp, "about": about}) as late:
            await asyncio.sleep(0.05)
            assert late.told() == []

    asyncio.run(listen())


def test_kinds_of_what_belongs_to_cases_are_kinds_that_are_told() -> None:
    assert {kind.value for kind in EventKind} > OF_CASES
