"""The tables of the gate: disclosure classes by number, leaves, and the governance version.

A class never changes and is never removed, so those of committed units stay in one memory shared by all units
(`ClassMemory`); what a unit adds joins it after its commit, and is forgotten with a unit that is undone.
Source: docs/rules/disclosure.md; disclosure.ports.ClassStore.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from threading import Lock

import sqlalchemy as sa

from entente.disclosure.model import DisclosureClass, Leave
from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement
from entente.storage.bodies import GOVERNANCE
from entente.storage.rows import (
    add_to_counter,
    json_text,
    read_counter,
    read_one,
    remembered,
    replace_row,
    statement_of,
    text_of,
    value_of,
)
from entente.storage.schema import disclosure_class, leave

_LAST = sa.select(sa.func.max(disclosure_class.c.number).label("last"))
_AFTER = (
    sa.select(disclosure_class.c.number, disclosure_class.c.document)
    .where(disclosure_class.c.number > sa.bindparam("after"))
    .order_by(disclosure_class.c.number)
)
_LEAVES = leave


class ClassMemory:
    """The committed classes, 1 to n without a gap. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_number: dict[int, DisclosureClass] = {}
        self._numbers: dict[DisclosureClass, int] = {}

    def __len__(self) -> int:
        return len(self._by_number)

    def number_of(self, cls: DisclosureClass) -> int | None:
        """Return the number of a committed class."""
        return self._numbers.get(cls)

    def get(self, number: int) -> DisclosureClass | None:
        """Return a committed class."""
        return self._by_number.get(number)

    def first(self, count: int) -> dict[int, DisclosureClass]:
        """Return the classes 1 to `count`."""
        with self._lock:
            return {number: self._by_number[number] for number in range(1, count + 1)}

    def learn(self, classes: Mapping[int, DisclosureClass]) -> None:
        """Take in committed classes that follow those it has; known ones are passed over."""
        with self._lock:
            for number, cls in sorted(classes.items()):
                if number == len(self._by_number) + 1:
                    self._by_number[number] = cls
                    self._numbers[cls] = number


class ClassTables:
    """The ClassStore of one transaction."""

    def __init__(
        self, connection: sa.Connection, memory: ClassMemory, earlier: Mapping[int, DisclosureClass] | None = None
    ) -> None:
        """Serve one transaction, in which units before this one may have added classes that are not committed yet."""
        self._connection = connection
        self._memory = memory
        self._added: dict[int, DisclosureClass] = dict(earlier or {})
        self._added_numbers: dict[DisclosureClass, int] = {cls: number for number, cls in self._added.items()}
        self._count: int | None = None

    def number_of(self, cls: DisclosureClass) -> int:
        """Return the number of a class, giving it the next one when it is new."""
        self._load()
        number = self._memory.number_of(cls) or self._added_numbers.get(cls)
        return self._add(cls) if number is None else number

    def classes(self) -> Mapping[int, DisclosureClass]:
        """Return every class by number."""
        count = self._load()
        return {**self._memory.first(count - len(self._added)), **self._added}

    def class_count(self) -> int:
        """Return how many classes there are; it only grows."""
        return self._load()

    def governance_version(self) -> int:
        """Return the number of changes so far to what the gate depends on."""
        return read_counter(self._connection, GOVERNANCE)

    def leaves(self) -> tuple[Leave, ...]:
        """Return every leave, oldest first."""
        rows = self._connection.execute(sa.select(leave.c.document).order_by(leave.c.since, leave.c.id, leave.c.source))
        return tuple(remembered(Leave, row.document) for row in rows)

    def leave_statement(self, source: BodyId, leave: str) -> Statement | None:
        """Return the source's statement of a leave."""
        wanted = sa.select(_LEAVES.c.statement).where(_LEAVES.c.source == source, _LEAVES.c.id == leave)
        row = self._connection.execute(wanted).first()
        return None if row is None else statement_of(row.statement)

    def put_leave(self, leave: Leave, statement: Statement) -> None:
        """Keep a leave with its statement; the same id replaces an earlier one of the same source."""
        values = {
            "since": leave.since,
            "document": text_of(leave),
            "statement": json_text(statement.to_json()),
        }
        replace_row(self._connection, _LEAVES, {"source": leave.source, "id": leave.id}, values)
        add_to_counter(self._connection, GOVERNANCE)

    def by_number(self, number: int) -> DisclosureClass:
        """Return one class that a stored record refers to."""
        self._load()
        found = self._memory.get(number) or self._added.get(number)
        assert found is not None, f"class {number} is referred to and not kept"
        return found

    @property
    def added(self) -> dict[int, DisclosureClass]:
        """The classes that this transaction added; the unit of work hands them to the memory once they are durable."""
        return self._added

    def _load(self) -> int:
        # What the memory lacks was committed before this unit began: a unit that is undone never hands anything over.
        if self._count is None:
            self._count = read_one(self._connection, _LAST).last or 0
            known = len(self._memory)
            if known < self._count:
                rows = self._connection.execute(_AFTER, {"after": known})
                committed = {row.number: row.document for row in rows if row.number not in self._added}
                self._memory.learn({number: value_of(DisclosureClass, text) for number, text in committed.items()})
        return self._count

    def _add(self, cls: DisclosureClass) -> int:
        number = self._load() + 1
        document = text_of(cls)
        digest = hashlib.sha256(document.encode("utf-8")).digest()
        values = {"number": number, "digest": digest, "document": document}
        self._connection.execute(sa.insert(disclosure_class), values)
        self._added[number] = cls
        self._added_numbers[cls] = number
        self._count = number
        return number
