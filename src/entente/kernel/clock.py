"""The one place where time is read.

Rules receive `now` as an argument; services hold a Clock; only SystemClock reads the machine's time. A node holds it through
a GuardedClock, which never goes back and believes no leap. All times are aware and UTC; `parse_time` and `format_time` are the
one textual form (RFC 3339 with microseconds and a Z), so that two nodes sign the same bytes. Deadlines by calendar and working
days belong to the rooms that state them.

Source: docs/rules/node.md, rules N1 to N3 and N32.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Protocol, runtime_checkable

from entente.kernel.errors import Invalid, Unavailable

YEAR_MIN = 1900
YEAR_MAX = 9000
"""Ours: no act of a living body is older, and a term, a lease or an offset added to a time never leaves the calendar, which ends
with 9999. A date of birth is never a time."""
STEP_BACK_MAX = timedelta(seconds=1)
"""How far the machine's clock may fall behind the last moment given before the node stops signing. Network time corrects by
slewing, and steps only beyond 128 ms (RFC 5905, section 11.3); a leap second that is repeated is one second. What is further
back was set by hand, or is another machine."""
LEAP_MAX = timedelta(days=1)
"""How far the machine's clock may run ahead of the time that passed since it was read before. Ours: machines that were off the
network for a night, or stood still for some hours, are put right by less; a clock that lost its battery, a wrong year and a bad
time source are further off, and a stamp that far ahead keeps the node from signing for as long (N2)."""


_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux counts the time asleep in the first alone."""


class Clock(Protocol):
    """Gives the present moment; aware, UTC. Safe from several threads."""

    def now(self) -> datetime:
        """Return the present moment."""


@runtime_checkable
class SteadyClock(Clock, Protocol):
    """A clock that also counts the time that passes, which nobody sets."""

    def passed(self) -> timedelta:
        """Return how long the machine has run, asleep too."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(tz=UTC)

    def passed(self) -> timedelta:
        """Return how long the machine has run, asleep too where the system counts that."""
        return timedelta(seconds=time.clock_gettime(_COUNTER))


@dataclass(frozen=True, slots=True)
class LeapAhead:
    """A clock that went on by more than the time that passed."""

    machine: datetime
    """What the machine's clock says now."""
    expected: datetime
    """What it would say by the time that passed since it was read before."""


@dataclass(frozen=True, slots=True)
class StepBack:
    """A clock that says less than it said before."""

    machine: datetime
    """What the machine's clock says now."""
    passed_at: datetime
    """The last moment given, which it must pass."""
    noticed_at: datetime
    """What the machine's clock said when it was first found behind."""

    @property
    def left(self) -> timedelta:
        """How long it takes until the clock has passed, if it runs on as it does."""
        return self.passed_at - self.machine


class GuardedClock:
    """A clock that never goes back, and says when the one beneath it did, or leapt ahead.

    What was given, signed or only read, is the floor of what is given next: no lease, term or retention that ended comes
    alive again. Behind the floor by more than STEP_BACK_MAX it still answers `now` with the floor, for those who read;
    whoever signs asks `require_passed` first. Ahead of the time that passed by more than LEAP_MAX it gives that time, so that
    nothing ends by a wrong year, and nothing is signed either. A clock beneath that counts no time passed is never ahead.

    Source: docs/rules/node.md, rules N1, N2 and N32; DESIGN section 4 (time).
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._passed = machine.passed if isinstance(machine, SteadyClock) else None
        self._lock = Lock()
        # All are written under the lock.
        self._floor: datetime | None = None
        self._noticed_at: datetime | None = None
        self._looked_at: tuple[datetime, timedelta] | None = None
        """What was last given by the machine's clock, and how long it had run then."""

    def start_from(self, stamp: datetime) -> None:
        """Never say less than this: the last stamp in the trail, read when the store is opened."""
        with self._lock:
            self._floor = stamp if self._floor is None else max(self._floor, stamp)

    def now(self) -> datetime:
        """Return the machine's time, or the last moment given where the machine's lies before it."""
        return self._look()[0]

    def step_back(self) -> StepBack | None:
        """Return how the machine's clock stands when it is too far behind to sign; None when it is not."""
        found = self._look()[1]
        return found if isinstance(found, StepBack) else None

    def trouble(self) -> str:
        """Return why nothing may be signed now, in words; empty where it may."""
        found = self._look()[1]
        return "" if found is None else _wrong(found).in_words()

    def require_passed(self) -> None:
        """Raise Unavailable, safe to retry, while the machine's clock is behind the last moment given, or leapt ahead."""
        if (found := self._look()[1]) is not None:
            raise _wrong(found)

    def _look(self) -> tuple[datetime, StepBack | LeapAhead | None]:
        with self._lock:
            machine, passed = self._machine.now(), timedelta() if self._passed is None else self._passed()
            if self._looked_at is not None:
                at, passed_then = self._looked_at
                expected = at + (passed - passed_then)
                if machine - expected > LEAP_MAX:
                    self._floor = expected if self._floor is None else max(self._floor, expected)
                    return self._floor, LeapAhead(machine, expected)
            if self._floor is None or machine >= self._floor:
                self._floor, self._noticed_at = machine, None
                # Not of a clock that is behind: one that is put right again has not leapt.
                self._looked_at = None if self._passed is None else (machine, passed)
                return machine, None
            if self._floor - machine <= STEP_BACK_MAX:
                return self._floor, None
            self._noticed_at = self._noticed_at or machine
            return self._floor, StepBack(machine, self._floor, self._noticed_at)


def _wrong(found: StepBack | LeapAhead) -> Unavailable:
    return clock_leapt_ahead(found) if isinstance(found, LeapAhead) else clock_stepped_back(found)


def clock_leapt_ahead(found: LeapAhead) -> Unavailable:
    """Say that the node signs nothing until its clock is put right, or it is started again (N32)."""
    return Unavailable(
        "The node signs nothing now, because its clock leapt ahead.",
        why=f"The machine's clock says {_shown(found.machine)}; by the time that passed it would be {_shown(found.expected)}. "
        "An act signed now would keep the node from signing until that moment comes (docs/rules/node.md N32).",
        do="Set the machine's clock right; the node then signs again by itself. If the clock is right now, because it was wrong "
        "before or the machine stood still, start the node again.",
        retry_is_safe=True,
    )


def clock_stepped_back(found: StepBack) -> Unavailable:
    """Say that the node signs nothing until its clock has passed its last stamp (N2)."""
    return Unavailable(
        "The node signs nothing now, because its clock stepped back.",
        why=f"The machine's clock says {_shown(found.machine)}; the last moment this node gave is {_shown(found.passed_at)}. "
        f"It was first found behind at {_shown(found.noticed_at)} by that clock. An act signed now would stand before acts that "
        "came earlier (docs/rules/node.md N2).",
        do="Set the machine's clock right. The node signs again by itself when it has passed that moment, "
        f"in {span(found.left)}. If the clock had only run ahead and nothing was done meanwhile, start the node again: it begins "
        "from its trail.",
        retry_is_safe=True,
    )


def span(length: timedelta) -> str:
    """Write a length of time as people say it: its two largest units, rounded up to a second."""
    seconds = -(-length // timedelta(seconds=1))
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def _shown(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC"


def require_utc(value: datetime, field: str) -> datetime:
    """Return the time in UTC; raise Invalid for a naive one."""
    if value.tzinfo is None:
        raise Invalid(
            f"The time in {field} has no time zone.",
            field=field,
            why="A time without a zone means a different moment in every state.",
            do="Give the time with its offset, for example 2031-05-04T08:00:00Z.",
        )
    return value.astimezone(UTC)


@functools.lru_cache(maxsize=2_048)
def format_time(value: datetime) -> str:
    """Write a time as it is signed: 2031-05-04T08:00:00.000000Z.

    One moment stands in each record of a slice of an import; those of its rows of the trail, 1,000 at most, are written for their
    hashes and then for the store.
    """
    written = require_utc(value, "time").isoformat(timespec="microseconds")
    return written.removesuffix("+00:00") + "Z"


def parse_time(text: str, field: str) -> datetime:
    """Read an RFC 3339 time; raise Invalid for anything else: a naive one, or one outside YEAR_MIN to YEAR_MAX."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_time(text, field) from error
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        raise _no_time(text, field)
    return require_utc(value, field)


def parse_date(text: str, field: str) -> date:
    """Read a calendar date (2031-05-04); raise Invalid for anything else, an impossible date included."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            f"«{text[:40]}» in {field} is not a date.",
            field=field,
            why="Dates are written year-month-day, and must exist in the calendar.",
            do="Write it like 2031-05-04.",
        ) from error


def _no_time(text: str, field: str) -> Invalid:
    return Invalid(
        f"«{text[:40]}» in {field} is not a time.",
        field=field,
        why=f"Times are written as in RFC 3339, in the years {YEAR_MIN} to {YEAR_MAX}.",
        do="Write it like 2031-05-04T08:00:00Z.",
    )
