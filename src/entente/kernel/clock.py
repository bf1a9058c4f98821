"""The one place where time is read.

Rules receive `now` as an argument; services hold a Clock; only SystemClock reads the machine's time. All times are
aware and UTC; `parse_time` and `format_time` are the one textual form (RFC 3339 with microseconds and a Z), so that two
nodes sign the same bytes. Deadlines by calendar and working days belong to the rooms that state them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol

from entente.kernel.errors import Invalid

YEAR_MIN = 1900
YEAR_MAX = 9000
"""Ours: no act of a living body is older, and a term, a lease or an offset added to a time never leaves the calendar, which ends
with 9999. A date of birth is never a time."""


class Clock(Protocol):
    """Gives the present moment; aware, UTC. Safe from several threads."""

    def now(self) -> datetime:
        """Return the present moment."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(tz=UTC)


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


def format_time(value: datetime) -> str:
    """Write a time as it is signed: 2031-05-04T08:00:00.000000Z."""
    return require_utc(value, "time").replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


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
