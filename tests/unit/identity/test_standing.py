"""I25 and I27: queries are left, listed and ended by their own officer, and matches are looked at as a search is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.model import Officer
from entente.identity.model import MatchState, Occasion, Query
from entente.identity.standing import OFFICER_QUERIES_MAX, STANDING_DAYS, STANDING_DAYS_MAX
from entente.kernel.canonical import canonical_bytes
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from entente.kernel.ids import OfficerId
from tests.support.build_mrz import TD3_SPECIMEN
from tests.unit.identity.search_world import NOW, OCCASION, OFFICER, OPEN, World
from tests.unit.identity.test_watching import ASKED, a_world, follow, left, one

OTHER = Officer(OfficerId("xb-duty-2"), frozenset({"duty_officer"}))
NOBODY = Officer(OfficerId("xb-secretary-1"), frozenset({"council_secretary"}))


def a_desk() -> World:
    world = a_world()
    world.officers |= {OTHER.id: OTHER, NOBODY.id: NOBODY}
    return world


def test_i25_leaving_is_a_row_that_says_why_with_the_query_sealed() -> None:
    world = a_desk()
    query = world.standing.leave(OFFICER.id, Query(names=(ASKED,), identifiers=("PA 123456",)), OCCASION)
    (row,) = world.trail_rows
    assert (row.act.verb, row.act.officer, row.act.subject) == ("leave_query", OFFICER.id, OCCASION.case)
    assert (row.act.detail["search"], row.act.detail["purpose"]) == (query.id, "arrest")
    assert query.since == row.sequence
    assert query.until == NOW + timedelta(days=STANDING_DAYS)
    assert b"Muhammadov" not in canonical_bytes(row.act.detail)
    ((plain, info),) = world.sealed
    assert b"Muhammadov" in plain
    assert info == f"entente/search/1 {query.id}".encode()


def test_i25_a_query_that_is_not_well_formed_is_refused_and_leaves_no_row() -> None:
    world = a_desk()
    asked = Query(names=(ASKED,))
    for query, why, days in (
        (Query(), OCCASION, 30),
        (Query(birth_date="1979"), OCCASION, 30),
        (asked, Occasion("arrest", "drugs"), 30),
        (asked, Occasion("curiosity", "drugs", case="1"), 30),
        (asked, OCCASION, 0),
        (asked, OCCASION, STANDING_DAYS_MAX + 1),
    ):
        with pytest.raises(Invalid):
            world.standing.leave(OFFICER.id, query, why, days)
    assert world.trail_rows == []
    world.standing.leave(OFFICER.id, asked, OCCASION, STANDING_DAYS_MAX)
    assert len(world.trail_rows) == 1


def test_i25_an_officer_without_the_verb_leaves_nothing_and_the_refusal_is_recorded() -> None:
    world = a_desk()
    with pytest.raises(Refused):
        world.standing.leave(NOBODY.id, Query(names=(ASKED,)), OCCASION)
    assert world.trail_rows[-1].act.detail["outcome"] == "refused"
    assert world.kept.count() == 0
    left(world)
    assert world.kept.count() == 1


def test_i25_a_scanned_zone_stands_as_what_it_says() -> None:
    world = a_desk()
    query = world.standing.leave(OFFICER.id, Query(identifiers=("\n".join(TD3_SPECIMEN),)), OCCASION)
    assert query.query.names
    assert "<" not in "".join(query.query.identifiers)
    assert "<" in world.sealed[0][0].decode()


def test_i25_an_officer_leaves_a_bounded_number_and_a_machine_account_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.identity.standing.OFFICER_QUERIES_MAX", 2)
    monkeypatch.setattr("entente.identity.standing.QUERIES_MAX", 5)
    assert OFFICER_QUERIES_MAX > 2
    world = a_desk()
    machine = Officer(OfficerId("xb-border-system"), frozenset({"integrator"}), is_machine=True)
    world.officers[machine.id] = machine
    for _ in range(2):
        left(world)
    with pytest.raises(Conflict):
        left(world)
    for _ in range(3):
        left(world, officer=machine)
    with pytest.raises(Conflict):
        left(world, officer=machine)
    world.standing.end(OFFICER.id, world.standing.own(OFFICER.id)[0].query.id)
    left(world, officer=machine)


def test_i25_only_its_own_officer_lists_ends_and_looks_at_a_query() -> None:
    world = a_desk()
    query = left(world)
    world.arrive(one())
    follow(world)
    (match,) = world.kept.matches(query.id)
    assert world.standing.own(OTHER.id) == ()
    assert world.standing.matches(OTHER.id) == ()
    for refused in (
        lambda: world.standing.end(OTHER.id, query.id),
        lambda: world.standing.matches(OTHER.id, query.id),
        lambda: world.standing.settle(OTHER.id, match.id),
        lambda: world.standing.end(OFFICER.id, "standing-none"),
        lambda: world.standing.settle(OFFICER.id, "match-none"),
    ):
        with pytest.raises(NotFound):
            refused()
    (own,) = world.standing.own(OFFICER.id)
    assert (own.query, own.new, own.open, own.not_kept) == (query, 1, 1, 0)
    world.standing.end(OFFICER.id, query.id)
    assert (world.standing.own(OFFICER.id), world.kept.match(match.id)) == ((), None)
    assert world.trail_rows[-1].act.verb == "end_query"


def test_i27_what_is_shown_is_in_the_trail_before_the_answer_and_counts_as_shown() -> None:
    world = a_desk()
    query = left(world)
    world.arrive(one())
    follow(world)
    rows = len(world.trail_rows)
    (shown,) = world.standing.matches(OFFICER.id)
    assert len(world.trail_rows) == rows + 1
    row = world.trail_rows[-1].act
    assert (row.verb, row.officer, row.detail["search"]) == ("show_matches", OFFICER.id, query.id)
    assert row.detail["shown"] == [{"record": shown.candidate.record, "score": shown.candidate.score}]
    assert sum(piece.weight for piece in shown.candidate.evidence) == shown.candidate.score
    assert world.kept.matches(query.id)[0].state is MatchState.SHOWN
    (own,) = world.standing.own(OFFICER.id)
    assert (own.new, own.open) == (0, 1)
    world.is_trail_broken = True
    with pytest.raises(Unavailable):
        world.standing.matches(OFFICER.id)


def test_i27_nothing_shown_leaves_no_row() -> None:
    world = a_desk()
    left(world)
    rows = len(world.trail_rows)
    assert world.standing.matches(OFFICER.id) == ()
    assert len(world.trail_rows) == rows


def test_i27_what_may_not_be_seen_now_is_as_absent() -> None:
    world = a_desk()
    left(world)
    number = world.arrive(one())
    follow(world)
    assert world.standing.matches(OFFICER.id)
    world.allowed_classes = frozenset()
    assert world.standing.matches(OFFICER.id) == ()
    world.allowed_classes = frozenset({OPEN})
    assert world.standing.matches(OFFICER.id)
    world.change(number, withdrawn_at=NOW)
    assert world.standing.matches(OFFICER.id) == ()


def test_i27_a_withdrawal_between_the_look_and_its_row_counts() -> None:
    world = a_desk()
    left(world)
    number = world.arrive(one())
    follow(world)
    world.before_row = lambda: world.change(number, withdrawn_at=NOW)
    assert world.standing.matches(OFFICER.id) == ()
    assert world.trail_rows[-1].act.verb == "query_matched"


def test_i27_a_record_is_scored_as_it_is_now() -> None:
    world = a_desk()
    left(world, birth_date="1979-03-02")
    world.arrive(one())
    follow(world)
    (before,) = world.standing.matches(OFFICER.id)
    world.arrive(replace(one(("birthDate", "1979-03-02")), version=2), 1)
    (now,) = world.standing.matches(OFFICER.id)
    assert (now.candidate.version, now.candidate.score > before.candidate.score) == (2, True)


def test_i27_a_settled_match_is_listed_no_more() -> None:
    world = a_desk()
    query = left(world)
    world.arrive(one())
    world.arrive(one(local_id="2"))
    follow(world)
    first, second = world.standing.matches(OFFICER.id, query.id)
    world.standing.settle(OFFICER.id, first.match.id)
    assert [shown.match.id for shown in world.standing.matches(OFFICER.id)] == [second.match.id]
    assert world.trail_rows[-2].act.verb == "settle_match"
