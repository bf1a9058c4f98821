"""The verbs of records: import, share, show, list, withdraw, say who can see; and what arrives from other bodies.

Importing in slices stands in `importing`, the intake of others' statements in `intake`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entente.agreements.model import Right
from entente.bodies.authority import authorise
from entente.bodies.tokens import may
from entente.disclosure.model import DisclosureRequest, Reader, Verdict
from entente.disclosure.service import Disclosure, answer
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import NotFound, Refused
from entente.kernel.ids import BodyId, Ids, OfficerId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.records.gaps import gaps, silent_sources
from entente.records.holders import HolderList, holders_listed
from entente.records.model import (
    Holder,
    HolderState,
    Record,
    Schemata,
    ShownRecord,
    Sight,
    SilentSource,
    StoredRecord,
)
from entente.records.ports import Page, RecordsUnit
from entente.records.reentry import Recorder, Reentries
from entente.records.rules import check_reason, check_why, cut, extract, without_links
from entente.records.sharing import Copies, copy_verdict, height, sight
from entente.records.statements import record_statement, withdrawal_statement
from entente.records.unit_reach import require_in_reach, require_known_to, require_may_forward
from entente.records.withdrawing import (
    is_inherited,
    own_live,
    require_version,
    standing,
    tell_holders,
    withdraw_inherited,
    withdrawn_before,
)

LINKING_LOOKED_AT_MAX = 100
"""Records that are looked at for their links to one: four times what a chart shows; most links stand under their facts' class."""
PAGE_RECORDS_MAX = 200
"""Records in one page of a list; a screen holds about 50."""


@dataclass(frozen=True, slots=True)
class Records:
    """Keeps and shares our records, and shows what may be shown of everyone's."""

    open_unit: Callable[[], RecordsUnit]
    open_act: Callable[[], RecordsUnit]
    """Opens a unit for a look, whose row may become durable together with others' (storage.company)."""
    open_view: Callable[[], RecordsUnit]
    """Opens a unit that only reads, and waits for nobody who writes."""
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    disclosure: Disclosure
    signer: Signer
    record: Recorder
    reentries: Reentries

    def share(
        self, officer: OfficerId, records: Sequence[RecordId], recipients: frozenset[BodyId] | None = None
    ) -> tuple[tuple[RecordId, BodyId], ...]:
        """Send copies of our records to bodies that may hold one; return which went where.

        Without recipients, to every other party of the records' instruments. Raises Refused, sending nothing, when a
        named recipient may not hold any part of a record; NotFound for a record that is not ours and live.
        Source: docs/rules/records.md R5, R8.
        """
        now = self.clock.now()
        sent: list[tuple[RecordId, BodyId]] = []
        with self.open_unit() as unit:
            reader = self.reader(unit, officer, "share_record", ", ".join(records[:3]))
            copies = Copies(unit, self.disclosure.situation_in(unit), now)
            for wanted in records:
                stored = own_live(unit, wanted, now.date())
                require_may_forward(reader, stored, copies.situation)
                for recipient in sorted(recipients if recipients is not None else copies.parties(stored.record)):
                    if self.send_copy(unit, stored.record, recipient, copies, officer, now):
                        sent.append((wanted, recipient))
                    elif recipients is not None:
                        raise _not_shared(stored.record, recipient, copies, now)
            unit.commit()
        return tuple(sent)

    def send_copy(
        self, unit: RecordsUnit, record: Record, recipient: BodyId, copies: Copies, officer: OfficerId, now: datetime
    ) -> bool:
        """Put in the outbox what a body may hold of a record of ours; False when that is nothing."""
        visible = copies.extract_for(record, recipient)
        if visible is None:
            return False
        instrument = visible.terms[0].instrument
        assert instrument is not None, "the gate allows no copy of what is shared under nothing"
        statement = record_statement(visible, officer, now, self.signer)
        unit.outbox.put(Outgoing(recipient, instrument, statement, ref=record.id))
        unit.records.put_holder(record.id, Holder(recipient, record.version, HolderState.SENT, now))
        detail: JsonObject = {
            "recipient": recipient,
            "version": record.version,
            "instrument": instrument,
            "to_facts": len(visible.facts),
        }
        self.record(unit, Act("share_record", record.source, officer, record.id, detail))
        return True

    def withdraw(
        self, officer: OfficerId, wanted: RecordId, reason: str, version: int | None = None
    ) -> tuple[BodyId, ...]:
        """Withdraw a record of ours, or of a body in whose place we stand: found nowhere here from now on, and holders are told.

        The reason stands in the statement that the holders get, not in the trail: it may name a person (T5). Returns the
        holders told. Raises NotFound for a record that is not ours, Conflict for one withdrawn before, and where a `version` is
        named for one of another version.
        Source: docs/rules/records.md R4; docs/rules/bodies.md B14; DESIGN section 1, promise 4.
        """
        check_reason(reason)
        now = self.clock.now()
        with self.open_unit() as unit:
            reader = self.reader(unit, officer, "withdraw_record", wanted)
            if is_inherited(unit, wanted):
                held = self._in_reach(unit, unit.records.get(wanted), reader, is_ended=True)
                if held is None:
                    require_known_to(reader, self.disclosure.situation_in(unit))
                require_version(held, version)
                told = withdraw_inherited(unit, wanted, reason, officer, now, signer=self.signer, record=self.record)
                unit.commit()
                return told
            stored = self._in_reach(unit, unit.records.get(wanted), reader, is_ended=True)
            if stored is None or stored.received_from is not None:
                raise NotFound
            if stored.withdrawn_at is not None:
                raise withdrawn_before(wanted)
            require_version(stored, version)
            holders = self.withdraw_in(unit, stored, reason, officer, now)
            unit.commit()
        return holders

    def withdraw_in(
        self, unit: RecordsUnit, stored: StoredRecord, reason: str, officer: OfficerId, now: datetime
    ) -> tuple[BodyId, ...]:
        """Withdraw a live record of ours inside an open unit, by an officer who may; return the holders told."""
        record, source = stored.record.id, stored.record.source
        statement = withdrawal_statement(record, source, reason, officer, now, self.signer)
        holders = tell_holders(unit, stored, statement, now)
        act = Act("withdraw_record", source, officer, record, {"statement": statement.id, "told": list(holders)})
        unit.records.put_withdrawal(record, statement)
        unit.records.set_withdrawn(record, now, self.record(unit, act).sequence)
        return holders

    def show(self, officer: OfficerId, wanted: RecordId, purpose: str, crime_area: str, case: str) -> ShownRecord:
        """Show what an officer of ours may see of a record held here, for a purpose; the look is in the trail.

        Raises Invalid for a purpose or crime area of no list, NotFound and Refused as the gate says.
        Source: docs/rules/disclosure.md; docs/rules/records.md R5, R8 and R9.
        """
        check_why(purpose, crime_area, self.lists)
        with self.open_act() as unit:
            reader = self.reader(unit, officer, "show_record", wanted)
            stored = unit.records.get(wanted)
            visible, best = self.seen_in(unit, stored, reader, purpose, crime_area)
            decision = best.decision if best is not None else Decision.of(())
            detail: JsonObject = {
                "purpose": purpose,
                "crime_area": crime_area,
                "case": case,
                "decision": to_object(decision),
            }
            self.record(unit, Act("show_record", unit.bodies.own().id, officer, wanted, detail))
            is_ours = stored is not None and stored.received_from is None
            has_original = is_ours and unit.records.fragment(wanted) is not None
            linking = self.linking(unit, reader, wanted, purpose, crime_area) if visible is not None else iter(())
            is_linked_to = next(linking, None) is not None
            unit.commit()
        if stored is None or best is None:
            raise NotFound
        answer(best, f"{wanted} is not shown.")
        if visible is None:
            raise NotFound
        return ShownRecord(stored, visible, best.decision, best.ceiling, has_original, is_linked_to)

    def linking(
        self, unit: RecordsUnit, reader: Reader, wanted: RecordId, purpose: str, crime_area: str
    ) -> Iterator[Record]:
        """Yield the other records that link to one, each as the reader may see it with a link to it that they may see.

        Looked at are LINKING_LOOKED_AT_MAX of those of which the reader may see a fact.
        Source: docs/rules/records.md R61.
        """
        allowed = self.disclosure.allowed_in(unit, reader, DisclosureAct.SEE, Right.COPY, purpose, crime_area)
        today = self.clock.now().date()
        for stored in unit.records.linking(wanted, allowed, today=today, limit=LINKING_LOOKED_AT_MAX):
            visible, _ = self.seen_in(unit, stored, reader, purpose, crime_area)
            if visible is not None and visible.id != wanted and any(link.to == wanted for link in visible.links):
                yield visible

    def seen_in(
        self, unit: RecordsUnit, stored: StoredRecord | None, reader: Reader, purpose: str, crime_area: str
    ) -> tuple[Record | None, Verdict | None]:
        """Return what a reader may see of a version held here, and the best verdict of its classes; None for nothing."""
        verdicts = self.verdicts(unit, stored, reader, purpose, crime_area)
        if stored is None or not verdicts:
            return None, None
        places = _allowed(verdicts)
        visible = extract(stored.record, places)
        if visible is not None:
            visible = without_links(visible, self.unknown_ends(unit, visible, reader, purpose, crime_area))
        return visible, max(verdicts, key=height)

    def places_seen(
        self, unit: RecordsUnit, stored: StoredRecord, reader: Reader, purpose: str, crime_area: str
    ) -> frozenset[int]:
        """Return the places of those terms of a version held here on which a reader is shown what stands."""
        return _allowed(self.verdicts(unit, stored, reader, purpose, crime_area))

    def verdicts(
        self, unit: RecordsUnit, stored: StoredRecord | None, reader: Reader, purpose: str, crime_area: str
    ) -> list[Verdict]:
        """Return what the gate says of each class of a version held here, in the order of its terms."""
        if stored is None:
            return []
        dates = stored.dates
        return [
            self.disclosure.judge_in(
                unit,
                DisclosureRequest(
                    reader,
                    DisclosureAct.SEE,
                    Right.COPY,
                    purpose,
                    crime_area,
                    cls,
                    cls.instrument,
                    record=stored.record.id,
                    dates=dates,
                ),
            )
            for cls in stored.record.terms
        ]

    def unknown_ends(
        self, unit: RecordsUnit, record: Record, reader: Reader, purpose: str, crime_area: str
    ) -> frozenset[RecordId]:
        """Return the far ends of a record's links that the reader may not know of: withdrawn, expired, or hidden by the gate.

        One that is not here is as hidden: else a link to a guessed id would say whether it is. Source: disclosure.md D13.
        """
        hidden = set()
        for end in {link.to for link in record.links}:
            verdicts = self.verdicts(unit, unit.records.get(end), reader, purpose, crime_area)
            if all(verdict.ceiling is None for verdict in verdicts):
                hidden.add(end)
        return frozenset(hidden)

    def page(
        self, officer: OfficerId, purpose: str, crime_area: str, *, after: int = 0, limit: int = 50, kind: str = ""
    ) -> tuple[Page, int]:
        """List what an officer may see for a purpose, and count it; facts of other classes are cut from each record.

        A list shows no links: whether their far ends may be known is asked where one record is shown. What it lacks because
        a source is silent stands in the page's gaps.
        Raises Invalid for a purpose or crime area of no list. Source: docs/rules/records.md R4 and R9.
        """
        check_why(purpose, crime_area, self.lists)
        now = self.clock.now()
        with self.open_act() as unit:
            reader = self.reader(unit, officer, "show_record", "list")
            question = (reader, DisclosureAct.SEE, Right.COPY, purpose, crime_area)
            allowed = self.disclosure.allowed_in(unit, *question)
            found = unit.records.page(
                allowed, today=now.date(), after=after, limit=min(limit, PAGE_RECORDS_MAX), kind=kind
            )
            total = unit.records.count(allowed, today=now.date(), kind=kind)
            silent = self.disclosure.silences_in(unit, *question)
            missing = gaps(unit, allowed, silent, now.date(), kind)
            detail: JsonObject = {
                "purpose": purpose,
                "crime_area": crime_area,
                "shown": len(found.records),
                "silent_sources": [gap.source for gap in missing],
            }
            self.record(unit, Act("list_records", unit.bodies.own().id, officer, "list", detail))
            unit.commit()
        return Page(tuple(cut(stored, allowed) for stored in found.records), found.next_after, missing), total

    def silent_sources(self, within: timedelta, officer: OfficerId | None = None) -> tuple[SilentSource, ...]:
        """Return the sources whose copies are hidden now, or will be within a time if they stay silent.

        For an officer, of what they could see else; for who runs the node, of whatever is here (disclosure.md, «Gaps»).
        Source: docs/rules/records.md R30.
        """
        now = self.clock.now()
        situation = self.disclosure.situation()
        with self.open_view() as unit:
            found = unit.bodies.officer(officer) if officer else None
            runs = found is None or (not found.unit and may(found, ("run_node",), now, self.lists))
            reader = None if found is None or runs else Reader.of(unit.bodies.own().id, found)
            return silent_sources(unit, situation, now, within, reader)

    def who_can_see(self, officer: OfficerId, wanted: RecordId) -> tuple[Sight, ...]:
        """Say for every body in the directory how far it may go with one of our records, by the gate's own grounds.

        Nobody may go anywhere with one that is withdrawn or erased: the answer is empty then.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            erased = unit.erasures.tombstone(wanted)
            subject = wanted if erased is None else erased.stand_in
            reader = self.reader(unit, officer, "show_record", subject)
            if erased is not None and erased.source == unit.bodies.own().id:
                require_known_to(reader, self.disclosure.situation_in(unit))
                return ()
            stored = self._in_reach(unit, unit.records.get(wanted), reader)
            if stored is None or stored.received_from is not None:
                raise NotFound
            if stored.withdrawn_at is not None:
                return ()
            stored = own_live(unit, wanted, now.date())
            situation = self.disclosure.situation_in(unit)
            others = [body.id for body in unit.bodies.bodies() if body.id != stored.record.source]
        return tuple(sight(stored.record, body, situation, now) for body in others)

    def who_holds(self, officer: OfficerId, wanted: RecordId) -> tuple[Holder, ...]:
        """Say who was sent a copy of a record, and who confirmed that it is withdrawn or erased there.

        Of one of ours, and of a copy that this node passed on; also of one that is withdrawn or erased here. Raises NotFound
        for a record that is, and was, neither. Source: docs/rules/records.md R14; DESIGN section 1, promise 4.
        """
        with self.open_unit() as unit:
            erased = unit.erasures.tombstone(wanted)
            subject = wanted if erased is None else erased.stand_in
            reader = self.reader(unit, officer, "show_record", subject)
            if self._in_reach(unit, unit.records.get(wanted), reader) is None:
                if erased is None:
                    raise NotFound
                require_known_to(reader, self.disclosure.situation_in(unit))
            held = unit.records.holders(wanted) if erased is None else unit.erasures.holders(wanted)
            deliveries = unit.outbox.deliveries(subject)
        return tuple(standing(holder, deliveries) for holder in held)

    def holders(self, officer: OfficerId, wanted: RecordId) -> HolderList:
        """Return who holds a copy of one of our records, direct and onward, and how far each end of it has come.

        Source: docs/rules/records.md R33.
        """
        with self.open_unit() as unit:
            # A refusal must not put the id of an erased record into the trail again.
            subject = wanted if unit.erasures.tombstone(wanted) is None else unit.erasures.stand_in(wanted)
            reader = self.reader(unit, officer, "show_record", subject)
            if self._in_reach(unit, unit.records.get(wanted), reader) is None:
                require_known_to(reader, self.disclosure.situation_in(unit))
            return holders_listed(unit, wanted)

    def reader(self, unit: RecordsUnit, officer: OfficerId, verb: str, subject: str) -> Reader:
        """Return an officer as who reads; raise Refused, recorded in the trail, unless a role of theirs may do the verb."""
        found = authorise(
            unit, officer, verb, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record
        )
        return Reader.of(unit.bodies.own().id, found)

    def ours(
        self, unit: RecordsUnit, officer: OfficerId, verb: str, wanted: RecordId, *, whole: bool = False
    ) -> StoredRecord:
        """Return one of our live records with which an officer would do something that states no purpose.

        Raises Refused, recorded in the trail, unless a role of theirs may do the verb; NotFound for a record that is not ours
        and live, and for one that unit or clearance keep from them, with `whole` in any part. Source: disclosure.md D9 and D10.
        """
        reader = self.reader(unit, officer, verb, wanted)
        stored = own_live(unit, wanted, self.clock.now().date())
        require_in_reach(reader, stored, self.disclosure.situation_in(unit), whole=whole)
        return stored

    def _in_reach(
        self, unit: RecordsUnit, stored: StoredRecord | None, reader: Reader, *, is_ended: bool = False
    ) -> StoredRecord | None:
        """Return a record of whoever's unless unit or clearance keep it from the officer, which is as if it were not there."""
        if stored is not None:
            require_in_reach(reader, stored, self.disclosure.situation_in(unit), is_ended=is_ended)
        return stored

    def authorise(self, unit: RecordsUnit, officer: OfficerId, verb: str, *, subject: str) -> None:
        """Raise Refused, recorded in the trail, unless the officer's role may do the verb."""
        authorise(unit, officer, verb, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)


def _allowed(verdicts: Sequence[Verdict]) -> frozenset[int]:
    return frozenset(place for place, verdict in enumerate(verdicts) if verdict.decision.allowed)


def _not_shared(record: Record, recipient: BodyId, copies: Copies, now: datetime) -> Refused:
    """Return why a body may hold nothing of a record. The asker is the source's own officer: the record is no secret."""
    verdicts = [copy_verdict(cls, recipient, copies.situation, now) for cls in record.terms]
    first = next(verdict for verdict in verdicts if not verdict.decision.allowed)
    remedies = dict.fromkeys(ground.remedy for ground in first.decision.refusals if ground.remedy)
    do = (
        " ".join(remedies)
        or "Share it under an instrument in force with that body, and without a restriction that names it."
    )
    return Refused(f"{record.id} was not shared with {recipient}.", decision=first.decision, do=do)
