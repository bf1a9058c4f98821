"""The keys of a table's rows so far, in 32 bytes each at most, so that millions stand in memory.

Of each key the first 64 bits of its BLAKE2b digest are kept: in one table of a million with five million keys, two of them are
one. The row that comes second is then rejected, with its reason, and nothing is lost in silence.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from typing import Final

SLOTS_FIRST: Final = 1024
_EMPTY: Final = 0


class SeenKeys:
    """An open table of digests, at most half full."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * SLOTS_FIRST))
        self._count = 0

    def add(self, key: str) -> bool:
        """Remember a key; say whether it is new."""
        digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) or 1
        place = self._place_of(digest)
        if self._slots[place] == digest:
            return False
        self._slots[place] = digest
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def __contains__(self, key: str) -> bool:
        digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) or 1
        return self._slots[self._place_of(digest)] == digest

    def _place_of(self, digest: int) -> int:
        mask = len(self._slots) - 1
        place = digest & mask
        while self._slots[place] not in (_EMPTY, digest):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for digest in old:
            if digest != _EMPTY:
                self._slots[self._place_of(digest)] = digest
