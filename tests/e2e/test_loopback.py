"""A real node process and real commands beside it: the same answers over loopback as with the folder opened directly."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from entente.app import NewBody, create_folder, running_node
from entente.bodies.model import BodyKind
from entente.cli.gateway import Loopback, OpenedFolder, connect
from entente.cli.output import items
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Misconfigured, Refused
from entente.storage.folder import Folder
from tests.cli.test_commands import TERMS, WANTED

pytestmark = pytest.mark.e2e
PASSPHRASE = "correct horse battery staple"
START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 15.0
READING: tuple[tuple[str, JsonObject], ...] = (
    ("body_show", {}),
    ("body_list", {}),
    ("body_export", {}),
    ("officer_list", {}),
    ("order_list", {}),
    ("group_list", {"on": "2031-01-01"}),
    ("instrument_list", {}),
    ("proposal_list", {}),
    ("case_list", {"limit": 5}),
    ("message_list", {}),
    ("hit_list", {}),
    ("permission_list", {}),
    ("request_list", {}),
    # The checkpoint first: it brings the log up, so that what is said of it does not depend on the follower.
    ("trail_checkpoint", {}),
    ("trail_prove", {"since": 2}),
    ("trail_verify", {}),
    ("trail_show", {"officer": "head-1", "limit": 3}),
)
FAILING: tuple[tuple[str, JsonObject], ...] = (
    ("case_show", {"number": "2031/000001"}),
    ("case_open", {"officer": "duty-1", "title": "T", "crime_area": "no such"}),
    ("instrument_show", {"instrument": "no such"}),
    ("no_such_verb", {}),
)


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def entente(*line: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "entente.cli", *map(str, line)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the node of a folder in a process of its own; give its address; stop it as an operator would."""
    process = entente("node", "run", "--folder", folder, "--port", str(free_port()))
    try:
        give_up_at = time.monotonic() + START_SECONDS_MAX
        while (holder := running_node(folder)) is None or not holder.address:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < give_up_at, "the node did not start"
            time.sleep(0.05)
        yield holder.address
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=STOP_SECONDS_MAX)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert running_node(folder) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a bureau with a duty officer and a case."""
    place = tmp_path / "xa"
    kind = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(place, NewBody(kind, "XA-NCB", "Bureau of XA", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    with connect(str(place)) as node:
        node.ask("officer_add", {"officer": "head-1", "id": "duty-1", "roles": ["duty_officer"]})
        node.ask("case_open", {"officer": "duty-1", "title": "Gate 4", "crime_area": "fugitives"})
    return place


def asked(folder: Path, kind: type) -> list[JsonObject | tuple[type, dict[str, object]]]:
    """Ask every question of the two lists; the way the session goes must be the one expected."""
    found: list[JsonObject | tuple[type, dict[str, object]]] = []
    with connect(str(folder)) as node:
        assert isinstance(node, kind)
        found += [node.ask(verb, arguments) for verb, arguments in READING]
        for verb, arguments in FAILING:
            with pytest.raises(EntenteError) as error:
                node.ask(verb, arguments)
            found.append((type(error.value), error.value.__dict__))
    return found


def test_loopback_gives_the_answers_and_errors_of_the_opened_folder(folder: Path) -> None:
    directly = asked(folder, OpenedFolder)
    with running(folder):
        assert asked(folder, Loopback) == directly


@pytest.mark.long
def test_command_prints_the_same_whether_the_node_runs_or_not(folder: Path) -> None:
    def printed() -> tuple[str, str, int]:
        process = entente("case", "show", "2026/999999", "--folder", folder)
        out, said = process.communicate(timeout=START_SECONDS_MAX)
        shown = entente("body", "show", "--folder", folder)
        return out + shown.communicate(timeout=START_SECONDS_MAX)[0], said, process.returncode

    directly = printed()
    assert directly[2] == 12
    with running(folder):
        assert printed() == directly


def test_import_over_loopback_reports_progress_and_is_found_by_search(folder: Path, tmp_path: Path) -> None:
    rows = [{**WANTED, "id": f"w-{number}"} for number in range(120)]
    file = tmp_path / "wanted.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    given: JsonObject = {"officer": "duty-1", "file": str(file), "terms": TERMS}
    seen: list[int] = []
    with running(folder), connect(str(folder)) as node:
        summary = node.ask("record_import", given, seen.append)["summary"]
        assert isinstance(summary, dict)
        assert (summary["read"], summary["created"]) == (120, 120)
        assert seen[-1] == 120
        assert seen == sorted(seen)
        give_up_at = time.monotonic() + START_SECONDS_MAX
        while node.ask("status", {})["is_index_current"] is not True:
            assert time.monotonic() < give_up_at, "the index did not follow"
            time.sleep(0.05)
        query: JsonObject = {
            "officer": "duty-1", "names": ["Muhammadov"], "purpose": "identify", "crime_area": "fugitives", "occasion": "Gate",
        }  # fmt: skip
        assert node.ask("search", query)["candidates"]


def test_refusal_crosses_the_loopback_with_its_grounds(folder: Path) -> None:
    with running(folder), connect(str(folder)) as node, pytest.raises(Refused) as refused:
        node.ask("case_open", {"officer": "head-1", "title": "T", "crime_area": "fugitives"})
    assert [ground.number for ground in refused.value.decision.refusals] == ["B9.2"]


@pytest.mark.long
def test_running_node_writes_the_log_of_its_trail_by_itself(folder: Path) -> None:
    with running(folder), connect(str(folder)) as node:
        rows = node.ask("status", {})["trail_rows"]
        give_up_at = time.monotonic() + START_SECONDS_MAX
        while (
            not (checkpoint := Folder(folder).log / "checkpoint").exists()
            or f"\n{rows}\n" not in checkpoint.read_text()
        ):
            assert time.monotonic() < give_up_at, "the log did not follow"
            time.sleep(0.05)
        checks = items(node.ask("doctor", {}), "checks")
    assert [check["is_good"] for check in checks if check["name"] == "log"] == [True]


@pytest.mark.long
def test_token_that_others_can_read_is_not_used(folder: Path) -> None:
    token = Folder(folder).token_file
    with running(folder):
        with connect(str(folder)) as node:
            node.ask("body_list", {})
        token.chmod(0o644)
        with pytest.raises(Misconfigured, match=r"operator\.token"), connect(str(folder)):
            pass
        token.chmod(0o600)


@pytest.mark.long
def test_two_commands_at_once_both_do_their_work(folder: Path) -> None:
    line = ("case", "open", "At once", "--crime-area", "fugitives", "--as", "duty-1", "--folder", folder, "--json")
    both = [entente(*line), entente(*line)]
    answers = [process.communicate(timeout=START_SECONDS_MAX) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    numbers = sorted(json.loads(out)["case"]["number"][-6:] for out, _ in answers)
    assert numbers == ["000002", "000003"]


@pytest.mark.long
def test_second_node_on_one_folder_is_told_who_holds_it(folder: Path) -> None:
    with running(folder) as address:
        second = entente("node", "run", "--folder", folder, "--port", str(free_port()))
        _, said = second.communicate(timeout=START_SECONDS_MAX)
    assert second.returncode == 15
    assert address in said


def test_running_node_shows_its_page_and_nothing_else(folder: Path) -> None:
    with running(folder) as address, httpx.Client(base_url=address, trust_env=False) as http:
        page = http.get("/")
        assert page.status_code == 200
        assert "Bureau of XA" in page.text
        assert http.get("/nowhere").status_code == 404
        assert "Nothing found." in http.get("/nowhere").text
        assert http.post("/operator", json={"verb": "body_list", "arguments": {}}).status_code == 403


@pytest.mark.long
def test_page_in_a_browser_is_styled_fits_and_asks_nobody_else(folder: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine; see .ci/browser")
    asked_for: list[str] = []
    complaints: list[str] = []
    with running(folder) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked_for.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "To the content"
        assert page.evaluate("getComputedStyle(document.querySelector('section')).borderTopStyle") == "solid"
        for width, direction in ((1280, "ltr"), (390, "ltr"), (390, "rtl")):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(f"document.documentElement.dir = '{direction}'")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, direction)
        browser.close()
    assert {url.rstrip("/") for url in asked_for} <= {address, f"{address}/favicon.ico"}
    assert complaints == []
