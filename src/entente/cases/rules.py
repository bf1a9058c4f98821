"""When a case is well formed and which of its changes are allowed (C1 to C5).

Pure functions. Source: docs/rules/cases.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from entente.cases.model import TITLE_CHARACTERS_MAX, Case, CaseEvent, CaseReference, CaseState, Knowing
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

CHANGES = frozenset(
    {
        (CaseState.OPEN, CaseState.CLOSED),
        (CaseState.CLOSED, CaseState.OPEN),
        (CaseState.OPEN, CaseState.JOINED),
        (CaseState.CLOSED, CaseState.JOINED),
    }
)
"""The life cycle of a case; any other change is refused (C4, C15)."""


def may_know(case: Case, knowing: Knowing) -> bool:
    """Say whether somebody may know of a case: of one without a team the whole body, of another its team and who oversees.

    Source: docs/rules/cases.md C7.
    """
    return not case.team or knowing.oversees or knowing.officer in case.team


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
        raise bad("title", f"a title is one line of 1 to {TITLE_CHARACTERS_MAX} characters, and shows as it is stored")
    if crime_area not in areas:
        raise bad("crime_area", f"«{crime_area[:40]}» is in no list of crime areas")


def check_reference(reference: CaseReference, known: Iterable[BodyId]) -> None:
    """Check the other side's number for the matter; raise Invalid naming the field.

    Source: docs/rules/cases.md C3.
    """
    text = reference.reference
    if len(text) > REFERENCE_CHARACTERS_MAX or not is_line(text):
        raise bad("reference", f"a reference is one line of 1 to {REFERENCE_CHARACTERS_MAX} characters")
    if reference.body not in known:
        raise bad("body", f"{reference.body[:40]} is not in the directory of this node")


def with_reference(references: tuple[CaseReference, ...], added: CaseReference) -> tuple[CaseReference, ...]:
    """Return the references with one more; the same one again changes nothing.

    Source: docs/rules/cases.md C3.
    """
    if added in references:
        return references
    if len(references) >= REFERENCES_MAX:
        raise bad("references", f"a case has at most {REFERENCES_MAX} references")
    return (*references, added)


def check_note(text: str) -> None:
    """Check the text of a note, or of a reason to close or reopen; raise Invalid.

    Source: docs/rules/cases.md C5.
    """
    if not is_seen(text) or not shows_as_stored(text) or len(text) > NOTE_CHARACTERS_MAX:
        raise bad("text", f"a text has 1 to {NOTE_CHARACTERS_MAX} characters, and shows as it is stored")


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
            why=_why_not_open(case),
            do=f"Work on the case {case.goes_on_in}."
            if case.state is CaseState.JOINED
            else "Reopen the case, or open a new one that refers to it.",
        )


def check_version(case: Case, seen: int) -> None:
    """Check that a case is as the officer saw it who changes it; raise Conflict otherwise.

    Source: docs/rules/cases.md C9.
    """
    if seen != case.version:
        raise Conflict(
            f"The case {case.number} was not changed.",
            why=f"Somebody else changed it since you looked: it is at version {case.version}, and you saw version {seen} "
            "(docs/rules/cases.md C9).",
            do="Look at what it says now, and send what you entered again if it still holds.",
            changed_meanwhile=True,
        )


def subjects_of(number: str, events: Iterable[CaseEvent]) -> frozenset[str]:
    """Return what the trail's rows of a case are about: the case, and the messages, hits and requests of its chronology.

    A record or body in it has a life outside the case; rows about these are the case's where they name it.
    Rows about its team, tasks and exhibits are about its number.

    Source: docs/rules/cases.md C6.
    """
    return frozenset({number, *(event.subject for event in events if event.kind in OF_ITEMS)})


def unchanged(case: Case, why: str) -> Conflict:
    """Return the refusal of a change to what a case is already, a sentence: somebody else may have made it a moment ago.

    Source: docs/rules/cases.md C9.
    """
    return Conflict(
        f"The case {case.number} was not changed.",
        why=why,
        do="Look at what it says now.",
    )


def _why_not_open(case: Case) -> str:
    if case.state is CaseState.JOINED:
        return f"It was joined to the case {case.goes_on_in}, which goes on (docs/rules/cases.md C15)."
    return "It is closed, and a closed case takes no new work (docs/rules/cases.md C4)."


def bad(field: str, why: str) -> Invalid:
    """Return the refusal of a field of a case, a task or an exhibit that is not well formed."""
    return Invalid(
        f"The case's {field} does not hold what it should.",
        field=field,
        why=f"A case is kept by its rules (docs/rules/cases.md): {why}.",
        do="Mend the field and do it again; nothing was kept.",
    )
