"""Accounts at the desks of the demonstration's nodes, made as every officer makes theirs: a head invites, a browser sets up.

Nobody is let in by another way than in earnest. Passwords and secrets of one-time codes are those of invented officers, and are
printed so that whoever watches can sign in; a node prints none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

import httpx
import pyotp

from demo.stage import claim

PASSWORD: Final = "a desk of the demonstration"
CODE_SECONDS: Final = 30
"""For how long a code is shown (RFC 6238)."""
TRIES_MAX: Final = 3
SECONDS_MAX: Final = 60
"""For an answer: four nodes set up their accounts at the same time, and each hashes passwords."""
INVITATION: Final = "/desk/sign-in/invitation"
_SECRET: Final = re.compile(r"secret=([A-Z2-7]+)")
_SAME_ORIGIN: Final = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, slots=True)
class Account:
    """What an invented officer signs in with."""

    body: str
    address: str
    """Of the body's node, without the path."""
    officer: str
    secret: str
    """Of one-time codes, in base32, as an app takes it."""

    def code(self, at: datetime) -> str:
        """Return the one-time code of a moment."""
        return pyotp.TOTP(self.secret).at(at)

    def seconds_left(self, at: datetime) -> int:
        """Return for how long the code of a moment holds."""
        return CODE_SECONDS - int(at.timestamp()) % CODE_SECONDS


def enrol(body: str, address: str, officer: str, invitation: str) -> Account:
    """Set up the account of an invitation in the node's own forms; raise StoryBrokenError where a page is not as it should be."""
    with httpx.Client(base_url=address, headers=_SAME_ORIGIN, trust_env=False, timeout=SECONDS_MAX) as browser:
        opened = browser.post(INVITATION, data={"invitation": invitation})
        found = _SECRET.search(opened.text)
        claim(f"{body} opens the invitation of {officer}", opened.status_code == httpx.codes.OK and found)
        assert found is not None, "claimed in the line before"
        account = Account(body, address, officer, found[1])
        for _ in range(TRIES_MAX):
            # The code of half a minute ago is taken too, and leaves the one of now to sign in with (docs/rules/desk.md W5).
            code = account.code(datetime.now(UTC) - timedelta(seconds=CODE_SECONDS))
            fields = {"invitation": invitation, "new_password": PASSWORD, "again": PASSWORD, "one_time": code}
            made = browser.post(f"{INVITATION}/use", data=fields)
            # On a machine that has much else to do the code may be over before it is looked at: the next one is tried.
            if made.status_code == httpx.codes.OK:
                break
        is_made = made.status_code == httpx.codes.OK and "<h1>" in made.text
        claim(f"{body} makes the account of {officer} (status {made.status_code})", is_made)
    return account


def told(accounts: Sequence[Account], at: datetime) -> Iterator[str]:
    """Yield lines that say where each body's officers sign in, and with what just now."""
    yield f"Sign in at a body's desk as one of its officers, with the password «{PASSWORD}» and the code of now:"
    for _, of_body in groupby(accounts, key=lambda one: one.body):
        several = [*of_body]
        yield f"  {several[0].body:7} {several[0].address}/desk/first-steps"
        yield f"          {' · '.join(f'{one.officer} {one.code(at)}' for one in several)}"
    yield f"The codes hold for another {accounts[0].seconds_left(at)} s, and each counts once. Press Enter for those of then."


def secrets_of(accounts: Sequence[Account]) -> str:
    """Return what an app for one-time codes takes, an account a line."""
    lines = (f"{one.body:7} {one.officer:11} {one.address}/desk/first-steps  {one.secret}" for one in accounts)
    return "\n".join(lines) + "\n"
