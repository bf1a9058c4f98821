"""What the client that waits has under «Cases».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import Asks, Listing
from entente.client.requests import cases
from entente.client.shapes import Case, ListCasesAnswer, Result, ShowCaseAnswer


class CasesMethods(Asks):
    """What the client that waits has under «Cases»."""

    def list_cases(self, *, page_size: int | None = None) -> Listing[ListCasesAnswer, Case]:
        """List the newest cases of this body.

        Needs the scope cases.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, cases.list_cases(page_size=page_size))

    def show_case(self, number: str) -> ShowCaseAnswer:
        """Show a case with its chronology.

        Needs the scope cases.read.

        number: Its number in the register: 2031/000017.
        """
        return self.ask(cases.show_case(number))

    def open_case(self, *, title: str, crime_area: str, idempotency_key: str | None = None) -> Result:
        """Open a case with the next number of the register.

        Needs the scope cases.write.

        title: One line.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(cases.open_case(title=title, crime_area=crime_area, idempotency_key=idempotency_key))

    def note_case(self, number: str, *, text: str, idempotency_key: str | None = None) -> Result:
        """Write a note into a case.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        text: The note.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(cases.note_case(number, text=text, idempotency_key=idempotency_key))

    def close_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Close a case, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(cases.close_case(number, reason=reason, idempotency_key=idempotency_key))

    def reopen_case(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Open a closed case again, with the reason.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(cases.reopen_case(number, reason=reason, idempotency_key=idempotency_key))

    def refer_case(self, number: str, *, body: str, reference: str, idempotency_key: str | None = None) -> Result:
        """Add another body's number for the matter.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        body: The body's code or id.
        reference: Its number for the matter.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(cases.refer_case(number, body=body, reference=reference, idempotency_key=idempotency_key))
