"""Web processes under kills: one of them, the node with all of them, the database; what was asked under a key is done once.

Programs that never pause open cases, send files and begin imports through the web processes, each under a key of its own, and ask
again with the same key until they are told that it is done. Meanwhile a seeded choice of processes is killed with SIGKILL.

Source: DESIGN section 1, promise 5; docs/rules/api.md P8, P12 and P13; docs/rules/node.md N19 and N20.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from tests.e2e.test_web_processes import ABOUT, Node, command, is_sound
from tests.support.databases import move_into
from tests.support.postgres_server import Server, programs, running_server
from tests.support.processes import TERMS, WAIT_SECONDS_MAX, Bureau

pytestmark = [pytest.mark.e2e, pytest.mark.long]

KILLS = 12
PROGRAMS = 6
PEOPLE = 300
DURABLE = {"fsync": "off"}
"""A server that is killed loses nothing it acknowledged; the machine stands."""
OVER_SECONDS_MAX = 90.0


@dataclass
class Town:
    """A node with its database, and what programs were told."""

    node: Node
    server: Server | None
    ends: Event = field(default_factory=Event)
    told: dict[str, str] = field(default_factory=dict)
    """By the key of a request, what it was told to be: a case, or a job."""
    lost: set[str] = field(default_factory=set)
    """Keys of requests that were done, and their answer lost."""
    counted: Counter[str] = field(default_factory=Counter)

    def asked(self, key: str, send: Callable[[], httpx.Response]) -> httpx.Response | None:
        """Ask until somebody says that it is done; None where its answer was lost."""
        give_up_at = time.monotonic() + OVER_SECONDS_MAX
        while True:
            assert time.monotonic() < give_up_at, f"{key} was not done"
            try:
                answer = send()
            except httpx.HTTPError:
                self.counted["cut off"] += 1
                time.sleep(0.1)
                continue
            self.counted[str(answer.status_code)] += 1
            if answer.status_code in {201, 202}:
                return answer
            if answer.status_code == 409 and "answer was lost" in answer.text:
                self.lost.add(key)
                return None
            assert answer.status_code in {429, 500, 503} or "done meanwhile" in answer.text, answer.text
            time.sleep(0.1)

    def open_cases(self, name: str) -> None:
        number = 0
        while not self.ends.is_set():
            number += 1
            key = f"case-{name}-{number}"
            new = {"json": {"title": key, "crime_area": "fugitives"}, "headers": {"Idempotency-Key": key}}
            answer = self.asked(key, lambda new=new: self.node.web("/cases", **json.loads(json.dumps(new))))  # type: ignore[misc]
            self.told[key] = "" if answer is None else answer.headers["location"].rpartition("/cases/")[2]

    def import_lists(self) -> None:
        number = 0
        while not self.ends.is_set():
            number += 1
            people = (
                {"schema": "Person", "id": f"l{number}-{one}", "properties": {"name": [f"Ardan Velk {one}"]}}
                for one in range(PEOPLE)
            )
            file = "".join(json.dumps(one) + "\n" for one in people).encode()
            headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": f"file-{number}"}
            sent = self.asked(f"file-{number}", lambda: self.post("/uploads?name=l.jsonl", file, headers))  # noqa: B023
            assert sent is not None, "of a file no answer is lost"
            key = f"import-{number}"
            asked = {"json": {"upload": sent.json()["id"], "terms": TERMS}, "headers": {"Idempotency-Key": key}}
            begun = self.asked(key, lambda asked=asked: self.node.web("/imports", **json.loads(json.dumps(asked))))  # type: ignore[misc]
            assert begun is not None, "of a job no answer is lost"
            self.told[key] = begun.json()["id"]
            self.wait_for(f"/jobs/{self.told[key]}")

    def wait_for(self, job: str) -> None:
        give_up_at = time.monotonic() + OVER_SECONDS_MAX
        while True:
            assert time.monotonic() < give_up_at, f"{job} did not end"
            try:
                answer = self.node.web(job)
                if answer.status_code == 200 and answer.json()["job"]["state"] == "done":
                    return
                assert answer.status_code != 200 or answer.json()["job"]["state"] in {"waiting", "running"}, answer.text
            except httpx.HTTPError:
                pass
            time.sleep(0.2)

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        address = f"http://127.0.0.1:{self.node.web_port}/api/v1{path}"
        more = {**self.node.headers, **headers}
        return httpx.post(address, headers=more, content=content, timeout=WAIT_SECONDS_MAX, trust_env=False)

    def listen(self) -> None:
        """Hold a stream open, and open it again where it ends, from where it was."""
        last, address = "", f"http://127.0.0.1:{self.node.web_port}/api/v1/events?kinds=case"
        seen: Counter[str] = Counter()
        while not self.ends.is_set():
            headers = {**self.node.headers, **({"Last-Event-ID": last} if last else {})}
            try:
                with httpx.stream("GET", address, headers=headers, timeout=20.0, trust_env=False) as stream:
                    for line in stream.iter_lines():
                        if line.startswith("id: "):
                            last = line.removeprefix("id: ")
                        elif line.startswith("data: ") and '"kind"' in line:
                            seen[json.loads(line.removeprefix("data: "))["id"]] += 1
                        if self.ends.is_set():
                            break
            except httpx.HTTPError:
                time.sleep(0.2)
        self.heard = seen

    heard: Counter[str] = field(default_factory=Counter)

    def kill(self, what: str) -> None:
        """Kill something, and wait until all is there again."""
        node, process = self.node, self.node.bureau.process
        assert process is not None, "it runs"
        before = node.processes()
        if what == "web" and before:
            os.kill(before[0], signal.SIGKILL)
        elif what == "node":
            node.bureau.end(signal.SIGKILL)
            began = time.monotonic()
            # At once: whatever is left of the killed one stands in nobody's way.
            node.start()
            assert not any(b"web_process" in command(pid) for pid in before)
            self.counted["seconds to start again"] = max(
                self.counted["seconds to start again"], round(time.monotonic() - began)
            )
        elif what == "database" and self.server is not None:
            self.server.stop("immediate")
            time.sleep(0.5)
            self.server.start()
        node.wait(lambda: node.ready() and len(node.processes()) == 2)


@pytest.fixture(params=["sqlite", "postgres"])
def town(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Town]:
    bureau = Bureau("XA-NCB", tmp_path / "xa")
    bureau.make()
    bureau.ask("officer_add", officer="head-1", id="machine", roles=["duty_officer"], machine=True)
    node = Node(bureau)
    if request.param == "sqlite":
        yield from running(Town(node, None))
        return
    if programs() is None:
        pytest.skip("there are no programs of a PostgreSQL server: apt install postgresql")
    with running_server(DURABLE) as server:
        move_into(server.url(server.new_database()), bureau.folder)
        yield from running(Town(node, server))


def running(town: Town) -> Iterator[Town]:
    town.node.start()
    try:
        yield town
    finally:
        town.node.bureau.end(signal.SIGKILL)


def pages(node: Node, path: str, name: str) -> list[Any]:
    """Return all rows of a list."""
    found: list[Any] = []
    cursor = ""
    while True:
        page = node.web(f"{path}{'&' if '?' in path else '?'}limit=100{f'&cursor={cursor}' if cursor else ''}").json()
        found += page[name]
        cursor = page.get("next") or ""
        if not cursor:
            return found


def test_what_was_asked_under_a_key_is_done_once_whatever_is_killed(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance, kinds = random.Random(seed), ["web", "web", "node"] + (["database"] if town.server else [])
    with ThreadPoolExecutor(PROGRAMS + 2) as threads:
        working = [threads.submit(town.open_cases, str(place)) for place in range(PROGRAMS)]
        working += [threads.submit(town.import_lists), threads.submit(town.listen)]
        try:
            for place in range(KILLS):
                time.sleep(chance.uniform(0.3, 1.5))
                town.kill(kinds[place % len(kinds)])
        finally:
            time.sleep(1.0)
            town.ends.set()
        for one in working:
            one.result()
    node = town.node
    titles = Counter(one["title"] for one in pages(node, "/cases", "cases"))
    assert set(titles.values()) == {1}
    assert set(titles) == {key for key in town.told if key.startswith("case-")}
    lists = sum(key.startswith("import-") for key in town.told)
    assert len(pages(node, f"/records?{ABOUT}", "records")) == lists * PEOPLE
    # What was told is told once, and nothing between the first and the last of it was left out.
    heard = sorted(int(number.rpartition("/")[2]) for number in town.heard)
    assert set(town.heard.values()) == {1}
    assert heard == list(range(heard[0], heard[-1] + 1))
    uploads = node.bureau.folder / "uploads"
    assert not list(uploads.glob(".new-*"))
    assert is_sound(node)
    with capsys.disabled():
        sys.stderr.write(f"\nseed {seed}: {len(titles)} cases, {lists} lists, {len(town.lost)} answers lost\n")
        sys.stderr.write(f"  {dict(town.counted)}, {len(town.heard)} cases heard of\n")
