"""The client of programs against the real API: every method with what its route takes, as each role, waiting or not."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest

from entente.api.route import ApiRoute, Writes
from entente.api.table import ROUTES
from entente.client import AsyncClient, AsyncListing, Client, Listing, Patience, Token
from entente.kernel.errors import Conflict, EntenteError, Refused
from tests.support.api_requests import BODIES, NEEDS
from tests.support.api_world import ABOUT, OWN, ROLES, SEEN, Bureau

ADDRESS = "http://127.0.0.1:8601"
AT_ONCE = Patience(attempts_max=1)


def client_of(bureau: Bureau, role: str = "duty_officer") -> Client:
    transport = cast("httpx.BaseTransport", bureau.http._transport)  # noqa: SLF001 - it reaches the application without a socket
    return Client(ADDRESS, Token(bureau.token(role)), transport=transport, patience=AT_ONCE)


def async_client_of(bureau: Bureau, role: str = "duty_officer") -> AsyncClient:
    transport = httpx.ASGITransport(cast("Any", bureau.http.app), client=("127.0.0.1", 50_000))
    return AsyncClient(ADDRESS, Token(bureau.token(role)), transport=transport, patience=AT_ONCE)


def arguments_of(bureau: Bureau, route: ApiRoute) -> tuple[list[str], dict[str, Any]]:
    """Return what a method is called with, for the duty officer's machine to be answered well where the state lets it."""
    item = bureau.hit if "hit" in route.name else bureau.came
    item = {"answer_hit": bureau.hit_came, "recall_message": bureau.sent}.get(route.name, item)
    record = OWN if route.name == "withdraw_record" else SEEN
    names = {"record": record, "number": bureau.case, "group": "GS/members"}
    fields = {"id": item, "body": "XA-NCB", "instrument": "police-data-agreement"}
    path = [names[route.path_names]] if route.path_names else [fields[name] for name in route.path_fields]
    named: dict[str, Any] = dict(BODIES.get(route.name, {}))
    named |= {name: ABOUT[name] for name in route.needed}
    return path, named | ({"version": 1} if route.asks_version else {})


def told(node: Client, bureau: Bureau, route: ApiRoute) -> object:
    """Return an answer, of a list its first page, or the error."""
    path, named = arguments_of(bureau, route)
    try:
        answer = getattr(node, route.name)(*path, **named)
        return answer.first() if isinstance(answer, Listing) else answer
    except EntenteError as error:
        return error


async def told_later(node: AsyncClient, bureau: Bureau, route: ApiRoute) -> object:
    """Return the same as the other client says it."""
    path, named = arguments_of(bureau, route)
    try:
        answer = getattr(node, route.name)(*path, **named)
        return await (answer.first() if isinstance(answer, AsyncListing) else answer)
    except EntenteError as error:
        return error


def steady(answer: object) -> object:
    """Leave out what differs between two looks that are alike."""
    if isinstance(answer, EntenteError):
        return type(answer), answer.__dict__
    assert isinstance(answer, dict)
    return {name: value for name, value in answer.items() if name not in {"trail_sequence", "rows"}}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_method_gives_what_its_route_answers(bureau: Bureau, route: ApiRoute) -> None:
    with client_of(bureau, "head_of_body" if route.name == "read_trail" else "duty_officer") as node:
        answer = told(node, bureau, route)
    if not isinstance(answer, dict):
        # Nothing is held here that could be released.
        assert (route.name, type(answer)) == ("release_hit", Conflict), answer


@pytest.mark.parametrize("role", ROLES)
def test_both_clients_are_told_the_same_as_each_role(bureau: Bureau, role: str) -> None:
    reading = [route for route in ROUTES if route.writes is Writes.NOTHING]

    async def asked() -> list[object]:
        async with async_client_of(bureau, role) as node:
            return [await told_later(node, bureau, route) for route in reading]

    with client_of(bureau, role) as waiting:
        first = [told(waiting, bureau, route) for route in reading]
    assert [steady(one) for one in asyncio.run(asked())] == [steady(one) for one in first]
    for route, answer in zip(reading, first, strict=True):
        may = not NEEDS[route.name] or bool(set(NEEDS[route.name]) & bureau.node.lists.roles[role].verbs)
        assert isinstance(answer, Refused) is not may, (route.name, answer)
