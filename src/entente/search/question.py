"""A name that somebody typed, as the compiled search takes it: its readings, its words, each with all that it is looked for by.

Source: docs/rules/identity.md I3 and I22.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, chain, pairwise
from typing import Final

import numpy as np

from entente.identity.short_forms import forms_beside
from entente.search.answering import Asked
from entente.search.asking import asked_word
from entente.search.letters import encode
from entente.search.ways import ASKED_WORDS_MAX, readings

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
    # A reading of fewer words than the name has two of them written together; so has each other one of a name that was cut off.
    others = [way for way in ways[1:] if len(ways[0]) <= len(way) < ASKED_WORDS_MAX]
    apart = {word for way in (ways[0], *others) for word in way}
    # One array cut into its parts: to make each by itself took as long as all the rest.
    numbers_of = (
        _begins(map(len, latin)),
        _begins(len(word.latin) for word in words),
        [-1 if lattice is None else lattice.script for lattice in lattices],
        _begins(0 if lattice is None else len(lattice.counts) + 1 for lattice in lattices),
        span_begins,
        spans,
        _begins(len(form) for forms in beside for form in forms),
        _begins(map(len, beside)),
        [numbers[word] for way in ways for word in way],
        _begins(map(len, ways)),
    )
    whole = np.array([*chain.from_iterable(numbers_of)], np.int64)
    ends = accumulate(map(len, numbers_of), initial=0)
    latin_begins, readings_, scripts, signs, span_begins_, spans_, beside_begins, forms, rows, way_begins = (
        whole[begin:end] for begin, end in pairwise(ends)
    )
    return Asked(
        np.frombuffer(b"".join(latin), np.uint8), latin_begins, readings_, scripts, signs, span_begins_, spans_.reshape(-1, 3),
        np.frombuffer(bytes(text not in apart for text in numbers), np.uint8),
        np.frombuffer(bytes(_is_long(word.text, word.latin) for word in words), np.uint8),
        np.frombuffer(b"".join(form for forms_ in beside for form in forms_), np.uint8), beside_begins, forms, rows, way_begins,
    )  # fmt: skip


def _begins(sizes: Iterable[int]) -> list[int]:
    return [*accumulate(sizes, initial=0)]


def _is_long(text: str, latin: tuple[bytes, ...]) -> bool:
    return len(latin) == 1 and len(latin[0]) >= CUT_LETTERS_MIN and text.isascii()
