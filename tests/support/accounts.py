"""Officers who sign in, for tests: a bureau's node with a cheap hash that counts its calls, and devices that show codes."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyotp

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.accounts import Begun, From, NotIn
from entente.bodies.enrolling import Chosen, Opened
from entente.bodies.model import BodyKind
from entente.bodies.signing_in import Given
from entente.kernel.canonical import Json
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from tests.support.nodes import AheadClock

PASSPHRASE = "correct horse battery staple"
PASSWORD = "four words nobody guesses"
HEAD = OfficerId("head-1")
SECOND = OfficerId("head-2")
DUTY = OfficerId("duty-1")
HERE = From("192.0.2.7", "Invented Browser 1", "fr")


@dataclass(slots=True)
class CountedPasswords:
    """A Passwords that is cheap and counts: what a real one would compute, once for each call of `hash` or `verify`."""

    version: str = "1"
    verified: list[bool] = field(default_factory=list)
    """For each call whether there was a hash to hold the password against."""
    hashed: int = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"{self.version}${hashlib.sha256(password.encode()).hexdigest()}"

    def verify(self, known: str | None, password: str) -> bool:
        self.verified.append(known is not None)
        wanted = (known or "$").partition("$")[2]
        return hmac.compare_digest(wanted, hashlib.sha256(password.encode()).hexdigest())

    def is_outdated(self, known: str) -> bool:
        return not known.startswith(f"{self.version}$")

    def is_common(self, password: str) -> bool:
        return password == "a common password"


@dataclass(frozen=True, slots=True)
class Desk:
    """A bureau's node whose officers sign in."""

    node: Node
    clock: AheadClock
    passwords: CountedPasswords
    secrets: dict[str, str] = field(default_factory=dict)
    """Of one-time codes, by officer."""
    recovery: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def enter(self, officer: str, *roles: str, **more: Json) -> None:
        perform(self.node, "officer_add", {"officer": HEAD, "id": officer, "roles": [*roles], **more})

    def code(self, officer: str, steps: int = 0) -> str:
        """Return the code that an officer's device shows now, or so many steps from now."""
        return pyotp.TOTP(self.secrets[officer]).generate_otp(int(self.clock.now().timestamp()) // 30 + steps)

    def enrol(self, officer: OfficerId, password: str = PASSWORD) -> None:
        """Invite an officer and set the account up; then let the code's step pass."""
        invited = self.node.accounts.enrolling.invite(HEAD, officer)
        self.set_up(invited.code, password)

    def set_up(self, code: str, password: str = PASSWORD) -> None:
        opened = self.node.accounts.enrolling.open(code, HERE)
        assert isinstance(opened, Opened)
        self.secrets[opened.officer] = opened.secret
        chosen = Chosen(code, password, password, self.code(opened.officer))
        made = self.node.accounts.enrolling.enrol(chosen, HERE)
        assert not isinstance(made, NotIn)
        self.recovery[opened.officer] = made
        self.clock.move(seconds=30)

    def given(self, officer: str, password: str = PASSWORD) -> Given:
        return Given(officer, password, self.code(officer) if officer in self.secrets else "123456")

    def sign_in(self, officer: str, password: str = PASSWORD, at: From = HERE) -> Begun | NotIn:
        """Try to sign in with the code of now."""
        return self.node.accounts.sign_in.sign_in(self.given(officer, password), at)

    def begin(self, officer: str, at: From = HERE) -> Begun:
        """Sign in, and let the code's step pass."""
        begun = self.sign_in(officer, at=at)
        assert isinstance(begun, Begun)
        self.clock.move(seconds=30)
        return begun

    def rows(self, about: str) -> list[dict[str, Any]]:
        """Return the trail's rows about a subject."""
        rows: Any = perform(self.node, "trail_show", {"officer": HEAD, "about": about})["rows"]
        return [*rows]

    def outcomes(self, about: str, verb: str) -> list[str]:
        rows = [row for row in self.rows(about) if row["verb"] == verb]
        return [str(row["detail"].get("outcome") or row["detail"].get("why")) for row in rows]


def begin_bureau(place: Path) -> Path:
    """Make the folder of a bureau."""
    kind = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(place, NewBody(kind, "XA-NCB", "Bureau of XA", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    return place


@contextmanager
def open_desk(begun: Path, place: Path) -> Iterator[Desk]:
    """Open a copy of a bureau's folder with two heads and a duty officer, none of them with an account."""
    shutil.copytree(begun, place)
    clock, passwords = AheadClock(), CountedPasswords()
    clock.stop()
    chosen = Settings.at(place)
    with ExitStack() as stack:
        parts = replace(parts_of(chosen), clock=clock, passwords=passwords)
        node, _ = stack.enter_context(open_parts(chosen, parts))
        desk = Desk(node, clock, passwords)
        desk.enter(SECOND, "head_of_body")
        desk.enter(DUTY, "duty_officer")
        yield desk


@contextmanager
def reopened(desk: Desk, place: Path) -> Iterator[Desk]:
    """Open another folder of the same bureau, by the same clock and devices."""
    chosen = Settings.at(place)
    with ExitStack() as stack:
        parts = replace(parts_of(chosen), clock=desk.clock, passwords=desk.passwords)
        node, _ = stack.enter_context(open_parts(chosen, parts))
        yield replace(desk, node=node)
