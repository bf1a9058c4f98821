"""The search index of names: an answer of a few record ids, best first, among millions, in about a millisecond.

One file, mapped into memory by any number of processes (`array_file`). Searching compiles its loops when first used, so that only
processes that search import this module (DESIGN section 9).

A search never looks at entries of disclosure classes that are not allowed, nor do words that only those have move anything.

Source: docs/rules/identity.md I7 to I9, I12 and I22.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from entente.identity.dates import parse_partial
from entente.identity.model import Query
from entente.identity.score import WEIGHTS
from entente.kernel.errors import Invalid
from entente.search.answering import Held, Scratch, View, answer, scratch_for
from entente.search.array_file import ArrayFile, other_format, read_arrays
from entente.search.entry_columns import country_code, packed_date
from entente.search.lattices import model
from entente.search.matching import Names, shown_words
from entente.search.names_builder import FORMAT, IndexRecord, NamesBuilder, as_record
from entente.search.question import asked_of
from entente.search.ranking import Beside, Best, scales_of
from entente.search.trie import ALL_SHOWN, Shown, Words, leading

Array = np.ndarray[Any, np.dtype[Any]]

FILE: Final = "names.arrays"
LIMIT_MAX: Final = 1_000
REMEMBERED_VIEWS: Final = 32
"""Sets of classes, one for each right and purpose in use; each as many bytes as there are words, 330,000 for 5 M records."""
PROGRESS_RECORDS: Final = 50_000


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
        self._all = Held(self._words, self._names, model())
        self._held = held
        self.size = int(held["id_begins"].size - 1)
        """How many records it holds."""
        self.bytes = file.bytes
        """Length of its file."""
        self._left_out_class = int(held["class_count"][0])
        """Above all classes there are: of entries that are left out, and never allowed."""
        self._own_classes: Array | None = None
        """The class of each entry, once some are left out."""
        self._own = threading.local()
        self._scales = scales_of(WEIGHTS)
        self._mixed = np.zeros(self._words.begins.size - 1, np.bool_)
        """By word: whether an entry of it is left out."""
        self._views: OrderedDict[frozenset[int] | None, View] = OrderedDict()

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
        if self._own_classes is None:
            self._own_classes = self._names.classes.copy()
            # What can be written is of another type to compiled loops: they would be compiled again, for half a minute.
            seen = self._own_classes.view()
            seen.flags.writeable = False
            self._names = self._names._replace(classes=seen)
            self._all = self._all._replace(names=self._names)
        names = self._names
        firsts = np.searchsorted(names.records, records, "left").tolist()
        for first, last in zip(firsts, np.searchsorted(names.records, records, "right").tolist(), strict=True):
            self._own_classes[first:last] = self._left_out_class
            # Of their words not every entry is allowed any more, whoever asks.
            self._mixed[names.words[names.begins[first] : names.begins[last]]] = True
        for view in self._views.values():
            view.shown.words[self._mixed & (view.shown.words == ALL_SHOWN)] = 1

    def search(self, query: Query | str, limit: int = 20, allowed: Collection[int] | None = None) -> tuple[Found, ...]:
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
        born = packed_date(parse_partial(asked.birth_date) if asked.birth_date else None)
        view = self._view(None if allowed is None else frozenset(allowed))
        scores: dict[int, float] = {}
        for name in asked.names:
            for record, score in self._named(name, born, country_code(asked.country), view, limit):
                scores[record] = max(score, scores.get(record, 0.0))
        listed = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit]
        ids = self._ids([record for record, _ in listed])
        return tuple(Found(id_, score) for id_, (_, score) in zip(ids, listed, strict=True))

    def _named(self, name: str, born: int, country: int, view: View, limit: int) -> list[tuple[int, float]]:
        asked = asked_of(name)
        if asked is None:
            return []
        records, scores = np.empty(limit, np.int64), np.empty(limit, np.float64)
        beside, best = Beside(born, country, self._scales), Best(records, scores)
        count = answer(self._all, view, asked, beside, self._scratch(), best)
        return list(zip(records[:count].tolist(), scores[:count].tolist(), strict=True))

    def _ids(self, records: list[int]) -> list[str]:
        ids, begins = self._held["ids"], self._held["id_begins"]
        places = zip(begins[records].tolist(), begins[[record + 1 for record in records]].tolist(), strict=True)
        return [ids[begin:end].tobytes().decode("utf-8") for begin, end in places]

    def _view(self, allowed: frozenset[int] | None) -> View:
        found = self._views.get(allowed)
        if found is None:
            found = self._views[allowed] = self._view_of(allowed)
            while len(self._views) > REMEMBERED_VIEWS:
                self._views.popitem(last=False)
        return found

    def _view_of(self, allowed: frozenset[int] | None) -> View:
        classes = np.full(self._left_out_class + 1, allowed is None, np.bool_)
        if allowed is not None:
            classes[[number for number in allowed if 0 <= number < classes.size]] = True
        classes[self._left_out_class] = False
        words = shown_words(self._held["word_class_begins"], self._held["word_classes"], classes)
        words[self._mixed & (words == ALL_SHOWN)] = 1
        nodes = leading(self._words.nodes, self._words.ends, words)
        return View(Shown(words, nodes), classes)

    def _scratch(self) -> Scratch:
        found: Scratch | None = getattr(self._own, "scratch", None)
        if found is None:
            found = self._own.scratch = scratch_for(int(self._names.records.size), int(self._words.begins.size - 1))
        return found
