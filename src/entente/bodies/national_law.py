"""National orders entered, and measures tasked under the powers that national law gives.

Source: docs/rules/bodies.md B8 and B9; DESIGN section 5 «National orders».
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entente.bodies.authority import Record, authorise
from entente.bodies.law_changes import OrderForeseen, check_seen, foresee_order, may_task
from entente.bodies.model import NationalOrder
from entente.bodies.ports import BodiesUnit, BodyLists
from entente.bodies.powers import TASK_MEASURE, check_order, may_act
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import Refused
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act


@dataclass(frozen=True, slots=True)
class NationalLaw:
    """The verbs about orders and powers. Safe from several threads: each is one unit of work."""

    open_unit: Callable[[], BodiesUnit]
    clock: Clock
    lists: BodyLists
    record: Record

    def enter(self, by: OfficerId, order: NationalOrder, seen: str | None = None) -> None:
        """Enter a national order, from its published text, or another text of one that is there; it takes effect on its day.

        `seen`: the version that it was made from, NEW for none; where it is None, what stood before is replaced unseen. The
        trail keeps what stood.
        Source: docs/rules/bodies.md B8 and B28.
        """
        with self.open_unit() as unit:
            known = self._checked(unit, by, order, seen)
            unit.bodies.put_order(order)
            detail: JsonObject = {"order": to_object(order)}
            if known is not None:
                detail["replaced"] = to_object(known)
            self.record(unit, Act("manage_officers", unit.bodies.own().id, by, order.reference, detail))
            unit.commit()

    def foresee(self, by: OfficerId, order: NationalOrder, seen: str | None = None) -> OrderForeseen:
        """Say what an order would change of what officers may do; nothing is entered. Raises all that entering it raises.

        Source: docs/rules/bodies.md B28.
        """
        with self.open_unit() as unit:
            known, now = self._checked(unit, by, order, seen), self.clock.now()
            days = foresee_order(order, unit.bodies.orders(), self.lists.measures, now.date())
            return OrderForeseen(known, order, days, may_task(unit.bodies.officers(), self.lists.roles, now))

    def _checked(self, unit: BodiesUnit, by: OfficerId, order: NationalOrder, seen: str | None) -> NationalOrder | None:
        """Return what stands under an order's reference, where it may be entered by who asks."""
        self._authorise(unit, by, order.reference)
        check_order(order, self.lists.measures)
        known = next((one for one in unit.bodies.orders() if one.reference == order.reference), None)
        check_seen(order.reference, known, seen)
        return known

    def task(self, officer: OfficerId, measure: str, subject: str, case: str) -> Decision:
        """Task an operational measure in a case; raise Refused, with the authority to route it to, when law gives it not.

        Both outcomes are in the trail with every ground.
        """
        with self.open_unit() as unit:
            decision = may_act(
                unit.bodies.officer(officer),
                TASK_MEASURE,
                self.clock.now(),
                roles=self.lists.roles,
                orders=unit.bodies.orders(),
                measure=measure,
                measures=self.lists.measures,
            )
            outcome = "tasked" if decision.allowed else "refused"
            detail: JsonObject = {
                "outcome": outcome,
                "measure": measure,
                "case": case,
                "decision": to_object(decision),
            }
            self.record(unit, Act(TASK_MEASURE, unit.bodies.own().id, officer, subject, detail))
            unit.commit()
        if not decision.allowed:
            raise Refused(f"The measure «{measure}» was not tasked.", decision=decision, do=_remedy(decision))
        return decision

    def _authorise(self, unit: BodiesUnit, by: OfficerId, subject: str) -> None:
        now = self.clock.now()
        authorise(unit, by, "manage_officers", subject=subject, now=now, lists=self.lists, record=self.record)


def _remedy(decision: Decision) -> str:
    if decision.routed_to:
        return f"Route it to {decision.routed_to}, the competent authority that the order names."
    return "Take a measure that the law gives, or ask an officer whose role may do it."
