"""Takes the entries of a base as they come, of which the last of each record counts, and writes its files.

Several processes may each take some records; one of them then takes over what the others took, and writes it all.

Source: docs/rules/identity.md I6, I17, I37 and I49.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from entente.kernel.ids import SALT_BYTES, SystemIds
from entente.search.array_file import KEY_BYTES, Array
from entente.search.base_files import ID_DIGITS, KEYS, KEYS_BYTES, ids_of
from entente.search.entry_columns import PIECE_BYTES, PIECE_WORDS, EntryColumns, Given
from entente.search.exact_keys import ExactKeys
from entente.search.files import index_not_written, write_private
from entente.search.index import FILE
from entente.search.names_builder import write_names

GONE = 0xFFFF_FFFF
"""In the place of a record that was taken out."""


class BaseBuilder:
    """Holds what a base is to hold, already read, some 300 bytes a record while it writes. Used by one thread."""

    def __init__(self) -> None:
        self._columns = EntryColumns()
        self._came, self._came_to = array("I"), array("I")
        """Each record that came or was taken out, in this order, and its place; GONE for one that was taken out.

        Each time that a record comes its entries have a new place; what stands at an older one is left out.
        """
        self._sizes = array("I")
        """How many entries the record at each place has."""
        self._keys: list[str] = []
        self._key_places, self._key_classes = array("I"), array("I")
        """Identifiers, with the place of the record and the class of each."""

    def remove(self, records: Iterable[int]) -> None:
        """Take out what was put in of some records."""
        for record in records:
            self._came.append(record)
            self._came_to.append(GONE)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put in entries as `search.layers` sends them, all entries of one record side by side."""
        add, sizes, last, place = self._columns.add, self._sizes, None, len(self._sizes) - 1
        for record, cls, name, identifiers, birth_date, country in rows:
            if record != last:
                place, last = place + 1, record
                self._came.append(record)
                self._came_to.append(place)
                sizes.append(0)
            sizes[place] += 1
            if name:
                add(place, (name,), cls, birth_date, country)
            for identifier in identifiers:
                self._keys.append(identifier)
                self._key_places.append(place)
                self._key_classes.append(cls)

    def given(self) -> Iterator[Given]:
        """Yield everything in pieces, for `take` in another process."""
        yield from self._columns.given()
        for start in range(0, len(self._keys), PIECE_WORDS):
            yield "keys", self._keys[start : start + PIECE_WORDS]
        for name, column in self._own().items():
            data = column.tobytes()
            for start in range(0, len(data), PIECE_BYTES):
                yield name, data[start : start + PIECE_BYTES]

    def take(self, given: Iterable[Given]) -> None:
        """Take over what another builder gave, of other records."""
        first, own = len(self._sizes), self._own()
        taken = {name: bytearray() for name in own}

        def others() -> Iterator[Given]:
            for name, piece in given:
                if name == "keys":
                    self._keys += piece  # type: ignore[arg-type] # keys are a list of text
                elif name in taken:
                    taken[name] += piece  # type: ignore[arg-type] # and all else is bytes
                else:
                    yield name, piece

        self._columns.take(others(), first)
        came_to = np.frombuffer(taken["came_to"], np.uint32)
        self._came.frombytes(taken["came"])
        self._came_to.frombytes(np.where(came_to == GONE, came_to, came_to + np.uint32(first)).tobytes())
        self._key_places.frombytes((np.frombuffer(taken["key_places"], np.uint32) + np.uint32(first)).tobytes())
        self._key_classes.frombytes(taken["key_classes"])
        self._sizes.frombytes(taken["sizes"])

    def write(self, folder: Path) -> int:
        """Write the files into a folder of their own, sealed under a key of their own; return how many entries they hold.

        Raises Unavailable when the disk does not take them.
        """
        ids = SystemIds()
        key = b"".join(ids.new_salt() for _ in range(KEYS_BYTES // SALT_BYTES))
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            write_private(folder / KEYS, key)
        except OSError as error:
            raise index_not_written(error) from error
        records, held = self._last_of_each()
        # By number, so that equally good ones come in that order, and what changed is found by halving.
        order = np.full(len(self._sizes), -1, np.int64)
        order[held] = np.arange(held.size)
        self._columns.keep(order)
        lengths = np.full(records.size, ID_DIGITS, np.int64)
        write_names(folder / FILE, self._columns, ids_of(records), lengths, key[:KEY_BYTES])
        places = order[np.array(self._key_places, np.uint32)]
        kept = np.flatnonzero(places >= 0)
        numbers = zip(
            [self._keys[one] for one in kept.tolist()],
            records[places[kept]].tolist(),
            np.array(self._key_classes)[kept].tolist(),
            strict=True,
        )
        ExactKeys.build(numbers, folder, key[KEY_BYTES:])
        return int(np.array(self._sizes)[held].sum())

    def _own(self) -> dict[str, array[int]]:
        return {
            "came": self._came,
            "came_to": self._came_to,
            "sizes": self._sizes,
            "key_places": self._key_places,
            "key_classes": self._key_classes,
        }

    def _last_of_each(self) -> tuple[Array, Array]:
        """Return the numbers of the records that are held, in ascending order, and their places."""
        came, came_to = np.array(self._came, np.uint32)[::-1], np.array(self._came_to, np.uint32)[::-1]
        records, lasts = np.unique(came, return_index=True)
        places = came_to[lasts]
        is_held = places != GONE
        return records[is_held], places[is_held].astype(np.int64)
