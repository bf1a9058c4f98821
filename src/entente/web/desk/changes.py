"""What changed, for the pages that are open: read once from the change sequence for all of them.

One follower reads the rows while somebody has a page open, keeps of the last ones that are told what they were about, and wakes
the streams they concern. A stream is told kinds alone; what changed the page asks for itself, and is judged then. Each page
carries a stamp, the number of the change before it was made: by it a stream that begins, or begins again, knows what the page has
not seen, and a form knows whether somebody else changed the thing meanwhile. Stamps hold in this process alone; one of another
process, or older than what is kept, is told that anything may have changed.

Source: docs/rules/desk.md W60 and W64; docs/decisions/0096-a-page-is-told-kinds-and-asks-for-the-rest.md.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Final

from entente.correspondence.model import OF_CASES
from entente.kernel.ports import TrailRow
from entente.web.desk.ports import Rows, Told

ROWS_AT_ONCE: Final = 500
"""Rows of one step: about 10 ms of reading."""
CHANGES_MAX: Final = 2_000
"""Changes that are remembered, some 500 kB: a day of a large bureau."""
FOLLOWED_SECONDS: Final = 30 * 60.0
"""How long rows are read after the last page was made: as long as a session lasts without a request. Whoever imports a list
while nobody is at a desk is not kept waiting by it."""
THIS: Final = "this"
"""The kind that says: the thing that this page is about."""
INSTRUMENT: Final = "instrument"
URGENT: Final = frozenset({THIS, INSTRUMENT})
"""Kinds that are told without delay: a suspension stands on the pages it concerns within two seconds."""
STREAMS_OF_SESSION_MAX: Final = 4
"""A browser has six connections to one host where TLS and HTTP/2 do not stand in front; with these it has two to work by."""
STREAMS_MAX: Final = 300
"""Of one node: the 200 desks that it must serve (issue part 5), and what they leave behind as they are opened anew."""


@dataclass(frozen=True, slots=True)
class KeptFor:
    """For whom a change is."""

    team: frozenset[str] | None = None
    """Of a case with a team, and of what was sent about it: who may know of it beside who oversees the cases; None for all."""
    units: frozenset[str] | None = None
    """Of what rests on a record: the units of the body whose limits let their officers know of it; None for all."""
    roles: frozenset[str] | None = None
    """Of the same: the roles of which one is cleared for the record; None for all."""


EVERYBODY: Final = KeptFor()


@dataclass(frozen=True, slots=True)
class Change:
    """One change that is told."""

    number: int
    kind: str
    thing: str
    account: str
    """Whom alone it concerns; empty for everybody of its audience."""
    needs: tuple[str, ...]
    verb: str
    officer: str
    body: str
    at: datetime
    kept_for: KeptFor = EVERYBODY


@dataclass(eq=False, slots=True)
class Listener:
    """The stream of one page. Used by one event loop; its fields are changed under the lock of Changes."""

    session: str
    """The CSRF token of the session, which stands for it."""
    account: str
    kinds: frozenset[str]
    thing: str
    """What the page is about, as the trail names it; empty for nothing single."""
    is_shown: bool
    """Whether others who have a page about the same open are told so."""
    may_hear: Callable[[tuple[str, ...]], bool]
    may_know: Callable[[KeptFor], bool]
    """Whether its account is one of those that a change is for."""
    loop: asyncio.AbstractEventLoop
    pending: set[str] = field(default_factory=set)
    number: int = 0
    """Up to here it was told."""
    is_doubtful: bool = False
    """Whether something happened to its account, so that its session is looked at anew."""
    ended: str = ""
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Changes:
    """The changes of one node. `step` is called from one thread, everything else from any."""

    def __init__(
        self,
        rows: Rows,
        told_as: Callable[[TrailRow], Told | None],
        kept_for: Callable[[Collection[str]], Mapping[str, KeptFor]],
        is_stopping: Callable[[], bool],
        era: str,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`era` names this process, in every stamp; `kept_for` says for whom things are, where they are not for everybody."""
        self._rows, self._told_as, self._is_stopping, self._seconds = rows, told_as, is_stopping, seconds
        self._kept_for = kept_for
        self._era, self._turn = era, 0
        self._lock = threading.Lock()
        self._position: int | None = None
        self._number = 0
        self._kept: deque[Change] = deque(maxlen=CHANGES_MAX)
        self._followed_until = 0.0
        self._listeners: set[Listener] = set()

    def stamp(self) -> str:
        """Return the stamp of a page that is made now; asked before the page reads anything."""
        with self._lock:
            self._followed_until = self._seconds() + FOLLOWED_SECONDS
            if self._position is None:
                self._position = self._rows.latest_position()
                # What changed while nobody followed is known to no stamp of before.
                self._turn += 1
                self._kept.clear()
            return self._written(self._number)

    def count(self) -> int:
        """Return how many streams are open."""
        with self._lock:
            return len(self._listeners)

    def open(self, listener: Listener, stamp: str) -> bool:
        """Begin to tell a stream what its page, made with a stamp, has not seen; return False where there are too many."""
        self.stamp()
        with self._lock:
            of_session = sum(one.session == listener.session for one in self._listeners)
            if of_session >= STREAMS_OF_SESSION_MAX or len(self._listeners) >= STREAMS_MAX:
                return False
            unseen = self._since(stamp)
            listener.number = self._number
            if unseen is None:
                listener.pending |= listener.kinds
            else:
                _add(listener, unseen)
            if listener.is_shown and (others := self._beside(listener.thing, listener.session)):
                listener.pending.add(THIS)
                self._tell_beside(others)
            self._listeners.add(listener)
        return True

    def judge(
        self,
        listener: Listener,
        may_hear: Callable[[tuple[str, ...]], bool],
        may_know: Callable[[KeptFor], bool],
    ) -> None:
        """Judge from now on what a stream is told by what its account may do now."""
        with self._lock:
            listener.may_hear, listener.may_know = may_hear, may_know

    def close(self, listener: Listener) -> None:
        """Stop telling a stream. Twice is harmless."""
        with self._lock:
            self._listeners.discard(listener)
            if listener.is_shown:
                self._tell_beside(self._beside(listener.thing, listener.session))

    def part(self, listener: Listener) -> None:
        """Have a stream be about nothing single any more, and tell those beside it that its officer left."""
        with self._lock:
            if listener.is_shown:
                listener.is_shown = False
                self._tell_beside(self._beside(listener.thing, listener.session))
            listener.thing = ""
            listener.pending.discard(THIS)

    def take(self, listener: Listener) -> tuple[frozenset[str], str]:
        """Return the kinds that a stream was not told yet, and the stamp up to which it then knows."""
        with self._lock:
            kinds, listener.pending = frozenset(listener.pending), set()
            return kinds, self._written(listener.number)

    def since(self, stamp: str) -> Sequence[Change] | None:
        """Return the changes behind a stamp, oldest first; None for a stamp that says nothing here any more."""
        with self._lock:
            unseen = self._since(stamp)
            return None if unseen is None else list(unseen)

    def beside(self, thing: str, session: str) -> Sequence[str]:
        """Return the accounts that show to have a page about a thing open in another session, in order, each once."""
        with self._lock:
            found = {one.account for one in self._beside(thing, session)}
        return sorted(found)

    def step(self) -> int:
        """Read the next rows and wake whom they concern; return how many there were, 0 when none is left."""
        if self._is_stopping():
            self._end_all("stopping")
            return 0
        with self._lock:
            if not self._listeners and self._seconds() > self._followed_until:
                self._position = None
            position = self._position
        if position is None:
            return 0
        rows = self._rows.since(position, ROWS_AT_ONCE)
        if not rows:
            return 0
        told = [(row, found) for row in rows if not _is_refused(row) and (found := self._told_as(row)) is not None]
        subjects = {row.act.subject for row in rows}
        about = {_about(row, found) for row, found in told} - {""}
        kept_for = self._kept_for(about) if about else {}
        with self._lock:
            new = [self._change(row, found, kept_for.get(_about(row, found), EVERYBODY)) for row, found in told]
            self._kept.extend(new)
            self._position = rows[-1].sequence
            for listener in self._listeners:
                _add(listener, new)
                listener.number = self._number
                listener.is_doubtful = listener.is_doubtful or listener.account in subjects
            self._wake(one for one in self._listeners if one.pending or one.is_doubtful)
        return len(rows)

    def _beside(self, thing: str, session: str) -> list[Listener]:
        return [one for one in self._listeners if one.is_shown and one.thing == thing and one.session != session]

    def _tell_beside(self, others: Sequence[Listener]) -> None:
        """Wake the pages about a thing in other sessions: somebody came to it, or left it."""
        for listener in others:
            listener.pending.add(THIS)
        self._wake(others)

    def _change(self, row: TrailRow, told: Told, kept_for: KeptFor) -> Change:
        self._number += 1
        act = row.act
        return Change(
            self._number,
            told.kind,
            told.id,
            told.account,
            told.needs,
            act.verb,
            act.officer,
            act.body,
            row.at,
            kept_for,
        )

    def _since(self, stamp: str) -> Iterable[Change] | None:
        era, _, text = stamp.rpartition(".")
        if era != f"{self._era}-{self._turn}" or not (text.isascii() and text.isdigit()):
            return None
        number = int(text)
        oldest = self._kept[0].number if self._kept else self._number + 1
        if number > self._number or number + 1 < oldest:
            return None
        return islice(self._kept, number + 1 - oldest, None)

    def _written(self, number: int) -> str:
        return f"{self._era}-{self._turn}.{number}"

    def _end_all(self, why: str) -> None:
        with self._lock:
            for listener in self._listeners:
                listener.ended = listener.ended or why
            self._wake(self._listeners)

    def _wake(self, listeners: Iterable[Listener]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[Listener]] = {}
        for listener in listeners:
            by_loop.setdefault(listener.loop, []).append(listener)
        for loop, woken in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_set_all, woken)


def _add(listener: Listener, changes: Iterable[Change]) -> None:
    """Note the kinds of changes that a stream listens to and its account may hear of."""
    heard: Mapping[tuple[str, ...], bool] = {}
    for change in changes:
        kinds = {change.kind} & listener.kinds
        if listener.thing and change.thing == listener.thing and change.officer != listener.account:
            kinds |= {THIS}
        if (
            kinds <= listener.pending
            or change.account not in {"", listener.account}
            or not listener.may_know(change.kept_for)
        ):
            continue
        if change.needs not in heard:
            heard = {**heard, change.needs: listener.may_hear(change.needs)}
        if heard[change.needs]:
            listener.pending |= kinds


def _about(row: TrailRow, told: Told) -> str:
    """Return the item or case by which it is judged who is told; empty for what is for its audience whatever it is about.

    A call is told without its thing, and is for those who may know of that thing.
    """
    if told.kind in OF_CASES:
        return told.id
    return "" if told.id else row.act.subject


def _is_refused(row: TrailRow) -> bool:
    """Say whether an act was refused: then it stands in the trail, and nothing changed."""
    return row.act.detail.get("outcome") == "refused"


def _set_all(listeners: Sequence[Listener]) -> None:
    for listener in listeners:
        listener.woken.set()
