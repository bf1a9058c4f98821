"""The keys of a name in the index, and how much each counts.

A weight is fixed by the key alone. The usual weights of a text index come from how often a key occurs in all its documents, and
those of classes a reader may not see would move his ranking; so the rarity of letters stands here as a table instead (I12).

Source: docs/rules/identity.md I6 and I12.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from entente.identity.scripts import CACHED_WORDS, fold, skeleton

GRAM_CHARACTERS = 3
SKELETON_CHARACTERS_MIN = 2
KEYS_MAX = 400
"""Keys of one name that are kept or asked; a name of 16 long words has about 300."""

# Twice the information of a folded letter in bits (−2·log2 of its share), measured on the development records; digits and what
# stands in no row are rare. The edge of a word is `_`.
LETTER_WEIGHT = {"_": 4, "a": 6, "e": 8, "i": 7, "o": 9, "n": 8, "r": 9, "l": 9, "s": 9, "m": 11, "t": 11, "k": 11, "d": 11,
                 "u": 11, "h": 12, "v": 13, "j": 13, "b": 12, "c": 13, "g": 12, "f": 14, "p": 13, "z": 14}  # fmt: skip
LETTER_WEIGHT_OTHER = 15


@dataclass(frozen=True, slots=True)
class NameKeys:
    """The keys of all forms of one name."""

    tokens: frozenset[str]
    grams: frozenset[str]
    skeletons: frozenset[str]


def name_keys(forms: Iterable[str]) -> NameKeys:
    """Return the keys of the Latin forms of a name: whole words, grams of each word, skeletons of each word and their grams."""
    words = [_word_keys(word) for word in {word for form in forms for word in form.split()}]
    return NameKeys(
        _bounded({word.folded for word in words}),
        _bounded({gram for word in words for gram in word.grams}),
        _bounded({bone for word in words for bone in word.bones}),
    )


@dataclass(frozen=True, slots=True)
class _WordKeys:
    folded: str
    grams: tuple[str, ...]
    bones: tuple[str, ...]


@functools.lru_cache(maxsize=CACHED_WORDS)
def _word_keys(word: str) -> _WordKeys:
    folded, bone = fold(word), skeleton(word)
    # A skeleton's own grams are marked, so that they never equal a whole skeleton.
    bones = (bone, *(f"~{gram}" for gram in _grams(bone))) if len(bone) >= SKELETON_CHARACTERS_MIN else ()
    return _WordKeys(folded, tuple(_grams(folded)), bones)


def _bounded(keys: set[str]) -> frozenset[str]:
    return frozenset(keys if len(keys) <= KEYS_MAX else sorted(keys)[:KEYS_MAX])


def key_weight(key: str) -> int:
    """Return how much a key found in a name counts: the information of its letters, a whole number."""
    return sum(LETTER_WEIGHT.get(letter, LETTER_WEIGHT_OTHER) for letter in key.lstrip("~"))


def _grams(word: str) -> list[str]:
    edged = f"_{word}_"
    return [edged[start : start + GRAM_CHARACTERS] for start in range(max(1, len(edged) - GRAM_CHARACTERS + 1))]
