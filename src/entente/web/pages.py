"""How every page leaves: rendered with escaping on, one style within the page, and headers that let nothing else in.

The style is named in the Content-Security-Policy by its hash, so that neither a script nor a second style could run even if
a name should ever escape the escaping.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from entente.kernel.exercise import EXERCISE_LINE

TEMPLATES = Path(__file__).parent / "templates"


class Page(Protocol):
    """What a template gets: a documented dataclass with a title."""

    @property
    def title(self) -> str:
        """What the page is, in the window's title."""


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def render(template: str, page: Page, status: int = 200, *, is_exercise: bool = False) -> HTMLResponse:
    """Render a page; one of an exercise's node says so above all else (docs/rules/bodies.md B15)."""
    marks = {"is_exercise": is_exercise, "exercise_line": EXERCISE_LINE}
    # Our own style file, without any data in it: the one text that is not escaped.
    style = Markup(_STYLE)  # noqa: S704 - see above
    text = _environment.get_template(template).render(page=page, style=style, **marks)
    return HTMLResponse(text, status, headers=HEADERS)
