"""Taking our own records and withdrawals back from their holders, once this node was restored (docs/rules/exchange.md X34).

What a holder gives back is what it was sent: perhaps an extract, without the facts it might not see. It keeps the version's
number, so that no number is given twice; the next import or act of an officer makes the whole record again, as the next version.
The holder stands in the list of holders again, so that it is told of what comes.

Source: docs/rules/records.md R1, R4 and R5; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.bodies.rules import verify_by_node
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.intake import NO_DIGEST
from entente.records.model import Holder, HolderState, Schemata
from entente.records.ports import RecordsUnit, RecordWrite
from entente.records.reentry import Recorder
from entente.records.rules import check_received, supersedes
from entente.records.statements import read_record, read_withdrawal


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Takes back `record` and `withdrawal` statements of our own inside the exchange's unit of work."""

    clock: Clock
    lists: CodeLists
    schemata: Schemata
    record: Recorder

    def take_back_record(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> None:
        """Take back a version of our record that a holder has; raise Untrusted or Invalid for what is not ours."""
        own, now = unit.bodies.own(), self.clock.now()
        verify_by_node(own, statement)
        record = read_record(statement)
        check_received(record, self.schemata, self.lists, own.id)
        held = unit.records.get(record.id)
        if held is None or supersedes(record.version, held.record.version):
            detail: JsonObject = {
                "version": record.version,
                "kind": record.kind,
                "from": giver,
                "statement": statement.id,
            }
            sequence = self.record(unit, Act("take_back_record", own.id, "node", record.id, detail)).sequence
            numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
            unit.records.put_many(
                [RecordWrite(record, statement, numbers, None, now, sequence, NO_DIGEST, fragment=None)]
            )
        unit.records.put_holder(record.id, Holder(giver, record.version, HolderState.SENT, now))

    def take_back_withdrawal(self, unit: RecordsUnit, statement: Statement, giver: BodyId) -> None:
        """Take back a withdrawal of ours: it beats any version, also one that is given back later."""
        own, now = unit.bodies.own(), self.clock.now()
        verify_by_node(own, statement)
        wanted = read_withdrawal(statement).record
        if unit.records.withdrawal(wanted) is not None:
            return
        unit.records.put_withdrawal(wanted, statement)
        stored = unit.records.get(wanted)
        detail: JsonObject = {"from": giver, "statement": statement.id}
        sequence = self.record(unit, Act("take_back_withdrawal", own.id, "node", wanted, detail)).sequence
        if stored is not None:
            unit.records.set_withdrawn(wanted, now, sequence)
            unit.records.put_holder(wanted, Holder(giver, stored.record.version, HolderState.WITHDRAWAL_SENT, now))
