"""From records to the arrays of an index of names.

Entries are collected in `entry_columns`; here their words are sorted by their letters and all that is searched is made of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from entente.kernel.errors import Invalid
from entente.search.array_file import Array, write_arrays
from entente.search.entry_columns import EntryColumns, begins
from entente.search.letters import encode
from entente.search.matching import Names
from entente.search.rarity import commonness, weight
from entente.search.spelling import build_grams
from entente.search.trie import Words, build_trie

FORMAT: Final = 4
ID_BYTES_MAX: Final = 400
"""A record's id has at most 180 characters (docs/rules/records.md R1); other people's ids may be longer."""
NAMES_MAX: Final = 1_000
"""Of one record; the person with the most names of the public lists has 60."""


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """What an index knows of one record whose facts are all of one disclosure class."""

    id: str
    names: tuple[str, ...]
    birth_date: str = ""
    """`1979-05-04`, `1979-05`, `1979`, or nothing."""
    country: str = ""
    """ISO 3166-1 alpha-2, or nothing."""
    cls: int = 0
    """Number of the disclosure class."""


def as_record(given: Mapping[str, Any]) -> IndexRecord:
    """Read a record from a mapping with the fields of an `IndexRecord`, or `name` for one name."""
    names = given.get("names", given.get("name", ()))
    return IndexRecord(
        str(given.get("id", "")),
        (names,) if isinstance(names, str) else tuple(str(name) for name in names),
        str(given.get("birth_date") or ""),
        str(given.get("country") or ""),
        int(given.get("cls", 0)),
    )


class NamesBuilder:
    """Takes records one by one, and writes the index of them all."""

    def __init__(self) -> None:
        self._columns = EntryColumns()
        self._ids, self._id_lengths = bytearray(), array("H")

    def add(self, record: IndexRecord) -> None:
        """Take one record; raise Invalid for one without an id or with more than can be one record's."""
        if len(record.names) > NAMES_MAX:
            raise self._refusal(record.id)
        number = self.add_record(record.id)
        self.add_entries(number, record.names, record.cls, record.birth_date, record.country)

    def add_record(self, record_id: str) -> int:
        """Take a record of which nothing is known yet and return its number; raise Invalid where it has no id."""
        spelt = record_id.encode()
        if not spelt or len(spelt) > ID_BYTES_MAX:
            raise self._refusal(record_id)
        self._ids += spelt
        self._id_lengths.append(len(spelt))
        return len(self._id_lengths) - 1

    def add_entries(self, record: int, names: Sequence[str], cls: int, birth_date: str = "", country: str = "") -> None:
        """Take names of a record, as they are written, that one disclosure class may see, and what it may see beside them.

        A date of birth of another class than a name's goes with an entry of the class that may see both: the entry of those
        who may see the name alone has none. Each entry counts for itself, and a record as much as its best.
        """
        self._columns.add(record, names, cls, birth_date, country)

    def write(self, path: Path, key: bytes = b"") -> None:
        """Write the index file in one step, all that spells words sealed where a key is given.

        Raises Unavailable when the disk does not take it.
        """
        write_names(
            path, self._columns, np.frombuffer(bytes(self._ids), np.uint8), np.array(self._id_lengths, np.int64), key
        )

    def _refusal(self, record_id: str) -> Invalid:
        return Invalid(
            "A record could not be put into the index.",
            field="records",
            why=f"Record {len(self._id_lengths) + 1} («{record_id[:40]}») has no id, one longer than {ID_BYTES_MAX} bytes, "
            f"or more than {NAMES_MAX} names.",
            do="Give each record an id and its own names.",
        )


def write_names(path: Path, columns: EntryColumns, ids: Array, id_lengths: Array, key: bytes = b"") -> None:
    """Write the index file of entries and of the ids of their records, one after the other, in one step.

    All that spells words is sealed where a key is given. Raises Unavailable when the disk does not take it.
    """
    id_begins = begins(id_lengths).astype(np.uint32 if ids.size < 1 << 32 else np.uint64)
    arrays = {**_arrays(columns), "ids": ids, "id_begins": id_begins}
    write_arrays(path, {"format": FORMAT, "records": int(id_lengths.size)}, arrays, Words._fields, key)


def _arrays(columns: EntryColumns) -> dict[str, Array]:
    spelt = sorted((encode(word), word, number) for word, number in columns.words.items())
    # Words with one beginning longer than what is kept of a word are one.
    is_first = np.array([not place or one[0] != spelt[place - 1][0] for place, one in enumerate(spelt)], np.bool_)
    kept = [spelt[place] for place in np.flatnonzero(is_first).tolist()]
    moved = np.empty(len(spelt), np.int32)
    moved[np.array([number for _, _, number in spelt], np.int64)] = np.cumsum(is_first) - 1
    name_words = moved[np.array(columns.name_words, np.uint32)]
    name_begins = begins(np.array(columns.lengths, np.int64)).astype(np.int32)
    letters = np.frombuffer(b"".join([encoded for encoded, _, _ in kept]), np.uint8)
    word_begins = begins(np.array([len(encoded) for encoded, _, _ in kept], np.int64)).astype(np.int32)
    entry_of = np.repeat(np.arange(name_begins.size - 1, dtype=np.int32), np.diff(name_begins))
    classes = np.array(columns.classes, np.uint32)
    class_count = int(classes.max()) + 1 if classes.size else 1
    pairs = np.unique(name_words.astype(np.int64) * class_count + classes[entry_of])
    words = Words(
        letters, word_begins, *build_trie(letters, word_begins), *build_grams(letters, word_begins),
        np.array([weight(word) for _, word, _ in kept], np.float32),
        np.array([commonness(word) for _, word, _ in kept], np.float32),
    )  # fmt: skip
    names = Names(
        entry_of[np.argsort(name_words, kind="stable")],
        begins(np.bincount(name_words, minlength=len(kept))).astype(np.int32),
        name_words, name_begins, np.array(columns.records, np.int32), classes, np.array(columns.births, np.uint32),
        np.array(columns.countries, np.uint16),
    )  # fmt: skip
    return {
        **words._asdict(),
        **{f"name_{name}": array_ for name, array_ in names._asdict().items()},
        "class_count": np.array([class_count], np.int64),
        "word_class_begins": np.searchsorted(pairs, np.arange(len(kept) + 1) * class_count),
        "word_classes": (pairs % class_count).astype(np.uint32),
    }
