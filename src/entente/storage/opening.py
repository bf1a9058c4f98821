"""Which engine keeps a folder's store, and making a folder whose store is in a database.

The driver of PostgreSQL is loaded only where a folder names a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import sqlalchemy as sa

from entente.kernel.errors import EntenteError, Misconfigured
from entente.kernel.ids import Ids
from entente.settings import store_address
from entente.storage.address import StoreAddress, read_address, write_address
from entente.storage.engine import Engine
from entente.storage.folder import Folder
from entente.storage.sqlite import SqliteEngine

if TYPE_CHECKING:
    from entente.storage.postgres import PostgresEngine


def engine_of(folder: Folder, *, is_beside: bool = False) -> Engine:
    """Return the engine of a folder's store. `is_beside`: in another process than the writer's, for reading alone.

    Raises Misconfigured where the folder names a database and this installation has no driver for it.
    """
    address = read_address(folder.address_file)
    if address is None:
        return SqliteEngine(folder.database, is_beside=is_beside)
    return _postgres_engine(address, is_beside=is_beside)


@contextmanager
def begun(folder: Folder, url: str, ids: Ids, *, brings_file: bool = False) -> Iterator[Folder]:
    """Lend a folder to make a node in, as Folder.begun does, its store at an address; an empty address is a file in it.

    `brings_file`: a whole store is put in the folder as a file, and goes from there into the database at the end; else it is
    made in the database. That is empty before, and again where the making fails.
    Raises Misconfigured for an address or a database that cannot be used, Unavailable where the server cannot be reached.
    """
    if not url:
        with folder.begun() as place:
            yield place
        return
    address = StoreAddress(store_address(url), ids.new_id("store"), is_made=False)
    with folder.begun() as place, closing(_postgres_engine(address)) as engine:
        try:
            if brings_file:
                _translated(engine, engine.prepare)
                yield place
                _translated(engine, lambda: engine.load(place.database))
                place.database.unlink()
            else:
                write_address(place.address_file, address)
                yield place
                place.address_file.unlink()
        except BaseException:
            # What made the making fail may stand here too: the first error is the one to tell.
            with suppress(EntenteError, sa.exc.DBAPIError):
                engine.clear()
            raise
        write_address(place.address_file, replace(address, is_made=True))


def _translated(engine: Engine, work: Callable[[], None]) -> None:
    try:
        work()
    except sa.exc.DBAPIError as error:
        raise engine.translate(error) from error


def _postgres_engine(address: StoreAddress, *, is_beside: bool = False) -> PostgresEngine:
    try:
        module = import_module("entente.storage.postgres")
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise Misconfigured(
            "This installation has no driver for PostgreSQL.",
            why="The folder's store is in a database, and the driver is an extra that most nodes do without.",
            do="Install it: pip install --require-hashes --only-binary :all: -r requirements/postgres.txt",
        ) from error
    engine: PostgresEngine = module.PostgresEngine(address, is_beside=is_beside)
    return engine
