"""A file of queries through a real node: the command is killed again and again, and the result has every row once (I34)."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entente.cli.gateway import Loopback, connect
from tests.support.processes import TERMS, WAIT_SECONDS_MAX, Bureau, entente

pytestmark = [pytest.mark.e2e, pytest.mark.long]
ROWS = 800
KNOWN = ("Rahimov Akmal", "Мухаммедов Абдулло", "Karimova Zarina")
KILLS = 4
END_SECONDS_MAX = 120.0


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    """Run a node that holds some invented persons, and knows them in its index."""
    one = Bureau("XA-NCB", tmp_path / "xa")
    one.make()
    file = tmp_path / "wanted.jsonl"
    persons = [{"id": f"w-{n}", "schema": "Person", "properties": {"name": [name]}} for n, name in enumerate(KNOWN)]
    file.write_text("".join(json.dumps(person) + "\n" for person in persons), encoding="utf-8")
    try:
        one.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
        one.start()
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while one.ask("status")["is_index_current"] is not True:
            assert time.monotonic() < give_up_at, "the index did not follow"
            time.sleep(0.05)
        yield one
    finally:
        one.end(signal.SIGKILL)


def test_i34_search_killed_at_any_time_and_started_again_has_every_row_once(bureau: Bureau, tmp_path: Path) -> None:
    chance = random.Random(34)
    file, out = tmp_path / "list.csv", tmp_path / "found.jsonl"
    part = out.with_name("found.jsonl.part")
    names = [KNOWN[n % 3] if n % 7 == 0 else f"Nobody Known {chr(97 + n % 26)}" for n in range(ROWS)]
    lines = [f"{name},{n}" if n % 100 else f'"{name},{n}' for n, name in enumerate(names)]
    file.write_text("name,reference\n" + "\n".join(lines), encoding="utf-8")
    with connect(str(bureau.folder)) as node:
        assert isinstance(node, Loopback)
    command = (
        "search", "--batch", file, "--out", out, "--purpose", "arrest", "--crime-area", "fugitives",
        "--occasion", "Flight 12", "--as", "duty-1", "--folder", bureau.folder, "--json",
    )  # fmt: skip
    kills = 0
    for kill in range(KILLS):
        process = entente(*command)
        begun = size_of(part)
        give_up_at = time.monotonic() + END_SECONDS_MAX
        # Killed at some moment after it wrote something more.
        while process.poll() is None and size_of(part) <= begun:
            assert time.monotonic() < give_up_at, "nothing was written"
            time.sleep(0.005)
        time.sleep(chance.random() * 0.1 * kill)
        process.send_signal(signal.SIGKILL)
        said = process.communicate(timeout=END_SECONDS_MAX)
        assert process.returncode in {0, -signal.SIGKILL}, said
        kills += process.returncode != 0
    assert kills, "it was killed, and went on"
    summary = ended(entente(*command))
    assert summary["rows"] == ROWS
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["row"] for one in found] == list(range(1, ROWS + 1))
    assert [one["reference"] for one in found if one["error"] is None] == [str(n) for n in range(ROWS) if n % 100]
    assert {bool(one["candidates"]) for one in found if one["asked"] in KNOWN} == {True}
    assert not part.exists()
    asked = [
        (one["detail"]["rows"]["first"], one["detail"]["rows"]["last"])
        for one in bureau.ask("trail_show", officer="head-1", limit=1000)["rows"]
        if one["verb"] == "search"
    ]
    # What was asked when a kill came is asked again; nothing is left out.
    assert {n for first, last in asked for n in range(first, last + 1)} >= {n + 1 for n in range(ROWS) if n % 100}


def size_of(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def ended(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401 - a command's JSON
    said, complained = process.communicate(timeout=END_SECONDS_MAX)
    assert process.returncode == 0, complained
    return json.loads(said)
