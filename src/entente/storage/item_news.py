"""What other bodies said of our hits and requests for leave, and what of it an officer is still to hear.

A hit of ours has a row as long as it is not answered, without a time until its record is withdrawn; a request for leave has one
from the time of its answer. Whatever is open is found by its index: a desk that looks pays for what waits, and not for all that
was ever told or answered.

Source: docs/rules/correspondence.md M31 and M32; docs/decisions/0147-what-is-to-be-heard-is-kept-as-it-comes.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from entente.cases.model import NOBODY, Knowing
from entente.correspondence.model import Hit, HitState, ItemNews, PermissionRequest, Way
from entente.kernel.ids import OfficerId, RecordId
from entente.storage.known_rows import KnownRows
from entente.storage.rows import replace_row, statement_of, value_of
from entente.storage.schema import case_member, correspondence_item, item_news, record_withdrawal

HIT_FAMILY: Final = "hit"
PERMISSION_FAMILY: Final = "permission"
"""Families of items (storage.correspondence.Family)."""
UNANSWERED: Final = frozenset({HitState.HELD, HitState.TOLD})
"""States of a hit of ours that a withdrawal of its record is news of: a held one may be told later."""
_item = correspondence_item
_of_team = (
    sa.select(sa.literal(1))
    .select_from(case_member)
    .where(
        case_member.c.case_number == _item.c.case_number,
        case_member.c.officer == sa.bindparam("hearer", type_=sa.Text),
    )
)
_OPEN = KnownRows.of(
    sa.select(_item.c.family, _item.c.document, item_news.c.at)
    .join(item_news, item_news.c.item == _item.c.id)
    .where(
        item_news.c.is_open,
        _item.c.way == Way.SENT.value,
        sa.or_(
            sa.and_(_item.c.family == HIT_FAMILY, _item.c.state == HitState.TOLD.value),
            sa.and_(
                _item.c.family == PERMISSION_FAMILY,
                sa.or_(item_news.c.officer == sa.bindparam("hearer", type_=sa.Text), _of_team.exists()),
            ),
        ),
    )
    .order_by(item_news.c.at, item_news.c.item)
    .limit(sa.bindparam("most")),
    _item.c.case_number,
)
_OPEN_LEAVE = (
    sa.select(_item.c.document)
    .join(item_news, item_news.c.item == _item.c.id)
    .where(
        item_news.c.record == sa.bindparam("record_"),
        item_news.c.is_open,
        _item.c.family == PERMISSION_FAMILY,
        _item.c.way == Way.SENT.value,
    )
    .order_by(item_news.c.at, item_news.c.item)
)


class ItemNewsRows:
    """The part of the CorrespondenceStore that is about what is to be heard of."""

    _connection: sa.Connection

    def put_leave_answered(self, request: PermissionRequest, at: datetime) -> None:
        """Keep when a request of ours was answered: whoever asked is to hear of it."""
        values = {"record": request.record, "officer": request.header.officer, "at": at, "is_open": True}
        replace_row(self._connection, item_news, {"item": request.header.id}, values)

    def item_news(self, limit: int, hearer: OfficerId, knowing: Knowing = NOBODY) -> tuple[ItemNews, ...]:
        """Return what an officer is to hear of, the oldest first."""
        rows = _OPEN.read(self._connection, knowing, {"most": limit, "hearer": hearer})
        return tuple(ItemNews(_item_of(row.family, row.document), row.at) for row in rows)

    def leave_to_hear_of(self, record: RecordId) -> tuple[PermissionRequest, ...]:
        """Return the requests of ours about a record that were answered and that nobody noted yet, the oldest first."""
        rows = self._connection.execute(_OPEN_LEAVE, {"record_": record})
        return tuple(value_of(PermissionRequest, row.document) for row in rows)

    def news_of(self, item: str) -> datetime | None:
        """Return when a record of a hit of ours was withdrawn, or a request of ours for leave answered, as far as it was kept."""
        query = sa.select(item_news.c.at).where(item_news.c.item == item)
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def _watch(self, hit: Hit, way: Way) -> None:
        """Look out for a withdrawal of the record of a hit of ours as long as it is not answered."""
        if way is not Way.SENT:
            return
        here = item_news.c.item == hit.header.id
        if hit.state not in UNANSWERED:
            self._connection.execute(sa.delete(item_news).where(here))
        elif self._connection.execute(sa.select(item_news.c.item).where(here)).first() is None:
            said = sa.select(record_withdrawal.c.statement).where(record_withdrawal.c.record_id == hit.record)
            withdrawal = self._connection.execute(said).scalar()
            at = None if withdrawal is None else statement_of(withdrawal).at
            row = {"item": hit.header.id, "record": hit.record, "officer": "", "at": at, "is_open": at is not None}
            self._connection.execute(sa.insert(item_news), row)

    def _heard(self, item: str) -> None:
        here = item_news.c.item == item
        self._connection.execute(sa.update(item_news).where(here).values(is_open=False))


def _item_of(family: str, document: str) -> Hit | PermissionRequest:
    return value_of(Hit, document) if family == HIT_FAMILY else value_of(PermissionRequest, document)


_WITHDRAWN = (
    sa.update(item_news)
    .where(item_news.c.record == sa.bindparam("record_"), item_news.c.at.is_(None))
    .values(at=sa.bindparam("at_"), is_open=True)
)


def say_withdrawn(connection: sa.Connection, record: RecordId, at: datetime) -> None:
    """Enter that a record was withdrawn by each hit of ours on it that waits for an answer."""
    connection.execute(_WITHDRAWN, {"record_": record, "at_": at})


def forget_record(connection: sa.Connection, record: RecordId) -> None:
    """Take the id of an erased record out; what was said of the items stays."""
    connection.execute(sa.update(item_news).where(item_news.c.record == record).values(record=""))
