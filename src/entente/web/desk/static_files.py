"""Style and scripts, each under a name that holds the digest of its content, so that a browser keeps it for good.

A file is read once at start and compressed then. Another name than those of today's content is not there.

Source: docs/rules/desk.md W24; RFC 8246 (immutable).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parents[1] / "static"
STATIC_PATH: Final = "/static"
"""Below the desk's prefix."""
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_DIGEST_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent."""

    name: str
    """With the digest: `desk.0123456789abcdef.css`."""
    media_type: str
    plain: bytes
    packed: bytes
    """The same under gzip."""


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return the files by the names they have in the folder."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}


def _read(path: Path) -> StaticFile:
    plain = path.read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:_DIGEST_CHARACTERS]
    # Without a time in it, so that the same content is the same bytes on every machine.
    packed = gzip.compress(plain, 9, mtime=0)
    return StaticFile(f"{path.stem}.{digest}{path.suffix}", _TYPES[path.suffix], plain, packed)


@cache
def _by_name() -> Mapping[str, StaticFile]:
    return {one.name: one for one in static_files().values()}


async def serve_static(request: Request) -> Response:
    """Answer with a file, packed where the browser takes that."""
    found = _by_name().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.plain, media_type=found.media_type, headers=headers)
