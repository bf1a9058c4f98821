"""The verbs of standing queries and of findings «not identical»."""

from __future__ import annotations

from entente.identity.model import NotIdentical, StandingQuery
from entente.identity.namesakes import MARKED_DAYS, MARKED_DAYS_MAX
from entente.identity.standing import STANDING_DAYS, STANDING_DAYS_MAX, MatchShown
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.asking import OCCASION_FIELDS, QUERY_FIELDS, occasion_of, query_of
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _leave(node: Node, arguments: Arguments) -> JsonObject:
    days = arguments.integer("days", default=STANDING_DAYS, least=1, most=STANDING_DAYS_MAX)
    return {
        "query": _query(node.standing.leave(arguments.officer(), query_of(arguments), occasion_of(arguments), days))
    }


def _list(node: Node, arguments: Arguments) -> JsonObject:
    now = node.clock.now()
    rows: list[Json] = [
        {
            **_query(one.query),
            "new": one.new,
            "open": one.open,
            "not_kept": one.not_kept,
            "has_ended": now >= one.query.until,
        }
        for one in node.standing.own(arguments.officer())
    ]
    return {"queries": rows}


def _end(node: Node, arguments: Arguments) -> JsonObject:
    query = arguments.text("query")
    node.standing.end(arguments.officer(), query)
    return {"ended": query}


def _matches(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    shown = node.standing.matches(arguments.officer(), arguments.optional_text("query"))
    rows: list[Json] = [_match(one, names) for one in shown]
    return {"matches": rows}


def _settle(node: Node, arguments: Arguments) -> JsonObject:
    match = arguments.text("match")
    node.standing.settle(arguments.officer(), match)
    return {"settled": match}


def _mark(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    days = arguments.integer("days", default=MARKED_DAYS, least=1, most=MARKED_DAYS_MAX)
    document, reason = arguments.text("document"), arguments.text("reason")
    marker = node.namesakes.mark(arguments.officer(), record, document, reason, occasion_of(arguments), days)
    return {"finding": _finding(marker), "name": names.record_name(record)}


def _findings(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    found: list[Json] = [
        _finding(one) for one in node.namesakes.of_record(arguments.officer(), record, occasion_of(arguments))
    ]
    return {"findings": found, "name": names.record_name(record)}


def _end_finding(node: Node, arguments: Arguments) -> JsonObject:
    record, finding = names_of(node).record(arguments.text("record")), arguments.text("finding")
    node.namesakes.end(arguments.officer(), record, finding, occasion_of(arguments))
    return {"ended": finding}


def _query(left: StandingQuery) -> JsonObject:
    return {
        "id": left.id,
        "officer": left.officer,
        "asked": to_object(left.query),
        **to_object(left.occasion),
        "left_at": to_json(left.left_at),
        "until": to_json(left.until),
        "trail_sequence": left.since,
    }


def _match(one: MatchShown, names: Names) -> JsonObject:
    found = one.candidate
    return {
        "match": one.match.id,
        "query": one.query.id,
        "state": one.match.state.value,
        "raised_at": to_json(one.match.raised_at),
        "record": found.record,
        "name": names.record_name(found.record),
        "caption": found.caption,
        "source": names.ref(found.source),
        "schema": found.schema,
        "kind": found.kind,
        "version": found.version,
        "instrument": names.instrument_name(found.instrument),
        "score": found.score,
        "not_identical": found.not_identical,
        "evidence": [
            {"kind": piece.kind.value, "text": piece.text, "weight": piece.weight} for piece in found.evidence
        ],
    }


def _finding(marker: NotIdentical) -> JsonObject:
    return {
        "id": marker.id,
        "version": marker.version,
        "reason": marker.reason,
        "officer": marker.officer,
        "at": to_json(marker.at),
        "until": to_json(marker.until),
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "standing_leave", _leave, "Leave a query that what comes in is held against.",
        "officer", *QUERY_FIELDS, *OCCASION_FIELDS, "days",
    ),
    verb("standing_list", _list, "List an officer's standing queries.", "officer"),
    verb("standing_end", _end, "End a standing query, and delete it with its matches.", "officer", "query"),
    verb("standing_matches", _matches, "Show what matched an officer's standing queries.", "officer", "query"),
    verb("standing_settle", _settle, "Put a match away that was dealt with.", "officer", "match"),
    verb(
        "namesake_mark", _mark, "Find that a document's bearer is not whom a record is about.",
        "officer", "record", "document", "reason", "days", *OCCASION_FIELDS,
    ),
    verb("namesake_list", _findings, "List what was found so about a record.", "officer", "record", *OCCASION_FIELDS),
    verb("namesake_end", _end_finding, "End such a finding.", "officer", "record", "finding", *OCCASION_FIELDS),
)  # fmt: skip
