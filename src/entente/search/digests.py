"""What the index's files hold in place of a key: its digest under the index's salt.

An index needs only to say whether two keys are equal. The salt is made anew with each index and lies beside its files, so that
digests of one index fit no other, and a name cannot be looked up in files that were copied without it. Whoever has both can try
names: that is why erased documents are also put out of the files.

Source: docs/rules/identity.md I17; DESIGN section 6, oversight; RFC 7693 (keyed BLAKE2).
"""

from __future__ import annotations

import base64
import functools
import hashlib

DIGEST_BYTES = 8
"""64 bits: among a hundred million keys two meet by chance once in three thousand indexes, and cost one candidate more."""
CACHED_KEYS = 65_536
"""Grams and common words of an index: most keys of a new name have been met before. About 10 MB."""


class Digests:
    """The digests of one field. Those of another field are others, so that no field tells of the words of another."""

    def __init__(self, salt: bytes, field: str) -> None:
        self._salt = salt
        self._field = field.encode("ascii")
        self.of = functools.lru_cache(maxsize=CACHED_KEYS)(self._of)

    def _of(self, key: str) -> str:
        digest = hashlib.blake2b(
            key.encode("utf-8"),
            digest_size=DIGEST_BYTES,
            key=self._salt,
            person=self._field[: hashlib.blake2b.PERSON_SIZE],
        ).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
