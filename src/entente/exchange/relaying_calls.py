"""Passing on a call between two bodies that have no line: at once, kept nowhere, answered by whom it is for (X35).

The relay posts the envelope as it came and hands the answer back in the same post; it can read neither, and both prove themselves
without it. So what is asked by calls is asked through a relay too: a consult, a file, what a restored node forgot.

Source: docs/rules/exchange.md X35; DESIGN section 4 (wire) and section 11, day 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.calls import turned_away
from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, header_hash
from entente.exchange.model import Envelope, Lane, RefusalReason
from entente.exchange.ports import ExchangeUnit
from entente.exchange.rules import Course, HeaderVerdict, Known, judge_call_between
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.ports import Act


@dataclass(frozen=True, slots=True)
class CallRelay:
    """Passes calls on, for one node. Safe from several threads: it keeps nothing between calls."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    clock: Clock
    record: Record
    post: Callable[[str, bytes], bytes]
    """Posts a batch to an address and returns what came back; raises Unavailable."""

    def pass_on(self, envelope: Envelope) -> Envelope:
        """Post a call to its recipient and return the answer.

        Raises Untrusted for a call that proves nothing or is not to be passed on here, and Unavailable when nobody answers, or
        for one that was passed on before: so two bodies that name each other's addresses as theirs cannot have it turn for ever.

        Source: docs/rules/exchange.md X35.
        """
        now = self.clock.now()
        with self.open_view() as view:
            recipient = self._recipient(view, envelope, now)
        with self.open_unit() as unit:
            if unit.inbox.has_answered(header_hash(envelope), now):
                raise _not_reached(recipient, "This call was passed on before, and counts once")
            detail: JsonObject = {"to": recipient.id}
            self.record(unit, Act("call_relayed", envelope.header.sender, "node", header_hash(envelope), detail))
            unit.commit()
        batch = batch_to_bytes([envelope])
        for address in recipient.addresses:
            try:
                return _answer_in(self.post(address, batch), envelope)
            except EntenteError:
                continue
        raise _not_reached(recipient, "No address of it gave an answer")

    def _recipient(self, view: ExchangeUnit, envelope: Envelope, now: datetime) -> Body:
        own, header = view.bodies.own(), envelope.header
        known = Known(
            own.id, own.is_exercise, has_opener=False, sender=view.bodies.body(header.sender), stream=None, taken=None
        )
        verdict = judge_call_between(envelope, known, now)
        recipient = view.bodies.body(header.recipient)
        if verdict.course is Course.TAKE and recipient is not None and own.id in recipient.relays:
            return recipient
        if verdict.course is Course.TAKE:
            detail = "It is addressed to another body, which did not name this one as its relay."
            verdict = HeaderVerdict(Course.REFUSE, "X35", RefusalReason.NOT_FOR_US, detail)
        raise turned_away(verdict)


def _answer_in(response: bytes, call: Envelope) -> Envelope:
    """Return the answer among what came back; what else came is for nobody here."""
    for item in batch_from_bytes(response):
        answer = envelope_from_json(item)
        header = answer.header
        if (header.lane, header.sender, header.recipient, header.previous) == (
            Lane.ANSWER, call.header.recipient, call.header.sender, header_hash(call),
        ):  # fmt: skip
            return answer
    raise Unavailable(
        "What came back holds no answer.",
        why="The body answered with something else (docs/rules/exchange.md X27).",
        do="Ask again later.",
        retry_is_safe=True,
    )


def _not_reached(recipient: Body, why: str) -> Unavailable:
    return Unavailable(
        f"{recipient.code} cannot be asked through this relay now.",
        why=f"{why} (docs/rules/exchange.md X35).",
        do="Ask again later, or write to it: a message waits until it is reached.",
        retry_is_safe=True,
    )


def no_line(_address: str, _batch: bytes) -> bytes:
    """Post nothing: for a node without a line to anybody."""
    raise Unavailable(
        "This node has no line.", why="It posts nothing by itself.", do="Ask another relay.", retry_is_safe=True
    )
