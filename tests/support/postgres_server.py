"""A PostgreSQL server of the tests' own: the machine's programs, on files that are removed again.

Debian's packages bring the programs; started by root they run as an account without rights, as they insist. The server ends
with the process that started it, however that ends. Nothing listens on a network unless a test asks for it.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

START_SECONDS_MAX = 60
QUICK: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests that lose no power."""
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "", "shared_buffers": "32MB", "max_connections": "60", "max_wal_size": "256MB", "autovacuum": "off",
    "unix_socket_permissions": "0777", "log_min_messages": "warning", "log_min_error_statement": "panic",
}  # fmt: skip


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
        given = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        options = f"-k {self.home} -p {self.port} {given}"
        _run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.home / "log"), "-w", "-o", options)

    def stop(self, how: str = "fast") -> None:
        """Stop it: «fast» ends every session and writes all back, «immediate» stops as a crash does."""
        if (self.data / "postmaster.pid").exists():
            _run("pg_ctl", "stop", "-D", str(self.data), "-w", "-m", how)

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
        _run("initdb", "-D", str(server.data), "-U", admin, "--no-sync", f"--auth-local={auth}", f"--auth-host={auth}",
             f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")  # fmt: skip
        with _ended_with_us(server):
            server.start()
            yield server
    finally:
        with suppress(subprocess.CalledProcessError):
            server.stop("immediate")
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _ended_with_us(server: Server) -> Iterator[None]:
    """See that the server ends when this process does, however that ends.

    It is no child of this process: tests count theirs. Somebody else waits for the end of a pipe that only we hold open.
    """
    reading, writing = os.pipe()
    # The shell gives what runs beside it no input of its own, so that the pipe has another number there.
    end = f"kill -QUIT $(head -n 1 {server.data}/postmaster.pid) && rm -rf {server.home}"
    wait = f"exec 3<&0; (read -r _ <&3; {end}) &"
    try:
        subprocess.run(
            ["sh", "-c", wait],
            start_new_session=True,
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        yield
        server.stop("immediate")
    finally:
        os.close(reading)
        os.close(writing)


def free_port() -> int:
    """Return a port that nobody has now: the name of a socket too, so that servers beside each other differ."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


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


def _run(program: str, *given: str) -> None:
    """Run one of the server's programs to its end, as the account that the server is to have."""
    place = programs()
    assert place is not None, "a server is started only where there are programs"
    as_whom: dict[str, object] = {}
    if os.geteuid() == 0:
        user, group = _account()
        as_whom = {"user": user, "group": group, "extra_groups": []}
    with tempfile.TemporaryFile() as said:
        # To a file and not to a pipe, which the server would keep open.
        ended = subprocess.run(  # type: ignore[call-overload]
            [str(place / program), *given],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PGCTLTIMEOUT": str(START_SECONDS_MAX)},
            check=False,
            **as_whom,
        )
        if ended.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(
                ended.returncode, [program, *given], said.read().decode("utf-8", "replace")
            )
