"""What became of a hit, a request or an answer: it was not delivered, its record was withdrawn, or leave was answered.

Nothing more is tried by the node then; what is done is an officer's to decide, and until one said that they know, it waits on the
desks of those who may know of it and do such things.

Source: docs/rules/correspondence.md M30 to M32; docs/rules/exchange.md X21 and X28.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeGuard

from entente.bodies.model import Officer
from entente.bodies.tokens import may
from entente.cases.model import Knowing
from entente.correspondence.desk import Desk, detail_of
from entente.correspondence.model import (
    FailedDelivery,
    FailureNoted,
    Hit,
    HitState,
    PermissionRequest,
    PermissionState,
    RecordRequest,
    Way,
)
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.statements import Kind
from entente.correspondence.unit_reach import OPEN_READ_MAX, Reach
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act

Item: TypeAlias = "Hit | PermissionRequest | RecordRequest"
_CONFIRMS: Final = "confirm_hit"
CONCERNS: Final[Mapping[str, str]] = {
    Kind.HIT: _CONFIRMS,
    Kind.HIT_ANSWER: "answer_hit",
    Kind.PERMISSION_REQUEST: "ask_permission",
    Kind.PERMISSION_ANSWER: "grant_permission",
    Kind.RECORD_REQUEST: "search",
    Kind.RECORD_ANSWER: "search",
}
"""Whom a kind of statement that was not delivered concerns: whoever may do the act that made it."""
_VERBS: Final = tuple(dict.fromkeys(CONCERNS.values()))


_VERBS_OF: Final[Mapping[type, Sequence[str]]] = {
    Hit: (_CONFIRMS, "answer_hit"),
    PermissionRequest: ("ask_permission", "grant_permission"),
    RecordRequest: ("search",),
}
"""Of an item of which there is nothing to be known, who is told so."""


class Why(StrEnum):
    """Why an item is to be settled."""

    UNDELIVERED = "undelivered"
    """The other side refused it, or it was given up after 30 days."""
    WITHDRAWN = "withdrawn"
    """The source withdrew the record before it answered our hit on it."""
    LEAVE_GRANTED = "leave_granted"
    """The source granted the leave that we asked."""
    LEAVE_REFUSED = "leave_refused"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """That something became of an item which an officer is to know."""

    item: Item
    way: Way
    why: Why
    kind: str
    """What was not delivered, as a kind of statement; of a withdrawn record the hit's own, of an answer that of the request."""
    body: BodyId
    """Whom it did not reach; who withdrew the record, or answered."""
    is_given_up: bool
    """Whether it was tried for 30 days; else it was refused."""
    reason: str
    at: datetime
    key: str
    """What an officer notes as known."""
    noted: FailureNoted | None


class UnsettledItems(Desk):
    """The verbs about what is to be settled."""

    def unsettled(self, officer: OfficerId, limit: int) -> tuple[Unsettled, ...]:
        """Return what waits for an officer to settle, the oldest first; nothing for one who is not there. It is no act.

        Source: docs/rules/correspondence.md M30.
        """
        with self.open_view() as unit:
            asking = unit.bodies.officer(officer)
            if asking is None:
                return ()
            knowing, reaches = self._knowing(unit, officer), self._reach(unit, officer)
            found = [
                one
                for one in (*_failed(unit, OPEN_READ_MAX, knowing), *_news(unit, officer, knowing))
                if self._concerns(asking, one) and one.noted is None and _reaches(reaches, one)
            ]
            # What went to several bodies is one thing to settle.
            each = {(one.item.header.id, one.why): one for one in reversed(found)}
            return tuple(sorted(each.values(), key=lambda one: one.at)[:limit])

    def unsettled_of(self, item: str, officer: OfficerId | None = None) -> tuple[Unsettled, ...]:
        """Return what became of an item, noted or not, the oldest first; raise NotFound for one that nobody here may know of."""
        with self.open_view() as unit:
            way, found = _item(unit, item)
            self._require_known(unit, officer, way, found.header)
            return _of_one(unit, way, found)

    def settle(self, officer: OfficerId, item: str) -> None:
        """Say that an officer knows what became of an item: it waits for nobody then. Twice changes nothing.

        Raises NotFound, and Conflict for an item of which there is nothing to be known.

        Source: docs/rules/correspondence.md M30.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            # Whoever does nothing of the kind is refused, whatever is there; then what may not be known is not there.
            self._officer(unit, officer, self._verb(unit, officer, _VERBS), item, now)
            way, found = _item(unit, item)
            self._require_known(unit, officer, way, found.header)
            became = _of_one(unit, way, found)
            verb = self._verb(unit, officer, [CONCERNS[one.kind] for one in became] or _VERBS_OF[type(found)])
            by = self._officer(unit, officer, verb, item, now)
            if not became:
                raise _nothing_to_settle(item)
            waiting = [one for one in became if one.noted is None]
            for one in waiting:
                unit.correspondence.put_failure_noted(one.key, FailureNoted(by.id, now))
            if waiting:
                detail = detail_of("failure_noted", why=[one.why.value for one in waiting])
                self.record(unit, Act(verb, unit.bodies.own().id, by.id, item, detail))
                unit.commit()

    def _verb(self, unit: CorrespondenceUnit, officer: OfficerId, verbs: Sequence[str]) -> str:
        """Return that of some verbs which an officer may do; the first of them for one who may do none."""
        asking = unit.bodies.officer(officer)
        now = self.clock.now()
        return next((one for one in verbs if asking is not None and may(asking, (one,), now, self.lists)), verbs[0])

    def _concerns(self, officer: Officer, one: Unsettled) -> bool:
        return may(officer, (CONCERNS[one.kind],), self.clock.now(), self.lists)


def _reaches(reaches: Reach | None, one: Unsettled) -> bool:
    return reaches is None or reaches(one.item.record)


def _item(unit: CorrespondenceUnit, item: str) -> tuple[Way, Item]:
    store = unit.correspondence
    found = store.hit(item) or store.permission(item) or store.record_request(item)
    if found is None:
        raise NotFound
    return found


def _of_one(unit: CorrespondenceUnit, way: Way, item: Item) -> tuple[Unsettled, ...]:
    failed = [_undelivered(unit, one) for one in unit.correspondence.failed_deliveries_of(item.header.id)]
    at = unit.correspondence.news_of(item.header.id) if way is Way.SENT else None
    if at is None or not _is_news(item):
        return tuple(failed)
    return (*failed, _said(unit, item, at))


def _is_news(item: Item) -> TypeGuard[Hit | PermissionRequest]:
    """Say whether what was said of an item is to be heard of: not of a hit that was answered."""
    return isinstance(item, PermissionRequest) or (isinstance(item, Hit) and item.state is HitState.TOLD)


def _failed(unit: CorrespondenceUnit, limit: int, knowing: Knowing) -> Iterable[Unsettled]:
    return (_undelivered(unit, one) for one in unit.correspondence.failed_deliveries(limit, knowing))


def _undelivered(unit: CorrespondenceUnit, one: FailedDelivery) -> Unsettled:
    return Unsettled(
        one.item,
        one.way,
        Why.UNDELIVERED,
        one.kind,
        one.recipient,
        one.state == "undelivered",
        one.reason,
        one.at,
        one.statement,
        unit.correspondence.failure_noted(one.statement),
    )


def _news(unit: CorrespondenceUnit, officer: OfficerId, knowing: Knowing) -> Iterable[Unsettled]:
    return (_said(unit, one.item, one.at) for one in unit.correspondence.item_news(OPEN_READ_MAX, officer, knowing))


def _said(unit: CorrespondenceUnit, item: Hit | PermissionRequest, at: datetime) -> Unsettled:
    """Return what another body said of an item of ours: that its record is withdrawn, or whether it gives leave."""
    stored = unit.records.get(item.record) if isinstance(item, Hit) else None
    return Unsettled(
        item,
        Way.SENT,
        _why_of(item),
        Kind.HIT if isinstance(item, Hit) else Kind.PERMISSION_REQUEST,
        stored.record.source if stored is not None else item.header.recipient,
        is_given_up=False,
        reason="",
        at=(stored.withdrawn_at if stored is not None else None) or at,
        key=item.header.id,
        noted=unit.correspondence.failure_noted(item.header.id),
    )


def _why_of(item: Hit | PermissionRequest) -> Why:
    if isinstance(item, Hit):
        return Why.WITHDRAWN
    return Why.LEAVE_GRANTED if item.state is PermissionState.GRANTED else Why.LEAVE_REFUSED


def _nothing_to_settle(item: str) -> Conflict:
    return Conflict(
        f"There is nothing to settle about {item}.",
        why="Only what was refused or given up, a hit whose record was withdrawn, and leave that was answered are noted "
        "(M30 to M32).",
        do="Look at it as it stands now.",
    )
