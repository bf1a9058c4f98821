"""What the exchange needs from outside: the outbox, the inbox, the relay's store, and the node's keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from entente.agreements.ports import AgreementsUnit
from entente.exchange.model import (
    Envelope,
    HeldNote,
    Lane,
    Line,
    OwnWord,
    PeerAnswer,
    Queued,
    Receipt,
    Relayed,
    SetAside,
    Stream,
    WaitingEnvelope,
)
from entente.kernel.ids import BodyId, KeyId, StatementId
from entente.kernel.ports import AheadUnit, Outbox, Outgoing, StateUnit
from entente.kernel.sealing import Opener
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement


class NodeKeys(Protocol):
    """The node's own keys, the present ones and those that are still needed. Safe from several threads."""

    @property
    def signer(self) -> Signer:
        """Signs with the present node key."""

    @property
    def opener(self) -> Opener:
        """Opens what is sealed to the present sealing key."""

    def signer_of(self, key: KeyId) -> Signer | None:
        """Return the signer of an earlier node key, while it is kept."""

    def opener_of(self, key: KeyId) -> Opener | None:
        """Return the opener of one of our sealing keys, while it is kept."""


class OutboxStore(Outbox, Protocol):
    """Statements to send, the envelopes that carry them, and how the lines toward other bodies stand."""

    def pending(self) -> tuple[Outgoing, ...]:
        """Return what was put within this transaction and has no place in the queue yet, in order."""

    def enter(self, now: datetime) -> None:
        """Give what was put its place in the queue, as of now, and make its lines due. Once, before the commit."""

    def due(self, now: datetime) -> tuple[BodyId, ...]:
        """Return the bodies that something waits for on a line that may be tried now, ordered."""

    def next_due(self) -> datetime | None:
        """Return when the earliest line with something waiting may be tried; None when nothing waits anywhere."""

    def line(self, recipient: BodyId, lane: Lane) -> Line | None:
        """Return how a lane toward a body stands; None before anything was put for it."""

    def failing(self) -> Mapping[BodyId, Line]:
        """Return the lines that were last tried in vain, with why, by body; of a body's lanes the one that is posted first."""

    def put_line(self, line: Line) -> None:
        """Keep how a lane stands."""

    def stream(self, recipient: BodyId, lane: Lane) -> Stream | None:
        """Return the newest incarnation of our stream to a body."""

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state; a new incarnation is kept beside the older ones."""

    def unsealed(self, recipient: BodyId, lane: Lane, limit: int) -> tuple[Queued, ...]:
        """Return statements that wait and are in no envelope, in the order they were put."""

    def has_unsealed_beyond(self, recipient: BodyId, lane: Lane, count: int) -> bool:
        """Say whether more than so many statements of a lane wait for an envelope."""

    def has_unsealed(self, recipient: BodyId) -> bool:
        """Say whether any statement for a body waits for an envelope."""

    def first_waiting(self, recipient: BodyId, kind: str) -> Queued | None:
        """Return the first statement of a kind that waits for a body, sealed or not."""

    def hold(self, queued: Queued, why: str, at: datetime) -> None:
        """Take a waiting statement out of the queue, and out of an envelope that was answered, until a person decides."""

    def put_back(self, queued: Queued) -> None:
        """Take a waiting statement out of an envelope that was answered: it waits in its place, to go in another."""

    def held(self, limit: int, recipient: BodyId | None = None, after: int = 0) -> tuple[Queued, ...]:
        """Return the first held statements after a number, of all or of one recipient, in the order they were put."""

    def held_notes(self, limit: int, after: int = 0) -> tuple[HeldNote, ...]:
        """Return what is noted of the first held statements after a number, in the order they were put."""

    def release(self, number: int, at: datetime) -> Queued | None:
        """Put a held statement back in its place in the queue; None when none is held under the number.

        Its time to be delivered begins anew. What is returned is as it was held.
        """

    def drop(self, number: int, why: str, at: datetime) -> Queued | None:
        """Take back a held statement for good; None when none is held under the number."""

    def put_envelope(self, envelope: Envelope, carried: Sequence[Queued]) -> WaitingEnvelope:
        """Keep an envelope to send, with the statements it carries; they are sealed now. Return it as it waits."""

    def envelopes(self, recipient: BodyId, lane: Lane, limit: int, after: int = 0) -> tuple[WaitingEnvelope, ...]:
        """Return the unacknowledged envelopes of a lane with a number above `after`, in the order of its stream."""

    def envelope_of(self, header_hash: str) -> WaitingEnvelope | None:
        """Return an unacknowledged envelope by the hash of its header."""

    def carried_by(self, number: int) -> tuple[Queued, ...]:
        """Return the statements in an envelope that are not settled, in order."""

    def give_up(self, recipient: BodyId, lane: Lane, why: str, at: datetime) -> None:
        """Give up all unacknowledged envelopes of a lane: their statements go back to their places in the queue."""

    def reopen(self, recipient: BodyId, lane: Lane, incarnation: str, sequence: int, at: datetime) -> int:
        """Let what was acknowledged from a sequence of a stream on wait again, in its order; return how many statements.

        So for what was put as known after the incarnation began. What has lost its document since (it was erased) stays as it is.
        """

    def doubt_what_left(self) -> None:
        """Take everything that waits or is held for what may have left: after the backup that this store was, it may have."""

    def route(self, recipient: BodyId) -> BodyId | None:
        """Return the relay that the operator set for a body; None for none."""

    def put_route(self, recipient: BodyId, via: BodyId | None) -> None:
        """Set the relay for a body, or none."""

    def settle(self, number: int, receipt: Receipt, evidence: bytes, at: datetime) -> None:
        """Mark an envelope stored or refused for good, keep the signed receipt, and set each statement's state."""

    def set_relayed(self, number: int, by: BodyId, evidence: bytes, at: datetime) -> None:
        """Keep that a relay took an envelope; it still waits for its recipient."""

    def overdue(self, before: datetime) -> tuple[Queued, ...]:
        """Return statements that have waited since a moment or longer, sealed or not, held ones left out."""

    def set_undelivered(self, queued: Queued, why: str, at: datetime) -> None:
        """End a statement's delivery without success."""

    def set_known(self, queued: Queued, why: str, at: datetime) -> None:
        """End a statement's delivery: its recipient has shown with its signature that it has it."""

    def put_known(self, outgoing: Outgoing, why: str, at: datetime, *, is_taken_in: bool = True) -> None:
        """Keep a statement as sent to a body that has shown that it has it, though nothing of its sending is known here.

        It waits to be sent again where that body only set it aside.

        `reopen` lets it wait again for a body that had come less far when it was taken back.
        """

    def known_for(self, why: str, kinds: Collection[str]) -> tuple[Statement, ...]:
        """Return the statements of some kinds that were put as known for a reason, each once, in the order they were put."""

    def has_sent(self, statement: StatementId, recipient: BodyId) -> bool:
        """Say whether a statement was put for a body."""

    def count_waiting(self, recipient: BodyId) -> int:
        """Count the statements that wait for a body, sealed or not, held ones left out."""

    def count_open(self, recipient: BodyId) -> int:
        """Count the data statements for a body that wait or are held: what its queue is bounded by. Reads an index alone."""

    def last_sealed(self, recipient: BodyId, lane: Lane) -> datetime | None:
        """Return when the newest envelope of a lane was made; None before the first."""


class InboxStore(Protocol):
    """Streams from other bodies, what was taken in of them, and what was set aside."""

    def stream(self, sender: BodyId, lane: Lane) -> Stream | None:
        """Return the newest incarnation of a stream from a body."""

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state; a new incarnation is kept beside the older ones."""

    def has_taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> str | None:
        """Return the header hash of the envelope taken in under this key, or None. Kept for the life of the stream."""

    def taken_header(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> tuple[bytes, bytes] | None:
        """Return header bytes and signature of the envelope taken in under this key: one end of a fork."""

    def receipt_for(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Receipt | None:
        """Return what we answered to an envelope taken in before."""

    def take(self, envelope: Envelope, receipt: Receipt) -> None:
        """Keep that an envelope was taken in, under its unique key; raise Conflict when it was before."""

    def accepted_before(self, sender: BodyId, statements: Collection[StatementId]) -> frozenset[StatementId]:
        """Return those of the statements that this sender brought before and that were taken in."""

    def put_accepted(self, envelope: Envelope, statements: Sequence[Statement], at: datetime) -> None:
        """Keep that statements of an envelope were taken in: each counts once, whatever envelope brings it again."""

    def put_accepted_later(self, aside: SetAside, at: datetime) -> None:
        """Keep that a statement that was set aside is taken in now, in the place of the envelope that brought it."""

    def last_came(self, senders: Collection[BodyId]) -> Mapping[BodyId, datetime]:
        """Return, for each of some bodies, when a statement or receipt of theirs last came that was believed, by our clock.

        It says that a body's node is there, and nothing about what it has stopped: that is BodiesStore.heard.
        """

    def words_of(
        self, sender: BodyId, since: Mapping[Lane, tuple[str, int]], after: int, limit: int
    ) -> tuple[OwnWord, ...]:
        """Return a sender's own statements that came after a place of each lane's stream.

        The place is (incarnation, sequence). Those with a number above `after`: first what was taken in, in its order, whose
        document is still kept, then what was set aside.
        """

    def has_answered(self, call: str, at: datetime) -> bool:
        """Say whether a call was answered before; if not, keep that it is now. Old ones are forgotten past their freshness."""

    def park(self, envelope: Envelope, at: datetime) -> bool:
        """Keep an envelope that came before its turn, by hand; False when as many are kept as may be."""

    def parked(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Envelope | None:
        """Return an envelope that was parked."""

    def unpark(self, envelope: Envelope) -> None:
        """Forget a parked envelope; those of older incarnations of its stream and those that expired go with it."""

    def set_aside(self, aside: SetAside) -> None:
        """Keep a statement that this node failed at (its number is given by the store), the oldest of too many going."""

    def aside(self) -> tuple[SetAside, ...]:
        """Return what was set aside here, oldest first."""

    def forget_aside(self, number: int) -> None:
        """Forget a statement that was set aside."""


class RelayStore(Protocol):
    """Envelopes between two other bodies that this node passes on; it cannot read them."""

    def put(self, envelope: Envelope, at: datetime) -> None:
        """Keep an envelope to pass on; the same one twice is kept once, and one that was settled waits again."""

    def has(self, header_hash: str) -> bool:
        """Say whether an envelope is or was kept here to be passed on."""

    def ends(self, header_hash: str) -> tuple[BodyId, BodyId] | None:
        """Return sender and recipient of an envelope that is or was kept here to be passed on."""

    def get(self, header_hash: str) -> Relayed | None:
        """Return a kept envelope that still waits."""

    def waiting(self, recipient: BodyId, limit: int, due: datetime | None = None) -> tuple[Relayed, ...]:
        """Return what waits for a body, by when it may be posted and then as it came: all, or what may be at a moment."""

    def recipients(self, due: datetime | None = None) -> tuple[BodyId, ...]:
        """Return the bodies that something waits for: anything, or what may be posted at a moment."""

    def put_off(self, header_hash: str, until: datetime) -> None:
        """Post a kept envelope not before a moment."""

    def settle(self, header_hash: str, state: str, at: datetime) -> None:
        """Mark an envelope delivered or undelivered; its sealed body goes."""

    def overdue(self, now: datetime) -> tuple[Relayed, ...]:
        """Return what has expired and was not passed on."""

    def forget(self, before: datetime) -> int:
        """Forget what was settled and had expired before a moment; return how many."""

    def count_for(self, recipient: BodyId) -> int:
        """Count what waits for a body."""

    def count_of(self, sender: BodyId) -> int:
        """Count what waits of a sender."""


class RecoveryStore(Protocol):
    """Which bodies answered this node when it last took back what a restored backup forgot."""

    def answers(self) -> tuple[PeerAnswer, ...]:
        """Return what each body that was asked has answered, ordered by body."""

    def put_answer(self, answer: PeerAnswer) -> None:
        """Keep how far a body has answered."""

    def clear(self) -> None:
        """Forget all answers: taking back begins anew."""


class ExchangeUnit(AgreementsUnit, StateUnit, AheadUnit, Protocol):
    """A unit of work with the exchange's stores."""

    def changes(self) -> int:
        """Return a number that grows with every change made within this unit: the same twice, and nothing was written between."""

    @property
    def outbox(self) -> OutboxStore:
        """What must go out."""

    @property
    def inbox(self) -> InboxStore:
        """What came in."""

    @property
    def relay(self) -> RelayStore:
        """What is passed on."""

    @property
    def recovery(self) -> RecoveryStore:
        """Which bodies have answered while this node takes back."""
