"""The shapes of what the routes under «Standing queries» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, Evidence
from entente.kernel.canonical import JsonObject


class StandingQuery(TypedDict):
    """Standing query, as the API gives it."""

    id: str
    officer: str
    """The account that left it."""
    asked: JsonObject
    """The query, as it was left."""
    purpose: str
    crime_area: str
    case: str
    occasion: str
    left_at: str
    until: str
    trail_sequence: int
    """The row of the trail that has it."""
    new: int
    """Matches that were not looked at, counted to 10."""
    open: int
    """Matches that were not put away, the new ones among them, counted to 10."""
    not_kept: int
    """Matches beyond what one query may have."""
    has_ended: bool


class Match(TypedDict):
    """Match, as the API gives it."""

    match: str
    """Its id."""
    query: str
    """The standing query's id."""
    state: Literal["new", "shown", "settled"]
    raised_at: str
    record: str
    name: str
    caption: str
    source: Body
    schema: str
    kind: str
    version: int
    instrument: str
    score: int
    """As of a candidate."""
    not_identical: str
    evidence: list[Evidence]


class NotIdentical(TypedDict):
    """A finding that the bearer of a document is not whom a record is about."""

    id: str
    version: int
    reason: str
    officer: str
    at: str
    until: str


class ListStandingQueriesAnswer(TypedDict):
    """What is answered by `list_standing_queries`."""

    queries: list[StandingQuery]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowMatchesAnswer(TypedDict):
    """What is answered by `show_matches`."""

    matches: list[Match]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListNotIdenticalAnswer(TypedDict):
    """What is answered by `list_not_identical`."""

    findings: list[NotIdentical]
    name: str
    """The record's name."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
