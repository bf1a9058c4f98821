"""GET /healthz and /readyz: whether the process answers, and whether the node can do its work.

Both say yes or no and nothing of why: whoever reaches the node may ask. Why is said by `entente doctor`, on the machine itself.

Source: docs/rules/node.md N15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from entente.kernel.errors import EntenteError
from entente.node import Node

LIVE: Final = "/healthz"
READY: Final = "/readyz"
_NO_STORE: Final = {"Cache-Control": "no-store"}


def health_routes(readiness: Callable[[], Mapping[str, bool]]) -> list[Route]:
    """Return both routes; `readiness` says how the node stands, and is called in a thread."""

    async def live(_: Request) -> Response:
        return JSONResponse({"is_alive": True}, headers=_NO_STORE)

    async def ready(_: Request) -> Response:
        checks = await run_in_threadpool(readiness)
        is_ready = all(checks.values())
        return JSONResponse({"is_ready": is_ready, "checks": checks}, 200 if is_ready else 503, headers=_NO_STORE)

    return [Route(LIVE, live, methods=["GET"]), Route(READY, ready, methods=["GET"])]


def readiness(node: Node) -> Mapping[str, bool]:
    """Say of each thing a node cannot do its work without whether it is there now.

    Source: docs/rules/node.md N15.
    """
    checks: Mapping[str, Callable[[], str]] = {
        "store": lambda: _store_trouble(node),
        "clock": node.clock_trouble,
        "disk": node.disk.trouble,
        "state": lambda: node.state().trouble,
        "index": node.index_trouble,
        "log": node.log_trouble,
        "web": node.web_trouble,
    }
    return {name: _is_without(trouble) for name, trouble in checks.items()}


def _store_trouble(node: Node) -> str:
    with node.identity.open_view() as view:
        view.trail.frontier()
    return ""


def _is_without(trouble: Callable[[], str]) -> bool:
    try:
        return not trouble()
    except EntenteError:
        # What cannot even be asked is not there: a store that is locked or damaged.
        return False
