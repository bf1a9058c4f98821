"""I48: a running node has queries looked for in processes of their own, which see what it wrote and show what it would show."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from entente import app
from entente.app import open_parts, parts_of
from entente.bodies.model import Officer
from entente.identity import service
from entente.identity.looking import look_for
from entente.identity.model import Candidate, Found, Occasion, Query
from entente.kernel.errors import EntenteError
from entente.node import Node
from entente.search.layers import LIVE_MAX, LayeredIndex
from entente.search.workers import Looks
from entente.settings import Settings
from entente.storage.folder import Folder
from entente.storage.store import Store, StoreReader
from entente.verbs import perform
from tests.cli.test_commands import TERMS, WANTED
from tests.support.nodes import AGREEMENT, CHARTER, DUTY, open_network

pytestmark = pytest.mark.storage

AT_THE_GATE = Occasion("identify", "fugitives", occasion="Gate 4")
DUTY_OFFICER = Officer(DUTY, frozenset({"duty_officer"}))
SECONDS_MAX = 120.0
"""Many times what the start of a process takes on a machine with much else to do."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A node as it serves, without its sockets and threads: whoever changes something brings the index up."""

    node: Node
    folder: Path

    def bring(self, *people: object) -> None:
        """Import people."""
        file = self.folder.parent / "people.jsonl"
        file.write_text("".join(f"{json.dumps(one)}\n" for one in people), encoding="utf-8")
        done = perform(self.node, "record_import", {"officer": str(DUTY), "file": str(file), "terms": TERMS})
        assert isinstance(done["summary"], dict)
        assert done["summary"]["rejected"] == 0
        self.node.identity.bring_up()

    def search(self, *names: str, numbers: tuple[str, ...] = ()) -> tuple[Candidate, ...]:
        return self.node.identity.search(DUTY_OFFICER, Query(names=names, identifiers=numbers), AT_THE_GATE).candidates

    def close_index(self) -> None:
        index = self.node.identity.index
        assert isinstance(index, LayeredIndex)
        index.close()

    def captions(self, name: str) -> list[str]:
        return [one.caption for one in self.search(name)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    with open_network(place, concluded=(CHARTER, AGREEMENT)) as network:
        network["XA-NCB"].identity.bring_up()
    return place / "XA-NCB"


@pytest.fixture
def opening(made: Path, tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    shutil.copytree(made, tmp_path / "xa")
    with ExitStack() as stack:

        def opened(live_max: int = LIVE_MAX) -> Serving:
            settings = Settings.at(tmp_path / "xa")
            looks = Looks(settings.folder, app.LOOK_PROCESS, app.LOOK_PROCESS_WITH_BASE)

            def open_index() -> AbstractContextManager[LayeredIndex]:
                return closing(LayeredIndex(Folder(settings.folder).index, 2, looks, live_max=live_max))

            parts = parts_of(settings, serves=True)
            if live_max != LIVE_MAX:
                parts = replace(parts, open_index=open_index)
            node, _ = stack.enter_context(open_parts(settings, parts))
            return Serving(node, settings.folder)

        yield opened


def children() -> list[int]:
    """Return this process's children, whichever thread began them."""
    return [int(child) for task in Path("/proc/self/task").glob("*/children") for child in task.read_text().split()]


def wait_until_started(serving: Serving) -> None:
    until = time.monotonic() + SECONDS_MAX
    while serving.node.identity.index.look((), frozenset(), serving.node.clock.now()) is None:
        assert time.monotonic() < until, "the processes never start"
        time.sleep(0.05)


def looked_itself(*_: object) -> None:
    raise AssertionError("the node looked itself")


def person(place: int, name: str, **facts: str) -> dict[str, object]:
    return {
        "id": f"p-{place}",
        "schema": "Person",
        "properties": {"name": [name], **{k: [v] for k, v in facts.items()}},
    }


def test_i48_processes_find_what_the_node_finds_see_each_change_and_are_replaced(
    opening: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, because each process that is started takes a second."""
    serving = opening()
    crowd = [
        person(place, f"Rahimov Akmal{'iyabdu'[place % 6]}", birthDate=f"19{place:02}-01-02") for place in range(30)
    ]
    serving.bring(WANTED, person(40, "Yurchenko Oksana", passportNumber="XA1234567"), *crowd)
    asked = ("Muhammadov Abdullo", "Юрченко Оксана", "Rahimov Akmali", "Nobody Atall")
    # Until they have started, the node looks itself; so it does for whoever comes first.
    by_node = [serving.search(name) for name in asked]
    assert [len(one) for one in by_node] == [1, 1, 20, 0]
    numbered = serving.search(numbers=("XA 1234567",))
    assert [one.caption for one in numbered] == ["Yurchenko Oksana"]
    wait_until_started(serving)
    assert len(children()) == serving.node.settings.search_workers == 2

    monkeypatch.setattr(service, look_for.__name__, looked_itself)
    assert [serving.search(name) for name in asked] == by_node
    assert serving.search(numbers=("XA 1234567",)) == numbered

    # Many at once are shared among the processes, and stand in their order.
    many = [Query(names=(asked[place % 4],)) for place in range(30)]
    answers = serving.node.identity.search_many(DUTY_OFFICER, many, AT_THE_GATE).answers
    assert [getattr(one, "candidates", None) for one in answers] == [by_node[place % 4] for place in range(30)]

    # What came in, changed or went is seen at the next question, by each process.
    for given in ("Rustam", "Rustami", "Rustamjon"):
        serving.bring(person(50, f"Saidov {given}"))
        for _ in range(3):
            assert serving.captions("Саидов Рустам") == [f"Saidov {given}"]
    perform(serving.node, "record_withdraw", {"officer": str(DUTY), "record": "XA-NCB/p-50", "reason": "Found."})
    serving.node.identity.bring_up()
    assert serving.captions("Саидов Рустам") == []

    # One that was killed is replaced within the question.
    for child in children():
        os.kill(child, signal.SIGKILL)
    assert [serving.search(name) for name in asked] == by_node
    # An index that is made anew has processes of its own; the node looks until they have started.
    monkeypatch.undo()
    serving.node.identity.rebuild()
    assert [serving.search(name) for name in asked] == by_node
    wait_until_started(serving)
    monkeypatch.setattr(service, look_for.__name__, looked_itself)
    assert [serving.search(name) for name in asked] == by_node
    serving.close_index()
    assert children() == []


@pytest.mark.long
@pytest.mark.usefixtures("compiled_search")
def test_i48_processes_of_a_large_store_look_in_its_base_too(
    opening: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = opening(live_max=3)
    serving.bring(
        WANTED, *(person(place, name) for place, name in enumerate(("Yurchenko Oksana", "محمد يوسف", "王小明")))
    )
    identity = serving.node.identity
    until = time.monotonic() + SECONDS_MAX
    while identity.follow() or identity.fresh is not None:
        assert time.monotonic() < until, "the base is never done"
        time.sleep(0.02)
    assert (identity.index.sizes().base, len(children())) == (4, 2)
    # They were started before the index took over: nobody waits for them, and the node never looks.
    monkeypatch.setattr(service, look_for.__name__, looked_itself)
    asked = ("Muhammadov", "Юрченко Оксана", "Muhammad Yusuf", "Wang Xiaoming")
    assert [serving.captions(name) for name in asked] == [
        ["Мухаммедов Абдулло"], ["Yurchenko Oksana"], ["محمد يوسف"], ["王小明"],
    ]  # fmt: skip
    serving.bring(person(0, "Saidov Rustam"))
    assert [serving.captions(name) for name in ("Юрченко Оксана", "Саидов Рустам")] == [[], ["Saidov Rustam"]]
    # What looks itself, within a transaction or in a command, asks the same processes.
    monkeypatch.undo()
    monkeypatch.setattr(identity.index, "look", lambda *_: None)
    assert [serving.captions(name) for name in asked[2:]] == [["محمد يوسف"], ["王小明"]]


def test_i48_what_changes_while_a_process_looks_is_looked_at_again(
    opening: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = opening()
    serving.bring(WANTED)
    serving.search("Muhammadov")
    wait_until_started(serving)
    index, look_there = serving.node.identity.index, serving.node.identity.index.look
    told: list[Found] = []

    def look(queries: Sequence[Query | None], allowed: frozenset[int], now: datetime) -> tuple[Found, ...] | None:
        found = look_there(queries, allowed, now)
        told.extend(found or ())
        perform(serving.node, "record_withdraw", {"officer": str(DUTY), "record": "XA-NCB/w-1", "reason": "Found."})
        return found

    monkeypatch.setattr(index, "look", look)
    assert serving.search("Muhammadov") == ()
    assert [one.caption for found in told for one in found.shown] == ["Мухаммедов Абдулло"]


def test_i48_processes_that_do_not_start_leave_the_node_to_look_itself(
    opening: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "LOOK_PROCESS", "entente.no_such_module")
    serving = opening()
    serving.bring(WANTED)
    for _ in range(2):
        assert serving.captions("Muhammadov") == ["Мухаммедов Абдулло"]
        until = time.monotonic() + SECONDS_MAX
        while "could not be started" not in caplog.text:
            assert time.monotonic() < until, "nobody says so"
            time.sleep(0.02)
    # Not with each search again.
    assert caplog.text.count("could not be started") == 1


def test_i48_a_node_that_ends_waits_for_no_process_that_is_only_being_started(
    opening: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "never_ready.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(app, "LOOK_PROCESS", "never_ready")
    serving = opening()
    serving.bring(WANTED)
    assert serving.captions("Muhammadov") == ["Мухаммедов Абдулло"]
    until = time.monotonic() + SECONDS_MAX
    while not children():
        assert time.monotonic() < until, "none is started"
        time.sleep(0.02)
    ended = threading.Thread(target=serving.close_index, daemon=True)
    ended.start()
    ended.join(SECONDS_MAX)
    assert (ended.is_alive(), children()) == (False, [])
    assert "could not be started" not in caplog.text


def test_i48_a_reader_beside_writes_nothing_and_leaves_the_log_to_the_writer(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "xa")
    store = Store.open(tmp_path / "xa")
    with store.view() as view:
        before = view.trail.frontier().size
    # A process of its own reads, outlives the writer, and so closes last.
    reader = subprocess.Popen(
        [sys.executable, "-c", _READS, str(tmp_path / "xa")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == f"{before} refused\n"
    with store.unit() as unit:
        unit.state.put(unit.state.get())
        unit.commit()
    store.close()
    (log,) = (tmp_path / "xa").glob("*-wal")
    reader.communicate("end\n", timeout=SECONDS_MAX)
    assert reader.returncode == 0
    assert log.stat().st_size > 0
    Store.open(tmp_path / "xa").close()
    assert not log.exists()
    with pytest.raises(EntenteError), StoreReader(Folder(tmp_path / "nowhere")).view():
        pass


_READS = """
import sys, pathlib, sqlalchemy as sa
from entente.kernel.errors import EntenteError
from entente.storage.folder import Folder
from entente.storage.store import StoreReader
reader = StoreReader(Folder(pathlib.Path(sys.argv[1])))
with reader.view() as view:
    size = view.trail.frontier().size
    try:
        view.connection.exec_driver_sql("PRAGMA query_only = OFF")
        view.connection.exec_driver_sql("DELETE FROM record")
    except sa.exc.OperationalError as error:
        print(size, "refused" if "readonly" in str(error) else error, flush=True)
sys.stdin.readline()
"""
