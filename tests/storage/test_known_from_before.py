"""N22: what a commit left known holds for the next transaction over the same session, and for no other."""

from __future__ import annotations

import pytest

from entente.kernel.merkle import Frontier
from entente.storage.bodies import BODIES_KNOWN_MAX
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import OTHER, OWN, THIRD

pytestmark = pytest.mark.storage


def put(store: Store) -> None:
    """Commit our own entry, another one, and a row of the trail."""
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(), is_own=True)
        unit.bodies.put_body(examples.body(OTHER))
        assert unit.bodies.own().id == OWN
        assert unit.bodies.body(OTHER) is not None
        unit.trail.append(*examples.trail_row(unit.trail.frontier()))
        unit.commit()


def test_n22_next_transaction_finds_what_the_last_commit_left_without_asking(store: Store) -> None:
    put(store)
    with store.unit() as unit:
        assert unit.company.committed is not None
        assert unit.company.committed.size == unit.trail.frontier().size == 1
        assert unit.company.bodies is unit.bodies
        assert unit.trail.frontier_if_known() is None, "nobody moved it in this transaction"
        unit.trail.append(*examples.trail_row(unit.trail.frontier(), "case 2"))
        unit.commit()
    with store.view() as view:
        assert view.company.committed is None
        assert [row.sequence for row in view.trail.rows(0, 9)] == [1, 2]
        assert view.trail.frontier().size == 2


def test_n22_nothing_of_an_undone_unit_goes_on(store: Store) -> None:
    put(store)
    with store.unit() as undone:
        moved = examples.body(OTHER, zone="Asia/Tashkent")
        undone.bodies.put_body(moved)
        undone.bodies.put_body(examples.body(THIRD, "XC-NCB"))
        assert undone.bodies.body(OTHER) == moved
        undone.trail.append(*examples.trail_row(undone.trail.frontier(), "undone"))
    with store.unit() as unit:
        assert unit.bodies.body(OTHER) == examples.body(OTHER)
        assert unit.bodies.body(THIRD) is None
        assert unit.trail.frontier().size == 1
        unit.trail.append(*examples.trail_row(unit.trail.frontier(), "kept"))
        unit.commit()
    with store.view() as view:
        assert [row.act.subject for row in view.trail.rows(0, 9)] == ["case 1", "kept"]


def test_n22_another_session_begins_with_nothing(store: Store) -> None:
    put(store)
    # As after the line to a server broke: somebody else may have written meanwhile.
    store.engine.writer.dispose()
    with store.unit() as unit:
        assert (unit.company.committed, unit.company.head, unit.company.bodies) == (None, None, None)
        assert unit.company.is_at_work is False
        assert unit.trail.frontier().size == 1
        assert unit.bodies.body(OTHER) == examples.body(OTHER)


def test_n22_strangers_who_ask_fill_no_memory(store: Store) -> None:
    put(store)
    with store.unit() as unit:
        for number in range(BODIES_KNOWN_MAX + 1):
            assert unit.bodies.body(type(OTHER)(f"body:{number}")) is None
        asked = unit.bodies
        unit.trail.append(*examples.trail_row(unit.trail.frontier(), "asked"))
        unit.commit()
    with store.unit() as unit:
        assert unit.bodies is not asked
        assert isinstance(unit.company.committed, Frontier)
