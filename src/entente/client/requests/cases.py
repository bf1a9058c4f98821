"""The requests under «Cases».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.shapes import Case, ListCasesAnswer, Result, ShowCaseAnswer


def list_cases(*, page_size: int | None = None) -> PagedCall[ListCasesAnswer, Case]:
    """List the newest cases of this body."""
    return PagedCall("list_cases", "GET", "/cases", ListCasesAnswer, query=parameters(limit=page_size), items="cases")


def show_case(number: str) -> Call[ShowCaseAnswer]:
    """Show a case with its chronology."""
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


def close_case(number: str, *, reason: str, idempotency_key: str | None = None) -> Call[Result]:
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
    )


def reopen_case(number: str, *, reason: str, idempotency_key: str | None = None) -> Call[Result]:
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
