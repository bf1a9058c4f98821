"""Taking back what we had said to others and forgot, once this node was restored from a backup (docs/rules/exchange.md X34).

Messages, hits, requests for leave and record requests stand again as sent and unanswered; what others answered comes again with
what they send anew. Our own answers, recalls and steps are taken back too: what one of them is about may come again only later,
so it waits under that id (`unit.ahead`) and is taken back in the transaction that takes the item in. So nobody answers twice.
What an officer only noted here is lost with the store, and no other body ever had it.

Source: docs/rules/correspondence.md M1; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from entente.agreements.channel import NO_INSTRUMENT
from entente.bodies.rules import verify_by_node
from entente.correspondence.hits import answered_by_source
from entente.correspondence.model import (
    Hit,
    HitOutcome,
    HitState,
    PermissionState,
    Recall,
    RecordRequest,
    StepTaken,
    Way,
)
from entente.correspondence.permissions import answered_by, waiting
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.requests import asked
from entente.correspondence.statements import (
    EvidenceContent,
    HasHeader,
    HitAnswerContent,
    HitContent,
    Kind,
    MessageContent,
    PermissionAnswerContent,
    PermissionRequestContent,
    RecallAnswerContent,
    RecallContent,
    RecordAnswerContent,
    RecordRequestContent,
)
from entente.kernel.codec import from_json
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement


def take_back_word(unit: CorrespondenceUnit, word: Statement, giver: BodyId, now: datetime) -> Outgoing:
    """Keep what we had said as said, unless it is known; return it as it had gone out.

    Raises Untrusted or Invalid for what is not ours.
    """
    verify_by_node(unit.bodies.own(), word)
    if (item := _ITEMS.get(word.kind)) is not None:
        return item(unit, word, giver)
    return _answer(unit, word, giver, now)


def take_back_about(unit: CorrespondenceUnit, item: str) -> None:
    """Take back our answer to an item that was taken in just now, if it was given back before the item came again."""
    for word, _ in unit.ahead.take(item):
        _apply_answer(unit, word)


def answered_before(unit: CorrespondenceUnit, request: RecordRequest) -> RecordRequest | None:
    """Return a record request as we had answered it before this node was restored; None where we had not."""
    for word, _ in unit.ahead.take(request.header.id):
        said = from_json(RecordAnswerContent, word.content, "record_answer")
        return replace(request, outcome=said.outcome, answer=said.answer, grounds=said.grounds)
    return None


def _message(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    message, desk = from_json(MessageContent, word.content, "message").message(), unit.correspondence
    own, name = word.body, message.header.id
    if desk.message(name) is None:
        desk.put_message(message, Way.SENT)
        if (recall := desk.recall_ahead(own, name)) is not None:
            desk.change_message(replace(message, recall=recall), Way.SENT)
            desk.drop_recall_ahead(own, name)
    return _sent(message, word, giver)


def _recall(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    content, desk = from_json(RecallContent, word.content, "recall"), unit.correspondence
    recall = Recall(content.header.at, content.header.officer, content.reason, has_left=True)
    sent = desk.message(content.message)
    if sent is None:
        # Control overtakes data: the message is given back after its recall.
        desk.put_recall_ahead(word.body, content.message, recall)
    elif sent.header.sender == word.body and sent.recall is None:
        desk.change_message(replace(sent, recall=recall), Way.SENT)
    return Outgoing(giver, content.header.instrument, word, is_control=True, ref=content.message)


def _hit(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    content, desk = from_json(HitContent, word.content, "hit"), unit.correspondence
    # Whom the instrument names beside the source has it under the same id, and it is the source that answers.
    header = replace(content.header, recipient=BodyId(content.record.partition("/")[0]))
    hit = Hit(
        header, content.record, content.version, content.purpose, content.crime_area, HitOutcome.CONFIRMED,
        content.outcome_reason, content.score, content.circumstances, HitState.TOLD,
    )  # fmt: skip
    known = desk.hit(header.id)
    if known is None or (known[0] is Way.SENT and known[1].state is HitState.HELD):
        desk.put_hit(hit, Way.SENT)
    return _sent(content, word, giver)


def _permission_request(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    permission = waiting(from_json(PermissionRequestContent, word.content, "permission_request"))
    if unit.correspondence.permission(permission.header.id) is None:
        unit.correspondence.put_permission(permission, Way.SENT)
    return _sent(permission, word, giver)


def _record_request(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    request = asked(from_json(RecordRequestContent, word.content, "record_request"))
    if unit.correspondence.record_request(request.header.id) is None:
        unit.correspondence.put_record_request(request, Way.SENT)
    return _sent(request, word, giver)


def _step(unit: CorrespondenceUnit, word: Statement, giver: BodyId) -> Outgoing:
    content = from_json(EvidenceContent, word.content, "evidence")
    # Whether the message is here already or comes again: a step stands beside it, and the first of each counts.
    unit.correspondence.put_step(content.item, StepTaken(content.step, content.officer, word.at, content.reason))
    known = unit.correspondence.message(content.item)
    instrument = NO_INSTRUMENT if known is None else known.header.instrument
    return Outgoing(giver, instrument, word, ref=content.item)


_ITEMS: Mapping[str, Callable[[CorrespondenceUnit, Statement, BodyId], Outgoing]] = {
    Kind.MESSAGE: _message,
    Kind.HIT: _hit,
    Kind.PERMISSION_REQUEST: _permission_request,
    Kind.RECORD_REQUEST: _record_request,
    Kind.EVIDENCE: _step,
    Kind.RECALL: _recall,
}
"""What needs nothing else to be here; the other kinds are answers."""


def _answer(unit: CorrespondenceUnit, word: Statement, giver: BodyId, now: datetime) -> Outgoing:
    content, item = _read_answer(word)
    if isinstance(content, PermissionAnswerContent) and content.leave is not None:
        # The gate obeys the leave at both ends, whether or not the request for it has come again.
        unit.classes.put_leave(content.leave.by(word.body, word.id), word)
    if not _apply_answer(unit, word):
        unit.ahead.put(item, word, giver, now)
    is_control = word.kind == Kind.RECALL_ANSWER
    return Outgoing(giver, content.header.instrument, word, is_control=is_control, ref=content.header.id)


def _apply_answer(unit: CorrespondenceUnit, word: Statement) -> bool:
    """Have an item stand as we had answered it; False where it is not here yet."""
    content, item = _read_answer(word)
    desk = unit.correspondence
    match content:
        case HitAnswerContent():
            told = desk.hit(item)
            if told is not None and told[0] is Way.RECEIVED and told[1].state is HitState.TOLD:
                at, is_same = content.header.at, content.is_same_person
                desk.put_hit(answered_by_source(told[1], content.text, at, is_same_person=is_same), Way.RECEIVED)
            return told is not None
        case PermissionAnswerContent():
            asked_us = desk.permission(item)
            if asked_us is not None and asked_us[0] is Way.RECEIVED and asked_us[1].state is PermissionState.WAITING:
                desk.put_permission(answered_by(asked_us[1], content), Way.RECEIVED)
            return asked_us is not None
        case RecordAnswerContent():
            # It was given in the transaction that took the request in: one that is here is answered.
            return desk.record_request(item) is not None
        case _:
            recalled = desk.message(item)
            is_known = recalled is not None and recalled.recall is not None
            return is_known or desk.recall_ahead(BodyId(content.header.recipient), item) is not None


_Answer = HitAnswerContent | PermissionAnswerContent | RecordAnswerContent | RecallAnswerContent


def _read_answer(word: Statement) -> tuple[_Answer, str]:
    """Return an answer and the id of what it answers."""
    match word.kind:
        case Kind.HIT_ANSWER:
            hit = from_json(HitAnswerContent, word.content, word.kind)
            return hit, hit.hit
        case Kind.PERMISSION_ANSWER:
            permission = from_json(PermissionAnswerContent, word.content, word.kind)
            return permission, permission.request
        case Kind.RECORD_ANSWER:
            record = from_json(RecordAnswerContent, word.content, word.kind)
            return record, record.request
        case _:
            recall = from_json(RecallAnswerContent, word.content, word.kind)
            return recall, recall.message


def _sent(content: HasHeader, word: Statement, giver: BodyId) -> Outgoing:
    header = content.header
    return Outgoing(giver, header.instrument, word, ref=header.id)
