"""Passwords by argon2id, one-time codes by RFC 6238: the vetted libraries behind the room's ports.

Loaded by the module «vetted» where somebody signs in, and by nothing else: a command on the terminal waits for neither.

Source: docs/rules/desk.md W1 and W2; OWASP Password Storage Cheat Sheet (argon2id, 46 MiB, one pass); RFC 9106; RFC 6238.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore
from typing import Final

import pyotp
import segno
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

MEMORY_KIB: Final = 47_104
TIME_COST: Final = 1
LANES: Final = 1
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
AT_ONCE: Final = 2
"""Hashes computed at the same time: 92 MiB, and never more processors than this machine class has."""
CODE_SECONDS: Final = 30
CODE_DIGITS: Final = 6
WINDOW: Final = 1
"""Steps before and after the present one: a device's clock may be wrong by half a minute (RFC 6238, section 5.2)."""
ISSUER: Final = "Entente"


class Argon2Passwords:
    """The Passwords of a running node."""

    def __init__(self, memory_kib: int = MEMORY_KIB, time_cost: int = TIME_COST) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=LANES,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobodys = self.hash(secrets.token_hex(HASH_BYTES))
        """What a password is held against where a name is nobody's: a hash of the same parameters that nothing opens."""

    def hash(self, password: str) -> str:
        """Return the hash, with its salt and its parameters."""
        with self._turns:
            return self._hasher.hash(password)

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether a password is the one; without a hash the same work is done, and the answer is no."""
        try:
            with self._turns:
                return self._hasher.verify(known or self._nobodys, password) and known is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    def is_outdated(self, known: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    @staticmethod
    def is_common(password: str) -> bool:
        """Say whether a password is in the list, or is one of it repeated, or with nothing but digits and signs around it."""
        listed, text = _listed(), password.casefold()
        core = text.strip("".join(one for one in set(text) if not one.isalpha()))
        return bool({text, core} & listed) or _is_repeated(text, listed)


class Totp:
    """The OneTimeCodes of a running node."""

    @staticmethod
    def step_of(secret: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code this is, the present one or its neighbours; None for no such code."""
        totp, step = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=CODE_SECONDS), int(now.timestamp()) // CODE_SECONDS
        given = code.encode("utf-8", "replace")
        # Each is compared, so that how long it takes says nothing of which it was.
        fitting = [
            near
            for near in range(step - WINDOW, step + WINDOW + 1)
            if hmac.compare_digest(totp.generate_otp(near).encode("ascii"), given)
        ]
        return fitting[-1] if fitting else None


def address_of_secret(secret: str, officer: str, body: str) -> str:
    """Return what a device scans or opens to take over a secret: an `otpauth` address with officer and body."""
    return pyotp.TOTP(secret, digits=CODE_DIGITS, interval=CODE_SECONDS).provisioning_uri(
        name=officer, issuer_name=f"{ISSUER} {body}"
    )


def picture_of(address: str) -> str:
    """Return an address as a picture to be scanned (QR code), as a data address."""
    picture: str = segno.make(address, error="m", micro=False).svg_data_uri(border=4, light="#fff", dark="#000")
    return picture


def _is_repeated(text: str, listed: frozenset[str]) -> bool:
    halves = (text[: len(text) // parts] for parts in range(2, 5) if len(text) % parts == 0 and len(text) >= parts)
    return any(part in listed and part * (len(text) // len(part)) == text for part in halves)


@cache
def _listed() -> frozenset[str]:
    text = files("entente.data").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
