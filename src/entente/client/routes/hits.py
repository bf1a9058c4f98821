"""The routes under «Hits», as a client asks them.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.answer_shapes import ListHitsAnswer, ShowHitAnswer
from entente.client.call import Call, PagedCall, filled, given, parameters
from entente.client.listing import Asks, AsksAsync, AsyncListing, Listing
from entente.client.shapes import Hit, Result


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


class HitsRoutes(Asks):
    """What the client that waits asks under «Hits»."""

    def list_hits(self, *, page_size: int | None = None) -> Listing[ListHitsAnswer, Hit]:
        """List the newest hits, ours and those of others on our records.

        Needs the scope hits.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, list_hits(page_size=page_size))

    def show_hit(self, hit_id: str) -> ShowHitAnswer:
        """Show a hit, and how far it has come.

        Needs the scope hits.read.

        hit_id: Its id.
        """
        return self.ask(show_hit(hit_id))

    def confirm_hit(
        self,
        *,
        record: str,
        version: int,
        circumstances: str,
        purpose: str,
        crime_area: str,
        score: int | None = None,
        case: str | None = None,
        instrument: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is the subject; the source is told as the instrument says.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        version: The version that was seen: where another one stands, nothing is done.
        circumstances: Where, when and how; the source reads it.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            confirm_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                score=score,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )

    def reject_hit(
        self,
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
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is not the subject, with a reason; nobody else is told.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        version: The version that was seen: where another one stands, nothing is done.
        circumstances: Where, when and how; the source reads it.
        reason: A code of data/reasons.yaml, for hits.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            reject_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                reason=reason,
                score=score,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )

    def release_hit(self, hit_id: str, *, idempotency_key: str | None = None) -> Result:
        """Tell the source of a hit that was held, as the instrument's rule asks.

        Needs the scope hits.write.

        hit_id: Its id.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(release_hit(hit_id, idempotency_key=idempotency_key))

    def answer_hit(self, hit_id: str, *, same: bool, text: str, idempotency_key: str | None = None) -> Result:
        """Answer another body's hit on a record of this body.

        Needs the scope hits.write.

        hit_id: Its id.
        same: Whether it is the same person.
        text: The answer; the finder reads it.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(answer_hit(hit_id, same=same, text=text, idempotency_key=idempotency_key))


class AsyncHitsRoutes(AsksAsync):
    """What the client that does not wait asks under «Hits»."""

    def list_hits(self, *, page_size: int | None = None) -> AsyncListing[ListHitsAnswer, Hit]:
        """List the newest hits, ours and those of others on our records.

        Needs the scope hits.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, list_hits(page_size=page_size))

    async def show_hit(self, hit_id: str) -> ShowHitAnswer:
        """Show a hit, and how far it has come.

        Needs the scope hits.read.

        hit_id: Its id.
        """
        return await self.ask(show_hit(hit_id))

    async def confirm_hit(
        self,
        *,
        record: str,
        version: int,
        circumstances: str,
        purpose: str,
        crime_area: str,
        score: int | None = None,
        case: str | None = None,
        instrument: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is the subject; the source is told as the instrument says.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        version: The version that was seen: where another one stands, nothing is done.
        circumstances: Where, when and how; the source reads it.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            confirm_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                score=score,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )

    async def reject_hit(
        self,
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
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is not the subject, with a reason; nobody else is told.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        version: The version that was seen: where another one stands, nothing is done.
        circumstances: Where, when and how; the source reads it.
        reason: A code of data/reasons.yaml, for hits.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            reject_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                reason=reason,
                score=score,
                case=case,
                instrument=instrument,
                idempotency_key=idempotency_key,
            )
        )

    async def release_hit(self, hit_id: str, *, idempotency_key: str | None = None) -> Result:
        """Tell the source of a hit that was held, as the instrument's rule asks.

        Needs the scope hits.write.

        hit_id: Its id.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(release_hit(hit_id, idempotency_key=idempotency_key))

    async def answer_hit(self, hit_id: str, *, same: bool, text: str, idempotency_key: str | None = None) -> Result:
        """Answer another body's hit on a record of this body.

        Needs the scope hits.write.

        hit_id: Its id.
        same: Whether it is the same person.
        text: The answer; the finder reads it.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(answer_hit(hit_id, same=same, text=text, idempotency_key=idempotency_key))
