"""Acts that become durable together: several transactions' worth of change behind one synchronisation of the disk.

An act that is done while the next one waits hands it the open transaction instead of committing; the last of them commits for
all. Each stands on a savepoint of its own, so that one that fails is undone alone. Nobody is told that an act is kept
before all of them are durable, and what the engine undoes of one it undoes of all: then each is told so. There is no timer:
whoever finds nobody waiting commits at once, and nobody waits longer than WAIT_SECONDS_MAX for others' acts.

An act sees what acts before it in its company changed, not yet durable. Therefore whoever leaves a company without a change of
its own has it committed first: what a unit read is durable once the unit has ended.

Source: docs/decisions/0034-acts-that-wait-for-each-other-share-one-sync.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final

import sqlalchemy as sa

from entente.disclosure.model import DisclosureClass
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.merkle import Frontier
from entente.storage.bodies import BodyTables
from entente.storage.engine import changed_rows, is_in_transaction, mark, undo_to_mark
from entente.storage.outbox_rows import Lines
from entente.storage.waiting_rows import WaitingRows
from entente.storage.write_lock import WAIT_SECONDS_MAX as END_SECONDS_MAX
from entente.trail.ports import TrailHead

WAIT_SECONDS_MAX: Final = 0.005
"""How long the first act of a company, done, waits for the others (issue part 2): about as long as one sync of the disk."""
LINES_KNOWN_MAX: Final = 1_024
"""Lines remembered from one transaction to the next: two lanes to each body that is (storage.bodies)."""


@dataclass(slots=True)
class Company:
    """One open transaction and the acts in it that are done. Belongs to whoever holds the right to write."""

    connection: sa.Connection
    rows_before: int = 0
    """How many rows were ever changed over the connection when the transaction began (storage.engine)."""
    rows_of_trail: int = 0
    """How many of those changed since are the trail's: its rows, its right edge and its head."""
    first_done_at: float | None = None
    members: list[Member] = field(default_factory=list)
    """Those that handed the transaction on and wait."""
    classes: dict[int, DisclosureClass] = field(default_factory=dict)
    """Disclosure classes added by acts that are done; no memory of committed ones may hold them yet."""
    frontier: Frontier | None = None
    """The trail's right edge after the acts that are done; None while none of them looked at it. Written once, at the end."""
    has_dropped_files: bool = False
    bodies: BodyTables | None = None
    """The directory as the acts that are done read and left it, so that the next one asks the engine nothing twice."""
    committed: Frontier | None = None
    """The trail's right edge as the last commit left it, where that is known."""
    head: TrailHead | None = None
    """The head of that commit."""
    is_at_work: bool = False
    """Whether an act that is done found the node at its ordinary work, and none changed how it stands (storage.state)."""
    waiting: WaitingRows = field(default_factory=WaitingRows)
    """What the acts that are done, and the one under way, leave for the commit."""
    lines: Lines = field(default_factory=dict)
    """How the lines stand that somebody asked for, so that the next one need not."""

    def has_changes(self) -> bool:
        """Say whether the acts that are done changed more than the trail."""
        return bool(self.waiting.outbox) or changed_rows(self.connection) - self.rows_before > self.rows_of_trail

    def begin_act(self) -> None:
        """Mark the place to which the next act alone is undone."""
        mark(self.connection, _ACT)
        self.waiting.begin_act()

    def undo_act(self) -> bool:
        """Undo the act alone; say whether the others still stand, which they do not where the engine has undone all."""
        if not is_in_transaction(self.connection):
            return False
        try:
            undo_to_mark(self.connection, _ACT)
        except sa.exc.DBAPIError:
            return False
        self.waiting.undo_act()
        # The one that was undone may have read its own changes into them.
        self.bodies, self.lines = None, {}
        return True

    def may_go_on(self, turn_seconds: float) -> bool:
        """Say whether one more turn, even twice as long as the last, ends before the first act has waited too long.

        Half of the time is kept for what cannot be foreseen, so that nobody is let in after the first half.
        A turn is from the moment the right to write is given to an act until it is done. A thread that slept begins later than
        it may, behind all else that computes in this process, and the first act of the company waits for that too.
        """
        waited = 0.0 if self.first_done_at is None else monotonic() - self.first_done_at
        return waited + max(2 * turn_seconds, WAIT_SECONDS_MAX / 2) <= WAIT_SECONDS_MAX

    def join(self) -> Member:
        """Count the act that is done among those that wait."""
        if self.first_done_at is None:
            self.first_done_at = monotonic()
        member = Member()
        self.members.append(member)
        return member

    def tell(self, failure: Callable[[], EntenteError] | None, cause: BaseException | None = None) -> None:
        """Tell everybody who waits that all of it is durable, or how it failed."""
        for member in self.members:
            member.tell(failure, cause)


@dataclass(slots=True)
class Left:
    """What is known at a commit and holds for the next transaction over the same session, which alone writes.

    Another session, after the line to a server broke or whatever else, begins with nothing: somebody may have written between
    (docs/decisions/0103). Read and written by whoever holds the right to write. What is taken is left again by a commit alone, so
    that nothing of a unit that was undone goes on.
    """

    session: object = None
    bodies: BodyTables | None = None
    frontier: Frontier | None = None
    head: TrailHead | None = None
    is_at_work: bool = False
    lines: Lines = field(default_factory=dict)

    def keep(self, company: Company, frontier: Frontier | None, head: TrailHead | None) -> None:
        """Keep what a company that is durable now knew at its end."""
        self.session = company.connection.connection.driver_connection
        self.bodies, self.is_at_work = company.bodies, company.is_at_work
        self.frontier, self.head = frontier, head
        self.lines = company.lines if len(company.lines) <= LINES_KNOWN_MAX else {}

    def take(self, connection: sa.Connection, rows_before: int) -> Company:
        """Return the next transaction, with what is known; it is known here no more."""
        session, bodies = self.session, self.bodies
        frontier, head, is_at_work, lines = self.frontier, self.head, self.is_at_work, self.lines
        self.session = self.bodies = self.frontier = self.head = None
        self.lines = {}
        if session is None or session is not connection.connection.driver_connection:
            return Company(connection, rows_before)
        return Company(
            connection,
            rows_before,
            bodies=None if bodies is None else bodies.over(connection),
            is_at_work=is_at_work,
            committed=frontier,
            head=head,
            lines=lines,
        )


class Member:
    """An act that is done and waits to become durable."""

    __slots__ = ("_cause", "_failure", "_gate")

    def __init__(self) -> None:
        self._failure: Callable[[], EntenteError] | None = None
        self._cause: BaseException | None = None
        self._gate = Lock()
        self._gate.acquire()

    def tell(self, failure: Callable[[], EntenteError] | None, cause: BaseException | None) -> None:
        """Say how it ended."""
        self._failure, self._cause = failure, cause
        self._gate.release()

    def wait(self) -> None:
        """Return once the act is durable; raise what made it fail."""
        if not self._gate.acquire(timeout=END_SECONDS_MAX):
            raise not_ended()
        if self._failure is not None:
            raise self._failure() from self._cause


@dataclass(slots=True)
class Kept:
    """How many acts became durable together, for who measures."""

    acts: int = 0
    commits: int = 0
    wait_seconds_longest: float = 0.0
    """The longest that a company's first act waited for others before the disk was synchronised."""
    late: int = 0
    """Companies whose first act waited longer than it should: the next act's thread was kept from the processor."""

    def begin_anew(self) -> None:
        """Count from now on."""
        self.acts = self.commits = self.late = 0
        self.wait_seconds_longest = 0.0

    def count(self, company: Company) -> None:
        """Count a company that is about to be committed, by the last act in it."""
        self.commits += 1
        self.acts += len(company.members) + 1
        if company.first_done_at is not None:
            waited = monotonic() - company.first_done_at
            self.wait_seconds_longest = max(self.wait_seconds_longest, waited)
            self.late += waited > WAIT_SECONDS_MAX


def nothing_kept() -> Unavailable:
    """Say that all acts of a company were undone because of another one, or of what ends them all."""
    return Unavailable(
        "The store could not keep the change.",
        why="It was to become durable together with other acts, and all of them had to be undone.",
        do="Do it again; nothing of it was kept. The node's log says what happened to the others.",
        retry_is_safe=True,
    )


def not_ended() -> Unavailable:
    """Say that nobody knows yet whether the change is kept."""
    return Unavailable(
        "The store did not say in time whether it kept the change.",
        why=f"For {END_SECONDS_MAX} seconds another change that becomes durable together with it did not end.",
        do="Look first whether the change is there before doing it again, and look at the disk and the node's log.",
        retry_is_safe=False,
    )


_ACT = "act"
