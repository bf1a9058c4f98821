"""The verbs that change one of our records by hand: correct, extend."""

from __future__ import annotations

from datetime import date

from entente.handling.model import Observation, Retention
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.kernel.errors import Invalid
from entente.node import Node
from entente.records.correcting import FactChange, SeenFor, correct_record, extend_record
from entente.records.model import TERMS_MAX
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb

_CHANGE_FIELDS = frozenset({"property", "was", "value", "observation", "terms"})


def _correct(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    changes = [_change(one) for one in arguments.documents("changes")]
    purpose, crime_area = arguments.optional_text("purpose"), arguments.optional_text("crime_area")
    seen_for = SeenFor(purpose, crime_area) if purpose or crime_area else None
    made = correct_record(
        node.records, arguments.officer(), record, _version(arguments), arguments.text("reason"), changes, seen_for
    )
    return {"record": record, "name": names.record_name(record), "version": made.version}


def _extend(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    retention = Retention(_day(arguments, "review_on"), _day(arguments, "erase_on"))
    made = extend_record(
        node.records, arguments.officer(), record, _version(arguments), arguments.text("reason"), retention
    )
    return {"record": record, "name": names.record_name(record), "version": made.version}


def _version(arguments: Arguments) -> int:
    """Return the version that was seen: nobody changes one that they did not see (docs/rules/api.md P9)."""
    return arguments.integer("version", default=0, least=1, most=INTEGER_MAX)


def _day(arguments: Arguments, name: str) -> date:
    arguments.text(name)
    return arguments.day(name, date.min)


def _change(given: JsonObject) -> FactChange:
    if unknown := sorted(set(given) - _CHANGE_FIELDS):
        raise Invalid(
            f"A change does not have «{unknown[0][:40]}».",
            field="changes",
            why="A field that nobody reads would silently not count.",
            do=f"Leave it out; a change has: {', '.join(sorted(_CHANGE_FIELDS))}.",
        )
    one = Arguments(given)
    terms = None if given.get("terms") is None else one.integer("terms", default=0, least=0, most=TERMS_MAX - 1)
    return FactChange(
        property=one.text("property"),
        was=one.optional_text("was"),
        value=one.optional_text("value"),
        observation=one.choice("observation", Observation, Observation.OBSERVED),
        terms=terms,
    )


VERBS: tuple[Verb, ...] = (
    verb(
        "record_correct", _correct, "Correct what a record of ours says.", "officer", "record", "version", "reason",
        "changes", "purpose", "crime_area",
    ),
    verb(
        "record_extend", _extend, "Keep a record of ours longer.",
        "officer", "record", "version", "reason", "review_on", "erase_on",
    ),
)  # fmt: skip
