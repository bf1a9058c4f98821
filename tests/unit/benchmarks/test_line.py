"""A line of the table: peers beside the figure, one that was not run with its reason, and the verdict."""

from __future__ import annotations

from benchmarks.line import Line, least, most


def test_peers_stand_side_by_side_and_one_that_was_not_run_says_why() -> None:
    line = Line(
        "recall", 0.9, "", least(0.8), more=((0.4, "grams"), (None, "server not run: it is not installed here"))
    )
    assert line.cells() == ("recall", "≥ 0.8", "0.4 (grams) · server not run: it is not installed here", "0.9", "met")


def test_a_floor_stands_before_the_peers() -> None:
    line = Line("query", 3.0, "ms", most(2), 1.5, "bare", ((2.5, "peer"),))
    assert line.cells() == ("query", "≤ 2.00", "1.50 (bare) · 2.50 (peer)", "3.00 ms", "missed by 50%")


def test_a_line_alone_has_nothing_beside_it() -> None:
    assert Line("records", 5.0, "").cells() == ("records", "", "", "5.00", "")
