"""Who might this be: queries, candidates, evidence; queries that stand, and namesakes found not identical.

A score is in thousandths (0 to 1,000, shown as .930) and never stands without its evidence.
Source: DESIGN section 7; docs/rules/identity.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from entente.identity.identifiers import Mrz
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.records.model import Gap

QUERY_NAME_CHARACTERS_MAX = 200
QUERY_TERMS_MAX = 20
CANDIDATES_MAX = 100
QUERIES_MAX = 100
"""Queries of one request: measured 2.4 s of one core where every name has near ones; a row of the trail of at most 300 KB."""
REQUEST_TERMS_MAX = 1_000
"""Names and identifiers of all queries of one request together: each is looked up and scored by itself, at about 25 ms."""
SEXES = ("female", "male", "other")
"""As the property `gender` has them (FollowTheMoney)."""


@dataclass(frozen=True, slots=True)
class Query:
    """Whatever the officer has. At least a name or an identifier."""

    names: tuple[str, ...] = ()
    birth_date: str = ""
    """A date or a part of one: `1979-05-04`, `1979-05`, `1979`."""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    identifiers: tuple[str, ...] = ()
    """Document numbers, plates, VINs, IMO numbers, phones, wallets … as written; a whole machine readable zone as scanned."""
    sex: str = ""
    """One of SEXES, or empty."""


class EvidenceKind(StrEnum):
    """Whether a piece of evidence speaks for or against."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison in words an officer can check, with the weight it had, in thousandths (negative: against)."""

    kind: EvidenceKind
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class NotIdentical:
    """An officer's finding that the bearer of a document is not whom a record is about (I28)."""

    id: str
    record: int
    """The node's own short number for the record."""
    version: int
    """The version that was judged."""
    documents: frozenset[str]
    """Keyed digests of the document's number in its forms; the number itself is nowhere kept."""
    classes: frozenset[int]
    """The disclosure classes of the record that the officer saw."""
    reason: str
    officer: OfficerId
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that might be the one, as this reader may see it."""

    record: RecordId
    source: BodyId
    caption: str
    schema: str
    kind: str
    score: int
    """Thousandths."""
    evidence: tuple[Evidence, ...]
    instrument: InstrumentId | None
    version: int
    not_identical: str = ""
    """The id of the finding by which the document asked for is a namesake's; empty for all others."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one query."""

    shown: tuple[Candidate, ...]
    candidates: int
    seen: Mapping[int, int]
    """Of the records shown: number → the change sequence they were read at."""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer to one search: the short ranked list and among how many visible records it was looked for."""

    candidates: tuple[Candidate, ...]
    searched: int
    trail_sequence: int
    gaps: tuple[Gap, ...] = ()
    """Records that were not searched because their sources are silent."""
    zones: tuple[Mrz, ...] = ()
    """The machine readable zones in the query, each with its faults."""
    notes: tuple[str, ...] = ()
    """What of the zones was not searched with, or otherwise than read, in words."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer to one query of many: its short ranked list, and what is to be known of its zones."""

    candidates: tuple[Candidate, ...]
    zones: tuple[Mrz, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManyAnswers:
    """The answers to the queries of one request, in the order they were asked; of an ill-formed one its own error."""

    answers: tuple[QueryAnswer | Invalid, ...]
    searched: int
    trail_sequence: int
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsOfFile:
    """Of which file the queries of a request are, by its digest alone (its name may name a person), and which rows of it."""

    sha256: str
    """64 digits in small letters."""
    first: int
    """The first data row is 1."""
    last: int


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """What the data protection officer opens: the queries as they were given, and where they came from."""

    queries: tuple[Query, ...]
    rows: RowsOfFile | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a search is made: the purpose, the crime area, and a case number or an occasion in words."""

    purpose: str
    crime_area: str
    case: str = ""
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """A query that an officer left: what comes in later and matches is told to them (I25)."""

    id: str
    officer: OfficerId
    query: Query
    """As it is searched with: a scanned zone stands as what it says (I20)."""
    occasion: Occasion
    left_at: datetime
    until: datetime
    since: int
    """The row of the trail that says it was left; what came before, a search finds."""


class MatchState(StrEnum):
    """How far its officer is with a match."""

    NEW = "new"
    SHOWN = "shown"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Match:
    """A record that came in and matched a standing query. Nothing of what the record says is in it."""

    id: str
    query: str
    record: int
    """The node's own short number for the record."""
    version: int
    score: int
    """Thousandths, when it was raised."""
    basis: str
    """A keyed digest of what it rested on: the score, and the numbers the officer could see."""
    raised_at: datetime
    row: int
    """The row of the trail that says it was raised."""
    state: MatchState = MatchState.NEW


@dataclass(frozen=True, slots=True)
class IndexSizes:
    """How much an index holds, in entries, for whoever looks after a node."""

    live: int
    """In the part that follows the store record by record."""
    base: int
    """In the base; 0 where there is none."""


class IndexEntry(NamedTuple):
    """One name or identifier fact as the index holds it: which record, under which class, and its keys."""

    record: int
    cls: int
    name: str = ""
    """A name as the fact has it; how it is read, the index knows."""
    identifiers: tuple[str, ...] = ()
    """Normalised identifiers of one fact."""
    birth_date: str = ""
    """Beside a name: the record's date of birth, where a fact of the same class says it."""
    country: str = ""
    """Beside a name: a nationality of the same class."""
