"""Everything that comes in: a batch is divided, each part taken to its place, and answered once it is durable (X1 to X30).

Envelopes of streams to us go to `intake`, several in one transaction while all goes well; receipts to `settling`; envelopes to
others to `relaying`; calls to `calls`. Envelopes that a person carried may come before their turn and are kept until it is.

Source: docs/rules/exchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.model import Body
from entente.exchange.calls import PULL_KIND, PULLED_KIND, Calls, Prepare
from entente.exchange.envelopes import batch_from_bytes, batch_of, envelope_bytes, envelope_from_json, header_hash
from entente.exchange.intake import Intake, Poison
from entente.exchange.later_keys import tell_later_keys
from entente.exchange.model import (
    BATCH_BYTES_MAX,
    BODY_BYTES_MAX,
    STREAM_LANES,
    Envelope,
    Lane,
    Line,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    StatementResult,
)
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import Posting
from entente.exchange.receipts import believe_receipt, make_receipt
from entente.exchange.relaying import Relaying
from entente.exchange.relaying_calls import CallRelay
from entente.exchange.settling import End, Settling
from entente.kernel.canonical import Json
from entente.kernel.clock import Clock
from entente.kernel.errors import EntenteError, Invalid, Untrusted
from entente.kernel.ids import BodyId, Ids
from entente.kernel.sealing import Sealer
from entente.kernel.signing import Signer
from entente.kernel.state import NodeMode, taking_back
from entente.kernel.statement import Statement, draft

ANSWER_BYTES_MAX = 2 * BODY_BYTES_MAX
"""Room kept for one more receipt before the next envelope of a batch is looked at."""
GROUP_BYTES_MAX = 128 * 1024
"""Sealed bytes that one commit takes in: about 100 police messages, 50 ms, the longest one may take (DESIGN section 8)."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Takes in batches, for one node. Safe from several threads: it keeps nothing between calls."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    clock: Clock
    ids: Ids
    sealer: Sealer
    intake: Intake
    posting: Posting
    calls: Calls
    waiting_for: Callable[[BodyId, Mapping[Lane, int]], list[Envelope]]
    """What waits here for a body that pulls, behind the envelopes with these numbers."""
    prepare: Mapping[str, Prepare]
    """Statement kind → the room that makes ready to answer a call, before a unit of work is open."""
    call_relay: CallRelay

    @property
    def _settling(self) -> Settling:
        return Settling(self.posting, self.posting.record)

    @property
    def _relaying(self) -> Relaying:
        return Relaying(self.ids, self.sealer, self.posting, self.posting.record)

    def receive(self, batch: bytes, *, is_by_hand: bool = False) -> bytes:
        """Take in a batch from another node; return the batch of answers, after all they state is durable.

        An envelope that nothing can answer (unreadable, or of an unknown body) is left unanswered; when none of the batch can
        be answered, the reason is raised: Invalid or Untrusted. By hand, envelopes that came before their turn are kept. A
        restored node answers calls only, and raises Unavailable for the rest.

        Source: docs/rules/exchange.md X1 to X18, X24, X25, X27, X29 and X34.
        """
        return self._receive_all(batch_from_bytes(batch), is_by_hand=is_by_hand)

    def take_fetched(self, envelopes: Sequence[Envelope]) -> bytes:
        """Take in what a pull brought, as `receive` does with what was posted.

        Source: docs/rules/exchange.md X30.
        """
        return self._receive_all(envelopes, is_by_hand=False)

    def _receive_all(self, items: Sequence[Json | Envelope], *, is_by_hand: bool) -> bytes:
        batch_in = _Batch(items)
        for group in batch_in.groups():
            # What no longer fits the answer is left for the sender's next batch.
            if batch_in.room < ANSWER_BYTES_MAX:
                break
            try:
                batch_in.add(self._receive_group(group, is_by_hand=is_by_hand))
            except (Invalid, Untrusted) as error:
                batch_in.unanswered = batch_in.unanswered or error
        if batch_in.unanswered is not None and not batch_in.answers and not batch_in.is_anything_taken:
            raise batch_in.unanswered
        return batch_of(batch_in.answers)

    def _receive_group(self, group: Sequence[Envelope], *, is_by_hand: bool) -> list[Envelope]:
        first = group[0]
        with self.open_view() as view:
            own, state = view.bodies.own().id, view.state.get()
            if state.mode is NodeMode.TAKING_BACK and first.header.lane is not Lane.CALL:
                # Where its streams stand, a restored node does not know; a receipt of it would be an old one.
                raise taking_back(state)
            is_of_stream = first.header.lane in STREAM_LANES and first.header.recipient == own
            looks = [self._look(view, envelope) for envelope in group] if is_of_stream else []
        match first.header.lane:
            case Lane.RECEIPT:
                self._take_receipt(first, own)
                return []
            case Lane.CALL if first.header.recipient == own:
                return self._answer_call(first)
            case Lane.CALL if state.mode is NodeMode.TAKING_BACK:
                raise taking_back(state)
            case Lane.CALL:
                return [self.call_relay.pass_on(first)]
            case Lane.ANSWER:
                raise _answer_posted()
        if not is_of_stream:
            return self._take_to_pass_on(group)
        found = self._take_in(group, looks, own, is_by_hand=is_by_hand)
        # Durable from here on: a crash before the answer leaves makes the sender post again, and X7 answers it.
        return self._sealed(found)

    def _look(self, view: ExchangeUnit, envelope: Envelope) -> _Answer | None:
        """Return the answer to an envelope if giving it changes nothing here (Intake.look)."""
        answer = self.intake.look(view, envelope, self.clock.now()).answer
        return None if answer is None else self._answer(view, envelope, answer)

    def _take_in(
        self, group: Sequence[Envelope], looks: Sequence[_Answer | None], own: BodyId, *, is_by_hand: bool
    ) -> list[_Answer]:
        """Take in envelopes of streams: those that write, in one transaction if all goes well, else each in its own."""
        if not is_by_hand and len(group) > 1 and _may_be_taken_together(looks):
            return self._take_in_together(group, own)
        found = self._take_in_one(group[0], looks[0], own, is_by_hand=is_by_hand)
        return found + self._take_in_each(group[1:], own, is_by_hand=is_by_hand)

    def _take_in_each(self, group: Sequence[Envelope], own: BodyId, *, is_by_hand: bool) -> list[_Answer]:
        found: list[_Answer] = []
        for envelope in group:
            with self.open_view() as view:
                look = self._look(view, envelope)
            found += self._take_in_one(envelope, look, own, is_by_hand=is_by_hand)
        return found

    def _take_in_together(self, group: Sequence[Envelope], own: BodyId) -> list[_Answer]:
        with self.open_unit() as unit:
            found = []
            for envelope in group:
                receipt = self.intake.judge(unit, envelope, own, {}, self.clock.now())
                if isinstance(receipt, Poison):
                    break
                found.append(self._answer(unit, envelope, receipt))
            else:
                unit.commit()
                return found
        return self._take_in_each(group, own, is_by_hand=False)

    def _take_in_one(self, envelope: Envelope, look: _Answer | None, own: BodyId, *, is_by_hand: bool) -> list[_Answer]:
        if look is not None:
            if is_by_hand and look.receipt.outcome is ReceiptOutcome.GAP:
                self._park(envelope)
            return [look]
        answers = [self._judge(envelope, own)]
        while is_by_hand and (nearby := self._next_parked(answers[-1].envelope)) is not None:
            answers.append(self._judge(nearby, own))
        return answers

    def _judge(self, envelope: Envelope, own: BodyId) -> _Answer:
        poison: dict[int, StatementResult] = {}
        while True:
            with self.open_unit() as unit:
                found = self.intake.judge(unit, envelope, own, poison, self.clock.now())
                if isinstance(found, Receipt):
                    answer = self._answer(unit, envelope, found)
                    unit.commit()
                    return answer
                poison[found.place] = found.result

    def _park(self, envelope: Envelope) -> None:
        with self.open_unit() as unit:
            if unit.inbox.park(envelope, self.clock.now()):
                unit.commit()

    def _next_parked(self, envelope: Envelope) -> Envelope | None:
        header = envelope.header
        with self.open_unit() as unit:
            unit.inbox.unpark(envelope)
            found = unit.inbox.parked(header.sender, header.lane, header.incarnation, header.sequence + 1)
            unit.commit()
        return found

    def _answer(self, unit: ExchangeUnit, envelope: Envelope, receipt: Receipt) -> _Answer:
        """Read, in the unit that judged it, what is needed to answer an envelope once that is durable."""
        own = unit.bodies.own()
        signer = self.posting.signer_answering(unit, own, envelope)
        return _Answer(envelope, receipt, unit.bodies.body(envelope.header.sender), own.id, signer)

    def _sealed(self, answers: Sequence[_Answer]) -> list[Envelope]:
        made = []
        for one in answers:
            if one.sender is None:
                raise _unknown_sender(one.receipt.detail)
            salt = self.ids.new_salt()
            made.append(
                make_receipt(
                    one.envelope, one.receipt, one.sender, salt, one.own, signer=one.signer, sealer=self.sealer
                )
            )
        return made

    def _take_receipt(self, envelope: Envelope, own: BodyId) -> None:
        """Take in a receipt that was posted by itself: ours, or one on its way back over this relay.

        Source: docs/rules/exchange.md X19 and X25.
        """
        now = self.clock.now()
        if envelope.header.recipient != own:
            with self.open_unit() as unit:
                self._relaying.take(unit, envelope, now)
                unit.commit()
            return
        with self.open_view() as view:
            waiting = view.outbox.envelope_of(envelope.header.previous)
            speaker = view.bodies.body(envelope.header.sender)
            if waiting is None:
                # It was settled before, or given up: the receipt says nothing new.
                return
            if speaker is None:
                raise _unknown_sender("Its receipt is about an envelope of ours.")
            if speaker.id != waiting.recipient and not _passes_on(view, speaker.id, waiting.recipient):
                raise _not_its_word()
            found = believe_receipt(envelope, waiting, speaker, own, self.posting.keys, now)
        with self.open_unit() as unit:
            again = unit.outbox.envelope_of(envelope.header.previous)
            if again is None:
                return
            self._settling.close(
                unit, waiting.recipient, [End(again, self._settling.take(unit, found, now), found.receipt)], now
            )
            unit.commit()

    def _take_to_pass_on(self, group: Sequence[Envelope]) -> list[Envelope]:
        """Keep envelopes of streams between two others, in one transaction; one that is not passed on writes nothing."""
        now = self.clock.now()
        with self.open_unit() as unit:
            taken = [(envelope, self._relaying.take(unit, envelope, now)) for envelope in group]
            found = [self._answer(unit, envelope, receipt) for envelope, receipt in taken if receipt is not None]
            if any(one.receipt.outcome is ReceiptOutcome.RELAYED for one in found):
                unit.commit()
        return self._sealed(found)

    def _answer_call(self, envelope: Envelope) -> list[Envelope]:
        now = self.clock.now()
        with self.open_view() as view:
            if (told := tell_later_keys(view, envelope, self.posting, now)) is not None:
                return [told]
            sender, statement = self.calls.look(view, envelope, now)
        more: list[Envelope] = []
        after: Mapping[Lane, int] = {}
        try:
            if (make_ready := self.prepare.get(statement.kind)) is not None:
                make_ready(statement, sender.id)
            with self.open_unit() as unit:
                if statement.kind == PULL_KIND:
                    answers: Sequence[Statement] = (self._answer_pull(unit, envelope, statement, now),)
                    after = _in_hand(unit, sender.id, statement.content.get("after"))
                else:
                    answers = self.calls.answer(unit, envelope, statement, now)
                unit.commit()
            if statement.kind == PULL_KIND:
                more = self.waiting_for(sender.id, after)
        except EntenteError as error:
            with self.open_view() as view:
                answers = (self.calls.refusal(view, error, envelope, now),)
        with self.open_view() as view:
            return [self.calls.seal_answer(view, envelope, sender, answers), *more]

    def _answer_pull(self, unit: ExchangeUnit, envelope: Envelope, asked: Statement, now: datetime) -> Statement:
        if unit.inbox.has_answered(header_hash(envelope), now):
            raise _call_counted()
        own, asker = unit.bodies.own(), envelope.header.sender
        self._relaying.taken(unit, asker, asked.content.get("taken"), now)
        for lane in STREAM_LANES:
            # Whoever pulls is there: what was put off for it is due.
            line = unit.outbox.line(asker, lane)
            if line is not None:
                unit.outbox.put_line(Line(asker, lane, 0, min(now, line.next_try_at)))
        return draft(PULLED_KIND, own.id, now, {}).with_signature(self.posting.signer_answering(unit, own, envelope))


def _in_hand(unit: ExchangeUnit, asker: BodyId, named: Json) -> dict[Lane, int]:
    """Return by lane the number of the envelope that a body says it takes in just now; what is not that counts for nothing."""
    found = {}
    for lane in STREAM_LANES:
        name = named.get(lane.value) if isinstance(named, dict) else None
        waiting = unit.outbox.envelope_of(name) if isinstance(name, str) else None
        if waiting is not None and waiting.recipient == asker and waiting.envelope.header.lane is lane:
            found[lane] = waiting.number
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said to an envelope, by whose key, and to whom; sealed once what it says is durable."""

    envelope: Envelope
    receipt: Receipt
    sender: Body | None
    """None for one who is not in the directory: nobody can be answered."""
    own: BodyId
    signer: Signer


def _may_be_taken_together(looks: Sequence[_Answer | None]) -> bool:
    """Say whether the first of a group writes, and each other one does or comes after one that may be in the group.

    The first proves itself, so that nobody who proves nothing has the others wait for the writer (X3 to X9).
    """
    return looks[0] is None and all(look is None or look.receipt.outcome is ReceiptOutcome.GAP for look in looks)


class _Batch:
    """A batch that is being taken in: its envelopes, read or still to be, in groups, and the answers so far."""

    def __init__(self, items: Sequence[Json | Envelope]) -> None:
        self.answers: list[bytes] = []
        """Written as they go out."""
        self.unanswered: EntenteError | None = None
        self.is_anything_taken = False
        self.room = BATCH_BYTES_MAX
        self._items = items

    def groups(self) -> Iterator[list[Envelope]]:
        """Yield runs of envelopes of streams between the same two within GROUP_BYTES_MAX, and everything else one by one."""
        run: list[Envelope] = []
        size = 0
        for item in self._items:
            try:
                envelope = item if isinstance(item, Envelope) else envelope_from_json(item)
            except (Invalid, Untrusted) as error:
                self.unanswered = self.unanswered or error
                continue
            header = envelope.header
            key = (header.sender, header.recipient)
            is_alone = header.lane not in STREAM_LANES
            if run and (
                is_alone
                or (run[-1].header.sender, run[-1].header.recipient) != key
                or size + len(envelope.sealed) > GROUP_BYTES_MAX
            ):
                yield run
                run, size = [], 0
            if is_alone:
                yield [envelope]
                continue
            run.append(envelope)
            size += len(envelope.sealed)
        if run:
            yield run

    def add(self, answers: Sequence[Envelope]) -> None:
        self.is_anything_taken = True
        written = [envelope_bytes(answer) for answer in answers]
        self.answers += written
        # With a comma after each.
        self.room -= sum(map(len, written)) + len(written)


def _passes_on(view: ExchangeUnit, relay: BodyId, to: BodyId) -> bool:
    """Say whether a body named another one as a relay to it: we are none on our own way to it, named or not (X3)."""
    recipient = view.bodies.body(to)
    return recipient is not None and relay != view.bodies.own().id and relay in recipient.relays


def _not_its_word() -> Untrusted:
    return Untrusted(
        "A receipt does not prove itself and is not believed.",
        reason="not_its_word",
        why="Its envelope went neither to its sender nor through it (docs/rules/exchange.md X19 and X25).",
        do="Nothing is lost: the envelope is sent again. If it happens often, find out how that body knows what you send.",
    )


def _answer_posted() -> Invalid:
    return Invalid(
        "An answer was posted as a message.",
        field="header.lane",
        why="An answer is taken only as the answer to the call it names (docs/rules/exchange.md X27).",
        do="Answer the post in which the call came.",
    )


def _call_counted() -> Untrusted:
    return Untrusted(
        "A call was not answered.",
        reason=RefusalReason.NOT_FRESH.value,
        why="It was answered before, and a call counts once (docs/rules/exchange.md X27).",
        do="Make the call anew.",
    )


def _unknown_sender(detail: str) -> Untrusted:
    return Untrusted(
        "The envelope comes from a body that is not in this node's directory.",
        reason=RefusalReason.UNKNOWN_SENDER.value,
        why=f"{detail} Unknown bodies are counted, and nothing of what they send is kept (docs/rules/exchange.md X4).",
        do="Have a body that both sides know introduce yours, or give your genesis file to this body by hand.",
    )
