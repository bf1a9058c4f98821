"""A node small enough to search in a test: two invented states, a few classes, a handful of invented persons."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self, cast

from entente.agreements.model import Right
from entente.bodies.model import Officer
from entente.disclosure.leases import Silence
from entente.disclosure.model import DisclosureClass, Reader
from entente.formats.codelists import load_code_lists
from entente.handling.model import (
    DisclosureAct,
    ErasureGround,
    InformationEvaluation,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.identity.indexed import facts_of
from entente.identity.model import IndexEntry, Occasion, Query, SearchAnswer
from entente.identity.namesakes import Namesakes
from entente.identity.ports import IdentityUnit, SearchIndex
from entente.identity.service import Identity
from entente.identity.standing import Standing
from entente.identity.watching import Watching
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, TrailRow, UnitOfWork
from entente.kernel.statement import Statement
from entente.records.model import (
    ChangedFacts,
    Fact,
    Link,
    Property,
    PropertyType,
    Record,
    Schema,
    StoredRecord,
    Tombstone,
)
from entente.search.layers import LayeredIndex
from tests.support.memory_index import MemoryIndex
from tests.support.memory_standing import EveryQuery, MemoryNamesakes, MemoryStanding
from tests.support.nothing_erased import NothingErased

XA, XB = BodyId("body:" + "a" * 32), BodyId("body:" + "b" * 32)
NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
OPEN, CLOSED = 1, 2
"""Class numbers: the reader may see facts of the first and not of the second."""
LISTS = load_code_lists()
OFFICER = Officer(OfficerId("xb-duty-1"), frozenset({"duty_officer"}))
OCCASION = Occasion(purpose="arrest", crime_area="drugs", case="XB-2031-0007")


def properties(**kinds: PropertyType) -> dict[str, Property]:
    return {name: Property(name, name, kind) for name, kind in kinds.items()}


NAME, DATE, COUNTRY, NUMBER = PropertyType.NAME, PropertyType.DATE, PropertyType.COUNTRY, PropertyType.IDENTIFIER
PERSON = Schema(
    name="Person",
    label="Person",
    is_abstract=False,
    ancestors=frozenset({"Person"}),
    caption=("name", "alias"),
    featured=("name",),
    properties=properties(
        name=NAME, alias=NAME, weakAlias=NAME, firstName=PropertyType.TEXT, lastName=PropertyType.TEXT, birthDate=DATE,
        nationality=COUNTRY, passportNumber=NUMBER, idNumber=NUMBER, programId=NUMBER, cryptoAddress=NUMBER,
        phone=PropertyType.PHONE, email=PropertyType.EMAIL,
    ),
)  # fmt: skip
SCHEMATA: Mapping[str, Schema] = {"Person": PERSON}


def a_class(instrument: str) -> DisclosureClass:
    return DisclosureClass(
        source=XA,
        kind="wanted_person",
        instrument=InstrumentId(instrument),
        purposes=frozenset({"arrest"}),
        crime_areas=frozenset({"drugs"}),
        handling=frozenset({"H0"}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.CLEARED,
    )


def a_record(*facts: tuple[str, str] | Fact, local_id: str = "1", links: tuple[Link, ...] = ()) -> Record:
    """Facts of class 0 unless they say otherwise; classes 0 and 1 are OPEN and CLOSED when stored."""
    made = tuple(fact if isinstance(fact, Fact) else Fact(*fact) for fact in facts)
    return Record(
        id=RecordId(f"{XA}/{local_id}"),
        source=XA,
        local_id=local_id,
        version=1,
        schema="Person",
        kind="wanted_person",
        at=NOW,
        terms=(a_class("instrument:open"), a_class("instrument:closed")),
        facts=made,
        links=links,
        retention=Retention(date(2036, 1, 1), date(2041, 1, 1)),
    )


def stored(record: Record, number: int, *, sequence: int | None = None) -> StoredRecord:
    return StoredRecord(
        number=number,
        record=record,
        statement=Statement("record.put", XA, NOW, {}, b"{}"),
        class_numbers=(OPEN, CLOSED),
        received_from=XA,
        received_at=NOW,
        withdrawn_at=None,
        change_sequence=number if sequence is None else sequence,
    )


class World:
    """Keeps records and trail; implements what a search reads of a unit of work, and the gate's allowed sets."""

    def __init__(self, *records: Record, index: SearchIndex, allowed: Iterable[int] = (OPEN,)) -> None:
        self.held = {number: stored(record, number) for number, record in enumerate(records, 1)}
        self.allowed_classes = frozenset(allowed)
        self.index = index
        self.erased: list[Tombstone] = []
        self.now = NOW
        self.seconds_per_read = 0
        self.before_row: Callable[[], None] = lambda: None
        self.trail_rows: list[TrailRow] = []
        self.sealed: list[tuple[bytes, bytes]] = []
        self.silent: tuple[Silence, ...] = ()
        self.is_trail_broken = False
        self.governance = 1
        self.sequence_before = len(records)
        self.questions: list[tuple[Reader, DisclosureAct, Right, str, str]] = []
        self.identity = Identity(
            open_unit=lambda: cast("IdentityUnit", FakeUnit(self)),
            open_act=self._open_unit,
            open_view=lambda: cast("IdentityUnit", FakeUnit(self)),
            clock=SimpleNamespace(now=lambda: self.now),
            ids=cast("Any", SimpleNamespace(new_id=lambda prefix: f"{prefix}-1", new_salt=lambda: b"s" * 16)),
            lists=LISTS,
            schemata=SCHEMATA,
            index=index,
            disclosure=self,
            seal=self.seal,
            record=self.record,
        )
        self.identity.rebuild()
        self.officers = {OFFICER.id: OFFICER}
        self.kept = MemoryStanding()
        self.found = MemoryNamesakes()
        self._made = 0
        self.table = EveryQuery()
        view = self.identity.open_view
        clock, ids = self.identity.clock, cast("Any", SimpleNamespace(new_id=self._new_id))
        self.standing = Standing(self._open_unit, view, clock, ids, LISTS, SCHEMATA, self, self.seal, self.record)
        self.watching = Watching(
            self._open_unit, view, clock, ids, LISTS, SCHEMATA, self, self.seal, self.record, self.table
        )
        self.namesakes = Namesakes(self._open_unit, clock, ids, LISTS, SCHEMATA, self, self.record)

    def search(self, *names: str, **more: Any) -> SearchAnswer:  # noqa: ANN401 - the fields of a query
        return self.identity.search(OFFICER, Query(names=names, **more), OCCASION)

    def _new_id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}-{self._made}"

    def arrive(self, record: Record, number: int = 0) -> int:
        """Have a record come in, or a new version of one; return its number."""
        self.sequence_before += 1 + len(self.trail_rows)
        number = number or len(self.held) + 1
        self.held[number] = stored(record, number, sequence=self.sequence_before)
        return number

    def change(self, number: int, **changes: Any) -> None:  # noqa: ANN401 - the fields of a stored record
        self.sequence_before += 1
        self.held[number] = replace(self.held[number], change_sequence=self.sequence_before, **changes)

    @property
    def entries(self) -> Sequence[IndexEntry]:
        assert isinstance(self.index, MemoryIndex)
        return self.index.entries

    def _open_unit(self) -> IdentityUnit:
        self.before_row()
        return cast("IdentityUnit", FakeUnit(self))

    def erase(self, number: int) -> None:
        self.sequence_before += 1
        record = self.held.pop(number).record
        made = Tombstone(
            record.id, record.source, NOW, ErasureGround.OFFICERS_ACT, "unlawful", number, self.sequence_before
        )
        self.erased.append(made)

    def allowed(
        self, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> frozenset[int]:
        self.questions.append((reader, act, right, purpose, crime_area))
        return self.allowed_classes

    def allowed_in(
        self, unit: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> frozenset[int]:
        return self.allowed(reader, act, right, purpose, crime_area)

    def seen(
        self, view: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[frozenset[int], tuple[Silence, ...]]:
        return self.allowed(reader, act, right, purpose, crime_area), self.silent

    def silences_in(
        self, unit: IdentityUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[Silence, ...]:
        return self.silent

    def seal(self, plain: bytes, info: bytes) -> bytes:
        self.sealed.append((plain, info))
        return b"sealed:" + bytes(byte ^ 0x5A for byte in plain)

    def record(self, unit: UnitOfWork, act: Act) -> TrailRow:
        if self.is_trail_broken:
            raise Unavailable("The trail is full.", why="The disk is.", do="Make room.", retry_is_safe=True)
        row = TrailRow(self.sequence_before + len(self.trail_rows) + 1, NOW, act, b"", b"", b"")
        cast("FakeUnit", unit).pending.append(row)
        return row


class ErasedHere(NothingErased):
    def __init__(self, world: World) -> None:
        self._world = world

    def tombstones(self, after: int, limit: int) -> tuple[Tombstone, ...]:
        return tuple(one for one in self._world.erased if one.sequence > after)[:limit]

    def last_tombstone(self) -> int:
        return max((one.sequence for one in self._world.erased), default=0)


@dataclass
class FakeUnit(AbstractContextManager["FakeUnit"]):
    """One transaction over the world; rows of the trail count once committed."""

    world: World
    pending: list[TrailRow] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pending = []

    def commit(self) -> None:
        self.world.trail_rows += self.pending
        self.pending = []

    @property
    def erasures(self) -> ErasedHere:
        return ErasedHere(self.world)

    @property
    def bodies(self) -> Any:  # noqa: ANN401 - two methods of the directory
        return SimpleNamespace(own=lambda: SimpleNamespace(id=XB), officer=self.world.officers.get)

    @property
    def classes(self) -> Any:  # noqa: ANN401 - one method of the classes
        return SimpleNamespace(governance_version=lambda: self.world.governance)

    @property
    def trail(self) -> Any:  # noqa: ANN401 - one method of the trail
        return SimpleNamespace(frontier=lambda: Frontier(size=self.world.sequence_before))

    @property
    def standing(self) -> MemoryStanding:
        return self.world.kept

    @property
    def namesakes(self) -> MemoryNamesakes:
        return self.world.found

    @property
    def records(self) -> "FakeUnit":
        return self

    def get(self, record: RecordId) -> StoredRecord | None:
        return next((one for one in self.world.held.values() if one.record.id == record), None)

    def get_many(self, numbers: Sequence[int]) -> tuple[StoredRecord, ...]:
        return tuple(self.world.held[number] for number in numbers if number in self.world.held)

    contents = get_many

    def sequences(self, numbers: Sequence[int]) -> dict[int, int]:
        return {one.number: one.change_sequence for one in self.get_many(numbers)}

    def last_change(self) -> int:
        return max((one.change_sequence for one in self.world.held.values()), default=0)

    def changed_since(self, sequence: int, limit: int) -> tuple[StoredRecord, ...]:
        self.world.now += timedelta(seconds=self.world.seconds_per_read)
        changed = [one for one in self.world.held.values() if one.change_sequence > sequence]
        ordered = sorted(changed, key=lambda one: (one.change_sequence, one.number))
        last = {one.change_sequence for one in ordered[:limit]}
        return tuple(one for one in ordered if one.change_sequence in last)

    def count_changed(self, sequence: int) -> int:
        return len(self.changed_since(sequence, sys.maxsize))

    def facts_since(self, sequence: int, limit: int, properties: frozenset[str]) -> tuple[ChangedFacts, ...]:
        return tuple(facts_of(one) for one in self.changed_since(sequence, limit))

    def count(self, allowed: frozenset[int], *, today: date, kind: str = "") -> int:
        held = [one for one in self.world.held.values() if one.withdrawn_at is None]
        return sum(any(one.class_numbers[fact.terms] in allowed for fact in one.record.facts) for one in held)


def on_files(folder: Path) -> LayeredIndex:
    return LayeredIndex(folder / "index", 1)
