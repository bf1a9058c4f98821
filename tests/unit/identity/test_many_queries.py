"""I31 and I32: many queries in one request are answered as single ones are, and are one act."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from entente.identity.model import QUERIES_MAX, ManyAnswers, Occasion, Query, QueryAnswer, RowsOfFile
from entente.identity.rules import check_request
from entente.identity.service import open_query
from entente.kernel.canonical import canonical_bytes
from entente.kernel.errors import Invalid, Refused, Unavailable
from entente.kernel.ids import OfficerId
from tests.support.build_mrz import Holder, zone
from tests.support.memory_index import MemoryIndex
from tests.unit.identity.search_world import NOW, OCCASION, OFFICER, World, a_record

NAMES = ("Мухаммедов А.", "Karimzoda Behruz", "Saidov Rustam")
QUERIES = (Query(("Saidov Rustam",)), Query(("Muhammadov",), birth_date="1979"), Query(("Nobody Known",)))
ROWS = RowsOfFile("ab" * 32, 101, 103)


def a_world() -> World:
    records = [a_record(("name", name), ("birthDate", "1979-03-02"), local_id=f"p{n}") for n, name in enumerate(NAMES)]
    return World(*records, index=MemoryIndex())


def many(world: World, *queries: Query, rows: RowsOfFile | None = None) -> ManyAnswers:
    return world.identity.search_many(OFFICER, queries, OCCASION, rows)


def test_i31_each_answer_is_that_of_the_single_search_in_the_order_asked() -> None:
    alone = a_world()
    single = [alone.identity.search(OFFICER, query, OCCASION) for query in QUERIES]
    together = many(a_world(), *QUERIES)
    assert together.answers == tuple(QueryAnswer(one.candidates, one.zones, one.notes) for one in single)
    assert [len(one.candidates) for one in single] == [1, 1, 0]
    assert together.searched == single[0].searched == 3


def test_i31_a_zone_among_many_is_read_as_in_a_single_search() -> None:
    upper, lower = zone("TD3", Holder())
    query = Query(identifiers=(f"{upper}\n{lower}",))
    single = a_world().identity.search(OFFICER, query, OCCASION)
    (_, answer) = many(a_world(), QUERIES[0], query).answers
    assert isinstance(answer, QueryAnswer)
    assert (answer.zones, answer.notes) == (single.zones, single.notes)
    assert answer.zones


def test_i31_ill_formed_query_has_its_own_error_and_the_others_are_answered() -> None:
    world = a_world()
    first, second, third = many(world, QUERIES[0], Query(birth_date="1979"), QUERIES[1]).answers
    assert isinstance(first, QueryAnswer)
    assert isinstance(second, Invalid)
    assert isinstance(third, QueryAnswer)
    assert first.candidates
    assert third.candidates
    assert (second.field, world.trail_rows[0].act.detail["ill_formed"]) == ("names", 1)


def test_i31_gate_and_snapshot_are_asked_once_a_request_however_many_queries() -> None:
    world = a_world()
    views = 0
    opened = world.identity.open_view

    def counted() -> Any:  # noqa: ANN401 - a unit of work
        nonlocal views
        views += 1
        return opened()

    world.identity.open_view = counted
    many(world, *QUERIES)
    of_three, views = views, 0
    many(world, *QUERIES * 20)
    assert views == of_three
    assert len(world.questions) == 2, "one question a request"


@pytest.mark.parametrize(
    ("queries", "rows"),
    [
        ((), None),
        ((Query(("Saidov",)),) * (QUERIES_MAX + 1), None),
        ((Query(("Saidov",) * 20),) * 51, None),
        (QUERIES, replace(ROWS, sha256="AB" * 32)),
        (QUERIES, replace(ROWS, sha256="ab" * 31)),
        (QUERIES, replace(ROWS, first=0)),
        (QUERIES, replace(ROWS, last=100)),
        (QUERIES, replace(ROWS, last=2**53)),
    ],
    ids=["none", "too many", "too many names", "capitals", "short digest", "row 0", "backwards", "beyond integers"],
)
def test_i31_request_beyond_its_bounds_is_refused_whole_and_leaves_no_row(
    queries: tuple[Query, ...], rows: RowsOfFile | None
) -> None:
    check_request(QUERIES, ROWS)
    world = a_world()
    with pytest.raises(Invalid) as refused:
        many(world, *queries, rows=rows)
    assert refused.value.field == ("queries" if rows is None else "rows")
    assert (world.questions, world.trail_rows) == ([], [])


def test_i31_hundred_queries_are_one_request() -> None:
    assert len(many(a_world(), *(QUERIES[:1] * QUERIES_MAX)).answers) == QUERIES_MAX


def test_i32_one_row_says_how_many_were_asked_and_what_each_was_shown() -> None:
    world = a_world()
    found = many(world, *QUERIES, rows=ROWS)
    (row,) = world.trail_rows
    assert (row.act.verb, row.act.officer, row.act.subject) == ("search", OFFICER.id, OCCASION.case)
    assert (row.act.detail["queries"], row.act.detail["ill_formed"], row.act.detail["candidates"]) == (3, 0, 2)
    shown = cast("list[dict[str, Any]]", row.act.detail["shown"])
    assert [(one["query"], one["record"]) for one in shown] == [
        (place, one.record)
        for place, answer in enumerate(found.answers, 1)
        if isinstance(answer, QueryAnswer)
        for one in answer.candidates
    ]
    assert found.trail_sequence == row.sequence


def test_i32_queries_and_digest_of_the_file_are_in_the_row_only_sealed() -> None:
    world = a_world()
    many(world, *QUERIES, Query(), rows=ROWS)
    written = canonical_bytes(world.trail_rows[0].act.detail)
    for kept in ("Saidov", "Muhammadov", "1979", ROWS.sha256):
        assert kept.encode() not in written
    assert world.trail_rows[0].act.detail["rows"] == {"first": 101, "last": 103}
    ((plain, info),) = world.sealed

    class Opened:
        def open(self, sealed: bytes, context: bytes) -> bytes:
            assert context == info
            return plain

    opened = open_query(cast("Any", Opened()), "search-1", b"")
    assert (opened.queries, opened.rows) == ((*QUERIES, Query()), ROWS)


def test_i32_no_trail_no_answers() -> None:
    world = a_world()
    world.is_trail_broken = True
    with pytest.raises(Unavailable):
        many(world, *QUERIES)


def test_i13_officer_without_the_verb_asks_many_in_vain_and_the_refusal_is_recorded() -> None:
    world = a_world()
    with pytest.raises(Refused):
        world.identity.search_many(replace(OFFICER, id=OfficerId("xb-nobody")), QUERIES, OCCASION)
    assert [row.act.detail["outcome"] for row in world.trail_rows] == ["refused"]
    with pytest.raises(Invalid):
        world.identity.search_many(OFFICER, QUERIES, Occasion("arrest", "drugs"))


def test_i31_query_that_showed_a_record_withdrawn_meanwhile_is_asked_again_and_no_other() -> None:
    world = a_world()
    index = cast("MemoryIndex", world.index)
    world.before_row = lambda: world.change(3, withdrawn_at=NOW)
    first, second, _ = many(world, *QUERIES).answers
    assert isinstance(first, QueryAnswer)
    assert isinstance(second, QueryAnswer)
    assert (first.candidates, len(second.candidates)) == ((), 1)
    assert len(index.asked) == len(QUERIES) + 1


def test_i31_many_changes_elsewhere_ask_nothing_again() -> None:
    world = a_world()
    index = cast("MemoryIndex", world.index)
    for number in range(10, 400):
        world.held[number] = replace(world.held[2], number=number, change_sequence=world.sequence_before + number)
    many(world, *QUERIES)
    assert len(index.asked) == len(QUERIES)


def test_i31_suspension_between_look_and_row_counts_for_every_query(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    remembered = world.allowed

    def suspended_meanwhile(*question: Any) -> frozenset[int]:  # noqa: ANN401
        allowed = remembered(*question)
        world.governance += 1
        world.allowed_classes = frozenset()
        return allowed

    monkeypatch.setattr(world, "allowed", suspended_meanwhile)
    monkeypatch.setattr(world, "allowed_in", lambda *_: world.allowed_classes)
    answers = many(world, *QUERIES).answers
    assert all(isinstance(one, QueryAnswer) and one.candidates == () for one in answers)
    assert world.trail_rows[0].act.detail["shown"] == []
