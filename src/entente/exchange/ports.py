"""What the exchange needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from entente.agreements.ports import AgreementsUnit
from entente.exchange.model import Envelope, Lane, Receipt, ReceiptOutcome, Stream, WaitingEnvelope
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing


class ExchangeStore(Protocol):
    """Streams, envelopes to send, and what was taken in."""

    def stream(self, peer: BodyId, lane: Lane, *, is_outgoing: bool) -> Stream | None:
        """Return the newest incarnation of a stream."""

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state."""

    def pending(self) -> tuple[Outgoing, ...]:
        """Return what was put in the outbox within this transaction and is in no envelope yet, in order."""

    def put_envelope(self, envelope: Envelope, statements: Sequence[Outgoing]) -> None:
        """Keep an envelope to send, with the statements it carries; they are pending no more."""

    def waiting(self, recipient: BodyId, now: datetime, limit: int) -> tuple[WaitingEnvelope, ...]:
        """Return unacknowledged envelopes due now, control before data, in the order of their streams.

        What is due is always the beginning of a stream: `put_envelope` makes all of its stream due, and `postpone` puts
        off what stands behind.
        """

    def recipients_waiting(self, now: datetime) -> tuple[BodyId, ...]:
        """Return the bodies with envelopes due now."""

    def next_due(self) -> datetime | None:
        """Return when the earliest unacknowledged envelope is due; None when none waits."""

    def settle(self, number: int, outcome: ReceiptOutcome, receipt: bytes, results: Receipt, at: datetime) -> None:
        """Mark an envelope acknowledged or refused for good, keep the signed receipt, and set each statement's state."""

    def postpone(self, number: int, next_try_at: datetime, why: str) -> None:
        """Count a failed attempt."""

    def has_taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> str | None:
        """Return the header hash of the envelope taken in under this key, or None. Kept for the life of the stream."""

    def receipt_for(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Receipt | None:
        """Return what we answered to an envelope taken in before."""

    def take(self, envelope: Envelope, receipt: Receipt) -> None:
        """Keep that an envelope was taken in, under its unique key; raise Conflict when it was before."""


class ExchangeUnit(AgreementsUnit, Protocol):
    """A unit of work with the exchange's store."""

    @property
    def exchange(self) -> ExchangeStore:
        """Streams and envelopes."""
