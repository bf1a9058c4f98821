"""What an officer does with a message that came, and its sender's proof of it: opened, acted on, refused.

Each step is told to the sender once, as a signed statement: the upper rungs of the evidence ladder. When it was first opened,
and by whom, stays as it was.

Source: docs/rules/correspondence.md M20 and M21; DESIGN section 4 (evidence ladder).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from entente.bodies.rules import verify_by_node
from entente.correspondence.desk import Desk, detail_of
from entente.correspondence.model import Message, Step, StepTaken, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad
from entente.correspondence.statements import REFERENCE_CHARACTERS_MAX, EvidenceContent, Kind
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act, EvidenceStep, Outgoing
from entente.kernel.statement import Statement, draft
from entente.kernel.text import is_line
from entente.records.statements import SIGNED_IN_AS_OPERATOR


class Steps(Desk):
    """The verbs about messages that came."""

    def open_message(self, officer: OfficerId, message: str) -> Message:
        """Return a message; the first time an officer of ours opens one that came, its sender is told.

        Raises NotFound.

        Source: docs/rules/correspondence.md M20.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            reader = self._officer(unit, officer, "read_message", message, now)
            found = unit.correspondence.message(message)
            if found is None:
                raise NotFound
            self._require_known(unit, reader.id, self._way(unit, found), found.header)
            is_new = found.header.sender != unit.bodies.own().id and not unit.correspondence.steps(message)
            if is_new:
                self._take_step(unit, found, StepTaken(Step.OPENED, reader.id, now))
            self.record(unit, Act("read_message", unit.bodies.own().id, reader.id, message, detail_of("shown")))
            unit.commit()
            return found

    def conclude_message(self, officer: OfficerId, message: str, step: Step, reason: str = "") -> Message:
        """State that a message that came was acted on, or that what it asks is refused; its sender is told.

        Raises NotFound, Invalid for a reason of no list, Conflict for a message that was concluded before or is our own.

        Source: docs/rules/correspondence.md M21.
        """
        if step is Step.OPENED or (step is Step.REFUSED) != bool(reason):
            raise bad("step", "a message is concluded as acted on, or as refused with a reason of the closed list")
        if reason and reason not in self.lists.refusal_reasons:
            raise bad("reason", f"«{reason[:40]}» is in no list of reasons")
        with self.open_unit() as unit:
            now = self.clock.now()
            writer = self._officer(unit, officer, "send_message", message, now)
            found = unit.correspondence.message(message)
            if found is None:
                raise NotFound
            self._require_known(unit, writer.id, self._way(unit, found), found.header)
            taken = {one.step for one in unit.correspondence.steps(message)}
            if found.header.sender == unit.bodies.own().id or taken & {Step.ACTED_ON, Step.REFUSED}:
                raise _cannot_conclude(message)
            if Step.OPENED not in taken:
                self._take_step(unit, found, StepTaken(Step.OPENED, writer.id, now))
            self._take_step(unit, found, StepTaken(step, writer.id, now, reason))
            detail = detail_of(step.value, reason=reason, case=found.header.your_reference)
            self.record(unit, Act("conclude_message", unit.bodies.own().id, writer.id, message, detail))
            unit.commit()
            return found

    def steps_of(self, message: str) -> tuple[StepTaken, ...]:
        """Return what was done here with a message that came, in order."""
        with self.open_view() as unit:
            return unit.correspondence.steps(message)

    def steps_of_each(self, messages: Collection[str]) -> Mapping[str, tuple[StepTaken, ...]]:
        """Return what was done here with each of some messages, of those with which anything was."""
        with self.open_view() as unit:
            return unit.correspondence.steps_of_each(messages)

    def accept_evidence(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in what another body did with a message of ours; twice changes nothing.

        Raises Untrusted, Invalid, and NotFound for what we never sent that body.

        Source: docs/rules/correspondence.md M20 and M21.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        content = from_json(EvidenceContent, statement.content, "evidence")
        sent = [
            one
            for one in unit.outbox.deliveries(content.item)
            if one.recipient == sender == statement.body and one.kind == Kind.MESSAGE
        ]
        if not sent:
            raise NotFound
        if not is_line(content.officer) or len(content.officer) > REFERENCE_CHARACTERS_MAX:
            raise bad("officer", f"it is one line of 1 to {REFERENCE_CHARACTERS_MAX} characters, as it shows")
        if content.reason and content.reason not in self.lists.refusal_reasons:
            raise bad("reason", f"«{content.reason[:40]}» is in no list of reasons")
        step = EvidenceStep(content.step.value, sender, statement.at, content.reason)
        unit.outbox.add_step(sent[0].statement_id, sender, step, canonical_bytes(statement.to_json()))
        detail = detail_of(content.step.value, reason=content.reason)
        self.record(unit, Act(statement.kind, sender, content.officer, content.item, detail))

    def _way(self, unit: CorrespondenceUnit, message: Message) -> Way:
        return Way.SENT if message.header.sender == unit.bodies.own().id else Way.RECEIVED

    def _take_step(self, unit: CorrespondenceUnit, message: Message, taken: StepTaken) -> None:
        header = message.header
        unit.correspondence.put_step(header.id, taken)
        content = EvidenceContent(header.id, taken.step, taken.reason, taken.officer, SIGNED_IN_AS_OPERATOR)
        statement = draft(Kind.EVIDENCE, unit.bodies.own().id, taken.at, to_object(content)).with_signature(self.signer)
        unit.outbox.put(Outgoing(header.sender, header.instrument, statement, ref=header.id))


def _cannot_conclude(message: str) -> Conflict:
    return Conflict(
        f"The message {message} cannot be concluded.",
        why="It is our own, or it was concluded before; what its sender was told stands (docs/rules/correspondence.md M21).",
        do="Write to its sender if something changed.",
    )
