"""Sealing: encryption to one recipient, so that whoever carries a message cannot read it.

`Sealer` and `Opener` are ports; behind them stands HPKE (RFC 9180) with the hybrid of ML-KEM-768 and X25519, HKDF-SHA256
and AES-256-GCM, always: agility is the envelope's version. `info` binds the sealed bytes to the header they travel under.

A public sealing key is the ML-KEM-768 key (1,184 bytes) and then the X25519 key (32 bytes); a private one is the ML-KEM
seed (64 bytes) and then the X25519 key (32 bytes).

Source: docs/rules/kernel.md K5; RFC 9180; draft-ietf-hpke-pq (KEM 0x647A).
"""

from __future__ import annotations

import functools
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from entente.kernel.errors import Invalid, Untrusted

MLKEM_PUBLIC_BYTES = 1184
MLKEM_SEED_BYTES = 64
X25519_BYTES = 32
SEALING_KEY_BYTES = MLKEM_PUBLIC_BYTES + X25519_BYTES
KEYS_REMEMBERED_MAX = 512
"""Public keys kept read: those of the 260 bodies that a node must be fluent with, and of their changes."""
SEALING_SECRET_BYTES = MLKEM_SEED_BYTES + X25519_BYTES

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Sealer(Protocol):
    """Seals bytes to a public key. Safe from several threads."""

    def seal(self, public_key: bytes, plain: bytes, info: bytes) -> bytes:
        """Return bytes that only the holder of the private key opens, and only with the same `info`."""


class Opener(Protocol):
    """Opens what was sealed to one private key that it never shows. Safe from several threads."""

    @property
    def public_key(self) -> bytes:
        """The public sealing key."""

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Return the plain bytes; raise Untrusted when they were not sealed to this key under this `info`."""


class HpkeSealer:
    """The Sealer in use."""

    def seal(self, public_key: bytes, plain: bytes, info: bytes) -> bytes:
        """Seal to a public key of SEALING_KEY_BYTES; raise Invalid for another."""
        return _SUITE.encrypt(plain, _public_key(public_key), info)


class HpkeOpener:
    """The Opener in use, over a private key held in memory."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SEALING_SECRET_BYTES:
            raise _bad_key(len(secret), SEALING_SECRET_BYTES)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(secret[:MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(secret[MLKEM_SEED_BYTES:])
        self._private_key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self._public_key = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    @property
    def public_key(self) -> bytes:
        """The public sealing key, SEALING_KEY_BYTES long."""
        return self._public_key

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open sealed bytes; raise Untrusted when key, `info` or bytes do not belong together."""
        try:
            return _SUITE.decrypt(sealed, self._private_key, info)
        except (InvalidTag, ValueError) as error:
            raise Untrusted(
                "A sealed body could not be opened.",
                reason="not_sealed_for_us",
                why="It was sealed to another key, under another header, or changed on its way.",
                do="Ask the sender to send it again, sealed to the key in this body's directory entry.",
            ) from error


def new_sealing_secret() -> bytes:
    """Make a private sealing key. The library draws the randomness."""
    return MLKEM768PrivateKey.generate().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw()


@functools.lru_cache(maxsize=KEYS_REMEMBERED_MAX)
def _public_key(data: bytes) -> MLKEM768X25519PublicKey:
    if len(data) != SEALING_KEY_BYTES:
        raise _bad_key(len(data), SEALING_KEY_BYTES)
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(data[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(data[MLKEM_PUBLIC_BYTES:]),
        )
    except ValueError as error:
        raise _bad_key(len(data), SEALING_KEY_BYTES) from error


def _bad_key(found: int, expected: int) -> Invalid:
    return Invalid(
        "The sealing key is not well formed.",
        field="sealing_key",
        why=f"A sealing key here has {expected} bytes that both its halves accept; this one has {found}.",
        do="Take the key from the body's directory entry again.",
    )
