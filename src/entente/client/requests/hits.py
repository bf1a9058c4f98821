"""The requests under «Hits».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence

from entente.client.call import Call, PagedCall, filled, given, parameters
from entente.client.shapes import ConfirmHitEvidence, Hit, ListHitsAnswer, Result, ShowHitAnswer


def list_hits(*, page_size: int | None = None) -> PagedCall[ListHitsAnswer, Hit]:
    """List the newest hits, ours and those of others on our records."""
    return PagedCall("list_hits", "GET", "/hits", ListHitsAnswer, query=parameters(limit=page_size), items="hits")


def show_hit(hit_id: str) -> Call[ShowHitAnswer]:
    """Show a hit, and how far it has come."""
    return Call("show_hit", "GET", filled("/hits/{id}", id=hit_id), ShowHitAnswer)


def confirm_hit(
    *,
    record: str,
    version: int,
    circumstances: str,
    purpose: str,
    crime_area: str,
    score: int | None = None,
    case: str | None = None,
    instrument: str | None = None,
    evidence: Sequence[ConfirmHitEvidence] | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """State that a candidate is the subject; the source is told as the instrument says."""
    return Call(
        "confirm_hit",
        "POST",
        "/hits/confirmed",
        Result,
        body=given(
            record=record,
            version=version,
            score=score,
            circumstances=circumstances,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            instrument=instrument,
            evidence=evidence,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def reject_hit(
    *,
    record: str,
    version: int,
    circumstances: str,
    purpose: str,
    crime_area: str,
    reason: str,
    score: int | None = None,
    case: str | None = None,
    instrument: str | None = None,
    evidence: Sequence[ConfirmHitEvidence] | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """State that a candidate is not the subject, with a reason; nobody else is told."""
    return Call(
        "reject_hit",
        "POST",
        "/hits/rejected",
        Result,
        body=given(
            record=record,
            version=version,
            score=score,
            circumstances=circumstances,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            instrument=instrument,
            evidence=evidence,
            reason=reason,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def release_hit(hit_id: str, *, idempotency_key: str | None = None) -> Call[Result]:
    """Tell the source of a hit that was held, as the instrument's rule asks."""
    return Call(
        "release_hit", "POST", filled("/hits/{id}/release", id=hit_id), Result, is_done_once=True, key=idempotency_key
    )


def answer_hit(hit_id: str, *, same: bool, text: str, idempotency_key: str | None = None) -> Call[Result]:
    """Answer another body's hit on a record of this body."""
    return Call(
        "answer_hit",
        "POST",
        filled("/hits/{id}/answer", id=hit_id),
        Result,
        body=given(same=same, text=text),
        is_done_once=True,
        key=idempotency_key,
    )
