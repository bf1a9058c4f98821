"""What the client that waits has under «Hits».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence

from entente.client.listing import Asks, Listing
from entente.client.requests import hits
from entente.client.shapes import ConfirmHitEvidence, Hit, ListHitsAnswer, Result, ShowHitAnswer


class HitsMethods(Asks):
    """What the client that waits has under «Hits»."""

    def list_hits(self, *, page_size: int | None = None) -> Listing[ListHitsAnswer, Hit]:
        """List the newest hits, ours and those of others on our records.

        Needs the scope hits.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, hits.list_hits(page_size=page_size))

    def show_hit(self, hit_id: str) -> ShowHitAnswer:
        """Show a hit, and how far it has come.

        Needs the scope hits.read.

        hit_id: Its id.
        """
        return self.ask(hits.show_hit(hit_id))

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
        evidence: Sequence[ConfirmHitEvidence] | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is the subject; the source is told as the instrument says.

        Needs the scope hits.write.

        record: The candidate: CODE/local id, or its id.
        version: The version that was seen.
        circumstances: Where, when and how; the source reads it.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        evidence: As the search showed it; it is kept with the judgement and told to nobody.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            hits.confirm_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                score=score,
                case=case,
                instrument=instrument,
                evidence=evidence,
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
        evidence: Sequence[ConfirmHitEvidence] | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a candidate is not the subject, with a reason; nobody else is told.

        Needs the scope hits.write.

        record: The candidate: CODE/local id, or its id.
        version: The version that was seen.
        circumstances: Where, when and how; the source reads it.
        reason: A code of data/reasons.yaml, for hits.
        score: The candidate's score.
        instrument: The instrument it falls under; else the record's own.
        evidence: As the search showed it; it is kept with the judgement and told to nobody.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            hits.reject_hit(
                record=record,
                version=version,
                circumstances=circumstances,
                purpose=purpose,
                crime_area=crime_area,
                reason=reason,
                score=score,
                case=case,
                instrument=instrument,
                evidence=evidence,
                idempotency_key=idempotency_key,
            )
        )

    def release_hit(self, hit_id: str, *, idempotency_key: str | None = None) -> Result:
        """Tell the source of a hit that was held, as the instrument's rule asks.

        Needs the scope hits.write.

        hit_id: Its id.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(hits.release_hit(hit_id, idempotency_key=idempotency_key))

    def answer_hit(self, hit_id: str, *, same: bool, text: str, idempotency_key: str | None = None) -> Result:
        """Answer another body's hit on a record of this body.

        Needs the scope hits.write.

        hit_id: Its id.
        same: Whether it is the same person.
        text: The answer; the finder reads it.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(hits.answer_hit(hit_id, same=same, text=text, idempotency_key=idempotency_key))
