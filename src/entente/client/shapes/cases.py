"""The shapes of what the routes under «Cases» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body


class CaseReference(TypedDict):
    """Case reference, as the API gives it."""

    body: Body
    reference: str


class Case(TypedDict):
    """Case, as the API gives it."""

    number: str
    """Year and place in the register: 2031/000017."""
    title: str
    crime_area: str
    opened_at: str
    opened_by: str
    state: Literal["open", "closed"]
    references: list[CaseReference]


class CaseEvent(TypedDict):
    """Case event, as the API gives it."""

    at: str
    officer: str
    kind: str
    subject: str
    text: str


class ListCasesAnswer(TypedDict):
    """What is answered by `list_cases`."""

    cases: list[Case]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowCaseAnswer(TypedDict):
    """What is answered by `show_case`."""

    case: Case
    events: list[CaseEvent]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
