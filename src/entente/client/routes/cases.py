"""The routes under «Cases», as a client asks them.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.answer_shapes import ListCasesAnswer, ShowCaseAnswer
from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.listing import Asks, AsksAsync, AsyncListing, Listing
from entente.client.shapes import Case, Result


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


class CasesRoutes(Asks):
    """What the client that waits asks under «Cases»."""

    def list_cases(self, *, page_size: int | None = None) -> Listing[ListCasesAnswer, Case]:
        """List the newest cases of this body.

        Needs the scope cases.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, list_cases(page_size=page_size))

    def show_case(self, number: str) -> ShowCaseAnswer:
        """Show a case with its chronology.

        Needs the scope cases.read.

        number: Its number in the register: 2031/000017.
        """
        return self.ask(show_case(number))

    def open_case(self, *, title: str, crime_area: str, idempotency_key: str | None = None) -> Result:
        """Open a case with the next number of the register.

        Needs the scope cases.write.

        title: One line.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(open_case(title=title, crime_area=crime_area, idempotency_key=idempotency_key))

    def note_case(self, number: str, *, text: str, idempotency_key: str | None = None) -> Result:
        """Write a note into a case.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        text: The note.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(note_case(number, text=text, idempotency_key=idempotency_key))

    def close_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Close a case, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(close_case(number, reason=reason, idempotency_key=idempotency_key))

    def reopen_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Open a closed case again, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(reopen_case(number, reason=reason, idempotency_key=idempotency_key))

    def refer_case(self, number: str, *, body: str, reference: str, idempotency_key: str | None = None) -> Result:
        """Add another body's number for the matter.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        body: The body's code or id.
        reference: Its number for the matter.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(refer_case(number, body=body, reference=reference, idempotency_key=idempotency_key))


class AsyncCasesRoutes(AsksAsync):
    """What the client that does not wait asks under «Cases»."""

    def list_cases(self, *, page_size: int | None = None) -> AsyncListing[ListCasesAnswer, Case]:
        """List the newest cases of this body.

        Needs the scope cases.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, list_cases(page_size=page_size))

    async def show_case(self, number: str) -> ShowCaseAnswer:
        """Show a case with its chronology.

        Needs the scope cases.read.

        number: Its number in the register: 2031/000017.
        """
        return await self.ask(show_case(number))

    async def open_case(self, *, title: str, crime_area: str, idempotency_key: str | None = None) -> Result:
        """Open a case with the next number of the register.

        Needs the scope cases.write.

        title: One line.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(open_case(title=title, crime_area=crime_area, idempotency_key=idempotency_key))

    async def note_case(self, number: str, *, text: str, idempotency_key: str | None = None) -> Result:
        """Write a note into a case.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        text: The note.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(note_case(number, text=text, idempotency_key=idempotency_key))

    async def close_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Close a case, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(close_case(number, reason=reason, idempotency_key=idempotency_key))

    async def reopen_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Open a closed case again, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(reopen_case(number, reason=reason, idempotency_key=idempotency_key))

    async def refer_case(self, number: str, *, body: str, reference: str, idempotency_key: str | None = None) -> Result:
        """Add another body's number for the matter.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        body: The body's code or id.
        reference: Its number for the matter.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(refer_case(number, body=body, reference=reference, idempotency_key=idempotency_key))
