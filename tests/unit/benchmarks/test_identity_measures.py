"""What the benchmark of identity search counts, on inputs small enough to count by hand."""

from __future__ import annotations

import pytest

from benchmarks.identity.measures import (
    Recall,
    best_threshold,
    calibration_error,
    decided,
    is_fitted_half,
    macro,
    point,
    recall,
)


def test_recall_counts_a_right_record_first_and_among_ten() -> None:
    gold = frozenset({"a", "b"})
    eleven = [str(number) for number in range(10)]
    found = recall([(gold, ["a"]), (gold, ["x", "b"]), (gold, [*eleven, "a"]), (gold, [])])
    assert found == Recall(4, 0.25, 0.5)


def test_recall_of_no_query_is_nothing() -> None:
    assert recall([]) == Recall(0, 0.0, 0.0)


def test_macro_weighs_groups_alike_and_leaves_others_out() -> None:
    groups = {
        "xscript/Arab": Recall(10, 0.2, 0.4),
        "xscript_composed/Kana": Recall(1000, 0.6, 0.8),
        "noise_typo1/Latn": Recall(1000, 1.0, 1.0),
        "xscript_composed/Hang": Recall(1000, 1.0, 1.0),
    }
    found = macro(groups)
    assert found.queries == 2
    assert found.first == pytest.approx(0.4)
    assert found.ten == pytest.approx(0.6)


def test_macro_without_the_nine_groups_is_of_those_across_scripts() -> None:
    assert macro({"xscript/Thai": Recall(5, 0.5, 1.0), "noise_typo1/Latn": Recall(5, 0, 0)}) == Recall(1, 0.5, 1.0)
    assert macro({"noise_typo1/Latn": Recall(5, 1, 1)}) == Recall(0, 0.0, 0.0)


def test_decisions_are_judged_at_the_threshold_itself_too() -> None:
    found = decided([0.9, 0.6, 0.6, 0.5, 0.1], [True, True, False, True, False], 0.6)
    assert (found.right, found.wrong, found.missed, found.pairs) == (2, 1, 1, 5)
    assert [found.precision, found.recall, found.f1] == pytest.approx([2 / 3] * 3)


def test_nothing_held_for_one_is_precise_and_worth_nothing() -> None:
    found = decided([0.1, 0.2], [True, False], 0.5)
    assert (found.precision, found.recall, found.f1) == (1.0, 0.0, 0.0)


def test_best_threshold_is_that_of_the_greatest_f1_and_never_parts_equal_scores() -> None:
    scores, truths = [0.9, 0.8, 0.8, 0.3, 0.2], [True, True, False, True, False]
    best = best_threshold(scores, truths)
    assert best == 0.3
    every = [decided(scores, truths, threshold).f1 for threshold in scores]
    assert decided(scores, truths, best).f1 == max(every)
    # A right pair first among equals would look better than any threshold can make it.
    assert decided([0.5, 0.5], [True, False], best_threshold([0.5, 0.5], [True, False])).f1 == pytest.approx(2 / 3)


def test_calibration_error_weighs_each_bin_by_its_pairs() -> None:
    # Three pairs at .9 of which two are right (off by .7 of a pair), one at .1 that is right (off by .9).
    assert calibration_error([0.9, 0.9, 0.9, 0.1], [True, True, False, True]) == pytest.approx((0.7 + 0.9) / 4)
    assert calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert calibration_error([], []) == 0.0


def test_halves_are_stable_and_about_alike() -> None:
    halves = [is_fitted_half(f"p{number:06}") for number in range(2_000)]
    assert 900 < sum(halves) < 1_100
    assert halves == [is_fitted_half(f"p{number:06}") for number in range(2_000)]


def test_points_of_a_distribution() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (point(values, 500), point(values, 990), point([7.0], 990)) == (51.0, 100.0, 7.0)
