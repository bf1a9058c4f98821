"""A PostgreSQL server of the tests' own: the machine's programs, on files that are removed again.

Debian's packages bring the programs; started by root they run as an account without rights, as they insist. The server ends
with the process that started it, however that ends. Nothing listens on a network unless a test asks for it.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

START_SECONDS_MAX = 60.0
QUICK: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests that lose no power."""
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "", "shared_buffers": "32MB", "max_connections": "60", "max_wal_size": "256MB", "autovacuum": "off",
    "unix_socket_permissions": "0777", "log_min_messages": "warning", "log_min_error_statement": "panic",
}  # fmt: skip
_PR_SET_PDEATHSIG = 1


class NoServerError(Exception):
    """This machine has no programs of a server, or no account that may run them."""


@cache
def programs() -> Path | None:
    """Return where the newest server's programs lie; None where there are none."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), default=None)


@dataclass(slots=True)
class Server:
    """A server that may be stopped and started again on the same files."""

    home: Path
    settings: Mapping[str, str]
    port: int
    admin: str
    _process: subprocess.Popen[bytes] | None = None
    _made: int = field(default=0)

    @property
    def data(self) -> Path:
        """The server's own files."""
        return self.home / "data"

    def url(self, database: str = "postgres", *, user: str = "") -> str:
        """Return the address of a database, over the server's socket; its administrator's where nobody is named."""
        return f"postgresql://{user or self.admin}@/{database}?host={self.home}&port={self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        given = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        command = [_program("postgres"), "-D", str(self.data), "-k", str(self.home), "-p", str(self.port), *given]
        with (self.home / "log").open("ab") as log:
            self._process = _started(command, log=log, ends_with_us=True)
        give_up_at = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.home / "log").read_text(encoding="utf-8")
                assert time.monotonic() < give_up_at, (self.home / "log").read_text(encoding="utf-8")
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every session and writes all back, SIGQUIT stops as a crash does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS_MAX)
            self._process = None

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as the server's administrator; return the rows of the last one."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, template: str = "template0") -> str:
        """Make a database, a copy of another one, and return its name."""
        self._made += 1
        name = f"store_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is in it."""
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@contextmanager
def running_server(
    settings: Mapping[str, str] = QUICK, *, admin: str = "entente", auth: str = "trust", password: str = ""
) -> Iterator[Server]:
    """Start a server on files of its own, and remove both at the end. Raises NoServerError where there can be none.

    Its texts sort by the rules of English, as most servers' do, so that a query that forgets to say otherwise is found out.
    """
    if programs() is None:
        raise NoServerError("There are no programs of a PostgreSQL server here: apt install postgresql")
    home = Path(tempfile.mkdtemp(prefix="entente-pg-", dir="/tmp"))
    server = Server(home, {**SETTINGS, **settings}, port=free_port(), admin=admin)
    try:
        if os.geteuid() == 0:
            os.chown(home, *_account())
        home.chmod(0o755)
        secret = home / "password"
        secret.write_text(password or "unused", encoding="utf-8")
        secret.chmod(0o644)
        language = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
        made = _started(
            [_program("initdb"), "-D", str(server.data), "-U", admin, "--no-sync", f"--auth-local={auth}",
             f"--auth-host={auth}", f"--pwfile={secret}", *language]
        )  # fmt: skip
        said, _ = made.communicate(timeout=START_SECONDS_MAX)
        assert made.returncode == 0, said.decode("utf-8", "replace")
        if auth == "trust":
            server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody has now: the name of a socket too, so that servers beside each other differ."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _program(name: str) -> str:
    place = programs()
    assert place is not None, "a server is started only where there are programs"
    return str(place / name)


@cache
def _account() -> tuple[int, int]:
    """Return the account that root's server runs as: the package's own, else nobody."""
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise NoServerError("There is no account here for a server that root starts.")


def _started(command: list[str], log: object = None, *, ends_with_us: bool = False) -> subprocess.Popen[bytes]:
    as_whom: dict[str, object] = {}
    if os.geteuid() == 0:
        user, group = _account()
        as_whom = {"user": user, "group": group, "extra_groups": []}
    library = ctypes.CDLL(None)

    def end_with_us() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)

    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command,
        stdin=subprocess.DEVNULL,
        stdout=log or subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        preexec_fn=end_with_us if ends_with_us else None,  # noqa: PLW1509 - one call of the C library, before anything else
        **as_whom,
    )
