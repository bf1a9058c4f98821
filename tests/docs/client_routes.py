"""Writes the methods of the client, one for each route of the API, from the table of routes.

For each heading of the reference four files of src/entente/client: in `shapes` what is answered, in `requests` what makes the
requests, in `methods` and `async_methods` what the two clients have of them. `make reference` writes them; what stands there is
compared with what this gives by tests/docs/test_client_made.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from entente.api.left_out import LEFT_OUT
from entente.api.openapi import parameters_in
from entente.api.route import EVENT_STREAM, FILE, JSON, ApiRoute, Handled, Writes
from entente.api.table import ROUTES
from entente.kernel.canonical import JsonObject
from tests.docs.client_shapes import (
    MADE,
    Shapes,
    camel,
    module_of,
    request_fields,
    shape_files,
    shapes,
    singular,
    textual,
)
from tests.docs.source import PACKAGE, ROOT

PLACE = PACKAGE / "client"
WIDTH_MAX = 120
REFERENCES: Mapping[tuple[str, ...], tuple[str, str, str]] = {
    ("year", "serial"): ("number", "2031/000017", "Its number in the register: 2031/000017."),
    ("source", "local_id"): ("record", "XA-NCB/w-17", "The record: CODE/local id."),
    ("keeper", "name"): ("group", "GS/members", "The group: the code of its keeper/its name."),
}
"""Two parameters of a path that make one reference: its name, an example, what it is."""
GIVEN: Mapping[str, str] = {FILE: "Path", EVENT_STREAM: "News"}
"""By media type, what a request is answered that is no JSON."""
AFTER = "The mark of a stream before, to go on there; none begins now."
REASON_WIDTH = 100
PAGE_SIZE = "How many a page has; the list goes on over all pages."
SEEN = "The version that was seen: where another one stands, nothing is done."
KNOWN = "The version that is known already: where it still stands, the answer is None."
KEY = "Made for this act where none is given."
SENT = "The file; it is read as it is sent."
WRITTEN = "Where the file is written as it comes: a new one, for this account alone."


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method."""

    name: str
    form: str
    help: str = ""
    is_needed: bool = True
    field: str = ""
    """What the request calls it in query or body, and mostly the verb too; empty where it is neither's."""
    parts: tuple[str, ...] = ()
    """The parameters of the path that it fills."""

    @property
    def written(self) -> str:
        """How it stands in a signature."""
        return f"{self.name}: {self.form}" if self.is_needed else f"{self.name}: {self.form} | None = None"


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
    fields = request_fields(found, route.name, route.body) if route.body is not None else {}
    body = [Parameter(name, form, help_text, name in needed, name) for name, (form, help_text) in fields.items()]
    query = [_asked(route, name, found.form(shape, name), _help(shape)) for name, shape in route.query.items()]
    items, item = _listed(route, found) if route.pages else ("", "")
    one = Made(
        route,
        tuple(_path(route)),
        tuple(query),
        tuple(body),
        tuple(_heads(route)),
        found.answer(route.name, found.answers[route.name]) if route.gives == JSON else GIVEN[route.gives],
        item,
        items,
    )
    names = [parameter.name for parameter in one.every]
    assert len(names) == len(set(names)), f"two parameters of {route.name} have one name"
    return one


def _listed(route: ApiRoute, found: Shapes) -> tuple[str, str]:
    fields = route.answer["properties"]
    assert isinstance(fields, dict), "the answer of a list is an object"
    name, shape = next(
        (name, one) for name, one in fields.items() if isinstance(one, dict) and one.get("type") == "array"
    )
    form = found.form(shape, f"{camel(route.name)}{camel(singular(name))}")
    return name, form.removeprefix("list[").removesuffix("]")


def _asked(route: ApiRoute, name: str, form: str, help_text: str) -> Parameter:
    if route.pages and name == "limit":
        return Parameter("page_size", form, PAGE_SIZE, is_needed=False, field=name)
    return Parameter(name, form, help_text, name in route.needed, name)


def _path(route: ApiRoute) -> Iterator[Parameter]:
    names, steps = list(parameters_in(route.path)), route.path.split("/")
    while names:
        pair = tuple(names[:2])
        if pair in REFERENCES:
            name, _, help_text = REFERENCES[pair]
            name = route.path_names or name
            yield Parameter(name, "str", help_text, field=name, parts=pair)
            del names[:2]
            continue
        name = names.pop(0)
        of = singular(steps[steps.index(f"{{{name}}}") - 1]).replace("-", "_")
        shown = f"{of}_id" if name == "id" else name
        yield Parameter(shown, "str", _help(route.path_fields[name]), field=name, parts=(name,))


def _heads(route: ApiRoute) -> Iterator[Parameter]:
    if route.takes == FILE:
        yield Parameter("file", "str | Path", SENT)
    if route.gives == FILE:
        yield Parameter("into", "str | Path", WRITTEN)
    if route.gives == EVENT_STREAM:
        yield Parameter("after", "str", AFTER, is_needed=False)
    if route.asks_version:
        yield Parameter("version", "int", SEEN, field="version")
    if may_be_known(route):
        yield Parameter("unless_version", "int", KNOWN, is_needed=False)
    if route.writes is Writes.ONCE:
        yield Parameter("idempotency_key", "str", KEY, is_needed=False)


def may_be_known(route: ApiRoute) -> bool:
    """Say whether the number of a version is enough to ask for what is newer."""
    return route.version is not None and not route.shows_more


def _help(shape: JsonObject) -> str:
    return textual(shape.get("description"))


def request(one: Made) -> Iterator[str]:
    """Yield the function that makes the request."""
    if one.answer == "News":
        # Where it begins is said anew at each opening.
        one = replace(one, heads=())
    route = one.route
    yield f"def {route.name}({_signature(one)}) -> {one.call}:"
    yield f'    """{route.summary}"""'
    for each in one.path:
        if each.parts in REFERENCES:
            example = REFERENCES[each.parts][1]
            yield f'    {", ".join(each.parts)} = two_parts("{each.name}", {each.name}, "{example}")'
    quoted = ", ".join(
        f"{part}={each.name if len(each.parts) == 1 else part}" for each in one.path for part in each.parts
    )
    parts = [f'"{route.name}"', f'"{route.method}"']
    parts += [f'filled("{route.path}", {quoted})' if quoted else f'"{route.path}"', one.answer]
    for name, function, held in (("query", "parameters", one.query), ("body", "given", one.body)):
        if held:
            passed = ", ".join(f"{parameter.field}={parameter.name}" for parameter in held)
            parts.append(f"{name}={function}({passed})")
    heads = {parameter.name for parameter in one.heads}
    parts += ["is_done_once=True", "key=idempotency_key"] if "idempotency_key" in heads else []
    parts += [f"{name}={name}" for name in ("version", "unless_version") if name in heads]
    parts += ["upload=Path(file)"] if "file" in heads else []
    parts += ["into=Path(into)"] if "into" in heads else []
    parts += [f'items="{one.items}"'] if one.item else []
    yield f"    return {'PagedCall' if one.item else 'Call'}({', '.join(parts)})"
    yield ""


def method(one: Made, *, waits: bool) -> Iterator[str]:
    """Yield the method of one of the clients."""
    if one.answer == "News":
        yield from _stream(one, waits=waits)
        return
    listing = "Listing" if waits else "AsyncListing"
    # A list sends nothing before it is read, so that nothing is waited for here.
    start = "def" if waits or one.item else "async def"
    answer = f"{listing}[{one.answer}, {one.item}]" if one.item else one.answer
    if may_be_known(one.route):
        for unless, what in (("unless_version: None = None", answer), ("unless_version: int", f"{answer} | None")):
            yield "    @overload"
            yield f"    {start} {one.route.name}({_signature(one, 'self', unless)}) -> {what}: ..."
        answer = f"{answer} | None"
    yield f"    {start} {one.route.name}({_signature(one, 'self')}) -> {answer}:"
    yield from _documented(one)
    passed = [*(parameter.name for parameter in one.path), *(f"{each.name}={each.name}" for each in one.named)]
    asked = f"{module_of(one.route.about)}.{one.route.name}({', '.join(passed)})"
    ask = "ask_unless_known" if may_be_known(one.route) else "ask"
    given = f"{listing}(self, {asked})" if one.item else f"self.{ask}({asked})"
    yield f"        return {'' if waits or one.item else 'await '}{given}"
    yield ""


def _stream(one: Made, *, waits: bool) -> Iterator[str]:
    stream = "NewsStream" if waits else "AsyncNewsStream"
    yield f"    def {one.route.name}({_signature(one, 'self')}) -> {stream}:"
    yield from _documented(one)
    passed = ", ".join(f"{each.name}={each.name}" for each in one.named if each.name != "after")
    yield f"        return {stream}(self, {module_of(one.route.about)}.{one.route.name}({passed}), after)"
    yield ""


def _documented(one: Made) -> Iterator[str]:
    told = [f"{each.name}: {each.help}" for each in one.every if each.help]
    yield f'        """{one.route.summary}'
    yield ""
    for line in (one.route.stops_where, f"Needs the scope {one.route.scope}."):
        yield from wrap(line, WIDTH_MAX, initial_indent=" " * 8, subsequent_indent=" " * 8)
    yield from [""] if told else []
    for line in told:
        yield from wrap(line, WIDTH_MAX, initial_indent=" " * 8, subsequent_indent=" " * 12)
    yield '        """'


def _signature(one: Made, itself: str = "", unless: str = "") -> str:
    named = [unless if unless and each.name == "unless_version" else each.written for each in one.named]
    first = [itself] if itself else []
    return ", ".join([*first, *(each.written for each in one.path), *(["*", *named] if named else [])])


def class_of(about: str, *, waits: bool) -> str:
    """Return what the methods of a heading are called."""
    return f"{'' if waits else 'Async'}{camel(module_of(about))}Methods"


def requests_file(about: str, routes: Sequence[Made], found: Shapes) -> str:
    """Return the file of the requests under a heading of the reference."""
    body = [line for one in routes for line in request(one)]
    return _file(f"The requests under «{about}».", body, found)


def methods_file(about: str, routes: Sequence[Made], found: Shapes, *, waits: bool) -> str:
    """Return the file of what one of the clients has under a heading of the reference."""
    says = f"What the client that {'waits' if waits else 'does not wait'} has under «{about}»."
    body = [
        f"from entente.client.requests import {module_of(about)}",
        f"class {class_of(about, waits=waits)}({'Asks' if waits else 'AsksAsync'}):",
        f'    """{says}"""',
        *(line for one in routes for line in method(one, waits=waits)),
    ]
    return _file(says, body, found)


def _file(says: str, body: Sequence[str], found: Shapes) -> str:
    text = "\n".join(body)
    head = [
        f'"""{says}',
        "",
        MADE,
        '"""',
        "from __future__ import annotations",
        "from collections.abc import Sequence",
        "from pathlib import Path",
        "from typing import Literal, overload",
        "from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts",
        "from entente.client.events import News",
        "from entente.client.listing import Asks, AsksAsync, AsyncListing, AsyncNewsStream, Listing, NewsStream",
        *_used(text, found.written),
        "from entente.kernel.canonical import JsonObject",
    ]
    return formatted("\n".join([*head, text]) + "\n")


def _used(text: str, names: Iterable[str]) -> list[str]:
    used = sorted(name for name in names if re.search(rf"\b{name}\b", text))
    return [f"from entente.client.shapes import {', '.join(used)}"] if used else []


def methods_init(headings: Iterable[str], *, waits: bool) -> str:
    """Return the file that puts the methods of all headings together."""
    says = f"All that the client that {'waits' if waits else 'does not wait'} asks, one method for each route."
    folder = "methods" if waits else "async_methods"
    names = {module_of(about): class_of(about, waits=waits) for about in headings}
    lines = [
        f'"""{says}',
        "",
        MADE,
        '"""',
        *(f"from entente.client.{folder}.{module} import {name}" for module, name in names.items()),
        f"class {'' if waits else 'Async'}Methods({', '.join(names.values())}):",
        f'    """{says}"""',
    ]
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
        f"from entente.client.requests import {', '.join(sorted({module_of(one.route.about) for one in every}))}",
        "from entente.client.call import Call",
        "@dataclass(frozen=True, slots=True)",
        "class Request:",
        '    """How a verb is asked for."""',
        "    make: Callable[..., Call[object]]",
        "    takes: Mapping[str, str]",
        '    """By the verb\'s own fields, the parameters of `make`."""',
        "    changes: bool = False",
        '    """Whether it changes something, so that its answer only names the result (docs/rules/api.md P8)."""',
        '    pages: str = ""',
        '    """Of a list, the verb\'s field that says from where; else empty."""',
        "REQUESTS: Mapping[str, Request] = {",
    ]
    answered = [one for one in every if one.route.handled is Handled.VERB]
    for one in sorted(answered, key=lambda each: each.route.verb):
        takes = ", ".join(f'"{each.field}": "{each.name}"' for each in one.every if each.field)
        more = ", changes=True" if one.route.writes is Writes.ONCE else ""
        more += f', pages="{one.route.pages}"' if one.route.pages else ""
        make = f"{module_of(one.route.about)}.{one.route.name}"
        lines.append(f'    "{one.route.verb}": Request({make}, {{{takes}}}{more}),')
    return formatted("\n".join([*lines, "}", *not_asked()]) + "\n")


def not_asked() -> Iterator[str]:
    """Yield the table of the verbs that no request asks for, each reason once."""
    yield "_NOT_ASKED: tuple[tuple[str, tuple[str, ...]], ...] = ("
    for reason in dict.fromkeys(LEFT_OUT.values()):
        parts = wrap(reason, REASON_WIDTH, drop_whitespace=False)
        verbs = [verb for verb, held in LEFT_OUT.items() if held == reason]
        yield f"(({' '.join(map(repr, parts))}), {tuple(sorted(verbs))!r}),"
    yield ")"
    yield "NOT_ASKED: Mapping[str, str] = {verb: reason for reason, verbs in _NOT_ASKED for verb in verbs}"
    yield '"""Verbs of a node that have no request, and why not (docs/rules/api.md P11)."""'


def formatted(text: str) -> str:
    """Return a file as the formatter has it, without what it imports and does not use."""
    name = ["--stdin-filename", "src/entente/client/requests/made.py", "-"]
    for line in (["check", "--fix-only", "--select", "I,F401", "--quiet"], ["format", "--quiet"]):
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


def files() -> Mapping[str, str]:
    """Return every file that is made, by its path below the client."""
    found = shapes()
    every = [made(route, found) for route in ROUTES]
    headings = dict.fromkeys(one.route.about for one in every)
    of = {about: [one for one in every if one.route.about == about] for about in headings}
    written = {
        **{name: formatted(text) for name, text in shape_files(found).items()},
        "verbs.py": verbs_file(every),
        "requests/__init__.py": formatted(f'"""The requests of every route of the API.\n\n{MADE}\n"""\n'),
        "methods/__init__.py": methods_init(of, waits=True),
        "async_methods/__init__.py": methods_init(of, waits=False),
    }
    for about, routes in of.items():
        module = f"{module_of(about)}.py"
        written[f"requests/{module}"] = requests_file(about, routes, found)
        written[f"methods/{module}"] = methods_file(about, routes, found, waits=True)
        written[f"async_methods/{module}"] = methods_file(about, routes, found, waits=False)
    return written


def main() -> None:
    """Write the files."""
    for name, text in files().items():
        (PLACE / name).parent.mkdir(exist_ok=True)
        (PLACE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
