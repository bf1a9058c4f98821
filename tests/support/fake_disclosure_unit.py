"""A unit of work in memory for the gate's tests: bodies, groups, instruments, measures, classes and leaves.

`World` is what is committed; a unit works on a copy and gives it back at `commit`, so that what is undone leaves no trace and
its governance version is given to the next change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import TracebackType
from typing import Self

from entente.agreements.model import Instrument, InstrumentState, Measure, Participation, Proposal
from entente.bodies.model import Body, BodyKind, Group, KeyVersion, NameEntry, NationalOrder, Officer, Succession
from entente.bodies.unit_limits import LimitsSet
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList
from entente.disclosure.model import DisclosureClass, Leave
from entente.kernel.ids import BodyId, GroupId, InstrumentId, OfficerId, StatementId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Delivery, EvidenceStep, Outgoing, TrailRow
from entente.kernel.statement import Statement
from tests.support.build_disclosure import DAY, NOW, PROGRAMME, XA, XB, XC, in_force


@dataclass
class World:
    own: Body
    bodies: dict[BodyId, Body]
    groups: dict[GroupId, Group] = field(default_factory=dict)
    instruments: dict[InstrumentId, InstrumentState] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    leaves: tuple[Leave, ...] = ()
    heard: dict[BodyId, datetime] = field(default_factory=dict)
    limits: tuple[LimitsSet, ...] = ()
    classes: dict[int, DisclosureClass] = field(default_factory=dict)
    version: int = 1
    units_opened: int = 0
    situations_read: int = 0

    def open(self) -> FakeUnit:
        self.units_opened += 1
        return FakeUnit(self)


def a_body(body: BodyId, valid_from: datetime = NOW - 100 * DAY) -> Body:
    return Body(
        id=body,
        kind=BodyKind.NATIONAL_CENTRAL_BUREAU,
        code=body[5:].upper(),
        country=body[5:].upper(),
        zone="UTC",
        names=(NameEntry(body, date(2020, 1, 1)),),
        keys=(KeyVersion(1, (b"a" * 32, b"b" * 32), 2, b"n" * 32, b"s" * 32, valid_from),),
    )


def a_world(**changes: object) -> World:
    bodies = {body: a_body(body) for body in (XA, XB, XC)}
    heard = {XA: NOW, XC: NOW}
    world = World(own=bodies[XB], bodies=bodies, instruments={PROGRAMME: in_force().state}, heard=heard)
    return replace(world, **changes)  # type: ignore[arg-type]  # the fields of the dataclass


class FakeUnit:
    """Implements DisclosureUnit for what the gate reads and the tests change; the trail and the outbox stay empty."""

    def __init__(self, world: World) -> None:
        self._committed = world
        self.world = replace(
            world,
            bodies=dict(world.bodies),
            groups=dict(world.groups),
            instruments=dict(world.instruments),
            classes=dict(world.classes),
            heard=dict(world.heard),
        )
        self.bodies = FakeBodies(self.world)
        self.agreements = FakeAgreements(self.world, world)
        self.classes = FakeClasses(self.world)
        self.holdings = NothingHeld()
        self.trail = EmptyTrail()
        self.outbox = EmptyOutbox()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def holds_committed_alone(self) -> bool:
        return self.world.version == self._committed.version

    def commit(self) -> None:
        for name in ("bodies", "groups", "instruments", "measures", "leaves", "classes", "heard", "limits", "version"):
            setattr(self._committed, name, getattr(self.world, name))


class FakeBodies:
    def __init__(self, world: World) -> None:
        self._world = world

    def own(self) -> Body:
        return self._world.own

    def body(self, body: BodyId) -> Body | None:
        return self._world.bodies.get(body)

    def bodies(self) -> tuple[Body, ...]:
        return tuple(self._world.bodies.values())

    def has_code(self, code: str) -> bool:
        return any(one.code == code for one in self.bodies())

    def count(self) -> int:
        return len(self.bodies())

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        self._world.bodies[body.id] = body
        self._world.version += 1

    def succession(self, old: BodyId) -> Succession | None:
        return None

    def put_succession(self, succession: Succession) -> None:
        raise AssertionError("nobody is succeeded in this world")

    def successors(self) -> Mapping[BodyId, BodyId]:
        return {}

    def count_unknown(self, claimed: str) -> None:
        return None

    def unknown_count(self) -> int:
        return 0

    def heard(self) -> Mapping[BodyId, datetime]:
        return self._world.heard

    def put_heard(self, body: BodyId, at: datetime, *, now: datetime) -> None:
        self._world.heard[body] = at
        self._world.version += 1

    def group(self, group: GroupId) -> Group | None:
        return self._world.groups.get(group)

    def group_version(self, group: GroupId, version: int) -> Group | None:
        known = self._world.groups.get(group)
        return known if known is not None and known.version == version else None

    def groups(self) -> tuple[Group, ...]:
        return tuple(self._world.groups.values())

    def put_group(self, group: Group) -> None:
        self._world.groups[group.id] = group
        self._world.version += 1

    def officer(self, officer: OfficerId) -> Officer | None:
        return None

    def officers(self) -> tuple[Officer, ...]:
        return ()

    def put_officer(self, officer: Officer) -> None:
        return None

    def unit_lists(self, body: BodyId, newest: int = UNIT_LISTS_MAX) -> tuple[UnitList, ...]:
        return ()

    def unit_list(self, body: BodyId, since: datetime) -> UnitList | None:
        return None

    def units_on(self, on: date) -> Mapping[BodyId, UnitList]:
        return {}

    def unit_limits(self) -> tuple[LimitsSet, ...]:
        return self._world.limits

    def put_unit_limits(self, limits: LimitsSet) -> None:
        self._world.limits = (*(one for one in self._world.limits if one.id != limits.id), limits)
        self._world.version += 1

    def orders(self) -> tuple[NationalOrder, ...]:
        return ()

    def put_order(self, order: NationalOrder) -> None:
        return None


class FakeAgreements:
    def __init__(self, world: World, committed: World) -> None:
        self._world = world
        self._committed = committed

    def instruments(self) -> tuple[InstrumentState, ...]:
        self._committed.situations_read += 1
        return tuple(self._world.instruments.values())

    def instrument(self, instrument: InstrumentId) -> InstrumentState | None:
        return self._world.instruments.get(instrument)

    def put_instrument(self, instrument: Instrument, proposal: Statement) -> None:
        return None

    def put_signature(self, instrument: InstrumentId, statement: Statement) -> None:
        return None

    def put_participation(self, participation: Participation, statement: Statement) -> None:
        self.change(participation)

    def change(self, participation: Participation) -> None:
        state = self._world.instruments[participation.instrument]
        stands: Mapping[BodyId, Participation] = {**state.participations, participation.body: participation}
        self._world.instruments[participation.instrument] = replace(state, participations=stands)
        self._world.version += 1

    def measures(self) -> tuple[Measure, ...]:
        return self._world.measures

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        self._world.measures = (*self._world.measures, measure)
        self._world.version += 1

    def proposals(self) -> tuple[Proposal, ...]:
        return ()

    def put_word(self, statement: Statement) -> None:
        raise AssertionError("the gate keeps nothing")

    def participation_before(self, participation: Participation) -> Participation | None:
        raise AssertionError("asked by the pages alone, of a real store")

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        return None

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        return ()


class FakeClasses:
    def __init__(self, world: World) -> None:
        self._world = world

    def number_of(self, cls: DisclosureClass) -> int:
        for number, known in self._world.classes.items():
            if known == cls:
                return number
        number = len(self._world.classes) + 1
        self._world.classes[number] = cls
        return number

    def classes(self) -> Mapping[int, DisclosureClass]:
        return dict(self._world.classes)

    def class_count(self) -> int:
        return len(self._world.classes)

    def governance_version(self) -> int:
        return self._world.version

    def leaves(self) -> tuple[Leave, ...]:
        return self._world.leaves

    def put_leave(self, leave: Leave, statement: Statement) -> None:
        self.grant(leave)

    def leave_statement(self, source: BodyId, leave: str) -> Statement | None:
        return None

    def grant(self, leave: Leave) -> None:
        self._world.leaves = (*self._world.leaves, leave)
        self._world.version += 1


class NothingHeld:
    def records_shared(self, instrument: InstrumentId, source: BodyId, holders: Sequence[BodyId]) -> int:
        return 0

    def open_requests(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return ()

    def open_permissions(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        return ()


class EmptyTrail:
    def frontier(self) -> Frontier:
        raise AssertionError("the gate records nothing; the room whose act it is does")

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        raise AssertionError("the gate records nothing; the room whose act it is does")

    def rows(self, after: int, limit: int) -> tuple[TrailRow, ...]:
        return ()

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        return ()

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        return ()


class EmptyOutbox:
    def put(self, outgoing: Outgoing) -> None:
        raise AssertionError("the gate sends nothing")

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        return ()

    def deliveries_of(self, refs: Collection[str]) -> dict[str, tuple[Delivery, ...]]:
        return dict.fromkeys(refs, ())

    def add_step(self, statement: StatementId, recipient: BodyId, step: EvidenceStep, evidence: bytes) -> None:
        raise AssertionError("no delivery is followed here")

    def retract(self, ref: str, kind: str) -> tuple[Delivery, ...]:
        raise AssertionError("the gate retracts nothing")


class FixedClock:
    """A clock that stands where the test puts it."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment
