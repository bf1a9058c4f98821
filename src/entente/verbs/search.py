"""The verbs of search: who might this be, among everything the officer may see."""

from __future__ import annotations

from entente.identity.identifiers import looks_like_mrz, readings
from entente.identity.model import Query, QueryAnswer, RowsOfFile
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json
from entente.kernel.errors import Invalid
from entente.kernel.wire import error_to_json
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.asking import OCCASION_FIELDS, QUERY_FIELDS, occasion_of, query_of
from entente.verbs.mrz import zone_of
from entente.verbs.references import Names, names_and_officer, readable_error
from entente.verbs.verb import Verb, verb


def _search(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_and_officer(node, arguments.officer())
    query = query_of(arguments)
    answer = node.identity.search(officer, query, occasion_of(arguments))
    return {
        **_answered(node, names, query, QueryAnswer(answer.candidates, answer.zones, answer.notes)),
        "searched": answer.searched,
        "trail_sequence": answer.trail_sequence,
        "silent_sources": names.gaps(answer.gaps),
    }


def _search_many(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_and_officer(node, arguments.officer())
    read = [_query_or_error(given) for given in arguments.documents("queries")]
    # What cannot be read as a query points at nobody, and is recorded and answered as such in its place.
    queries = [Query() if isinstance(one, Invalid) else one for one in read]
    rows = (
        from_json(RowsOfFile, arguments.document("rows"), "rows") if arguments.given.get("rows") is not None else None
    )
    found = node.identity.search_many(officer, queries, occasion_of(arguments), rows)
    answers: list[Json] = [
        _answered(node, names, query, one if isinstance(one, Invalid) else answer)
        for one, query, answer in zip(read, queries, found.answers, strict=True)
    ]
    return {
        "answers": answers,
        "searched": found.searched,
        "trail_sequence": found.trail_sequence,
        "silent_sources": names.gaps(found.gaps),
    }


def _query_or_error(given: JsonObject) -> Query | Invalid:
    """Read one query of many as strictly as the only one of a request; what is wrong with it is its own matter."""
    if unknown := sorted(set(given) - set(QUERY_FIELDS)):
        return Invalid(
            "The query cannot be read.",
            field=ascii(unknown[0][:40]),
            why="A field that nobody reads would silently not count.",
            do=f"Leave it out; a query has: {', '.join(sorted(QUERY_FIELDS))}.",
        )
    try:
        return query_of(Arguments(given))
    except Invalid as error:
        return error


def _answered(node: Node, names: Names, query: Query, answer: QueryAnswer | Invalid) -> JsonObject:
    """Return the answer to one query; of an ill-formed one its error alone."""
    if isinstance(answer, Invalid):
        error = error_to_json(readable_error(answer, names))
        return {"error": error}
    candidates: list[Json] = [
        {
            "record": one.record,
            "name": names.record_name(one.record),
            "caption": one.caption,
            "source": names.ref(one.source),
            "schema": one.schema,
            "kind": one.kind,
            "version": one.version,
            "instrument": names.instrument_name(one.instrument),
            "score": one.score,
            "not_identical": one.not_identical,
            "evidence": [
                {"kind": piece.kind.value, "text": piece.text, "weight": piece.weight} for piece in one.evidence
            ],
        }
        for one in answer.candidates
    ]
    zones: list[Json] = [zone_of(zone) for zone in answer.zones]
    return {
        "candidates": candidates,
        "zones": zones,
        "notes": list(answer.notes),
        "identifiers": _readings(node, query),
    }


def _readings(node: Node, query: Query) -> list[Json]:
    """Say of each number what it may be, so that a slip of the pen shows beside an empty list; of zones `zones` says it."""
    today, countries = node.clock.now().date(), node.lists.countries_alpha3
    return [
        {
            "text": text,
            "readings": [
                {
                    "kind": one.kind.value,
                    "validity": one.validity.value,
                    "normal": one.normal,
                    "text": one.text,
                    "proposed": one.proposed,
                }
                for one in readings(text, today=today, countries=countries, country=query.country)
            ],
        }
        for text in query.identifiers
        if not looks_like_mrz(text)
    ]


VERBS: tuple[Verb, ...] = (
    verb(
        "search", _search, "Search by name or identifier.",
        "officer", *QUERY_FIELDS, *OCCASION_FIELDS,
    ),
    verb(
        "search_many", _search_many, "Search for up to 100 queries in one request.",
        "officer", "queries", *OCCASION_FIELDS, "rows",
        is_long=True,
    ),
)  # fmt: skip
