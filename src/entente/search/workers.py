"""Processes that search: they map the files of one base and answer over pipes, so that the node itself loads no compiler.

Each answers one question at a time, and a question waits for a free one. A process that ended, or gave no answer in time, is
replaced and asked once more.

Source: DESIGN sections 7 and 8; docs/rules/identity.md I37.
"""

from __future__ import annotations

import logging
import queue
import select
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from entente.identity.model import Found, Query
from entente.kernel.errors import Unavailable
from entente.kernel.faults import in_short
from entente.search.frames import receive, send
from entente.search.messages import found_of, query_values

_log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
"""Longest wait for one answer: a search takes milliseconds."""
OPEN_SECONDS = 600.0
"""Longest wait until a process has opened its files: a second, but on a fresh installation its loops are compiled first."""
FREE_SECONDS = 30.0
"""Longest wait for a free process."""
BUILD_SECONDS = 3_600.0
"""Longest wait until the files of a base are written: five million records take minutes."""
SEARCHES = "entente.search.worker"
"""The module that searches a base, or writes one."""
QUERIES_AT_ONCE = 8
"""Queries of one request that a process is given together: some 30 ms, within which a single search waits for its turn."""
START_AGAIN_SECONDS = 60.0
"""Pause after processes that could not be started; the node searches itself meanwhile."""
RETIRE_LOOK_SECONDS = 0.1
"""How long the end of a pool waits before it looks whether what it waits for is only being started."""
VIEWS_MAX = 32
"""Sets of classes that a process was told and remembers: one for each right, purpose and crime area in use."""


class WorkerEnded(Exception):  # noqa: N818 - an event, not a fault: whoever asked asks another process
    """A process ended, or gave no answer in time."""


class Retired(Exception):  # noqa: N818 - the same
    """The files these processes read were replaced: the question goes to the newer ones."""


class Worker:
    """One process. Used by one thread at a time."""

    def __init__(self, module: str = SEARCHES) -> None:
        command = [sys.executable, "-P", "-m", module]
        # A group of its own: Ctrl-C ends the node, which then ends its processes.
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this, with a module of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, process_group=0
        )
        assert self._process.stdin is not None, "both pipes were asked for"
        assert self._process.stdout is not None, "both pipes were asked for"
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()

    def ask(self, do: str, seconds: float = ANSWER_SECONDS, **given: Any) -> Any:  # noqa: ANN401 - each question has its own answer
        """Ask, and return the answer; raise WorkerEnded, or Unavailable with what the process says is wrong."""
        self.tell(do, **given)
        return self.answer(seconds)

    def tell(self, do: str, **given: Any) -> None:  # noqa: ANN401 - each question has its own values
        """Ask without waiting for the answer, which is to be taken before the next question; raise WorkerEnded."""
        try:
            send(self._to, {"do": do, **given})
        except (OSError, ValueError) as error:
            self.end()
            raise WorkerEnded(str(error)) from error

    def answer(self, seconds: float = ANSWER_SECONDS) -> Any:  # noqa: ANN401 - each question has its own answer
        """Return the answer to what was told; raise as `ask` does."""
        try:
            answer = receive(self._from, seconds)
        except (OSError, EOFError, ValueError, TypeError) as error:
            self.end()
            raise WorkerEnded(str(error)) from error
        if "failed" in answer:
            raise Unavailable(**answer["failed"])
        return answer["done"]

    def has_answered(self, seconds: float) -> bool:
        """Say within so many seconds whether there is an answer to take, or an end."""
        return bool(select.select([self._from], [], [], seconds)[0])

    def kill(self) -> None:
        """End the process under whoever waits for it, from any thread; that one is told WorkerEnded."""
        self._process.kill()

    def end(self) -> None:
        """End the process; it holds nothing that is not in files."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Opens:
    """What the processes of a pool have open."""

    base: Path | None
    """The folder of a base."""
    looks: Looks | None = None
    """None: they search a base, and do not look into the store."""
    live: Path | None = None
    """The folder of the live part, for those that look."""

    @property
    def module(self) -> str:
        """The module that runs in each."""
        if self.looks is None:
            return SEARCHES
        return self.looks.module if self.base is None else self.looks.module_with_base


@dataclass(frozen=True, slots=True)
class Looks:
    """Processes that look for a query from end to end: they read the store beside the node."""

    node: Path
    """The node's folder."""
    module: str
    """The module that runs in each where there is no base: it does without the compiler."""
    module_with_base: str


@dataclass(frozen=True, slots=True)
class Builds:
    """Processes that read what a base is to hold out of the store beside the node."""

    node: Path
    """The node's folder."""
    module: str


class WorkerPool:
    """As many processes as asked for, all on the files of one index. Safe from several threads."""

    def __init__(self, opens: Opens, count: int) -> None:
        self._opens = opens
        self._left_out: list[int] = []
        self._lock = threading.Lock()
        self._views: OrderedDict[frozenset[int], int] = OrderedDict()
        self._views_made = 0
        self._seats = [_Seat() for _ in range(count)]
        self._free: queue.LifoQueue[_Seat] = queue.LifoQueue()
        for seat in self._seats:
            self._free.put(seat)
        self._starting: threading.Thread | None = None
        self._being_started: _Seat | None = None
        self._has_started = False
        self._start_again_at = 0.0
        self._is_retired = False
        self.is_damaged = False
        """Whether the files could not be opened: they are to be made anew."""

    def leave_out(self, records: Iterable[int]) -> None:
        """Have no later answer hold these records: they changed since the base was made."""
        self._left_out.extend(records)

    def begin(self) -> None:
        """Start every process, before there is anything to open, so that it loads its code meanwhile; once, and first."""
        for seat in self._seats:
            seat.worker = Worker(self._opens.module)

    def start(self) -> None:
        """Start every process and have it open the files, so that the first question waits for nothing."""
        taken: list[_Seat] = []
        try:
            while len(taken) < len(self._seats):
                self._being_started = self._taken()
                taken.append(self._being_started)
                self._ready(self._being_started)
        finally:
            self._being_started = None
            for seat in taken:
                self._free.put(seat)
        self._has_started = True

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of the records of the base nearest to one of the query's names, best first."""
        return self._ask("names", allowed, query=query_values(query), limit=limit)  # type: ignore[no-any-return] # numbers

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of records of the base with exactly one of the identifiers."""
        return self._ask("numbers", allowed, keys=list(identifiers), limit=limit)  # type: ignore[no-any-return] # numbers

    def look(
        self, queries: Sequence[Query | None], allowed: frozenset[int], now: datetime, position: int
    ) -> tuple[Found, ...] | None:
        """Look for each query, with a live part that has come to `position`; None until the processes have started."""
        if not self._has_started:
            self._start_soon()
            return None

        def ask(some: Sequence[Query | None]) -> list[Found]:
            asked = [None if query is None else query_values(query) for query in some]
            answers = self._ask("look", allowed, queries=asked, now=now.isoformat(), position=position)
            return [found_of(values) for values in answers]

        parts = [queries[start : start + QUERIES_AT_ONCE] for start in range(0, len(queries), QUERIES_AT_ONCE)]
        if len(parts) <= 1:
            return tuple(found for part in parts for found in ask(part))
        with ThreadPoolExecutor(min(len(parts), len(self._seats)), "look") as threads:
            return tuple(found for part in threads.map(ask, parts) for found in part)

    def _start_soon(self) -> None:
        """Have a thread start the processes, unless one does, or one failed just now."""
        with self._lock:
            is_running = self._starting is not None and self._starting.is_alive()
            if is_running or self._is_retired or time.monotonic() < self._start_again_at:
                return
            self._start_again_at = time.monotonic() + START_AGAIN_SECONDS
            self._starting = threading.Thread(target=self._start, name="search processes", daemon=True)
            self._starting.start()

    def _start(self) -> None:
        try:
            self.start()
        except Retired:
            return
        except (WorkerEnded, Unavailable, OSError) as error:
            if self._is_retired:
                return
            _log.warning(
                "The search processes could not be started (%s); the node searches itself",
                in_short(error.__cause__ or error),
            )

    def retire(self) -> None:
        """Let the questions under way be answered, and end; later ones raise Retired."""
        self._is_retired = True
        for _ in self._seats:
            seat = self._left()
            if seat.worker is not None:
                seat.worker.end()
                seat.worker = None
        # Whoever waits for a process is let go.
        for seat in self._seats:
            self._free.put(seat)

    def _left(self) -> _Seat:
        """Return a seat that nobody uses any more; a process that is only being started is not waited for."""
        while True:
            try:
                return self._free.get(timeout=RETIRE_LOOK_SECONDS)
            except queue.Empty:
                starting = self._being_started
                if starting is not None and starting.worker is not None:
                    starting.worker.kill()

    def kill(self) -> None:
        """End all processes under whoever starts them, from any thread; no other is taken. What is left of them `end` closes."""
        self._is_retired = True
        for seat in self._seats:
            if seat.worker is not None:
                seat.worker.kill()

    def end(self) -> None:
        """End all processes at once, before anybody asked them and when nobody starts them any more."""
        self._is_retired = True
        for seat in self._seats:
            if seat.worker is not None:
                seat.worker.end()

    def _ask(self, do: str, allowed: frozenset[int], **given: Any) -> Any:  # noqa: ANN401 - see Worker.ask
        seat = self._taken()
        try:
            for _ in range(2):
                try:
                    worker = self._ready(seat)
                    view = self._told(seat, worker, allowed)
                    return worker.ask(do, view=view, **given)
                except WorkerEnded as error:
                    seat.forget()
                    ended = error
        finally:
            self._free.put(seat)
        raise _no_worker(ended) from ended

    def _taken(self) -> _Seat:
        try:
            seat = self._free.get(timeout=FREE_SECONDS)
        except queue.Empty as error:
            raise _no_worker(error) from error
        if self._is_retired:
            self._free.put(seat)
            raise Retired
        return seat

    def _ready(self, seat: _Seat) -> Worker:
        """Return a seat's process, started and told what is left out."""
        if seat.worker is None:
            seat.worker = Worker(self._opens.module)
        if not seat.has_opened:
            try:
                self._open(seat.worker)
            except Unavailable:
                seat.worker.end()
                seat.forget()
                raise
            seat.has_opened = True
        upto = len(self._left_out)
        if seat.left_out < upto:
            seat.worker.ask("leave_out", records=self._left_out[seat.left_out : upto])
            seat.left_out = upto
        return seat.worker

    def _open(self, worker: Worker) -> None:
        opens = self._opens
        if opens.base is not None:
            try:
                worker.ask("open", OPEN_SECONDS, folder=str(opens.base))
            except Unavailable:
                self.is_damaged = True
                raise
        if opens.looks is not None:
            worker.ask("open_store", OPEN_SECONDS, node=str(opens.looks.node), live=str(opens.live))

    def _told(self, seat: _Seat, worker: Worker, allowed: frozenset[int]) -> int:
        """Return the number of a set of classes, after the process was told which it is."""
        with self._lock:
            view = self._views.get(allowed)
            if view is None:
                self._views_made += 1
                view = self._views[allowed] = self._views_made
            self._views.move_to_end(allowed)
            if len(self._views) > VIEWS_MAX:
                self._views.popitem(last=False)
        if view not in seat.views:
            worker.ask("view", view=view, allowed=sorted(allowed))
            seat.views.append(view)
            # The process forgets the oldest likewise.
            del seat.views[:-VIEWS_MAX]
        return view


@dataclass(slots=True, eq=False)
class _Seat:
    """A process, when it runs, and what it was told."""

    worker: Worker | None = None
    has_opened: bool = False
    views: list[int] = field(default_factory=list)
    left_out: int = 0

    def forget(self) -> None:
        self.worker, self.has_opened, self.left_out = None, False, 0
        self.views.clear()


def _no_worker(error: Exception) -> Unavailable:
    return Unavailable(
        "The search was not made.",
        why=f"No search process gave an answer ({str(error)[:120] or type(error).__name__}).",
        do="Search again; if it stays so, look at the node's memory and at `entente doctor`.",
        retry_is_safe=True,
    )
