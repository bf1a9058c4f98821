"""The store as a process has it that may not write: it reads beside the writer, and has it append what the trail is to say.

A unit of work reads one unchanging state and takes rows of the trail. At its commit the writer is told them, with the number of
changes that was read before the state was: it appends them if nothing has changed since, and so they stand as if the whole unit
had been done there. Whatever else a unit would change ends it (kernel.elsewhere).

A verb may have several units, and may need the writer after the first. So its rows are told together, once it has ended
(`StoreBeside.together`): what is handed to the writer half-way was told nobody, and is done there from its beginning.

Source: docs/rules/node.md N19; docs/decisions/0079-web-processes-read-and-one-process-writes.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

import sqlalchemy as sa

from entente.kernel.elsewhere import ForTheWriter
from entente.kernel.errors import EntenteError
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, TrailRow
from entente.storage.account_seal import AccountSeal
from entente.storage.changes import Changes
from entente.storage.classes import ClassMemory
from entente.storage.engine import Engine
from entente.storage.folder import Folder
from entente.storage.keys import KeyFiles
from entente.storage.opening import engine_of
from entente.storage.tombstone_file import TombstoneFiles
from entente.storage.trail import TrailTables
from entente.storage.unit_of_work import Shared, SqlUnitOfWork
from entente.storage.write_lock import WriteLock

TellRows: TypeAlias = Callable[[int, Sequence[Act]], None]
"""Has the writer append rows to the trail, as of a number of changes; durable when it returns.

Raises Overtaken when something changed since, and what the writer's own commit raises.
"""


@dataclass(slots=True)
class _Told:
    """What the units of one verb leave for its end."""

    seen: int | None = None
    """The number of changes before the first of them read."""
    acts: list[Act] = field(default_factory=list)


_together: ContextVar[_Told | None] = ContextVar("rows of a verb under way", default=None)


class StoreBeside:
    """Reads a store that another process writes. Ended with its process. Safe from several threads."""

    def __init__(self, folder: Folder, changes: Changes, tell: TellRows) -> None:
        """Open it; raise Misconfigured where the folder holds no keys of a node."""
        engine = engine_of(folder, is_beside=True)
        keys = KeyFiles(folder.keys)
        seal = AccountSeal(keys.account_secret())
        self._shared = Shared(engine, WriteLock(), ClassMemory(), (), keys.tombstone_secret(), seal, changes=changes)
        self._tell = tell

    @property
    def engine(self) -> Engine:
        """What keeps the store."""
        return self._shared.engine

    @property
    def while_held(self) -> list[Callable[[], None]]:
        """Never called: nothing is committed here."""
        return self._shared.while_held

    def changes(self) -> int:
        """Return the writer's number of changes."""
        return self._shared.changes.count

    def unit(self) -> SqlUnitOfWork:
        """Return a unit of work that may add to the trail and change nothing else."""
        return UnitBeside(self._shared, self._tell)

    act = unit

    def view(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads."""
        return SqlUnitOfWork(self._shared, is_view=True)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Have the rows of all units within told as one, at the end, where it ends well or with an error of the tree.

        A refusal is a row too. Where what is within turns out to be the writer's, or was overtaken, nothing is told. Raises as
        TellRows does.
        """
        told = _Told()
        token = _together.set(told)
        try:
            yield
        except EntenteError:
            self._tell_all(told)
            raise
        finally:
            _together.reset(token)
        self._tell_all(told)

    def _tell_all(self, told: _Told) -> None:
        if told.seen is not None:
            self._tell(told.seen, told.acts)

    def sweep_files(self, recover: Callable[[], object], sweep: Callable[[], object]) -> None:
        """Do nothing: records' files are the writer's to erase."""

    def tombstone_files(self) -> TombstoneFiles:
        """Return what reads files of this node's tombstones."""
        with self.view() as view:
            return TombstoneFiles(self._shared.tombstone_secret, view.erasures.key_id())

    def empty_log(self) -> bool:
        """Leave it to the writer."""
        raise ForTheWriter

    def compact(self, *, at_once_bytes_max: int | None = None) -> bool:  # noqa: ARG002 - as the writer's
        """Leave it to the writer."""
        raise ForTheWriter


class UnitBeside(SqlUnitOfWork):
    """Reads one unchanging state, and has the writer append its rows."""

    def __init__(self, shared: Shared, tell: TellRows) -> None:
        super().__init__(shared, is_view=True)
        self._tell = tell
        self._seen = 0
        self._rows: _Rows | None = None

    def __enter__(self) -> Self:
        """Begin to read; the number of changes first, so that what is read holds at least while it is the same."""
        self._seen = self.shared.changes.count
        super().__enter__()
        self._rows = _Rows(self.connection)
        self.trail = self._rows
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the reading; raise ForTheWriter where something else than the trail was to change."""
        if isinstance(error, sa.exc.DBAPIError) and self.shared.engine.is_refused_change(error):
            self._leave()
            raise ForTheWriter from error
        super().__exit__(kind, error, trace)

    def commit(self) -> None:
        """Have the writer append the rows, at once or where the verb ends. Raises as TellRows does, with nothing kept."""
        assert self._rows is not None, "the unit of work is open"
        if self.outbox.pending():
            raise ForTheWriter
        rows = self._rows.acts
        # The state need not be held while another process waits for its disk.
        self._leave()
        told = _together.get()
        if not rows:
            return
        if told is None:
            self._tell(self._seen, rows)
            return
        told.seen = self._seen if told.seen is None else told.seen
        told.acts += rows


class _Rows(TrailTables):
    """The trail as read, and what is to be added to it: numbered and hashed anew where it is written."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self.acts: list[Act] = []

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        """Take a row for the writer."""
        self.acts.append(row.act)
        self._frontier = frontier

    def waiting(self) -> int:
        """Return how many rows wait for the writer."""
        return len(self.acts)

    def flush(self) -> None:
        """Hand the unit to the writer where the trail is read that was added to: here it is not there yet."""
        if self.acts:
            raise ForTheWriter
