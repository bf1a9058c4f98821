"""The places that files which arrive have: few, some of each account, and none held for long by who hardly sends.

Where all are taken, a file of an account that has none takes the place of the slowest one that would not be there in its time.

Source: docs/rules/api.md P13.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from entente.kernel.errors import Unavailable

AT_ONCE_MAX: Final = 4
"""Files that arrive at a time; each has one piece in memory."""
OF_ACCOUNT_AT_ONCE_MAX: Final = 2
"""Of these of one account, so that who sends slowly leaves room for somebody else's."""
LOOKED_AT_SECONDS: Final = 30.0
"""Over how long it is looked at how quickly a file comes: a line that breaks off for some seconds is no slow one."""


class GaveWay(Exception):  # noqa: N818 - no fault: it is said in the words of `gave_way`
    """A file came too slowly, and its place was wanted."""


@dataclass(eq=False, slots=True)
class Place:
    """The place of one file that arrives, until its time is over or it gives way."""

    account: str
    began_at: float
    ends_at: float
    gives_way: bool = False
    size: int = 0
    _waiting: asyncio.Timeout | None = None
    _marks: tuple[tuple[float, int], tuple[float, int]] = field(init=False)
    """When it was looked at before, twice, and how much had come then."""

    def __post_init__(self) -> None:
        self._marks = (self.began_at, 0), (self.began_at, 0)

    async def next_piece(self, pieces: AsyncIterator[bytes], quiet_seconds: float) -> bytes | None:
        """Return the next piece, None for the end; raise TimeoutError where none comes in time, GaveWay where it is to go.

        Nothing but this wait is ever cut off: what was begun to be written is written.
        """
        loop = asyncio.get_running_loop()
        self._require_time(loop.time())
        self._waiting = asyncio.timeout_at(min(loop.time() + quiet_seconds, self.ends_at))
        try:
            async with self._waiting:
                piece = await anext(pieces, None)
        except TimeoutError:
            self._require_time(loop.time())
            raise
        finally:
            self._waiting = None
        self._count(loop.time(), len(piece or b""))
        return piece

    def bytes_per_second(self, now: float) -> float | None:
        """Return how quickly it comes; None for one that is not looked at for long enough."""
        if now - self.began_at < LOOKED_AT_SECONDS:
            return None
        (since, before), _ = self._marks
        return (self.size - before) / max(now - since, LOOKED_AT_SECONDS)

    def give_way(self) -> None:
        """Have whoever takes it in stop at once, or after the piece that is being written."""
        self.gives_way = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def _require_time(self, now: float) -> None:
        if self.gives_way:
            raise GaveWay
        if now >= self.ends_at:
            raise TimeoutError

    def _count(self, now: float, size: int) -> None:
        self.size += size
        if now - self._marks[1][0] >= LOOKED_AT_SECONDS:
            self._marks = self._marks[1], (now, self.size)


class Places:
    """All of them. Used by one event loop."""

    def __init__(self, seconds_max: float, bytes_max: int) -> None:
        """`seconds_max`: how long a file may take to arrive; `bytes_max`: how much the largest one has."""
        self.seconds_max = seconds_max
        self._bytes_max = bytes_max
        self._taken: set[Place] = set()

    @contextmanager
    def taken(self, account: str) -> Iterator[Place | None]:
        """Give a place to a file of an account for as long as it arrives; None where there is none for it."""
        now = asyncio.get_running_loop().time()
        place = Place(account, now, now + self.seconds_max) if self._has_room(account, now) else None
        if place is None:
            yield None
            return
        self._taken.add(place)
        try:
            yield place
        finally:
            self._taken.discard(place)

    def slow_bytes_per_second(self) -> float:
        """Return how quickly the largest file must come to be there in its time: what comes more slowly gives way."""
        return self._bytes_max / self.seconds_max

    def _has_room(self, account: str, now: float) -> bool:
        held = [one for one in self._taken if not one.gives_way]
        own = sum(one.account == account for one in held)
        if own >= OF_ACCOUNT_AT_ONCE_MAX:
            return False
        if len(held) < AT_ONCE_MAX:
            return True
        rates = [(rate, one) for one in held if (rate := one.bytes_per_second(now)) is not None]
        rate, slowest = min(rates, key=lambda found: found[0], default=(0.0, None))
        if own or slowest is None or rate >= self.slow_bytes_per_second():
            return False
        slowest.give_way()
        return True


def gave_way(slow_bytes_per_second: float) -> Unavailable:
    """Say that a file came too slowly while all places were taken."""
    return Unavailable(
        "The file came too slowly, and gave way to another one.",
        why=f"Where {AT_ONCE_MAX} files arrive already, one that comes with less than {slow_bytes_per_second / 1000:.0f} kB in a "
        "second gives way to one of an account that sends none (docs/rules/api.md P13).",
        do="Send it again later, packed, or over a quicker line. Nothing of it was kept.",
        retry_is_safe=True,
    )
