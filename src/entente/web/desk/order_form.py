"""A national order as a form and as a file: what is entered read into an order, an order written as what a form or a file holds.

Every measure stands in the form on every legal basis that it can rest on, to be ticked: nothing has to be known by heart. Pure
functions.

Source: docs/rules/desk.md W137; docs/rules/bodies.md B8.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.bodies.model import Measure
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.web.desk.forms import Entered
from entente.web.desk.power_pages import OrderShown
from entente.web.desk.reading import member, members, text, texts
from entente.web.wording import Wording

DAYS: Final = ("signed_on", "published_on", "in_force_on", "ends_on")
_BETWEEN: Final = "."
"""Between measure and legal basis in the key of a field."""


@dataclass(frozen=True, slots=True)
class PowerLine:
    """A measure on a legal basis, as it is ticked."""

    key: str
    measure: str
    is_given: bool
    condition: str


@dataclass(frozen=True, slots=True)
class BasisLines:
    """The measures on one legal basis."""

    basis: str
    lines: Sequence[PowerLine]
    given: int
    is_open: bool
    """Whether the order settles it, or something stands or is wrong in one of its lines."""


@dataclass(frozen=True, slots=True)
class AuthorityLine:
    """Who takes a measure instead."""

    key: str
    measure: str
    authority: str


def pairs_of(measures: Mapping[str, Measure]) -> Sequence[tuple[str, str]]:
    """Return each measure with each legal basis that it can rest on, by basis."""
    bases = dict.fromkeys(basis for one in measures.values() for basis in sorted(one.legal_bases))
    return [(code, basis) for basis in bases for code, one in measures.items() if basis in one.legal_bases]


def power_lines(entered: Entered, measures: Mapping[str, Measure], say: Wording) -> Sequence[BasisLines]:
    """Return the lines of a form for the powers, by legal basis."""
    given, conditions = entered.each("power_given"), entered.each("power_condition")
    wrong = {fault.field.partition(_BETWEEN)[2] for fault in entered.faults}
    by_basis: dict[str, list[PowerLine]] = {}
    for measure, basis in pairs_of(measures):
        key = f"{measure}{_BETWEEN}{basis}"
        line = PowerLine(key, say.code("measures", measure), key in given, conditions.get(key, ""))
        by_basis.setdefault(basis, []).append(line)
    settled = entered.lines("order_governs")
    return [
        BasisLines(
            say.code("legal_bases", basis),
            lines,
            sum(one.is_given for one in lines),
            basis in settled or any(one.is_given or one.condition or one.key in wrong for one in lines),
        )
        for basis, lines in by_basis.items()
    ]


def authority_lines(entered: Entered, measures: Mapping[str, Measure], say: Wording) -> Sequence[AuthorityLine]:
    """Return the lines of a form for who takes a measure instead."""
    named = entered.each("authority")
    return [AuthorityLine(code, say.code("measures", code), named.get(code, "")) for code in measures]


def values_of(order: JsonObject) -> Mapping[str, str]:
    """Return what a form holds that says an order."""
    values = {"order_reference": text(order, "reference"), "order_text": text(order, "text")}
    values |= {f"order_{day}": text(order, day) for day in DAYS if order[day]}
    values["order_governs"] = "\n".join(texts(order, "governs"))
    for power in members(order, "powers"):
        key = f"{text(power, 'measure')}{_BETWEEN}{text(power, 'legal_basis')}"
        values[f"power_given.{key}"] = "yes"
        values[f"power_condition.{key}"] = text(power, "condition")
    instead = member(order, "competent_authorities")
    values |= {f"authority.{measure}": text(instead, measure) for measure in instead}
    return values


def order_of(entered: Entered, reference: str, measures: Mapping[str, Measure]) -> JsonObject:
    """Return the order that a form says; raise Invalid for a condition of what is not given."""
    given = entered.each("power_given")
    conditions = {key: said.strip() for key, said in entered.each("power_condition").items() if said.strip()}
    for key in conditions:
        if key not in given:
            field = f"power_condition.{key}"
            raise Invalid(
                f"The field {field} does not hold what it should.",
                field=field,
                why="A condition stands at a measure that is given (docs/rules/desk.md W137).",
                do="Tick the measure, or take its condition away.",
            )
    powers: list[Json] = [
        {"measure": measure, "legal_basis": basis, "condition": conditions.get(f"{measure}{_BETWEEN}{basis}", "")}
        for measure, basis in pairs_of(measures)
        if f"{measure}{_BETWEEN}{basis}" in given
    ]
    instead: dict[str, Json] = {code: said.strip() for code, said in entered.each("authority").items() if said.strip()}
    days: dict[str, Json] = {day: entered.value(f"order_{day}") for day in DAYS if entered.value(f"order_{day}")}
    return {
        "reference": reference,
        "text": entered.value("order_text").replace("\r\n", "\n"),
        **days,
        "governs": [*entered.lines("order_governs")],
        "powers": powers,
        "competent_authorities": instead,
    }


def field_of_fault(error: Invalid, order: JsonObject) -> str:
    """Return the field of a form at which a room found something wrong with an order."""
    name = error.field.removeprefix("order.")
    if name.startswith("powers["):
        place = int(name.removeprefix("powers[").partition("]")[0])
        power = members(order, "powers")[place]
        return f"power_given.{text(power, 'measure')}{_BETWEEN}{text(power, 'legal_basis')}"
    if name.startswith("competent_authorities."):
        return f"authority.{name.partition('.')[2]}"
    return f"order_{name}" if name in {"reference", "text", "governs", *DAYS} else ""


def file_of(order: JsonObject, measures: Mapping[str, Measure], say: Wording) -> str:
    """Return an order as a file to be written on, with every code that could stand in it beside its words."""
    return "\n".join(_lines(order, measures, say)) + "\n"


def _lines(order: JsonObject, measures: Mapping[str, Measure], say: Wording) -> Iterator[str]:
    yield f"reference: {_said(text(order, 'reference'))}"
    yield f"text: {_said(text(order, 'text'))}"
    yield from (f"{day}: {text(order, day)}" for day in DAYS if order.get(day))
    if not order.get("ends_on"):
        yield "# ends_on:"
    yield from _codes("governs", texts(order, "governs"), say)
    yield "powers:" if order["powers"] else "powers: []"
    for one in members(order, "powers"):
        condition = text(one, "condition") if one.get("condition") else ""
        more = f", condition: {_said(condition)}" if condition else ""
        yield f"  - {{measure: {text(one, 'measure')}, legal_basis: {text(one, 'legal_basis')}{more}}}"
    held = {(one["measure"], one["legal_basis"]) for one in members(order, "powers")}
    for measure, basis in pairs_of(measures):
        if (measure, basis) not in held:
            words = f"{say.code('measures', measure)} · {say.code('legal_bases', basis)}"
            yield f"  # - {{measure: {measure}, legal_basis: {basis}}}  # {words}"
    instead = member(order, "competent_authorities")
    yield "competent_authorities:" if instead else "competent_authorities: {}"
    yield from (f"  {measure}: {_said(text(instead, measure))}" for measure in instead)


def _codes(name: str, held: Collection[str], say: Wording) -> Iterator[str]:
    yield f"{name}:" if held else f"{name}: []"
    for code, words in say.codes("legal_bases").items():
        yield f"  {'' if code in held else '# '}- {code}  # {words}"


def _said(value: str) -> str:
    """Return a text as YAML takes it: within quotes, as JSON writes it."""
    return json.dumps(value, ensure_ascii=False)


def differences(before: OrderShown, after: OrderShown, say: Wording) -> list[tuple[str, str, str]]:
    """Return what an order says otherwise than the one that stands: the field, as it stands, as it was entered."""
    named = (
        ("field.order_text", before.text, after.text),
        ("field.order_signed_on", before.signed_on, after.signed_on),
        ("field.order_published_on", before.published_on, after.published_on),
        ("field.order_in_force_on", before.in_force_on, after.in_force_on),
        ("field.order_ends_on", before.ends_on, after.ends_on),
        ("field.order_governs", *(" · ".join(one.governs) for one in (before, after))),
        ("field.power_given", *("\n".join(sorted(map(_power_said, one.powers))) for one in (before, after))),
        ("field.authority", *("\n".join(f"{of}: {who}" for of, who in one.instead) for one in (before, after))),
    )
    return [(say.text(label), was, then) for label, was, then in named if was != then]


def _power_said(power: tuple[str, str, str]) -> str:
    return " · ".join(part for part in power if part)
