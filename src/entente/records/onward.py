"""Onward holders: who passed a copy on tells its source to whom, and later that what took it away has arrived there (R32, R15).

The source keeps both, with the tombstone where the record is erased; nobody else learns of them. Where the instrument says that
onward holders are not reported, the forwarder keeps them to itself and passes withdrawals on all the same.

Source: docs/rules/records.md R15 and R32; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements.channel import channels_now
from entente.bodies.authority import Record as Recorder
from entente.bodies.rules import verify_by_node
from entente.bodies.succession import stands_for
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.model import Holder, HolderState, OnwardHolder, StoredRecord, Tombstone
from entente.records.ports import RecordsUnit
from entente.records.statements import (
    COPY_ENDED,
    ERASURE,
    SIGNED_IN_AS_OPERATOR,
    WITHDRAWAL,
    EndConfirmedContent,
    ErasureConfirmedContent,
    PassedOnContent,
    end_confirmed_statement,
    erasure_confirmed_statement,
    passed_on_statement,
    read_end,
    read_end_confirmed,
    read_erasure,
    read_erasure_confirmed,
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

        For a record of our own nothing is to be told: the receipt itself is the proof. A copy that was erased here meanwhile
        is told of all the same: a withdrawn one is erased within a minute, and the onward holder may be off the line longer.

        Source: docs/rules/records.md R15 and R32.
        """
        if statement.kind == ERASURE:
            self._erased_there(unit, statement, holder)
            return
        read = read_withdrawal if statement.kind == WITHDRAWAL else read_end
        now, own, record = self.clock.now(), unit.bodies.own().id, read(statement).record
        content = EndConfirmedContent(NODE, NODE, record, holder, statement.kind)
        if (stored := unit.records.get(record)) is not None:
            if stored.received_from is not None and _is_reported(unit, stored):
                self._tell_source(unit, stored, end_confirmed_statement(content, own, now, self.signer), now)
        elif statement.body == record.partition("/")[0] != own and _is_owed(unit, record, holder):
            said = end_confirmed_statement(content, own, now, self.signer)
            instrument = channels_now(unit, now).toward(statement.body)
            unit.outbox.put(Outgoing(statement.body, instrument, said, ref=said.id))
            unit.erasures.forget_again(record)

    def _erased_there(self, unit: RecordsUnit, erasure: Statement, holder: BodyId) -> None:
        """Tell the source that one we passed its record on to has its erasure; by the erasure's own id, and no other."""
        made, own = unit.erasures.tombstone(read_erasure(erasure).record), unit.bodies.own().id
        # Who stands in the source's place has told everybody itself, and knows of no onward holder.
        if made is None or erasure.body != made.source or erasure.body == own:
            return
        if not _is_owed(unit, made.stand_in, holder):
            return
        now = self.clock.now()
        content = ErasureConfirmedContent(NODE, NODE, erasure.id, holder)
        statement = erasure_confirmed_statement(content, own, now, self.signer)
        instrument = channels_now(unit, now).toward(erasure.body)
        unit.outbox.put(Outgoing(erasure.body, instrument, statement, ref=statement.id))

    def _tell_source(self, unit: RecordsUnit, stored: StoredRecord, statement: Statement, now: datetime) -> None:
        source = stored.record.source
        if stands_for(source, unit.bodies.successors()) != source:
            # Who stands in its place knows no holders, and tells everybody itself (B14).
            return
        instrument = known_to(unit, stored.record, source, channels_now(unit, now))
        unit.outbox.put(Outgoing(source, instrument, statement, ref=statement.id))

    def accept_passed_on(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Keep to whom a holder of our record passed it on; twice changes nothing.

        Raises NotFound, as for nothing, to whom we never gave a copy and who got none onward.

        Source: docs/rules/records.md R32.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_passed_on(statement)
        if (erased := unit.erasures.tombstone(content.record)) is not None:
            self._passed_on_before(unit, content, erased, statement, sender)
            return
        newest = self._of_ours(unit, content.record, statement, sender).record.version
        _check_passed_on(unit, content, sender, newest)
        held = _onward(unit, content.record, sender, content.to)
        if held is not None and (held.version, held.at) >= (content.version, statement.at):
            return
        if held is None and len(unit.copies.onward(content.record)) >= ONWARD_MAX:
            raise _bad("to", f"a record has at most {ONWARD_MAX} onward holders")
        unit.copies.put_onward(content.record, OnwardHolder(sender, content.to, content.version, statement.at))
        detail: JsonObject = {"to": content.to, "version": content.version}
        self.record(unit, Act(statement.kind, sender, content.officer, content.record, detail))

    def _passed_on_before(
        self, unit: RecordsUnit, content: PassedOnContent, erased: Tombstone, statement: Statement, sender: BodyId
    ) -> None:
        """Keep with its tombstone to whom a record had been passed on: the report and the erasure crossed on the way."""
        known = unit.erasures.onward(erased.stand_in)
        _check_passed_on(unit, content, sender, _version_had(unit, erased, statement, sender, known))
        is_known = (sender, content.to) in {(one.forwarder, one.body) for one in known}
        if not is_known and len(known) >= ONWARD_MAX:
            raise _bad("to", f"a record has at most {ONWARD_MAX} onward holders")
        # The report itself names the record, also one that says nothing new.
        unit.erasures.forget_again(content.record)
        if is_known:
            return
        unit.erasures.put_onward(erased.stand_in, OnwardHolder(sender, content.to, content.version, statement.at))
        detail: JsonObject = {"to": content.to, "version": content.version}
        self.record(unit, Act(statement.kind, sender, content.officer, erased.stand_in, detail))

    def accept_erasure_confirmed(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Keep that an onward holder has durably what erased our record there; twice changes nothing.

        Raises NotFound for an erasure that is not ours, and for an onward holder that this body never reported.

        Source: docs/rules/records.md R15.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = read_erasure_confirmed(statement)
        erased = unit.erasures.told_by(content.erasure)
        if erased is None:
            raise NotFound
        known = unit.erasures.onward(erased.stand_in)
        _version_had(unit, erased, statement, sender, known)
        held = next((one for one in known if (one.forwarder, one.body) == (sender, content.to)), None)
        if held is None:
            raise NotFound
        if held.ended_at is not None:
            return
        unit.erasures.put_onward(erased.stand_in, replace(held, ending=ERASURE, ended_at=statement.at))
        detail: JsonObject = {"to": content.to}
        self.record(unit, Act(statement.kind, sender, content.officer, erased.stand_in, detail))

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


def hold_onward(unit: RecordsUnit, word: Statement) -> None:
    """Have the body to which we passed a copy on, by our own earlier report, stand as its holder again.

    For a node that was restored since (docs/rules/exchange.md X34): what takes the copy away is to reach it too.
    """
    content = read_passed_on(word)
    known = [one for one in unit.records.holders(content.record) if one.body == content.to]
    if not known or known[0].at < word.at:
        unit.records.put_holder(content.record, Holder(content.to, content.version, HolderState.SENT, word.at))


def tell_passed_on(unit: RecordsUnit, record: RecordId, ending: Statement, ref: str, now: datetime) -> None:
    """Tell of an ending whom a restored node had passed a copy on to that has not come again and now will not."""
    for word, _ in unit.ahead.take(record):
        to = read_passed_on(word).to
        channel = channels_now(unit, now).toward(to)
        unit.outbox.put(Outgoing(to, channel, ending, is_control=True, ref=ref))


def onward_left(
    unit: RecordsUnit, stored: StoredRecord, holders: Iterable[Holder], now: datetime
) -> Iterator[OnwardHolder]:
    """Give the onward holders that a tombstone keeps: of our own record all, of a copy those whose end we report (R15)."""
    if stored.received_from is None:
        for one in unit.copies.onward(stored.record.id):
            # What it confirmed before was that it shows its copy no more; that it erased it is yet to come.
            yield replace(one, ending="", ended_at=None)
    elif _is_reported(unit, stored):
        own = unit.bodies.own().id
        yield from (OnwardHolder(own, holder.body, holder.version, now) for holder in holders)


def _check_passed_on(unit: RecordsUnit, content: PassedOnContent, sender: BodyId, newest: int) -> None:
    """Raise Invalid unless a report names a third body of the directory and a version that there was."""
    if content.to in (unit.bodies.own().id, sender) or unit.bodies.body(content.to) is None:
        raise _bad("to", "it is another body of the directory than the record's source and its forwarder")
    if not 1 <= content.version <= newest:
        raise _bad("version", "it is a version that the source made")


def _is_owed(unit: RecordsUnit, record: RecordId, holder: BodyId) -> bool:
    """Say whether we report to the source of a record that is erased here what one we passed it on to confirms."""
    own = unit.bodies.own().id
    known = unit.erasures.onward(record) if unit.erasures.tombstone(record) is not None else ()
    return (own, holder) in {(one.forwarder, one.body) for one in known}


def _version_had(
    unit: RecordsUnit, erased: Tombstone, statement: Statement, sender: BodyId, onward: Iterable[OnwardHolder]
) -> int:
    """Return the newest version that anybody had of an erased record of ours; raise NotFound to whom that was not given."""
    had: tuple[Holder | OnwardHolder, ...] = (*unit.erasures.holders(erased.stand_in), *onward)
    is_ours = erased.source == unit.bodies.own().id
    if statement.body != sender or not is_ours or sender not in {one.body for one in had}:
        raise NotFound
    return max(one.version for one in had)


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
