"""I7, I12: words written together, cut into words of the index, against every way to cut them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.search.cutting import LETTER_COST, PIECE_COST, WAYS_MAX, cuttings, place_of
from entente.search.letters import encode
from tests.unit.search.test_words import SPELT, VOCABULARIES, everything, numbers, words_of


def cut(vocabulary: list[str], word: str, shown: np.ndarray | None = None) -> list[list[str]]:
    words, spelt = words_of(vocabulary)
    ends = np.empty((WAYS_MAX, len(word) + 1), np.int64)
    count = cuttings(words, numbers(word), everything(spelt) if shown is None else shown, ends)
    ways = [[0, *way[1 : way[0] + 1]] for way in ends[:count].tolist()]
    return [[word[begin:end] for begin, end in pairwise(way)] for way in ways]


def cost(pieces: list[str]) -> float:
    """Every word of `words_of` has the rarity 1."""
    return sum(1.0 + PIECE_COST + (LETTER_COST if len(piece) == 1 else 0.0) for piece in pieces)


@given(VOCABULARIES, st.lists(SPELT, min_size=1, max_size=3).map("".join))
def test_likeliest_ways_to_cut_a_word_are_found(vocabulary: list[str], word: str) -> None:
    places = range(1, len(word))
    every = [
        [word[begin:end] for begin, end in pairwise((0, *inner, len(word)))]
        for count in range(1, min(len(word), 9))
        for inner in combinations(places, count)
    ]
    possible = sorted(cost(way) for way in every if all(piece in vocabulary for piece in way))
    found = cut(vocabulary, word)
    assert all(piece in vocabulary for way in found for piece in way)
    assert all("".join(way) == word and len(way) > 1 for way in found)
    if all(len(way) < 9 for way in found):
        assert [cost(way) for way in found] == possible[:WAYS_MAX]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("adammcdaniel", ["adam", "mc", "daniel"]),
        ("mariadelacruz", ["maria", "de", "la", "cruz"]),
        ("daniel", []),
        ("danielx", []),
        ("xdaniel", []),
    ],
)
def test_word_is_cut_into_names(word: str, pieces: list[str]) -> None:
    vocabulary = ["adam", "mc", "daniel", "maria", "de", "la", "cruz", "danielle"]
    assert cut(vocabulary, word)[:1] == ([pieces] if pieces else [])


def test_i12_hidden_word_is_no_piece() -> None:
    _, spelt = words_of(["abdul", "rahman"])
    shown = np.array([word != "abdul" for word in spelt], np.uint8)
    assert cut(["abdul", "rahman"], "abdulrahman", shown) == []
    assert cut(["abdul", "rahman"], "abdulrahman") == [["abdul", "rahman"]]


@given(VOCABULARIES, SPELT)
def test_place_of_a_word_is_found_and_none_where_it_is_not(vocabulary: list[str], other: str) -> None:
    words, spelt = words_of(vocabulary)
    for word in {*vocabulary, other, other + "a"}:
        wanted = spelt.index(word) if word in spelt else -1
        assert place_of(words, np.frombuffer(encode(word), np.uint8)) == wanted
