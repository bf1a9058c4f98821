"""Telling every holder that a record is withdrawn, and finding a record that is ours and live (R4)."""

from __future__ import annotations

from datetime import datetime

from entente.kernel.errors import NotFound
from entente.kernel.ids import RecordId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement
from entente.records.model import Holder, HolderState, StoredRecord
from entente.records.ports import RecordsUnit


def own_live(unit: RecordsUnit, wanted: RecordId) -> StoredRecord:
    """Return one of our own records; raise NotFound for another body's, an absent or a withdrawn one."""
    stored = unit.records.get(wanted)
    if stored is None or stored.received_from is not None or stored.withdrawn_at is not None:
        raise NotFound
    return stored


def tell_holders(unit: RecordsUnit, stored: StoredRecord, withdrawal: Statement, now: datetime) -> None:
    """Put the source's withdrawal in the outbox for every body that this node sent a copy, ahead of data.

    A body that passed a copy on tells those it passed it to with the source's own statement. Each receipt is kept
    under the record's id: that is the list of confirmations.
    """
    instrument = stored.record.terms[0].instrument
    if instrument is None:
        return
    for holder in unit.records.holders(stored.record.id):
        unit.outbox.put(Outgoing(holder.body, instrument, withdrawal, is_control=True, ref=stored.record.id))
        told = Holder(holder.body, holder.version, HolderState.WITHDRAWAL_SENT, now)
        unit.records.put_holder(stored.record.id, told)
