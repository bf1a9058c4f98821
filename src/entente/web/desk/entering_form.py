"""The form of a record that is entered: its fields with what was entered so far, and what it says as the verbs take it.

Each value is a field of its own, `fact.<property>.<number>`, with a box beside it for what was concluded and not observed; a
number more is asked for by its property's button, with script and without.

Source: docs/rules/desk.md W139; docs/rules/records.md R3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from entente.handling.model import Observation, RecordKind, Retention
from entente.handling.rules import retention_for
from entente.identity.identifiers import readings
from entente.identity.identifiers.reading import IdentifierKind
from entente.identity.model import SEXES, Query
from entente.identity.rules import OCCASION_CHARACTERS_MAX, day_first
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import Invalid
from entente.records.entering import NO_PERSON, check_days, check_status
from entente.records.model import (
    LOCAL_ID_CHARACTERS_MAX,
    PROPERTY_NAME_CHARACTERS_MAX,
    VALUE_CHARACTERS_MAX,
    Fact,
    Property,
    PropertyType,
    Schema,
)
from entente.records.rules import check_fact, check_local_id, is_possible_date
from entente.web.desk.entering_kinds import first_fields, link_fields, other_fields
from entente.web.desk.forms import Entered, Fault, Field, Kind, fault_of
from entente.web.desk.import_pages import CODES_CHARACTERS_MAX, TERMS_FIELDS
from entente.web.desk.page import Asked
from entente.web.desk.record_labels import label_of

VALUES_MAX: Final = 20
"""Values of one property that a form takes; more come by a file."""
_PARTS: Final = "."
_REVIEW_DAYS: Final = 365
_ERASE_DAYS: Final = 4 * 365
"""As the form of an import begins; whoever needs it longer says so, within what its kind allows (H5)."""
_LEFT_OUT: Final = frozenset({"title", "kind", "kind_of", "review_years", "erase_years"})
"""Of the terms of an import: what is said here by the form's address, or by days."""
_TITLE: Final = "Entered by hand"
"""What the terms of a record without a list are called; nobody reads it."""
_DAYS: Final = ("review_on", "erase_on")
_LONG: Final = frozenset({PropertyType.TEXT})


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of a property, as it is entered."""

    key: str
    """Behind the field's name: `fact.<key>`."""
    value: str
    is_assessed: bool
    fault: Fault | None
    is_new: bool
    """Whether it was asked for just now, so that the page begins there."""


@dataclass(frozen=True, slots=True)
class PropertyField:
    """A property with its values."""

    name: str
    label: str
    is_english: bool
    type: str
    """How it is entered: `line`, `text`, `date`, `country` or `sex`."""
    target: str
    """Of a link: what it links to, in words."""
    rows: Sequence[ValueRow]
    may_have_more: bool


@dataclass(frozen=True, slots=True)
class FormShown:
    """The fields of the form."""

    first: Sequence[PropertyField]
    more: Sequence[PropertyField]
    links: Sequence[PropertyField]
    is_more_open: bool
    """Whether something stands in a field that is folded away."""
    countries: Mapping[str, str]
    sexes: Mapping[str, str]


def form_shown(asked: Asked, schema: Schema, kind: str, entered: Entered) -> FormShown:
    """Return the fields of a form, with what was entered into them."""
    of_kind = asked.node.lists.record_kinds[kind]
    first, more, links = (
        [_field(asked, schema, one, name, entered) for one in fields]
        for fields, name in (
            (first_fields(schema, of_kind), "fact"),
            (other_fields(schema, of_kind), "fact"),
            (link_fields(schema, of_kind), "link"),
        )
    )
    say, listed = asked.say, asked.node.lists.countries
    countries = {code: say.country(code, listed) for code in listed}
    return FormShown(
        first,
        sorted(more, key=lambda one: say.place(one.label)),
        links,
        any(row.value or row.fault or row.is_new for one in more for row in one.rows),
        dict(sorted(countries.items(), key=lambda one: say.place(one[1]))),
        {code: say.code("sexes", code) for code in SEXES},
    )


def _field(asked: Asked, schema: Schema, prop: Property, name: str, entered: Entered) -> PropertyField:
    label, is_english = label_of(schema, prop.name, asked.say)
    said, ticked = entered.each(name), entered.each(f"{name}_assessed")
    wanted = entered.value("more") == f"{name}{_PARTS}{prop.name}"
    numbers = _numbers(said, prop.name)
    if wanted and len(numbers) < VALUES_MAX:
        numbers.append(numbers[-1] + 1)
    rows = [
        ValueRow(
            key := f"{prop.name}{_PARTS}{number}",
            said.get(key, ""),
            key in ticked,
            entered.fault(f"{name}{_PARTS}{key}"),
            wanted and number == numbers[-1],
        )
        for number in numbers
    ]
    target = asked.say.code("schemata", prop.range) if prop.range else ""
    return PropertyField(prop.name, label, is_english, _type_of(prop), target, rows, len(numbers) < VALUES_MAX)


def _numbers(said: Mapping[str, str], prop: str) -> list[int]:
    """Return the numbers of the rows that a property has in a form; one at least."""
    found = {int(number) for one, _, number in map(_parted, said) if one == prop and _is_number(number)}
    return sorted(found)[:VALUES_MAX] or [0]


def _parted(key: str) -> tuple[str, str, str]:
    return key.rpartition(_PARTS)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(VALUES_MAX))


def _type_of(prop: Property) -> str:
    match prop.type:
        case PropertyType.DATE:
            return "date"
        case PropertyType.COUNTRY:
            return "country"
        case PropertyType.GENDER:
            return "sex"
    return "text" if prop.type in _LONG else "line"


def values_of(form: Entered, name: str) -> list[tuple[str, str, str]]:
    """Return key, property and value of each value that was entered, as the browser sends lines."""
    found = []
    for key, said in form.each(name).items():
        prop, _, number = _parted(key)
        if said.strip() and prop and _is_number(number):
            found.append((key, prop, said.replace("\r\n", "\n").strip()))
    return found


def said_by(form: Entered, schema: Schema) -> JsonObject:
    """Return what a form says of a record as the verbs take it; a day that is written day first is turned."""
    ticked, linked = form.each("fact_assessed"), form.each("link_assessed")
    facts: list[Json] = [
        {"property": prop, "value": _turned(schema, prop, value), "observation": _observation(key in ticked)}
        for key, prop, value in values_of(form, "fact")
    ]
    links: list[Json] = [
        {"property": prop, "to": value, "observation": _observation(key in linked)}
        for key, prop, value in values_of(form, "link")
    ]
    return {"schema": schema.name, "facts": facts, "links": links, "local_id": form.value("own_number")}


def _observation(is_assessed: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return (Observation.ASSESSED if is_assessed else Observation.OBSERVED).value


def _turned(schema: Schema, prop: str, value: str) -> str:
    known = schema.properties.get(prop)
    if known is None or known.type is not PropertyType.DATE or is_possible_date(value):
        return value
    return day_first(value) or value


def wrong_in(asked: Asked, schema: Schema, kind: str) -> tuple[Fault, ...]:
    """Return all that a form can judge itself, each at its field; what depends on what is held the room says, all at once (W156).

    Of properties that the schema has, and no others: of those the room says what it says of them.
    """
    form, lists, say = asked.form, asked.node.lists, asked.say
    found: list[tuple[str, Invalid]] = []

    def judge(field: str, check: Callable[..., object], *given: object) -> None:
        try:
            check(*given)
        except Invalid as error:
            found.append((field, error))

    for key, prop, value in values_of(form, "fact"):
        if prop in schema.properties and prop not in lists.record_kinds[kind].never:
            judge(f"fact{_PARTS}{key}", check_fact, Fact(prop, _turned(schema, prop, value)), schema, 1, lists)
    if form.value("own_number"):
        judge("own_number", check_local_id, form.value("own_number"))
    judge("status", check_status, schema.name, {form.value("status") or NO_PERSON}, asked.node.schemata)
    days = {name: form.value(name) for name in _DAYS if form.value(name)}
    for name, day in days.items():
        judge(name, parse_date, day, name)
    if len(days) == len(_DAYS) and not {field for field, _ in found} & {*_DAYS}:
        judge("erase_on", _check_days, *days.values(), asked.node.clock.now().date())
    told = (Invalid(error.what, field=field, why=error.why, do="") for field, error in found)
    return tuple(fault_of(error, FIELDS, say, form.values) for error in told)


def _check_days(review_on: str, erase_on: str, today: date) -> None:
    check_days(Retention(parse_date(review_on, "review_on"), parse_date(erase_on, "erase_on")), today)


def terms_by(form: Entered, kind: str, schema: str) -> str:
    """Write the terms as an officer's file of terms has them; JSON is YAML too (docs/rules/records.md R3)."""
    codes: dict[str, Json] = {
        name: [*form.lines(name)] for name in ("purposes", "crime_areas", "handling", "marks", "excluded", "only")
    }
    lines = ("confidentiality", "source_evaluation", "information_evaluation")
    terms: JsonObject = {
        "title": _TITLE,
        "kind": kind,
        **{name: form.value(name) for name in lines},
        **codes,
        "subject": {schema: form.value("status")} if form.value("status") else {},
        "retention": {name: form.value(name) for name in _DAYS},
    }
    if form.value("instrument"):
        terms["instrument"] = form.value("instrument")
    return json.dumps(terms, ensure_ascii=False)


def at_its_value(error: Invalid, form: Entered) -> Invalid:
    """Return what a room says of properties as said of the values that were entered for them, which the form leads to."""
    told, taken = list[Invalid](), set[str]()
    for one in (error, *error.also):
        field = _value_meant(one, form, taken)
        taken.add(field)
        told.append(Invalid(one.what, field=field, why=one.why, do=one.do))
    return Invalid.of_all(told)


def _value_meant(error: Invalid, form: Entered, taken: Collection[str]) -> str:
    """Return the field of the value that is meant: the one that is named, else the next of its property that is not taken."""
    for name in ("fact", "link"):
        rows = [(key, value) for key, prop, value in values_of(form, name) if prop == error.field]
        named = [key for key, value in rows if f"«{value[:20]}»" in error.what or value in error.why]
        left = [key for key, _ in rows if f"{name}{_PARTS}{key}" not in taken]
        if rows:
            return f"{name}{_PARTS}{next(iter([*named, *left, rows[0][0]]))}"
    return error.field


def begun_with(asked: Asked, kind: str, query: Query | None, schema: Schema) -> dict[str, str]:
    """Return what a form begins with: terms as they are chosen most, by the task, and what a search was asked for."""
    task, today, of_kind = asked.memory.task, asked.node.clock.now().date(), asked.node.lists.record_kinds[kind]
    latest = retention_for(kind, None, today, None, asked.node.lists)
    begun = {
        "purposes": task.purpose if task is not None else "",
        "crime_areas": task.crime_area if task is not None else "",
        "case": asked.query.get("case", "") or (task.case if task is not None else ""),
        "handling": "H2",
        "confidentiality": asked.node.lists.confidentiality_levels[0],
        "review_on": _day(min(today + timedelta(days=_REVIEW_DAYS), latest.review_on)),
        "erase_on": _day(min(today + timedelta(days=_ERASE_DAYS), latest.erase_on)),
    }
    link, _, name = asked.query.get("link", "").partition(":")
    if name and any(one.name == link for one in link_fields(schema, of_kind)):
        begun[f"link{_PARTS}{link}{_PARTS}0"] = name
    return {**begun, **(_of_query(asked, query, schema, of_kind) if query is not None else {})}


def _day(day: date) -> str:
    return day.isoformat()


_NUMBERS: Final[Mapping[IdentifierKind, Sequence[str]]] = {
    IdentifierKind.DOCUMENT: ("number", "passportNumber", "idNumber"),
    IdentifierKind.NATIONAL: ("idNumber", "personalNumber"),
    IdentifierKind.VIN: ("vin",),
    IdentifierKind.IMO: ("imoNumber",),
    IdentifierKind.IMEI: ("imei",),
    IdentifierKind.IBAN: ("iban", "accountNumber"),
    IdentifierKind.PHONE: ("phone", "number"),
    IdentifierKind.PLATE: ("registrationNumber",),
    IdentifierKind.WALLET: ("publicKey",),
    IdentifierKind.EMAIL: ("email",),
}
"""Where a number that was asked for is entered, of what has such a property."""


def _of_query(asked: Asked, query: Query, schema: Schema, kind: RecordKind) -> dict[str, str]:
    """Return the fields of a form that what was asked fits into."""
    offered = {one.name: one for one in (*first_fields(schema, kind), *other_fields(schema, kind))}
    begun: dict[str, str] = {}

    def put(prop: str, value: str) -> None:
        if prop in offered and value:
            number = len([key for key in begun if _parted(key)[0] == f"fact{_PARTS}{prop}"])
            begun[f"fact{_PARTS}{prop}{_PARTS}{number}"] = value

    for name in query.names:
        put("name", name)
    put("birthDate", query.birth_date)
    put("nationality" if "nationality" in offered else "country", query.country)
    put("gender", query.sex)
    today, countries = asked.node.clock.now().date(), asked.node.lists.countries_alpha3
    for text in query.identifiers:
        kinds = [one.kind for one in readings(text, today=today, countries=countries, country=query.country)]
        fitting = (prop for one in kinds for prop in _NUMBERS.get(one, ()) if prop in offered)
        first = next((one.name for one in first_fields(schema, kind) if one.type is PropertyType.IDENTIFIER), "")
        put(next(fitting, first), text)
    return begun


def asked_by(form: Entered, schema: Schema) -> dict[str, str]:
    """Return what a form holds as the fields of a search for records that are like it."""
    names, numbers, found = [], [], {}
    for _, prop, value in values_of(form, "fact"):
        known = schema.properties.get(prop)
        kind = known.type if known is not None else None
        if kind is PropertyType.NAME:
            names.append(value)
        elif kind in _SEARCHED:
            numbers.append(value)
        elif prop == "birthDate":
            found["birth_date"] = _turned(schema, prop, value)
        elif kind is PropertyType.GENDER:
            found["sex"] = value
        elif prop in {"nationality", "country"}:
            found.setdefault("country", value)
    if not names:
        parts = (
            value for part in ("firstName", "lastName") for _, prop, value in values_of(form, "fact") if prop == part
        )
        names = [" ".join(parts)]
    listed = {"names": names, "identifiers": numbers}
    return {**found, **{name: "\n".join(one for one in lines if one) for name, lines in listed.items()}}


_SEARCHED: Final = frozenset({PropertyType.IDENTIFIER, PropertyType.PHONE, PropertyType.EMAIL, PropertyType.IBAN})

FIELDS: Final[Sequence[Field]] = (
    Field("fact", Kind.TEXT, most=VALUE_CHARACTERS_MAX, asks="facts", is_many=True),
    Field("fact_assessed", Kind.FLAG, is_many=True),
    Field("link", asks="links", is_many=True),
    Field("link_assessed", Kind.FLAG, is_many=True),
    Field("own_number", is_needed=False, most=LOCAL_ID_CHARACTERS_MAX, asks="local_id"),
    *(one for one in TERMS_FIELDS if one.name not in _LEFT_OUT),
    Field("review_on", Kind.DAY, asks="retention.review_on"),
    Field("erase_on", Kind.DAY, asks="retention"),
    Field("share_with", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX),
    Field("case", is_needed=False, most=OCCASION_CHARACTERS_MAX),
    Field("more", is_needed=False, most=PROPERTY_NAME_CHARACTERS_MAX + 10),
    Field("step", is_needed=False, most=10),
)
