"""The table of sessions: digests, never a secret.

Source: docs/rules/desk.md W3; bodies.accounts.SessionStore.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from entente.bodies.accounts import Session, SessionId, oldest_first
from entente.kernel.ids import OfficerId
from entente.storage.rows import read, read_one, replace_row, text_of, value_of
from entente.storage.schema import web_session

_ONE: Final = sa.select(web_session.c.document).where(web_session.c.digest == sa.bindparam("digest_"))
_OF: Final = sa.select(web_session.c.document).where(web_session.c.officer == sa.bindparam("officer_"))
_ALL: Final = sa.select(web_session.c.document)


class SessionTable:
    """The SessionStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, digest: str) -> Session | None:
        """Return the session of a digest."""
        row = read_one(self._connection, _ONE, {"digest_": digest})
        return None if row is None else value_of(Session, row.document)

    def of(self, officer: OfficerId) -> tuple[Session, ...]:
        """Return an officer's sessions, oldest first."""
        rows = read(self._connection, _OF, {"officer_": officer})
        return oldest_first(value_of(Session, row.document) for row in rows)

    def all(self) -> tuple[Session, ...]:
        """Return every session, oldest first."""
        return oldest_first(value_of(Session, row.document) for row in read(self._connection, _ALL))

    def put(self, session: Session) -> None:
        """Add a session, or put it in the place of the one with its id."""
        values = {"digest": session.digest, "officer": session.officer, "document": text_of(session)}
        replace_row(self._connection, web_session, {"id": session.id}, values)

    def clear(self) -> None:
        """Remove every session: a restored node's were those of another time."""
        self._connection.execute(sa.delete(web_session))

    def remove(self, session: SessionId) -> None:
        """Remove a session; one that is not there is no fault."""
        self._connection.execute(sa.delete(web_session).where(web_session.c.id == session))
