"""A running node tells of what came in: its follower holds it against the standing queries, and nobody asks it to.

Source: docs/rules/identity.md I26.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import TERMS, WANTED
from tests.support.processes import POLL_SECONDS, WAIT_SECONDS_MAX, Bureau

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WHY = {"officer": "duty-1", "purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    made = Bureau("XA-NCB", tmp_path / "xa")
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.end()


def test_i26_a_running_node_raises_what_comes_in_and_goes_on_after_a_restart(bureau: Bureau, tmp_path: Path) -> None:
    query = bureau.ask("standing_leave", names=["Muhammadov Abdullo"], **WHY)["query"]["id"]
    bring(bureau, tmp_path, "w-1")
    assert wait_for_new(bureau, 1)
    (shown,) = bureau.ask("standing_matches", officer="duty-1")["matches"]
    assert (shown["name"], shown["query"], shown["state"]) == ("XA-NCB/w-1", query, "new")
    bureau.end()
    bureau.start()
    bring(bureau, tmp_path, "w-2")
    assert wait_for_new(bureau, 1)
    assert {one["name"] for one in bureau.ask("standing_matches", officer="duty-1")["matches"]} == {
        "XA-NCB/w-1",
        "XA-NCB/w-2",
    }
    checks: Any = bureau.ask("doctor")["checks"]
    assert next(one for one in checks if one["name"] == "standing")["is_good"] is True


def bring(bureau: Bureau, folder: Path, local_id: str) -> None:
    file = folder / f"{local_id}.jsonl"
    file.write_text(json.dumps({**WANTED, "id": local_id}) + "\n", encoding="utf-8")
    assert bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)["summary"]["created"] == 1


def wait_for_new(bureau: Bureau, count: int) -> bool:
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < give_up_at:
        (own,) = bureau.ask("standing_list", officer="duty-1")["queries"]
        if own["new"] == count:
            return True
        time.sleep(POLL_SECONDS)
    return False
