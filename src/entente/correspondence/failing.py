"""Messages of ours that were not delivered: refused by the other side, or given up after 30 days.

What becomes of each is its sender's to decide: written anew, to the same body or another, or let be. Until an officer noted it,
it waits on the desks of those who may know of it and send messages.

Source: docs/rules/correspondence.md M29; docs/rules/exchange.md X21 and X28.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from entente.cases.model import Knowing
from entente.correspondence.desk import Desk, detail_of
from entente.correspondence.model import FailureNoted, Message, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.statements import Kind
from entente.correspondence.unit_reach import OPEN_READ_MAX, Reach, beyond_reach
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act, Delivery

FAILED: Final = frozenset({"undelivered", "refused"})
"""States of a delivery after which nothing more is tried."""


@dataclass(frozen=True, slots=True)
class Failure:
    """That a message of ours was not delivered."""

    delivery: Delivery
    noted: FailureNoted | None
    """Who knows of it; None while it waits for somebody."""


class Failing(Desk):
    """The verbs about messages of ours that were not delivered."""

    def failure_of(self, message: Message) -> Failure | None:
        """Return how a message of ours failed; None for one that did not, or that came. Who may know of it was judged before."""
        with self.open_view() as unit:
            return self._failure(unit, message)

    def note_failure(self, officer: OfficerId, message: str) -> Message:
        """Say that an officer knows that a message of ours was not delivered: it waits for nobody then. Twice changes nothing.

        Raises NotFound, and Conflict for a message that did not fail.

        Source: docs/rules/correspondence.md M29.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            by = self._officer(unit, officer, "send_message", message, now)
            found = unit.correspondence.message(message)
            if found is None:
                raise NotFound
            is_ours = found.header.sender == unit.bodies.own().id
            self._require_known(unit, by.id, Way.SENT if is_ours else Way.RECEIVED, found.header)
            failure = self._failure(unit, found)
            if failure is None:
                raise _not_failed(message)
            if failure.noted is None:
                unit.correspondence.put_failure_noted(message, FailureNoted(by.id, now))
                detail = detail_of("failure_noted")
                self.record(unit, Act("conclude_message", unit.bodies.own().id, by.id, message, detail))
                unit.commit()
            return found

    def _failed(
        self, unit: CorrespondenceUnit, limit: int, knowing: Knowing, reaches: Reach | None
    ) -> tuple[Message, ...]:
        """Return what failed and waits for somebody, of what an officer may know of."""
        if reaches is None:
            return unit.correspondence.failed_messages(limit, knowing)
        found = unit.correspondence.failed_messages(OPEN_READ_MAX, knowing)
        beyond = beyond_reach(unit, [one.header.id for one in found], reaches)
        return tuple(one for one in found if one.header.id not in beyond)[:limit]

    def _failure(self, unit: CorrespondenceUnit, message: Message) -> Failure | None:
        if message.header.sender != unit.bodies.own().id or message.recall is not None:
            return None
        sent = [one for one in unit.outbox.deliveries(message.header.id) if one.kind == Kind.MESSAGE]
        failed = next((one for one in reversed(sent) if one.state in FAILED), None)
        return None if failed is None else Failure(failed, unit.correspondence.failure_noted(message.header.id))


def _not_failed(message: str) -> Conflict:
    return Conflict(
        f"{message} did not fail.",
        why="Only a message of ours that was refused or given up, and was not recalled, is noted as not delivered (M29).",
        do="Look at the message: it says how far it has come.",
    )
