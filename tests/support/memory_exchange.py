"""Two nodes in one process: a unit of work in memory, a clock and ids that repeat, a sealer without randomness.

`MemoryNode.state` is what is committed; a unit works on a copy and gives it back at `commit`, so that what is undone leaves no
trace. A statement of the kind `message` is taken in by appending its text; `poison` writes first and is refused then.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.agreements.model import (
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Measure,
    OnwardRule,
    PaperAct,
    Participation,
    Proposal,
    Right,
)
from entente.bodies.model import Body, BodyKind, Group, KeyVersion, NameEntry, NationalOrder, Officer
from entente.bodies.rules import verify_by_node
from entente.exchange.envelopes import header_hash
from entente.exchange.model import Envelope, Lane, Receipt, ReceiptOutcome, Stream, WaitingEnvelope
from entente.exchange.service import Exchange, Parcel, Settlement
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Conflict, Refused, Untrusted
from entente.kernel.ids import SALT_BYTES, BodyId, GroupId, InstrumentId, OfficerId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, Delivery, Outgoing, TrailRow, UnitOfWork
from entente.kernel.signing import Ed25519Signer
from entente.kernel.statement import Statement, draft

NOW = datetime(2031, 5, 4, 12, 0, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
XA, XB, XC = (BodyId("body:" + code * 16) for code in ("xa", "xb", "xc"))
PROGRAMME = InstrumentId("instrument:programme")
CHARTER = InstrumentId("instrument:charter")


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class CountingIds:
    """Ids and salts counted from 1, told apart by the node they are made for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-{self._name}-{self._count:06}"

    def new_salt(self) -> bytes:
        self._count += 1
        return hashlib.sha256(f"{self._name} {self._count}".encode()).digest()[:SALT_BYTES]


class PlainSealer:
    """Seals by a keyed digest before the plain bytes: it hides nothing, and keeps all that the port promises else."""

    def seal(self, public_key: bytes, plain: bytes, info: bytes) -> bytes:
        return _tag(public_key, plain, info) + plain


class PlainOpener:
    def __init__(self, public_key: bytes) -> None:
        self._public_key = public_key

    @property
    def public_key(self) -> bytes:
        return self._public_key

    def open(self, sealed: bytes, info: bytes) -> bytes:
        tag, plain = sealed[:32], sealed[32:]
        if tag != _tag(self._public_key, plain, info):
            raise Untrusted(
                "A sealed body could not be opened.", reason="not_sealed_for_us", why="Tag.", do="Send it again."
            )
        return plain


def _tag(public_key: bytes, plain: bytes, info: bytes) -> bytes:
    parts = (b"sealed", public_key, info, plain)
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def signer_named(name: str) -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def sealing_key_named(name: str) -> bytes:
    return hashlib.sha256(b"sealing " + name.encode()).digest()


def key_version(name: str, version: int = 1, valid_from: datetime = LONG_AGO) -> KeyVersion:
    heads = tuple(signer_named(f"{name} head {number}").public_key for number in (1, 2, 3))
    node = signer_named(f"{name} node {version}").public_key
    return KeyVersion(version, heads, 2, node, sealing_key_named(f"{name} 1"), valid_from)


def a_body(body: BodyId) -> Body:
    code = body[5:7].upper()
    return Body(
        id=body,
        kind=BodyKind.NATIONAL_CENTRAL_BUREAU,
        code=f"{code}-NCB",
        country=code,
        zone="UTC",
        names=(NameEntry(f"Bureau of {code}", date(2020, 1, 1)),),
        keys=(key_version(code),),
        addresses=(f"http://{code.lower()}.example",),
    )


def an_instrument(
    name: InstrumentId = PROGRAMME, *, parties: Sequence[BodyId] = (XA, XB), signed: Sequence[BodyId] | None = None
) -> InstrumentState:
    terms = Instrument(
        id=name,
        kind=InstrumentKind.CHARTER if name == CHARTER else InstrumentKind.PROGRAMME,
        name=name.partition(":")[2],
        title=name,
        text=name,
        paper=PaperAct("XA", (), date(2030, 1, 1), 180),
        clauses=(),
        parties=frozenset(parties),
        party_groups=frozenset(),
        force_rule=ForceRule.ALL,
        force_count=0,
        starts_on=date(2030, 1, 1),
        ends_on=None,
        kinds=frozenset({"message"}),
        purposes=frozenset({"inform"}),
        crime_areas=frozenset({"drugs"}),
        rights=frozenset({Right.CONTACT}),
        knowable_kinds=frozenset(),
        handling_ceiling="restricted",
        onward=OnwardRule.FORBIDDEN,
        retention_days_max=365,
        lease_minutes=24 * 60,
        deadlines={},
        hit_rule=HitRule.AT_ONCE,
    )
    return InstrumentState(terms, XA, LONG_AGO, dict.fromkeys(parties if signed is None else signed, LONG_AGO), {})


@dataclass
class State:
    """Everything a node holds durably."""

    own: BodyId
    bodies: dict[BodyId, Body]
    instruments: dict[InstrumentId, InstrumentState] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    heard: dict[BodyId, datetime] = field(default_factory=dict)
    trail: list[Act] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    streams: dict[tuple[BodyId, Lane, bool], Stream] = field(default_factory=dict)
    waiting: dict[int, WaitingEnvelope] = field(default_factory=dict)
    carried: dict[int, tuple[Outgoing, ...]] = field(default_factory=dict)
    settled: dict[int, Receipt] = field(default_factory=dict)
    evidence: dict[int, bytes] = field(default_factory=dict)
    taken: dict[tuple[BodyId, Lane, str, int], Receipt] = field(default_factory=dict)

    def copied(self) -> State:
        return replace(self, **{name: copy.copy(value) for name, value in vars(self).items()})


class MemoryNode:
    """One node: its state, its keys, its exchange."""

    def __init__(self, own: BodyId, clock: ManualClock, known: Sequence[BodyId] = (XA, XB)) -> None:
        code = own[5:7].upper()
        self.id = own
        self.lock = threading.RLock()
        self.clock = clock
        self.ids = CountingIds(code.lower())
        self.signer = signer_named(f"{code} node 1")
        self.state = State(own, {body: a_body(body) for body in known})
        for instrument in (CHARTER, PROGRAMME):
            self.state.instruments[instrument] = an_instrument(instrument)
        self.commits = 0
        self.fails_at_commit = False
        self.exchange = Exchange(
            open_unit=self.unit,
            open_view=self.unit,
            clock=clock,
            ids=self.ids,
            signer=self.signer,
            opener=PlainOpener(sealing_key_named(f"{code} 1")),
            sealer=PlainSealer(),
            accept={
                "message": take_message,
                "poison": take_poison,
                "participation": take_message,
                "withdrawal": take_message,
            },
            record=record,
        )

    def unit(self) -> MemoryUnit:
        return MemoryUnit(self)

    def say(self, text: str, kind: str = "message", **content: str) -> Statement:
        return draft(kind, self.id, self.clock.now(), {"text": text, **content}).with_signature(self.signer)

    def put(
        self, to: BodyId, *statements: Statement, instrument: InstrumentId = PROGRAMME, is_control: bool = False
    ) -> None:
        with self.unit() as unit:
            for statement in statements:
                unit.outbox.put(
                    Outgoing(to, instrument, statement, is_control=is_control, ref=str(statement.content["text"]))
                )
            unit.commit()

    def send(self, to: BodyId, *texts: str, kind: str = "message") -> None:
        """Put one statement an act, each in its own transaction and envelope."""
        for text in texts:
            self.put(to, self.say(text, kind))

    def collect(self, recipient: BodyId) -> Parcel:
        parcel = self.exchange.collect(recipient)
        assert parcel is not None
        return parcel

    def delivery(self, ref: str) -> tuple[str, str]:
        with self.unit() as unit:
            (delivery,) = unit.outbox.deliveries(ref)
        return delivery.state, delivery.reason

    def verbs(self) -> list[str]:
        return [act.verb for act in self.state.trail]


def two_nodes() -> tuple[MemoryNode, MemoryNode, ManualClock]:
    clock = ManualClock()
    return MemoryNode(XA, clock), MemoryNode(XB, clock), clock


def deliver(sender: MemoryNode, receiver: MemoryNode) -> Settlement:
    parcel = sender.collect(receiver.id)
    return sender.exchange.settle(parcel, receiver.exchange.receive(parcel.batch))


def take_message(unit: MemoryUnit, statement: Statement, sender: BodyId) -> None:
    verify_by_node(unit.bodies.body(statement.body), statement)
    unit.state.accepted.append(str(statement.content["text"]))


def take_poison(unit: MemoryUnit, statement: Statement, sender: BodyId) -> None:
    unit.state.accepted.append("half-written by poison")
    ground = Ground("D5", allows=False, text="The source excludes this body.")
    raise Refused("The record was not taken in.", decision=Decision.of([ground]), do="Ask the source.")


def record(unit: UnitOfWork, act: Act) -> None:
    assert isinstance(unit, MemoryUnit)
    unit.state.trail.append(act)


class MemoryUnit:
    """Implements ExchangeUnit."""

    def __init__(self, node: MemoryNode) -> None:
        self._node = node

    def __enter__(self) -> Self:
        # One unit at a time, as the port says; a courier's workers are several threads.
        self._node.lock.acquire()
        self.state = self._node.state.copied()
        self.bodies = MemoryBodies(self.state)
        self.agreements = MemoryAgreements(self.state)
        self.exchange = MemoryStreams(self.state)
        self.outbox = self.exchange
        self.holdings = NothingHeld()
        self.trail = NoRows()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._node.lock.release()

    def commit(self) -> None:
        self._node.exchange.seal_pending(self)
        if self._node.fails_at_commit:
            raise Conflict("The disk is full.", why="A test says so.", do="Nothing.")
        self._node.state = self.state
        self._node.commits += 1


class MemoryBodies:
    def __init__(self, state: State) -> None:
        self._state = state

    def own(self) -> Body:
        return self._state.bodies[self._state.own]

    def body(self, body: BodyId) -> Body | None:
        return self._state.bodies.get(body)

    def bodies(self) -> tuple[Body, ...]:
        return tuple(self._state.bodies.values())

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        self._state.bodies[body.id] = body

    def count_unknown(self, claimed: str) -> None:
        self._state.unknown.append(claimed)

    def unknown_count(self) -> int:
        return len(self._state.unknown)

    def heard(self) -> Mapping[BodyId, datetime]:
        return dict(self._state.heard)

    def put_heard(self, body: BodyId, at: datetime, *, now: datetime) -> None:
        assert at <= now, "nobody is heard ahead of our own clock"
        self._state.heard[body] = max(at, self._state.heard.get(body, at))

    def group(self, group: GroupId) -> Group | None:
        return None

    def groups(self) -> tuple[Group, ...]:
        return ()

    def put_group(self, group: Group) -> None:
        raise AssertionError("the exchange keeps no groups")

    def officer(self, officer: OfficerId) -> Officer | None:
        return None

    def officers(self) -> tuple[Officer, ...]:
        return ()

    def put_officer(self, officer: Officer) -> None:
        raise AssertionError("the exchange keeps no officers")

    def orders(self) -> tuple[NationalOrder, ...]:
        return ()

    def put_order(self, order: NationalOrder) -> None:
        raise AssertionError("the exchange keeps no orders")


class MemoryAgreements:
    def __init__(self, state: State) -> None:
        self._state = state

    def instruments(self) -> tuple[InstrumentState, ...]:
        return tuple(self._state.instruments.values())

    def instrument(self, instrument: InstrumentId) -> InstrumentState | None:
        return self._state.instruments.get(instrument)

    def put_instrument(self, instrument: Instrument, proposal: Statement) -> None:
        raise AssertionError("the exchange keeps no instruments")

    def put_signature(self, instrument: InstrumentId, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no signatures")

    def put_participation(self, participation: Participation, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no participations")

    def measures(self) -> tuple[Measure, ...]:
        return tuple(self._state.measures)

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no measures")

    def proposals(self) -> tuple[Proposal, ...]:
        return ()

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no proposals")

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        return ()


class MemoryStreams:
    """Implements ExchangeStore and Outbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._pending: list[Outgoing] = []

    def put(self, outgoing: Outgoing) -> None:
        self._pending.append(outgoing)

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        return tuple(
            self._delivery(number, outgoing)
            for number, outgoings in self._state.carried.items()
            for outgoing in outgoings
            if outgoing.ref == ref
        )

    def _delivery(self, number: int, outgoing: Outgoing) -> Delivery:
        statement = outgoing.statement
        state, reason = "waiting", ""
        if (receipt := self._state.settled.get(number)) is not None:
            refused = {one.statement: one.reason for one in receipt.results if not one.is_accepted}
            is_refused = receipt.outcome is ReceiptOutcome.REFUSED or statement.id in refused
            state, reason = "refused" if is_refused else "stored", refused.get(statement.id, receipt.reason)
        return Delivery(outgoing.recipient, statement.id, statement.kind, outgoing.ref, state, reason, statement.at)

    def pending(self) -> tuple[Outgoing, ...]:
        return tuple(self._pending)

    def put_envelope(self, envelope: Envelope, statements: Sequence[Outgoing]) -> None:
        number = len(self._state.carried) + 1
        header = envelope.header
        for other, one in self._of_stream(header.recipient, header.lane):
            self._state.waiting[other] = replace(one, next_try_at=min(one.next_try_at, header.sent_at))
        self._state.waiting[number] = WaitingEnvelope(number, header.recipient, envelope, 0, header.sent_at)
        self._state.carried[number] = tuple(statements)
        self._pending = [one for one in self._pending if not any(one is sent for sent in statements)]

    def stream(self, peer: BodyId, lane: Lane, *, is_outgoing: bool) -> Stream | None:
        return self._state.streams.get((peer, lane, is_outgoing))

    def put_stream(self, stream: Stream) -> None:
        self._state.streams[stream.peer, stream.lane, stream.is_outgoing] = stream

    def waiting(self, recipient: BodyId, now: datetime, limit: int) -> tuple[WaitingEnvelope, ...]:
        due = [one for one in self._state.waiting.values() if one.recipient == recipient and one.next_try_at <= now]
        return tuple(sorted(due, key=lambda one: (one.envelope.header.lane is not Lane.CONTROL, one.number))[:limit])

    def recipients_waiting(self, now: datetime) -> tuple[BodyId, ...]:
        return tuple(sorted({one.recipient for one in self._state.waiting.values() if one.next_try_at <= now}))

    def next_due(self) -> datetime | None:
        return min((one.next_try_at for one in self._state.waiting.values()), default=None)

    def settle(self, number: int, outcome: ReceiptOutcome, receipt: bytes, results: Receipt, at: datetime) -> None:
        del self._state.waiting[number]
        self._state.settled[number] = results
        self._state.evidence[number] = receipt

    def postpone(self, number: int, next_try_at: datetime, why: str) -> None:
        one = self._state.waiting[number]
        self._state.waiting[number] = replace(one, attempts=one.attempts + 1, next_try_at=next_try_at)
        for other, behind in self._of_stream(one.recipient, one.envelope.header.lane):
            if other > number:
                self._state.waiting[other] = replace(behind, next_try_at=max(behind.next_try_at, next_try_at))

    def _of_stream(self, recipient: BodyId, lane: Lane) -> list[tuple[int, WaitingEnvelope]]:
        waiting = self._state.waiting.items()
        return [
            (number, one) for number, one in waiting if (one.recipient, one.envelope.header.lane) == (recipient, lane)
        ]

    def has_taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> str | None:
        receipt = self.receipt_for(sender, lane, incarnation, sequence)
        return None if receipt is None else receipt.envelope

    def receipt_for(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Receipt | None:
        return self._state.taken.get((sender, lane, incarnation, sequence))

    def take(self, envelope: Envelope, receipt: Receipt) -> None:
        header = envelope.header
        key = (header.sender, header.lane, header.incarnation, header.sequence)
        assert key not in self._state.taken
        assert receipt.envelope == header_hash(envelope)
        self._state.taken[key] = receipt


class NothingHeld:
    def records_shared(self, instrument: InstrumentId, source: BodyId, holders: Sequence[BodyId]) -> int:
        return 0

    def open_requests(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return ()

    def open_permissions(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return ()


class NoRows:
    """The trail's rows are the trail's matter; `record` keeps the acts."""

    def frontier(self) -> Frontier:
        return Frontier()

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        raise AssertionError("acts are recorded by the function handed in")

    def rows(self, after: int, limit: int) -> tuple[TrailRow, ...]:
        return ()

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        return ()

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        return ()
