"""What the client that does not wait has under «Cases».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import AsksAsync, AsyncListing
from entente.client.requests import cases
from entente.client.shapes import Case, ListCaseOfficersAnswer, ListCasesAnswer, Result, ShowCaseAnswer


class AsyncCasesMethods(AsksAsync):
    """What the client that does not wait has under «Cases»."""

    def list_cases(self, *, page_size: int | None = None) -> AsyncListing[ListCasesAnswer, Case]:
        """List the newest cases of this body.

        Needs the scope cases.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, cases.list_cases(page_size=page_size))

    async def show_case(self, number: str) -> ShowCaseAnswer:
        """Show a case with all that lies in it: chronology, tasks, exhibits, and what was seen as it was decided.

        A case with a team is shown to that team and to who oversees the cases; to others it is not there.
        Needs the scope cases.read.

        number: Its number in the register: 2031/000017.
        """
        return await self.ask(cases.show_case(number))

    async def open_case(self, *, title: str, crime_area: str, idempotency_key: str | None = None) -> Result:
        """Open a case with the next number of the register.

        Needs the scope cases.write.

        title: One line.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.open_case(title=title, crime_area=crime_area, idempotency_key=idempotency_key))

    async def list_case_officers(self) -> ListCaseOfficersAnswer:
        """List the officers who may be given a case or a task.

        Needs the scope cases.read.
        """
        return await self.ask(cases.list_case_officers())

    async def note_case(self, number: str, *, text: str, idempotency_key: str | None = None) -> Result:
        """Write a note into a case.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        text: The note.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.note_case(number, text=text, idempotency_key=idempotency_key))

    async def close_case(self, number: str, *, reason: str, version: int, idempotency_key: str | None = None) -> Result:
        """Close a case, with the reason.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.close_case(number, reason=reason, version=version, idempotency_key=idempotency_key))

    async def reopen_case(
        self, number: str, *, reason: str, version: int, idempotency_key: str | None = None
    ) -> Result:
        """Open a closed case again, with the reason.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.reopen_case(number, reason=reason, version=version, idempotency_key=idempotency_key)
        )

    async def refer_case(self, number: str, *, body: str, reference: str, idempotency_key: str | None = None) -> Result:
        """Add another body's number for the matter.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        body: The body's code or id.
        reference: Its number for the matter.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.refer_case(number, body=body, reference=reference, idempotency_key=idempotency_key))

    async def rename_case(
        self, number: str, *, title: str, crime_area: str, version: int, idempotency_key: str | None = None
    ) -> Result:
        """Give a case another title or crime area.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        title: One line.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.rename_case(
                number, title=title, crime_area=crime_area, version=version, idempotency_key=idempotency_key
            )
        )

    async def set_case_team(
        self, number: str, *, team: Sequence[str], version: int, idempotency_key: str | None = None
    ) -> Result:
        """Say who alone may know of a case; with nobody named the whole body may again.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.set_case_team(number, team=team, version=version, idempotency_key=idempotency_key))

    async def hand_case_over(
        self,
        number: str,
        *,
        to: str,
        reason: str,
        version: int,
        unit: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Give charge of a case to another officer, and with it to a unit.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        to: An officer's id.
        reason: Why.
        version: The version that was seen: where another one stands, nothing is done.
        unit: The unit, in the body's own words.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.hand_case_over(
                number, to=to, reason=reason, version=version, unit=unit, idempotency_key=idempotency_key
            )
        )

    async def join_cases(
        self, number: str, *, other: str, reason: str, version: int, idempotency_key: str | None = None
    ) -> Result:
        """Join another case to this one, which goes on.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        reason: Why.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.join_cases(number, other=other, reason=reason, version=version, idempotency_key=idempotency_key)
        )

    async def split_case(
        self,
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
    ) -> Result:
        """Open a new case of a part of this one.

        If-Match names the version of the case that was seen: one that has a newer one is not changed.
        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        title: Of the new case; one line.
        reason: Why.
        version: The version that was seen: where another one stands, nothing is done.
        tasks: Ids of tasks that go over.
        exhibits: Ids of exhibits that go over.
        items: Ids of messages, hits and requests that are noted there.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.split_case(
                number,
                title=title,
                crime_area=crime_area,
                reason=reason,
                version=version,
                tasks=tasks,
                exhibits=exhibits,
                items=items,
                idempotency_key=idempotency_key,
            )
        )

    async def set_case_task(
        self,
        number: str,
        *,
        what: str,
        to: str,
        due_at: str | None = None,
        term_of: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Set something to be done on a case, or a term that runs.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        what: One line.
        to: The officer who has it to do.
        due_at: A time in UTC: 2031-05-04T08:00:00Z.
        term_of: What sets the term, where something does.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.set_case_task(
                number, what=what, to=to, due_at=due_at, term_of=term_of, idempotency_key=idempotency_key
            )
        )

    async def finish_case_task(
        self, number: str, task: str, *, outcome: str, idempotency_key: str | None = None
    ) -> Result:
        """State that a task was done, and what came of it.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        task: Its id.
        outcome: What came of it.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(cases.finish_case_task(number, task, outcome=outcome, idempotency_key=idempotency_key))

    async def enter_exhibit(
        self,
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
    ) -> Result:
        """Enter an exhibit in a case; nothing of it is ever changed.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        what: What it is.
        found_at: A time in UTC: 2031-05-04T08:00:00Z.
        found_by: Who took it.
        seal: The seal's number.
        sha256: Of a digital exhibit: SHA-256 of its bytes.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.enter_exhibit(
                number,
                kind=kind,
                what=what,
                found_at=found_at,
                found_where=found_where,
                found_by=found_by,
                seal=seal,
                sha256=sha256,
                idempotency_key=idempotency_key,
            )
        )

    async def hand_exhibit_over(
        self,
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
    ) -> Result:
        """Add a hand-over to an exhibit's chain of custody; none is ever changed.

        Needs the scope cases.write.

        number: Its number in the register: 2031/000017.
        exhibit: Its id.
        at: A time in UTC: 2031-05-04T08:00:00Z.
        gave: Who gave it: who took it last.
        seal: The seal's number.
        sha256: Of a digital exhibit: SHA-256 of its bytes.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            cases.hand_exhibit_over(
                number,
                exhibit,
                at=at,
                gave=gave,
                took=took,
                where=where,
                seal=seal,
                sha256=sha256,
                remark=remark,
                idempotency_key=idempotency_key,
            )
        )
