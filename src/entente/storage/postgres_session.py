"""Sessions with a PostgreSQL server: how they are set up, who may write, how they are lent and seen to live.

The writing session takes the advisory lock as it connects (storage.postgres says why) and has it until it ends. Rows that are
only added go in by COPY.

Source: PostgreSQL «Explicit Locking» 13.3.5, «Transaction Isolation» 13.2.2; libpq, «Connection Control Functions».
"""

from __future__ import annotations

import functools
import re
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.string import BytesBinaryDumper

from entente.kernel.errors import Misconfigured, Unavailable
from entente.storage import postgres_errors
from entente.storage.postgres_connection import CountingCursor, StoreConnection

SERVER_MIN: Final = 15
"""The oldest server this was tested with: that of Debian 12."""
LOCK_SECONDS_MAX: Final = 10
"""How long a new writing session waits for the earlier one to end, and a rewriting for readers of a table."""
CONNECT_SECONDS_MAX: Final = 10
SILENT_SECONDS_MAX: Final = 60
"""After which both sides take a line without any sign of life for cut: idle, then three signs unanswered."""
PREPARED_MAX: Final = 400
"""Statements that the server keeps ready for a session: more than a node has."""
COPIED_MIN: Final = 8
"""Rows that are copied in; fewer go as so many statements, for one answer in place of two."""
WRITER_KEY: Final = int.from_bytes(b"entente", "big")
"""The advisory lock of who may write; such locks are the database's own."""


_PLAIN_INSERTION: Final = re.compile(
    r"INSERT INTO ([\w\"]+) \(([\w\", ]+)\) VALUES \(((?:%s(?:::[\w ()]+(?: COLLATE \"C\")?)?(?:, )?)+)\)"
)
"""As SQLAlchemy writes one that gives nothing back: a place for each column, with its type."""
_PLACE: Final = re.compile(r"%s(?:::(\w+))?")
_TYPES: Final = {"VARCHAR": "text", "BIGINT": "int8", "INTEGER": "int4"}
"""The server's types by what SQLAlchemy writes at a place."""
_UNSAID_TYPES: Final = {bytes: "bytea", bool: "bool"}
"""Those of which it writes nothing, by the values."""

LISTED_MIN: Final = 32
"""Values from which a list goes as one: it is read more quickly, and the server need not look at each place of a statement."""
_LONG_LIST: Final = re.compile(r"((?:(?! IN \().)*) IN \(%s(?:, %s){30,}\)((?:(?! IN \().)*)", re.DOTALL)
_BETWEEN: Final = "\x1f"
"""The sign that ASCII has between units: no id holds it (docs/rules/records.md R1)."""


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


def reading_session(given: Mapping[str, Any]) -> StoreConnection:
    """Connect for reading: each transaction sees one snapshot, and the server refuses every change."""
    return _connected(
        given, {"default_transaction_read_only": "on", "default_transaction_isolation": r"repeatable\ read"}
    )


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
    # For bytes the driver has a compiled one; by a column's type it takes another, which is for values in a wrapping.
    connection.adapters.register_dumper(bytes, BytesBinaryDumper)
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
            f"The server is PostgreSQL {version_text(found.server_version)}.",
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


def writing_session(given: Mapping[str, Any]) -> StoreConnection:
    """Connect as the one who writes: wait for an earlier session to end, and keep every commit through a loss of power.

    Raises Unavailable where another session keeps the right to write.
    """
    # There is no other writer, so that nothing can change under a transaction.
    levels = {"default_transaction_isolation": r"read\ committed"}
    connection = _connected(given, {"lock_timeout": f"{LOCK_SECONDS_MAX}s", **levels})
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
    return connection


def _require_that_it_writes(connection: StoreConnection) -> None:
    if connection.info.parameter_status("in_hot_standby") == "on":
        raise _standby()


def engine_over(
    connect: Callable[[], StoreConnection], *, pool_size: int, max_overflow: int, timeout: int
) -> sa.Engine:
    """Return an engine that lends such sessions, as many at a time as `pool_size` and `max_overflow` say.

    Who waits longer than `timeout` seconds for one is told so by SQLAlchemy.
    """
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=connect,
        paramstyle="format",
        use_native_hstore=False,
        hide_parameters=True,
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=timeout,
    )

    @sa.event.listens_for(engine, "checkout")
    def _see_that_it_lives(connection: StoreConnection, _record: object, _proxy: object) -> None:
        # A server that was stopped said so, or closed the line; a session at rest is sent nothing else. Asking it would cost a
        # round trip for each act.
        connection.while_waiting = None
        if connection.closed or _has_something_to_read(connection):
            raise sa.exc.InvalidatePoolError

    engine.dialect.do_begin = _begin  # type: ignore[method-assign, assignment] # the methods, bound
    engine.dialect.do_commit = _commit  # type: ignore[method-assign, assignment]
    engine.dialect.do_rollback = _roll_back  # type: ignore[method-assign, assignment]
    engine.dialect.do_execute = _ask  # type: ignore[method-assign, assignment]
    engine.dialect.do_executemany = _insert_or_do_each  # type: ignore[method-assign, assignment]
    return engine


def _has_something_to_read(connection: StoreConnection) -> bool:
    asked = select.poll()
    asked.register(connection.fileno(), select.POLLIN)
    return bool(asked.poll(0))


def _begin(connection: Any) -> None:  # noqa: ANN401 - the pool's proxy of the driver's connection
    connection.driver_connection.begin()


def _commit(connection: Any) -> None:  # noqa: ANN401 - the same
    # The server answers a commit of a transaction that failed with success, and keeps nothing.
    if connection.driver_connection.info.transaction_status == TransactionStatus.INERROR:
        raise psycopg.errors.InFailedSqlTransaction("a statement of the transaction failed")
    connection.driver_connection.forget_owed()
    connection.commit()


def _ask(cursor: CountingCursor, statement: str, values: Any, _: object = None) -> None:  # noqa: ANN401 - as the dialect has it
    """Run a statement. A long list of texts or numbers goes as one value, of which nobody reads each place for itself."""
    listing = _listing(statement) if len(values) >= LISTED_MIN and isinstance(values, tuple) else None
    if listing is None:
        cursor.execute(statement, values)
        return
    before, after = listing.before, len(values) - listing.after
    # What was filled up to a power of two has its last value many times.
    listed = [*dict.fromkeys(values[before:after])]
    if all(type(one) is int for one in listed):
        text, form = ",".join(map(str, listed)), "int8"
    elif all(type(one) is str for one in listed):
        text, form = _BETWEEN.join(listed), "text"
    else:
        cursor.execute(statement, values)
        return
    if not text or text.count(_BETWEEN) >= len(listed):
        cursor.execute(statement, values)
        return
    cursor.execute(listing.statement_of[form], (*values[:before], text, *values[after:]))


@dataclass(frozen=True, slots=True)
class _Listing:
    """A statement with one long list, as it is written with the list as one text."""

    before: int
    """Values before the list."""
    after: int
    """Values behind it."""
    statement_of: Mapping[str, str]
    """By the type of its values."""


@functools.lru_cache(maxsize=256)
def _listing(statement: str) -> _Listing | None:
    found = _LONG_LIST.fullmatch(statement)
    if found is None:
        return None
    texts = {
        "text": f"{found[1]} = ANY (string_to_array(%s, chr({ord(_BETWEEN)}))){found[2]}",
        "int8": f"{found[1]} = ANY (string_to_array(%s, ',')::int8[]){found[2]}",
    }
    return _Listing(found[1].count("%s"), found[2].count("%s"), texts)


def _insert_or_do_each(cursor: CountingCursor, statement: str, each: Sequence[Any], _: object = None) -> None:
    """Do a statement for each of several values. Rows that are only added go the server's quickest way (COPY)."""
    copying = _copying(statement) if len(each) >= COPIED_MIN else None
    if copying is None:
        cursor.executemany(statement, each)
        return
    types = [known or _type_at(place, each) for place, known in enumerate(copying.types)]
    with cursor.copy(copying.statement) as copied:
        copied.set_types(types)
        for row in each:
            copied.write_row(row)
    cursor.count_copied()


def _type_at(place: int, each: Sequence[Any]) -> str:
    """Return the type of a column by its values; of one without any it does not matter."""
    return next((_UNSAID_TYPES[type(row[place])] for row in each if row[place] is not None), "bytea")


@dataclass(frozen=True, slots=True)
class _Copying:
    """How the rows of a plain insertion are copied in: as the server has values itself, so that it reads no text of them."""

    statement: bytes
    types: tuple[str, ...]
    """Of each column; empty where the statement does not say it."""


@functools.lru_cache(maxsize=64)
def _copying(statement: str) -> _Copying | None:
    """Return how a plain insertion is copied in; None for every other statement."""
    found = _PLAIN_INSERTION.fullmatch(statement)
    if found is None:
        return None
    copied = f"COPY {found[1]} ({found[2]}) FROM STDIN (FORMAT BINARY)".encode()
    return _Copying(copied, tuple(_TYPES[place] if place else "" for place in _PLACE.findall(found[3])))


def _roll_back(connection: Any) -> None:  # noqa: ANN401 - the same
    connection.driver_connection.forget_owed()
    try:
        connection.rollback()
    except psycopg.OperationalError:
        # With its session the server undid the transaction; the pool sees that the session is closed when it lends it next.
        connection.driver_connection.close()


@contextmanager
def bare(writer: sa.Engine) -> Iterator[StoreConnection]:
    """Lend the writing connection outside any transaction, for what the server does only there."""
    lent = writer.raw_connection()
    try:
        connection = lent.driver_connection
        assert isinstance(connection, StoreConnection), "the engine is PostgreSQL's"
        yield connection
    finally:
        lent.close()


def driver_of(connection: sa.Connection) -> StoreConnection:
    """Return the driver's own connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, StoreConnection), "the engine is PostgreSQL's"
    return driver


def version_text(number: int) -> str:
    """Return a server's version as a person writes it."""
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
