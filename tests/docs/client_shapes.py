"""Writes src/entente/client/shapes.py: what the API's answers hold, as types, from the shapes that its OpenAPI document has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword

from entente.api.components import components
from entente.api.openapi import document
from entente.api.route import JSON
from entente.api.table import ROUTES
from entente.formats.codelists import load_code_lists
from entente.kernel.canonical import Json, JsonObject

MADE = "Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file."
OPEN_LISTS = frozenset({"Purpose", "CrimeArea", "CaseNumber"})
"""Texts to a client: the lists of codes are the node's, and a newer node has more."""
NOT_AN_ANSWER = OPEN_LISTS | {"Problem"}
"""A problem is raised as an error and is never an answer."""
NAMES: Mapping[str, str] = {
    "ListUnitLimitsUnit": "UnitLimitsLine",
    "UnitLimitsLineUnit": "OwnUnit",
    "UnitLimitsLineLimit": "UnitLimits",
    "UnitLimitsInstrument": "InstrumentNamed",
    "UnitLimitsLineWaiting": "UnitLimitsSet",
    "ShowUnitLimitsBinding": "UnitLimitsBinding",
    "ShowUnitLimitsOfficer": "UnitOfficer",
    "ShowWhoCanSeeUnit": "UnitSight",
    "UnitSightGround": "GroundNamed",
    "ListRecordsRecord": "RecordLine",
    "ShowRecordRecord": "Record",
    "ListBodiesBody": "DirectoryLine",
    "ShowBodyBody": "DirectoryEntry",
    "ListGroupsGroup": "Group",
    "ListInstrumentsInstrument": "InstrumentLine",
    "ReadTrailRow": "TrailRow",
    "SearchManyQuery": "Query",
    "OneError": "QueryError",
    "HitStep": "ItemStep",
}
"""Shapes that are written within another, by where they stand, and what they are called."""
SINGULAR = {"ies": "y", "sses": "ss", "s": ""}
SHARED = "shared"
TYPES = {"string": "str", "integer": "int", "boolean": "bool"}


def module_of(about: str) -> str:
    """Return what the files of a heading of the reference are called."""
    return about.lower().replace(" ", "_")


def camel(name: str) -> str:
    """Return a name of words as a class is called."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def singular(name: str) -> str:
    """Return one of what a field holds."""
    for ending, other in SINGULAR.items():
        if name.endswith(ending) and not name.endswith("ss"):
            return name.removesuffix(ending) + other
    return name


def textual(value: Json) -> str:
    """Return a help text with its full stop."""
    text = " ".join(str(value or "").split())
    return text and text[0].upper() + text[1:].rstrip(".") + "."


@dataclass
class Shapes:
    """The types of a document, each written once, those that another needs before it."""

    schemas: Mapping[str, JsonObject]
    written: dict[str, str] = field(default_factory=dict)
    """By name, their text, in order."""
    named: dict[str, str] = field(default_factory=dict)
    """By shape, the name it got first."""
    answers: dict[str, JsonObject] = field(default_factory=dict)
    """By route, the shape of its answer as the document has it."""
    place: dict[str, str] = field(default_factory=dict)
    """By name, the file it stands in: of a heading of the reference, or of those that several have."""
    headings: dict[str, str] = field(default_factory=dict)
    """By file, its heading."""
    used_under: dict[str, str] = field(default_factory=dict)
    """By name of a shape of the document that the routes of one heading alone have, the file of that heading."""
    here: str = SHARED

    def form(self, shape: JsonObject, place: str, many: str = "list") -> str:
        """Return the type of a value; what is an object gets a type of its own, called by its place."""
        if "$ref" in shape:
            return self._component(str(shape["$ref"]).rpartition("/")[2])
        kinds = shape.get("type")
        if isinstance(kinds, list):
            (kind,) = [one for one in kinds if one != "null"]
            return f"{self.form({**shape, 'type': kind}, place, many)} | None"
        if (codes := shape.get("enum")) is not None:
            assert isinstance(codes, list), "an enum is a list"
            return literal(codes)
        match kinds:
            case "array":
                items = shape["items"]
                assert isinstance(items, dict), "a list has one shape of items"
                return f"{many}[{self.form(items, place, many)}]"
            case "object":
                return self._object(shape, place)
        return TYPES[str(kinds)]

    def answer(self, route: str, shape: JsonObject) -> str:
        """Return the type of a route's answer."""
        return self.form(shape, f"{camel(route)}Answer")

    def _component(self, name: str) -> str:
        if name in OPEN_LISTS:
            return "str"
        here, self.here = self.here, self.used_under.get(name, SHARED)
        form = self.form(self.schemas[name], name)
        self.here = here
        return form

    def _object(self, shape: JsonObject, place: str) -> str:
        more = shape.get("additionalProperties")
        if isinstance(more, dict):
            return f"dict[str, {self.form(more, place)}]"
        if not isinstance(shape.get("properties"), dict):
            return "JsonObject"
        key = repr({name: value for name, value in shape.items() if name != "description"})
        if key not in self.named:
            name = self.named[key] = NAMES.get(place, place)
            text = "\n".join(self._lines(name, place, shape))
            assert name not in self.written, f"two shapes would be called {name}"
            self.written[name] = text
            self.place[name] = self.here
        return self.named[key]

    def _lines(self, name: str, place: str, shape: JsonObject) -> Iterator[str]:
        fields, needed = shape["properties"], shape.get("required", [])
        assert isinstance(fields, dict), "an object has fields"
        assert isinstance(needed, list), "names of fields"
        stem = name.removesuffix("Answer")
        forms = {
            one: self.form(held, f"{stem}{camel(singular(one))}")
            for one, held in fields.items()
            if isinstance(held, dict)
        }
        typed = {one: form if one in needed else f"NotRequired[{form}]" for one, form in forms.items()}
        says = textual(shape.get("description")) or said_of(name, place)
        if any(iskeyword(one) for one in fields):
            # A field that is a word of the language cannot stand in a class.
            written = ", ".join(f'"{one}": {form}' for one, form in typed.items())
            yield from (f'{name} = TypedDict("{name}", {{{written}}})', f'"""{says}"""', "")
            return
        yield from (f"class {name}(TypedDict):", f'    """{says}"""', "")
        for one, held in fields.items():
            assert isinstance(held, dict), "a field has a shape"
            yield f"    {one}: {typed[one]}"
            if help_text := textual(held.get("description")):
                yield f'    """{help_text}"""'
        yield ""


def literal(codes: list[Json]) -> str:
    """Return the type of a closed list."""
    return "Literal[" + ", ".join(f'"{code}"' for code in codes) + "]"


def said_of(name: str, place: str) -> str:
    """Return what a type is, where its shape does not say it."""
    if name.endswith("Answer"):
        route = next(one for one in ROUTES if f"{camel(one.name)}Answer" == name)
        return f"What is answered by `{route.name}`."
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in place).strip()
    return f"{words[0].upper()}{words[1:]}, as the API gives it."


def shapes() -> Shapes:
    """Return the shapes of the API, every answer's written."""
    made = document(components(load_code_lists()), load_code_lists().roles)
    schemas = inside(made, "components", "schemas")
    found = Shapes({name: shape for name, shape in schemas.items() if isinstance(shape, dict)})
    for route in ROUTES:
        found.headings[module_of(route.about)] = route.about
        answers = inside(made, "paths", route.path, route.method.lower(), "responses", str(route.status), "content")
        found.answers[route.name] = inside(answers, route.gives, "schema")
    found.used_under = _used_under(found)
    for name in schemas:
        if name not in NOT_AN_ANSWER:
            found.form({"$ref": f"/{name}"}, name)
    for route in ROUTES:
        found.here = module_of(route.about)
        if route.gives == JSON:
            found.answer(route.name, found.answers[route.name])
        if route.body is not None:
            request_fields(found, route.name, route.body)
    return found


def inside(document: JsonObject, *steps: str) -> JsonObject:
    """Return an object within a document."""
    for step in steps:
        held = document[step]
        assert isinstance(held, dict), f"{step} is an object"
        document = held
    return document


def _used_under(found: Shapes) -> dict[str, str]:
    under: dict[str, set[str]] = {}
    for route in ROUTES:
        for name in _named_in(
            found, {"answer": found.answers[route.name], "body": route.body, "query": {**route.query}}
        ):
            under.setdefault(name, set()).add(module_of(route.about))
    return {name: next(iter(places)) for name, places in under.items() if len(places) == 1}


def _named_in(found: Shapes, shape: JsonObject) -> set[str]:
    direct = set(re.findall(r"#/components/schemas/(\w+)", repr(shape)))
    return direct.union(*(_named_in(found, found.schemas[name]) for name in direct))


def request_fields(found: Shapes, route: str, body: JsonObject) -> Mapping[str, tuple[str, str]]:
    """Return the type of each field of a request's body, and what it says."""
    fields = body["properties"]
    assert isinstance(fields, dict), "a body has fields"
    return {
        name: (
            found.form(shape, f"{camel(route)}{camel(singular(name))}", "Sequence"),
            textual(shape.get("description")),
        )
        for name, shape in fields.items()
        if isinstance(shape, dict)
    }


def shape_files(found: Shapes) -> Mapping[str, str]:
    """Return the files of all shapes, by their path below the client; not formatted yet."""
    places = dict.fromkeys(found.place.values())
    written = {f"shapes/{place}.py": _shapes_file(found, place) for place in places}
    names = [f"from entente.client.shapes.{place} import {', '.join(_names(found, place))}" for place in places]
    listed = ", ".join(f'"{name}"' for name in sorted(found.written))
    head = f'''"""What the answers of a node hold, as types: the shapes of its OpenAPI document.

{MADE}
"""
'''
    return {**written, "shapes/__init__.py": "\n".join([head, *names, f"__all__ = [{listed}]", ""])}


def _names(found: Shapes, place: str) -> list[str]:
    return sorted(name for name, of in found.place.items() if of == place)


def _shapes_file(found: Shapes, place: str) -> str:
    says = (
        "that several routes have" if place == SHARED else f"of what the routes under «{found.headings[place]}» answer"
    )
    body = "\n\n".join(found.written[name] for name in found.written if found.place[name] == place)
    lines = [f'"""The shapes {says}.', "", MADE, '"""', "", "from typing import Literal, NotRequired, TypedDict", ""]
    for other in dict.fromkeys(found.place.values()):
        used = [name for name in _names(found, other) if re.search(rf"\b{name}\b", body)]
        if other != place and used:
            lines.append(f"from entente.client.shapes.{other} import {', '.join(used)}")
    return "\n".join([*lines, "from entente.kernel.canonical import JsonObject", "", "", body, ""])
