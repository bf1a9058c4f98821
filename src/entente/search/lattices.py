"""The learned transliteration as the search through words takes it: flat arrays, and for each native word its lattice.

Source: docs/rules/identity.md I22.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from anyascii import anyascii

from entente.identity.channel import LATIN_LETTERS_MAX, NATIVE_CHARACTERS_MAX
from entente.identity.transliteration import SIGNS_MAX, UNSEEN, Table, tables
from entente.identity.units import script_code, units
from entente.search.letters import encode
from entente.search.sounding import Chunks, Lattice

Array = np.ndarray[Any, np.dtype[Any]]
CACHED_WORDS: Final = 4_096
HAN: Final = "Hani"
NO_LATTICE: Final = Lattice(
    np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16), np.empty(0, np.uint16), np.zeros(4)
)
"""Of a word that the learned transliteration does not read."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table of the model as arrays."""

    place: Mapping[str, int]
    """Native chunk to its row."""
    starts: Array
    latin_ids: Array
    costs: Array
    logistic: Array


@functools.cache
def latin_chunks() -> Chunks:
    """Return the Latin chunks that all tables share, by number."""
    spelt = [encode(chunk) for chunk in _latin()]
    return Chunks(np.frombuffer(b"".join(spelt), np.uint8), np.cumsum([0, *map(len, spelt)], dtype=np.int64))


@functools.lru_cache(maxsize=CACHED_WORDS)
def lattice_of(word: str) -> Lattice | None:
    """Lay out all ways to write a normalised word of a learned script in Latin letters; None for one the model does not read."""
    script = script_code(word)
    if not script:
        return None
    signs, rows = units(word, script)[:SIGNS_MAX], _rows(script)
    to: list[int] = []
    counts: list[int] = []
    chunks: list[Array] = []
    costs: list[Array] = []
    begins, arcs = [0], 0
    for place in range(len(signs)):
        for end in range(place + 1, min(place + NATIVE_CHARACTERS_MAX, len(signs)) + 1):
            row = rows.place.get(signs[place:end])
            if row is not None:
                part = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
                spelt, dear = rows.latin_ids[part], rows.costs[part]
            elif script == HAN and end == place + 1 and (reading := _mandarin(signs[place])) is not None:
                spelt, dear = np.array([reading], np.uint16), np.array([UNSEEN], np.uint16)
            else:
                continue
            to.append(end)
            counts.append(spelt.size)
            chunks.append(spelt)
            costs.append(dear)
            arcs += spelt.size
        begins.append(arcs)
    if not arcs:
        return None
    ends = np.repeat(np.array(to, np.int64), counts)
    return Lattice(np.array(begins, np.int64), ends, np.concatenate(chunks), np.concatenate(costs), rows.logistic)


@functools.cache
def _rows(script: str) -> _Rows:
    table: Table = tables()[script]
    return _Rows(
        {chunk: place for place, chunk in enumerate(table.chunks)},
        np.frombuffer(table.starts, np.uint32),
        np.frombuffer(table.latin_ids, np.uint16),
        np.frombuffer(table.costs, np.uint16),
        np.array(table.logistic, np.float64),
    )


@functools.cache
def _latin() -> tuple[str, ...]:
    return next(iter(tables().values())).latin


@functools.cache
def _latin_numbers() -> Mapping[str, int]:
    return {chunk: number for number, chunk in enumerate(_latin())}


def _mandarin(sign: str) -> int | None:
    """Return the number of the reading that stands for a Han character the model does not hold."""
    reading = "".join(letter for letter in anyascii(sign).lower() if letter.isascii() and letter.isalpha())
    return _latin_numbers().get(reading[:LATIN_LETTERS_MAX]) if reading else None
