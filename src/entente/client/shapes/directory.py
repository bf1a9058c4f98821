"""The shapes of what the routes under «Directory» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict

from entente.client.shapes.shared import Body
from entente.kernel.canonical import JsonObject


class DirectoryLine(TypedDict):
    """List bodies body, as the API gives it."""

    id: str
    code: str
    name: str
    kind: str
    country: str
    addresses: list[str]
    introduced_by: str
    is_own: bool


class ListBodiesAnswer(TypedDict):
    """What is answered by `list_bodies`."""

    bodies: list[DirectoryLine]
    statements_of_unknown_bodies: int
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class DirectoryEntry(TypedDict):
    """Show body body, as the API gives it."""

    id: str
    code: str
    name: str
    kind: str
    country: str
    addresses: list[str]
    introduced_by: str
    is_own: bool
    zone: str
    relays: list[str]
    names: list[JsonObject]
    units: list[JsonObject]
    introduced_at: str | None
    replaces: str
    succeeded_by: str
    keys: JsonObject
    """The keys in force."""
    node_keys: list[str]


class ShowBodyAnswer(TypedDict):
    """What is answered by `show_body`."""

    body: DirectoryEntry
    is_own: bool
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class GroupEntry(TypedDict):
    """Group entry, as the API gives it."""

    body: Body
    status: str
    since: str
    until: str | None
    document: str
    counts: bool
    """Whether it counts on that day."""


class Group(TypedDict):
    """List groups group, as the API gives it."""

    id: str
    name: str
    title: str
    keeper: Body
    version: int
    entries: list[GroupEntry]


class ListGroupsAnswer(TypedDict):
    """What is answered by `list_groups`."""

    on: str
    groups: list[Group]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowGroupAnswer(TypedDict):
    """What is answered by `show_group`."""

    on: str
    group: Group
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class InstrumentLine(TypedDict):
    """List instruments instrument, as the API gives it."""

    id: str
    name: str
    kind: str
    title: str
    in_force: bool
    why: str
    parties_in_force: list[str]
    signed_by: list[str]
    proposed_by: str
    suspensions: int
    """How many stand."""


class ListInstrumentsAnswer(TypedDict):
    """What is answered by `list_instruments`."""

    instruments: list[InstrumentLine]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowInstrumentAnswer(TypedDict):
    """What is answered by `show_instrument`."""

    id: str
    name: str
    kind: str
    title: str
    in_force: bool
    why: str
    parties_in_force: list[str]
    signed_by: list[str]
    proposed_by: str
    suspensions: int
    """How many stand."""
    terms: JsonObject
    participations: list[JsonObject]
    measures: list[JsonObject]
    proposals: list[JsonObject]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
