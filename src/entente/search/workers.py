"""Processes that search: they map the files of one base and answer over pipes, so that the node itself loads no compiler.

Each answers one question at a time, and a question waits for a free one. A process that ended, or gave no answer in time, is
replaced and asked once more.

Source: DESIGN sections 7 and 8; docs/rules/identity.md I37.
"""

from __future__ import annotations

import queue
import select
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entente.kernel.errors import Unavailable
from entente.search.frames import receive, send

ANSWER_SECONDS = 10.0
"""Longest wait for one answer: a search takes milliseconds."""
OPEN_SECONDS = 600.0
"""Longest wait until a process has opened its files: a second, but on a fresh installation its loops are compiled first."""
FREE_SECONDS = 30.0
"""Longest wait for a free process."""
BUILD_SECONDS = 3_600.0
"""Longest wait until the files of a base are written: five million records take minutes."""
VIEWS_MAX = 32
"""Sets of classes that a process was told and remembers: one for each right, purpose and crime area in use."""


class WorkerEnded(Exception):  # noqa: N818 - an event, not a fault: whoever asked asks another process
    """A process ended, or gave no answer in time."""


class Retired(Exception):  # noqa: N818 - the same
    """The files these processes read were replaced: the question goes to the newer ones."""


class Worker:
    """One process. Used by one thread at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "entente.search.worker"]
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

    def end(self) -> None:
        """End the process; it holds nothing that is not in files."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


class WorkerPool:
    """As many processes as asked for, all on the files of one base. Safe from several threads."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._left_out: list[int] = []
        self._lock = threading.Lock()
        self._views: OrderedDict[frozenset[int], int] = OrderedDict()
        self._views_made = 0
        self._seats = [_Seat() for _ in range(count)]
        self._free: queue.LifoQueue[_Seat] = queue.LifoQueue()
        for seat in self._seats:
            self._free.put(seat)
        self._is_retired = False
        self.is_damaged = False
        """Whether the files could not be opened: they are to be made anew."""

    def leave_out(self, records: Iterable[int]) -> None:
        """Have no later answer hold these records: they changed since the base was made."""
        self._left_out.extend(records)

    def start(self) -> None:
        """Start every process and have it open the files, so that the first question waits for nothing."""
        for seat in self._seats:
            if self._is_retired:
                raise Retired
            self._ready(seat)

    def by_names(
        self, names: Sequence[str], birth_date: str, country: str, allowed: frozenset[int], limit: int
    ) -> tuple[int, ...]:
        """Return the numbers of the records nearest to one of the names, best first."""
        found = self._ask("names", allowed, names=list(names), birth_date=birth_date, country=country, limit=limit)
        return tuple(int(number) for number in found)

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of records with exactly one of the identifiers."""
        return tuple(int(number) for number in self._ask("numbers", allowed, keys=list(identifiers), limit=limit))

    def retire(self) -> None:
        """Let the questions under way be answered, and end; later ones raise Retired."""
        self._is_retired = True
        for _ in self._seats:
            seat = self._free.get()
            if seat.worker is not None:
                seat.worker.end()
                seat.worker = None
        # Whoever waits for a process is let go.
        for seat in self._seats:
            self._free.put(seat)

    def end(self) -> None:
        """End all processes at once, whatever they are doing, before anybody asked them."""
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
            seat.worker = Worker()
            try:
                seat.worker.ask("open", OPEN_SECONDS, folder=str(self._folder))
            except Unavailable:
                self.is_damaged = True
                seat.worker.end()
                seat.forget()
                raise
        upto = len(self._left_out)
        if seat.left_out < upto:
            seat.worker.ask("leave_out", records=self._left_out[seat.left_out : upto])
            seat.left_out = upto
        return seat.worker

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
    views: list[int] = field(default_factory=list)
    left_out: int = 0

    def forget(self) -> None:
        self.worker, self.left_out = None, 0
        self.views.clear()


def _no_worker(error: Exception) -> Unavailable:
    return Unavailable(
        "The search was not made.",
        why=f"No search process gave an answer ({str(error)[:120] or type(error).__name__}).",
        do="Search again; if it stays so, look at the node's memory and at `entente doctor`.",
        retry_is_safe=True,
    )
