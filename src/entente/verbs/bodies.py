"""The verbs of the directory: bodies and groups."""

from __future__ import annotations

from datetime import date, timedelta

from entente.agreements.effect import ByGroup, GroupDay, foresee_group
from entente.agreements.model import LEASE_MINUTES_MAX
from entente.bodies.group_changes import EntryChange, changed_entries
from entente.bodies.model import Body, Group, GroupEntry, MembershipStatus
from entente.bodies.own_units import OwnUnits
from entente.bodies.rules import resolve_group
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import from_json, to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import decode_bytes, encode_bytes, key_id
from entente.kernel.statement import from_json as statement_from_json
from entente.node import Node
from entente.records.gaps import WITHIN_HOURS
from entente.verbs.arguments import Arguments, looking
from entente.verbs.governing import effect_shown
from entente.verbs.own_units import units_of_file
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

FILE_KIND = "entente directory entry"
"""What a directory-entry file calls itself, so that another file is not taken for one."""


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    wanted = arguments.optional_text("body")
    found = next((one for one in names.bodies.values() if wanted in {one.code, one.id}), None) if wanted else names.own
    if found is None:
        raise NotFound
    return {"body": entry_shown(found, names), "is_own": found.id == names.own.id}


def _list(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    with node.disclosure.open_unit() as unit:
        unknown = unit.bodies.unknown_count()
    bodies: list[Json] = [_line(body, names) for body in names.bodies.values()]
    return {"bodies": bodies, "statements_of_unknown_bodies": unknown}


def _export(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    body = names.body(wanted, "body") if (wanted := arguments.optional_text("body")) else names.own
    return {"file": FILE_KIND, "code": body.code, "name": body.name, "id": body.id, "statements": list(body.statements)}


def _enter(node: Node, arguments: Arguments) -> JsonObject:
    file = arguments.document("entry")
    statements = file.get("statements")
    if file.get("file") != FILE_KIND or not isinstance(statements, list):
        raise Invalid(
            "The file is no directory entry.",
            field="entry",
            why=f"A directory entry is a JSON object whose «file» is «{FILE_KIND}», with the body's own statements.",
            do="Ask the other body for the output of «entente body export».",
        )
    body = node.directory.introduce_by_hand(tuple(statement_from_json(item) for item in statements))
    return {"body": entry_shown(body, names_of(node))}


def _introduce(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    to, about = names.body(arguments.text("to"), "to"), names.body(arguments.text("about"), "about")
    node.directory.introduce(to.id, about.id)
    return {"introduced": names.ref(about.id), "to": names.ref(to.id)}


def _rename(node: Node, arguments: Arguments) -> JsonObject:
    since = arguments.day("since", node.clock.now().date())
    body = node.directory.rename(arguments.text("name"), since)
    return {"body": entry_shown(body, names_of(node))}


def _addresses(node: Node, arguments: Arguments) -> JsonObject:
    relays = [names_of(node).body(text, "relays").id for text in arguments.texts("relays")]
    body = node.directory.publish_addresses(arguments.texts("addresses"), tuple(relays))
    return {"body": entry_shown(body, names_of(node))}


def _units(node: Node, arguments: Arguments) -> JsonObject:
    body = OwnUnits(node.directory).say_as_operator(units_of_file(node, arguments))
    return {"body": entry_shown(body, names_of(node))}


def _silent(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    hours = arguments.integer("within_hours", default=WITHIN_HOURS, least=0, most=LEASE_MINUTES_MAX // 60)
    sources: list[Json] = [
        {
            "body": names.ref(one.source),
            "since": to_json(one.since),
            "hidden": one.hidden,
            "soon": one.soon,
            "next_end": to_json(one.next_end),
        }
        for one in node.records.silent_sources(timedelta(hours=hours), looking(arguments))
    ]
    return {"sources": sources, "within_hours": hours}


def _keep_group(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    group = node.directory.keep_group(arguments.officer(), *_listed(node, arguments, names))
    return {"group": _group(group, names, node.clock.now().date())}


def _preview_group(node: Node, arguments: Arguments) -> JsonObject:
    names, now = names_of(node), node.clock.now()
    known, group = node.directory.foresee_group(arguments.officer(), *_listed(node, arguments, names))
    stood = known.entries if known is not None else ()
    with node.agreements.open_unit() as unit:
        found = foresee_group(unit, known, group, node.lists, now)
    return {
        "group": _group(group, names, now.date()),
        "title_before": known.title if known is not None else "",
        "changes": [_entry_change(one, names) for one in changed_entries(stood, group.entries)],
        "instruments": [_by_group(one, names) for one in found],
    }


def _listed(node: Node, arguments: Arguments, names: Names) -> tuple[str, str, tuple[GroupEntry, ...], int]:
    """Return name, title, entries and the version seen of a group's file."""
    document = node.files.document(decode_bytes(arguments.text("data"), "data"), "group")
    listed = document.get("entries")
    if not isinstance(listed, list):
        raise _bad_group("group.entries", "it is a list of bodies with status, since and document")
    entries = tuple(_group_entry(item, place, names) for place, item in enumerate(listed))
    name, title = document.get("name"), document.get("title")
    if not isinstance(name, str) or not isinstance(title, str):
        raise _bad_group("group.name", "a group has a name and a title")
    seen = document.get("version", 0)
    if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen <= INTEGER_MAX:
        raise _bad_group("group.version", "it is the version that the list was made from, 0 for a new group")
    return name, title, entries, seen


def _group_entry(item: Json, place: int, names: Names) -> GroupEntry:
    if not isinstance(item, dict):
        raise _bad_group(f"group.entries[{place}]", "it is an object")
    code = item.get("body")
    body = names.body(code if isinstance(code, str) else "", f"group.entries[{place}].body")
    return from_json(GroupEntry, {**item, "body": body.id}, f"group.entries[{place}]")


def _groups(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    with node.disclosure.open_unit() as unit:
        groups: list[Json] = [_group(group, names, on) for group in unit.bodies.groups()]
    return {"on": on.isoformat(), "groups": groups}


def _show_group(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    wanted = names.group(arguments.text("group")).group
    version = arguments.integer("version", default=0, least=0, most=INTEGER_MAX)
    with node.disclosure.open_unit() as unit:
        group = unit.bodies.group_version(wanted, version) if version else unit.bodies.group(wanted)
    if group is None:
        raise NotFound
    return {"on": on.isoformat(), "group": _group(group, names, on)}


def _line(body: Body, names: Names) -> JsonObject:
    return {
        **names.ref(body.id),
        "kind": body.kind.value,
        "country": body.country,
        "addresses": list(body.addresses),
        "introduced_by": names.code(body.introduced_by) if body.introduced_by else "",
        "is_own": body.id == names.own.id,
    }


def entry_shown(body: Body, names: Names) -> JsonObject:
    """Return what the directory has of a body."""
    keys = body.current_keys
    return {
        **_line(body, names),
        "zone": body.zone,
        "relays": [names.code(relay) for relay in body.relays],
        "names": [to_object(entry) for entry in body.names],
        "units": [to_object(unit) for unit in body.units],
        "introduced_at": to_json(body.introduced_at),
        "replaces": names.code(body.replaces) if body.replaces else "",
        "succeeded_by": names.code(body.succeeded_by) if body.succeeded_by else "",
        "keys": {
            "version": keys.version,
            "threshold": keys.threshold,
            "heads": [key_id(key) for key in keys.root_keys],
            "node": key_id(keys.node_key),
            "valid_from": to_json(keys.valid_from),
        },
        "node_keys": [encode_bytes(version.node_key) for version in body.keys],
    }


def _group(group: Group, names: Names, on: date) -> JsonObject:
    standing = {status: resolve_group(group, status, on) for status in MembershipStatus}
    members: list[Json] = [
        {**_entry(entry, names), "counts": entry.body in standing[entry.status]} for entry in group.entries
    ]
    return {
        "id": group.id,
        "name": group.name,
        "title": group.title,
        "keeper": names.ref(group.keeper),
        "version": group.version,
        "entries": members,
    }


def _entry(entry: GroupEntry, names: Names) -> JsonObject:
    return {
        "body": names.ref(entry.body),
        "status": entry.status.value,
        "since": entry.since.isoformat(),
        "until": to_json(entry.until),
        "document": entry.document,
    }


def _entry_change(one: EntryChange, names: Names) -> JsonObject:
    return {
        "how": one.how.value,
        "before": _entry(one.before, names) if one.before is not None else None,
        "after": _entry(one.after, names) if one.after is not None else None,
    }


def _by_group(one: ByGroup, names: Names) -> JsonObject:
    instrument = names.instruments[one.instrument].instrument
    return {
        "id": one.instrument,
        "name": instrument.name,
        "title": instrument.title,
        "statuses": [status.value for status in one.statuses],
        "days": [_group_day(day, names) for day in one.days],
    }


def _group_day(day: GroupDay, names: Names) -> JsonObject:
    whom = {"named": day.named, "not_named": day.not_named, "begins": day.begins, "stops": day.stops}
    bodies: dict[str, Json] = {
        name: [names.ref(body) for body in sorted(bodies, key=names.code)] for name, bodies in whom.items()
    }
    return {
        "on": day.on.isoformat(),
        **bodies,
        "was_in_force": day.was_in_force,
        "is_in_force": day.is_in_force,
        "why": day.why,
        "effects": [effect_shown(effect, names) for effect in day.effects],
    }


def _bad_group(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"A group file has a name, a title and entries: {why}.",
        do="Mend the file; «entente group keep --help» shows one.",
    )


VERBS: tuple[Verb, ...] = (
    verb("body_show", _show, "Show a directory entry; ours where none is named.", "body"),
    verb("body_list", _list, "List the bodies of the directory."),
    verb("body_export", _export, "Give a directory entry as a file to hand over.", "body"),
    verb("body_enter", _enter, "Enter a body by hand from its directory-entry file.", "entry"),
    verb("body_introduce", _introduce, "Introduce a body of our directory to another one.", "to", "about"),
    verb("body_rename", _rename, "Give our body a new name from a date on.", "name", "since"),
    verb("body_addresses", _addresses, "Say where our node is reached and who passes on to it.", "addresses", "relays"),
    verb(
        "body_silent",
        _silent,
        "List the sources whose copies are hidden, or soon will be, by a lease.",
        "officer",
        "within_hours",
    ),
    verb("body_units", _units, "Say which branches, organs and units we have, from a file.", "data"),
    verb("group_keep", _keep_group, "Keep the next version of a group of ours.", "officer", "data"),
    verb("group_list", _groups, "List the groups as they stand on a date.", "on"),
    verb(
        "group_preview", _preview_group, "Say what the next version of a group of ours would change.", "officer", "data"
    ),
    verb(
        "group_show",
        _show_group,
        "Show a group as it stands on a date, or as a version had it.",
        "group",
        "on",
        "version",
    ),
)
