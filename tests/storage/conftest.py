"""A store of one node in a folder of its own. PostgreSQL joins as a second parameter of `opener` when it has an engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from entente.storage.folder import Folder
from entente.storage.store import Hook, Store

Opener = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = Folder(tmp_path / "node")
    place.create()
    return place


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a store that was opened for the first time: made once a process, for each test to copy."""
    place = Folder(tmp_path_factory.mktemp("new") / "node")
    place.create()
    Store.open(place).close()
    return place.database


@pytest.fixture(params=["sqlite"])
def opener(folder: Folder, new_store: Path, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Open the store of the folder, again as often as asked; whatever is open at the end is closed."""
    shutil.copy(new_store, folder.database)
    opened: list[Store] = []

    def open_again(hooks: Sequence[Hook] = ()) -> Store:
        while opened:
            opened.pop().close()
        opened.append(Store.open(folder, hooks))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()
