"""An import of a file that a process reads is killed, and run again: every row is there once, and no process is left (R52)."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from entente import import_beside
from entente.app import open_node
from entente.settings import Settings
from entente.storage.folder import Folder
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.cli.test_import_lists import COUNTS, TERMS
from tests.support.nodes import AGREEMENT, CHARTER, DUTY, open_network
from tests.support.processes import POLL_SECONDS, WAIT_SECONDS_MAX, entente

pytestmark = pytest.mark.e2e

XA = "XA-NCB"


def _person(number: int) -> str:
    properties = {"name": [f"Ardan Велк {number}"], "birthDate": ["1979-05"], "notes": [f"{number} " * 60]}
    return json.dumps({"id": f"p-{number}", "schema": "Person", "properties": properties}, ensure_ascii=False)


def _await(holds: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 2 * WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < give_up_at, "it did not come to that"
        time.sleep(POLL_SECONDS)


@pytest.mark.long
def test_r52_an_import_that_is_killed_leaves_no_process_and_run_again_it_has_every_row_once(tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER, AGREEMENT)):
        pass
    folder, many = Folder(tmp_path / XA), 2_500
    file, terms = tmp_path / "people.jsonl", tmp_path / "terms.yaml"
    file.write_text("".join(f"{_person(number)}\n" for number in range(many)), encoding="utf-8")
    assert file.stat().st_size > import_beside.LEAST_BYTES
    terms.write_text(TERMS, encoding="utf-8")
    line = ("record", "import", file, "--terms", terms, "--as", DUTY, "--folder", folder.path, "--json")
    killed = entente(*line)
    try:
        _await(lambda: _count(folder) > 100)
        [reader] = Path(f"/proc/{killed.pid}/task/{killed.pid}/children").read_text("ascii").split()
        assert import_beside.READER.encode() in Path(f"/proc/{reader}/cmdline").read_bytes()
    finally:
        killed.kill()
        killed.communicate()
    _await(lambda: not Path(f"/proc/{reader}").exists())
    before = _count(folder)
    assert 100 < before < many
    again = entente(*line)
    answer = json.loads(again.communicate(timeout=300)[0])
    assert again.returncode == 0
    assert [answer["summary"][name] for name in COUNTS] == [many - before, 0, before, 0]
    with open_node(Settings.at(folder.path)) as node, node.records.open_unit() as unit:
        assert isinstance(unit, SqlUnitOfWork)
        assert unit.records.last_change() > many
        stored = unit.records.get_many(range(1, 2 * many))
        assert [one.record.local_id for one in stored] == [f"p-{number}" for number in range(many)]
        assert [one.record.version for one in stored] == [1] * many
    with open_node(Settings.at(folder.path)) as node:
        with node.directory.open_unit() as unit_of_bodies:
            keys = tuple(version.node_key for version in unit_of_bodies.bodies.own().keys)
        assert node.trail.verify(keys).is_sound


def _count(folder: Folder) -> int:
    with closing(sqlite3.connect(f"file:{folder.database}?mode=ro", uri=True)) as reading_it:
        return int(reading_it.execute("SELECT count(*) FROM record").fetchone()[0])
