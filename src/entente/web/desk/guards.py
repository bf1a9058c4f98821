"""What a form must show before anything is done for it: our own page as its sender, and the session's token.

Source: docs/rules/desk.md W20 to W22; W3C Fetch Metadata; OWASP, Cross-Site Request Forgery Prevention.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request

from entente.kernel.errors import Untrusted
from entente.web.desk.forms import CSRF
from entente.web.desk.session import Session


def require_own_page(request: Request) -> None:
    """Raise Untrusted for a POST that no page of this node sent.

    Browsers say with Sec-Fetch-Site who sent it, on lines they hold to be secure; older ones with Origin. Our pages send no
    referrer, so Origin may be «null» where Sec-Fetch-Site says all. Neither of them: no browser, and no form of ours.
    """
    site = request.headers.get("sec-fetch-site", "")
    if site:
        if site != "same-origin":
            raise _elsewhere()
        return
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host", ""):
        raise _elsewhere()


def has_token(session: Session, fields: Mapping[str, str]) -> bool:
    """Say whether a form carries the token of the session that sends it; compared in constant time."""
    return hmac.compare_digest(session.csrf.encode("utf-8"), fields.get(CSRF, "").encode("utf-8"))


def _elsewhere() -> Untrusted:
    return Untrusted(
        "The form was not sent.",
        reason="not_own_page",
        why="It did not come from a page of this node (docs/rules/desk.md W22).",
        do="Open the desk by its own address, and send the form from there.",
    )
