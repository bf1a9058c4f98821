"""Taking our own records, and what we said of copies, back from their holders, once this node was restored (X34).

What a holder gives back is what it was sent: perhaps an extract, without the facts it might not see. It keeps the version's
number, so that no number is given twice; the next import or act of an officer makes the whole record again, as the next version.
The holder stands in the list of holders again, so that it is told of what comes. The order in which words come back does not
matter: a withdrawal beats any version, the end of a copy beats a version made before it, and what erased a record here beats all.

Source: docs/rules/records.md R1, R4, R5, R12, R31 and R32; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements.channel import channels_now
from entente.bodies.rules import verify_by_node
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.intake import NO_DIGEST
from entente.records.model import Holder, HolderState, Record, Schemata, StoredRecord
from entente.records.onward import hold_onward
from entente.records.ports import RecordsUnit, RecordWrite
from entente.records.reentry import Recorder
from entente.records.rules import check_received, supersedes
from entente.records.statements import (
    erasure_statement,
    read_end,
    read_passed_on,
    read_record,
    read_withdrawal,
)
from entente.records.withdrawing import known_to

NODE = "node"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Takes back our own statements about records inside the exchange's unit of work; returns each as it had gone out.

    Of what was erased here nothing is kept, and None is returned (R12).
    """

    clock: Clock
    lists: CodeLists
    schemata: Schemata
    signer: Signer
    record: Recorder

    def take_back_record(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> Outgoing | None:
        """Take back a version of our record that a holder has; raise Untrusted or Invalid for what is not ours.

        Of a record that was erased here nothing comes back: who still has it is told of the erasure (R14).
        """
        own = unit.bodies.own()
        verify_by_node(own, statement)
        record = read_record(statement)
        check_received(record, self.schemata, self.lists, own.id)
        if unit.erasures.tombstone(record.id) is not None:
            self._tell_erased(unit, record.id, giver)
            return None
        held = unit.records.get(record.id)
        if held is None or supersedes(record.version, held.record.version):
            self._keep(unit, record, statement, giver)
        _hold(unit, record.id, Holder(giver, record.version, HolderState.SENT, statement.at))
        for word, of in unit.ahead.take(record.id):
            self.take_back_end(unit, word, of)
        return Outgoing(giver, _instrument_of(record), statement, ref=record.id)

    def take_back_withdrawal(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> Outgoing | None:
        """Take back a withdrawal of ours: it beats any version, also one that is given back later."""
        own, now = unit.bodies.own(), self.clock.now()
        verify_by_node(own, statement)
        wanted = read_withdrawal(statement).record
        if unit.erasures.tombstone(wanted) is not None:
            return None
        stored = unit.records.get(wanted)
        if unit.records.withdrawal(wanted) is None:
            unit.records.put_withdrawal(wanted, statement)
            detail: JsonObject = {"from": giver, "statement": statement.id}
            sequence = self.record(unit, Act("take_back_withdrawal", own.id, NODE, wanted, detail)).sequence
            if stored is not None:
                unit.records.set_withdrawn(wanted, now, sequence)
        if stored is not None:
            held = Holder(giver, stored.record.version, HolderState.WITHDRAWAL_SENT, statement.at)
            _hold(unit, wanted, held)
        return Outgoing(giver, _channel(unit, stored, giver, self.clock), statement, is_control=True, ref=wanted)

    def withdrawal_to_whom(self, unit: RecordsUnit, statement: Statement, now: datetime) -> tuple[Outgoing, ...]:
        """Return a withdrawal that was taken back as it goes out to each holder of the record."""
        wanted, channels = read_withdrawal(statement).record, channels_now(unit, now)
        stored = unit.records.get(wanted)
        if stored is None:
            return ()
        return tuple(
            Outgoing(
                holder.body,
                known_to(unit, stored.record, holder.body, channels),
                statement,
                is_control=True,
                ref=wanted,
            )
            for holder in unit.records.holders(wanted)
        )

    def take_back_end(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> Outgoing | None:
        """Take back that we ended a holder's copy of our record; it waits for the record where that comes back later."""
        verify_by_node(unit.bodies.own(), statement)
        content = read_end(statement)
        if unit.erasures.tombstone(content.record) is not None:
            return None
        stored = unit.records.get(content.record)
        if stored is not None:
            # The version it names is not for the holder; which one it has, its copy says as it comes back.
            _hold(unit, content.record, Holder(giver, 1, HolderState.END_SENT, statement.at))
        else:
            unit.ahead.put(content.record, statement, giver, self.clock.now())
        return Outgoing(
            giver, _channel(unit, stored, giver, self.clock), statement, is_control=True, ref=content.record
        )

    def take_back_passed_on(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> Outgoing | None:
        """Take back that we passed a copy of the giver's record on, so that whoever got it is told what takes it away.

        It waits for the copy where that comes again later.
        """
        verify_by_node(unit.bodies.own(), statement)
        content = read_passed_on(statement)
        if unit.erasures.tombstone(content.record) is not None:
            return None
        stored = unit.records.get(content.record)
        if stored is not None:
            hold_onward(unit, statement)
        else:
            unit.ahead.put(content.record, statement, giver, self.clock.now())
        return Outgoing(giver, _channel(unit, stored, giver, self.clock), statement, ref=statement.id)

    def _keep(self, unit: RecordsUnit, record: Record, statement: Statement, giver: BodyId) -> None:
        now = self.clock.now()
        detail: JsonObject = {
            "version": record.version,
            "kind": record.kind,
            "from": giver,
            "statement": statement.id,
        }
        sequence = self.record(unit, Act("take_back_record", record.source, NODE, record.id, detail)).sequence
        numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
        unit.records.put_many([RecordWrite(record, statement, numbers, None, now, sequence, NO_DIGEST, fragment=None)])
        kept = unit.records.get(record.id)
        if unit.records.withdrawal(record.id) is not None and kept is not None and kept.withdrawn_at is None:
            # Its withdrawal was given back before it: control overtakes data.
            unit.records.set_withdrawn(record.id, now, sequence)

    def _tell_erased(self, unit: RecordsUnit, wanted: RecordId, giver: BodyId) -> None:
        stand_in, now = unit.erasures.stand_in(wanted), self.clock.now()
        if any(one.recipient == giver for one in unit.outbox.deliveries(stand_in)):
            return
        word = erasure_statement(wanted, unit.bodies.own().id, NODE, now, self.signer)
        channel = channels_now(unit, now).toward(giver)
        unit.outbox.put(Outgoing(giver, channel, word, is_control=True, ref=stand_in))


_FINAL = frozenset({HolderState.WITHDRAWAL_SENT, HolderState.ERASURE_SENT})


def _hold(unit: RecordsUnit, record: RecordId, given: Holder) -> None:
    """Have a holder stand as the later of two words leaves it; whatever order they come back in, a withdrawal is the last."""
    known = next((one for one in unit.records.holders(record) if one.body == given.body), None)
    if known is not None:
        is_later = given.at > known.at and known.state not in _FINAL
        state = given if given.state in _FINAL or is_later else known
        given = replace(state, version=max(known.version, given.version))
    elif unit.records.withdrawal(record) is not None:
        given = replace(given, state=HolderState.WITHDRAWAL_SENT)
    if given != known:
        unit.records.put_holder(record, given)


def _instrument_of(record: Record) -> InstrumentId:
    named = (cls.instrument for cls in record.terms if cls.instrument is not None)
    return next(named, InstrumentId(""))


def _channel(unit: RecordsUnit, stored: StoredRecord | None, giver: BodyId, clock: Clock) -> InstrumentId:
    """Return the instrument under which what is about a copy goes to its holder."""
    channels = channels_now(unit, clock.now())
    return channels.toward(giver) if stored is None else known_to(unit, stored.record, giver, channels)
