"""Four nodes as four processes on loopback ports, asked over their operator's route as the command line asks them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from demo.stage import Answer, StoryBrokenError, claim
from entente.app import NewBody, create_folder, restore_node, running_node
from entente.at_hand import verify_copy
from entente.bodies.model import BodyKind
from entente.cli.gateway import connect
from entente.kernel.canonical import JsonObject
from entente.kernel.signing import decode_bytes
from entente.kernel.statement import from_json
from entente.storage.folder import Folder
from entente.storage.keys import KeyFiles
from entente.storage.opening import engine_of

if TYPE_CHECKING:
    from tests.support.postgres_server import Server

RUN = Path(__file__).parent / "run"
HOST = "127.0.0.1"
PORT_FIRST = 8611
START_SECONDS_MAX = 30.0
SETTLE_SECONDS_MAX = 30.0
BATCH_TYPE = "application/entente-batch+json"
PASSPHRASE = "the demonstration's own passphrase"
"""Heads choose their own and tell nobody; these keys protect invented bodies."""

BODIES = {
    "GS": (BodyKind.GENERAL_SECRETARIAT, "General Secretariat of the network", ""),
    "XA-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "National Central Bureau of XA", "XA"),
    "XB-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "National Central Bureau of XB", "XB"),
    "RC": (BodyKind.INTERNATIONAL_ENTITY, "Regional Drug Information Centre", ""),
}
OFFICERS: dict[str, list[str]] = {
    "head-1": ["head_of_body"],
    "duty-1": ["duty_officer"],
    "dpo-1": ["data_protection_officer"],
}
"""Each body's officers with their roles."""


class PortsInUseError(Exception):
    """Another program listens where a node of the demonstration should."""


@dataclass(slots=True)
class Processes:
    """The World of `make demo`."""

    ports: dict[str, int]
    line: Line
    server: Server | None = None
    """Where the stores are, each in a database of its own; None: in files."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def scratch(self) -> Path:
        """The folder of the run."""
        return RUN

    def ask(self, code: str, verb: str, **given: object) -> Answer:
        """Ask a node over loopback."""
        arguments: JsonObject = given  # type: ignore[assignment] # the story gives plain JSON only
        with connect(str(RUN / code)) as session:
            return session.ask(verb, arguments)

    def heads_sign(self, code: str, draft: Answer) -> None:
        """Sign in this process with two heads' key files, as `entente instrument sign` does."""
        statement = from_json(draft["statement"])
        keys = KeyFiles(RUN / code / "keys")
        for head in ("1", "2"):
            statement = statement.with_signature(keys.head_signer(head, PASSPHRASE))
        self.ask(code, "instrument_submit", officer="head-1", statement=statement.to_json())

    def settle(self) -> None:
        """Wait until nothing waits to be sent or indexed anywhere, twice in a row: an answer may follow a message."""
        give_up_at = time.monotonic() + SETTLE_SECONDS_MAX
        quiet = 0
        while quiet < 2:
            standings = [self.ask(code, "status") for code in BODIES]
            is_quiet = all(one["is_everything_acknowledged"] and one["is_index_current"] for one in standings)
            quiet = quiet + 1 if is_quiet else 0
            claim("everything sent is acknowledged within half a minute", time.monotonic() < give_up_at)
            if not is_quiet:
                time.sleep(0.02)

    def kill(self, code: str) -> None:
        """Kill a node's process: it writes nothing more and says nothing."""
        process = self.running.pop(code)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=15)

    def start_again(self, code: str) -> None:
        """Start a node on the folder it left."""
        self.running[code] = _start_node(code, self.ports[code])
        self._wait_for(code)

    def restore(self, code: str, backup: Path) -> None:
        """Lose a node's folder and make it anew from a backup."""
        self.kill(code)
        (RUN / code).rename(RUN / f"{code}.lost")
        restore_node(backup, None, RUN / code, None, lambda _: None, self._new_store())
        self.start_again(code)

    def captured(self, sender: str, recipient: str) -> bytes:
        """Return the last batch that passed the recorded line."""
        assert (sender, recipient) == ("XA-NCB", "RC"), "only the line to RC is recorded"
        return self.line.last

    def post(self, code: str, batch: bytes) -> None:
        """Post to a node's exchange route."""
        headers = {"Content-Type": BATCH_TYPE}
        httpx.post(f"http://{HOST}:{self.ports[code]}/exchange", content=batch, headers=headers, trust_env=False)

    def tampered_copy(self, code: str) -> str:
        """Copy the store while the node runs, change one row of the copy, and check it."""
        keys = self.ask(code, "body_show")["body"]["node_keys"]
        copy = RUN / f"{code}-tampered.db"
        copy.unlink(missing_ok=True)
        with closing(engine_of(Folder(RUN / code), is_beside=True)) as engine:
            engine.copy_to(copy, lambda _: None)
        with closing(sqlite3.connect(copy)) as copied:
            copied.execute("UPDATE trail SET officer = 'duty-2' WHERE sequence = 20")
            copied.commit()
        proof = verify_copy(copy, tuple(decode_bytes(key, "node_keys") for key in keys))
        return proof.finding if not proof.is_sound else "nothing"

    def start(self) -> None:
        """Make the four bodies anew and start their nodes at the same time."""
        shutil.rmtree(RUN, ignore_errors=True)
        for code, (kind, name, country) in BODIES.items():
            address = f"http://{HOST}:{self.line.port if code == 'RC' else self.ports[code]}"
            new = NewBody(kind, code, name, country, "UTC", (address,), (PASSPHRASE,) * 3, 2, PASSPHRASE)
            create_folder(RUN / code, new, self._new_store())
        for code in BODIES:
            self.running[code] = _start_node(code, self.ports[code])
        for code in BODIES:
            self._wait_for(code)
            for officer, roles in OFFICERS.items():
                self.ask(code, "officer_add", officer="head-1", id=officer, roles=roles)

    def _new_store(self) -> str:
        return "" if self.server is None else self.server.url(self.server.new_database())

    def _wait_for(self, code: str) -> None:
        give_up_at = time.monotonic() + START_SECONDS_MAX
        while True:
            holder = running_node(RUN / code)
            if holder is not None and holder.address:
                return
            if self.running[code].poll() is not None or time.monotonic() > give_up_at:
                text = (RUN / f"{code}.out").read_text(encoding="utf-8")
                raise StoryBrokenError(f"the node of {code} did not start:\n{text}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask every node to stop, and see that it did."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.line.close()


def _start_node(code: str, port: int) -> subprocess.Popen[bytes]:
    out = (RUN / f"{code}.out").open("wb")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENTENTE_")}
    command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(RUN / code), "--port", str(port)]
    with out:
        return subprocess.Popen(command, stdout=out, stderr=out, env=environment)


def prepare(server: Server | None) -> Processes:
    """Choose the ports and see that they are free; raise PortsInUseError naming the one that is not."""
    first = int(os.environ.get("DEMO_PORT", str(PORT_FIRST)))
    ports = {code: first + place for place, code in enumerate(BODIES)}
    for port in (*ports.values(), first + len(BODIES)):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise PortsInUseError(
                    f"Port {port} is in use: {error.strerror}. The demonstration needs {first} to {first + len(BODIES)}. "
                    f"Stop the other program, or choose others: DEMO_PORT={first + 100} make demo"
                ) from error
    return Processes(ports, Line(first + len(BODIES), ports["RC"]), server)


class Line:
    """The line to one node, with somebody on it who records what passes: what a relay or a wire-tap sees."""

    def __init__(self, port: int, behind: int) -> None:
        self.port = port
        self.last = b""
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                line.last = body
                headers = {"Content-Type": self.headers["Content-Type"]}
                address = f"http://{HOST}:{behind}{self.path}"
                answer = httpx.post(address, content=body, headers=headers, trust_env=False, timeout=30)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Cut the line."""
        self._server.shutdown()
        self._server.server_close()
