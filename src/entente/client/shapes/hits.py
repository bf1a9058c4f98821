"""The shapes of what the routes under «Hits» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import DecisionBasis, Hit


class ListHitsAnswer(TypedDict):
    """What is answered by `list_hits`."""

    hits: list[Hit]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowHitAnswer(TypedDict):
    """What is answered by `show_hit`."""

    hit: Hit
    decisions: list[DecisionBasis]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ConfirmHitEvidence(TypedDict):
    """Confirm hit evidence, as the API gives it."""

    kind: Literal["for", "against", "neutral"]
    text: str
    weight: int
    """Thousandths."""
