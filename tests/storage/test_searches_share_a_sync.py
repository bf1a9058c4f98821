"""Searches that wait for each other become durable together (I40), each with its own row and none before it is durable."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.model import BodyKind, Officer
from entente.identity.model import Occasion, Query, SearchAnswer
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.settings import Settings
from entente.storage.store import Store
from tests.storage.test_company import patient, wait_in_line
from tests.support.nodes import DUTY, HEAD, PASSPHRASE

__all__ = ["patient"]
pytestmark = pytest.mark.storage

BUREAU = NewBody(
    BodyKind.NATIONAL_CENTRAL_BUREAU, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE
)
AT_THE_GATE = Occasion("identify", "fugitives", occasion="Gate 4")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Node, Store]]:
    create_folder(tmp_path / "xa", BUREAU)
    settings = Settings.at(tmp_path / "xa")
    with open_parts(settings, parts_of(settings)) as (node, store):
        node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"})))
        yield node, store


def test_i40_searches_that_wait_for_each_other_share_one_commit(opened: tuple[Node, Store]) -> None:
    node, store = opened
    told: list[int] = []
    store.after_commit.append(lambda: told.append(node.trail.latest(1)[0].sequence))

    def search(name: str) -> SearchAnswer:
        duty = Officer(OfficerId(DUTY), frozenset({"duty_officer"}))
        return node.identity.search(duty, Query(names=(name,)), AT_THE_GATE)

    store.kept.begin_anew()
    with ThreadPoolExecutor(3) as threads, store._shared.lock.held():  # noqa: SLF001 - all wait before the first may write
        ended = [threads.submit(search, name) for name in ("Karimov", "Каримов", "Weber")]
        wait_in_line(store, len(ended))
    sequences = sorted(one.result(30).trail_sequence for one in ended)
    assert (store.kept.acts, store.kept.commits) == (3, 1)
    # One row each; that of the last is in the trail before anybody is told of the commit, and so before any answer.
    assert sequences == [told[0] - 2, told[0] - 1, told[0]]
    assert [row.act.verb for row in node.trail.latest(3)] == ["search"] * 3
