"""What is particular to PostgreSQL: how its connections are set up, who may write, how a store is written anew.

One session of one process writes, as in SQLite: it takes an advisory lock of the database as it connects and keeps it until it
ends. The server lets go of that lock only when the session's last statement has ended, a commit under way included. So the next
writer, on whatever machine, begins after everything that the earlier one may still have made durable: a change sequence is
never handed out beside another, and none becomes visible after a higher one. Readers see one snapshot each and change nothing.

A password stands in no address: the driver reads it from PGPASSWORD, or a password file, as every program of PostgreSQL does.

Source: PostgreSQL «Explicit Locking» 13.3.5, «Transaction Isolation» 13.2.2;
docs/decisions/0060-postgresql-has-one-writer-too.md.
"""

from __future__ import annotations

import functools
import re
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from entente.kernel.errors import EntenteError, Misconfigured, Unavailable
from entente.storage import postgres_errors
from entente.storage.address import StoreAddress
from entente.storage.crossing import copy_from_server, load_into_server
from entente.storage.engine import EngineCheck
from entente.storage.migrate import bring_forward
from entente.storage.schema import metadata

SERVER_MIN: Final = 15
"""The oldest server this was tested with: that of Debian 12."""
LOCK_SECONDS_MAX: Final = 10
"""How long a new writing session waits for the earlier one to end, and a rewriting for readers of a table."""
CONNECT_SECONDS_MAX: Final = 10
SILENT_SECONDS_MAX: Final = 60
"""After which both sides take a line without any sign of life for cut: idle, then three signs unanswered."""
READERS_MAX: Final = 20
"""Views open at the same time, as with SQLite; a server has a hundred sessions for everybody unless told otherwise."""
READER_WAIT_SECONDS_MAX: Final = 10
PREPARED_MAX: Final = 400
"""Statements that the server keeps ready for a session: more than a node has."""
WRITER_KEY: Final = int.from_bytes(b"entente", "big")
"""The advisory lock of who may write; such locks are the database's own."""

_PLAIN_INSERTION: Final = re.compile(
    r"INSERT INTO ([\w\"]+) \(([\w\", ]+)\) VALUES \((?:%s(?:::[\w ()]+(?: COLLATE \"C\")?)?(?:, )?)+\)"
)
"""As SQLAlchemy writes one that gives nothing back: a place for each column, with its type."""

_owner = sa.Table("store_owner", sa.MetaData(), sa.Column("owner", sa.Text, primary_key=True))
"""Which node's folder the database belongs to. Not among the store's tables: a file in the folder needs no such word."""


_OF_ERASED: Final = EngineCheck(
    is_good=True,
    text="What is erased goes from the database's own files when it is written anew. The server's log, its archive, standby "
    "servers and copies of its files keep it until they are replaced: the guide docs/guides/postgresql.md says how long.",
)


class CountingCursor(psycopg.Cursor[Any]):
    """A cursor that counts for its connection how many rows it changed."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> CountingCursor:  # noqa: ANN401 - as the driver has them
        """Run a statement."""
        super().execute(query, params, **more)
        self._count(query)
        return self

    def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:  # noqa: ANN401 - the same
        """Run a statement for each of several values, without waiting for the answers in between."""
        super().executemany(query, params_seq, **more)
        self._count(query)

    def count_copied(self) -> None:
        """Count what was copied in."""
        assert isinstance(self.connection, StoreConnection), "cursors are made by the store's connections"
        self.connection.total_changes += self.rowcount

    def _count(self, query: object) -> None:
        if isinstance(query, str) and query.startswith(("INSERT", "UPDATE", "DELETE")):
            assert isinstance(self.connection, StoreConnection), "cursors are made by the store's connections"
            self.connection.total_changes += self.rowcount


class StoreConnection(psycopg.Connection[Any]):
    """A connection that says of itself what SQLite's says (storage.engine)."""

    total_changes = 0

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on the server."""
        return self.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}


class PostgresEngine:
    """The Engine of a store in a database. `is_beside`: in another process than the writer's, for reading alone."""

    def __init__(self, address: StoreAddress, *, is_beside: bool = False) -> None:
        self._address = address
        self._given = connection_values(address.url)
        self.reader = _engine(self._reading, pool_size=4, max_overflow=READERS_MAX - 4, timeout=READER_WAIT_SECONDS_MAX)
        self.writer = self.reader if is_beside else _engine(self._writing, pool_size=1, max_overflow=0, timeout=30)

    def name(self) -> str:
        """Return the server's version and where it is."""
        with self.reader.connect() as connection:
            found = _driver(connection).info
            return f"PostgreSQL {_version(found.server_version)} ({found.dbname} at {found.host or 'this machine'})"

    def checks(self) -> tuple[EngineCheck, ...]:
        """Return what an operator should know of the server."""
        with self.reader.connect() as connection:
            return (
                *_checks_of_durability(connection), _check_of_sessions(connection), _check_of_line(connection), _OF_ERASED
            )  # fmt: skip

    def translate(self, error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
        """Say in the tree of errors what an error of the server means."""
        return postgres_errors.translate(error, is_commit=is_commit)

    def prepare(self) -> None:
        """Hold the database, and see that it is this folder's: claim an empty one where the node is being made."""
        with self.writer.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            if not tables:
                if self._address.is_made:
                    raise _nothing_there(self._where(connection))
                _owner.create(connection)
                connection.execute(sa.insert(_owner), {"owner": self._address.owner})
                connection.commit()
                return
            if _owner.name not in tables:
                raise _used_otherwise(self._where(connection))
            if connection.execute(sa.select(_owner.c.owner)).scalar() != self._address.owner:
                raise _anothers(self._where(connection))

    def copy_to(self, copy: Path, advance: Callable[[int], None]) -> None:
        """Write one snapshot of the database into an SQLite file."""
        try:
            with self.reader.connect() as connection:
                copy_from_server(connection, copy, advance)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("COPY", None, error)) from error

    def load(self, file: Path) -> None:
        """Put a whole SQLite store of this code's schema into the empty database, all of it or nothing."""
        bring_forward(self.writer, lambda _: None)
        try:
            with self.writer.begin() as connection:
                load_into_server(file, connection)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("COPY", None, error)) from error

    def store_bytes(self) -> int:
        """Return the size of the database."""
        with self.reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    def empty_log(self) -> bool:
        """Do nothing: the server's log is the server's, and what it holds goes as the server needs the room (decision 0062)."""
        return True

    def compact(self) -> None:
        """Write every table anew, and have the server write back what it holds in memory.

        The files that were left are removed, not overwritten, and the server's log keeps what it said until its files are
        used again (decision 0062). Readers of a table wait while it is written.
        """
        try:
            with _bare(self.writer) as connection:
                _wait_for_readers(connection)
                for table in metadata.sorted_tables:
                    connection.execute(f'VACUUM (FULL, ANALYZE) "{table.name}"'.encode())
                _checkpoint(connection)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("VACUUM", None, error)) from error

    def clear(self) -> None:
        """Remove every table of a store whose making failed. One that belongs to another folder is left alone."""
        with self.writer.connect() as connection:
            if not sa.inspect(connection).has_table(_owner.name):
                return
            if connection.execute(sa.select(_owner.c.owner)).scalar() == self._address.owner:
                metadata.drop_all(connection)
                connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
                _owner.drop(connection)
                connection.commit()

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()

    def _where(self, connection: sa.Connection) -> str:
        found = _driver(connection).info
        return f"{found.dbname} at {found.host or 'this machine'}"

    def _reading(self) -> StoreConnection:
        connection = _connected(self._given, {"default_transaction_read_only": "on"})
        connection.autocommit = False
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection

    def _writing(self) -> StoreConnection:
        """Connect as the one who writes: wait for an earlier session to end, and keep every commit through a loss of power."""
        connection = _connected(self._given, {"lock_timeout": f"{LOCK_SECONDS_MAX}s"})
        try:
            _require_that_it_writes(connection)
            connection.execute("SELECT pg_advisory_lock(%s)", [WRITER_KEY])
            _use_quick_compression(connection)
            # What waits for standby servers waits longer, and is kept as well.
            if connection.execute("SHOW synchronous_commit").fetchone() == ("off",):
                connection.execute("SET synchronous_commit = on")
        except psycopg.errors.LockNotAvailable as error:
            connection.close()
            raise _held() from error
        except BaseException:
            connection.close()
            raise
        connection.autocommit = False
        # There is no other writer, so that nothing can change under a transaction.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return connection


def connection_values(url: str) -> dict[str, Any]:
    """Return an address as the driver takes it; raise Misconfigured for one it cannot read, without showing it."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Misconfigured(
            "The store's address cannot be read.",
            why="It is no address of a PostgreSQL database as its own programs take it.",
            do="Write it like postgresql://entente@db.example/entente?sslmode=verify-full, without a password.",
        ) from error
    return dict(given)


def _connected(given: Mapping[str, Any], settings: Mapping[str, str]) -> StoreConnection:
    """Open a session that is ready for a store; raise in the tree of errors where the server or its database is not fit."""
    quarter = SILENT_SECONDS_MAX // 4
    of_session = {
        "jit": "off", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0",
        "tcp_keepalives_idle": str(quarter), "tcp_keepalives_interval": str(quarter), "tcp_keepalives_count": "3", **settings,
    }  # fmt: skip
    options = " ".join(f"-c {name}={value}" for name, value in of_session.items())
    values: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS_MAX,
        "keepalives_idle": quarter,
        "keepalives_interval": quarter,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENT_SECONDS_MAX * 1000,
        "application_name": "entente",
        **given,
        "client_encoding": "UTF8",
        "options": f"{given.get('options', '')} {options}".strip(),
    }
    try:
        connection = StoreConnection.connect(**values, autocommit=True, cursor_factory=CountingCursor)
    except psycopg.Error as error:
        raise postgres_errors.not_connected(error, given) from error
    connection.prepared_max = PREPARED_MAX
    try:
        _require_fit(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_fit(connection: StoreConnection) -> None:
    found = connection.info
    if found.server_version < SERVER_MIN * 10_000:
        raise Misconfigured(
            f"The server is PostgreSQL {_version(found.server_version)}.",
            why=f"The oldest one that this program was tested with is PostgreSQL {SERVER_MIN}.",
            do=f"Bring the server to PostgreSQL {SERVER_MIN} or later.",
        )
    encoding = found.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Misconfigured(
            f"The database {found.dbname} keeps text as {encoding}.",
            why="Names in every script are kept, so that text is UTF-8.",
            do=f"Make a database anew: CREATE DATABASE {found.dbname} ENCODING 'UTF8' TEMPLATE template0.",
        )


def _use_quick_compression(connection: StoreConnection) -> None:
    """Have long values compressed in a tenth of the time, where the server was built with it."""
    offered = connection.execute(
        "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
    )
    if offered.fetchone() == (True,):
        connection.execute("SET default_toast_compression = lz4")


def _require_that_it_writes(connection: StoreConnection) -> None:
    if connection.info.parameter_status("in_hot_standby") == "on":
        raise _standby()


def _engine(connect: Callable[[], StoreConnection], *, pool_size: int, max_overflow: int, timeout: int) -> sa.Engine:
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=connect,
        paramstyle="format",
        use_native_hstore=False,
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=timeout,
    )

    @sa.event.listens_for(engine, "checkout")
    def _see_that_it_lives(connection: StoreConnection, _record: object, _proxy: object) -> None:
        # A server that was stopped said so, or closed the line; a session at rest is sent nothing else. Asking it would cost a
        # round trip for each act.
        if connection.closed or _has_something_to_read(connection):
            raise sa.exc.InvalidatePoolError

    engine.dialect.do_commit = _commit  # type: ignore[method-assign, assignment] # the methods, bound
    engine.dialect.do_rollback = _roll_back  # type: ignore[method-assign, assignment]
    engine.dialect.do_executemany = _insert_or_do_each  # type: ignore[method-assign, assignment]
    return engine


def _has_something_to_read(connection: StoreConnection) -> bool:
    asked = select.poll()
    asked.register(connection.fileno(), select.POLLIN)
    return bool(asked.poll(0))


def _commit(connection: Any) -> None:  # noqa: ANN401 - the pool's proxy of the driver's connection
    # The server answers a commit of a transaction that failed with success, and keeps nothing.
    if connection.driver_connection.info.transaction_status == TransactionStatus.INERROR:
        raise psycopg.errors.InFailedSqlTransaction("a statement of the transaction failed")
    connection.commit()


def _insert_or_do_each(cursor: CountingCursor, statement: str, each: Sequence[Any], _: object = None) -> None:
    """Do a statement for each of several values. Rows that are only added go the server's quickest way (COPY)."""
    copying = _copying(statement)
    if copying is None:
        cursor.executemany(statement, each)
        return
    with cursor.copy(copying) as copied:
        for row in each:
            copied.write_row(row)
    cursor.count_copied()


@functools.lru_cache(maxsize=64)
def _copying(statement: str) -> bytes | None:
    """Return how the rows of a plain insertion are copied in; None for every other statement."""
    found = _PLAIN_INSERTION.fullmatch(statement)
    return None if found is None else f"COPY {found[1]} ({found[2]}) FROM STDIN".encode()


def _roll_back(connection: Any) -> None:  # noqa: ANN401 - the same
    try:
        connection.rollback()
    except psycopg.OperationalError:
        # With its session the server undid the transaction; the pool sees that the session is closed when it lends it next.
        connection.close()


@contextmanager
def _bare(writer: sa.Engine) -> Iterator[StoreConnection]:
    """Lend the writing connection outside any transaction, for what the server does only there."""
    lent = writer.raw_connection()
    try:
        connection = lent.driver_connection
        assert isinstance(connection, StoreConnection), "the engine is PostgreSQL's"
        connection.autocommit = True
        try:
            yield connection
        finally:
            if not connection.closed:
                connection.autocommit = False
    finally:
        lent.close()


def _wait_for_readers(connection: StoreConnection) -> None:
    """Wait until nobody looks at a state older than the last commit: what is gone since would be written anew for them."""
    older = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_xmin IS NOT NULL AND age(backend_xmin) > 0"
    )
    give_up_at = time.monotonic() + LOCK_SECONDS_MAX
    while connection.execute(older).fetchone() != (0,):
        if time.monotonic() > give_up_at:
            raise Unavailable(
                "The store was not written anew.",
                why=f"For {LOCK_SECONDS_MAX} seconds somebody read an older state of it, a dump of the database perhaps.",
                do="Do it again when that has ended; nothing was changed.",
                retry_is_safe=True,
            )
        time.sleep(0.02)


def _checkpoint(connection: StoreConnection) -> None:
    try:
        connection.execute("CHECKPOINT")
    except psycopg.errors.InsufficientPrivilege:
        # The server does it by itself within minutes; the right to ask for it is pg_checkpoint's.
        return


def _checks_of_durability(connection: sa.Connection) -> Iterator[EngineCheck]:
    for name in ("fsync", "full_page_writes"):
        value = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if value != "on":
            yield EngineCheck(
                is_good=False,
                text=f"The server runs with {name} = {value}: what was said to be kept may be lost with the power. Set it to on.",
            )


def _check_of_sessions(connection: sa.Connection) -> EngineCheck:
    row = connection.exec_driver_sql(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
    ).one()
    most, used = int(row[0]), int(row[1])
    text = f"The server has {used} of {most} sessions in use; a busy node uses up to {READERS_MAX + 1} and two a search process."
    return EngineCheck(is_good=used < most, text=text)


def _check_of_line(connection: sa.Connection) -> EngineCheck:
    found = _driver(connection).info
    is_here = not found.host or found.host.startswith(("/", "@")) or found.host in {"localhost", "127.0.0.1", "::1"}
    if is_here:
        return EngineCheck(is_good=True, text="The server is on this machine.")
    is_sealed = _driver(connection).pgconn.ssl_in_use
    text = "The line to the server is encrypted." if is_sealed else (
        "The line to the server is not encrypted: records cross it in the clear. Add sslmode=verify-full to the address."
    )  # fmt: skip
    return EngineCheck(is_good=is_sealed, text=text)


def _driver(connection: sa.Connection) -> StoreConnection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, StoreConnection), "the engine is PostgreSQL's"
    return driver


def _version(number: int) -> str:
    return f"{number // 10_000}.{number % 10_000}"


def _held() -> Unavailable:
    return Unavailable(
        "The database is held by another process.",
        why=f"One session writes to a store, and another one has kept the right to for {LOCK_SECONDS_MAX} seconds.",
        do="Stop the other node or command that uses this database, perhaps on another machine, then do it again.",
        retry_is_safe=True,
    )


def _standby() -> Unavailable:
    return Unavailable(
        "The server is a standby that only reads.",
        why="It follows another server, and a node writes with nearly every act.",
        do="Name the server that it follows, or promote this one. Nothing was changed.",
        retry_is_safe=True,
    )


def _nothing_there(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} holds no store.",
        why="This folder's node has one already, and an empty database in its place would be a node without a memory.",
        do="Name the right database in the folder's file store.address, or restore a backup into a new folder.",
    )


def _used_otherwise(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} is used for something else.",
        why="It holds tables and does not say that they are a node's.",
        do="Make a database for the node alone: CREATE DATABASE entente OWNER entente ENCODING 'UTF8' TEMPLATE template0.",
    )


def _anothers(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} is the store of another node.",
        why="It names another folder than this one, and what one body wrote is never continued by another.",
        do="Name this node's own database in the folder's file store.address, or make a new one for a new node.",
    )
