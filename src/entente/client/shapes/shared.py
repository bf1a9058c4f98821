"""The shapes that several routes have.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict


class Body(TypedDict):
    """A body: its id, its code, its name."""

    id: str
    code: str
    name: str


class Ground(TypedDict):
    """Ground, as the API gives it."""

    number: str
    """The number of the rule."""
    allows: bool
    text: str
    source: str
    remedy: str


class Decision(TypedDict):
    """A decision with every ground that was examined."""

    allowed: bool
    grounds: list[Ground]
    routed_to: str
    """The authority that may do it instead."""
    facts: list[list[str]]


class Silence(TypedDict):
    """What an answer lacks because a source is silent."""

    body: Body
    since: str
    """When it was heard last; empty: never."""
    records: int


class DeliveryStep(TypedDict):
    """Delivery step, as the API gives it."""

    step: str
    by: str
    at: str
    reason: str


class Delivery(TypedDict):
    """How far an item has come at one body (the evidence ladder)."""

    to: Body
    kind: str
    state: str
    reason: str
    at: str | None
    steps: list[DeliveryStep]


class Result(TypedDict):
    """What identifies the result. It is kept for a day and given again to the same request (P8)."""

    id: str
    """What was made or changed."""
    href: str
    """Where it is read."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
