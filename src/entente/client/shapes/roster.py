"""The shapes of what the routes under «Roster» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.kernel.canonical import JsonObject


class Duty(TypedDict):
    """That an officer is on duty for a time."""

    id: str
    officer: str
    function: Literal["duty_officer", "deputy", "head_on_call"]
    begins_at: str
    ends_at: str
    zone: str
    """In which it was written."""
    is_reached: bool
    """Whether somebody can be called there; where is shown to nobody."""
    series: str
    """The id of the first of those that were entered together; empty for one that was entered alone."""


class ListRosterAnswer(TypedDict):
    """What is answered by `list_roster`."""

    entries: list[Duty]
    now: list[Duty]
    next: JsonObject | None
    """The duty at the desk after the present one: as of Duty."""
    officers: list[str]
    """Who may be entered."""
    zone: str
    """The body's own, in which a duty is entered where no other is named."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
