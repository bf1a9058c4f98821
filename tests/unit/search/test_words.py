"""Words of an index: the tree, slips of the pen, grams, transliterations, against the plain way to compute each."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from entente.identity.transliteration import COST_SCALE, likelihood, tables
from entente.search.asking import asked_word
from entente.search.lattices import NO_LATTICE, latin_chunks, lattice_of
from entente.search.letters import decode, encode
from entente.search.near import COST_SPREAD, NEAR_MAX, Asked, near_scratch, near_words
from entente.search.rarity import COMMON_PART
from entente.search.sounding import DEARER_MAX, Lattice, beginnings, sounding
from entente.search.spelling import (
    BUCKETS,
    GRAM_SHARE_MIN,
    build_grams,
    likeness,
    sharing_grams,
    slips,
    spelling_scratch,
    walk,
)
from entente.search.trie import Shown, Words, build_trie, leading, node_after

SPELT = st.text(alphabet="abn1", min_size=1, max_size=7)
VOCABULARIES = st.lists(SPELT, min_size=1, max_size=30, unique=True)


def words_of(vocabulary: list[str], common: dict[str, float] | None = None) -> tuple[Words, list[str]]:
    spelt = sorted(set(vocabulary), key=encode)
    letters = np.frombuffer(b"".join(map(encode, spelt)), np.uint8)
    begins = np.cumsum([0, *(len(encode(word)) for word in spelt)], dtype=np.int64)
    return Words(
        letters, begins, *build_trie(letters, begins), *build_grams(letters, begins), np.ones(len(spelt), np.float32),
        np.array([(common or {}).get(word, 0.0) for word in spelt], np.float32),
    ), spelt  # fmt: skip


def numbers(word: str) -> np.ndarray:
    return np.frombuffer(encode(word), np.uint8)


def everything(spelt: list[str]) -> np.ndarray:
    return np.ones(len(spelt), np.uint8)


def shown_of(words: Words, shown: np.ndarray) -> Shown:
    return Shown(shown, leading(words.follows, words.child, words.ends, shown))


@given(st.text(alphabet="abcz059", max_size=39))
def test_letters_are_read_back(word: str) -> None:
    assert decode(encode(word)) == word


@given(VOCABULARIES, SPELT)
def test_tree_leads_to_each_word_and_to_no_other(vocabulary: list[str], other: str) -> None:
    words, spelt = words_of(vocabulary)
    for word in {*vocabulary, other}:
        node = node_after(words.follows, words.child, 0, numbers(word), 0, len(word))
        found = int(words.ends[node]) if node >= 0 else -1
        assert found == (spelt.index(word) if word in spelt else -1)


@given(SPELT, SPELT)
def test_slips_are_those_of_optimal_string_alignment(one: str, other: str) -> None:
    rows = spelling_scratch(1).rows
    assert slips(numbers(one), numbers(other), rows) == OSA.distance(one, other)


@given(VOCABULARIES, SPELT, st.integers(0, 2))
def test_walk_finds_every_word_within_the_slips_and_no_other(vocabulary: list[str], word: str, edits: int) -> None:
    words, spelt = words_of(vocabulary)
    found = np.empty(4_096, np.int64)
    leads = shown_of(words, everything(spelt)).nodes
    count = walk(words, leads, numbers(word), edits, found, spelling_scratch(len(spelt)).waiting)
    assert {spelt[number] for number in found[:count]} == {near for near in spelt if OSA.distance(near, word) <= edits}


def test_walk_of_a_long_word_among_many_ends_and_finds_it() -> None:
    random.seed(7)
    vocabulary = ["".join(random.choices("abcdefghij", k=random.randint(3, 40))) for _ in range(3_000)]
    words, spelt = words_of(vocabulary)
    longest = max(spelt, key=len)
    found = np.empty(4_096, np.int64)
    leads = shown_of(words, everything(spelt)).nodes
    count = walk(words, leads, numbers(longest), 2, found, spelling_scratch(len(spelt)).waiting)
    assert spelt.index(longest) in found[:count]


@given(VOCABULARIES, SPELT, st.integers(1, 5))
def test_words_that_share_most_grams_are_found_and_hidden_ones_are_not_met(
    vocabulary: list[str], word: str, limit: int
) -> None:
    words, spelt = words_of(vocabulary)
    scratch, found = spelling_scratch(len(spelt)), np.empty(64, np.int64)
    shown = np.array([number % 2 for number in range(len(spelt))], np.uint8)
    count = sharing_grams(words, numbers(word), shown, scratch, found, limit)
    shares = {number: _share(word, spelt[number]) for number in range(len(spelt)) if shown[number]}
    met = sorted((share for share in shares.values() if share), reverse=True)
    least = max(met[limit - 1] if len(met) >= limit else 0, math.floor(BUCKETS * GRAM_SHARE_MIN))
    assert set(found[:count].tolist()) == {number for number, share in shares.items() if share and share >= least}
    assert not scratch.shared.any()


def _share(one: str, other: str) -> int:
    grams = [[f"_{word}_"[place : place + 3] for place in range(len(word))] for word in (one, other)]
    shared = sum(gram in grams[0] for gram in grams[1])
    return min(BUCKETS, int(BUCKETS * 2.0 * _multiplied(grams) / (len(one) + len(other)))) if shared else 0


def _multiplied(grams: list[list[str]]) -> int:
    return sum(grams[0].count(gram) for gram in grams[1])


@given(VOCABULARIES, st.sets(SPELT))
def test_i12_node_leads_on_where_a_shown_word_begins_with_its_letters(vocabulary: list[str], hidden: set[str]) -> None:
    words, spelt = words_of(vocabulary)
    leads = shown_of(words, np.array([word not in hidden for word in spelt], np.uint8)).nodes
    for beginning in {word[:place] for word in spelt for place in range(len(word) + 1)}:
        node = node_after(words.follows, words.child, 0, numbers(beginning), 0, len(beginning))
        assert leads[node] == any(word.startswith(beginning) for word in spelt if word not in hidden)


NATIVE = ["мухаммедов", "محمد", "김정훈", "潘兆平", "ジョンソン", "щука"]


@pytest.mark.parametrize("hidden", ["", "kim", "mohammed", "johnson"])
@pytest.mark.parametrize("native", NATIVE)
def test_i22_what_a_word_costs_is_the_cheapest_cutting(native: str, hidden: str) -> None:
    lattice = lattice_of(native)
    assert lattice is not None
    vocabulary = [
        "muhammedov",
        "mukhammedov",
        "mohammed",
        "mohamed",
        "kim",
        "jeonghun",
        "poon",
        "pan",
        "panzhaoping",
        "johnson",
        "joson",
        "shchuka",
    ]
    words, spelt = words_of(vocabulary)
    found, costs = np.empty(64, np.int64), np.empty(64, np.int32)
    ways = beginnings(40)
    shown = [word for word in spelt if word != hidden]
    leads = shown_of(words, np.array([word in shown for word in spelt], np.uint8)).nodes
    count = sounding(words, leads, lattice, latin_chunks(), ways, found, costs)
    heard = dict(zip((spelt[number] for number in found[:count]), costs[:count].tolist(), strict=True))
    assert heard == _heard(lattice, shown)
    assert heard or hidden
    assert not ways.counts.any()
    assert (ways.nodes == -1).all()


def _heard(lattice: Lattice | None, shown: list[str]) -> dict[str, int]:
    """Try every way through the lattice that spells a word's beginning; go on with those that are little dearer."""
    assert lattice is not None
    chunks, signs = latin_chunks(), len(lattice.begins) - 1
    beginnings_ = {word[:place] for word in shown for place in range(len(word) + 1)}
    costs: list[dict[str, int]] = [{"": 0}, *({} for _ in range(signs))]
    for place in range(signs + 1):
        least = min(costs[place].values(), default=0)
        costs[place] = {read: cost for read, cost in costs[place].items() if cost <= least + DEARER_MAX}
        for read, cost in costs[place].items() if place < signs else ():
            for arc in range(int(lattice.begins[place]), int(lattice.begins[place + 1])):
                number = int(lattice.chunks[arc])
                longer = read + decode(chunks.letters[chunks.begins[number] : chunks.begins[number + 1]].tobytes())
                if longer in beginnings_:
                    there = costs[lattice.to[arc]]
                    there[longer] = min(there.get(longer, 1 << 30), cost + int(lattice.costs[arc]))
    return {word: costs[signs][word] for word in shown if word in costs[signs]}


def near_of(
    asked: str, vocabulary: list[str], hidden: frozenset[str] = frozenset(), common: dict[str, float] | None = None
) -> dict[str, float]:
    words, spelt = words_of(vocabulary, common)
    word = asked_word(asked)
    shown = np.array([one not in hidden for one in spelt], np.uint8)
    near, fits = np.empty(NEAR_MAX, np.int64), np.empty(NEAR_MAX, np.float32)
    given_ = Asked(
        np.frombuffer(b"".join(word.latin), np.uint8),
        np.cumsum([0, *map(len, word.latin)], dtype=np.int64),
        word.lattice or NO_LATTICE,
    )
    scratch = near_scratch(len(spelt))
    count = near_words(words, given_, latin_chunks(), shown_of(words, shown), scratch, near, fits)
    assert not scratch.fit_of.any()
    return {spelt[number]: float(fit) for number, fit in zip(near[:count].tolist(), fits[:count], strict=True)}


@pytest.mark.parametrize(
    ("asked", "usual", "other"),
    [
        ("мухаммедов", "muhammadov", "mahmudov"),
        ("جمال", "jamal", "kamal"),
        ("ハーコート", "harcourt", "hakata"),
        ("정훈", "junghoon", "jaehoon"),
        ("潘", "poon", "wang"),
        ("Smyth", "smith", "smirnov"),
        ("ґонгадзе", "gongadze", "gonzales"),
        ("παπαδοπουλος", "papadopoulos", "papadakis"),
    ],
)
def test_i22_usual_spelling_fits_better_than_another_name(asked: str, usual: str, other: str) -> None:
    near = near_of(asked.lower(), [usual, other, "unrelated"])
    assert next(iter(near)) == usual
    assert near[usual] > near.get(other, 0.0)


def test_i12_words_that_only_hidden_entries_have_move_no_fit() -> None:
    vocabulary = ["muhammadov", "mahmudov", "mukhammedov", "muhammedov"]
    shown_alone = near_of("мухаммедов", ["muhammadov", "mahmudov"])
    assert near_of("мухаммедов", vocabulary, hidden=frozenset({"mukhammedov", "muhammedov"})) == shown_alone


def test_fits_are_best_first_and_a_usual_word_fits_better_than_it_would() -> None:
    plain, usual = (near_of("김", ["kim", "gim", "keem"], common=common) for common in ({}, {"kim": 4.0}))
    nearer = math.exp(COMMON_PART * 4.0 / COST_SPREAD)
    assert usual["kim"] / usual["gim"] == pytest.approx(nearer * plain["kim"] / plain["gim"], rel=1e-5)
    assert all(one >= other for near in (plain, usual) for one, other in pairwise(near.values()))


@given(SPELT, SPELT)
def test_likeness_is_one_for_equal_words_alone_and_the_same_both_ways(one: str, other: str) -> None:
    rows = spelling_scratch(1).rows
    alike = likeness(numbers(one), numbers(other), rows)
    assert 0.0 <= alike <= 1.0
    assert (alike == 1.0) is (one == other)
    assert alike == likeness(numbers(other), numbers(one), rows)


def test_every_latin_chunk_of_the_model_is_in_letters_of_the_index() -> None:
    chunks, latin = latin_chunks(), next(iter(tables().values())).latin
    assert [decode(chunks.letters[one:other].tobytes()) for one, other in pairwise(chunks.begins)] == list(latin)


def test_costs_have_the_scale_of_the_model() -> None:
    assert COST_SCALE == 1000
    assert likelihood("иванов", "ivanov") > 0.5
