"""Passing another body's record on: the copy as its source signed it, with the source's leave where one was needed.

Source: docs/rules/correspondence.md M7 and M8; DESIGN section 5 (the ladder, onward rule).
"""

from __future__ import annotations

from datetime import datetime

from entente.bodies.model import Officer
from entente.correspondence.channels import is_party
from entente.correspondence.desk import About, Desk, Seen, detail_of, refused, together
from entente.correspondence.model import FailureNoted, Header, PermissionState
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad, leave_to_hand_on
from entente.disclosure.model import Leave
from entente.handling.model import DisclosureAct
from entente.kernel.decision import Decision, Ground
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Act, Outgoing
from entente.records.model import Holder, HolderState
from entente.records.onward import Onward
from entente.records.sharing import Copies

ASK_THE_SOURCE = "Ask the source to send it to the recipient itself."


class Forwarding(Desk):
    """The verb that passes a record on."""

    def forward_record(
        self, officer: OfficerId, record: RecordId, recipient: BodyId, about: About
    ) -> tuple[Decision, Leave | None]:
        """Pass another body's record on to a party of its instrument; return why it may be, and the leave used.

        The gate is asked about every disclosure class of the copy, because it passes whole, as its source signed it.
        Raises NotFound where not even knowing is allowed, else Refused with the grounds.

        Source: docs/rules/correspondence.md M7, M8 and M31.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            sender = self._officer(unit, officer, "forward_record", record, now)
            self._working_case(unit, about.case, sender)
            seen = self._seen(unit, sender, "forward_record", record, about)
            if unit.bodies.body(recipient) is None or recipient in (seen.reader.body, seen.stored.record.source):
                raise bad("recipient", "it is another body of the directory, and neither we nor the record's source")
            verdicts = self._verdicts(unit, seen.stored, seen.reader, DisclosureAct.FORWARD, about, recipient)
            grounds = (
                _whole(seen),
                self._ends_known(unit, seen, recipient, now),
                self._among_parties(unit, seen, recipient),
            )
            decision = Decision.of((*together(verdicts).grounds, *grounds))
            if not decision.allowed:
                detail = detail_of("refused", decision, to=recipient, purpose=about.purpose, case=about.case)
                act = Act("forward_record", seen.reader.body, sender.id, record, detail)
                ours = tuple(ground for ground in grounds if not ground.allows)
                self._refuse(unit, act, refused(seen.of_seen(verdicts), f"{record} was not passed on.", ours))
            leave = self._leave_needed(unit, seen, recipient, about, now)
            self._hand_on(unit, seen, recipient, leave)
            held = Holder(recipient, seen.stored.record.version, HolderState.SENT, now)
            unit.records.put_holder(record, held)
            Onward(self.clock, self.signer, self.record).passed_on(unit, seen.stored, recipient, sender.id, now)
            self._on_forward_file(unit, sender, seen, recipient, about, now)
            _note_used(unit, record, recipient, FailureNoted(sender.id, now))
            detail = detail_of(
                "sent", decision, to=recipient, purpose=about.purpose, case=about.case, leave=leave and leave.id
            )
            self.record(unit, Act("forward_record", seen.reader.body, sender.id, record, detail))
            unit.commit()
            return decision, leave

    def _ends_known(self, unit: CorrespondenceUnit, seen: Seen, recipient: BodyId, now: datetime) -> Ground:
        """Return whether the recipient may know of everything the copy links to, since nothing can be cut from it here."""
        record = seen.stored.record
        copies = Copies(unit, self.disclosure.situation_in(unit), now)
        if copies.with_known_ends(record, recipient) is record:
            return Ground("M7", allows=True, text="It links to nothing that the recipient may not know of.")
        text = "It links to a record that the recipient may not know of, or that is withdrawn."
        return Ground("M7", allows=False, text=text, remedy=ASK_THE_SOURCE)

    def _among_parties(self, unit: CorrespondenceUnit, seen: Seen, recipient: BodyId) -> Ground:
        allows = is_party(self.disclosure.situation_in(unit), recipient, seen.terms.id)
        name = seen.terms.name
        text = (
            f"The recipient is a party to «{name}»."
            if allows
            else f"The recipient is not a party to «{name}», and would have no ground to read it by."
        )
        return Ground("D2", allows, text, name, "" if allows else ASK_THE_SOURCE)

    def _leave_needed(
        self, unit: CorrespondenceUnit, seen: Seen, recipient: BodyId, about: About, now: datetime
    ) -> Leave | None:
        """Return the leave that made it pass; None where it would pass without, so that none is handed on for nothing."""
        record = seen.stored.record
        leave = leave_to_hand_on(unit.classes.leaves(), seen.reader.body, record.id, recipient, about.purpose, now)
        if leave is None or self._passes_without_leave(unit, seen, recipient, about):
            return None
        return leave

    def _passes_without_leave(self, unit: CorrespondenceUnit, seen: Seen, recipient: BodyId, about: About) -> bool:
        # A leave counts only where one record is named: the same question without it leaves every leave out.
        verdicts = self._verdicts(
            unit, seen.stored, seen.reader, DisclosureAct.FORWARD, about, recipient, is_named=False
        )
        return all(verdict.decision.allowed for verdict in verdicts)

    def _hand_on(self, unit: CorrespondenceUnit, seen: Seen, recipient: BodyId, leave: Leave | None) -> None:
        """Put the source's own statements in the outbox, the leave before the record that it lets pass."""
        record = seen.stored.record
        if leave is not None:
            granted = unit.classes.leave_statement(leave.source, leave.id)
            assert granted is not None, "a leave is kept with the statement it came by"
            unit.outbox.put(Outgoing(recipient, seen.terms.id, granted, ref=record.id))
        unit.outbox.put(Outgoing(recipient, seen.terms.id, seen.stored.statement, ref=record.id))

    def _on_forward_file(
        self,
        unit: CorrespondenceUnit,
        sender: Officer,
        seen: Seen,
        recipient: BodyId,
        about: About,
        now: datetime,
    ) -> None:
        own, record = seen.reader.body, seen.stored.record.id
        header = Header(record, own, recipient, seen.terms.id, sender.id, about.case, "", now)
        self._on_file(unit, about.case, header, "forwarded", record, f"Forwarded to {recipient}.", now)


def _note_used(unit: CorrespondenceUnit, record: RecordId, recipient: BodyId, noted: FailureNoted) -> None:
    """Note as known the granted leave to pass a record on to a body, which it is now with (M31)."""
    for asked in unit.correspondence.leave_to_hear_of(record):
        if asked.state is PermissionState.GRANTED and asked.forward_to == recipient:
            unit.correspondence.put_failure_noted(asked.header.id, noted)


def _whole(seen: Seen) -> Ground:
    """Return whether the copy is this officer's to pass on; the words name no fact that may be hidden."""
    text = "A copy passes on whole, as its source signed it; that is open to this officer."
    if not seen.is_whole:
        text = "A copy passes on whole, as its source signed it; that is not open to this officer."
    return Ground("M7", seen.is_whole, text, remedy="" if seen.is_whole else ASK_THE_SOURCE)
