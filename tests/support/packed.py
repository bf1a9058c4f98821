"""Packed files for the tests of imports."""

from __future__ import annotations

import bz2

PART_BYTES = 3 << 18


def bzip2_of_parts(data: bytes) -> bytes:
    """Return a bzip2 file that unfolds to repeated data; made of one stream it would take seconds."""
    assert not len(data) % PART_BYTES, "it is made of whole parts"
    return bz2.compress(data[:PART_BYTES]) * (len(data) // PART_BYTES)
