"""The shapes of what the routes under «Directory» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.finding import ListUnitListsListAdded
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
    missing: list[str]
    refused_by: list[str]
    is_concluded: bool
    """Whether as many have signed as its rule asks for."""
    is_blocked: bool
    """Whether it cannot be concluded as long as those do not sign."""
    is_open: bool
    """Whether it can still be signed: it was not taken back, or too late."""
    has_ended: bool
    """Whether its own last day has passed."""
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
    missing: list[str]
    refused_by: list[str]
    is_concluded: bool
    """Whether as many have signed as its rule asks for."""
    is_blocked: bool
    """Whether it cannot be concluded as long as those do not sign."""
    is_open: bool
    """Whether it can still be signed: it was not taken back, or too late."""
    has_ended: bool
    """Whether its own last day has passed."""
    proposed_by: str
    suspensions: int
    """How many stand."""
    refusals: list[JsonObject]
    taken_back: JsonObject | None
    """Who took the proposal back, and why."""
    is_ours_to_take_back: bool
    terms: JsonObject
    participations: list[JsonObject]
    measures: list[JsonObject]
    proposals: list[JsonObject]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ExportBodyAnswer(TypedDict):
    """What is answered by `export_body`."""

    file: str
    code: str
    name: str
    id: str
    statements: list[JsonObject]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListSilentSourcesSource(TypedDict):
    """List silent sources source, as the API gives it."""

    body: Body
    since: str | None
    hidden: int
    soon: int
    next_end: str | None


class ListSilentSourcesAnswer(TypedDict):
    """What is answered by `list_silent_sources`."""

    sources: list[ListSilentSourcesSource]
    within_hours: int
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class KeepGroupEntry(TypedDict):
    """Keep group entry, as the API gives it."""

    body: str
    """Its code or id."""
    status: Literal["member", "associate", "observer", "dialogue_partner", "former"]
    since: str
    """A day."""
    until: NotRequired[str]
    """A day."""
    document: str
    """By which it is so."""


class PreviewSuspensionPreview(TypedDict):
    """Preview suspension preview, as the API gives it."""

    instrument: str
    counterparts: list[Body]
    rights: list[str]
    kinds: list[str]
    direction: str
    records_held_there: int
    """Our records that they hold copies of."""
    records_held_here: int
    """Theirs that we hold."""
    open_requests: list[str]
    open_permissions: list[str]
    stays_open: list[str]


class PreviewSuspensionAnswer(TypedDict):
    """What is answered by `preview_suspension`."""

    preview: PreviewSuspensionPreview
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class PreviewCutOffPreviewStop(TypedDict):
    """Preview cut off preview stop, as the API gives it."""

    instrument: str
    counterparts: list[Body]
    rights: list[str]
    kinds: list[str]
    direction: str
    records_held_there: int
    """Our records that they hold copies of."""
    records_held_here: int
    """Theirs that we hold."""
    open_requests: list[str]
    open_permissions: list[str]
    stays_open: list[str]
    id: str


class PreviewCutOffPreview(TypedDict):
    """Preview cut off preview, as the API gives it."""

    stops: list[PreviewCutOffPreviewStop]
    stopped_before: list[str]
    stays_open: list[str]


class PreviewCutOffAnswer(TypedDict):
    """What is answered by `preview_cut_off`."""

    preview: PreviewCutOffPreview
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListProposalsProposal(TypedDict):
    """List proposals proposal, as the API gives it."""

    id: str
    charter: str
    kind: str
    text: str
    state: str
    clause: str
    proposer: Body
    target: Body
    at: str


class ListProposalsAnswer(TypedDict):
    """What is answered by `list_proposals`."""

    proposals: list[ListProposalsProposal]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class OwnUnit(TypedDict):
    """Unit limits line unit, as the API gives it."""

    id: str
    name: str
    kind: str
    territory: str
    parent: str
    under: str
    is_listed: bool
    """Whether it is among the body's units."""


class UnitLimits(TypedDict):
    """Unit limits line limit, as the API gives it."""

    kinds: list[str] | None
    """Null where it limits nothing."""
    purposes: list[str] | None
    """Null where it limits nothing."""
    crime_areas: list[str] | None
    """Null where it limits nothing."""
    marks: list[str] | None
    """Null where it limits nothing."""
    sources: list[Body] | None
    """Null where it limits nothing."""
    instruments: list[ListUnitListsListAdded] | None
    """Null where it limits nothing."""
    confidentiality: str
    """The highest level; empty where it is not limited."""
    acts_up_to: str
    """The highest act of the ladder; empty where it is not limited."""
    is_open: bool
    """Whether nothing is limited."""


class UnitLimitsSet(TypedDict):
    """Unit limits line waiting, as the API gives it."""

    id: str
    unit: str
    reason: str
    proposed_by: str
    decided_by: str
    state: str
    limits: UnitLimits
    since: str
    proposed_at: str
    decided_at: str | None


class UnitLimitsLine(TypedDict):
    """List unit limits unit, as the API gives it."""

    unit: OwnUnit
    limits: UnitLimits | None
    since: str | None
    officers: int
    """Whom they bind."""
    waiting: UnitLimitsSet | None
    coming: int
    """What was confirmed and takes effect later."""


class ListUnitLimitsAnswer(TypedDict):
    """What is answered by `list_unit_limits`."""

    units: list[UnitLimitsLine]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class UnitLimitsBinding(TypedDict):
    """Show unit limits binding, as the API gives it."""

    unit: str
    name: str
    since: str
    limits: UnitLimits


class UnitOfficer(TypedDict):
    """Show unit limits officer, as the API gives it."""

    id: str
    roles: list[str]
    unit: str
    is_machine: bool


class ShowUnitLimitsAnswer(TypedDict):
    """What is answered by `show_unit_limits`."""

    on: str
    unit: OwnUnit
    limits: UnitLimitsSet | None
    binding: list[UnitLimitsBinding]
    coming: list[UnitLimitsSet]
    waiting: UnitLimitsSet | None
    history: list[UnitLimitsSet]
    officers: list[UnitOfficer]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
