"""The cache of allowed sets: bounded, and void as soon as what it rests on changed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from entente.agreements.model import Right
from entente.disclosure.allowed import SETS_MAX, AllowedSets, Question
from entente.disclosure.model import DisclosureClass, Situation
from entente.handling.model import DisclosureAct
from tests.support.build_disclosure import NOW, a_class, a_reader, a_situation
from tests.support.fake_disclosure_unit import FakeClasses, a_world


class CountingStore(FakeClasses):
    """Counts how often all classes are read."""

    def __init__(self, *numbers: int) -> None:
        super().__init__(a_world(classes={number: a_class() for number in numbers}))
        self.reads = 0

    def classes(self) -> Mapping[int, DisclosureClass]:
        self.reads += 1
        return super().classes()


def question(case: int = 0) -> Question:
    return Question(a_reader(), DisclosureAct.SEE, Right.COPY, "arrest" if case == 0 else f"purpose-{case}", "drugs")


def shut() -> Situation:
    return a_situation(instruments={})


def test_kept_set_answers_while_version_and_time_hold() -> None:
    sets, store = AllowedSets(), CountingStore(1)
    assert sets.allowed(question(), store, a_situation(), 1, NOW) == {1}
    assert sets.allowed(question(), store, shut(), 1, NOW) == {1}
    assert store.reads == 1


@pytest.mark.parametrize(("version", "later"), [(2, timedelta(0)), (0, timedelta(0)), (1, timedelta(hours=1))])
def test_other_version_or_passed_date_asks_anew(version: int, later: timedelta) -> None:
    sets, store = AllowedSets(), CountingStore(1)
    assert sets.allowed(question(), store, a_situation(), 1, NOW) == {1}
    assert sets.allowed(question(), store, shut(), version, NOW + later) == frozenset()


def test_cache_keeps_a_bounded_number_of_sets_and_drops_the_oldest() -> None:
    sets, store = AllowedSets(), CountingStore(1)
    for case in range(SETS_MAX + 1):
        sets.allowed(question(case), store, a_situation(), 1, NOW)
    reads = store.reads
    sets.allowed(question(SETS_MAX), store, a_situation(), 1, NOW)
    assert store.reads == reads
    sets.allowed(question(0), store, a_situation(), 1, NOW)
    assert store.reads == reads + 1


def test_several_threads_get_the_same_answers() -> None:
    sets, store = AllowedSets(), CountingStore(1, 2, 3)

    def ask(case: int) -> frozenset[int]:
        return sets.allowed(question(case % 7), store, a_situation(), 1, NOW)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(700)))
    assert all(found == ({1, 2, 3} if case % 7 == 0 else frozenset()) for case, found in enumerate(answers))
