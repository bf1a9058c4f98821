"""Work of the node for a request: begun in a thread when its turn has come, followed from the event loop.

One runner serves both doors, the operator's and the API's, so that they wait for each other as officers do (api.turns).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from entente.api.turns import LONG_SECONDS, Turns, long_at_once, short_at_once
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Unavailable

THREADS_BESIDE = 31
"""Verbs that go on without a turn, because they wait for a peer or report progress: with those that have one, on a node as it is
set up, as many as the server has for everything else."""

TURN_LOOKED_AT_SECONDS = 0.5
"""How often who waits for a turn from another thread looks whether the node stops."""

Event: TypeAlias = "int | JsonObject | BaseException"
"""Rows durable so far; at the end the answer, an error of the tree, or a programming error to be raised again."""
Step: TypeAlias = Callable[[int], None]
Work: TypeAlias = Callable[[Step], JsonObject]
"""Done in a thread; it is given what to call at each step that is durable."""


def _runs_on() -> bool:
    return False


class Runner:
    """Runs work in turns. `begin` is called by one event loop alone."""

    def __init__(self, search_workers: int, is_stopping: Callable[[], bool] = _runs_on) -> None:
        """Let so many at once run as there are search processes for; `is_stopping` says whether the node was asked to stop."""
        at_once = short_at_once(search_workers), long_at_once(search_workers)
        self._short, self._long = Turns(at_once[0], LONG_SECONDS), Turns(at_once[1])
        self._threads = ThreadPoolExecutor(THREADS_BESIDE + sum(at_once), "operator")
        self._is_stopping = is_stopping
        self._loop: asyncio.AbstractEventLoop | None = None

    async def begin(self, work: Work, *, is_long: bool) -> tuple[Event, asyncio.Queue[Event]]:
        """Wait for a turn and begin the work; return the first it tells, and where the rest arrives.

        One that reports progress goes on without a turn. Whoever goes away does not undo what was begun.
        """
        turn = await (self._long if is_long else self._short).take()
        try:
            events = self._begun(work)
            first = await events.get()
        finally:
            turn.end()
        return first, events

    def is_stopping(self) -> bool:
        """Say whether the node was asked to stop."""
        return self._is_stopping()

    def serve_from(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Say which event loop gives the turns; None once none does, and work from elsewhere waits for nobody."""
        self._loop = loop

    def in_long_turn(self, work: Callable[[], JsonObject]) -> JsonObject:
        """Do a piece of work in this thread when its turn among the long ones has come. For threads beside the loop's.

        Raises Unavailable where the node is asked to stop while it waits.
        """
        if (loop := self._loop) is None:
            return work()
        taking = asyncio.run_coroutine_threadsafe(self._long.take(), loop)
        while True:
            try:
                turn = taking.result(TURN_LOOKED_AT_SECONDS)
            except TimeoutError:
                if self._is_stopping():
                    taking.cancel()
                    raise _stopping(0) from None
            else:
                break
        try:
            return work()
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(turn.end)

    def _begun(self, work: Work) -> asyncio.Queue[Event]:
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event] = asyncio.Queue()

        def tell(event: Event) -> None:
            # A verb may outlive the server, which waits for it a while; then nobody hears its end.
            if not loop.is_closed():
                loop.call_soon_threadsafe(events.put_nowait, event)

        def step(done: int) -> None:
            if self._is_stopping():
                raise _stopping(done)
            tell(done)

        running = self._threads.submit(work, step)
        running.add_done_callback(lambda done: tell(done.exception() or done.result()))
        return events


def _stopping(done: int) -> Unavailable:
    return Unavailable(
        "The node was asked to stop before this was done.",
        why=f"It ended at a durable step: rows kept: {done}, and nothing is half-written.",
        do="Start the node and run the same command again; what is there already stays as it is.",
        retry_is_safe=True,
    )
