"""What becomes of a unit of work when the server refuses, stops, or loses its power, and of a node that is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from entente.kernel.errors import Conflict, EntenteError, Misconfigured, Unavailable
from entente.storage.address import StoreAddress, write_address
from entente.storage.folder import Folder
from entente.storage.postgres_errors import translate
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage.conftest import ON_POSTGRES, skip_without_programs
from tests.storage.test_failures import cases_held, commit, open_a_case
from tests.support.postgres_server import Server, running_server

pytestmark = pytest.mark.storage


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """Start a server that keeps what it says it kept, for tests that stop it."""
    skip_without_programs()
    with running_server({}) as server:
        yield server


@pytest.fixture
def own_folder(own_server: Server, folder: Folder) -> Iterator[Folder]:
    name = own_server.new_database()
    write_address(folder.address_file, StoreAddress(own_server.url(name), "store:own", is_made=False))
    Store.open(folder).close()
    folder.address_file.unlink()
    write_address(folder.address_file, StoreAddress(own_server.url(name), "store:own", is_made=True))
    yield folder
    own_server.drop(name)


REFUSALS: dict[str, tuple[type[EntenteError], bool | None, str]] = {
    "53100": (Unavailable, True, "disk is full"),
    "53200": (Unavailable, True, "no room"),
    "53300": (Unavailable, True, "no room"),
    "40001": (Unavailable, True, "changed by somebody else"),
    "40P01": (Unavailable, True, "changed by somebody else"),
    "55P03": (Unavailable, True, "locked"),
    "57014": (Unavailable, True, "broken off"),
    "25006": (Unavailable, True, "cannot be written"),
    "XX001": (Unavailable, False, "damaged"),
    "58030": (Unavailable, True, "failed"),
    "42501": (Misconfigured, None, "may not use its database"),
    "23505": (Conflict, None, "does not fit"),
    "22021": (Conflict, None, "cannot keep a value"),
}
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'as the test wants it' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON case_file FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@ON_POSTGRES
@pytest.mark.parametrize("code", REFUSALS)
def test_what_the_server_refuses_is_said_in_the_tree_of_errors_and_nothing_is_kept(store: Store, code: str) -> None:
    kind, retry_is_safe, words = REFUSALS[code]
    with store.unit() as unit:
        unit.connection.exec_driver_sql(REFUSE.format(code=code))
        unit.commit()
    try:
        with pytest.raises(kind, match=words) as raised:
            commit(store, open_a_case)
        assert getattr(raised.value, "retry_is_safe", None) == retry_is_safe
        assert cases_held(store) == []
    finally:
        with store.unit() as unit:
            unit.connection.exec_driver_sql("DROP TRIGGER refuse ON case_file; DROP FUNCTION refuse()")
            unit.commit()
    commit(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]


@ON_POSTGRES
def test_commit_after_a_statement_that_failed_keeps_nothing_and_says_so(store: Store) -> None:
    """The server answers such a commit with success."""

    def fail_and_go_on(unit: SqlUnitOfWork) -> None:
        with pytest.raises(sa.exc.ProgrammingError):
            unit.connection.exec_driver_sql("SELECT * FROM no_such_table")
        unit.connection.commit()

    with pytest.raises(Unavailable) as raised:
        commit(store, open_a_case, fail_and_go_on)
    assert raised.value.retry_is_safe
    assert cases_held(store) == []


@ON_POSTGRES
def test_text_that_no_database_keeps_is_refused_and_the_unit_undone(store: Store) -> None:
    with pytest.raises(Conflict, match="cannot keep a value"):
        commit(store, open_a_case, lambda unit: unit.standing.get("a zero byte \0 in an id"))
    assert cases_held(store) == []


def test_every_refusal_of_the_server_has_words_of_ours() -> None:
    refused = psycopg.errors.FeatureNotSupported("no such feature")
    said = translate(sa.exc.DBAPIError("SELECT 1", {}, refused))
    assert isinstance(said, Unavailable)
    assert "no such feature" in said.why


def test_server_stopped_in_the_middle_of_a_unit_is_said_and_the_node_goes_on_with_the_next(
    own_server: Server, own_folder: Folder
) -> None:
    with Store.open(own_folder) as store:
        commit(store, open_a_case)
        with pytest.raises(Unavailable) as raised:
            commit(store, open_a_case, lambda _: own_server.stop(), lambda unit: unit.trail.flush())
        assert raised.value.retry_is_safe
        for opening in (store.unit, store.view, store.act):
            with pytest.raises(Unavailable) as raised, opening() as unit:
                unit.cases.all(1)
            assert raised.value.retry_is_safe
        own_server.start()
        assert cases_held(store) == ["2031/000001"]
        commit(store, open_a_case)
        own_server.stop("immediate")
        own_server.start()
        # Sessions at rest were cut meanwhile; nobody is told of it.
        assert cases_held(store) == ["2031/000002", "2031/000001"]
        commit(store, open_a_case)
        assert cases_held(store)[0] == "2031/000003"


WORKS = """
    import sys
    from pathlib import Path
    from entente.storage.folder import Folder
    from entente.storage.store import Store
    from tests.storage.test_failures import open_a_case

    store = Store.open(Folder(Path(sys.argv[1])))
    while True:
        with store.unit() as unit:
            number = open_a_case(unit)
            unit.commit()
        print(number, flush=True)
"""


def _working(folder: Folder) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = textwrap.dedent(WORKS)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)], env=environment, stdout=subprocess.PIPE, text=True
    )


def _read_some(working: subprocess.Popen[str], count: int) -> list[str]:
    assert working.stdout is not None
    told = []
    for _ in range(count):
        assert select.select([working.stdout], [], [], 60)[0]
        told.append(working.stdout.readline().strip())
    return told


def test_node_killed_under_load_has_kept_every_act_that_it_was_told_of(own_folder: Folder) -> None:
    for round_ in range(2):
        with _working(own_folder) as working:
            told = _read_some(working, 5 + 3 * round_)
            working.send_signal(signal.SIGKILL)
            assert working.stdout is not None
            told += [line.strip() for line in working.stdout if line.endswith("\n")]
        with Store.open(own_folder) as store:
            held = cases_held(store)
        # Whole acts, without a gap; one more at most than anybody was told of.
        assert held == [f"2031/{number:06}" for number in range(len(held), 0, -1)]
        assert 0 <= len(held) - int(told[-1].partition("/")[2]) <= 1


def test_server_that_loses_its_power_under_load_has_kept_every_act_that_was_told(
    own_server: Server, own_folder: Folder
) -> None:
    with _working(own_folder) as working:
        told = _read_some(working, 10)
        own_server.stop("immediate")
        assert working.stdout is not None
        told += [line.strip() for line in working.stdout if line.endswith("\n")]
        working.wait(60)
    own_server.start()
    with Store.open(own_folder) as store:
        held = cases_held(store)
    assert held == [f"2031/{number:06}" for number in range(len(held), 0, -1)]
    assert 0 <= len(held) - int(told[-1].partition("/")[2]) <= 1


def test_node_waits_for_the_session_of_one_that_was_killed(own_folder: Folder) -> None:
    with _working(own_folder) as working:
        _read_some(working, 1)
        working.send_signal(signal.SIGKILL)
        with Store.open(own_folder) as store:
            commit(store, open_a_case)


def test_folder_names_no_password_and_no_error_shows_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without_programs()
    monkeypatch.setenv("PGPASSWORD", "a wrong word 73")
    folder = Folder(tmp_path / "node")
    folder.create()
    with running_server(
        {"listen_addresses": "127.0.0.1"}, auth="scram-sha-256", password="the right word 41"
    ) as server:
        url = f"postgresql://entente@127.0.0.1:{server.port}/postgres"
        write_address(folder.address_file, StoreAddress(url, "store:own", is_made=False))
        monkeypatch.setenv("PGPASSWORD", "a wrong word 73")
        with pytest.raises(Misconfigured, match="does not let this node into") as raised:
            Store.open(folder)
        assert "wrong word" not in str(raised.value)
        monkeypatch.setenv("PGPASSWORD", "the right word 41")
        Store.open(folder).close()
        assert b"word" not in folder.address_file.read_bytes()
