"""What the client that waits has under «Records».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

from entente.client.listing import Asks, Listing
from entente.client.requests import records
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


class RecordsMethods(Asks):
    """What the client that waits has under «Records»."""

    def list_records(
        self, *, purpose: str, crime_area: str, kind: str | None = None, page_size: int | None = None
    ) -> Listing[ListRecordsAnswer, RecordLine]:
        """List the records that the account may see for a purpose.

        Needs the scope records.read.

        kind: Only records of one kind.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(
            self, records.list_records(purpose=purpose, crime_area=crime_area, kind=kind, page_size=page_size)
        )

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
            records.show_record(
                record, purpose=purpose, crime_area=crime_area, case=case, unless_version=unless_version
            )
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
        return self.ask(
            records.withdraw_record(record, reason=reason, version=version, idempotency_key=idempotency_key)
        )

    def share_record(
        self, record: str, *, recipients: Sequence[str] | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Send copies of a record of this body, to those named or to every other party of its instruments.

        The answer's id is how many copies were sent.
        Needs the scope records.write.

        record: The record: CODE/local id.
        recipients: Codes or ids of bodies.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(records.share_record(record, recipients=recipients, idempotency_key=idempotency_key))

    def show_holders(self, record: str) -> ShowHoldersAnswer:
        """Say who holds copies of a record of this body, direct and onward, and how far each end came.

        Needs the scope records.read.

        record: The record: CODE/local id.
        """
        return self.ask(records.show_holders(record))

    def show_who_can_see(self, record: str) -> ShowWhoCanSeeAnswer:
        """Say who may see a record of this body, and why: for each body the gate's decision with its grounds.

        Needs the scope records.read.

        record: The record: CODE/local id.
        """
        return self.ask(records.show_who_can_see(record))

    def show_original(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None
    ) -> ShowOriginalAnswer:
        """Show the part of a file that one of our records was made from, for a purpose. The look is a row of the trail.

        It is the whole entry: shown where all of the record is.
        Needs the scope records.read.

        record: The record: CODE/local id.
        """
        return self.ask(records.show_original(record, purpose=purpose, crime_area=crime_area, case=case))

    def detach_file(self, record: str, *, file: str, idempotency_key: str | None = None) -> Result:
        """Take a file off a record of this body.

        Needs the scope records.write.

        record: The record: CODE/local id.
        file: Its name, or its blob.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(records.detach_file(record, file=file, idempotency_key=idempotency_key))

    def judge_records(
        self,
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
    ) -> Result:
        """Judge two records to be, or not to be, of one thing; the judgement is a record of this body.

        Needs the scope records.write.

        left: One record: CODE/local id, or its id.
        right: The other.
        evidence: What it rests on.
        terms: The terms it is kept under, as of an import.
        method: How it was found.
        share_with: Codes or ids of bodies that get a copy.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            records.judge_records(
                left=left,
                right=right,
                verdict=verdict,
                evidence=evidence,
                terms=terms,
                purpose=purpose,
                crime_area=crime_area,
                method=method,
                share_with=share_with,
                case=case,
                idempotency_key=idempotency_key,
            )
        )

    def list_links(self, record: str, *, purpose: str, crime_area: str, case: str | None = None) -> ListLinksAnswer:
        """Say what a record links to and what links to it, with as much of each far end as the account may see.

        Needs the scope records.read.

        record: The record: CODE/local id.
        """
        return self.ask(records.list_links(record, purpose=purpose, crime_area=crime_area, case=case))

    def list_versions(
        self,
        record: str,
        *,
        purpose: str,
        crime_area: str,
        case: str | None = None,
        older: int | None = None,
        newer: int | None = None,
    ) -> ListVersionsAnswer:
        """List the versions of a record that the account may see, newest first, and compare two of them line by line.

        Needs the scope records.read.

        record: The record: CODE/local id.
        older: A version's number.
        newer: A version's number.
        """
        return self.ask(
            records.list_versions(record, purpose=purpose, crime_area=crime_area, case=case, older=older, newer=newer)
        )

    def correct_record(
        self,
        record: str,
        *,
        reason: str,
        changes: Sequence[CorrectRecordChange],
        version: int,
        purpose: str | None = None,
        crime_area: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Correct what a record of this body says: a new version, of which the holders are sent what they may have.

        If-Match names the version that was seen: a record that has a newer one is not corrected. Where a change names
        terms by their place, purpose and crime area say for what the record was shown.
        Needs the scope records.write.

        record: The record: CODE/local id.
        reason: A code of the reasons to correct a record.
        changes: What is replaced, taken away or added.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            records.correct_record(
                record,
                reason=reason,
                changes=changes,
                version=version,
                purpose=purpose,
                crime_area=crime_area,
                idempotency_key=idempotency_key,
            )
        )

    def extend_record(
        self,
        record: str,
        *,
        reason: str,
        review_on: str,
        erase_on: str,
        version: int,
        idempotency_key: str | None = None,
    ) -> Result:
        """Keep a record of this body longer, within what its kind and its instruments allow.

        If-Match names the version that was seen: a record that has a newer one is not changed.
        Needs the scope records.write.

        record: The record: CODE/local id.
        reason: A code of the reasons to keep a record longer.
        review_on: When it is looked at again, as 2031-05-04.
        erase_on: When it ends, as 2032-05-04.
        version: The version that was seen: where another one stands, nothing is done.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            records.extend_record(
                record,
                reason=reason,
                review_on=review_on,
                erase_on=erase_on,
                version=version,
                idempotency_key=idempotency_key,
            )
        )

    def enter_record(
        self,
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
    ) -> Result:
        """Enter one record of this body, as an import of one would.

        An id that a record has already is refused, where an import makes the next version.
        Needs the scope records.write.

        schema: What it is about: a schema of records.
        facts: What it says.
        terms: The terms it is kept under, as of an import.
        links: The records that it links to, each of which the account may see.
        local_id: The source's own number for it; made here where it is left out.
        share_with: Codes or ids of bodies that get a copy.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            records.enter_record(
                schema=schema,
                facts=facts,
                terms=terms,
                purpose=purpose,
                crime_area=crime_area,
                links=links,
                local_id=local_id,
                share_with=share_with,
                case=case,
                idempotency_key=idempotency_key,
            )
        )

    def foresee_record(
        self,
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
    ) -> ForeseeRecordAnswer:
        """Say what would come of entering a record, and who could see it; nothing of it is kept.

        Needs the scope records.write.

        schema: What it is about: a schema of records.
        facts: What it says.
        terms: The terms it is kept under, as of an import.
        links: The records that it links to, each of which the account may see.
        local_id: The source's own number for it; made here where it is left out.
        share_with: Codes or ids of bodies that get a copy.
        """
        return self.ask(
            records.foresee_record(
                schema=schema,
                facts=facts,
                terms=terms,
                purpose=purpose,
                crime_area=crime_area,
                links=links,
                local_id=local_id,
                share_with=share_with,
                case=case,
            )
        )
