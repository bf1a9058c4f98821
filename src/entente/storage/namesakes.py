"""The table of findings «not identical».

Of a document stands only HMAC-SHA256 of its number's keys under the node's own secret (`keys/tombstone.key`), cut to 128 bits as
the digests of tombstones are, and apart from theirs: whoever has the store without that file cannot try numbers against it. A
finding goes with its record (storage.erasure).

Source: docs/rules/identity.md I28; identity.ports.NamesakeStore; RFC 2104; NIST SP 800-107, 5.3.4 (cut digests).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from entente.identity.model import NotIdentical
from entente.storage.rows import parts, replace_row, text_of, value_of
from entente.storage.schema import not_identical
from entente.storage.tombstones import DIGEST_BYTES

_DOCUMENT: Final = b"document\0"

_ONE = sa.select(not_identical.c.document).where(not_identical.c.id == sa.bindparam("marker"))
_ENDED = sa.select(not_identical.c.id).where(not_identical.c.until <= sa.bindparam("now_")).limit(1)


class NamesakeTable:
    """The NamesakeStore of one transaction."""

    def __init__(self, connection: sa.Connection, secret: bytes) -> None:
        self._connection = connection
        self._secret = secret

    def put(self, marker: NotIdentical) -> None:
        """Keep a finding."""
        values = {"record_number": marker.record, "until": marker.until, "document": text_of(marker)}
        replace_row(self._connection, not_identical, {"id": marker.id}, values)

    def get(self, marker: str) -> NotIdentical | None:
        """Return a finding."""
        document = self._connection.execute(_ONE, {"marker": marker}).scalar()
        return None if document is None else value_of(NotIdentical, document)

    def of(self, records: Collection[int], now: datetime) -> tuple[NotIdentical, ...]:
        """Return the findings about records that hold now, the newest first."""
        found: list[NotIdentical] = []
        for part in parts(sorted(records)):
            query = sa.select(not_identical.c.document).where(
                not_identical.c.record_number.in_(part), not_identical.c.until > now
            )
            found += [value_of(NotIdentical, document) for document in self._connection.execute(query).scalars()]
        return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))

    def remove(self, marker: str) -> None:
        """Delete a finding."""
        self._connection.execute(sa.delete(not_identical).where(not_identical.c.id == marker))

    def has_ended(self, now: datetime) -> bool:
        """Say whether a finding is kept that holds no longer."""
        return self._connection.execute(_ENDED, {"now_": now}).first() is not None

    def remove_ended(self, now: datetime) -> None:
        """Delete the findings that hold no longer."""
        self._connection.execute(sa.delete(not_identical).where(not_identical.c.until <= now))

    def digest(self, key: str) -> str:
        """Return the digest of a document's key under the node's own secret."""
        return hmac.digest(self._secret, _DOCUMENT + key.encode("utf-8"), "sha256")[:DIGEST_BYTES].hex()
