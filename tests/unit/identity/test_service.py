"""I12 to I15: the search as a recorded act, and the index that follows the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from entente.agreements.model import Right
from entente.bodies.authority import authorise
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct, Retention
from entente.identity.found import BEHIND_MAX
from entente.identity.looking import SHOWN_MAX
from entente.identity.model import Occasion, Query
from entente.identity.ports import IdentityUnit
from entente.kernel.canonical import canonical_bytes
from entente.kernel.errors import Invalid, Refused, Unavailable
from entente.kernel.ids import OfficerId, RecordId
from entente.records.model import Fact, Gap
from tests.support.memory_index import MemoryIndex
from tests.unit.identity.search_world import NOW, OCCASION, OFFICER, OPEN, XA, XB, World, a_record, stored


def a_world(*names: str) -> World:
    held = names or ("Мухаммедов А.",)
    records = [a_record(("name", name), ("birthDate", "1979-03-02"), local_id=f"p{n}") for n, name in enumerate(held)]
    return World(*records, index=MemoryIndex())


def test_i14_search_is_one_row_that_says_why_and_what_was_shown() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    answer = world.search("Muhammadov", birth_date="1979")
    (row,) = world.trail_rows
    shown = answer.candidates[0]
    assert (row.act.verb, row.act.body, row.act.officer, row.act.subject) == ("search", XB, OFFICER.id, OCCASION.case)
    assert row.act.detail["purpose"] == "arrest"
    assert row.act.detail["crime_area"] == "drugs"
    assert row.act.detail["case"] == OCCASION.case
    assert row.act.detail["candidates"] == 1
    assert row.act.detail["shown"] == [{"record": shown.record, "score": shown.score}]
    assert (answer.trail_sequence, answer.searched) == (row.sequence, 2)


def test_i14_query_is_in_the_trail_only_sealed_and_bound_to_its_search() -> None:
    world = a_world()
    world.search("Muhammadov", birth_date="1979", identifiers=("PA 123456",))
    ((plain, info),) = world.sealed
    assert b"Muhammadov" in plain
    assert info == b"entente/search/1 search-1"
    written = canonical_bytes(world.trail_rows[0].act.detail)
    assert b"Muhammadov" not in written
    assert b"123456" not in written


def test_i14_no_trail_no_answer() -> None:
    world = a_world()
    assert world.search("Muhammadov").candidates
    world.is_trail_broken = True
    with pytest.raises(Unavailable):
        world.search("Muhammadov")
    assert len(world.trail_rows) == 1


def test_i14_search_that_finds_nothing_is_recorded_too() -> None:
    world = a_world()
    assert world.search("Karimzoda Behruz").candidates == ()
    assert world.trail_rows[0].act.detail["shown"] == []


def test_i13_officer_without_the_verb_is_refused_and_the_refusal_is_recorded() -> None:
    world = a_world()
    assert world.search("Muhammadov").candidates
    stranger = replace(OFFICER, id=OfficerId("xb-nobody"))
    with pytest.raises(Refused):
        world.identity.search(stranger, Query(names=("Muhammadov",)), OCCASION)
    assert world.trail_rows[-1].act.detail["outcome"] == "refused"


def test_i13_ill_formed_search_asks_nothing_and_leaves_no_row() -> None:
    world = a_world()
    with pytest.raises(Invalid):
        world.identity.search(OFFICER, Query(names=("Muhammadov",)), Occasion("arrest", "drugs"))
    with pytest.raises(Invalid):
        world.identity.search(OFFICER, Query(), OCCASION)
    assert world.questions == []
    assert world.trail_rows == []


def test_i12_gate_is_asked_to_see_a_copy_for_this_purpose() -> None:
    world = a_world()
    world.search("Muhammadov")
    reader = Reader(XB, OFFICER.id, OFFICER.roles)
    assert world.questions == [(reader, DisclosureAct.SEE, Right.COPY, "arrest", "drugs")]
    assert cast("MemoryIndex", world.index).asked == [frozenset({OPEN})]


def test_r30_search_says_what_it_did_not_search_because_a_source_is_silent() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    source = world.held[1].record.source
    world.silent = (Silence(source, NOW, frozenset({OPEN})),)
    world.allowed_classes = frozenset()
    answer = world.search("Muhammadov")
    assert (answer.candidates, answer.searched) == ((), 0)
    assert answer.gaps == (Gap(source, NOW, 2),)
    assert world.trail_rows[-1].act.detail["silent_sources"] == [source]


def test_i12_suspension_between_question_and_search_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # The remembered set was asked for just before; the search's own transaction sees that governance moved on.
    world = a_world()
    remembered = world.allowed

    def suspended_meanwhile(*question: Any) -> frozenset[int]:  # noqa: ANN401
        allowed = remembered(*question)
        world.governance += 1
        world.allowed_classes = frozenset()
        return allowed

    monkeypatch.setattr(world, "allowed", suspended_meanwhile)
    monkeypatch.setattr(world, "allowed_in", lambda *_: world.allowed_classes)
    assert world.search("Muhammadov").candidates == ()


def test_i12_withdrawal_between_the_look_and_its_row_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")

    def withdrawn_meanwhile(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - what authorise takes and gives
        if world.held[1].withdrawn_at is None:
            world.change(1, withdrawn_at=NOW)
        return authorise(*given, **more)

    monkeypatch.setattr("entente.identity.service.authorise", withdrawn_meanwhile)
    assert world.search("Muhammadov").candidates == ()
    assert world.trail_rows[-1].act.detail["shown"] == []
    assert world.search("Karimzoda Behruz").candidates


def test_i12_withdrawn_and_expired_records_are_not_shown_before_the_index_knows() -> None:
    world = a_world()
    assert world.search("Muhammadov").candidates
    held = world.held[1]
    world.held[1] = replace(held, withdrawn_at=NOW)
    assert world.search("Muhammadov").candidates == ()
    past = replace(held.record, retention=Retention(date(2030, 1, 1), NOW.date()))
    world.held[1] = replace(held, record=past)
    assert world.search("Muhammadov").candidates == ()


def test_i11_answer_is_short_best_first_and_says_under_which_instrument() -> None:
    world = a_world(
        "Rahimov Akmal", *(f"Rahimov Akmal {letter}." for letter in "BCDEFGHJKLMNOPQRSTUVW"), "Karimzoda Behruz"
    )
    answer = world.search("Rahimov Akmal")
    assert len(answer.candidates) == SHOWN_MAX
    assert [one.score for one in answer.candidates] == sorted((one.score for one in answer.candidates), reverse=True)
    assert answer.candidates[0].record == RecordId(f"{XA}/p0")
    assert answer.candidates[0].instrument == "instrument:open"
    assert answer.candidates[0].caption == "Rahimov Akmal"
    assert all(sum(piece.weight for piece in one.evidence) == one.score for one in answer.candidates)


def test_i10_number_finds_a_record_whose_name_is_another() -> None:
    record = a_record(("name", "Karimzoda Behruz"), ("passportNumber", "PA 123456"))
    world = World(record, index=MemoryIndex())
    (found,) = world.search("Rahimov Akmal", identifiers=("pa123456",)).candidates
    assert [piece.text for piece in found.evidence] == ["passport number equal", "name differs"]


def test_i15_index_takes_changes_and_lets_go_of_withdrawn_records() -> None:
    world = a_world("Rahimov Akmal", "Karimzoda Behruz")
    index = cast("MemoryIndex", world.index)
    assert world.identity.index_step() == 0
    world.change(1, withdrawn_at=NOW)
    assert world.identity.index_step() == 1
    assert {entry.record for entry in index.entries} == {2}
    assert index.position() == world.sequence_before


def test_i15_import_of_many_records_under_one_sequence_is_never_cut() -> None:
    # One slice of an import is one row of the sequence; cutting inside it would lose the rest for ever.
    world = a_world()
    for number in range(2, 12):
        world.held[number] = stored(a_record(("name", f"Rahimov {number}"), local_id=str(number)), number, sequence=7)
    world.held[12] = stored(a_record(("name", "Karimzoda"), local_id="12"), 12, sequence=8)
    world.sequence_before = 8
    world.index.clear()
    steps = []
    while read := world.identity.index_step(limit=3):
        steps.append((read, world.index.position()))
    assert steps == [(11, 7), (1, 8)]
    assert {entry.record for entry in cast("MemoryIndex", world.index).entries} == set(range(1, 13))


def test_i15_index_ahead_of_a_restored_store_begins_again() -> None:
    world = a_world("Rahimov Akmal")
    world.index.apply([99], [], 500)
    cast("MemoryIndex", world.index).entries.clear()
    assert world.identity.index_step() == 1
    assert world.search("Rahimov Akmal").candidates


def test_i44_search_says_how_many_records_an_index_that_is_being_filled_has_not_read() -> None:
    world = a_world(*["Rahimov Akmal"] * (BEHIND_MAX + 1))
    world.index.clear()
    empty = world.search("Rahimov Akmal")
    assert empty.candidates == ()
    assert empty.notes == (
        f"The search index is being filled; records not searched: {BEHIND_MAX + 1:,}. Search again soon.",
    )
    world.identity.index_step(limit=1)
    nearly = world.search("Rahimov Akmal")
    assert (nearly.candidates[0].caption, nearly.notes) == ("Rahimov Akmal", ())
    assert [row.act.detail.get("unread") for row in world.trail_rows] == [BEHIND_MAX + 1, None]


def test_i15_rebuild_gives_the_same_answers() -> None:
    world = a_world("Rahimov Akmal", "Karimzoda Behruz")
    world.change(2, record=a_record(("name", "Saidov Rustam"), Fact("alias", "Rustam", terms=1), local_id="p1"))
    world.identity.index_step()
    before = world.search("Saidov Rustam").candidates
    assert world.identity.rebuild() == 2
    assert world.search("Saidov Rustam").candidates == before != ()


def test_i15_an_erased_record_leaves_the_index_with_the_next_step() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    assert world.identity.index_step() == 0
    world.erase(1)
    assert world.identity.index_step() == 1
    assert {entry.record for entry in world.entries} == {2}
    assert world.identity.index_step() == 0


def test_i15_a_record_erased_between_look_and_row_is_not_shown() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    world.before_row = lambda: world.erase(1)
    assert world.search("Muhammadov").candidates == ()


@pytest.mark.parametrize(
    ("meanwhile", "units"),
    [
        (lambda _: None, 0),
        (lambda world: world.change(2), 0),
        (lambda world: world.change(1), 1),
        (lambda world: setattr(world, "governance", 2), 1),
    ],
    ids=["nothing", "another record", "a record shown", "governance"],
)
def test_i40_only_a_search_that_is_looked_again_takes_a_unit_of_its_own(
    meanwhile: Callable[[World], None], units: int
) -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    opened: list[IdentityUnit] = []
    open_unit = world.identity.open_unit

    def counted() -> IdentityUnit:
        opened.append(open_unit())
        return opened[-1]

    world.identity.open_unit = counted
    world.before_row = lambda: meanwhile(world)
    assert [one.caption for one in world.search("Muhammadov").candidates] == ["Мухаммедов А."]
    assert (len(opened), len(world.trail_rows)) == (units, 1)


def test_i17_after_an_erasure_the_index_is_made_anew_beside_the_one_that_answers() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    world.erase(1)
    assert world.identity.follow() == 1
    assert not world.index.is_clean()
    # One step fills, the next finds nothing more and takes over; meanwhile the old one answers.
    assert world.identity.follow() == 1
    assert not world.index.is_clean()
    assert world.search("Karimzoda").candidates
    assert world.identity.follow() == 0
    assert world.index.is_clean()
    assert world.search("Karimzoda").candidates


def test_i17_what_is_erased_while_the_fresh_one_is_filled_is_not_forgotten() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz", "Saidov Rustam")
    world.erase(1)
    assert world.identity.follow() == 1
    assert world.identity.follow() == 2
    world.erase(2)
    assert world.identity.follow() == 1
    while world.identity.fresh is not None:
        world.identity.follow()
    # Its entries were in the fresh index already: it takes over, and says that it is not clean.
    assert not world.index.is_clean()
    world.now += timedelta(days=1)
    assert world.identity.clean_index() == 1
    assert world.index.is_clean()
    assert {entry.record for entry in world.entries} == {3}


def test_i17_an_index_begun_after_the_erasure_is_clean_from_its_beginning() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    world.erase(1)
    world.identity.rebuild()
    assert world.index.is_clean()
    assert world.identity.clean_index() == 0


def test_i17_making_it_anew_waits_until_a_hundredth_of_the_time_has_passed() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz", "Saidov Rustam")
    world.erase(1)
    world.seconds_per_read = 1
    while world.identity.follow():
        continue
    assert world.index.is_clean()
    world.seconds_per_read = 0
    world.erase(2)
    while world.identity.follow():
        continue
    assert not world.index.is_clean()
    world.now += timedelta(minutes=10)
    while world.identity.follow():
        continue
    assert world.index.is_clean()


def test_i44_where_the_fresh_index_of_a_large_store_fails_the_empty_one_is_filled() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    index = world.identity.index
    assert isinstance(index, MemoryIndex)
    index.clear()
    index.live_max = 1
    world.identity.clean_again_at = None
    index.beside_fails = True
    with pytest.raises(Unavailable, match="disk"):
        world.identity.follow()
    assert (index.position(), world.identity.fresh) == (0, None)
    assert world.identity.follow() == 2
    assert [one.caption for one in world.search("Karimzoda").candidates] == ["Karimzoda Behruz"]
    assert world.identity.rebuild() == 2
    assert [one.caption for one in world.search("Karimzoda").candidates] == ["Karimzoda Behruz"]


def test_i15_what_changes_is_brought_in_while_the_fresh_index_is_busy() -> None:
    world = a_world("Мухаммедов А.", "Karimzoda Behruz")
    world.erase(1)
    assert world.identity.follow() == 1
    assert world.identity.follow() == 1
    fresh = world.identity.fresh
    assert isinstance(fresh, MemoryIndex)
    fresh.takes_more = False
    world.arrive(a_record(("name", "Saidov Rustam"), local_id="p9"))
    assert [world.identity.follow() for _ in range(3)] == [1, 0, 0]
    assert world.search("Saidov").candidates
    fresh.takes_more = True
    while world.identity.fresh is not None:
        world.identity.follow()
    assert world.index.is_clean()
    assert world.search("Saidov").candidates
