"""When a case is well formed and which of its changes are allowed (C1 to C5).

Pure functions. Source: docs/rules/cases.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from entente.cases.model import TITLE_CHARACTERS_MAX, Case, CaseEvent, CaseReference, CaseState
from entente.handling.model import CodeEntry
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import BodyId
from entente.kernel.text import is_line, is_seen, shows_as_stored

REFERENCE_CHARACTERS_MAX = 100
"""Several times the longest file number of a national register that we know."""
REFERENCES_MAX = 300
"""One for each of the 260 bodies the desk must be fluent with, and some twice."""
NOTE_CHARACTERS_MAX = 20_000
"""As long as a message (correspondence.model.TEXT_CHARACTERS_MAX)."""
SERIAL_DIGITS = 6
"""A million cases a year: thirty times the yearly messages of a large bureau (facts, police_cooperation 1.1)."""

OF_ITEMS = frozenset({"message_sent", "message_received", "hit", "request", "answer"})
"""Kinds of the chronology's lines that are about an item of correspondence, by its id (C6)."""

CHANGES = frozenset({(CaseState.OPEN, CaseState.CLOSED), (CaseState.CLOSED, CaseState.OPEN)})
"""The life cycle of a case; any other change is refused (C4)."""


def case_number(year: int, serial: int) -> str:
    """Return a case's number in the yearly register: `2031/000017`.

    Source: docs/rules/cases.md C1.
    """
    assert serial >= 1, "the register counts from 1"
    return f"{year:04d}/{serial:0{SERIAL_DIGITS}d}"


def check_opening(title: str, crime_area: str, areas: Mapping[str, CodeEntry]) -> None:
    """Check a new case's title and crime area; raise Invalid naming the field.

    Source: docs/rules/cases.md C2.
    """
    if len(title) > TITLE_CHARACTERS_MAX or not is_line(title):
        raise _bad("title", f"a title is one line of 1 to {TITLE_CHARACTERS_MAX} characters, and shows as it is stored")
    if crime_area not in areas:
        raise _bad("crime_area", f"«{crime_area[:40]}» is in no list of crime areas")


def check_reference(reference: CaseReference, known: Iterable[BodyId]) -> None:
    """Check the other side's number for the matter; raise Invalid naming the field.

    Source: docs/rules/cases.md C3.
    """
    text = reference.reference
    if len(text) > REFERENCE_CHARACTERS_MAX or not is_line(text):
        raise _bad("reference", f"a reference is one line of 1 to {REFERENCE_CHARACTERS_MAX} characters")
    if reference.body not in known:
        raise _bad("body", f"{reference.body[:40]} is not in the directory of this node")


def with_reference(references: tuple[CaseReference, ...], added: CaseReference) -> tuple[CaseReference, ...]:
    """Return the references with one more; the same one again changes nothing.

    Source: docs/rules/cases.md C3.
    """
    if added in references:
        return references
    if len(references) >= REFERENCES_MAX:
        raise _bad("references", f"a case has at most {REFERENCES_MAX} references")
    return (*references, added)


def check_note(text: str) -> None:
    """Check the text of a note, or of a reason to close or reopen; raise Invalid.

    Source: docs/rules/cases.md C5.
    """
    if not is_seen(text) or not shows_as_stored(text) or len(text) > NOTE_CHARACTERS_MAX:
        raise _bad("text", f"a text has 1 to {NOTE_CHARACTERS_MAX} characters, and shows as it is stored")


def check_change(case: Case, wanted: CaseState) -> None:
    """Check that a case may change to a state; raise Conflict otherwise.

    Source: docs/rules/cases.md C4.
    """
    if (case.state, wanted) not in CHANGES:
        raise Conflict(
            f"The case {case.number} was not changed to {wanted}.",
            why=f"It is {case.state} already (docs/rules/cases.md C4).",
            do="Look at its chronology: somebody else may have changed it a moment ago.",
        )


def check_is_open(case: Case) -> None:
    """Check that work may be added to a case; raise Conflict for a closed one.

    Source: docs/rules/cases.md C4.
    """
    if case.state is not CaseState.OPEN:
        raise Conflict(
            f"Nothing was added to the case {case.number}.",
            why="It is closed, and a closed case takes no new work (docs/rules/cases.md C4).",
            do="Reopen the case, or open a new one that refers to it.",
        )


def subjects_of(number: str, events: Iterable[CaseEvent]) -> frozenset[str]:
    """Return what the trail's rows of a case are about: the case, and the messages, hits and requests of its chronology.

    A record or body in it has a life outside the case; rows about these are the case's where they name it.

    Source: docs/rules/cases.md C6.
    """
    return frozenset({number, *(event.subject for event in events if event.kind in OF_ITEMS)})


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The case's {field} does not hold what it should.",
        field=field,
        why=f"A case is kept as docs/rules/cases.md says: {why}.",
        do="Mend the field and do it again; nothing was kept.",
    )
