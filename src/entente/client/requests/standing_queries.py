"""The requests under «Standing queries».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, filled, given, parameters, two_parts
from entente.client.shapes import ListNotIdenticalAnswer, ListStandingQueriesAnswer, Result, ShowMatchesAnswer


def list_standing_queries() -> Call[ListStandingQueriesAnswer]:
    """List the account's own standing queries."""
    return Call("list_standing_queries", "GET", "/standing-queries", ListStandingQueriesAnswer)


def leave_standing_query(
    *,
    purpose: str,
    crime_area: str,
    names: Sequence[str] | None = None,
    birth_date: str | None = None,
    country: str | None = None,
    sex: Literal["", "female", "male", "other"] | None = None,
    identifiers: Sequence[str] | None = None,
    line: str | None = None,
    case: str | None = None,
    occasion: str | None = None,
    days: int | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Leave a query that what comes in is held against."""
    return Call(
        "leave_standing_query",
        "POST",
        "/standing-queries",
        Result,
        body=given(
            names=names,
            birth_date=birth_date,
            country=country,
            sex=sex,
            identifiers=identifiers,
            line=line,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            occasion=occasion,
            days=days,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def end_standing_query(query: str, *, idempotency_key: str | None = None) -> Call[Result]:
    """End a standing query of the account's own, and delete it with its matches."""
    return Call(
        "end_standing_query",
        "POST",
        filled("/standing-queries/{query}/ending", query=query),
        Result,
        is_done_once=True,
        key=idempotency_key,
    )


def show_matches(*, query: str | None = None) -> Call[ShowMatchesAnswer]:
    """Show what matched the account's standing queries, as it may be seen now. The look is a row of the trail."""
    return Call("show_matches", "GET", "/matches", ShowMatchesAnswer, query=parameters(query=query))


def settle_match(match: str, *, idempotency_key: str | None = None) -> Call[Result]:
    """Put a match away that was dealt with."""
    return Call(
        "settle_match",
        "POST",
        filled("/matches/{match}/settling", match=match),
        Result,
        is_done_once=True,
        key=idempotency_key,
    )


def list_not_identical(
    record: str, *, purpose: str, crime_area: str, case: str | None = None, occasion: str | None = None
) -> Call[ListNotIdenticalAnswer]:
    """List the findings that somebody is not whom a record is about. The look is a row of the trail."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "list_not_identical",
        "GET",
        filled("/records/{source}/{local_id}/not-identical", source=source, local_id=local_id),
        ListNotIdenticalAnswer,
        query=parameters(purpose=purpose, crime_area=crime_area, case=case, occasion=occasion),
    )


def mark_not_identical(
    record: str,
    *,
    document: str,
    reason: str,
    purpose: str,
    crime_area: str,
    days: int | None = None,
    case: str | None = None,
    occasion: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Find that a document's bearer is not whom a record is about."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "mark_not_identical",
        "POST",
        filled("/records/{source}/{local_id}/not-identical", source=source, local_id=local_id),
        Result,
        body=given(
            document=document,
            reason=reason,
            days=days,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            occasion=occasion,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def end_not_identical(
    record: str,
    finding: str,
    *,
    purpose: str,
    crime_area: str,
    case: str | None = None,
    occasion: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """End such a finding, so that its document raises the record again."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "end_not_identical",
        "POST",
        filled(
            "/records/{source}/{local_id}/not-identical/{finding}/ending",
            source=source,
            local_id=local_id,
            finding=finding,
        ),
        Result,
        body=given(purpose=purpose, crime_area=crime_area, case=case, occasion=occasion),
        is_done_once=True,
        key=idempotency_key,
    )
