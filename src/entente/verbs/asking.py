"""What is searched for and why, as every verb that takes a query reads it."""

from __future__ import annotations

from entente.identity.model import Occasion, Query
from entente.identity.rules import with_line
from entente.verbs.arguments import Arguments

QUERY_FIELDS = ("names", "birth_date", "country", "sex", "identifiers", "line")
OCCASION_FIELDS = ("purpose", "crime_area", "case", "occasion")


def query_of(arguments: Arguments) -> Query:
    """Read a query, with what one typed line adds; raise Invalid for a field of another form and for two dates of birth."""
    stated = Query(
        names=arguments.texts("names"),
        birth_date=arguments.optional_text("birth_date"),
        country=arguments.optional_text("country"),
        identifiers=arguments.texts("identifiers"),
        sex=arguments.optional_text("sex"),
    )
    return with_line(stated, arguments.optional_text("line"))


def occasion_of(arguments: Arguments) -> Occasion:
    """Read purpose and crime area, and the case or the occasion; raise Invalid where one of the first two is missing."""
    return Occasion(
        purpose=arguments.text("purpose"),
        crime_area=arguments.text("crime_area"),
        case=arguments.optional_text("case"),
        occasion=arguments.optional_text("occasion"),
    )
