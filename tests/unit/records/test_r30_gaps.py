"""R30: what is not shown because a source is silent is written as a gap, to those alone who would see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entente.handling.model import Restriction, RestrictionMode
from entente.kernel.errors import NotFound
from entente.records.model import Gap, SilentSource
from tests.support.build_correspondence import ANALYST, DUTY, NOW, Network, a_network, a_record, terms_of

WHY = ("locate", "organised_crime")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def net() -> Network:
    """XB holds four records of XA: two for everybody, one for those cleared for more, one that it may not show at all."""
    net = a_network()
    terms = terms_of(net.xa, net.agreement)
    not_for_xb = Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xb.id}))
    net.share(a_record(net.xa, terms), net.xb)
    net.share(a_record(net.xa, terms, local_id="p-2"), net.xb)
    net.share(a_record(net.xa, terms_of(net.xa, net.agreement, marks=frozenset({"minor"})), local_id="p-3"), net.xb)
    hidden = terms_of(net.xa, net.agreement, restrictions=frozenset({not_for_xb}))
    net.share(a_record(net.xa, hidden, local_id="p-4"), net.xb)
    return net


def test_r30_list_names_what_it_lacks_and_for_how_long(net: Network) -> None:
    page, total = net.xb.records.page(DUTY, *WHY)
    assert (len(page.records), total, page.gaps) == (3, 3, ())
    net.clock.moment = NOW + DAY
    page, total = net.xb.records.page(DUTY, *WHY)
    assert (page.records, total) == ((), 0)
    assert page.gaps == (Gap(net.xa.id, NOW, 3),)
    assert net.xb.acts("list_records")[-1].detail["silent_sources"] == [net.xa.id]
    net.go_to(NOW + DAY)
    page, total = net.xb.records.page(DUTY, *WHY)
    assert (len(page.records), total, page.gaps) == (3, 3, ())


def test_r30_gap_counts_nothing_that_the_reader_may_not_see(net: Network) -> None:
    net.clock.moment = NOW + DAY
    page, _ = net.xb.records.page(ANALYST, *WHY)
    assert page.gaps == (Gap(net.xa.id, NOW, 2),)
    page, _ = net.xb.records.page(DUTY, *WHY, kind="vehicle")
    assert page.gaps == ()


def test_r30_hidden_copy_is_answered_as_an_absent_one_with_the_ground_in_the_trail(net: Network) -> None:
    record = a_record(net.xa, terms_of(net.xa, net.agreement)).id
    assert net.xb.records.show(DUTY, record, *WHY, "").visible.id == record
    net.clock.moment = NOW + DAY
    with pytest.raises(NotFound) as hidden:
        net.xb.records.show(DUTY, record, *WHY, "")
    assert str(hidden.value) == str(NotFound())
    assert "is silent since 2031-05-04T08:00:00" in str(net.xb.acts("show_record")[-1].detail)
    net.xa.records.show(DUTY, record, *WHY, "")


def test_r30_operator_is_told_who_is_silent_and_whose_lease_ends_soon(net: Network) -> None:
    assert net.xb.records.silent_sources(DAY - HOUR) == ()
    ends = NOW + DAY
    assert net.xb.records.silent_sources(DAY) == (SilentSource(net.xa.id, NOW, 0, 4, ends),)
    net.clock.moment = ends
    assert net.xb.records.silent_sources(0 * DAY) == (SilentSource(net.xa.id, NOW, 4, 0, None),)
    del net.xb.store.state.bodies.last_heard[net.xa.id]
    net.xb.store.state.classes.version += 1
    assert net.xb.records.silent_sources(0 * DAY) == (SilentSource(net.xa.id, None, 4, 0, None),)
    assert net.xa.records.silent_sources(DAY) == ()


def test_r30_officer_is_told_how_much_is_hidden_of_what_they_could_see_alone(net: Network) -> None:
    net.clock.moment = NOW + DAY
    (whole,), (of_analyst,) = (net.xb.records.silent_sources(0 * DAY, one) for one in (None, ANALYST))
    assert (whole.hidden, of_analyst.hidden) == (4, 3)
