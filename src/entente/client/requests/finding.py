"""The requests under «Finding».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import Literal

from entente.client.call import Call, PagedCall, filled, parameters
from entente.client.shapes import (
    FindBodiesAnswer,
    FindBodiesBody,
    FindUnitsAnswer,
    FindUnitsUnit,
    ListContactsAnswer,
    ListContactsPoint,
    ListPlacesAnswer,
    ListSharingAnswer,
    ListSharingRow,
    ListUnitListsAnswer,
    ShowKeysAnswer,
)


def find_bodies(
    *,
    text: str | None = None,
    kind: Literal[
        "national_central_bureau",
        "national_entity",
        "international_organisation",
        "international_entity",
        "general_secretariat",
        "supervisory_commission",
        "private_partner",
    ]
    | None = None,
    country: str | None = None,
    group: str | None = None,
    on: str | None = None,
    page_size: int | None = None,
) -> PagedCall[FindBodiesAnswer, FindBodiesBody]:
    """Find bodies as the directory stood on a day, a page at a time."""
    return PagedCall(
        "find_bodies",
        "GET",
        "/directory/bodies",
        FindBodiesAnswer,
        query=parameters(text=text, kind=kind, country=country, group=group, on=on, limit=page_size),
        items="bodies",
    )


def find_units(
    *,
    text: str | None = None,
    kind: Literal["regional_branch", "organ", "unit", "unit_abroad"] | None = None,
    body: str | None = None,
    on: str | None = None,
    page_size: int | None = None,
) -> PagedCall[FindUnitsAnswer, FindUnitsUnit]:
    """Find branches, organs and units of bodies as they stood on a day, a page at a time."""
    return PagedCall(
        "find_units",
        "GET",
        "/directory/units",
        FindUnitsAnswer,
        query=parameters(text=text, kind=kind, body=body, on=on, limit=page_size),
        items="units",
    )


def list_unit_lists(body: str) -> Call[ListUnitListsAnswer]:
    """Say when a body said its units anew, the newest list first, and what each list changed."""
    return Call("list_unit_lists", "GET", filled("/bodies/{body}/unit-lists", body=body), ListUnitListsAnswer)


def list_places(body: str, *, on: str | None = None) -> Call[ListPlacesAnswer]:
    """Say in which groups a body stands on a day, and when it said its units."""
    return Call(
        "list_places", "GET", filled("/bodies/{body}/groups", body=body), ListPlacesAnswer, query=parameters(on=on)
    )


def show_keys(body: str) -> Call[ShowKeysAnswer]:
    """Show the versions of a body's keys, the oldest first; of this body's own, who took them in."""
    return Call("show_keys", "GET", filled("/bodies/{body}/keys", body=body), ShowKeysAnswer)


def list_contacts(
    *,
    text: str | None = None,
    kind: Literal[
        "all_hours_desk",
        "duty_desk",
        "liaison_officer",
        "investigation",
        "fugitives",
        "drugs",
        "terrorism",
        "cybercrime",
        "financial_crime",
        "borders",
        "legal",
        "data_protection",
        "technical",
    ]
    | None = None,
    body: str | None = None,
    language: str | None = None,
    page_size: int | None = None,
) -> PagedCall[ListContactsAnswer, ListContactsPoint]:
    """List whom to call at which body, a page at a time."""
    return PagedCall(
        "list_contacts",
        "GET",
        "/contacts",
        ListContactsAnswer,
        query=parameters(text=text, kind=kind, body=body, language=language, limit=page_size),
        items="points",
    )


def list_sharing(
    *,
    body: str | None = None,
    text: str | None = None,
    group: str | None = None,
    instrument: str | None = None,
    state: Literal["stopped", "open", "nothing"] | None = None,
    page_size: int | None = None,
) -> PagedCall[ListSharingAnswer, ListSharingRow]:
    """Say who shares what with whom under which right, with what stops it, a page of counterparts at a time."""
    return PagedCall(
        "list_sharing",
        "GET",
        "/sharing",
        ListSharingAnswer,
        query=parameters(body=body, text=text, group=group, instrument=instrument, state=state, limit=page_size),
        items="rows",
    )
