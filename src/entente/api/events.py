"""What is new, read once from the change sequence for everybody who listens.

One follower reads the rows since its position, makes of each at most one event, and puts it, ready to be sent, into the channel
of every audience that may know of it. Streams of one account with one question share a channel. A channel is bounded; a stream
that fell behind it reads the sequence itself until it is there again, so that nothing is missed and nobody's slowness is kept
in memory. Where rows are read is a port: another process than the writer's can serve the same by asking again and again.

Source: docs/rules/api.md P14; docs/decisions/0075-events-are-read-from-the-change-sequence.md.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Protocol

from entente.agreements.model import Right
from entente.api.cursors import Cursors
from entente.api.errors import WithStatus
from entente.api.event_table import AUDIENCES, ENDS_STREAMS, Event, EventKind, told_as
from entente.bodies.tokens import Bearer, TokenId, may
from entente.correspondence.desk import teams_of
from entente.correspondence.model import OF_CASES
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.errors import Unavailable, Untrusted
from entente.kernel.exercise import EXERCISE
from entente.kernel.ids import RecordId
from entente.kernel.ports import TrailRow
from entente.node import Node
from entente.verbs.references import names_of

ROWS_AT_ONCE: Final = 500
"""Rows of one step: about 10 ms of reading."""
CHANNEL_BYTES_MAX: Final = 256 * 1024
"""What one channel keeps for those who are a little behind: some 1,500 events."""
STREAMS_OF_TOKEN_MAX: Final = 10
"""A system opens one; some windows of it, one each."""
STREAMS_MAX: Final = 300
"""Of one node: the 200 desks it must be fluent with (issue part 5), and other systems."""
TOO_MANY: Final = 429


class EventSource(Protocol):
    """Where rows are read from, in order, by position. Safe from several threads."""

    def latest_position(self) -> int:
        """Return the position of the newest row that is durable."""

    def since(self, position: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows behind a position in order, at most so many. A later call never has an earlier row."""


class _TrailView(Protocol):
    @property
    def trail(self) -> Any: ...  # noqa: ANN401 - the store's own


@dataclass(frozen=True, slots=True)
class TrailSource:
    """The change sequence of a store, by views of it: the writer's own (Store.view), or a reader's beside it (StoreReader)."""

    open_view: Callable[[], AbstractContextManager[_TrailView]]

    def latest_position(self) -> int:
        """Return the size of the trail."""
        with self.open_view() as view:
            return int(view.trail.frontier().size)

    def since(self, position: int, limit: int) -> tuple[TrailRow, ...]:
        """Return rows in order."""
        with self.open_view() as view:
            rows: tuple[TrailRow, ...] = view.trail.rows(position, limit)
        return rows


@dataclass(frozen=True, slots=True)
class Question:
    """What an account wants to be told of."""

    account: str
    scopes: frozenset[str]
    kinds: frozenset[EventKind]
    purpose: str
    crime_area: str


@dataclass(slots=True)
class Channel:
    """What one audience is told, ready to be sent."""

    bearer: Bearer
    floor: int
    """Everything behind this position is in `frames`."""
    position: int
    """Up to here everything was judged."""
    frames: deque[tuple[int, bytes]] = field(default_factory=deque)
    held: int = 0
    """Bytes of the frames."""
    streams: int = 0

    def add(self, frames: Iterable[tuple[int, bytes]], position: int) -> None:
        """Add what came up to a position; the oldest gives way."""
        for frame in frames:
            self.frames.append(frame)
            self.held += len(frame[1])
        while self.held > CHANNEL_BYTES_MAX:
            place, dropped = self.frames.popleft()
            self.held -= len(dropped)
            self.floor = place
        self.position = position


@dataclass(eq=False, slots=True)
class Listener:
    """One stream: how far it is, and how it is woken. Used by one event loop."""

    question: Question
    token: TokenId
    position: int
    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str = ""
    """Why it ends: `token` or `stopping`; empty while it goes on."""


class Events:
    """The events of one node. `step` is called from one thread, everything else from any."""

    def __init__(self, node: Node, source: EventSource, cursors: Cursors, is_stopping: Callable[[], bool]) -> None:
        """Begin at the newest row; `is_stopping` says whether the node was asked to stop."""
        self._node, self._source, self._cursors = node, source, cursors
        self._is_stopping = is_stopping
        self._lock = threading.Lock()
        self._channels: dict[Question, Channel] = {}
        self._listeners: set[Listener] = set()
        self._position: int | None = None

    def count(self) -> tuple[int, int, int]:
        """Return how many streams are open, how many channels they share, and how many bytes those keep."""
        with self._lock:
            return len(self._listeners), len(self._channels), sum(one.held for one in self._channels.values())

    def open(self, bearer: Bearer, question: Question, after: str, loop: asyncio.AbstractEventLoop) -> Listener:
        """Begin to listen, behind an event that was told before where one is named; raise 429 where too many do.

        Raises Invalid for an id that this node did not give this account.
        """
        newest = self._source.latest_position() if self._position is None else self._position
        wanted = self._cursors.read(after, _about(question.account)) if after else None
        with self._lock:
            of_token = sum(1 for one in self._listeners if one.token == bearer.token)
            if of_token >= STREAMS_OF_TOKEN_MAX or len(self._listeners) >= STREAMS_MAX:
                raise WithStatus(_too_many(), TOO_MANY, {"Retry-After": "30"})
            if self._position is None:
                self._position = newest
            channel = self._channels.get(question)
            if channel is None:
                channel = self._channels[question] = Channel(bearer, self._position, self._position)
            channel.streams += 1
            # One ahead of the sequence is of a store that was restored since: it is told what comes.
            start = min(wanted, channel.position) if isinstance(wanted, int) else channel.position
            listener = Listener(question, bearer.token, start, loop)
            self._listeners.add(listener)
        return listener

    def close(self, listener: Listener) -> None:
        """Stop listening. Twice is harmless."""
        with self._lock:
            if listener not in self._listeners:
                return
            self._listeners.discard(listener)
            channel = self._channels[listener.question]
            channel.streams -= 1
            if not channel.streams:
                del self._channels[listener.question]

    def is_behind(self, listener: Listener) -> bool:
        """Say whether a stream must read the sequence itself (`catch_up`) before its channel has all it lacks."""
        with self._lock:
            return listener.position < self._channels[listener.question].floor

    def catch_up(self, listener: Listener) -> bytes:
        """Return the frames of the next rows for a stream that fell behind, from any thread but the loop's."""
        with self._lock:
            channel = self._channels[listener.question]
            floor, bearer = channel.floor, channel.bearer
        rows = [row for row in self._source.since(listener.position, ROWS_AT_ONCE) if row.sequence <= floor]
        events = self._told(rows, with_records=bool(listener.question.purpose))
        frames = self._judged(bearer, listener.question, events)
        listener.position = rows[-1].sequence if len(rows) == ROWS_AT_ONCE else floor
        return b"".join(frame for _, frame in frames)

    def take(self, listener: Listener) -> bytes:
        """Return the frames that a stream was not sent yet; nothing where there are none."""
        with self._lock:
            channel = self._channels[listener.question]
            if listener.position < channel.floor:
                return b""
            frames = b"".join(frame for place, frame in channel.frames if place > listener.position)
            listener.position = channel.position
        return frames

    def mark(self, listener: Listener) -> str:
        """Return the id of a stream's position, by which it goes on."""
        return self._cursors.write(listener.position, _about(listener.question.account))

    def step(self) -> int:
        """Read the next rows and tell of them; return how many there were, 0 when none is left."""
        if self._is_stopping():
            self._end(lambda _: True, "stopping")
            return 0
        with self._lock:
            position, is_heard = self._position, bool(self._channels)
        if position is None or not is_heard:
            newest = self._source.latest_position()
            with self._lock:
                if not self._channels:
                    self._position = newest
            return 0
        rows = self._source.since(position, ROWS_AT_ONCE)
        if not rows:
            return 0
        accounts = {row.act.subject for row in rows if row.act.verb in ENDS_STREAMS}
        if accounts:
            self._look_at_tokens(accounts)
        with self._lock:
            channels = [(question, channel, channel.bearer) for question, channel in self._channels.items()]
        events = self._told(rows, with_records=any(question.purpose for question, _, _ in channels))
        judged = [(channel, self._judged(bearer, question, events)) for question, channel, bearer in channels]
        reached = rows[-1].sequence
        with self._lock:
            self._position = reached
            for channel, frames in judged:
                channel.add(frames, reached)
            for channel in self._channels.values():
                if channel.position < reached:
                    # It was opened while this was judged, and is told of it by reading itself.
                    channel.floor = channel.position = reached
        self._wake(lambda _: True)
        return len(rows)

    def _told(self, rows: Sequence[TrailRow], *, with_records: bool) -> list[Event]:
        """Return what these rows are told as, records with their classes; one that is gone is told to nobody.

        Without records where nobody stated a purpose: an import has them by the thousand.
        """
        found = [event for row in rows if (event := told_as(row, format_time(row.at))) is not None]
        found = self._with_teams(found)
        if not with_records:
            return [event for event in found if event.kind is not EventKind.RECORD]
        records = {RecordId(event.id) for event in found if event.kind is EventKind.RECORD}
        if not records:
            return found
        with self._node.identity.open_view() as view:
            held = {record: view.records.get(record) for record in records}
        classes = {record: frozenset(one.class_numbers) for record, one in held.items() if one is not None}
        return [
            replace(event, classes=classes.get(RecordId(event.id), frozenset()))
            if event.kind is EventKind.RECORD
            else event
            for event in found
        ]

    def _with_teams(self, events: list[Event]) -> list[Event]:
        """Return the same events, those of cases that have a team with who may know of them."""
        items = {one.id for one in events if one.kind in OF_CASES}
        if not items:
            return events
        with self._node.correspondence.open_view() as unit:
            teams = teams_of(unit, items)
        return [replace(one, team=teams[one.id]) if one.id in teams else one for one in events]

    def _judged(self, bearer: Bearer, question: Question, events: Sequence[Event]) -> list[tuple[int, bytes]]:
        """Return the frames of those events that an audience may know of, judged as its lists are, now."""
        now, lists = self._node.clock.now(), self._node.lists
        heard = {
            kind
            for kind in question.kinds
            if AUDIENCES[kind].scope in question.scopes and may(bearer.account, AUDIENCES[kind].needs, now, lists)
        }
        wanted = [one for one in events if one.kind in heard and one.account in {"", question.account}]
        if not wanted:
            return []
        names = names_of(self._node)
        oversees = may(bearer.account, ("oversee_cases",), now, lists)
        allowed: frozenset[int] = frozenset()
        if question.purpose and any(one.classes is not None for one in wanted):
            reader = Reader.of(names.own.id, bearer.account)
            asked = DisclosureAct.SEE, Right.COPY, question.purpose, question.crime_area
            allowed = self._node.disclosure.allowed(reader, *asked)
        beyond = self._beyond_unit(bearer, wanted)
        return [
            (one.position, self._frame(one, question.account, is_exercise=names.own.is_exercise))
            for one in wanted
            if (one.classes is None or one.classes & allowed)
            and (one.team is None or oversees or bearer.account.id in one.team)
            and one.id not in beyond
        ]

    def _beyond_unit(self, bearer: Bearer, events: Sequence[Event]) -> frozenset[str]:
        """Return the ids of items about records that an account's unit or roles keep from it (docs/rules/disclosure.md D11)."""
        about = {one.id for one in events if one.kind is not EventKind.RECORD}
        correspondence = self._node.correspondence
        with correspondence.open_view() as unit:
            return correspondence.beyond_unit(unit, about, bearer.account.id)

    def _frame(self, event: Event, account: str, *, is_exercise: bool) -> bytes:
        data: JsonObject = {
            "kind": event.kind.value,
            "change": event.change,
            "id": event.id,
            "href": event.href,
            "at": event.at,
        }
        if is_exercise:
            data[EXERCISE] = True
        mark = self._cursors.write(event.position, _about(account))
        text = json.dumps(data, ensure_ascii=True)
        return f"id: {mark}\nevent: {event.kind.value}\ndata: {text}\n\n".encode("ascii")

    def _look_at_tokens(self, accounts: set[str]) -> None:
        """End the streams of accounts whose tokens speak for nobody any more, and judge the others by the roles they have now."""
        with self._lock:
            concerned = [one for one in self._listeners if one.question.account in accounts]
        for token in {one.token for one in concerned}:
            try:
                bearer = self._node.tokens.in_force(token)
            except Untrusted:
                self._end(partial(_speaks_with, token), "token")
                continue
            with self._lock:
                for listener in concerned:
                    if listener.token == token and listener.question in self._channels:
                        self._channels[listener.question].bearer = bearer

    def _end(self, which: Callable[[Listener], bool], why: str) -> None:
        with self._lock:
            for listener in self._listeners:
                if which(listener):
                    listener.ended = listener.ended or why
        self._wake(which)

    def _wake(self, which: Callable[[Listener], bool]) -> None:
        with self._lock:
            by_loop: dict[asyncio.AbstractEventLoop, list[Listener]] = {}
            for listener in self._listeners:
                if which(listener):
                    by_loop.setdefault(listener.loop, []).append(listener)
        for loop, listeners in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_set_all, listeners)


def _speaks_with(token: TokenId, listener: Listener) -> bool:
    return listener.token == token


def _set_all(listeners: Sequence[Listener]) -> None:
    for listener in listeners:
        listener.woken.set()


def _about(account: str) -> JsonObject:
    return {"list": "events", "account": account}


def _too_many() -> Unavailable:
    return Unavailable(
        "Too many streams of events are open.",
        why=f"One token has at most {STREAMS_OF_TOKEN_MAX}, and the node {STREAMS_MAX} (docs/rules/api.md P14).",
        do="Close one, or listen with the one that is open.",
        retry_is_safe=True,
    )
