"""What needs somebody now, who is called next and when (W43 and W44).

Pure functions. Source: docs/rules/desk.md W43 and W44.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from entente.correspondence.model import Hit, Message, StepTaken
from entente.correspondence.waiting import Waiting
from entente.duty.calls import Call, CallGround, CallKind, CallStep, Needed, StepState
from entente.duty.model import RosterEntry
from entente.kernel.ids import OfficerId

DANGER: Final = "immediate_danger_to_life"
URGENT: Final = frozenset({"urgent", "urgent_indirect"})
WANTED_KIND: Final = "wanted_person"
WANTED_PURPOSE: Final = "arrest"
RETRY_FIRST: Final = timedelta(seconds=5)
RETRY_MAX: Final = timedelta(minutes=1)
"""A gateway that was away is found within a minute."""


def needed_now(
    waiting: Waiting,
    now: datetime,
    before_due: timedelta,
    steps_of: Callable[[str], Sequence[StepTaken]],
    kind_of: Callable[[Hit], str],
) -> tuple[Needed, ...]:
    """Return what needs somebody now, each thing once for each ground.

    `steps_of` gives what was done here with a message, `kind_of` the kind of record that a hit is about. A message that somebody
    opened needs nobody for its urgency any more: it is in hand.

    Source: docs/rules/desk.md W43.
    """
    return (
        *_messages(waiting, now + before_due, steps_of),
        *(
            Needed(hit.header.id, CallKind.HIT, CallGround.WANTED_HIT, "", None)
            for _, hit in waiting.hits
            if hit.purpose == WANTED_PURPOSE or kind_of(hit) == WANTED_KIND
        ),
        *(
            Needed(one.header.id, CallKind.PERMISSION, CallGround.DEADLINE, "", one.due_at)
            for one in waiting.permissions
            if one.due_at <= now + before_due
        ),
    )


def _messages(waiting: Waiting, until: datetime, steps_of: Callable[[str], Sequence[StepTaken]]) -> Iterator[Needed]:
    for message, due in waiting.messages:
        if not message.is_for_action:
            continue
        ground = _by_urgency(message)
        if ground is not None and not steps_of(message.header.id):
            yield Needed(message.header.id, CallKind.MESSAGE, ground, message.urgency, due)
        if due is not None and due <= until:
            yield Needed(message.header.id, CallKind.MESSAGE, CallGround.DEADLINE, message.urgency, due)


def _by_urgency(message: Message) -> CallGround | None:
    if message.urgency == DANGER:
        return CallGround.DANGER_TO_LIFE
    return CallGround.URGENT if message.urgency in URGENT else None


def next_to_call(call: Call, on: Iterable[RosterEntry], now: datetime, after: timedelta) -> RosterEntry | None:
    """Return who is called now; None where it is nobody's turn: the last one has time still, or everybody was called.

    An officer who is on for two functions is called once.

    Source: docs/rules/desk.md W44.
    """
    if call.steps:
        last = call.steps[-1]
        if last.state is not StepState.REFUSED and now < last.begun_at + after:
            return None
    called = {step.officer for step in call.steps}
    return next((entry for entry in on if entry.reach and entry.officer not in called), None)


def in_turn(call: Call, on: Sequence[RosterEntry], may_not_know: Collection[OfficerId]) -> Sequence[RosterEntry]:
    """Return whose turn it may be, in order: of those on the roster who may know what a call is about.

    Danger to life alone goes on to the others, where none of the first can be reached or takes it: a call says nothing of it.

    Source: docs/rules/desk.md W44; docs/rules/cases.md C8.
    """
    first = [entry for entry in on if entry.officer not in may_not_know]
    if call.needed.ground is not CallGround.DANGER_TO_LIFE:
        return first
    return [*first, *(entry for entry in on if entry.officer in may_not_know)]


def begun(entry: RosterEntry, now: datetime) -> CallStep:
    """Return the step that calls somebody on the roster."""
    return CallStep(entry.id, entry.officer, entry.function, now, now)


def tried_again_at(tries: int, now: datetime) -> datetime:
    """Return when a gateway that was away is asked again, after so many tries.

    Source: docs/rules/desk.md W44.
    """
    return now + min(RETRY_MAX, RETRY_FIRST * (1 << min(tries - 1, 10)))


def acknowledged_by(call: Call, steps: Iterable[StepTaken]) -> str:
    """Return who opened or concluded a message since the call was raised; empty for nobody.

    Source: docs/rules/desk.md W45.
    """
    return next((step.officer for step in steps if step.at >= call.raised_at), "")
