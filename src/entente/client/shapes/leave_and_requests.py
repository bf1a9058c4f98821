"""The shapes of what the routes under «Leave and requests» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.records import Record
from entente.client.shapes.shared import Body, Decision, DecisionBasis, Delivery, ItemStep, Permission


class RecordRequest(TypedDict):
    """A question to a source's node for one record, and its answer."""

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
    kind: str
    purpose: str
    crime_area: str
    outcome: Literal["waiting", "whole", "refused", "not_found"]
    answer: str
    """In words."""
    grounds: list[str]
    """Of a refusal: each that the asker may know."""


class ListPermissionsAnswer(TypedDict):
    """What is answered by `list_permissions`."""

    permissions: list[Permission]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowPermissionAnswer(TypedDict):
    """What is answered by `show_permission`."""

    permission: Permission
    decisions: list[DecisionBasis]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListRecordRequestsAnswer(TypedDict):
    """What is answered by `list_record_requests`."""

    requests: list[RecordRequest]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowRecordRequestAnswer(TypedDict):
    """What is answered by `show_record_request`."""

    request: RecordRequest
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ConsultRecordAnswer(TypedDict):
    """What is answered by `consult_record`."""

    record: Record
    """The facts that may be seen, and the links whose both ends may be known."""
    as_of: str
    """When the source answered, by its clock."""
    source: Body
    decision: Decision
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
