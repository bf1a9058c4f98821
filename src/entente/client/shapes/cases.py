"""The shapes of what the routes under «Cases» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, CaseTask, DecisionBasis


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
    in_charge: str
    """The officer who has charge of it."""
    unit: str
    """The unit that it was handed to."""
    state: Literal["open", "closed", "joined"]
    references: list[CaseReference]
    team: list[str]
    """Who alone may know of it; none where the whole body may."""
    goes_on_in: str
    """Of a joined case, the one that goes on."""
    joined: list[str]
    """Cases that were joined to it."""
    split_from: str
    """The case that it was split from."""
    version: int
    """Counts its changes; named by who changes it."""


class CaseEvent(TypedDict):
    """Case event, as the API gives it."""

    at: str
    officer: str
    kind: str
    subject: str
    text: str


class ExhibitHandOver(TypedDict):
    """Exhibit hand over, as the API gives it."""

    exhibit: str
    at: str
    gave: str
    took: str
    where: str
    seal: str
    sha256: str
    remark: str
    entered_by: str
    entered_at: str
    is_intact: bool | None
    """Whether its digest was what it was taken with; null: not computed."""


class Exhibit(TypedDict):
    """Exhibit, as the API gives it."""

    id: str
    label: str
    """For good: 2031/000017-E3."""
    case: str
    """The case it is in now."""
    kind: Literal["object", "document", "digital", "sample"]
    what: str
    found_at: str
    found_where: str
    found_by: str
    seal: str
    sha256: str
    """Of a digital exhibit."""
    entered_by: str
    entered_at: str
    holder: str
    """Who has it now."""
    hand_overs: list[ExhibitHandOver]


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
    tasks: list[CaseTask]
    exhibits: list[Exhibit]
    decisions: list[DecisionBasis]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListCaseOfficersAnswer(TypedDict):
    """What is answered by `list_case_officers`."""

    officers: list[str]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
