"""Rows of the trail are looked for, the newest first, in bounded steps (T16), on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from entente.kernel.ids import SALT_BYTES
from entente.kernel.ports import Act
from entente.storage.store import Store
from entente.trail import service
from entente.trail.ports import TrailUnit, Wanted
from entente.trail.rules import make_row
from entente.trail.service import Trail, TrailPage
from tests.storage.examples import NOW, OWN

pytestmark = pytest.mark.storage


@pytest.fixture
def trail(store: Store) -> Trail:
    """Return a trail of forty rows, a minute apart: every fourth a search, every tenth about the case."""
    with store.unit() as unit:
        for number in range(1, 41):
            verb = "search" if number % 4 == 0 else "sign_in"
            subject = "case 1" if number % 10 == 0 else f"thing {number}"
            act = Act(verb, OWN, "duty-1" if number % 2 else "duty-2", subject, {})
            row, frontier = make_row(unit.trail.frontier(), NOW + timedelta(minutes=number), act, bytes(SALT_BYTES))
            unit.trail.append(row, frontier)
        unit.commit()
    return Trail(lambda: cast("TrailUnit", store.view()))


def sequences(page: TrailPage) -> list[int]:
    return [row.sequence for row in page.rows]


def test_t16_rows_are_found_by_each_of_what_narrows_them_the_newest_first(trail: Trail) -> None:
    every = trail.search(Wanted(), None, 100)
    assert sequences(every) == list(range(40, 0, -1))
    assert (every.next_before, every.looked_to) == (None, NOW + timedelta(minutes=1))
    assert sequences(trail.search(Wanted(verb="search"), None, 100)) == list(range(40, 0, -4))
    assert sequences(trail.search(Wanted(officer="duty-1"), None, 3)) == [39, 37, 35]
    assert sequences(trail.search(Wanted(subject="case 1"), None, 100)) == [40, 30, 20, 10]
    assert sequences(trail.search(Wanted(subject="case 1", verb="search"), None, 100)) == [40, 20]
    since, until = NOW + timedelta(minutes=11), NOW + timedelta(minutes=13)
    assert sequences(trail.search(Wanted(since=since, until=until), None, 100)) == [13, 12, 11]
    assert sequences(trail.search(Wanted(verb="nothing"), None, 100)) == []


def test_t16_pages_follow_each_other_without_gap_or_repetition(trail: Trail) -> None:
    seen: list[int] = []
    before: int | None = None
    while True:
        page = trail.search(Wanted(verb="search"), before, 3)
        seen += sequences(page)
        if (before := page.next_before) is None:
            break
    assert seen == list(range(40, 0, -4))


def test_t16_a_search_for_something_rare_is_answered_step_by_step(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ROWS_PER_SEARCH", 7)
    wanted = Wanted(verb="search", officer="nobody")
    page = trail.search(wanted, None, 100)
    assert (page.rows, page.next_before, page.looked_to) == ((), 34, NOW + timedelta(minutes=34))
    steps = 1
    while page.next_before is not None:
        page = trail.search(wanted, page.next_before, 100)
        steps += 1
    assert steps == 6
    # Behind its beginning in time nothing is looked at.
    late = trail.search(replace(wanted, since=NOW + timedelta(minutes=36)), None, 100)
    assert late.next_before is None
