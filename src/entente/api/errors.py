"""Each kind of error as an HTTP status and a problem document (RFC 9457): the one table of the interface."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from entente.kernel.canonical import JsonObject
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
from entente.verbs.wire import error_to_json

STATUS: Mapping[type[EntenteError], int] = {
    Refused: 403,
    Invalid: 400,
    NotFound: 404,
    Conflict: 409,
    Untrusted: 403,
    Unavailable: 503,
    Misconfigured: 500,
}
PROBLEM_JSON = "application/problem+json"


def problem(error: EntenteError) -> JsonObject:
    """Return the problem document of an error: RFC 9457's members, and the error's own beside them."""
    shape = error_to_json(error)
    return {
        "type": f"urn:entente:error:{error.code}",
        "title": error.what,
        "status": STATUS[type(error)],
        "detail": error.why,
        **shape,
    }


def problem_response(error: EntenteError) -> JSONResponse:
    """Return an error as an answer; never cached."""
    return JSONResponse(
        problem(error), STATUS[type(error)], headers={"Cache-Control": "no-store"}, media_type=PROBLEM_JSON
    )
