"""T5 and T7: what was searched for is read by the data protection officer alone, with a key the node does not need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer

ASKED = "Muhammadov"


@pytest.fixture
def row(run: Run, folder: Path) -> int:
    run("officer", "add", "dpo-1", "--role", "data_protection_officer", "--as", "head-1", "--folder", folder)
    about = ("--purpose", "identify", "--crime-area", "fugitives", "--occasion", "Gate 4", "--as", "duty-1")
    found = answer(run("search", ASKED, "--born", "1979", *about, "--folder", folder, "--json"))["trail_sequence"]
    assert isinstance(found, int)
    return found


def test_t7_data_protection_officer_reads_what_was_asked_and_the_look_is_in_the_trail(
    run: Run, folder: Path, row: int
) -> None:
    line = ("trail", "query", row, "--key", folder / "keys" / "dpo.pem", "--as", "dpo-1", "--folder", folder)
    read = answer(run(*line, "--json"))
    (query,) = read["queries"]
    assert (query["names"], query["birth_date"], read["rows"]) == ([ASKED], "1979", None)
    assert ASKED in run(*line).stdout
    shown = run("trail", "show", "--as", "dpo-1", "--folder", folder, "--json").stdout
    assert ASKED not in shown, "the trail itself holds the query only sealed"
    assert [one["officer"] for one in json.loads(shown)["rows"] if one["verb"] == "read_sealed_queries"] == [
        "dpo-1"
    ] * 2


def test_t7_another_role_another_passphrase_and_another_row_read_nothing(
    run: Run, folder: Path, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ("--key", folder / "keys" / "dpo.pem", "--folder", folder)
    assert run("trail", "query", row, *key, "--as", "duty-1").exit_code == 10
    assert run("trail", "query", row - 1, *key, "--as", "dpo-1").exit_code == 12
    monkeypatch.setenv("ENTENTE_PASSPHRASE", "another passphrase altogether")
    refused = run("trail", "query", row, *key, "--as", "dpo-1")
    assert refused.exit_code == 11
    assert ASKED not in refused.output
