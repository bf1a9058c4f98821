"""How a program asks a node: one request, its answer or its problem, again where that is safe.

What it needs to know of the API stands in docs/guides/api.md; nothing here is part of Entente itself.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRIES_MAX = 5
TIMEOUT_SECONDS = 30


class Problem(Exception):  # noqa: N818 - what the API calls it
    """What the node says when it does not answer: what happened, why, and what to do."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = problem.get("code", "")
        super().__init__(" ".join(str(problem.get(name, "")) for name in ("what", "why", "do")).strip())


@dataclass(frozen=True)
class Node:
    """A node's address, and the token by which it hears us."""

    address: str
    token: str

    def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - what the node answers
        """Read something."""
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path, None, {})

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> Any:  # noqa: ANN401 - what the node answers
        """Ask or change something. What changes something needs a key: sent again with the same one, it is done once."""
        return self._ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(f"{self.address.rstrip('/')}/api/v1{path}", data, method=method)  # noqa: S310 - ours
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        for attempt in range(1, TRIES_MAX + 1):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - ours
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                problem = _problem(error)
                if attempt == TRIES_MAX or not problem.get("retry_is_safe"):
                    raise Problem(error.code, problem) from error
                time.sleep(float(error.headers.get("Retry-After", attempt)))
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                # No answer came. Every request of these programs may be sent again: it reads, or it carries a key.
                if attempt == TRIES_MAX:
                    raise
                time.sleep(attempt)
        raise AssertionError("the last attempt returns or raises")


def node_of_environment() -> Node:
    """Return the node that the environment names: ENTENTE_NODE its address, ENTENTE_TOKEN_FILE a file that holds the token."""
    token = Path(os.environ["ENTENTE_TOKEN_FILE"]).read_text(encoding="ascii").strip()
    return Node(os.environ.get("ENTENTE_NODE", "http://127.0.0.1:8601"), token)


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        problem = json.load(error)
    except ValueError:
        return {"what": f"The node answered {error.code}.", "code": ""}
    return problem if isinstance(problem, dict) else {}
