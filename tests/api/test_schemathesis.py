"""Requests made from the OpenAPI document, good and bad ones: no route fails, and each answers as the document says.

A short run of each route as a role that may do it; the long one, as every role, is `make check-long`.

Source: issue part 4, item 2; docs/rules/api.md P6 and P7.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks, openapi
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette

from entente.api.door import Door
from entente.api.event_routes import SECONDS_MAX
from entente.api.route import PREFIX, ApiRoute, Handled
from entente.api.table import ROUTES
from entente.transport.server import NodeServer, listen, web_address
from tests.support.api_requests import role_for
from tests.support.api_world import BY_ITSELF_ALONE, ROLES, Bureau

pytestmark = BY_ITSELF_ALONE
SHORT_EXAMPLES: Final = 2
LONG_EXAMPLES: Final = 100
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True, slots=True)
class Served:
    """The bureau's API on a port of its own."""

    bureau: Bureau
    schema: Any
    address: str


@pytest.fixture(scope="module")
def served(bureau: Bureau) -> Iterator[Served]:
    """Serve the API as a node does; the tests may ask as often as they can."""
    quick = replace(bureau.node, settings=replace(bureau.node.settings, api_requests_per_second=10_000))
    bureau.api.door = Door(quick)
    with closing(listen("127.0.0.1", 0)) as bound:
        server = NodeServer(Starlette(routes=[bureau.api.mount()]), bound)
        address = web_address(bound)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        bureau.own_api.jobs.start()
        yield Served(bureau, openapi.from_dict(dict(bureau.api.document)), f"{address}{PREFIX}")
        bureau.own_api.jobs.stop()
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def is_bad(query: dict[str, Any]) -> bool:
    """Say whether the seconds of a stream are none, so that it is refused."""
    seconds = query.get("seconds", 0)
    return not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= SECONDS_MAX


def ask(served: Served, route: ApiRoute, role: str, examples: int) -> None:
    """Send what is made for one route, and hold each answer against the document."""
    operation = served.schema[route.path][route.method.value]
    headers = {"Authorization": f"Bearer {served.bureau.token(role)}"}
    made = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])
    seen: list[int] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made)
    def holds(case: Any) -> None:  # noqa: ANN401 - what schemathesis makes
        if route.handled is Handled.EVENTS and isinstance(case.query, dict):
            # A stream that nobody ends goes on.
            case.query = {**case.query, "seconds": case.query.get("seconds") if is_bad(case.query) else 0}
        # That well-formed data can be refused by rules is what a node is for.
        answer = case.call_and_validate(
            base_url=served.address, headers=headers, excluded_checks=[positive_data_acceptance, checks.ignored_auth]
        )
        assert answer.status_code < 500 or answer.json()["code"] == "unavailable", answer.text
        seen.append(answer.status_code)

    holds()
    assert len(seen) >= min(examples, 2), "something was sent"


OF_EACH_HEADING: Final = tuple({route.about: route for route in ROUTES}.values())
"""One route of each heading; all of them, as every role, are part of the long run."""


@pytest.mark.parametrize("route", OF_EACH_HEADING, ids=[route.name for route in OF_EACH_HEADING])
def test_route_answers_as_documented(served: Served, route: ApiRoute) -> None:
    ask(served, route, role_for(served.bureau, route), SHORT_EXAMPLES)


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_route_answers_every_role_as_documented(served: Served, route: ApiRoute, role: str) -> None:
    started = time.monotonic()
    ask(served, route, role, LONG_EXAMPLES)
    assert time.monotonic() - started < 600
