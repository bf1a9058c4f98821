"""The desk: server time of each page of a bureau with a million records, and 200 desks that stay up to date by their streams.

A node process with the network of the tests, its store filled beside what was imported (identity.stored), and real sessions. Each
page of the table is asked for by one browser, page after page, over one connection; a page that searches asks another query each
time. Then 200 officers have a page open, each with its stream, read by a process of its own on the same cores: one note into a
case now and then, and each desk asks for its page as it is told to; then ten notes a second; then nothing. Beside what the
browsers wait stands the node's processor time, which other programs on the machine do not change.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.identity.collection import records_of_size
from benchmarks.identity.data import Record
from benchmarks.identity.options import read_options
from benchmarks.identity.stored import IMPORTED, person, write_rows
from benchmarks.line import Line, most
from benchmarks.nodes import answers, free_port, processor_seconds, until_at_rest, wait_for
from entente.bodies.accounts import Begun, From, Way
from entente.bodies.model import Officer
from entente.cli.gateway import connect
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.ids import OfficerId
from entente.storage.folder import Folder
from entente.verbs import perform
from entente.web.desk.page import ShowPage
from entente.web.desk.static_files import static_files
from entente.web.desk.table import PAGES
from tests.support.api_world import TERMS
from tests.support.desk_pages import KEY, path_of
from tests.support.desk_world import open_desk
from tests.support.nodes import DUTY, HEAD

RECORDS: Final = int(os.environ.get("ENTENTE_BENCH_DESK_RECORDS", "1000000"))
PAGE_MS_MAX: Final = 100
FIRST_LOAD_KB_MAX: Final = 150
ASKED: Final = 40
"""Times that each page is asked for, after three that are not counted."""
DESKS: Final = 200
TOLD_MS_MAX: Final = 2_000
NOTES: Final = 8
NOTE_EVERY_SECONDS: Final = 12.0
"""Longer than a stream waits between two tellings where there are 200 (live.SECONDS_BY_STREAM)."""
BUSY_NOTES: Final = 200
BUSY_PER_SECOND: Final = 10
QUIET_SECONDS: Final = 20.0
WAIT_SECONDS_MAX: Final = 900.0
_PLACE = "k-e-y"
_CSRF, _ONCE = (re.compile(rf'name="{name}" value="([^"]*)"') for name in ("csrf", "once"))
WHY: Final = {"purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A node's folder as it is before its process starts."""

    folder: Path
    case: str
    paths: Mapping[str, str]
    """Of each page that shows, by its name."""
    names: tuple[str, ...]
    """Of records that are held."""
    cookies: tuple[str, ...]
    """Secrets of sessions, of as many officers."""


@dataclass(slots=True)
class Heard:
    """What the process that listens notes, by the clock that all processes of a machine share."""

    told: list[float] = field(default_factory=list)
    shown: list[tuple[float, float]] = field(default_factory=list)
    """When a desk had its page, and how many milliseconds the node took for it."""


def run() -> list[Line]:
    """Prepare the node, ask for its pages, open the desks, and tell how late everything was."""
    options = read_options(os.environ)
    # A node, and a command beside it, refuse settings that they do not know.
    for name in [name for name in os.environ if name.startswith("ENTENTE_BENCH")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        prepared = _prepared(Path(place), records_of_size(options, {}, RECORDS))
        with _running(prepared) as (pid, port):
            until_at_rest(pid)
            return [_first_load(), *_pages(prepared, pid, port), *_live(prepared, pid, port)]


def _first_load() -> Line:
    packed = sum(len(file.packed) for file in static_files().values())
    return Line("desk: style and script of a first load, packed", packed / 1_000, "kB", most(FIRST_LOAD_KB_MAX))


def _prepared(place: Path, records: list[Record]) -> Prepared:
    with open_desk(place) as world:
        node, network = world.node, world.bureau.network
        file = place / "people.jsonl"
        with file.open("wb") as people:
            people.writelines(canonical_bytes(person(one)) + b"\n" for one in records[:IMPORTED])
        terms = TERMS.read_text(encoding="utf-8")
        perform(node, "record_import", {"officer": DUTY, "file": str(file), "terms": terms})
        for desk in range(DESKS):
            given: JsonObject = {"officer": HEAD, "id": f"desk-{desk}", "roles": ["duty_officer"]}
            perform(node, "officer_add", given)
        officers = [str(DUTY), *(f"desk-{desk}" for desk in range(DESKS))]
        cookies = [_signed_in(node.accounts.sessions, officer).token for officer in officers]
        shown = [page for page in PAGES if isinstance(page, ShowPage)]
        paths = {page.name: path_of(world, page).replace(KEY, _PLACE) for page in shown}
        folder, case = network.folders["XB-NCB"], world.bureau.case
        network.close("XB-NCB")
        write_rows(Folder(folder).database, records[IMPORTED:], {one.id for one in records[:IMPORTED]})
        network.open("XB-NCB").identity.rebuild()
    return Prepared(folder, case, paths, _asked_for(records), tuple(cookies))


def _signed_in(sessions: Any, officer: str) -> Begun:  # noqa: ANN401 - bodies.sessions.Sessions
    """Begin a session as signing in does, once it was proved who signs in."""
    with sessions.open_unit() as unit:
        account = Officer(OfficerId(officer), frozenset({"duty_officer"}))
        begun: Begun = sessions.begin(unit, account, Way.PASSWORD, From("127.0.0.1", "benchmark", "en"))
        unit.commit()
    return begun


def _asked_for(records: list[Record]) -> tuple[str, ...]:
    chosen = random.Random(20310117).sample(records, 2 * (ASKED + 3))
    return tuple(one.name for one in chosen)


@contextmanager
def _running(prepared: Prepared) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "entente.cli",
        "node",
        "run",
        "--folder",
        str(prepared.folder),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: answers(prepared.folder), process)
            give_up_at = time.monotonic() + WAIT_SECONDS_MAX
            with connect(str(prepared.folder)) as node:
                while not node.ask("status", {})["is_index_current"]:
                    assert time.monotonic() < give_up_at, "the index did not come up in time"
                    time.sleep(0.2)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


class Browser:
    """One officer's browser on one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Cookie": f"entente-{port}={cookie}", "Sec-Fetch-Site": "same-origin"},
            trust_env=False,
            timeout=120,
        )

    def searched(self, name: str) -> str:
        """Ask a query; return its key."""
        # Two requests beside the page that is measured, of ten that a session has in a second.
        time.sleep(0.25)
        form = self.http.get("/desk/search").text
        csrf, once = _CSRF.search(form), _ONCE.search(form)
        assert csrf is not None, "the page has a form"
        assert once is not None, "the page has a form"
        asked = {**WHY, "csrf": csrf[1], "once": once[1], "line": name}
        answer = self.http.post("/desk/search", data=asked)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        return answer.headers["location"].rpartition("/")[2]

    def millis(self, path: str) -> float:
        """Ask for a page; return how long it took."""
        began = time.perf_counter()
        answer = self.http.get(path)
        took = (time.perf_counter() - began) * 1_000
        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, f"{path}: {answer.text[:400]}"
        # As fast as a hand; the node turns away who asks more often (docs/rules/desk.md W62).
        time.sleep(max(0.0, 0.12 - took / 1_000))
        return took


def _pages(prepared: Prepared, pid: int, port: int) -> list[Line]:
    browser, lines = Browser(port, prepared.cookies[0]), []
    names = cycle(prepared.names)
    known = browser.searched("Muhammadov, 1979")
    for name, path in prepared.paths.items():
        if browser.http.get(path.replace(_PLACE, known)).status_code != httpx.codes.OK:
            # It is for another role than the duty officer's, or shows what somebody has just begun.
            continue
        took, computed = [], 0.0
        for place in range(ASKED + 3):
            key = browser.searched(next(names)) if name == "found" else known
            before = processor_seconds(pid)
            millis = browser.millis(path.replace(_PLACE, key))
            if place >= 3:
                took.append(millis)
                computed += processor_seconds(pid) - before
        took.sort()
        at = f"desk, {RECORDS:,} records: page {name}"
        lines += [
            Line(f"{at}, p50", statistics.median(took), "ms"),
            Line(f"{at}, p95", took[int(len(took) * 0.95) - 1], "ms", most(PAGE_MS_MAX)),
            Line(f"{at}, the node's processor time for each", computed * 1_000 / ASKED, "ms"),
        ]
    return lines


def _live(prepared: Prepared, pid: int, port: int) -> list[Line]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    before_kib = _resident_kib(pid)
    alone = _processor_of(pid, lambda: time.sleep(QUIET_SECONDS)) / QUIET_SECONDS
    listener = context.Process(target=_listen, args=(port, prepared.cookies[1:], theirs), daemon=True)
    listener.start()
    assert ours.recv() == "listening"
    streams_kib = _resident_kib(pid) - before_kib
    quiet = _processor_of(pid, lambda: time.sleep(QUIET_SECONDS)) / QUIET_SECONDS
    noted: list[float] = []
    with connect(str(prepared.folder)) as node:

        def note(text: str) -> None:
            node.ask("case_note", {"officer": str(DUTY), "number": prepared.case, "text": text})

        def now_and_then() -> None:
            for place in range(NOTES):
                note(f"Now {place}")
                noted.append(time.monotonic())
                time.sleep(NOTE_EVERY_SECONDS)

        def busy() -> None:
            first = time.monotonic()
            for place in range(BUSY_NOTES):
                time.sleep(max(0.0, first + place / BUSY_PER_SECOND - time.monotonic()))
                note(f"Busy {place}")

        each = _processor_of(pid, now_and_then) / NOTES
        ours.send("busy")
        heard: Heard = ours.recv()
        working = _processor_of(pid, busy) / (BUSY_NOTES / BUSY_PER_SECOND)
    ours.send("end")
    told_busy: int = ours.recv()
    listener.join(60)
    told = _late(heard.told, noted)
    assert len(told) == NOTES * DESKS, f"{len(told)} of {NOTES * DESKS} were told"
    shown = _late([at for at, _ in heard.shown], noted)
    took = sorted(millis for _, millis in heard.shown)
    at = f"desk, {DESKS} open pages"
    return [
        Line(f"{at}: told after the act's answer, p50", statistics.median(told), "ms"),
        Line(f"{at}: told after the act's answer, p99", told[int(len(told) * 0.99)], "ms", most(TOLD_MS_MAX)),
        Line(f"{at}: shown after the act's answer (each asks within four seconds), p50", statistics.median(shown), "ms"),
        Line(f"{at}: shown after the act's answer (each asks within four seconds), p99", shown[int(len(shown) * 0.99)], "ms"),
        Line(f"{at}: what they ask then, all at once, p50", statistics.median(took), "ms"),
        Line(f"{at}: what they ask then, all at once, p99", took[int(len(took) * 0.99)], "ms"),
        Line(f"{at}: the node's processor time for an act, its telling, and {DESKS} pages", each * 1_000, "ms"),
        Line(f"{at}, {BUSY_PER_SECOND} acts a second, pages not asked for: the node's processor", working * 100, "% of a core"),
        Line(f"{at}, {BUSY_PER_SECOND} acts a second: tellings of each page in {BUSY_NOTES / BUSY_PER_SECOND:.0f} seconds",
             told_busy / DESKS, ""),
        Line(f"{at} while nothing happens: the node's processor", quiet * 100, "% of a core", None, alone * 100,
             "without a page open"),
        Line(f"{at}: memory of the node beside none", streams_kib / 1_024, "MiB"),
    ]  # fmt: skip


def _processor_of(pid: int, work: Any) -> float:  # noqa: ANN401 - something to do
    before = processor_seconds(pid)
    work()
    return processor_seconds(pid) - before


def _late(times: list[float], noted: list[float]) -> list[float]:
    """Return by how many milliseconds each came after the last act before it."""
    return sorted(max(0.0, at - max((one for one in noted if one <= at + 0.5), default=at)) * 1_000 for at in times)


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def _listen(port: int, cookies: tuple[str, ...], told: Any) -> None:  # noqa: ANN401 - an end of a pipe
    asyncio.run(_heard(port, cookies, told))


async def _heard(port: int, cookies: tuple[str, ...], told: Any) -> None:  # noqa: ANN401 - an end of a pipe
    heard, asking, loop = Heard(), [True], asyncio.get_running_loop()
    opened = []
    for cookie in cookies:
        # The page first, as a browser does; its stamp opens the stream.
        began = time.monotonic()
        _, page = await _get(port, cookie, "/desk/")
        # All come from one address here, of which the node takes a hundred requests a second (docs/rules/desk.md W62).
        await asyncio.sleep(max(0.0, 0.03 - (time.monotonic() - began)))
        found = re.search(rb'data-stamp="([^"]*)"', page)
        assert found is not None, page[:400]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(port, cookie, f"/desk/live?kinds=case,instrument&from={found[1].decode('ascii')}"))
        head = await reader.readuntil(b"retry: 3000\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        opened.append((reader, writer, cookie))
    told.send("listening")

    async def ask(cookie: str, within_ms: int) -> None:
        await asyncio.sleep(random.random() * within_ms / 1_000)
        began = time.monotonic()
        status, _ = await _get(port, cookie, "/desk/", "HX-Request: true\r\n")
        assert status == httpx.codes.OK, status
        heard.shown.append((time.monotonic(), (time.monotonic() - began) * 1_000))

    async def read(reader: asyncio.StreamReader, cookie: str) -> None:
        tasks = []
        while line := await reader.readline():
            if line.startswith(b'data: {"kinds": ["case"'):
                heard.told.append(time.monotonic())
                within = int(line.rpartition(b": ")[2].strip(b"}\n"))
                tasks += [asyncio.create_task(ask(cookie, within))] if asking[0] else []
        await asyncio.gather(*tasks)

    reading = [asyncio.create_task(read(reader, cookie)) for reader, _, cookie in opened]
    assert await loop.run_in_executor(None, told.recv) == "busy"
    asking[0] = False
    so_far = len(heard.told)
    told.send(Heard(list(heard.told), list(heard.shown)))
    assert await loop.run_in_executor(None, told.recv) == "end"
    told.send(len(heard.told) - so_far)
    for _, writer, _ in opened:
        writer.close()
    await asyncio.gather(*reading, return_exceptions=True)


def _request(port: int, cookie: str, path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: entente-{port}={cookie}\r\n{more}\r\n".encode(
        "ascii"
    )


async def _get(port: int, cookie: str, path: str, more: str = "") -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(port, cookie, path, f"{more}Connection: close\r\n"))
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1]), answer


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
