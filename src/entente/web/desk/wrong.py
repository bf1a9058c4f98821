"""Each kind of error as a page of the desk, in the reader's language: what, why, what to do, and the grounds where rules decided.

What a room says is told as `web.sentences` knows it. What is absent and what may not be known are one page, to the byte.

Source: STYLE section 5; docs/rules/desk.md W23 and W28.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from entente.kernel.errors import EntenteError, NotFound, Refused
from entente.web.desk.forms import told_grounds
from entente.web.desk.rendering import Shell, rendered
from entente.web.errors import STATUS
from entente.web.sentences import said
from entente.web.wording import Wording

_NOT_FOUND: Final = 404
_FAULT: Final = 500
_SIGNED_OUT: Final = 401
_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class WrongPage:
    """What `wrong.html` shows."""

    title: str
    """The kind of error, in the reader's language."""
    what: str
    why: str
    do: str
    grounds: tuple[tuple[str, str, str], ...] = ()
    """Number, sentence and remedy of each ground that refused."""
    is_signed_out: bool = False
    """Whether signing in is what is to be done next, beside this page, which still holds what was written."""


def page_of(error: Exception, shell: Shell, say: Wording) -> Response:
    """Return the page of an error, with the status of its class."""
    if isinstance(error, HTTPException):
        if error.status_code != _NOT_FOUND:
            return rendered("wrong.html", _worded("not_taken", say), shell, say, status=error.status_code)
        error = NotFound()
    if isinstance(error, NotFound):
        return rendered("wrong.html", _worded("not_found", say), shell, say, status=_NOT_FOUND)
    if isinstance(error, EntenteError):
        return rendered("wrong.html", _told(error, say), shell, say, status=STATUS[type(error)])
    return rendered("wrong.html", _worded("fault", say), shell, say, status=_FAULT)


def signed_out(shell: Shell, say: Wording) -> Response:
    """Return the page of a form that came after its session had ended."""
    page = replace(_worded("signed_out", say), is_signed_out=True)
    return rendered("wrong.html", page, shell, say, status=_SIGNED_OUT)


def too_often(shell: Shell, say: Wording, seconds: int) -> Response:
    """Return the page of who asks too often (W62), with when they may ask again."""
    page = WrongPage(
        title=say.text("wrong.too_often"),
        what="",
        why=say.text("wrong.too_often_why", count=seconds),
        do=say.text("wrong.too_often_do"),
    )
    answer = rendered("wrong.html", page, shell, say, status=_TOO_MANY)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _worded(name: str, say: Wording) -> WrongPage:
    return WrongPage(
        title=say.text(f"wrong.{name}"), what="", why=say.text(f"wrong.{name}_why"), do=say.text(f"wrong.{name}_do")
    )


def _told(error: EntenteError, say: Wording) -> WrongPage:
    grounds = told_grounds(error.decision, say) if isinstance(error, Refused) else ()
    return WrongPage(
        title=say.text(f"wrong.{error.code}"),
        what=said(say, error.what),
        why="" if grounds else said(say, error.why),
        do=said(say, error.do),
        grounds=grounds,
    )
