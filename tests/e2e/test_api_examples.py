"""The example programs for integrators, as processes of their own, against a real node, also after a kill."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs.source import ROOT
from tests.support.build_mrz import TD3_SPECIMEN
from tests.support.processes import TERMS, Bureau

pytestmark = pytest.mark.e2e
HIT, NO_ANSWER = 10, 2
BEARER = {"schema": "Person", "properties": {"name": ["Eriksson Anna Maria"], "birthDate": ["1974-08-12"]}}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Run the node of a bureau with one wanted person and two machine accounts."""
    folder = tmp_path_factory.mktemp("bureau")
    bureau = Bureau("XA-NCB", folder / "xa")
    bureau.make()
    file = folder / "wanted.jsonl"
    file.write_text(json.dumps({**BEARER, "id": "w-1"}) + "\n", encoding="utf-8")
    terms = TERMS.replace("purposes: [arrest]", "purposes: [arrest, security_check]").replace(
        "restricted", "official_use"
    )
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=terms)
    for account, role in (("gate-4", "border_officer"), ("case-system", "duty_officer")):
        bureau.ask("officer_add", officer="head-1", id=account, roles=[role], machine=True)
    bureau.start()
    try:
        yield bureau
    finally:
        bureau.end()


def token(bureau: Bureau, account: str, *scopes: str) -> Path:
    """Make a token as an operator does, and keep it where the other system keeps its secrets."""
    made: Any = bureau.ask("token_make", officer="head-1", account=account, scopes=[*scopes])
    kept = bureau.folder.parent / f"{made['token']['id']}.token"
    kept.touch(0o600)
    kept.write_text(made["text"] + "\n", encoding="ascii")
    return kept


def run(
    bureau: Bureau, token_file: Path, example: str, *line: str | Path, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run an example to its end."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        "PYTHONIOENCODING": "utf-8",
        "ENTENTE_NODE": f"http://127.0.0.1:{bureau.port}",
        "ENTENTE_TOKEN_FILE": str(token_file),
    }
    command = [sys.executable, "-m", f"examples.{example}", *map(str, line)]
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def test_border_lane_says_hit_and_no_hit(bureau: Bureau) -> None:
    gate = token(bureau, "gate-4", "search")
    found = run(bureau, gate, "border_check", "Gate 4", given="\n".join(TD3_SPECIMEN) + "\n")
    assert (found.returncode, found.stderr) == (HIT, "")
    assert "ERIKSSON, ANNA MARIA · UTO L898902C3" in found.stdout
    assert "HIT" in found.stdout
    assert "XA-NCB/w-1" in found.stdout
    other = "P<UTOMUSTERFRAU<<BERTA<<<<<<<<<<<<<<<<<<<<<<\nX123456784UTO6408125F3010315<<<<<<<<<<<<<<06"
    none = run(bureau, gate, "border_check", "Gate 4", given=f"{other}\n\n{other}\n")
    assert (none.returncode, none.stdout.count("no hit"), none.stderr) == (0, 2, "")
    rows = bureau.rows("SELECT officer FROM trail WHERE verb = 'search' ORDER BY sequence DESC LIMIT 3")
    assert rows == [("gate-4",)] * 3


def test_border_lane_says_when_the_node_does_not_hear_it(bureau: Bureau) -> None:
    refused = run(bureau, token(bureau, "gate-4", "directory.read"), "border_check", given="\n".join(TD3_SPECIMEN))
    assert (refused.returncode, refused.stdout) == (NO_ANSWER, "")
    assert "The token is not for this." in refused.stderr
    none = run(bureau, token(bureau, "gate-4", "search"), "case_table")
    assert (none.returncode, none.stdout) == (NO_ANSWER, "")
    assert none.stderr.startswith("There is no table: The token is not for this.")


def test_case_system_opens_each_case_once_however_often_it_runs(bureau: Bureau, tmp_path: Path) -> None:
    kept = token(bureau, "case-system", "cases.read", "cases.write", "messages.read")
    ours, memory = tmp_path / "ours.jsonl", tmp_path / "known.json"
    cases = [
        {"reference": f"A-{place}", "title": f"Lost bag {place}", "crime_area": "fugitives", "notes": ["One.", "Two."]}
        for place in range(3)
    ]
    ours.write_text("".join(json.dumps(one) + "\n" for one in cases), encoding="utf-8")
    first = run(bureau, kept, "case_sync", ours, memory)
    assert (first.returncode, first.stderr, len(first.stdout.splitlines())) == (0, "", 3)
    known = json.loads(memory.read_text(encoding="utf-8"))
    # It lost its memory, and the node was killed meanwhile: nothing is opened or written twice.
    memory.unlink()
    bureau.end(signal.SIGKILL)
    bureau.start()
    again = run(bureau, kept, "case_sync", ours, memory)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert json.loads(memory.read_text(encoding="utf-8")) == known
    headers = {"Authorization": f"Bearer {kept.read_text(encoding='ascii').strip()}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{bureau.port}/api/v1", headers=headers) as http:
        listed = http.get("/cases").json()["cases"]
        assert sorted(one["number"] for one in listed) == sorted(one["number"] for one in known.values())
        events = http.get(f"/cases/{listed[0]['number']}").json()["events"]
    assert [one["kind"] for one in events] == ["opened", "note", "note"]
    table = run(bureau, kept, "case_table")
    assert (table.returncode, table.stderr) == (0, "")
    head, *lines = csv.reader(table.stdout.splitlines())
    assert head == ["number", "state", "crime area", "opened", "notes"]
    assert [(line[0], line[1], line[4]) for line in lines] == [(one["number"], "open", "2") for one in listed]


@pytest.mark.long
def test_node_logs_no_token(bureau: Bureau) -> None:
    kept = token(bureau, "gate-4", "search")
    secret = kept.read_text(encoding="ascii").strip().rpartition(".")[2]
    run(bureau, kept, "border_check", given="\n".join(TD3_SPECIMEN))
    assert bureau.process is not None
    bureau.process.send_signal(signal.SIGTERM)
    out, error = bureau.process.communicate(timeout=30)
    bureau.process = None
    assert secret not in out + error
    files = [path.read_bytes() for path in bureau.folder.rglob("*") if path.is_file()]
    assert not any(secret.encode("ascii") in data for data in files)
    bureau.start()


def test_display_made_from_the_reference_shows_numbers_and_no_text(bureau: Bureau) -> None:
    kept = token(bureau, "case-system", "directory.read", "duty.read")
    shown = run(bureau, kept, "duty_display")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [line for line in shown.stdout.splitlines() if line.startswith(("hits", "messages"))] == [
        "hits: 0",
        "messages: 0",
    ]
    refused = run(bureau, token(bureau, "case-system", "directory.read"), "duty_display")
    assert (refused.returncode, refused.stdout) == (NO_ANSWER, "")
    assert "The token is not for this." in refused.stderr


def test_feed_made_from_the_reference_imports_once_however_often_it_is_started(bureau: Bureau, tmp_path: Path) -> None:
    kept = token(bureau, "case-system", "uploads.write", "imports.write", "jobs")
    file, terms = tmp_path / "list.jsonl", tmp_path / "terms.yaml"
    rows = [{**BEARER, "id": f"f-{place}"} for place in range(3)]
    file.write_text("".join(json.dumps(one) + "\n" for one in rows) + "{}\n", encoding="utf-8")
    terms.write_text(TERMS, encoding="utf-8")
    first = run(bureau, kept, "list_feed", file, terms)
    assert first.stdout.splitlines()[0] == "3 created, 0 updated, 0 unchanged, 1 rejected", first.stderr
    assert len(first.stdout.splitlines()) == 2
    # It was stopped before it kept which job it had begun, and finds it again by its key.
    memory = file.with_name("list.jsonl.job")
    known = json.loads(memory.read_text("ascii"))
    memory.write_text(json.dumps({name: known[name] for name in ("digest", "upload")}), encoding="ascii")
    again = run(bureau, kept, "list_feed", file, terms)
    assert (again.returncode, again.stdout) == (1, first.stdout)
    assert json.loads(memory.read_text("ascii")) == known
