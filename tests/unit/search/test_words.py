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

from entente.identity.channel import NATIVE_CHARACTERS_MAX
from entente.identity.transliteration import COST_SCALE, SIGNS_MAX, likelihood, tables
from entente.search.answering import Held, find_near, scratch_for
from entente.search.lattices import Lattice, lattice_of, model
from entente.search.letters import WORD_LETTERS_MAX, decode, encode
from entente.search.matching import Names
from entente.search.near import COST_SPREAD, FOUND_MAX
from entente.search.question import lay_out
from entente.search.rarity import COMMON_PART
from entente.search.sounding import DEARER_MAX, beginnings, sounding
from entente.search.spelling import (
    BUCKETS,
    GRAM_SHARE_MIN,
    LONE_GRAM_LETTERS_MAX,
    WAITING_MAX,
    build_grams,
    likeness,
    mark_places,
    sharing_grams,
    slips,
    spelling_scratch,
    walk,
)
from entente.search.trie import Shown, Words, build_trie, leading, node_after
from entente.search.ways import ASKED_WORDS_MAX, NAME_CHARACTERS_MAX, READINGS_MAX, readings

SPELT = st.text(alphabet="abn1", min_size=1, max_size=7)
VOCABULARIES = st.lists(SPELT, min_size=1, max_size=30, unique=True)


def words_of(vocabulary: list[str], common: dict[str, float] | None = None) -> tuple[Words, list[str]]:
    spelt = sorted(set(vocabulary), key=encode)
    letters = np.frombuffer(b"".join(map(encode, spelt)), np.uint8)
    begins = np.cumsum([0, *(len(encode(word)) for word in spelt)], dtype=np.int32)
    words = Words(
        letters, begins, *build_trie(letters, begins), *build_grams(letters, begins), np.ones(len(spelt), np.float32),
        np.array([(common or {}).get(word, 0.0) for word in spelt], np.float32),
    )  # fmt: skip
    for array in words:
        # As those of a mapped file are: compiled functions are compiled once.
        array.flags.writeable = False
    return words, spelt


def numbers(word: str) -> np.ndarray:
    return np.frombuffer(encode(word), np.uint8)


def everything(spelt: list[str]) -> np.ndarray:
    return np.ones(len(spelt), np.uint8)


def shown_of(words: Words, shown: np.ndarray) -> Shown:
    return Shown(shown, leading(words.nodes, words.ends, shown))


@given(st.text(alphabet="abcz059", max_size=39))
def test_letters_are_read_back(word: str) -> None:
    assert decode(encode(word)) == word


@given(VOCABULARIES, SPELT)
def test_tree_leads_to_each_word_and_to_no_other(vocabulary: list[str], other: str) -> None:
    words, spelt = words_of(vocabulary)
    for word in {*vocabulary, other}:
        node = node_after(words.nodes, 0, numbers(word), 0, len(word))
        found = int(words.ends[node]) if node >= 0 else -1
        assert found == (spelt.index(word) if word in spelt else -1)


@given(SPELT, SPELT)
def test_slips_are_those_of_optimal_string_alignment(one: str, other: str) -> None:
    places = spelling_scratch(1, 1).places
    mark_places(numbers(one), places)
    assert slips(places, len(one), numbers(other), 0, len(other)) == OSA.distance(one, other)


@given(VOCABULARIES, SPELT, st.integers(1, 2), st.sets(SPELT))
def test_walk_finds_shown_words_within_the_slips_once_and_no_other(
    vocabulary: list[str], word: str, edits: int, hidden: set[str]
) -> None:
    words, spelt = words_of(vocabulary)
    found = np.empty(4_096, np.int64)
    scratch, shown = spelling_scratch(len(spelt), found.size), np.array([one not in hidden for one in spelt], np.uint8)
    mark_places(numbers(word), scratch.places)
    count = walk(words, shown_of(words, shown), numbers(word), edits, found, scratch)
    made = dict(zip((spelt[number] for number in found[:count]), scratch.slips[:count].tolist(), strict=True))
    apart = {near: OSA.distance(near, word) for near in spelt if near not in hidden}
    within = {near: slips_ for near, slips_ in apart.items() if slips_ <= edits}
    assert count == len(made)
    assert made.items() <= within.items()
    # Nothing is missing but words with both slips in the first half.
    assert all(near in made or (slips_ == 2 and not _has_half(near, word)) for near, slips_ in within.items())


def _has_half(near: str, word: str) -> bool:
    """Tell whether a word is two slips from another one with no more than one of them in its first half."""
    first, last = word[: len(word) // 2], word[len(word) // 2 :]
    apart = [(OSA.distance(near[:place], first), OSA.distance(near[place:], last)) for place in range(len(near) + 1)]
    return any(before <= 1 and before + after <= 2 for before, after in apart)


def test_walk_of_a_long_word_among_many_ends_and_finds_it() -> None:
    random.seed(7)
    vocabulary = ["".join(random.choices("abcdefghij", k=random.randint(3, 40))) for _ in range(3_000)]
    words, spelt = words_of(vocabulary)
    longest = max(spelt, key=len)
    found = np.empty(4_096, np.int64)
    scratch = spelling_scratch(len(spelt), found.size)
    mark_places(numbers(longest), scratch.places)
    count = walk(words, shown_of(words, everything(spelt)), numbers(longest), 2, found, scratch)
    assert spelt.index(longest) in found[:count]


@given(VOCABULARIES, SPELT, st.integers(1, 5))
def test_words_that_share_most_grams_are_found_and_hidden_ones_are_not_met(
    vocabulary: list[str], word: str, limit: int
) -> None:
    words, spelt = words_of(vocabulary)
    scratch, found = spelling_scratch(len(spelt), 64), np.empty(64, np.int64)
    shown = np.array([number % 2 for number in range(len(spelt))], np.uint8)
    count = sharing_grams(words, shown, numbers(word), scratch, found, limit)
    shares = {number: _share(word, spelt[number]) for number in range(len(spelt)) if shown[number]}
    met = sorted((share for share in shares.values() if share), reverse=True)
    least = max(met[limit - 1] if len(met) >= limit else 0, math.floor(BUCKETS * GRAM_SHARE_MIN))
    assert set(found[:count].tolist()) == {number for number, share in shares.items() if share and share >= least}
    assert not scratch.shared.any()


def _share(one: str, other: str) -> int:
    grams = [[f"_{word}_"[place : place + 3] for place in range(len(word))] for word in (one, other)]
    shared = sum(gram in grams[0] for gram in grams[1])
    enough = 1 if len(one) <= LONE_GRAM_LETTERS_MAX else 2
    return min(BUCKETS, int(BUCKETS * 2.0 * shared / (len(one) + len(other)))) if shared >= enough else 0


@given(VOCABULARIES, st.sets(SPELT))
def test_i12_node_leads_on_where_a_shown_word_begins_with_its_letters(vocabulary: list[str], hidden: set[str]) -> None:
    words, spelt = words_of(vocabulary)
    leads = shown_of(words, np.array([word not in hidden for word in spelt], np.uint8)).nodes
    for beginning in {word[:place] for word in spelt for place in range(len(word) + 1)}:
        node = node_after(words.nodes, 0, numbers(beginning), 0, len(beginning))
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
        "kimjeonghun",
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
    asked, view = lay_out(((native,),)), shown_of(words, np.array([word in shown for word in spelt], np.uint8))
    count = sounding(words, view, model(), asked.span_begins, asked.spans, ways, found, costs)
    heard = dict(zip((spelt[number] for number in found[:count]), costs[:count].tolist(), strict=True))
    assert heard == _heard(lattice, shown)
    assert heard or hidden
    assert not ways.counts.any()
    assert (ways.table == -1).all()


def _heard(lattice: Lattice | None, shown: list[str]) -> dict[str, int]:
    """Try every way through the lattice that spells a word's beginning; go on with those that are little dearer."""
    assert lattice is not None
    held, signs = model(), len(lattice.counts)
    spans = [lattice.spans[place : place + 3] for place in range(0, len(lattice.spans), 3)]
    from_place = [place for place, count in enumerate(lattice.counts) for _ in range(count)]
    beginnings_ = {word[:place] for word in shown for place in range(len(word) + 1)}
    costs: list[dict[str, int]] = [{"": 0}, *({} for _ in range(signs))]
    for place in range(signs + 1):
        least = min(costs[place].values(), default=0)
        costs[place] = {read: cost for read, cost in costs[place].items() if cost <= least + DEARER_MAX}
        for read, cost in costs[place].items() if place < signs else ():
            for arc, to in _arcs(spans, from_place, place):
                number = held.chunks[arc]
                longer = read + decode(held.letters[held.begins[number] : held.begins[number + 1]].tobytes())
                if longer in beginnings_:
                    costs[to][longer] = min(costs[to].get(longer, 1 << 30), cost + int(held.costs[arc]))
    return {word: costs[signs][word] for word in shown if word in costs[signs]}


def _arcs(spans: list[tuple[int, ...]], from_place: list[int], place: int) -> list[tuple[int, int]]:
    return [
        (arc, to)
        for (to, first, last), begin in zip(spans, from_place, strict=True)
        if begin == place
        for arc in range(first, last)
    ]


NONE, EDGE = np.zeros(0, np.int32), np.zeros(1, np.int32)
NOBODY = Names(NONE, EDGE, NONE, EDGE, NONE, np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint16))


def near_of(
    asked: str, vocabulary: list[str], hidden: frozenset[str] = frozenset(), common: dict[str, float] | None = None
) -> dict[str, float]:
    words, spelt = words_of(vocabulary, common)
    shown = np.array([one not in hidden for one in spelt], np.uint8)
    scratch = scratch_for(0, len(spelt))
    find_near(Held(words, NOBODY, model()), shown_of(words, shown), lay_out(((asked,),)), 0, scratch)
    assert not scratch.near.fit_of.any()
    assert not scratch.near.spelling.places.any()
    count, near, fits = scratch.rows.counts[0], scratch.rows.words[0], scratch.rows.fits[0]
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
    alike, back = (
        likeness(OSA.distance(a, b), len(a), len(b), ord(a[0]), ord(b[0])) for a, b in ((one, other), (other, one))
    )
    assert 0.0 <= alike <= 1.0
    assert (alike == 1.0) is (one == other)
    assert alike == back


def test_every_latin_chunk_of_the_model_is_in_letters_of_the_index() -> None:
    chunks, latin = model(), next(iter(tables().values())).latin
    assert [decode(chunks.letters[one:other].tobytes()) for one, other in pairwise(chunks.begins)] == list(latin)


def test_costs_have_the_scale_of_the_model() -> None:
    assert COST_SCALE == 1000
    assert likelihood("иванов", "ivanov") > 0.5


def test_work_of_a_walk_is_bounded_whatever_is_typed() -> None:
    rng = random.Random(7)
    words, spelt = words_of(["".join(rng.choices("ab", k=rng.randint(1, WORD_LETTERS_MAX))) for _ in range(2_000)])
    scratch, found = spelling_scratch(len(spelt), FOUND_MAX), np.empty(FOUND_MAX, np.int64)
    view = shown_of(words, everything(spelt))
    for word in ("a" * WORD_LETTERS_MAX, "ab" * (WORD_LETTERS_MAX // 2), "a", "aab" * 13):
        scratch.waiting[:] = -7
        mark_places(numbers(word), scratch.places)
        count = walk(words, view, numbers(word), 2, found, scratch)
        scratch.places[:] = 0
        # Each node waits once at most, and never more than the children of one node at each depth.
        assert len(set(found[:count].tolist())) == count
        assert (scratch.waiting[:, 0] != -7).sum() < WAITING_MAX


@pytest.mark.parametrize("native", ["мухаммедов" * 9, "محمد" * 30, "김정훈" * 30, "ジョンソン" * 30])
def test_work_of_a_native_word_is_bounded_by_its_first_signs(native: str) -> None:
    asked = lay_out(((native,),))
    assert asked.span_begins.size == SIGNS_MAX + 1
    assert asked.spans.shape[0] <= SIGNS_MAX * NATIVE_CHARACTERS_MAX


@pytest.mark.parametrize("name", ["ab " * 3_333, "محمد " * 2_000, "x" * 10_000, "王" * 5_000])
def test_readings_are_bounded_whatever_is_typed(name: str) -> None:
    found = readings(name)
    assert found == readings(name[:NAME_CHARACTERS_MAX])
    assert 0 < len(found) <= READINGS_MAX
    assert max(map(len, found)) <= ASKED_WORDS_MAX
