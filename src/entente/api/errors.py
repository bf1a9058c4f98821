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
from entente.kernel.wire import error_to_json

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


class WithStatus(Exception):  # noqa: N818 - not an error of its own: one of the tree with what HTTP says of it
    """An error whose status HTTP has a word of its own for: no token, too large, too often, changed meanwhile."""

    def __init__(self, error: EntenteError, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.what)
        self.error = error
        self.status = status
        self.headers = headers or {}


def problem(error: EntenteError, status: int | None = None) -> JsonObject:
    """Return the problem document of an error: RFC 9457's members, and the error's own beside them."""
    shape = error_to_json(error)
    return {
        "type": f"urn:entente:error:{error.code}",
        "title": error.what,
        "status": STATUS[type(error)] if status is None else status,
        "detail": error.why,
        **shape,
    }


def problem_response(
    error: EntenteError, status: int | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return an error as an answer, with the status of its class where no other is given; never cached."""
    code = STATUS[type(error)] if status is None else status
    return JSONResponse(
        problem(error, code), code, headers={"Cache-Control": "no-store", **(headers or {})}, media_type=PROBLEM_JSON
    )
