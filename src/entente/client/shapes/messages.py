"""The shapes of what the routes under «Messages» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, Decision, Delivery, ItemStep
from entente.kernel.canonical import JsonObject


class MessageOutside(TypedDict):
    """A message without its text."""

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
    subject: str
    urgency: str
    for_action: bool
    answers: str
    recall: JsonObject | None
    """That it was taken back: when, by whom, why."""
    attachment_count: int
    """How many files it has."""


class MessageFailure(TypedDict):
    """That it was refused or given up after 30 days; null for a message that was not, and for one that came."""

    state: Literal["undelivered", "refused"]
    reason: str
    """In words, as the exchange or the other side says it."""
    at: str
    noted_by: str
    """Empty while it waits for somebody."""
    noted_at: str | None


class MessageAddressee(TypedDict):
    """Message addressee, as the API gives it."""

    body: Body
    for_action: bool
    groups: list[str]


class MessageAttachment(TypedDict):
    """Message attachment, as the API gives it."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    """As its sender signed it; whatever is taken out is held against it."""
    blob: str
    """The id of its sealed chunks."""
    is_here: bool
    """Whether all of it is at this node; else it is fetched when it is asked for."""


class Message(TypedDict):
    """Message, as the API gives it."""

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
    subject: str
    urgency: str
    for_action: bool
    answers: str
    recall: JsonObject | None
    """That it was taken back: when, by whom, why."""
    attachment_count: int
    """How many files it has."""
    failure: MessageFailure | None
    """That it was refused or given up after 30 days; null for a message that was not, and for one that came."""
    addressees: list[MessageAddressee]
    """All whom it went to, as its sender signed it; none where that was one body, or its sender keeps them to itself."""
    text: str | None
    """Null where it is not opened by this."""
    attachments: list[MessageAttachment]
    """Its files; none where it is not opened by this."""


class ListMessagesAnswer(TypedDict):
    """What is answered by `list_messages`."""

    messages: list[MessageOutside]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowMessageAnswer(TypedDict):
    """What is answered by `show_message`."""

    message: Message
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class PreviewMessageAddressee(TypedDict):
    """Preview message addressee, as the API gives it."""

    body: Body
    for_action: bool
    groups: list[str]
    """By which groups it is one; none where it was named itself."""
    may_get: bool
    may_answer: bool
    """Whether it may write back under the same instrument."""
    decision: Decision
    answer_decision: Decision


class PreviewMessageGroup(TypedDict):
    """Preview message group, as the API gives it."""

    group: str
    version: int
    bodies: list[Body]


class PreviewMessageAnswer(TypedDict):
    """What is answered by `preview_message`."""

    instrument: str
    on: str
    """The day on which groups were resolved."""
    addressees: list[PreviewMessageAddressee]
    groups: list[PreviewMessageGroup]
    reached: int
    """How many would get it."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListMessageAddresseesCount(TypedDict):
    """How many stand where; none of which there are none."""

    waiting: NotRequired[int]
    not_delivered: NotRequired[int]
    arrived: NotRequired[int]
    opened: NotRequired[int]
    never_left: NotRequired[int]
    recall_waiting: NotRequired[int]
    recall_not_delivered: NotRequired[int]
    recall_arrived: NotRequired[int]
    recalled_unopened: NotRequired[int]
    recalled_opened: NotRequired[int]


class ListMessageAddresseesAddressee(TypedDict):
    """List message addressees addressee, as the API gives it."""

    message: str
    """The message that went to this body."""
    body: Body
    for_action: bool
    standing: Literal[
        "waiting",
        "not_delivered",
        "arrived",
        "opened",
        "never_left",
        "recall_waiting",
        "recall_not_delivered",
        "recall_arrived",
        "recalled_unopened",
        "recalled_opened",
    ]
    at: str | None
    """Since when it stands so."""
    reason: str
    """Why it, or its recall, was not delivered."""
    opened: bool
    """Whether that body has signed that an officer opened it."""
    opened_at: str | None
    recall: JsonObject | None
    """That it was taken back: when, by whom, why."""


class ListMessageAddresseesAnswer(TypedDict):
    """What is answered by `list_message_addressees`."""

    id: str
    """The message that was asked about."""
    of: int
    """How many messages went out in the act; 1 where it knows no act."""
    counts: ListMessageAddresseesCount
    """How many stand where; none of which there are none."""
    addressees: list[ListMessageAddresseesAddressee]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
