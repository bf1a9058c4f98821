"""Telling every holder that a record is withdrawn or erased, and how far that has come; finding a live one of ours (R4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from entente.agreements.channel import Channels, channels_now
from entente.bodies.succession import stands_for
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.kernel.ports import Act, Delivery, Outgoing, TrailRow, UnitOfWork
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.model import Holder, HolderState, Record, StoredRecord
from entente.records.ports import RecordsUnit
from entente.records.rules import is_live
from entente.records.statements import COPY_ENDED, ERASURE, WITHDRAWAL, withdrawal_statement


def own_live(unit: RecordsUnit, wanted: RecordId, today: date) -> StoredRecord:
    """Return one of our own records; raise NotFound for another body's, and for one absent, withdrawn or past its retention."""
    stored = unit.records.get(wanted)
    if stored is None or stored.received_from is not None:
        raise NotFound
    if not is_live(stored.record.retention.erase_on, stored.gone_at, today):
        raise NotFound
    return stored


def tell_holders(unit: RecordsUnit, stored: StoredRecord, withdrawal: Statement, now: datetime) -> tuple[BodyId, ...]:
    """Put the source's withdrawal in the outbox for every body that this node sent a copy, ahead of data; return them.

    A body that passed a copy on tells those it passed it to with the source's own statement. Each receipt is kept
    under the record's id: that is the list of confirmations.
    """
    record = stored.record.id
    told = holders_told(unit, stored, withdrawal, HolderState.WITHDRAWAL_SENT, ref=record, now=now)
    for one in told:
        unit.records.put_holder(record, one)
    return tuple(one.body for one in told)


def holders_told(
    unit: RecordsUnit, stored: StoredRecord, statement: Statement, state: HolderState, *, ref: str, now: datetime
) -> tuple[Holder, ...]:
    """Put a statement that only takes away in the outbox for every holder, and return how each stands then.

    `ref` is what its deliveries are found by. What takes away for good also goes to whoever answers for a holder that was
    succeeded here, whose own confirmation counts no more.

    Source: docs/rules/records.md R14; docs/rules/bodies.md B14.
    """
    versions = {holder.body: holder.version for holder in unit.records.holders(stored.record.id)}
    if not versions:
        return ()
    if state is not HolderState.END_SENT:
        versions = {**_instead_of_succeeded(unit, stored, versions), **versions}
    channels = channels_now(unit, now)
    told = []
    for body, version in sorted(versions.items()):
        instrument = known_to(unit, stored.record, body, channels)
        unit.outbox.put(Outgoing(body, instrument, statement, is_control=True, ref=ref))
        told.append(Holder(body, version, state, now))
    return tuple(told)


def _instead_of_succeeded(unit: RecordsUnit, stored: StoredRecord, versions: Mapping[BodyId, int]) -> dict[BodyId, int]:
    """Return who is told beside succeeded holders, each with the version that was given.

    Who stands in their place, and to whom they had passed our record on, since they report of nobody any more.
    """
    successors, record = unit.bodies.successors(), stored.record
    found = {stands_for(body, successors): version for body, version in versions.items() if body in successors}
    if stored.received_from is None:
        for onward in unit.copies.onward(record.id):
            if onward.forwarder in successors:
                found[stands_for(onward.body, successors)] = onward.version
    return {body: version for body, version in found.items() if body not in (unit.bodies.own().id, record.source)}


_TAKEN_AWAY = {
    HolderState.WITHDRAWAL_SENT: (WITHDRAWAL, HolderState.WITHDRAWAL_CONFIRMED),
    HolderState.ERASURE_SENT: (ERASURE, HolderState.ERASURE_CONFIRMED),
    HolderState.END_SENT: (COPY_ENDED, HolderState.END_CONFIRMED),
}


def standing(holder: Holder, deliveries: Sequence[Delivery]) -> Holder:
    """Return how a copy stands at a holder by its own receipt: told, confirmed, or missing (R14).

    Source: docs/rules/records.md R14; DESIGN section 1, promise 4.
    """
    if holder.state not in _TAKEN_AWAY:
        return holder
    kind, confirmed = _TAKEN_AWAY[holder.state]
    told = [one for one in deliveries if one.recipient == holder.body and one.kind == kind]
    if not told:
        return holder
    last = told[-1]
    match last.state:
        case "stored":
            return replace(holder, state=confirmed, at=last.at)
        case "refused" | "undelivered" | "retracted":
            return replace(holder, state=HolderState.MISSING, at=last.at)
    return holder


def known_to(unit: RecordsUnit, record: Record, holder: BodyId, channels: Channels) -> InstrumentId:
    """Return an instrument of the record's terms that the holder signed, else the one that governance goes to it under.

    The terms may name others, or none where a fact stays at home: a holder is told all the same, and of no instrument that is
    not its own.
    """
    for instrument in dict.fromkeys(cls.instrument for cls in record.terms if cls.instrument is not None):
        state = unit.agreements.instrument(instrument)
        if state is not None and holder in state.signatures:
            return instrument
    return channels.toward(holder)


def is_inherited(unit: RecordsUnit, wanted: RecordId) -> bool:
    """Say whether a record is of a body in whose place ours was accepted at this node."""
    source = BodyId(wanted.partition("/")[0])
    return stands_for(source, unit.bodies.successors()) == unit.bodies.own().id != source


def withdraw_inherited(
    unit: RecordsUnit,
    wanted: RecordId,
    reason: str,
    officer: str,
    now: datetime,
    *,
    signer: Signer,
    record: Callable[[UnitOfWork, Act], TrailRow],
) -> tuple[BodyId, ...]:
    """Withdraw a record of the body before us: every body is told, since we do not know who holds it; return whom.

    A node that has not accepted us in that body's place sets it aside. Raises Conflict for one withdrawn before.

    Source: docs/rules/bodies.md B14.
    """
    if unit.records.withdrawal(wanted) is not None:
        raise withdrawn_before(wanted)
    own = unit.bodies.own().id
    statement = withdrawal_statement(wanted, own, reason, officer, now, signer)
    others = tell_everybody(unit, statement, ref=wanted, now=now)
    detail: JsonObject = {"statement": statement.id, "told": list(others)}
    row = record(unit, Act("withdraw_record", own, officer, wanted, detail))
    unit.records.put_withdrawal(wanted, statement)
    stored = unit.records.get(wanted)
    if stored is not None and stored.withdrawn_at is None:
        unit.records.set_withdrawn(wanted, now, row.sequence)
    return others


def tell_everybody(unit: RecordsUnit, statement: Statement, *, ref: str, now: datetime) -> tuple[BodyId, ...]:
    """Put a word about a record in the outbox for every body that answers for itself here; return them."""
    own, channels = unit.bodies.own().id, channels_now(unit, now)
    others = tuple(body.id for body in unit.bodies.bodies() if body.id != own and body.succeeded_by is None)
    for body in others:
        unit.outbox.put(Outgoing(body, channels.toward(body), statement, is_control=True, ref=ref))
    return others


def require_version(stored: StoredRecord | None, version: int | None) -> None:
    """Raise Conflict where a version was named and the record has another one: nobody ends what they did not see."""
    if version is not None and (stored is None or stored.record.version != version):
        raise Conflict(
            "The record has another version by now.",
            why=f"Version {version} was named, and it is not the one that stands (docs/rules/api.md P9).",
            do="Look at the record as it stands, and do it again if it should still be done.",
            changed_meanwhile=True,
        )


def withdrawn_before(wanted: RecordId) -> Conflict:
    """Return the refusal of a second withdrawal."""
    return Conflict(
        f"{wanted} was withdrawn before.",
        why="A withdrawal is final and beats any version (R4).",
        do="Nothing is left to do; a new record needs a local id of its own.",
    )
