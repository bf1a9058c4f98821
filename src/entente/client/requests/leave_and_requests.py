"""The requests under «Leave and requests».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
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


def list_permissions(*, page_size: int | None = None) -> PagedCall[ListPermissionsAnswer, Permission]:
    """List the newest requests for leave, ours and those of others about our records."""
    return PagedCall(
        "list_permissions",
        "GET",
        "/permissions",
        ListPermissionsAnswer,
        query=parameters(limit=page_size),
        items="permissions",
    )


def show_permission(permission_id: str) -> Call[ShowPermissionAnswer]:
    """Show one request for leave, and how it was answered."""
    return Call("show_permission", "GET", filled("/permissions/{id}", id=permission_id), ShowPermissionAnswer)


def ask_permission(
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
) -> Call[Result]:
    """Ask a record's source for leave to do what its conditions keep for it."""
    return Call(
        "ask_permission",
        "POST",
        "/permissions",
        Result,
        body=given(
            record=record,
            acts=acts,
            justification=justification,
            forward_to=forward_to,
            urgency=urgency,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            instrument=instrument,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def answer_permission(
    permission_id: str,
    *,
    grant: bool,
    days: int | None = None,
    reason: str | None = None,
    text: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Grant leave about a record of this body until a day, or refuse it with a reason."""
    return Call(
        "answer_permission",
        "POST",
        filled("/permissions/{id}/answer", id=permission_id),
        Result,
        body=given(grant=grant, days=days, reason=reason, text=text),
        is_done_once=True,
        key=idempotency_key,
    )


def list_record_requests(*, page_size: int | None = None) -> PagedCall[ListRecordRequestsAnswer, RecordRequest]:
    """List the newest record requests, ours and those of others."""
    return PagedCall(
        "list_record_requests",
        "GET",
        "/record-requests",
        ListRecordRequestsAnswer,
        query=parameters(limit=page_size),
        items="requests",
    )


def show_record_request(record_request_id: str) -> Call[ShowRecordRequestAnswer]:
    """Show a record request and its answer."""
    return Call(
        "show_record_request", "GET", filled("/record-requests/{id}", id=record_request_id), ShowRecordRequestAnswer
    )


def ask_record(
    *,
    record: str,
    kind: str,
    purpose: str,
    crime_area: str,
    instrument: str,
    case: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Ask a source's node for one record under one instrument; its answer comes by itself."""
    return Call(
        "ask_record",
        "POST",
        "/record-requests",
        Result,
        body=given(record=record, kind=kind, purpose=purpose, crime_area=crime_area, case=case, instrument=instrument),
        is_done_once=True,
        key=idempotency_key,
    )


def consult_record(
    *,
    purpose: str,
    crime_area: str,
    record: str | None = None,
    identifier: str | None = None,
    kind: str | None = None,
    case: str | None = None,
    occasion: str | None = None,
    instrument: str | None = None,
) -> Call[ConsultRecordAnswer]:
    """Ask a source's node to show one record now; nothing of it is kept."""
    return Call(
        "consult_record",
        "POST",
        "/consultations",
        ConsultRecordAnswer,
        body=given(
            record=record,
            identifier=identifier,
            kind=kind,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            occasion=occasion,
            instrument=instrument,
        ),
    )


def forward_record(
    record: str,
    *,
    to: str,
    purpose: str,
    crime_area: str,
    case: str | None = None,
    instrument: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Pass another body's record on, as its conditions or its source's leave allow."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "forward_record",
        "POST",
        filled("/records/{source}/{local_id}/forwarding", source=source, local_id=local_id),
        Result,
        body=given(to=to, purpose=purpose, crime_area=crime_area, case=case, instrument=instrument),
        is_done_once=True,
        key=idempotency_key,
    )
