"""What waits for an officer of this body: hits, requests for leave, messages; to each what their role may act on.

Source: docs/rules/desk.md W32; DESIGN sections 1 (the duty officer's day) and 6 (correspondence).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.tokens import may
from entente.correspondence.desk import Desk
from entente.correspondence.model import Hit, Message, PermissionRequest, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import due_at
from entente.disclosure.model import InForce
from entente.kernel.ids import InstrumentId, OfficerId


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, of each kind the oldest first, at most as many as were asked for."""

    hits: tuple[tuple[Way, Hit], ...] = ()
    """Told to us and not answered; found here and held until somebody releases them."""
    permissions: tuple[PermissionRequest, ...] = ()
    """Asked of us and not decided."""
    messages: tuple[tuple[Message, datetime | None], ...] = ()
    """Came for action and not concluded, each with until when, or for information and not opened."""


class WaitingItems(Desk):
    """The question that an officer's desk asks."""

    def waiting(self, officer: OfficerId, limit: int) -> Waiting:
        """Return what waits for an officer; nothing for one who is not there. It shows no text of a message and is no act.

        Source: docs/rules/desk.md W32.
        """
        with self.open_view() as unit:
            return self.waiting_in(unit, officer, limit)

    def waiting_in(self, unit: CorrespondenceUnit, officer: OfficerId, limit: int) -> Waiting:
        """Return what waits for an officer as of a unit of work that is open."""
        asking, now = unit.bodies.officer(officer), self.clock.now()
        if asking is None:
            return Waiting()
        ways = [way for way, verb in _HITS if may(asking, (verb,), now, self.lists)]
        hits = unit.correspondence.open_hits(limit) if ways else ()
        grants = may(asking, ("grant_permission",), now, self.lists)
        reads = may(asking, ("read_message",), now, self.lists)
        return Waiting(
            hits=tuple((way, hit) for way, hit in hits if way in ways),
            permissions=unit.correspondence.open_permissions(limit) if grants else (),
            messages=self._messages(unit, limit) if reads else (),
        )

    def open_in(self, unit: CorrespondenceUnit, limit: int) -> Waiting:
        """Return what waits at this body, for whomever: of it somebody may have to be told outside the browser (desk.md W43)."""
        store = unit.correspondence
        return Waiting(store.open_hits(limit), store.open_permissions(limit), self._messages(unit, limit))

    def _messages(self, unit: CorrespondenceUnit, limit: int) -> tuple[tuple[Message, datetime | None], ...]:
        messages = unit.correspondence.open_messages(limit)
        instruments = self.disclosure.situation_in(unit).instruments if messages else {}
        return tuple((one, self._due(one, instruments)) for one in messages)

    def _due(self, message: Message, instruments: Mapping[InstrumentId, InForce]) -> datetime | None:
        """Return until when what a message asks is due (docs/rules/correspondence.md M9); None for one that asks nothing."""
        held = instruments.get(message.header.instrument)
        if held is None or not message.is_for_action:
            return None
        return due_at(held.state.instrument, message.urgency, self.lists.urgencies, message.header.at)


_HITS = ((Way.SENT, "confirm_hit"), (Way.RECEIVED, "answer_hit"))
"""Who releases what was found here, and who answers what was told to us."""
