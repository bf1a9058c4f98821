"""Calling: raise what needs somebody now, call who is on, escalate, acknowledge, end.

A running node's own thread calls `step`. Each thing that happens to a call is one transaction, and the gateway is asked between
two of them: that a step may have been sent is durable before it is tried. So a crash at any line calls nobody twice for one step;
what it may have cost is one step, and the next officer is called when the time is over.

Source: docs/rules/desk.md W43 to W45; docs/decisions/0089-a-call-is-claimed-before-it-is-sent.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from entente.bodies.authority import Record, authorise
from entente.correspondence.model import Hit
from entente.correspondence.waiting import WaitingItems
from entente.duty.calling_rules import acknowledged_by, begun, in_turn, needed_now, next_to_call, tried_again_at
from entente.duty.calls import Call, CallGround, CallKind, CallState, CallStep, Needed, StepState, Told
from entente.duty.model import RosterEntry
from entente.duty.ports import Begin, DutyUnit, Gateway
from entente.duty.roster import ENTRIES_MAX
from entente.duty.rules import on_now
from entente.duty.shifts import WORKS
from entente.handling.model import CodeLists
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act

LOOKED_AT_MAX: Final = 2_000
"""Of each kind of what waits for somebody to act, the oldest: four times what a large bureau gets in a day."""
OPEN_MAX: Final = 1_000
"""Calls that are open at the same time; what comes then is raised as others end."""
KEPT_FOR_DANGER: Final = 200
"""Of these, for danger to life alone: nothing else crowds it out."""
ROUNDS_MAX: Final = 20
"""How often calls are read for one list, where most of them are not for who reads it."""
LOOK_EVERY: Final = timedelta(seconds=5)
"""Where nothing changed, so that deadlines and terms that run out are seen."""
BY_NODE: Final = "node"


def at_once(_: str, attempt: Callable[[], object]) -> bool:
    """Make an attempt here and now (ports.Begin)."""
    attempt()
    return True


@dataclass(frozen=True, slots=True)
class CallTimes:
    """When somebody is called, and when the next one is."""

    after: timedelta
    """How long an officer has to acknowledge before the next one is called."""
    before_due: timedelta
    """How long before a deadline somebody is called."""


@dataclass(slots=True)
class Calling:
    """Calls who is on the roster. `gateway` is None where the body has none: then nothing is raised."""

    open_unit: Callable[[], DutyUnit]
    open_view: Callable[[], DutyUnit]
    clock: Clock
    lists: CodeLists
    waiting: WaitingItems
    record: Record
    times: CallTimes
    changes: Callable[[], int]
    """Grows with every commit that changed more than the trail."""
    gateway: Gateway | None = None
    begin: Begin = at_once
    """By what steps are sent: a gateway that takes its time with one holds up none of the others."""
    looked_at: datetime | None = None
    seen: int = -1
    """How many changes there were as it was looked at last."""
    trouble: str = ""
    """What the gateway said as it was asked last, in words; empty where it took what it was given."""

    def step(self) -> int:
        """Do what there is to do now; return how much it was, 0 when nothing is left.

        Source: docs/rules/desk.md W43 and W44.
        """
        if self.gateway is None:
            return 0
        looked = self._look()
        due = [(f"{call.number}-{place}", partial(self._send, call.number, place)) for call, place in self._due()]
        return looked + sum(self.begin(name, attempt) for name, attempt in due)

    def acknowledge(self, officer: OfficerId, number: int) -> Call:
        """Take a call: nobody else is called for that thing.

        Raises NotFound for no such call; Conflict for one that is over or about what the officer may not know of.

        Source: docs/rules/desk.md W45; docs/rules/disclosure.md D11.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            authorise(unit, officer, WORKS, subject=str(number), now=now, lists=self.lists, record=self.record)
            call = unit.duty.call(number)
            if call is None or not (known := self._as_known(unit, (call,), officer)):
                raise NotFound
            if not known[0].needed.item:
                raise Conflict(
                    f"The call {number} was not acknowledged.",
                    why="It is for officers of a team (docs/rules/cases.md C8).",
                    do="Ring the head of the body, who may know of it and can put you into the team.",
                )
            if call.state is not CallState.OPEN:
                # Whole sentences, which pages tell in other languages.
                why = f"It is {call.state.value} already (docs/rules/desk.md W45)."
                if call.acknowledged_by:
                    why = f"It is {call.state.value} already by {call.acknowledged_by} (docs/rules/desk.md W45)."
                raise Conflict(
                    f"The call {number} was not acknowledged.",
                    why=why,
                    do="Look at what it is about: somebody has it in hand, or it waits no more.",
                )
            for one in unit.duty.calls_in(CallState.OPEN, OPEN_MAX):
                if one.needed.item == call.needed.item:
                    self._close(unit, one, CallState.ACKNOWLEDGED, officer, now)
            unit.commit()
            return replace(call, state=CallState.ACKNOWLEDGED, acknowledged_by=officer, closed_at=now)

    def latest(self, officer: OfficerId, limit: int, before: int = INTEGER_MAX) -> tuple[Call, ...]:
        """Return the newest calls with a number below `before`, newest first, as an officer may know of them.

        Source: docs/rules/desk.md W45; docs/rules/disclosure.md D11.
        """
        found: list[Call] = []
        with self.open_unit() as unit:
            now = self.clock.now()
            authorise(unit, officer, WORKS, subject="calls", now=now, lists=self.lists, record=self.record)
            for _ in range(ROUNDS_MAX):
                calls = unit.duty.calls(limit, before)
                found += self._as_known(unit, calls, officer)
                if len(calls) < limit or len(found) >= limit:
                    break
                before = calls[-1].number
        return tuple(found[:limit])

    def count_open(self, officer: OfficerId | None = None) -> int:
        """Return how many calls are open, of those that an officer may know of where one is named."""
        with self.open_view() as unit:
            calls = unit.duty.calls_in(CallState.OPEN, OPEN_MAX)
            return len(calls if officer is None else self._as_known(unit, calls, officer))

    def _as_known(self, unit: DutyUnit, calls: Sequence[Call], officer: OfficerId) -> list[Call]:
        """Return calls as an officer may know of them: without its item where it is about what they may not know of.

        What the limits of their unit keep from them is left out, but for a call that went to them (W44).
        """
        items = {call.needed.item for call in calls}
        hidden, beyond = self.waiting.hidden_among(unit, items, officer), self.waiting.beyond_unit(unit, items, officer)
        return [
            replace(call, needed=replace(call.needed, item="")) if call.needed.item in hidden else call
            for call in calls
            if call.needed.item not in beyond or officer in {step.officer for step in call.steps}
        ]

    def _look(self) -> int:
        """Raise, end and escalate what is to be; 1 if something was. What is only looked at takes no right to write."""
        now, changes = self.clock.now(), self.changes()
        if self.seen == changes and self.looked_at is not None and now - self.looked_at < LOOK_EVERY:
            return 0
        self.looked_at, self.seen = now, changes
        with self.open_view() as unit:
            changed, new = self._plan(unit)
        if not changed and not new:
            return 0
        with self.open_unit() as unit:
            now = self.clock.now()
            changed, new = self._plan(unit)
            for was, call in changed:
                if call.state is not CallState.OPEN:
                    self._close(unit, was, call.state, call.acknowledged_by, now)
                else:
                    unit.duty.put_call(call)
            for needed in new:
                unit.duty.put_call(Call(unit.duty.next_call(), needed, now))
            unit.commit()
        return 1

    def _plan(self, unit: DutyUnit) -> tuple[list[tuple[Call, Call]], list[Needed]]:
        """Return the open calls that change, as they are and will be, and what is to be raised."""
        now = self.clock.now()
        waiting = self.waiting.open_in(unit, LOOKED_AT_MAX)
        there = {
            *(hit.header.id for _, hit in waiting.hits),
            *(one.header.id for one in waiting.permissions),
            *(message.header.id for message, _ in waiting.messages),
        }
        steps_of = unit.correspondence.steps
        needed = needed_now(waiting, now, self.times.before_due, steps_of, lambda hit: _kind(unit, hit))
        calls = unit.duty.calls_in(CallState.OPEN, OPEN_MAX)
        on = on_now(unit.duty.entries(now, now, ENTRIES_MAX), now)
        hidden = self._hidden(unit, calls, on)
        changed = []
        for call in calls:
            turns = in_turn(call, on, {one for one, items in hidden.items() if call.needed.item in items})
            by = acknowledged_by(call, steps_of(call.needed.item)) if call.needed.kind is CallKind.MESSAGE else ""
            if by:
                changed.append((call, replace(call, state=CallState.ACKNOWLEDGED, acknowledged_by=by)))
            elif call.needed.item not in there:
                changed.append((call, replace(call, state=CallState.ENDED)))
            elif (entry := next_to_call(call, turns, now, self.times.after)) is not None:
                changed.append((call, replace(call, steps=(*call.steps, begun(entry, now)))))
        uncalled = sorted((one for one in needed if not unit.duty.is_called(one.item, one.ground)), key=_pressing)
        room = OPEN_MAX - len(calls)
        danger = [one for one in uncalled if one.ground is CallGround.DANGER_TO_LIFE][: max(0, room)]
        others = uncalled[len(danger) :][: max(0, room - KEPT_FOR_DANGER - len(danger))]
        return changed, [*danger, *others]

    def _hidden(
        self, unit: DutyUnit, calls: Sequence[Call], on: Sequence[RosterEntry]
    ) -> Mapping[OfficerId, frozenset[str]]:
        """Return what of the open calls each of those on the roster may not know of (docs/rules/cases.md C8)."""
        items = {call.needed.item for call in calls}
        return {one: self.waiting.hidden_among(unit, items, one) for one in {entry.officer for entry in on} if items}

    def _due(self) -> list[tuple[Call, int]]:
        now = self.clock.now()
        with self.open_view() as unit:
            calls = sorted(unit.duty.calls_in(CallState.OPEN, OPEN_MAX), key=lambda call: _pressing(call.needed))
        return [
            (call, place)
            for call in calls
            for place, step in enumerate(call.steps)
            if step.state is StepState.WAITING and step.next_at <= now
        ]

    def _send(self, number: int, place: int) -> None:
        """Claim a step, ask the gateway, and keep what came of it."""
        claimed = self._claim(number, place)
        if claimed is None:
            return
        told, reach = claimed
        assert self.gateway is not None, "nothing is due without a gateway"
        state = StepState.SENT
        try:
            self.gateway.tell(told, reach)
            self.trouble = ""
        except Invalid as error:
            state, self.trouble = StepState.REFUSED, error.in_words()
        except Unavailable as error:
            # Where it may have arrived it stays claimed: nobody is called twice for one step.
            state = StepState.WAITING if error.retry_is_safe else StepState.SENDING
            self.trouble = error.in_words()
        except Exception as error:  # noqa: BLE001 - whatever a gateway does, the step has its row and the next one is called
            # Its kind alone: its words may hold the secret.
            state, self.trouble = StepState.SENDING, f"The gateway failed: {type(error).__name__}."
        self._settle(number, place, state)

    def _claim(self, number: int, place: int) -> tuple[Told, str] | None:
        with self.open_unit() as unit:
            call = unit.duty.call(number)
            if call is None or call.state is not CallState.OPEN or call.steps[place].state is not StepState.WAITING:
                return None
            step = call.steps[place]
            entry = unit.duty.entry(step.entry)
            if entry is None or not entry.reach or self._is_kept_from(unit, call.needed, step.officer):
                # Taken off the roster since, or the case was given a team: it is another one's turn.
                unit.duty.put_call(_with_step(call, place, replace(step, state=StepState.REFUSED)))
                unit.commit()
                return None
            unit.duty.put_call(_with_step(call, place, replace(step, state=StepState.SENDING, tries=step.tries + 1)))
            own, needed = unit.bodies.own(), call.needed
            # Durable from here: whatever happens now, this step is not tried again unless it is known that it did not leave.
            unit.commit()
        told = Told(
            own.code, number, place + 1, needed.kind, needed.ground, needed.urgency, needed.due_at, own.is_exercise
        )
        return told, entry.reach

    def _is_kept_from(self, unit: DutyUnit, needed: Needed, officer: OfficerId) -> bool:
        """Say whether an officer is not called for something, as they may not know of it (W44)."""
        if needed.ground is CallGround.DANGER_TO_LIFE:
            return False
        return bool(self.waiting.hidden_among(unit, {needed.item}, officer))

    def _settle(self, number: int, place: int, state: StepState) -> None:
        with self.open_unit() as unit:
            now, call = self.clock.now(), unit.duty.call(number)
            assert call is not None, "a call is never taken away"
            step = call.steps[place]
            settled = replace(step, state=state, next_at=tried_again_at(step.tries, now))
            unit.duty.put_call(_with_step(call, place, settled))
            if state is not StepState.WAITING:
                outcome = _OUTCOMES[state]
                detail: JsonObject = {"called": step.officer, "step": place + 1}
                self._say(unit, "page_officer", BY_NODE, call, outcome, detail)
            unit.commit()

    def _close(self, unit: DutyUnit, call: Call, state: CallState, by: str, now: datetime) -> None:
        unit.duty.put_call(replace(call, state=state, acknowledged_by=by, closed_at=now))
        if state is CallState.ACKNOWLEDGED:
            self._say(unit, "acknowledge_page", by, call, "done", {})

    def _say(self, unit: DutyUnit, verb: str, officer: str, call: Call, outcome: str, more: JsonObject) -> None:
        ground: CallGround = call.needed.ground
        detail: JsonObject = {"outcome": outcome, "call": call.number, "ground": ground.value, **more}
        self.record(unit, Act(verb, unit.bodies.own().id, officer, call.needed.item, detail))


_GROUNDS: Final = tuple(CallGround)
_OUTCOMES: Final[Mapping[StepState, str]] = {
    StepState.SENT: "sent",
    StepState.SENDING: "not_certain",
    StepState.REFUSED: "not_reached",
}
"""What the trail says of a step that is not tried again."""


def _pressing(needed: Needed) -> int:
    """Return how pressing it is; the most pressing is the least."""
    return _GROUNDS.index(needed.ground)


def _with_step(call: Call, place: int, step: CallStep) -> Call:
    return replace(call, steps=(*call.steps[:place], step, *call.steps[place + 1 :]))


def _kind(unit: DutyUnit, hit: Hit) -> str:
    stored = unit.records.get(hit.record)
    return "" if stored is None else stored.record.kind
