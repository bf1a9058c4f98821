"""The verbs of a record that an officer enters by hand: what would come of it, and entering it."""

from __future__ import annotations

from collections.abc import Iterator

from entente.handling.model import Observation
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId, RecordId
from entente.node import Node
from entente.records.blobs import Looking
from entente.records.entering import Entry, check_entry, enter_record, foresee_entry
from entente.records.model import Fact, Link, RecordDraft
from entente.verbs.arguments import Arguments
from entente.verbs.record_import import meaning_of
from entente.verbs.records import shown_record
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

_ABOUT = (
    "officer", "schema", "facts", "links", "terms", "local_id", "share_with", "purpose", "crime_area", "case",
)  # fmt: skip
_FACT_FIELDS = frozenset({"property", "value", "observation"})
_LINK_FIELDS = frozenset({"property", "to", "observation"})


def _enter(node: Node, arguments: Arguments) -> JsonObject:
    node.disk.require_room()
    names, officer = names_of(node), arguments.officer()
    entry = _entry(node, names, arguments)
    _check_case(node, officer, entry)
    entered = enter_record(node.records, officer, entry)
    if entry.why.case:
        node.cases.add_entered(officer, entry.why.case, entered.record, entry.draft.kind)
    return {
        "record": entered.record,
        "name": names.record_name(entered.record),
        "version": 1,
        "shared_with": [names.code(body) for body in sorted(entered.copies)],
    }


def _foresee(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_of(node), arguments.officer()
    entry = _entry(node, names, arguments)
    _check_case(node, officer, entry)
    foreseen = foresee_entry(node.records, officer, entry)
    sights: list[Json] = [
        {
            "body": names.ref(one.body),
            "may_go_up_to": one.ceiling.value if one.ceiling is not None else "",
            "gets_copy": one.body in foreseen.copies,
            "decision": names.decision(one.decision),
        }
        for one in foreseen.sights
    ]
    shown = shown_record(foreseen.record, names)
    return {
        **{name: shown[name] for name in ("schema", "kind", "facts", "links", "retention")},
        "terms": shown["terms"],
        "who": sights,
    }


def _check_case(node: Node, officer: OfficerId, entry: Entry) -> None:
    """Raise Invalid for a case that takes nothing in, with all that is wrong with the record beside it (R67)."""
    if not entry.why.case:
        return
    try:
        node.cases.check_takes(officer, entry.why.case)
    except Invalid as fault:
        try:
            check_entry(node.records, officer, entry)
        except Invalid as others:
            raise Invalid.of_all((others, *others.also, fault)) from fault
        raise


def _entry(node: Node, names: Names, arguments: Arguments) -> Entry:
    schema, terms = arguments.text("schema"), arguments.text("terms").encode()
    cls, retention = node.files.record_terms(terms, meaning_of(node, names), schema)
    draft = RecordDraft(
        arguments.optional_text("local_id"),
        schema,
        cls.kind,
        (cls,),
        tuple({(one.property, one.value): one for one in _facts(node, arguments)}.values()),
        tuple({(one.property, one.to): one for one in _links(names, arguments)}.values()),
        retention,
    )
    recipients = names.body_ids(arguments.texts("share_with"), "share_with")
    why = Looking(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"))
    return Entry(draft, recipients, why)


def _facts(node: Node, arguments: Arguments) -> Iterator[Fact]:
    for given in arguments.documents("facts"):
        one = _read(given, _FACT_FIELDS, "facts")
        name = one.text("property")
        if code := node.files.never_carried(name):
            raise Invalid(
                f"«{name[:40]}» is never entered: no record says it.",
                field="facts",
                why=f"It is «{code}», and nothing of a political, military, religious or racial character, and no secret,"
                " is kept in a record (docs/rules/records.md R3; Constitution of INTERPOL, Art. 3).",
                do="Leave it out. How somebody looks is said by height, hair, eyes and marks.",
            )
        yield Fact(name, one.text("value"), observation=one.choice("observation", Observation, Observation.OBSERVED))


def _links(names: Names, arguments: Arguments) -> Iterator[Link]:
    if arguments.given.get("links") is None:
        return
    for given in arguments.documents("links"):
        one = _read(given, _LINK_FIELDS, "links")
        to = RecordId(names.record(one.text("to")))
        yield Link(one.text("property"), to, observation=one.choice("observation", Observation, Observation.OBSERVED))


def _read(given: JsonObject, known: frozenset[str], field: str) -> Arguments:
    if unknown := sorted(set(given) - known):
        raise Invalid(
            f"What is entered does not have «{unknown[0][:40]}».",
            field=field,
            why="A field that nobody reads would silently not count.",
            do=f"Leave it out; it has: {', '.join(sorted(known))}.",
        )
    return Arguments(given)


VERBS: tuple[Verb, ...] = (
    verb("record_enter", _enter, "Enter one record of ours by hand.", *_ABOUT),
    verb("record_foresee", _foresee, "Say what would come of entering a record, and keep nothing.", *_ABOUT),
)
