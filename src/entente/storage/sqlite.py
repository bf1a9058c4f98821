"""What is particular to SQLite: how its connections are set up, when a write begins, what its errors mean.

One connection in one process writes; it alone checkpoints the write-ahead log. That is no matter of taste: every SQLite
from 3.7.0 to 3.51.2 can corrupt the store when two connections write or checkpoint at the same moment. Readers have
connections of their own that refuse every change.

Source: SQLite «Write-Ahead Logging», section 11 (the WAL-reset bug, fixed in 3.51.3); ours, DESIGN section 8.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from entente.kernel.errors import Conflict, EntenteError, Misconfigured, Unavailable
from entente.storage.engine import EngineCheck
from entente.storage.sqlite_connection import FileConnection, mark_late

BUSY_MS_MAX: Final = 5_000
"""How long a write waits for another program's lock on the store; nobody but a backup tool should hold one."""
CHECKPOINT_PAGES: Final = 1_000
"""SQLite's own default: the log is written back about every 4 MB."""
LOG_BYTES_MAX: Final = 64 * 1024 * 1024
"""The log file is cut back to this after a checkpoint, so that one long import does not keep its size for ever."""
WRITER_CACHE_KIB: Final = 32 * 1024
READER_CACHE_KIB: Final = 8 * 1024
"""A node holds at most 150 MB when idle (issue part 1); the writer and a few readers take a third of it."""
COPY_PAGES: Final = 2_000
"""Copied between two reports of progress: about 8 MB."""
COMPACT_BYTES_MAX: Final = 256 * 1024 * 1024
"""A store up to this size is written anew in a few seconds, while writers wait (benchmarks/erasing); a larger one when asked."""
LOG_WAIT_MS_MAX: Final = 50
"""How long emptying the log waits for readers, with the right to write in hand: as long as a slice of an import."""
READERS_MAX: Final = 20
"""Views open at the same time; the exchange, the index and a handful of requests use them for milliseconds."""
READER_WAIT_SECONDS_MAX: Final = 10
"""How long a view waits for one of them."""

_COMMON: Final = ("foreign_keys = ON", f"busy_timeout = {BUSY_MS_MAX}", "mmap_size = 0", "trusted_schema = OFF")
_WRITER: Final = (
    "synchronous = FULL",
    "secure_delete = ON",
    f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"journal_size_limit = {LOG_BYTES_MAX}",
    f"cache_size = -{WRITER_CACHE_KIB}",
)
_READER: Final = ("wal_autocheckpoint = 0", f"cache_size = -{READER_CACHE_KIB}", "query_only = ON")


def writing_engine(database: Path) -> sa.Engine:
    """Return the engine of the one writing connection. Its transactions take the write lock as they begin."""
    engine = sa.create_engine(
        _url(database),
        pool_size=1,
        max_overflow=0,
        poolclass=sa.QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS_MAX / 1000, "factory": FileConnection},
    )
    mark_late(engine)

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        _prepare(connection, (*_COMMON, *_WRITER))
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise _no_wal(database, str(mode))

    # A transaction that first reads and then wants to write can be refused half-way; this one cannot.
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def reading_engine(database: Path, *, is_beside: bool = False) -> sa.Engine:
    """Return the engine of the readers. Each transaction sees one unchanging state of the store and changes nothing.

    `is_beside`: in another process than the writer's. The file is opened so that nothing can be written over the connection.
    """
    engine = sa.create_engine(
        _read_only_url(database) if is_beside else _url(database),
        pool_size=4,
        max_overflow=READERS_MAX - 4,
        pool_timeout=READER_WAIT_SECONDS_MAX,
        poolclass=sa.QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS_MAX / 1000},
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        _prepare(connection, (*_COMMON, *_READER))

    _begin_with(engine, "BEGIN")
    return engine


def copy_database(database: Path, copy: Path, advance: Callable[[int], None]) -> None:
    """Copy a store as of one moment into a new file that needs no log beside it; durable when this returns.

    It reads under a snapshot of its own and holds up no writer; what is committed meanwhile is not in the copy, and waits in the
    log, which grows until the copy is done. `advance` is told how many more bytes are copied; what it raises ends the copy.
    Raises Unavailable when the store cannot be read or the copy cannot be written; nothing of the copy stays then.

    Source: SQLite «Online Backup API»; docs/rules/node.md N6.
    """
    copy.unlink(missing_ok=True)
    try:
        _copy(database, copy, advance)
        descriptor = os.open(copy, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (sqlite3.Error, OSError) as error:
        copy.unlink(missing_ok=True)
        raise _not_copied(error) from error
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _copy(database: Path, copy: Path, advance: Callable[[int], None]) -> None:
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        _prepare(source, (*_COMMON, *_READER))
        # Nobody else reads the copy yet, and it is synced once, whole.
        _prepare(target, ("journal_mode = OFF", "synchronous = OFF"))
        (page_bytes,) = source.execute("PRAGMA page_size").fetchone()
        source.execute("BEGIN")
        # A transaction sees its state from its first read on.
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        done = 0

        def step(_: int, left: int, of: int) -> None:
            nonlocal done
            advance((of - left - done) * page_bytes)
            done = of - left

        source.backup(target, pages=COPY_PAGES, progress=step)
        source.execute("ROLLBACK")
        # The copied pages say that a log stands beside them.
        target.execute("PRAGMA journal_mode = DELETE").fetchone()


def find_damage(database: Path) -> str:
    """Return what the engine finds wrong with a store that nobody has open; empty when nothing is."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            _prepare(connection, _COMMON)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else str(found)


def empty_log(writer: sa.Engine) -> bool:
    """Write the log back into the store and cut the file to nothing; False when a reader still needs it.

    What was deleted is overwritten in the store (`secure_delete`), and stands in the log until then.
    """
    with _bare(writer) as connection:
        connection.execute(f"PRAGMA busy_timeout = {LOG_WAIT_MS_MAX}")
        try:
            (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS_MAX}")
        return not is_busy


def compact(writer: sa.Engine) -> None:
    """Write the whole store anew, without free pages and without what its trees left in the slack of pages.

    Deleting overwrites rows and free pages; but the engine copies keys from page to page as an index grows, and such a copy may
    outlive the key in a part of the page that nothing refers to. Source: SQLite «VACUUM» and «PRAGMA secure_delete».
    """
    try:
        with _bare(writer) as connection:
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise translate(sa.exc.OperationalError("VACUUM", None, error)) from error


def store_bytes(writer: sa.Engine) -> int:
    """Return the size of the store's file, without its log."""
    assert writer.url.database is not None, "the store is a file"
    return Path(writer.url.database).stat().st_size


@contextmanager
def _bare(writer: sa.Engine) -> Iterator[sqlite3.Connection]:
    """Lend the writing connection outside any transaction, for what the engine does only there."""
    lent = writer.raw_connection()
    try:
        connection = lent.driver_connection
        assert isinstance(connection, sqlite3.Connection), "the engine is SQLite's"
        yield connection
    finally:
        lent.close()


def library_version() -> str:
    """Return the version of the SQLite library in use, for the operator's check-up."""
    return sqlite3.sqlite_version


def translate(error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
    """Say in the tree of errors what an error of the engine means. The transaction is undone either way.

    `is_commit`: it came while the changes were being made durable, so that an unknown failure leaves open whether they are.
    """
    cause = error.orig
    whole_code = getattr(cause, "sqlite_errorcode", 0)
    code = whole_code & 0xFF
    # The log's index file is made with a call of its own, whose lack of room has another code.
    if code == sqlite3.SQLITE_FULL or whole_code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return Unavailable(
            "The store could not keep the change: the disk is full.",
            why=f"The engine says «{cause}». Nothing of the change was kept.",
            do="Free space on the disk that holds the node's folder, then do it again; it cannot count twice.",
            retry_is_safe=True,
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Unavailable(
            "The store is locked by another program.",
            why=f"It stayed locked for {BUSY_MS_MAX // 1000} seconds («{cause}»). Nothing of the change was kept.",
            do="End the program that has the store open (a backup or a database tool), then do it again.",
            retry_is_safe=True,
        )
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return Unavailable(
            "The store is damaged.",
            why=f"The engine says «{cause}»: the file does not hold what the node wrote.",
            do="Stop the node, keep a copy of its folder, and restore the last backup.",
            retry_is_safe=False,
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Conflict(
            "The change does not fit what is in the store already.",
            why=f"The engine says «{cause}». Nothing of the change was kept.",
            do="Load it again and see what changed in the meantime, then decide anew.",
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return Unavailable(
            "The store cannot be opened for writing.",
            why=f"The engine says «{cause}».",
            do="Check that the node's folder exists, is on a local disk and belongs to the account that runs the node.",
            retry_is_safe=True,
        )
    return Unavailable(
        "The store failed.",
        why=f"The engine says «{cause}».",
        do="Look first whether the change is there, then check the disk and the node's log before doing it again.",
        retry_is_safe=not is_commit,
    )


class SqliteEngine:
    """The Engine of a store in a file. `is_beside`: in another process than the writer's, for reading alone."""

    def __init__(self, database: Path, *, is_beside: bool = False) -> None:
        self._database = database
        self.reader = reading_engine(database, is_beside=True) if is_beside else reading_engine(database)
        self.writer = self.reader if is_beside else writing_engine(database)

    def name(self) -> str:
        """Return the library and its version."""
        return f"SQLite {library_version()}"

    def checks(self) -> tuple[EngineCheck, ...]:
        """Return nothing: what can be wrong with a file is seen as it is used."""
        return ()

    def while_waiting(self, connection: sa.Connection, step: Callable[[], bool]) -> None:
        """Do nothing: the engine's work is done in this thread."""

    def translate(self, error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
        """Say in the tree of errors what an error of the engine means."""
        return translate(error, is_commit=is_commit)

    def is_refused_change(self, error: sa.exc.DBAPIError) -> bool:
        """Say whether a connection for reading alone was asked to change something."""
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY

    def prepare(self) -> None:
        """Do nothing: the file lies in the folder of the node that it belongs to, and the folder is held."""

    def copy_to(self, copy: Path, advance: Callable[[int], None]) -> None:
        """Copy the file as of one moment."""
        copy_database(self._database, copy, advance)

    def store_bytes(self) -> int:
        """Return the size of the file, without its log."""
        return store_bytes(self.writer)

    def empty_log(self) -> bool:
        """Write the log back and cut it to nothing."""
        return empty_log(self.writer)

    def compact(self) -> None:
        """Write the file anew."""
        compact(self.writer)

    def close(self) -> None:
        """Close the readers first, so that the writer's is the last checkpoint."""
        self.reader.dispose()
        self.writer.dispose()


def _url(database: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(database))


def _read_only_url(database: Path) -> sa.URL:
    # The path as a URI has it: a folder's name may hold any sign.
    return sa.URL.create("sqlite", database=database.absolute().as_uri(), query={"mode": "ro", "uri": "true"})


def _begin_with(engine: sa.Engine, statement: str) -> None:
    """Have the engine begin its transactions with a statement.

    Not by the engine's «begin» event: an engine with one event asks for all of them around each statement, a sixth of its time.
    """

    def begin(connection: Any) -> None:  # noqa: ANN401 - the pool's proxy of the driver's connection
        connection.cursor().execute(statement)

    engine.dialect.do_begin = begin  # type: ignore[method-assign, assignment] # the method, bound


def _prepare(connection: sqlite3.Connection, settings: tuple[str, ...]) -> None:
    # The driver would begin transactions by its own rule; here only `_begin_with` does.
    connection.isolation_level = None
    for setting in settings:
        connection.execute(f"PRAGMA {setting}")


def _not_copied(error: Exception) -> Unavailable:
    return Unavailable(
        "The store was not copied.",
        why=f"The engine says «{error}». Nothing of the copy was kept, and the store is as it was.",
        do="Free space where the copy is to lie, or choose another disk, and do it again.",
        retry_is_safe=True,
    )


def _no_wal(database: Path, mode: str) -> Misconfigured:
    return Misconfigured(
        f"The store {database.name} cannot keep a write-ahead log here.",
        why=f"The engine offers only the journal mode «{mode}», as on a network drive; writes would not be safe.",
        do="Put the node's folder on a local disk.",
    )
