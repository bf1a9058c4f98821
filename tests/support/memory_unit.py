"""An in-memory unit of work that keeps the contracts of kernel.ports, bodies.ports and agreements.ports.

`MemoryStore` is what is durable; `MemoryStore.open_unit` begins a transaction on a copy of it, and only `commit` puts the copy
in its place. What the contract calls a programming error is asserted here too.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import TracebackType
from typing import Self, TypeVar

from entente.agreements.model import Instrument, InstrumentState, Measure, Participation, Proposal
from entente.bodies.model import Body, Group, NationalOrder, Officer, Succession
from entente.bodies.unit_limits import LimitsSet
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList, day_ends, follows, list_of
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import BodyId, GroupId, InstrumentId, OfficerId, StatementId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, Delivery, EvidenceStep, Outgoing, TrailRow, UnitOfWork
from entente.kernel.statement import Statement

T = TypeVar("T")


@dataclass
class MemoryBodies:
    own_id: BodyId | None = None
    entries: dict[BodyId, Body] = field(default_factory=dict)
    unknown: int = 0
    group_versions: dict[GroupId, Group] = field(default_factory=dict)
    groups_before: list[Group] = field(default_factory=list)
    staff: dict[OfficerId, Officer] = field(default_factory=dict)
    national_orders: dict[str, NationalOrder] = field(default_factory=dict)
    last_heard: dict[BodyId, datetime] = field(default_factory=dict)
    successions: dict[BodyId, Succession] = field(default_factory=dict)
    limits: dict[str, LimitsSet] = field(default_factory=dict)
    lists_of_units: dict[BodyId, list[UnitList]] = field(default_factory=dict)

    def own(self) -> Body:
        if self.own_id is None:
            raise Misconfigured("This node does not know which body it is.", why="It has no entry.", do="Run init.")
        return self.entries[self.own_id]

    def body(self, body: BodyId) -> Body | None:
        return self.entries.get(body)

    def bodies(self) -> tuple[Body, ...]:
        return tuple(sorted(self.entries.values(), key=lambda entry: entry.code))

    def has_code(self, code: str) -> bool:
        return any(one.code == code for one in self.bodies())

    def count(self) -> int:
        return len(self.bodies())

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        known = self.entries.get(body.id)
        if known is not None:
            assert body.keys[: len(known.keys)] == known.keys, "a body's earlier key versions never change"
            assert {name.name for name in known.names} <= {name.name for name in body.names}, "names are kept"
        listed, lists = list_of(body), self.lists_of_units.setdefault(body.id, [])
        if listed is not None and follows(listed, lists[-1] if lists else None):
            lists.append(listed)
        self.entries[body.id] = body
        if is_own:
            self.own_id = body.id

    def succession(self, old: BodyId) -> Succession | None:
        return self.successions.get(old)

    def put_succession(self, succession: Succession) -> None:
        known = self.successions.get(succession.old)
        assert known is None or known.confirmed_by is None, "what two officers accepted stays"
        self.successions[succession.old] = succession

    def successors(self) -> Mapping[BodyId, BodyId]:
        accepted = {one.old: one.new for one in self.successions.values() if one.confirmed_by is not None}
        own = self.own()
        return accepted if own.replaces is None else {own.replaces: own.id, **accepted}

    def unit_lists(self, body: BodyId, newest: int = UNIT_LISTS_MAX) -> tuple[UnitList, ...]:
        return tuple(self.lists_of_units.get(body, ())[-newest:])

    def unit_list(self, body: BodyId, since: datetime) -> UnitList | None:
        return next((one for one in self.unit_lists(body) if one.since == since), None)

    def units_on(self, on: date) -> Mapping[BodyId, UnitList]:
        stood = {
            body: [one for one in lists if one.since < day_ends(on)] for body, lists in self.lists_of_units.items()
        }
        return {body: lists[-1] for body, lists in stood.items() if lists}

    def unit_limits(self) -> tuple[LimitsSet, ...]:
        return tuple(sorted(self.limits.values(), key=lambda one: (one.proposed_at, one.id)))

    def put_unit_limits(self, limits: LimitsSet) -> None:
        known = self.limits.get(limits.id)
        assert known is None or known.is_open, "what was decided about a unit stays"
        self.limits[limits.id] = limits

    def count_unknown(self, claimed: str) -> None:
        self.unknown += 1

    def unknown_count(self) -> int:
        return self.unknown

    def heard(self) -> Mapping[BodyId, datetime]:
        return dict(self.last_heard)

    def put_heard(self, body: BodyId, at: datetime, *, now: datetime) -> None:
        assert at <= now, "nobody is heard ahead of our own clock"
        self.last_heard[body] = max(at, self.last_heard.get(body, at))

    def group(self, group: GroupId) -> Group | None:
        return self.group_versions.get(group)

    def group_version(self, group: GroupId, version: int) -> Group | None:
        return next((one for one in self.groups_before if (one.id, one.version) == (group, version)), None)

    def groups(self) -> tuple[Group, ...]:
        return tuple(self.group_versions[name] for name in sorted(self.group_versions))

    def put_group(self, group: Group) -> None:
        known = self.group_versions.get(group.id)
        assert known is None or known.version < group.version, "a version of a group never changes"
        self.group_versions[group.id] = group
        self.groups_before.append(group)

    def officer(self, officer: OfficerId) -> Officer | None:
        return self.staff.get(officer)

    def officers(self) -> tuple[Officer, ...]:
        return tuple(self.staff[name] for name in sorted(self.staff))

    def put_officer(self, officer: Officer) -> None:
        self.staff[officer.id] = officer

    def orders(self) -> tuple[NationalOrder, ...]:
        return tuple(sorted(self.national_orders.values(), key=lambda order: (order.in_force_on, order.reference)))

    def put_order(self, order: NationalOrder) -> None:
        self.national_orders[order.reference] = order


@dataclass
class MemoryAgreements:
    states: dict[InstrumentId, InstrumentState] = field(default_factory=dict)
    kept_measures: dict[tuple[BodyId, str], Measure] = field(default_factory=dict)
    kept_proposals: list[Proposal] = field(default_factory=list)
    kept: list[Statement] = field(default_factory=list)

    def instruments(self) -> tuple[InstrumentState, ...]:
        return tuple(sorted(self.states.values(), key=lambda state: state.instrument.name))

    def instrument(self, instrument: InstrumentId) -> InstrumentState | None:
        return self.states.get(instrument)

    def put_instrument(self, instrument: Instrument, proposal: Statement) -> None:
        if instrument.id not in self.states:
            self.states[instrument.id] = InstrumentState(instrument, proposal.body, proposal.at, {}, {})
        self._keep(proposal)

    def put_signature(self, instrument: InstrumentId, statement: Statement) -> None:
        state = self.states[instrument]
        signatures = {statement.body: statement.at, **state.signatures}
        self.states[instrument] = replace(state, signatures=signatures)
        self._keep(statement)

    def put_participation(self, participation: Participation, statement: Statement) -> None:
        state = self.states[participation.instrument]
        newest = state.participations.get(participation.body)
        assert newest is None or newest.epoch < participation.epoch, "the room takes only a newer epoch"
        stands = {**state.participations, participation.body: participation}
        self.states[participation.instrument] = replace(state, participations=stands)
        self._keep(statement)

    def participation_before(self, participation: Participation) -> Participation | None:
        raise AssertionError("asked by the pages alone, of a real store")

    def measures(self) -> tuple[Measure, ...]:
        return tuple(sorted(self.kept_measures.values(), key=lambda measure: (measure.since, measure.id)))

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        self.kept_measures[statement.body, measure.id] = measure
        self._keep(statement)

    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(self.kept_proposals)

    def put_word(self, statement: Statement) -> None:
        self._keep(statement)

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        if proposal.id not in {known.id for known in self.kept_proposals}:
            self.kept_proposals.append(proposal)
        self._keep(statement)

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        return tuple(statement for statement in self.kept if statement.kind in kinds)

    def _keep(self, statement: Statement) -> None:
        if statement.id not in {known.id for known in self.kept}:
            self.kept.append(statement)


@dataclass
class MemoryTrail:
    acts: list[Act] = field(default_factory=list)
    kept_rows: list[TrailRow] = field(default_factory=list)
    right_edge: Frontier = field(default_factory=Frontier)

    def frontier(self) -> Frontier:
        return self.right_edge

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        assert row.sequence == len(self.kept_rows) + 1, "rows have no gap"
        self.kept_rows.append(row)
        self.acts.append(row.act)
        self.right_edge = frontier

    def rows(self, after: int, limit: int) -> tuple[TrailRow, ...]:
        return tuple(self.kept_rows[after : after + limit])

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        return tuple(reversed(self.kept_rows[-limit:]))

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        return tuple(row for row in self.kept_rows if row.act.subject == subject)[:limit]


@dataclass
class MemoryOutbox:
    put_out: list[Outgoing] = field(default_factory=list)
    steps: dict[tuple[StatementId, BodyId], list[EvidenceStep]] = field(default_factory=dict)
    posted: int = 0
    """How many of them envelopes carry already; a test that plays the exchange says so."""

    def put(self, outgoing: Outgoing) -> None:
        self.put_out.append(outgoing)

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        return tuple(
            Delivery(
                one.recipient, one.statement.id, one.statement.kind, ref, "waiting", "", one.statement.at,
                tuple(self.steps.get((one.statement.id, one.recipient), ())),
            )
            for one in self.put_out
            if one.ref == ref
        )  # fmt: skip

    def deliveries_of(self, refs: Collection[str]) -> dict[str, tuple[Delivery, ...]]:
        return {ref: self.deliveries(ref) for ref in refs}

    def add_step(self, statement: StatementId, recipient: BodyId, step: EvidenceStep, evidence: bytes) -> None:
        self.steps.setdefault((statement, recipient), []).append(step)

    def retract(self, ref: str, kind: str) -> tuple[Delivery, ...]:
        waiting = self.put_out[self.posted :]
        taken = [one for one in waiting if one.ref == ref and one.statement.kind == kind]
        self.put_out = [one for one in self.put_out if one not in taken]
        return tuple(
            Delivery(one.recipient, one.statement.id, kind, ref, "retracted", "", one.statement.at) for one in taken
        )


@dataclass
class MemoryHoldings:
    """What later rooms hold: records per (instrument, source, holder), and named open matters."""

    shared: dict[tuple[InstrumentId, BodyId, BodyId], int] = field(default_factory=dict)
    requests: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    def records_shared(self, instrument: InstrumentId, source: BodyId, holders: Sequence[BodyId]) -> int:
        return max((self.shared.get((instrument, source, holder), 0) for holder in holders), default=0)

    def open_requests(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return self.requests

    def open_permissions(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return self.permissions


@dataclass
class MemoryState:
    bodies: MemoryBodies = field(default_factory=MemoryBodies)
    agreements: MemoryAgreements = field(default_factory=MemoryAgreements)
    holdings: MemoryHoldings = field(default_factory=MemoryHoldings)
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)


class MemoryStore:
    """What is durable. `state` may be read by a test after a commit; it is replaced whole by the next one."""

    def __init__(self) -> None:
        self.state = MemoryState()

    def open_unit(self) -> MemoryUnit:
        return MemoryUnit(self)


class MemoryUnit:
    """One transaction on a copy of the store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._work: MemoryState | None = None

    def __enter__(self) -> Self:
        # Values are frozen, so that copies of the lists and dictionaries that hold them are enough.
        self._work = _copy_of(self._store.state)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work = None

    def commit(self) -> None:
        self._store.state, self._work = self._open, None

    @property
    def bodies(self) -> MemoryBodies:
        return self._open.bodies

    @property
    def agreements(self) -> MemoryAgreements:
        return self._open.agreements

    @property
    def holdings(self) -> MemoryHoldings:
        return self._open.holdings

    @property
    def trail(self) -> MemoryTrail:
        return self._open.trail

    @property
    def outbox(self) -> MemoryOutbox:
        return self._open.outbox

    @property
    def _open(self) -> MemoryState:
        assert self._work is not None, "a unit of work is used inside its with block, and not after its commit"
        return self._work


def record(unit: UnitOfWork, act: Act) -> None:
    """Record an act as the services' `record` does; without salts and hashes, which the trail's own tests cover."""
    trail = unit.trail
    now = datetime.fromisoformat("2031-05-04T08:00:00+00:00")
    row = TrailRow(trail.frontier().size + 1, now, act, b"", b"\0" * 32, b"\0" * 32)
    trail.append(row, trail.frontier().append(row.leaf))


def _copy_of(state: MemoryState) -> MemoryState:
    return MemoryState(
        _copied(state.bodies),
        _copied(state.agreements),
        _copied(state.holdings),
        _copied(state.trail),
        _copied(state.outbox),
    )


def _copied(part: T) -> T:
    fresh = copy.copy(part)
    for name, value in vars(fresh).items():
        if isinstance(value, dict | list):
            setattr(fresh, name, value.copy())
    return fresh
