"""Writes docs/reference/desk.md from the table of pages: each with its address, what it shows or does, its verbs, who may."""

from __future__ import annotations

from collections.abc import Iterator

from entente.web.desk.page import PREFIX, ActPage, ShowPage
from entente.web.desk.table import PAGES

HEAD = """# Pages of the desk

Made from the table of pages (`src/entente/web/desk/table.py`) by `make reference`. Rules: [rules/desk.md](../rules/desk.md).
A page opens to an officer with a role that has one of the verbs under «role may» ([code_lists.md](code_lists.md)); the verbs
under «asks» judge the rest, as they do for the API. A form is sent from the page it is on, carries the token of the session
and a one-time key, and leads on to a page.
"""


def desk_page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_shown(), "", *_acts(), ""])


def _shown() -> Iterator[str]:
    yield "## What is shown\n\n| address | shows | asks | role may | key |\n|---|---|---|---|---|"
    for page in PAGES:
        if isinstance(page, ShowPage):
            key = f"`g` `{page.key}`" if page.key else ""
            yield f"| `{_address(page.path)}` | {page.shows} | {_codes(page.verbs)} | {_codes(page.needs)} | {key} |"


def _acts() -> Iterator[str]:
    yield "## What is done\n\n| address | does | on the page | asks | role may | fields |\n|---|---|---|---|---|---|"
    for page in PAGES:
        if isinstance(page, ActPage):
            fields = _codes(tuple(one.name for one in page.fields))
            yield (
                f"| `{_address(page.path)}` | {page.does} | `{page.form_on}` | {_codes(page.verbs)} "
                f"| {_codes(page.needs)} | {fields} |"
            )


def _address(path: str) -> str:
    return f"{PREFIX}{path}".replace(":path}", "}")


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
