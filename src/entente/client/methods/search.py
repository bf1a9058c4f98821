"""What the client that waits has under «Search».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import Asks
from entente.client.requests import search
from entente.client.shapes import CheckMrzAnswer, Query, SearchAnswer, SearchManyAnswer


class SearchMethods(Asks):
    """What the client that waits has under «Search»."""

    def search(
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
    ) -> SearchAnswer:
        """Search for one person or object among all that the account may see.

        A case or an occasion is needed too. Each search is a row of the trail, its query sealed.
        Needs the scope search.

        names: Names in any script; several are tried each.
        birth_date: 1979, 1979-05 or 1979-05-04.
        country: ISO 3166-1 alpha-2.
        identifiers: A document number, plate, VIN, phone, wallet, or the lines of a scanned zone.
        line: What is known, parted by commas: «Rahimov, 1979, AB 123456».
        occasion: What it is for, where there is no case.
        """
        return self.ask(
            search.search(
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
            )
        )

    def search_many(
        self,
        *,
        queries: Sequence[Query],
        purpose: str,
        crime_area: str,
        case: str | None = None,
        occasion: str | None = None,
    ) -> SearchManyAnswer:
        """Search for up to 100 queries in one request, for one purpose.

        A query that cannot be read is answered with its error in its place; the others are answered all the same.
        Needs the scope search.

        occasion: What it is for, where there is no case.
        """
        return self.ask(
            search.search_many(queries=queries, purpose=purpose, crime_area=crime_area, case=case, occasion=occasion)
        )

    def check_mrz(self, *, text: str) -> CheckMrzAnswer:
        """Say what a machine readable zone says, and each fault in it. Nothing is looked up and nothing recorded.

        Needs the scope search.

        text: The lines of the zone, as they were read.
        """
        return self.ask(search.check_mrz(text=text))
