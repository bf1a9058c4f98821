"""I7, I12 and I22: how well one word stands for an asked one by itself, against all ways to write it and the near words."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.identity.transliteration import LETTER_SKIPPED, SIGN_SKIPPED
from entente.search.answering import Held, find_near, fit_left, scratch_for
from entente.search.closer import (
    CLOSER_BELOW,
    CLOSER_MAX,
    JUDGED,
    best_of,
    cheapest,
    forget,
    left_over,
    rests_of,
)
from entente.search.index import Index
from entente.search.lattices import lattice_of, model
from entente.search.letters import LETTERS, decode
from entente.search.matching import HELD_WORDS_MAX, Names
from entente.search.names_builder import IndexRecord
from entente.search.near import ALIKE_MIN, LETTER_FIT, NEAR_MAX, STANDARD_FIT
from entente.search.question import lay_out
from entente.search.sounding import FAR
from tests.unit.search.test_words import NOBODY, everything, near_of, numbers, shown_of, words_of

VOCABULARY = [
    "muhammadov",
    "mahmudov",
    "jamal",
    "kamal",
    "harcourt",
    "hakata",
    "kim",
    "gim",
    "wright",
    "light",
    "x",
    "smith",
]
NATIVE = ["мухаммадов", "جمال", "ハーコート", "김", "赖特"]


def fits_by_themselves(asked: str) -> dict[str, float]:
    words, spelt = words_of(VOCABULARY)
    held, question, scratch = Held(words, NOBODY, model()), lay_out(((asked,),)), scratch_for(0, len(spelt))
    find_near(held, shown_of(words, everything(spelt)), question, 0, scratch)
    fits = np.full(len(spelt), JUDGED, np.float32)
    fit_left(held, question, 0, np.arange(len(spelt)), fits, scratch)
    assert not scratch.near.spelling.places.any()
    return {word: float(fit) for word, fit in zip(spelt, fits, strict=True) if fit != JUDGED}


@pytest.mark.parametrize("asked", [*NATIVE, "smyth", "jamaal", "παπαδακησ"])
def test_i22_word_fits_as_well_by_itself_as_in_the_list_of_near_words(asked: str) -> None:
    near, alone = near_of(asked, VOCABULARY), fits_by_themselves(asked)
    well = {word: fit for word, fit in near.items() if fit >= ALIKE_MIN * (STANDARD_FIT if asked in NATIVE else 1.0)}
    assert well or asked == "παπαδακησ"
    assert {word: alone[word] for word in well} == pytest.approx(well, abs=1e-5)


def test_word_that_cannot_be_the_asked_one_does_not_fit() -> None:
    assert fits_by_themselves("ハーコート").keys().isdisjoint({"kim", "smith", "light"})
    assert fits_by_themselves("smyth") == {"smith": pytest.approx(0.83, abs=0.02)}


def test_initial_fits_the_word_it_begins() -> None:
    assert fits_by_themselves("xavier") == {"x": LETTER_FIT}


@functools.cache
def chunks_of(native: str) -> list[list[tuple[int, dict[str, int]]]]:
    """Return, for each sign of a native word, where the chunks that begin there end, and what each is written as at what cost."""
    lattice, held = lattice_of(native), model()
    assert lattice is not None
    spans, found = iter(zip(*[iter(lattice.spans)] * 3, strict=True)), []
    for count in lattice.counts:
        here = [next(spans) for _ in range(count)]
        found.append(
            [(there, {letters_of(arc): int(held.costs[arc]) for arc in range(*arcs)}) for there, *arcs in here]
        )
    return found


def letters_of(arc: int) -> str:
    held = model()
    chunk = held.chunks[arc]
    return decode(held.letters[held.begins[chunk] : held.begins[chunk + 1]].tobytes())


def cost_of(native: str, word: str | None) -> int:
    """Return what the cheapest of all ways to write a native word as another costs, be it None: as any."""

    @functools.cache
    def after(place: int, rest: str | None) -> int:
        costs = [LETTER_SKIPPED + after(place, rest[1:])] if rest else []
        if place == len(chunks_of(native)):
            return min(costs, default=0)
        costs.append(SIGN_SKIPPED + after(place + 1, rest))
        for there, written in chunks_of(native)[place]:
            for letters, cost in written.items():
                if rest is None or rest.startswith(letters):
                    costs.append(cost + after(there, None if rest is None else rest[len(letters) :]))
        return min(costs)

    return after(0, word)


@given(st.sampled_from(["ли", "رضا", "김", "赖特", "リー"]), st.data())
def test_i22_what_one_word_costs_is_the_cheapest_way_to_write_it(native: str, data: st.DataObject) -> None:
    likely = ["li", "lie", "reza", "ridha", "kim", "gim", "wright", "lait", "lee", "ri", "rii"]
    word = data.draw(st.sampled_from(likely) | st.text(alphabet="lirezakmght", min_size=1, max_size=6))
    cost = cost_of(native, word)
    most = data.draw(st.sampled_from([cost, cost - 1, FAR - 1]) | st.integers(0, 40_000))
    asked = lay_out(((native,),))
    begins, spans = asked.span_begins, asked.spans
    rests = rests_of(model(), begins, spans)
    assert rests[0] == cost_of(native, None)
    found = cheapest(model(), begins, spans, rests, numbers(word), float(most))
    assert found == (cost if cost <= most else FAR)


def test_i43_letter_that_no_chunk_explains_costs_and_does_not_forbid() -> None:
    # No pair writes 雷 as «reyh» or 德 as «nd».
    alone = cost_of("雷德", "reyhd")
    assert LETTER_SKIPPED < alone <= LETTER_SKIPPED + cost_of("雷德", "reyd")


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40), st.integers(1, 50))
def test_best_scores_are_chosen_to_within_a_step(scores: list[float], room: int) -> None:
    best = np.empty(room, np.int64)
    count = best_of(np.array(scores), len(scores), best)
    chosen = [scores[place] for place in best[:count]]
    assert len(set(best[:count].tolist())) == count == min(room, len(scores))
    assert sum(chosen) >= sum(sorted(scores)[-count:]) - count / 512


FITS = st.sampled_from([0.0, JUDGED, 0.375, CLOSER_BELOW])
ROWS_OF_FITS = st.lists(FITS, min_size=10, max_size=10)


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=20), max_size=5),
    st.lists(ROWS_OF_FITS, min_size=1, max_size=3),
    st.lists(st.sampled_from([0.25, CLOSER_BELOW]), min_size=3, max_size=3),
)
def test_each_word_is_left_over_once_where_nothing_fits_well(
    held: list[list[int]], known: list[list[float]], least: list[float]
) -> None:
    begins = np.cumsum([0, *map(len, held)], dtype=np.int32)
    names: Names = NOBODY._replace(words=np.array([word for entry in held for word in entry], np.int32), begins=begins)
    table, enough, left, count = (
        np.array(known, np.float32).T.copy(),
        np.array(least[: len(known)], np.float32),
        np.empty(100, np.int64),
        0,
    )
    for entry in range(len(held)):
        count = left_over(names, entry, 0, enough, table, left, count)
    looked_at = [entry[:HELD_WORDS_MAX] for entry in held]
    poor = [entry for entry in looked_at if max(known[0][word] for word in entry) < least[0]]
    taken = {word for row, well in zip(known, least, strict=False) for word in range(10) if row[word] >= well}
    wanted = {word for entry in poor for word in entry if known[0][word] == 0.0} - taken
    assert sorted(left[:count].tolist()) == sorted(wanted)
    assert table.T.tolist() == [[JUDGED if word in wanted else fit for word, fit in enumerate(known[0])], *known[1:]]
    for entry in range(len(held)):
        forget(names, entry, table[:, 0])
    assert not table[:, 0][sorted({word for entry in looked_at for word in entry})].any()


def _built(folder: Path, names: dict[str, int]) -> Index:
    folder.mkdir()
    return Index.build([IndexRecord(name, (name,), cls=cls) for name, cls in names.items()], folder)


# More words than a list of near words holds, in fewer names than are looked at closely.
NEARER = dict.fromkeys((f"Aurora leigh{one}t leigh{one}h leight{one} leig{one}ht" for one in LETTERS), 0)
JEREMYS = dict.fromkeys(("Jeremy Brown", "Jeremy Smith", "Jeremy Wright", "Jeremy Green"), 0)


def test_names_of_whom_one_word_is_near_are_told_apart_by_the_other(tmp_path: Path) -> None:
    spelt = sorted({word for name in NEARER | JEREMYS for word in name.lower().split()})
    assert len(spelt) > NEAR_MAX
    assert len(NEARER) + len(JEREMYS) < CLOSER_MAX
    assert "wright" not in near_of("leight", spelt)
    index = _built(tmp_path / "names", NEARER | JEREMYS)
    found = {one.id: one.score for one in index.search("Jeremy Leight", 200)}
    jeremys = {name: found[name] for name in JEREMYS}
    assert max(jeremys, key=jeremys.__getitem__) == "Jeremy Wright"
    assert jeremys["Jeremy Brown"] < jeremys["Jeremy Wright"] - 0.1


@pytest.mark.parametrize(
    "query", ["Jeremy Leight", "Джереми Райт", "杰里米·赖特", "Jeremy Wr", "Jeremy Bernhard Leight"]
)
def test_i12_close_look_leaves_nothing_behind_and_hidden_names_move_nothing(tmp_path: Path, query: str) -> None:
    hidden = {"Jeremy Wrigh": 1, "Wright Leight": 1, "Jeremy Lite": 1, "Jeremy B": 1}
    both, alone = _built(tmp_path / "both", JEREMYS | hidden), _built(tmp_path / "alone", JEREMYS)
    first = both.search(query, 20, allowed=[0])
    assert first == both.search(query, 20, allowed=[0]) == alone.search(query, 20)
    assert first
    scratch = both._scratch()  # noqa: SLF001 - what a search leaves behind is seen nowhere else
    assert not scratch.match.table.any()
    assert not scratch.match.state.any()
    assert not scratch.near.spelling.places.any()


def test_initial_in_a_name_tells_it_from_another(tmp_path: Path) -> None:
    # Where no name had a word near to «Carlos», nothing would be judged by it.
    names = dict.fromkeys(("D. K. J. Romero", "C. V. J. Romero", "K. B. J. Romero", "Carla Ruiz"), 0)
    found = _built(tmp_path / "names", names).search("Carlos Romero", 3)
    assert found[0].id == "C. V. J. Romero"
    assert found[0].score > found[1].score


def test_i46_a_rare_word_that_nobody_asked_for_counts_as_a_usual_one(tmp_path: Path) -> None:
    names = ("Anna Berg Maria", "Anna Berg Qvistgaard", "Anna Berg")
    first, second, third = _built(tmp_path / "names", dict.fromkeys(names, 0)).search("Anna Berg", 3)
    assert first.id == "Anna Berg"
    assert second.score == third.score < first.score


def test_i46_two_words_are_sooner_two_nearly_alike_than_one(tmp_path: Path) -> None:
    index = _built(tmp_path / "names", dict.fromkeys(("Annalund Berg", "Anna Lundh Berg"), 0))
    assert [one.id for one in index.search("Anna Lund", 3)] == ["Anna Lundh Berg", "Annalund Berg"]
    assert index.search("Annalund", 1)[0].id == "Annalund Berg"
