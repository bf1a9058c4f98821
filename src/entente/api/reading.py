"""Reads a request strictly: path, query and body by the shapes of its route, and nothing else.

Source: docs/rules/api.md P6; RFC 9110; RFC 8259.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from entente.api.errors import WithStatus
from entente.api.route import JSON, ApiRoute
from entente.api.shapes import check
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject, parse_document
from entente.kernel.errors import Invalid, NotFound, Unavailable

BODY_BYTES_MAX: Final = 2 * 1024 * 1024
"""A hundred queries with all their fields filled, with room."""
READ_SECONDS_MAX: Final = 30.0
"""The largest body over a line of 1 Mbit/s takes half of it."""
PARAMETERS_MAX: Final = 50
INTEGER_CHARACTERS_MAX: Final = len(str(INTEGER_MAX)) + 1
Components = Mapping[str, JsonObject]


def path_fields(route: ApiRoute, request: Request, components: Components) -> JsonObject:
    """Return the parameters of the path; raise NotFound where they cannot name anything, as for what is not there."""
    found: JsonObject = {}
    for name, shape in route.path_fields.items():
        value = str(request.path_params[name])
        try:
            check(shape, value, name, components)
        except Invalid as error:
            raise NotFound from error
        found[name] = value
    return found


def query_fields(route: ApiRoute, request: Request, components: Components) -> JsonObject:
    """Return the parameters behind the question mark; raise Invalid for an unknown, repeated or missing one."""
    shapes = {**route.query, **({"cursor": CURSOR} if route.pages else {})}
    found: JsonObject = {}
    for name, text in _pairs(request):
        shape = shapes.get(name)
        if shape is None:
            raise _bad(ascii(name[:60])[1:-1], f"nobody reads it; there are: {', '.join(sorted(shapes)) or 'none'}")
        if name in found:
            raise _bad(name, "it is given once")
        value = _typed(shape, text)
        check(shape, value, name, components)
        found[name] = value
    for name in route.needed:
        if name not in found:
            raise _bad(name, "it is needed")
    return found


async def body_fields(route: ApiRoute, request: Request, components: Components) -> JsonObject:
    """Return the fields of the body; raise for one that is too large, of another type, no JSON, or of another shape."""
    if route.takes != JSON:
        # It is read as it comes, by who keeps it.
        return {}
    data = await _body(request) if _has_body(request) else b""
    if route.body is None:
        if data:
            raise _bad("body", "this request has none")
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise WithStatus(_wrong_type(), 415)
    try:
        document = parse_document(data)
    except Invalid as error:
        raise _bad("body", "it is one JSON object in UTF-8, with whole numbers, and each key once") from error
    check(route.body, document, "", components)
    return document


CURSOR: Final[JsonObject] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "description": "Where the page before ended: its «next».",
}


def _has_body(request: Request) -> bool:
    """Say whether a body comes with a request: one that names neither a length nor a coding has none (RFC 9112, 6.3)."""
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > BODY_BYTES_MAX:
        raise WithStatus(_too_large(), 413)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS_MAX):
            async for piece in request.stream():
                body += piece
                if len(body) > BODY_BYTES_MAX:
                    raise WithStatus(_too_large(), 413)
    except TimeoutError as error:
        raise WithStatus(_too_slow(), 408) from error
    except ClientDisconnect as error:
        # Nobody is left to be answered, and nothing was begun.
        raise WithStatus(_too_slow(), 400) from error
    return bytes(body)


def _pairs(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            request.scope["query_string"].decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=PARAMETERS_MAX,
        )
    except (ValueError, UnicodeError) as error:
        raise _bad("query", f"it has at most {PARAMETERS_MAX} parameters, in UTF-8 with percent signs") from error


def _typed(shape: JsonObject, text: str) -> Json:
    if shape.get("type") != "integer":
        return text
    if len(text) > INTEGER_CHARACTERS_MAX or not text.isascii() or not text.removeprefix("-").isdigit():
        # Not a number: the shape says so.
        return text
    return int(text)


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"A request is read strictly, and nothing in it is guessed: {why}.",
        do="Send it as the reference of this interface says: GET /api/v1/.",
    )


def _wrong_type() -> Invalid:
    return Invalid(
        "The body is of another type.",
        field="content-type",
        why=f"A body is read as {JSON} alone.",
        do=f"Send JSON, with the header Content-Type: {JSON}.",
    )


def _too_large() -> Invalid:
    return Invalid(
        "The body is too large.",
        field="body",
        why=f"A request has at most {BODY_BYTES_MAX} bytes.",
        do="Send less at once; of many queries up to 100 in one request.",
    )


def _too_slow() -> Unavailable:
    return Unavailable(
        "The body did not arrive.",
        why=f"A request is read for at most {READ_SECONDS_MAX:.0f} seconds.",
        do="Do it again. Nothing of it was done.",
        retry_is_safe=True,
    )
