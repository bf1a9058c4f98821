"""The requests under «Records».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.shapes import ListRecordsAnswer, RecordLine, Result, ShowRecordAnswer


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
