"""Where a node's store is, when it is no file in the folder: the address of a database, kept in the folder.

The folder and the database belong to each other: both hold the same random word, and neither is used with another. An address
holds no password; whoever may read the folder, a process list or a log learns none.

Source: docs/decisions/0061-a-folder-and-its-database-belong-to-each-other.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from entente.kernel.errors import Misconfigured
from entente.storage.files import read_private, write_private

SCHEMES: Final = frozenset({"postgresql", "postgres"})
URL_CHARACTERS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A database, and which folder it belongs to."""

    url: str
    owner: str
    """The word that the database holds too."""
    is_made: bool
    """Whether the node is whole: while it is being made, an empty database is claimed for it."""


def checked_url(text: str) -> str:
    """Return an address that may be kept and shown; raise Misconfigured for any other, without showing it."""
    try:
        parts = urlsplit(text)
        has_password = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        raise _bad_url("it is not written as an address") from None
    if parts.scheme not in SCHEMES or len(text) > URL_CHARACTERS_MAX:
        raise _bad_url("a store is a file in the folder, or a database of PostgreSQL")
    if has_password:
        raise _bad_url(
            "it holds a password, which others could read in the list of processes, in the folder or in a log"
        )
    return text


def read_address(file: Path) -> StoreAddress | None:
    """Return the address that a folder keeps; None where its store is a file. Raises Misconfigured for one that is no address."""
    if not file.exists():
        return None
    try:
        kept = json.loads(read_private(file))
        address = StoreAddress(str(kept["address"]), str(kept["owner"]), bool(kept["is_made"]))
    except (ValueError, KeyError, TypeError):
        raise Misconfigured(
            f"The file {file.name} in the node's folder is no store's address.",
            why="It is JSON with «address», «owner» and «is_made», as «entente init --store» wrote it.",
            do="Restore it from a copy of the folder; change nothing in it but the address.",
        ) from None
    checked_url(address.url)
    return address


def write_address(file: Path, address: StoreAddress) -> None:
    """Keep an address, durable when this returns; raise Conflict where one is kept."""
    kept = {"address": address.url, "owner": address.owner, "is_made": address.is_made}
    write_private(file, (json.dumps(kept, indent=1) + "\n").encode("utf-8"))


def _bad_url(why: str) -> Misconfigured:
    return Misconfigured(
        "The store's address cannot be used.",
        why=f"It is not shown here; {why}.",
        do="Write it like postgresql://entente@db.example/entente?sslmode=verify-full, and give the password by PGPASSWORD or "
        "a password file (PGPASSFILE).",
    )
