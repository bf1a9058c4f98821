"""Writes src/entente/client/shapes.py: what the API's answers hold, as types, from the shapes that its OpenAPI document has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword

from entente.api.components import components
from entente.api.openapi import document
from entente.api.table import ROUTES
from entente.formats.codelists import load_code_lists
from entente.kernel.canonical import Json, JsonObject

MADE = "Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file."
OPEN_LISTS = frozenset({"Purpose", "CrimeArea", "CaseNumber"})
"""Texts to a client: the lists of codes are the node's, and a newer node has more."""
NOT_AN_ANSWER = OPEN_LISTS | {"Problem"}
"""A problem is raised as an error and is never an answer."""
NAMES: Mapping[str, str] = {
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
TYPES = {"string": "str", "integer": "int", "boolean": "bool"}


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
    shared: frozenset[str] = frozenset()
    """Names of those that several routes have."""

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
        return self.form(self.schemas[name], name)

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
    shared = components(load_code_lists())
    made = document(shared)
    marked = made["components"]
    assert isinstance(marked, dict), "a document has components"
    schemas = marked["schemas"]
    assert isinstance(schemas, dict), "a document has shapes"
    found = Shapes({name: shape for name, shape in schemas.items() if isinstance(shape, dict)})
    for name in schemas:
        if name not in NOT_AN_ANSWER:
            found.form({"$ref": f"/{name}"}, name)
    found.shared = frozenset(found.written)
    for route in ROUTES:
        at: Json = made
        for step in ("paths", route.path, route.method.lower(), "responses", str(route.status), "content"):
            assert isinstance(at, dict), "the document is made of objects"
            at = at[step]
        shape = at["application/json"]["schema"]  # type: ignore[index, call-overload] # as openapi.py writes it
        assert isinstance(shape, dict), "an answer has a shape"
        found.answers[route.name] = shape
        found.answer(route.name, shape)
        if route.body is not None:
            request_fields(found, route.name, route.body)
    return found


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


def shapes_file(found: Shapes) -> str:
    """Return the file of the shapes that several routes have."""
    says = "What the answers of a node hold, as types: the shapes that several routes have."
    return _file(says, [text for name, text in found.written.items() if name in found.shared], "")


def answers_file(found: Shapes) -> str:
    """Return the file of the shapes that one route has."""
    says = "What the answers of a node hold, as types: the answer of each route, and what only that holds."
    own = [text for name, text in found.written.items() if name not in found.shared]
    used = sorted(name for name in found.shared if any(re.search(rf"\b{name}\b", text) for text in own))
    return _file(says, own, f"from entente.client.shapes import {', '.join(used)}")


def _file(says: str, texts: list[str], more: str) -> str:
    body = "\n\n".join(texts)
    typing = [name for name in ("Literal", "NotRequired", "TypedDict") if re.search(rf"\b{name}\b", body)]
    head = [f'"""{says}', "", f"{MADE}", '"""', "", f"from typing import {', '.join(typing)}", ""]
    head += [more] if more else []
    head += ["from entente.kernel.canonical import JsonObject"] if "JsonObject" in body else []
    return "\n".join([*head, "", "", body]).rstrip() + "\n"
