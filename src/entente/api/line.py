"""The line between a web process and the writer: messages of JSON over a pair of sockets, answered in any order.

A web process stands where strangers can reach it, so what comes from it is read as data and nothing else.

Source: docs/rules/node.md N19.
"""

from __future__ import annotations

import asyncio
import json
import logging
import queue
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response

from entente.api.errors import WithStatus
from entente.identity.model import IndexSizes
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.elsewhere import Absent, Overtaken
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.ports import Act
from entente.kernel.wire import error_from_json, error_to_json

MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024
"""A page of a hundred records with all their facts has some hundred kilobytes."""
ROWS_SECONDS_MAX: Final = 40.0
"""Longer than the writer waits for its other writes (storage.write_lock)."""

_log = logging.getLogger(__name__)


class LineToWriter:
    """A web process's end. Safe from several threads, and awaited from its event loop."""

    def __init__(self, line: Connection, pass_on: Callable[[Request], Awaitable[Response]]) -> None:
        """Listen in a thread of its own; `pass_on` hands a request on to the writer's own door."""
        self._line = line
        self._pass_on = pass_on
        self._sends = Lock()
        # What is below is read and written under this one, which is held for microseconds.
        self._lock = Lock()
        self._numbers = count(1)
        self._waiting: dict[int, Future[JsonObject]] = {}
        self._has_ended = Event()
        Thread(target=self._listen, name="line to the writer", daemon=True).start()

    async def ask(self, do: str, **given: Json) -> JsonObject:
        """Ask, and return the answer; raise what the writer raised, or Unavailable where it has ended."""
        return _read_answer(await asyncio.wrap_future(self._asked({"do": do, **given})))

    async def pass_on(self, request: Request) -> Response:
        """Have the writer answer a request as it came."""
        return await self._pass_on(request)

    def tell_rows(self, seen: int, acts: Sequence[Act]) -> None:
        """Have rows appended to the trail, as of a number of changes (storage.beside.TellRows)."""
        rows: list[Json] = [[act.verb, act.body, act.officer, act.subject, act.detail] for act in acts]
        try:
            _read_answer(self._asked({"do": "rows", "seen": seen, "rows": rows}).result(ROWS_SECONDS_MAX))
        except TimeoutError as error:
            raise _ended() from error

    def ready(self) -> Mapping[str, bool]:
        """Return how the node stands (api.health); called in a thread."""
        answer = _read_answer(self._asked({"do": "ready"}).result(ROWS_SECONDS_MAX))
        return cast("dict[str, bool]", answer)

    def index_sizes(self) -> tuple[int, IndexSizes]:
        """Return how far the index has come, and how much it holds; called in a thread."""
        answer = cast("dict[str, int]", _read_answer(self._asked({"do": "index"}).result(ROWS_SECONDS_MAX)))
        return answer["position"], IndexSizes(answer["live"], answer["base"])

    def count(self, route: str, verb: str, status: int, seconds: float) -> None:
        """Have a request counted at the node; nobody answers."""
        with suppress(Unavailable):
            self._send({"do": "counted", "request": [route, verb, status, round(seconds * 1e6)]})

    def on_end(self, end: Callable[[], None]) -> None:
        """Call something, in a thread, once the writer has ended."""

        def wait() -> None:
            self._has_ended.wait()
            end()

        Thread(target=wait, name="end of the writer", daemon=True).start()

    def _asked(self, message: JsonObject) -> Future[JsonObject]:
        answer: Future[JsonObject] = Future()
        # Taken by nobody's cancellation: who goes away does not undo what was begun, and its answer finds it gone.
        answer.set_running_or_notify_cancel()
        number = next(self._numbers)
        with self._lock:
            if self._has_ended.is_set():
                raise _ended()
            self._waiting[number] = answer
        self._send({**message, "number": number})
        return answer

    def _send(self, message: JsonObject) -> None:
        data = json.dumps(message, ensure_ascii=False).encode("utf-8")
        with self._sends:
            try:
                self._line.send_bytes(data)
            except OSError as error:
                raise _ended() from error

    def _listen(self) -> None:
        try:
            while True:
                answer = json.loads(self._line.recv_bytes(MESSAGE_BYTES_MAX))
                with self._lock:
                    waiting = self._waiting.pop(answer["number"])
                waiting.set_result(answer)
        except (EOFError, OSError):
            with self._lock:
                self._has_ended.set()
                left, self._waiting = [*self._waiting.values()], {}
            for waiting in left:
                waiting.set_exception(_ended())


class IndexAtWriter(Absent):
    """The search index, which is the writer's: a web process knows how far it has come, and leaves every search to the writer."""

    def __init__(self, asked: Callable[[], tuple[int, IndexSizes]]) -> None:
        self._asked = asked

    def position(self) -> int:
        """Return the change sequence up to which it is durable."""
        return self._asked()[0]

    def sizes(self) -> IndexSizes:
        """Return how much it holds."""
        return self._asked()[1]


class LineToWeb:
    """The writer's end of the line to one web process."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # An answer waits here for a process that does not read, and never keeps the writer's own threads waiting.
        self._sender = Thread(target=self._send, name="line to a web process", daemon=True)
        self._sender.start()

    def next_message(self) -> JsonObject | None:
        """Wait for the next message; None once the process has ended, or says what is none."""
        try:
            read = json.loads(self._line.recv_bytes(MESSAGE_BYTES_MAX))
        except (EOFError, OSError, ValueError, RecursionError):
            return None
        return read if isinstance(read, dict) else None

    def answer(self, number: Json, work: Callable[[], JsonObject]) -> None:
        """Answer a message with what work returns or raises."""
        self._answers.put(json.dumps({"number": number, **_answer_of(work)}, ensure_ascii=False).encode("utf-8"))

    def end(self) -> None:
        """Close it, when the process has ended or is to."""
        self._answers.put(None)
        self._sender.join(1.0)
        self._line.close()

    def _send(self) -> None:
        while (data := self._answers.get()) is not None:
            try:
                self._line.send_bytes(data)
            except OSError:
                return


def acts_of(message: JsonObject) -> list[Act]:
    """Read the rows of a message of `tell_rows`."""
    return [Act(*row) for row in cast("list[list[object]]", message["rows"])]  # type: ignore[arg-type] # as written above


def _answer_of(work: Callable[[], JsonObject]) -> JsonObject:
    try:
        return {"answer": work()}
    except WithStatus as error:
        return {"error": error_to_json(error.error), "status": error.status, "headers": {**error.headers}}
    except EntenteError as error:
        return {"error": error_to_json(error)}
    except Overtaken:
        return {"overtaken": True}
    except Exception as error:  # noqa: BLE001 - whatever it is, the process that asked is to be told
        # The class alone: what an error of a library says may quote what was asked.
        _log.error("What a web process asked for failed: %s", type(error).__name__)
        return {"error": error_to_json(_broken())}


def _read_answer(message: JsonObject) -> JsonObject:
    if "overtaken" in message:
        raise Overtaken
    if "error" in message:
        error = error_from_json(cast("JsonObject", message["error"]))
        if "status" in message:
            raise WithStatus(error, cast("int", message["status"]), cast("dict[str, str]", message["headers"]))
        raise error
    return cast("JsonObject", message["answer"])


def _ended() -> Unavailable:
    return Unavailable(
        "The node is being stopped or started.",
        why="The process that writes its store gave no answer.",
        do="Look whether it was done, or send it again with the same Idempotency-Key; a look is simply done again.",
        retry_is_safe=False,
    )


def _broken() -> Unavailable:
    return Unavailable(
        "The node could not answer this.",
        why="Something in it is broken; the node's log says what.",
        do="Tell the operator of this node the time at which it happened.",
        retry_is_safe=False,
    )
