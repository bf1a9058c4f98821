"""The verbs of a record's versions, of what two of them differ in, and of its links."""

from __future__ import annotations

from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_json
from entente.node import Node
from entente.records.blobs import Looking
from entente.records.comparing import Difference, Part, Side
from entente.records.linked import Linked, Linking, links_seen
from entente.records.rules import caption
from entente.records.versions import compared, versions_seen
from entente.verbs.arguments import Arguments
from entente.verbs.records import terms_shown
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _versions(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    why = Looking(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"))
    older, newer = _number(arguments, "older"), _number(arguments, "newer")
    seen = versions_seen(node.records, arguments.officer(), record, why)
    versions: list[Json] = [
        {"version": one.number, "at": to_json(one.at), "officer": one.officer, "facts": len(one.record.facts)}
        for one in seen.versions
    ]
    missing: list[Json] = [{"from": first, "to": last} for first, last in seen.not_here]
    found = compared(seen, older, newer)
    lines: list[Json] = [] if found is None else [_line(one, names) for one in found.lines]
    return {
        "record": record,
        "name": names.record_name(record),
        "schema": seen.versions[0].record.schema,
        "versions": versions,
        "not_here": missing,
        "older": 0 if found is None else found.older.number,
        "newer": 0 if found is None else found.newer.number,
        "lines": lines,
    }


def _number(arguments: Arguments, name: str) -> int | None:
    if arguments.given.get(name) is None:
        return None
    return arguments.integer(name, default=1, least=1, most=INTEGER_MAX)


def _line(one: Difference, names: Names) -> JsonObject:
    return {
        "part": one.part.value,
        "name": one.name,
        "change": one.change.value,
        "older": _side(one.part, one.older, names),
        "newer": _side(one.part, one.newer, names),
    }


def _side(part: Part, side: Side | None, names: Names) -> list[Json]:
    if side is None:
        return []
    terms: list[Json] = [] if side.terms is None else [terms_shown(side.terms, names)]
    value = names.record_name(side.value) if part is Part.LINK else side.value
    observation = side.observation.value if side.observation is not None else ""
    return [{"value": value, "observation": observation, "terms": terms, "sha256": side.digest}]


def _links(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    why = Looking(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"))
    seen = links_seen(node.records, arguments.officer(), record, why)
    links: list[Json] = [_linked(node, one, names) for one in seen.links]
    return {
        "record": record,
        "name": names.record_name(record),
        "caption": caption(seen.record, node.schemata.get(seen.record.schema)),
        "schema": seen.record.schema,
        "links": links,
        "linked_by": [_linking(node, one, names) for one in seen.linking],
        "has_more": seen.has_more,
    }


def _linked(node: Node, one: Linked, names: Names) -> JsonObject:
    end = one.end
    return {
        "property": one.property,
        "to": one.to,
        "name": names.record_name(one.to),
        "observation": one.observation.value,
        "is_seen": end is not None,
        "caption": caption(end, node.schemata.get(end.schema)) if end is not None else "",
        "schema": end.schema if end is not None else "",
        "kind": end.kind if end is not None else "",
    }


def _linking(node: Node, one: Linking, names: Names) -> JsonObject:
    source = one.source
    return {
        "property": one.property,
        "record": source.id,
        "name": names.record_name(source.id),
        "observation": one.observation.value,
        "caption": caption(source, node.schemata.get(source.schema)),
        "schema": source.schema,
        "kind": source.kind,
        "beyond": [_linked(node, other, names) for other in one.beyond],
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "record_links", _links, "Say what a record links to and what links to it, with what may be seen of each far end.",
        "officer", "record", "purpose", "crime_area", "case",
    ),
    verb(
        "record_versions", _versions, "List the versions of a record, and compare two of them.",
        "officer", "record", "purpose", "crime_area", "case", "older", "newer",
    ),
)  # fmt: skip
