"""Each kind of error as a page: the one table of the pages. Calm, short, and the same for absent and hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
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
from entente.web.pages import render

STATUS: Mapping[type[EntenteError], int] = {
    Refused: 403,
    Invalid: 400,
    NotFound: 404,
    Conflict: 409,
    Untrusted: 403,
    Unavailable: 503,
    Misconfigured: 500,
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What `error.html` shows."""

    title: str
    """What happened, one sentence; also the window's title."""
    why: str
    do: str
    status: int


def exception_handlers(*, is_exercise: bool = False) -> dict[Any, Any]:
    """Return what the application does with errors outside the routes of programs, by class."""

    def shown(page: ErrorPage) -> Response:
        return render("error.html", page, page.status, is_exercise=is_exercise)

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "registered for this class alone"
        return shown(_of_http(error.status_code))

    async def on_entente(_: Request, error: Exception) -> Response:
        assert isinstance(error, EntenteError), "registered for this class alone"
        return shown(ErrorPage(error.what, error.why, error.do, STATUS[type(error)]))

    async def on_fault(_: Request, __: Exception) -> Response:
        return shown(_FAULT)

    return {HTTPException: on_http, EntenteError: on_entente, Exception: on_fault}


_FAULT = ErrorPage(
    "The node could not make this page.",
    "Something in it is broken; the node's log says what.",
    "Try again; if it stays so, tell the operator of this node the time at which it happened.",
    500,
)


def _of_http(status: int) -> ErrorPage:
    if status == STATUS[NotFound]:
        return ErrorPage(
            NotFound().what,
            "This node has one page for people, and the address asked for is not it.",
            "Go to the node's own page.",
            status,
        )
    return ErrorPage(
        "The node did not take this request.",
        "Pages of a node are only read, and each address takes one kind of request.",
        "Go to the node's own page.",
        status,
    )
