"""Leases run on while nothing is said, and no longer (X31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from entente.agreements.model import Right
from entente.exchange.model import EXPIRY_DAYS
from tests.support.memory_exchange import PROGRAMME, XA, XB, ManualClock, MemoryNode, deliver, two_nodes


def sharing(minutes: int = 60) -> tuple[MemoryNode, MemoryNode, ManualClock]:
    """Two nodes under an instrument by which each may hold copies of the other's, for a lease."""
    a, b, clock = two_nodes()
    for node in (a, b):
        state = node.state.instruments[PROGRAMME]
        terms = replace(state.instrument, rights=frozenset({Right.COPY}), lease_minutes=minutes)
        node.state.instruments[PROGRAMME] = replace(state, instrument=terms)
    return a, b, clock


def test_renewal_goes_when_nothing_of_control_went_for_a_quarter_of_the_lease() -> None:
    a, b, clock = sharing()
    assert a.exchange.tend() == 1
    deliver(a, b)
    assert b.state.heard[XA] == clock.moment
    clock.move(minutes=14)
    assert a.exchange.tend() == 0
    clock.move(minutes=1)
    assert a.exchange.tend() == 1
    deliver(a, b)
    assert b.state.heard[XA] == clock.moment
    assert b.state.accepted == []


def test_any_control_statement_renews_and_data_does_not() -> None:
    a, b, clock = sharing()
    a.exchange.tend()
    deliver(a, b)
    clock.move(minutes=15)
    a.send(XB, "data")
    deliver(a, b)
    assert a.exchange.tend() == 1
    a.put(XB, a.say("a word", "participation"), is_control=True)
    deliver(a, b)
    clock.move(minutes=14)
    assert a.exchange.tend() == 0


def test_shortest_lease_of_any_kind_counts() -> None:
    a, b, clock = sharing()
    state = a.state.instruments[PROGRAMME]
    terms = replace(state.instrument, kind_lease_minutes={"wanted_person": 8})
    a.state.instruments[PROGRAMME] = replace(state, instrument=terms)
    a.exchange.tend()
    deliver(a, b)
    clock.move(minutes=2)
    assert a.exchange.tend() == 1


def test_renewals_do_not_pile_up_for_who_is_away() -> None:
    a, b, clock = sharing()
    a.exchange.tend()
    a.exchange.postpone(a.collect(XB), "No line.")
    for _ in range(EXPIRY_DAYS - 1):
        clock.move(days=1)
        assert a.exchange.tend() == 0
    deliver(a, b)
    # The one that waited says no more than when it was sealed; the next is due at once.
    assert b.state.heard[XA] < clock.moment
    assert a.exchange.tend() == 1


def test_nothing_is_renewed_without_the_right_to_copies_or_out_of_force() -> None:
    a, _, clock = sharing()
    state = a.state.instruments[PROGRAMME]
    a.state.instruments[PROGRAMME] = replace(
        state, instrument=replace(state.instrument, rights=frozenset({Right.CONTACT}))
    )
    assert a.exchange.tend() == 0
    a.state.instruments[PROGRAMME] = replace(state, signatures={XA: clock.moment - timedelta(days=1)})
    assert a.exchange.tend() == 0


def test_renewal_sealed_and_lost_is_not_heard() -> None:
    a, b, clock = sharing()
    a.exchange.tend()
    a.collect(XB)
    clock.move(minutes=15)
    assert b.state.heard == {}
