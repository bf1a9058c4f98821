"""Two nodes in one process: a unit of work in memory, a clock and ids that repeat, a sealer without randomness.

The exchange's own tables are the real ones, in a store without a file; the rest is Python's. `MemoryNode.state` is what is
committed; a unit works on a copy and gives it back at `commit`, so that what is undone leaves no trace. A statement of the kind
`message` is taken in by appending its text; `poison` writes first and is refused then; `defect` makes the node fail.
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

import sqlalchemy as sa
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
from entente.bodies.model import Body, BodyKind, Group, KeyVersion, NameEntry, NationalOrder, Officer, Succession
from entente.bodies.rules import verify_by_node
from entente.bodies.unit_limits import LimitsSet
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList
from entente.exchange.model import Lane, Receipt, Stream
from entente.exchange.parcels import Parcel, Settlement
from entente.exchange.renewing import RENEWAL_KIND, accept_renewal
from entente.exchange.service import Exchange
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Conflict, NotFound, Refused, Untrusted
from entente.kernel.ids import SALT_BYTES, BodyId, GroupId, InstrumentId, KeyId, OfficerId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, Outgoing, TrailRow, UnitOfWork
from entente.kernel.signing import Ed25519Signer, key_id
from entente.kernel.statement import Statement, draft
from entente.storage.ahead import AheadTable
from entente.storage.inbox import InboxTables
from entente.storage.outbox import OutboxTables
from entente.storage.recovery import RecoveryTables
from entente.storage.relay import RelayTables
from entente.storage.rows import value_of
from entente.storage.schema import inbox_envelope, metadata, outbox_envelope
from entente.storage.schema import stream as stream_table
from tests.support.memory_state import MemoryState

_TABLES = [
    table
    for name, table in metadata.tables.items()
    if name == "stream"
    or name.startswith(("outbox_", "inbox_", "relay_", "recovery"))
    or name in {"body_route", "word_ahead"}
]
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


class MemoryKeys:
    """The NodeKeys of one node: every key by its name, `XA node 1` and `XA 1` first."""

    def __init__(self, code: str) -> None:
        self._code = code
        self.signer = signer_named(f"{code} node 1")
        self.opener = PlainOpener(sealing_key_named(f"{code} 1"))
        self._signers = {key_id(self.signer.public_key): self.signer}
        self._openers = {key_id(self.opener.public_key): self.opener}

    def rotate(self, version: int) -> None:
        """Use the keys of a later version too, and sign with its node key."""
        self.signer = signer_named(f"{self._code} node {version}")
        self.opener = PlainOpener(sealing_key_named(f"{self._code} {version}"))
        self._signers[key_id(self.signer.public_key)] = self.signer
        self._openers[key_id(self.opener.public_key)] = self.opener

    def forget(self, sealing_key: str) -> None:
        """Hold a sealing key no longer."""
        del self._openers[key_id(sealing_key_named(sealing_key))]

    def signer_of(self, key: KeyId) -> Ed25519Signer | None:
        return self._signers.get(key)

    def opener_of(self, key: KeyId) -> PlainOpener | None:
        return self._openers.get(key)


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
    """What a node holds durably beside the exchange's own tables."""

    own: BodyId
    bodies: dict[BodyId, Body]
    instruments: dict[InstrumentId, InstrumentState] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    heard: dict[BodyId, datetime] = field(default_factory=dict)
    trail: list[Act] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

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
        self.keys = MemoryKeys(code)
        self.signer = self.keys.signer
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
        self.connection = engine.connect()
        metadata.create_all(self.connection, tables=_TABLES)
        self.connection.commit()
        self.faults: list[Exception] = []
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
            keys=self.keys,
            sealer=PlainSealer(),
            accept={
                "message": take_message,
                "poison": take_poison,
                "defect": take_defect,
                "participation": take_message,
                "withdrawal": take_message,
                "copy_ended": take_message,
                "recall": take_message,
                RENEWAL_KIND: accept_renewal,
            },
            record=record,
            on_fault=lambda _statement, error: self.faults.append(error),
            may_leave={"message": self.may_leave},
            answers={"echo": self.answer_echo},
        )
        self.stopped: set[str] = set()
        """Texts of messages that their room lets leave no more."""

    def may_leave(self, _unit: MemoryUnit, statement: Statement, _recipient: BodyId) -> str:
        return "Its room says no." if statement.content["text"] in self.stopped else ""

    def answer_echo(self, unit: MemoryUnit, statement: Statement, sender: BodyId) -> tuple[Statement, ...]:
        text = str(statement.content["text"])
        if text == "hidden":
            raise NotFound
        unit.held.accepted.append(f"asked {text}")
        return (self.say(f"{text} to {sender}", "echoed"),)

    @property
    def streams(self) -> dict[tuple[BodyId, Lane, bool], Stream]:
        """The newest incarnation of each stream."""
        found = {}
        for row in self.connection.execute(sa.select(stream_table).order_by(stream_table.c.number)):
            lane = Lane(row.lane)
            found[BodyId(row.peer), lane, bool(row.is_outgoing)] = Stream(
                BodyId(row.peer), lane, bool(row.is_outgoing), row.incarnation, row.sequence, row.head
            )
        return found

    @property
    def taken(self) -> list[Receipt]:
        """What was answered to each envelope taken in."""
        rows = self.connection.execute(sa.select(inbox_envelope.c.receipt)).scalars()
        return [value_of(Receipt, text) for text in rows]

    def evidence(self, header_hash: str) -> bytes:
        """Return the signed receipt kept for an envelope."""
        query = sa.select(outbox_envelope.c.receipt).where(outbox_envelope.c.header_hash == header_hash)
        kept = self.connection.execute(query).scalar_one()
        assert isinstance(kept, bytes)
        return kept

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
    unit.held.accepted.append(str(statement.content["text"]))


def take_poison(unit: MemoryUnit, statement: Statement, sender: BodyId) -> None:
    unit.held.accepted.append("half-written by poison")
    ground = Ground("D5", allows=False, text="The source excludes this body.")
    raise Refused("The record was not taken in.", decision=Decision.of([ground]), do="Ask the source.")


def take_defect(unit: MemoryUnit, statement: Statement, sender: BodyId) -> None:
    unit.held.accepted.append("half-written by a defect")
    raise KeyError(statement.kind)


def record(unit: UnitOfWork, act: Act) -> None:
    assert isinstance(unit, MemoryUnit)
    unit.held.trail.append(act)


class MemoryUnit:
    """Implements ExchangeUnit."""

    def __init__(self, node: MemoryNode) -> None:
        self._node = node

    def __enter__(self) -> Self:
        # One unit at a time, as the port says; a courier's workers are several threads.
        self._node.lock.acquire()
        self.held = self._node.state.copied()
        self.state = MemoryState()
        self.bodies = MemoryBodies(self.held)
        self.agreements = MemoryAgreements(self.held)
        self.outbox = OutboxTables(self._node.connection)
        self.inbox = InboxTables(self._node.connection)
        self.relay = RelayTables(self._node.connection)
        self.recovery = RecoveryTables(self._node.connection)
        self.ahead = AheadTable(self._node.connection)
        self.holdings = NothingHeld()
        self.trail = NoRows()
        self._asked = 0
        return self

    def changes(self) -> int:
        # Its rooms write without being watched: whoever refuses may have written.
        self._asked += 1
        return self._asked

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._node.connection.rollback()
        self._node.lock.release()

    def commit(self) -> None:
        self._node.exchange.enter_outbox(self)
        if self._node.fails_at_commit:
            raise Conflict("The disk is full.", why="A test says so.", do="Nothing.")
        self.outbox.flush()
        self._node.connection.commit()
        self._node.state = self.held
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

    def has_code(self, code: str) -> bool:
        return any(one.code == code for one in self.bodies())

    def count(self) -> int:
        return len(self.bodies())

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        self._state.bodies[body.id] = body

    def succession(self, old: BodyId) -> Succession | None:
        return None

    def put_succession(self, succession: Succession) -> None:
        raise AssertionError("nobody is succeeded in this world")

    def successors(self) -> Mapping[BodyId, BodyId]:
        return {}

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

    def group_version(self, group: GroupId, version: int) -> Group | None:
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

    def unit_lists(self, body: BodyId, newest: int = UNIT_LISTS_MAX) -> tuple[UnitList, ...]:
        return ()

    def unit_list(self, body: BodyId, since: datetime) -> UnitList | None:
        return None

    def units_on(self, on: date) -> Mapping[BodyId, UnitList]:
        return {}

    def unit_limits(self) -> tuple[LimitsSet, ...]:
        return ()

    def put_unit_limits(self, limits: LimitsSet) -> None:
        raise AssertionError("the exchange knows no units")

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

    def participation_before(self, participation: Participation) -> Participation | None:
        raise AssertionError("asked by the pages alone, of a real store")

    def measures(self) -> tuple[Measure, ...]:
        return tuple(self._state.measures)

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no measures")

    def proposals(self) -> tuple[Proposal, ...]:
        return ()

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no proposals")

    def put_word(self, statement: Statement) -> None:
        raise AssertionError("the exchange keeps no words about instruments")

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        return ()


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
