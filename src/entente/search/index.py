"""The search index of names: an answer of a few record ids, best first, among millions, in about a millisecond.

One file, mapped into memory by any number of processes (`array_file`). Searching compiles its loops when first used, so that only
processes that search import this module (DESIGN section 9).

A search never looks at entries of disclosure classes that are not allowed, nor do words that only those have move anything.

Source: docs/rules/identity.md I7 to I9, I12 and I22.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from entente.identity.dates import DateAgreement, PartialDate, compare_dates, parse_partial
from entente.identity.model import Query
from entente.identity.score import WEIGHTS
from entente.identity.short_forms import forms_beside
from entente.kernel.errors import Invalid
from entente.search.array_file import ArrayFile, other_format, read_arrays
from entente.search.asking import asked_word
from entente.search.cutting import WAYS_MAX, cuttings, place_of
from entente.search.lattices import NO_LATTICE, latin_chunks
from entente.search.letters import encode
from entente.search.matching import DAYS_A_YEAR, Names, Near, match, match_scratch, shown_words
from entente.search.names_builder import (
    FORMAT,
    IndexRecord,
    NamesBuilder,
    as_record,
    country_code,
    packed_date,
    unpacked_date,
)
from entente.search.near import NEAR_MAX, Asked, near_scratch, near_words
from entente.search.trie import Shown, Words, leading
from entente.search.ways import ASKED_WORDS_MAX, readings

Array = np.ndarray[Any, np.dtype[Any]]

FILE: Final = "names.arrays"
LIMIT_MAX: Final = 1_000
CUT_LETTERS_MIN: Final = 6
"""A shorter word is hardly two written together."""
BESIDE_FIT: Final = 0.75
"""How well the full name fits where a short form was asked for, and the other way round (docs/rules/identity.md I24)."""
REMEMBERED_WORDS: Final = 4_096
"""Asked words whose near words are remembered, about 6 MB."""
REMEMBERED_VIEWS: Final = 32
"""Sets of classes, one for each right and purpose in use; each as many bytes as there are words, 330,000 for 5 M records."""
JUDGED_MAX: Final = 100
"""Of each reading, the records whose names fit best go on, and beside them those of the asked year of birth."""
PROGRESS_RECORDS: Final = 50_000
MISSING_WEIGHT: Final = 8.0
"""What an asked word weighs that nothing in the index is near: about as much as a rare one."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record that might be the one."""

    id: str
    score: float
    """In [0, 1]; the order of the list."""


class Index:
    """Names of many records, mapped from one file. Safe from several threads."""

    def __init__(self, file: ArrayFile) -> None:
        held = file.arrays
        self._words = Words(*(held[name] for name in Words._fields))
        self._names = Names(*(held[f"name_{name}"] for name in Names._fields))
        self._held = held
        self.size = int(held["id_begins"].size - 1)
        """How many records it holds."""
        self.bytes = file.bytes
        """Length of its file."""
        self._left_out_class = int(held["class_count"][0])
        """Above all classes there are: of entries that are left out, and never allowed."""
        self._own = threading.local()
        self._near = functools.lru_cache(maxsize=REMEMBERED_WORDS)(self._near_words)
        self._view = functools.lru_cache(maxsize=REMEMBERED_VIEWS)(self._view_of)

    @classmethod
    def build(
        cls,
        records: Iterable[IndexRecord | Mapping[str, Any]],
        folder: Path | str,
        progress: Callable[[int], None] | None = None,
    ) -> Self:
        """Write an index of records into a folder, in the place of one that stands there, and open it.

        A record is an `IndexRecord` or a mapping with its fields (`id`, `names` or `name`, `birth_date`, `country`).
        `progress` is told how many were read, every PROGRESS_RECORDS. Raises Invalid for a record without an id, and
        Unavailable when the disk does not take the file.
        """
        place = Path(folder)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        builder = NamesBuilder()
        for count, record in enumerate(records, start=1):
            builder.add(record if isinstance(record, IndexRecord) else as_record(record))
            if progress is not None and count % PROGRESS_RECORDS == 0:
                progress(count)
        builder.write(place / FILE)
        return cls.open(place)

    @classmethod
    def open(cls, folder: Path | str, key: bytes = b"") -> Self:
        """Map the index of a folder, with its key where it is sealed.

        Raises Unavailable when it is missing, damaged or of another version.
        """
        file = read_arrays(Path(folder) / FILE, key)
        if file.about.get("format") != FORMAT:
            raise other_format()
        return cls(file)

    def ids(self) -> bytes:
        """Return the ids of all records, one after the other, in the order in which they were put in."""
        return self._held["ids"].tobytes()

    def leave_out(self, records: Array) -> None:
        """Have no later search find these records, given by their places from 0 in the order in which they were put in.

        For whoever keeps newer versions elsewhere. Not while another thread searches.
        """
        if not self._names.classes.flags.writeable:
            self._names = self._names._replace(classes=self._names.classes.copy())
        firsts = np.searchsorted(self._names.records, records, "left").tolist()
        for first, last in zip(firsts, np.searchsorted(self._names.records, records, "right").tolist(), strict=True):
            self._names.classes[first:last] = self._left_out_class

    def search(self, query: Query | str, limit: int = 20, allowed: Sequence[int] | None = None) -> tuple[Found, ...]:
        """Return the records nearest to a query, best first, `limit` at most (LIMIT_MAX); none where nothing is near.

        A string is a name. `allowed` are the numbers of the disclosure classes that may be looked at, all where it is left
        out. Raises Invalid for a limit outside 1 to LIMIT_MAX.

        Source: docs/rules/identity.md I7 to I9, I12 and I22.
        """
        if not 1 <= limit <= LIMIT_MAX:
            raise Invalid(
                "The search was not made.",
                field="limit",
                why=f"It is {limit}; a list has 1 to {LIMIT_MAX} entries.",
                do="Ask for a list of that length.",
            )
        asked = Query(names=(query,)) if isinstance(query, str) else query
        born = parse_partial(asked.birth_date) if asked.birth_date else None
        view = self._view(None if allowed is None else frozenset(allowed))
        best: dict[int, float] = {}
        for name in asked.names:
            for reading in self._readings(name, view):
                for entry, fit in self._named(reading, born, view):
                    if fit > best.get(entry, 0.0):
                        best[entry] = fit
        scores: dict[int, float] = {}
        for score, record in self._judged(best, born, asked.country):
            scores[record] = max(score, scores.get(record, 0.0))
        listed = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit]
        return tuple(Found(self._id(record), score) for record, score in listed)

    def _readings(self, name: str, view: _View) -> list[tuple[str, ...]]:
        """Return the ways in which a name may be read, at last those with one word cut in two."""
        ways = list(readings(name))
        for place, text in enumerate(ways[0] if ways else ()):
            spelt = np.frombuffer(encode(text), np.uint8)
            is_whole = len(ways[0]) == 1 or place_of(self._words, spelt) < 0
            if is_whole and len(text) == spelt.size >= CUT_LETTERS_MIN:
                ways += [(*ways[0][:place], *cut, *ways[0][place + 1 :]) for cut in self._cut(text, spelt, view)]
        return [way[:ASKED_WORDS_MAX] for way in ways]

    def _cut(self, text: str, spelt: Array, view: _View) -> list[tuple[str, ...]]:
        ends = np.empty((WAYS_MAX, spelt.size + 1), np.int64)
        count = cuttings(self._words, spelt, view.shown.words, ends)
        found = [[0, *way[1 : way[0] + 1]] for way in ends[:count].tolist()]
        return [tuple(text[begin:end] for begin, end in pairwise(way)) for way in found]

    def _named(self, reading: tuple[str, ...], born: PartialDate | None, view: _View) -> list[tuple[int, float]]:
        known = [one for word in reading if (one := self._near(word, view)).words.size]
        if not known:
            return []
        weights = np.array([one.weight for one in known], np.float32)
        near = Near(
            np.cumsum([0, *(one.words.size for one in known)], dtype=np.int64),
            np.concatenate([one.words for one in known]),
            np.concatenate([one.fits for one in known]),
            weights,
        )
        scratch = self._scratch()
        day = packed_date(born) if born is not None and born.is_full else 0
        kept = match(self._names, self._words.rarity, near, view.classes, day, scratch.next_turn(), scratch.match)
        whole, missing = float(weights.sum()), MISSING_WEIGHT * (len(reading) - len(known))
        entries = scratch.match.found[:kept]
        scores = scratch.match.scores[:kept] * (whole / (whole + missing))
        if kept > JUDGED_MAX:
            is_judged = scores >= np.partition(scores, kept - JUDGED_MAX)[kept - JUDGED_MAX]
            if born is not None:
                is_judged |= self._names.births[entries] // DAYS_A_YEAR == born.year
            entries, scores = entries[is_judged], scores[is_judged]
        return list(zip(entries.tolist(), scores.tolist(), strict=True))

    def _near_words(self, text: str, view: _View) -> _Near:
        """Return the words of the index that may stand for an asked word, best first."""
        word, near, fits = asked_word(text), np.empty(NEAR_MAX, np.int64), np.empty(NEAR_MAX, np.float32)
        asked = Asked(
            np.frombuffer(b"".join(word.latin), np.uint8),
            np.cumsum([0, *map(len, word.latin)], dtype=np.int64),
            word.lattice or NO_LATTICE,
        )
        count = near_words(self._words, asked, latin_chunks(), view.shown, self._scratch().near, near, fits)
        near, fits = self._with_forms_beside(text, near[:count], fits[:count], view)
        count = near.size
        return _Near(near, fits, float((self._words.rarity[near] * fits).sum() / fits.sum()) if count else 0.0)

    def _with_forms_beside(self, text: str, near: Array, fits: Array, view: _View) -> tuple[Array, Array]:
        """Add the names that a short form stands for, and the short forms of a name, to its near words."""
        spelt = [np.frombuffer(encode(form), np.uint8) for form in forms_beside(text)] if text.isascii() else []
        found = [number for form in spelt if (number := place_of(self._words, form)) >= 0 and view.shown.words[number]]
        if not found:
            return near, fits
        fit_of = dict.fromkeys(found, BESIDE_FIT)
        for number, fit in zip(near.tolist(), fits.tolist(), strict=True):
            fit_of[number] = max(fit, fit_of.get(number, 0.0))
        best = sorted(fit_of.items(), key=lambda one: -one[1])
        return np.array([number for number, _ in best], np.int64), np.array([fit for _, fit in best], np.float32)

    def _judged(self, best: Mapping[int, float], born: PartialDate | None, country: str) -> list[tuple[float, int]]:
        """Return the score and record of each entry whose name fits so well: date of birth and country beside it (I8, I9)."""
        entries, names = np.fromiter(best, np.int64, len(best)), self._names
        records = names.records[entries].tolist()
        births, countries = names.births[entries].tolist(), names.countries[entries].tolist()
        wanted, agreements = country_code(country), dict[int, DateAgreement]()
        found = []
        for record, fit, day, code in zip(records, best.values(), births, countries, strict=True):
            score = fit * WEIGHTS.name_ceiling / 1000
            if born is not None and day:
                if day not in agreements:
                    agreements[day] = compare_dates(born, unpacked_date(day))
                score = _moved(score, agreements[day], fit)
            if wanted and code:
                if code == wanted:
                    score += (1 - score) * WEIGHTS.nationality_equal / 1000 * fit * fit
                else:
                    score -= score * WEIGHTS.nationality_differs / 1000
            found.append((score, record))
        return found

    def _id(self, record: int) -> str:
        begins = self._held["id_begins"]
        return self._held["ids"][begins[record] : begins[record + 1]].tobytes().decode("utf-8")

    def _view_of(self, allowed: frozenset[int] | None) -> _View:
        classes = np.full(self._left_out_class + 1, allowed is None, np.bool_)
        if allowed is not None:
            classes[[number for number in allowed if 0 <= number < classes.size]] = True
        classes[self._left_out_class] = False
        words = shown_words(self._held["word_class_begins"], self._held["word_classes"], classes)
        nodes = leading(self._words.follows, self._words.child, self._words.ends, words)
        return _View(classes, Shown(words, nodes))

    def _scratch(self) -> _Scratch:
        found: _Scratch | None = getattr(self._own, "scratch", None)
        if found is None:
            found = self._own.scratch = _Scratch(int(self._names.records.size), int(self._words.begins.size - 1))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What a reader may look at."""

    classes: Array
    """bool by disclosure class."""
    shown: Shown


@dataclass(frozen=True, slots=True)
class _Near:
    words: Array
    fits: Array
    weight: float


class _Scratch:
    """What one thread's searches write on."""

    def __init__(self, entries: int, words: int) -> None:
        self.near = near_scratch(words)
        self.match = match_scratch(entries, words)
        self._turn = 0

    def next_turn(self) -> int:
        self._turn += ASKED_WORDS_MAX
        return self._turn


def _moved(score: float, agreement: DateAgreement, fit: float) -> float:
    """Move a score by how two dates of birth agree; support counts by the square of the name's own fit (I8)."""
    if agreement in WEIGHTS.dates_for:
        return score + (1 - score) * WEIGHTS.dates_for[agreement] / 1000 * fit * fit
    return score * (1 - WEIGHTS.dates_against[agreement] / 1000)
