"""From records to the arrays of an index of names.

Names are read as `identity.names` reads them; each reading of a name is an entry. Words are kept once, sorted by their letters.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from entente.identity.dates import PartialDate, parse_partial
from entente.kernel.errors import Invalid
from entente.search.array_file import Array, write_arrays
from entente.search.entries import EntryReader
from entente.search.letters import encode
from entente.search.matching import HELD_WORDS_MAX, Names
from entente.search.rarity import commonness, weight
from entente.search.spelling import build_grams
from entente.search.trie import Words, build_trie

FORMAT: Final = 4
ID_BYTES_MAX: Final = 400
"""A record's id has at most 180 characters (docs/rules/records.md R1); other people's ids may be longer."""
NAMES_MAX: Final = 1_000
"""Of one record; the person with the most names of the public lists has 60."""
DAYS_MAX: Final = 100_000
"""Dates that are remembered: all days of 270 years."""
COUNTRIES_MAX: Final = 1_000
"""Countries that are remembered: ISO 3166-1 has 250."""


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
        self._reader = EntryReader()
        self._numbers: dict[str, int] = {}
        """Word to its number in the order in which words were met."""
        self._name_words, self._name_lengths = array("I"), array("B")
        self._records, self._classes = array("I"), array("I")
        self._births, self._countries = array("I"), array("H")
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

    def add_entries(self, record: int, names: Iterable[str], cls: int, birth_date: str = "", country: str = "") -> None:
        """Take names of a record, as they are written, that one disclosure class may see, and what it may see beside them.

        A date of birth of another class than a name's goes with an entry of the class that may see both: the entry of those
        who may see the name alone has none. Each entry counts for itself, and a record as much as its best.
        """
        born, code, numbers = _day(birth_date), country_code(country), self._numbers
        read = [entry for name in names for entry in self._reader.entries(name)]
        for entry in read if len(read) == 1 else dict.fromkeys(read):
            if len(entry) > HELD_WORDS_MAX:
                entry = entry[:HELD_WORDS_MAX]  # noqa: PLW2901 - what is held of it
            self._name_words.extend([numbers.setdefault(word, len(numbers)) for word in entry])
            self._name_lengths.append(len(entry))
            self._records.append(record)
            self._classes.append(cls)
            self._births.append(born)
            self._countries.append(code)

    def keep(self, records: Sequence[int]) -> None:
        """Keep some records alone, in this order, each with its entries; what only others said is gone.

        To be called once, before `write`: what is added later is added to these.
        """
        places = np.full(len(self._id_lengths), -1, np.int64)
        places[records] = np.arange(len(records))
        of_entry = places[np.array(self._records, np.uint32)]
        entries = np.argsort(of_entry, kind="stable")
        entries = entries[np.searchsorted(of_entry[entries], 0) :]
        words = _picked(np.array(self._name_words), np.array(self._name_lengths), entries)
        held, numbers = np.unique(words, return_inverse=True)
        self._name_words = array("I", numbers.astype(np.uint32).tobytes())
        spelt = list(self._numbers)
        self._numbers = {spelt[number]: place for place, number in enumerate(held.tolist())}
        self._name_lengths = array("B", np.array(self._name_lengths)[entries].tobytes())
        self._records = array("I", of_entry[entries].astype(np.uint32).tobytes())
        self._classes, self._births, self._countries = (
            array(column.typecode, np.array(column)[entries].tobytes())
            for column in (self._classes, self._births, self._countries)
        )
        kept = np.array(records, np.int64)
        self._ids = bytearray(_picked(np.frombuffer(self._ids, np.uint8), np.array(self._id_lengths), kept).tobytes())
        self._id_lengths = array("H", np.array(self._id_lengths)[kept].tobytes())

    def write(self, path: Path, key: bytes = b"") -> None:
        """Write the index file in one step, all that spells words sealed where a key is given.

        Raises Unavailable when the disk does not take it.
        """
        about = {"format": FORMAT, "records": len(self._id_lengths)}
        write_arrays(path, about, self._arrays(), Words._fields, key)

    def _refusal(self, record_id: str) -> Invalid:
        return Invalid(
            "A record could not be put into the index.",
            field="records",
            why=f"Record {len(self._id_lengths) + 1} («{record_id[:40]}») has no id, one longer than {ID_BYTES_MAX} bytes, "
            f"or more than {NAMES_MAX} names.",
            do="Give each record an id and its own names.",
        )

    def _arrays(self) -> dict[str, Array]:
        spelt = sorted((encode(word), word, number) for word, number in self._numbers.items())
        # Words with one beginning longer than what is kept of a word are one.
        is_first = np.array([not place or one[0] != spelt[place - 1][0] for place, one in enumerate(spelt)], np.bool_)
        kept = [spelt[place] for place in np.flatnonzero(is_first).tolist()]
        moved = np.empty(len(spelt), np.int32)
        moved[np.array([number for _, _, number in spelt], np.int64)] = np.cumsum(is_first) - 1
        name_words = moved[np.array(self._name_words, np.uint32)]
        name_begins = _begins(np.array(self._name_lengths, np.int64)).astype(np.int32)
        letters = np.frombuffer(b"".join([encoded for encoded, _, _ in kept]), np.uint8)
        begins = _begins(np.array([len(encoded) for encoded, _, _ in kept], np.int64)).astype(np.int32)
        entry_of = np.repeat(np.arange(name_begins.size - 1, dtype=np.int32), np.diff(name_begins))
        classes = np.array(self._classes, np.uint32)
        class_count = int(classes.max()) + 1 if classes.size else 1
        pairs = np.unique(name_words.astype(np.int64) * class_count + classes[entry_of])
        words = Words(
            letters, begins, *build_trie(letters, begins), *build_grams(letters, begins),
            np.array([weight(word) for _, word, _ in kept], np.float32),
            np.array([commonness(word) for _, word, _ in kept], np.float32),
        )  # fmt: skip
        names = Names(
            entry_of[np.argsort(name_words, kind="stable")],
            _begins(np.bincount(name_words, minlength=len(kept))).astype(np.int32),
            name_words, name_begins, np.array(self._records, np.int32), classes, np.array(self._births, np.uint32),
            np.array(self._countries, np.uint16),
        )  # fmt: skip
        return {
            **words._asdict(),
            **{f"name_{name}": array_ for name, array_ in names._asdict().items()},
            "class_count": np.array([class_count], np.int64),
            "word_class_begins": np.searchsorted(pairs, np.arange(len(kept) + 1) * class_count),
            "word_classes": (pairs % class_count).astype(np.uint32),
            "ids": np.frombuffer(bytes(self._ids), np.uint8),
            "id_begins": _begins(np.array(self._id_lengths, np.int64)).astype(
                np.uint32 if len(self._ids) < 1 << 32 else np.uint64
            ),
        }


def _picked(items: Array, lengths: Array, rows: Array) -> Array:
    """Return the items of some rows, in their order, where each row has so many of them."""
    picked = lengths[rows].astype(np.int64)
    begins = _begins(lengths.astype(np.int64))[rows]
    found: Array = items[np.repeat(begins - _begins(picked)[:-1], picked) + np.arange(picked.sum())]
    return found


def _begins(lengths: Array) -> Array:
    """Return where each of a row of things begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


@functools.lru_cache(maxsize=DAYS_MAX)
def _day(date: str) -> int:
    return packed_date(parse_partial(date) if date else None)


def packed_date(date: PartialDate | None) -> int:
    """Return a date as yyyymmdd with 0 for what is not known; 0 for no date."""
    return 0 if date is None else date.year * 10_000 + date.month * 100 + date.day


@functools.lru_cache(maxsize=COUNTRIES_MAX)
def country_code(country: str) -> int:
    """Return a country of two letters as a number; 0 for none."""
    return int.from_bytes(country.upper().encode("ascii", "ignore")[:2], "big") if len(country) == 2 else 0  # noqa: PLR2004 - ISO 3166-1 alpha-2
