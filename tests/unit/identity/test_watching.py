"""I26 and I27: what comes in is held against the queries that stand, with what their officers may see at that moment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entente.bodies.model import Officer
from entente.handling.model import Retention
from entente.identity import watching
from entente.identity.model import MatchState, Occasion, Query, StandingQuery
from entente.identity.watching import FORGOTTEN_AFTER, MATCHES_MAX, POSITION_KEPT_EVERY, Watching
from entente.kernel.canonical import canonical_bytes
from entente.kernel.ids import OfficerId
from entente.records.model import Fact, Record
from tests.support.memory_index import MemoryIndex
from tests.support.memory_standing import EveryQuery
from tests.unit.identity.search_world import CLOSED, NOW, OCCASION, OFFICER, OPEN, World, a_record

NAME = "Мухаммедов Абдулло"
ASKED = "Muhammadov Abdullo"


def a_world() -> World:
    return World(index=MemoryIndex())


def left(world: World, *names: str, officer: Officer = OFFICER, **more: Any) -> StandingQuery:  # noqa: ANN401 - of a query
    return world.standing.leave(officer.id, Query(names=names or (ASKED,), **more), OCCASION)


def one(*facts: tuple[str, str] | Fact, name: str = NAME, local_id: str = "1", version: int = 1) -> Record:
    return replace(a_record(("name", name), *facts, local_id=local_id), version=version)


def follow(world: World) -> int:
    steps = 0
    while world.watching.step():
        steps += 1
        assert steps < 50, "a step that reads the same again and again"
    return steps


def replace_watching(world: World) -> Watching:
    """Return what the next command has: it remembers nothing but what is durable."""
    world.table = EveryQuery()
    world.watching = replace(world.watching, table=world.table, reached=0, kept_at=None, tidied_at=None)
    return world.watching


def raised(world: World, query: StandingQuery) -> list[int]:
    follow(world)
    return sorted(match.record for match in world.kept.matches(query.id))


def test_i26_a_record_that_comes_in_and_matches_is_raised_and_others_are_not() -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    world.arrive(one(name="Karimzoda Behruz", local_id="2"))
    assert raised(world, query) == [1]


def test_i26_what_was_there_before_is_not_raised_and_its_new_version_is() -> None:
    world = a_world()
    world.arrive(one())
    query = left(world)
    assert raised(world, query) == []
    world.arrive(one(version=2), 1)
    assert raised(world, query) == [1]


def test_i26_a_number_is_found_exactly_whatever_the_name() -> None:
    world = a_world()
    query = left(world, "Rahimov Akmal", identifiers=("pa123456",))
    world.arrive(one(("passportNumber", "PA 123456"), name="Karimzoda Behruz"))
    world.arrive(one(("passportNumber", "PA 123457"), name="Karimzoda Behruz", local_id="2"))
    assert raised(world, query) == [1]


@pytest.mark.parametrize("hidden", [Fact("name", ASKED, terms=1), Fact("passportNumber", "PA 123456", terms=1)])
def test_i26_a_hidden_fact_matches_nothing_and_the_same_fact_matches_once_its_class_is_allowed(hidden: Fact) -> None:
    for allowed, expected in ((frozenset({OPEN}), []), (frozenset({OPEN, CLOSED}), [1])):
        world = a_world()
        world.allowed_classes = allowed
        query = left(world, ASKED, identifiers=("PA 123456",))
        world.arrive(one(hidden, name="Karimzoda Behruz"))
        assert raised(world, query) == expected


def test_i26_the_gate_is_asked_at_that_moment_and_not_when_the_query_was_left() -> None:
    world = a_world()
    query = left(world)
    world.allowed_classes = frozenset()
    world.arrive(one())
    assert raised(world, query) == []
    world.allowed_classes = frozenset({OPEN})
    # What came while nothing was allowed is not raised later; what comes now is.
    assert raised(world, query) == []
    world.arrive(one(local_id="2"))
    assert raised(world, query) == [2]


def test_i26_a_suspension_between_the_look_and_the_match_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    asked = world.allowed

    def suspended_meanwhile(*question: Any) -> frozenset[int]:  # noqa: ANN401
        found = asked(*question)
        monkeypatch.setattr(world, "allowed", asked)
        world.governance += 1
        world.allowed_classes = frozenset()
        return found

    monkeypatch.setattr(world, "allowed", suspended_meanwhile)
    assert world.watching.step() == 1
    assert world.kept.matches(query.id) == ()
    assert raised(world, query) == []
    assert [row.act.verb for row in world.trail_rows] == ["leave_query"]


def test_i26_a_lease_that_ends_between_the_look_and_the_match_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # A lease ends without any change of governance: the allowed set itself is held against the one that was used.
    world = a_world()
    query = left(world)
    world.arrive(one())
    answers = [frozenset({OPEN}), frozenset()]
    monkeypatch.setattr(world, "allowed", lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    assert raised(world, query) == []


def test_i26_an_officer_without_the_verb_is_told_nothing() -> None:
    world = a_world()
    query = left(world)
    world.officers[OFFICER.id] = replace(OFFICER, roles=frozenset({"council_secretary"}))
    world.arrive(one())
    assert raised(world, query) == []
    del world.officers[OFFICER.id]
    world.arrive(one(local_id="2"))
    assert raised(world, query) == []


def test_i26_each_officer_is_asked_for_with_their_own_roles_purpose_and_area() -> None:
    world = a_world()
    other = Officer(OfficerId("xb-gate-1"), frozenset({"border_officer"}))
    world.officers[other.id] = other
    left(world)
    world.standing.leave(other.id, Query(names=(ASKED,)), Occasion("identify", "fugitives", occasion="Gate 4"))
    world.questions.clear()
    world.arrive(one())
    follow(world)
    assert {(reader.officer, purpose, area) for reader, _, _, purpose, area in world.questions} == {
        (OFFICER.id, "arrest", "drugs"),
        (other.id, "identify", "fugitives"),
    }


def test_i26_withdrawn_and_expired_records_are_not_raised() -> None:
    world = a_world()
    query = left(world)
    number = world.arrive(one())
    world.change(number, withdrawn_at=NOW)
    past = replace(one(local_id="2"), retention=Retention(NOW.date() - timedelta(days=9), NOW.date()))
    world.arrive(past)
    assert raised(world, query) == []


def test_i27_the_same_record_again_raises_nothing_new_until_its_score_or_numbers_change() -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    follow(world)
    (first,) = world.kept.matches(query.id)
    world.standing.settle(OFFICER.id, first.id)
    world.arrive(one(("nationality", "XA"), version=2), 1)
    follow(world)
    assert world.kept.matches(query.id)[0].state is MatchState.SETTLED
    world.arrive(one(("nationality", "XA"), ("passportNumber", "PA 123456"), version=3), 1)
    follow(world)
    (again,) = world.kept.matches(query.id)
    assert (again.id, again.version, again.state) == (first.id, 3, MatchState.NEW)


def test_i27_what_was_raised_is_one_row_a_query_with_why_and_nothing_in_clear() -> None:
    world = a_world()
    query = left(world, ASKED, identifiers=("PA 123456",))
    world.arrive(one())
    world.arrive(one(local_id="2"))
    follow(world)
    row = world.trail_rows[-1]
    assert (row.act.verb, row.act.officer, row.act.subject) == ("query_matched", "node", OCCASION.case)
    detail = row.act.detail
    assert (detail["search"], detail["officer"], detail["purpose"]) == (query.id, OFFICER.id, "arrest")
    assert len(detail["raised"]) == 2  # type: ignore[arg-type]
    assert world.sealed[-1][1] == b"entente/search/1 " + query.id.encode()
    written = canonical_bytes(detail)
    assert b"Muhammadov" not in written
    assert b"123456" not in written


def test_i26_no_trail_no_match() -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    world.is_trail_broken = True
    with pytest.raises(Exception, match="trail is full"):
        world.watching.step()
    assert world.kept.matches(query.id) == ()
    world.is_trail_broken = False
    assert raised(world, query) == [1]


def test_i25_an_ended_query_raises_nothing_and_is_forgotten_later_with_its_matches() -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    assert raised(world, query) == [1]
    world.now = query.until
    world.arrive(one(local_id="2"))
    assert raised(world, query) == [1]
    world.now = query.until + FORGOTTEN_AFTER + timedelta(hours=1)
    world.watching.step()
    assert (world.kept.get(query.id), world.kept.matches(query.id)) == (None, ())


def test_i26_the_table_holds_the_queries_that_stand_and_no_other() -> None:
    world = a_world()
    first, second = left(world), left(world, "Karimzoda Behruz")
    world.arrive(one())
    world.watching.step()
    assert world.table.known() == {first.id, second.id}
    world.standing.end(OFFICER.id, first.id)
    world.arrive(one(local_id="2"))
    world.watching.step()
    assert world.table.known() == {second.id}
    world.now = second.until
    world.arrive(one(local_id="3"))
    world.watching.step()
    assert world.table.known() == set()


def test_i26_while_nothing_comes_in_a_running_node_makes_its_table_ready_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "READY_AT_ONCE", 2)
    world = a_world()
    queries = frozenset(left(world, f"{ASKED} {number}").id for number in range(5))
    pieces = []
    while done := world.watching.follow():
        pieces.append(done)
        assert len(world.table.known()) == sum(pieces)
    assert (pieces, world.table.known()) == ([2, 2, 1], queries)
    world.standing.end(OFFICER.id, gone := min(queries))
    assert (world.watching.follow(), world.watching.follow()) == (1, 0)
    assert world.table.known() == queries - {gone}


def test_i26_what_comes_in_before_the_table_is_ready_is_held_against_every_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "READY_AT_ONCE", 1)
    world = a_world()
    queries = [left(world) for _ in range(3)]
    world.watching.follow()
    assert len(world.table.known()) == 1
    world.arrive(one())
    while world.watching.follow():
        pass
    assert [sorted(match.record for match in world.kept.matches(query.id)) for query in queries] == [[1], [1], [1]]


def test_i26_whoever_opens_a_folder_to_which_nothing_came_in_makes_no_table() -> None:
    world = a_world()
    world.arrive(one())
    left(world)
    assert world.watching.catch_up(timedelta(seconds=5))
    reopened = replace_watching(world)
    assert reopened.catch_up(timedelta(seconds=5))
    assert world.table.known() == set()


def test_i26_catching_up_ends_in_time_and_the_next_one_goes_on_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    query = left(world)
    for number in range(25):
        world.arrive(one(local_id=str(number)))
    step, began = world.watching.step, world.now

    def slowly(limit: int) -> int:
        world.now += timedelta(seconds=3)
        return step(limit)

    monkeypatch.setattr(Watching, "step", lambda _, limit: slowly(limit))
    assert not world.watching.catch_up(timedelta(seconds=5))
    assert len(world.kept.matches(query.id)) == 20
    assert world.now - began == timedelta(seconds=6)
    monkeypatch.undo()
    rows = len(world.trail_rows)
    assert replace_watching(world).catch_up(timedelta(seconds=5))
    assert len(world.kept.matches(query.id)) == 25
    assert len(world.trail_rows) == rows + 1, "what was raised before is not looked at again"


def test_i26_a_crash_repeats_work_and_raises_nothing_twice() -> None:
    world = a_world()
    query = left(world)
    world.arrive(one())
    world.arrive(one(name="Karimzoda Behruz", local_id="2"))
    follow(world)
    rows = len(world.trail_rows)
    position = world.kept.position()
    assert position > 0
    world.kept.set_position(0)
    world.watching.reached = 0
    assert raised(world, query) == [1]
    assert len(world.trail_rows) == rows


def test_i26_position_is_durable_now_and_then_where_nothing_matches() -> None:
    world = a_world()
    left(world, "Karimzoda Behruz")
    world.arrive(one())
    follow(world)
    first = world.kept.position()
    world.arrive(one(local_id="2"))
    follow(world)
    assert world.kept.position() == first < world.watching.reached
    world.now += POSITION_KEPT_EVERY
    world.arrive(one(local_id="3"))
    follow(world)
    assert world.kept.position() == world.watching.reached


def test_i27_a_query_keeps_a_bounded_number_of_matches_and_says_how_many_it_did_not() -> None:
    world = a_world()
    query = left(world)
    for number in range(MATCHES_MAX + 3):
        world.held[number + 1] = replace(
            world.held.get(1) or stored_as(world),
            number=number + 1,
            record=one(local_id=str(number)),
            change_sequence=9,
        )
    world.sequence_before = 9
    assert len(raised(world, query)) == MATCHES_MAX
    assert world.kept.not_kept(query.id) == 3
    settled = world.kept.matches(query.id)[-1]
    world.standing.settle(OFFICER.id, settled.id)
    world.arrive(one(local_id="new"), MATCHES_MAX + 10)
    follow(world)
    assert world.kept.match(settled.id) is None
    assert world.kept.match_of(query.id, MATCHES_MAX + 10) is not None


def stored_as(world: World) -> Any:  # noqa: ANN401 - a stored record
    return world.held[world.arrive(one())]
