"""What the errors of PostgreSQL and of the line to it mean, in the tree of errors.

The server names each of its errors by a code of five signs; one that comes before it spoke, or after it fell silent, has none.
Only what refuses a session must be told by its words, since the driver hands on nothing else; they are the server's own, in
English unless it was set up otherwise, and then the general answer is given with the words in it.

No message of ours holds a password or a value: of what the server says only the first sentence is repeated, and no statement.

Source: PostgreSQL, appendix A «Error Codes».
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from entente.kernel.errors import Conflict, EntenteError, Misconfigured, Unavailable

WORDS_MAX: Final = 300
"""What is repeated of the server's words."""


def translate(error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
    """Say what an error means. `is_commit`: it came as the changes were being made durable.

    What the server itself refuses it undoes, a commit too; only where the line broke is it open whether a commit was kept.
    """
    cause = error.orig
    code = getattr(cause, "sqlstate", None) or ""
    words = _words(cause)
    if isinstance(cause, psycopg.DataError) or code[:2] == "22":
        return _not_kept_so(words)
    for known, make in _BY_CODE.items():
        if code.startswith(known):
            return make(words)
    if not code or code[:2] in {"08", "57"}:
        return _cut_off(words, is_commit=is_commit)
    return Unavailable(
        "The store failed.",
        why=f"The server says «{words}».",
        do="Look first whether the change is there, then at the server's log before doing it again.",
        retry_is_safe=not is_commit,
    )


def not_connected(error: psycopg.Error, given: Mapping[str, Any]) -> EntenteError:
    """Say why no session was had with the server of an address."""
    words = _words(error)
    where = f"{given.get('dbname') or 'the database'} at {given.get('host') or 'this machine'}"
    for signs, make in _BY_WORDS:
        if any(sign in words for sign in signs):
            return make(where, words)
    return Unavailable(
        f"The database {where} cannot be reached.",
        why=f"The driver says «{words}».",
        do="Check that the server runs and accepts this machine (pg_hba.conf), and the address in store.address.",
        retry_is_safe=True,
    )


def _words(cause: object) -> str:
    """Return what the server says in one sentence: its details hold the values of a row, an id among them."""
    primary = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    lines = [line.strip() for line in (primary or str(cause)).splitlines() if line.strip()]
    return " ".join(lines)[:WORDS_MAX]


def _disk_full(words: str) -> Unavailable:
    return Unavailable(
        "The store could not keep the change: the server's disk is full.",
        why=f"The server says «{words}». Nothing of the change was kept.",
        do="Free space on the disk of the database server, then do it again; it cannot count twice.",
        retry_is_safe=True,
    )


def _too_much(words: str) -> Unavailable:
    return Unavailable(
        "The server has no room for this now.",
        why=f"It says «{words}». Nothing of the change was kept.",
        do="Do it again in a moment; if it stays so, give the server more memory or sessions (max_connections).",
        retry_is_safe=True,
    )


def _crossed(words: str) -> Unavailable:
    return Unavailable(
        "The store was changed by somebody else at the same moment.",
        why=f"The server says «{words}». Nothing of the change was kept.",
        do="Do it again. If it comes again, find out what other program changes the node's tables: none should.",
        retry_is_safe=True,
    )


def _locked(words: str) -> Unavailable:
    return Unavailable(
        "The store is locked by another program.",
        why=f"The server says «{words}». Nothing of the change was kept.",
        do="End the program that holds the node's tables (a dump, a database tool), then do it again.",
        retry_is_safe=True,
    )


def _clash(words: str) -> Conflict:
    return Conflict(
        "The change does not fit what is in the store already.",
        why=f"The server says «{words}». Nothing of the change was kept.",
        do="Load it again and see what changed in the meantime, then decide anew.",
    )


def _read_only(words: str) -> Unavailable:
    return Unavailable(
        "The store cannot be written here.",
        why=f"The server says «{words}».",
        do="Check that the address names the server that writes, and not one that follows it.",
        retry_is_safe=True,
    )


def _no_right(words: str) -> Misconfigured:
    return Misconfigured(
        "The node's account may not use its database.",
        why=f"The server says «{words}».",
        do="Make the account the database's owner: ALTER DATABASE entente OWNER TO entente, and grant it the schema.",
    )


def _damaged(words: str) -> Unavailable:
    return Unavailable(
        "The store is damaged.",
        why=f"The server says «{words}»: it does not find what it wrote.",
        do="Stop the node and the server, keep a copy of the server's files, and restore the last backup.",
        retry_is_safe=False,
    )


def _not_kept_so(words: str) -> Conflict:
    return Conflict(
        "The store cannot keep a value as it is.",
        why=f"The server or its driver says «{words}». Nothing of the change was kept.",
        do="Look for signs that are no text, such as a zero byte, in what was entered.",
    )


def _stopped(words: str) -> Unavailable:
    return Unavailable(
        "The change was broken off by the server.",
        why=f"It says «{words}». Nothing of the change was kept.",
        do="Do it again; if it stays so, see the limits of time that the server sets for the node's account.",
        retry_is_safe=True,
    )


def _cut_off(words: str, *, is_commit: bool) -> Unavailable:
    if is_commit:
        return Unavailable(
            "The server did not say whether it kept the change.",
            why=f"The line to it broke at that moment: «{words}».",
            do="Look first whether the change is there before doing it again.",
            retry_is_safe=False,
        )
    return Unavailable(
        "The database server is gone.",
        why=f"The line to it broke: «{words}». Nothing of the change was kept.",
        do="Do it again once the server runs; the node connects to it by itself.",
        retry_is_safe=True,
    )


_BY_CODE: Final[Mapping[str, Callable[[str], EntenteError]]] = {
    "53100": _disk_full,
    "53": _too_much,
    "40": _crossed,
    "55P03": _locked,
    "23": _clash,
    "25006": _read_only,
    # A statement failed before, and whoever ran it went on: nothing of it is kept.
    "25P02": _crossed,
    "25P0": _stopped,
    "57014": _stopped,
    "42501": _no_right,
    "XX001": _damaged,
    "XX002": _damaged,
}


def _wrong_password(where: str, words: str) -> Misconfigured:
    return Misconfigured(
        f"The server does not let this node into {where}.",
        why=f"It says «{words}».",
        do="Give the password by PGPASSWORD or a password file (PGPASSFILE), and see pg_hba.conf on the server.",
    )


def _no_database(where: str, words: str) -> Misconfigured:
    return Misconfigured(
        f"There is no such database: {where}.",
        why=f"The server says «{words}».",
        do="Make it: CREATE DATABASE entente OWNER entente ENCODING 'UTF8' TEMPLATE template0; or mend the address.",
    )


def _not_allowed(where: str, words: str) -> Misconfigured:
    return Misconfigured(
        f"The node's account may not use {where}.",
        why=f"The server says «{words}».",
        do="Grant it: GRANT CONNECT ON DATABASE entente TO entente, or make the account the database's owner.",
    )


def _not_trusted(where: str, words: str) -> Misconfigured:
    return Misconfigured(
        f"The server of {where} could not prove itself.",
        why=f"The driver says «{words}».",
        do="See the server's certificate, and sslmode and sslrootcert in the address. Nothing was sent to it.",
    )


def _no_sessions(where: str, words: str) -> Unavailable:
    return Unavailable(
        f"The server has no session left for {where}.",
        why=f"It says «{words}».",
        do="Do it again in a moment; if it stays so, raise max_connections, or end sessions that nobody uses.",
        retry_is_safe=True,
    )


def _starting(where: str, words: str) -> Unavailable:
    return Unavailable(
        f"The server of {where} is starting or stopping.",
        why=f"It says «{words}».",
        do="Do it again in a moment.",
        retry_is_safe=True,
    )


_BY_WORDS: Final[tuple[tuple[tuple[str, ...], Callable[[str, str], EntenteError]], ...]] = (
    (("too many clients", "connection slots", "too many connections"), _no_sessions),
    (("password", "authentication", "no pg_hba.conf entry", 'role "'), _wrong_password),
    (("permission denied",), _not_allowed),
    (("does not exist",), _no_database),
    (("certificate", "SSL", "TLS"), _not_trusted),
    (("starting up", "shutting down", "recovery mode"), _starting),
)
