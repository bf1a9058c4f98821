"""Change sequences become visible in their order: no commit, however late, comes after one that was numbered later."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event, Thread
from typing import Self

import psycopg
import pytest
import sqlalchemy as sa

from entente.kernel.errors import Unavailable
from entente.storage import postgres_session
from entente.storage.folder import Folder
from entente.storage.postgres import PostgresEngine
from entente.storage.postgres_connection import StoreConnection
from entente.storage.schema import trail, trail_frontier
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage.conftest import ON_POSTGRES, Opener, address_of
from tests.storage.test_contract_daily_work import append
from tests.storage.test_failures import cases_held, commit, open_a_case

pytestmark = [pytest.mark.storage, ON_POSTGRES]

GATE = 7
LATE_COMMIT = f"""
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON case_file DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.number = '2031/000002') EXECUTE FUNCTION wait_at_commit();
"""
NO_LATE_COMMIT = "DROP TRIGGER IF EXISTS late ON case_file; DROP FUNCTION IF EXISTS wait_at_commit();"


@pytest.fixture
def gate(store: Store, begun: Folder) -> Iterator[Callable[[], None]]:
    """Have the server stall in the commit of the second case, as a slow disk or standby does, until the gate is opened."""
    _run(store, LATE_COMMIT)
    with psycopg.connect(address_of(begun).url, autocommit=True) as keeper:
        keeper.execute("SELECT pg_advisory_lock(%s)", [GATE])
        yield lambda: keeper.execute("SELECT pg_advisory_unlock(%s)", [GATE]).close()
    _run(store, NO_LATE_COMMIT)


def _run(store: Store, script: str) -> None:
    with store.unit() as unit:
        unit.connection.exec_driver_sql(script)
        unit.commit()


def cut(unit: SqlUnitOfWork) -> None:
    """Cut the line to the server under a unit of work, as a router does."""
    driver = unit.connection.connection.driver_connection
    assert isinstance(driver, StoreConnection)
    with socket.socket(fileno=driver.fileno()) as line:
        line.shutdown(socket.SHUT_RDWR)
        line.detach()


def cut_soon(unit: SqlUnitOfWork) -> None:
    """Cut it while it waits for its commit."""
    time.sleep(0.3)
    cut(unit)


class Follower:
    """Reads what came after the last row it saw, again and again, as index, log and standing queries do."""

    def __init__(self, store: Store) -> None:
        self.seen: list[int] = []
        self._store = store
        self._stop = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while True:
            is_last = self._stop.is_set()
            with self._store.view() as view:
                last = self.seen[-1] if self.seen else 0
                self.seen.extend(row.sequence for row in view.trail.rows(last, 99))
            if is_last:
                return


def test_commit_that_outlives_its_line_is_seen_before_the_next_one_and_by_every_follower(
    store: Store, gate: Callable[[], None]
) -> None:
    commit(store, open_a_case)
    with Follower(store) as follower, ThreadPoolExecutor(1) as threads:
        with pytest.raises(Unavailable) as raised, store.unit() as unit:  # noqa: PT012 - the cut comes while it waits
            open_a_case(unit)
            cutting = threads.submit(cut_soon, unit)
            unit.commit()
        cutting.result(10)
        # Whether it is kept nobody here can know; the server goes on with it.
        assert not raised.value.retry_is_safe
        # It asks for nothing but the trail's end: no row that the late one changed makes it wait.
        next_one = threads.submit(commit, store, lambda unit: append(unit, 1, "the next one"))
        time.sleep(0.3)
        assert not next_one.done()
        assert follower.seen == [1]
        gate()
        next_one.result(10)
    assert follower.seen == [1, 2, 3]
    with store.view() as view:
        assert [row.act.subject for row in view.trail.rows(0, 9)] == ["2031/000001", "2031/000002", "the next one"]


def test_second_process_begins_only_when_the_first_one_s_last_commit_has_ended(store: Store, begun: Folder) -> None:
    """Two writers of one database, one of which stalls before its commit: the other waits, and then goes on after it."""
    with (
        closing(PostgresEngine(address_of(begun))) as other,
        Follower(store) as follower,
        ThreadPoolExecutor(1) as threads,
    ):
        with store.unit() as unit:
            open_a_case(unit)
            numbering = threads.submit(_next_number, other)
            time.sleep(0.3)
            assert not numbering.done()
            unit.commit()
        time.sleep(0.2)
        assert not numbering.done(), "the session holds the right to write, and not the transaction alone"
        store.engine.writer.dispose()
        assert numbering.result(10) == 2
    assert follower.seen == [1]


def _next_number(engine: PostgresEngine) -> int:
    with engine.writer.connect() as connection:
        return int(connection.execute(sa.select(trail_frontier.c.size)).scalar_one()) + 1


def test_two_stores_on_one_database_are_told_of_each_other(
    opener: Opener, begun: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the folder on another machine names the same database; the folder's lock is not there to see."""
    store = opener()
    commit(store, open_a_case)
    copy = Folder(tmp_path_factory.mktemp("copied") / "node")
    copy.create()
    copy.address_file.write_bytes(begun.address_file.read_bytes())
    copy.address_file.chmod(0o600)
    monkeypatch.setattr(postgres_session, "LOCK_SECONDS_MAX", 1)
    with pytest.raises(Unavailable, match="held by another process") as raised:
        Store.open(copy)
    assert raised.value.retry_is_safe
    commit(store, open_a_case)
    store.close()
    with Store.open(copy) as moved:
        assert cases_held(moved) == ["2031/000002", "2031/000001"]


def test_sequence_that_is_taken_is_refused_by_the_database_itself(store: Store) -> None:
    """Were the lock of no effect, as through a pooler that mixes sessions, the key of the trail would still refuse."""
    commit(store, open_a_case)
    with pytest.raises(Exception, match="does not fit") as raised, store.unit() as unit:
        unit.connection.execute(sa.insert(trail).from_select(trail.columns.keys(), sa.select(trail)))
    said = str(raised.value)
    assert "pk_trail" in said
    # The server's details name the row's values, which a reader of the error may not know.
    assert "Key (" not in said
