"""What seals officers' password hashes and secrets of one-time codes in the store.

AES-256-GCM under a key made from the folder's `keys/accounts.key`, with the row's table and key as associated data: a row that
was moved to another officer does not open. Names that somebody tried to sign in with are kept as a keyed digest, because
people type passwords into the wrong field.

Source: docs/rules/desk.md W1; NIST SP 800-38D (AES-GCM), SP 800-107 (HMAC); RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entente.kernel.errors import Invalid, Misconfigured
from entente.kernel.signing import decode_bytes, encode_bytes
from entente.storage.rows import text_of, value_of

T = TypeVar("T")
NONCE_BYTES: Final = 12
"""Random for each sealing: fewer than 2^32 under one key, as SP 800-38D allows, are some per officer and day for ever."""


class AccountSeal:
    """Seals and opens rows of accounts under one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._box = AESGCM(_key(secret, b"entente accounts seal"))
        self._names = _key(secret, b"entente accounts names")

    def seal(self, value: object, about: str) -> str:
        """Seal a value of the room; it opens for the same `about` alone."""
        nonce = os.urandom(NONCE_BYTES)
        return encode_bytes(nonce + self._box.encrypt(nonce, text_of(value).encode("utf-8"), about.encode("utf-8")))

    def open(self, kind: type[T], sealed: str, about: str) -> T:
        """Open what was sealed; raise Misconfigured where the folder holds another key, or the row was changed."""
        try:
            data = decode_bytes(sealed, about)
            plain = self._box.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode("utf-8"))
        except (InvalidTag, Invalid, ValueError) as error:
            raise Misconfigured(
                "An officer's account does not open.",
                why="It was sealed under another keys/accounts.key than the folder holds, or its row was changed.",
                do="Restore keys/accounts.key from the folder's backup; without it, recover each account by two administrators.",
            ) from error
        return value_of(kind, plain.decode("utf-8"))

    def digest(self, kind: str, text: str) -> str:
        """Return the keyed digest of a name or an address."""
        return hmac.new(self._names, f"{kind}\x00{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _key(secret: bytes, purpose: bytes) -> bytes:
    # HKDF's second step alone: the secret is uniform already (RFC 5869, section 3.3).
    return hmac.new(secret, purpose + b"\x01", hashlib.sha256).digest()
