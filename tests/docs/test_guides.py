"""The README and the guides work as written: every command runs, with real nodes, and prints what stands below it.

A guide's `sh` blocks are run in their order in one shell, in a folder of their own; the command is kept warm
(tests.docs.warm_command), the nodes are real processes. A `text` block below says what they
print: each of its lines comes, in this order, and `...` stands for what differs each time. A block that ends in a refusal
says so: `sh exit=12`. Ports are exchanged for free ones.

Source: STYLE sections 8 and 9.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from entente.app import running_node
from entente.cli.gateway import connect
from tests.docs.source import ROOT
from tests.docs.warm_command import FUNCTION
from tests.support.postgres_server import programs, running_server

pytestmark = pytest.mark.e2e

GUIDE_SECONDS_MAX = 150
"""Several times what the longest guide takes on two busy cores; a guide that hangs must not hang the tests."""
SETTLE_SECONDS_MAX = 30.0
GUIDES = [f"docs/guides/{path.name}" for path in sorted((ROOT / "docs" / "guides").glob("[a-z]*.md"))]
PAGES = ["README.md", *GUIDES]
AT_LENGTH = frozenset(
    f"docs/guides/{name}.md"
    for name in ("api", "backup", "exercise", "import", "keys", "operating", "postgresql", "signing_in", "two_nodes")
)
"""These are part of the long run: what they do has tests of its own, and each starts several nodes."""
NODES = ("xa", "xb")
PORTS = ("8601", "8602")
BLOCK = re.compile(r"^```(?P<name>sh|text)(?: exit=(?P<exit>\d+))?\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
ISOLATES = re.compile("[\u2066-\u2069]")
SHELL = 'while IFS= read -r -u {pipe} line; do eval "$line" </dev/null; printf "\\n@ends %d\\n" $?; done'


@dataclass(slots=True)
class Block:
    """Commands, the exit code of the last one, and what they print."""

    commands: list[str]
    exit: int
    printed: list[str] = field(default_factory=list)


def blocks_of(document: str) -> list[Block]:
    """Return the `sh` blocks, each with the `text` block that follows it."""
    found: list[Block] = []
    for match in BLOCK.finditer(document):
        lines = [line for line in match["body"].replace("\\\n", " ").splitlines() if line.strip()]
        if match["name"] == "sh":
            found.append(Block(lines, int(match["exit"] or 0)))
        elif found and not found[-1].printed:
            found[-1].printed = lines
    return found


def one_line(text: str) -> str:
    return " ".join(ISOLATES.sub("", text).split())


def missing_line(expected: list[str], output: str) -> str | None:
    """Return the first expected line that does not come after the ones before it; None when all come."""
    waiting = iter([one_line(line) for line in output.splitlines()])
    for line in expected:
        pattern = re.compile(re.escape(one_line(line)).replace(r"\.\.\.", ".*"))
        if not any(pattern.fullmatch(said) for said in waiting):
            return line
    return None


class Terminal:
    """A shell in a folder, given one command after the other. Nothing it starts outlives it."""

    def __init__(self, folder: Path, warm_port: str) -> None:
        reading, self._writing = os.pipe()
        self._shell = subprocess.Popen(
            ["bash", "-c", FUNCTION.replace("WARM_PORT", warm_port) + SHELL.format(pipe=reading)],
            cwd=folder,
            env={**clean_environment(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(reading,),
            start_new_session=True,
            encoding="utf-8",
        )
        os.close(reading)
        self._watch = threading.Timer(GUIDE_SECONDS_MAX, self._end)
        self._watch.start()

    def run(self, command: str) -> tuple[int, str]:
        """Run one command; return its exit code and what was printed."""
        os.write(self._writing, f"{command}\n".encode())
        assert self._shell.stdout is not None
        said: list[str] = []
        for line in self._shell.stdout:
            if line.startswith("@ends "):
                return int(line.split()[1]), "".join(said)
            said.append(line)
        raise AssertionError(f"The shell ended, or took more than {GUIDE_SECONDS_MAX} s, in: {command}")

    def close(self) -> None:
        """End the shell and the nodes it started."""
        self._watch.cancel()
        os.close(self._writing)
        self._end()
        self._shell.wait()
        assert self._shell.stdout is not None
        self._shell.stdout.close()

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
    return {**kept, "COLUMNS": "200"}


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "tests.docs.warm_command"]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, encoding="utf-8") as warm:
        assert warm.stdout is not None
        opened = Terminal(folder, warm.stdout.readline().strip())
        try:
            yield opened
        finally:
            opened.close()
            warm.kill()


def free_ports(count: int) -> list[str]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in probes]


def wait_for_nodes(folder: Path) -> None:
    """Wait until the nodes serve, all they sent is acknowledged and each index has what changed: as a reader would."""
    give_up_at = time.monotonic() + SETTLE_SECONDS_MAX
    quiet = 0
    while quiet < 2:
        assert time.monotonic() < give_up_at, "The nodes did not come to rest."
        is_quiet = all(is_at_rest(folder / name) for name in NODES if (folder / name).exists())
        quiet = quiet + 1 if is_quiet else 0
        time.sleep(0.02)


def is_at_rest(folder: Path) -> bool:
    holder = running_node(folder)
    if holder is None or not holder.address:
        return False
    with connect(str(folder)) as session:
        standing = session.ask("status", {})
    return bool(standing["is_everything_acknowledged"] and standing["is_index_current"])


def play(document: str, folder: Path) -> None:
    """Run a document's blocks in a folder, and hold what they print against what stands there."""
    for old, new in zip(PORTS, free_ports(len(PORTS)), strict=True):
        document = document.replace(old, new)
    for name in ("demo", "examples"):
        (folder / name).symlink_to(ROOT / name)
    are_running = False
    with terminal(folder) as shell:
        for block in blocks_of(document):
            said = ""
            for place, command in enumerate(block.commands, start=1):
                code, printed = shell.run(command)
                said += printed
                expected = block.exit if place == len(block.commands) else 0
                assert code == expected, f"{command}\n{printed}"
                are_running = (are_running or " node run " in command) and not command.startswith("kill ")
            missing = missing_line(block.printed, said)
            assert missing is None, f"«{missing}» was not printed by {block.commands}:\n{said}"
            if are_running:
                wait_for_nodes(folder)


@pytest.mark.skipif(shutil.which("bash") is None, reason="The guides are written for bash, which is not here.")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in AT_LENGTH else name for name in PAGES]
)
def test_guide_works_as_written(name: str, tmp_path: Path) -> None:
    document = (ROOT / name).read_text(encoding="utf-8")
    # The README begins with what makes .venv and plays the demonstration, which this test is itself a part of.
    begins_at = document.index("## Share a record") if name == "README.md" else 0
    with reader_s_server() if name == "docs/guides/postgresql.md" else nullcontext():
        play(document[begins_at:], tmp_path)


@contextmanager
def reader_s_server() -> Iterator[None]:
    """Have the programs of PostgreSQL find a server, whose administrator the reader is."""
    if programs() is None:
        pytest.skip("there are no programs of a PostgreSQL server: apt install postgresql")
    with running_server(admin="postgres") as server, pytest.MonkeyPatch.context() as patch:
        for name, value in (("PGHOST", str(server.home)), ("PGPORT", str(server.port)), ("PGUSER", server.admin)):
            patch.setenv(name, value)
        yield


def test_guide_that_prints_something_else_is_caught() -> None:
    said = "\u2068XA\u2069  made\nroot 12ab\nTrail row 7.\n"
    assert missing_line(["XA made", "Trail row ..."], said) is None
    assert missing_line(["Trail row ...", "XA made"], said) == "XA made"
    assert missing_line(["XA mad"], said) == "XA mad"


def test_blocks_carry_their_exit_code_and_what_they_print() -> None:
    document = "```sh exit=12\nentente \\\n  doctor\n```\n\n```text\nNothing\n```\n```sh\nls\n```\n"
    blocks = blocks_of(document)
    assert [(block.commands, block.exit, block.printed) for block in blocks] == [
        (["entente    doctor"], 12, ["Nothing"]),
        (["ls"], 0, []),
    ]
