"""Onward holders: who passed a copy on tells its source to whom, and later that what took it away has arrived there (R32).

The source keeps both; nobody else learns of them. Where the instrument says that onward holders are not reported, the forwarder
keeps them to itself and passes withdrawals on all the same.

Source: docs/rules/records.md R32; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements.channel import channels_now
from entente.bodies.authority import Record as Recorder
from entente.bodies.rules import verify_by_node
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.model import OnwardHolder, StoredRecord
from entente.records.ports import RecordsUnit
from entente.records.statements import (
    COPY_ENDED,
    SIGNED_IN_AS_OPERATOR,
    WITHDRAWAL,
    EndConfirmedContent,
    PassedOnContent,
    end_confirmed_statement,
    passed_on_statement,
    read_end,
    read_end_confirmed,
    read_passed_on,
    read_withdrawal,
)
from entente.records.withdrawing import known_to

ONWARD_MAX = 512
"""Onward holders of one record: as many as an instrument may have parties."""
NODE = "node"
_ENDINGS = frozenset({WITHDRAWAL, COPY_ENDED})


@dataclass(frozen=True, slots=True)
class Onward:
    """Reports and takes in reports of onward holders, inside other use cases' units of work."""

    clock: Clock
    signer: Signer
    record: Recorder

    def passed_on(self, unit: RecordsUnit, stored: StoredRecord, to: BodyId, officer: str, now: datetime) -> None:
        """Tell the source that we passed its record on, unless the instrument leaves that unreported.

        Source: docs/rules/records.md R32.
        """
        if not _is_reported(unit, stored):
            return
        record, own = stored.record, unit.bodies.own().id
        content = PassedOnContent(officer, SIGNED_IN_AS_OPERATOR, record.id, record.version, to)
        self._tell_source(unit, stored, passed_on_statement(content, own, now, self.signer), now)

    def stored_there(self, unit: RecordsUnit, statement: Statement, holder: BodyId) -> None:
        """Tell the source that one we passed its record on to has durably what took it away; called on each receipt.

        For a record of our own, or one that is not here any more, nothing is to be told: the receipt itself is the proof.

        Source: docs/rules/records.md R32.
        """
        read = read_withdrawal if statement.kind == WITHDRAWAL else read_end
        stored = unit.records.get(read(statement).record)
        if stored is None or stored.received_from is None or not _is_reported(unit, stored):
            return
        now, own = self.clock.now(), unit.bodies.own().id
        content = EndConfirmedContent(NODE, NODE, stored.record.id, holder, statement.kind)
        self._tell_source(unit, stored, end_confirmed_statement(content, own, now, self.signer), now)

    def _tell_source(self, unit: RecordsUnit, stored: StoredRecord, statement: Statement, now: datetime) -> None:
        source = stored.record.source
        instrument = known_to(unit, stored.record, source, channels_now(unit, now))
        unit.outbox.put(Outgoing(source, instrument, statement, ref=statement.id))

    def accept_passed_on(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Keep to whom a holder of our record passed it on; twice changes nothing.

        Raises NotFound, as for nothing, to whom we never gave a copy and who got none onward.

        Source: docs/rules/records.md R32.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_passed_on(statement)
        known = self._of_ours(unit, content.record, statement, sender)
        if content.to in (unit.bodies.own().id, sender) or unit.bodies.body(content.to) is None:
            raise _bad("to", "it is another body of the directory than the record's source and its forwarder")
        if not 1 <= content.version <= known.record.version:
            raise _bad("version", "it is a version that the source made")
        held = _onward(unit, content.record, sender, content.to)
        if held is not None and (held.version, held.at) >= (content.version, statement.at):
            return
        if held is None and len(unit.copies.onward(content.record)) >= ONWARD_MAX:
            raise _bad("to", f"a record has at most {ONWARD_MAX} onward holders")
        unit.copies.put_onward(content.record, OnwardHolder(sender, content.to, content.version, statement.at))
        detail: JsonObject = {"to": content.to, "version": content.version}
        self.record(unit, Act(statement.kind, sender, content.officer, content.record, detail))

    def accept_end_confirmed(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Keep that an onward holder has durably what took our record away; twice changes nothing.

        Raises NotFound for an onward holder that this body never reported.

        Source: docs/rules/records.md R32.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_end_confirmed(statement)
        self._of_ours(unit, content.record, statement, sender)
        if content.ending not in _ENDINGS:
            raise _bad("ending", "it is `withdrawal` or `copy_ended`")
        held = _onward(unit, content.record, sender, content.to)
        if held is None:
            raise NotFound
        if held.ending == content.ending and held.ended_at is not None and held.ended_at >= statement.at:
            return
        ended = replace(held, ending=content.ending, ended_at=statement.at)
        unit.copies.put_onward(content.record, ended)
        detail: JsonObject = {"to": content.to, "ending": content.ending}
        self.record(unit, Act(statement.kind, sender, content.officer, content.record, detail))

    def _of_ours(self, unit: RecordsUnit, record: RecordId, statement: Statement, sender: BodyId) -> StoredRecord:
        """Return a record of ours that the sender has or had a copy of; raise NotFound otherwise."""
        stored = unit.records.get(record)
        if statement.body != sender or stored is None or stored.received_from is not None:
            raise NotFound
        direct = {holder.body for holder in unit.records.holders(record)}
        if sender not in direct | {one.body for one in unit.copies.onward(record)}:
            raise NotFound
        return stored


def _is_reported(unit: RecordsUnit, stored: StoredRecord) -> bool:
    """Say whether every instrument of a record lets its source be told of onward holders."""
    named = {cls.instrument for cls in stored.record.terms if cls.instrument is not None}
    states = [unit.agreements.instrument(instrument) for instrument in named]
    return all(state is not None and state.instrument.onward_reported for state in states)


def _onward(unit: RecordsUnit, record: RecordId, forwarder: BodyId, body: BodyId) -> OnwardHolder | None:
    known = unit.copies.onward(record)
    return next((one for one in known if (one.forwarder, one.body) == (forwarder, body)), None)


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        "The report of an onward holder is not well formed.",
        field=field,
        why=f"Every node checks what it takes in (docs/rules/records.md R32): {why}.",
        do="Mend the field, sign the report again and send it.",
    )
