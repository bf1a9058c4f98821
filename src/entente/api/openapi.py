"""The OpenAPI 3.1 document of the API, made from the table of routes.

Source: OpenAPI Specification 3.1.0; RFC 9457 (problems); RFC 6750 (bearer tokens).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from entente import __version__
from entente.api.etags import PATTERN
from entente.api.introduction import INTRODUCTION
from entente.api.reading import CURSOR
from entente.api.route import JSON, PREFIX, ApiRoute, Handled, Method, Writes
from entente.api.shapes import named
from entente.api.table import ROUTES
from entente.bodies.model import Role
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.exercise import EXERCISE

PROBLEM = "application/problem+json"
_ALWAYS = {
    "400": "The request is not well formed: which field, and why.",
    "401": "No token, or one that speaks for nobody here.",
    "403": "The rules, the account's roles or the token's scopes say no, with every ground.",
    "404": "Nothing that may be shown: absent and hidden are the same answer.",
    "429": "Too many requests with this token; Retry-After says when to go on.",
    "503": "The node or its store cannot do it now; `retry_is_safe` says whether to do it again.",
}
_WITH_BODY = {
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}
_WITH_KEY = {"409": "Someone changed it first, it exists already, or the Idempotency-Key was used for another request."}
_WITH_VERSION = {
    "412": "Another version stands by now.",
    "428": "If-Match is needed.",
}

KEY_HELP: Final = "Text of your own, new for each act: the same request with the same key is done once."
MATCH_HELP: Final = (
    'The ETag that it was shown with: "3", "3.0f3b5c6d7e8f9a01". Where another version stands, nothing is done.'
)
NONE_MATCH_HELP: Final = 'The ETag that is known already: "3". Where it still stands, the answer is 304 and empty.'
LAST_HELP: Final = "The id of the last event that came; what followed it comes first."
BINARY: Final[JsonObject] = {"type": "string", "format": "binary"}
_GOOD: Final[Mapping[Handled, str]] = {Handled.JOB: "A job does it; Location says where it is found."}

RESULT: Final = "Result"
"""The shape by which every route that writes answers."""


def document(components: Mapping[str, JsonObject], roles: Mapping[str, Role]) -> JsonObject:
    """Return the document, with these shared shapes, and by these roles who may do what."""
    paths: dict[str, Json] = {}
    for route in ROUTES:
        operations = paths.setdefault(route.path, {})
        assert isinstance(operations, dict), "made here"
        operations[route.method.lower()] = _operation(route, roles)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Entente: the API of a node",
            "version": __version__,
            "summary": "What other systems of a police body ask of its node.",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(route.about for route in ROUTES)],
        "paths": paths,
        "components": {
            "schemas": {**components, RESULT: _marked(components[RESULT])},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "entente token make ACCOUNT --scope SCOPE"}
            },
        },
    }


def _operation(route: ApiRoute, roles: Mapping[str, Role]) -> JsonObject:
    shown: JsonObject = {
        "operationId": route.name,
        "tags": [route.about],
        "summary": route.summary,
        "description": " ".join(filter(None, (f"Scope: {route.scope}. {_who(route, roles)}", route.stops_where))),
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.body is not None:
        shown["requestBody"] = {"required": True, "content": {JSON: {"schema": route.body}}}
    if route.takes != JSON:
        shown["requestBody"] = {"required": True, "content": {route.takes: {"schema": BINARY}}}
    return shown


def _who(route: ApiRoute, roles: Mapping[str, Role]) -> str:
    """Say which roles may do a route."""
    wanted = {*route.needs, *route.asks}
    may = [code for code, role in roles.items() if wanted & role.verbs]
    return f"Roles: {', '.join(may) or 'none'}." if wanted else "Every role."


def _parameters(route: ApiRoute) -> list[Json]:
    found: list[Json] = [_parameter(name, "path", shape, needed=True) for name, shape in route.path_fields.items()]
    query = {**route.query, **({"cursor": CURSOR} if route.pages else {})}
    found += [_parameter(name, "query", shape, needed=name in route.needed) for name, shape in query.items()]
    if route.writes is Writes.ONCE:
        key: JsonObject = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"}
        found.append(_parameter("Idempotency-Key", "header", {**key, "description": KEY_HELP}, needed=True))
    if route.asks_version:
        etag: JsonObject = {"type": "string", "pattern": PATTERN, "description": MATCH_HELP}
        found.append(_parameter("If-Match", "header", etag, needed=True))
    if route.handled is Handled.EVENTS:
        last: JsonObject = {"type": "string", "maxLength": 200, "description": LAST_HELP}
        found.append(_parameter("Last-Event-ID", "header", last, needed=False))
    if route.version is not None:
        known: JsonObject = {"type": "string", "description": NONE_MATCH_HELP}
        found.append(_parameter("If-None-Match", "header", known, needed=False))
    return found


def _parameter(name: str, place: str, shape: JsonObject, *, needed: bool) -> JsonObject:
    return {"name": name, "in": place, "required": needed, "schema": shape}


def _responses(route: ApiRoute) -> JsonObject:
    good: JsonObject = {
        "description": _GOOD.get(route.handled, "Done." if route.writes is Writes.ONCE else "What was asked for."),
        "content": {route.gives: {"schema": _marked(route.answer) if route.gives == JSON else route.answer}},
    }
    if route.version is not None:
        good["headers"] = {"ETag": {"description": "The version that is shown.", "schema": {"type": "string"}}}
    problems = {
        **_ALWAYS,
        **(_WITH_BODY if route.method is Method.POST else {}),
        **(_WITH_KEY if route.method is Method.POST else {}),
        **(_WITH_VERSION if route.asks_version else {}),
    }
    found: JsonObject = {str(route.status): good}
    if route.version is not None:
        found["304"] = {"description": "The version named in If-None-Match is the one that stands."}
    for status in sorted(problems):
        found[status] = {"description": problems[status], "content": {PROBLEM: {"schema": named("Problem")}}}
    found["default"] = {"description": "A problem.", "content": {PROBLEM: {"schema": named("Problem")}}}
    return found


def parameters_in(path: str) -> tuple[str, ...]:
    """Return the parameters that a path names."""
    return tuple(re.findall(r"{([a-z_]+)}", path))


def _marked(answer: JsonObject) -> JsonObject:
    """Return the shape of an answer that an exercise's node marks (docs/rules/bodies.md B15)."""
    fields = answer.get("properties")
    if not isinstance(fields, dict):
        assert answer == named(RESULT), "an answer is described at its route, or is the one result of all that write"
        return answer
    told: JsonObject = {
        "type": "boolean",
        "const": True,
        "description": "Nothing here is real: an exercise's node answered.",
    }
    return {**answer, "properties": {**fields, EXERCISE: told}}
