"""A store of one node in a folder of its own, on each engine: a file, or a database of a server that the tests start."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from entente import __version__
from entente.storage.address import StoreAddress, read_address, write_address
from entente.storage.folder import Folder
from entente.storage.schema import OLDEST_SCHEMA_OF_CODE, SCHEMA, metadata
from entente.storage.store import Hook, Store
from tests.support.postgres_server import Server, programs, running_server

Opener = Callable[..., Store]

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""For tests of what is SQLite's own: its file, its pragmas, its errors."""
ON_POSTGRES = pytest.mark.parametrize("engine_name", ["postgres"], indirect=True)
OWNER = "store:of-the-tests"


def skip_without_programs() -> None:
    """Leave a test out, where a server cannot be started; in continuous integration that is a failure."""
    if programs() is None:
        pytest.skip("there are no programs of a PostgreSQL server: apt install postgresql")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = Folder(tmp_path / "node")
    place.create()
    return place


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a store that was opened for the first time: made once a process, for each test to copy."""
    place = Folder(tmp_path_factory.mktemp("new") / "node")
    place.create()
    Store.open(place).close()
    return place.database


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start a server, once a process, that loses what it holds with the power."""
    skip_without_programs()
    with running_server() as started:
        yield started


@dataclass(frozen=True, slots=True)
class Lent:
    """The database of a store, emptied after each test: that takes 20 ms, and making one anew half a second."""

    server: Server
    name: str
    url: str

    def give(self, folder: Folder) -> None:
        """Make it a folder's store."""
        write_address(folder.address_file, StoreAddress(self.url, OWNER, is_made=True))

    def empty(self) -> None:
        """Leave it as a store is that was opened for the first time, whatever a test did with its rows."""
        written = {"id": 1, "schema": SCHEMA, "oldest_code": OLDEST_SCHEMA_OF_CODE, "written_by": __version__}
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            with connection.transaction(), connection.pipeline():
                for table in reversed(metadata.sorted_tables):
                    connection.execute(f'DELETE FROM "{table.name}"'.encode())  # noqa: S608 - names of ours
                    if (numbered := table.autoincrement_column) is not None:
                        connection.execute(
                            "SELECT setval(pg_get_serial_sequence(%s, %s), 1, false)", [table.name, numbered.name]
                        )
                connection.execute(
                    "INSERT INTO store_version VALUES (%(id)s, %(schema)s, %(oldest_code)s, %(written_by)s)", written
                )


@pytest.fixture(scope="session")
def lent(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Lent:
    place = Folder(tmp_path_factory.mktemp("new") / "node")
    place.create()
    name = server.new_database()
    write_address(place.address_file, StoreAddress(server.url(name), OWNER, is_made=False))
    Store.open(place).close()
    return Lent(server, name, server.url(name))


@pytest.fixture(params=["sqlite", "postgres"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Return the engine that a test's store is on; a test that says nothing else runs on both."""
    return str(request.param)


@pytest.fixture
def begun(folder: Folder, engine_name: str, request: pytest.FixtureRequest) -> Iterator[Folder]:
    """Return a folder whose store was opened for the first time."""
    if engine_name == "sqlite":
        shutil.copy(request.getfixturevalue("new_store"), folder.database)
        yield folder
        return
    lent: Lent = request.getfixturevalue("lent")
    lent.give(folder)
    yield folder
    lent.empty()


@pytest.fixture
def opener(begun: Folder) -> Iterator[Opener]:
    """Open the store of the folder, again as often as asked; whatever is open at the end is closed."""
    opened: list[Store] = []

    def open_again(hooks: Sequence[Hook] = ()) -> Store:
        while opened:
            opened.pop().close()
        opened.append(Store.open(begun, hooks))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


def address_of(folder: Folder) -> StoreAddress:
    """Return where the store of a folder is, which is in a database."""
    address = read_address(folder.address_file)
    assert address is not None, "the store is in a database"
    return address


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()
