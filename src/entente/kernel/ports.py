"""What the rooms need from outside, as small protocols that an edge implements.

`UnitOfWork` is one transaction: everything a use case changes, its rows in the trail and what must go out become durable
together at `commit`, or not at all. A room's own `ports.py` extends it with that room's store; one class in `storage`
implements them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, InstrumentId, StatementId
from entente.kernel.merkle import Frontier
from entente.kernel.state import NodeState
from entente.kernel.statement import Statement


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded in the trail: who did what to what, for which reason, with which result."""

    verb: str
    """As in data/roles.yaml, or the statement kind that was accepted."""
    body: BodyId
    """The body that acted: our own, or the one whose statement we took in."""
    officer: str
    """The officer's id, `node` for what the node does by itself, or the remote officer as the sender named them."""
    subject: str
    """What it was done to: a record id, case number, instrument id, message id."""
    detail: JsonObject
    """The verdict with its grounds, purpose, case, what was shown. Personal data only sealed (T5)."""


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One row of the change sequence."""

    sequence: int
    """1, 2, 3 … without a gap."""
    at: datetime
    act: Act
    salt: bytes
    leaf: bytes
    """The leaf hash of the salted digest of the row (T2)."""
    root: bytes
    """The root of the tree of all leaves up to and with this one (T3)."""
    entry: bytes | None = None
    """The salted digest under the leaf, kept where an erasure took what it was made from; None where the row gives it (T13)."""
    detail_text: str = field(default="", compare=False, repr=False)
    """The canonical text of the act's detail, for who keeps it, where it was written to hash the row."""


class TrailStore(Protocol):
    """Where the change sequence is kept. Only the writer of the unit of work appends."""

    def frontier(self) -> Frontier:
        """Return the tree's right edge as of this transaction."""

    def append(self, row: TrailRow, frontier: Frontier) -> None:
        """Add the next row with the frontier after it. Durable at commit."""

    def rows(self, after: int, limit: int) -> tuple[TrailRow, ...]:
        """Return rows with a sequence above `after`, in order, at most `limit`."""

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        """Return the last rows, newest first."""

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows about one subject, in order, at most `limit`."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A statement to one recipient under one instrument. `ref` lets the room find its delivery state again."""

    recipient: BodyId
    instrument: InstrumentId
    statement: Statement
    is_control: bool = False
    """Suspension, withdrawal, key change: they overtake data."""
    ref: str = ""
    is_owed: bool = False
    """The node's own doing, and no officer's act: it finds room however much waits (exchange X32)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a statement has come at one recipient: the evidence ladder of DESIGN section 4."""

    recipient: BodyId
    statement_id: StatementId
    kind: str
    ref: str
    state: str
    """`waiting`, `held`, `stored` (the other side has it durably), `refused`, `undelivered` or `retracted` (exchange.model)."""
    reason: str
    at: datetime
    steps: tuple[EvidenceStep, ...] = ()
    """What others have signed about it so far, oldest first."""
    may_have_left: bool = False
    """Whether an envelope carries or carried it: one that was given up may have arrived all the same."""


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """One signed word about a statement: `relayed`, `stored`, `opened`, `acted_on`, or a negative with its reason."""

    step: str
    by: BodyId
    at: datetime
    reason: str = ""


class Outbox(Protocol):
    """What must go out. Rows are made in the same commit as the act; an envelope carries them later."""

    def put(self, outgoing: Outgoing) -> None:
        """Add a statement for one recipient; it is durable at commit, and leaves when the exchange posts it."""

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        """Return how far the statements put under a reference have come, oldest first."""

    def deliveries_of(self, refs: Collection[str]) -> Mapping[str, tuple[Delivery, ...]]:
        """Return the same for several references, each of which is there; one question each would be two queries each."""

    def add_step(self, statement: StatementId, recipient: BodyId, step: EvidenceStep, evidence: bytes) -> None:
        """Keep one signed word about a statement that was sent to a body; twice is once."""

    def retract(self, ref: str, kind: str) -> tuple[Delivery, ...]:
        """Take back what no envelope carries under a reference: it leaves no more. Returns those taken back.

        What an envelope carried before it was given up may have arrived all the same (Delivery.may_have_left).
        """


class StateStore(Protocol):
    """How the node stands as a whole, and whether this unit may commit as it does."""

    def get(self) -> NodeState:
        """Return how the node stands."""

    def put(self, state: NodeState) -> None:
        """Change how the node stands, at commit."""

    def allow(self) -> None:
        """Let this unit commit while the node takes back: for what takes back, and for what erases again, alone."""

    def require_may_commit(self) -> None:
        """Raise Unavailable when the node was taking back as this unit began, and it was not allowed. Asked at each commit."""


class StateUnit(Protocol):
    """A unit of work with the node's state."""

    @property
    def state(self) -> StateStore:
        """How the node stands."""


class WordsAhead(Protocol):
    """Our own words that a restored node was given back before what they are about was here (docs/rules/exchange.md X34)."""

    def put(self, about: str, word: Statement, giver: BodyId, now: datetime) -> None:
        """Keep a word with who gave it back, under the id of what it is about; twice is once."""

    def take(self, about: str) -> tuple[tuple[Statement, BodyId], ...]:
        """Return the words about something with their givers, in the order they were given back, and keep them no longer.

        Cheap where none is kept: what is taken in on an ordinary day asks each time.
        """

    def forget(self, before: datetime) -> int:
        """Forget the words kept since before a moment; return how many."""


class AheadUnit(Protocol):
    """A unit of work with what was given back too early."""

    @property
    def ahead(self) -> WordsAhead:
        """Our own words about what is not here yet."""


class WaitingUnit(Protocol):
    """A unit of work whose waiting is made use of."""

    def while_waiting(self, step: Callable[[], bool]) -> None:
        """Do work of the caller's own, step by step, whenever this unit waits for its engine, until it says that none is left.

        An engine that is not waited for does none of it. A step takes less than a millisecond, touches no store and never raises.
        """


class UnitOfWork(Protocol):
    """One transaction. Used as a context manager; leaving it without `commit` undoes everything.

    Only one is open for writing at a time in a node; `commit` returns once everything is durable. A second `commit`, or
    any use after it, is a programming error.
    """

    @property
    def trail(self) -> TrailStore:
        """The change sequence."""

    @property
    def outbox(self) -> Outbox:
        """What must go out."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed."""

    def commit(self) -> None:
        """Make everything durable together; raise Unavailable when the store cannot, with nothing half-written."""
