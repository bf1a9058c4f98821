"""The shapes of what the routes under «Hits» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, DecisionBasis, Delivery


class ItemStep(TypedDict):
    """Hit step, as the API gives it."""

    step: str
    officer: str
    at: str
    reason: str


class Hit(TypedDict):
    """Hit, as the API gives it."""

    id: str
    way: Literal["sent", "received"]
    sender: Body
    recipient: Body
    instrument: str
    officer: str
    our_reference: str
    your_reference: str
    at: str
    deliveries: NotRequired[list[Delivery]]
    steps: NotRequired[list[ItemStep]]
    record: str
    name: str
    version: int
    purpose: str
    crime_area: str
    outcome: Literal["confirmed", "rejected"]
    outcome_reason: str
    score: int
    circumstances: str
    state: Literal["held", "told", "answered", "closed"]
    answer: str
    is_same_person: bool | None
    answered_at: str | None


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
