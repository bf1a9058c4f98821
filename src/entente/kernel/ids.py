"""Identifiers and salts, and the one place where randomness is read.

NewTypes keep the ids of different things apart; `Ids` is injected so that a simulated world takes its ids from a seed.
"""

from __future__ import annotations

import secrets
from typing import Final, NewType, Protocol

BodyId = NewType("BodyId", str)
"""Derived from a body's genesis statement: `body:` and 32 base32 characters (bodies.rules.body_id)."""
OfficerId = NewType("OfficerId", str)
"""Local to a body, for example `xb-duty-1`. Never an officer's name."""
InstrumentId = NewType("InstrumentId", str)
"""`instrument:` and the digest of the instrument's canonical terms."""
StatementId = NewType("StatementId", str)
"""`statement:` and the digest of the signed bytes."""
RecordId = NewType("RecordId", str)
"""`<source body id>/<local id>`."""
ERASED_LOCAL: Final = "erased:"
"""How the local id begins that stands for a record once it is erased; a keyed digest follows (storage.tombstones)."""
GroupId = NewType("GroupId", str)
"""`<body id>/<group name>`."""
BlobId = NewType("BlobId", str)
"""`blob:` and the digest of the manifest of its sealed chunks (kernel.blob)."""
KeyId = NewType("KeyId", str)
"""First 16 hexadecimal characters of the SHA-256 of a public key."""

SALT_BYTES = 16
"""128 bits: a digest of a short fact cannot be guessed back (NIST SP 800-132 asks for at least 128)."""


class Ids(Protocol):
    """Makes fresh identifiers and salts. Safe from several threads; never gives the same value twice."""

    def new_id(self, prefix: str) -> str:
        """Return `<prefix>-<26 characters>`."""

    def new_salt(self) -> bytes:
        """Return SALT_BYTES unpredictable bytes."""


class SystemIds:
    """Ids from the operating system's randomness."""

    def new_id(self, prefix: str) -> str:
        """Return `<prefix>-<26 hexadecimal characters>` (104 bits)."""
        return f"{prefix}-{secrets.token_hex(13)}"

    def new_salt(self) -> bytes:
        """Return SALT_BYTES unpredictable bytes."""
        return secrets.token_bytes(SALT_BYTES)
