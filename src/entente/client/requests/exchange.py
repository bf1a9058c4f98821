"""The requests under «Exchange».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, PagedCall, filled, given, parameters
from entente.client.shapes import ListHeldAnswer, ListHeldHeld, ListLinesAnswer, ListSetAsideAnswer, Result


def list_lines() -> Call[ListLinesAnswer]:
    """Say how the line to each body stands, and what waits for it."""
    return Call("list_lines", "GET", "/exchange/lines", ListLinesAnswer)


def list_held(*, to: str | None = None, page_size: int | None = None) -> PagedCall[ListHeldAnswer, ListHeldHeld]:
    """List what is held and not sent, with the reason."""
    return PagedCall(
        "list_held", "GET", "/exchange/held", ListHeldAnswer, query=parameters(to=to, limit=page_size), items="held"
    )


def list_set_aside() -> Call[ListSetAsideAnswer]:
    """List the statements that this node failed at, or whose kind it does not know."""
    return Call("list_set_aside", "GET", "/exchange/aside", ListSetAsideAnswer)


def release_held(number: str, *, idempotency_key: str | None = None) -> Call[Result]:
    """Let a held statement leave, if it may now."""
    return Call(
        "release_held",
        "POST",
        filled("/exchange/held/{number}/release", number=number),
        Result,
        is_done_once=True,
        key=idempotency_key,
    )


def release_all_held(*, to: str, idempotency_key: str | None = None) -> Call[Result]:
    """Let all leave that is held for a body, if it may now."""
    return Call(
        "release_all_held",
        "POST",
        "/exchange/releases",
        Result,
        body=given(to=to),
        is_done_once=True,
        key=idempotency_key,
    )


def drop_held(number: str, *, reason: str, idempotency_key: str | None = None) -> Call[Result]:
    """Take back a held statement for good."""
    return Call(
        "drop_held",
        "POST",
        filled("/exchange/held/{number}/drop", number=number),
        Result,
        body=given(reason=reason),
        is_done_once=True,
        key=idempotency_key,
    )


def route_exchange(*, body: str, via: str | None = None, idempotency_key: str | None = None) -> Call[Result]:
    """Reach a body through a relay that it named, or directly."""
    return Call(
        "route_exchange",
        "POST",
        "/exchange/routes",
        Result,
        body=given(body=body, via=via),
        is_done_once=True,
        key=idempotency_key,
    )
