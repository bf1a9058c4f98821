"""N14 and N15: what is counted of a node, who may read it, and whether it can do its work."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Never

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from entente.api.health import LIVE, READY, health_routes, readiness
from entente.api.meters import PATH, Meters, metrics_routes
from entente.api.observed import OTHER, Observed
from entente.api.operator import PATH as OPERATOR
from entente.api.operator import operator_route
from entente.kernel.errors import Unavailable
from entente.node import Node
from tests.support.nodes import open_network

TOKEN = "t" * 32
LOOPBACK = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)
SECRET = "Muhammadov"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with open_network(tmp_path) as network:
        yield network["XA-NCB"]


def client(node: Node, caller: tuple[str, int] = LOOPBACK, **changed: str) -> TestClient:
    settings: Any = changed
    node = replace(node, settings=replace(node.settings, **settings))
    meters = Meters(node)

    async def fail(_: Request) -> Response:
        raise RuntimeError("inner words")

    routes = [
        operator_route(node, TOKEN), *health_routes(partial(readiness, node)), *metrics_routes(node, meters),
        Route("/fail", fail),
    ]  # fmt: skip
    observed = Middleware(Observed, count=meters.count, paths=[route.path for route in routes])
    return TestClient(Starlette(routes=routes, middleware=[observed]), raise_server_exceptions=False, client=caller)


def ask(http: TestClient, verb: str, **arguments: object) -> int:
    answer = http.post(
        OPERATOR, json={"verb": verb, "arguments": arguments}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    return int(answer.status_code)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return each sample of an exposition by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, *[value for _, value in sorted(sample.labels.items())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_n14_requests_are_counted_by_route_verb_and_status(node: Node) -> None:
    http = client(node)
    assert ask(http, "officer_list") == 200
    assert ask(http, "officer_list") == 200
    assert ask(http, "search", officer="nobody", names=[SECRET]) == 400
    assert ask(http, SECRET) == 400
    assert http.get(f"/{SECRET}").status_code == 404
    assert http.get("/fail").status_code == 500
    text = http.get(PATH).text
    found = samples(text)
    assert found["entente_requests_total", OPERATOR, "200", "officer_list"] == 2
    assert found["entente_requests_total", OPERATOR, "400", "search"] == 1
    assert found["entente_requests_total", OPERATOR, "400", OTHER] == 1
    assert found["entente_requests_total", OTHER, "404", ""] == 1
    assert found["entente_requests_total", "/fail", "500", ""] == 1
    assert found["entente_request_seconds_count", OPERATOR, "officer_list"] == 2
    assert SECRET not in text


def test_n14_how_the_node_stands_is_what_its_verbs_say(node: Node) -> None:
    found = samples(client(node).get(PATH).text)
    with node.records.open_unit() as unit:
        assert found[("entente_trail_rows",)] == unit.trail.frontier().size > 0
    assert found[("entente_disk_free_bytes",)] > 0
    assert found[("entente_troubles",)] == 0
    assert found["entente_outbox_statements", "GS"] >= 0
    assert ("entente_outbox_statements", "XA-NCB") not in found
    assert found[("entente_index_waiting_records",)] == 0
    assert any(name == "process_resident_memory_bytes" for name, *_ in found)
    assert any(name == "entente_info" for name, *_ in found)


def test_n14_a_part_that_cannot_be_asked_now_is_left_out_of_the_scrape(node: Node) -> None:
    def locked() -> Never:
        raise Unavailable("The store is locked.", why="w", do="d", retry_is_safe=True)

    failing = replace(node, exchange=replace(node.exchange, open_view=locked))
    found = samples(client(failing).get(PATH).text)
    assert ("entente_trail_rows",) in found
    assert ("entente_disk_free_bytes",) in found
    assert not any(name.startswith("entente_outbox") for name, *_ in found)


def test_n14_only_this_machine_reads_the_counters_unless_told_otherwise(node: Node) -> None:
    assert client(node).get(PATH).status_code == 200
    elsewhere = client(node, ELSEWHERE).get(PATH)
    assert (elsewhere.status_code, elsewhere.json()["reason"]) == (403, "not_local")
    assert client(node).get(PATH, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    assert client(node, ELSEWHERE, metrics="everywhere").get(PATH).status_code == 200
    assert client(node, metrics="off").get(PATH).status_code == 404


def test_n15_a_node_that_can_work_is_ready_and_says_no_more(node: Node) -> None:
    http = client(node, ELSEWHERE)
    assert http.get(LIVE).json() == {"is_alive": True}
    ready = http.get(READY)
    assert ready.status_code == 200
    assert ready.json() == {
        "is_ready": True,
        "checks": dict.fromkeys(("store", "clock", "disk", "state", "index", "log", "web"), True),
    }
    assert ready.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["clock", "index", "log"])
def test_n15_a_trouble_makes_it_not_ready_without_saying_which_words(node: Node, name: str) -> None:
    trouble: Any = {f"{name}_trouble": lambda: f"about {SECRET}"}
    http = client(replace(node, **trouble))
    ready = http.get(READY)
    assert ready.status_code == 503
    assert [one for one, is_well in ready.json()["checks"].items() if not is_well] == [name]
    assert SECRET not in ready.text
    assert http.get(LIVE).status_code == 200


def test_n15_a_store_that_cannot_be_read_makes_it_not_ready(node: Node) -> None:
    def locked() -> Never:
        raise Unavailable("The store is locked.", why="w", do="d", retry_is_safe=True)

    node.identity.open_view = locked
    ready = client(node).get(READY)
    assert ready.status_code == 503
    assert ready.json()["checks"]["store"] is False
