"""Nodes of the tests whose stores are in databases: the folder of one that was made with a file is given a database instead."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from entente.storage.address import StoreAddress, write_address
from entente.storage.folder import Folder
from entente.storage.postgres import PostgresEngine


def move_into(url: str, place: Path) -> None:
    """Put the store of a folder that nobody has open into an empty database, and remove the file."""
    folder, owner = Folder(place), f"store:{place.name}"
    with closing(PostgresEngine(StoreAddress(url, owner, is_made=False))) as engine:
        engine.prepare()
        engine.load(folder.database)
    folder.database.unlink()
    write_address(folder.address_file, StoreAddress(url, owner, is_made=True))
