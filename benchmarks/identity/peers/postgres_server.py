"""A PostgreSQL server for one measurement: Debian's, started on a socket in a folder that goes away with it.

As root it is run as the user `postgres`, because the server refuses to be root. Its settings are those of a machine that does
nothing else; it need not survive a crash.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.identity.peers.not_run import NotRunError

USER = "postgres"
PROGRAMS = "/usr/lib/postgresql"
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "jit": "off",
    "shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB",
    "max_parallel_workers_per_gather": "0", "random_page_cost": "1.1",
}  # fmt: skip
START_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05
INSTALL_SECONDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    folder: Path
    programs: Path

    def psql(self, script: Iterable[str], *, is_timed: bool = False) -> Sequence[str]:
        """Run statements in one session; return the lines it answered, `Time: n ms` after each where it is timed."""
        command = [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder)]
        first = ("\\timing on\n",) if is_timed else ()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            file.writelines(chain(first, script))
            file.seek(0)
            done: subprocess.CompletedProcess[str] = subprocess.run(
                [*command, "-d", "postgres"],
                stdin=file,
                capture_output=True,
                text=True,
                check=False,
                **_as_user(self.folder),
            )
        if done.returncode:
            raise NotRunError(f"PostgreSQL said: {done.stderr.strip()[:200]}")
        return done.stdout.splitlines()

    def bytes_of(self, relation: str) -> int:
        """Return the length of an index on disk."""
        return int(self.psql([f"SELECT pg_relation_size('{relation}');\n"])[0])


@contextlib.contextmanager
def running(*, may_install: bool) -> Iterator[Server]:
    """Start a server, and end it with its folder; raise NotRunError where there is none."""
    programs = _programs(may_install=may_install)
    with tempfile.TemporaryDirectory(prefix="entente-pg-") as place:
        folder = Path(place)
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        data = folder / "data"
        made = subprocess.run(
            [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8"],
            capture_output=True, text=True, check=False, **_as_user(folder),
        )  # fmt: skip
        if made.returncode:
            raise NotRunError(f"initdb said: {made.stderr.strip()[:200]}")
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *settings],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as_user(folder),
        ) as process:  # fmt: skip
            try:
                server = Server(folder, programs)
                _wait(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # at once, whoever is connected
                process.wait()


def _as_user(folder: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PGUSER": USER}
    given: dict[str, Any] = {"cwd": folder, "env": environment}
    return {**given, "user": USER, "group": USER, "extra_groups": ()} if os.geteuid() == 0 else given


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            server.psql(["SELECT 1;\n"])
        except NotRunError as error:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise NotRunError("PostgreSQL did not start") from error
            time.sleep(POLL_SECONDS)
        else:
            return


def _programs(*, may_install: bool) -> Path:
    if (found := _found()) is None and may_install and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing PostgreSQL, for comparison; ENTENTE_BENCH_INSTALL=no leaves it out.")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with contextlib.suppress(subprocess.SubprocessError):
            for arguments in (("update", "-qq"), ("install", "-qq", "--yes", "postgresql")):
                subprocess.run(
                    ["apt-get", *arguments],
                    check=True,
                    env=environment,
                    timeout=INSTALL_SECONDS_MAX,
                    capture_output=True,
                )
        found = _found()
    if found is None:
        raise NotRunError("PostgreSQL is not installed here")
    return found


def _found() -> Path | None:
    """Return the folder of the newest server there is."""
    versions = sorted(Path(PROGRAMS).glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    named = shutil.which("initdb")
    return Path(named).parent if named else None
