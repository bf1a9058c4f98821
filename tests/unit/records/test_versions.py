"""R57 and R58: which versions of a record are here, who sees them, and what two of them differ in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.handling.model import Observation, Retention
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import RecordId
from entente.records.blobs import Looking
from entente.records.comparing import Change, Part, differences
from entente.records.model import Fact, Link, Record
from entente.records.versions import VersionsSeen, compared, missing_runs, versions_seen
from tests.support.build_correspondence import DUTY, Desk, Network, a_network, a_record, terms_of

WHY = Looking("locate", "organised_crime", "")


@pytest.fixture
def net() -> Network:
    return a_network()


def wanted(net: Network, version: int = 1, *facts: Fact) -> Record:
    record = a_record(net.xa, terms_of(net.xa, net.agreement), version=version)
    return replace(record, facts=(*record.facts, *facts))


def seen_at(desk: Desk, record: RecordId) -> VersionsSeen:
    return versions_seen(desk.records, DUTY, record, WHY)


def test_r57_own_earlier_versions_are_seen_newest_first_with_who_made_them(net: Network) -> None:
    record = net.share(wanted(net))
    net.share(wanted(net, 2, Fact("birthDate", "1979")))
    net.share(wanted(net, 4, Fact("birthDate", "1979-03-14")))
    seen = seen_at(net.xa, record)
    assert [(one.number, len(one.record.facts), one.officer) for one in seen.versions] == [
        (4, 2, DUTY), (2, 2, DUTY), (1, 1, DUTY),
    ]  # fmt: skip
    assert seen.not_here == ((3, 3),)
    row = net.xa.store.state.trail.latest(1)[0]
    assert (row.act.verb, row.act.subject, row.act.detail["versions"]) == ("show_versions", record, [4, 2, 1])


def test_r57_a_copys_earlier_versions_are_nobodys_to_see(net: Network) -> None:
    record = net.share(wanted(net), net.xb)
    net.share(wanted(net, 3), net.xb)
    seen = seen_at(net.xb, record)
    assert [one.number for one in seen.versions] == [3]
    assert seen.not_here == ((1, 2),)
    assert compared(seen, None, None) is None


def test_r57_an_earlier_version_that_the_gate_hides_from_the_officer_is_not_here(net: Network) -> None:
    open_terms = terms_of(net.xa, net.agreement)
    record = net.share(replace(a_record(net.xa, replace(open_terms, marks=frozenset({"unheard_of"})))))
    net.share(replace(a_record(net.xa, open_terms), version=2))
    seen = seen_at(net.xa, record)
    assert [one.number for one in seen.versions] == [2]
    assert seen.not_here == ((1, 1),)
    with pytest.raises(NotFound):
        compared(seen, 1, 2)


def test_r57_who_may_not_see_the_newest_version_sees_none(net: Network) -> None:
    record = net.share(wanted(net))
    hidden = replace(terms_of(net.xa, net.agreement), marks=frozenset({"unheard_of"}))
    net.share(replace(a_record(net.xa, hidden), version=2))
    for missing in (record, RecordId(f"{net.xa.id}/absent")):
        with pytest.raises(NotFound):
            seen_at(net.xa, missing)
    with pytest.raises(Invalid):
        versions_seen(net.xa.records, DUTY, record, replace(WHY, purpose="curiosity"))


def test_r58_without_numbers_the_newest_is_compared_with_the_one_before(net: Network) -> None:
    record = net.share(wanted(net))
    for version in (2, 5):
        net.share(wanted(net, version))
    seen = seen_at(net.xa, record)
    pairs = [(None, None), (1, None), (None, 2), (5, 1)]
    found = [compared(seen, *pair) for pair in pairs]
    assert [(one.older.number, one.newer.number) for one in found if one is not None] == [
        (2, 5),
        (1, 5),
        (1, 2),
        (1, 5),
    ]
    assert compared(seen, 5, 5) is None


def test_r58_what_was_added_changed_and_taken_away_stands_line_by_line(net: Network) -> None:
    before = replace(
        wanted(net, 1, Fact("birthDate", "1979"), Fact("alias", "Abu"), Fact("alias", "Ali"), Fact("notes", "Seen.")),
        links=(Link("associate", RecordId("body:xa/p-7")),),
    )
    after = replace(
        wanted(
            net, 2, Fact("birthDate", "1979-03-14"), Fact("alias", "Omar"), Fact("alias", "Said"),
            Fact("notes", "Seen.", observation=Observation.ASSESSED), Fact("passportNumber", "AB123456"),
        ),
        retention=Retention(before.retention.review_on, date(2037, 1, 1)),
    )  # fmt: skip
    lines = [
        (one.part, one.name, one.change, one.older and one.older.value, one.newer and one.newer.value)
        for one in differences(before, after)
    ]
    name = before.facts[0].value
    assert lines == [
        (Part.FACT, "name", Change.SAME, name, name),
        (Part.FACT, "birthDate", Change.CHANGED, "1979", "1979-03-14"),
        (Part.FACT, "alias", Change.ADDED, None, "Omar"),
        (Part.FACT, "alias", Change.ADDED, None, "Said"),
        (Part.FACT, "alias", Change.TAKEN_AWAY, "Abu", None),
        (Part.FACT, "alias", Change.TAKEN_AWAY, "Ali", None),
        (Part.FACT, "notes", Change.CHANGED, "Seen.", "Seen."),
        (Part.FACT, "passportNumber", Change.ADDED, None, "AB123456"),
        (Part.LINK, "associate", Change.TAKEN_AWAY, "body:xa/p-7", None),
        (Part.TERMS, "", Change.SAME, "", ""),
        (Part.END, "review_on", Change.SAME, "2034-01-01", "2034-01-01"),
        (Part.END, "erase_on", Change.CHANGED, "2036-01-01", "2037-01-01"),
    ]


FACTS = st.lists(st.tuples(st.sampled_from(("name", "alias")), st.sampled_from("abcd")), min_size=1, max_size=6)


@given(FACTS, FACTS)
def test_r58_every_line_of_both_versions_stands_in_the_comparison_once(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    base = a_record(NET.xa, terms_of(NET.xa, NET.agreement))
    older, newer = (replace(base, facts=tuple(Fact(name, value) for name, value in facts)) for facts in (before, after))
    lines = [one for one in differences(older, newer) if one.part is Part.FACT]
    assert sorted((one.name, one.older.value) for one in lines if one.older is not None) == sorted(before)
    assert sorted((one.name, one.newer.value) for one in lines if one.newer is not None) == sorted(after)
    assert {one.change for one in lines} == {Change.SAME} or sorted(before) != sorted(after)


NET = a_network()


def test_runs_of_what_is_missing() -> None:
    assert missing_runs([1, 2, 5, 9]) == ((3, 4), (6, 8))
    assert missing_runs([3]) == ((1, 2),)
    assert missing_runs([1]) == ()
