"""What the client that does not wait has under «Leave and requests».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import AsksAsync, AsyncListing
from entente.client.requests import leave_and_requests
from entente.client.shapes import (
    ConsultRecordAnswer,
    ListPermissionsAnswer,
    ListRecordRequestsAnswer,
    Permission,
    RecordRequest,
    Result,
    ShowPermissionAnswer,
    ShowRecordRequestAnswer,
)


class AsyncLeaveAndRequestsMethods(AsksAsync):
    """What the client that does not wait has under «Leave and requests»."""

    def list_permissions(self, *, page_size: int | None = None) -> AsyncListing[ListPermissionsAnswer, Permission]:
        """List the newest requests for leave, ours and those of others about our records.

        Needs the scope requests.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, leave_and_requests.list_permissions(page_size=page_size))

    async def show_permission(self, permission_id: str) -> ShowPermissionAnswer:
        """Show one request for leave, and how it was answered.

        Needs the scope requests.read.

        permission_id: Its id.
        """
        return await self.ask(leave_and_requests.show_permission(permission_id))

    async def ask_permission(
        self,
        *,
        record: str,
        acts: Sequence[Literal["know", "see", "forward", "use_as_evidence", "act_on"]],
        justification: str,
        purpose: str,
        crime_area: str,
        forward_to: str | None = None,
        urgency: str | None = None,
        case: str | None = None,
        instrument: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Ask a record's source for leave to do what its conditions keep for it.

        Needs the scope requests.write.

        record: The record: CODE/local id, or its id.
        acts: For which acts.
        justification: Why; the source reads it.
        forward_to: The body that it is to go to, where leave to forward is asked.
        urgency: A code of data/reasons.yaml, for urgencies; normal where none is given.
        instrument: The instrument it falls under.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            leave_and_requests.ask_permission(
                record=record,
                acts=acts,
                justification=justification,
                purpose=purpose,
                crime_area=crime_area,
                forward_to=forward_to,
                urgency=urgency,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )

    async def answer_permission(
        self,
        permission_id: str,
        *,
        grant: bool,
        days: int | None = None,
        reason: str | None = None,
        text: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Grant leave about a record of this body until a day, or refuse it with a reason.

        Needs the scope requests.write.

        permission_id: Its id.
        grant: Whether leave is given.
        days: For how long it is given.
        reason: Of a refusal: a code of data/reasons.yaml.
        text: What else to say; the asker reads it.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            leave_and_requests.answer_permission(
                permission_id, grant=grant, days=days, reason=reason, text=text, idempotency_key=idempotency_key
            )
        )

    def list_record_requests(
        self, *, page_size: int | None = None
    ) -> AsyncListing[ListRecordRequestsAnswer, RecordRequest]:
        """List the newest record requests, ours and those of others.

        Needs the scope requests.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, leave_and_requests.list_record_requests(page_size=page_size))

    async def show_record_request(self, record_request_id: str) -> ShowRecordRequestAnswer:
        """Show a record request and its answer.

        Needs the scope requests.read.

        record_request_id: Its id.
        """
        return await self.ask(leave_and_requests.show_record_request(record_request_id))

    async def ask_record(
        self,
        *,
        record: str,
        kind: str,
        purpose: str,
        crime_area: str,
        instrument: str,
        case: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Ask a source's node for one record under one instrument; its answer comes by itself.

        Needs the scope requests.write.

        record: The record: CODE/local id, or its id.
        kind: The kind of data that is asked for.
        instrument: The instrument it falls under.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            leave_and_requests.ask_record(
                record=record,
                kind=kind,
                purpose=purpose,
                crime_area=crime_area,
                instrument=instrument,
                case=case,
                idempotency_key=idempotency_key,
            )
        )

    async def consult_record(
        self,
        *,
        purpose: str,
        crime_area: str,
        record: str | None = None,
        identifier: str | None = None,
        kind: str | None = None,
        case: str | None = None,
        occasion: str | None = None,
        instrument: str | None = None,
    ) -> ConsultRecordAnswer:
        """Ask a source's node to show one record now; nothing of it is kept.

        The question and what came of it are rows of the trail, here and at the source.
        Needs the scope records.read.

        record: The record: CODE/local id, or its id, or a hit's id.
        identifier: A number that a copy here has, instead of the record.
        kind: The kind of data that is asked for.
        occasion: What it is for, where there is no case.
        instrument: The instrument it falls under.
        """
        return await self.ask(
            leave_and_requests.consult_record(
                purpose=purpose,
                crime_area=crime_area,
                record=record,
                identifier=identifier,
                kind=kind,
                case=case,
                occasion=occasion,
                instrument=instrument,
            )
        )

    async def forward_record(
        self,
        record: str,
        *,
        to: str,
        purpose: str,
        crime_area: str,
        case: str | None = None,
        instrument: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Pass another body's record on, as its conditions or its source's leave allow.

        Needs the scope records.write.

        record: The record: CODE/local id.
        to: A body's code or id.
        instrument: The instrument it falls under.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            leave_and_requests.forward_record(
                record,
                to=to,
                purpose=purpose,
                crime_area=crime_area,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )
