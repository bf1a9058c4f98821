"""The requests under «Cases».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.shapes import Case, ListCaseOfficersAnswer, ListCasesAnswer, Result, ShowCaseAnswer


def list_cases(*, page_size: int | None = None) -> PagedCall[ListCasesAnswer, Case]:
    """List the newest cases of this body."""
    return PagedCall("list_cases", "GET", "/cases", ListCasesAnswer, query=parameters(limit=page_size), items="cases")


def show_case(number: str) -> Call[ShowCaseAnswer]:
    """Show a case with all that lies in it: chronology, tasks, exhibits, and what was seen as it was decided."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call("show_case", "GET", filled("/cases/{year}/{serial}", year=year, serial=serial), ShowCaseAnswer)


def open_case(*, title: str, crime_area: str, idempotency_key: str | None = None) -> Call[Result]:
    """Open a case with the next number of the register."""
    return Call(
        "open_case",
        "POST",
        "/cases",
        Result,
        body=given(title=title, crime_area=crime_area),
        is_done_once=True,
        key=idempotency_key,
    )


def list_case_officers() -> Call[ListCaseOfficersAnswer]:
    """List the officers who may be given a case or a task."""
    return Call("list_case_officers", "GET", "/case-officers", ListCaseOfficersAnswer)


def note_case(number: str, *, text: str, idempotency_key: str | None = None) -> Call[Result]:
    """Write a note into a case."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "note_case",
        "POST",
        filled("/cases/{year}/{serial}/notes", year=year, serial=serial),
        Result,
        body=given(text=text),
        is_done_once=True,
        key=idempotency_key,
    )


def close_case(number: str, *, reason: str, version: int, idempotency_key: str | None = None) -> Call[Result]:
    """Close a case, with the reason."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "close_case",
        "POST",
        filled("/cases/{year}/{serial}/closing", year=year, serial=serial),
        Result,
        body=given(reason=reason),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def reopen_case(number: str, *, reason: str, version: int, idempotency_key: str | None = None) -> Call[Result]:
    """Open a closed case again, with the reason."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "reopen_case",
        "POST",
        filled("/cases/{year}/{serial}/reopening", year=year, serial=serial),
        Result,
        body=given(reason=reason),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def refer_case(number: str, *, body: str, reference: str, idempotency_key: str | None = None) -> Call[Result]:
    """Add another body's number for the matter."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "refer_case",
        "POST",
        filled("/cases/{year}/{serial}/references", year=year, serial=serial),
        Result,
        body=given(body=body, reference=reference),
        is_done_once=True,
        key=idempotency_key,
    )


def rename_case(
    number: str, *, title: str, crime_area: str, version: int, idempotency_key: str | None = None
) -> Call[Result]:
    """Give a case another title or crime area."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "rename_case",
        "POST",
        filled("/cases/{year}/{serial}/renaming", year=year, serial=serial),
        Result,
        body=given(title=title, crime_area=crime_area),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def set_case_team(
    number: str, *, team: Sequence[str], version: int, idempotency_key: str | None = None
) -> Call[Result]:
    """Say who alone may know of a case; with nobody named the whole body may again."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "set_case_team",
        "POST",
        filled("/cases/{year}/{serial}/team", year=year, serial=serial),
        Result,
        body=given(team=team),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def hand_case_over(
    number: str, *, to: str, reason: str, version: int, unit: str | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Give charge of a case to another officer, and with it to a unit."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "hand_case_over",
        "POST",
        filled("/cases/{year}/{serial}/hand-over", year=year, serial=serial),
        Result,
        body=given(to=to, unit=unit, reason=reason),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def join_cases(
    number: str, *, other: str, reason: str, version: int, idempotency_key: str | None = None
) -> Call[Result]:
    """Join another case to this one, which goes on."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "join_cases",
        "POST",
        filled("/cases/{year}/{serial}/joining", year=year, serial=serial),
        Result,
        body=given(other=other, reason=reason),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def split_case(
    number: str,
    *,
    title: str,
    crime_area: str,
    reason: str,
    version: int,
    tasks: Sequence[str] | None = None,
    exhibits: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Open a new case of a part of this one."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "split_case",
        "POST",
        filled("/cases/{year}/{serial}/splitting", year=year, serial=serial),
        Result,
        body=given(title=title, crime_area=crime_area, reason=reason, tasks=tasks, exhibits=exhibits, items=items),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def set_case_task(
    number: str,
    *,
    what: str,
    to: str,
    due_at: str | None = None,
    term_of: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Set something to be done on a case, or a term that runs."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "set_case_task",
        "POST",
        filled("/cases/{year}/{serial}/tasks", year=year, serial=serial),
        Result,
        body=given(what=what, to=to, due_at=due_at, term_of=term_of),
        is_done_once=True,
        key=idempotency_key,
    )


def finish_case_task(number: str, task: str, *, outcome: str, idempotency_key: str | None = None) -> Call[Result]:
    """State that a task was done, and what came of it."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "finish_case_task",
        "POST",
        filled("/cases/{year}/{serial}/tasks/{task}/outcome", year=year, serial=serial, task=task),
        Result,
        body=given(outcome=outcome),
        is_done_once=True,
        key=idempotency_key,
    )


def enter_exhibit(
    number: str,
    *,
    kind: Literal["object", "document", "digital", "sample"],
    what: str,
    found_at: str,
    found_where: str,
    found_by: str,
    seal: str | None = None,
    sha256: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Enter an exhibit in a case; nothing of it is ever changed."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "enter_exhibit",
        "POST",
        filled("/cases/{year}/{serial}/exhibits", year=year, serial=serial),
        Result,
        body=given(
            kind=kind,
            what=what,
            found_at=found_at,
            found_where=found_where,
            found_by=found_by,
            seal=seal,
            sha256=sha256,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def hand_exhibit_over(
    number: str,
    exhibit: str,
    *,
    at: str,
    gave: str,
    took: str,
    where: str,
    seal: str | None = None,
    sha256: str | None = None,
    remark: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Add a hand-over to an exhibit's chain of custody; none is ever changed."""
    year, serial = two_parts("number", number, "2031/000017")
    return Call(
        "hand_exhibit_over",
        "POST",
        filled("/cases/{year}/{serial}/exhibits/{exhibit}/hand-overs", year=year, serial=serial, exhibit=exhibit),
        Result,
        body=given(at=at, gave=gave, took=took, where=where, seal=seal, sha256=sha256, remark=remark),
        is_done_once=True,
        key=idempotency_key,
    )
