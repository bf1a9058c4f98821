"""Calls: that somebody on the roster is told outside the browser of a thing that needs somebody now.

Source: docs/rules/desk.md W43 to W45; DESIGN section 6 (paging).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.duty.model import DutyFunction
from entente.kernel.ids import OfficerId


class CallKind(StrEnum):
    """What needs somebody."""

    MESSAGE = "message"
    HIT = "hit"
    PERMISSION = "permission"


class CallGround(StrEnum):
    """Why it needs somebody now, the most pressing first."""

    DANGER_TO_LIFE = "danger_to_life"
    URGENT = "urgent"
    WANTED_HIT = "wanted_hit"
    """A hit on a wanted person: somebody stands at a gate."""
    DEADLINE = "deadline"
    """It is due soon, or was."""


class CallState(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"
    """What it was about waits no more."""


class StepState(StrEnum):
    """Where one step of a call stands."""

    WAITING = "waiting"
    """To be sent, or to be tried again."""
    SENDING = "sending"
    """It may have been sent: said before it is tried, so that nobody is called twice for it whatever happens then."""
    SENT = "sent"
    REFUSED = "refused"
    """The gateway does not reach this officer."""


@dataclass(frozen=True, slots=True)
class CallStep:
    """That one officer is called."""

    entry: str
    """Of the roster, which says where they are reached."""
    officer: OfficerId
    function: DutyFunction
    begun_at: datetime
    next_at: datetime
    """Before which it is not tried again."""
    state: StepState = StepState.WAITING
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that needs somebody now."""

    item: str
    kind: CallKind
    ground: CallGround
    urgency: str
    """A code of the urgencies; empty where there is none."""
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its steps. One for each thing and ground."""

    number: int
    """By which it is named outside the browser: it tells nobody anything about the thing."""
    needed: Needed
    raised_at: datetime
    steps: tuple[CallStep, ...] = ()
    state: CallState = CallState.OPEN
    acknowledged_by: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that leaves the node of a call: no name, no subject, no number of a case or record."""

    body: str
    """Its code."""
    number: int
    step: int
    """The first is 1."""
    kind: CallKind
    ground: CallGround
    urgency: str
    due_at: datetime | None
    is_exercise: bool
