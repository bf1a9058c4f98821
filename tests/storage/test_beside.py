"""N19: a process that may not write reads beside the writer, and its rows stand as if the writer had done all of it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Thread

import pytest

from entente.kernel.clock import SystemClock
from entente.kernel.elsewhere import Absent, ForTheWriter, Overtaken
from entente.kernel.errors import NotFound
from entente.kernel.ids import SystemIds
from entente.kernel.ports import Act
from entente.storage.beside import StoreBeside
from entente.storage.changes import SharedChanges
from entente.storage.folder import Folder
from entente.storage.key_ring import NoKeys
from entente.storage.store import Store
from entente.trail.service import record
from tests.storage.examples import OWN
from tests.storage.test_contract_daily_work import append, case

pytestmark = pytest.mark.storage
FIRST, SECOND = "2031/000001", "2031/000002"
CLOCK, IDS = SystemClock(), SystemIds()


@dataclass
class Writer:
    """Takes rows as the writer's process does."""

    store: Store
    told: list[tuple[int, list[Act]]] = field(default_factory=list)

    def append(self, seen: int, acts: Sequence[Act]) -> None:
        """Append them, unless something changed since."""
        self.told.append((seen, [*acts]))
        with self.store.act() as unit:
            if self.store.changes() != seen or unit.sees_changes():
                raise Overtaken
            for act in acts:
                record(unit, CLOCK, IDS, act)
            unit.commit()

    def open_case(self, number: str) -> None:
        """Change something."""
        with self.store.unit() as unit:
            unit.cases.put(case(number))
            append(unit, 1)
            unit.commit()


@dataclass
class World:
    """A store that is open for writing, and beside it."""

    writer: Writer
    beside: StoreBeside

    def shown(self) -> list[str]:
        """Return what the trail says was shown."""
        with self.beside.view() as view:
            return [row.act.subject for row in view.trail.rows(0, 99) if row.act.verb == "show_case"]

    def look(self, number: str, meanwhile: Callable[[], object] = lambda: None) -> bool:
        """Look at a case beside the writer; a row says so."""
        with self.beside.act() as unit:
            found = unit.cases.get(number)
            record(unit, CLOCK, IDS, Act("show_case", OWN, "xa-duty-1", number, {"there": found is not None}))
            meanwhile()
            unit.commit()
        return found is not None


@pytest.fixture
def world(begun: Folder) -> Iterator[World]:
    counted = SharedChanges.make()
    with Store.open(begun, (), counted) as store:
        writer = Writer(store)
        beside = StoreBeside(begun, SharedChanges(counted.handle, may_write=False), writer.append)
        yield World(writer, beside)
        beside.engine.close()


def test_rows_of_what_was_read_are_appended_by_the_writer(world: World) -> None:
    world.writer.open_case(FIRST)
    assert world.look(FIRST)
    assert not world.look(SECOND)
    assert world.shown() == [FIRST, SECOND]
    assert world.writer.told[0][0] == world.writer.store.changes() == 1


def test_what_changed_before_the_row_undoes_the_look(world: World) -> None:
    with pytest.raises(Overtaken):
        world.look(FIRST, meanwhile=lambda: world.writer.open_case(FIRST))
    assert world.shown() == []
    assert world.look(FIRST)


def test_row_of_another_look_is_no_change(world: World) -> None:
    world.look(FIRST, meanwhile=lambda: world.look(SECOND))
    assert world.shown() == [SECOND, FIRST]


def test_change_that_is_not_durable_yet_undoes_the_look_too(world: World) -> None:
    store = world.writer.store

    def change_in_company() -> None:
        # The row's act joins the change's transaction: it comes while the change has the right to write.
        with store.act() as unit:
            unit.cases.put(case(FIRST))
            append(unit, 1)
            looking.start()
            while not store._shared.lock.waiting():  # noqa: SLF001 - who waits is nobody's business but the lock's
                pass
            unit.commit()

    found: list[BaseException] = []

    def tell() -> None:
        try:
            world.writer.append(0, [Act("show_case", OWN, "xa-duty-1", FIRST, {})])
        except Overtaken as event:
            found.append(event)

    looking = Thread(target=tell)
    change_in_company()
    looking.join(30)
    assert len(found) == 1
    assert world.shown() == []
    with world.beside.view() as view:
        assert view.cases.get(FIRST) is not None


def test_unit_that_changes_something_is_the_writers(world: World) -> None:
    with pytest.raises(ForTheWriter), world.beside.unit() as unit:
        unit.cases.put(case(FIRST))
    with world.beside.act() as unit:
        record(unit, CLOCK, IDS, Act("show_case", OWN, "xa-duty-1", FIRST, {}))
        # Its number is not known before the writer gives it.
        with pytest.raises(ForTheWriter):
            unit.trail.latest(1)
    assert world.shown() == []
    assert world.writer.told == []


def test_unit_without_a_row_asks_the_writer_nothing(world: World) -> None:
    with world.beside.act() as unit:
        unit.cases.get(FIRST)
        unit.commit()
    with world.beside.act() as unit:
        record(unit, CLOCK, IDS, Act("show_case", OWN, "xa-duty-1", FIRST, {}))
        # Left without a commit, as a verb leaves that raises.
    assert world.writer.told == []


def test_rows_of_a_verb_are_told_together_at_its_end(world: World) -> None:
    with world.beside.together():
        world.look(FIRST)
        world.look(SECOND)
        assert world.shown() == []
    assert world.shown() == [FIRST, SECOND]
    assert len(world.writer.told) == 1
    # The first unit's state counts for all of them.
    with pytest.raises(Overtaken), world.beside.together():
        world.look(FIRST, meanwhile=lambda: world.writer.open_case(FIRST))
    assert world.shown() == [FIRST, SECOND]


def test_verb_that_is_handed_over_half_way_told_nobody_and_a_refusal_is_told(world: World) -> None:
    def begin(error: Exception) -> None:
        with world.beside.together():
            world.look(FIRST)
            raise error

    with pytest.raises(ForTheWriter):
        begin(ForTheWriter())
    assert world.shown() == []
    with pytest.raises(NotFound):
        begin(NotFound())
    assert world.shown() == [FIRST]
    # Outside, a unit tells its own at once again.
    world.look(SECOND)
    assert world.shown() == [FIRST, SECOND]


def test_files_and_the_whole_store_are_the_writers(world: World) -> None:
    world.beside.sweep_files(lambda: pytest.fail("recovers"), lambda: pytest.fail("sweeps"))
    for act in (world.beside.empty_log, world.beside.compact):
        with pytest.raises(ForTheWriter):
            act()


def test_process_beside_holds_no_key() -> None:
    ring = NoKeys()
    for use in (lambda: ring.signer.public_key, lambda: ring.opener.public_key, ring.make_next, ring.held):
        with pytest.raises(ForTheWriter):
            use()
    assert not hasattr(Absent(), "__len__")


def _read_number(handle: int, told: object) -> None:
    told.send(SharedChanges(handle, may_write=False).count)  # type: ignore[attr-defined] # an end of a pipe


def test_number_of_changes_is_seen_in_another_process() -> None:
    counted = SharedChanges.make()
    counted.count += 7
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_read_number, args=(counted.handle, theirs))
    process.start()
    assert ours.poll(30)
    assert ours.recv() == 7
    process.join(30)
    mapped = SharedChanges(counted.handle, may_write=False)
    with pytest.raises(TypeError):
        mapped.count = 1
    counted.count = 2**40
    assert mapped.count == 2**40
