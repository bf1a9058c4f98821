"""The thread of a message: what it answers, step by step up, and every answer below that.

A case has its messages by its number; a thread goes by answers alone, and so joins a question and its answer where no case was
named. It stops at what its reader may not know of: what lies beyond is as if it were not there.

Source: docs/rules/desk.md W103.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from entente.correspondence.model import Message, Way
from entente.correspondence.unit_reach import ANSWERS_FOLLOWED_MAX

Kept: TypeAlias = tuple[Way, Message]


def first_of(start: Kept, answered: Callable[[str], Kept | None]) -> Kept:
    """Return the first message of a thread: what one answers, what that answers, and so on, as far as may be known.

    `answered` returns a message that the reader may know of, None for any other.
    """
    seen = {start[1].header.id}
    for _ in range(ANSWERS_FOLLOWED_MAX):
        found = answered(start[1].answers) if start[1].answers else None
        if found is None or found[1].header.id in seen:
            break
        start = found
        seen.add(found[1].header.id)
    return start


def thread_below(
    first: Kept, answers_to: Callable[[Collection[str]], tuple[Kept, ...]], limit: int
) -> tuple[Kept, ...]:
    """Return a message with every answer below it that may be known, in the order of arrival at each depth; at most `limit`."""
    found, wave = {first[1].header.id: first}, [first[1].header.id]
    while wave and len(found) < limit:
        new = {one[1].header.id: one for one in answers_to(wave) if one[1].header.id not in found}
        found |= new
        wave = [*new]
    return tuple(found.values())[:limit]
