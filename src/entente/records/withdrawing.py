"""Telling every holder that a record is withdrawn, and finding a record that is ours and live (R4)."""

from __future__ import annotations

from datetime import date, datetime

from entente.agreements.channel import Channels, channels_now
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement
from entente.records.model import Holder, HolderState, Record, StoredRecord
from entente.records.ports import RecordsUnit
from entente.records.rules import is_live


def own_live(unit: RecordsUnit, wanted: RecordId, today: date) -> StoredRecord:
    """Return one of our own records; raise NotFound for another body's, and for one absent, withdrawn or past its retention."""
    stored = unit.records.get(wanted)
    if stored is None or stored.received_from is not None:
        raise NotFound
    if not is_live(stored.record.retention.erase_on, stored.gone_at, today):
        raise NotFound
    return stored


def tell_holders(unit: RecordsUnit, stored: StoredRecord, withdrawal: Statement, now: datetime) -> None:
    """Put the source's withdrawal in the outbox for every body that this node sent a copy, ahead of data.

    A body that passed a copy on tells those it passed it to with the source's own statement. Each receipt is kept
    under the record's id: that is the list of confirmations.
    """
    channels = channels_now(unit, now)
    for holder in unit.records.holders(stored.record.id):
        instrument = _known_to(unit, stored.record, holder.body, channels)
        unit.outbox.put(Outgoing(holder.body, instrument, withdrawal, is_control=True, ref=stored.record.id))
        told = Holder(holder.body, holder.version, HolderState.WITHDRAWAL_SENT, now)
        unit.records.put_holder(stored.record.id, told)


def _known_to(unit: RecordsUnit, record: Record, holder: BodyId, channels: Channels) -> InstrumentId:
    """Return an instrument of the record's terms that the holder signed, else the one that governance goes to it under.

    The terms may name others, or none where a fact stays at home: a holder is told all the same, and of no instrument that is
    not its own.
    """
    for instrument in dict.fromkeys(cls.instrument for cls in record.terms if cls.instrument is not None):
        state = unit.agreements.instrument(instrument)
        if state is not None and holder in state.signatures:
            return instrument
    return channels.toward(holder)
