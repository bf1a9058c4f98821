"""The shapes of what the routes under «Finding» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body


class FindBodiesBody(TypedDict):
    """Find bodies body, as the API gives it."""

    id: str
    code: str
    name: str
    """On that day."""
    kind: Literal[
        "national_central_bureau",
        "national_entity",
        "international_organisation",
        "international_entity",
        "general_secretariat",
        "supervisory_commission",
        "private_partner",
    ]
    country: str
    units: int
    """How many it has."""
    is_own: bool
    succeeded_by: str
    """The code of the body in its place; empty where there is none."""
    is_reached: bool
    """Whether it has an address, or a body that passes on to it."""


class FindBodiesAnswer(TypedDict):
    """What is answered by `find_bodies`."""

    bodies: list[FindBodiesBody]
    on: str
    of: int
    """How many there are in all."""
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class FindUnitsUnit(TypedDict):
    """Find units unit, as the API gives it."""

    body: Body
    id: str
    kind: Literal["regional_branch", "organ", "unit", "unit_abroad"]
    name: str
    territory: str
    parent: str | None
    """The id of the unit that it belongs to."""
    under: str
    """That unit's name."""


class FindUnitsAnswer(TypedDict):
    """What is answered by `find_units`."""

    on: str
    units: list[FindUnitsUnit]
    of: int
    """How many there are in all."""
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListUnitListsListAdded(TypedDict):
    """List unit lists list added, as the API gives it."""

    id: str
    name: str


class ListUnitListsList(TypedDict):
    """List unit lists list, as the API gives it."""

    since: str
    """From when it holds: when its body said it, as that body claims."""
    until: str | None
    """When the next one began; null for the list that stands."""
    units: int
    """How many it holds."""
    added: list[ListUnitListsListAdded]
    changed: list[ListUnitListsListAdded]
    """Under another name, kind, territory or unit above."""
    gone: list[ListUnitListsListAdded]


class ListUnitListsAnswer(TypedDict):
    """What is answered by `list_unit_lists`."""

    body: Body
    lists: list[ListUnitListsList]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListPlacesPlace(TypedDict):
    """List places place, as the API gives it."""

    keeper: Body
    name: str
    title: str
    status: Literal["member", "associate", "observer", "dialogue_partner", "former"]
    since: str
    document: str


class ListPlacesAnswer(TypedDict):
    """What is answered by `list_places`."""

    on: str
    places: list[ListPlacesPlace]
    units_said_at: str | None
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowKeysVersion(TypedDict):
    """Show keys version, as the API gives it."""

    version: int
    is_current: bool
    valid_from: str
    valid_until: str | None
    threshold: int
    """How many heads have to sign."""
    heads: list[str]
    """The ids of their keys."""
    node: str
    """The id of the key that signs statements and envelopes."""
    sealing: str
    """The id of the key that envelopes are sealed for."""
    compromised_since: str | None
    """Since when the body says that the node's key was another's."""
    known_to: list[str]
    """Of our own: codes of the bodies that took them in."""
    not_known_to: list[str]
    """Of our own: codes of those that did not yet."""


class ShowKeysAnswer(TypedDict):
    """What is answered by `show_keys`."""

    code: str
    body: str
    """Its id."""
    versions: list[ShowKeysVersion]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListContactsPoint(TypedDict):
    """List contacts point, as the API gives it."""

    id: str
    body: Body
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
    function: str
    phone: str
    mail: str
    languages: list[str]
    """ISO 639-1, the best first."""
    zone: str
    """In which its hours are told."""
    days: Literal[
        "always",
        "every_day",
        "monday_to_friday",
        "monday_to_saturday",
        "sunday_to_thursday",
        "saturday_to_wednesday",
        "weekend",
    ]
    opens: str
    """HH:MM; empty for day and night."""
    closes: str
    person: str
    """Who holds the function, where it is one person's."""
    deputies: list[str]
    """In the order to try."""
    note: str
    said_at: str | None
    """When the body said or confirmed its points."""
    is_old: bool
    """Whether that is more than six months ago."""


class ListContactsAnswer(TypedDict):
    """What is answered by `list_contacts`."""

    points: list[ListContactsPoint]
    of: int
    """How many there are in all."""
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListSharingRowRightRecordGiveStop(TypedDict):
    """List sharing row right record give stop, as the API gives it."""

    author: Body
    how: Literal["no_part", "withdrawn", "narrowed", "suspended"]
    since: str | None
    suspension: str
    """Its id; empty where it is none."""
    reason: str


class ListSharingRowRightRecordGive(TypedDict):
    """List sharing row right record give, as the API gives it."""

    state: Literal["open", "part", "stopped"]
    flowing: list[str]
    """Kinds of record that flow."""
    stopped: NotRequired[list[str]]
    """Kinds that do not."""
    stops: NotRequired[list[ListSharingRowRightRecordGiveStop]]
    """All that stops them."""


class ListSharingRowRightRecord(TypedDict):
    """List sharing row right record, as the API gives it."""

    instrument: str
    name: str
    gives: ListSharingRowRightRecordGive
    gets: ListSharingRowRightRecordGive


class ListSharingRowRight(TypedDict):
    """List sharing row right, as the API gives it."""

    record: list[ListSharingRowRightRecord]
    consult: list[ListSharingRowRightRecord]
    copy: list[ListSharingRowRightRecord]
    contact: list[ListSharingRowRightRecord]


class ListSharingRowMeasure(TypedDict):
    """List sharing row measure, as the API gives it."""

    policy: Literal["direct", "via_review", "receive_only", "paused"]
    since: str
    until: str


class ListSharingRow(TypedDict):
    """List sharing row, as the API gives it."""

    body: Body
    country: str
    rights: ListSharingRowRight
    measures: list[ListSharingRowMeasure]
    """Measures of the charter toward it whose term goes on."""


class ListSharingAnswer(TypedDict):
    """What is answered by `list_sharing`."""

    rows: list[ListSharingRow]
    body: Body
    of: int
    """How many there are in all."""
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
