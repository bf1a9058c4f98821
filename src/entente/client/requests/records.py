"""The requests under «Records».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.shapes import (
    CorrectRecordChange,
    EnterRecordFact,
    EnterRecordLink,
    ForeseeRecordAnswer,
    ListLinksAnswer,
    ListRecordsAnswer,
    ListVersionsAnswer,
    RecordLine,
    Result,
    ShowHoldersAnswer,
    ShowOriginalAnswer,
    ShowRecordAnswer,
    ShowWhoCanSeeAnswer,
)


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


def share_record(
    record: str, *, recipients: Sequence[str] | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Send copies of a record of this body, to those named or to every other party of its instruments."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "share_record",
        "POST",
        filled("/records/{source}/{local_id}/copies", source=source, local_id=local_id),
        Result,
        body=given(recipients=recipients),
        is_done_once=True,
        key=idempotency_key,
    )


def show_holders(record: str) -> Call[ShowHoldersAnswer]:
    """Say who holds copies of a record of this body, direct and onward, and how far each end came."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "show_holders",
        "GET",
        filled("/records/{source}/{local_id}/holders", source=source, local_id=local_id),
        ShowHoldersAnswer,
    )


def show_who_can_see(record: str) -> Call[ShowWhoCanSeeAnswer]:
    """Say who may see a record of this body, and why: for each body the gate's decision with its grounds."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "show_who_can_see",
        "GET",
        filled("/records/{source}/{local_id}/readers", source=source, local_id=local_id),
        ShowWhoCanSeeAnswer,
    )


def show_original(record: str, *, purpose: str, crime_area: str, case: str | None = None) -> Call[ShowOriginalAnswer]:
    """Show the part of a file that one of our records was made from, for a purpose. The look is a row of the trail."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "show_original",
        "GET",
        filled("/records/{source}/{local_id}/original", source=source, local_id=local_id),
        ShowOriginalAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, case=case),
    )


def detach_file(record: str, *, file: str, idempotency_key: str | None = None) -> Call[Result]:
    """Take a file off a record of this body."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "detach_file",
        "POST",
        filled("/records/{source}/{local_id}/detachment", source=source, local_id=local_id),
        Result,
        body=given(file=file),
        is_done_once=True,
        key=idempotency_key,
    )


def judge_records(
    *,
    left: str,
    right: str,
    verdict: Literal["same_as", "not_same"],
    evidence: str,
    terms: str,
    purpose: str,
    crime_area: str,
    method: str | None = None,
    share_with: Sequence[str] | None = None,
    case: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Judge two records to be, or not to be, of one thing; the judgement is a record of this body."""
    return Call(
        "judge_records",
        "POST",
        "/judgements",
        Result,
        body=given(
            left=left,
            right=right,
            verdict=verdict,
            evidence=evidence,
            method=method,
            terms=terms,
            share_with=share_with,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def list_links(record: str, *, purpose: str, crime_area: str, case: str | None = None) -> Call[ListLinksAnswer]:
    """Say what a record links to and what links to it, with as much of each far end as the account may see."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "list_links",
        "GET",
        filled("/records/{source}/{local_id}/links", source=source, local_id=local_id),
        ListLinksAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, case=case),
    )


def list_versions(
    record: str,
    *,
    purpose: str,
    crime_area: str,
    case: str | None = None,
    older: int | None = None,
    newer: int | None = None,
) -> Call[ListVersionsAnswer]:
    """List the versions of a record that the account may see, newest first, and compare two of them line by line."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "list_versions",
        "GET",
        filled("/records/{source}/{local_id}/versions", source=source, local_id=local_id),
        ListVersionsAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, case=case, older=older, newer=newer),
    )


def correct_record(
    record: str,
    *,
    reason: str,
    changes: Sequence[CorrectRecordChange],
    version: int,
    purpose: str | None = None,
    crime_area: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Correct what a record of this body says: a new version, of which the holders are sent what they may have."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "correct_record",
        "POST",
        filled("/records/{source}/{local_id}/corrections", source=source, local_id=local_id),
        Result,
        body=given(reason=reason, changes=changes, purpose=purpose, crime_area=crime_area),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def extend_record(
    record: str, *, reason: str, review_on: str, erase_on: str, version: int, idempotency_key: str | None = None
) -> Call[Result]:
    """Keep a record of this body longer, within what its kind and its instruments allow."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "extend_record",
        "POST",
        filled("/records/{source}/{local_id}/extension", source=source, local_id=local_id),
        Result,
        body=given(reason=reason, review_on=review_on, erase_on=erase_on),
        is_done_once=True,
        key=idempotency_key,
        version=version,
    )


def enter_record(
    *,
    schema: str,
    facts: Sequence[EnterRecordFact],
    terms: str,
    purpose: str,
    crime_area: str,
    links: Sequence[EnterRecordLink] | None = None,
    local_id: str | None = None,
    share_with: Sequence[str] | None = None,
    case: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Enter one record of this body, as an import of one would."""
    return Call(
        "enter_record",
        "POST",
        "/records",
        Result,
        body=given(
            schema=schema,
            facts=facts,
            links=links,
            terms=terms,
            local_id=local_id,
            share_with=share_with,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def foresee_record(
    *,
    schema: str,
    facts: Sequence[EnterRecordFact],
    terms: str,
    purpose: str,
    crime_area: str,
    links: Sequence[EnterRecordLink] | None = None,
    local_id: str | None = None,
    share_with: Sequence[str] | None = None,
    case: str | None = None,
) -> Call[ForeseeRecordAnswer]:
    """Say what would come of entering a record, and who could see it; nothing of it is kept."""
    return Call(
        "foresee_record",
        "POST",
        "/records/foreseen",
        ForeseeRecordAnswer,
        body=given(
            schema=schema,
            facts=facts,
            links=links,
            terms=terms,
            local_id=local_id,
            share_with=share_with,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
        ),
    )
