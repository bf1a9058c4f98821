"""Which records a reader may list, and how many: by the classes of the allowed set and the erasure date, nothing else.

One row of `record_class` says «this record has a fact of this class, and is held until that day»; withdrawal removes the
record's rows. By the class of a link or a file alone nobody sees a record, so none is listed under it. A page is filled by one of
two plans:

- read on from the given number and keep what is allowed, when a first short stretch shows that the page will soon be full;
- else merge: the first few numbers after it in each allowed class (one query, one index seek a class), then a class whose few
  are used up is read further, until the page is full. The cost is a seek a class plus the page, wherever the allowed records lie.

A count cannot be a sum over classes, since a record with facts of two classes would count twice. `record_count` therefore
counts records by their whole set of classes and their erasure day; the sets are disjoint, so the sum over the sets that meet the
allowed one is exact.

Source: DESIGN section 5, disclosure classes; docs/reference/store.md.
"""

from __future__ import annotations

import functools
import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any, Final

import sqlalchemy as sa

from entente.storage.record_forms import encoded
from entente.storage.rows import PARAMETERS_MAX, among, insert_rows, parts, read, read_among
from entente.storage.schema import disclosure_class, record, record_class, record_count

SHORT_STRETCH: Final = 200
"""Numbers read on at first, about 0.2 ms: a reader who may see half of all finds a page of 50 in it."""
LONG_STRETCH: Final = 2_000
"""Numbers read on when the short stretch shows that these will fill the page: as much work as a merge of ten classes."""
FEW: Final = 3
"""Numbers read of each class at first, all in one query: among many classes each gives few to a page. Of 400 equal ones one in
eight gives one to a page of 50, and one page in eight meets a class that gives three."""
RUN_MIN: Final = 8
"""Numbers read on from a class that gave those few: one that gives more is read in longer and longer runs."""

ClassKey = tuple[str, str]
"""The class numbers of a record as text, smallest first, and its erasure day."""

_STRETCH = (
    sa.select(record_class.c.record_number, record_class.c.class_number)
    .where(
        record_class.c.record_number > sa.bindparam("after"),
        record_class.c.record_number <= sa.bindparam("last"),
        record_class.c.erase_on > sa.bindparam("today"),
    )
    .order_by(record_class.c.record_number)
)
_NEXT = (
    sa.select(record_class.c.record_number)
    .where(
        record_class.c.class_number == sa.bindparam("class_"),
        record_class.c.record_number > sa.bindparam("after"),
        record_class.c.erase_on > sa.bindparam("today"),
    )
    .order_by(record_class.c.record_number)
    .limit(sa.bindparam("most"))
)
_few_of_class = (
    sa.select(record_class.c.record_number)
    .where(
        record_class.c.class_number == disclosure_class.c.number,
        record_class.c.record_number > sa.bindparam("after"),
        record_class.c.erase_on > sa.bindparam("today"),
    )
    .order_by(record_class.c.record_number)
    .limit(FEW)
    .correlate(disclosure_class)
    .subquery("few")
)
_few_as_text = sa.select(
    # An engine's own function takes the comma as a text in the statement, not as a value.
    sa.func.aggregate_strings(
        sa.cast(_few_of_class.c.record_number, sa.Text),
        sa.literal_column("','", sa.Text),  # type: ignore[arg-type]
    )
).scalar_subquery()


@functools.lru_cache
def _firsts_of(count: int) -> sa.Select[Any]:
    few = _few_as_text.correlate(disclosure_class).label("few")
    return sa.select(few, disclosure_class.c.number).where(among(disclosure_class.c.number, count))


_COUNTS = (
    sa.select(record_count.c.class_numbers, sa.func.sum(record_count.c.records).label("records"))
    .where(record_count.c.erase_on > sa.bindparam("today"))
    .group_by(record_count.c.class_numbers)
)
_COUNT_ADD = (
    sa.update(record_count)
    .where(record_count.c.class_numbers == sa.bindparam("numbers_"), record_count.c.erase_on == sa.bindparam("day_"))
    .values(records=record_count.c.records + sa.bindparam("by_"))
)
_LISTED = sa.select(record_class.c.record_number, record_class.c.class_number).where(
    record_class.c.record_number.in_(sa.bindparam("numbers", expanding=True))
)
_ROWS_DELETE = sa.delete(record_class).where(
    record_class.c.class_number == sa.bindparam("class_"), record_class.c.record_number == sa.bindparam("record_")
)


class RecordPages:
    """The lists of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def numbers(self, allowed: frozenset[int], *, today: date, after: int, limit: int) -> tuple[int, ...]:
        """Return the numbers of the next records with a class in the allowed set, ascending, at most `limit`."""
        day = today.isoformat()
        found = self._stretch(allowed, after, after + SHORT_STRETCH, day)
        reached = after + SHORT_STRETCH
        if len(found) < limit <= len(found) * (LONG_STRETCH // SHORT_STRETCH):
            found += self._stretch(allowed, reached, reached + LONG_STRETCH, day)
            reached += LONG_STRETCH
        if len(found) < limit:
            found += islice(self._merged(allowed, reached, day), limit - len(found))
        return tuple(found[:limit])

    def count(self, allowed: frozenset[int], *, today: date) -> int:
        """Count the records with a class in the allowed set; exact."""
        rows = read(self._connection, _COUNTS, {"today": today.isoformat()})
        return sum(int(row.records) for row in rows if not allowed.isdisjoint(_members(row.class_numbers)))

    def listed(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        """Return the classes that records are listed under, those that are on no list left out."""
        found: dict[int, list[int]] = {}
        for part in parts(numbers):
            for row in self._connection.execute(_LISTED, {"numbers": list(part)}):
                found.setdefault(row.record_number, []).append(row.class_number)
        return found

    def enter(self, numbers: Mapping[int, ClassKey]) -> None:
        """List records under their classes."""
        rows = [
            {"class_number": cls, "record_number": number, "erase_on": erase_on}
            for number, (classes, erase_on) in numbers.items()
            for cls in _numbers_of(classes)
        ]
        if rows:
            insert_rows(self._connection, record_class, rows)
        self._add_counts(Counter(numbers.values()))

    def leave(self, numbers: Mapping[int, ClassKey]) -> None:
        """Take records off every list and count; the keys are the ones they were entered with."""
        rows = [
            {"class_": cls, "record_": number}
            for number, (classes, _) in numbers.items()
            for cls in json.loads(classes)
        ]
        if rows:
            self._connection.execute(_ROWS_DELETE, rows)
        self._add_counts({key: -count for key, count in Counter(numbers.values()).items()})

    def _stretch(self, allowed: frozenset[int], after: int, last: int, day: str) -> list[int]:
        """Return the allowed numbers above `after`, up to and with `last`."""
        rows = read(self._connection, _STRETCH, {"after": after, "last": last, "today": day})
        return list(dict.fromkeys(number for number, cls in rows if cls in allowed))

    def _merged(self, allowed: frozenset[int], after: int, day: str) -> Iterator[int]:
        """Give the allowed numbers above `after` one by one, however far apart they are."""
        rows = read_among(self._connection, _firsts_of, sorted(allowed), {"after": after, "today": day})
        runs = [self._run(row.number, _numbers_in(row.few), day) for row in rows if row.few is not None]
        # A record with facts of several allowed classes comes up once for each; it is listed once.
        return (number for number, _ in groupby(heapq.merge(*runs)))

    def _run(self, cls: int, few: list[int], day: str) -> Iterator[int]:
        """Give the numbers of one class from its first few on; it is read further only once the merge has used what it gave."""
        yield from few
        if len(few) < FEW:
            return
        last, most = few[-1], RUN_MIN
        while True:
            values = {"class_": cls, "after": last, "today": day, "most": most}
            numbers = [row.record_number for row in read(self._connection, _NEXT, values)]
            yield from numbers
            if len(numbers) < most:
                return
            last, most = numbers[-1], min(most * 8, PARAMETERS_MAX)

    def _add_counts(self, counts: Mapping[ClassKey, int]) -> None:
        for (classes, erase_on), by in sorted(counts.items()):
            values = {"numbers_": classes, "day_": erase_on, "by_": by}
            if not self._connection.execute(_COUNT_ADD, values).rowcount:
                row = {"class_numbers": classes, "erase_on": erase_on, "records": by}
                self._connection.execute(sa.insert(record_count), row)


@functools.lru_cache(maxsize=8_192)
def _numbers_of(class_numbers: str) -> tuple[int, ...]:
    return tuple(json.loads(class_numbers))


@functools.lru_cache(maxsize=8_192)
def _members(class_numbers: str) -> frozenset[int]:
    return frozenset(json.loads(class_numbers))


def _numbers_in(text: str) -> list[int]:
    # Whichever way an engine went through them.
    return sorted(int(number) for number in text.split(","))


def class_key(class_numbers: Iterable[int], erase_on: str) -> ClassKey:
    """Return the key under which a record is listed and counted."""
    return numbers_text(tuple(sorted(set(class_numbers)))), erase_on


@functools.lru_cache(maxsize=8_192)
def numbers_text(class_numbers: tuple[int, ...]) -> str:
    """Return class numbers as text; the records of an import have the same few."""
    return encoded(class_numbers)


def is_listed(row: Any) -> bool:  # noqa: ANN401 - a row with these columns of `records`
    """Say whether a record is on the lists of its classes, as records.model.StoredRecord.gone_at says it."""
    return row.withdrawn_at is None and row.doubted_at is None and row.ended_at is None


GONE = sa.type_coerce(
    sa.or_(*(column.is_not(None) for column in (record.c.withdrawn_at, record.c.doubted_at, record.c.ended_at))),
    sa.Integer,
).label("gone")
"""The contrary as a column, for whoever reads a million rows: a time costs more to read than all else of a row."""
