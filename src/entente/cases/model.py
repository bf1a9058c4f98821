"""The case file's beginnings: number, references, chronology. Source: DESIGN section 2; docs/rules/cases.md."""

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
    """`opened`, `message_sent`, `message_received`, `hit`, `request`, `answer`, `note`, `closed` …"""
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
