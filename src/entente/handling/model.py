"""How data may be handled: the ladder of acts, codes and their permissions, evaluation, restrictions, retention, lists.

The lists themselves are data files a police lawyer can read (src/entente/data); `CodeLists` is what they say, as one value
that is handed to the rules. Source: docs/rules/handling.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from entente.bodies.model import GroupReference, Measure, Role
from entente.kernel.ids import BodyId


class DisclosureAct(StrEnum):
    """The ladder of acts; each needs the one before (DESIGN section 5). `rank` orders them."""

    KNOW = "know"
    SEE = "see"
    FORWARD = "forward"
    USE_AS_EVIDENCE = "use_as_evidence"
    ACT_ON = "act_on"

    @property
    def rank(self) -> int:
        """The place on the ladder: 1 for know, 5 for act_on."""
        return _LADDER[self]


_LADDER = {act: place for place, act in enumerate(DisclosureAct, start=1)}


class Permission(StrEnum):
    """What a handling code lets a reader do: alone, with the source's leave, or not at all."""

    ALONE = "alone"
    ASK = "ask"
    NO = "no"


class Observation(StrEnum):
    """Whether a fact was observed or is an assessment."""

    OBSERVED = "observed"
    ASSESSED = "assessed"


class SourceEvaluation(StrEnum):
    """How reliable the source is (4x4 system)."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"


class InformationEvaluation(StrEnum):
    """How accurate the information is (4x4 system)."""

    KNOWN_TRUE = "1"
    KNOWN_TO_SOURCE = "2"
    CORROBORATED = "3"
    UNCORROBORATED = "4"


class ReviewState(StrEnum):
    """Whether a record may circulate: its neutrality and compliance review."""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    CLEARED = "cleared"
    REFUSED = "refused"


class RestrictionMode(StrEnum):
    """Whom the source excludes, or the only ones it includes."""

    EXCLUDE = "exclude"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The source's own limit on who may know of the data. Several restrictions all hold."""

    mode: RestrictionMode
    bodies: frozenset[BodyId] = frozenset()
    groups: frozenset[GroupReference] = frozenset()


@dataclass(frozen=True, slots=True)
class Retention:
    """When data is looked at again and when it ends. `erase_on` is the first day on which it is no longer held."""

    review_on: date
    erase_on: date


class ErasureGround(StrEnum):
    """What makes data be erased (docs/rules/handling.md H7)."""

    OFFICERS_ACT = "officers_act"
    """An officer of the source said so, with a reason of the closed list."""
    RETENTION_ENDED = "retention_ended"
    SOURCE_ERASED = "source_erased"
    SOURCE_WITHDREW = "source_withdrew"


@dataclass(frozen=True, slots=True)
class Erasable:
    """All that the rules of erasure ask of a record: whose it is, and what its dates say."""

    is_own: bool
    erase_on: date
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One entry of a closed list."""

    code: str
    label: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class HandlingCode:
    """A handling code of some scheme, as permissions for the acts of the ladder."""

    code: str
    scheme: str
    label: str
    permissions: Mapping[DisclosureAct, Permission]


class KindFamily(StrEnum):
    """What sort of data a record kind is."""

    PERSONAL = "personal"
    OBJECT = "object"
    STATISTICAL = "statistical"
    COMMUNICATION = "communication"


@dataclass(frozen=True, slots=True)
class RecordKind:
    """An entry of data/record_kinds.yaml: what an instrument may cover."""

    code: str
    label: str
    family: KindFamily
    is_data_set: bool
    """True for stored records; the charter's channel never carries these."""
    schemata: frozenset[str]
    never: frozenset[str] = frozenset()
    """Properties that a record of this kind never has (docs/rules/records.md R66)."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """An urgency class with its clock."""

    code: str
    label: str
    hours: int


@dataclass(frozen=True, slots=True)
class CodeLists:
    """Every closed list of the system, as its data files say. One value, read once."""

    purposes: Mapping[str, CodeEntry]
    crime_areas: Mapping[str, CodeEntry]
    record_kinds: Mapping[str, RecordKind]
    handling_codes: Mapping[str, HandlingCode]
    confidentiality_levels: tuple[str, ...]
    """From the least to the most confidential."""
    subject_statuses: Mapping[str, CodeEntry]
    tightening_statuses: frozenset[str]
    """Statuses (victim, witness …) that need a role cleared for `victim_data`."""
    marks: Mapping[str, CodeEntry]
    measures: Mapping[str, Measure]
    roles: Mapping[str, Role]
    verbs: frozenset[str]
    suspension_reasons: Mapping[str, CodeEntry]
    refusal_reasons: Mapping[str, CodeEntry]
    hit_outcomes: Mapping[str, CodeEntry]
    urgencies: Mapping[str, Urgency]
    erasure_reasons: Mapping[str, CodeEntry]
    correction_reasons: Mapping[str, CodeEntry]
    extension_reasons: Mapping[str, CodeEntry]
    countries: Mapping[str, str]
    """ISO 3166-1 alpha-2 → name, user-assigned and historical codes included."""
    countries_alpha3: Mapping[str, str]
    """alpha-3 → alpha-2."""


@dataclass(frozen=True, slots=True)
class FactDates:
    """The dates a decision on a single fact or record adds to its class."""

    erase_on: date | None = None
    withdrawn_at: datetime | None = None
    doubted_at: datetime | None = None
    ended_at: datetime | None = None
    """When the source ended a copy: its newest version is not for this body, for now (docs/rules/records.md R31)."""
    """Since when the copy is in doubt: its source declared the key that signed it compromised (docs/rules/bodies.md B13)."""
