"""The client of programs against the real API: every method with what its route takes, as each role, waiting or not."""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from entente.api.route import FILE, ApiRoute, Method, Writes
from entente.api.table import ROUTES
from entente.client import AsyncClient, AsyncListing, AsyncNewsStream, Client, Listing, NewsStream, Patience, Token
from entente.kernel.errors import Conflict, EntenteError, NotFound, Refused
from tests.api.test_route_table import DONE_BEFORE
from tests.support.api_requests import NEEDS, request_of, role_for
from tests.support.api_world import BY_ITSELF_ALONE, ROLES, Bureau, application_of
from tests.support.direct_http import HERE

pytestmark = BY_ITSELF_ALONE
ADDRESS = "http://127.0.0.1:8601"
AT_ONCE = Patience(attempts_max=1)


def client_of(bureau: Bureau, role: str = "duty_officer") -> Client:
    transport = bureau.http._transport  # noqa: SLF001 - it reaches the application without a socket
    return Client(ADDRESS, Token(bureau.token(role)), transport=transport, patience=AT_ONCE)


def async_client_of(bureau: Bureau, role: str = "duty_officer") -> AsyncClient:
    transport = httpx.ASGITransport(application_of(bureau.api), client=HERE)
    return AsyncClient(ADDRESS, Token(bureau.token(role)), transport=transport, patience=AT_ONCE)


def arguments_of(bureau: Bureau, route: ApiRoute, folder: Path) -> tuple[list[str], dict[str, Any]]:
    """Return what a method is called with for the request that the bureau answers well, taken apart as a reader would."""
    request = request_of(bureau, route)
    pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path)
    found = re.fullmatch(pattern, request["path"])
    assert found is not None
    fields = found.groupdict()
    path: list[str] = []
    for first, second in (("source", "local_id"), ("year", "serial"), ("keeper", "name")):
        if {first, second} <= set(fields):
            path.append(f"{fields.pop(first)}/{fields.pop(second)}")
    path += fields.values()
    named: dict[str, Any] = {**request.get("json", {}), **request.get("params", {})}
    if route.asks_version:
        named["version"] = int(request["headers"]["If-Match"].strip('"'))
    if route.takes == FILE:
        named["file"] = folder / "sent"
        named["file"].write_bytes(request["content"])
    if route.gives == FILE:
        named["into"] = folder / f"{uuid.uuid4()}"
    return path, named


def told(node: Client, bureau: Bureau, route: ApiRoute, folder: Path) -> object:
    """Return an answer, of a list its first page, of a file its text, or the error."""
    path, named = arguments_of(bureau, route, folder)
    try:
        answer = getattr(node, route.name)(*path, **named)
        answer = answer.first() if isinstance(answer, Listing) else answer
        answer = {"news": list(answer)} if isinstance(answer, NewsStream) else answer
        return {"file": answer.read_bytes()} if isinstance(answer, Path) else answer
    except EntenteError as error:
        return error


async def told_later(node: AsyncClient, bureau: Bureau, route: ApiRoute, folder: Path) -> object:
    """Return the same as the other client says it."""
    path, named = arguments_of(bureau, route, folder)
    try:
        answer = getattr(node, route.name)(*path, **named)
        if isinstance(answer, AsyncNewsStream):
            return {"news": [one async for one in answer]}
        answer = await (answer.first() if isinstance(answer, AsyncListing) else answer)
        return {"file": answer.read_bytes()} if isinstance(answer, Path) else answer
    except EntenteError as error:
        return error


def alike(route: ApiRoute, answer: object) -> object:
    """Return what two looks that are alike have in common: an error whole, of what is looked up anew its fields."""
    if isinstance(answer, EntenteError):
        return type(answer), answer.__dict__
    assert isinstance(answer, dict)
    return {name: value if name in LASTING and route.method is Method.GET else None for name, value in answer.items()}


LASTING = {
    "records", "record", "hits", "hit", "messages", "message", "cases", "case", "events", "bodies", "groups", "instruments",
    "news", "decision", "orders", "queries", "findings", "job", "file",
}  # fmt: skip
"""What no look changes; the others hold rows of the trail, which grows, or what was sent anew."""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_method_gives_what_its_route_answers(bureau: Bureau, route: ApiRoute, tmp_path: Path) -> None:
    with client_of(bureau, role_for(bureau, route)) as node:
        answer = told(node, bureau, route, tmp_path)
    if not isinstance(answer, dict):
        # Nothing is held here that could be released; some is done once, by a test before.
        assert route.name in DONE_BEFORE, answer
        assert isinstance(answer, Conflict | NotFound), answer


@pytest.mark.parametrize(
    "role", ["duty_officer", *(pytest.param(role, marks=pytest.mark.long) for role in ROLES if role != "duty_officer")]
)
def test_both_clients_are_told_the_same_as_each_role(bureau: Bureau, role: str, tmp_path: Path) -> None:
    reading = [route for route in ROUTES if route.writes is Writes.NOTHING]
    # Who opens a message first leaves a step on it, which those who list it afterwards see.
    with client_of(bureau) as opening:
        opening.open_message(bureau.came)

    async def asked() -> list[object]:
        async with async_client_of(bureau, role) as node:
            return [await told_later(node, bureau, route, tmp_path) for route in reading]

    with client_of(bureau, role) as waiting:
        first = [told(waiting, bureau, route, tmp_path) for route in reading]
    second = asyncio.run(asked())
    for route, one, other in zip(reading, first, second, strict=True):
        assert alike(route, one) == alike(route, other), route.name
    for route, answer in zip(reading, first, strict=True):
        may = not NEEDS[route.name] or bool(set(NEEDS[route.name]) & bureau.node.lists.roles[role].verbs)
        assert isinstance(answer, Refused) is not may, (route.name, answer)
