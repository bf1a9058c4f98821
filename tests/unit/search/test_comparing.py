"""Comparisons in compiled loops (decision 0045): the same costs, the same scores, the same words."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entente.identity import Description, compare
from entente.identity.alike import compare_words
from entente.identity.names import normalise
from entente.identity.transliteration import COST_SCALE, LETTERS_MAX, cost_ways_by, likelihood, way_cost_of
from entente.search import quicken_comparisons
from entente.search.comparing import compiled_way_cost

pytestmark = pytest.mark.usefixtures("compiled_search")

NATIVE = (
    "мухаммедов",
    "юрченко",
    "ә",
    "محمد",
    "عبدالرحمن",
    "김정은",
    "東京",
    "王小明",
    "龘",
    "ミリアム",
    "すずき",
    "ъ" * 60,
)
LATIN = ("muhammadov", "yurchenko", "mohammed", "abdulrahman", "kimjongun", "tokyo", "wangxiaoming", "miriam", "suzuki", "a",
         "q7", "x" * LETTERS_MAX)  # fmt: skip
WHOLE = 1 << 29
"""More than any way costs."""


@pytest.fixture
def _quick() -> Iterator[None]:
    quicken_comparisons()
    yield
    cost_ways_by(way_cost_of)


@pytest.mark.parametrize("native", [normalise(word) for word in NATIVE])
@pytest.mark.parametrize("latin", LATIN)
def test_a_way_costs_the_same_in_compiled_loops(native: str, latin: str) -> None:
    least = way_cost_of(native, latin, WHOLE)
    assert least is not None
    assert compiled_way_cost(native, latin, WHOLE) == least
    assert compiled_way_cost(native, latin, least) == least
    assert compiled_way_cost(native, latin, least - 1) is None
    assert compiled_way_cost(native, latin, -1) is None


@given(
    native=st.one_of(
        st.text("абвгдежзиклмнопрстуфхцчшщыьэюя", min_size=1, max_size=14),
        st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويء", min_size=1, max_size=10),
        st.text("가각간갈감강고관광구국권규균김남노누단대도동", min_size=1, max_size=4),
        st.text("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林龘", min_size=1, max_size=4),
        st.text("アイウエオカキクケコサシスセソタチツテトッャュョンー", min_size=1, max_size=10),
    ),
    latin=st.text("abcdefghijklmnopqrstuvwxyz0189", min_size=1, max_size=LETTERS_MAX),
    dearest=st.integers(0, 60 * COST_SCALE),
)
@example(native="юрченко", latin="Yurchenko", dearest=WHOLE)
@example(native="юрченко", latin="yürchenko", dearest=WHOLE)
def test_any_two_words_cost_the_same_in_compiled_loops(native: str, latin: str, dearest: int) -> None:
    assert compiled_way_cost(normalise(native), latin, dearest) == way_cost_of(normalise(native), latin, dearest)


def test_a_pair_has_the_same_score_and_evidence_in_compiled_loops() -> None:
    asked = Description(("Muhammadov Abdullo", "محمد عبد الرحمن"), "1979")
    held = Description(("Мухаммедов Абдулло", "Abdulrahman Mohammed", "A. Muhammad"), "1979-03-02")
    plain = compare(asked, held)
    _forget()
    quicken_comparisons()
    try:
        assert compare(asked, held) == plain
    finally:
        cost_ways_by(way_cost_of)
    assert plain.score > 0.9


@pytest.mark.usefixtures("_quick")
def test_a_likelihood_is_asked_of_the_loops_once_they_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def cost(native: str, latin: str, dearest: int) -> int | None:
        asked.append(native)
        return compiled_way_cost(native, latin, dearest)

    monkeypatch.setattr("entente.search.comparing.compiled_way_cost", cost)
    quicken_comparisons()
    asked.clear()
    _forget()
    assert likelihood("юрченко", "yurchenko") > 0.5
    assert asked == ["юрченко"]


def _forget() -> None:
    likelihood.cache_clear()
    compare_words.cache_clear()
