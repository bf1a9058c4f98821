"""Shifts with their notes and sheets, and the roster. Source: docs/rules/desk.md W40 to W42; DESIGN section 6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.kernel.ids import BodyId, OfficerId


class DutyFunction(StrEnum):
    """As what somebody is on the roster, in the order in which they are called."""

    DUTY_OFFICER = "duty_officer"
    """At the desk."""
    DEPUTY = "deputy"
    """On call, for the desk."""
    HEAD_ON_CALL = "head_on_call"
    """On call, for what the desk may not decide."""


class ShiftState(StrEnum):
    """How far a shift is."""

    ON = "on"
    HANDED_OVER = "handed_over"
    """Its sheet is written, and nobody signed it yet."""
    TAKEN_OVER = "taken_over"


class OpenKind(StrEnum):
    """What may be open at the end of a shift."""

    HIT_TO_ANSWER = "hit_to_answer"
    HIT_TO_RELEASE = "hit_to_release"
    PERMISSION = "permission"
    ACTION = "action"
    """A message for action."""
    INFORMATION = "information"
    """A message for information that nobody opened."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """That an officer is on duty for a time."""

    id: str
    officer: OfficerId
    function: DutyFunction
    begins_at: datetime
    ends_at: datetime
    """The first moment at which they are not on any more."""
    zone: str
    """In which it was written (IANA name); the times themselves are UTC."""
    reach: str
    """Where the gateway reaches them: a mail address, or what a message gateway calls them; empty: it cannot."""
    series: str = ""
    """The id of the first of those that were entered with it; empty for one that was entered alone."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How often a duty comes again."""

    every_days: int = 1
    times: int = 1
    """The first one among them."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an officer wrote into the journal; never changed afterwards."""

    id: str
    shift: str
    officer: OfficerId
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class OpenThing:
    """Something that waits as a shift ends: by number and code, without a word that another body wrote."""

    kind: OpenKind
    id: str
    body: BodyId
    urgency: str
    """A code of the urgencies; empty where there is none."""
    case: str
    at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetContent:
    """What a hand-over sheet says. The rows of the trail it is about stand by number, and the tree's root makes them certain."""

    shift: str
    officer: OfficerId
    began_at: datetime
    ended_at: datetime
    after_row: int
    upto_row: int
    """The last row of the trail before the sheet was written; 0 where there was none."""
    root: str
    """Hex, of the trail as far as that row."""
    done: Mapping[str, int]
    """How often each act of the journal was done in the shift."""
    notes: tuple[Note, ...]
    for_next: str
    """What the outgoing officer has to say; may be empty."""
    open: tuple[OpenThing, ...]
    is_cut: bool
    """Whether more was open than a sheet lists."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A hand-over sheet as it was written, and who signed it."""

    content: str
    """Canonical JSON of a SheetContent: the bytes that `digest` is of."""
    digest: str
    """SHA-256, hex."""
    signed_by: OfficerId | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """An officer's time at the desk."""

    id: str
    officer: OfficerId
    began_at: datetime
    after_row: int
    """The last row of the trail that is not in it."""
    state: ShiftState = ShiftState.ON
    sheet: Sheet | None = None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A row of the trail as the journal shows it, or a note."""

    row: int
    """The row's number in the trail."""
    at: datetime
    act: str
    """The verb as the trail has it."""
    body: BodyId
    officer: str
    subject: str
    outcome: str
    """As the act's own detail says; empty where it says none."""
    text: str = ""
    """Of a note."""
    called: str = ""
    """The officer who was called, where somebody was."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What happened in a shift."""

    shift: Shift
    lines: tuple[JournalLine, ...]
    """The newest, oldest first."""
    done: Mapping[str, int]
    """How often each act was done, those beyond `lines` included."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is on the roster now and who comes next."""

    now: tuple[RosterEntry, ...]
    next: RosterEntry | None
    """Who is at the desk after the present officer."""
    on: tuple[Shift, ...]
    """Shifts that were begun and not handed over."""
    unsigned: tuple[Shift, ...]
    """Shifts whose sheet waits for a signature."""
