"""The search index of a node: a base of compiled files for what is long known, and a live part for what came in since.

A small store has the live part alone (`tantivy_index`), in the node's own process. Once that has grown, an index is filled beside
it: everything known goes into a base, which other processes write and search (`workers`), and what comes in meanwhile into a new
live part. What changed since a base was made is left out of it, inside its search: each record is found as it is now.

The folder holds generations, of which one counts; a generation holds `live`, and, where it has a base, `base`, `base.json` and
`changed`, the numbers of the records that changed since. It is a cache: what is missing, damaged, of another format or does not
fit together is deleted and begun again at position 0.

Source: docs/rules/identity.md I6, I12, I15, I17 and I37; DESIGN section 7.
"""

from __future__ import annotations

import json
import os
import shutil
from array import array
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from entente.identity.model import Found, IndexEntry, IndexSizes, Query
from entente.kernel.errors import Unavailable
from entente.kernel.ids import SystemIds
from entente.search.files import index_not_written, write_durably
from entente.search.filling import BASE, LIVE, BaseState, Filling, Processes, Writing, base_state
from entente.search.finding import Layers
from entente.search.tantivy_index import TantivyIndex
from entente.search.workers import Builds, Looks, Retired, WorkerPool

T = TypeVar("T")

FORMAT = 1
"""Rises with every change of the folder's form: a folder of another format is begun again."""
GENERATION, STATE = "files", "index.json"
CHANGED = "changed"
LIVE_MAX = 50_000
"""Entries from which on a live part is worth a base: up to there a search of it takes 2 ms."""
LIVE_PART_MAX = 4
"""A live part that is a quarter as large as its base goes into a new one."""


class LayeredIndex:
    """Implements identity.ports.SearchIndex. Searches from any thread; everything else from one."""

    def __init__(
        self,
        folder: Path,
        workers: int,
        looks: Looks | None = None,
        *,
        builds: Builds | None = None,
        live_max: int = LIVE_MAX,
    ) -> None:
        """Open a folder. `workers` processes search its base; with `looks`, as many look into the store for each query.

        With `builds`, as many read what a base is to hold out of the store.
        """
        self._folder = folder
        self._processes = Processes(workers, looks, builds)
        self._live_max = live_max
        self._is_beside = False
        self._fresh: LayeredIndex | None = None
        self._generation = self._open()

    def position(self) -> int:
        """Return the change sequence up to which the index is durable; 0 for a new one."""
        return self._generation.position()

    def sizes(self) -> IndexSizes:
        """Return how much it holds."""
        return IndexSizes(self._generation.live.size(), self._generation.base_size)

    def is_clean(self) -> bool:
        """Say whether nothing of an erased record can be in the files any more."""
        return self._generation.live.is_clean()

    def is_due(self) -> bool:
        """Say whether a fresh index should be made: not all is clean, the live part has grown, or the base is damaged."""
        generation = self._generation
        most = max(self._live_max, generation.base_size // LIVE_PART_MAX)
        return self.is_damaged() or not self.is_clean() or generation.live.size() > most

    def is_large(self, records: int) -> bool:
        """Say whether so many records are worth a base."""
        return records > self._live_max

    def is_damaged(self) -> bool:
        """Say whether searches are refused, because the base could not be opened, until a fresh index took over."""
        pool = self._generation.pool
        return pool is not None and pool.is_damaged

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, *, erased: Sequence[int] = ()
    ) -> None:
        """Remove all entries of some records, add others, and make it durable and visible with its new position."""
        self._generation.apply(removed, entries, position, erased)

    def clear(self) -> None:
        """Remove everything and begin again; the position is 0 again."""
        self._take(self._begun(has_base=False))

    def beside(self, records: int = 0) -> LayeredIndex:
        """Begin an empty index beside this one, which goes on answering until the other takes over."""
        generation = self._generation
        has_base = self.is_large(generation.live.size() + generation.base_size + records)
        fresh = object.__new__(LayeredIndex)
        fresh._folder, fresh._processes, fresh._live_max = self._folder, self._processes, self._live_max
        fresh._is_beside, fresh._fresh = True, None
        fresh._generation = self._begun(has_base=has_base)
        self._fresh = fresh
        return fresh

    def read_store(self, position: int) -> bool:
        """Have processes put in what stands in the store at a position; False where they do not."""
        filling = self._generation.filling
        return filling is not None and filling.read_store(position)

    def read_since(self) -> int:
        """Return how many records those processes have read since this was asked last."""
        filling = self._generation.filling
        return 0 if filling is None else filling.read_since()

    def is_ready(self) -> bool:
        """Say within READY_SECONDS whether what was put in was taken: names in scripts that were learned take a while."""
        filling = self._generation.filling
        return filling is None or filling.is_ready()

    def settle(self, *, wait: bool) -> bool:
        """Have what was put in written; True once it is. What is put in meanwhile goes into the live part."""
        return self._generation.settle(wait=wait)

    def take_over(self, fresh: LayeredIndex) -> None:
        """Answer from a fresh index from now on, and delete this one's files."""
        assert fresh._is_beside, "an index is taken over by one that was begun beside it"
        self._fresh = None
        self._take(fresh._generation)

    def discard(self) -> None:
        """Delete the files of an index that was begun beside another and is not to take over."""
        assert self._is_beside, "the index that answers is not discarded"
        self.close()
        shutil.rmtree(self._generation.folder, ignore_errors=True)

    def close(self) -> None:
        """End the search processes, and give the writer's lock back."""
        if self._fresh is not None:
            self._fresh.close()
        self._generation.close()

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of records whose name facts of an allowed class are nearest to the query's names, best first."""
        return self._asked(lambda generation: generation.finder.by_names(query, allowed, limit))

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of records with exactly one of the identifiers in a fact of an allowed class, by number."""
        return self._asked(lambda generation: generation.finder.by_identifier(identifiers, allowed, limit))

    def look(self, queries: Sequence[Query | None], allowed: frozenset[int], now: datetime) -> tuple[Found, ...] | None:
        """Have the search processes look for each query; None where there are none, or they are being started."""
        return self._asked(lambda generation: generation.look(queries, allowed, now))

    def _asked(self, ask: Callable[[_Generation], T]) -> T:
        """Ask the generation that counts; once more where another one took its place meanwhile."""
        while True:
            generation = self._generation
            try:
                return ask(generation)
            except Retired as error:
                if generation is self._generation:
                    raise _ending() from error

    def _take(self, generation: _Generation) -> None:
        left = self._generation
        left.live.close()
        generation.live.close()
        try:
            # After this line a restart opens the new files; before it, the old ones, and the new ones are deleted.
            write_durably(self._folder / STATE, json.dumps({"format": FORMAT, "generation": generation.folder.name}))
        except OSError as error:
            raise index_not_written(error) from error
        self._generation = generation
        left.close()
        # Whoever searches the old files has them open; they end with that search.
        shutil.rmtree(left.folder, ignore_errors=True)

    def _open(self) -> _Generation:
        """Open the generation that counts, or begin one when there is none that can be opened."""
        name = _generation_named(self._folder / STATE)
        if name is not None and (found := _Generation.read(self._folder / name, self._processes)) is not None:
            # What a crash left of an index that was to take over, or was taken over.
            for place in self._folder.glob(f"{GENERATION}-*"):
                if place.name != name:
                    shutil.rmtree(place, ignore_errors=True)
            return found
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, mode=0o700)
            begun = self._begun(has_base=False)
            write_durably(self._folder / STATE, json.dumps({"format": FORMAT, "generation": begun.folder.name}))
        except OSError as error:
            raise index_not_written(error) from error
        return begun

    def _begun(self, *, has_base: bool) -> _Generation:
        folder = self._folder / SystemIds().new_id(GENERATION)
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise index_not_written(error) from error
        return _Generation(folder, self._processes, Filling(self._processes) if has_base else None)


class _Generation:
    """The files of one index: a live part, and a base that is not there, being filled, being written, or open."""

    def __init__(self, folder: Path, processes: Processes, filling: Filling | None) -> None:
        self.folder = folder
        self.live = TantivyIndex(folder / LIVE)
        self.finder = Layers(self.live, None)
        self.pool = processes.without_base(folder)
        self.base_size = 0
        self._processes = processes
        self.filling = filling
        self._writing: Writing | None = None
        self._changed = array("I")

    @classmethod
    def read(cls, folder: Path, processes: Processes) -> _Generation | None:
        """Open one that is there; None when it is damaged, or its parts do not fit together."""
        base = base_state(folder)
        if not folder.is_dir() or (base is None and (folder / BASE).exists()):
            return None
        found = cls(folder, processes, None)
        if base is not None:
            if found.live.position() < base.position:
                # The live part was begun again: what came in between is in neither.
                return None
            found._changed = _read_changed(folder / CHANGED)
            found._open_base(base, processes.with_base(folder))
        return found

    def position(self) -> int:
        return self.live.position() if self.filling is None else self.filling.position

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, erased: Sequence[int]
    ) -> None:
        if self.filling is not None:
            # What is erased while the base is filled does not come into it.
            self.filling.apply([*removed, *erased], entries, position)
            return
        if self.base_size or self._writing is not None:
            self._leave_out([*removed, *erased])
        self.live.apply(removed, entries, position, erased=erased)

    def settle(self, *, wait: bool) -> bool:
        if self.filling is not None:
            self._writing, self.filling = Writing(self.filling, self.folder, self._processes), None
            # From here on what comes in goes into the live part.
            self.live.apply([], [], self._writing.position)
        if self._writing is not None and self._writing.is_done(wait=wait):
            self._open_base(*self._writing.base())
            self._writing = None
            # What came in meanwhile is put in first.
            return False
        return self._writing is None

    def close(self) -> None:
        self.live.close()
        if self.filling is not None:
            self.filling.end()
        if self._writing is not None:
            self._writing.end()
        if self.pool is not None:
            self.pool.retire()

    def look(self, queries: Sequence[Query | None], allowed: frozenset[int], now: datetime) -> tuple[Found, ...] | None:
        if self.pool is None or self._processes.looks is None:
            return None
        # Asked before the question: what the live part holds by now, the process sees.
        return self.pool.look(queries, allowed, now, self.live.position())

    def _open_base(self, base: BaseState, pool: WorkerPool) -> None:
        self.pool, self.finder = pool, Layers(self.live, pool)
        pool.leave_out(self._changed)
        self.base_size = base.size

    def _leave_out(self, records: Sequence[int]) -> None:
        """Note durably which records changed, before the live part holds them: after a crash they are applied again."""
        numbers = array("I", records)
        try:
            with (self.folder / CHANGED).open("ab") as file:
                numbers.tofile(file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise index_not_written(error) from error
        self._changed.extend(numbers)
        if self.pool is not None:
            self.pool.leave_out(numbers)


def _read_changed(path: Path) -> array[int]:
    numbers = array("I")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return numbers
    whole = len(data) // numbers.itemsize * numbers.itemsize
    if whole < len(data):
        # A number that a crash cut off is noted again when its change is.
        os.truncate(path, whole)
    numbers.frombytes(data[:whole])
    return numbers


def _generation_named(path: Path) -> str | None:
    try:
        known = json.loads(path.read_bytes())
        name = str(known["generation"])
        return name if known["format"] == FORMAT and name.startswith(f"{GENERATION}-") and "/" not in name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ending() -> Unavailable:
    return Unavailable(
        "The search was not made.",
        why="The node is ending, and its search processes with it.",
        do="Search again when it runs.",
        retry_is_safe=True,
    )
