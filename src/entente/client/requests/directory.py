"""The requests under «Directory».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, filled, parameters, two_parts
from entente.client.shapes import (
    ListBodiesAnswer,
    ListGroupsAnswer,
    ListInstrumentsAnswer,
    ShowBodyAnswer,
    ShowGroupAnswer,
    ShowInstrumentAnswer,
)


def list_bodies() -> Call[ListBodiesAnswer]:
    """List the bodies of the directory."""
    return Call("list_bodies", "GET", "/bodies", ListBodiesAnswer)


def show_body(body: str) -> Call[ShowBodyAnswer]:
    """Show a directory entry."""
    return Call("show_body", "GET", filled("/bodies/{body}", body=body), ShowBodyAnswer)


def list_groups(*, on: str | None = None) -> Call[ListGroupsAnswer]:
    """List the groups as they stand on a day."""
    return Call("list_groups", "GET", "/groups", ListGroupsAnswer, query=parameters(on=on))


def show_group(group: str, *, on: str | None = None) -> Call[ShowGroupAnswer]:
    """Show a group as it stands on a day."""
    keeper, name = two_parts("group", group, "GS/members")
    return Call(
        "show_group",
        "GET",
        filled("/groups/{keeper}/{name}", keeper=keeper, name=name),
        ShowGroupAnswer,
        query=parameters(on=on),
    )


def list_instruments() -> Call[ListInstrumentsAnswer]:
    """List the instruments known here, and whether each is in force."""
    return Call("list_instruments", "GET", "/instruments", ListInstrumentsAnswer)


def show_instrument(instrument: str) -> Call[ShowInstrumentAnswer]:
    """Show an instrument: terms, signatures, how each party stands."""
    return Call(
        "show_instrument", "GET", filled("/instruments/{instrument}", instrument=instrument), ShowInstrumentAnswer
    )
