"""The web processes of a node: started, fed and replaced by the process that writes.

Each is given the socket that they all answer on, a line of its own, and the memory with the number of changes. One that ends is
started again after a pause; when the writer ends they all do, since nothing could be recorded any more.

Source: docs/rules/node.md N19 and N20; docs/decisions/0079-web-processes-read-and-one-process-writes.md.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from threading import BoundedSemaphore, Event, Thread
from typing import Final, cast

from entente.api.line import LineToWeb, acts_of
from entente.kernel.canonical import JsonObject
from entente.kernel.ports import Act

_log = logging.getLogger(__name__)

MODULE: Final = "entente.web_process"
"""The program that runs in each; nobody imports it."""
START_AGAIN_SECONDS: Final = 2.0
"""Pause before one that ended is started again."""
STOP_SECONDS_MAX: Final = 15.0
"""How long they may end what they began, a little longer than the server's own (transport.server)."""
ROWS_AT_ONCE: Final = 4
"""Rows that are written at the same time: those that wait share one synchronisation of the disk (decision 0034)."""
UNDER_WAY_MAX: Final = 256
"""Messages of one process that are not answered yet; the next ones are not read."""


@dataclass(frozen=True, slots=True)
class ForWeb:
    """What the writer does for its web processes."""

    append: Callable[[int, Sequence[Act]], None]
    """Appends rows to the trail, as storage.beside.TellRows says."""
    do: Callable[[JsonObject], Awaitable[JsonObject]]
    """Does what a route asks for, on the writer's event loop (api.doing.done_for)."""
    ready: Callable[[], JsonObject]
    """Says how the node stands (api.health)."""
    index: Callable[[], JsonObject]
    """Says how far the index has come: `position`, `live`, `base`."""
    count: Callable[[str, str, int, float], None]
    """Counts a request: route, verb, status, seconds."""


class Answers:
    """Answers what web processes ask, on a thread for each of them. Safe from several threads."""

    def __init__(self, work: ForWeb, loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._loop = loop
        self._rows = ThreadPoolExecutor(ROWS_AT_ONCE, "rows")

    def serve(self, line: LineToWeb) -> None:
        """Answer one of them until it ends."""
        under_way = BoundedSemaphore(UNDER_WAY_MAX)
        while (message := line.next_message()) is not None:
            try:
                self._begin(line, message, under_way)
            except (KeyError, TypeError, ValueError) as error:
                _log.warning("A web process said what no web process says (%s), and is not heard", type(error).__name__)
                return

    def _begin(self, line: LineToWeb, message: JsonObject, under_way: BoundedSemaphore) -> None:
        match message.get("do"):
            case "rows":
                work = self._rows.submit(self._append, message)
            case "ready":
                work = self._rows.submit(self._work.ready)
            case "index":
                work = self._rows.submit(self._work.index)
            case "counted":
                route, verb, status, micros = cast("tuple[str, str, int, int]", message["request"])
                self._work.count(route, verb, status, micros / 1e6)
                return
            case _:
                work = asyncio.run_coroutine_threadsafe(self._done(message), self._loop)
        under_way.acquire()

        def answer(done: Future[JsonObject]) -> None:
            under_way.release()
            line.answer(message["number"], done.result)

        work.add_done_callback(answer)

    def _append(self, message: JsonObject) -> JsonObject:
        self._work.append(cast("int", message["seen"]), acts_of(message))
        return {}

    async def _done(self, message: JsonObject) -> JsonObject:
        return await self._work.do(message)


@dataclass(frozen=True, slots=True)
class Given:
    """What each process is given at its start, beside its line."""

    folder: str
    bound: socket.socket
    """On which all of them answer."""
    changes: int
    """The handle of the number of changes (storage.changes)."""
    node: str
    """Where the node listens for programs of this machine."""


@dataclass(slots=True)
class WebProcesses:
    """All of them. `begin` is called once, on the writer's event loop."""

    given: Given
    count: int
    work: ForWeb
    _answers: Answers | None = None
    _threads: list[Thread] = field(default_factory=list)
    _running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    _is_ending: Event = field(default_factory=Event)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start them; each is followed by a thread of its own."""
        self._answers = Answers(self.work, loop)
        for place in range(self.count):
            thread = Thread(target=self._keep, args=(place,), name=f"web process {place + 1}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """Ask them to end what they began, and wait a while; called on another thread than the event loop's."""
        self._is_ending.set()
        for process in [*self._running.values()]:
            process.send_signal(signal.SIGTERM)
        for thread in self._threads:
            thread.join(STOP_SECONDS_MAX)
        for process in [*self._running.values()]:
            process.kill()

    def trouble(self) -> str:
        """Return in words how many are missing; empty where all run."""
        missing = self.count - sum(process.poll() is None for process in [*self._running.values()])
        return f"Of {self.count} web processes not running: {missing}." if missing else ""

    def _keep(self, place: int) -> None:
        while not self._is_ending.is_set():
            try:
                ended = f"ended with {self._run_one(place)}"
            except OSError as error:
                # No memory or no handle left, for a moment: the others answer on.
                ended = f"could not be started ({error.strerror or type(error).__name__})"
            if not self._is_ending.wait(START_AGAIN_SECONDS):
                _log.warning("A web process %s, and is started again", ended)

    def _run_one(self, place: int) -> int:
        """Start one and serve it until it ends; return how it ended."""
        ours, theirs = socket.socketpair()
        handles = (self.given.bound.fileno(), theirs.fileno(), self.given.changes)
        command = [sys.executable, "-P", "-m", MODULE, self.given.folder, self.given.node, *map(str, handles)]
        with theirs, ours:
            # A group of its own: Ctrl-C ends the node, which then ends its processes.
            process = subprocess.Popen(command, pass_fds=handles, process_group=0)  # noqa: S603 - a module of ours
            # Closed here where there is no process; else the line's, from now on.
            handle = ours.detach()
        self._running[place] = process
        if self._is_ending.is_set():
            # It was started while the others were asked to end.
            process.send_signal(signal.SIGTERM)
        assert self._answers is not None, "the processes are begun on the loop"
        line = LineToWeb(Connection(handle))
        self._answers.serve(line)
        # Whatever it said last, it is of no use without its line.
        if not self._is_ending.is_set():
            process.terminate()
        try:
            ended = process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            ended = process.wait()
        line.end()
        return ended


def taken_over(handle: int) -> socket.socket:
    """Return, in a web process, the socket of a handle that it was given."""
    return socket.socket(fileno=handle)
