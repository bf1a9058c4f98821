"""The entries of an index while it is made: columns of numbers, one item an entry, and each word once.

Names are read as `entries` reads them; each reading of a name is an entry. What one process read another one takes over as it
is (`given`, `take`): the words in the order in which they were met, and the columns, whose words are numbered anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np

from entente.identity.dates import PartialDate, parse_partial
from entente.search.array_file import Array
from entente.search.entries import PIECES_MAX, EntryReader, words_of_piece
from entente.search.matching import HELD_WORDS_MAX
from entente.search.ways import LEADING, SHORT_WORDS_MIN

DAYS_MAX: Final = 100_000
"""Dates that are remembered: all days of 270 years."""
COUNTRIES_MAX: Final = 1_000
"""Countries that are remembered: ISO 3166-1 has 250."""
PIECE_BYTES: Final = 4 * 1024 * 1024
"""Of a column that is given at once."""
PIECE_WORDS: Final = 100_000

Given: TypeAlias = tuple[str, bytes | list[str]]
"""A piece of a column, or of the words, with its name."""


class EntryColumns:
    """Takes entries, and puts them in the order in which an index has them. Used by one thread."""

    def __init__(self) -> None:
        self._reader = EntryReader()
        self._simple: dict[str, int] = {}
        """Piece of a name to the number of its one word, where neither that nor how it is written depends on the rest of it."""
        self._days: dict[str, int] = {"": 0}
        self._codes: dict[str, int] = {"": 0}
        self.words: dict[str, int] = {}
        """Word to its number in the order in which words were met."""
        self.name_words, self.lengths = array("I"), array("B")
        self.records, self.classes = array("I"), array("I")
        self.births, self.countries = array("I"), array("H")

    def add(self, record: int, names: Sequence[str], cls: int, birth_date: str, country: str) -> None:
        """Take names of a record, given by its place, as they are written, that one disclosure class may see."""
        born = self._days.get(birth_date)
        if born is None:
            born = self._day(birth_date)
        code = self._codes.get(country)
        if code is None:
            code = self._code(country)
        for numbers in self._numbered(names):
            self.name_words.extend(numbers)
            self.lengths.append(len(numbers))
            self.records.append(record)
            self.classes.append(cls)
            self.births.append(born)
            self.countries.append(code)

    def _numbered(self, names: Sequence[str]) -> Sequence[Sequence[int]]:
        """Return the entries of names, each once, as the numbers of their words."""
        if len(names) == 1 and (numbers := self._simply(names[0])):
            return (numbers,)
        words = self.words
        read = [entry[:HELD_WORDS_MAX] for name in names for entry in self._reader.entries(name)]
        return [[words.setdefault(word, len(words)) for word in entry] for entry in dict.fromkeys(read)]

    def _simply(self, name: str) -> Sequence[int]:
        """Return the words of a name of one or two that depend on nothing else and have no other way to be written; else none.

        Most names are such: two Latin words, neither of them a particle.
        """
        pieces, known, found = name.split(), self._simple, list[int]()
        if len(pieces) >= SHORT_WORDS_MIN:
            return ()
        for piece in pieces:
            number = known.get(piece)
            if number is None:
                return self._newly(pieces)
            found.append(number)
        return found

    def _newly(self, pieces: Sequence[str]) -> Sequence[int]:
        """Do what `_simply` does where a piece was not met before, and remember it."""
        read: list[str] = []
        for piece in pieces:
            words = words_of_piece(piece)
            if words is None or len(words) != 1 or words[0] in LEADING:
                return ()
            read.append(words[0])
        words_met, known = self.words, self._simple
        found = [words_met.setdefault(word, len(words_met)) for word in read]
        if len(known) < PIECES_MAX:
            known.update(zip(pieces, found, strict=True))
        return found

    def keep(self, places: Array) -> None:
        """Give each record another place, and drop the entries of those that have none (-1), with the words only they had."""
        of_entry = places[np.array(self.records, np.uint32)]
        entries = np.argsort(of_entry, kind="stable")
        entries = entries[np.searchsorted(of_entry[entries], 0) :]
        lengths = np.array(self.lengths)
        words = picked(np.array(self.name_words), lengths, entries)
        is_held = np.zeros(len(self.words), np.bool_)
        is_held[words] = True
        numbers = np.cumsum(is_held) - 1
        self.name_words = array("I", numbers[words].astype(np.uint32).tobytes())
        self.words = {word: int(numbers[place]) for word, place in self.words.items() if is_held[place]}
        self.lengths = array("B", lengths[entries].tobytes())
        self.records = array("I", of_entry[entries].astype(np.uint32).tobytes())
        self.classes, self.births, self.countries = (
            array(column.typecode, np.array(column)[entries].tobytes())
            for column in (self.classes, self.births, self.countries)
        )

    def given(self) -> Iterator[Given]:
        """Yield everything in pieces, for `take` in another process."""
        words = list(self.words)
        for start in range(0, len(words), PIECE_WORDS):
            yield "words", words[start : start + PIECE_WORDS]
        for name, column in self._columns().items():
            data = column.tobytes()
            for start in range(0, len(data), PIECE_BYTES):
                yield name, data[start : start + PIECE_BYTES]

    def take(self, given: Iterable[Given], first: int) -> None:
        """Take over what other columns gave, whose record 0 is at the place `first` here."""
        words: list[str] = []
        taken = {name: bytearray() for name in self._columns()}
        for name, piece in given:
            if isinstance(piece, bytes):
                taken[name] += piece
            else:
                words += piece
        known = self.words
        numbers = np.array([known.setdefault(word, len(known)) for word in words], np.uint32)
        for name, column in self._columns().items():
            values = np.frombuffer(taken[name], column.typecode)
            if name == "name_words":
                values = numbers[values]
            elif name == "records":
                values = values + np.uint32(first)
            column.frombytes(values.tobytes())

    def _columns(self) -> dict[str, array[int]]:
        return {
            "name_words": self.name_words,
            "lengths": self.lengths,
            "records": self.records,
            "classes": self.classes,
            "births": self.births,
            "countries": self.countries,
        }

    def _day(self, birth_date: str) -> int:
        day = packed_date(parse_partial(birth_date))
        if len(self._days) < DAYS_MAX:
            self._days[birth_date] = day
        return day

    def _code(self, country: str) -> int:
        code = country_code(country)
        if len(self._codes) < COUNTRIES_MAX:
            self._codes[country] = code
        return code


def picked(items: Array, lengths: Array, rows: Array) -> Array:
    """Return the items of some rows, in their order, where each row has so many of them."""
    wanted = lengths[rows].astype(np.int64)
    at = begins(lengths.astype(np.int64))[rows]
    found: Array = items[np.repeat(at - begins(wanted)[:-1], wanted) + np.arange(wanted.sum())]
    return found


def begins(lengths: Array) -> Array:
    """Return where each of a row of things begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def packed_date(date: PartialDate | None) -> int:
    """Return a date as yyyymmdd with 0 for what is not known; 0 for no date."""
    return 0 if date is None else date.year * 10_000 + date.month * 100 + date.day


def country_code(country: str) -> int:
    """Return a country of two letters as a number; 0 for none."""
    return int.from_bytes(country.upper().encode("ascii", "ignore")[:2], "big") if len(country) == 2 else 0  # noqa: PLR2004 - ISO 3166-1 alpha-2
