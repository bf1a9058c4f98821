"""Language and look, chosen in the browser and kept there in two cookies that say nothing of a person.

They work before anybody is signed in, so they ask for no session; that the form came from our own page is asked all the same.
They outlive sessions, so that whoever is signed out, or has to wait, reads of it in the language that was chosen. Unlike the
cookie of a session they are sent too where somebody follows a link from elsewhere, as from the mail that calls them to the desk:
they let nobody in, and the page that asks to sign in is the first that is read.

Source: docs/rules/desk.md W25, W26 and W118.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entente.kernel.errors import Invalid
from entente.web.desk.forms import BACK, posted
from entente.web.desk.guards import require_own_page
from entente.web.desk.paths import own_path
from entente.web.desk.rendering import LOOKS
from entente.web.desk.session import Session
from entente.web.wording import LANGUAGES, chosen_language

LANGUAGE_COOKIE: Final = "entente_language"
LOOK_COOKIE: Final = "entente_look"
_KEPT_SECONDS: Final = 365 * 24 * 3600
CHOICES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "language": (LANGUAGE_COOKIE, tuple(LANGUAGES)),
    "look": (LOOK_COOKIE, LOOKS),
}
"""Field of the form → its cookie, and what it may hold."""


def language_of(request: Request, session: Session | None) -> str:
    """Return the language a page is written in for a request."""
    preferred = session.language if session is not None else ""
    return chosen_language(
        request.cookies.get(LANGUAGE_COOKIE, ""), preferred, request.headers.get("accept-language", "")
    )


def look_of(request: Request) -> str:
    """Return how pages look in this browser."""
    chosen = request.cookies.get(LOOK_COOKIE, "")
    return chosen if chosen in LOOKS else LOOKS[0]


async def choose(request: Request, *, has_tls: bool) -> Response:
    """Keep a choice, and go back to where it was made. `has_tls`: browsers reach the node by TLS alone."""
    require_own_page(request)
    fields = await posted(request)
    answer = RedirectResponse(own_path(fields.get(BACK, "")), 303)
    for name, (cookie, allowed) in CHOICES.items():
        if name not in fields:
            continue
        if fields[name] not in allowed:
            raise Invalid(
                "There is no such choice.",
                field=name,
                why="Languages and looks are closed lists.",
                do="Choose one of those that the page offers.",
            )
        answer.set_cookie(
            cookie,
            fields[name],
            max_age=_KEPT_SECONDS,
            path="/",
            secure=has_tls,
            httponly=True,
            samesite="lax",
        )
    return answer
