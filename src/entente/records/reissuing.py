"""Issuing our copies anew under our new key, after we declared that the one before was in others' hands (B13).

Other bodies stop showing what that key signed since then. Every copy we gave is made and signed again, a few records in one
transaction, from the record as it stands now and as far as the gate lets its holder have it. How far this came is kept with each
step, so that a crash continues it; a copy that goes out twice is the same version and changes nothing.

Source: docs/rules/bodies.md B13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.model import Body
from entente.disclosure.service import Disclosure
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.records.holders import with_onward
from entente.records.model import Holder, HolderState, StoredRecord
from entente.records.ports import RecordsUnit
from entente.records.reentry import Recorder
from entente.records.sharing import Copies
from entente.records.statements import record_statement

STEP_RECORDS = 20
"""Records issued anew in one transaction: with fifty holders each about 50 ms, as long as a slice of an import."""
NODE = "node"


@dataclass(frozen=True, slots=True)
class Reissuing:
    """Issues copies anew. Safe from several threads; one at a time does the work."""

    open_unit: Callable[[], RecordsUnit]
    open_view: Callable[[], RecordsUnit]
    clock: Clock
    disclosure: Disclosure
    signer: Signer
    record: Recorder

    def step(self) -> int:
        """Issue the next few records anew; return how many, 0 when nothing is left.

        Source: docs/rules/bodies.md B13.
        """
        with self.open_view() as view:
            version = _declared_in(view.bodies.own())
            if version is None or not _next(view, version):
                return 0
        with self.open_unit() as unit:
            now = self.clock.now()
            stored = _next(unit, version)
            copies = Copies(unit, self.disclosure.situation_in(unit), now)
            sent = sum(self._issue(unit, one, copies, now) for one in stored)
            if not stored:
                return 0
            unit.records.put_reissued(version, stored[-1].number)
            own = unit.bodies.own().id
            detail: JsonObject = {"version": version, "records": len(stored), "copies": sent}
            self.record(unit, Act("reissue_records", own, NODE, own, detail))
            unit.commit()
        return len(stored)

    def _issue(self, unit: RecordsUnit, stored: StoredRecord, copies: Copies, now: datetime) -> int:
        sent = 0
        record = stored.record.id
        for holder in with_onward(unit, record, unit.records.holders(record)):
            visible = copies.extract_for(stored.record, holder.body) if holder.state is HolderState.SENT else None
            # What a holder may have no more stays in doubt there: it is shown to nobody.
            if visible is None or (instrument := visible.terms[0].instrument) is None:
                continue
            statement = record_statement(visible, NODE, now, self.signer)
            unit.outbox.put(Outgoing(holder.body, instrument, statement, ref=record, is_owed=True))
            again = Holder(holder.body, stored.record.version, HolderState.SENT, now)
            unit.records.put_holder(record, again)
            sent += 1
        return sent


def _declared_in(own: Body) -> int | None:
    """Return our newest key version that declares the one before it compromised."""
    return next((keys.version for keys in reversed(own.keys) if keys.compromised_since is not None), None)


def _next(unit: RecordsUnit, version: int) -> tuple[StoredRecord, ...]:
    return unit.records.given(after=unit.records.reissued(version), limit=STEP_RECORDS)
