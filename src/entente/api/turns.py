"""Whose turn it is: verbs are begun in the order they came, and few compute at the same time.

One thread of Python computes at a time, and each statement of the engine gives the interpreter to another one: eight searches at
once took half as much processor again as one after the other, and every one of them was as late as the last. A verb that waits
for its turn has no thread and holds nothing.

A verb that takes long (a peer is asked, a file imported) gives its turn back after LONG_SECONDS and goes on beside the others,
so that nobody waits for whoever waits. Those that compute for long by their nature have turns of their own (`Verb.is_long`).

Source: docs/rules/identity.md I47; docs/decisions/0055-few-verbs-compute-at-the-same-time.md.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

LONG_SECONDS: Final = 0.05
"""After so long a verb is no short one: five times what a search takes alone."""


def short_at_once(search_workers: int) -> int:
    """Return how many short verbs are under way at a time.

    For each search process one that it looks for and one that waits; of two others one writes its row, one waits for the disk.
    """
    return 2 * search_workers + 2


def long_at_once(search_workers: int) -> int:
    """Return how many requests of many queries are under way: one for each search process, and one to follow."""
    return search_workers + 1


class Turns:
    """Gives turns in the order in which they were asked for. Used by one event loop, and its thread alone."""

    def __init__(self, at_once: int, seconds_max: float | None = None) -> None:
        """Let so many at once have a turn, each for at most so long; None lets it keep the turn until it ends."""
        self._free = at_once
        self._seconds_max = seconds_max
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> Turn:
        """Wait for a turn and return it; whoever has it must end it."""
        if self._free:
            self._free -= 1
        else:
            await self._wait()
        return Turn(self, self._seconds_max)

    async def _wait(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                # The turn came in the very moment in which its request was given up.
                self.pass_on()
            raise

    def pass_on(self) -> None:
        """Give a turn that ended to who waits longest."""
        while self._waiting:
            if not (place := self._waiting.popleft()).done():
                place.set_result(None)
                return
        self._free += 1


class Turn:
    """One turn, until it is ended or has lasted too long."""

    __slots__ = ("_given_by", "_is_over", "_limit")

    def __init__(self, given_by: Turns, seconds_max: float | None) -> None:
        self._given_by = given_by
        self._is_over = False
        loop = asyncio.get_running_loop()
        self._limit = None if seconds_max is None else loop.call_later(seconds_max, self.end)

    def end(self) -> None:
        """Let the next one begin. Twice is harmless."""
        if self._is_over:
            return
        self._is_over = True
        if self._limit is not None:
            self._limit.cancel()
        self._given_by.pass_on()
