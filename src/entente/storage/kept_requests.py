"""The table of requests that were done once, by account and key; what is older than a day is deleted.

Source: docs/rules/api.md P8; kernel.kept_requests.KeptRequestStore.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from entente.kernel.kept_requests import KeptRequest
from entente.storage.schema import kept_request


class KeptRequestTable:
    """The KeptRequestStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, account: str, key: str) -> KeptRequest | None:
        """Return what is kept under a key of an account."""
        row = self._connection.execute(sa.select(kept_request).where(_is(account, key))).one_or_none()
        return None if row is None else KeptRequest(row.account, row.key, row.request, row.at, row.answer)

    def add(self, request: KeptRequest) -> None:
        """Keep a request with the act that it did; the unit fails where another one has the key."""
        values = {"account": request.account, "key": request.key, "request": request.request, "at": request.at}
        self._connection.execute(sa.insert(kept_request), {**values, "answer": request.answer})

    def answer(self, account: str, key: str, answer: str) -> None:
        """Keep what was answered."""
        self._connection.execute(sa.update(kept_request).where(_is(account, key)).values(answer=answer))

    def remove(self, account: str, key: str) -> None:
        """Forget a request that came to nothing."""
        self._connection.execute(sa.delete(kept_request).where(_is(account, key)))

    def has_older(self, than: datetime) -> bool:
        """Say whether a request older than this is kept."""
        query = sa.select(sa.literal(1)).select_from(kept_request).where(kept_request.c.at < than).limit(1)
        return self._connection.execute(query).first() is not None

    def remove_older(self, than: datetime) -> None:
        """Forget the requests older than this."""
        self._connection.execute(sa.delete(kept_request).where(kept_request.c.at < than))


def _is(account: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(kept_request.c.account == account, kept_request.c.key == key)
