"""What waits for an officer of this body: hits, requests for leave, messages; to each what their role may act on.

Tasks wait for the officer who has them (docs/rules/cases.md C12); what belongs to a case with a team, for that team.

Source: docs/rules/desk.md W32; DESIGN sections 1 (the duty officer's day) and 6 (correspondence).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from entente.bodies.tokens import may
from entente.cases.model import NOBODY, CaseTask, Knowing
from entente.correspondence.failing import Failing
from entente.correspondence.model import Hit, Message, PermissionRequest, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import due_at, pressing
from entente.correspondence.unit_reach import OPEN_READ_MAX, Reach, beyond_reach
from entente.disclosure.model import InForce
from entente.kernel.ids import InstrumentId, OfficerId

EVERYTHING: Final = Knowing(oversees=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, of each kind the oldest first, of messages for action the most pressing, at most as many as were asked for."""

    hits: tuple[tuple[Way, Hit], ...] = ()
    """Told to us and not answered; found here and held until somebody releases them."""
    permissions: tuple[PermissionRequest, ...] = ()
    """Asked of us and not decided."""
    messages: tuple[tuple[Message, datetime | None], ...] = ()
    """Came for action and not concluded, each with until when; then those for information that nobody opened. Of each as many as
    were asked for: what is for information takes the place of nothing that is for action."""
    failed: tuple[Message, ...] = ()
    """Ours that were not delivered and that nobody noted."""
    tasks: tuple[CaseTask, ...] = ()
    """What this officer has to do on a case, what has a term first."""

    @property
    def count_of_messages(self) -> tuple[int, int]:
        """How many messages for action and for information there are."""
        action = sum(one.is_for_action for one, _ in self.messages)
        return action, len(self.messages) - action


class WaitingItems(Failing):
    """The question that an officer's desk asks."""

    def waiting(self, officer: OfficerId, limit: int) -> Waiting:
        """Return what waits for an officer; nothing for one who is not there. It shows no text of a message and is no act.

        Source: docs/rules/desk.md W32.
        """
        with self.open_view() as unit:
            return self.waiting_in(unit, officer, limit)

    def waiting_in(
        self, unit: CorrespondenceUnit, officer: OfficerId, limit: int, knowing: Knowing | None = None
    ) -> Waiting:
        """Return what waits for an officer as of a unit of work that is open.

        `knowing` is who else reads it, where others do: then nothing of a case that they may not know of.
        """
        asking, now = unit.bodies.officer(officer), self.clock.now()
        if asking is None:
            return Waiting()
        knowing = self._knowing(unit, officer) if knowing is None else knowing
        ways = [way for way, verb in _HITS if may(asking, (verb,), now, self.lists)]
        grants = may(asking, ("grant_permission",), now, self.lists)
        reaches = self._reach(unit, officer)
        most = limit if reaches is None else OPEN_READ_MAX
        hits = unit.correspondence.open_hits(most, knowing) if ways else ()
        permissions = unit.correspondence.open_permissions(most, knowing) if grants else ()
        if reaches is not None:
            hits = tuple(one for one in hits if reaches(one[1].record))[:limit]
            permissions = tuple(one for one in permissions if reaches(one.record))[:limit]
        reads = may(asking, ("read_message",), now, self.lists)
        return Waiting(
            hits=tuple((way, hit) for way, hit in hits if way in ways),
            permissions=permissions,
            messages=self._messages(unit, limit, knowing, reaches) if reads else (),
            failed=self._failed(unit, limit, knowing, reaches)
            if may(asking, ("send_message",), now, self.lists)
            else (),
            tasks=unit.cases.open_tasks(asking.id, limit),
        )

    def _messages(
        self, unit: CorrespondenceUnit, limit: int, knowing: Knowing, reaches: Reach | None
    ) -> tuple[tuple[Message, datetime | None], ...]:
        """Return the messages for action that press most, then the oldest for information, as far as a unit reaches."""
        store, now = unit.correspondence, self.clock.now()
        action = store.open_for_action(OPEN_READ_MAX, knowing)
        information = store.open_for_information(limit if reaches is None else OPEN_READ_MAX, knowing)
        if reaches is not None:
            beyond = beyond_reach(unit, [one.header.id for one in (*action, *information)], reaches)
            action, information = (
                tuple(one for one in of if one.header.id not in beyond) for of in (action, information)
            )
        due = sorted(self._due_each(unit, action), key=lambda one: pressing(one[0].urgency, one[1], now))
        return (*due[:limit], *((one, None) for one in information[:limit]))

    def open_in(self, unit: CorrespondenceUnit, limit: int) -> Waiting:
        """Return what waits at this body, for whomever: of it somebody may have to be told outside the browser (desk.md W43).

        What belongs to a case with a team is with it, and takes the place of nothing that is open to the whole body: whom it is
        told is judged for each officer (`hidden_among`).
        """
        store = unit.correspondence
        return Waiting(
            hits=_oldest(store.open_hits, limit),
            permissions=_oldest(store.open_permissions, limit),
            messages=self._due_each(unit, _oldest(store.open_for_action, limit)),
        )

    def _due_each(
        self, unit: CorrespondenceUnit, messages: tuple[Message, ...]
    ) -> tuple[tuple[Message, datetime | None], ...]:
        instruments = self.disclosure.situation_in(unit).instruments if messages else {}
        return tuple((one, self._due(one, instruments)) for one in messages)

    def _due(self, message: Message, instruments: Mapping[InstrumentId, InForce]) -> datetime | None:
        """Return until when what a message asks is due (docs/rules/correspondence.md M9); None for one that asks nothing."""
        held = instruments.get(message.header.instrument)
        if held is None or not message.is_for_action:
            return None
        return due_at(held.state.instrument, message.urgency, self.lists.urgencies, message.header.at)


def _oldest(read: Callable[[int, Knowing], tuple[T, ...]], limit: int) -> tuple[T, ...]:
    """Return the oldest of all; where there are as many as were asked for, with the oldest that are open to the whole body."""
    found = read(limit, EVERYTHING)
    return found if len(found) < limit else tuple(dict.fromkeys((*found, *read(limit, NOBODY))))


_HITS = ((Way.SENT, "confirm_hit"), (Way.RECEIVED, "answer_hit"))
"""Who releases what was found here, and who answers what was told to us."""
