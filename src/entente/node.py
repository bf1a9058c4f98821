"""A running node: its services as one value, handed to the skins. Built by app alone.

`Files` is what a verb needs of files an officer hands in; the formats edge implements it, so that verbs read no format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from entente.agreements.cutting_off import CuttingOff
from entente.agreements.model import Instrument
from entente.agreements.service import Agreements
from entente.bodies.enrolling import Enrolling
from entente.bodies.passkeys import Passkeys
from entente.bodies.service import Directory
from entente.bodies.sessions import Sessions
from entente.bodies.signing_in import SignIn
from entente.bodies.single_sign_on import SingleSignOn
from entente.bodies.tokens import Tokens
from entente.cases.service import Cases
from entente.correspondence.service import Correspondence
from entente.disclosure.model import DisclosureClass
from entente.disclosure.service import Disclosure
from entente.duty.calling import Calling
from entente.duty.roster import Roster
from entente.duty.shifts import Shifts
from entente.exchange.deciding import Deciding
from entente.exchange.recovering import Recovery
from entente.exchange.service import Exchange
from entente.handling.model import CodeLists, Retention
from entente.identity.namesakes import Namesakes
from entente.identity.service import Identity
from entente.identity.standing import Standing
from entente.identity.watching import Watching
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, Ids, InstrumentId
from entente.kernel.state import NodeState
from entente.kernel.statement import Statement
from entente.records.blobs import Blobs
from entente.records.checking import Prepared
from entente.records.erasing_again import ErasingAgain
from entente.records.exporting import ExportedRecord
from entente.records.freshening import Freshening
from entente.records.model import Fragment, KeptTombstone, RecordDraft, Rejected, Schemata
from entente.records.originals import OriginalStanding, Revoked
from entente.records.ports import PlainFile
from entente.records.proposing import MappingChoice, MappingProposed
from entente.records.reissuing import Reissuing
from entente.records.service import Records
from entente.settings import Settings
from entente.trail.log import Log
from entente.trail.service import Trail

KEYS_LOOKED_AT_EVERY = timedelta(hours=1)
"""How often a running node asks which of its keys are spent: they open for days, and an hour more gives nobody anything."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the short names in an import's terms mean at this node, and on which day it is read."""

    source: BodyId
    today: date
    body: Callable[[str], BodyId]
    instrument: Callable[[str], InstrumentId]
    is_exercise: bool = False
    """Whether this node is an exercise's (bodies.md B15)."""


def _unknown() -> None:
    """Say of no file how much of it was read."""


@dataclass(frozen=True, slots=True)
class ImportRows:
    """A file being imported: its rows, once, in order; and what was left out, by property, complete at their end."""

    title: str
    instrument: InstrumentId | None
    rows: Iterator[RecordDraft | Prepared | Rejected | Revoked]
    dropped: Mapping[str, int]
    passed_over: Callable[[], int] = int
    """How many rows of a table were passed over so far, as its mapping says."""
    losses: Mapping[str, int] = field(default_factory=dict)
    """How often something had no place in a record, by reason; complete at the end of the rows."""
    meanings: Callable[[], Mapping[str, str]] = dict
    """What each reason means, in words."""
    standing: Callable[[Fragment, Fragment], OriginalStanding] | None = None
    """How an original that comes stands to the one that is held, where originals of the format have versions."""
    share: Callable[[], int | None] = _unknown
    """How many thousandths of the file's bytes were read so far; None where that is not known."""


class AskedRow(Protocol):
    """One row of a file of queries: what it asks, or why it cannot be read."""

    @property
    def number(self) -> int:
        """Its place, from 1."""

    @property
    def reference(self) -> str:
        """What its sender calls it."""

    @property
    def query(self) -> JsonObject:
        """As the verb search_many takes one; nothing for a row with a fault."""

    @property
    def fault(self) -> Invalid | None:
        """Why it cannot be read."""


class AskedRows(Protocol):
    """A file of queries."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""

    @property
    def total(self) -> int | None:
        """How many rows it has, where the file itself says so."""

    def rows(self) -> Iterator[AskedRow]:
        """Yield every row in order; can be asked once."""


class Files(Protocol):
    """Reads what officers hand in. Each call raises Invalid, with the line, for anything that is not as it should be."""

    def document(self, data: bytes, root: str) -> JsonObject:
        """Read a YAML or JSON document of one object."""

    def instrument(self, data: bytes, bodies: Mapping[str, BodyId]) -> Instrument:
        """Read an instrument file; `bodies` gives ids by code."""

    def format_of(self, file: Path) -> str:
        """Tell the format of a file of records by its content: a code of the formats that are read."""

    def import_rows(
        self, file: Path, terms: bytes, meaning: Meaning, mapping: bytes = b""
    ) -> AbstractContextManager[ImportRows]:
        """Open a file of records in any format that is read, under the terms of an import; a table under its mapping."""

    def queries(self, file: Path, delimiter: str, ignored: Sequence[str]) -> AbstractContextManager[AskedRows]:
        """Open a file of queries: CSV with this delimiter, JSON lines or Parquet; columns in `ignored` are left out."""

    def suggest_mapping(self, file: Path, choice: MappingChoice) -> MappingProposed:
        """Propose the mapping of a table under what was chosen, as text that an officer edits, and count its keys."""

    def record_terms(self, terms: bytes, meaning: Meaning, schema: str) -> tuple[DisclosureClass, Retention]:
        """Read the terms of an import for one record of a schema that an officer writes himself."""

    def never_carried(self, name: str) -> str:
        """Return the code under which a property of this name is never carried (R3); empty for one that may be."""

    def attachment(self, file: Path, name: str = "") -> AbstractContextManager[PlainFile]:
        """Open a file that an officer attaches to a record or a message; `name` is what it is called, if not as it lies."""

    def taken_out(self, file: Path) -> AbstractContextManager[Callable[[bytes], None]]:
        """Open a new file for what an officer takes out of a record and give what adds bytes to it.

        An earlier file is never overwritten, and leaving with an error leaves none.
        """

    def export(self, file: Path, form: str, maker: str, *, is_exercise: bool) -> AbstractContextManager[ExportFile]:
        """Open a new file in a format that is written, as `taken_out` does; `maker` is what our body is called in it.

        What an exercise's node writes is marked in it, record by record.
        """

    def rejects(self, file: Path) -> AbstractContextManager[Callable[[Rejected], None]]:
        """Open a new rejects file and give what adds a row to it; it is left out when nothing was rejected."""


class ExportFile(Protocol):
    """A file that records are written to."""

    def add(self, exported: ExportedRecord) -> None:
        """Write a record, and count what of it the format has no place for."""

    def end(self) -> None:
        """Write what stands behind the last record; nothing is added afterwards."""

    @property
    def left_out(self) -> int:
        """How many of the records are not in the file, since the format has no place for them at all."""

    @property
    def losses(self) -> Mapping[str, int]:
        """How often something had no place, by reason."""

    @property
    def meanings(self) -> Mapping[str, str]:
        """What each reason means, in words."""

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""


class Disk(Protocol):
    """The disk of the node's folder, for verbs that take in much or copy much. Safe from several threads."""

    def free_mb(self) -> int:
        """Return how many MiB this account may still write."""

    def trouble(self) -> str:
        """Return why nothing is taken in now, in words; empty where there is room."""

    def require_room(self) -> None:
        """Raise Unavailable, safe to retry, where there is not enough room to take anything in."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """What was made, for whoever keeps it."""

    file: str
    file_bytes: int
    file_sha256: str
    """Hex; the trail names it, so that a copy found later can be told."""
    made_at: datetime
    body: BodyId
    code: str
    schema: int
    trail_rows: int
    trail_root: str
    has_keys: bool
    is_sealed: bool
    """Under a passphrase."""
    files: int
    """Key files and records' files in it, beside the store."""


class Backups(Protocol):
    """Makes backups of the node's folder. Safe from several threads."""

    def make(
        self, out: Path, *, has_keys: bool, passphrase_file: Path | None, progress: Callable[[int], None]
    ) -> BackupMade:
        """Make a backup under a new name; durable when this returns. `progress` is told the MiB done so far.

        Raises Invalid for a place or passphrase that cannot be used, Conflict when the name is taken or another backup is being
        made, Unavailable when there is not room enough; nothing that looks like a backup is left then.
        """

    def stores_before(self) -> tuple[str, ...]:
        """Return the names of the copies that were made before the store was brought forward and that still lie there."""


class TombstoneFiles(Protocol):
    """Files of what was erased, under this node's own secret (docs/rules/records.md R13)."""

    def write(self, path: Path, body: BodyId, at: datetime, kept: Sequence[KeptTombstone]) -> None:
        """Write a new file; raise Conflict when there is one, Invalid when it cannot be written."""

    def read(self, path: Path, body: BodyId) -> tuple[datetime, tuple[KeptTombstone, ...]]:
        """Read a file and when it was written; raise Invalid for one that is not this node's, whole and unchanged."""


@dataclass(slots=True)
class Remembered:
    """What was read last and as of which version; replaced whole, so that several threads may use it."""

    kept: tuple[int, object] | None = None
    as_of: tuple[int, object] | None = None
    """The same as of a number of changes of the store (Node.changes), where that is known."""


def _none() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """How officers sign in (docs/rules/desk.md W1 to W8)."""

    sessions: Sessions
    sign_in: SignIn
    enrolling: Enrolling
    passkeys: Passkeys
    single_sign_on: SingleSignOn


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty (docs/rules/desk.md W40 to W45)."""

    shifts: Shifts
    roster: Roster
    calling: Calling


@dataclass(frozen=True, slots=True)
class Node:
    """The services of one node. Safe from several threads; each use case opens its own unit of work."""

    settings: Settings
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    directory: Directory
    tokens: Tokens
    accounts: Accounts
    agreements: Agreements
    cutting_off: CuttingOff
    disclosure: Disclosure
    trail: Trail
    log: Log
    records: Records
    reissuing: Reissuing
    freshening: Freshening
    erasing: ErasingAgain
    blobs: Blobs
    identity: Identity
    standing: Standing
    watching: Watching
    namesakes: Namesakes
    cases: Cases
    correspondence: Correspondence
    duty: Duty
    exchange: Exchange
    post: Callable[[str, bytes], bytes]
    """Posts a batch to another node's address; raises Unavailable, always safe to try again."""
    call: Callable[[BodyId, Statement, InstrumentId], tuple[Statement, ...]]
    """Asks another node and returns its answer; raises what it says, or Unavailable (docs/rules/exchange.md X27)."""
    fetch: Callable[[BodyId], int]
    """Fetches what waits for us at a body; returns how many envelopes came (X30)."""
    deciding: Deciding
    recovery: Recovery
    files: Files
    tombstone_files: TombstoneFiles
    clean_index: Callable[[], bool]
    """Puts what was erased out of the index's files; False where the node's own thread does it, at its next step."""
    disk: Disk
    backups: Backups
    state: Callable[[], NodeState]
    """How the node stands as a whole (docs/rules/node.md N9)."""
    changes: Callable[[], int]
    """Grows with every commit that changed more than the trail (storage.store.Store.changes)."""
    engine: str
    """The store's engine with its version, for `doctor`: some versions have faults an operator must know of."""
    engine_checks: Callable[[], Sequence[tuple[bool, str]]] = tuple
    """What an operator should know of it: whether it is as it should be, and in words."""
    index_trouble: Callable[[], str] = _none
    """What keeps the index from following the store now, in words; empty where nothing does."""
    standing_trouble: Callable[[], str] = _none
    """What keeps the standing queries from following the store now, in words; empty where nothing does."""
    log_trouble: Callable[[], str] = _none
    """What keeps the log from following the trail now, in words; empty where nothing does."""
    calling_trouble: Callable[[], str] = _none
    """What keeps this node from looking whom it must call, in words; empty where nothing does."""
    web_processes: int = 0
    """How many web processes this node started (docs/rules/node.md N19); a command's node starts none."""
    web_trouble: Callable[[], str] = _none
    """Which web processes are missing now, in words; empty where none is, and on a node without."""
    clock_trouble: Callable[[], str] = _none
    """Why the node signs nothing now, in words: its clock stepped back (docs/rules/node.md N2); empty where it did not."""
    names: Remembered = field(default_factory=Remembered)
    """What bodies and instruments are called (verbs.references), which every verb needs and few change."""
    officers: Remembered = field(default_factory=Remembered)
    """Who asks again and again, as of the same number of changes (verbs.references)."""
    sessions_seen: Remembered = field(default_factory=Remembered)
    """Sessions whose pages ask by themselves, likewise (web.desk.cookies)."""

    def troubles(self) -> tuple[str, ...]:
        """Return what keeps this node from a part of its work now, each in words that whoever reads its page may know."""
        state = self.state()
        said = (self.clock_trouble(), state.trouble, state.owes_erasures, self.disk.trouble())
        return tuple(text for text in said if text)


@dataclass(slots=True)
class Keeping:
    """What a running node does by itself between acts: it issues copies anew or again, and removes keys that nobody needs.

    One thread steps it. Both go on where they were after a restart (docs/rules/bodies.md B11 and B13).
    """

    node: Node
    looked_at: datetime | None = None

    def step(self) -> int:
        """Do the next piece of work; return how much it was, 0 when nothing is left to do now."""
        if done := self.node.reissuing.step() + self.node.freshening.step():
            return done
        now = self.node.clock.now()
        if self.looked_at is None or now - self.looked_at >= KEYS_LOOKED_AT_EVERY:
            self.looked_at = now
            self.node.directory.remove_spent_keys()
        return 0
