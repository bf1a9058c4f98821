"""Standing queries and namesakes on real nodes: what a peer sends is on the officer's desk with the next step.

Source: docs/rules/identity.md I25 to I30; docs/rules/records.md R10.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from entente.agreements.model import Direction, SuspensionTerms
from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.correspondence.model import HitState
from entente.identity.model import Query, StandingQuery
from entente.identity.standing import MatchShown
from entente.kernel.errors import NotFound, Refused
from entente.node import Node
from entente.records.model import Fact
from entente.verbs import perform
from entente.verbs.references import names_and_officer
from tests.storage.test_records_between_nodes import CONTROL, XA, XB, World, person
from tests.support.byte_search import found_in
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DPO, DUTY, HEAD, open_network

pytestmark = pytest.mark.storage

NAME = "Мухаммедов Дилшод"
ASKED = "Muhammadov Dilshod"
PASSPORT, OTHER_PASSPORT = "QZ7731904", "QZ8842015"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return four bodies of which three are parties to the agreement, in folders of this test alone."""
    with open_network(tmp_path_factory.mktemp("standing"), concluded=(CHARTER, AGREEMENT)) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        yield World(network, agreement, agreement)


@contextmanager
def suspended(world: World) -> Iterator[None]:
    """Suspend XA's participation toward XB for a while."""
    node = world.network[XA]
    terms = SuspensionTerms(
        world.agreement, Direction.BOTH, "The minister", "Note 7", "reciprocity", date(2090, 1, 1),
        counterparts=frozenset({world.network.id(XB)}),
    )  # fmt: skip
    world.network.submit(XA, node.agreements.draft_suspension(HEAD, terms))
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(world.agreement)
    assert state is not None
    (stop,) = state.participations[world.network.id(XA)].suspensions
    world.network.deliver()
    yield
    world.network.submit(XA, node.agreements.draft_resumption(HEAD, world.agreement, stop.id))
    world.network.deliver()


def follow(node: Node) -> None:
    while node.watching.step():
        continue


def left(node: Node, *numbers: str) -> StandingQuery:
    return node.standing.leave(DUTY, Query(names=(ASKED,), identifiers=numbers), CONTROL)


def on_the_desk(node: Node) -> tuple[MatchShown, ...]:
    follow(node)
    return node.standing.matches(DUTY)


def arrives(world: World, local_id: str = "w-1", *more: Fact) -> None:
    world.share([person(world, local_id, NAME, *more)], XB)


def test_i26_a_record_from_a_peer_is_on_the_desk_with_the_next_step_and_can_be_confirmed(world: World) -> None:
    node = world.network[XB]
    query = left(node)
    assert on_the_desk(node) == ()
    arrives(world)
    (shown,) = on_the_desk(node)
    assert (shown.candidate.record, shown.query) == (world.record("w-1"), query)
    assert shown.candidate.evidence
    finding = Finding(shown.candidate.record, shown.candidate.version, shown.candidate.score, "At the northern bridge.")
    about = About(CONTROL.purpose, CONTROL.crime_area, "")
    assert node.correspondence.confirm_hit(DUTY, finding, about).state is HitState.TOLD
    node.standing.settle(DUTY, shown.match.id)
    assert on_the_desk(node) == ()


def test_i26_what_was_there_before_the_query_a_search_finds_and_no_match_says(world: World) -> None:
    arrives(world)
    node = world.network[XB]
    left(node)
    assert on_the_desk(node) == ()
    assert "w-1" in world.find(XB, ASKED)
    arrives(world, "w-1", Fact("gender", "male"))
    assert [one.candidate.version for one in on_the_desk(node)] == [2]


def test_i26_a_suspension_that_came_first_leaves_no_match_and_a_later_one_hides_it(world: World) -> None:
    node = world.network[XB]
    left(node)
    arrives(world)
    with suspended(world):
        follow(node)
        (own,) = node.standing.own(DUTY)
        assert own.new == 0
    arrives(world, "w-2")
    assert [one.candidate.record for one in on_the_desk(node)] == [world.record("w-2")]
    arrives(world, "w-3")
    follow(node)
    assert [one.new for one in node.standing.own(DUTY)] == [1]
    with suspended(world):
        assert on_the_desk(node) == ()
        # Not even that something matched is said while it may not be seen.
        assert [one.new for one in node.standing.own(DUTY)] == [0]
    assert len(on_the_desk(node)) == 2


def test_i25_a_query_that_was_ended_raises_nothing_and_leaves_no_match(world: World) -> None:
    node = world.network[XB]
    query = left(node)
    arrives(world)
    assert len(on_the_desk(node)) == 1
    node.standing.end(DUTY, query.id)
    arrives(world, "w-2")
    assert on_the_desk(node) == ()
    assert node.standing.own(DUTY) == ()
    with pytest.raises(NotFound):
        node.standing.end(DUTY, query.id)


def test_i25_a_query_ends_by_itself_and_its_matches_can_be_looked_at_for_a_while(world: World) -> None:
    node = world.network[XB]
    node.standing.leave(DUTY, Query(names=(ASKED,)), CONTROL, days=1)
    arrives(world)
    follow(node)
    world.network.clock.move(hours=25)
    world.network.speak()
    arrives(world, "w-2")
    assert [one.candidate.record for one in on_the_desk(node)] == [world.record("w-1")]
    world.network.clock.move(days=31)
    world.network.speak()
    assert on_the_desk(node) == ()
    assert node.standing.own(DUTY) == ()


def test_i28_the_bearer_of_a_document_found_not_identical_raises_no_alarm_and_another_document_does(
    world: World,
) -> None:
    node = world.network[XB]
    arrives(world)
    node.namesakes.mark(DUTY, world.record("w-1"), PASSPORT, "Other fingerprints.", CONTROL)
    left(node, PASSPORT)
    other = left(node, OTHER_PASSPORT)
    arrives(world, "w-1", Fact("gender", "male"))
    assert [one.query for one in on_the_desk(node)] == [other]
    # The record itself has the number now: its bearer is no namesake.
    arrives(world, "w-1", Fact("passportNumber", PASSPORT))
    assert len(on_the_desk(node)) == 2


def test_i28_nothing_of_the_document_is_in_the_files(world: World) -> None:
    arrives(world)
    world.network[XB].namesakes.mark(DUTY, world.record("w-1"), OTHER_PASSPORT, "Other fingerprints.", CONTROL)
    world.network.close(XB)
    # The reason is the officer's own words, and shows that the finding was kept.
    found = found_in(world.network.folders[XB], [OTHER_PASSPORT, "Other fingerprints"])
    assert {one.partition(": ")[2].partition(" (")[0] for one in found} == {"Other fingerprints"}


def test_i29_a_search_says_what_was_found_and_puts_the_record_last(world: World) -> None:
    network, node = world.network, world.network[XB]
    world.share([person(world, "w-1", NAME), person(world, "w-2", "Мухаммедов Дилшот")], XB)
    _, officer = names_and_officer(node, DUTY)
    query = Query(names=(NAME,), identifiers=(PASSPORT,))
    before = [one.record for one in node.identity.search(officer, query, CONTROL).candidates]
    assert before == [world.record("w-1"), world.record("w-2")]
    marker = node.namesakes.mark(DUTY, world.record("w-1"), PASSPORT, "Other fingerprints.", CONTROL)
    answer = node.identity.search(officer, query, CONTROL)
    assert [one.record for one in answer.candidates] == [world.record("w-2"), world.record("w-1")]
    assert answer.candidates[1].not_identical == marker.id
    assert "Other fingerprints." in answer.candidates[1].evidence[-1].text
    # Another document, and none, are asked as if nothing had been found.
    for numbers in ((OTHER_PASSPORT,), (), (PASSPORT, OTHER_PASSPORT)):
        again = node.identity.search(officer, replace(query, identifiers=numbers), CONTROL)
        first = again.candidates[0]
        assert (first.record, first.not_identical) == (world.record("w-1"), "")
    network.clock.move(days=367)
    network.speak()
    assert node.identity.search(officer, query, CONTROL).candidates[0].record == world.record("w-1")


def test_i30_an_erased_record_takes_its_matches_and_findings_with_it(world: World) -> None:
    network, node = world.network, world.network[XB]
    query = node.standing.leave(DUTY, Query(names=("Dilshod",), identifiers=(OTHER_PASSPORT,)), CONTROL)
    arrives(world, "pass-QZ7731904", Fact("passportNumber", OTHER_PASSPORT))
    (shown,) = on_the_desk(node)
    node.namesakes.mark(DUTY, shown.candidate.record, "AA1234567", "Other fingerprints.", CONTROL)
    network[XA].erasing.erase(DPO, world.record("pass-QZ7731904"), "unlawful")
    network.deliver()
    node.erasing.run(is_asked=True)
    node.identity.clean_index()
    assert on_the_desk(node) == ()
    assert node.standing.own(DUTY)[0].query == query
    with node.standing.open_view() as view:
        assert view.standing.matches(query.id) == ()
        assert view.namesakes.get(shown.match.id) is None
    network.close(XB)
    assert found_in(network.folders[XB], [NAME, ASKED, "pass-QZ7731904", "Other fingerprints"]) == set()


def test_i27_leaving_raising_and_showing_are_each_a_row_with_the_query_sealed(world: World) -> None:
    node = world.network[XB]
    query = left(node, PASSPORT)
    arrives(world)
    assert on_the_desk(node)
    with node.standing.open_view() as view:
        rows = [row.act for row in view.trail.latest(50) if row.act.detail.get("search") == query.id]
    assert [(act.verb, act.officer) for act in reversed(rows)] == [
        ("leave_query", DUTY), ("query_matched", "node"), ("show_matches", DUTY),
    ]  # fmt: skip
    for act in rows:
        assert act.detail["purpose"] == CONTROL.purpose
        assert act.detail["query_sealed"]
        assert "Muhammadov" not in str(act.detail)
    assert rows[1].detail["raised"] == rows[0].detail["shown"]
    with node.standing.open_view() as view:
        row = next(row for row in view.trail.latest(50) if row.act.verb == "query_matched")
    sealed = perform(node, "trail_query", {"officer": DPO, "row": row.sequence})
    assert sealed["search"] == query.id


def test_i26_an_officer_who_may_search_no_more_is_told_nothing(world: World) -> None:
    node = world.network[XB]
    left(node)
    with node.directory.open_unit() as unit:
        duty = unit.bodies.officer(DUTY)
    assert duty is not None
    node.directory.officers.put(HEAD, replace(duty, roles=frozenset({"council_secretary"})))
    arrives(world)
    follow(node)
    with pytest.raises(Refused):
        node.standing.matches(DUTY)
    node.directory.officers.put(HEAD, duty)
    assert on_the_desk(node) == ()
    arrives(world, "w-2")
    assert len(on_the_desk(node)) == 1
