"""What the client that does not wait has under «Standing queries».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import AsksAsync
from entente.client.requests import standing_queries
from entente.client.shapes import ListNotIdenticalAnswer, ListStandingQueriesAnswer, Result, ShowMatchesAnswer


class AsyncStandingQueriesMethods(AsksAsync):
    """What the client that does not wait has under «Standing queries»."""

    async def list_standing_queries(self) -> ListStandingQueriesAnswer:
        """List the account's own standing queries.

        Needs the scope standing.read.
        """
        return await self.ask(standing_queries.list_standing_queries())

    async def leave_standing_query(
        self,
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
    ) -> Result:
        """Leave a query that what comes in is held against.

        Needs the scope standing.write.

        names: Names in any script; several are tried each.
        birth_date: 1979, 1979-05 or 1979-05-04.
        country: ISO 3166-1 alpha-2.
        identifiers: A document number, plate, VIN, phone, wallet, or the lines of a scanned zone.
        line: What is known, parted by commas: «Rahimov, 1979, AB 123456».
        occasion: What it is for, where there is no case.
        days: For how long.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            standing_queries.leave_standing_query(
                purpose=purpose,
                crime_area=crime_area,
                names=names,
                birth_date=birth_date,
                country=country,
                sex=sex,
                identifiers=identifiers,
                line=line,
                case=case,
                occasion=occasion,
                days=days,
                idempotency_key=idempotency_key,
            )
        )

    async def end_standing_query(self, query: str, *, idempotency_key: str | None = None) -> Result:
        """End a standing query of the account's own, and delete it with its matches.

        Needs the scope standing.write.

        query: Its id.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(standing_queries.end_standing_query(query, idempotency_key=idempotency_key))

    async def show_matches(self, *, query: str | None = None) -> ShowMatchesAnswer:
        """Show what matched the account's standing queries, as it may be seen now. The look is a row of the trail.

        Needs the scope standing.read.

        query: Of one query alone.
        """
        return await self.ask(standing_queries.show_matches(query=query))

    async def settle_match(self, match: str, *, idempotency_key: str | None = None) -> Result:
        """Put a match away that was dealt with.

        Needs the scope standing.write.

        match: Its id.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(standing_queries.settle_match(match, idempotency_key=idempotency_key))

    async def list_not_identical(
        self, record: str, *, purpose: str, crime_area: str, case: str | None = None, occasion: str | None = None
    ) -> ListNotIdenticalAnswer:
        """List the findings that somebody is not whom a record is about. The look is a row of the trail.

        Needs the scope records.read.

        record: The record: CODE/local id.
        occasion: What it is for, where there is no case.
        """
        return await self.ask(
            standing_queries.list_not_identical(
                record, purpose=purpose, crime_area=crime_area, case=case, occasion=occasion
            )
        )

    async def mark_not_identical(
        self,
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
    ) -> Result:
        """Find that a document's bearer is not whom a record is about.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        document: The number of the bearer's document, or its scanned zone.
        reason: Why it is another person; one line.
        days: For how long it holds.
        occasion: What it is for, where there is no case.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            standing_queries.mark_not_identical(
                record,
                document=document,
                reason=reason,
                purpose=purpose,
                crime_area=crime_area,
                days=days,
                case=case,
                occasion=occasion,
                idempotency_key=idempotency_key,
            )
        )

    async def end_not_identical(
        self,
        record: str,
        finding: str,
        *,
        purpose: str,
        crime_area: str,
        case: str | None = None,
        occasion: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """End such a finding, so that its document raises the record again.

        Needs the scope hits.write.

        record: The record: CODE/local id.
        finding: Its id.
        occasion: What it is for, where there is no case.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(
            standing_queries.end_not_identical(
                record,
                finding,
                purpose=purpose,
                crime_area=crime_area,
                case=case,
                occasion=occasion,
                idempotency_key=idempotency_key,
            )
        )
