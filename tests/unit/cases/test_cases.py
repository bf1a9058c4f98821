"""C1 to C6: the register, what a case holds, its life cycle, its chronology, and what the trail's rows of it are."""

from datetime import UTC, datetime

import pytest

from entente.cases.model import CaseEvent, CaseReference, CaseState
from entente.cases.rules import case_number, subjects_of
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import RecordId
from tests.support.build_correspondence import CLERK, DUTY, Desk, a_network


@pytest.fixture
def desk() -> Desk:
    return a_network().xb


def test_c1_numbers_follow_each_other_and_begin_anew_each_year(desk: Desk) -> None:
    assert [desk.open_case(), desk.open_case()] == ["2031/000001", "2031/000002"]
    desk.clock.pass_time(days=365)
    assert desk.open_case() == "2032/000001"
    assert case_number(2031, 17) == "2031/000017"


def test_c1_refused_opening_leaves_no_gap(desk: Desk) -> None:
    desk.open_case()
    unknown = CaseReference(desk.id, " ")
    with pytest.raises(Invalid):
        desk.cases.open_case(DUTY, "A case", "drugs", (unknown,))
    assert desk.open_case() == "2031/000002"


@pytest.mark.parametrize(
    ("title", "area", "field"),
    [
        ("", "drugs", "title"),
        ("x" * 301, "drugs", "title"),
        ("a\nb", "drugs", "title"),
        ("harbour \u202egun", "drugs", "title"),
        ("A case", "poetry", "crime_area"),
    ],
)
def test_c2_ill_formed_case_is_refused(desk: Desk, title: str, area: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.cases.open_case(DUTY, title, area)
    assert caught.value.field == field
    assert desk.cases.latest(10) == ()
    persian = "نامه\u200cهای گمشده"
    assert desk.cases.open_case(DUTY, persian, "drugs").title == persian


def test_c3_reference_of_the_other_side_is_kept_once(desk: Desk) -> None:
    number = desk.open_case()
    other = CaseReference(desk.id, "XB 44/31")
    assert len(desk.cases.add_reference(DUTY, number, other).references) == 2
    assert len(desk.cases.add_reference(DUTY, number, other).references) == 2


def test_c3_reference_of_an_unknown_body_is_refused(desk: Desk) -> None:
    number = desk.open_case()
    with pytest.raises(Invalid) as caught:
        desk.cases.add_reference(DUTY, number, CaseReference(desk.id[:-1], "44/31"))  # type: ignore[arg-type]  # a cut id
    assert caught.value.field == "body"


def test_c4_closed_case_takes_no_new_work_until_it_is_reopened(desk: Desk) -> None:
    number = desk.open_case()
    assert desk.cases.close_case(DUTY, number, "Handed over.").state is CaseState.CLOSED
    with pytest.raises(Conflict):
        desk.cases.note(DUTY, number, "One more thing.")
    with pytest.raises(Conflict):
        desk.cases.close_case(DUTY, number, "Again.")
    desk.cases.reopen_case(DUTY, number, "A new lead.")
    desk.cases.note(DUTY, number, "One more thing.")
    kinds = [event.kind for event in desk.cases.show(number).events]
    assert kinds == ["opened", "closed", "reopened", "note"]
    with pytest.raises(Conflict):
        desk.cases.reopen_case(DUTY, number, "Again.")


def test_c5_chronology_keeps_order_officer_and_words(desk: Desk) -> None:
    number = desk.open_case()
    desk.clock.pass_time(hours=1)
    note = desk.cases.note(DUTY, number, "Called the harbour police.")
    assert desk.cases.show(number).events[-1] == note
    assert (note.officer, note.text, note.at) == (DUTY, "Called the harbour police.", desk.clock.now())
    with pytest.raises(Invalid):
        desk.cases.note(DUTY, number, " ")


def test_c5_trail_holds_numbers_and_no_words(desk: Desk) -> None:
    number = desk.open_case()
    desk.cases.note(DUTY, number, "Мухаммедов was seen.")
    rows = [*desk.acts("open_case"), *desk.acts("keep_case")]
    assert [row.subject for row in rows] == [number, number]
    assert "Мухаммедов" not in str([to_object(row) for row in rows])
    assert "Robbery" not in str([to_object(row) for row in rows])


def test_officer_whose_role_keeps_no_cases_is_refused_and_the_refusal_is_in_the_trail(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.cases.open_case(CLERK, "A case", "drugs")
    assert desk.cases.latest(10) == ()
    assert desk.acts("open_case")[0].detail["outcome"] == "refused"


def test_no_such_case_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.cases.show("2031/000099")
    with pytest.raises(NotFound):
        desk.cases.note(DUTY, "2031/000099", "Anything.")


def test_c6_trail_of_a_case_is_about_itself_and_its_items_and_no_record_or_body() -> None:
    def line(kind: str, subject: str) -> CaseEvent:
        return CaseEvent(datetime(2031, 5, 4, tzinfo=UTC), "duty-1", kind, subject, "")

    events = [
        line("opened", "2031/000017"),
        line("message_sent", "message-1"),
        line("message_received", "message-2"),
        line("hit", "hit-1"),
        line("request", "request-1"),
        line("answer", "request-2"),
        line("forwarded", "body:xa/w-1"),
        line("reference", "body:xb"),
        line("note", "note-1"),
    ]
    found = subjects_of("2031/000017", events)
    assert found == {"2031/000017", "message-1", "message-2", "hit-1", "request-1", "request-2"}


def test_c5_a_record_that_was_entered_for_a_case_stands_in_its_chronology(desk: Desk) -> None:
    number, record = desk.open_case(), RecordId(f"{desk.id}/entry-1")
    desk.cases.check_takes(DUTY, number)
    desk.cases.add_entered(DUTY, number, record, "vehicle")
    line = desk.cases.show(number).events[-1]
    assert (line.kind, line.subject, line.text, line.officer) == ("record", record, "vehicle", DUTY)
    assert desk.acts("keep_case")[-1].detail["record"] == record
    for absent in ("2031/009999", "none"):
        with pytest.raises(Invalid) as error:
            desk.cases.check_takes(DUTY, absent)
        assert error.value.field == "case"
    desk.cases.close_case(DUTY, number, "Handed over.")
    with pytest.raises(Conflict):
        desk.cases.check_takes(DUTY, number)
