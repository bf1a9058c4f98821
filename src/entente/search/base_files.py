"""The files of a base, mapped: names by `index`, numbers by `exact_keys`, both sealed under a key that lies beside them.

Source: docs/rules/identity.md I6, I12, I17 and I37.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from entente.identity.model import Query
from entente.kernel.errors import Unavailable
from entente.kernel.ids import SALT_BYTES
from entente.search.array_file import KEY_BYTES, Array
from entente.search.exact_keys import ExactKeys
from entente.search.index import LIMIT_MAX, Index

KEYS = "keys"
KEYS_BYTES = KEY_BYTES + SALT_BYTES
"""The key that seals the names, and the salt of the numbers' hashes."""
ID_DIGITS = 10
"""A record's number in the store as its id: all of one length, so that they are read at once."""
FOUND_MIN = 0.3
FOUND_PART = 0.4
"""What is given scores so much, and such a part of the best: of 1,524 development candidates that are shown (I11), 5 scored under
.3 and none of them was right, and 5 under .4 of the best."""


def ids_of(records: Array) -> Array:
    """Return the ids of records, one after the other, as bytes of digits."""
    digits, rest = np.empty((records.size, ID_DIGITS), np.uint8), records.astype(np.uint64)
    for place in range(ID_DIGITS - 1, -1, -1):
        rest, last = np.divmod(rest, np.uint64(10))
        digits[:, place] = last
    digits += ord("0")
    return digits.reshape(-1)


class BaseFiles:
    """Used by one thread."""

    def __init__(self, names: Index, numbers: ExactKeys) -> None:
        self._names = names
        self._numbers = numbers
        self._left_out: set[int] = set()
        digits = np.frombuffer(names.ids(), np.uint8).reshape(-1, ID_DIGITS).astype(np.int64) - ord("0")
        self._records: Array = digits @ 10 ** np.arange(ID_DIGITS - 1, -1, -1)
        """The number of each record of the names, in ascending order."""

    @classmethod
    def open(cls, folder: Path) -> BaseFiles:
        """Open the files of a folder; raise Unavailable where they are missing, damaged or of another form."""
        try:
            keys = (folder / KEYS).read_bytes()
        except OSError:
            keys = b""
        if len(keys) != KEYS_BYTES:
            raise Unavailable(
                "The search index could not be opened.",
                why="The keys of its files are missing or cut off.",
                do="It is made anew from the store; nothing but time is lost.",
                retry_is_safe=True,
            )
        return cls(Index.open(folder, keys[:KEY_BYTES]), ExactKeys.open(folder, keys[KEY_BYTES:]))

    def leave_out(self, records: Sequence[int]) -> None:
        """Have no later answer hold these records."""
        wanted = np.array(records, np.int64)
        places = np.searchsorted(self._records, wanted)
        is_held = places < self._records.size
        is_held[is_held] = self._records[places[is_held]] == wanted[is_held]
        self._names.leave_out(places[is_held])
        self._left_out.update(records)

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of the records nearest to one of the query's names, best first, at most `limit`."""
        found = self._names.search(query, min(limit, LIMIT_MAX), allowed)
        least = max(FOUND_MIN, FOUND_PART * found[0].score) if found else 0.0
        return tuple(int(one.id) for one in found if one.score >= least)

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return the numbers of records with exactly one of the identifiers, in ascending order, at most `limit`."""
        found = self._numbers.find(identifiers, allowed)
        return tuple(sorted({record for record in found if record not in self._left_out})[:limit])
