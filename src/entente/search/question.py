"""A name that somebody typed, as the compiled search takes it: its readings, its words, each with all that it is looked for by.

Source: docs/rules/identity.md I3 and I22.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final

import numpy as np

from entente.identity.short_forms import forms_beside
from entente.search.answering import Asked
from entente.search.asking import asked_word
from entente.search.letters import encode
from entente.search.ways import readings

Array = np.ndarray[Any, np.dtype[Any]]

CUT_LETTERS_MIN: Final = 6
"""A shorter word is hardly several written together."""


def asked_of(name: str) -> Asked | None:
    """Return all that a name is looked for by; None for one that holds no letter."""
    ways = readings(name)
    return lay_out(ways) if ways else None


def lay_out(ways: tuple[tuple[str, ...], ...]) -> Asked:
    """Return readings of one name, the usual one first and none empty, as arrays."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys(word for way in ways for word in way))}
    words = [asked_word(text) for text in numbers]
    latin = [spelt for word in words for spelt in word.latin]
    lattices = [word.lattice for word in words]
    span_begins: list[int] = []
    spans: list[int] = []
    for lattice in lattices:
        if lattice is not None:
            span_begins += accumulate(lattice.counts, initial=len(spans) // 3)
            spans += lattice.spans
    beside = [[encode(form) for form in forms_beside(text)] if text.isascii() else [] for text in numbers]
    # A reading of fewer words than the name has two of them written together.
    apart = {word for way in ways if len(way) >= len(ways[0]) for word in way}
    return Asked(
        np.frombuffer(b"".join(latin), np.uint8),
        _begins(map(len, latin)),
        _begins(len(word.latin) for word in words),
        np.array([-1 if lattice is None else lattice.script for lattice in lattices], np.int64),
        _begins(0 if lattice is None else len(lattice.counts) + 1 for lattice in lattices),
        np.array(span_begins, np.int64),
        np.array(spans, np.int64).reshape(-1, 3),
        np.array([text not in apart for text in numbers], np.uint8),
        np.array([_is_long(word.text, word.latin) for word in words], np.uint8),
        np.frombuffer(b"".join(form for forms in beside for form in forms), np.uint8),
        _begins(len(form) for forms in beside for form in forms),
        _begins(map(len, beside)),
        np.array([numbers[word] for way in ways for word in way], np.int64),
        _begins(map(len, ways)),
    )


def _begins(sizes: Iterable[int]) -> Array:
    return np.array([*accumulate(sizes, initial=0)], np.int64)


def _is_long(text: str, latin: tuple[bytes, ...]) -> bool:
    return len(latin) == 1 and len(latin[0]) >= CUT_LETTERS_MIN and text.isascii()
