"""The verbs of record requests and consultations: asking a source's node for one record, or to show it now."""

from __future__ import annotations

from entente.correspondence.desk import About
from entente.correspondence.model import RecordRequest, Way
from entente.correspondence.pointing import Pointed, by_hit, by_number
from entente.correspondence.requests import Wanted
from entente.identity.model import Query
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.asking import occasion_of
from entente.verbs.correspondence import ABOUT, limit_of, shown_header
from entente.verbs.records import shown_record
from entente.verbs.references import Names, names_and_officer, names_of
from entente.verbs.verb import Verb, verb


def _ask_record(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    wanted = Wanted(BodyId(record.partition("/")[0]), record, arguments.text("kind"))
    instrument = names.instrument(arguments.text("instrument")).instrument.id
    about = About(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"), instrument)
    request = node.correspondence.request_record(arguments.officer(), wanted, instrument, about)
    return {"request": _request(node, Way.SENT, request, names)}


def _consult(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    pointed = _pointed(node, arguments, names)
    source = BodyId(pointed.record.partition("/")[0])
    kind = arguments.optional_text("kind") or pointed.kind or arguments.text("kind")
    wanted = Wanted(names.body(source, "record").id, pointed.record, kind)
    instrument = pointed.instrument
    if instrument is None or arguments.optional_text("instrument"):
        instrument = names.instrument(arguments.text("instrument")).instrument.id
    about = About(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"), instrument)
    found = node.correspondence.consult_record(arguments.officer(), wanted, instrument, about, node.schemata, node.call)
    return {
        "record": shown_record(found.record, names),
        "as_of": to_json(found.as_of),
        "source": names.ref(source),
        "decision": names.decision(found.decision),
    }


def _pointed(node: Node, arguments: Arguments, names: Names) -> Pointed:
    """Return which record is meant: by its id, by a hit's id, or by a number that a copy here has."""
    named, number = arguments.optional_text("record"), arguments.optional_text("identifier")
    if bool(named) == bool(number):
        raise Invalid(
            "It is not clear which record is meant.",
            field="record",
            why="A source is consulted about one record, named by its id, by a hit, or by a number that a copy here has.",
            do="Give the record's id or the hit's, or the number with --identifier; not both.",
        )
    if number:
        _, officer = names_and_officer(node, arguments.officer())
        answer = node.identity.search(officer, Query(identifiers=(number,)), occasion_of(arguments))
        return by_number(answer.candidates, names.own.id)
    if "/" in named:
        return Pointed(names.record(named), "", None)
    with node.correspondence.open_unit() as unit:
        return by_hit(unit, named)


def _show_request(node: Node, arguments: Arguments) -> JsonObject:
    with node.correspondence.open_unit() as unit:
        found = unit.correspondence.record_request(arguments.text("id"))
    if found is None:
        raise NotFound
    return {"request": _request(node, *found, names_of(node))}


def _requests(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), limit_of(arguments)
    found = node.correspondence.record_requests(limit, arguments.optional_text("before"))
    return {
        "requests": [_request(node, way, request, names) for way, request in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _request(node: Node, way: Way, request: RecordRequest, names: Names) -> JsonObject:
    shown = to_object(request)
    del shown["header"]
    return {
        **shown_header(node, way, request.header, names),
        **shown,
        "name": names.record_name(request.record),
        "grounds": [names.readable(ground) for ground in request.grounds],
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "request_ask", _ask_record, "Ask a source's node for one record.",
        "officer", "record", "kind", *ABOUT,
    ),
    verb(
        "record_consult", _consult, "Ask a source's node to show one record now; nothing of it is kept.",
        "officer", "record", "identifier", "kind", "occasion", *ABOUT,
    ),
    verb("request_show", _show_request, "Show a record request and its answer.", "id"),
    verb("request_list", _requests, "List the newest record requests.", "limit", "before"),
)  # fmt: skip
