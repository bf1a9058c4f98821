"""`entente record erase` and `entente erasure`: what officers and operators read. Source: docs/rules/records.md R10 to R14."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer
from tests.cli.test_commands import WANTED
from tests.docs.source import ROOT

TERMS = ROOT / "demo" / "terms" / "wanted.yaml"
WHERE = "--folder"


@pytest.fixture
def erased(run: Run, folder: Path, tmp_path: Path) -> str:
    """Return the stand-in of a record that was imported and erased."""
    run("officer", "add", "dpo-1", "--role", "data_protection_officer", "--as", "head-1", WHERE, folder)
    file = tmp_path / "wanted.jsonl"
    file.write_text(json.dumps({**WANTED, "id": "w-QZ773"}) + "\n", encoding="utf-8")
    terms = tmp_path / "terms.yaml"
    terms.write_text(
        "\n".join(
            line for line in TERMS.read_text(encoding="utf-8").splitlines() if not line.startswith("instrument:")
        ),
        encoding="utf-8",
    )
    line = ("record", "import", file, "--terms", terms, "--as", "duty-1", WHERE, folder)
    assert answer(run(*line, "--json"))["summary"]["created"] == 1
    done = run("record", "erase", "w-QZ773", "--reason", "unlawful", "--as", "dpo-1", WHERE, folder, "--json")
    assert answer(run(*line, "--json"))["summary"]["rejected"] == 1
    return str(answer(done)["name"])


def test_r11_lists_say_why_and_when_and_hold_no_id(run: Run, folder: Path, erased: str) -> None:
    listed = run("erasure", "list", "--as", "dpo-1", WHERE, folder)
    assert listed.exit_code == 0
    assert "unlawful" in listed.stdout
    assert "nobody held a copy" in listed.stdout
    seen = run("erasure", "reentries", "--as", "dpo-1", WHERE, folder)
    assert "same id" in seen.stdout
    assert "refused" in seen.stdout
    for shown in (listed, seen, run("trail", "show", "--as", "dpo-1", WHERE, folder, "--json")):
        assert "w-QZ773" not in shown.stdout
        assert "erased:" in shown.stdout
    assert run("erasure", "list", "--as", "duty-1", WHERE, folder).exit_code == 10


def test_r10_an_unknown_reason_is_refused_and_names_the_list(run: Run, folder: Path, erased: str) -> None:
    refused = run("record", "erase", erased, "--reason", "unlawful", "--as", "dpo-1", WHERE, folder)
    assert refused.exit_code == 12
    assert run("record", "erase", "w-none", "--reason", "unlawful", "--as", "duty-1", WHERE, folder).exit_code == 10


def test_r13_tombstones_go_out_and_in_by_a_file(run: Run, folder: Path, tmp_path: Path, erased: str) -> None:
    file = tmp_path / "tombstones.jsonl"
    out = run("erasure", "export", file, "--as", "dpo-1", WHERE, folder)
    assert "1 tombstones" in out.stdout
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert run("erasure", "export", file, "--as", "dpo-1", WHERE, folder).exit_code == 13
    taken = run("erasure", "import", file, "--as", "dpo-1", WHERE, folder)
    assert "0 tombstones taken in, 1 known before" in taken.stdout
    for broken in (b"", b"[]\n[]\n", file.read_bytes()[:-40], file.read_bytes().replace(b'"unlawful"', b'"Unlawful"')):
        file.write_bytes(broken)
        assert run("erasure", "import", file, "--as", "dpo-1", WHERE, folder).exit_code == 11


def test_r11_housekeeping_says_what_it_did_and_doctor_what_is_left(run: Run, folder: Path, erased: str) -> None:
    before = run("doctor", WHERE, folder, "--json").stdout
    assert "Records erased since the store was last written anew: 1." in before
    done = run("erasure", "run", WHERE, folder)
    assert "The store was written anew." in done.stdout
    assert "The index is clean." in done.stdout
    assert "Nothing of what was erased is left" in run("doctor", WHERE, folder, "--json").stdout
    assert "needed no writing anew" in run("erasure", "run", WHERE, folder).stdout
