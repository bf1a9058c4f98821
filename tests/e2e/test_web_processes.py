"""N19 and N20: real web processes beside a real node: what they answer, what ends them, and what they leave in the trail."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from entente.app import open_node
from entente.bodies.accounts import From, Way
from entente.kernel.ids import OfficerId
from entente.settings import Settings
from entente.web.desk.changes import STREAMS_OF_SESSION_MAX
from tests.support.databases import move_into
from tests.support.postgres_server import programs, running_server
from tests.support.processes import POLL_SECONDS, TERMS, WAIT_SECONDS_MAX, Bureau, free_port

pytestmark = pytest.mark.e2e
PEOPLE = 40
TOLD_WITHIN_SECONDS = 2.0
ABOUT = "purpose=arrest&crime_area=fugitives"
READS = (f"/records?{ABOUT}&limit=20", f"/records/XA-NCB/p-1?{ABOUT}", "/cases", "/hits", "/bodies", "/trail?limit=5")
GONE = f"/records/XA-NCB/none?{ABOUT}"


class Node:
    """A bureau's node with two web processes, and programs that ask each."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        self.web_port = free_port()
        bureau.settings = {"ENTENTE_WEB_PROCESSES": "2", "ENTENTE_WEB_PORT": str(self.web_port)}
        text = bureau.ask("token_make", officer="head-1", account="machine", scopes=SCOPES)["text"]
        self.headers = {"Authorization": f"Bearer {text}"}
        self.cookie = {"Cookie": f"entente-{self.web_port}={signed_in(bureau.folder)}"}

    def start(self) -> None:
        """Start it, and wait until its web processes answer."""
        self.bureau.start()
        self.wait(lambda: self.ready() and len(self.processes()) == 2)

    def ask(self, port: int, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - what the client takes
        """Ask for a path of the API over a connection of its own, so that whoever is free takes it."""
        headers = {**self.headers, **more.pop("headers", {})}
        method = "POST" if "json" in more else "GET"
        url = f"http://127.0.0.1:{port}/api/v1{path}"
        return httpx.request(method, url, headers=headers, timeout=WAIT_SECONDS_MAX, trust_env=False, **more)

    def web(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - the same
        """Ask a web process."""
        return self.ask(self.web_port, path, **more)

    def ready(self) -> bool:
        """Say whether a web process answers that the node is ready."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.web_port}/readyz", timeout=1.0, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    def processes(self) -> list[int]:
        """Return the web processes that run now."""
        assert self.bureau.process is not None
        found = Path(f"/proc/{self.bureau.process.pid}/task").glob("*/children")
        children = [int(child) for task in found for child in task.read_text().split()]
        return [child for child in children if b"entente.web_process" in command(child)]

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while not holds():
            assert time.monotonic() < give_up_at, "it did not come to hold"
            time.sleep(POLL_SECONDS)


def signed_in(folder: Path) -> str:
    """Begin a session of the duty officer, as signing in does once it was proved who signs in; return its secret."""
    with open_node(Settings.at(folder)) as opened:
        sessions = opened.accounts.sessions
        with sessions.open_unit() as unit:
            officer = unit.bodies.officer(OfficerId("duty-1"))
            assert officer is not None, "the bureau has one"
            begun = sessions.begin(unit, officer, Way.PASSWORD, From("127.0.0.1"))
            unit.commit()
    return begun.token


SCOPES = [
    "events.read", "jobs", "uploads.write", "imports.write", "records.read", "cases.read", "cases.write", "hits.read",
    "messages.read", "directory.read", "search", "trail.read",
]  # fmt: skip


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# What differs between the engines is in tests/storage/test_beside.py; the same with whole processes is part of the long run.
@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def node(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("bureau")
    bureau = Bureau("XA-NCB", folder / "xa")
    bureau.make()
    file = folder / "people.jsonl"
    people = [
        {"schema": "Person", "id": f"p-{place}", "properties": {"name": [f"Muhammadov {place}"]}}
        for place in range(PEOPLE)
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in people), encoding="utf-8")
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
    roles = ["duty_officer", "compliance_reviewer"]
    bureau.ask("officer_add", officer="head-1", id="machine", roles=roles, machine=True)
    made = Node(bureau)
    if request.param == "sqlite":
        yield from running(made)
        return
    if programs() is None:
        pytest.skip("there are no programs of a PostgreSQL server: apt install postgresql")
    with running_server() as server:
        move_into(server.url(server.new_database()), bureau.folder)
        yield from running(made)


def running(made: Node) -> Iterator[Node]:
    made.start()
    try:
        yield made
    finally:
        made.bureau.end()


def test_web_process_answers_what_the_node_answers(node: Node) -> None:
    for path in (*READS[:5], GONE):
        by_node, by_web = node.ask(node.bureau.port, path), node.web(path)
        assert (by_web.status_code, without_cursor(by_web)) == (by_node.status_code, without_cursor(by_node)), path
    found = node.web("/searches", json={"names": ["Muhammadov 7"], "occasion": "Gate 4", **QUESTION})
    assert found.json()["candidates"][0]["name"] == "XA-NCB/p-7"
    page = httpx.get(f"http://127.0.0.1:{node.web_port}/", timeout=WAIT_SECONDS_MAX, trust_env=False)
    assert page.status_code == 200
    assert "XA-NCB" in page.text


QUESTION = {"purpose": "arrest", "crime_area": "fugitives"}


def without_cursor(answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """Return an answer without what is sealed anew each time."""
    found = answer.json()
    return {name: value for name, value in found.items() if name != "next"}


def test_every_look_beside_the_node_is_a_row_and_the_trail_holds(node: Node) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(lambda place: node.web(f"/records/XA-NCB/p-{place}?{ABOUT}"), range(PEOPLE))]
    assert [answer.status_code for answer in answers] == [200] * PEOPLE
    rows = node.web("/trail?limit=200").json()["rows"]
    shown = [row["subject"] for row in rows if row["verb"] == "show_record" and row["officer"] == "machine"]
    assert {f"XA-NCB/p-{place}" for place in range(PEOPLE)} <= {name.replace(own(node), "XA-NCB") for name in shown}
    assert is_sound(node)


def is_sound(node: Node) -> bool:
    proof = node.bureau.ask("trail_verify")["proof"]
    return bool(proof["is_sound"])


def own(node: Node) -> str:
    return str(node.web("/bodies").json()["bodies"][0]["id"])


def test_one_act_is_done_once_whoever_is_asked(node: Node) -> None:
    new = {"json": {"title": "Gate 4", "crime_area": "fugitives"}, "headers": {"Idempotency-Key": "case-1"}}
    ports = [node.web_port, node.bureau.port] * 4
    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(lambda port: node.ask(port, "/cases", **json.loads(json.dumps(new))), ports)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count("true") == len(ports) - 1
    assert node.web(answers[0].headers["location"].removeprefix("/api/v1")).status_code == 200


def test_looks_go_on_while_the_node_changes_all_the_time(node: Node) -> None:
    def change(place: int) -> int:
        more = {"json": {"title": "x", "crime_area": "fugitives"}, "headers": {"Idempotency-Key": f"busy-{place}"}}
        return node.ask(node.bureau.port, "/cases", **more).status_code

    with ThreadPoolExecutor(8) as threads:
        changed = [threads.submit(change, place) for place in range(40)]
        looked = [threads.submit(lambda: node.web(f"/records?{ABOUT}&limit=5").status_code) for _ in range(40)]
        assert {one.result() for one in changed} == {201}
        assert {one.result() for one in looked} == {200}
    assert is_sound(node)


def test_what_is_new_is_told_by_a_web_process(node: Node) -> None:
    told: list[str] = []
    address = f"http://127.0.0.1:{node.web_port}/api/v1/events?kinds=case"
    with httpx.stream("GET", address, headers=node.headers, timeout=WAIT_SECONDS_MAX, trust_env=False) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        new = {"json": {"title": "New", "crime_area": "fugitives"}, "headers": {"Idempotency-Key": "new-1"}}
        number = node.ask(node.bureau.port, "/cases", **new).headers["location"].rpartition("/cases/")[2]
        began = time.monotonic()
        told = [next(line for line in lines if line.startswith("data:"))]
    assert time.monotonic() - began < TOLD_WITHIN_SECONDS
    assert number in told[0]


def live(node: Node) -> AbstractContextManager[httpx.Response]:
    """Open the stream of a page through a web process."""
    address = f"http://127.0.0.1:{node.web_port}/desk/live?kinds=case"
    return httpx.stream("GET", address, headers=node.cookie, timeout=WAIT_SECONDS_MAX, trust_env=False)


def test_page_of_the_desk_is_told_through_a_web_process_and_gives_its_place_back(node: Node) -> None:
    with live(node) as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data:"))
        # Its page was made by nobody: it is told once that anything may have changed.
        next(lines)
        new = {"json": {"title": "New", "crime_area": "fugitives"}, "headers": {"Idempotency-Key": "live-1"}}
        began = time.monotonic()
        assert node.ask(node.bureau.port, "/cases", **new).status_code == 201
        assert json.loads(next(lines).removeprefix("data: "))["kinds"] == ["case"]
        assert time.monotonic() - began < TOLD_WITHIN_SECONDS

    def is_opened() -> bool:
        with live(node) as stream:
            return stream.status_code == 200

    for _ in range(STREAMS_OF_SESSION_MAX + 1):
        # Each ends as its browser goes, and the node learns of it.
        node.wait(is_opened)


def test_file_sent_through_a_web_process_is_imported_by_a_job_of_the_node(node: Node) -> None:
    rows = "".join(
        json.dumps({"schema": "Person", "id": f"late-{place}", "properties": {"name": [f"Late {place}"]}}) + "\n"
        for place in range(3_000)
    )
    file = {"Content-Type": "application/octet-stream", "Idempotency-Key": "late-list"}
    sent = post(node, "/uploads?name=late.jsonl", content=rows.encode(), headers=file)
    assert sent.status_code == 201, sent.text
    asked = {"upload": sent.json()["id"], "terms": TERMS}
    begun = node.web("/imports", json=asked, headers={"Idempotency-Key": "late"})
    assert begun.status_code == 202, begun.text
    node.wait(lambda: node.web(f"/jobs/{begun.json()['id']}").json()["job"]["state"] == "done")
    assert node.web(f"/records/XA-NCB/late-2999?{ABOUT}").status_code == 200


def test_sender_that_disappears_before_a_web_process_leaves_nothing(node: Node) -> None:
    uploads = node.bureau.folder / "uploads"
    head = f"POST /api/v1/uploads?name=l.csv HTTP/1.1\r\nHost: x\r\nAuthorization: {node.headers['Authorization']}\r\n"
    with socket.create_connection(("127.0.0.1", node.web_port)) as line:
        line.sendall(
            f"{head}Content-Type: application/octet-stream\r\nIdempotency-Key: gone\r\nContent-Length: 9000000\r\n\r\n".encode()
        )
        line.sendall(b"x" * 3_000_000)
        node.wait(lambda: uploads.is_dir() and bool(list(uploads.iterdir())))
    node.wait(lambda: not list(uploads.iterdir()))


def form_of(node: Node, case: str) -> dict[str, str]:
    """Open a case's page through a web process; return what every form of it carries."""
    address = f"http://127.0.0.1:{node.web_port}/desk/cases/{case}"
    page = httpx.get(address, headers=node.cookie, timeout=WAIT_SECONDS_MAX, trust_env=False).text
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("csrf", "once")}


def send_note(node: Node, case: str, form: Mapping[str, str]) -> httpx.Response:
    address = f"http://127.0.0.1:{node.web_port}/desk/cases/{case}/note"
    headers = {**node.cookie, "Sec-Fetch-Site": "same-origin"}
    return httpx.post(address, headers=headers, data=dict(form), timeout=WAIT_SECONDS_MAX, trust_env=False)


@pytest.mark.long
def test_w82_form_whose_web_process_was_killed_amid_it_is_done_once_when_it_is_sent_again(node: Node) -> None:
    new = {"json": {"title": "Killed", "crime_area": "fugitives"}, "headers": {"Idempotency-Key": "killed-1"}}
    case = node.ask(node.bureau.port, "/cases", **new).headers["location"].rpartition("/cases/")[2]
    form = {**form_of(node, case), "text": "Seen at gate 4"}
    node.bureau.pause()
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(send_note, node, case, form)
        # It is handed on within milliseconds, and waits at the node, which stands still.
        time.sleep(0.5)
        assert not sent.done()
        for one in node.processes():
            os.kill(one, signal.SIGKILL)
        with pytest.raises(httpx.HTTPError):
            sent.result()
    node.bureau.go_on()
    node.wait(lambda: node.ready() and len(node.processes()) == 2)
    assert [send_note(node, case, form).status_code for _ in range(2)] == [303, 303]
    assert [one["text"] for one in node.web(f"/cases/{case}").json()["events"]].count("Seen at gate 4") == 1
    assert is_sound(node)


def post(node: Node, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - what the client takes
    headers = {**node.headers, **more.pop("headers")}
    address = f"http://127.0.0.1:{node.web_port}/api/v1{path}"
    return httpx.post(address, headers=headers, timeout=WAIT_SECONDS_MAX, trust_env=False, **more)


def test_requests_of_web_processes_are_counted_at_the_node(node: Node) -> None:
    node.web("/bodies")
    node.wait(lambda: 'route="/api/v1/bodies"' in metrics(node))
    gone = httpx.get(f"http://127.0.0.1:{node.web_port}/metrics", timeout=WAIT_SECONDS_MAX, trust_env=False)
    assert gone.status_code == 404


def metrics(node: Node) -> str:
    return httpx.get(f"http://127.0.0.1:{node.bureau.port}/metrics", timeout=WAIT_SECONDS_MAX, trust_env=False).text


def test_web_process_that_is_killed_is_replaced(node: Node) -> None:
    before = node.processes()
    assert web_check(node)["is_good"] is True
    os.kill(before[0], signal.SIGKILL)
    node.wait(lambda: before[0] not in node.processes() and len(node.processes()) == 2)
    node.wait(node.ready)
    assert node.web("/bodies").status_code == 200


def web_check(node: Node) -> Any:  # noqa: ANN401 - JSON
    """Return what `entente doctor` says of web processes."""
    (check,) = [one for one in node.bureau.ask("doctor")["checks"] if one["name"] == "web"]
    return check


@pytest.mark.long
def test_node_that_is_killed_takes_its_web_processes_with_it(node: Node) -> None:
    before = node.processes()
    node.bureau.end(signal.SIGKILL)
    node.wait(lambda: not any(b"web_process" in command(pid) for pid in before))
    node.start()
    assert is_sound(node)


def test_stop_lets_what_began_end_and_leaves_nobody(node: Node) -> None:
    before = node.processes()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(node.web, f"/records?{ABOUT}&limit=20") for _ in range(4)]
        done = [one.result().status_code for one in asked]
        node.bureau.end()
    assert done == [200] * 4
    assert not any(b"web_process" in command(pid) for pid in before)
    # A port that is taken keeps it from starting, and it says which setting is meant.
    node.bureau.settings["ENTENTE_WEB_PORT"] = str(node.bureau.port)
    with pytest.raises(AssertionError, match="ENTENTE_WEB_PORT"):
        node.bureau.start()
