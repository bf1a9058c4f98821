"""What the address of a request says: what stands behind «?», and where to come back to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from entente.kernel.errors import Invalid
from entente.web.desk.paths import own_path

QUERY_CHARACTERS_MAX: Final = 300


def query_of(request: Request) -> dict[str, str]:
    """Return what stands behind «?»; raise Invalid for more than a page reads."""
    fields = dict(request.query_params)
    if any(len(text) > QUERY_CHARACTERS_MAX for text in fields.values()):
        raise Invalid(
            "The address is too long.",
            field="address",
            why=f"No field behind «?» has more than {QUERY_CHARACTERS_MAX} characters.",
            do="Go to the desk and choose the page from there.",
        )
    return fields


def here_of(request: Request) -> str:
    """Return the path of a page with what stands behind «?», to come back to; of a form's address the desk."""
    if request.method != "GET":
        return own_path(request.url.path.rpartition("/")[0])
    query = urlencode([(name, text) for name, text in request.query_params.multi_items() if name != "done"])
    return own_path(f"{request.url.path}?{query}" if query else request.url.path)
