"""The trail, cases and correspondence on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from entente.cases.model import Case, CaseEvent, CaseState
from entente.correspondence.model import (
    AnswerOutcome,
    HitState,
    Message,
    MessageChoice,
    PermissionState,
    Recall,
    Step,
    StepTaken,
    Way,
    WentTo,
)
from entente.correspondence.ports import CorrespondenceUnit
from entente.exchange.ports import ExchangeUnit
from entente.kernel.errors import Conflict
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import TrailRow
from entente.kernel.signing import Context
from entente.storage.correspondence import MessageState
from entente.storage.schema import correspondence_item
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.trail.ports import TrailHead, TrailUnit
from tests.storage import examples
from tests.storage.examples import NOW, OTHER, OWN, SHARING, SIGNER, THIRD

pytestmark = pytest.mark.storage


def append(unit: SqlUnitOfWork, count: int, subject: str = "case 1") -> list[TrailRow]:
    rows = []
    for _ in range(count):
        row, frontier = examples.trail_row(unit.trail.frontier(), subject)
        unit.trail.append(row, frontier)
        rows.append(row)
    return rows


def case(number: str, opened_at: int = 0) -> Case:
    at = NOW + timedelta(hours=opened_at)
    return Case(number, "Title", "fugitives", at, OfficerId("xa-duty-1"), CaseState.OPEN)


def test_unit_of_work_is_every_rooms_unit(store: Store) -> None:
    def asks_for_all(_: CorrespondenceUnit, __: ExchangeUnit, trail: TrailUnit) -> TrailUnit:
        return trail

    with store.unit() as unit:
        assert asks_for_all(unit, unit, unit) is unit


def test_trail_rows_are_read_within_their_own_unit_and_after_it(store: Store) -> None:
    with store.unit() as unit:
        rows = append(unit, 3) + append(unit, 2, "case 2")
        assert unit.trail.rows(1, 2) == tuple(rows[1:3])
        rows += append(unit, 1)
        frontier = unit.trail.frontier()
        unit.commit()
    with store.view() as view:
        assert view.trail.rows(0, 99) == tuple(rows)
        assert view.trail.latest(2) == (rows[5], rows[4])
        assert view.trail.about("case 1", 3) == (rows[0], rows[1], rows[2])
        assert view.trail.about("case 3", 3) == ()
        assert view.trail.frontier() == frontier


def test_trail_goes_on_from_the_frontier_it_kept(store: Store) -> None:
    expected = Frontier()
    for _ in range(7):
        with store.unit() as unit:
            append(unit, 1)
            unit.commit()
        expected = examples.trail_row(expected)[1]
    with store.view() as view:
        assert view.trail.frontier() == expected
        assert view.trail.latest(1)[0].root == expected.root


def test_gap_in_the_change_sequence_is_a_programming_error(store: Store) -> None:
    with store.unit() as unit:
        row, frontier = examples.trail_row(unit.trail.frontier())
        with pytest.raises(AssertionError):
            unit.trail.append(replace(row, sequence=2), frontier)


def test_only_the_newest_head_is_kept(store: Store) -> None:
    heads = [TrailHead(size, b"r" * 32, SIGNER.sign(Context.TRAIL_HEAD, bytes([size]))) for size in (1, 2)]
    with store.unit() as unit:
        assert unit.trail.head() is None
        for head in heads:
            unit.trail.put_head(head)
        unit.commit()
    with store.view() as view:
        assert view.trail.head() == heads[1]


def test_case_number_of_an_undone_unit_is_given_again_and_each_year_begins_at_one(store: Store) -> None:
    with store.unit() as unit:
        assert (unit.cases.next_serial(2031), unit.cases.next_serial(2031)) == (1, 2)
        unit.commit()
    with store.unit() as unit:
        assert unit.cases.next_serial(2031) == 3
    with store.unit() as unit:
        assert (unit.cases.next_serial(2031), unit.cases.next_serial(2032)) == (3, 1)


def test_cases_come_newest_first_with_their_chronology_in_order(store: Store) -> None:
    events = [CaseEvent(NOW, "xa-duty-1", kind, "", "Line") for kind in ("opened", "note", "closed")]
    with store.unit() as unit:
        for item in (case("2031/000001"), case("2031/000002", 1), replace(case("2031/000001"), state=CaseState.CLOSED)):
            unit.cases.put(item)
        for event in events:
            unit.cases.add_event("2031/000001", event)
        assert [item.number for item in unit.cases.all(9)] == ["2031/000002", "2031/000001"]
        assert len(unit.cases.all(1)) == 1
        assert [item.number for item in unit.cases.all(9, before="2031/000002")] == ["2031/000001"]
        assert unit.cases.all(9, before="2031/000001") == unit.cases.all(9, before="2031/000009") == ()
        held = unit.cases.get("2031/000001")
        assert held is not None
        assert held.state is CaseState.CLOSED
        assert unit.cases.events("2031/000001") == tuple(events)
        assert unit.cases.events("2031/000002") == ()
        assert unit.cases.get("2031/000009") is None


def test_line_in_the_chronology_of_no_case_does_not_fit_the_store(store: Store) -> None:
    with pytest.raises(Conflict), store.unit() as unit:
        unit.cases.add_event("2031/000001", CaseEvent(NOW, "xa-duty-1", "note", "", "Line"))


def test_messages_are_found_by_id_and_by_our_own_case_number(store: Store) -> None:
    sent = examples.message("message-1")
    received = examples.message("message-2", head=examples.header("message-2", OTHER, OWN, "2031/000009"))
    with store.unit() as unit:
        unit.correspondence.put_message(sent, Way.SENT)
        unit.correspondence.put_message(received, Way.RECEIVED)
        unit.commit()
    with store.view() as view:
        assert view.correspondence.message("message-1") == sent
        assert view.correspondence.message("message-9") is None
        assert view.correspondence.messages(9) == ((Way.RECEIVED, received), (Way.SENT, sent))
        assert view.correspondence.messages(1) == ((Way.RECEIVED, received),)
        assert view.correspondence.messages(9, before=received.header.id) == ((Way.SENT, sent),)
        assert (
            view.correspondence.messages(9, before=sent.header.id)
            == view.correspondence.messages(9, before="none")
            == ()
        )
        assert view.correspondence.messages(9, "2031/000001", received.header.id) == ((Way.SENT, sent),)
        assert view.correspondence.messages(9, case="2031/000001") == ((Way.SENT, sent),)
        assert view.correspondence.messages(9, case="2031/000777") == ((Way.RECEIVED, received),)


def test_messages_are_narrowed_to_a_body_and_a_choice_and_found_by_what_they_answer(store: Store) -> None:
    sent = examples.message("message-1")
    came = replace(examples.message("message-2", head=examples.header("message-2", OTHER, OWN)), is_for_action=True)
    answer = replace(examples.message("message-3"), answers="message-2")
    with store.unit() as unit:
        for one, way in ((sent, Way.SENT), (came, Way.RECEIVED), (answer, Way.SENT)):
            unit.correspondence.put_message(one, way)
        unit.commit()

    def chosen(choice: MessageChoice) -> list[str]:
        with store.view() as view:
            return [one.header.id for _, one in view.correspondence.messages(9, choice=choice)]

    assert [chosen(one) for one in MessageChoice] == [["message-2"], ["message-3", "message-1"], *[["message-2"]] * 2]
    for step, left in ((Step.OPENED, [[], ["message-2"]]), (Step.ACTED_ON, [[], []])):
        with store.unit() as unit:
            unit.correspondence.put_step("message-2", StepTaken(step, "xa-duty-1", NOW))
            unit.commit()
        assert [chosen(MessageChoice.UNREAD), chosen(MessageChoice.OPEN)] == left
    assert len(chosen(MessageChoice.RECEIVED)) == 1
    with store.view() as view:
        assert len(view.correspondence.messages(9, counterpart=OTHER)) == 3
        assert view.correspondence.messages(9, counterpart=OWN) == ()
        assert view.correspondence.answers_to(["message-2", "message-9"], 9) == ((Way.SENT, answer),)
        assert view.correspondence.answers_to([], 9) == view.correspondence.answers_to(["message-2"], 0) == ()


def test_message_kept_twice_is_a_programming_error(store: Store) -> None:
    with store.unit() as unit:
        unit.correspondence.put_message(examples.message("message-1"), Way.SENT)
        with pytest.raises(AssertionError):
            unit.correspondence.put_message(examples.message("message-1"), Way.RECEIVED)


def test_hits_and_requests_are_replaced_by_their_later_state_in_their_old_place(store: Store) -> None:
    with store.unit() as unit:
        papers = unit.correspondence
        papers.put_hit(examples.hit("hit-1"), Way.SENT)
        papers.put_hit(examples.hit("hit-2"), Way.RECEIVED)
        answered = replace(examples.hit("hit-1", HitState.ANSWERED), is_same_person=True, answered_at=NOW)
        papers.put_hit(answered, Way.SENT)
        assert papers.hit("hit-1") == (Way.SENT, answered)
        assert [item.header.id for _, item in papers.hits(9)] == ["hit-2", "hit-1"]
        papers.put_permission(examples.permission("permission-1"), Way.SENT)
        papers.put_permission(examples.permission("permission-1", PermissionState.GRANTED), Way.SENT)
        assert papers.permissions(9) == ((Way.SENT, examples.permission("permission-1", PermissionState.GRANTED)),)
        assert papers.permission("hit-1") is None
        papers.put_record_request(examples.record_request("hit-1"), Way.RECEIVED)
        assert papers.record_request("hit-1") == (Way.RECEIVED, examples.record_request("hit-1"))
        assert papers.record_requests(9) == ((Way.RECEIVED, examples.record_request("hit-1")),)


def test_what_waits_here_is_what_came_and_was_not_answered_and_what_is_held(store: Store) -> None:
    def came(item_id: str, *, is_for_action: bool = False) -> Message:
        head = examples.header(item_id, OTHER, OWN)
        return examples.message(item_id, is_for_action=is_for_action, head=head)

    with store.unit() as unit:
        papers = unit.correspondence
        for number, state in enumerate(HitState):
            papers.put_hit(examples.hit(f"ours-{number}", state), Way.SENT)
            papers.put_hit(examples.hit(f"theirs-{number}", state), Way.RECEIVED)
        for stand in PermissionState:
            papers.put_permission(examples.permission(f"ours-{stand}", stand), Way.SENT)
            papers.put_permission(examples.permission(f"theirs-{stand}", stand), Way.RECEIVED)
        for name in ("new", "opened", "concluded"):
            papers.put_message(came(f"do-{name}", is_for_action=True), Way.RECEIVED)
            papers.put_message(came(f"know-{name}"), Way.RECEIVED)
            papers.put_message(examples.message(f"sent-{name}", is_for_action=True), Way.SENT)
        for kind in ("do", "know"):
            papers.put_step(f"{kind}-opened", StepTaken(Step.OPENED, "duty-1", NOW))
            papers.put_step(f"{kind}-concluded", StepTaken(Step.ACTED_ON, "duty-1", NOW))
        recalled = came("do-recalled", is_for_action=True)
        papers.put_message(recalled, Way.RECEIVED)
        papers.change_message(replace(recalled, recall=Recall(NOW, "duty-2", "Error.", has_left=True)), Way.RECEIVED)
        unit.commit()
    with store.view() as view:
        papers = view.correspondence
        # Read together, what was done is what is read one by one; nothing stands for what nothing was done with.
        every = ("do-new", "do-opened", "do-concluded", "know-opened", "never-here")
        each = papers.steps_of_each(every)
        assert {one: each.get(one, ()) for one in every} == {one: papers.steps(one) for one in every}
        assert set(each) == {"do-opened", "do-concluded", "know-opened"}
        assert papers.steps_of_each([]) == {}
        hits = [(way, hit.state) for way, hit in papers.open_hits(9)]
        assert hits == [(Way.SENT, HitState.HELD), (Way.RECEIVED, HitState.TOLD)]
        assert [one.header.id for one in papers.open_permissions(9)] == ["theirs-waiting"]
        assert [one.header.id for one in papers.open_for_information(9)] == ["know-new"]
        assert [one.header.id for one in papers.open_for_action(9)] == ["do-new", "do-opened"]
        query = sa.select(correspondence_item.c.id).where(correspondence_item.c.state == MessageState.DONE.value)
        done = set(view.connection.execute(query).scalars())
        assert done == {"do-concluded", "know-opened", "know-concluded"}
        assert len(papers.open_for_action(1)) == len(papers.open_hits(1)) == 1


def test_what_went_out_in_one_act_is_found_by_each_of_it(store: Store) -> None:
    with store.unit() as unit:
        papers = unit.correspondence
        for name, to in (("to-other", OTHER), ("to-third", THIRD), ("alone", OTHER)):
            head = examples.header(f"message-{name}", OWN, to)
            papers.put_message(examples.message("", is_for_action=to == OTHER, head=head), Way.SENT)
        papers.put_act("act-1", ["message-to-third", "message-to-other"])
        unit.commit()
    recall = Recall(NOW, "duty-2", "Error.", has_left=True, was_opened=True, answered_at=NOW)
    with store.unit() as unit:
        papers = unit.correspondence
        kept = papers.message("message-to-third")
        assert kept is not None
        papers.change_message(replace(kept, recall=recall), Way.SENT)
        unit.commit()
    with store.view() as view:
        papers = view.correspondence
        assert [papers.act_of(f"message-{one}") for one in ("to-other", "to-third", "alone", "none")] == [
            "act-1", "act-1", "", "",
        ]  # fmt: skip
        assert papers.sent_in("act-1") == (
            WentTo("message-to-other", OTHER, is_for_action=True, recall=None),
            WentTo("message-to-third", THIRD, is_for_action=False, recall=recall),
        )
        assert papers.sent_in("") == papers.sent_in("act-2") == ()


def test_preview_names_what_is_open_under_the_instrument_with_the_counterpart(store: Store) -> None:
    other, third = examples.body(OTHER, "XB-NCB"), examples.body(THIRD, "XC-NCB")
    with store.unit() as unit:
        unit.agreements.put_instrument(examples.instrument(), examples.statement())
        papers = unit.correspondence
        papers.put_record_request(examples.record_request("request-1"), Way.SENT)
        papers.put_record_request(examples.record_request("request-2", AnswerOutcome.WHOLE), Way.SENT)
        papers.put_permission(examples.permission("permission-1"), Way.SENT)
        papers.put_permission(examples.permission("permission-2", PermissionState.REFUSED), Way.SENT)
        papers.put_message(examples.message("message-1", is_for_action=True), Way.SENT)
        papers.put_message(examples.message("message-2", is_for_action=True), Way.SENT)
        papers.put_message(examples.message("message-3"), Way.SENT)
        answer = examples.message("message-4", answers="message-2", head=examples.header("message-4", OTHER, OWN))
        papers.put_message(answer, Way.RECEIVED)
        requests = unit.holdings.open_requests(SHARING, [other, third])
        permissions = unit.holdings.open_permissions(SHARING, [other])
        assert [line.split(":")[0] for line in requests] == ["request-1", "message-1"]
        assert requests[1].endswith("due 2031-05-05T08:00:00.000000Z")
        assert [line.split(":")[0] for line in permissions] == ["permission-1"]
        assert permissions[0].endswith("due 2031-05-05T08:00:00.000000Z")
        assert unit.holdings.open_requests(SHARING, [third]) == ()
        assert unit.holdings.open_permissions(InstrumentId("instrument:charter"), [other]) == ()


def test_record_requests_are_counted_by_way_body_instrument_kind_and_moment(store: Store) -> None:
    with store.unit() as unit:
        papers = unit.correspondence
        papers.put_record_request(examples.record_request("request-1"), Way.SENT)
        papers.put_record_request(examples.record_request("request-2", AnswerOutcome.REFUSED), Way.SENT)
        papers.put_record_request(examples.record_request("request-3"), Way.RECEIVED)

        def count(way: Way, body: BodyId, instrument: InstrumentId, kind: str, since: datetime) -> int:
            return papers.count_record_requests(way, body, instrument, kind, since)

        at = examples.record_request("request-1").header.at
        assert count(Way.SENT, OTHER, SHARING, "wanted_person", at) == 2
        assert count(Way.SENT, OTHER, SHARING, "vehicle", at) == 0
        assert count(Way.SENT, THIRD, SHARING, "wanted_person", at) == 0
        assert count(Way.SENT, OTHER, InstrumentId("instrument:charter"), "wanted_person", at) == 0
        assert count(Way.SENT, OTHER, SHARING, "wanted_person", at + timedelta(seconds=1)) == 0
