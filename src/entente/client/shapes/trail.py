"""The shapes of what the routes under «Trail» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict

from entente.client.shapes.shared import Body
from entente.kernel.canonical import JsonObject


class TrailRow(TypedDict):
    """Read trail row, as the API gives it."""

    sequence: int
    at: str
    verb: str
    body: Body
    officer: str
    subject: str
    subject_name: str
    detail: JsonObject
    """What came of it, with every ground."""
    root: str


class ReadTrailAnswer(TypedDict):
    """What is answered by `read_trail`."""

    rows: list[TrailRow]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
