"""How guessing is bounded: failures in a row for one name and from one address, and how long nothing is tried after them.

An attempt counts as a failure before anything is judged, and is taken back when it succeeded: a hundred attempts at the same
moment are a hundred, and not one. Names of nobody are counted like names of officers, so that the answer is the same.

Source: docs/rules/desk.md W5 and W6; NIST SP 800-63B 5.2.2 (at most 100 failures in a row for one account).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entente.bodies.accounts import AccountStore, Guard, NotIn, Why

NAME: Final = "name"
ADDRESS: Final = "address"
FREE_OF_NAME: Final = 5
FREE_OF_ADDRESS: Final = 50
"""A whole bureau may stand behind one address, and some of it mistype at the start of a shift."""
FIRST_DELAY: Final = timedelta(seconds=30)
DELAY_MAX: Final = timedelta(minutes=15)
FAILURES_MAX: Final = 100
"""NIST SP 800-63B, 5.2.2; with the delays they take a day."""
ADDRESS_FORGOTTEN_AFTER: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""Ours: what a name failed is kept this long after its last failure, and with it that it is closed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt that may be judged."""

    failures: int
    """For its name, this one too."""
    begins_delay: bool
    """Whether nothing more is tried for the name from now on, for a while or until somebody helps."""


def delay(failures: int, free: int) -> timedelta:
    """Return how long nothing is tried after so many failures: nothing for the free ones, then twice as long each time."""
    beyond = failures - free
    if beyond < 0:
        return timedelta(0)
    # Past the longest delay a power would only grow without meaning anything.
    return min(DELAY_MAX, FIRST_DELAY * (1 << min(beyond, 10)))


def count(accounts: AccountStore, name: str, address: str, now: datetime) -> Counted | NotIn:
    """Count an attempt for a name from an address, before it is judged; NotIn, and nothing counted, where none may be made now.

    The caller commits what was counted before it judges. Source: docs/rules/desk.md W5.
    """
    of_name, of_address = accounts.guard(NAME, name), accounts.guard(ADDRESS, address)
    if of_address is not None and now - of_address.last_at >= ADDRESS_FORGOTTEN_AFTER:
        of_address = None
    until = max([now, *(guard.until for guard in (of_name, of_address) if guard is not None)])
    if of_name is not None and of_name.failures >= FAILURES_MAX:
        return NotIn(Why.CLOSED)
    if now < until:
        return NotIn(Why.WAIT, until - now)
    for_name = _next(of_name, FREE_OF_NAME, now)
    accounts.put_guard(NAME, name, for_name)
    accounts.put_guard(ADDRESS, address, _next(of_address, FREE_OF_ADDRESS, now))
    return Counted(for_name.failures, now < for_name.until)


def count_address(accounts: AccountStore, address: str, now: datetime) -> NotIn | None:
    """Count an attempt from an address that names nobody, such as a code; NotIn where none may be made now."""
    known = accounts.guard(ADDRESS, address)
    if known is not None and now - known.last_at >= ADDRESS_FORGOTTEN_AFTER:
        known = None
    if known is not None and now < known.until:
        return NotIn(Why.WAIT, known.until - now)
    accounts.put_guard(ADDRESS, address, _next(known, FREE_OF_ADDRESS, now))
    return None


def succeed(accounts: AccountStore, name: str, address: str) -> None:
    """Forget the failures of a name that succeeded, and take this attempt back from its address.

    Not the address's others: who has an account of his own would otherwise guess at all the rest from the same place.
    """
    accounts.remove_guard(NAME, name)
    succeed_from(accounts, address)


def succeed_from(accounts: AccountStore, address: str) -> None:
    """Take an attempt that succeeded back from its address."""
    known = accounts.guard(ADDRESS, address)
    if known is not None:
        accounts.put_guard(ADDRESS, address, Guard(known.failures - 1, known.last_at, known.last_at))


def _next(known: Guard | None, free: int, now: datetime) -> Guard:
    failures = 1 if known is None else known.failures + 1
    return Guard(failures, now, now + delay(failures, free))
