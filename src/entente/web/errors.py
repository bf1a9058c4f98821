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


def error_page(error: EntenteError) -> Response:
    """Return the page of an error."""
    status = STATUS[type(error)]
    return render("error.html", ErrorPage(error.what, error.why, error.do, status), status)


def _no_such_page() -> Response:
    absent = NotFound()
    page = ErrorPage(
        absent.what,
        "This node has one page for people, and the address asked for is not it.",
        "Go to the node's own page.",
        404,
    )
    return render("error.html", page, 404)


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    if error.status_code == STATUS[NotFound]:
        return _no_such_page()
    page = ErrorPage(
        "The node did not take this request.",
        "Pages of a node are only read, and each address takes one kind of request.",
        "Go to the node's own page.",
        error.status_code,
    )
    return render("error.html", page, error.status_code)


async def _on_entente(_: Request, error: Exception) -> Response:
    assert isinstance(error, EntenteError), "registered for this class alone"
    return error_page(error)


async def _on_fault(_: Request, __: Exception) -> Response:
    page = ErrorPage(
        "The node could not make this page.",
        "Something in it is broken; the node's log says what.",
        "Try again; if it stays so, tell the operator of this node the time at which it happened.",
        500,
    )
    return render("error.html", page, 500)


def exception_handlers() -> dict[Any, Any]:
    """Return what the application does with errors outside the routes of programs, by class."""
    return {HTTPException: _on_http, EntenteError: _on_entente, Exception: _on_fault}
