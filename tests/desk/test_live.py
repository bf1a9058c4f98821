"""W60, W61 and W64: an open page is told that something changed, by whom it may be told, for as long as its session lasts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from html import unescape
from typing import Any

import pytest

from entente.kernel.errors import Refused
from entente.kernel.ids import OfficerId
from entente.kernel.statement import from_json
from entente.verbs import perform
from entente.web.desk import changes, live
from entente.web.desk.changes import Changes, Listener
from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import with_query
from tests.support.desk_stream import Stream, streaming
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

ALL = "hit,match,message,permission,request,delivery,instrument,case,this"
VERSION = re.compile(r'name="version" value="([^"]*)"')
CARRIED = re.compile(r'data-stamp="([^"]*)" data-about="([^"]*)"')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network with a second duty officer."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": "duty-2", "roles": ["duty_officer"]})
        opened.officers["second"] = OfficerId("duty-2")
        yield opened


def session_of(browser: Browser) -> str:
    return str(browser.http.cookies[COOKIE])


def second(world: DeskWorld) -> Browser:
    """Return a browser in which another duty officer is signed in."""
    browser = world.browser(None)
    browser.http.cookies.set(COOKIE, world.signed_in.begin("duty-2", frozenset({"duty_officer"})))
    return browser


def carried(browser: Browser, path: str) -> tuple[str, str]:
    """Return the stamp of a page, and what it says that it is about."""
    found = CARRIED.search(browser.get(path).text)
    assert found is not None, path
    return unescape(found[1]), unescape(found[2])


def step(world: DeskWorld) -> None:
    while world.desk.changes.step():
        pass


def send(world: DeskWorld, subject: str = "Gate 4") -> None:
    letter: Any = {"officer": DUTY, "instrument": "charter", "subject": subject, "text": "t", "to": "XB-NCB"}
    perform(world.bureau.network["XA-NCB"], "message_send", letter)
    world.bureau.network.deliver()


def note(world: DeskWorld, officer: str, text: str = "Seen at gate 4") -> None:
    perform(world.node, "case_note", {"officer": officer, "number": world.bureau.case, "text": text})


async def told(world: DeskWorld, stream: Stream, kinds: Sequence[str]) -> None:
    """Have what changed be told, and wait until a stream was told so."""
    await asyncio.to_thread(step, world)
    await stream.wait(lambda: list(kinds) in stream.told())


def news(browser: Browser, path: str, carried_by: tuple[str, str]) -> str:
    query = {"from": carried_by[0], "about": carried_by[1], "to": path, "concerned": "yes"}
    return browser.get("/desk/live/news", params=query).text


def case_path(world: DeskWorld) -> str:
    return f"/desk/cases/{world.bureau.case}"


def test_page_is_told_kinds_and_nothing_else(world: DeskWorld) -> None:
    browser = world.browser()
    stamp, _ = carried(browser, "/desk/")

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}) as stream:
            await asyncio.to_thread(send, world, "Мухаммедов Абдулло")
            await told(world, stream, ["message"])
            (event,) = stream.events()
            assert re.fullmatch(r'\{"kinds": \["message"\], "within_ms": [0-9]+\}', event["data"])
            assert re.fullmatch(r"[0-9a-f]{8}-[0-9]+\.[0-9]+", event["id"])

    asyncio.run(listen())


def test_page_is_told_of_the_kinds_that_it_asks_for_and_its_role_may_read(world: DeskWorld) -> None:
    duty, border = world.browser(), world.browser("border_officer")
    stamp, _ = carried(duty, "/desk/")

    async def listen() -> None:
        async with AsyncExitStack() as streams:
            opened = [
                await streams.enter_async_context(
                    streaming(world.app, session_of(browser), {"kinds": kinds, "from": stamp})
                )
                for browser, kinds in ((duty, "case"), (duty, "message"), (border, ALL))
            ]
            await asyncio.to_thread(note, world, DUTY)
            await told(world, opened[0], ["case"])
            assert [one.told() for one in opened[1:]] == [[], []]

    asyncio.run(listen())


def test_match_of_a_standing_query_is_told_to_its_officer_alone(world: DeskWorld) -> None:
    ours = [row for row in world.node.trail.latest(200) if row.act.detail.get("search") == world.standing]
    matched = next(row for row in ours if row.act.verb == "query_matched")

    class One:
        def latest_position(self) -> int:
            return matched.sequence - 1

        def since(self, position: int, _: int) -> Any:  # noqa: ANN401 - rows
            return (matched,) if position < matched.sequence else ()

    loop, hub = asyncio.new_event_loop(), Changes(One(), world.desk.parts.told_as, lambda _: {}, lambda: False, "era")
    listeners = [
        Listener(f"s-{one}", one, frozenset({"match"}), "", False, lambda _: True, lambda _: True, loop)  # noqa: FBT003
        for one in (DUTY, "duty-2")
    ]
    stamp = hub.stamp()
    assert [hub.open(one, stamp) for one in listeners] == [True, True]
    assert hub.step() == 1
    assert [hub.take(one)[0] for one in listeners] == [{"match"}, set()]
    loop.close()


def test_what_changed_between_a_page_and_its_stream_is_told_and_no_more_than_that(world: DeskWorld) -> None:
    browser = world.browser()
    stamp, _ = carried(browser, "/desk/")
    send(world)
    step(world)
    after, _ = carried(browser, "/desk/")

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}) as stream:
            await stream.wait(stream.told)
            assert stream.told() == [["message"]]
            mark = stream.events()[0]["id"]
        for again in (after, mark):
            headers = {"last-event-id": again}
            async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}, headers) as stream:
                await asyncio.sleep(0.05)
                assert stream.told() == []

    asyncio.run(listen())


@pytest.mark.parametrize("stamp", ["", "another-1.5", "x.y", "0.0", "1" * 300])
def test_stamp_of_another_process_is_told_that_anything_may_have_changed(world: DeskWorld, stamp: str) -> None:
    browser = world.browser()

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": "hit,message", "from": stamp}) as stream:
            await stream.wait(stream.told)
            assert stream.told() == [["hit", "message"]]

    asyncio.run(listen())


def test_stream_ends_with_its_session(world: DeskWorld) -> None:
    browser = world.browser()
    stamp, _ = carried(browser, "/desk/")

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}) as stream:
            del world.signed_in.sessions[session_of(browser)]
            # Whatever ends a session is a row about its officer.
            perform(world.node, "officer_add", {"officer": HEAD, "id": DUTY, "roles": ["duty_officer"]})
            await asyncio.to_thread(step, world)
            await stream.wait(lambda: stream.is_over)
            assert stream.ends() == ["session"]
        async with streaming(world.app, session_of(browser), {"kinds": ALL}) as stream:
            assert (stream.status, stream.text) == (401, "")
        async with streaming(world.app, None, {"kinds": ALL}) as stream:
            assert (stream.status, stream.text) == (401, "")

    asyncio.run(listen())


def test_stream_beats_and_looks_at_its_session_by_itself(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    browser = world.browser()
    stamp, _ = carried(browser, "/desk/")

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}) as stream:
            await stream.wait(lambda: ":\n\n" in stream.text)
            # It ended by time alone: no row says so.
            del world.signed_in.sessions[session_of(browser)]
            await stream.wait(lambda: stream.is_over)
            assert stream.ends() == ["session"]

    asyncio.run(listen())


def test_streams_are_bounded_by_session_and_in_all_and_places_are_given_back(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "STREAMS_MAX", changes.STREAMS_OF_SESSION_MAX + 1)
    first, other = session_of(world.browser()), session_of(world.browser())

    async def opened(sessions: Sequence[str]) -> list[int]:
        async with AsyncExitStack() as streams:
            return [
                (await streams.enter_async_context(streaming(world.app, one, {"kinds": ALL}))).status
                for one in sessions
            ]

    of_session = [first] * (changes.STREAMS_OF_SESSION_MAX + 1)
    assert asyncio.run(opened(of_session)) == [200] * changes.STREAMS_OF_SESSION_MAX + [204]
    assert world.desk.changes.count() == 0
    assert asyncio.run(opened([*of_session[:-1], other, other])) == [200] * (changes.STREAMS_OF_SESSION_MAX + 1) + [204]
    assert world.desk.changes.count() == 0


def test_much_that_changes_is_told_once_in_a_while(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GAP_SECONDS_MIN", 0.3)
    browser = world.browser()
    stamp, _ = carried(browser, "/desk/")

    async def listen() -> None:
        async with streaming(world.app, session_of(browser), {"kinds": ALL, "from": stamp}) as stream:
            for place in range(12):
                await asyncio.to_thread(note, world, DUTY, f"Note {place}")
                await asyncio.to_thread(step, world)
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(0.35)
            assert {kinds for one in stream.told() for kinds in one} == {"case"}
            assert len(stream.told()) <= 3 + (asyncio.get_running_loop().time() - began) / 0.3

    asyncio.run(listen())


def test_act_that_was_refused_changed_nothing_and_is_not_told(world: DeskWorld) -> None:
    page, border = case_path(world), world.browser("border_officer")
    stamp, _ = carried(world.browser(), page)
    session = world.signed_in.sessions[session_of(border)]
    fields = {"csrf": session.csrf, "once": "refused-1", "text": "x"}
    assert border.post(f"{page}/note", fields).status_code == 403
    with pytest.raises(Refused):
        perform(world.node, "case_note", {"officer": session.account, "number": world.bureau.case, "text": "x"})
    step(world)
    assert world.desk.changes.since(stamp) == []


def test_rows_are_not_read_while_nobody_is_at_a_desk(world: DeskWorld) -> None:
    read: list[int] = []
    now = [0.0]

    class Counted:
        def latest_position(self) -> int:
            return world.desk.parts.rows.latest_position()

        def since(self, position: int, limit: int) -> Any:  # noqa: ANN401 - rows
            read.append(position)
            return world.desk.parts.rows.since(position, limit)

    hub = Changes(Counted(), world.desk.parts.told_as, lambda _: {}, lambda: False, "era", lambda: now[0])
    note(world, DUTY)
    assert (hub.step(), read) == (0, [])
    before = hub.stamp()
    note(world, DUTY)
    assert hub.step() > 0
    assert [one.kind for one in hub.since(before) or ()] == ["case"]
    now[0] += changes.FOLLOWED_SECONDS + 1
    assert hub.step() == 0
    read.clear()
    note(world, DUTY)
    assert (hub.step(), read) == (0, [])
    # What happened meanwhile no stamp of before tells of: it says that anything may have.
    assert hub.stamp() != before
    assert hub.since(before) is None


def test_what_a_page_is_about_is_taken_from_the_page_alone(world: DeskWorld) -> None:
    browser, other = world.browser(), second(world)
    _, about = carried(browser, case_path(world))
    assert about.endswith(f".{world.bureau.case}")

    async def listen() -> None:
        forged = f"{'0' * 32}.{world.bureau.case}"
        for session, text in ((session_of(browser), forged), (session_of(other), about), (session_of(browser), "")):
            stamp, _ = carried(browser, "/desk/")
            async with streaming(world.app, session, {"kinds": "this", "about": text, "from": stamp}) as stream:
                await asyncio.to_thread(note, world, DUTY)
                await asyncio.to_thread(step, world)
                await asyncio.sleep(0.05)
                assert stream.told() == [], text

    asyncio.run(listen())


def test_two_officers_at_one_case_are_told_of_each_other_and_of_what_the_other_did(world: DeskWorld) -> None:
    browser, other = world.browser(), second(world)
    mine = carried(browser, case_path(world))

    async def listen() -> None:
        here = {"kinds": "this", "about": mine[1], "from": mine[0]}
        async with streaming(world.app, session_of(browser), here) as stream:
            theirs = carried(other, case_path(world))
            there = {"kinds": "this", "about": theirs[1], "from": theirs[0]}
            assert "duty-2" not in news(browser, case_path(world), mine)
            async with streaming(world.app, session_of(other), there) as beside:
                await stream.wait(stream.told)
                await beside.wait(beside.told)
                assert "duty-2 has this open too." in news(browser, case_path(world), mine)
                assert "duty-1 has this open too." in news(other, case_path(world), theirs)
            await asyncio.sleep(0)
            assert "duty-2" not in news(browser, case_path(world), mine)

    asyncio.run(listen())
    note(world, "duty-2")
    step(world)
    said = news(browser, case_path(world), mine)
    assert "duty-2 has changed this." in said
    assert f'href="{case_path(world)}"' in said
    # What oneself did is no news.
    assert "has changed" not in news(other, case_path(world), mine)


def test_form_about_what_another_officer_changed_is_given_back_once_with_what_was_entered(world: DeskWorld) -> None:
    browser, page = world.browser(), case_path(world)
    stamp, _ = carried(browser, page)
    note(world, "duty-2", "He was seen again")
    step(world)
    version = VERSION.findall(browser.get(page).text)[0]
    fields = {**browser.frame(page), "reason": "Nothing <more> to do", "stamp": stamp, "version": version}
    answer = browser.post(f"{page}/close", fields)
    assert answer.status_code == 400
    assert "duty-2 has changed this since you opened it" in unescape(answer.text)
    assert "Nothing &lt;more&gt; to do</textarea>" in answer.text
    assert "He was seen again" in answer.text
    found = CARRIED.search(answer.text)
    assert found is not None
    version = VERSION.findall(answer.text)[0]
    assert browser.post(f"{page}/close", {**fields, "stamp": found[1], "version": version}).status_code == 303
    version = VERSION.findall(browser.get(page).text)[0]
    reopened = browser.send(page, f"{page}/reopen", {"reason": "Again", "version": version})
    assert reopened.status_code == 303


def test_form_of_a_page_from_before_the_node_began_is_given_back_once(world: DeskWorld) -> None:
    browser, page = world.browser(), case_path(world)
    version = VERSION.findall(browser.get(page).text)[0]
    fields = {**browser.frame(page), "reason": "Nothing <more> to do", "stamp": "0a1b2c3d-1.5", "version": version}
    answer = browser.post(f"{page}/close", fields)
    assert answer.status_code == 400
    assert "Somebody may have changed this since you opened it" in answer.text
    assert "Nothing &lt;more&gt; to do</textarea>" in answer.text
    found = CARRIED.search(answer.text)
    assert found is not None
    assert browser.post(f"{page}/close", {**fields, "stamp": found[1]}).status_code == 303
    version = VERSION.findall(browser.get(page).text)[0]
    assert browser.send(page, f"{page}/reopen", {"reason": "Again", "version": version}).status_code == 303


def test_suspension_by_another_body_stands_on_the_pages_it_concerns(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    concerned = {page.name for page in PAGES if isinstance(page, ShowPage) and live.is_concerned(page)}
    assert {"desk", "record", "hits", "messages", "found", "judge"} <= concerned
    assert {"cases", "task"} & concerned == set()
    before = carried(browser, "/desk/messages")
    suspend(world)

    async def listen() -> None:
        kinds = {"kinds": "this,instrument", "from": before[0]}
        async with streaming(world.app, session_of(browser), kinds) as stream:
            await told(world, stream, ["instrument"])

    asyncio.run(listen())
    said = news(browser, "/desk/messages", before)
    assert 'data-stand="suspended"' in said
    assert re.search(r"<bdi[^>]*>XA-NCB</bdi> has suspended part of «" + AGREEMENT_NAME, unescape(said))
    # A page that is made now has it in it.
    assert "data-stand" not in news(browser, "/desk/messages", carried(browser, "/desk/messages"))
    assert "concerned=no" in browser.get("/desk/cases").text


def suspend(world: DeskWorld) -> None:
    """Have XA suspend its part of the agreement toward us."""
    network = world.bureau.network
    terms: Any = {
        "officer": HEAD, "instrument": AGREEMENT_NAME, "toward": ["XB-NCB"], "decided_by": "Ministry",
        "document": "17", "reason": "reciprocity", "review_on": "2100-01-01",
    }  # fmt: skip
    drafted: Any = perform(network["XA-NCB"], "suspend_draft", terms)
    network.submit("XA-NCB", from_json(drafted["statement"]))
    network.deliver()
