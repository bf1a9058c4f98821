"""Bodies whose nodes are processes of their own on loopback ports: asked over the operator's route, killed, paused.

For the tests and measurements that need real processes: kills, pauses, and times between two nodes.
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entente.app import NewBody, create_folder, running_node
from entente.bodies.model import BodyKind
from entente.cli.gateway import connect
from entente.kernel.canonical import JsonObject
from entente.kernel.statement import from_json
from entente.storage.folder import Folder
from entente.storage.keys import KeyFiles
from tests.docs.source import ROOT

PASSPHRASE = "correct horse battery staple"
WAIT_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02
GUIDE = ROOT / "demo" / "two_nodes"
"""The charter and the agreement of two bureaus that docs/guides/two_nodes.md signs."""
AGREEMENT = "police-data-agreement"
TERMS = """title: Wanted persons
kind: wanted_person
purposes: [arrest]
crime_areas: [fugitives]
handling: [H1]
confidentiality: restricted
source_evaluation: A
information_evaluation: '1'
subject: {Person: wanted}
retention: {review_after_years: 1, erase_after_years: 4}
"""
"""Of an import of wanted persons, under no instrument."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def entente(*line: str | Path, settings: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command line as an operator would, without the settings of whoever runs the tests, but with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "entente.cli", *map(str, line)],
        env={**kept, **(settings or {}), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(slots=True)
class Bureau:
    """A body's folder and port, and the process of its node while one runs."""

    code: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """By the names of the environment."""

    def make(self) -> None:
        """Make the folder, with a duty officer beside the head."""
        kind, address = BodyKind.NATIONAL_CENTRAL_BUREAU, f"http://127.0.0.1:{self.port}"
        new = NewBody(kind, self.code, self.code, self.code[:2], "UTC", (address,), (PASSPHRASE,) * 3, 2, PASSPHRASE)
        create_folder(self.folder, new)
        self.ask("officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])

    def ask(self, verb: str, **given: object) -> Any:  # noqa: ANN401 - a verb's JSON
        """Ask the node, or the folder where none runs, for one verb."""
        arguments: Any = given
        with connect(str(self.folder)) as session:
            return session.ask(verb, arguments)

    def start(self) -> None:
        """Start the node and wait until it listens."""
        self.process = entente("node", "run", "--folder", self.folder, "--port", str(self.port), settings=self.settings)
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while (holder := running_node(self.folder)) is None or not holder.address:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < give_up_at, "the node did not start"
            time.sleep(POLL_SECONDS)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the node's process by a signal and wait for it; without one, do nothing."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.communicate(timeout=WAIT_SECONDS_MAX)
            self.process = None

    def pause(self) -> None:
        """Stop the node's process where it stands: its port still takes connections, and nobody answers."""
        assert self.process is not None, "only a running node is paused"
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a paused process run on."""
        assert self.process is not None, "only a running node goes on"
        self.process.send_signal(signal.SIGCONT)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the store beside the node, as a backup tool would."""
        with closing(sqlite3.connect(f"file:{Folder(self.folder).database}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()

    def sign(self, drafted: Any) -> Any:  # noqa: ANN401 - a verb's JSON
        """Return a draft signed by two of the heads, as `instrument_submit` takes it."""
        statement, keys = from_json(drafted["statement"]), KeyFiles(self.folder / "keys")
        for head in ("1", "2"):
            statement = statement.with_signature(keys.head_signer(head, PASSPHRASE))
        return statement.to_json()

    def submit(self, drafted: Any) -> Any:  # noqa: ANN401 - a verb's JSON
        """Have two heads sign a draft, and hand it in."""
        return self.ask("instrument_submit", officer="head-1", statement=self.sign(drafted))


@contextmanager
def two_nodes(folder: Path) -> Iterator[tuple[Bureau, Bureau]]:
    """Run two bureaus that know each other and signed the guide's charter."""
    a, b = Bureau("XA-NCB", folder / "xa"), Bureau("XB-NCB", folder / "xb")
    try:
        for one in (a, b):
            one.make()
            one.start()
        a.ask("body_enter", entry=b.ask("body_export"))
        b.ask("body_enter", entry=a.ask("body_export"))
        conclude(a, b, "charter.yaml", "charter")
        yield a, b
    finally:
        for one in (a, b):
            one.end(signal.SIGKILL)


def conclude(a: Bureau, b: Bureau, file: str, name: str) -> None:
    """Have `a` propose an instrument of the guide and both sign it."""
    data = base64.b64encode((GUIDE / file).read_bytes()).decode("ascii")
    a.ask("instrument_propose", officer="head-1", data=data)
    settle(a, b)
    for one in (a, b):
        one.submit(one.ask("instrument_sign_draft", officer="head-1", instrument=name))
        settle(a, b)


def settle(*bureaus: Bureau, seconds: float = WAIT_SECONDS_MAX) -> None:
    """Wait until everything is acknowledged."""
    give_up_at = time.monotonic() + seconds
    while not all(one.ask("status")["is_everything_acknowledged"] for one in bureaus):
        assert time.monotonic() < give_up_at, "not everything was acknowledged"
        time.sleep(POLL_SECONDS)


def suspension(toward: Bureau) -> JsonObject:
    """Return the terms of a suspension of all of the agreement toward a body."""
    return {
        "officer": "head-1",
        "instrument": AGREEMENT,
        "toward": [toward.code],
        "decided_by": "Ministry of the Interior",
        "document": "Decision 2031/17",
        "reason": "reciprocity",
        "review_on": "2100-01-01",
    }
