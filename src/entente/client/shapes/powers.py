"""The shapes of what the routes under «Powers» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict

from entente.client.shapes.shared import Decision


class OrderPower(TypedDict):
    """Order power, as the API gives it."""

    measure: str
    legal_basis: str
    condition: NotRequired[str]


class Order(TypedDict):
    """A national order: which powers a body's officers have under the legal bases it governs."""

    reference: str
    """Its number."""
    text: str
    """What it says."""
    signed_on: str
    published_on: str
    in_force_on: str
    ends_on: NotRequired[str | None]
    governs: list[str]
    """Legal bases that it settles exhaustively."""
    powers: list[OrderPower]
    competent_authorities: dict[str, str]
    """Measure, and the national authority that may take it instead."""


class ListOrdersAnswer(TypedDict):
    """What is answered by `list_orders`."""

    orders: list[Order]
    versions: dict[str, str]
    """By reference, the version of each: a digest of all that it says."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class MayTaskMeasureAnswer(TypedDict):
    """What is answered by `may_task_measure`."""

    officer: str
    measure: str
    decision: Decision
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
