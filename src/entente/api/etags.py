"""Which version is shown, and which one a request is about: ETag, If-None-Match and If-Match.

An ETag names the version that changes of the thing count, and where the answer says more than that, a digest of it all behind it:
`"7"`, `"7.0f3b5c6d7e8f9a01"`. If-Match is about the version alone, so that a note that came meanwhile hinders nobody.

Source: docs/rules/api.md P9; RFC 9110, 8.8.3 and 13.1.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from starlette.requests import Request

from entente.api.errors import WithStatus
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.errors import Invalid

VERSION_NEEDED: Final = 428
DIGEST_CHARACTERS: Final = 16
PATTERN: Final = rf'^"[1-9][0-9]{{0,14}}(\.[0-9a-f]{{{DIGEST_CHARACTERS}}})?"$'
"""Of an ETag of this interface, also for programs of others that judge by it."""
_NAMED: Final = re.compile(PATTERN)


def etag(version: str, whole: JsonObject | None = None) -> str:
    """Return the ETag of a version; of an answer that says more than the version counts, give the whole of it."""
    digest = "" if whole is None else f".{hashlib.sha256(canonical_bytes(whole)).hexdigest()[:DIGEST_CHARACTERS]}"
    return f'"{version}{digest}"'


def is_known(request: Request, shown: str) -> bool:
    """Say whether what is shown is what the caller has already: If-None-Match names it."""
    return shown in {one.strip() for one in request.headers.get("if-none-match", "").split(",")}


def named_version(request: Request) -> int:
    """Return the version that a request is about; raise Invalid where If-Match is none of ours, as 428 where it is absent."""
    text = request.headers.get("if-match", "").strip()
    if not text:
        raise WithStatus(_needs_version("it has no If-Match"), VERSION_NEEDED)
    if _NAMED.fullmatch(text) is None:
        raise _needs_version("its If-Match is no ETag that was shown")
    return int(text.strip('"').split(".")[0])


def _needs_version(why: str) -> Invalid:
    return Invalid(
        "The request does not say which version it is about.",
        field="If-Match",
        why=f"Nobody changes or ends a version that they did not see (docs/rules/api.md P9): {why}.",
        do="Look at it as it stands, and send the ETag of that as If-Match.",
    )
