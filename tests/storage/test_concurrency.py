"""Writers take turns; readers wait for nobody and see one unchanging state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Thread

import pytest

from entente.kernel.errors import Unavailable
from entente.storage import postgres, sqlite, write_lock
from entente.storage.folder import Folder, FolderLock
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.conftest import Opener
from tests.storage.test_failures import cases_held, open_a_case

pytestmark = pytest.mark.storage


def test_many_threads_write_in_turn_and_every_act_is_whole(store: Store) -> None:
    def act(place: int) -> int:
        with store.unit() as unit:
            number = unit.classes.number_of(examples.disclosure_class(mark=f"mark-{place % 5}"))
            open_a_case(unit)
            unit.commit()
        return number

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(act, range(40)))
    assert cases_held(store) == [f"2031/{number:06}" for number in range(40, 0, -1)]
    assert {numbers[place] for place in range(0, 40, 5)} == {numbers[0]}
    assert set(numbers) == {1, 2, 3, 4, 5}


def test_view_sees_the_moment_it_began_reading_while_others_write(store: Store) -> None:
    with store.view() as view:
        assert view.cases.all(9) == ()
        with store.unit() as unit:
            open_a_case(unit)
            assert view.cases.all(9) == ()
            unit.commit()
        assert view.cases.all(9) == ()
    assert cases_held(store) == ["2031/000001"]


def test_second_unit_waits_for_the_first_and_then_sees_its_change(store: Store) -> None:
    began = Event()

    def second() -> int:
        began.set()
        with store.unit() as unit:
            return unit.cases.next_serial(2031)

    with ThreadPoolExecutor(1) as threads:
        with store.unit() as unit:
            assert unit.cases.next_serial(2031) == 1
            waiting = threads.submit(second)
            began.wait(10)
            assert not waiting.done()
            unit.commit()
        assert waiting.result(10) == 2


def test_unit_opened_inside_a_unit_of_its_own_thread_is_a_programming_error(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(AssertionError), store.unit():
            pass
        open_a_case(unit)
        unit.commit()
    assert cases_held(store) == ["2031/000001"]


def test_view_beyond_the_bound_is_told_to_retry(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (sqlite, postgres):
        monkeypatch.setattr(engine, "READER_WAIT_SECONDS_MAX", 0.05)
    store = opener()
    with ExitStack() as views:
        for _ in range(sqlite.READERS_MAX):
            views.enter_context(store.view())
        with pytest.raises(Unavailable) as raised, store.view():
            pass
        assert raised.value.retry_is_safe
    assert cases_held(store) == []


def test_writer_that_waits_too_long_is_told_to_retry(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_lock, "WAIT_SECONDS_MAX", 0.05)

    def second() -> None:
        with store.unit():
            pass

    with ThreadPoolExecutor(1) as threads, store.unit() as unit:
        with pytest.raises(Unavailable) as raised:
            threads.submit(second).result(10)
        assert raised.value.retry_is_safe
        open_a_case(unit)
        unit.commit()
    assert cases_held(store) == ["2031/000001"]


def test_closing_waits_for_the_act_under_way_and_lets_no_later_one_begin(folder: Folder) -> None:
    store = Store.open(folder)
    is_open, go_on = Event(), Event()
    ended: list[str] = []

    def act() -> None:
        with store.unit() as unit:
            is_open.set()
            assert go_on.wait(10)
            unit.bodies.count_unknown("a stranger")
            unit.commit()
            ended.append("kept")

    working = Thread(target=act)
    working.start()
    assert is_open.wait(10)
    closing = Thread(target=store.close)
    closing.start()
    closing.join(0.3)
    # Another process that took the folder now would write beside the act under way.
    assert (closing.is_alive(), FolderLock.is_held(folder)) == (True, True)
    go_on.set()
    closing.join(10)
    working.join(10)
    assert (ended, FolderLock.is_held(folder)) == (["kept"], False)
    # An import's thread that goes on after the node was asked to stop: its next slice finds the store closed.
    for opening in (store.unit, store.view):
        with pytest.raises(Unavailable, match="closed"), opening():
            pass
    assert not FolderLock.is_held(folder)
    with Store.open(folder) as again, again.view() as view:
        assert view.bodies.unknown_count() == 1
