"""A node at rest: how soon it listens after its process began, and what it holds in memory when nothing happens.

Five starts of `python -m entente.cli node run` on a folder as `init` leaves it, on a port the system gives. Started means that
its page is answered. The memory is the resident set a second later, of the one process there is. Beside them a bare interpreter
of the same run, the least any Python program takes.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import httpx

from benchmarks.line import Line, most
from entente.app import NewBody, create_folder, running_node
from entente.bodies.model import BodyKind

STARTS: Final = 5
IDLE_SECONDS: Final = 1.0
WAIT_SECONDS_MAX: Final = 30.0
POLL_SECONDS: Final = 0.005
REST_SECONDS: Final = 3.0
AT_REST: Final = 0.1
"""The share of a core that a node takes at most which has nothing to catch up with."""
REST_SECONDS_MAX: Final = 900.0
RSS_MB_MAX: Final = 150
START_SECONDS_MAX: Final = 2
PASSPHRASE: Final = "the benchmark's own passphrase"
SLEEPING: Final = ("-c", "import time; time.sleep(30)")


def run() -> list[Line]:
    """Start nodes and measure; the middle of five is told, and the worst beside it."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place) / "node"
        bureau = BodyKind.NATIONAL_CENTRAL_BUREAU
        create_folder(folder, NewBody(bureau, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
        started = [_one_start(folder) for _ in range(STARTS)]
    bare_seconds = statistics.median(_seconds(("-c", "pass")) for _ in range(STARTS))
    bare_mb = _bare_memory()
    helped = statistics.median(_seconds(("-m", "entente.cli", "--help")) for _ in range(STARTS))
    seconds, megabytes = [one for one, _ in started], [one for _, one in started]
    bare, started_within = "bare interpreter", most(START_SECONDS_MAX)
    middle = statistics.median(seconds)
    return [
        Line("node start to listening, median of 5", middle, "s", started_within, bare_seconds, bare),
        Line("node start to listening, worst of 5", max(seconds), "s", started_within, bare_seconds, bare),
        Line("node process idle, resident, worst of 5", max(megabytes), "MB", most(RSS_MB_MAX), bare_mb, bare),
        Line("entente --help, median of 5", helped, "s", None, bare_seconds, bare),
    ]


def _one_start(folder: Path) -> tuple[float, float]:
    """Return the seconds until a fresh node listened, and its megabytes a second later."""
    command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(folder), "--port", str(free_port())]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: answers(folder), process)
            seconds = time.monotonic() - began
            time.sleep(IDLE_SECONDS)
            return seconds, _megabytes(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_SECONDS_MAX)


def answers(folder: Path) -> bool:
    """Say whether the node of a folder answers on the address its lock announces."""
    if (holder := running_node(folder)) is None or not holder.address:
        return False
    try:
        return httpx.get(holder.address, trust_env=False, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is so; fail where the node ends or does not get there in time."""
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        assert process.poll() is None, "the node ended instead of listening"
        assert time.monotonic() < give_up_at, "the node did not listen in time"
        time.sleep(POLL_SECONDS)


def processor_seconds(pid: int) -> float:
    """Return what a node has computed until now: its process, and those that it started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    stats = [
        Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in (pid, *children)
    ]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def until_at_rest(pid: int) -> None:
    """Wait until a node has caught up: with the log and the standing queries after an import, with what it compiles."""
    for _ in range(int(REST_SECONDS_MAX / REST_SECONDS)):
        before = processor_seconds(pid)
        time.sleep(REST_SECONDS)
        if processor_seconds(pid) - before < REST_SECONDS * AT_REST:
            return
    raise AssertionError("the node comes to rest")


def free_port() -> int:
    """Return a port that the system gave just now: free when a node takes it unless another program was quicker."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _seconds(arguments: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _bare_memory() -> float:
    with subprocess.Popen([sys.executable, *SLEEPING]) as process:
        time.sleep(IDLE_SECONDS)
        megabytes = _megabytes(process.pid)
        process.terminate()
        return megabytes


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
