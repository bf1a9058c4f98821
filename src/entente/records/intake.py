"""What arrives from other bodies: their records and withdrawals.

The exchange has checked the envelope; here the statement itself is verified, whoever carried it, and the gate is asked the
source's question again (R8).
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.bodies.model import Compromise
from entente.bodies.rules import CLOCK_SKEW_MAX, verify_by_node
from entente.bodies.succession import stands_for
from entente.disclosure.model import Verdict
from entente.disclosure.service import Disclosure, answer
from entente.handling.model import CodeLists, FactDates
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock, format_time
from entente.kernel.errors import Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.model import HolderState, Record, Schemata, StoredRecord
from entente.records.onward import hold_onward, tell_passed_on
from entente.records.ports import RecordsUnit, RecordWrite
from entente.records.reentry import Recorder, Reentries, not_again
from entente.records.rules import check_end, check_local_id, check_reason, check_received, latest_end, supersedes
from entente.records.sharing import copy_verdict, forward_verdict, instruments_of
from entente.records.statements import read_end, read_record, read_withdrawal
from entente.records.withdrawing import holders_told, tell_holders

NO_DIGEST = b""
"""Copies carry no content digest: only the source asks whether its own content is new (R6)."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Accepts the statements `record` and `withdrawal` inside the exchange's unit of work."""

    clock: Clock
    lists: CodeLists
    schemata: Schemata
    disclosure: Disclosure
    record: Recorder
    reentries: Reentries

    def accept_record(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Keep a copy of another body's record.

        The source's own signature is asked for, whoever carried it. An older or equal version changes nothing, and a
        withdrawn record stays withdrawn (R4). Raises Untrusted, Invalid, NotFound or Refused, keeping nothing.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        record = read_record(statement)
        check_received(record, self.schemata, self.lists, statement.body)
        _not_our_own(unit, record.source)
        if (erased := unit.erasures.tombstone(record.id)) is not None:
            raise not_again(erased.stand_in)
        made_on = min(record.at, self.clock.now()).date()
        latest = latest_end(
            record.kind, instruments_of(self.disclosure.situation_in(unit), record.terms), made_on, self.lists
        )
        check_end(record.retention, latest)
        held = unit.records.get(record.id)
        # What is in doubt gives way to any version under the key in force: a stolen key could have numbered its own highest.
        is_set_aside = held is not None and (held.doubted_at is not None or held.ended_at is not None)
        ended = unit.copies.end_of(record.id)
        if (
            unit.records.withdrawal(record.id) is not None
            # Made before its source ended our copy, and overtaken by that on the way (R31).
            or (ended is not None and statement.at <= ended)
            or (held is not None and not is_set_aside and not supersedes(record.version, held.record.version))
        ):
            return
        self._ask_the_gate(unit, record, sender, unit.bodies.own().id)
        detail: JsonObject = {"version": record.version, "kind": record.kind, "from": sender, "statement": statement.id}
        sequence = self.record(unit, Act("accept_record", record.source, "node", record.id, detail)).sequence
        if held is None:
            self.reentries.notice(unit, [record])
        numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
        now = self.clock.now()
        unit.records.put_many(
            [RecordWrite(record, statement, numbers, sender, now, sequence, NO_DIGEST, fragment=None)]
        )
        for word, _ in unit.ahead.take(record.id):
            hold_onward(unit, word)

    def note_refusal(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> bool:
        """Keep that a record that was erased here was offered again, by a copy that was refused; say whether that was so.

        What does not prove itself says nothing of the record, and leaves nothing. Source: docs/rules/records.md R12.
        """
        try:
            verify_by_node(unit.bodies.body(statement.body), statement)
            record = read_record(statement)
            check_received(record, self.schemata, self.lists, statement.body)
        except (Invalid, NotFound, Untrusted):
            return False
        if unit.erasures.tombstone(record.id) is None:
            return False
        self.reentries.refuse(unit, record.id, sender)
        return True

    def may_leave(self, unit: RecordsUnit, statement: Statement, recipient: BodyId) -> str:
        """Say why a copy may not leave for a body now; empty when it may.

        Between the act and the post a suspension, a withdrawal or a restriction may have come; the gate is asked again.
        Source: docs/rules/records.md R8; docs/rules/exchange.md X20.
        """
        record = read_record(statement)
        if unit.records.withdrawal(record.id) is not None:
            return "The record was withdrawn."
        holders = {holder.body: holder for holder in unit.records.holders(record.id)}
        if (holder := holders.get(recipient)) is not None and holder.state is HolderState.END_SENT:
            return "A newer version is not for the recipient."
        try:
            self._ask_the_gate(unit, record, unit.bodies.own().id, recipient)
        except NotFound:
            return "The recipient may not know of the record any more."
        except Refused as error:
            return error.decision.why()
        return ""

    def _ask_the_gate(self, unit: RecordsUnit, record: Record, sender: BodyId, holder: BodyId) -> None:
        now = self.clock.now()
        situation = self.disclosure.situation_in(unit)
        dates = FactDates(record.retention.erase_on, None)
        for cls in record.terms:
            _require(copy_verdict(cls, holder, situation, now, dates), f"{record.id} was not taken in.")
            if sender == record.source:
                continue
            # A forwarded copy: the forwarding body must have been allowed to pass it on.
            verdict = forward_verdict(cls, sender, holder, record.id, situation, now)
            _require(verdict, f"{record.id} was not taken in from {sender}.")

    def doubt(self, unit: RecordsUnit, compromise: Compromise) -> int:
        """Stop showing the copies that a source's compromised key signed and that came here since then; say how many.

        They are held on, off every list, until the source issues them anew under its new key. What a withdrawal ended stays
        ended: to whom the key was known could only take away by it.

        Source: docs/rules/bodies.md B13.
        """
        since = compromise.since - CLOCK_SKEW_MAX
        found = unit.records.copies_signed_by(compromise.body, compromise.node_key, since)
        if not found:
            return 0
        now = self.clock.now()
        detail: JsonObject = {"key": compromise.node_key, "since": format_time(compromise.since), "records": len(found)}
        row = self.record(unit, Act("records_in_doubt", compromise.body, "node", compromise.body, detail))
        unit.records.set_doubted(found, now, row.sequence)
        return len(found)

    def accept_end(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Stop showing our copy of a record, held or not, because its source ended it; tell those we passed it on to.

        A version that its source makes later is taken in again. Twice changes nothing.

        Source: docs/rules/records.md R31.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_end(statement)
        source, _, local_id = content.record.partition("/")
        check_local_id(local_id)
        if source != statement.body:
            raise Invalid(
                "The end of a copy is not of its signer's record.",
                field="record",
                why="Only the source ends copies of its record (R1, R31).",
                do="Ask the record's source to end it.",
            )
        _not_our_own(unit, statement.body)
        known = unit.copies.end_of(content.record)
        if _names_erased(unit, content.record) or unit.records.withdrawal(content.record) is not None:
            return
        if known is not None and statement.at <= known:
            return
        unit.copies.put_end(content.record, statement.at)
        stored = unit.records.get(content.record)
        is_held = stored is not None and stored.statement.at <= statement.at
        detail: JsonObject = {"from": sender, "was_held": is_held, "statement": statement.id}
        sequence = self.record(unit, Act("accept_end", statement.body, "node", content.record, detail)).sequence
        now = self.clock.now()
        if stored is None:
            tell_passed_on(unit, content.record, statement, content.record, now)
        if stored is None or not is_held:
            return
        unit.records.set_ended(stored.record.id, now, sequence)
        for told in holders_told(unit, stored, statement, HolderState.END_SENT, ref=stored.record.id, now=now):
            unit.records.put_holder(stored.record.id, told)

    def accept_withdrawal(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Withdraw the source's record here, held or not, and tell those we passed it on to. Twice changes nothing."""
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_withdrawal(statement)
        check_reason(content.reason)
        source, _, local_id = content.record.partition("/")
        check_local_id(local_id)
        if stands_for(BodyId(source), unit.bodies.successors()) != statement.body:
            raise Invalid(
                "The withdrawal is not of its signer's record.",
                field="record",
                why="Only the source withdraws a record, or the body accepted here in its place (R1, B14).",
                do="Ask the record's source to withdraw it.",
            )
        _not_our_own(unit, statement.body)
        if _names_erased(unit, content.record) or unit.records.withdrawal(content.record) is not None:
            return
        unit.records.put_withdrawal(content.record, statement)
        stored = unit.records.get(content.record)
        detail: JsonObject = {"from": sender, "was_held": stored is not None, "statement": statement.id}
        act = Act("accept_withdrawal", statement.body, "node", content.record, detail)
        sequence = self.record(unit, act).sequence
        if stored is None:
            tell_passed_on(unit, content.record, statement, content.record, self.clock.now())
        else:
            self._withdraw_copy(unit, stored, statement, sequence)

    def _withdraw_copy(self, unit: RecordsUnit, stored: StoredRecord, statement: Statement, sequence: int) -> None:
        now = self.clock.now()
        unit.records.set_withdrawn(stored.record.id, now, sequence)
        tell_holders(unit, stored, statement, now)


def _names_erased(unit: RecordsUnit, record: RecordId) -> bool:
    """Say whether a record was erased here; what came about it names it once more, and is put out as the rest was (R10)."""
    if unit.erasures.tombstone(record) is None:
        return False
    unit.erasures.forget_again(record)
    return True


def _require(verdict: Verdict, what: str) -> None:
    """Raise Refused or NotFound, as the gate answers an officer, unless a copy may go where it is to go.

    One that a suspension or a narrowing alone stops (D3) is refused with that ground: whoever sends it has it, and both bodies
    know the stand of a party, so that nothing hidden is told. Its sender holds it then, for its officers to decide (X21).
    """
    if {ground.number for ground in verdict.decision.refusals} == {"D3"}:
        raise Refused(what, decision=verdict.decision, do="Wait until the body that suspended it resumes.")
    answer(verdict, what)


def _not_our_own(unit: RecordsUnit, source: BodyId) -> None:
    if source == unit.bodies.own().id:
        raise Invalid(
            "The statement is our own.",
            field="body",
            why="Our own records and withdrawals are made here and never taken from another node (R1).",
            do="Do not send a body its own statements.",
        )
