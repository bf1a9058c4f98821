"""A node is built from the parts it is handed: nothing in it reads the machine's clock or randomness by itself."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from entente.app import NewBody, Parts, create_folder, open_parts, parts_of
from entente.bodies.model import Officer
from entente.settings import Settings
from entente.storage.store import Store
from tests.support.memory_exchange import NOW, CountingIds, ManualClock
from tests.support.memory_index import MemoryIndex
from tests.support.nodes import DUTY, HEAD, KINDS, PASSPHRASE


def parts_in(folder: Path) -> tuple[Settings, Parts[Store]]:
    kind, name, country = KINDS["XA-NCB"]
    create_folder(folder, NewBody(kind, "XA-NCB", name, country, "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    settings = Settings.at(folder)
    return settings, parts_of(settings)


def test_node_takes_time_ids_and_index_from_its_parts(tmp_path: Path) -> None:
    settings, standard = parts_in(tmp_path / "node")
    index = MemoryIndex()
    parts = replace(standard, clock=ManualClock(), ids=CountingIds("xa"), open_index=lambda: nullcontext(index))
    with open_parts(settings, parts) as (node, store):
        node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"})))
        with store.view() as view:
            assert view.trail.latest(1)[0].at == NOW
        assert node.identity.index is index


def test_store_is_closed_and_the_folder_free_when_the_node_is_left(tmp_path: Path) -> None:
    settings, parts = parts_in(tmp_path / "node")
    for _ in range(2):
        with open_parts(settings, parts) as (node, _):
            assert node.trail.latest(1)
    with parts.open_store(()) as store:
        assert store.lock is not None
