"""Keeping copies fresh: a new version goes by itself to whoever holds an earlier one, or ends the copy there (R31).

`Fresh` does it inside the transaction that makes the version. `Freshening` looks, after governance changed, at the bodies whose
copies were ended: what is open to them again is sent to them again.

Source: docs/rules/records.md R31; DESIGN sections 2 (right `copy`) and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from entente.agreements.channel import Channels, channels_now
from entente.disclosure.service import Disclosure
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.holders import with_onward
from entente.records.model import Holder, HolderState, Record
from entente.records.ports import RecordsUnit
from entente.records.reentry import Recorder
from entente.records.rules import content_texts
from entente.records.sharing import Copies
from entente.records.statements import RECORD, end_statement, record_statement
from entente.records.withdrawing import known_to

STEP_RECORDS = 20
"""Records looked at again in one transaction, within the 50 ms of DESIGN section 8."""
NODE = "node"
_HAS_A_COPY = frozenset({HolderState.SENT, HolderState.END_SENT})
_NEVER_LEFT = frozenset({"retracted", "held"})


@dataclass(slots=True)
class Fresh:
    """Brings the holders of changed records up to date, within one transaction."""

    unit: RecordsUnit
    copies: Copies
    officer: str
    now: datetime
    signer: Signer
    record: Recorder
    _channels: Channels | None = field(default=None, init=False)

    def update(self, before: Record, after: Record, holders: Iterable[Holder], whole: Statement | None = None) -> None:
        """Send each holder, onward ones too, what it may hold of a new version, or end its copy; `whole` is all of it, signed.

        Who would get just what it has is sent nothing: a version that changes nothing would say that something is hidden.

        Source: docs/rules/records.md R31 and R5.
        """
        # An earlier version that no envelope carries yet never leaves: this one takes its place.
        overtaken = {one.recipient for one in self.unit.outbox.retract(after.id, RECORD)}
        for holder in with_onward(self.unit, after.id, holders):
            if holder.state not in _HAS_A_COPY:
                continue
            has = self.copies.extract_for(after, holder.body)
            if has is None or has.terms[0].instrument is None:
                self._end(after, holder, is_overtaken=holder.body in overtaken)
                continue
            is_ended = holder.state is HolderState.END_SENT
            had = None if is_ended or holder.body in overtaken else self.copies.extract_for(before, holder.body)
            if had is None or content_texts(had) != content_texts(has):
                self.send(after, has, holder.body, whole, is_owed=True)

    def send(
        self, record: Record, visible: Record, to: BodyId, whole: Statement | None = None, *, is_owed: bool = False
    ) -> None:
        """Put in the outbox what a body may hold of a record, and keep that it was sent."""
        instrument = visible.terms[0].instrument
        assert instrument is not None, "the gate allows no copy of what is shared under nothing"
        statement = whole if whole is not None and visible is record else None
        if statement is None:
            statement = record_statement(visible, self.officer, self.now, self.signer)
        # Whoever has a copy is owed what becomes of it, and so is whom the node sends one again (docs/rules/exchange.md X32).
        is_owed = is_owed or self.officer == NODE
        self.unit.outbox.put(Outgoing(to, instrument, statement, ref=record.id, is_owed=is_owed))
        self.unit.records.put_holder(record.id, Holder(to, record.version, HolderState.SENT, self.now))

    def _end(self, after: Record, holder: Holder, *, is_overtaken: bool) -> None:
        if holder.state is HolderState.END_SENT:
            return
        if is_overtaken and not self._was_given(after, holder.body):
            # Nothing of it ever left for that body: it does not learn now that there is such a record.
            self.unit.copies.drop_holder(after.id, holder.body)
            return
        statement = end_statement(after.id, after.version, after.source, self.officer, self.now, self.signer)
        if self._channels is None:
            self._channels = channels_now(self.unit, self.now)
        instrument = known_to(self.unit, after, holder.body, self._channels)
        self.unit.outbox.put(Outgoing(holder.body, instrument, statement, is_control=True, ref=after.id))
        ended = Holder(holder.body, holder.version, HolderState.END_SENT, self.now)
        self.unit.records.put_holder(after.id, ended)
        detail: JsonObject = {"recipient": holder.body, "version": after.version, "statement": statement.id}
        self.record(self.unit, Act("end_copy", after.source, self.officer, after.id, detail))

    def _was_given(self, record: Record, body: BodyId) -> bool:
        deliveries = self.unit.outbox.deliveries(record.id)
        return any(
            one.recipient == body and one.kind == RECORD and (one.may_have_left or one.state not in _NEVER_LEFT)
            for one in deliveries
        )


@dataclass(slots=True)
class Freshening:
    """Sends again what governance opened again: an ended copy whose holder may have the newest version now.

    One thread steps it. It looks through all ended copies once after each start and each change of governance; a crash lets
    it begin anew, and a copy that goes out twice is the same version and changes nothing.
    """

    open_unit: Callable[[], RecordsUnit]
    open_view: Callable[[], RecordsUnit]
    clock: Clock
    disclosure: Disclosure
    signer: Signer
    record: Recorder
    _looked_under: int = field(default=-1, init=False)
    """The governance version under which every ended copy was looked at."""
    _under: int = field(default=-1, init=False)
    _after: int = field(default=0, init=False)

    def step(self) -> int:
        """Look at the next few records; return how many, 0 when nothing is left to look at.

        Source: docs/rules/records.md R31.
        """
        with self.open_view() as view:
            version = view.classes.governance_version()
            if version == self._looked_under:
                return 0
            if version != self._under:
                self._under, self._after = version, 0
            found = view.copies.ended_elsewhere(after=self._after, limit=STEP_RECORDS)
        if not found:
            self._looked_under = version
            return 0
        self._send_again([wanted for _, wanted in found])
        self._after = found[-1][0]
        return len(found)

    def _send_again(self, records: Iterable[RecordId]) -> None:
        with self.open_unit() as unit:
            now = self.clock.now()
            copies = Copies(unit, self.disclosure.situation_in(unit), now)
            fresh = Fresh(unit, copies, NODE, now, self.signer, self.record)
            if sum(self._reopen(unit, fresh, wanted) for wanted in records):
                unit.commit()

    def _reopen(self, unit: RecordsUnit, fresh: Fresh, wanted: RecordId) -> bool:
        """Send a record to the bodies whose copy is ended and that may hold one now; say whether there were any."""
        stored = unit.records.get(wanted)
        if stored is None or stored.gone_at is not None:
            return False
        is_any = False
        for holder in unit.records.holders(wanted):
            visible = fresh.copies.extract_for(stored.record, holder.body)
            if holder.state is not HolderState.END_SENT or visible is None or visible.terms[0].instrument is None:
                continue
            fresh.send(stored.record, visible, holder.body)
            detail: JsonObject = {"recipient": holder.body, "version": stored.record.version}
            self.record(unit, Act("share_record", stored.record.source, NODE, wanted, detail))
            is_any = True
        return is_any
