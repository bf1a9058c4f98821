"""The shapes of what the routes under «Exchange» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict

from entente.client.shapes.shared import Body


class ListLinesLine(TypedDict):
    """List lines line, as the API gives it."""

    body: Body
    waiting: int
    """Statements that wait to be posted."""
    in_queue: int
    """All that are not delivered."""
    queue_most: int
    """How many there may be."""
    relayed_for: int
    """Envelopes that this node keeps for it."""
    via: str
    """The relay that it is reached through."""
    heard: str | None
    attempts: int
    why: str
    """Why the last attempt failed."""


class ListLinesAnswer(TypedDict):
    """What is answered by `list_lines`."""

    lines: list[ListLinesLine]
    held: int
    aside: int
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListHeldHeld(TypedDict):
    """List held held, as the API gives it."""

    number: int
    to: Body
    kind: str
    instrument: str
    about: str
    put_at: str
    held_since: str
    days_held: int
    term: str | None
    """Until when it can still leave."""
    is_late: bool
    why: str


class ListHeldBody(TypedDict):
    """List held body, as the API gives it."""

    body: Body
    held: int
    late: int


class ListHeldAnswer(TypedDict):
    """What is answered by `list_held`."""

    held: list[ListHeldHeld]
    of: int
    """How many there are in all, for every body."""
    late: int
    """Of those, the ones past their term."""
    bodies: list[ListHeldBody]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


ListSetAsideAside = TypedDict(
    "ListSetAsideAside", {"number": int, "from": Body, "kind": str, "statement": str, "reason": str, "at": str}
)
"""List set aside aside, as the API gives it."""


class ListSetAsideAnswer(TypedDict):
    """What is answered by `list_set_aside`."""

    aside: list[ListSetAsideAside]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
