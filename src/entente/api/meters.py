"""What is counted of a running node, for Prometheus: how it is used and how it stands, never about whom.

Labels are words of closed lists: a route, a verb, a status, the code of a body. No officer, case, record or query is among them.

Source: docs/rules/node.md N14; Prometheus «Metric and label naming», «Exposition formats».
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entente import __version__
from entente.api.errors import problem_response
from entente.api.peers import is_local
from entente.exchange.model import PROTOCOL_VERSION
from entente.kernel.errors import EntenteError, Untrusted
from entente.node import Node
from entente.verbs.references import names_of

PATH: Final = "/metrics"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Upper bounds of how long requests took: from a search of a small store to an import."""


class Meters:
    """The counters of one node."""

    def __init__(self, node: Node) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "entente_requests", "Requests answered.", ("route", "verb", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "entente_request_seconds",
            "How long answering took.",
            ("route", "verb"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.registry.register(Standing(node))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def count(self, route: str, verb: str, status: int, seconds: float) -> None:
        """Count one request that was answered. Safe from any thread."""
        self._requests.labels(route, verb, str(status)).inc()
        self._seconds.labels(route, verb).observe(seconds)

    def exposition(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self.registry)


class Standing(Collector):
    """How the node stands, asked when it is scraped. What cannot be asked now is left out, and the scrape goes on."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Say nothing when registered: the store is not asked before the first scrape."""
        yield from ()

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        """Ask the node."""
        node = self._node
        about = {"version": __version__, "protocol": str(PROTOCOL_VERSION), "store": node.engine}
        yield InfoMetricFamily("entente", "What runs.", value=about)
        for part in (_of_trail_and_index, _of_exchange, _of_records, _of_machine):
            try:
                yield from part(node)
            except EntenteError:
                continue


def _of_trail_and_index(node: Node) -> list[GaugeMetricFamily]:
    position = node.identity.index.position()
    with node.identity.open_view() as view:
        behind, rows = view.records.count_changed(position), view.trail.frontier().size
        standing = view.standing.count()
    sizes = node.identity.index.sizes()
    entries = GaugeMetricFamily("entente_index_entries", "Entries of the search index.", labels=("part",))
    entries.add_metric(["live"], sizes.live)
    entries.add_metric(["base"], sizes.base)
    return [
        _gauge("entente_trail_rows", "Rows of the trail.", rows),
        _gauge("entente_index_waiting_records", "Changed records that a search does not find yet.", behind),
        entries,
        _gauge("entente_standing_queries", "Standing queries that are held against what comes in.", standing),
    ]


def _of_exchange(node: Node) -> list[GaugeMetricFamily]:
    names = names_of(node)
    waiting = GaugeMetricFamily(
        "entente_outbox_statements", "Statements that wait to be acknowledged by a body.", labels=("body",)
    )
    with node.exchange.open_view() as view:
        for body in names.bodies:
            if body != names.own.id:
                waiting.add_metric([names.code(body)], view.outbox.count_open(body))
    held = node.deciding.count_all_held()
    return [
        waiting,
        _gauge("entente_bodies_due", "Bodies to which something is overdue.", len(node.exchange.recipients_due())),
        _gauge("entente_held_statements", "Statements held for a person's decision.", held.count),
        _gauge("entente_held_late_statements", "Of those, the ones past their term.", held.late),
    ]


def _of_records(node: Node) -> list[GaugeMetricFamily]:
    silent = node.records.silent_sources(timedelta(0))
    return [
        _gauge(
            "entente_silent_sources", "Sources whose copies are hidden here, because they were not heard.", len(silent)
        ),
        _gauge("entente_hidden_copies", "Copies hidden for that.", sum(one.hidden for one in silent)),
        _gauge("entente_files_bytes", "What records' files take.", node.blobs.bytes_held()),
        _gauge("entente_files_bytes_most", "What they may take.", node.settings.blobs_bytes_max),
    ]


def _of_machine(node: Node) -> list[GaugeMetricFamily]:
    return [
        _gauge("entente_disk_free_bytes", "What is free beside the store.", node.disk.free_mb() * 1024 * 1024),
        _gauge("entente_troubles", "Things that keep the node from a part of its work now.", len(node.troubles())),
    ]


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def metrics_routes(node: Node, meters: Meters) -> list[Route]:
    """Return the route of the counters, or none where the setting `metrics` is off."""
    is_everywhere = node.settings.metrics == "everywhere"

    async def scrape(request: Request) -> Response:
        if not is_everywhere and not is_local(request):
            return problem_response(_not_local())
        text = await run_in_threadpool(meters.exposition)
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return [] if node.settings.metrics == "off" else [Route(PATH, scrape, methods=["GET"])]


def _not_local() -> Untrusted:
    return Untrusted(
        "The node's counters were asked for from elsewhere.",
        reason="not_local",
        why="They say how much a body sends to whom; only a program on the node's own machine is told, and none through a proxy.",
        do="Scrape them on the machine of the node, or set ENTENTE_METRICS=everywhere where the network is its operator's alone.",
    )
