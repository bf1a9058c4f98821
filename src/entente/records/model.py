"""Records: one body's account of one thing, in versions, made of facts with their own handling.

Only the source writes a record. What another body receives is an extract: the same version, signed by the source, holding the
facts that body may see and no trace of the others. Source: DESIGN sections 2, 5 and 6; docs/rules/records.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from entente.disclosure.model import DisclosureClass
from entente.handling.model import DisclosureAct, ErasureGround, FactDates, Observation, Retention
from entente.kernel.decision import Decision
from entente.kernel.ids import BlobId, BodyId, RecordId
from entente.kernel.statement import Statement

FACTS_MAX = 2_000
"""Facts of one record; the largest entry of a public sanctions list has under 300."""
TERMS_MAX = 100
"""Disclosure classes of one record; an import gives one, an officer a handful. A node keeps each as a row for good."""
LINKS_MAX = 2_000
"""As many as facts; the most related entry of a public sanctions list has under 200."""
VALUE_CHARACTERS_MAX = 10_000
PROPERTY_NAME_CHARACTERS_MAX = 80
"""Of a property the schema does not have; the longest name in FollowTheMoney has 28."""
LOCAL_ID_CHARACTERS_MAX = 120
VERSIONS_KEPT_MAX = 50
"""Earlier versions of one record of ours that a node keeps: a list that comes weekly changes an entry for a year."""
BLOBS_MAX = 20
"""Files of one record; ours: ten prints, a face, a palm of each hand, and room for papers."""
FILE_NAME_CHARACTERS_MAX = 120
"""As a local id; file systems end at 255 bytes, which are 63 letters of some scripts in the worst case and 127 of most."""
REASON_CHARACTERS_MAX = 300
"""Of a withdrawal; as long as a message's subject."""


class PropertyType(StrEnum):
    """What a property holds; the types of FollowTheMoney that we use."""

    NAME = "name"
    STRING = "string"
    TEXT = "text"
    DATE = "date"
    COUNTRY = "country"
    IDENTIFIER = "identifier"
    GENDER = "gender"
    NUMBER = "number"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    ENTITY = "entity"
    LANGUAGE = "language"
    TOPIC = "topic"
    ADDRESS = "address"
    CHECKSUM = "checksum"
    IBAN = "iban"
    IP = "ip"
    MIMETYPE = "mimetype"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a schema."""

    name: str
    label: str
    type: PropertyType
    range: str = ""
    """For `entity`: the schema its value must be of."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The shape of one sort of thing; properties include the inherited ones."""

    name: str
    label: str
    is_abstract: bool
    ancestors: frozenset[str]
    """The schema itself and everything it extends."""
    caption: tuple[str, ...]
    featured: tuple[str, ...]
    properties: Mapping[str, Property]


Schemata = Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one property. `terms` is its place in the record's list of disclosure classes."""

    property: str
    value: str
    terms: int = 0
    observation: Observation = Observation.OBSERVED
    is_unknown_property: bool = False
    """Kept from an import though its schema has no such property; shown, never matched."""


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link to another record."""

    property: str
    to: RecordId
    terms: int = 0
    observation: Observation = Observation.OBSERVED


class MediaType(StrEnum):
    """What a file may be: a closed list, each known by its first bytes (records.media); NIST is ANSI/NIST-ITL 1, traditional."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    JPEG_2000 = "image/jp2"
    WSQ = "image/x-wsq"
    """A fingerprint, compressed as the FBI's Wavelet Scalar Quantization specification says."""
    NIST = "application/x-nist-itl"
    PDF = "application/pdf"
    MP4 = "video/mp4"
    TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that a body signed for: name, plain bytes and type, under which id its sealed chunks are found, and their key."""

    id: BlobId
    key: bytes = field(repr=False)
    """AES-256. It stands here, and so in the store and in sealed envelopes, and never in a file beside the chunks."""
    size: int
    media_type: MediaType
    file_name: str
    """How its readers call it; unique in the record or message."""
    sha256: str
    """Of the plain bytes, hexadecimal: what the source says it attached, whatever the chunks open to."""


@dataclass(frozen=True, slots=True)
class BlobReference(SealedFile):
    """A file of a record, on terms of the record's list."""

    terms: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a record, or the extract of it that its source made for a body."""

    id: RecordId
    source: BodyId
    local_id: str
    version: int
    schema: str
    kind: str
    """A code of data/record_kinds.yaml: what an instrument covers."""
    at: datetime
    terms: tuple[DisclosureClass, ...]
    facts: Sequence[Fact]
    links: tuple[Link, ...]
    retention: Retention
    blobs: tuple[BlobReference, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a property, in the order the source gave them."""
        return tuple(fact.value for fact in self.facts if fact.property == name)


@dataclass(frozen=True, slots=True)
class Fragment:
    """The original a record was made from: its own bytes, and the file only by name, date and hash."""

    file_name: str
    file_sha256: str
    file_date: str
    format: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as this node holds it."""

    number: int
    """The node's own short number for it; stable over versions."""
    record: Record
    statement: Statement
    class_numbers: tuple[int, ...]
    """The numbers of `record.terms`, in the same order."""
    received_from: BodyId | None
    """None for our own; the source or a forwarding body otherwise."""
    received_at: datetime
    withdrawn_at: datetime | None
    change_sequence: int
    """The change of the trail's sequence that last touched it; the index follows these."""
    doubted_at: datetime | None = None
    """Since when this copy is in doubt (docs/rules/bodies.md B13); never set for our own."""
    ended_at: datetime | None = None
    """Since when this copy is ended by its source, until a version comes that is for us (R31); never set for our own."""

    @property
    def gone_at(self) -> datetime | None:
        """Since when it is on no list: withdrawn, or in doubt or ended until its source sends it anew."""
        return self.withdrawn_at or self.doubted_at or self.ended_at

    @property
    def dates(self) -> FactDates:
        """What the gate reads of it beside its class."""
        return FactDates(self.record.retention.erase_on, self.withdrawn_at, self.doubted_at, self.ended_at)


FactRow: TypeAlias = tuple[str, str, int]
"""A fact as an index is filled with it by the million: property, value, and the place of its class in the record's list."""


class ChangedFacts(NamedTuple):
    """What the index takes from a stored record: whether it has gone, and the facts that it looks at."""

    number: int
    schema: str
    class_numbers: tuple[int, ...]
    facts: Sequence[FactRow]
    """In the source's order; those of unknown properties are not among them."""
    is_gone: bool
    """Whether it is on no list: withdrawn, in doubt or ended."""
    change_sequence: int


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """What searches and standing queries take from a stored record, under its names: all but its statement and way here."""

    number: int
    record: Record
    class_numbers: tuple[int, ...]
    withdrawn_at: datetime | None
    change_sequence: int
    doubted_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def gone_at(self) -> datetime | None:
        """Since when it is on no list, as `StoredRecord.gone_at`."""
        return self.withdrawn_at or self.doubted_at or self.ended_at


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """What an officer or an importer gives: everything but version, time and signature."""

    local_id: str
    schema: str
    kind: str
    terms: tuple[DisclosureClass, ...]
    facts: Sequence[Fact]
    links: tuple[Link, ...]
    retention: Retention
    fragment: Fragment | None = None
    blobs: tuple[BlobReference, ...] = ()


class HolderState(StrEnum):
    """How a copy stands at another body.

    The first four are what this node did and keeps; the others follow from the receipts (docs/rules/records.md R14).
    """

    SENT = "sent"
    END_SENT = "end_sent"
    """The newest version is not for it; it was told to stop showing its copy (R31)."""
    WITHDRAWAL_SENT = "withdrawal_sent"
    ERASURE_SENT = "erasure_sent"
    WITHDRAWAL_CONFIRMED = "withdrawal_confirmed"
    ERASURE_CONFIRMED = "erasure_confirmed"
    END_CONFIRMED = "end_confirmed"
    MISSING = "missing"
    """Told, and the telling came back refused or could not be delivered: whether the copy is gone is not known."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A body that was sent a copy of our record, and by whom."""

    body: BodyId
    version: int
    state: HolderState
    at: datetime


@dataclass(frozen=True, slots=True)
class OnwardHolder:
    """A body that a holder passed a copy of our record on to, and what that holder reported since (R32)."""

    forwarder: BodyId
    body: BodyId
    version: int
    at: datetime
    """When it was passed on, by the forwarder's word."""
    ending: str = ""
    """Kind of the statement that took the copy away there (`withdrawal`, `copy_ended`, `erasure`); empty until confirmed."""
    ended_at: datetime | None = None
    """When that was durable there, by its receipt to the forwarder."""


@dataclass(frozen=True, slots=True)
class IdentifyingKeys:
    """What says of whom or what a record speaks, each as one text; made by identity, kept only as keyed digests (R12)."""

    kept: frozenset[str]
    """Left with a tombstone."""
    asked: frozenset[str]
    """Held against what tombstones have: a date known to the day also meets one known to the year."""


class ReentryHow(StrEnum):
    """By what a re-entry of something erased was noticed (R12)."""

    SAME_ID = "same_id"
    IDENTIFIER = "identifier"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased record."""

    stand_in: RecordId
    """Stands for the record wherever its id stood: its source, and a keyed digest in place of the local id."""
    source: BodyId
    erased_at: datetime
    ground: ErasureGround
    reason: str
    """The code an officer gave; the ground where no officer acted."""
    record_number: int
    """The node's own short number for it; 0 for a record that was never held here."""
    sequence: int
    """The row of the trail that says it was erased."""
    statement: str = ""
    """The id of the statement that told its holders, a digest; empty while none did. Confirmations name it (R15)."""


@dataclass(frozen=True, slots=True)
class KeptTombstone:
    """A tombstone as a file of them has it, so that a restored backup can do again what was erased since (R13)."""

    tombstone: Tombstone
    keys: frozenset[bytes]
    """Digests already: what they were made of is known to nobody any more."""
    holders: tuple[Holder, ...]
    onward: tuple[OnwardHolder, ...] = ()


@dataclass(frozen=True, slots=True)
class Reentry:
    """Something erased that came, or tried to come, again. Says nothing of what it held."""

    stand_in: RecordId
    how: ReentryHow
    sequence: int
    """The row of the trail that noticed it first; its subject is the new record."""
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did. Rejected rows stand in the rejects file with line and reason."""

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    rejects_file: str
    seconds: int
    withdrawn: int = 0
    """Records whose originals were taken back by their maker (R55)."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of an import that was not kept, and why."""

    place: str
    """The line, or the id in the file."""
    field: str
    why: str
    raw: str
    """The row as it stood, cut to 500 characters."""
    entry: str = ""
    """The local id that it would have had, where it says so."""
    entry_ending: str = ""
    """How that local id would have ended, where the row says its own number and not whose part it is."""
    entries_too: tuple[str, ...] = ()
    """The other local ids, of a row that several records would have been made of."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a list lacks because a source is silent: never shown as nothing there."""

    source: BodyId
    since: datetime | None
    """When the source was last heard; None when never."""
    records: int
    """How many more records the list would hold."""


@dataclass(frozen=True, slots=True)
class SilentSource:
    """A source whose copies are hidden here, or soon will be."""

    source: BodyId
    since: datetime | None
    """When it was last heard; None when never."""
    hidden: int
    """Copies of which something is hidden now."""
    soon: int
    """Further ones of which something will be hidden within the time asked about, if it stays silent."""
    next_end: datetime | None
    """When the next lease ends, if the source stays silent."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How far one body may go with a record, and the gate's own grounds for the act after that."""

    body: BodyId
    ceiling: DisclosureAct | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record as one reader may see it."""

    stored: StoredRecord
    visible: Record
    decision: Decision
    ceiling: DisclosureAct | None
    has_original: bool = False  # it is ours and a file brought it, whose fragment is here
    is_linked_to: bool = False  # by another record, with a link that the reader may see
