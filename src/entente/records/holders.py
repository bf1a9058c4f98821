"""The list of holders: who has a copy of our record, direct and onward, and how far each end of it has come (R33).

It is made from what was sent, from the receipts, and from what forwarders reported; nothing of it is a copied flag.

Source: docs/rules/records.md R15 and R33; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Delivery
from entente.records.model import Holder, HolderState, OnwardHolder, Tombstone
from entente.records.ports import RecordsUnit
from entente.records.statements import COPY_ENDED, ERASURE, RECORD, WITHDRAWAL
from entente.records.withdrawing import standing

_TAKING_AWAY = frozenset({WITHDRAWAL, COPY_ENDED, ERASURE})
_CONFIRMED = {
    WITHDRAWAL: HolderState.WITHDRAWAL_CONFIRMED,
    COPY_ENDED: HolderState.END_CONFIRMED,
    ERASURE: HolderState.ERASURE_CONFIRMED,
}
_GONE_FOR_GOOD = frozenset({HolderState.WITHDRAWAL_CONFIRMED, HolderState.ERASURE_CONFIRMED})
_ASKED_WITH = {
    HolderState.END_SENT: HolderState.END_SENT,
    HolderState.END_CONFIRMED: HolderState.END_SENT,
    HolderState.ERASURE_SENT: HolderState.ERASURE_SENT,
    HolderState.ERASURE_CONFIRMED: HolderState.ERASURE_SENT,
    HolderState.MISSING: HolderState.MISSING,
}
"""What an onward holder was asked by, as far as is known, from how its forwarder stands; of any other, by a withdrawal."""


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
    """The stand-in of one that is erased."""
    version: int
    """The newest; of an erased one, the newest that anybody was sent."""
    withdrawn_at: datetime | None
    erase_on: date | None
    """From this day on each holder erases its copy by itself; None once it is erased here."""
    holders: tuple[Listed, ...]
    erased_at: datetime | None = None


def with_onward(unit: RecordsUnit, record: RecordId, direct: Iterable[Holder]) -> tuple[Holder, ...]:
    """Return who has a copy of a record of ours, those included whom it was passed on to, as far as we were told (R32).

    What is theirs to hold is asked of the gate as for any holder; whoever is sent something by us is a holder from then on.
    """
    known = {holder.body: holder for holder in direct}
    onward: dict[BodyId, Holder] = {}
    for one in unit.copies.onward(record):
        if one.body not in known and (one.body not in onward or onward[one.body].version < one.version):
            state = HolderState.SENT if one.ended_at is None else HolderState.END_SENT
            onward[one.body] = Holder(one.body, one.version, state, one.at)
    return (*known.values(), *onward.values())


def holders_listed(unit: RecordsUnit, wanted: RecordId) -> HolderList:
    """Return who holds one of our records, or held one that is erased; raise NotFound for one that is, and was, not ours.

    Source: docs/rules/records.md R15 and R33.
    """
    erased = unit.erasures.tombstone(wanted)
    if erased is not None and erased.source == unit.bodies.own().id:
        found = holders_of_erased(unit, erased)
        version = max((one.version for one in found), default=0)
        return HolderList(erased.stand_in, version, None, None, found, erased.erased_at)
    stored = unit.records.get(wanted)
    if stored is None or stored.received_from is not None:
        raise NotFound
    deliveries = unit.outbox.deliveries(wanted)
    direct = [_direct(holder, deliveries) for holder in unit.records.holders(wanted)]
    found = (*direct, *_all_onward(unit.copies.onward(wanted), direct))
    record = stored.record
    return HolderList(wanted, record.version, stored.withdrawn_at, record.retention.erase_on, found)


def holders_of_erased(unit: RecordsUnit, erased: Tombstone) -> tuple[Listed, ...]:
    """Return how an erased record stands at every body that had it: told, confirmed, or missing.

    Of another body's record, those that this node passed it on to.

    Source: docs/rules/records.md R15.
    """
    deliveries = unit.outbox.deliveries(erased.stand_in)
    direct = [_direct(holder, deliveries) for holder in unit.erasures.holders(erased.stand_in)]
    own = unit.bodies.own().id
    # Our own rows say only whose confirmation we owe the source.
    onward = [one for one in unit.erasures.onward(erased.stand_in) if one.forwarder != own]
    return (*direct, *_all_onward(onward, direct))


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


def _all_onward(known: Iterable[OnwardHolder], direct: Sequence[Listed]) -> list[Listed]:
    """Return each onward holder as it stands, hop by hop: how its forwarder was asked says when it was."""
    own_word = {one.body: one for one in direct if one.state in _GONE_FOR_GOOD}
    standing_of = {one.body: one for one in direct}
    left, listed = list(known), []
    while hop := [one for one in left if one.forwarder in standing_of]:
        left = [one for one in left if one.forwarder not in standing_of]
        shown = [_by_its_own_word(_onward(one, standing_of[one.forwarder]), own_word.get(one.body)) for one in hop]
        listed += shown
        for one in shown:
            standing_of.setdefault(one.body, one)
    # Whoever says that it had the record from one that never had it.
    listed += [_onward(one, None) for one in left]
    return sorted(listed, key=lambda one: (one.forwarder or "", one.body))


def _by_its_own_word(listed: Listed, direct: Listed | None) -> Listed:
    """Return how an onward holder stands that had the record from us too, and has confirmed that it is gone for good."""
    if direct is None or not listed.is_missing:
        return listed
    return replace(listed, state=direct.state, confirmed_at=direct.confirmed_at)


def _onward(held: OnwardHolder, forwarder: Listed | None) -> Listed:
    # What was passed on after an end was taken back stands as sent; an older confirmation is of an older copy.
    asked_at = None if forwarder is None or forwarder.asked_at is None else max(forwarder.asked_at, held.at)
    confirmed_at = held.ended_at if asked_at is not None else None
    if confirmed_at is not None:
        state = _CONFIRMED[held.ending]
    elif forwarder is None or asked_at is None:
        state = HolderState.SENT
    else:
        state = _ASKED_WITH.get(forwarder.state, HolderState.WITHDRAWAL_SENT)
    return Listed(held.body, held.forwarder, held.version, state, held.at, None, asked_at, confirmed_at)
