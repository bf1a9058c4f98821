"""What a desk is built from in tests: what the API of the same node has, as `app` hands it on."""

from __future__ import annotations

from typing import Any, cast

from entente.api.event_table import told_as
from entente.api.events import TrailSource
from entente.api.job_files import JobFiles
from entente.api.peers import is_local
from entente.api.rest import Api, ApiParts
from entente.api.running import Runner
from entente.node import Node
from entente.storage.job_files import JobFolder
from entente.web.desk.ports import DeskParts
from entente.web.desk.rates import Rates
from entente.web.desk.session import SessionOf


def api_of(node: Node) -> Api:
    """Return an API of a node that does its jobs when a test has them done."""
    opener = cast("Any", node.tokens.open_unit), cast("Any", node.tokens.open_view)
    files: JobFiles = JobFolder(node.settings.folder)
    return Api(node, ApiParts.of(*opener, "operator-token-of-a-test", Runner(1), files))


def desk_parts(session_of: SessionOf, api: Api) -> DeskParts:
    """Return what a desk of tests is built from: they ask faster than hands do, so what is asked too often is not counted."""
    rows = TrailSource(cast("Any", api.node.tokens.open_view))
    rates = Rates(10_000.0, 100_000, 10_000.0, 100_000)
    return DeskParts(session_of, api.once, Runner(1), is_local, api.desk_jobs, rows, told_as, lambda: False, rates)
