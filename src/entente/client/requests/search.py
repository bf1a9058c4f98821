"""The requests under «Search».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, given
from entente.client.shapes import CheckMrzAnswer, Query, SearchAnswer, SearchManyAnswer


def search(
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
) -> Call[SearchAnswer]:
    """Search for one person or object among all that the account may see."""
    return Call(
        "search",
        "POST",
        "/searches",
        SearchAnswer,
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
        ),
    )


def search_many(
    *, queries: Sequence[Query], purpose: str, crime_area: str, case: str | None = None, occasion: str | None = None
) -> Call[SearchManyAnswer]:
    """Search for up to 100 queries in one request, for one purpose."""
    return Call(
        "search_many",
        "POST",
        "/searches/many",
        SearchManyAnswer,
        body=given(queries=queries, purpose=purpose, crime_area=crime_area, case=case, occasion=occasion),
    )


def check_mrz(*, text: str) -> Call[CheckMrzAnswer]:
    """Say what a machine readable zone says, and each fault in it. Nothing is looked up and nothing recorded."""
    return Call("check_mrz", "POST", "/mrz-checks", CheckMrzAnswer, body=given(text=text))
