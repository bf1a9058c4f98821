"""Two node processes on loopback ports, killed at the worst moment: what was acknowledged is there, once.

Source: DESIGN section 1, promise 5; docs/rules/exchange.md X7 and X21.
"""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from entente.app import running_node
from entente.kernel.errors import Unavailable
from tests.support.processes import TERMS, WAIT_SECONDS_MAX, Bureau, entente, settle, two_nodes

pytestmark = pytest.mark.e2e


def send(bureau: Bureau, to: str, text: str) -> bool:
    """Send a message; say whether the node said that it was kept. One that dies meanwhile says nothing."""
    given = {"officer": "duty-1", "to": to, "instrument": "charter", "subject": text, "text": text}
    try:
        bureau.ask("message_send", **given)
    except Unavailable:
        return False
    return True


def received(bureau: Bureau) -> list[str]:
    query = "SELECT document FROM correspondence_item WHERE family = 'message' AND way = 'received'"
    return sorted(json.loads(document)["subject"] for (document,) in bureau.rows(query))


def acknowledged(bureau: Bureau) -> int:
    query = "SELECT count(*) FROM outbox_statement WHERE kind = 'message' AND state = 'stored'"
    return int(bureau.rows(query)[0][0])


@pytest.mark.long
@pytest.mark.parametrize("who", ["recipient", "sender"])
def test_every_message_is_at_its_recipient_once_though_a_node_is_killed_three_times(tmp_path: Path, who: str) -> None:
    with two_nodes(tmp_path) as (a, b):
        killed = b if who == "recipient" else a
        kept: list[str] = []
        for round_number in range(3):
            for number in range(6):
                text = f"{round_number}-{number}"
                kept += [text] * send(a, "XB-NCB", text)
            killed.end(signal.SIGKILL)
            # What the sender has an acknowledgement for is at the recipient now, whatever else is still on its way.
            assert acknowledged(a) <= len(received(b))
            if killed is b:
                kept += ["late"] * send(a, "XB-NCB", "late") if round_number == 0 else []
            killed.start()
        send(a, "XB-NCB", "last")
        kept.append("last")
        settle(a, b)
        assert received(b) == sorted(kept)
        assert acknowledged(a) == len(kept)
        for one in (a, b):
            assert one.ask("trail_verify")["proof"]["is_sound"]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    one = Bureau("XA-NCB", tmp_path / "xa")
    one.make()
    yield one
    one.end()


def write_list(folder: Path, count: int) -> list[str | Path]:
    """Write a list of persons and the command that imports it, but for the folder."""
    person = '{{"id": "p-{0}", "schema": "Person", "properties": {{"name": ["Ardan Velk {0}"]}}}}\n'
    (folder / "list.jsonl").write_text("".join(person.format(number) for number in range(count)), encoding="utf-8")
    (folder / "terms.yaml").write_text(TERMS, encoding="utf-8")
    return ["record", "import", folder / "list.jsonl", "--terms", folder / "terms.yaml", "--as", "duty-1", "--json"]


@pytest.mark.long
def test_killed_import_run_again_completes_without_a_duplicate(bureau: Bureau, tmp_path: Path) -> None:
    line, count = write_list(tmp_path, 4_000), "SELECT count(*), count(DISTINCT record_id), max(version) FROM record"
    killed = entente(*line, "--folder", bureau.folder)
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    while bureau.rows("SELECT count(*) FROM record")[0][0] < 200:
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < give_up_at
        time.sleep(0.005)
    killed.kill()
    killed.communicate()
    ((half, distinct, _),) = bureau.rows(count)
    assert 200 <= half == distinct < 4_000
    again = entente(*line, "--folder", bureau.folder)
    out, said = again.communicate(timeout=WAIT_SECONDS_MAX)
    assert again.returncode == 0, said
    summary = json.loads(out)["summary"]
    assert (summary["read"], summary["created"], summary["unchanged"]) == (4_000, 4_000 - half, half)
    assert bureau.rows(count) == [(4_000, 4_000, 1)]
    assert bureau.ask("trail_verify")["proof"]["is_sound"]


@pytest.mark.long
def test_import_while_the_node_runs_and_commands_beside_it_all_do_their_work(bureau: Bureau, tmp_path: Path) -> None:
    bureau.start()
    importing = entente(*write_list(tmp_path, 1_000), "--folder", bureau.folder)
    beside = [
        entente("case", "open", "Beside", "--crime-area", "fugitives", "--as", "duty-1", "--folder", bureau.folder)
        for _ in range(2)
    ]
    for process in (*beside, importing):
        _, said = process.communicate(timeout=WAIT_SECONDS_MAX)
        assert process.returncode == 0, said
    assert bureau.rows("SELECT count(*) FROM record") == [(1_000,)]
    assert bureau.rows("SELECT count(*) FROM case_file") == [(2,)]
    assert bureau.ask("trail_verify")["proof"]["is_sound"]


@pytest.mark.long
def test_two_commands_at_once_on_a_folder_without_a_node_both_do_their_work(bureau: Bureau) -> None:
    line = ("case", "open", "T", "--crime-area", "fugitives", "--as", "duty-1", "--folder", bureau.folder)
    both = [entente(*line) for _ in range(3)]
    for process in both:
        _, said = process.communicate(timeout=WAIT_SECONDS_MAX)
        assert process.returncode == 0, said
    numbers = bureau.rows("SELECT number FROM case_file")
    assert len(set(numbers)) == 3


@pytest.mark.long
def test_node_whose_port_is_taken_says_so_and_ends_as_misconfigured(bureau: Bureau) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", bureau.port))
        taken.listen()
        process = entente("node", "run", "--folder", bureau.folder, "--port", str(bureau.port))
        _, said = process.communicate(timeout=WAIT_SECONDS_MAX)
    assert process.returncode == 16
    what, why, do = said.strip().split("\n")
    assert str(bureau.port) in what
    assert "listens there already" in why
    assert "ENTENTE_PORT" in do
    # It held the folder only while it tried.
    assert running_node(bureau.folder) is None
    bureau.start()
