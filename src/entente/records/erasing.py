"""Erasing: by an officer's act, by the end of retention, because the source did (R10, R11, R14).

The act deletes the record with all that hangs on it, leaves a tombstone, tells every holder ahead of data, and is in the
trail: who, when, why, by codes. Its id is then put out of every other row in a transaction of its own (`forget`), which a crash
only puts off. `run` is the node's housekeeping: it erases what is due and goes on with what was begun, in bounded slices.

What may be erased, handling decides (H7); the tables are storage's. Source: DESIGN section 1, promise 4, and section 6 oversight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from entente.agreements.channel import channels_now
from entente.bodies.authority import authorise
from entente.bodies.rules import verify_by_node
from entente.bodies.succession import stands_for
from entente.handling.model import CodeLists, Erasable, ErasureGround
from entente.handling.rules import may_erase
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid, NotFound, Refused
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.holders import Listed, holders_of_erased
from entente.records.judging import KIND as JUDGEMENT
from entente.records.model import Holder, HolderState, KeptTombstone, Reentry, StoredRecord, Tombstone
from entente.records.onward import onward_left, tell_passed_on
from entente.records.ports import RecordsUnit
from entente.records.reentry import Recorder, Reentries
from entente.records.rules import check_local_id
from entente.records.statements import RECORD, erasure_statement, read_erasure
from entente.records.withdrawing import holders_told, is_inherited, tell_everybody
from entente.trail.rules import FORGET_ROWS

SLICE_RECORDS = 10
"""Records erased in the first transaction of a run; later ones grow or shrink with the time it took."""
SLICE_RECORDS_MAX = 200
SLICE_MS_MAX = 50
"""How long the housekeeping holds up other writers at a time, as a slice of an import does (DESIGN section 8)."""
FORGET_RECORDS = 200
"""Ids looked for in one reading of the trail; reading it takes the same time for one as for all."""
READ_AT_ONCE = 1_000
NODE = "node"


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did."""

    stand_in: RecordId
    told: tuple[BodyId, ...]


@dataclass(frozen=True, slots=True)
class HousekeepingDone:
    """What one run of the housekeeping did."""

    erased: int
    forgotten: int
    """Rows of the trail in which an id was put out."""
    is_log_empty: bool
    is_compacted: bool
    """Whether the store was written anew in this run."""
    is_compaction_due: bool
    """Whether it still is to be: it was too large to be written anew while others wait."""


class StoreFile(Protocol):
    """What erasing asks of the store's file; the edge does it, and says what could not be done now."""

    def empty_log(self) -> bool:
        """Put nothing of an older state beside the store any more; False while a reader still needs one."""

    def compact(self, *, is_asked: bool) -> bool:
        """Write the store anew if something was erased since it was last; False when it was not.

        Where that would keep others waiting it is only done when a person asked for it, who has chosen the hour.
        """


@dataclass(frozen=True, slots=True)
class Erasing:
    """The verbs of erasure, and its housekeeping."""

    open_unit: Callable[[], RecordsUnit]
    open_view: Callable[[], RecordsUnit]
    """Opens a unit of work that only reads; it never waits for a writer."""
    clock: Clock
    lists: CodeLists
    signer: Signer
    record: Recorder
    reentries: Reentries
    file: StoreFile

    def erase(self, officer: OfficerId, wanted: RecordId, reason: str) -> Erased:
        """Erase a record of ours, or of a body in whose place we stand, for good, here and at every holder; says who was told.

        Judgements of ours about it go with it: they speak of nothing any more. Raises NotFound for a record that is not ours,
        Refused for a reason of no list or an officer who may not.

        Source: docs/rules/records.md R10; docs/rules/handling.md H7; docs/rules/bodies.md B14.
        """
        now = self.clock.now()
        with self.open_view() as view:
            judgements = _judgements_about(view, wanted)
        with self.open_unit() as unit:
            subject = unit.erasures.stand_in(wanted) if unit.erasures.tombstone(wanted) else wanted
            self._authorise(unit, officer, subject)
            if is_inherited(unit, wanted):
                told = self._erase_inherited(unit, wanted, reason, officer, now)
                unit.commit()
                return told
            stored = unit.records.get(wanted)
            if stored is None or stored.received_from is not None:
                raise NotFound
            self._check(stored, ErasureGround.OFFICERS_ACT, reason, now)
            done = self._erase(unit, stored, ErasureGround.OFFICERS_ACT, reason, officer, now)
            for judgement in judgements:
                if (about := unit.records.get(judgement)) is not None:
                    self._erase(unit, about, ErasureGround.OFFICERS_ACT, reason, officer, now)
            unit.commit()
        self.forget()
        self.file.empty_log()
        return done

    def accept_erasure(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> None:
        """Erase our copy of a record because its source did, and tell those we passed it on to. Twice changes nothing.

        A record that was never here leaves a tombstone too, so that it is not taken in when it arrives later.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        wanted = read_erasure(statement).record
        source, _, local_id = wanted.partition("/")
        check_local_id(local_id)
        answering = stands_for(BodyId(source), unit.bodies.successors())
        if answering != statement.body or answering == unit.bodies.own().id:
            raise Invalid(
                "The erasure is not of its signer's record, or of ours.",
                field="record",
                why="Only the source, or who was accepted in its place, has its record erased, and only we have ours (R1, R14).",
                do="Ask the record's source to erase it.",
            )
        now = self.clock.now()
        if (erased := unit.erasures.tombstone(wanted)) is not None:
            self._pass_on_late(unit, wanted, erased, statement, sender, now)
            return
        stored = unit.records.get(wanted)
        if stored is not None:
            self._erase(unit, stored, ErasureGround.SOURCE_ERASED, ErasureGround.SOURCE_ERASED, NODE, now, statement)
            return
        stand_in = unit.erasures.stand_in(wanted)
        tell_passed_on(unit, wanted, statement, stand_in, now)
        act = Act("accept_erasure", statement.body, NODE, stand_in, {"from": sender, "was_held": False})
        row = self.record(unit, act)
        unit.erasures.remove(wanted)
        ground = ErasureGround.SOURCE_ERASED
        made = Tombstone(stand_in, statement.body, now, ground, ground.value, 0, row.sequence, statement.id)
        unit.erasures.put_tombstone(made, (), ())

    def _pass_on_late(
        self,
        unit: RecordsUnit,
        wanted: RecordId,
        erased: Tombstone,
        statement: Statement,
        sender: BodyId,
        now: datetime,
    ) -> None:
        """Pass the source's erasure on of a copy that ended here by our own calendar before; the second time changes nothing.

        Those we passed the copy on to would else be told by nobody, and the source would miss their confirmation (R15).
        """
        # What came names the record, after its id was put out of every row.
        unit.erasures.forget_again(wanted)
        if erased.statement:
            return
        holders = unit.erasures.holders(wanted)
        channels = channels_now(unit, now)
        for holder in holders:
            instrument = channels.toward(holder.body)
            unit.outbox.put(Outgoing(holder.body, instrument, statement, is_control=True, ref=erased.stand_in))
        told = [Holder(one.body, one.version, HolderState.ERASURE_SENT, now) for one in holders]
        unit.erasures.set_told(wanted, statement.id, told)
        detail: JsonObject = {"from": sender, "was_held": False, "told": [one.body for one in told]}
        self.record(unit, Act("accept_erasure", statement.body, NODE, erased.stand_in, detail))

    def run(self, *, is_asked: bool = False, progress: Callable[[int], None] | None = None) -> HousekeepingDone:
        """Erase all that is due, put out the ids of what was erased, and look after the file.

        `is_asked`: a person chose this hour, so the store is written anew whatever its size.

        Source: docs/rules/handling.md H7; docs/rules/records.md R11.
        """
        erased, size = 0, SLICE_RECORDS
        began = self.clock.now()
        while step := self.expire_step(size):
            erased += step
            size, began = _next_size(size, self.clock.now() - began), self.clock.now()
            if progress is not None:
                progress(erased)
        forgotten = self.forget()
        is_compacted = self.file.compact(is_asked=is_asked)
        is_empty = self.file.empty_log()
        with self.open_view() as view:
            is_due = view.erasures.not_compacted() > 0
        return HousekeepingDone(erased, forgotten, is_empty, is_compacted, is_due)

    def kept(self, officer: OfficerId) -> tuple[KeptTombstone, ...]:
        """Return every tombstone with all that is kept with it, for a file beside the backups; the act is in the trail.

        Source: docs/rules/records.md R13.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "erasures")
            found: list[KeptTombstone] = []
            after = 0
            while step := unit.erasures.tombstones(after, READ_AT_ONCE):
                found += [unit.erasures.kept(one) for one in step]
                after = step[-1].sequence
            act = Act("export_erasures", unit.bodies.own().id, officer, "erasures", {"tombstones": len(found)})
            self.record(unit, act)
            unit.commit()
        return tuple(found)

    def tombstones(
        self, officer: OfficerId, after: int, limit: int
    ) -> tuple[tuple[Tombstone, tuple[Listed, ...]], ...]:
        """List what was erased, oldest first, each with how it stands at every holder, onward ones included.

        Source: docs/rules/records.md R11, R14 and R15.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "erasures", "read_trail")
            return tuple((one, holders_of_erased(unit, one)) for one in unit.erasures.tombstones(after, limit))

    def seen_again(self, officer: OfficerId, limit: int) -> tuple[tuple[Reentry, RecordId], ...]:
        """List what came again, newest first, each with the record it came as: the stand-in where it was refused.

        Source: docs/rules/records.md R12.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "erasures", "read_trail")
            found = unit.erasures.reentries(limit)
            rows = {one.sequence: next(iter(unit.trail.rows(one.sequence - 1, 1))) for one in found}
        return tuple((one, RecordId(rows[one.sequence].act.subject)) for one in found)

    def _authorise(self, unit: RecordsUnit, officer: OfficerId, subject: str, verb: str = "erase_record") -> None:
        now = self.clock.now()
        authorise(unit, officer, verb, subject=subject, now=now, lists=self.lists, record=self.record)

    def expire_step(self, limit: int = SLICE_RECORDS) -> int:
        """Erase the next records that are due, in one transaction; return how many there were."""
        now = self.clock.now()
        with self.open_view() as view:
            if not view.erasures.due(now.date(), 1):
                return 0
        with self.open_unit() as unit:
            due = unit.erasures.due(now.date(), limit)
            for wanted, ground in due:
                stored = unit.records.get(wanted)
                assert stored is not None, "what is due is held"
                self._check(stored, ground, ground.value, now)
                self._erase(unit, stored, ground, ground.value, NODE, now)
            unit.commit()
        return len(due)

    def forget(self) -> int:
        """Put stand-ins where ids of erased records stand; return how many rows of the trail were changed."""
        forgotten = 0
        while waiting := self._waiting():
            # Reading whole tables holds up nobody; what came meanwhile is read again inside the transaction.
            with self.open_view() as view:
                found = view.erasures.mentions(waiting)
            with self.open_unit() as unit:
                unit.state.allow()
                rows = unit.erasures.forget(waiting, found)
                if rows:
                    left: list[Json] = [{"row": sequence, "left": digest} for sequence, digest in rows]
                    detail: JsonObject = {"rows": left}
                    self.record(unit, Act(FORGET_ROWS, unit.bodies.own().id, NODE, "trail", detail))
                unit.commit()
            forgotten += len(rows)
        with self.open_view() as view:
            settled = view.erasures.settled()
        if settled:
            with self.open_unit() as unit:
                unit.state.allow()
                unit.erasures.sweep(settled)
                unit.commit()
        return forgotten

    def _waiting(self) -> tuple[RecordId, ...]:
        with self.open_view() as view:
            return view.erasures.to_forget(FORGET_RECORDS)

    def _erase_inherited(
        self, unit: RecordsUnit, wanted: RecordId, reason: str, officer: OfficerId, now: datetime
    ) -> Erased:
        """Have a record of the body before us erased: every body is told, since we do not know who holds it (B14)."""
        held = Erasable(is_own=True, erase_on=now.date(), withdrawn_at=None)
        decision = may_erase(held, ErasureGround.OFFICERS_ACT, reason, now.date(), self.lists)
        if not decision.allowed:
            raise Refused(f"{wanted} was not erased.", decision=decision, do="Give a reason of the list.")
        own, stand_in = unit.bodies.own().id, unit.erasures.stand_in(wanted)
        if unit.erasures.tombstone(wanted) is not None:
            raise NotFound
        statement = erasure_statement(wanted, own, officer, now, self.signer)
        told = tell_everybody(unit, statement, ref=stand_in, now=now)
        ground = ErasureGround.OFFICERS_ACT
        detail: JsonObject = {"outcome": "done", "ground": ground.value, "reason": reason, "told": list(told)}
        row = self.record(unit, Act("erase_record", own, officer, stand_in, detail))
        number = unit.erasures.remove(wanted)
        made = Tombstone(stand_in, own, now, ground, reason, number, row.sequence, statement.id)
        unit.erasures.put_tombstone(made, (), [Holder(one, 0, HolderState.ERASURE_SENT, now) for one in told])
        return Erased(stand_in, told)

    def _check(self, stored: StoredRecord, ground: ErasureGround, reason: str, now: datetime) -> None:
        held = Erasable(stored.received_from is None, stored.record.retention.erase_on, stored.withdrawn_at)
        decision = may_erase(held, ground, reason, now.date(), self.lists)
        if not decision.allowed:
            do = decision.refusals[0].remedy or "Wait until the ground holds."
            raise Refused(f"{stored.record.id} was not erased.", decision=decision, do=do)

    def _erase(
        self,
        unit: RecordsUnit,
        stored: StoredRecord,
        ground: ErasureGround,
        reason: str,
        officer: str,
        now: datetime,
        said: Statement | None = None,
    ) -> Erased:
        """Delete one record, tell its holders, leave the tombstone. `said`: the source's own erasure, passed on as it is."""
        wanted, source = stored.record.id, stored.record.source
        stand_in = unit.erasures.stand_in(wanted)
        statement = said
        # Of a copy whose source has not spoken yet, those we passed it on to are kept: its erasure is passed on when it comes.
        holders = unit.records.holders(wanted)
        if statement is None and stored.received_from is None and holders:
            statement = erasure_statement(wanted, source, officer, now, self.signer)
        onward = tuple(onward_left(unit, stored, holders, now))
        if statement is not None:
            state = HolderState.ERASURE_SENT
            holders = holders_told(unit, stored, statement, state, ref=stand_in, now=now)
        # What no envelope carries yet never leaves; what one carries is refused by the tombstone it finds there.
        unit.outbox.retract(wanted, RECORD)
        keys = self.reentries.identifying(stored.record).kept
        told = () if statement is None else tuple(holder.body for holder in holders)
        detail: JsonObject = {"outcome": "done", "ground": ground.value, "reason": reason, "told": list(told)}
        row = self.record(unit, Act("erase_record", source, officer, stand_in, detail))
        number = unit.erasures.remove(wanted)
        said_by = "" if statement is None else statement.id
        made = Tombstone(stand_in, source, now, ground, reason, number, row.sequence, said_by)
        unit.erasures.put_tombstone(made, keys, holders, onward)
        return Erased(stand_in, told)


def _next_size(size: int, took: timedelta) -> int:
    """Return how many records the next slice may have, so that it stays within the time."""
    fitting = int(size * (timedelta(milliseconds=SLICE_MS_MAX) / max(took, timedelta(milliseconds=1))) * 0.9)
    return max(1, min(fitting, 2 * size, SLICE_RECORDS_MAX))


def _judgements_about(view: RecordsUnit, wanted: RecordId) -> tuple[RecordId, ...]:
    """Return our own judgements that speak of a record; judgements are few, and found by their classes."""
    classes = frozenset(number for number, cls in view.classes.classes().items() if cls.kind == JUDGEMENT)
    return view.erasures.linking_to(wanted, classes)
