"""What of ours was not delivered, and who knows of it: asked of the queue, and kept beside the steps of messages.

Source: docs/rules/correspondence.md M29 and M30; correspondence.ports.CorrespondenceStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from entente.cases.model import NOBODY, Knowing
from entente.correspondence.model import (
    FailedDelivery,
    FailureNoted,
    Hit,
    Message,
    PermissionRequest,
    RecordRequest,
    Way,
)
from entente.correspondence.statements import Kind
from entente.exchange.model import SendState
from entente.kernel.ids import BodyId, StatementId
from entente.storage.cases import is_known
from entente.storage.item_news import ItemNewsRows
from entente.storage.known_rows import KnownRows
from entente.storage.rows import add_row_once, value_of
from entente.storage.schema import correspondence_item, message_step, outbox_statement

NOTED: Final = "failure_noted"
"""The step of a message of ours in the table of steps; those of messages that came are correspondence.model.Step."""
MESSAGE_FAMILY: Final = "message"
RECALLED: Final = "recalled"
"""The state of an item that was recalled (storage.correspondence.MessageState)."""
_item, _sent = correspondence_item, outbox_statement
_noted = (
    sa.select(sa.literal(1))
    .select_from(message_step)
    .where(message_step.c.message == _item.c.id, message_step.c.step == NOTED)
)
_FAILED = KnownRows.of(
    sa.select(_item.c.document)
    .join(_sent, _sent.c.ref == _item.c.id)
    .where(
        # The index by state leads: of all that was ever sent few ended so.
        _sent.c.state.in_([sa.literal(SendState.UNDELIVERED.value), sa.literal(SendState.REFUSED.value)]),
        _sent.c.kind == Kind.MESSAGE.value,
        _item.c.family == MESSAGE_FAMILY,
        _item.c.way == Way.SENT.value,
        _item.c.state != RECALLED,
        ~_noted.exists(),
    )
    .order_by(_item.c.position)
    .limit(sa.bindparam("most")),
    _item.c.case_number,
)


_ITEMS: Final[Mapping[str, type[Hit | PermissionRequest | RecordRequest]]] = {
    "hit": Hit,
    "permission": PermissionRequest,
    "record_request": RecordRequest,
}
"""Families of items beside messages (storage.correspondence.Family), and what each is."""
_KINDS: Final = (
    Kind.HIT, Kind.HIT_ANSWER, Kind.PERMISSION_REQUEST, Kind.PERMISSION_ANSWER, Kind.RECORD_REQUEST, Kind.RECORD_ANSWER,
)  # fmt: skip
_noted_statement = (
    sa.select(sa.literal(1))
    .select_from(message_step)
    .where(message_step.c.message == _sent.c.statement_id, message_step.c.step == NOTED)
)
_FAILED_ITEMS = (
    sa.select(
        _item.c.family,
        _item.c.way,
        _item.c.document,
        *(_sent.c[name] for name in ("kind", "recipient", "statement_id", "state", "reason", "at")),
    )
    .join(_sent, _sent.c.ref == _item.c.id)
    .where(
        # The index by state leads: of all that was ever sent few ended so.
        _sent.c.state.in_([SendState.UNDELIVERED.value, SendState.REFUSED.value]),
        _sent.c.kind.in_([kind.value for kind in _KINDS]),
        _item.c.family.in_([*_ITEMS]),
    )
    .order_by(_sent.c.at, _sent.c.number)
)


class MessageFailures(ItemNewsRows):
    """The part of the CorrespondenceStore that is about what was not delivered."""

    _connection: sa.Connection

    def failed_messages(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        """Return the messages of ours that ended undelivered or refused and that nobody noted, the oldest first."""
        rows = _FAILED.read(self._connection, knowing, {"most": limit})
        return tuple(value_of(Message, row.document) for row in rows)

    def failed_deliveries(self, limit: int, knowing: Knowing = NOBODY) -> tuple[FailedDelivery, ...]:
        """Return what we said of hits, requests for leave and for records that was refused or given up, noted by nobody."""
        query = _FAILED_ITEMS.where(~_noted_statement.exists(), is_known(_item.c.case_number, knowing)).limit(limit)
        return tuple(_failed_delivery(row) for row in self._connection.execute(query))

    def failed_deliveries_of(self, item: str) -> tuple[FailedDelivery, ...]:
        """Return what of one item was refused or given up, noted or not, the oldest first."""
        rows = self._connection.execute(_FAILED_ITEMS.where(_item.c.id == item))
        return tuple(_failed_delivery(row) for row in rows)

    def put_failure_noted(self, message: str, noted: FailureNoted) -> None:
        """Keep that an officer knows that a message of ours was not delivered; the first stands."""
        values = {"officer": noted.officer, "at": noted.at, "reason": ""}
        add_row_once(self._connection, message_step, {"message": message, "step": NOTED}, values)
        self._heard(message)

    def failure_noted(self, message: str) -> FailureNoted | None:
        """Return who noted that a message of ours was not delivered."""
        query = sa.select(message_step).where(message_step.c.message == message, message_step.c.step == NOTED)
        row = self._connection.execute(query).first()
        return None if row is None else FailureNoted(row.officer, row.at)


def _failed_delivery(row: Any) -> FailedDelivery:  # noqa: ANN401 - a row of the reader
    item = value_of(_ITEMS[row.family], row.document)
    return FailedDelivery(
        item,
        Way(row.way),
        row.kind,
        BodyId(row.recipient),
        StatementId(row.statement_id),
        row.state,
        row.reason,
        row.at,
    )
