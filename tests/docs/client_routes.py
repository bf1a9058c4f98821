"""Writes the methods of the client, one for each route of the API, from the table of routes.

For each heading of the reference a file of src/entente/client/routes: a function that makes the request, and a method of both
clients. `make reference` writes them, tests/docs/test_client_made.py compares what stands there with what this gives.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from entente.api.openapi import parameters_in
from entente.api.route import ApiRoute, Writes
from entente.api.table import ROUTES
from entente.kernel.canonical import JsonObject
from tests.docs.client_shapes import (
    MADE,
    Shapes,
    answers_file,
    camel,
    request_fields,
    shapes,
    shapes_file,
    singular,
    textual,
)
from tests.docs.source import PACKAGE, ROOT

PLACE = PACKAGE / "client"
EXAMPLES: Mapping[str, str] = {"number": "2031/000017", "record": "XA-NCB/w-17", "group": "GS/members"}
"""Of references that are written with a slash."""
DOCUMENTED: Mapping[str, str] = {
    "page_size": "How many a page has; the list goes on over all pages.",
    "version": "The version that was seen: where another one stands, nothing is done.",
    "unless_version": "The version that is known already: where it still stands, the answer is None.",
    "idempotency_key": "Made for this act where none is given.",
    "number": "Its number in the register: 2031/000017.",
    "record": "The record: CODE/local id.",
    "group": "The group: CODE of its keeper/name.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method."""

    name: str
    form: str
    help: str = ""
    is_needed: bool = True
    field: str = ""
    """What the verb calls it, where it takes it."""

    @property
    def written(self) -> str:
        """How it stands in a signature."""
        return f"{self.name}: {self.form}" if self.is_needed else f"{self.name}: {self.form} | None = None"

    @property
    def passed(self) -> str:
        """How it stands in a call."""
        return f"{self.name}={self.name}"


@dataclass(frozen=True, slots=True)
class Made:
    """A route as the client has it."""

    route: ApiRoute
    path: tuple[Parameter, ...]
    query: tuple[Parameter, ...]
    body: tuple[Parameter, ...]
    heads: tuple[Parameter, ...]
    answer: str
    item: str
    """Of a list: the type of what it lists; else nothing."""
    items: str
    """And its field."""

    @property
    def named(self) -> tuple[Parameter, ...]:
        """The parameters that are given by name, those that are needed first."""
        return tuple(sorted((*self.query, *self.body, *self.heads), key=lambda one: not one.is_needed))

    @property
    def every(self) -> tuple[Parameter, ...]:
        """All parameters, in order."""
        return *self.path, *self.named

    @property
    def call(self) -> str:
        """The type of its request."""
        return f"PagedCall[{self.answer}, {self.item}]" if self.item else f"Call[{self.answer}]"


def made(route: ApiRoute, found: Shapes) -> Made:
    """Return a route as the client has it."""
    needed = (route.body or {}).get("required", [])
    assert isinstance(needed, list), "names of fields"
    forms = request_fields(found, route.name, route.body) if route.body is not None else {}
    fields = (route.body or {}).get("properties", {})
    assert isinstance(fields, dict), "a body has fields"
    body = [
        Parameter(name, forms[name], _help(shape), name in needed, name)
        for name, shape in fields.items()
        if isinstance(shape, dict)
    ]
    query = [
        Parameter(_query_name(route, name), found.form(shape, name), _help(shape), name in route.needed, name)
        for name, shape in route.query.items()
    ]
    answer = found.answer(route.name, _marked(route, found))
    items, item = _listed(route, found) if route.pages else ("", "")
    one = Made(route, tuple(_path(route)), tuple(query), tuple(body), tuple(_heads(route)), answer, item, items)
    names = [parameter.name for parameter in one.every]
    assert len(names) == len(set(names)), f"two parameters of {route.name} have one name"
    return one


def _marked(route: ApiRoute, found: Shapes) -> JsonObject:
    # The document marks what an exercise's node answers, so that its shapes are asked for by the name they have there.
    return {"$ref": "/Result"} if route.answer == {"$ref": "#/components/schemas/Result"} else found.answers[route.name]


def _listed(route: ApiRoute, found: Shapes) -> tuple[str, str]:
    fields = route.answer["properties"]
    assert isinstance(fields, dict), "the answer of a list is an object"
    name, shape = next(
        (name, one) for name, one in fields.items() if isinstance(one, dict) and one.get("type") == "array"
    )
    form = found.form(shape, f"{camel(route.name)}{camel(singular(name))}")
    return name, form.removeprefix("list[").removesuffix("]")


def _query_name(route: ApiRoute, name: str) -> str:
    return "page_size" if route.pages and name == "limit" else name


def _path(route: ApiRoute) -> Iterator[Parameter]:
    if route.path_names:
        yield Parameter(route.path_names, "str", field=route.path_names)
        return
    for name, shape in route.path_fields.items():
        shown = f"{singular(route.path.split('/')[1])}_id" if name == "id" else name
        yield Parameter(shown, "str", _help(shape), field=name)


def _heads(route: ApiRoute) -> Iterator[Parameter]:
    if route.asks_version:
        yield Parameter("version", "int", field="version")
    if route.version is not None:
        yield Parameter("unless_version", "int", is_needed=False)
    if route.writes is Writes.ONCE:
        yield Parameter("idempotency_key", "str", is_needed=False)


def _help(shape: JsonObject) -> str:
    return textual(shape.get("description"))


def request(one: Made) -> Iterator[str]:
    """Yield the function that makes the request."""
    route = one.route
    yield f"def {route.name}({_signature(one)}) -> {one.call}:"
    yield f'    """{route.summary}"""'
    names = parameters_in(route.path)
    if route.path_names:
        example = EXAMPLES.get(route.path_names, "/".join(names))
        yield f'    {", ".join(names)} = two_parts("{route.path_names}", {route.path_names}, "{example}")'
    values = names if route.path_names else [parameter.name for parameter in one.path]
    quoted = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    parts = [f'"{route.name}"', f'"{route.method}"']
    parts += [f'filled("{route.path}", {quoted})' if quoted else f'"{route.path}"', one.answer]
    for name, function, held in (("query", "parameters", one.query), ("body", "given", one.body)):
        if held:
            passed = ", ".join(f"{parameter.field}={parameter.name}" for parameter in held)
            parts.append(f"{name}={function}({passed})")
    heads = {parameter.name for parameter in one.heads}
    parts += ["is_done_once=True", "key=idempotency_key"] if "idempotency_key" in heads else []
    parts += [f"{name}={name}" for name in ("version", "unless_version") if name in heads]
    parts += [f'items="{one.items}"'] if one.item else []
    yield f"    return {'PagedCall' if one.item else 'Call'}({', '.join(parts)})"
    yield ""


def method(one: Made, *, waits: bool) -> Iterator[str]:
    """Yield the method of one of the clients."""
    listing = "Listing" if waits else "AsyncListing"
    # A list sends nothing before it is read, so that nothing is waited for here.
    start = "def" if waits or one.item else "async def"
    answer = f"{listing}[{one.answer}, {one.item}]" if one.item else one.answer
    if one.route.version is not None:
        for unless, what in (("unless_version: None = None", answer), ("unless_version: int", f"{answer} | None")):
            yield "    @overload"
            yield f"    {start} {one.route.name}(self, {_signature(one, unless)}) -> {what}: ..."
        answer = f"{answer} | None"
    yield f"    {start} {one.route.name}(self, {_signature(one)}) -> {answer}:"
    yield from documented(one)
    passed = [*(parameter.name for parameter in one.path), *(f"{each.name}={each.name}" for each in one.named)]
    asked = f"{one.route.name}({', '.join(passed)})"
    ask = "ask_unless_known" if one.route.version is not None else "ask"
    given = f"{listing}(self, {asked})" if one.item else f"self.{ask}({asked})"
    yield f"        return {'' if waits or one.item else 'await '}{given}"
    yield ""


def documented(one: Made) -> Iterator[str]:
    """Yield the text that an editor shows."""
    told = [f"{each.name}: {text}" for each in one.every if (text := DOCUMENTED.get(each.name, "") or each.help)]
    yield f'        """{one.route.summary}'
    yield ""
    yield from ([f"        {one.route.stops_where}"] if one.route.stops_where else [])
    yield f"        Needs the scope {one.route.scope}."
    yield from (f"        {line}" for line in ["", *told] if told)
    yield '        """'


def _signature(one: Made, unless: str = "") -> str:
    named = [unless if unless and each.name == "unless_version" else each.written for each in one.named]
    return ", ".join([*(each.written for each in one.path), *(["*", *named] if named else [])])


def routes_file(about: str, routes: Sequence[Made], found: Shapes) -> str:
    """Return the file of a heading of the reference."""
    name = camel(about.replace(" ", "_"))
    body = [
        *(line for one in routes for line in request(one)),
        f"class {name}Routes(Asks):",
        f'    """What the client that waits asks under «{about}»."""',
        *(line for one in routes for line in method(one, waits=True)),
        f"class Async{name}Routes(AsksAsync):",
        f'    """What the client that does not wait asks under «{about}»."""',
        *(line for one in routes for line in method(one, waits=False)),
    ]
    text = "\n".join(body)
    head = [
        f'"""The routes under «{about}», as a client asks them.',
        "",
        MADE,
        '"""',
        "from __future__ import annotations",
        "from collections.abc import Sequence",
        "from typing import Literal, overload",
        "from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts",
        "from entente.client.listing import Asks, AsksAsync, AsyncListing, Listing",
        f"from entente.client.answer_shapes import {_used(text, {*found.written} - found.shared)}",
        f"from entente.client.shapes import {_used(text, found.shared)}",
        "from entente.kernel.canonical import JsonObject",
    ]
    return formatted("\n".join([*head, text]) + "\n")


def _used(text: str, names: Iterable[str]) -> str:
    return ", ".join(sorted(name for name in names if re.search(rf"\b{name}\b", text))) or "Result"


def formatted(text: str) -> str:
    """Return a file as the formatter has it, without what it imports and does not use."""
    name = ["--stdin-filename", "src/entente/client/routes/made.py", "-"]
    for line in (["check", "--fix-only", "--select", "I,F401,TC", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *line, *name],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def routes_init(headings: Iterable[str]) -> str:
    """Return the file that puts the methods of all headings together."""
    names = {about: camel(about.replace(" ", "_")) for about in headings}
    lines = [
        '"""The methods of both clients, one for each route of the API.',
        "",
        MADE,
        '"""',
        *(
            f"from entente.client.routes.{about.lower()} import Async{name}Routes, {name}Routes"
            for about, name in names.items()
        ),
    ]
    for start, says in (("", "that waits"), ("Async", "that does not wait")):
        bases = ", ".join(f"{start}{name}Routes" for name in names.values())
        lines += [f"class {start}Routes({bases}):", f'    """All that the client {says} asks."""']
    return formatted("\n".join(lines) + "\n")


def verbs_file(every: Sequence[Made]) -> str:
    """Return the file that says which request asks for a verb of the node, for whoever knows verbs alone: the command line."""
    lines = [
        '"""Which request asks for a verb of the node, and what its parameters are called there.',
        "",
        MADE,
        '"""',
        "from __future__ import annotations",
        "from collections.abc import Callable, Mapping",
        "from dataclasses import dataclass",
        f"from entente.client.routes import {', '.join(sorted({one.route.about.lower() for one in every}))}",
        "from entente.client.call import Call",
        "@dataclass(frozen=True, slots=True)",
        "class Request:",
        '    """How a verb is asked for."""',
        "    make: Callable[..., Call[object]]",
        "    takes: Mapping[str, str]",
        '    """By the verb\'s own fields, the parameters of `make`."""',
        "    changes: bool",
        '    """Whether it changes something, so that its answer only names the result (docs/rules/api.md P8)."""',
        "    pages: str",
        '    """Of a list, the verb\'s field that says from where; else empty."""',
        "REQUESTS: Mapping[str, Request] = {",
    ]
    for one in sorted(every, key=lambda each: each.route.verb):
        takes = ", ".join(f'"{each.field}": "{each.name}"' for each in one.every if each.field)
        changes = one.route.writes is Writes.ONCE
        make = f"{one.route.about.lower()}.{one.route.name}"
        lines.append(
            f'    "{one.route.verb}": Request({make}, {{{takes}}}, changes={changes}, pages="{one.route.pages}"),'
        )
    return formatted("\n".join([*lines, "}"]) + "\n")


def files() -> Mapping[str, str]:
    """Return every file that is made, by its path below the client."""
    found = shapes()
    every = [made(route, found) for route in ROUTES]
    headings = dict.fromkeys(one.route.about for one in every)
    of = {about: [one for one in every if one.route.about == about] for about in headings}
    return {
        "shapes.py": formatted(shapes_file(found)),
        "answer_shapes.py": formatted(answers_file(found)),
        **{f"routes/{about.lower()}.py": routes_file(about, routes, found) for about, routes in of.items()},
        "routes/__init__.py": routes_init(of),
        "verbs.py": verbs_file(every),
    }


def main() -> None:
    """Write the files."""
    for name, text in files().items():
        (PLACE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
