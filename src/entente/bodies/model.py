"""The nouns of the directory: bodies, their keys and names, units, groups, officers, national orders.

Everything a body says about itself comes from its own statements; nothing here can remove a body.
Source: DESIGN sections 2, 4 and 5; docs/rules/bodies.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from entente.kernel.canonical import JsonObject
from entente.kernel.codec import OMITTED
from entente.kernel.ids import BodyId, GroupId, KeyId, OfficerId
from entente.kernel.signing import key_id

HEADS_MAX = 16
"""Root keys of one body; no bureau has more heads who may sign for it."""
ADDRESSES_MAX = 8
RELAYS_MAX = 4
"""Bodies that pass on for one; a second is for the day when the first does not answer."""
NAME_CHARACTERS_MAX = 300
"""As long as the longest official name of an international organisation, with room."""


class BodyKind(StrEnum):
    """What a body is (DESIGN section 1)."""

    NATIONAL_CENTRAL_BUREAU = "national_central_bureau"
    NATIONAL_ENTITY = "national_entity"
    INTERNATIONAL_ORGANISATION = "international_organisation"
    INTERNATIONAL_ENTITY = "international_entity"
    """A regional centre, or an organ or unit abroad that runs its own node."""
    GENERAL_SECRETARIAT = "general_secretariat"
    SUPERVISORY_COMMISSION = "supervisory_commission"
    PRIVATE_PARTNER = "private_partner"


class UnitKind(StrEnum):
    """A part of a body that has no node of its own."""

    REGIONAL_BRANCH = "regional_branch"
    ORGAN = "organ"
    UNIT = "unit"
    UNIT_ABROAD = "unit_abroad"


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A name of a body and when it was in use."""

    name: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Genesis:
    """The content of a body's first statement; its id derives from these signed bytes (B1)."""

    kind: BodyKind
    code: str
    """Short name in lists, for example `XA-NCB`; 2 to 24 of A–Z, 0–9 and `-`."""
    name: str
    country: str
    """ISO 3166-1 alpha-2, user-assigned codes included; empty for an international body."""
    zone: str
    """IANA time zone, for example `Europe/Lisbon`."""
    root_keys: tuple[bytes, ...]
    """The heads' public keys."""
    threshold: int
    node_key: bytes
    sealing_key: bytes
    nonce: bytes
    """16 random bytes: two bodies never have the same id."""
    replaces: BodyId | None = None
    is_exercise: bool = field(default=False, metadata=OMITTED)
    """Whether the body is invented, for an exercise (B15). It is for good: the id derives from it."""


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """A body's keys from a moment on (B2). Version n+1 is signed by version n's threshold."""

    version: int
    root_keys: tuple[bytes, ...]
    threshold: int
    node_key: bytes
    sealing_key: bytes
    valid_from: datetime
    compromised_since: datetime | None = None
    """From when on the node's keys of the version before may have been in others' hands (B13); None where nothing is declared."""

    @property
    def heads(self) -> Mapping[KeyId, bytes]:
        """The heads' public keys by key id."""
        return {key_id(key): key for key in self.root_keys}


@dataclass(frozen=True, slots=True)
class NewNodeKeys:
    """The public halves of keys just made for a node; nothing uses them yet."""

    node_key: bytes
    sealing_key: bytes


@dataclass(frozen=True, slots=True)
class Compromise:
    """A body's word that its node's keys of one version may have been in others' hands from a moment on (B13)."""

    body: BodyId
    version: int
    node_key: KeyId
    since: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """A regional branch, organ or unit of a body."""

    id: str
    kind: UnitKind
    name: str
    territory: str = ""
    parent: str | None = None


class ContactKind(StrEnum):
    """What a contact point is for."""

    ALL_HOURS_DESK = "all_hours_desk"
    """Answers day and night: danger to life, arrests, hits."""
    DUTY_DESK = "duty_desk"
    LIAISON_OFFICER = "liaison_officer"
    INVESTIGATION = "investigation"
    FUGITIVES = "fugitives"
    DRUGS = "drugs"
    TERRORISM = "terrorism"
    CYBERCRIME = "cybercrime"
    FINANCIAL_CRIME = "financial_crime"
    BORDERS = "borders"
    LEGAL = "legal"
    """Extradition, mutual legal assistance."""
    DATA_PROTECTION = "data_protection"
    TECHNICAL = "technical"
    """Who runs the node."""


class ContactDays(StrEnum):
    """On which days somebody answers."""

    ALWAYS = "always"
    """Day and night, every day."""
    EVERY_DAY = "every_day"
    MONDAY_TO_FRIDAY = "monday_to_friday"
    MONDAY_TO_SATURDAY = "monday_to_saturday"
    SUNDAY_TO_THURSDAY = "sunday_to_thursday"
    SATURDAY_TO_WEDNESDAY = "saturday_to_wednesday"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Whom to call at a body for something, as the body says it (B16)."""

    id: str
    kind: ContactKind
    function: str
    """What it is called, for example «Duty desk, operations room»."""
    phone: str
    mail: str
    languages: tuple[str, ...]
    """ISO 639-1 codes, the best first."""
    zone: str
    """IANA time zone in which its hours are told."""
    days: ContactDays
    opens: str = ""
    """HH:MM; empty for day and night."""
    closes: str = ""
    person: str = ""
    """Who holds the function, where it is one person's."""
    deputies: tuple[str, ...] = ()
    """Who stands in, with their number, in the order to try."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """That an officer of ours refused a body in the place of the one that its genesis names; another may propose it anew."""

    by: OfficerId
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    """A directory entry: what a body has said of itself, and who introduced it here."""

    id: BodyId
    kind: BodyKind
    code: str
    country: str
    zone: str
    names: tuple[NameEntry, ...]
    """Newest last; never empty."""
    keys: tuple[KeyVersion, ...]
    """Oldest first; never empty."""
    addresses: tuple[str, ...] = ()
    relays: tuple[BodyId, ...] = ()
    """Bodies that pass on to this one, in the order to try (docs/rules/exchange.md X24)."""
    units: tuple[Unit, ...] = ()
    contacts: tuple[ContactPoint, ...] = field(default=(), metadata=OMITTED)
    contacts_at: datetime | None = field(default=None, metadata=OMITTED)
    """When it last said its contact points, as it claims; None where it never did."""
    introduced_by: BodyId | None = None
    """None for ourselves and for a body entered by hand."""
    introduced_at: datetime | None = None
    replaces: BodyId | None = None
    """The earlier body that its genesis names; nothing follows from it here until two officers accept it (B14)."""
    is_exercise: bool = False
    """Whether it is invented, as its genesis says (B15)."""
    succeeded_by: BodyId | None = None
    """The body that our officers accepted in its place. Its keys speak for nothing new here from then on."""
    not_accepted: NotAccepted | None = field(default=None, metadata=OMITTED)
    """That it was refused here in the place of the one it replaces (B14): nothing of it waits until somebody proposes it anew."""
    statements: tuple[JsonObject, ...] = ()
    """The signed statements this entry was built from, genesis first: what an introduction hands on."""

    @property
    def name(self) -> str:
        """The name in use now."""
        return self.names[-1].name

    @property
    def current_keys(self) -> KeyVersion:
        """The keys in force now."""
        return self.keys[-1]


@dataclass(frozen=True, slots=True)
class Succession:
    """That one body stands in another's place at this node: proposed by one officer, in effect once another confirmed it."""

    old: BodyId
    new: BodyId
    proposed_by: OfficerId
    proposed_at: datetime
    confirmed_by: OfficerId | None = None
    confirmed_at: datetime | None = None


class MembershipStatus(StrEnum):
    """How a body stands in a group."""

    MEMBER = "member"
    ASSOCIATE = "associate"
    OBSERVER = "observer"
    DIALOGUE_PARTNER = "dialogue_partner"
    FORMER = "former"


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """One body's place in a group, from a date, by a document."""

    body: BodyId
    status: MembershipStatus
    since: date
    document: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A dated list kept by one body. A new version replaces the whole list; earlier entries keep their dates."""

    id: GroupId
    keeper: BodyId
    name: str
    title: str
    version: int
    entries: tuple[GroupEntry, ...]


@dataclass(frozen=True, slots=True, order=True)
class GroupReference:
    """A group named in an instrument, a restriction or an address: its bodies of one status."""

    group: GroupId
    status: MembershipStatus = MembershipStatus.MEMBER


@dataclass(frozen=True, slots=True)
class Officer:
    """A human acting for our body, or a machine account. Known to other bodies only by its id and role."""

    id: OfficerId
    roles: frozenset[str]
    """Codes of data/roles.yaml."""
    unit: str = ""
    is_machine: bool = False
    active_from: datetime | None = None
    active_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """An operational measure that national law gives a body's officers, on one legal basis, under a condition."""

    measure: str
    """A code of data/measures.yaml."""
    legal_basis: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class NationalOrder:
    """A national legal act that states which powers a body's officers have under the legal bases it governs.

    Within those bases, what it does not list is not given; other bases are untouched (DESIGN section 5).
    """

    reference: str
    text: str
    signed_on: date
    published_on: date
    in_force_on: date
    governs: frozenset[str]
    """Legal bases that this order settles exhaustively."""
    powers: tuple[Power, ...]
    competent_authorities: Mapping[str, str]
    """Measure → the national authority that may take it instead."""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """An entry of data/measures.yaml: an operational measure and the legal bases it can rest on."""

    code: str
    label: str
    legal_bases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Role:
    """An entry of data/roles.yaml."""

    code: str
    label: str
    verbs: frozenset[str]
    acts_up_to: str
    """The highest act of the ladder (handling.model.DisclosureAct) an officer in this role does."""
    confidentiality: str
    """The highest confidentiality level this role reads."""
    marks: frozenset[str]
    """Marks (minor, sensitive …) this role is cleared for."""
