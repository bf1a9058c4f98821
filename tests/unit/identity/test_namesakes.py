"""I28 and I29: the bearer of a document found not identical raises no alarm again, for whoever may see both."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.identity.model import EvidenceKind, NotIdentical, Occasion, Query, SearchAnswer
from entente.identity.namesakes import MARKED_DAYS, MARKED_DAYS_MAX
from entente.identity.not_identical import asked_numbers, holds_for
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId, RecordId
from entente.records.model import Fact
from tests.support.build_mrz import TD3_SPECIMEN
from tests.support.memory_index import MemoryIndex
from tests.unit.identity.search_world import CLOSED, NOW, OCCASION, OFFICER, OPEN, XA, World, a_record
from tests.unit.identity.test_watching import NAME, follow, left, one

DOCUMENT, OTHER = "AB 123456", "CD 765432"
RECORD = RecordId(f"{XA}/1")


def a_world() -> World:
    return World(one(), one(name="Мухаммедов Абдулла", local_id="2"), index=MemoryIndex())


def mark(world: World, document: str = DOCUMENT, **more: int) -> NotIdentical:
    return world.namesakes.mark(OFFICER.id, RECORD, document, "Other fingerprints.", OCCASION, **more)


def order(answer: SearchAnswer) -> list[str]:
    return [candidate.record.partition("/")[2] for candidate in answer.candidates]


def test_i29_a_search_with_the_document_puts_the_record_last_and_says_why() -> None:
    world = a_world()
    assert order(world.search(NAME, identifiers=(DOCUMENT,))) == ["1", "2"]
    marker = mark(world)
    answer = world.search(NAME, identifiers=("ab123456",))
    assert order(answer) == ["2", "1"]
    last = answer.candidates[1]
    assert last.not_identical == marker.id
    assert (last.evidence[-1].kind, last.evidence[-1].weight) == (EvidenceKind.NEUTRAL, 0)
    assert "Other fingerprints." in last.evidence[-1].text
    assert sum(piece.weight for piece in last.evidence) == last.score
    assert world.trail_rows[-1].act.detail["shown"][1] == {  # type: ignore[index]
        "record": RECORD, "score": last.score, "not_identical": marker.id,
    }  # fmt: skip


def test_i28_another_document_no_document_and_one_more_bring_it_back() -> None:
    world = a_world()
    mark(world)
    for numbers in ((OTHER,), (), (DOCUMENT, OTHER)):
        answer = world.search(NAME, identifiers=numbers)
        assert order(answer) == ["1", "2"]
        assert answer.candidates[0].not_identical == ""
    mark(world, OTHER)
    assert order(world.search(NAME, identifiers=(DOCUMENT, OTHER))) == ["2", "1"]


def test_i28_a_record_that_comes_to_have_the_number_is_no_namesakes() -> None:
    world = a_world()
    mark(world)
    world.arrive(one(("passportNumber", DOCUMENT), version=2), 1)
    world.identity.index_step()
    answer = world.search(NAME, identifiers=(DOCUMENT,))
    assert (order(answer)[0], answer.candidates[0].not_identical) == ("1", "")


def test_i28_it_holds_over_versions_says_which_was_judged_and_ends_by_its_day() -> None:
    world = a_world()
    marker = mark(world, days=2)
    assert marker.until == NOW + timedelta(days=2)
    world.arrive(one(("nationality", "XA"), version=2), 1)
    world.identity.index_step()
    answer = world.search(NAME, identifiers=(DOCUMENT,))
    assert "of version 1" in answer.candidates[-1].evidence[-1].text
    world.now = marker.until
    assert order(world.search(NAME, identifiers=(DOCUMENT,))) == ["1", "2"]
    world.watching.step()
    assert world.found.found == {}


def test_i28_a_standing_query_with_the_document_raises_nothing_and_with_another_it_does() -> None:
    world = a_world()
    marked, other = left(world, NAME, identifiers=(DOCUMENT,)), left(world, NAME, identifiers=(OTHER,))
    mark(world)
    world.arrive(one(version=2), 1)
    follow(world)
    assert [match.record for match in world.kept.matches(marked.id)] == []
    assert [match.record for match in world.kept.matches(other.id)] == [1]


def test_i29_a_match_raised_before_the_finding_stands_last() -> None:
    world = World(index=MemoryIndex())
    left(world, NAME, identifiers=(DOCUMENT,))
    world.arrive(one(name="Мухаммедов Абдулла", local_id="2"))
    world.arrive(one())
    follow(world)
    assert world.standing.matches(OFFICER.id)[0].candidate.record == RECORD
    marker = world.namesakes.mark(OFFICER.id, RECORD, DOCUMENT, "Other face.", OCCASION)
    last = world.standing.matches(OFFICER.id)[-1]
    assert (last.candidate.record, last.candidate.not_identical) == (RECORD, marker.id)


def test_i29_who_may_see_less_of_the_record_than_the_finder_saw_is_told_nothing() -> None:
    record = a_record(("name", NAME), Fact("birthDate", "1979-03-02", terms=1))
    world = World(record, index=MemoryIndex(), allowed=(OPEN, CLOSED))
    marker = mark(world)
    assert marker.classes == {OPEN, CLOSED}
    assert world.search(NAME, identifiers=(DOCUMENT,)).candidates[0].not_identical == marker.id
    world.allowed_classes = frozenset({OPEN})
    assert world.search(NAME, identifiers=(DOCUMENT,)).candidates[0].not_identical == ""
    assert world.namesakes.of_record(OFFICER.id, RECORD, OCCASION) == ()
    with pytest.raises(NotFound):
        world.namesakes.end(OFFICER.id, RECORD, marker.id, OCCASION)


def test_i28_the_document_is_kept_as_digests_and_stays_out_of_the_trail() -> None:
    world = a_world()
    marker = mark(world)
    assert b"123456" not in canonical_bytes(to_object(marker))
    row = world.trail_rows[-1].act
    assert (row.verb, row.subject, row.detail["marker"]) == ("mark_not_identical", RECORD, marker.id)
    written = canonical_bytes(row.detail)
    assert b"123456" not in written
    assert b"fingerprints" not in written


def test_i28_a_whole_zone_names_its_document() -> None:
    world = a_world()
    mark(world, "\n".join(TD3_SPECIMEN))
    scanned = world.search(NAME, identifiers=("\n".join(TD3_SPECIMEN),))
    assert [one.not_identical for one in scanned.candidates if one.record == RECORD] != [""]


def test_i28_what_is_not_well_formed_is_refused() -> None:
    world = a_world()
    for document, reason, why, days in (
        ("passport", "Other face.", OCCASION, 30),
        ("", "Other face.", OCCASION, 30),
        (DOCUMENT, " ", OCCASION, 30),
        (DOCUMENT, "Two\nlines", OCCASION, 30),
        (DOCUMENT, "x" * 201, OCCASION, 30),
        (DOCUMENT, "Other face.", Occasion("arrest", "drugs"), 30),
        (DOCUMENT, "Other face.", OCCASION, MARKED_DAYS_MAX + 1),
        (DOCUMENT, "Other face.", OCCASION, 0),
    ):
        with pytest.raises(Invalid):
            world.namesakes.mark(OFFICER.id, RECORD, document, reason, why, days)
    assert world.trail_rows == []
    assert mark(world).until == NOW + timedelta(days=MARKED_DAYS)


def test_i28_a_number_that_the_record_has_itself_is_refused() -> None:
    world = World(one(("passportNumber", DOCUMENT)), index=MemoryIndex())
    with pytest.raises(Invalid, match="not kept"):
        mark(world)
    mark(world, OTHER)


def test_i28_only_who_may_judge_hits_finds_and_ends() -> None:
    world = a_world()
    analyst = replace(OFFICER, id=OfficerId("xb-analyst-1"), roles=frozenset({"analyst"}))
    world.officers[analyst.id] = analyst
    with pytest.raises(Refused):
        world.namesakes.mark(analyst.id, RECORD, DOCUMENT, "Other face.", OCCASION)
    marker = mark(world)
    with pytest.raises(Refused):
        world.namesakes.end(analyst.id, RECORD, marker.id, OCCASION)
    assert world.namesakes.of_record(analyst.id, RECORD, OCCASION) == (marker,)
    world.namesakes.end(OFFICER.id, RECORD, marker.id, OCCASION)
    assert world.namesakes.of_record(OFFICER.id, RECORD, OCCASION) == ()
    with pytest.raises(NotFound):
        world.namesakes.end(OFFICER.id, RECORD, marker.id, OCCASION)


def test_i28_a_record_that_may_not_be_seen_is_as_absent_and_the_try_is_recorded() -> None:
    world = a_world()
    absent = RecordId(f"{XA}/none")
    world.allowed_classes = frozenset()
    for record in (RECORD, absent):
        with pytest.raises(NotFound):
            world.namesakes.mark(OFFICER.id, record, DOCUMENT, "Other face.", OCCASION)
        assert world.trail_rows[-1].act.detail["outcome"] == "refused"
    world.allowed_classes = frozenset({OPEN})
    mark(world)


def test_i28_findings_about_one_record_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.identity.namesakes.MARKERS_MAX", 2)
    world = a_world()
    mark(world)
    mark(world, OTHER)
    with pytest.raises(Conflict):
        mark(world, "EF 112233")


def test_i28_the_newest_of_several_findings_counts() -> None:
    asked = asked_numbers(Query(identifiers=(DOCUMENT,)), lambda key: key)
    older = NotIdentical(
        "n-1",
        1,
        1,
        frozenset(asked.digests[0]),
        frozenset({OPEN}),
        "Other face.",
        OFFICER.id,
        NOW,
        NOW + timedelta(days=9),
    )
    newer = replace(older, id="n-2", at=NOW + timedelta(days=1))
    assert holds_for((newer, older), asked, frozenset(), frozenset({OPEN})) == newer
    assert holds_for((newer, older), asked, frozenset(), frozenset()) is None
    assert holds_for((), asked, frozenset(), frozenset({OPEN})) is None
