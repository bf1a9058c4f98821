"""R61: what a record links to, with what its reader may see of each far end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.kernel.errors import NotFound
from entente.kernel.ids import RecordId
from entente.records.blobs import Looking
from entente.records.linked import ENDS_MAX, links_seen
from entente.records.model import Link, Record
from tests.support.build_correspondence import DUTY, Network, a_network, a_record, terms_of

WHY = Looking("locate", "organised_crime", "")


@pytest.fixture
def net() -> Network:
    return a_network()


def person(net: Network, local_id: str, *links: RecordId, mark: str = "") -> Record:
    terms = terms_of(net.xa, net.agreement)
    record = a_record(net.xa, replace(terms, marks=frozenset({mark})) if mark else terms, local_id=local_id)
    return replace(record, links=tuple(Link("associate", end) for end in links))


def test_r61_far_ends_are_seen_as_far_as_the_gate_lets_and_hidden_ones_are_not_named(net: Network) -> None:
    seen, hidden = net.share(person(net, "p-2")), net.share(person(net, "p-3", mark="unheard_of"))
    elsewhere = RecordId(f"{net.xa.id}/never-here")
    record = net.share(person(net, "p-1", seen, hidden, elsewhere))
    found = links_seen(net.xa.records, DUTY, record, WHY)
    # One that is not here is as one that is hidden: whoever writes a link to a guessed id learns nothing by its going.
    assert [(one.to, one.end is not None) for one in found.links] == [(seen, True)]
    assert found.links[0].end == net.xa.store.state.records.held[seen].record
    row = net.xa.store.state.trail.latest(1)[0]
    assert (row.act.verb, row.act.subject, row.act.detail["links"]) == ("show_links", record, 1)
    assert hidden not in str(row.act.detail)


def test_r61_no_more_ends_are_looked_at_than_a_chart_shows(net: Network) -> None:
    ends = [net.share(person(net, f"end-{place}")) for place in range(ENDS_MAX + 2)]
    found = links_seen(net.xa.records, DUTY, net.share(person(net, "p-1", *ends)), WHY)
    assert len(found.links) == ENDS_MAX + 2
    assert [one.end is not None for one in found.links] == [True] * ENDS_MAX + [False] * 2


def test_r61_what_links_to_it_is_seen_as_far_as_the_gate_lets_and_of_hidden_ones_nothing(net: Network) -> None:
    record = net.share(person(net, "p-1"))
    seen = net.share(person(net, "p-2", record, RecordId(f"{net.xa.id}/never-here")))
    net.share(person(net, "p-3", record, mark="unheard_of"))
    found = links_seen(net.xa.records, DUTY, record, WHY)
    assert [(one.property, one.source.id) for one in found.linking] == [("associate", seen)]
    assert (found.links, found.has_more) == ((), False)
    row = net.xa.store.state.trail.latest(1)[0]
    assert (row.act.detail["links"], row.act.detail["linked_by"]) == (0, 1)
    assert net.xa.records.show(DUTY, record, "locate", "organised_crime", "").is_linked_to
    assert not net.xa.records.show(DUTY, seen, "locate", "organised_crime", "").is_linked_to


def test_r61_whom_a_relation_ties_is_seen_beyond_it_as_far_as_the_gate_lets(net: Network) -> None:
    record, relative = net.share(person(net, "p-1")), net.share(person(net, "p-2"))
    hidden = net.share(person(net, "p-3", mark="unheard_of"))
    elsewhere = RecordId(f"{net.xa.id}/never-here")

    def tie(local_id: str, other: RecordId) -> RecordId:
        links = (Link("person", record), Link("relative", other))
        return net.share(replace(person(net, local_id), schema="Family", links=links))

    ties = [tie("f-1", relative), tie("f-2", hidden), tie("f-3", elsewhere)]
    found = {one.source.id: one for one in links_seen(net.xa.records, DUTY, record, WHY).linking}
    assert set(found) == set(ties)
    (seen,) = found[ties[0]].beyond
    assert (seen.property, seen.to) == ("relative", relative)
    assert seen.end == net.xa.store.state.records.held[relative].record
    # One that is hidden and one that is not here are alike: neither is named.
    assert found[ties[1]].beyond == found[ties[2]].beyond == ()
    # What is a thing itself, and no relation, is named by itself.
    associate = net.share(person(net, "p-4", relative))
    (linking,) = [one for one in links_seen(net.xa.records, DUTY, relative, WHY).linking if one.source.id == associate]
    assert linking.beyond == ()


def test_r61_no_more_is_looked_at_beyond_relations_than_a_chart_shows(net: Network) -> None:
    record = net.share(person(net, "p-1"))
    others = [net.share(person(net, f"other-{place}")) for place in range(ENDS_MAX + 2)]
    links = (Link("person", record), *(Link("relative", other) for other in others))
    net.share(replace(person(net, "f-1"), schema="Family", links=links))
    (linking,) = links_seen(net.xa.records, DUTY, record, WHY).linking
    assert [one.end is not None for one in linking.beyond] == [True] * ENDS_MAX + [False] * 2


def test_r61_a_link_that_may_not_be_seen_is_not_told_by_the_record_that_says_it(net: Network) -> None:
    record = net.share(person(net, "p-1"))
    other = person(net, "p-2")
    hidden = replace(other.terms[0], marks=frozenset({"unheard_of"}))
    net.share(replace(other, terms=(*other.terms, hidden), links=(Link("associate", record, 1),)))
    found = links_seen(net.xa.records, DUTY, record, WHY)
    assert (found.linking, found.has_more) == ((), False)
    assert not net.xa.records.show(DUTY, record, "locate", "organised_crime", "").is_linked_to


def test_r61_no_more_records_that_link_to_it_are_looked_at_than_a_chart_shows_and_it_is_said(net: Network) -> None:
    record = net.share(person(net, "p-1"))
    for place in range(ENDS_MAX + 1):
        net.share(person(net, f"from-{place}", record))
    found = links_seen(net.xa.records, DUTY, record, WHY)
    assert (len(found.linking), found.has_more) == (ENDS_MAX, True)


def test_r61_who_may_not_see_the_record_learns_nothing_of_its_links(net: Network) -> None:
    end = net.share(person(net, "p-2"))
    hidden = net.share(person(net, "p-1", end, mark="unheard_of"))
    for wanted in (hidden, RecordId(f"{net.xa.id}/absent")):
        with pytest.raises(NotFound):
            links_seen(net.xa.records, DUTY, wanted, WHY)
