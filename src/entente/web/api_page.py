"""GET /api/v1/: the reference of the API for people, made from its OpenAPI document.

Whoever reaches the node may read it: it says what can be asked, and nothing of what is there. Its address loads nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entente.kernel.canonical import Json, JsonObject
from entente.web.pages import render

PATH = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request, an answer or a shape."""

    name: str
    form: str
    """Its type and bounds in words."""
    shape: str
    """The shared shape that it has; empty for none."""
    is_needed: bool
    help: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    answer_shape: str
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The routes under one heading."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that several routes have."""

    name: str
    help: str
    form: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence."""

    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is to be known first, under one heading."""

    id: str
    heading: str
    paragraphs: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class ApiPage:
    """What `api.html` shows."""

    title: str
    version: str
    document: str
    """Where the OpenAPI document is."""
    chapters: tuple[Chapter, ...]
    headings: tuple[Heading, ...]
    shapes: tuple[Shape, ...]


JSON = "application/json"


def api_page_route(document: JsonObject, *, is_exercise: bool = False) -> Route:
    """Return the page's route, for an OpenAPI document."""
    page = page_of(document)

    async def show(_: Request) -> Response:
        return render("api.html", page, is_exercise=is_exercise)

    return Route(PATH, show, methods=["GET"])


def page_of(document: JsonObject) -> ApiPage:
    """Return what the page shows of a document."""
    operations = [
        (str(_at(shown, "tags", 0)), _operation(str(path), str(method), shown))
        for path, methods in _object(document, "paths").items()
        for method, shown in (methods.items() if isinstance(methods, dict) else ())
    ]
    names = dict.fromkeys(name for name, _ in operations)
    schemas = _object(_object(document, "components"), "schemas")
    return ApiPage(
        title="Reference of the API",
        version=str(_object(document, "info")["version"]),
        document=f"{PATH}openapi.json",
        chapters=tuple(_chapters(str(_object(document, "info")["description"]))),
        headings=tuple(Heading(name, tuple(one for of, one in operations if of == name)) for name in names),
        shapes=tuple(
            Shape(name, str(one.get("description", "")), _form(one), tuple(_fields(one)))
            for name, one in sorted(schemas.items())
            if isinstance(one, dict)
        ),
    )


def _chapters(markdown: str) -> Iterator[Chapter]:
    """Yield the chapters of a description: headings of two marks, paragraphs, and code between backticks."""
    for number, chapter in enumerate(markdown.split("## ")[1:], 1):
        heading, *paragraphs = chapter.strip().split("\n\n")
        pieces = (
            tuple(Piece(text, bool(place % 2)) for place, text in enumerate(paragraph.split("`")) if text)
            for paragraph in paragraphs
        )
        yield Chapter(f"first-{number}", heading, tuple(pieces))


def _operation(path: str, method: str, shown: Json) -> Operation:
    assert isinstance(shown, dict), "an operation is an object"
    responses = _object(shown, "responses")
    good = next(one for status, one in responses.items() if status.startswith("2"))
    answer_type, answer = _content(good)
    body = shown.get("requestBody")
    parameters = shown["parameters"]
    assert isinstance(parameters, list), "parameters are a list"
    return Operation(
        id=str(shown["operationId"]),
        method=method.upper(),
        path=f"{PATH.rstrip('/')}{path}",
        summary=str(shown["summary"]),
        description=str(shown["description"]),
        parameters=tuple(_parameter(one) for one in parameters if isinstance(one, dict)),
        body=_described(*_content(body)) if body else (),
        answer=_described(answer_type, answer),
        answer_shape=_shape_of(answer),
        statuses=tuple(
            (status, str(one["description"]))
            for status, one in responses.items()
            if isinstance(one, dict) and status != "default"
        ),
    )


def _parameter(one: JsonObject) -> Field:
    shape = _object(one, "schema")
    place = {"path": "in the path", "query": "behind «?»", "header": "a header"}[str(one["in"])]
    return Field(
        str(one["name"]),
        f"{_form(shape)}, {place}",
        _shape_of(shape),
        one["required"] is True,
        str(shape.get("description", "")),
    )


def _fields(shape: JsonObject) -> Iterator[Field]:
    properties, required = shape.get("properties"), shape.get("required")
    for name, one in properties.items() if isinstance(properties, dict) else ():
        assert isinstance(one, dict), "the shape of a field is an object"
        is_needed = isinstance(required, list) and name in required
        yield Field(name, _form(one), _shape_of(one), is_needed, str(one.get("description", "")))
        # What stands within a field that has no name of its own is shown beneath it.
        inner = one.get("items", one)
        if isinstance(inner, dict):
            mark = "[]" if "items" in one else ""
            for within in _fields(inner):
                yield Field(f"{name}{mark}.{within.name}", within.form, within.shape, within.is_needed, within.help)


def _form(shape: JsonObject) -> str:
    """Return a type and its bounds in words."""
    if "$ref" in shape:
        return _shape_of(shape)
    types = shape.get("type", "object")
    words = " or ".join(map(str, types)) if isinstance(types, list) else str(types)
    words = words.replace("string", "text").replace("integer", "whole number").replace("array", "list")
    if isinstance(items := shape.get("items"), dict):
        words += f" of {_form(items)}"
    if isinstance(codes := shape.get("enum"), list):
        words += ": " + ", ".join(str(code) or "(empty)" for code in codes)
    bounds = [
        f"{text} {shape[name]}"
        for name, text in (
            ("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"), ("minItems", "at least"), ("maxItems", "at most"),
        )
        if name in shape
    ]  # fmt: skip
    if "default" in shape:
        bounds.append(f"else {shape['default']}")
    return ", ".join([words, *bounds])


def _shape_of(shape: JsonObject) -> str:
    """Return the name of the shared shape that a field or the entries of its list have."""
    items = shape.get("items")
    named = shape.get("$ref") or (items.get("$ref") if isinstance(items, dict) else None)
    return str(named).rpartition("/")[2] if named else ""


def _described(media_type: str, shape: JsonObject) -> tuple[Field, ...]:
    """Return the fields of a body or an answer; of what is no JSON its type alone."""
    if media_type == JSON:
        return tuple(_fields(shape))
    return (Field("(as it is)", media_type, "", is_needed=True, help=str(shape.get("description", ""))),)


def _content(one: Json) -> tuple[str, JsonObject]:
    assert isinstance(one, dict), "a body or an answer is an object"
    ((media_type, content),) = _object(one, "content").items()
    assert isinstance(content, dict), "a type has a schema"
    return media_type, _object(content, "schema")


def _object(document: JsonObject, name: str) -> JsonObject:
    found = document[name]
    assert isinstance(found, dict), "this member is an object"
    return found


def _at(shown: Json, name: str, place: int) -> Json:
    assert isinstance(shown, dict), "an operation is an object"
    found = shown[name]
    assert isinstance(found, list), "this member is a list"
    return found[place]
