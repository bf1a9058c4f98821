"""Bodies with their keys, and nodes of the first rooms in memory, for tests.

Keys are made from a word, so that every run has the same ones and a failure repeats. `MemoryNode` is one body's directory and
agreements over a MemoryStore; `hand_over` plays the exchange between two of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.agreements.cutting_off import CuttingOff
from entente.agreements.model import (
    Clause,
    ClauseEffect,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    OnwardRule,
    PaperAct,
    Right,
    Signatory,
)
from entente.agreements.rules import instrument_id
from entente.agreements.service import Agreements
from entente.bodies.contacts import ContactBook
from entente.bodies.model import Body, BodyKind, Compromise, Genesis, KeyVersion, NewNodeKeys, Officer
from entente.bodies.ports import BodiesUnit
from entente.bodies.service import Directory
from entente.bodies.statements import begin, keys_content
from entente.formats.codelists import load_code_lists
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId, InstrumentId, KeyId, OfficerId
from entente.kernel.sealing import SEALING_KEY_BYTES
from entente.kernel.signing import Ed25519Signer, key_id
from entente.kernel.statement import Statement, draft
from entente.kernel.statement import from_json as statement_from
from tests.support.memory_unit import MemoryStore, MemoryUnit, record

NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
HEAD = OfficerId("head-1")
DUTY = OfficerId("duty-1")
LISTS = load_code_lists()


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def pass_time(self, **span: int) -> None:
        self.moment += timedelta(**span)


@dataclass
class CountingIds:
    """Ids 1, 2, 3 … so that a failure repeats."""

    count: int = 0

    def new_id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}-{self.count:026d}"

    def new_salt(self) -> bytes:
        self.count += 1
        return self.count.to_bytes(16, "big")


def signer(word: str) -> Ed25519Signer:
    """Return the signer that a word always gives."""
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(word.encode()).digest()))


@dataclass(frozen=True)
class Keyring:
    """The private keys of one body in one key version."""

    heads: tuple[Ed25519Signer, ...]
    node: Ed25519Signer
    sealing_key: bytes

    @classmethod
    def of(cls, word: str, heads: int = 3) -> Keyring:
        sealing = hashlib.shake_256(word.encode()).digest(SEALING_KEY_BYTES)
        return cls(tuple(signer(f"{word} head {place}") for place in range(heads)), signer(f"{word} node"), sealing)

    @property
    def root_keys(self) -> tuple[bytes, ...]:
        return tuple(head.public_key for head in self.heads)

    def by_heads(self, statement: Statement, count: int = 2) -> Statement:
        for head in self.heads[:count]:
            statement = statement.with_signature(head)
        return statement

    def by_node(self, statement: Statement) -> Statement:
        return statement.with_signature(self.node)


def genesis_content(code: str, ring: Keyring, *, threshold: int = 2) -> Genesis:
    """Return a genesis with sensible values; a test replaces what it is about."""
    kinds = {
        "GS": BodyKind.GENERAL_SECRETARIAT,
        "RC": BodyKind.INTERNATIONAL_ENTITY,
    }
    kind = kinds.get(code, BodyKind.NATIONAL_CENTRAL_BUREAU)
    is_national = kind is BodyKind.NATIONAL_CENTRAL_BUREAU
    return Genesis(
        kind=kind,
        code=code,
        name=f"{code}, an invented body",
        country=code[:2] if is_national else "",
        zone="Etc/UTC",
        root_keys=ring.root_keys,
        threshold=threshold,
        node_key=ring.node.public_key,
        sealing_key=ring.sealing_key,
        nonce=hashlib.sha256(code.encode()).digest()[:16],
    )


def genesis_statement(content: Genesis, ring: Keyring, *, at: datetime = NOW, signed_by: int = 2) -> Statement:
    """Return a genesis statement signed by some of its own heads."""
    return ring.by_heads(draft("genesis", BodyId(""), at, to_object(content)), signed_by)


def new_body(code: str, *, at: datetime = NOW) -> tuple[Body, Keyring]:
    """Return a body as its own directory has it, and its private keys."""
    ring = Keyring.of(code)
    return begin(genesis_statement(genesis_content(code, ring), ring, at=at), at, LISTS.countries), ring


def next_keys(body: Body, ring: Keyring, *, at: datetime = NOW, version: int | None = None) -> Statement:
    """Return the unsigned statement that makes a keyring the body's next key version."""
    version = body.current_keys.version + 1 if version is None else version
    keys = KeyVersion(version, ring.root_keys, 2, ring.node.public_key, ring.sealing_key, at)
    return draft("keys", body.id, at, keys_content(keys))


def no_charter_yet(unit: BodiesUnit, recipient: BodyId) -> InstrumentId:
    """Return the instrument of two bodies that have agreed on nothing: none."""
    return InstrumentId("")


def nobody_signed_in(unit: object, officer: Officer) -> int:
    return 0


def nothing_held(unit: BodiesUnit, compromise: Compromise) -> int:
    """Return how many records of a body are held by nodes that have no records: none."""
    return 0


@dataclass
class MemoryKeys:
    """A node's keys made from words, one after the other."""

    word: str
    made: int = 0
    rings: dict[KeyId, Keyring] = field(default_factory=dict)

    def make_next(self) -> NewNodeKeys:
        self.made += 1
        ring = Keyring.of(f"{self.word} made {self.made}")
        self.rings |= {key_id(ring.node.public_key): ring, key_id(ring.sealing_key): ring}
        return NewNodeKeys(ring.node.public_key, ring.sealing_key)

    def held(self) -> frozenset[KeyId]:
        return frozenset(self.rings)

    def drop(self, keys: Collection[KeyId]) -> None:
        for key in keys:
            self.rings.pop(key, None)


@dataclass
class MemoryNode:
    """One body's directory and agreements in memory."""

    code: str
    clock: FixedClock = field(default_factory=FixedClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    ids: CountingIds = field(default_factory=CountingIds)
    replaces: BodyId | None = None

    def __post_init__(self) -> None:
        self.ring = Keyring.of(self.code)
        self.agreements = Agreements(
            open_unit=self.store.open_unit,
            clock=self.clock,
            ids=self.ids,
            lists=LISTS,
            record=record,
            node=self.ring.node,
        )
        self.cutting_off = CuttingOff(self.store.open_unit, self.store.open_unit, self.clock, self.ids, LISTS, record)
        self.directory = Directory(
            open_unit=self.store.open_unit,
            clock=self.clock,
            ids=self.ids,
            lists=LISTS,
            record=record,
            node=self.ring.node,
            channel=no_charter_yet,
            keys=MemoryKeys(self.code),
            doubt=nothing_held,
            end_sessions=nobody_signed_in,
        )
        content = replace(genesis_content(self.code, self.ring), replaces=self.replaces)
        genesis = genesis_statement(content, self.ring, at=self.clock.moment)
        head = Officer(HEAD, frozenset({"head_of_body"}))
        duty = Officer(DUTY, frozenset({"duty_officer"}))
        self.id = self.directory.init_own(genesis, [head, duty]).id

    @property
    def entry(self) -> Body:
        return self.store.state.bodies.own()

    def sees(self, other: MemoryNode) -> Body:
        """Return this node's entry of another body."""
        return self.store.state.bodies.entries[other.id]

    def knows(self, *others: MemoryNode) -> None:
        """Enter other bodies by hand, as their operators would."""
        for other in others:
            self.directory.introduce_by_hand(own_statements(other.entry))

    def take(self, statement: Statement) -> None:
        """Take in a statement as the exchange's table would, in one unit of work."""
        directory, agreements = self.directory, self.agreements
        accept = {
            "introduction": directory.accept_introduction,
            "keys": directory.accept_keys,
            "name": directory.accept_name,
            "addresses": directory.accept_addresses,
            "units": directory.accept_units,
            "contacts": ContactBook(directory).accept,
            "group": directory.accept_group,
            "instrument": agreements.accept_instrument,
            "instrument_taken_back": agreements.accept_open_word,
            "instrument_refused": agreements.accept_open_word,
            "instrument_signature": agreements.accept_signature,
            "participation": agreements.accept_participation,
            "measure": agreements.accept_measure,
            "governance_proposal": agreements.accept_proposal,
            "proposal_recorded": agreements.accept_proposal_recorded,
            "successor_accepted": agreements.accept_successor_accepted,
        }[statement.kind]
        unit: MemoryUnit
        with self.store.open_unit() as unit:
            accept(unit, statement)
            unit.commit()


def own_statements(body: Body) -> tuple[Statement, ...]:
    """Return what a body has said of itself, as statements."""
    return tuple(statement_from(document) for document in body.statements)


def hand_over(*nodes: MemoryNode) -> int:
    """Deliver everything in the outboxes of the nodes among them until nothing is left; return how many statements."""
    delivered = 0
    by_id = {node.id: node for node in nodes}
    while True:
        waiting = [(node, out) for node in nodes for out in node.store.state.outbox.put_out]
        if not waiting:
            return delivered
        for node in nodes:
            node.store.state.outbox.put_out.clear()
        for _, out in waiting:
            if out.recipient in by_id:
                by_id[out.recipient].take(out.statement)
                delivered += 1


def network(*codes: str) -> dict[str, MemoryNode]:
    """Return nodes that share one clock and know each other."""
    clock = FixedClock()
    nodes = {code: MemoryNode(code, clock) for code in codes}
    for node in nodes.values():
        node.knows(*(other for other in nodes.values() if other is not node))
    return nodes


def charter(*parties: BodyId, measures_by: BodyId) -> Instrument:
    """Return a charter with the clauses every charter has."""
    effects = (ClauseEffect.NEUTRALITY, ClauseEffect.NO_EXPULSION, ClauseEffect.CHANNEL)
    clauses = [Clause(str(number), f"Clause {effect}.", effect) for number, effect in enumerate(effects, start=2)]
    clauses.append(Clause("5", "Measures.", ClauseEffect.MEASURES, measures_by))
    base = agreement(*parties)
    return with_id(
        replace(
            base,
            kind=InstrumentKind.CHARTER,
            name="charter",
            title="Charter",
            clauses=tuple(clauses),
            kinds=frozenset({"message", "request", "notice_of_safety", "governance"}),
            knowable_kinds=frozenset(),
            rights=frozenset({Right.RECORD, Right.CONSULT, Right.CONTACT}),
        )
    )


def agreement(*parties: BodyId) -> Instrument:
    """Return an agreement on wanted persons and seizures between parties, in force once all have signed."""
    return with_id(
        Instrument(
            id=InstrumentId(""),
            kind=InstrumentKind.AGREEMENT,
            name="police-data",
            title="Agreement on police data",
            text="The parties share data.",
            paper=PaperAct("GS", (Signatory("XA-NCB", "A head", date(2030, 1, 7)),), date(2030, 1, 7), 90),
            clauses=(Clause("1", "Each party remains the source of its data."),),
            parties=frozenset(parties),
            party_groups=frozenset(),
            force_rule=ForceRule.ALL,
            force_count=0,
            starts_on=date(2030, 2, 1),
            ends_on=None,
            kinds=frozenset({"wanted_person", "drug_seizure", "contact"}),
            purposes=frozenset({"arrest", "analysis"}),
            crime_areas=frozenset({"fugitives", "drugs"}),
            rights=frozenset(Right),
            knowable_kinds=frozenset({"drug_seizure"}),
            handling_ceiling="restricted",
            onward=OnwardRule.AMONG_PARTIES,
            retention_days_max=1826,
            lease_minutes=24 * 60,
            deadlines={"urgent": 8, "normal": 168},
            hit_rule=HitRule.AT_ONCE,
        )
    )


def with_id(instrument: Instrument) -> Instrument:
    """Return an instrument under the id its terms give."""
    return replace(instrument, id=instrument_id(instrument))


def sign(node: MemoryNode, instrument: InstrumentId) -> None:
    """Have two heads of a node's body sign an instrument."""
    drafted = node.agreements.draft_signature(HEAD, instrument)
    node.agreements.submit_signed(HEAD, node.ring.by_heads(drafted))


def conclude(nodes: dict[str, MemoryNode], instrument: Instrument) -> Instrument:
    """Have the first party propose an instrument and all of them sign it; return it as kept."""
    parties = [node for node in nodes.values() if node.id in instrument.parties]
    kept = parties[0].agreements.propose(HEAD, instrument).instrument
    hand_over(*nodes.values())
    for node in parties:
        sign(node, kept.id)
    hand_over(*nodes.values())
    return kept
