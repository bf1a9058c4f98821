"""The case file: number, references, team, chronology, tasks, exhibits. Source: DESIGN section 2; docs/rules/cases.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.kernel.ids import BodyId, OfficerId

TITLE_CHARACTERS_MAX = 300


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLOSED = "closed"
    JOINED = "joined"
    """It goes on in another case, which it names; it takes no work of its own any more (C15)."""


@dataclass(frozen=True, slots=True)
class CaseReference:
    """The other side's number for the same matter."""

    body: BodyId
    reference: str


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of the chronology."""

    at: datetime
    officer: str
    kind: str
    """`opened`, `message_sent`, `message_received`, `hit`, `request`, `answer`, `note`, `team`, `task`, `exhibit`, `closed` …"""
    subject: str
    """The id of the message, record, hit it is about."""
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A body's own file. The number is gapless within a year: `2031/000017`."""

    number: str
    title: str
    crime_area: str
    opened_at: datetime
    opened_by: OfficerId
    state: CaseState
    references: tuple[CaseReference, ...] = ()
    version: int = 1
    """Counts the changes of title, area, state, team and officer in charge: by it two who edit at once are told (C9)."""
    handed_to: OfficerId | None = None
    """Who has had charge of it since it was handed over; None while it is who opened it."""
    unit: str = ""
    """The unit of the body that it was handed to, in the body's own words; empty for none."""
    team: tuple[OfficerId, ...] = ()
    """Who may know of it, the officer in charge among them; none where it is open to the whole body (C7)."""
    goes_on_in: str = ""
    """Of a joined case, the case that goes on."""
    joined: tuple[str, ...] = ()
    """Numbers of the cases that were joined to it."""
    split_from: str = ""
    """The case that it was split from; empty for none."""

    @property
    def in_charge(self) -> OfficerId:
        """The officer who has charge of it."""
        return self.handed_to or self.opened_by


@dataclass(frozen=True, slots=True)
class Knowing:
    """Who asks for cases, as far as need to know goes; nobody, who knows of the open ones alone, where nothing is said (C7)."""

    officer: str = ""
    oversees: bool = False
    """Whether a role of the officer lets them know of every case."""


NOBODY = Knowing()


@dataclass(frozen=True, slots=True)
class CaseTask:
    """Something to be done on a case, or a term that runs: by whom, until when, and once it was done by whom and how."""

    id: str
    """Made here: `task-<26 characters>`."""
    case: str
    what: str
    officer: OfficerId
    """Who has it to do."""
    due_at: datetime | None
    term_of: str
    """What sets the term (an article, an instrument, a court's order); empty for a task that somebody simply set."""
    set_by: OfficerId
    set_at: datetime
    done_by: OfficerId | None = None
    done_at: datetime | None = None
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits to be done."""
        return self.done_at is None


class ExhibitKind(StrEnum):
    """What an exhibit is."""

    OBJECT = "object"
    DOCUMENT = "document"
    DIGITAL = "digital"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An item of evidence as it was entered; nothing of it is ever changed. Where it is now, its last hand-over says."""

    id: str
    """Made here: `exhibit-<26 characters>`."""
    label: str
    """The case it was entered in and its place there: `2031/000017-E3`. It keeps it when it goes over to another case."""
    case: str
    """The case it is in now."""
    kind: ExhibitKind
    what: str
    found_at: datetime
    found_where: str
    found_by: str
    """Who took it, in words: an officer here or elsewhere."""
    seal: str
    sha256: str
    """Of a digital exhibit, the SHA-256 of its bytes in 64 hexadecimal digits, as it was taken; empty for others."""
    entered_by: OfficerId
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """One link of an exhibit's chain of custody. Never rewritten: what was wrong is said by a later one."""

    exhibit: str
    at: datetime
    gave: str
    took: str
    where: str
    seal: str
    """The seal's number when it changed hands."""
    sha256: str
    """Of a digital exhibit, as it was computed when it changed hands; empty where nobody did."""
    remark: str
    entered_by: OfficerId
    entered_at: datetime
