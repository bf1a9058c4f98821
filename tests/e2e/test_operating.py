"""N13 to N16: a node as its operator's machine runs it, started as deploy/entente.service says, until it is asked to stop."""

import configparser
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from entente.app import NewBody, create_folder
from entente.bodies.model import BodyKind
from entente.kernel.exercise import EXERCISE_LINE
from entente.settings import SETTINGS
from tests.docs.source import ROOT
from tests.support.processes import PASSPHRASE, WAIT_SECONDS_MAX, Bureau, entente, free_port

pytestmark = pytest.mark.e2e

UNIT = ROOT / "deploy" / "entente.service"
SECRET = "Muhammadov Abdullo"


class _Repeated(dict[str, Any]):
    """A section in which a name may stand twice; what it is given the second time is kept beside the first."""

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - what the parser gives
        before = self.get(key)
        super().__setitem__(key, [*before, *value] if isinstance(before, list) and isinstance(value, list) else value)


def service() -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False, dict_type=_Repeated)
    parser.optionxform = str  # type: ignore[assignment, method-assign] # names keep their capitals
    parser.read(UNIT, encoding="utf-8")
    return dict(parser["Service"])


@dataclass(slots=True)
class Running:
    process: subprocess.Popen[bytes]
    manager: socket.socket
    port: int
    log: Path

    def told(self) -> str:
        return self.manager.recv(256).decode("ascii")

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=WAIT_SECONDS_MAX) as answer:
            return answer.status, answer.read().decode("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def started(bureau: Bureau, place: Path) -> Iterator[Running]:
    """Start a bureau's node as the unit says, with the folder and the program of this machine, and a manager that listens."""
    unit = service()
    program, *words = shlex.split(unit["ExecStart"])
    assert program == "/opt/entente/.venv/bin/entente"
    environment = dict(word.split("=", 1) for word in shlex.split(unit["Environment"]))
    assert environment.pop("ENTENTE_FOLDER") == "/var/lib/entente/node"
    # The address of such a socket has room for 108 bytes; a test's folder may be longer.
    address = f"@entente-test-{os.getpid()}-{bureau.port}"
    log = place / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, log.open("wb") as written:
        manager.bind("\0" + address[1:])
        manager.settimeout(WAIT_SECONDS_MAX)
        process = subprocess.Popen(
            [sys.executable, "-m", "entente.cli", *words],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")},
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "NOTIFY_SOCKET": address,
                **environment,
                "ENTENTE_FOLDER": str(bureau.folder),
                "ENTENTE_PORT": str(bureau.port),
            },
            stdout=subprocess.DEVNULL,
            stderr=written,
        )
        try:
            yield Running(process, manager, bureau.port, log)
        finally:
            process.kill()
            process.wait(WAIT_SECONDS_MAX)


def test_a_node_under_a_manager_says_when_it_is_there_and_its_log_names_nobody(tmp_path: Path) -> None:
    bureau = Bureau("XA-NCB", tmp_path / "xa")
    bureau.make()
    with started(bureau, tmp_path) as node:
        assert node.told() == "READY=1"
        assert node.get("/readyz")[0] == 200
        bureau.ask("case_open", officer="duty-1", title=SECRET, crime_area="fugitives")
        about = {"purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}
        found = bureau.ask("search", officer="duty-1", names=[SECRET], **about)
        assert found["candidates"] == []
        assert 'entente_requests_total{route="/operator",status="200",verb="search"} 1.0' in node.get("/metrics")[1]
        node.process.send_signal(signal.SIGTERM)
        assert node.told() == "STOPPING=1"
        assert node.process.wait(WAIT_SECONDS_MAX) == 0
        lines = node.lines()
    assert SECRET not in (tmp_path / "log").read_text()
    assert [line["event"] for line in lines if line["event"] != "request"] == ["started", "stopped"]
    assert {(line["verb"], line["status"]) for line in lines if line.get("route") == "/operator"} >= {("search", 200)}
    assert all(line["ms"] >= 0 for line in lines if line["event"] == "request")


def test_the_unit_sets_settings_that_there_are_and_lets_the_node_write_its_folder_alone() -> None:
    unit = service()
    known = {f"ENTENTE_{row.name.upper()}" for row in SETTINGS}
    assert {word.split("=")[0] for word in shlex.split(unit["Environment"])} <= known
    assert unit["Type"] == "notify"
    assert unit["ProtectSystem"] == "strict"
    assert unit["StateDirectory"] == "entente"
    assert unit["User"] == "entente"


def test_b15_a_node_of_an_exercise_says_so_as_it_starts_and_on_every_page(tmp_path: Path) -> None:
    kind, heads = BodyKind.NATIONAL_CENTRAL_BUREAU, (PASSPHRASE,) * 3
    new = NewBody(kind, "EX-1", "Exercise bureau", "XA", "UTC", (), heads, 2, PASSPHRASE, is_exercise=True)
    create_folder(tmp_path / "ex", new)
    port = free_port()
    process = entente("node", "run", "--folder", tmp_path / "ex", "--port", str(port))
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == f"{EXERCISE_LINE}\n"
        assert process.stderr.readline().endswith(f":{port}\n")
        for path in ("/", "/api/v1/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=WAIT_SECONDS_MAX) as page:
                assert EXERCISE_LINE in page.read().decode("utf-8")
    finally:
        process.kill()
        process.communicate(timeout=WAIT_SECONDS_MAX)
