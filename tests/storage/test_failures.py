"""What is left of a unit of work when something fails: all of it or nothing, and words that say which."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing

import pytest
import sqlalchemy as sa

from entente.kernel.errors import Conflict, Unavailable
from entente.storage import sqlite
from entente.storage.folder import Folder
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.conftest import ON_SQLITE, Opener
from tests.storage.failing_commit import fail_commit
from tests.storage.test_contract_daily_work import append, case

pytestmark = pytest.mark.storage


def open_a_case(unit: SqlUnitOfWork) -> str:
    """One act of several rows: a number, a case, a trail row, a statement to send."""
    number = f"2031/{unit.cases.next_serial(2031):06}"
    unit.cases.put(case(number))
    append(unit, 1, number)
    outgoing = examples.outgoing(number)
    unit.outbox.put(outgoing)
    unit.outbox.enter(examples.NOW)
    return number


def cases_held(store: Store) -> list[str]:
    """Return the case numbers; the rest of each act is there exactly when its case is."""
    with store.view() as view:
        numbers = [item.number for item in view.cases.all(99)]
        assert view.trail.frontier().size == len(numbers)
        assert len(view.trail.rows(0, 99)) == len(numbers)
        assert all(len(view.outbox.deliveries(number)) == 1 for number in numbers)
        return numbers


def commit(store: Store, *steps: Callable[[SqlUnitOfWork], object]) -> None:
    """Take some steps in one unit of work and commit it."""
    with store.unit() as unit:
        for step in steps:
            step(unit)
        unit.commit()


def test_unit_left_without_commit_is_undone(store: Store) -> None:
    with store.unit() as unit:
        open_a_case(unit)
    assert cases_held(store) == []
    with pytest.raises(ZeroDivisionError):
        commit(store, open_a_case, lambda _: 1 // 0)
    assert cases_held(store) == []
    commit(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]


def test_second_commit_and_commit_of_a_view_are_programming_errors(store: Store) -> None:
    with store.unit() as unit:
        unit.commit()
        with pytest.raises(AssertionError):
            unit.commit()
    with store.view() as view, pytest.raises(AssertionError):
        view.commit()


def test_view_cannot_change_the_store(store: Store) -> None:
    with pytest.raises(Unavailable), store.view() as view:
        view.cases.next_serial(2031)


def test_hooks_run_in_order_inside_the_commit_and_what_they_raise_undoes_it(opener: Opener) -> None:
    ran: list[str] = []

    def first(unit: SqlUnitOfWork) -> None:
        ran.append("first")
        append(unit, 1, "by a hook")

    def second(_: SqlUnitOfWork) -> None:
        ran.append("second")
        if len(ran) == 2:
            raise Conflict("No.", why="The first time.", do="Again.")

    store = opener([first, second])
    with pytest.raises(Conflict):
        commit(store)
    commit(store)
    assert ran == ["first", "second", "first", "second"]
    with store.view() as view:
        assert len(view.trail.about("by a hook", 9)) == 1


def test_statement_that_no_hook_gave_a_place_in_the_queue_is_a_programming_error(opener: Opener) -> None:
    store = opener([lambda _: None])
    with pytest.raises(AssertionError):
        commit(store, lambda unit: unit.outbox.put(examples.outgoing()))


def test_others_are_told_after_the_commit_and_only_then(store: Store) -> None:
    told: list[list[str]] = []
    store.after_commit.append(lambda: told.append(cases_held(store)))
    with store.unit() as unit:
        open_a_case(unit)
        assert told == []
        unit.commit()
    with store.unit() as unit:
        open_a_case(unit)
    assert told == [["2031/000001"]]


@ON_SQLITE
def test_failed_commit_locks_nobody_out_while_something_still_reads_in_its_transaction(store: Store) -> None:
    held: list[sa.CursorResult[tuple[str]]] = []

    def begin_to_read(unit: SqlUnitOfWork) -> None:
        # As one that the traceback of an error holds: begun, not read to its end, not closed.
        held.append(unit.cases._connection.exec_driver_sql("SELECT name FROM sqlite_schema"))  # noqa: SLF001

    with pytest.MonkeyPatch.context() as patch:
        fail_commit(store, patch, kept=False)
        with pytest.raises(Unavailable):
            commit(store, open_a_case, begin_to_read)
    commit(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]
    assert held


@ON_SQLITE
def test_full_disk_is_said_and_leaves_nothing_half_written(store: Store) -> None:
    commit(store, open_a_case)
    with store.unit() as unit:
        connection = unit.cases._connection  # noqa: SLF001 - the disk is made small on the one writing connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(Unavailable) as raised:
        commit(store, open_a_case, lambda unit: append(unit, 5_000))
    assert raised.value.retry_is_safe
    assert "full" in raised.value.what
    assert cases_held(store) == ["2031/000001"]
    with store.unit() as unit:
        unit.cases._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")  # noqa: SLF001
        assert open_a_case(unit) == "2031/000002"
        unit.commit()
    assert cases_held(store) == ["2031/000002", "2031/000001"]


def test_log_index_file_that_finds_no_room_is_a_full_disk_too() -> None:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    said = sqlite.translate(sa.exc.OperationalError("SELECT 1", {}, cause))
    assert isinstance(said, Unavailable)
    assert "full" in said.what
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    assert "full" not in sqlite.translate(sa.exc.OperationalError("SELECT 1", {}, cause)).what


@ON_SQLITE
def test_store_locked_by_another_program_is_said_and_safe_to_retry(
    opener: Opener, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_COMMON", ("foreign_keys = ON", "busy_timeout = 50"))
    store = opener()
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as raised, store.unit():
            pass
        assert raised.value.retry_is_safe
        assert cases_held(store) == []
        stranger.execute("ROLLBACK")
    commit(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]


@pytest.mark.parametrize("kept", [False, True])
def test_commit_reported_lost_says_to_look_first_and_a_retry_finds_a_whole_store(
    store: Store, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    told: list[None] = []
    store.after_commit.append(lambda: told.append(None))
    with monkeypatch.context() as patch:
        fail_commit(store, patch, kept=kept)
        with pytest.raises(Unavailable) as raised:
            commit(store, lambda unit: unit.classes.number_of(examples.disclosure_class(mark="one")), open_a_case)
    assert not raised.value.retry_is_safe
    assert told == []
    expected = ["2031/000001"] if kept else []
    assert cases_held(store) == expected
    with store.unit() as unit:
        # The class of the lost unit is not remembered; that of the kept one is found in the store.
        assert unit.classes.number_of(examples.disclosure_class(mark="two")) == len(expected) + 1
        assert unit.classes.number_of(examples.disclosure_class(mark="one")) == (1 if kept else 2)
        open_a_case(unit)
        unit.commit()
    assert len(cases_held(store)) == len(expected) + 1


DIES_IN_ITS_COMMIT = """
    import os, sys
    from pathlib import Path
    from entente.storage.folder import Folder
    from entente.storage.store import Store
    from tests.storage.test_failures import commit, open_a_case

    def die(unit):
        unit.trail.flush()
        os._exit(9)

    hooks = [die] if sys.argv[2] == "before" else []
    store = Store.open(Folder(Path(sys.argv[1])), hooks)
    store.after_commit.append(lambda: os._exit(9))
    commit(store, open_a_case)
"""


@pytest.mark.parametrize(("moment", "expected"), [("before", []), ("after", ["2031/000001"])])
def test_process_killed_around_its_commit_leaves_all_or_nothing(
    folder: Folder, moment: str, expected: list[str]
) -> None:
    program = textwrap.dedent(DIES_IN_ITS_COMMIT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", program, str(folder.path), moment], env=environment, check=False, timeout=60
    )
    assert ended.returncode == 9
    with Store.open(folder) as store:
        assert cases_held(store) == expected
