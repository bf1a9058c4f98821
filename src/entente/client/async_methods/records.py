"""What the client that does not wait has under «Records».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import overload

from entente.client.listing import AsksAsync, AsyncListing
from entente.client.requests import records
from entente.client.shapes import ListRecordsAnswer, RecordLine, Result, ShowRecordAnswer


class AsyncRecordsMethods(AsksAsync):
    """What the client that does not wait has under «Records»."""

    def list_records(
        self, *, purpose: str, crime_area: str, kind: str | None = None, page_size: int | None = None
    ) -> AsyncListing[ListRecordsAnswer, RecordLine]:
        """List the records that the account may see for a purpose.

        Needs the scope records.read.

        kind: Only records of one kind.
        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(
            self, records.list_records(purpose=purpose, crime_area=crime_area, kind=kind, page_size=page_size)
        )

    @overload
    async def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: None = None
    ) -> ShowRecordAnswer: ...
    @overload
    async def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: int
    ) -> ShowRecordAnswer | None: ...
    async def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: int | None = None
    ) -> ShowRecordAnswer | None:
        """Show what the account may see of a record, for a purpose. The look is a row of the trail.

        Needs the scope records.read.

        record: The record: CODE/local id.
        unless_version: The version that is known already: where it still stands, the answer is None.
        """
        return await self.ask_unless_known(
            records.show_record(
                record, purpose=purpose, crime_area=crime_area, case=case, unless_version=unless_version
            )
        )

    async def withdraw_record(
        self, record: str, *, reason: str, version: int, idempotency_key: str | None = None
    ) -> Result:
        """Withdraw a record of this body; every holder is told.

        If-Match names the version that was seen: a record that has a newer one is not withdrawn.
        Needs the scope records.write.

        record: The record: CODE/local id.
        reason: Why; the holders read it.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            records.withdraw_record(record, reason=reason, version=version, idempotency_key=idempotency_key)
        )
