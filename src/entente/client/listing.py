"""A list that is read page by page, each fetched when it is come to, with the requests of entente.client.call.

Source: docs/rules/api.md P10.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from entente.client.answers import not_a_node
from entente.client.call import Call, PagedCall
from entente.client.events import Listening, News

T = TypeVar("T")
P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - the type of an item


class Asks(ABC):
    """What can carry out a request."""

    @abstractmethod
    def ask(self, call: Call[T]) -> T:
        """Send a request, again where that is safe, and return its answer; raise the error that the node said."""

    @abstractmethod
    def ask_unless_known(self, call: Call[T]) -> T | None:
        """Ask with `unless_version`; return None where that version still stands."""

    @abstractmethod
    def follow(self, listening: Listening) -> Iterator[News]:
        """Open a stream, again where it is lost, and yield what is new; raise the error that the node said."""


class AsksAsync(ABC):
    """What can carry out a request, for others to go on meanwhile."""

    @abstractmethod
    async def ask(self, call: Call[T]) -> T:
        """Send a request, again where that is safe, and return its answer; raise the error that the node said."""

    @abstractmethod
    async def ask_unless_known(self, call: Call[T]) -> T | None:
        """Ask with `unless_version`; return None where that version still stands."""

    @abstractmethod
    def follow(self, listening: Listening) -> AsyncIterator[News]:
        """Open a stream, again where it is lost, and yield what is new; raise the error that the node said."""


class NewsStream:
    """What is new, as it happens: iterate over it. Its `mark` says where another begins that misses and repeats nothing."""

    def __init__(self, asked: Asks, call: Call[News], after: str | None) -> None:
        """Begin after the mark of a stream before, or now; nothing is sent before it is iterated over."""
        self._asked = asked
        self._listening = Listening(call, after)

    @property
    def mark(self) -> str | None:
        """Where to go on; None before anything came."""
        return self._listening.mark

    def __iter__(self) -> Iterator[News]:
        return self._asked.follow(self._listening)


class AsyncNewsStream:
    """What is new, as it happens: iterate over it. Its `mark` says where another begins that misses and repeats nothing."""

    def __init__(self, asked: AsksAsync, call: Call[News], after: str | None) -> None:
        """Begin after the mark of a stream before, or now; nothing is sent before it is iterated over."""
        self._asked = asked
        self._listening = Listening(call, after)

    @property
    def mark(self) -> str | None:
        """Where to go on; None before anything came."""
        return self._listening.mark

    def __aiter__(self) -> AsyncIterator[News]:
        return self._asked.follow(self._listening)


@dataclass(frozen=True, slots=True)
class Listing(Generic[P, I]):
    """A list: iterate over it for all its items, over `pages()` for what stands beside them, or take the `first()` page."""

    asked: Asks
    call: PagedCall[P, I]

    def __iter__(self) -> Iterator[I]:
        for page in self.pages():
            yield from _items(self.call, page)

    def first(self) -> P:
        """Return the first page."""
        return self.asked.ask(self.call)

    def pages(self, cursor: str | None = None) -> Iterator[P]:
        """Yield page after page, from a page's «next» on where one is given."""
        turns = _Turns(self.call, cursor)
        while turns.call is not None:
            page = self.asked.ask(turns.call)
            yield page
            turns.go_on(page)


@dataclass(frozen=True, slots=True)
class AsyncListing(Generic[P, I]):
    """A list: iterate over it for all its items, over `pages()` for what stands beside them, or take the `first()` page."""

    asked: AsksAsync
    call: PagedCall[P, I]

    async def __aiter__(self) -> AsyncIterator[I]:
        async for page in self.pages():
            for item in _items(self.call, page):
                yield item

    async def first(self) -> P:
        """Return the first page."""
        return await self.asked.ask(self.call)

    async def pages(self, cursor: str | None = None) -> AsyncIterator[P]:
        """Yield page after page, from a page's «next» on where one is given."""
        turns = _Turns(self.call, cursor)
        while turns.call is not None:
            page = await self.asked.ask(turns.call)
            yield page
            turns.go_on(page)


class _Turns(Generic[P, I]):
    """Which page comes next; it ends with the list, and raises where the node would lead in a circle.

    A list that still grows ends with what it has: an empty page that goes on where it began itself.
    """

    def __init__(self, call: PagedCall[P, I], cursor: str | None) -> None:
        self._list = call
        self._seen: set[str] = set() if cursor is None else {cursor}
        self._from = cursor
        self.call: PagedCall[P, I] | None = call if cursor is None else call.after(cursor)

    def go_on(self, page: P) -> None:
        cursor = cast("dict[str, str | None]", page)["next"]
        if cursor is None or (cursor == self._from and not _items(self._list, page)):
            self.call = None
            return
        if cursor in self._seen:
            raise not_a_node("a page of its list goes on where one before it did")
        self._seen.add(cursor)
        self._from = cursor
        self.call = self._list.after(cursor)


def _items(call: PagedCall[P, I], page: P) -> list[I]:
    # The answer was held against its shape, whose field of this name is a list of these.
    return cast("list[I]", cast("dict[str, Any]", page)[call.items])
