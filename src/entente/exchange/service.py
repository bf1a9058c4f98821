"""The verbs of the exchange: put what must go out in envelopes, take in what came, believe what was answered.

`seal_pending` runs before each commit, so that an act and its envelope become durable together. `receive` is the one door
in: one transaction an envelope, answered after it is durable. `collect`, `settle` and `postpone` are what a courier needs.

A poison statement never undoes the others (X18): rooms are asked in order within the envelope's transaction; when one
refuses, the whole transaction is undone and begun again with that statement set aside, so that nothing half-written by the
refused one can stay. What was found good before is found good again, because nobody else writes between.

Source: docs/rules/exchange.md; DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    envelope_from_json,
    envelope_to_json,
    header_hash,
    make_envelope,
    sealing_key_of,
)
from entente.exchange.intake import Accept, Intake
from entente.exchange.model import (
    BATCH_BYTES_MAX,
    BATCH_ENVELOPES_MAX,
    BODY_BYTES_MAX,
    EXPIRY_DAYS,
    Envelope,
    EnvelopeBody,
    Lane,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    StatementResult,
    Stream,
    WaitingEnvelope,
)
from entente.exchange.packing import Load, pack, retry_delay
from entente.exchange.ports import ExchangeUnit
from entente.exchange.receipts import BelievedReceipt, believe_receipt, make_receipt
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import Clock
from entente.kernel.errors import EntenteError, Invalid, Untrusted
from entente.kernel.ids import BodyId, Ids
from entente.kernel.ports import Act
from entente.kernel.sealing import Opener, Sealer
from entente.kernel.signing import Signer

ANSWER_BYTES_MAX = 2 * BODY_BYTES_MAX
"""Room kept for one more receipt before the next envelope of a batch is looked at."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be posted to one body, and where it can be reached."""

    recipient: BodyId
    addresses: tuple[str, ...]
    """In the order to try; empty while the body has published none."""
    envelopes: tuple[WaitingEnvelope, ...]
    batch: bytes


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a parcel."""

    acknowledged: int
    refused: int
    postponed: int
    disbelieved: tuple[str, ...]
    """Why receipts were not believed."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange of one node. Safe from several threads; each verb opens its own unit of work."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    """A unit that only reads, and waits for no writer."""
    clock: Clock
    ids: Ids
    signer: Signer
    """The node's key."""
    opener: Opener
    sealer: Sealer
    accept: Mapping[str, Accept]
    """Statement kind → the room that takes it in. Closed: another kind is refused (X15)."""
    record: Record

    # Out

    def seal_pending(self, unit: ExchangeUnit) -> None:
        """Put what this transaction has in its outbox in envelopes. Run before each commit.

        Raises Invalid when a statement fits no envelope; the act is then not committed.

        Source: docs/rules/exchange.md X20.
        """
        pending = unit.exchange.pending()
        if not pending:
            return
        own, now = unit.bodies.own(), self.clock.now()
        for load in pack(pending):
            self._seal(unit, own, load, now)

    def recipients_due(self) -> tuple[BodyId, ...]:
        """Return the bodies that something is due to be posted to."""
        with self.open_view() as view:
            return view.exchange.recipients_waiting(self.clock.now())

    def seconds_to_next(self) -> float | None:
        """Return in how many seconds the next envelope is due (0 if one is), or None when none waits."""
        with self.open_view() as view:
            due = view.exchange.next_due()
        return None if due is None else max((due - self.clock.now()).total_seconds(), 0.0)

    def collect(self, recipient: BodyId, limit: int = BATCH_ENVELOPES_MAX) -> Parcel | None:
        """Return the next envelopes for a body, or None when none is due.

        What is due is always the beginning of its stream (ports.ExchangeStore.waiting), sent as it was stored: the
        other side takes it in in its order, and answers for what it has.

        Source: docs/rules/exchange.md X21.
        """
        with self.open_view() as view:
            waiting = view.exchange.waiting(recipient, self.clock.now(), min(limit, BATCH_ENVELOPES_MAX))
            if not waiting:
                return None
            body = view.bodies.body(recipient)
        assert body is not None, "envelopes are made for bodies of the directory alone"
        chosen = _that_fit(waiting)
        return Parcel(recipient, body.addresses, chosen, batch_to_bytes(one.envelope for one in chosen))

    def settle(self, parcel: Parcel, response: bytes) -> Settlement:
        """Take in the answer to a parcel: what is acknowledged or refused for good goes out no more; the rest waits.

        Only receipts that prove themselves count. Raises Invalid or Untrusted when the answer as a whole is no batch;
        nothing is changed then.

        Source: docs/rules/exchange.md X19 and X21.
        """
        answers = batch_from_bytes(response)
        now = self.clock.now()
        sent = {header_hash(waiting.envelope): waiting for waiting in parcel.envelopes}
        believed: dict[int, BelievedReceipt] = {}
        disbelieved: list[str] = []
        with self.open_unit() as unit:
            own, peer = unit.bodies.own(), unit.bodies.body(parcel.recipient)
            assert peer is not None, "a parcel is for a body of the directory, and none is ever removed"
            for answer in answers:
                try:
                    found = believe_receipt(envelope_from_json(answer), sent, peer, own.id, self.opener, now)
                except (Untrusted, Invalid) as error:
                    disbelieved.append(f"{error.what} {error.why}")
                else:
                    believed[found.waiting.number] = found
            ends = [self._settle_one(unit, one, believed.get(one.number), now) for one in parcel.envelopes]
            unit.commit()
        return Settlement(ends.count("stored"), ends.count("refused"), ends.count("waiting"), tuple(disbelieved))

    def postpone(self, parcel: Parcel, why: str) -> None:
        """Count a failed attempt at all of a parcel; each is tried again after its own delay.

        Source: docs/rules/exchange.md X21.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            for waiting in parcel.envelopes:
                _postpone(unit, waiting, why, now)
            unit.commit()

    # In

    def receive(self, batch: bytes) -> bytes:
        """Take in a batch from another node; return the batch of receipts, after all they state is durable.

        An envelope that no receipt can answer (unreadable, or of an unknown body) is left unanswered; when none of the
        batch can be answered, the reason is raised: Invalid or Untrusted.

        Source: docs/rules/exchange.md X1 to X18.
        """
        answers: list[Envelope] = []
        unanswered: EntenteError | None = None
        room = BATCH_BYTES_MAX
        for item in batch_from_bytes(batch):
            # What no longer fits the answer is left for the sender's next batch.
            if room < ANSWER_BYTES_MAX:
                break
            try:
                answer = self._receive_one(envelope_from_json(item))
            except (Invalid, Untrusted) as error:
                unanswered = unanswered or error
                continue
            answers.append(answer)
            room -= _wire_bytes(answer)
        if unanswered is not None and not answers:
            raise unanswered
        return batch_to_bytes(answers)

    def _receive_one(self, envelope: Envelope) -> Envelope:
        intake = Intake(self.opener, self.accept, self.record)
        with self.open_view() as view:
            glance = intake.look(view, envelope, self.clock.now())
        found = glance.answer or self._take_in(intake, envelope, glance.own)
        # Durable from here on: a crash before the answer leaves makes the sender post again, and X7 answers it.
        if glance.sender is None:
            raise _unknown_sender(found.detail)
        salt = self.ids.new_salt()
        return make_receipt(envelope, found, glance.sender, salt, signer=self.signer, sealer=self.sealer)

    def _take_in(self, intake: Intake, envelope: Envelope, own: BodyId) -> Receipt:
        poison: dict[int, StatementResult] = {}
        while True:
            with self.open_unit() as unit:
                found = intake.judge(unit, envelope, own, poison, self.clock.now())
                if isinstance(found, Receipt):
                    unit.commit()
                    return found
                poison[found.place] = found.result

    def _seal(self, unit: ExchangeUnit, own: Body, load: Load, now: datetime) -> None:
        recipient = unit.bodies.body(load.recipient)
        assert recipient is not None, f"a room put a statement for {load.recipient}, which is not in the directory"
        assert recipient.id != own.id, "a room put a statement for our own body in the outbox"
        stream = unit.exchange.stream(recipient.id, load.lane, is_outgoing=True) or self._new_stream(
            recipient.id, load.lane, now
        )
        state = unit.agreements.instrument(load.instrument) if load.instrument else None
        participation = None if state is None else state.participations.get(own.id)
        postmark = Postmark(
            sender=own.id,
            recipient=recipient.id,
            lane=load.lane,
            instrument=load.instrument,
            epoch=0 if participation is None else participation.epoch,
            incarnation=stream.incarnation,
            sequence=stream.sequence + 1,
            previous=stream.head,
            sent_at=now,
            expires_at=now + timedelta(days=EXPIRY_DAYS),
        )
        body = EnvelopeBody(self.ids.new_salt(), tuple(outgoing.statement for outgoing in load.outgoings))
        sealing_key = sealing_key_of(recipient, now)
        envelope = make_envelope(postmark, body, sealing_key, signer=self.signer, sealer=self.sealer)
        unit.exchange.put_envelope(envelope, load.outgoings)
        unit.exchange.put_stream(replace(stream, sequence=postmark.sequence, head=header_hash(envelope)))

    def _new_stream(self, peer: BodyId, lane: Lane, now: datetime) -> Stream:
        # The moment stands first, so that a newer incarnation sorts after an older one (X8).
        incarnation = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.{self.ids.new_id('stream')}"
        return Stream(peer, lane, is_outgoing=True, incarnation=incarnation, sequence=0, head="")

    def _settle_one(
        self, unit: ExchangeUnit, waiting: WaitingEnvelope, found: BelievedReceipt | None, now: datetime
    ) -> str:
        if found is None:
            _postpone(unit, waiting, "no receipt", now)
            return "waiting"
        receipt, header = found.receipt, waiting.envelope.header
        if receipt.outcome is ReceiptOutcome.GAP or (
            receipt.outcome is ReceiptOutcome.REFUSED and not receipt.expected and receipt.reason not in _FOR_GOOD
        ):
            _postpone(unit, waiting, f"{receipt.outcome} {receipt.reason} {receipt.detail}", now)
            return "waiting"
        unit.exchange.settle(waiting.number, receipt.outcome, found.evidence, receipt, now)
        self._record_refusals(unit, waiting, receipt)
        if receipt.outcome is not ReceiptOutcome.REFUSED:
            return "stored"
        stream = unit.exchange.stream(header.recipient, header.lane, is_outgoing=True)
        if not receipt.expected and stream is not None and stream.incarnation == header.incarnation:
            # It has no place in the other side's stream, so nothing after it could ever be next: begin anew.
            unit.exchange.put_stream(self._new_stream(header.recipient, header.lane, now))
        return "refused"

    def _record_refusals(self, unit: ExchangeUnit, waiting: WaitingEnvelope, receipt: Receipt) -> None:
        recipient = waiting.recipient
        if receipt.outcome is ReceiptOutcome.REFUSED:
            detail: JsonObject = {"reason": receipt.reason, "why": receipt.detail}
            self.record(unit, Act("delivery_refused", recipient, "node", receipt.envelope, detail))
        for result in receipt.results:
            if not result.is_accepted:
                detail = {"envelope": receipt.envelope, "reason": result.reason, "why": result.detail}
                self.record(unit, Act("delivery_refused", recipient, "node", result.statement, detail))


_FOR_GOOD = frozenset({
    RefusalReason.KEY_NO_LONGER_VALID, RefusalReason.REPLAYED, RefusalReason.CHAIN_BROKEN, RefusalReason.NOT_FOR_US,
})  # fmt: skip
"""Refusals that the same bytes will always meet. The others may be damage on the way or a clock, and are tried again."""


def _postpone(unit: ExchangeUnit, waiting: WaitingEnvelope, why: str, now: datetime) -> None:
    unit.exchange.postpone(waiting.number, now + retry_delay(waiting.attempts + 1), why)


def _wire_bytes(envelope: Envelope) -> int:
    return len(canonical_bytes(envelope_to_json(envelope))) + 1


def _that_fit(waiting: tuple[WaitingEnvelope, ...]) -> tuple[WaitingEnvelope, ...]:
    chosen: list[WaitingEnvelope] = []
    room = BATCH_BYTES_MAX - 64  # the frame of a batch has 22 bytes
    for one in waiting:
        room -= _wire_bytes(one.envelope)
        if room < 0:
            break
        chosen.append(one)
    assert chosen, "one envelope always fits a batch"
    return tuple(chosen)


def _unknown_sender(detail: str) -> Untrusted:
    return Untrusted(
        "The envelope comes from a body that is not in this node's directory.",
        reason=RefusalReason.UNKNOWN_SENDER.value,
        why=f"{detail} Unknown bodies are counted, and nothing of what they send is kept (docs/rules/exchange.md X4).",
        do="Have a body that both sides know introduce yours, or give your genesis file to this body by hand.",
    )
