"""What a sender does with what it was answered (X19, X21, X25): settle, hold, seal anew, send earlier, wait.

A receipt may come as the answer to the post, or be posted by itself: over a relay, in a bundle, from a body that pulls. It
says the same each time, and twice is once.

Source: docs/rules/exchange.md X19, X21 and X25.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from entente.bodies.authority import Record
from entente.bodies.statements import DirectoryKind, read_keys
from entente.exchange.model import (
    RELAY_AGAIN_HOURS,
    Lane,
    Line,
    Queued,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    SendState,
    StatementResult,
    WaitingEnvelope,
)
from entente.exchange.packing import retry_delay
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import WHY_CHARACTERS_MAX, Posting
from entente.exchange.receipts import BelievedReceipt
from entente.exchange.rules import After, judge_receipt, judge_result
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, StatementId
from entente.kernel.ports import Act, EvidenceStep
from entente.kernel.signing import key_id

_TRIED_AGAIN = frozenset({After.SEND_EARLIER, After.RESEAL, After.WAIT})

_Said: TypeAlias = Mapping[StatementId, tuple[StatementResult, SendState]]
"""The other side's word on each statement, and what becomes of it here."""
REFUSED_AS_AHEAD = f"{ReceiptOutcome.REFUSED} {RefusalReason.FROM_THE_FUTURE}"
"""How End.why begins where the other side's clock says that ours is ahead (X6)."""


@dataclass(frozen=True, slots=True)
class End:
    """What became of one envelope that was posted."""

    waiting: WaitingEnvelope
    after: After
    receipt: Receipt | None = None

    @property
    def why(self) -> str:
        """In a few words, for the operator."""
        if self.receipt is None:
            return "no receipt"
        return f"{self.receipt.outcome} {self.receipt.reason} {self.receipt.detail}".strip()


@dataclass(frozen=True, slots=True)
class Settling:
    """Takes in receipts, for one node. Safe from several threads: it keeps nothing between calls."""

    posting: Posting
    record: Record

    def take(self, unit: ExchangeUnit, found: BelievedReceipt, now: datetime) -> After:
        """Write what a believed receipt says of its envelope; return what follows for its lane.

        Source: docs/rules/exchange.md X21.
        """
        waiting, receipt = found.waiting, found.receipt
        if found.speaker != waiting.recipient:
            return self._take_relays_word(unit, found, now)
        (first, *_) = unit.outbox.envelopes(waiting.recipient, waiting.envelope.header.lane, 1) or (waiting,)
        after = judge_receipt(receipt, first.envelope.header.sequence)
        if receipt.reason == RefusalReason.KEY_NO_LONGER_VALID:
            self._take_keys_as_known(unit, found, now)
        if after in {After.DONE, After.REFUSED}:
            carried, said = unit.outbox.carried_by(waiting.number), _said(receipt)
            self._take_out(unit, carried, said, found, now)
            unit.outbox.settle(waiting.number, receipt, found.evidence, now)
            self._record_refusals(unit, waiting, receipt, said)
            self._tell_rooms(unit, carried, said, found)
        return after

    def _take_out(
        self, unit: ExchangeUnit, carried: Iterable[Queued], said: _Said, found: BelievedReceipt, now: datetime
    ) -> None:
        """Hold what its recipient stopped for now, and let wait what it did not judge: neither is settled by this receipt.

        A suspension or a measure that came between says nothing against a statement. The other side keeps no part of it, and has
        passed over it in the stream: released, it goes in another envelope, and counts once should it have arrived all the same.

        Source: docs/rules/exchange.md X21; DESIGN section 5 (held items wait for a person).
        """
        for queued in carried:
            statement = queued.outgoing.statement
            result, state = said.get(statement.id, (None, SendState.STORED))
            if state is SendState.WAITING:
                unit.outbox.put_back(queued)
            elif state is SendState.HELD and result is not None:
                why = f"The other side did not take it in: {result.detail}"[:WHY_CHARACTERS_MAX]
                self.posting.hold(unit, queued, why, now)
                step = EvidenceStep("not_taken_in", found.speaker, found.receipt.at, result.reason)
                unit.outbox.add_step(statement.id, found.speaker, step, found.evidence)

    def _take_keys_as_known(self, unit: ExchangeUnit, found: BelievedReceipt, now: datetime) -> None:
        """End the delivery of a change of our keys whose receipt was lost: who refuses the key before it has taken it in.

        Else every envelope to that body would be signed with the key it refuses, for as long as the change is unacknowledged.

        Source: docs/rules/exchange.md X21; docs/rules/bodies.md B10.
        """
        recipient, receipt = found.waiting.recipient, found.receipt
        queued, own = unit.outbox.first_waiting(recipient, DirectoryKind.KEYS), unit.bodies.own()
        if queued is None or queued.outgoing.statement.body != own.id:
            return
        key = found.waiting.envelope.signature.key_id
        signed_by = max((one.version for one in own.keys if key_id(one.node_key) == key), default=0)
        if read_keys(queued.outgoing.statement).version > signed_by + 1:
            # It refuses a key that an earlier change gave up. Of this one that says nothing.
            return
        unit.outbox.set_known(queued, receipt.reason, now)
        step = EvidenceStep("stored", recipient, receipt.at, receipt.reason)
        unit.outbox.add_step(queued.outgoing.statement.id, recipient, step, found.evidence)

    def _tell_rooms(self, unit: ExchangeUnit, carried: Iterable[Queued], said: _Said, found: BelievedReceipt) -> None:
        """Tell the rooms what was taken in; where it waited a second time, the ladder shows that this came after the negative."""
        for queued in carried:
            statement = queued.outgoing.statement
            _, state = said.get(statement.id, (None, None))
            if state is not SendState.STORED:
                continue
            if queued.since > queued.put_at:
                step = EvidenceStep("stored", found.speaker, found.receipt.at)
                unit.outbox.add_step(statement.id, found.speaker, step, found.evidence)
            if (room := self.posting.on_stored.get(statement.kind)) is not None:
                room(unit, statement, found.speaker)

    def _take_relays_word(self, unit: ExchangeUnit, found: BelievedReceipt, now: datetime) -> After:
        waiting, receipt = found.waiting, found.receipt
        if receipt.outcome is ReceiptOutcome.RELAYED:
            unit.outbox.set_relayed(waiting.number, found.speaker, found.evidence, now)
            return After.RELAYED
        step = EvidenceStep(f"{receipt.outcome}_by_relay", found.speaker, receipt.at, receipt.reason or receipt.detail)
        for queued in unit.outbox.carried_by(waiting.number):
            unit.outbox.add_step(queued.outgoing.statement.id, waiting.recipient, step, found.evidence)
        return After.WAIT

    def close(self, unit: ExchangeUnit, recipient: BodyId, ends: Iterable[End], now: datetime) -> None:
        """Set each lane right after its envelopes were answered, or not.

        Source: docs/rules/exchange.md X21.
        """
        lanes: dict[Lane, list[End]] = {}
        for end in ends:
            lanes.setdefault(end.waiting.envelope.header.lane, []).append(end)
        for lane, of_lane in lanes.items():
            self._close_lane(unit, recipient, lane, of_lane, now)

    def _close_lane(self, unit: ExchangeUnit, recipient: BodyId, lane: Lane, ends: list[End], now: datetime) -> None:
        # The first that did not go well decides: what comes after it in the stream could not.
        worst = next((end for end in ends if end.after in _TRIED_AGAIN), None) or next(
            (end for end in ends if end.after is After.REFUSED), ends[-1]
        )
        stood = unit.outbox.line(recipient, lane) or Line(recipient, lane, 0, now)
        match worst.after:
            case After.SEND_EARLIER:
                assert worst.receipt is not None, "a receipt names what was lost"
                incarnation = worst.waiting.envelope.header.incarnation
                self.send_again(unit, recipient, lane, incarnation, worst.receipt.expected, now)
            case After.RESEAL:
                self.posting.begin_anew(unit, recipient, lane, f"The other side answered: {worst.why}", now)
            case After.REFUSED:
                if worst.receipt is not None and not worst.receipt.expected:
                    # It has no place in the other side's stream, so that nothing after it could ever be next.
                    self.posting.begin_anew(unit, recipient, lane, f"The other side answered: {worst.why}", now)
        if worst.after in _TRIED_AGAIN:
            self.put_off(unit, stood, worst.why, now)
        elif any(end.after is After.RELAYED for end in ends):
            unit.outbox.put_line(Line(recipient, lane, 0, now + timedelta(hours=RELAY_AGAIN_HOURS), "relayed"))
        elif stood.attempts or stood.why:
            unit.outbox.put_line(Line(recipient, lane, 0, now))

    def send_again(
        self, unit: ExchangeUnit, recipient: BodyId, lane: Lane, incarnation: str, expected: int, now: datetime
    ) -> None:
        """Send again what the other side acknowledged and lost, from a sequence on, in a new stream.

        Source: docs/rules/exchange.md X21.
        """
        unit.outbox.reopen(recipient, lane, incarnation, expected, now)
        self.posting.begin_anew(unit, recipient, lane, f"The other side lost what it had from {expected} on.", now)

    def put_off(self, unit: ExchangeUnit, line: Line, why: str, now: datetime) -> None:
        """Count a failed attempt at a lane.

        Source: docs/rules/exchange.md X21.
        """
        attempts = line.attempts + 1
        unit.outbox.put_line(Line(line.recipient, line.lane, attempts, now + retry_delay(attempts), why[:300]))

    def _record_refusals(self, unit: ExchangeUnit, waiting: WaitingEnvelope, receipt: Receipt, said: _Said) -> None:
        recipient = waiting.recipient
        if receipt.outcome is ReceiptOutcome.REFUSED:
            detail: JsonObject = {"reason": receipt.reason, "why": receipt.detail}
            self.record(unit, Act("delivery_refused", recipient, "node", receipt.envelope, detail))
        for result, state in said.values():
            if state is SendState.REFUSED:
                detail = {"envelope": receipt.envelope, "reason": result.reason, "why": result.detail}
                self.record(unit, Act("delivery_refused", recipient, "node", result.statement, detail))


def _said(receipt: Receipt) -> _Said:
    is_any_judged = any(result.reason != RefusalReason.NOT_JUDGED for result in receipt.results)
    return {result.statement: (result, judge_result(result, is_any_judged=is_any_judged)) for result in receipt.results}
