"""I49: what a base is to hold is read out of the store by processes, and is what the store holds, whatever comes in meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from entente import app
from entente.app import open_parts, parts_of
from entente.bodies.model import Officer
from entente.identity.model import Occasion, Query
from entente.kernel.errors import Unavailable
from entente.node import Node
from entente.search.array_file import KEY_BYTES, read_arrays
from entente.search.base_files import KEYS, BaseFiles
from entente.search.index import FILE
from entente.search.layers import LayeredIndex
from entente.search.workers import Builds
from entente.settings import Settings
from entente.storage.folder import Folder
from entente.storage.rows import add_to_counter
from entente.storage.store import Store
from entente.verbs import perform
from tests.cli.test_commands import TERMS
from tests.support.nodes import AGREEMENT, CHARTER, DPO, DUTY, open_network
from tests.support.postgres_server import Server

pytestmark = [pytest.mark.storage, pytest.mark.usefixtures("compiled_search")]

DUTY_OFFICER = Officer(DUTY, frozenset({"duty_officer"}))
AT_THE_GATE = Occasion("identify", "fugitives", occasion="Gate 4")
SECONDS_MAX = 120.0
"""Many times what the start of a process takes on a machine with much else to do."""
APART = 5_000
"""Numbers between two records: several pieces are read, and each process has some."""
PEOPLE = (
    {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"], "nationality": ["xa"]},
    {"firstName": ["Behruz"], "lastName": ["Karimzoda"], "passportNumber": ["XA1234567"]},
    {"name": ["محمد يوسف", "Muhammad Yusuf"], "birthDate": ["1980"]},
    {"name": ["王小明"], "alias": ['Wang "Ming" Xiaoming']},
    {"name": ["Saidov Rustam"], "idNumber": ["XA-77"], "birthDate": ["1990-01-02", "1991-01-02"]},
    {"name": ["Rahimov Akmal"]},
    {"name": ["Yurchenko Oksana"], "passportNumber": ["XA7654321"]},
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A node, its store, and the index that it has."""

    node: Node
    store: Store
    index: LayeredIndex
    folder: Path

    def bring(self, place: int, properties: object) -> None:
        file = self.folder.parent / "people.jsonl"
        file.write_text(f"{json.dumps({'id': f'p-{place}', 'schema': 'Person', 'properties': properties})}\n")
        done = perform(self.node, "record_import", {"officer": str(DUTY), "file": str(file), "terms": TERMS})
        assert isinstance(done["summary"], dict)
        assert done["summary"]["rejected"] == 0
        with self.store.unit() as unit:
            add_to_counter(unit.connection, "record numbers", APART)
            unit.commit()

    def act(self, verb: str, officer: str, place: int, reason: str) -> None:
        perform(self.node, verb, {"officer": officer, "record": f"XA-NCB/p-{place}", "reason": reason})

    def follow(self) -> None:
        """Do what a node's thread does, until nothing is left."""
        until, identity = time.monotonic() + SECONDS_MAX, self.node.identity
        while identity.follow() or identity.fresh is not None:
            assert time.monotonic() < until, "the base is never done"

    def held(self) -> dict[str, object]:
        """Return what the base holds, opened: each has a key of its own."""
        (folder,) = self.folder.glob("index/files-*/base")
        arrays = read_arrays(folder / FILE, (folder / KEYS).read_bytes()[:KEY_BYTES]).arrays
        files, everything = BaseFiles.open(folder), frozenset(range(100))
        keys = [f"{kind}{number}" for kind in ("n:", "xa:", "") for number in ("XA1234567", "XA7654321", "XA77")]
        numbers = {key: files.by_identifier([key], everything, 9) for key in keys}
        return {**{name: values.tobytes() for name, values in arrays.items()}, **numbers}

    def captions(self, name: str) -> list[str]:
        found = self.node.identity.search(DUTY_OFFICER, Query(names=(name,)), AT_THE_GATE).candidates
        return [one.caption for one in found]


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens a node of a folder, in place of the one that is open."""

    folder: Path
    opened: ExitStack

    def __call__(self, *, reads: bool = True) -> Opened:
        self.close()
        settings, index = Settings.at(self.folder), list[LayeredIndex]()
        builds = Builds(self.folder, app.BUILD_PROCESS) if reads else None

        def open_index() -> AbstractContextManager[LayeredIndex]:
            index.append(LayeredIndex(Folder(self.folder).index, 2, builds=builds, live_max=3))
            return closing(index[0])

        parts = replace(parts_of(settings), open_index=open_index)
        node, store = self.opened.enter_context(open_parts(settings, parts))
        return Opened(node, store, index[0], self.folder)

    def close(self) -> None:
        self.opened.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    with open_network(place, concluded=(CHARTER, AGREEMENT)):
        pass
    return place / "XA-NCB"


@pytest.fixture
def opening(made: Path, tmp_path: Path) -> Iterator[Opening]:
    shutil.copytree(made, tmp_path / "xa")
    with ExitStack() as opened:
        yield Opening(tmp_path / "xa", opened)


def filled(opening: Opening, *, reads: bool = True) -> Opened:
    node = opening(reads=reads)
    for place, properties in enumerate(PEOPLE):
        node.bring(place, properties)
    node.act("record_withdraw", str(DUTY), 6, "Found.")
    return node


def children(of: int | str = "self") -> list[int]:
    """Return the children of a process, whichever thread began them."""
    return [int(child) for task in Path(f"/proc/{of}/task").glob("*/children") for child in task.read_text().split()]


@pytest.mark.long
def test_i49_what_processes_read_is_what_an_index_is_told(opening: Opening) -> None:
    node = filled(opening)
    assert node.node.identity.rebuild() == len(PEOPLE) - 1
    assert node.index.sizes().live == 0
    read = node.held()
    assert read["n:XA1234567"] or read["xa:XA1234567"] or read["XA1234567"]
    position = node.index.position()
    told = opening(reads=False)
    # The withdrawn one is read, and has no entries.
    assert told.node.identity.rebuild() == len(PEOPLE)
    assert (told.held(), told.index.position()) == (read, position)
    assert told.captions("Muhammadov Abdullo") == ["Мухаммедов Абдулло"]
    assert told.captions("Yurchenko Oksana") == []


@pytest.mark.long
def test_i49_a_base_is_read_out_of_a_database_too(server: Server, tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER, AGREEMENT), server=server):
        pass
    with ExitStack() as opened:
        node = filled(Opening(tmp_path / "XA-NCB", opened))
        node.node.identity.follow()
        assert node.node.identity.fresh is not None
        node.bring(0, {"name": ["Kamolova Zarina"]})
        node.follow()
        assert node.index.sizes().base > 0
        asked = ("Мухаммедов", "Kamolova", "Saidov Rustam", "Yurchenko Oksana")
        assert [node.captions(name) for name in asked] == [[], ["Kamolova Zarina"], ["Saidov Rustam"], []]


@pytest.mark.long
def test_i49_what_changes_while_the_store_is_read_is_in_the_base_as_it_is_now(opening: Opening) -> None:
    node = filled(opening)
    node.node.identity.follow()
    assert node.node.identity.fresh is not None
    node.act("record_erase", str(DPO), 5, "unlawful")
    node.act("record_withdraw", str(DUTY), 4, "Found.")
    node.bring(0, {"name": ["Kamolova Zarina"]})
    node.bring(7, {"name": ["Turaeva Nigora"]})
    node.follow()
    asked = ("Rahimov Akmal", "Saidov Rustam", "Мухаммедов", "Kamolova", "Turaeva", "Karimzoda Behruz")
    assert [node.captions(name) for name in asked] == [
        [], [], [], ["Kamolova Zarina"], ["Turaeva Nigora"], ["Karimzoda"],
    ]  # fmt: skip
    # Nothing of the erased one was ever written, and nothing is to be made anew for its sake.
    assert (node.index.is_clean(), node.index.sizes().live) == (True, 0)
    held = node.held()
    node.node.identity.rebuild()
    assert node.held() == held


@pytest.mark.long
def test_i49_one_that_is_killed_leaves_the_old_base_and_says_so(opening: Opening) -> None:
    node = filled(opening)
    node.node.identity.rebuild()
    before, identity = node.held(), node.node.identity
    for place in range(10, 14):
        node.bring(place, {"name": [f"Rahimov Akmal{'abcd'[place - 10]}"]})
    identity.clean_again_at = None
    while identity.fresh is None:
        identity.follow()
    (reading,) = [one for one in children() if app.BUILD_PROCESS in Path(f"/proc/{one}/cmdline").read_text()]
    os.kill(reading, signal.SIGKILL)
    with pytest.raises(Unavailable, match="could not be made anew"):
        node.follow()
    assert node.held() == before
    assert len(list(node.folder.glob("index/files-*"))) == 1
    assert node.captions("Muhammadov Abdullo") == ["Мухаммедов Абдулло"]
    assert node.captions("Rahimov Akmalb")[0] == "Rahimov Akmalb"
    identity.clean_again_at = None
    node.follow()
    assert node.index.sizes().live == 0


def test_i49_a_share_that_ends_early_is_told_and_no_base_is_made_of_the_rest(opening: Opening) -> None:
    node = filled(opening)
    done = subprocess.run(
        [sys.executable, "-c", _SHARE_ENDS, str(node.folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "The store was not read for the search index.",
        "A process that reads it ended (the pipe ended).",
    ]


_SHARE_ENDS = """
import os, sys
from entente import build_process
from entente.kernel.errors import Unavailable
from entente.search.building import BuildingPart
build_process._give = lambda share, to: os._exit(1)
try:
    list(build_process.ReadingPart(BuildingPart()).do_read({"node": sys.argv[1], "position": 10**9, "processes": 2}))
except Unavailable as error:
    print(error.what, error.why, sep="\\n")
"""


@pytest.mark.long
def test_i49_processes_of_a_node_that_was_killed_end_and_the_next_start_begins_anew(opening: Opening) -> None:
    node = filled(opening)
    folder = node.folder
    node.node.identity.rebuild()
    before = node.held()
    for place in range(10, 14):
        node.bring(place, {"name": [f"Rahimov Akmal{'abcd'[place - 10]}"]})
    opening.close()
    killed = subprocess.Popen([sys.executable, "-c", _BEGINS, str(folder)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "begun\n"
    begun = children(killed.pid)
    killed.kill()
    killed.communicate()
    until = time.monotonic() + SECONDS_MAX
    while any(Path(f"/proc/{one}").exists() for one in begun):
        assert time.monotonic() < until, "it goes on reading"
        time.sleep(0.02)
    again = opening()
    assert again.held() == before
    assert len(list(folder.glob("index/files-*"))) == 1
    again.follow()
    assert again.captions("Rahimov Akmalb")[0] == "Rahimov Akmalb"


_BEGINS = """
import sys, time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from entente import app
from entente.search.layers import LayeredIndex
from entente.search.workers import Builds
from entente.settings import Settings
settings = Settings.at(Path(sys.argv[1]))
index = LayeredIndex(settings.folder / "index", 2, builds=Builds(settings.folder, app.BUILD_PROCESS), live_max=3)
parts = replace(app.parts_of(settings), open_index=lambda: closing(index))
with app.open_parts(settings, parts) as (node, _):
    while node.identity.fresh is None:
        node.identity.follow()
    print("begun", flush=True)
    time.sleep(600)
"""
