"""The verbs of the exchange: post what waits, take in what came, believe what was answered, call, pull, pass on.

`enter_outbox` runs before each commit, so that an act and what it sends become durable together. `collect`, `settle` and
`postpone` are what a courier needs: what is due is put in envelopes as it is posted. `receive` is the one door in: everything it
answers is durable first. `call` and `answered` are one question and its answer; `pull` asks another node for what waits there.

A poison statement never undoes the others (X18): rooms are asked in order within the envelope's transaction; when one refuses
after it wrote something, the whole transaction is undone and begun again with that statement set aside, so that nothing
half-written can stay. What was found good before is found good again, because nobody else writes between.

Source: docs/rules/exchange.md; DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.arriving import Arriving
from entente.exchange.calls import PULL_KIND, Answer, Call, Calls, Prepare
from entente.exchange.collecting import Collecting
from entente.exchange.envelopes import batch_from_bytes, envelope_from_json, header_hash
from entente.exchange.intake import Accept, Intake, OnFault, OnRefused
from entente.exchange.model import (
    STREAM_LANES,
    Envelope,
    Lane,
    Line,
    WaitingEnvelope,
)
from entente.exchange.packing import check_fits
from entente.exchange.parcels import Parcel, Pulled, Settlement
from entente.exchange.ports import ExchangeUnit, NodeKeys
from entente.exchange.posting import NOTHING_BEFORE, MayLeave, OnStored, Posting
from entente.exchange.queues import Queues
from entente.exchange.receipts import BelievedReceipt, believe_receipt
from entente.exchange.recovering import WORD_WAITS_DAYS
from entente.exchange.relaying import Relaying
from entente.exchange.relaying_calls import CallRelay, no_line
from entente.exchange.renewing import renew
from entente.exchange.rules import After
from entente.exchange.settling import REFUSED_AS_AHEAD, End, Settling
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.faults import in_short
from entente.kernel.ids import BodyId, Ids, InstrumentId
from entente.kernel.sealing import Opener, Sealer
from entente.kernel.signing import Signer
from entente.kernel.state import NodeMode
from entente.kernel.statement import Statement, draft


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange of one node. Safe from several threads; each call opens its own unit of work."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    """A unit that only reads, and waits for no writer."""
    clock: Clock
    ids: Ids
    keys: NodeKeys
    sealer: Sealer
    accept: Mapping[str, Accept]
    """Statement kind → the room that takes it in. Closed: another kind is refused (X15)."""
    record: Record
    on_fault: OnFault
    on_refused: Mapping[str, OnRefused] = field(default_factory=dict)
    """Statement kind → the room that keeps what a refusal of its own says (X18)."""
    may_leave: Mapping[str, MayLeave] = field(default_factory=dict)
    """Statement kind → the room that judges it at the door out (X20)."""
    on_stored: Mapping[str, OnStored] = field(default_factory=dict)
    """Statement kind → the room that is told when a body has it durably (X19)."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Statement kind → the room that answers it as a call (X27). Closed."""
    prepare: Mapping[str, Prepare] = field(default_factory=dict)
    """Statement kind → the room that makes ready to answer it, before a unit of work is open (X27)."""
    queues: Queues = field(default_factory=Queues)
    """How much may wait for each body (X32)."""
    post: Callable[[str, bytes], bytes] = no_line
    """Posts a call between two others to its recipient (X35)."""

    hasten: list[Callable[[BodyId], None]] = field(default_factory=list)
    """Called with a body that fetches and has much more to come, so that somebody seals it ahead meanwhile; they never raise."""

    @property
    def signer(self) -> Signer:
        """Signs with the node's present key."""
        return self.keys.signer

    @property
    def opener(self) -> Opener:
        """Opens what is sealed to the node's present key."""
        return self.keys.opener

    @property
    def posting(self) -> Posting:
        """The door out."""
        return Posting(self.ids, self.keys, self.sealer, self.may_leave, self.record, self.on_stored)

    @property
    def calls(self) -> Calls:
        """Questions and answers."""
        return Calls(self.ids, self.keys, self.sealer, self.posting, self.answers, self.record)

    @property
    def _settling(self) -> Settling:
        return Settling(self.posting, self.record)

    @property
    def _relaying(self) -> Relaying:
        return Relaying(self.ids, self.sealer, self.posting, self.record)

    @property
    def _collecting(self) -> Collecting:
        return Collecting(self.open_unit, self.open_view, self.clock, self.posting, self._relaying, self._hasten)

    def _hasten(self, asker: BodyId) -> None:
        for callback in self.hasten:
            callback(asker)

    # Out

    def enter_outbox(self, unit: ExchangeUnit) -> None:
        """Give what this transaction sends its place in the queue. Run before each commit.

        Raises Invalid when a statement fits no envelope, and Unavailable when a queue is full; the act is then not committed.

        Source: docs/rules/exchange.md X20 and X32.
        """
        pending = unit.outbox.pending()
        if not pending:
            return
        own = unit.bodies.own().id
        for outgoing in pending:
            assert outgoing.recipient != own, "a room put a statement for our own body in the outbox"
            known = unit.bodies.body(outgoing.recipient)
            assert known is not None, f"a room put a statement for {outgoing.recipient}, which is not in the directory"
            check_fits(outgoing.statement)
        self.queues.take_room(unit, pending)
        unit.outbox.enter(self.clock.now())

    def refusing_as_ahead(self) -> tuple[BodyId, ...]:
        """Return the bodies that last refused us as from the future: one of the two clocks is wrong.

        Source: docs/rules/node.md N11; docs/rules/exchange.md X6.
        """
        with self.open_view() as view:
            lines = [
                line
                for body in view.bodies.bodies()
                for lane in STREAM_LANES
                if (line := view.outbox.line(body.id, lane)) is not None
            ]
        return tuple(sorted({line.recipient for line in lines if line.why.startswith(REFUSED_AS_AHEAD)}))

    def recipients_due(self) -> tuple[BodyId, ...]:
        """Return the bodies that something is due to be posted to."""
        with self.open_view() as view:
            if view.state.get().mode is NodeMode.TAKING_BACK:
                return ()
            now = self.clock.now()
            due = set(view.outbox.due(now))
            # Whoever has no address fetches what is kept for it.
            due |= {one for one in view.relay.recipients(now) if (body := view.bodies.body(one)) and body.addresses}
        return tuple(sorted(due))

    def seconds_to_next(self) -> float | None:
        """Return in how many seconds the next line is due (0 if one is); None when nothing waits, or nothing may leave."""
        with self.open_view() as view:
            due = None if view.state.get().mode is NodeMode.TAKING_BACK else view.outbox.next_due()
        return None if due is None else max((due - self.clock.now()).total_seconds(), 0.0)

    def collect(self, recipient: BodyId) -> Parcel | None:
        """Return the next envelopes for a body, or None when none is due; what is not in an envelope yet is put in one.

        What is due is always the beginning of its stream: the other side takes it in in its order, and answers for what it has.
        What is sealed is durable when this returns.

        Source: docs/rules/exchange.md X20 and X21.
        """
        return self._collecting.due(recipient)

    def collect_by_hand(
        self, recipient: BodyId, *, after: Mapping[Lane, int] = NOTHING_BEFORE, passed_on: Collection[int] = ()
    ) -> Parcel | None:
        """Return the next envelopes for a body whatever its line does: for a bundle that a person carries (X29).

        `after` is, by lane, the number of the last envelope that went before, and `passed_on` those of others' that did.
        """
        return self._collecting.by_hand(recipient, after=after, passed_on=passed_on)

    def seal_ahead(self, recipient: BodyId) -> None:
        """Put a further load in envelopes while the one before it is posted, where much waits: both nodes are busy then.

        It is judged once more before it is posted itself.

        Source: docs/rules/exchange.md X20.
        """
        self._collecting.ahead(recipient)

    def settle(self, parcel: Parcel, response: bytes) -> Settlement:
        """Take in the answer to a parcel: what is acknowledged or refused for good goes out no more; the rest waits.

        Only receipts that prove themselves count. Raises Invalid or Untrusted when the answer as a whole is no batch;
        nothing is changed then.

        Source: docs/rules/exchange.md X19, X21 and X25.
        """
        answers = batch_from_bytes(response)
        now = self.clock.now()
        sent = {header_hash(one.envelope): one for one in parcel.envelopes}
        disbelieved: list[str] = []
        with self.open_unit() as unit:
            own = unit.bodies.own().id
            found: dict[str, BelievedReceipt] = {}
            for_others: dict[str, Envelope] = {}
            for answer in answers:
                try:
                    envelope = envelope_from_json(answer)
                    if envelope.header.recipient != own:
                        for_others[envelope.header.previous] = envelope
                    elif (waiting := sent.get(envelope.header.previous)) is not None:
                        speaker = _speaker(unit, envelope, parcel)
                        believed = believe_receipt(envelope, waiting, speaker, own, self.keys, now)
                        found[envelope.header.previous] = believed
                    else:
                        raise _not_sent()
                except (Untrusted, Invalid) as error:
                    disbelieved.append(in_short(error))
            ends = [self._end_of(unit, waiting, found.get(name), now) for name, waiting in sent.items()]
            self._settling.close(unit, parcel.recipient, ends, now)
            passed_on = [
                self._relaying.handed_on(unit, relayed, for_others.get(header_hash(relayed.envelope)), now)
                for relayed in parcel.relayed
            ].count(True)
            unit.commit()
        afters = [end.after for end in ends]
        acknowledged, refused = afters.count(After.DONE), afters.count(After.REFUSED)
        taken = acknowledged + refused + afters.count(After.RELAYED)
        return Settlement(acknowledged, refused, len(ends) - taken, tuple(disbelieved), passed_on)

    def _end_of(
        self, unit: ExchangeUnit, waiting: WaitingEnvelope, found: BelievedReceipt | None, now: datetime
    ) -> End:
        if found is None:
            return End(waiting, After.WAIT)
        return End(waiting, self._settling.take(unit, found, now), found.receipt)

    def postpone(self, parcel: Parcel, why: str) -> None:
        """Count a failed attempt at all of a parcel; its lanes, and what it passes on, are tried again after their own delays.

        Source: docs/rules/exchange.md X21.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            for lane in parcel.lanes:
                stood = unit.outbox.line(parcel.recipient, lane) or Line(parcel.recipient, lane, 0, now)
                self._settling.put_off(unit, stood, why, now)
            for relayed in parcel.relayed:
                self._relaying.put_off(unit, relayed, now)
            unit.commit()

    def tend(self) -> int:
        """End what waited or was kept for passing on too long, and renew leases; return how much was done.

        Source: docs/rules/exchange.md X26, X28 and X31.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            if unit.state.get().mode is NodeMode.TAKING_BACK:
                return 0
            own = unit.bodies.own()
            done = self.posting.end_overdue(unit, now) + self._relaying.end_overdue(unit, own, now)
            done += renew(unit, own, self.signer, self.record, now)
            done += unit.ahead.forget(now - timedelta(days=WORD_WAITS_DAYS))
            if done:
                unit.commit()
        return done

    # In

    def receive(self, batch: bytes, *, is_by_hand: bool = False) -> bytes:
        """Take in a batch from another node; return the batch of answers, after all they state is durable.

        An envelope that nothing can answer (unreadable, or of an unknown body) is left unanswered; when none of the batch can
        be answered, the reason is raised: Invalid or Untrusted. By hand, envelopes that came before their turn are kept.

        Source: docs/rules/exchange.md X1 to X18, X24, X25, X27 and X29.
        """
        return self._arriving.receive(batch, is_by_hand=is_by_hand)

    @property
    def _arriving(self) -> Arriving:
        intake = Intake(self.keys, self.accept, self.record, self.on_fault, self.on_refused, self.queues)
        return Arriving(
            self.open_unit, self.open_view, self.clock, self.ids, self.sealer, intake, self.posting, self.calls,
            self._collecting.for_a_pull, self.prepare,
            CallRelay(self.open_unit, self.open_view, self.clock, self.record, self.post),
        )  # fmt: skip

    # Calls

    def call(self, recipient: BodyId, statement: Statement, instrument: InstrumentId) -> Call:
        """Make a call to a body, to be posted at once; raise NotFound for one that is not in the directory.

        Source: docs/rules/exchange.md X27 and X35.
        """
        with self.open_view() as view:
            return self.calls.make(view, recipient, statement, instrument, self.clock.now(), by_relays=True)

    def answered(self, call: Call, response: bytes) -> tuple[Statement, ...]:
        """Return the statements that answer a call; raise what a refusal says, and Untrusted for what proves nothing.

        Source: docs/rules/exchange.md X27.
        """
        (answer,) = self._answers_in(call, response)[0]
        with self.open_view() as view:
            return self.calls.believe(call, answer, view.bodies.own().id, self.clock.now())

    def _answers_in(self, call: Call, response: bytes) -> tuple[list[Envelope], list[Envelope]]:
        name = header_hash(call.envelope)
        envelopes = [envelope_from_json(item) for item in batch_from_bytes(response)]
        mine = [one for one in envelopes if one.header.lane is Lane.ANSWER and one.header.previous == name]
        if len(mine) != 1:
            raise Untrusted(
                f"{call.recipient.code} did not answer the call.",
                reason="no_answer",
                why="An answer to a call holds one envelope that names it (docs/rules/exchange.md X27).",
                do="Ask again; the other side may be busy or of another version.",
            )
        return mine, [one for one in envelopes if one is not mine[0]]

    # Pulling

    def pull(self, peer: BodyId, taken: Sequence[str] = (), in_hand: Iterable[Envelope] = ()) -> Call:
        """Make the call that asks a body for what waits there for us.

        `taken` names, by the hashes of their headers, receipts passed on by it that an earlier pull brought. What is in hand is
        about to be taken in: what waits behind it is asked for.

        Source: docs/rules/exchange.md X30.
        """
        with self.open_view() as view:
            own = view.bodies.own().id
            content: JsonObject = {"taken": list(taken)}
            # By lane, the last of them.
            if after := {one.header.lane.value: header_hash(one) for one in in_hand}:
                content["after"] = dict(after)
            statement = draft(PULL_KIND, own, self.clock.now(), content)
            signed = statement.with_signature(self.posting.signer_toward(view, view.bodies.own(), peer))
            return self.calls.make(view, peer, signed, InstrumentId(""), self.clock.now(), by_relays=False)

    def brought_by(self, call: Call, response: bytes) -> tuple[Envelope, ...]:
        """Return what a pull brought, of which nothing is taken in yet; raise Untrusted where the answer proves nothing.

        Source: docs/rules/exchange.md X30.
        """
        (answer,), brought = self._answers_in(call, response)
        with self.open_view() as view:
            self.calls.believe(call, answer, view.bodies.own().id, self.clock.now())
        return tuple(brought)

    def take_in(self, brought: Sequence[Envelope]) -> Pulled:
        """Take in what a pull brought; return what is to be posted back.

        What cannot be answered, as of a body that we do not know, keeps nothing else from coming.

        Source: docs/rules/exchange.md X30.
        """
        if not brought:
            return Pulled((), (), b"")
        names = tuple(map(header_hash, brought))
        taken = tuple(name for name, one in zip(names, brought, strict=True) if one.header.lane is Lane.RECEIPT)
        try:
            receipts = self._arriving.take_fetched(brought)
        except (Invalid, Untrusted):
            receipts = b""
        return Pulled(names, taken, receipts)


def _speaker(unit: ExchangeUnit, answer: Envelope, parcel: Parcel) -> Body:
    """Return the body whose word an answer to a parcel is: the recipient's, or the relay's it was posted to."""
    speaker = unit.bodies.body(answer.header.sender)
    if speaker is None or speaker.id not in {parcel.recipient, parcel.via}:
        raise _not_sent()
    return speaker


def _not_sent() -> Untrusted:
    return Untrusted(
        "A receipt does not prove itself and is not believed.",
        reason="not_sent",
        why="It answers an envelope that was not sent with it (docs/rules/exchange.md X19).",
        do="Nothing is lost: the envelope is sent again. If it happens often, somebody stands between the nodes.",
    )
