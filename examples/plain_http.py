"""What a program of another language has to do: the API by its reference alone, with nothing but HTTP.

`Plain` asks, waits where the node says so, sends an act again under the same key, and follows a list from page to page. The two
programs beside it, duty_display and list_feed, use it; a program in Python uses `entente.client`, which does more.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TRIES, SECONDS_MAX = 5, 60
AGAIN = frozenset({429, 503})
"""What the reference says may be sent again: too often, and not now."""


class ProblemError(Exception):
    """What the node said in place of an answer, as it says it to people."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        """Keep the status and the problem document."""
        super().__init__(
            " ".join(str(told.get(name, "")) for name in ("what", "why", "do")).strip() or f"HTTP {status}"
        )
        self.status = status


class Plain:
    """A node, asked over HTTP with a token."""

    def __init__(self, address: str, token: str) -> None:
        """Remember where and with what; nothing is asked yet."""
        self._base, self._token = f"{address.rstrip('/')}/api/v1", token

    @classmethod
    def of_environment(cls) -> Plain:
        """Return the node that ENTENTE_NODE and ENTENTE_TOKEN_FILE name."""
        token = Path(os.environ["ENTENTE_TOKEN_FILE"]).read_text(encoding="ascii").strip()
        return cls(os.environ["ENTENTE_NODE"], token)

    def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Return what a route shows."""
        return json.loads(self._sent("GET", path + (f"?{urlencode(query)}" if query else "")))

    def items(self, path: str, field: str, **query: str) -> Iterator[Any]:
        """Yield what a list has, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page[field]
            cursor = page["next"]

    def act(self, path: str, body: dict[str, Any], key: str = "") -> Any:  # noqa: ANN401 - JSON
        """Have something done once, however often it has to be sent; return what names its result."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4())}
        return json.loads(self._sent("POST", path, json.dumps(body).encode(), headers))

    def upload(self, file: Path) -> str:
        """Send a file for a job, once, and return what the job calls it."""
        path = f"/uploads?{urlencode({'name': file.name})}"
        headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": str(uuid.uuid4())}
        return str(json.loads(self._sent("POST", path, file.read_bytes(), headers))["id"])

    def file(self, path: str) -> bytes:
        """Return a file that came of a job."""
        return self._sent("GET", path)

    def _sent(self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        for left in range(TRIES - 1, -1, -1):
            request = urllib.request.Request(  # noqa: S310 - the operator's own address
                self._base + path, data, {**(headers or {}), "Authorization": f"Bearer {self._token}"}
            )
            request.method = method
            try:
                with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:  # noqa: S310 - the operator's own address
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                told = json.loads(error.read() or b"{}")
                if error.code not in AGAIN or not left:
                    raise ProblemError(error.code, told) from error
                time.sleep(min(SECONDS_MAX, int(error.headers.get("Retry-After", "1"))))
        raise AssertionError("the last try returns or raises")
