"""Correcting what one of our records says, and keeping it longer: a form over the facts as they stand in the version shown.

Each field carries the value that it is about, so that a form that came too late is given back with what was entered where it
still belongs, and beside it what was entered about values that no longer stand.

Source: docs/rules/desk.md W70; docs/rules/records.md R59 and R60.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.handling.model import Observation
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.records.model import VALUE_CHARACTERS_MAX, PropertyType, Schema
from entente.web.desk.forms import Entered, Fault, Field, Kind
from entente.web.desk.naming import quote_record, record_asked_for, record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.reading import member, members, text, whole
from entente.web.desk.record_labels import label_of
from entente.web.desk.task import TaskShown, asks_why_first, task_shown

EDITED_FACTS_MAX = 60
"""Three fields each, and a form has at most 400 (forms.FORM_FIELDS_MAX); what has more is corrected in its list."""
ADDED_MAX = 3
_LONG_CHARACTERS = 60
_WAS_CHARACTERS_MAX = VALUE_CHARACTERS_MAX + 100
_BETWEEN = ":"
"""Between observation, property and value in what a field says it is about."""
_ON = "."
"""Between observation and the place of its terms there, of a record with several."""


@dataclass(frozen=True, slots=True)
class FactField:
    """One value, as it is edited."""

    key: str
    label: str
    is_english: bool
    about: str
    """Observation, property and value as they stand."""
    was: str
    value: str
    is_assessed: bool
    is_long: bool
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class AddedField:
    """A value that is added."""

    key: str
    property: str
    value: str
    is_assessed: bool
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class CorrectPage:
    """What `correct.html` shows."""

    title: str
    task: TaskShown
    id: str
    to: str
    here: str
    versions: str
    version: int
    facts: Sequence[FactField]
    left_out: int
    """Facts that a form has no place for."""
    added: Sequence[AddedField]
    properties: Mapping[str, str]
    terms: Mapping[str, str]
    """Of a record with several: number from 0 → what it is called."""
    lost: Sequence[tuple[str, str]]
    """What was entered about values that no longer stand: the value, and what was to take its place."""
    reasons: Mapping[str, str]


def correct_path(name: str) -> str:
    """Return where a record is corrected."""
    return f"{PREFIX}/correct/{quote_record(name)}"


def _correct(asked: Asked) -> CorrectPage | Elsewhere:
    name, task = record_asked_for(asked), asked.memory.task
    if task is None:
        return asks_why_first(correct_path(name))
    answer, say = asked.perform("record_show", {"record": name, **task.about()}), asked.say
    if answer["received_from"]:
        # Only its source corrects a record.
        raise NotFound
    record = member(answer, "record")
    schema = asked.node.schemata.get(text(record, "schema"))
    form = asked.form if asked.form.of == "correct_record" else Entered()
    facts = members(record, "facts")
    terms = members(record, "terms")
    has_several = len(terms) > 1
    fields = [
        _field(asked, one, _about(one, has_several=has_several), str(place), schema, form)
        for place, one in enumerate(facts[:EDITED_FACTS_MAX])
    ]
    standing = {one.about for one in fields}
    return CorrectPage(
        title=say.text("correct.title"),
        task=task_shown(asked),
        id=text(record, "name"),
        to=record_path(text(record, "name")),
        here=correct_path(text(record, "name")),
        versions=f"{PREFIX}/versions/{quote_record(text(record, 'name'))}",
        version=whole(record, "version"),
        facts=fields,
        left_out=max(0, len(facts) - EDITED_FACTS_MAX),
        added=[_added(str(place), form) for place in range(1, ADDED_MAX + 1)],
        properties=_properties(schema, asked),
        terms={
            str(place): f"{place + 1} · {text(one, 'instrument')} · {text(one, 'evaluation')}"
            for place, one in enumerate(terms)
        }
        if has_several
        else {},
        lost=_lost(form, standing),
        reasons=say.codes("correction_reasons"),
    )


def _about(fact: JsonObject, *, has_several: bool) -> str:
    """Return what a field says it is about: observation, where there are several terms their place, property and value."""
    on = f"{_ON}{whole(fact, 'terms')}" if has_several else ""
    return _BETWEEN.join((text(fact, "observation") + on, text(fact, "property"), text(fact, "value")))


def _field(asked: Asked, fact: JsonObject, about: str, key: str, schema: Schema | None, form: Entered) -> FactField:
    prop, value = text(fact, "property"), text(fact, "value")
    label, is_english = label_of(schema, prop, asked.say)
    entered = next((one for one, said in _said(form, "was").items() if said == about), None)
    is_assessed = fact["observation"] == "assessed"
    return FactField(
        key=key,
        label=label,
        is_english=is_english,
        about=about,
        was=value,
        value=value if entered is None else _said(form, "fact").get(entered, value),
        is_assessed=is_assessed if entered is None else entered in form.each("assessed"),
        is_long=len(value) > _LONG_CHARACTERS or "\n" in value,
        fault=form.fault(f"fact.{entered}") if entered is not None else None,
    )


def _added(key: str, form: Entered) -> AddedField:
    value = _said(form, "add_value").get(key, "")
    chosen, is_assessed = form.each("add_property").get(key, ""), key in form.each("add_assessed")
    return AddedField(key, chosen, value, is_assessed, form.fault(f"add_value.{key}"))


def _properties(schema: Schema | None, asked: Asked) -> dict[str, str]:
    """Return the properties that a value may be added to, by what they are called."""
    known = schema.properties.values() if schema is not None else ()
    named = {one.name: label_of(schema, one.name, asked.say)[0] for one in known if one.type is not PropertyType.ENTITY}
    return dict(sorted(named.items(), key=lambda one: (asked.say.place(one[1]), one[0])))


def _lost(form: Entered, standing: set[str]) -> list[tuple[str, str]]:
    values = _said(form, "fact")
    return [
        (was, values[key])
        for key, about in _said(form, "was").items()
        if about not in standing and values.get(key, "") != (was := _read(about)[2])
    ]


def _read(about: str) -> tuple[str, str, str]:
    """Return observation, property and value that a field says it is about."""
    observation, _, rest = about.partition(_BETWEEN)
    prop, _, value = rest.partition(_BETWEEN)
    return observation, prop, value


def _said(form: Entered, name: str) -> Mapping[str, str]:
    """Return what was entered into the fields of a name; browsers send the ends of lines as CR LF."""
    return {key: said.replace("\r\n", "\n") for key, said in form.each(name).items()}


def _change(asked: Asked) -> Done:
    name, form, task = record_asked_for(asked), asked.form, asked.memory.task
    given: JsonObject = {"record": name, "reason": form.value("reason"), "version": version_of(form)}
    if task is not None:
        # Terms are numbered as the page showed them, which goes by what it was asked for.
        given |= {"purpose": task.purpose, "crime_area": task.crime_area}
    replaced, new = _replaced(form), _new(form)
    try:
        asked.perform("record_correct", {**given, "changes": [*replaced.values(), *new.values()]})
    except Invalid as error:
        raise _at_its_values(error, replaced, new) from error
    return Done(f"{PREFIX}/versions/{quote_record(name)}", "record_corrected")


def _at_its_values(error: Invalid, replaced: Mapping[str, JsonObject], new: Mapping[str, JsonObject]) -> Invalid:
    """Return what a room says of properties as said of the values that were entered for them, which the form leads to."""
    left = [(f"add_value.{key}", one) for key, one in new.items()] + [
        (f"fact.{key}", one) for key, one in replaced.items()
    ]
    told = []
    for fault in (error, *error.also):
        of_it = [pair for pair in left if pair[1]["property"] == fault.field]
        named = [pair for pair in of_it if f"«{text(pair[1], 'value')[:20]}»" in fault.what]
        found = next(iter([*named, *of_it]), None)
        if found is not None:
            left.remove(found)
        told.append(Invalid(fault.what, field=found[0] if found else fault.field, why=fault.why, do=fault.do))
    return Invalid.of_all(told)


def version_of(form: Entered) -> int:
    """Return the version that a form was made for; 0 for none, which the verb refuses."""
    said = form.value("version")
    return int(said) if said.isascii() and said.isdecimal() else 0


def _replaced(form: Entered) -> dict[str, JsonObject]:
    """Return the changes of values that stand, by their keys: to another value, to nothing, to assessed or observed."""
    values, ticked = _said(form, "fact"), form.each("assessed")
    found: dict[str, JsonObject] = {}
    for key, about in _said(form, "was").items():
        standing, prop, was = _read(about)
        before, _, on = standing.partition(_ON)
        value = values.get(key, was).strip()
        observation = Observation.ASSESSED if key in ticked else Observation.OBSERVED
        if value == was.strip() and before == observation:
            continue
        kept = was if value == was.strip() else value
        change: JsonObject = {"property": prop, "was": was, "value": kept, "observation": observation.value}
        found[key] = {**change, "terms": int(on)} if on.isascii() and on.isdecimal() else change
    return found


def _new(form: Entered) -> dict[str, JsonObject]:
    """Return the values that are added, by their keys in the form."""
    terms = form.value("add_terms")
    more: JsonObject = {"terms": int(terms)} if terms.isascii() and terms.isdecimal() else {}
    ticked, properties = form.each("add_assessed"), form.each("add_property")
    return {
        key: {
            "property": properties.get(key, ""),
            "value": value.strip(),
            "observation": (Observation.ASSESSED if key in ticked else Observation.OBSERVED).value,
            **more,
        }
        for key, value in _said(form, "add_value").items()
        if value.strip() or properties.get(key)
    }


def _extend(asked: Asked) -> Done:
    name, form = record_asked_for(asked), asked.form
    given: JsonObject = {one: form.value(one) for one in ("review_on", "erase_on")}
    extension: JsonObject = {"record": name, "version": version_of(form), "reason": form.value("extension"), **given}
    asked.perform("record_extend", extension)
    return Done(record_path(name), "record_extended")


_MAY = ("correct_record",)
_FIELDS: Sequence[Field] = (
    Field("version", most=20),
    Field("reason", Kind.CODE, codes="correction_reasons"),
    Field("was", Kind.TEXT, most=_WAS_CHARACTERS_MAX, is_many=True, is_carried=True),
    Field("fact", Kind.TEXT, most=VALUE_CHARACTERS_MAX, asks="changes", is_many=True),
    Field("assessed", Kind.FLAG, is_many=True),
    Field("add_property", is_many=True),
    Field("add_value", Kind.TEXT, most=VALUE_CHARACTERS_MAX, is_many=True),
    Field("add_assessed", Kind.FLAG, is_many=True),
    Field("add_terms", is_needed=False, asks="terms"),
)

PAGES: Sequence[Page] = (
    ShowPage(
        "correct", "/correct/{source}/{local_id:path}", ("record_show",), _MAY, "correct.html",
        "A record of ours as a form, to correct what it says.", _correct,
    ),
    ActPage(
        "correct_record", "/correct/{source}/{local_id:path}", ("record_correct",), _MAY, "correct",
        "Corrects a record of ours: values replaced, taken away and added in one version.", _change, tuple(_FIELDS),
    ),
    ActPage(
        "extend_record", "/extend/{source}/{local_id:path}", ("record_extend",), _MAY, "record",
        "Keeps a record of ours longer.", _extend,
        (
            Field("version", most=20), Field("extension", Kind.CODE, codes="extension_reasons", asks="reason"),
            Field("review_on", Kind.DAY), Field("erase_on", Kind.DAY, asks="retention"),
        ),
    ),
)  # fmt: skip
