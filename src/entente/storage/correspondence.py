"""One table for everything sent and received: messages, hits, permission requests, record requests.

An item is found by its family and id, by our case number, or as «open toward these bodies under that instrument». Order is
the order of arrival here: a sender's time is a claim. Source: docs/rules/correspondence.md; correspondence.ports.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

from entente.cases.model import NOBODY, Knowing
from entente.correspondence.addressees import ADDRESSEES_MAX
from entente.correspondence.model import (
    DecisionBasis,
    Header,
    Hit,
    HitState,
    Message,
    MessageChoice,
    PermissionRequest,
    PermissionState,
    Recall,
    RecordRequest,
    SeenThen,
    Step,
    StepTaken,
    Way,
    WentTo,
)
from entente.kernel.codec import from_json
from entente.kernel.ids import BlobId, BodyId, InstrumentId
from entente.storage.cases import is_known
from entente.storage.known_rows import KnownRows
from entente.storage.message_failures import MessageFailures
from entente.storage.message_steps import MessageSteps
from entente.storage.rows import add_row_once, parts, replace_row, text_of, value_of
from entente.storage.schema import (
    blob_file,
    correspondence_item,
    decision_basis,
    message_act,
    message_blob,
    message_step,
    recall_ahead,
)

T = TypeVar("T", Message, Hit, PermissionRequest, RecordRequest)


class Family(StrEnum):
    """What an item is; ids are unique within one."""

    MESSAGE = "message"
    HIT = "hit"
    PERMISSION = "permission"
    RECORD_REQUEST = "record_request"
    CONSULT = "consult"


class MessageState(StrEnum):
    """Whether a message waits for something; an answer to it is found by its `answers` column."""

    FOR_ACTION = "for_action"
    FOR_INFORMATION = "for_information"
    RECALLED = "recalled"
    DONE = "done"
    """Came, and was concluded, or opened where it was for information. Rows of older code kept their first state: what waits is
    therefore asked of the steps too."""


_item = correspondence_item
_ONE = sa.select(_item.c.way, _item.c.document).where(
    _item.c.family == sa.bindparam("family"), _item.c.id == sa.bindparam("id")
)
_NEWEST = (
    sa.select(_item.c.way, _item.c.document)
    .where(_item.c.family == sa.bindparam("family"))
    .order_by(_item.c.position.desc())
    .limit(sa.bindparam("most"))
)


_OLDEST = sa.select(_item.c.way, _item.c.document).order_by(_item.c.position).limit(sa.bindparam("most"))


def _open(*conditions: sa.ColumnElement[bool]) -> KnownRows:
    """Return the query for what is open, the oldest first."""
    return KnownRows.of(_OLDEST.where(*conditions), _item.c.case_number)


_OPEN_HITS = _open(
    _item.c.family == Family.HIT.value,
    sa.or_(
        sa.and_(_item.c.way == Way.RECEIVED.value, _item.c.state == HitState.TOLD.value),
        sa.and_(_item.c.way == Way.SENT.value, _item.c.state == HitState.HELD.value),
    ),
)
_OPEN_PERMISSIONS = _open(
    _item.c.family == Family.PERMISSION.value,
    _item.c.way == Way.RECEIVED.value,
    _item.c.state == PermissionState.WAITING.value,
)
_step_of = sa.select(sa.literal(1)).select_from(message_step).where(message_step.c.message == _item.c.id)
_concluded = _step_of.where(message_step.c.step.in_([sa.literal(Step.ACTED_ON.value), sa.literal(Step.REFUSED.value)]))
_CHOSEN: Mapping[MessageChoice, tuple[sa.ColumnElement[bool], ...]] = {
    MessageChoice.RECEIVED: (_item.c.way == Way.RECEIVED.value,),
    MessageChoice.SENT: (_item.c.way == Way.SENT.value,),
    MessageChoice.UNREAD: (
        _item.c.way == Way.RECEIVED.value,
        _item.c.state.in_([MessageState.FOR_ACTION.value, MessageState.FOR_INFORMATION.value]),
        ~_step_of.exists(),
    ),
    MessageChoice.OPEN: (
        _item.c.way == Way.RECEIVED.value,
        _item.c.state == MessageState.FOR_ACTION.value,
        ~_concluded.exists(),
    ),
}
_OPEN_FOR_INFORMATION = _open(
    _item.c.family == Family.MESSAGE.value,
    _item.c.way == Way.RECEIVED.value,
    _item.c.state == MessageState.FOR_INFORMATION.value,
    ~_step_of.exists(),
)
_OPEN_FOR_ACTION = _open(
    _item.c.family == Family.MESSAGE.value,
    _item.c.way == Way.RECEIVED.value,
    _item.c.state == MessageState.FOR_ACTION.value,
    ~_concluded.exists(),
)


_DONE = (
    sa.update(_item)
    .where(
        _item.c.family == Family.MESSAGE.value,
        _item.c.id == sa.bindparam("message"),
        _item.c.way == Way.RECEIVED.value,
        _item.c.state.in_(sa.bindparam("states", expanding=True)),
    )
    .values(state=MessageState.DONE.value)
)


_WITH_FILE = (
    sa.select(_item.c.document)
    .join(message_blob, message_blob.c.message == _item.c.id)
    .where(
        message_blob.c.blob == sa.bindparam("blob_"),
        _item.c.family == Family.MESSAGE.value,
        _item.c.way == Way.SENT.value,
    )
    .order_by(_item.c.position)
    .limit(ADDRESSEES_MAX)
)
_TOGETHER = (
    sa.select(_item.c.id, _item.c.counterpart, _item.c.document)
    .join(message_act, message_act.c.message == _item.c.id)
    .where(message_act.c.act == sa.bindparam("act_"), _item.c.family == Family.MESSAGE.value)
    .order_by(_item.c.position)
    .limit(ADDRESSEES_MAX)
)


class CorrespondenceTables(MessageFailures, MessageSteps):
    """The CorrespondenceStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.has_dropped_files = False
        """Whether a message lost its files, so that after the commit there may be chunks to erase."""

    def put_message(self, message: Message, way: Way) -> None:
        """Keep a message; the same id again is a programming error."""
        assert self.message(message.header.id) is None, "a message is kept once"
        files = [{"message": message.header.id, "blob": one.id} for one in message.attachments]
        if way is Way.RECEIVED and files:
            # A file that is here already is what brought it: whoever else names it does not keep it here by that.
            known = sa.select(blob_file.c.blob).where(blob_file.c.blob.in_([one["blob"] for one in files]))
            here = set(self._connection.execute(known).scalars())
            files = [one for one in files if one["blob"] not in here]
        if files:
            self._connection.execute(sa.insert(message_blob), files)
        state = MessageState.FOR_ACTION if message.is_for_action else MessageState.FOR_INFORMATION
        self._put(Family.MESSAGE, message, way, state, answers=message.answers)

    def change_message(self, message: Message, way: Way) -> None:
        """Replace a message that is kept, because it was recalled."""
        kept = self.message(message.header.id)
        assert kept is not None, "only a message that is kept is changed"
        assert message.attachments in {kept.attachments, ()}, "a message is sent with its files, or loses all of them"
        if kept.attachments and not message.attachments:
            self._connection.execute(sa.delete(message_blob).where(message_blob.c.message == message.header.id))
            self.has_dropped_files = True
        state = MessageState.FOR_ACTION if message.is_for_action else MessageState.FOR_INFORMATION
        if message.recall is not None:
            state = MessageState.RECALLED
        self._put(Family.MESSAGE, message, way, state, answers=message.answers)

    def put_recall_ahead(self, sender: BodyId, message: str, recall: Recall) -> None:
        """Keep that a body recalled a message of its own that is not here yet."""
        key = {"sender": sender, "message": message}
        replace_row(self._connection, recall_ahead, key, {"document": text_of(recall)})

    def recall_ahead(self, sender: BodyId, message: str) -> Recall | None:
        """Return a recall that was here before its message."""
        query = sa.select(recall_ahead.c.document).where(
            recall_ahead.c.sender == sender, recall_ahead.c.message == message
        )
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Recall, document)

    def drop_recall_ahead(self, sender: BodyId, message: str) -> None:
        """Forget a recall that was here before its message."""
        here = (recall_ahead.c.sender == sender, recall_ahead.c.message == message)
        self._connection.execute(sa.delete(recall_ahead).where(*here))

    def count_recalls_ahead(self, sender: BodyId) -> int:
        """Count the recalls of a body that were here before their messages."""
        query = sa.select(sa.func.count()).select_from(recall_ahead).where(recall_ahead.c.sender == sender)
        return self._connection.execute(query).scalar_one()

    def message(self, message: str) -> Message | None:
        """Return a message."""
        found = self._one(Family.MESSAGE, Message, message)
        return None if found is None else found[1]

    def sent_with(self, blob: BlobId) -> tuple[Message, ...]:
        """Return the messages of ours that have a file, in the order they were sent."""
        documents = self._connection.execute(_WITH_FILE, {"blob_": blob}).scalars()
        return tuple(value_of(Message, document) for document in documents)

    def put_act(self, act: str, messages: Collection[str]) -> None:
        """Keep that messages of ours went out in one act."""
        self._connection.execute(sa.insert(message_act), [{"message": one, "act": act} for one in messages])

    def act_of(self, message: str) -> str:
        """Return the act in which a message went out to several; empty where none is known."""
        query = sa.select(message_act.c.act).where(message_act.c.message == message)
        return self._connection.execute(query).scalar() or ""

    def sent_in(self, act: str) -> tuple[WentTo, ...]:
        """Return what went out in an act, in order. Texts and lists of addressees, the same in each, are not made of it."""
        return tuple(_went_to(*row) for row in self._connection.execute(_TOGETHER, {"act_": act}))

    def put_step(self, message: str, taken: StepTaken) -> None:
        """Keep what was done here with a message; the first of each step stands."""
        values = {"officer": taken.officer, "at": taken.at, "reason": taken.reason}
        add_row_once(self._connection, message_step, {"message": message, "step": taken.step.value}, values)
        ended = [MessageState.FOR_INFORMATION.value]
        if taken.step is not Step.OPENED:
            ended.append(MessageState.FOR_ACTION.value)
        self._connection.execute(_DONE, {"message": message, "states": ended})

    def messages(
        self,
        limit: int,
        case: str = "",
        before: str = "",
        knowing: Knowing = NOBODY,
        *,
        counterpart: BodyId | None = None,
        choice: MessageChoice | None = None,
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the newest messages, newest first: of our case, with a body, of a choice, before another."""
        narrowed = [] if choice is None else [*_CHOSEN[choice]]
        narrowed += [_item.c.case_number == case] if case else []
        narrowed += [] if counterpart is None else [_item.c.counterpart == counterpart]
        return self._read(
            _before(_NEWEST.where(*narrowed), Family.MESSAGE, before), Family.MESSAGE, Message, limit, knowing
        )

    def answers_to(
        self, messages: Collection[str], limit: int, knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the messages that answer one of some messages, the oldest first."""
        query = _OLDEST.where(_item.c.family == sa.bindparam("family"), _item.c.answers.in_([*messages]))
        return self._read(query, Family.MESSAGE, Message, limit, knowing)

    def put_hit(self, hit: Hit, way: Way) -> None:
        """Add or replace a hit."""
        self._put(Family.HIT, hit, way, hit.state)
        self._watch(hit, way)

    def hit(self, hit: str) -> tuple[Way, Hit] | None:
        """Return a hit."""
        return self._one(Family.HIT, Hit, hit)

    def hits(self, limit: int, before: str = "", knowing: Knowing = NOBODY) -> tuple[tuple[Way, Hit], ...]:
        """Return the newest hits, newest first, kept before another one where it is named."""
        return self._read(_before(_NEWEST, Family.HIT, before), Family.HIT, Hit, limit, knowing)

    def put_permission(self, request: PermissionRequest, way: Way) -> None:
        """Add or replace a permission request."""
        self._put(Family.PERMISSION, request, way, request.state)

    def permission(self, request: str) -> tuple[Way, PermissionRequest] | None:
        """Return a permission request."""
        return self._one(Family.PERMISSION, PermissionRequest, request)

    def permissions(
        self, limit: int, before: str = "", knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, PermissionRequest], ...]:
        """Return the newest permission requests, newest first, kept before another one where it is named."""
        return self._read(
            _before(_NEWEST, Family.PERMISSION, before), Family.PERMISSION, PermissionRequest, limit, knowing
        )

    def open_hits(self, limit: int, knowing: Knowing = NOBODY) -> tuple[tuple[Way, Hit], ...]:
        """Return the hits told to us and not answered and those of ours that are held, the oldest first."""
        rows = _OPEN_HITS.read(self._connection, knowing, {"most": limit})
        return tuple((Way(row.way), value_of(Hit, row.document)) for row in rows)

    def open_permissions(self, limit: int, knowing: Knowing = NOBODY) -> tuple[PermissionRequest, ...]:
        """Return the permission requests asked of us and not decided, the oldest first."""
        rows = _OPEN_PERMISSIONS.read(self._connection, knowing, {"most": limit})
        return tuple(value_of(PermissionRequest, row.document) for row in rows)

    def open_for_information(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return what came for information and is not opened, the oldest first."""
        rows = _OPEN_FOR_INFORMATION.read(self._connection, knowing, {"most": limit})
        return tuple(value_of(Message, row.document) for row in rows)

    def open_for_action(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return what came for action and is not concluded, the oldest first."""
        rows = _OPEN_FOR_ACTION.read(self._connection, knowing, {"most": limit})
        return tuple(value_of(Message, row.document) for row in rows)

    def cases_of(self, items: Collection[str]) -> Mapping[str, str]:
        """Return the number of our case by id, of those of these items that have one."""
        found: dict[str, str] = {}
        for part in parts(sorted(items)):
            query = sa.select(_item.c.id, _item.c.case_number).where(_item.c.id.in_(part), _item.c.case_number != "")
            found.update({row.id: row.case_number for row in self._connection.execute(query)})
        return found

    def put_basis(self, basis: DecisionBasis, record_number: int) -> None:
        """Keep what an officer saw as they decided."""
        row = {
            "case_number": basis.case,
            "item": basis.item,
            "record_number": record_number or None,
            "document": text_of(replace(basis, seen=None)),
            "seen": "" if basis.seen is None else text_of(basis.seen),
        }
        self._connection.execute(sa.insert(decision_basis), row)

    def bases(self, *, case: str = "", item: str = "") -> tuple[DecisionBasis, ...]:
        """Return what was seen as something was decided on a case, or as an item was decided, in order."""
        assert bool(case) != bool(item), "it is asked of a case or of an item"
        here = decision_basis.c.case_number == case if case else decision_basis.c.item == item
        query = sa.select(decision_basis.c.document, decision_basis.c.seen).where(here)
        rows = self._connection.execute(query.order_by(decision_basis.c.position))
        return tuple(
            replace(value_of(DecisionBasis, row.document), seen=value_of(SeenThen, row.seen) if row.seen else None)
            for row in rows
        )

    def put_record_request(self, request: RecordRequest, way: Way) -> None:
        """Add or replace a record request."""
        self._put(Family.RECORD_REQUEST, request, way, request.outcome)

    def record_request(self, request: str) -> tuple[Way, RecordRequest] | None:
        """Return a record request."""
        return self._one(Family.RECORD_REQUEST, RecordRequest, request)

    def put_consult(self, request: RecordRequest, way: Way) -> None:
        """Add or replace a consultation."""
        self._put(Family.CONSULT, request, way, request.outcome)

    def consult(self, request: str) -> tuple[Way, RecordRequest] | None:
        """Return a consultation."""
        return self._one(Family.CONSULT, RecordRequest, request)

    def count_record_requests(
        self, way: Way, counterpart: BodyId, instrument: InstrumentId, kind: str, since: datetime
    ) -> int:
        """Count the requests and consultations with a body for a kind under an instrument since a moment.

        The kind is read from the document: a day's requests are as many as a quota lets pass.
        """
        documents = self._connection.execute(
            sa.select(_item.c.document).where(
                _item.c.family.in_([Family.RECORD_REQUEST.value, Family.CONSULT.value]),
                _item.c.instrument == instrument,
                _item.c.counterpart == counterpart,
                _item.c.way == way.value,
                _item.c.at >= since,
            )
        )
        return sum(json.loads(row.document)["kind"] == kind for row in documents)

    def record_requests(
        self, limit: int, before: str = "", knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, RecordRequest], ...]:
        """Return the newest record requests, newest first, kept before another one where it is named."""
        return self._read(
            _before(_NEWEST, Family.RECORD_REQUEST, before), Family.RECORD_REQUEST, RecordRequest, limit, knowing
        )

    def _put(self, family: Family, item: T, way: Way, state: StrEnum, *, answers: str = "") -> None:
        header: Header = item.header
        is_sent = way is Way.SENT
        values = {
            "way": way.value,
            "case_number": header.our_reference if is_sent else header.your_reference,
            "counterpart": header.recipient if is_sent else header.sender,
            "instrument": header.instrument,
            "state": state.value,
            "answers": answers,
            "at": header.at,
            "document": text_of(item),
        }
        replace_row(self._connection, _item, {"family": family.value, "id": header.id}, values)

    def _one(self, family: Family, kind: type[T], item: str) -> tuple[Way, T] | None:
        row = self._connection.execute(_ONE, {"family": family.value, "id": item}).one_or_none()
        return None if row is None else (Way(row.way), value_of(kind, row.document))

    def _read(
        self, query: sa.Select[tuple[str, str]], family: Family, kind: type[T], limit: int, knowing: Knowing
    ) -> tuple[tuple[Way, T], ...]:
        rows = self._connection.execute(_known(query, knowing), {"family": family.value, "most": limit})
        return tuple((Way(row.way), value_of(kind, row.document)) for row in rows)


def _went_to(message: str, body: str, document: str) -> WentTo:
    kept = json.loads(document)
    recall = None if kept["recall"] is None else from_json(Recall, kept["recall"], "recall")
    return WentTo(message, BodyId(body), kept["is_for_action"], recall)


def _known(query: sa.Select[tuple[str, str]], knowing: Knowing) -> sa.Select[tuple[str, str]]:
    """Return a query without what belongs to a case that somebody may not know of."""
    return query.where(is_known(_item.c.case_number, knowing))


def _before(query: sa.Select[tuple[str, str]], family: Family, item: str) -> sa.Select[tuple[str, str]]:
    """Return a query for what was kept before an item; all where none is named, nothing where it is not here."""
    if not item:
        return query
    place = sa.select(_item.c.position).where(_item.c.family == family.value, _item.c.id == item).scalar_subquery()
    return query.where(_item.c.position < place)
