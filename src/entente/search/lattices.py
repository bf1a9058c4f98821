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
from entente.identity.transliteration import SIGNS_MAX, UNSEEN, tables
from entente.identity.units import script_code, units
from entente.search.letters import encode
from entente.search.sounding import LETTER_BITS, SPELT_BITS, Model

Array = np.ndarray[Any, np.dtype[Any]]
CACHED_WORDS: Final = 4_096
HAN: Final = "Hani"


@dataclass(frozen=True, slots=True)
class Lattice:
    """All ways to cut one native word, with the arcs of the model that each chunk may take."""

    script: int
    """Its row of `Model.logistic`."""
    counts: tuple[int, ...]
    """How many chunks go on from each place of the word."""
    spans: tuple[int, ...]
    """Three numbers for each chunk: to which place it leads, its first arc, and that after its last."""


@dataclass(frozen=True, slots=True)
class _Scripts:
    model: Model
    numbers: Mapping[str, int]
    """Script to its row."""
    chunks: Mapping[str, Mapping[str, tuple[int, int]]]
    """Script and native chunk to its arcs."""
    unseen: int
    """Where the arcs of single readings begin, one for each Latin chunk."""


def model() -> Model:
    """Return the learned transliteration as arrays."""
    return _scripts().model


@functools.lru_cache(maxsize=CACHED_WORDS)
def lattice_of(word: str) -> Lattice | None:
    """Lay out all ways to write a normalised word of a learned script in Latin letters; None for one the model does not read."""
    script = script_code(word)
    if not script:
        return None
    signs, scripts = units(word, script)[:SIGNS_MAX], _scripts()
    chunks = scripts.chunks[script]
    counts: list[int] = []
    spans: list[int] = []
    for place in range(len(signs)):
        before = len(spans)
        for end in range(place + 1, min(place + NATIVE_CHARACTERS_MAX, len(signs)) + 1):
            arcs = chunks.get(signs[place:end])
            if arcs is None and script == HAN and end == place + 1 and (reading := _mandarin(signs[place])) is not None:
                arcs = scripts.unseen + reading, scripts.unseen + reading + 1
            if arcs is not None:
                spans += (end, *arcs)
        counts.append((len(spans) - before) // 3)
    return Lattice(scripts.numbers[script], tuple(counts), tuple(spans)) if spans else None


@functools.cache
def _scripts() -> _Scripts:
    latin, held = [encode(chunk) for chunk in _latin()], tables()
    chunks: dict[str, dict[str, tuple[int, int]]] = {}
    arcs = 0
    for script, table in held.items():
        starts = [arcs + start for start in table.starts]
        chunks[script] = {chunk: (starts[place], starts[place + 1]) for place, chunk in enumerate(table.chunks)}
        arcs = starts[-1]
    readings = np.arange(len(latin), dtype=np.uint16)
    arrays = Model(
        np.frombuffer(b"".join(latin), np.uint8),
        np.cumsum([0, *map(len, latin)], dtype=np.int32),
        np.array(
            [
                sum(letter << LETTER_BITS * at for at, letter in enumerate(chunk)) | len(chunk) << SPELT_BITS
                for chunk in latin
            ],
            np.int64,
        ),
        np.concatenate([*(np.frombuffer(table.latin_ids, np.uint16) for table in held.values()), readings]),
        np.concatenate(
            [*(np.frombuffer(table.costs, np.uint16) for table in held.values()), np.full_like(readings, UNSEEN)]
        ),
        np.array([table.logistic for table in held.values()], np.float64),
    )
    return _Scripts(arrays, {script: number for number, script in enumerate(held)}, chunks, arcs)


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
