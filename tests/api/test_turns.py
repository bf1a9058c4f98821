"""I47: verbs are begun in the order they came, few compute at once, and nobody waits for whoever takes long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from unittest.mock import Mock

import httpx
import pytest
from starlette.applications import Starlette

from entente import verbs
from entente.api import running
from entente.api.operator import operator_route
from entente.api.turns import Turns, long_at_once, short_at_once
from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.verbs import VERBS
from entente.verbs import verb as verb_module
from entente.verbs.arguments import Arguments

TOKEN = "operator-0123456789abcdef"
WORKERS = 2
SHORT_AT_ONCE, LONG_AT_ONCE = short_at_once(WORKERS), long_at_once(WORKERS)
WAIT_SECONDS = 20.0
Ask = Callable[[str], Awaitable[httpx.Response]]


class Doors:
    """Verbs that stand still until they are let go, and how many stood at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.let_go = threading.Semaphore(0)
        self.inside = self.most = 0
        self.came: list[str] = []

    def stand(self, _: Node, arguments: Arguments) -> JsonObject:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.came.append(str(arguments.given.get("who", "")))
        assert self.let_go.acquire(timeout=WAIT_SECONDS)
        with self._lock:
            self.inside -= 1
        return {}


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    """Return doors behind which the verbs «stand» and «stand_long» stand; «pass» is done at once."""
    opened = Doors()
    for verb in (
        verb_module.verb("stand", opened.stand, "Stand.", "who"),
        verb_module.verb("stand_long", opened.stand, "Stand.", "who", is_long=True),
        verb_module.verb("pass", lambda *_: {"passed": True}, "Pass."),
    ):
        monkeypatch.setitem(VERBS, verb.name, verb)
    monkeypatch.setattr(verbs, "names_of", lambda _: Mock(own=Mock(is_exercise=False)))
    return opened


async def story(tell: Callable[[Ask], Awaitable[None]]) -> None:
    node = Mock(settings=Mock(search_workers=WORKERS))
    transport = httpx.ASGITransport(Starlette(routes=[operator_route(node, TOKEN)]), client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as http, asyncio.timeout(WAIT_SECONDS):

        def ask(verb: str, who: str = "") -> Awaitable[httpx.Response]:
            given = {"who": who} if who else {}
            headers = {"Authorization": f"Bearer {TOKEN}"}
            return asyncio.ensure_future(
                http.post("/operator", json={"verb": verb, "arguments": given}, headers=headers)
            )

        await tell(ask)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is waited for happens in threads
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(("verb", "at_once"), [("stand", SHORT_AT_ONCE), ("stand_long", LONG_AT_ONCE)])
def test_i47_no_more_than_the_bound_compute_at_once(
    doors: Doors, verb: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LONG_SECONDS", WAIT_SECONDS)

    async def tell(ask: Ask) -> None:
        asked = [ask(verb) for _ in range(at_once + 3)]
        for _ in asked:
            await until(lambda: doors.inside == at_once or len(doors.came) == len(asked))
            doors.let_go.release()
        assert [one.status_code for one in await asyncio.gather(*asked)] == [200] * len(asked)

    asyncio.run(story(tell))
    assert doors.most == at_once


def test_i47_a_short_verb_waits_for_no_long_one(doors: Doors) -> None:
    async def tell(ask: Ask) -> None:
        asked = [ask("stand_long") for _ in range(LONG_AT_ONCE + 3)]
        await until(lambda: doors.inside == LONG_AT_ONCE)
        assert (await ask("pass")).json() == {"passed": True}
        doors.let_go.release(len(asked))
        await asyncio.gather(*asked)

    asyncio.run(story(tell))


def test_i47_one_that_takes_long_gives_its_turn_back_and_goes_on(doors: Doors) -> None:
    async def tell(ask: Ask) -> None:
        asked = [ask("stand") for _ in range(SHORT_AT_ONCE)]
        await until(lambda: doors.inside == SHORT_AT_ONCE)
        assert (await ask("pass")).json() == {"passed": True}
        assert doors.inside == SHORT_AT_ONCE
        doors.let_go.release(len(asked))
        assert [one.status_code for one in await asyncio.gather(*asked)] == [200] * len(asked)

    asyncio.run(story(tell))


def test_i47_turns_are_given_in_the_order_they_were_asked_for() -> None:
    async def tell() -> None:
        turns, given = Turns(1), []

        async def wait(who: int) -> None:
            turn = await turns.take()
            given.append(who)
            await asyncio.sleep(0)
            turn.end()

        await asyncio.gather(*(wait(who) for who in range(5)))
        assert given == list(range(5))

    asyncio.run(tell())


def test_i47_a_turn_is_ended_once_however_often_it_is_said() -> None:
    async def tell() -> None:
        turns = Turns(1)
        first = await turns.take()
        first.end()
        second = await turns.take()
        first.end()
        third = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        assert not third.done()
        second.end()
        (await asyncio.wait_for(third, WAIT_SECONDS)).end()

    asyncio.run(tell())


def test_i47_a_turn_given_to_a_request_that_was_given_up_goes_to_the_next() -> None:
    async def tell() -> None:
        turns = Turns(1)
        first = await turns.take()
        gone, goes, stays = (asyncio.ensure_future(turns.take()) for _ in range(3))
        await asyncio.sleep(0)
        # One is given up while it waits, one in the moment in which its turn comes.
        gone.cancel()
        await asyncio.sleep(0)
        first.end()
        goes.cancel()
        second = await asyncio.wait_for(stays, WAIT_SECONDS)
        second.end()
        assert (gone.cancelled(), goes.cancelled()) == (True, True)
        (await asyncio.wait_for(turns.take(), WAIT_SECONDS)).end()

    asyncio.run(tell())
