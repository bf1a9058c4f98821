"""The client has one method for each route of the API, in both forms, and what is written for it is what the table gives."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from inspect import Parameter

import pytest

from entente.api.route import EVENT_STREAM, FILE, ApiRoute, Handled, Writes
from entente.api.table import ROUTES
from entente.client import AsyncClient, Client
from entente.client.listing import AsyncListing, Listing
from entente.client.verbs import REQUESTS
from tests.docs.client_routes import PLACE, files, may_be_known


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    """Make the files once."""
    return files()


def own_methods(kind: type) -> set[str]:
    """Return the methods that a class has from the table."""
    return {
        name
        for base in kind.__mro__
        if re.match(r"entente\.client\.(async_)?methods\.", base.__module__)
        for name, value in vars(base).items()
        if inspect.isfunction(value)
    }


def parameters_of(route: ApiRoute) -> dict[str, bool]:
    """Return what a method of a route takes, and whether it must be given: written apart from what writes the methods."""
    path = set(re.findall(r"{(\w+)}", route.path))
    found: dict[str, bool] = {}
    for parts, reference in (
        ({"source", "local_id"}, "record"),
        ({"year", "serial"}, "number"),
        ({"keeper", "name"}, "group"),
    ):
        if parts <= path:
            found[route.path_names or reference] = True
            path -= parts
    items = {
        "hits": "hit_id",
        "messages": "message_id",
        "permissions": "permission_id",
        "record-requests": "record_request_id",
        "shifts": "shift_id",
    }
    found |= {items[route.path.split("/{id}")[0].rpartition("/")[2]] if name == "id" else name: True for name in path}
    found |= {"file": True} if route.takes == FILE else {}
    found |= {"into": True} if route.gives == FILE else {}
    found |= {"after": False} if route.gives == EVENT_STREAM else {}
    for name in route.query:
        found["page_size" if route.pages and name == "limit" else name] = name in route.needed
    if route.body is not None:
        fields, needed = route.body["properties"], route.body.get("required", [])
        assert isinstance(fields, dict)
        assert isinstance(needed, list)
        found |= {name: name in needed for name in fields}
    if route.writes is Writes.ONCE:
        found["idempotency_key"] = False
    if route.asks_version:
        found["version"] = True
    if may_be_known(route):
        found["unless_version"] = False
    return found


def test_files_are_what_the_table_gives(made: Mapping[str, str]) -> None:
    stand = {
        path.relative_to(PLACE).as_posix(): path.read_text(encoding="utf-8")
        for path in (*PLACE.glob("*/*.py"), *(PLACE / name for name in made if "/" not in name))
    }
    assert stand == made, "run: make reference"


def test_every_route_has_one_method_in_both_clients() -> None:
    names = {route.name for route in ROUTES}
    assert own_methods(Client) == own_methods(AsyncClient) == names


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_method_takes_what_its_route_takes(route: ApiRoute) -> None:
    waits = inspect.signature(getattr(Client, route.name))
    waits_not = inspect.signature(getattr(AsyncClient, route.name))
    assert waits.parameters == waits_not.parameters
    taken = {name: one.default is Parameter.empty for name, one in waits.parameters.items() if name != "self"}
    assert taken == parameters_of(route)
    assert all(one.annotation is not Parameter.empty for name, one in waits.parameters.items() if name != "self")
    answers = str(waits.return_annotation), str(waits_not.return_annotation)
    if route.gives == EVENT_STREAM:
        assert answers == ("NewsStream", "AsyncNewsStream")
    elif route.pages:
        assert answers[1] == f"Async{answers[0]}"
        assert answers[0].startswith(Listing.__name__)
        assert not inspect.iscoroutinefunction(getattr(AsyncClient, route.name))
        assert hasattr(AsyncListing, "__aiter__")
    else:
        assert answers[0] == answers[1]
        assert inspect.iscoroutinefunction(getattr(AsyncClient, route.name))


def test_every_verb_of_the_table_can_be_asked_for() -> None:
    answered = [route for route in ROUTES if route.handled is Handled.VERB]
    assert set(REQUESTS) == {route.verb for route in answered}
    for route in answered:
        asked = REQUESTS[route.verb]
        assert asked.make.__name__ == route.name
        assert set(asked.takes.values()) <= set(inspect.signature(asked.make).parameters)
        assert asked.changes is (route.writes is Writes.ONCE)
