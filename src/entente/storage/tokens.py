"""The table of access tokens of machine accounts: digests, never a token.

Source: docs/rules/api.md P1; bodies.tokens.TokenStore.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from entente.bodies.tokens import AccessToken, TokenId
from entente.storage.rows import read_one, remembered, replace_row, text_of, value_of
from entente.storage.schema import access_token

_ONE: Final = sa.select(access_token.c.document).where(access_token.c.id == sa.bindparam("token_"))


class TokenTable:
    """The TokenStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, token: AccessToken) -> None:
        """Add or replace a token."""
        ended_at = token.revoked_at or token.expires_at
        replace_row(
            self._connection, access_token, {"id": token.id}, {"ended_at": ended_at, "document": text_of(token)}
        )

    def get(self, token: TokenId) -> AccessToken | None:
        """Return a token."""
        row = read_one(self._connection, _ONE, {"token_": token})
        return None if row is None else remembered(AccessToken, row.document)

    def all(self) -> tuple[AccessToken, ...]:
        """Return every token, the newest first."""
        documents = self._connection.execute(sa.select(access_token.c.document)).scalars()
        found = (value_of(AccessToken, document) for document in documents)
        return tuple(sorted(found, key=lambda one: (one.made_at, one.id), reverse=True))

    def remove_ended(self, before: datetime) -> None:
        """Delete the tokens that ended before a moment."""
        self._connection.execute(sa.delete(access_token).where(access_token.c.ended_at < before))
