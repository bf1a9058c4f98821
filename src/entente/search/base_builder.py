"""Takes the entries of a base as they come, of which the last of each record counts, and writes its files.

Source: docs/rules/identity.md I6, I17 and I37.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from entente.kernel.ids import SALT_BYTES, SystemIds
from entente.search.array_file import KEY_BYTES
from entente.search.base_files import KEYS, KEYS_BYTES, id_of
from entente.search.exact_keys import ExactKeys
from entente.search.files import index_not_written, write_private
from entente.search.index import FILE
from entente.search.names_builder import NamesBuilder


class BaseBuilder:
    """Holds what a base is to hold, already read, about 200 bytes a record."""

    def __init__(self) -> None:
        self._names = NamesBuilder()
        self._places: dict[int, int] = {}
        """Record to its place among the names. One that came again has a new place; what stands at the older one is left out."""
        self._numbers: list[tuple[str, int, int]] = []
        """Identifier, place of its record, class."""
        self._sizes = array("I")
        """How many entries the record at each place has."""

    def remove(self, records: Iterable[int]) -> None:
        """Take out what was put in of some records."""
        for record in records:
            self._places.pop(record, None)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put in entries as `search.layers` sends them, all entries of one record side by side."""
        names, places = self._names, self._places
        for record, cls, name, identifiers, birth_date, country in rows:
            place = places.get(record)
            if place is None:
                place = places[record] = names.add_record(id_of(record))
                self._sizes.append(0)
            self._sizes[place] += 1
            if name:
                names.add_entries(place, (name,), cls, birth_date, country)
            for identifier in identifiers:
                self._numbers.append((identifier, place, cls))

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
        held = {place: record for record, place in self._places.items()}
        # By number, so that equally good ones come in that order, and what changed is found by halving.
        self._names.keep([self._places[record] for record in sorted(self._places)])
        self._names.write(folder / FILE, key[:KEY_BYTES])
        numbers = ((text, held[place], cls) for text, place, cls in self._numbers if place in held)
        ExactKeys.build(numbers, folder, key[KEY_BYTES:])
        return sum(self._sizes[place] for place in held)
