"""Takes the entries of a base as they come, of which the last of each record counts, and writes its files.

Source: docs/rules/identity.md I6, I17 and I37.
"""

from __future__ import annotations

import marshal
import shutil
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
    """Holds what a base is to hold, about 200 bytes a record."""

    def __init__(self) -> None:
        self._held: dict[int, bytes] = {}
        self._count = 0

    def remove(self, records: Iterable[int]) -> None:
        """Take out what was put in of some records."""
        for record in records:
            self._held.pop(record, None)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put in entries as `search.layers` sends them, all entries of one record side by side."""
        by_record: dict[int, list[Sequence[Any]]] = {}
        for record, *entry in rows:
            by_record.setdefault(record, []).append(entry)
        self._held.update((record, marshal.dumps(entries)) for record, entries in by_record.items())

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
        names, numbers, size = NamesBuilder(), list[tuple[str, int, int]](), 0
        # By number, so that equally good ones come in that order, and what changed is found by halving.
        for record in sorted(self._held):
            place = names.add_record(id_of(record))
            for cls, written, identifiers, birth_date, country in marshal.loads(self._held[record]):  # noqa: S302 - our own
                size += 1
                if written:
                    names.add_entries(place, (written,), cls, birth_date, country)
                numbers.extend((identifier, record, cls) for identifier in identifiers)
        names.write(folder / FILE, key[:KEY_BYTES])
        ExactKeys.build(numbers, folder, key[KEY_BYTES:])
        return size
