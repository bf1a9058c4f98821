"""What correspondence needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from entente.cases.model import NOBODY, Knowing
from entente.cases.ports import CasesUnit
from entente.correspondence.model import (
    DecisionBasis,
    FailedDelivery,
    FailureNoted,
    Hit,
    ItemNews,
    Message,
    MessageChoice,
    PermissionRequest,
    Recall,
    RecordRequest,
    StepTaken,
    Way,
    WentTo,
)
from entente.kernel.ids import BlobId, BodyId, InstrumentId, OfficerId, RecordId, StatementId


class CorrespondenceStore(Protocol):
    """Everything sent and received, by id. A list holds what somebody may know of: nothing of a case with a team not theirs."""

    def put_message(self, message: Message, way: Way) -> None:
        """Keep a message; the same id again is a programming error."""

    def change_message(self, message: Message, way: Way) -> None:
        """Replace a message that is kept, because it was recalled; one that is not is a programming error."""

    def message(self, message: str) -> Message | None:
        """Return a message."""

    def sent_with(self, blob: BlobId) -> tuple[Message, ...]:
        """Return the messages of ours that have a file, in the order they were sent: as many as one goes to (M22)."""

    def put_act(self, act: str, messages: Collection[str]) -> None:
        """Keep that messages of ours went out in one act; a message belongs to one act at most, from the commit it is sent in."""

    def act_of(self, message: str) -> str:
        """Return the id of the act in which a message of ours went out to several; empty where none is known."""

    def sent_in(self, act: str) -> tuple[WentTo, ...]:
        """Return what went out in an act, in the order it was sent: at most as many as one message goes to (M22)."""

    def put_step(self, message: str, taken: StepTaken) -> None:
        """Keep what was done here with a message; the first of each step stands."""

    def steps(self, message: str) -> tuple[StepTaken, ...]:
        """Return what was done here with a message, in order."""

    def steps_of_each(self, messages: Collection[str]) -> Mapping[str, tuple[StepTaken, ...]]:
        """Return what was done here with each of some messages of which anything was, in order."""

    def put_recall_ahead(self, sender: BodyId, message: str, recall: Recall) -> None:
        """Keep that a body recalled a message of its own that is not here yet."""

    def recall_ahead(self, sender: BodyId, message: str) -> Recall | None:
        """Return a recall that was here before its message."""

    def drop_recall_ahead(self, sender: BodyId, message: str) -> None:
        """Forget a recall that was here before its message: the message is here now, and carries it."""

    def count_recalls_ahead(self, sender: BodyId) -> int:
        """Count the recalls of a body that were here before their messages."""

    def messages(
        self,
        limit: int,
        case: str = "",
        before: str = "",
        knowing: Knowing = NOBODY,
        *,
        counterpart: BodyId | None = None,
        choice: MessageChoice | None = None,
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the newest messages, newest first: of one case, with a body, of a choice, before another."""

    def answers_to(
        self, messages: Collection[str], limit: int, knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the messages that answer one of some messages, the oldest first."""

    def put_hit(self, hit: Hit, way: Way) -> None:
        """Add or replace a hit."""

    def hit(self, hit: str) -> tuple[Way, Hit] | None:
        """Return a hit."""

    def hits(self, limit: int, before: str = "", knowing: Knowing = NOBODY) -> tuple[tuple[Way, Hit], ...]:
        """Return the newest hits, newest first, kept before another one where it is named."""

    def put_permission(self, request: PermissionRequest, way: Way) -> None:
        """Add or replace a permission request."""

    def permission(self, request: str) -> tuple[Way, PermissionRequest] | None:
        """Return a permission request."""

    def permissions(
        self, limit: int, before: str = "", knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, PermissionRequest], ...]:
        """Return the newest permission requests, newest first, kept before another one where it is named."""

    def open_hits(self, limit: int, knowing: Knowing = NOBODY) -> tuple[tuple[Way, Hit], ...]:
        """Return the hits told to us and not answered and those of ours that are held, the oldest first."""

    def open_permissions(self, limit: int, knowing: Knowing = NOBODY) -> tuple[PermissionRequest, ...]:
        """Return the permission requests asked of us and not decided, the oldest first."""

    def open_for_information(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return what came for information and is not opened, the oldest first. A recalled message waits for nobody."""

    def open_for_action(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return what came for action and is not concluded, the oldest first; what is for information does not crowd it out."""

    def failed_messages(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return the messages of ours that were given up or refused and that nobody noted, oldest first; none recalled."""

    def put_failure_noted(self, message: str, noted: FailureNoted) -> None:
        """Keep that an officer knows that a message of ours was not delivered, or what became of another item; the first stands.

        Another item is named by the statement that was not delivered; a hit whose record was withdrawn, by its id.
        """

    def failure_noted(self, message: str) -> FailureNoted | None:
        """Return who noted that a message of ours was not delivered."""

    def failed_deliveries(self, limit: int, knowing: Knowing = NOBODY) -> tuple[FailedDelivery, ...]:
        """Return what we said of hits, requests for leave and for records that was refused or given up, noted by nobody."""

    def failed_deliveries_of(self, item: str) -> tuple[FailedDelivery, ...]:
        """Return what of one item was refused or given up, noted or not, the oldest first."""

    def put_leave_answered(self, request: PermissionRequest, at: datetime) -> None:
        """Keep when a request of ours was answered: whoever asked is to hear of it."""

    def item_news(self, limit: int, hearer: OfficerId, knowing: Knowing = NOBODY) -> tuple[ItemNews, ...]:
        """Return what an officer is to hear of, the oldest first, as nobody noted it.

        That is hits of ours that were told and not answered, and whose record was withdrawn; and leave that was answered, to
        whoever asked it and the team of its case.
        """

    def leave_to_hear_of(self, record: RecordId) -> tuple[PermissionRequest, ...]:
        """Return the requests of ours about a record that were answered and that nobody noted yet, the oldest first."""

    def news_of(self, item: str) -> datetime | None:
        """Return when a record of a hit of ours was withdrawn, or a request of ours for leave answered, as far as it was kept."""

    def cases_of(self, items: Collection[str]) -> Mapping[str, str]:
        """Return the number of our case by id, of those of these items that have one."""

    def put_basis(self, basis: DecisionBasis, record_number: int) -> None:
        """Keep what an officer saw as they decided, with the number of the record here, 0 for none; it is never changed.

        What the record said goes from it in the transaction that erases the record.
        """

    def bases(self, *, case: str = "", item: str = "") -> tuple[DecisionBasis, ...]:
        """Return what was seen as something was decided on a case, or as an item was decided, in order."""

    def put_record_request(self, request: RecordRequest, way: Way) -> None:
        """Add or replace a record request."""

    def record_request(self, request: str) -> tuple[Way, RecordRequest] | None:
        """Return a record request."""

    def put_consult(self, request: RecordRequest, way: Way) -> None:
        """Add or replace a consultation: what was asked and how it was answered, never what the record says."""

    def consult(self, request: str) -> tuple[Way, RecordRequest] | None:
        """Return a consultation."""

    def count_record_requests(
        self, way: Way, counterpart: BodyId, instrument: InstrumentId, kind: str, since: datetime
    ) -> int:
        """Count what was asked of or by a body for a kind under an instrument since a moment: requests and consultations."""

    def record_requests(
        self, limit: int, before: str = "", knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, RecordRequest], ...]:
        """Return the newest record requests, newest first, kept before another one where it is named."""


class TakenIn(Protocol):
    """What is kept of the statements that came, so that each counts once and a restored peer gets its own words back."""

    def empty(self, statement: StatementId) -> None:
        """Keep no document of a statement that this unit takes in: it counts once all the same."""

    def empty_naming(self, sender: BodyId, kind: str, item: str) -> None:
        """Empty the documents of a body's statements of a kind that name an item; that they were taken in stays."""

    def forget_aside_item(self, sender: BodyId, kind: str, item: str) -> None:
        """Forget what a body's statement of a kind, set aside here, says of an item: the one whose header has its id."""


class CorrespondenceUnit(CasesUnit, Protocol):
    """A unit of work with the correspondence."""

    @property
    def inbox(self) -> TakenIn:
        """What came, as it came."""

    @property
    def correspondence(self) -> CorrespondenceStore:
        """The correspondence."""
