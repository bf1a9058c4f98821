"""Acceptance of a body in the place of one that lost its threshold: one officer proposes, another confirms, any may refuse.

Local acts, all of them: nobody is asked and nobody bound but this node (docs/rules/bodies.md B14). It is the part of the services
of agreements by which a body comes to stand where another stood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from entente.agreements import intake
from entente.agreements.channel import NO_INSTRUMENT, tell
from entente.agreements.ports import AgreementsUnit
from entente.agreements.statements import SuccessorContent, draft_successor
from entente.bodies.authority import Record, authorise
from entente.bodies.model import NotAccepted, Succession
from entente.bodies.succession import (
    changed_meanwhile,
    confirm,
    not_while_another_waits,
    propose,
    refuse,
    rival_of,
    standing_proposal,
)
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, Ids, OfficerId
from entente.kernel.ports import Act
from entente.kernel.signing import Signer


@dataclass(frozen=True, slots=True)
class Succeeding:
    """The services of agreements that are about a successor. Safe from several threads: each verb is one unit of work."""

    open_unit: Callable[[], AgreementsUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    record: Record
    node: Signer
    """The node's own key, which signs proposals; heads sign the rest."""

    def tell_newcomer(self, unit: AgreementsUnit, newcomer: BodyId) -> None:
        """Send a body that was just introduced what its instruments' parties have signed so far, by us and by others.

        Heads' statements carry their own proof, so that anybody may hand them on.
        """
        now = self.clock.now()
        for about, statement in intake.standing_statements(unit, newcomer, now.date()):
            tell(unit, [newcomer], about, [statement], now)

    def accept_successor(
        self, officer: OfficerId, new: BodyId, old: BodyId, seen_proposer: str | None = None
    ) -> Succession:
        """Accept a body in the place of one that lost its threshold: the first officer proposes, a second one confirms.

        A local act: nobody is asked and nobody bound but this node. Once confirmed the successor is told of the instruments in
        which it stands now, each of which it signs itself. Raises NotFound, Invalid or Conflict as bodies.succession says; so
        while another body waits for the same place, whose proposal would be dropped without a word.

        `seen_proposer` is who had proposed it when the officer looked, empty for nobody; where that is somebody else by now it is
        a Conflict, so that nobody confirms who meant to propose. None where the officer says nothing of it.

        Source: docs/rules/bodies.md B14.
        """
        with self.open_unit() as unit:
            now, own = self.clock.now(), unit.bodies.own().id
            self._authorise(unit, officer, "accept_successor", old)
            successor, earlier = unit.bodies.body(new), unit.bodies.body(old)
            if successor is None or earlier is None:
                raise NotFound
            fresh = propose(successor, earlier, own, officer, now)
            known = unit.bodies.succession(old)
            other = None if known is None else unit.bodies.body(known.new)
            if (rival := rival_of(known, successor, other)) is not None and other is not None:
                raise not_while_another_waits(successor, other, rival)
            waits = standing_proposal(known, successor)
            if seen_proposer is not None and seen_proposer != (waits.proposed_by if waits is not None else ""):
                raise changed_meanwhile(successor)
            found = confirm(waits, officer, now) if waits is not None else fresh
            unit.bodies.put_succession(found)
            if successor.not_accepted is not None:
                unit.bodies.put_body(replace(successor, not_accepted=None))
            is_accepted = found.confirmed_by is not None
            detail: JsonObject = {
                "outcome": "accepted" if is_accepted else "proposed",
                "successor": new,
                "proposed_by": found.proposed_by,
            }
            self.record(unit, Act("accept_successor", own, officer, old, detail))
            if is_accepted:
                unit.bodies.put_body(replace(earlier, succeeded_by=new))
                if new != own:
                    self.tell_newcomer(unit, new)
                    word = draft_successor(own, now, SuccessorContent(new, old)).with_signature(self.node)
                    tell(unit, [new], NO_INSTRUMENT, [word], now)
            unit.commit()
            return found

    def refuse_successor(self, officer: OfficerId, new: BodyId, old: BodyId, reason: str) -> NotAccepted:
        """Refuse a body in the place of the one it names, or take a proposal back: one officer does, and nobody is told.

        A local word: the body stays in the directory as it is, and may be proposed anew. Raises NotFound, Invalid or Conflict.

        Source: docs/rules/bodies.md B14; docs/decisions/0133-one-officer-refuses-a-successor.md.
        """
        with self.open_unit() as unit:
            own = unit.bodies.own().id
            self._authorise(unit, officer, "accept_successor", old)
            successor, earlier = unit.bodies.body(new), unit.bodies.body(old)
            if successor is None or earlier is None:
                raise NotFound
            refused = refuse(successor, earlier, own, officer, reason, self.clock.now())
            unit.bodies.put_body(replace(successor, not_accepted=refused))
            detail: JsonObject = {"outcome": "not_accepted", "successor": new, "reason": reason}
            self.record(unit, Act("accept_successor", own, officer, old, detail))
            unit.commit()
            return refused

    def _authorise(self, unit: AgreementsUnit, officer: OfficerId, verb: str, subject: str) -> None:
        authorise(unit, officer, verb, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)
