"""How an error of the tree becomes the answer to a post: one table, RFC 9457 problem details.

Source: RFC 9457; RFC 9110 section 15; STYLE section 5.
"""

from __future__ import annotations

import json

from starlette.responses import Response

from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)

PROBLEM_TYPE = "application/problem+json"

STATUS_OF: dict[type[EntenteError], int] = {
    Invalid: 400,
    Untrusted: 403,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    Misconfigured: 500,
    Unavailable: 503,
}


TOO_SLOW_STATUS = 408
TOO_LARGE_STATUS = 413
WRONG_MEDIA_TYPE_STATUS = 415


def problem(error: EntenteError, status: int | None = None) -> Response:
    """Write an error as a problem: its sentences, its stable code, and the reason of a distrust.

    `status` overrides the table for what HTTP itself names: a body too large or too slow, a wrong media type.
    """
    status = STATUS_OF[type(error)] if status is None else status
    document = {
        "type": "about:blank",
        "title": error.what,
        "status": status,
        "detail": error.why,
        "do": error.do,
        "code": error.code,
    }
    if isinstance(error, Untrusted):
        document["reason"] = error.reason
    if isinstance(error, Invalid):
        document["field"] = error.field
    body = json.dumps(document, ensure_ascii=False).encode("utf-8")
    # What is too large or too slow was left unread, so the connection cannot carry another request.
    headers = {"connection": "close"} if status in {TOO_LARGE_STATUS, TOO_SLOW_STATUS} else {}
    return Response(body, status, headers, PROBLEM_TYPE)
