"""Events and jobs of real nodes, over sockets: told within two seconds, gone on with after a kill, ended with the node."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.processes import AGREEMENT, Bureau, conclude, settle, suspension, two_nodes

pytestmark = pytest.mark.e2e
TOLD_WITHIN_SECONDS = 2.0
WAIT_SECONDS = 30.0
SCOPES = [
    "events.read", "messages.read", "directory.read", "search", "jobs", "uploads.write", "imports.write",
]  # fmt: skip


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bureau, Bureau]]:
    """Run two nodes under an agreement; the second has a machine account."""
    with two_nodes(tmp_path_factory.mktemp("nodes")) as (a, b):
        conclude(a, b, "agreement.yaml", AGREEMENT)
        b.ask("officer_add", officer="head-1", id="case-system", roles=["duty_officer"], machine=True)
        yield a, b


def token(bureau: Bureau) -> tuple[str, dict[str, str]]:
    made: Any = bureau.ask("token_make", officer="head-1", account="case-system", scopes=SCOPES)
    return made["token"]["id"], {"Authorization": f"Bearer {made['text']}"}


class Listening:
    """Reads a stream in a thread of its own, and notes when each event came."""

    def __init__(self, bureau: Bureau, headers: dict[str, str]) -> None:
        self.address = f"http://127.0.0.1:{bureau.port}/api/v1/events"
        self.headers = headers
        self.events: list[tuple[float, str, Any]] = []
        self.last = ""
        self.is_open, self.is_over = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        assert self.is_open.wait(WAIT_SECONDS)

    def _read(self) -> None:
        name = ""
        try:
            with httpx.stream("GET", self.address, headers=self.headers, timeout=WAIT_SECONDS) as answer:
                assert answer.status_code == 200, answer.read()
                for line in answer.iter_lines():
                    field, _, value = line.partition(": ")
                    if field == "id":
                        self.last = value
                        self.is_open.set()
                    elif field == "event":
                        name = value
                    elif field == "data":
                        self.events.append((time.monotonic(), name, json.loads(value)))
        except httpx.RemoteProtocolError:
            # The node was killed, not stopped.
            pass
        self.is_over.set()

    def wait_for(self, kind: str, count: int = 1) -> list[tuple[float, Any]]:
        give_up_at = time.monotonic() + WAIT_SECONDS
        while len(found := [(at, data) for at, name, data in self.events if name == kind]) < count:
            assert time.monotonic() < give_up_at, self.events
            time.sleep(0.01)
        return found


def message(a: Bureau, subject: str) -> str:
    sent = a.ask(
        "message_send", officer="duty-1", to="XB-NCB", instrument="charter", subject=subject, text="t", urgency="normal"
    )
    return str(sent["message"]["id"])


def test_suspension_and_message_are_told_within_two_seconds(nodes: tuple[Bureau, Bureau]) -> None:
    a, b = nodes
    token_id, headers = token(b)
    listening = Listening(b, headers)
    began = time.monotonic()
    wanted = message(a, "Gate 4")
    ((at, told),) = listening.wait_for("message")
    assert (told["id"], told["change"]) == (wanted, "received")
    assert at - began < TOLD_WITHIN_SECONDS
    drafted = a.ask("suspend_draft", **suspension(b))
    signed = a.sign(drafted)
    began = time.monotonic()
    a.ask("instrument_submit", officer="head-1", statement=signed)
    ((at, told),) = listening.wait_for("instrument")
    assert told["change"] == "participation"
    assert at - began < TOLD_WITHIN_SECONDS
    began = time.monotonic()
    b.ask("token_revoke", officer="head-1", token=token_id)
    ((at, told),) = listening.wait_for("end")
    assert (told, at - began < TOLD_WITHIN_SECONDS) == ({"why": "token"}, True)
    assert listening.is_over.wait(WAIT_SECONDS)


@pytest.mark.long
def test_killed_node_s_stream_goes_on_without_gap_or_repetition(nodes: tuple[Bureau, Bureau]) -> None:
    a, b = nodes
    _, headers = token(b)
    first = Listening(b, headers)
    before = [message(a, f"before {count}") for count in range(3)]
    first.wait_for("message", 3)
    b.end(signal.SIGKILL)
    assert first.is_over.wait(WAIT_SECONDS)
    b.start()
    after = [message(a, f"after {count}") for count in range(3)]
    settle(a, b)
    second = Listening(b, {**headers, "Last-Event-ID": first.last})
    told = [data["id"] for _, data in second.wait_for("message", 3)]
    assert (sorted(told), set(told) & set(before)) == (sorted(after), set())
    began = time.monotonic()
    b.end()
    assert time.monotonic() - began < WAIT_SECONDS / 2
    assert [data for _, name, data in second.events if name == "end"] == [{"why": "stopping"}]
    b.start()


@pytest.mark.long
def test_batch_goes_on_after_a_kill_and_every_row_is_there_once(nodes: tuple[Bureau, Bureau]) -> None:
    _, b = nodes
    _, headers = token(b)
    rows = [{"names": [f"Nobody {row}"], "reference": str(row)} for row in range(4_000)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    address = f"http://127.0.0.1:{b.port}/api/v1"
    with httpx.Client(base_url=address, headers=headers, timeout=WAIT_SECONDS) as http:
        binary = {"Content-Type": "application/octet-stream", "Idempotency-Key": "night-list"}
        sent = http.post("/uploads?name=night.jsonl", content=data, headers=binary).json()
        body = {"upload": sent["id"], "purpose": "identify", "crime_area": "fugitives", "occasion": "Night"}
        key = {"Idempotency-Key": "night"}
        job = http.post("/searches/batches", json=body, headers=key).json()["id"]
        give_up_at = time.monotonic() + WAIT_SECONDS
        while not 0 < (done := http.get(f"/jobs/{job}").json()["job"]["done"]) < len(rows):
            assert time.monotonic() < give_up_at, done
            time.sleep(0.005)
    b.end(signal.SIGKILL)
    b.start()
    with httpx.Client(base_url=address, headers=headers, timeout=WAIT_SECONDS) as http:
        assert http.post("/searches/batches", json=body, headers=key).json()["id"] == job
        found: list[Any] = []
        cursor: str | None = ""
        give_up_at = time.monotonic() + 4 * WAIT_SECONDS
        while cursor is not None:
            assert time.monotonic() < give_up_at, len(found)
            page = http.get(f"/jobs/{job}/results", params={"limit": 200, **({"cursor": cursor} if cursor else {})})
            found += page.json()["rows"]
            cursor = page.json()["next"]
            if not page.json()["rows"]:
                time.sleep(0.05)
        assert http.get(f"/jobs/{job}").json()["job"]["state"] == "done"
    assert [row["reference"] for row in found] == [row["reference"] for row in rows]


def test_sender_that_disappears_leaves_nothing_on_the_disk(nodes: tuple[Bureau, Bureau]) -> None:
    _, b = nodes
    _, headers = token(b)
    uploads = b.folder / "uploads"
    with socket.create_connection(("127.0.0.1", b.port)) as line:
        head = f"POST /api/v1/uploads?name=l.csv HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n"
        line.sendall(
            f"{head}Content-Type: application/octet-stream\r\nIdempotency-Key: gone\r\nContent-Length: 9000000\r\n\r\n".encode()
        )
        line.sendall(b"x" * 3_000_000)
        wait_until(lambda: uploads.is_dir() and bool(list(uploads.iterdir())))
    wait_until(lambda: not list(uploads.iterdir()))


def wait_until(holds: Any) -> None:  # noqa: ANN401 - a question
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
