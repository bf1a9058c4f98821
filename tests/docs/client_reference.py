"""Writes docs/reference/client.md: every method of the client, from the table of routes."""

from __future__ import annotations

from collections.abc import Iterator

from entente.api.table import ROUTES
from tests.docs.client_routes import Made, made
from tests.docs.client_shapes import shapes

ABOUT = """\
# The methods of the client

What `entente.client.Client` has; `AsyncClient` has the same, to be awaited, and its lists are read with `async for`. Fields and
answers are those of the route of the same name in [api.md](api.md); types are imported from `entente.client.shapes`. How to make
a client, and what it does by itself: [python.md](python.md#ask-a-node-over-its-api), [guides/api.md](../guides/api.md).

What stands before `*` may be given by place, the rest by name; what has a default may be left out. A list is read page by page as
it is iterated over."""


def signature(one: Made) -> str:
    parts = [each.name for each in one.path]
    named = [each.name if each.is_needed else f"{each.name}=None" for each in one.named]
    return f"{one.route.name}({', '.join([*parts, *(['*', *named] if named else [])])})"


def lines() -> Iterator[str]:
    found = shapes()
    every = [made(route, found) for route in ROUTES]
    for about in dict.fromkeys(one.route.about for one in every):
        yield from ("", f"## {about}", "", "| method | gives | |", "|---|---|---|")
        for one in every:
            if one.route.about == about:
                gives = f"list of `{one.item}`" if one.item else f"`{one.answer}`"
                gives = f"stream of {gives}" if one.answer == "News" else gives
                yield f"| `{signature(one)}` | {gives} | {one.route.summary} Scope `{one.route.scope}`. |"


def client_page(made_by: str) -> str:
    """Return the page."""
    return "\n".join([made_by, "", ABOUT, *lines()]) + "\n"
