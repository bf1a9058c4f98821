"""The API of a node: how late its answers are at 200 requests a second, asked from a process of its own on the same cores.

A node process with 10,000 records of its own, a case, and a machine account. Requests leave at their planned moments whether
those before are answered or not, over eight connections that stay open; an answer's time counts from its planned moment, so that
a node that stops is not spared the requests it kept waiting. Reading: records by page, single records, cases, hits, messages,
bodies, instruments, in turn. Every look at a record or a list of them is a row of the trail, made durable before the answer.
Beside how late they are stands the node's own processor time for each request, which other programs on the machine do not change.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.line import Line, most
from benchmarks.nodes import answers, free_port, processor_seconds, until_at_rest, wait_for
from entente.app import NewBody, create_folder
from entente.bodies.model import BodyKind
from entente.cli.gateway import connect
from entente.formats.invented_people import write_people
from tests.support.processes import TERMS

RECORDS: Final = int(os.environ.get("ENTENTE_BENCH_API_RECORDS", "10000"))
REQUESTS_PER_SECOND: Final = 200
SECONDS: Final = 20
WARM_SECONDS: Final = 3
CONNECTIONS: Final = 8
P99_MS_MAX: Final = 25
WEB_PROCESSES: Final = 2
"""As many as the machine of the issue's number has cores."""
PASSPHRASE: Final = "the benchmark's own passphrase"
ABOUT: Final = "purpose=arrest&crime_area=fugitives"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, and of whom."""

    name: str
    port: int
    token: str
    paths: tuple[str, ...]
    per_second: int = REQUESTS_PER_SECOND
    body: str = ""
    """Posted where there is one; else the paths are read."""


def run() -> list[Line]:
    """Start the node, ask it, and tell how late its answers were; then ask web processes beside it."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place) / "node"
        token, case = _prepared(folder, Path(place))
        return [*_of_a_node(folder, token, case, 0), *_of_a_node(folder, token, case, WEB_PROCESSES)]


def _of_a_node(folder: Path, token: str, case: str, web_processes: int) -> list[Line]:
    port, web_port = free_port(), free_port()
    command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(folder), "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_BENCH")}
    environment = {
        **kept,
        "ENTENTE_API_REQUESTS_PER_SECOND": "10000",
        "ENTENTE_WEB_PROCESSES": str(web_processes),
        "ENTENTE_WEB_PORT": str(web_port),
    }
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        try:
            wait_for(lambda: answers(folder), process)
            if not web_processes:
                return _measured(process.pid, port, token, case)
            wait_for(lambda: is_ready(web_port), process)
            return _measured(process.pid, web_port, token, case, f", {web_processes} web processes")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def is_ready(port: int) -> bool:
    """Say whether what listens on a port says that it can work."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _prepared(folder: Path, place: Path) -> tuple[str, str]:
    """Make the node's folder; return the token of its machine account and the number of its case."""
    bureau = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(folder, NewBody(bureau, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    write_people(place / "people.jsonl", RECORDS)
    head: dict[str, Any] = {"officer": "head-1"}
    with connect(str(folder)) as node:
        officer = {**head, "id": "machine", "roles": ["duty_officer"], "machine": True}
        node.ask("officer_add", officer)
        node.ask("record_import", {"officer": "machine", "file": str(place / "people.jsonl"), "terms": TERMS})
        opened: Any = node.ask("case_open", {"officer": "machine", "title": "Bench", "crime_area": "fugitives"})
        scopes = ["records.read", "cases.read", "hits.read", "messages.read", "directory.read", "search"]
        made = node.ask("token_make", {**head, "account": "machine", "scopes": [*scopes]})
    return str(made["text"]), str(opened["case"]["number"])


def _measured(pid: int, port: int, token: str, case: str, where: str = "") -> list[Line]:
    until_at_rest(pid)
    page = json.loads(_once(Asking("", port, token, (f"/records?{ABOUT}&limit=100",)), 0))
    records = [one["name"] for one in page["records"]]
    assert len(records) == 100, "there is a page of records"
    shown = [f"/records/{name}?{ABOUT}&case={case}" for name in records[:40]]
    lists = [f"/records?{ABOUT}&limit=20", f"/cases/{case}", "/cases", "/hits", "/messages", "/bodies", "/instruments"]
    mixed = tuple(path for pair in zip(shown, cycle(lists), strict=False) for path in pair)
    query = json.dumps({"names": ["Ba Ko"], "purpose": "arrest", "crime_area": "fugitives", "occasion": "Bench"})
    asked = (
        Asking("reads, mixed", port, token, mixed),
        Asking("one record shown", port, token, tuple(shown)),
        Asking("a directory read, no row of the trail", port, token, ("/instruments", "/bodies")),
        Asking("searches, 50 a second", port, token, ("/searches",), 50, query),
    )
    lines: list[Line] = []
    for asking in asked:
        before = processor_seconds(pid)
        millis = _in_a_process(asking)
        each = (processor_seconds(pid) - before) * 1_000 / (asking.per_second * (WARM_SECONDS + SECONDS))
        at = f"API, {RECORDS:,} records{where}, {asking.per_second} a second: {asking.name}"
        bound = most(P99_MS_MAX) if asking is asked[0] else None
        lines += [
            Line(f"{at}, p50", statistics.median(millis), "ms"),
            Line(f"{at}, p99", sorted(millis)[int(len(millis) * 0.99)], "ms", bound),
            Line(f"{at}, the node's processor time for each", each, "ms"),
        ]
    return lines


def _in_a_process(asking: Asking) -> list[float]:
    """Ask from a process of its own; return how late each answer was, in milliseconds."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_load, args=(asking, theirs), daemon=True)
    process.start()
    found: list[float] = ours.recv()
    process.join(30)
    return found


def _load(asking: Asking, told: Any) -> None:  # noqa: ANN401 - an end of a pipe
    told.send(asyncio.run(_asked(asking)))


async def _asked(asking: Asking) -> list[float]:
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", asking.port))
    late: list[float] = []

    async def one(path: str, planned: float, *, counts: bool) -> None:
        line = await free.get()
        line[1].write(_request(asking, path))
        status, _ = await _answer(line[0])
        assert status == 200, f"{path} was answered {status}"
        free.put_nowait(line)
        if counts:
            late.append((time.perf_counter() - planned) * 1_000)

    begin, tasks = time.perf_counter() + 0.05, []
    for place, path in zip(range(asking.per_second * (WARM_SECONDS + SECONDS)), cycle(asking.paths), strict=False):
        planned = begin + place / asking.per_second
        await asyncio.sleep(max(0.0, planned - time.perf_counter()))
        tasks.append(asyncio.create_task(one(path, planned, counts=place >= asking.per_second * WARM_SECONDS)))
    await asyncio.gather(*tasks)
    return late


def _once(asking: Asking, place: int) -> bytes:
    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", asking.port)
        writer.write(_request(asking, asking.paths[place]))
        status, body = await _answer(reader)
        assert status == 200, body
        writer.close()
        return body

    return asyncio.run(ask())


def _request(asking: Asking, path: str) -> bytes:
    head: Mapping[str, str] = {"Host": "node", "Authorization": f"Bearer {asking.token}"}
    data = asking.body.encode("utf-8")
    if data:
        head = {**head, "Content-Type": "application/json", "Content-Length": str(len(data))}
    lines = [f"{'POST' if data else 'GET'} /api/v1{path} HTTP/1.1", *(f"{name}: {text}" for name, text in head.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + data


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").splitlines()
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), await reader.readexactly(int(fields["content-length"]))


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
