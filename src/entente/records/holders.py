"""The list of holders: who has a copy of our record, direct and onward, and how far each end of it has come (R33).

It is made from what was sent, from the receipts, and from what forwarders reported; nothing of it is a copied flag.

Source: docs/rules/records.md R33; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Delivery
from entente.records.model import Holder, HolderState, OnwardHolder
from entente.records.ports import RecordsUnit
from entente.records.statements import COPY_ENDED, ERASURE, RECORD, WITHDRAWAL
from entente.records.withdrawing import standing

_TAKING_AWAY = frozenset({WITHDRAWAL, COPY_ENDED, ERASURE})


@dataclass(frozen=True, slots=True)
class Listed:
    """One holder, as the list shows it."""

    body: BodyId
    forwarder: BodyId | None
    """Who passed the copy on; None for a body that we sent it to."""
    version: int
    state: HolderState
    sent_at: datetime | None
    """When the newest copy was sent or passed on; None once it was asked to show it no more."""
    stored_at: datetime | None
    """When a copy was last durable there, by its receipt; None for an onward holder, and while no receipt came."""
    asked_at: datetime | None
    """When it was asked to show it no more, or its forwarder was."""
    confirmed_at: datetime | None
    """When that was durable there: by its own receipt, or by what its forwarder reported."""

    @property
    def is_missing(self) -> bool:
        """Whether it was asked and has not confirmed."""
        return self.asked_at is not None and self.confirmed_at is None


@dataclass(frozen=True, slots=True)
class HolderList:
    """All holders of one record of ours, direct ones first."""

    record: RecordId
    version: int
    withdrawn_at: datetime | None
    erase_on: date
    """From this day on each holder erases its copy by itself."""
    holders: tuple[Listed, ...]


def holders_listed(unit: RecordsUnit, wanted: RecordId) -> HolderList:
    """Return who holds one of our records; raise NotFound for one that is not ours or not here.

    Source: docs/rules/records.md R33.
    """
    stored = unit.records.get(wanted)
    if stored is None or stored.received_from is not None:
        raise NotFound
    deliveries = unit.outbox.deliveries(wanted)
    direct = [_direct(holder, deliveries) for holder in unit.records.holders(wanted)]
    by_body = {one.body: one for one in direct}
    onward = [_onward(one, by_body.get(one.forwarder)) for one in unit.copies.onward(wanted)]
    record = stored.record
    return HolderList(wanted, record.version, stored.withdrawn_at, record.retention.erase_on, (*direct, *onward))


def _direct(holder: Holder, deliveries: Sequence[Delivery]) -> Listed:
    mine = [one for one in deliveries if one.recipient == holder.body]
    stored = [one.at for one in mine if one.kind == RECORD and one.state == "stored"]
    stands = standing(holder, mine)
    is_asked = holder.state is not HolderState.SENT
    told = [one for one in mine if one.kind in _TAKING_AWAY]
    is_confirmed = is_asked and bool(told) and told[-1].state == "stored"
    return Listed(
        body=holder.body,
        forwarder=None,
        version=holder.version,
        state=stands.state,
        sent_at=None if is_asked else holder.at,
        stored_at=max(stored, default=None),
        asked_at=holder.at if is_asked else None,
        confirmed_at=told[-1].at if is_confirmed else None,
    )


def _onward(held: OnwardHolder, forwarder: Listed | None) -> Listed:
    # What was passed on after an end was taken back stands as sent; an older confirmation is of an older copy.
    asked_at = None if forwarder is None or forwarder.asked_at is None else max(forwarder.asked_at, held.at)
    confirmed_at = held.ended_at if asked_at is not None else None
    if confirmed_at is not None:
        state = HolderState.WITHDRAWAL_CONFIRMED if held.ending == WITHDRAWAL else HolderState.END_CONFIRMED
    elif forwarder is None or asked_at is None:
        state = HolderState.SENT
    else:
        is_end = forwarder.state in (HolderState.END_SENT, HolderState.END_CONFIRMED)
        state = HolderState.END_SENT if is_end else HolderState.WITHDRAWAL_SENT
    return Listed(held.body, held.forwarder, held.version, state, held.at, None, asked_at, confirmed_at)
