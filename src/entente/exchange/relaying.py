"""Passing on between two bodies that have no line: what a relay takes, keeps, hands on, and says of it (X24 to X26).

A relay reads headers and nothing else: bodies are sealed to their recipient. It passes on to a body that named it as a relay in
its own directory entry, and brings a recipient's receipts back to the sender; it says with its own signature what it took, and
what it could not pass on before it expired. What it holds of one sender and for one recipient is bounded.

Source: docs/rules/exchange.md X24 to X26; DESIGN section 4 (evidence ladder) and section 11, day 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.envelopes import header_hash
from entente.exchange.model import (
    BATCH_ENVELOPES_MAX,
    EXPIRY_DAYS,
    RELAY_AGAIN_HOURS,
    Envelope,
    Lane,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    Relayed,
)
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import Posting
from entente.exchange.receipts import make_receipt
from entente.exchange.rules import Course, Known, judge_passing_on
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.ids import BodyId, Ids
from entente.kernel.ports import Act
from entente.kernel.sealing import Sealer

RELAY_FOR_MAX = 10_000
"""Envelopes kept for one recipient: a month of a bureau's messages. Beyond it senders are told, and wait themselves."""
RELAY_OF_MAX = 2_000
"""Envelopes kept of one sender, so that one does not fill what all share."""
RETRY_FIRST = timedelta(seconds=1)
"""After which an envelope that its recipient did not answer is posted again for the first time, as our own are (X21)."""
DELIVERED, UNDELIVERED = "delivered", "undelivered"


@dataclass(frozen=True, slots=True)
class Relaying:
    """Passes on, for one node. Safe from several threads: it keeps nothing between calls."""

    ids: Ids
    sealer: Sealer
    posting: Posting
    record: Record

    def take(self, unit: ExchangeUnit, envelope: Envelope, now: datetime) -> Receipt | None:
        """Keep an envelope to pass on; return the relay's word on it, or None for what is answered with nothing.

        A receipt on its way back is kept without a word: its sender answers every repetition of what it acknowledges.

        Source: docs/rules/exchange.md X24 and X25.
        """
        header, name = envelope.header, header_hash(envelope)
        sender, recipient = unit.bodies.body(header.sender), unit.bodies.body(header.recipient)
        own = unit.bodies.own()
        known = Known(own.id, own.is_exercise, has_opener=False, sender=sender, stream=None, taken=None)
        verdict = judge_passing_on(envelope, known, now)
        reason = verdict.reason if verdict.course is not Course.TAKE else self._why_not(unit, envelope, recipient)
        if header.lane is Lane.RECEIPT:
            if reason is None:
                self._take_receipt(unit, envelope, now)
            return None
        if reason is not None:
            return Receipt(
                name,
                ReceiptOutcome.REFUSED,
                now,
                reason.value,
                "It is addressed to another body, and is not passed on here.",
            )
        is_new = not unit.relay.has(name)
        # Posted again, it had no word from its recipient: it is passed on again, and answered again there.
        unit.relay.put(envelope, now)
        if is_new:
            detail: JsonObject = {"to": header.recipient, "lane": header.lane, "sequence": header.sequence}
            self.record(unit, Act("envelope_relayed", header.sender, "node", name, detail))
        return Receipt(name, ReceiptOutcome.RELAYED, now)

    def handed_on(self, unit: ExchangeUnit, relayed: Relayed, answer: Envelope | None, now: datetime) -> bool:
        """Settle what was posted to its recipient: with the recipient's receipt, which goes back to the sender.

        A receipt that was passed on needs no answer: whoever took the post has it. Returns whether it is settled; what is not
        is put off.

        Source: docs/rules/exchange.md X25.
        """
        name = header_hash(relayed.envelope)
        if relayed.envelope.header.lane is Lane.RECEIPT:
            unit.relay.settle(name, DELIVERED, now)
        elif answer is not None and answer.header.lane is Lane.RECEIPT:
            self.take(unit, answer, now)
        if unit.relay.get(name) is None:
            return True
        self.put_off(unit, relayed, now)
        return False

    def put_off(self, unit: ExchangeUnit, relayed: Relayed, now: datetime) -> None:
        """Let an envelope that its recipient did not answer wait once more as long as it has waited, at most an hour.

        So one that is never answered, because its recipient does not know its sender, holds up no other.

        Source: docs/rules/exchange.md X25.
        """
        waits = min(max(now - relayed.taken_at, RETRY_FIRST), timedelta(hours=RELAY_AGAIN_HOURS))
        unit.relay.put_off(header_hash(relayed.envelope), now + waits)

    def taken(self, unit: ExchangeUnit, asker: BodyId, names: Json, now: datetime) -> None:
        """Settle receipts that a body says an earlier pull brought it.

        Source: docs/rules/exchange.md X30.
        """
        # One pull brings no more than a batch.
        for name in names[:BATCH_ENVELOPES_MAX] if isinstance(names, list) else ():
            relayed = unit.relay.get(str(name))
            if (
                relayed is not None
                and relayed.envelope.header.recipient == asker
                and relayed.envelope.header.lane is Lane.RECEIPT
            ):
                unit.relay.settle(str(name), DELIVERED, now)

    def end_overdue(self, unit: ExchangeUnit, own: Body, now: datetime) -> int:
        """End what expired here, each with the relay's signed word to its sender, and forget what was settled long ago.

        Returns how many envelopes it ended or forgot.

        Source: docs/rules/exchange.md X26.
        """
        overdue = unit.relay.overdue(now)
        for relayed in overdue:
            header, name = relayed.envelope.header, header_hash(relayed.envelope)
            unit.relay.settle(name, UNDELIVERED, now)
            sender = unit.bodies.body(header.sender)
            if header.lane is Lane.RECEIPT or sender is None:
                continue
            word = Receipt(name, ReceiptOutcome.UNDELIVERED, now, RefusalReason.EXPIRED.value)
            signer = self.posting.signer_toward(unit, own, sender.id)
            unit.relay.put(
                make_receipt(
                    relayed.envelope, word, sender, self.ids.new_salt(), own.id, signer=signer, sealer=self.sealer
                ),
                now,
            )
            self.record(unit, Act("relay_ended", header.sender, "node", name, {"to": header.recipient}))
        # A receipt of the last moment is under way as long as any envelope is.
        return len(overdue) + unit.relay.forget(now - timedelta(days=EXPIRY_DAYS))

    def _take_receipt(self, unit: ExchangeUnit, receipt: Envelope, now: datetime) -> None:
        unit.relay.settle(receipt.header.previous, DELIVERED, now)
        unit.relay.put(receipt, now)

    def _why_not(self, unit: ExchangeUnit, envelope: Envelope, recipient: Body | None) -> RefusalReason | None:
        header, own = envelope.header, unit.bodies.own().id
        if header.lane is Lane.RECEIPT:
            # It goes back the way its envelope came, whatever relays its recipient named; nobody else's word does (X25).
            ends = unit.relay.ends(header.previous)
            if recipient is None or ends != (header.recipient, header.sender):
                return RefusalReason.NOT_FOR_US
            return RefusalReason.RELAY_FULL if unit.relay.count_for(recipient.id) >= RELAY_FOR_MAX else None
        if header.lane not in {Lane.CONTROL, Lane.DATA} or recipient is None or own not in recipient.relays:
            return RefusalReason.NOT_FOR_US
        if unit.relay.has(header_hash(envelope)):
            return None
        if unit.relay.count_for(recipient.id) >= RELAY_FOR_MAX or unit.relay.count_of(header.sender) >= RELAY_OF_MAX:
            return RefusalReason.RELAY_FULL
        return None
