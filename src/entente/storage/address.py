"""Where a node's store is, when it is no file in the folder: the address of a database, kept in the folder.

The folder and the database belong to each other: both hold the same random word, and neither is used with another. An address
holds no password; whoever may read the folder, a process list or a log learns none.

Source: docs/decisions/0061-a-folder-and-its-database-belong-to-each-other.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from entente.kernel.errors import Misconfigured
from entente.settings import store_address
from entente.storage.files import read_private, write_private


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A database, and which folder it belongs to."""

    url: str
    owner: str
    """The word that the database holds too."""
    is_made: bool
    """Whether the node is whole: while it is being made, an empty database is claimed for it."""


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
    store_address(address.url)
    return address


def write_address(file: Path, address: StoreAddress) -> None:
    """Keep an address, durable when this returns; raise Conflict where one is kept."""
    kept = {"address": address.url, "owner": address.owner, "is_made": address.is_made}
    write_private(file, (json.dumps(kept, indent=1) + "\n").encode("utf-8"))
