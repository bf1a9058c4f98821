"""What was not delivered and nobody noted is found on a real store, of each engine (docs/rules/correspondence.md M29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.cases.model import Case, CaseState, Knowing
from entente.correspondence.model import FailureNoted, HitState, Recall, Way
from entente.correspondence.statements import Kind
from entente.exchange.model import Queued
from entente.kernel.ids import OfficerId
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.examples import NOW, OTHER, OWN

pytestmark = pytest.mark.storage

LATER = NOW + timedelta(days=31)
EVERYTHING = Knowing(oversees=True)


def sent(unit: SqlUnitOfWork, name: str, *, case: str = "") -> None:
    """Keep a message of ours with its place in the queue."""
    head = replace(examples.header(name, OWN, OTHER), our_reference=case)
    unit.correspondence.put_message(examples.message(name, head=head), Way.SENT)
    unit.outbox.put(replace(examples.outgoing(name), statement=examples.statement(Kind.MESSAGE, ref=name)))
    unit.outbox.enter(NOW)


def give_up(unit: SqlUnitOfWork, *names: str) -> None:
    queued: dict[str, Queued] = {one.outgoing.ref: one for one in unit.outbox.overdue(NOW)}
    for name in names:
        unit.outbox.set_undelivered(queued[name], "too late", LATER)


def test_what_was_given_up_is_found_until_it_is_noted_or_recalled(store: Store) -> None:
    with store.unit() as unit:
        for name in ("first", "second", "recalled", "waits"):
            sent(unit, name)
        unit.commit()
    with store.unit() as unit:
        assert unit.correspondence.failed_messages(9, EVERYTHING) == ()
        give_up(unit, "second", "first", "recalled")
        papers = unit.correspondence
        known = papers.message("recalled")
        assert known is not None
        papers.change_message(replace(known, recall=Recall(NOW, "duty-2", "Error.", has_left=True)), Way.SENT)
        unit.commit()
    with store.unit() as unit:
        papers = unit.correspondence
        assert [one.header.id for one in papers.failed_messages(9, EVERYTHING)] == ["first", "second"]
        assert [one.header.id for one in papers.failed_messages(1, EVERYTHING)] == ["first"]
        assert papers.failure_noted("first") is None
        for officer in ("duty-1", "duty-2"):
            papers.put_failure_noted("first", FailureNoted(officer, LATER))
        unit.commit()
    with store.view() as view:
        papers = view.correspondence
        assert papers.failure_noted("first") == FailureNoted("duty-1", LATER), "the first stands"
        assert [one.header.id for one in papers.failed_messages(9, EVERYTHING)] == ["second"]
        assert papers.steps("first") == (), "it is no step of a message that came"


def test_what_belongs_to_a_case_with_a_team_is_found_by_its_team_alone(store: Store) -> None:
    duty, other = OfficerId("duty-1"), OfficerId("duty-2")
    with store.unit() as unit:
        unit.cases.put(Case("2026/000001", "Kept close", "fugitives", NOW, duty, CaseState.OPEN, team=(duty,)))
        sent(unit, "close", case="2026/000001")
        sent(unit, "open")
        unit.commit()
    with store.unit() as unit:
        give_up(unit, "close", "open")
        unit.commit()
    with store.view() as view:
        found = view.correspondence.failed_messages
        assert [one.header.id for one in found(9, Knowing(officer=duty))] == ["close", "open"]
        assert [one.header.id for one in found(9, Knowing(officer=other))] == ["open"]
        assert [one.header.id for one in found(9, EVERYTHING)] == ["close", "open"]


def test_what_else_was_given_up_is_found_by_its_item_until_its_statement_is_noted(store: Store) -> None:
    """M30."""
    with store.unit() as unit:
        papers = unit.correspondence
        papers.put_hit(examples.hit("hit-1"), Way.SENT)
        papers.put_hit(examples.hit("hit-2", HitState.ANSWERED), Way.RECEIVED)
        papers.put_permission(examples.permission("permission-request-1"), Way.SENT)
        papers.put_record_request(examples.record_request("record-request-1"), Way.SENT)
        of_each = (
            (Kind.HIT, "hit-1"), (Kind.HIT_ANSWER, "hit-2"), (Kind.PERMISSION_REQUEST, "permission-request-1"),
            (Kind.RECORD_REQUEST, "record-request-1"),
        )  # fmt: skip
        for kind, name in of_each:
            unit.outbox.put(replace(examples.outgoing(name), statement=examples.statement(kind, ref=name)))
        unit.outbox.enter(NOW)
        unit.commit()
    with store.unit() as unit:
        papers = unit.correspondence
        assert papers.failed_deliveries(9, EVERYTHING) == ()
        give_up(unit, *(name for _, name in of_each))
        found = papers.failed_deliveries(9, EVERYTHING)
        assert [(one.kind, one.item.header.id, one.way) for one in found] == [
            (Kind.HIT, "hit-1", Way.SENT),
            (Kind.HIT_ANSWER, "hit-2", Way.RECEIVED),
            (Kind.PERMISSION_REQUEST, "permission-request-1", Way.SENT),
            (Kind.RECORD_REQUEST, "record-request-1", Way.SENT),
        ]
        assert {(one.recipient, one.state, one.reason, one.at) for one in found} == {
            (OTHER, "undelivered", "too late", LATER)
        }
        assert len(papers.failed_deliveries(2, EVERYTHING)) == 2
        papers.put_failure_noted(found[0].statement, FailureNoted("duty-1", LATER))
        unit.commit()
    with store.view() as view:
        papers = view.correspondence
        assert papers.failed_deliveries(9, EVERYTHING)[0].item.header.id == "hit-2"
        assert [one.kind for one in papers.failed_deliveries_of("hit-1")] == [Kind.HIT], "noted, it is still told"
        assert papers.failed_messages(9, EVERYTHING) == (), "none of them is a message"
