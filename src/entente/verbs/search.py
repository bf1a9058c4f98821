"""The verb of search: who might this be, among everything the officer may see."""

from __future__ import annotations

from entente.bodies.model import Officer
from entente.identity.identifiers import looks_like_mrz, readings
from entente.identity.model import Occasion, Query
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.mrz import zone_of
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb


def searching_officer(node: Node, wanted: OfficerId) -> Officer:
    """Return the officer who searches; one whom nobody entered has no roles, and the search itself refuses and records it."""
    with node.disclosure.open_unit() as unit:
        return unit.bodies.officer(wanted) or Officer(wanted, frozenset())


def _search(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_of(node), searching_officer(node, arguments.officer())
    query = Query(
        names=arguments.texts("names"),
        birth_date=arguments.optional_text("birth_date"),
        country=arguments.optional_text("country"),
        identifiers=arguments.texts("identifiers"),
        sex=arguments.optional_text("sex"),
    )
    occasion = Occasion(
        purpose=arguments.text("purpose"),
        crime_area=arguments.text("crime_area"),
        case=arguments.optional_text("case"),
        occasion=arguments.optional_text("occasion"),
    )
    answer = node.identity.search(officer, query, occasion)
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
        "searched": answer.searched,
        "trail_sequence": answer.trail_sequence,
        "silent_sources": names.gaps(answer.gaps),
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
        "officer", "names", "birth_date", "country", "sex", "identifiers", "purpose", "crime_area", "case", "occasion",
    ),
)  # fmt: skip
