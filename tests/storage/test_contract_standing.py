"""Standing queries and findings «not identical»: one contract for the store and for the fake that unit tests use.

Source: docs/rules/identity.md I25 to I30; identity.ports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from entente.identity.model import Match, MatchState, NotIdentical, Occasion, Query, StandingQuery
from entente.identity.ports import NamesakeStore, StandingStore
from entente.kernel.ids import OfficerId
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.conftest import Opener
from tests.storage.examples import NOW
from tests.storage.test_contract_records import numbered
from tests.support.memory_standing import MemoryNamesakes, MemoryStanding

pytestmark = pytest.mark.storage

DUTY, GATE = OfficerId("xa-duty-1"), OfficerId("xa-gate-1")
DAY = timedelta(days=1)
RECORDS = 3


@dataclass
class Kept:
    standing: StandingStore
    namesakes: NamesakeStore


Open = Callable[[], AbstractContextManager[Kept]]


@pytest.fixture(params=["memory", "store"])
def opened(request: pytest.FixtureRequest, opener: Opener) -> Open:
    """Open a unit over the fake, or over a store with three records; what was put is kept when it ends."""
    if request.param == "memory":
        kept = Kept(MemoryStanding(), MemoryNamesakes())
        return lambda: nullcontext(kept)
    store = opener()
    with store.unit() as unit:
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write(str(number), classes) for number in range(1, RECORDS + 1)])
        unit.commit()
    return lambda: unit_of(store)


@contextmanager
def unit_of(store: Store) -> Iterator[Kept]:
    with store.unit() as unit:
        yield Kept(unit.standing, unit.namesakes)
        unit.commit()


def query(name: str, officer: OfficerId = DUTY, since: int = 1, **changes: Any) -> StandingQuery:  # noqa: ANN401 - the fields of the dataclass
    asked = Query(names=("Мухаммедов", "Muhammadov"), birth_date="1979", identifiers=("AB 123456",))
    occasion = Occasion("identify", "fugitives", case="2031/000017")
    return replace(StandingQuery(name, officer, asked, occasion, NOW, NOW + 30 * DAY, since), **changes)


def match(name: str, of: str = "q-1", record: int = 1, row: int = 5, **changes: Any) -> Match:  # noqa: ANN401 - the fields of the dataclass
    return replace(Match(name, of, record, 1, 930, "aa", NOW, row), **changes)


def marker(name: str, record: int = 1, **changes: Any) -> NotIdentical:  # noqa: ANN401 - the fields of the dataclass
    made = NotIdentical(name, record, 1, frozenset({"d1", "d2"}), frozenset({1}), "Other face.", DUTY, NOW, NOW + DAY)
    return replace(made, **changes)


def test_i25_queries_are_read_back_by_id_officer_and_whether_they_stand(opened: Open) -> None:
    first, second, other = query("q-1"), query("q-2", since=2, until=NOW + DAY), query("q-3", GATE, 3)
    with opened() as unit:
        before = unit.standing.version()
        for one in (first, second, other):
            unit.standing.put(one)
    with opened() as unit:
        kept = unit.standing
        assert kept.version() > before
        assert (kept.get("q-1"), kept.get("q-9")) == (first, None)
        assert kept.of(DUTY) == (second, first)
        assert (kept.count(), kept.count(GATE)) == (3, 1)
        assert kept.live(NOW + DAY) == {"q-1", "q-3"}
        assert kept.several({"q-3", "q-1", "q-9"}) == (first, other)
        assert kept.ended(NOW + DAY) == ("q-2",)


def test_i25_a_query_goes_with_its_matches_and_raises_the_version(opened: Open) -> None:
    with opened() as unit:
        unit.standing.put(query("q-1"))
        unit.standing.put(query("q-2"))
        unit.standing.put_match(match("m-1"))
        unit.standing.put_match(match("m-2", "q-2"))
    with opened() as unit:
        before = unit.standing.version()
        unit.standing.remove("q-1")
        assert unit.standing.version() > before
    with opened() as unit:
        assert (unit.standing.get("q-1"), unit.standing.matches("q-1"), unit.standing.match("m-1")) == (None, (), None)
        assert unit.standing.matches("q-2") == (match("m-2", "q-2"),)


def test_i27_a_match_is_one_for_a_query_and_a_record_and_its_later_state_replaces_it(opened: Open) -> None:
    later = match("m-1", row=9, state=MatchState.SHOWN, basis="bb", version=2, score=700)
    with opened() as unit:
        unit.standing.put(query("q-1"))
        unit.standing.put_match(match("m-1"))
        unit.standing.put_match(match("m-2", record=2, row=7))
        unit.standing.put_match(later)
    with opened() as unit:
        assert unit.standing.match("m-1") == later == unit.standing.match_of("q-1", 1)
        assert unit.standing.match_of("q-1", 3) is None
        assert unit.standing.matches("q-1") == (later, match("m-2", record=2, row=7))


def test_i27_settled_matches_make_room_oldest_first_and_others_stay(opened: Open) -> None:
    with opened() as unit:
        unit.standing.put(query("q-1"))
        for number in (1, 2, 3):
            state = MatchState.NEW if number == 2 else MatchState.SETTLED
            unit.standing.put_match(match(f"m-{number}", record=number, row=number, state=state))
        unit.standing.drop_settled("q-1", 2)
        assert [one.id for one in unit.standing.matches("q-1")] == ["m-3", "m-2"]
        unit.standing.drop_settled("q-1", 0)
        assert [one.id for one in unit.standing.matches("q-1")] == ["m-2"]
        assert unit.standing.not_kept("q-1") == 0
        unit.standing.add_not_kept("q-1", 2)
        unit.standing.add_not_kept("q-1", 3)
        assert unit.standing.not_kept("q-1") == 5


def test_i26_position_is_kept(opened: Open) -> None:
    with opened() as unit:
        assert unit.standing.position() == 0
        unit.standing.set_position(7)
        unit.standing.set_position(9)
    with opened() as unit:
        assert unit.standing.position() == 9


def test_i28_findings_that_hold_come_newest_first_and_others_are_removed(opened: Open) -> None:
    newer = marker("n-2", at=NOW + timedelta(hours=1), until=NOW + 9 * DAY)
    with opened() as unit:
        for one in (marker("n-1"), newer, marker("n-3", record=2)):
            unit.namesakes.put(one)
    with opened() as unit:
        kept = unit.namesakes
        assert kept.get("n-2") == newer
        assert kept.of({1, 3}, NOW) == (newer, marker("n-1"))
        assert kept.of({1, 2}, NOW + DAY) == (newer,)
        assert (kept.has_ended(NOW), kept.has_ended(NOW + DAY)) == (False, True)
        kept.remove_ended(NOW + DAY)
        assert (kept.get("n-1"), kept.get("n-3"), kept.get("n-2")) == (None, None, newer)
        kept.remove("n-2")
        assert kept.get("n-2") is None


def test_i28_digests_are_the_same_again_and_apart_for_each_use(opened: Open) -> None:
    with opened() as unit:
        assert unit.namesakes.digest("n:AB123456") == unit.namesakes.digest("n:AB123456")
        assert unit.namesakes.digest("n:AB123456") != unit.namesakes.digest("n:AB123457")
        assert unit.namesakes.digest("n:AB123456") != unit.standing.digest("n:AB123456")


def test_i28_digests_of_another_node_and_those_of_tombstones_are_others(store: Store) -> None:
    with store.view() as view:
        digest = view.namesakes.digest("n:AB123456")
        assert digest != view.erasures.keyed(b"identifying", b"n:AB123456").hex()
        assert digest != MemoryNamesakes().digest("n:AB123456")


def test_i30_a_record_that_is_erased_takes_its_matches_and_findings_with_it(store: Store) -> None:
    with store.unit() as unit:
        unit.records.put_many([examples.write(str(number), numbered(unit, 1)) for number in (1, 2)])
        unit.standing.put(query("q-1"))
        for number in (1, 2):
            unit.standing.put_match(match(f"m-{number}", record=number))
            unit.namesakes.put(marker(f"n-{number}", record=number))
        (one,) = unit.records.get_many([1])
        assert unit.erasures.remove(one.record.id) == 1
        unit.commit()
    with store.view() as view:
        assert [one.id for one in view.standing.matches("q-1")] == ["m-2"]
        assert (view.namesakes.get("n-1"), view.namesakes.of({1, 2}, NOW)) == (None, (marker("n-2", record=2),))
        assert view.standing.get("q-1") == query("q-1")
