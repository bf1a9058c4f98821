"""The table of exact keys: which records have this document number or plate, among a hundred million, in two microseconds.

One file of 12 bytes a row at most, mapped by any number of processes (`array_file`). A row is a key, a record and the disclosure
class of the fact that says so; several rows may share a key. Kept of a key is its hash under the table's salt (`siphash`), whose
first bits are its place in a table of beginnings and need not be written:

| part | of each | bytes |
|---|---|---|
| beginnings: where the rows of one beginning of the hash start | 4 to 8 rows | 4 |
| middles: the next 32 bits of the hash | row | 4 |
| records | row | 4 |
| classes, by their place in the list of classes | row | 2 |
| ends: the last 8 bits of the hash | row | 1 |

All parts are one array of u32, because a compiled function is handed each array at a tenth of a microsecond. Rows are sorted by
hash, then record. Two keys that were never one are taken for each other once in 10^11 searches; the service judges each
candidate on the store's facts, so that costs a look and no wrong answer.

The table is written once and never changed. Searching compiles its loops when first used, so that only processes that search
import this module (DESIGN section 9).

Source: docs/rules/identity.md I5, I12 and I17; decisions/0046.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np

from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import SALT_BYTES
from entente.search.array_file import Array, other_format, read_arrays, write_arrays
from entente.search.compiling import compiled
from entente.search.siphash import SECRET_BYTES, secret_words, siphash

FORMAT: Final = 1
FILE: Final = "exact_keys.arrays"
ROWS_MAX: Final = 2**32 - 1
"""A place in the table is 32 bits; so is the number of a record."""
CLASSES_MAX: Final = 2**16
"""Disclosure classes of one table; a node has thousands."""
FOUND_MAX: Final = 1_000
"""Records of one key that are returned unless asked otherwise. More than that share a key that identifies nobody (I5)."""
ROWS_A_BEGINNING: Final = 8
BEGINNING_BITS_MAX: Final = 24
"""With the 40 bits of a row the whole hash; its table then takes 67 MB, of a hundred million rows 0.7 bytes each."""
ROW_BITS: Final = 40
HEAD: Final = 2
"""Words before the beginnings: how many bits a beginning has, and how many rows there are."""
FEW: Final = 16
"""So many rows are looked through one by one; of more, the half is taken that holds the hash."""
SLICE: Final = 65_536
"""Rows that are read and hashed at once."""
PROBE: Final = b"entente exact keys"
"""Its hash stands in the file and says whether a salt is the table's."""
REMEMBERED_VIEWS: Final = 32
"""Sets of classes, one for each right and purpose in use."""
NUL, NO_UTF_8 = 0, 255
"""Bytes between keys: the first is quicker, the second is in no text whatever."""

Row = tuple[str, int, int]
"""Key, number of its record, number of the disclosure class of the fact."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundMany:
    """The records of many keys."""

    begins: Array
    """i64[keys + 1]: where the records of each key begin."""
    records: Array
    """u32: those of one key by number, each once."""

    def of(self, place: int) -> tuple[int, ...]:
        """Return the records of the key at a place, by number."""
        return tuple(self.records[self.begins[place] : self.begins[place + 1]].tolist())


class ExactKeys:
    """Keys of many records, mapped from one file. Safe from several threads."""

    def __init__(self, table: Array, classes: Array, secret: Array, file_bytes: int) -> None:
        self._table = table
        self._classes = {number: place for place, number in enumerate(classes.tolist())}
        self._secret = secret
        self._views: dict[frozenset[int] | None, Array] = {}
        self.size = int(table[1])
        """How many rows it holds."""
        self.bytes = file_bytes
        """Length of its file."""

    @classmethod
    def build(
        cls, rows: Iterable[Row], folder: Path | str, salt: bytes, progress: Callable[[int], None] | None = None
    ) -> Self:
        """Write a table of rows, in any order, into a folder, in the place of one that stands there, and open it.

        `salt` is SALT_BYTES unpredictable bytes; whoever has them and the file can try keys, so they lie apart from copies of
        it. `progress` is told how many rows were read, every SLICE. Needs 46 bytes of memory a row. Raises Invalid for a
        record's number outside 0 to ROWS_MAX, for more rows than ROWS_MAX or more classes than CLASSES_MAX, and Unavailable
        when the disk does not take the file.
        """
        secret, place = _secret(salt), Path(folder)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        hashes, records, codes, classes = _read(rows, secret, progress)
        about = {"of": "exact keys", "format": FORMAT, "probe": _probe(secret)}
        write_arrays(place / FILE, about, {"table": _table(hashes, records, codes), "classes": classes})
        return cls.open(place, salt)

    @classmethod
    def open(cls, folder: Path | str, salt: bytes) -> Self:
        """Map the table of a folder; raise Unavailable when it is missing, damaged, of another version or another salt.

        What is read is where each part begins and ends, and not every row: that takes no longer for a hundred million. A row
        that the disk changed later finds another record or none; nothing outside the table is ever read.
        """
        file = read_arrays(Path(folder) / FILE)
        secret = _secret(salt)
        if (file.about.get("of"), file.about.get("format")) != ("exact keys", FORMAT):
            raise other_format()
        table, classes = file.arrays.get("table"), file.arrays.get("classes")
        if table is None or classes is None or not _is_whole(table, classes):
            raise _unusable("Its parts are not as long as its head says: it is damaged.")
        if file.about.get("probe") != _probe(secret):
            raise _unusable("It was built with another salt than the one that is used now.")
        return cls(table, classes, secret, file.bytes)

    def find(
        self, keys: Sequence[str], allowed: frozenset[int] | None = None, limit: int = FOUND_MAX
    ) -> tuple[int, ...]:
        """Return the records with at least one of the keys in a fact of an allowed class, by number, `limit` at most.

        `allowed` are the numbers of the disclosure classes that may be looked at, all where it is left out.
        """
        if len(keys) == 1:
            key = keys[0].encode("utf-8", "surrogatepass")
            count, record = _one(key, self._secret, self._table, self._shown(allowed))
            if count < 2:  # noqa: PLR2004 - none or one
                return (record,) * min(count, limit)
        found = self.find_many(keys, allowed, limit).records
        return tuple(np.unique(found)[:limit].tolist())

    def find_many(
        self, keys: Sequence[str], allowed: frozenset[int] | None = None, limit: int = FOUND_MAX
    ) -> FoundMany:
        """Return the records of each key in facts of allowed classes, at most `limit` of each."""
        begins, records = np.zeros(len(keys) + 1, np.int64), np.empty(len(keys), np.uint32)
        if not keys:
            return FoundMany(begins, records)
        joined, between = _joined(keys)
        hashes, shown = np.empty(len(keys), np.uint64), self._shown(allowed)
        _hash(joined, between, self._secret, hashes)
        total = _many(hashes, self._table, shown, limit, begins, records)
        if total > records.size:
            # Rare: a key has several records.
            records = np.empty(total, np.uint32)
            _many(hashes, self._table, shown, limit, begins, records)
        return FoundMany(begins, records[:total])

    def _shown(self, allowed: frozenset[int] | None) -> Array:
        shown = self._views.get(allowed)
        if shown is None:
            # Of full length, so that a damaged row cannot look beyond it.
            shown = np.full(CLASSES_MAX, allowed is None, np.bool_)
            if allowed is not None:
                shown[[self._classes[number] for number in allowed & self._classes.keys()]] = True
            if len(self._views) >= REMEMBERED_VIEWS:
                self._views.clear()
            self._views[allowed] = shown
        return shown


# The hash of a key


def _secret(salt: bytes) -> Array:
    assert len(salt) == SALT_BYTES == SECRET_BYTES, "a salt is SALT_BYTES long"
    return secret_words(salt)


def _probe(secret: Array) -> str:
    return f"{int(siphash(PROBE, 0, len(PROBE), secret)):016x}"


def _joined(keys: Sequence[str]) -> tuple[bytes, int]:
    """Return the bytes of keys one after the other, and the byte that stands between them and in none."""
    text = "\0".join(keys)
    if text.count("\0") == len(keys) - 1:
        return text.encode("utf-8", "surrogatepass"), NUL
    return bytes([NO_UTF_8]).join([key.encode("utf-8", "surrogatepass") for key in keys]), NO_UTF_8


@compiled
def _hash(joined: bytes, between: int, secret: Array, hashes: Array) -> None:
    begin, count, end = 0, 0, len(joined)
    for at in range(end + 1):
        if at == end or joined[at] == between:
            hashes[count] = siphash(joined, begin, at, secret)
            count += 1
            begin = at + 1


# Searching


class _Parts(NamedTuple):
    """A table's measures, and where each part begins, in words."""

    bits: int
    rows: int
    middles: int
    records: int
    classes: int
    ends: int
    end: int


@compiled
def _parts(bits: int, rows: int) -> _Parts:
    middles = HEAD + (1 << bits) + 1
    classes = middles + 2 * rows
    ends = classes + (rows + 1) // 2
    return _Parts(bits, rows, middles, middles + rows, classes, ends, ends + (rows + 3) // 4)


@compiled
def _parts_of(table: Array) -> _Parts:
    return _parts(_word(table, 0), _word(table, 1))


@compiled
def _word(table: Array, place: int) -> int:
    # Signed, because a compiled sum of a signed and an unsigned number is a fraction.
    return int(np.int64(table[place]))


@compiled
def _one(key: bytes, secret: Array, table: Array, shown: Array) -> tuple[int, int]:
    """Return how many records a key has, 2 for more, and the first."""
    found = siphash(key, 0, len(key), secret)
    parts = _parts_of(table)
    at, end = _beginning(found, table, parts)
    at = _next(found, table, parts, _first(found, table, parts, at, end), end, shown, -1)
    if at >= end:
        return 0, 0
    record = _word(table, parts.records + at)
    return (1 if _next(found, table, parts, at + 1, end, shown, record) >= end else 2), record


@compiled
def _many(hashes: Array, table: Array, shown: Array, limit: int, begins: Array, records: Array) -> int:
    """Write where the records of each hash begin, and the records as far as there is room; return how many there are."""
    parts = _parts_of(table)
    at, end = np.empty(hashes.size, np.int64), np.empty(hashes.size, np.int64)
    # Step by step for all, so that the processor waits for many places of the memory at a time: a third quicker.
    for place in range(hashes.size):
        at[place], end[place] = _beginning(hashes[place], table, parts)
    for place in range(hashes.size):
        at[place] = _first(hashes[place], table, parts, at[place], end[place])
    total = 0
    for place in range(hashes.size):
        record, most = -1, total + limit
        row = _next(hashes[place], table, parts, at[place], end[place], shown, record)
        while row < end[place] and total < most:
            record = _word(table, parts.records + row)
            if total < records.size:
                records[total] = record
            total += 1
            row = _next(hashes[place], table, parts, row + 1, end[place], shown, record)
        begins[place + 1] = total
    return total


@compiled
def _beginning(found: np.uint64, table: Array, parts: _Parts) -> tuple[int, int]:
    """Return where the rows start and end that begin like a hash."""
    place = HEAD + int(np.int64(found >> np.uint64(64 - parts.bits)))
    # Of a damaged table nothing else is read.
    return min(_word(table, place), parts.rows), min(_word(table, place + 1), parts.rows)


@compiled
def _first(found: np.uint64, table: Array, parts: _Parts, at: int, end: int) -> int:
    """Return the first of some rows that does not come before a hash."""
    middle = _middle(found, parts.bits)
    while end - at > FEW:
        half = (at + end) >> 1
        if table[parts.middles + half] < middle:
            at = half + 1
        else:
            end = half
    while at < end and table[parts.middles + at] < middle:
        at += 1
    return at


@compiled
def _next(found: np.uint64, table: Array, parts: _Parts, at: int, end: int, shown: Array, last: int) -> int:
    """Return the first row of a hash from `at` on that is shown and of another record than the last; `end` where none is."""
    middle = _middle(found, parts.bits)
    ending = (found >> np.uint64(64 - ROW_BITS - parts.bits)) & np.uint64(0xFF)
    while at < end and table[parts.middles + at] == middle:
        if (
            (table[parts.ends + (at >> 2)] >> np.uint32(8 * (at & 3))) & np.uint32(0xFF) == ending
            and shown[(table[parts.classes + (at >> 1)] >> np.uint32(16 * (at & 1))) & np.uint32(0xFFFF)]
            and _word(table, parts.records + at) != last
        ):
            return at
        at += 1
    return end


@compiled
def _middle(found: np.uint64, bits: int) -> np.uint32:
    return np.uint32((found >> np.uint64(32 - bits)) & np.uint64(0xFFFFFFFF))


def _is_whole(table: Array, classes: Array) -> bool:
    if table.dtype != np.uint32 or classes.dtype != np.uint32 or table.size < HEAD or classes.size > CLASSES_MAX:
        return False
    bits, rows = int(table[0]), int(table[1])
    if not 1 <= bits <= BEGINNING_BITS_MAX:
        return False
    parts = _parts(bits, rows)
    return table.size == parts.end and table[HEAD] == 0 and table[parts.middles - 1] == rows


def _unusable(why: str) -> Unavailable:
    return Unavailable(
        "The table of exact keys could not be opened.",
        why=why,
        do="Build it again from the records; nothing but time is lost.",
        retry_is_safe=False,
    )


# Building


def _read(
    rows: Iterable[Row], secret: Array, progress: Callable[[int], None] | None
) -> tuple[Array, Array, Array, Array]:
    """Return the hashes, records and places of classes of rows as they come, and the list of classes."""
    hashes, records, places = array("Q"), array("I"), array("H")
    known: dict[int, int] = {}
    for slice_ in _slices(rows):
        keys, numbers, classes = zip(*slice_, strict=True)
        joined, between = _joined(keys)
        hashed = np.empty(len(keys), np.uint64)
        _hash(joined, between, secret, hashed)
        hashes.frombytes(hashed.tobytes())
        records.frombytes(_numbers(numbers, "record", len(records)).tobytes())
        distinct, place = np.unique(_numbers(classes, "class", len(places)), return_inverse=True)
        coded = [known.setdefault(number, len(known)) for number in distinct.tolist()]
        if len(known) > CLASSES_MAX or len(hashes) > ROWS_MAX:
            raise _not_built(f"It has more than {ROWS_MAX:,} rows or {CLASSES_MAX:,} disclosure classes.")
        places.frombytes(np.array(coded, np.uint16)[place].tobytes())
        if progress is not None:
            progress(len(hashes))
    return (
        np.frombuffer(hashes, np.uint64),
        np.frombuffer(records, np.uint32),
        np.frombuffer(places, np.uint16),
        np.fromiter(known, np.uint32, len(known)),
    )


def _slices(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while slice_ := list(islice(remaining, SLICE)):
        yield slice_


def _numbers(given: Sequence[int], what: str, before: int) -> Array:
    try:
        return np.array(given, np.uint32)
    except (OverflowError, ValueError, TypeError) as error:
        raise _not_built(
            f"The {what} of one of the rows {before + 1:,} to {before + len(given):,} is no number from 0 to {ROWS_MAX:,}."
        ) from error


def _not_built(why: str) -> Invalid:
    return Invalid(
        "The table of exact keys was not built.",
        field="rows",
        why=why,
        do="Give each row its key, the number of its record and the number of its class, as the store has them.",
    )


def _table(hashes: Array, records: Array, places: Array) -> Array:
    """Lay out the one array of a table; see the module for its parts."""
    rows = hashes.size
    bits = min(max(1, (rows // ROWS_A_BEGINNING).bit_length()), BEGINNING_BITS_MAX)
    order = _order(hashes, records)
    hashes = hashes[order]
    parts = _parts(bits, rows)
    table = np.zeros(parts.end, np.uint32)
    table[:HEAD] = bits, rows
    first = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    table[HEAD : parts.middles - 1] = np.searchsorted(hashes, first)
    table[parts.middles - 1] = rows
    bytes_of_ends = table[parts.ends :].view(np.uint8)
    halves_of_classes = table[parts.classes : parts.ends].view(np.uint16)
    for begin in range(0, rows, SLICE):
        end = min(begin + SLICE, rows)
        some = hashes[begin:end]
        table[parts.middles + begin : parts.middles + end] = some >> np.uint64(32 - bits) & np.uint64(0xFFFFFFFF)
        bytes_of_ends[begin:end] = some >> np.uint64(64 - ROW_BITS - bits) & np.uint64(0xFF)
        table[parts.records + begin : parts.records + end] = records[order[begin:end]]
        halves_of_classes[begin:end] = places[order[begin:end]]
    return table


def _order(hashes: Array, records: Array) -> Array:
    """Return the order of rows by hash, then record."""
    order = np.argsort(hashes)
    ordered = hashes[order]
    is_like_next = ordered[1:] == ordered[:-1]
    of_several = np.flatnonzero(np.append(is_like_next, False) | np.append(False, is_like_next))
    if of_several.size:
        rows = order[of_several]
        order[of_several] = rows[np.lexsort((records[rows], hashes[rows]))]
    return order
