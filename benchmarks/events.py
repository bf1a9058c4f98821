"""Streams of events of a node: how late 200 of them are told, and what they cost while nothing happens.

A node process and 20 machine accounts with ten streams each, read from a process of its own on the same cores. A case is opened
ten times a second; an event's time counts from when the act was answered, so that what is told before counts as nothing. Beside
it stand the node's processor time for each event told to all, while the streams only beat, and what the streams take of memory.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.line import Line, most
from benchmarks.nodes import answers, free_port, processor_seconds, wait_for
from entente.app import NewBody, create_folder
from entente.bodies.model import BodyKind
from entente.cli.gateway import connect

ACCOUNTS: Final = 20
STREAMS_EACH: Final = 10
STREAMS: Final = ACCOUNTS * STREAMS_EACH
ACTS: Final = 100
ACTS_PER_SECOND: Final = 10
QUIET_SECONDS: Final = 20.0
TOLD_MS_MAX: Final = 2_000
PASSPHRASE: Final = "the benchmark's own passphrase"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the process that listens notes."""

    at: dict[str, list[float]]
    """By case, when each stream was told, by the clock that all processes of a machine share."""


def run() -> list[Line]:
    """Start the node, listen, act, and tell how late all were told."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder, port = Path(place) / "node", free_port()
        tokens = _prepared(folder)
        command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(folder), "--port", str(port)]
        environment = {name: text for name, text in os.environ.items() if not name.startswith("ENTENTE_BENCH")}
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
            try:
                wait_for(lambda: answers(folder), process)
                return _measured(process.pid, folder, port, tokens)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _prepared(folder: Path) -> list[str]:
    bureau = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(folder, NewBody(bureau, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    head: dict[str, Any] = {"officer": "head-1"}
    tokens = []
    with connect(str(folder)) as node:
        for count in range(ACCOUNTS):
            account = f"desk-{count}"
            node.ask("officer_add", {**head, "id": account, "roles": ["duty_officer"], "machine": True})
            made = node.ask("token_make", {**head, "account": account, "scopes": ["events.read", "cases.read"]})
            tokens.append(str(made["text"]))
    return tokens


def _measured(pid: int, folder: Path, port: int, tokens: list[str]) -> list[Line]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    before_kib = _resident_kib(pid)
    listener = context.Process(target=_listen, args=(port, tokens, theirs), daemon=True)
    listener.start()
    assert ours.recv() == "listening"
    streams_kib = _resident_kib(pid) - before_kib
    quiet = processor_seconds(pid)
    time.sleep(QUIET_SECONDS)
    quiet = (processor_seconds(pid) - quiet) / QUIET_SECONDS
    began, answered = processor_seconds(pid), {}
    with connect(str(folder)) as node:
        first = time.monotonic()
        for count in range(ACTS):
            time.sleep(max(0.0, first + count / ACTS_PER_SECOND - time.monotonic()))
            opened: Any = node.ask("case_open", {"officer": "desk-0", "title": "Bench", "crime_area": "fugitives"})
            answered[str(opened["case"]["number"])] = time.monotonic()
    heard: Heard = ours.recv()
    told = processor_seconds(pid) - began
    listener.join(30)
    late = sorted(
        max(0.0, at - answered[case]) * 1_000 for case, times in heard.at.items() for at in times if case in answered
    )
    assert len(late) == ACTS * STREAMS, f"{len(late)} of {ACTS * STREAMS} were told"
    at = f"events, {STREAMS} streams, {ACTS_PER_SECOND} acts a second"
    return [
        Line(f"{at}: told after the act's answer, p50", statistics.median(late), "ms"),
        Line(f"{at}: told after the act's answer, p99", late[int(len(late) * 0.99)], "ms"),
        Line(f"{at}: told after the act's answer, latest", late[-1], "ms", most(TOLD_MS_MAX)),
        Line(f"{at}: the node's processor time for each act with its telling", told * 1_000 / ACTS, "ms"),
        Line(f"events, {STREAMS} streams while nothing happens: the node's processor", quiet * 100, "% of a core"),
        Line(f"events, {STREAMS} streams: memory of the node beside none", streams_kib / 1_024, "MiB"),
    ]


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def _listen(port: int, tokens: list[str], told: Any) -> None:  # noqa: ANN401 - an end of a pipe
    told.send(asyncio.run(_heard(port, tokens, told)))


async def _heard(port: int, tokens: list[str], told: Any) -> Heard:  # noqa: ANN401 - an end of a pipe
    times: dict[str, list[float]] = {}
    lines = []
    for token in tokens:
        for _ in range(STREAMS_EACH):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"GET /api/v1/events HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(head.encode("ascii"))
            answer = await reader.readuntil(b"id: ")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            lines.append((reader, writer))
    told.send("listening")

    async def read(reader: asyncio.StreamReader) -> None:
        left = ACTS
        while left:
            line = await reader.readline()
            if line.startswith(b"data: ") and b'"kind": "case"' in line:
                case = line.partition(b'"id": "')[2].partition(b'"')[0].decode("ascii")
                times.setdefault(case, []).append(time.monotonic())
                left -= 1

    await asyncio.gather(*(read(reader) for reader, _ in lines))
    for _, writer in lines:
        writer.close()
    return Heard(times)


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
