"""What correspondence says over the wire: one dataclass for the content of each kind of statement.

All are daily acts, signed once by the sender's node, which names the officer in the header and how they signed in. What a
node keeps of an item (its state, its answer) is its own matter and is not in here.

Source: docs/rules/correspondence.md M1; DESIGN section 4 (identity).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from entente.bodies.model import Body
from entente.bodies.rules import CLOCK_SKEW_MAX, verify_by_node
from entente.correspondence.model import AnswerOutcome, Header, Message, NamedAddressee, Step
from entente.disclosure.model import Leave
from entente.handling.model import DisclosureAct
from entente.kernel.codec import OMITTED, from_json
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BodyId, RecordId, StatementId
from entente.kernel.statement import Statement
from entente.kernel.text import is_line
from entente.records.model import Record, SealedFile

ID_CHARACTERS_MAX = 64
"""Twice the longest id that kernel.ids makes for a kind of ours."""
REFERENCE_CHARACTERS_MAX = 100
"""As in a case (cases.rules.REFERENCE_CHARACTERS_MAX)."""
NODE = "node"
"""Who speaks where no officer does: the source's node, which answers a record request at once."""


class Kind(StrEnum):
    """The kinds of statement of this room."""

    MESSAGE = "message"
    HIT = "hit"
    HIT_ANSWER = "hit_answer"
    PERMISSION_REQUEST = "permission_request"
    PERMISSION_ANSWER = "permission_answer"
    RECORD_REQUEST = "record_request"
    RECORD_ANSWER = "record_answer"
    EVIDENCE = "evidence"
    RECALL = "recall"
    RECALL_ANSWER = "recall_answer"
    CONSULT = "consult"
    CONSULT_ANSWER = "consult_answer"


@dataclass(frozen=True, slots=True)
class MessageContent:
    """Content of a `message`."""

    header: Header
    subject: str
    text: str
    urgency: str
    is_for_action: bool
    answers: str
    signed_in: str
    attachments: tuple[SealedFile, ...] = field(default=(), metadata=OMITTED)
    """Left out of the bytes where there is none, so that a node that knows of no files takes in what has none."""
    addressees: tuple[NamedAddressee, ...] = field(default=(), metadata=OMITTED)
    """Left out in the same way."""

    def message(self) -> Message:
        """Return the message as both ends keep it."""
        return Message(
            self.header,
            self.subject,
            self.text,
            self.urgency,
            self.is_for_action,
            self.answers,
            attachments=self.attachments,
            addressees=self.addressees,
        )


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """Content of an `evidence`: what was done with an item that its recipient was sent."""

    item: str
    step: Step
    reason: str
    officer: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class RecallContent:
    """Content of a `recall`: a message of the signer that is to be shown to nobody any more, and why."""

    header: Header
    message: str
    reason: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class RecallAnswerContent:
    """Content of a `recall_answer`: what the recipient's node did, and whether an officer had opened the message before."""

    header: Header
    message: str
    was_here: bool
    was_opened: bool
    signed_in: str


@dataclass(frozen=True, slots=True)
class HitContent:
    """Content of a `hit`: what the finder tells the source, and whom else the instrument names."""

    header: Header
    record: RecordId
    version: int
    purpose: str
    crime_area: str
    outcome_reason: str
    score: int
    circumstances: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class HitAnswerContent:
    """Content of a `hit_answer`: the source's judgement."""

    header: Header
    hit: str
    is_same_person: bool
    text: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class PermissionRequestContent:
    """Content of a `permission_request`."""

    header: Header
    record: RecordId
    acts: frozenset[DisclosureAct]
    forward_to: BodyId | None
    purpose: str
    crime_area: str
    justification: str
    urgency: str
    due_at: datetime
    signed_in: str


@dataclass(frozen=True, slots=True)
class GrantedLeave:
    """A leave as its source states it; the statement's own id, which cannot stand in it, makes it a Leave."""

    id: str
    grantee: BodyId
    records: frozenset[RecordId]
    acts: frozenset[DisclosureAct]
    recipient: BodyId | None
    purpose: str
    since: datetime
    until: datetime

    def by(self, source: BodyId, statement: StatementId) -> Leave:
        """Return the leave that the gate obeys."""
        return Leave(
            self.id,
            source,
            self.grantee,
            self.records,
            self.acts,
            self.recipient,
            self.purpose,
            self.since,
            self.until,
            statement,
        )


@dataclass(frozen=True, slots=True)
class PermissionAnswerContent:
    """Content of a `permission_answer`: a leave, or the reason why there is none."""

    header: Header
    request: str
    leave: GrantedLeave | None
    reason: str
    text: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class RecordRequestContent:
    """Content of a `record_request`. The header's instrument is the one the record is asked under."""

    header: Header
    record: RecordId
    kind: str
    purpose: str
    crime_area: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class RecordAnswerContent:
    """Content of a `record_answer`. What was found travels before it as a `record` statement."""

    header: Header
    request: str
    outcome: AnswerOutcome
    answer: str
    grounds: tuple[str, ...]
    signed_in: str


@dataclass(frozen=True, slots=True)
class ConsultContent:
    """Content of a `consult`, a call: which record an officer asks for, as what, and why."""

    header: Header
    record: RecordId
    kind: str
    purpose: str
    crime_area: str
    roles: tuple[str, ...]
    """The officer's roles, as the asker's node attests them."""
    signed_in: str


@dataclass(frozen=True, slots=True)
class ConsultAnswerContent:
    """Content of a `consult_answer`: what the asker may see of the record as of the header's moment, or why it may not."""

    header: Header
    consult: str
    outcome: AnswerOutcome
    grounds: tuple[str, ...]
    record: Record | None
    signed_in: str


class HasHeader(Protocol):
    """Any content of this room."""

    @property
    def header(self) -> Header:
        """What every item carries."""


Content = TypeVar("Content", bound=HasHeader)


def read_content(kind: type[Content], statement: Statement, body: Body | None, now: datetime) -> Content:
    """Verify that a body's node signed a statement and read its content; raise Untrusted or Invalid.

    Who it is addressed to is not looked at: `addressed_to` does.

    Source: docs/rules/correspondence.md M1.
    """
    verify_by_node(body, statement)
    content = from_json(kind, statement.content, statement.kind)
    header = content.header
    if header.sender != statement.body or header.at != statement.at:
        raise _bad("header.sender", "its header names the body and the moment of its statement")
    if statement.at > now + CLOCK_SKEW_MAX:
        raise _bad("header.at", "its moment lies ahead of this node's clock by more than clocks may differ")
    if not 1 <= len(header.id) <= ID_CHARACTERS_MAX or not header.id.isascii() or not header.id.isprintable():
        raise _bad("header.id", f"an id has 1 to {ID_CHARACTERS_MAX} printable ASCII characters")
    for named, text in (
        ("officer", header.officer),
        ("our_reference", header.our_reference),
        ("your_reference", header.your_reference),
    ):
        is_left_out = not text and named != "officer"
        if len(text) > REFERENCE_CHARACTERS_MAX or not (is_left_out or is_line(text)):
            raise _bad(
                f"header.{named}", f"it is one line of at most {REFERENCE_CHARACTERS_MAX} characters, as it shows"
            )
    return content


def addressed_to(own: BodyId, header: Header, sender: BodyId) -> None:
    """Check that an item is for us and was brought by the body that made it; raise Untrusted otherwise.

    Source: docs/rules/correspondence.md M1.
    """
    if header.recipient == own and header.sender == sender:
        return
    raise Untrusted(
        "An item of correspondence is not for this body, or not from the body that brought it.",
        reason="not_for_us",
        why="Its header names sender and recipient, and only these two exchange it (docs/rules/correspondence.md M1).",
        do="Make a new item for this body; one that was made for another is not taken in.",
    )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        "The item of correspondence is not well formed.",
        field=field,
        why=f"Every node checks what it takes in (docs/rules/correspondence.md M1): {why}.",
        do="Mend the field, sign the item again and send it.",
    )
