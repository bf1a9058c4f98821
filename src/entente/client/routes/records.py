"""The routes under «Records», as a client asks them.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import overload

from entente.client.answer_shapes import ListRecordsAnswer, RecordLine, ShowRecordAnswer
from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.listing import Asks, AsksAsync, AsyncListing, Listing
from entente.client.shapes import Result


def list_records(
    *, purpose: str, crime_area: str, kind: str | None = None, page_size: int | None = None
) -> PagedCall[ListRecordsAnswer, RecordLine]:
    """List the records that the account may see for a purpose."""
    return PagedCall(
        "list_records",
        "GET",
        "/records",
        ListRecordsAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, kind=kind, limit=page_size),
        items="records",
    )


def show_record(
    record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: int | None = None
) -> Call[ShowRecordAnswer]:
    """Show what the account may see of a record, for a purpose. The look is a row of the trail."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "show_record",
        "GET",
        filled("/records/{source}/{local_id}", source=source, local_id=local_id),
        ShowRecordAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, case=case),
        unless_version=unless_version,
    )


def withdraw_record(record: str, *, reason: str, version: int, idempotency_key: str | None = None) -> Call[Result]:
    """Withdraw a record of this body; every holder is told."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "withdraw_record",
        "POST",
        filled("/records/{source}/{local_id}/withdrawal", source=source, local_id=local_id),
        Result,
        body=given(reason=reason),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


class RecordsRoutes(Asks):
    """What the client that waits asks under «Records»."""

    def list_records(
        self, *, purpose: str, crime_area: str, kind: str | None = None, page_size: int | None = None
    ) -> Listing[ListRecordsAnswer, RecordLine]:
        """List the records that the account may see for a purpose.

        Needs the scope records.read.

        kind: Only records of one kind.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, list_records(purpose=purpose, crime_area=crime_area, kind=kind, page_size=page_size))

    @overload
    def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: None = None
    ) -> ShowRecordAnswer: ...
    @overload
    def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: int
    ) -> ShowRecordAnswer | None: ...
    def show_record(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, unless_version: int | None = None
    ) -> ShowRecordAnswer | None:
        """Show what the account may see of a record, for a purpose. The look is a row of the trail.

        Needs the scope records.read.

        record: The record: CODE/local id.
        unless_version: The version that is known already: where it still stands, the answer is None.
        """
        return self.ask_unless_known(
            show_record(record, purpose=purpose, crime_area=crime_area, case=case, unless_version=unless_version)
        )

    def withdraw_record(self, record: str, *, reason: str, version: int, idempotency_key: str | None = None) -> Result:
        """Withdraw a record of this body; every holder is told.

        If-Match names the version that was seen: a record that has a newer one is not withdrawn.
        Needs the scope records.write.

        record: The record: CODE/local id.
        reason: Why; the holders read it.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(withdraw_record(record, reason=reason, version=version, idempotency_key=idempotency_key))


class AsyncRecordsRoutes(AsksAsync):
    """What the client that does not wait asks under «Records»."""

    def list_records(
        self, *, purpose: str, crime_area: str, kind: str | None = None, page_size: int | None = None
    ) -> AsyncListing[ListRecordsAnswer, RecordLine]:
        """List the records that the account may see for a purpose.

        Needs the scope records.read.

        kind: Only records of one kind.
        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, list_records(purpose=purpose, crime_area=crime_area, kind=kind, page_size=page_size))

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
            show_record(record, purpose=purpose, crime_area=crime_area, case=case, unless_version=unless_version)
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
        return await self.ask(withdraw_record(record, reason=reason, version=version, idempotency_key=idempotency_key))
