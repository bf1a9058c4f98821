"""`entente record import` of a table with a mapping: once, again, with the next issue, and proposed by --suggest (R44 to R46)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_import_lists import COUNTS, TERMS, original

pytestmark = pytest.mark.storage

MAPPING = """
table: {skip: {Status: [closed]}}
entities:
  person:
    schema: Person
    keys: ["No"]
    prefix: w-
    properties:
      name: {column: Name}
      birthDate: {column: Born, dates: [DD.MM.YYYY]}
"""
HEAD = "No,Name,Born,Status,Religion\n"


def run_import(run: Run, folder: Path, file: Path, mapping: Path, *more: str) -> Any:  # noqa: ANN401 - a result
    terms = file.with_name("terms.yaml")
    terms.write_text(TERMS, encoding="utf-8")
    return run(
        "record", "import", file, "--mapping", mapping, "--terms", terms, "--as", "duty-1", "--folder", folder, *more
    )


def imported(run: Run, folder: Path, file: Path, mapping: Path) -> tuple[list[int], Any]:
    result = run_import(run, folder, file, mapping, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    return [answer["summary"][name] for name in COUNTS], answer


def test_r44_a_table_is_imported_once_and_its_next_issue_makes_versions(run: Run, folder: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "register.csv", tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    rows = [
        "1,Ardan Velk,04.05.1979,open,secret",
        "2,Mira Sorn,31.02.1980,open,",
        "3,Una Kest,,closed,",
        "4,Ilo Tal,,open,",
    ]
    file.write_text(HEAD + "\n".join(rows) + "\n")
    counts, answer = imported(run, folder, file, mapping)
    assert counts == [2, 0, 0, 1]
    assert (answer["passed_over"], answer["left_out"]) == (1, {"religion": 1})
    rejects = tmp_path / "register.csv.rejects.jsonl"
    [rejected] = map(json.loads, rejects.read_text("utf-8").splitlines())
    assert (rejected["place"], rejected["field"]) == ("row 2 (line 3)", "Born")
    rejects.unlink()
    assert "Ardan Velk" in original(run, folder, "w-1")
    assert "secret" not in original(run, folder, "w-1")

    file.write_text(
        HEAD + "\n".join([rows[0].replace("Velk", "Velk-Tal"), rows[1].replace("31.", "28."), rows[3]]) + "\n"
    )
    assert imported(run, folder, file, mapping)[0] == [1, 1, 1, 0]
    assert imported(run, folder, file, mapping)[0] == [0, 0, 3, 0]


def test_r44_a_mapping_that_matches_nothing_imports_nothing_and_says_so(run: Run, folder: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "register.csv", tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING.replace("Born", "Date of birth"))
    file.write_text(HEAD + "1,Ardan Velk,04.05.1979,open,\n")
    result = run_import(run, folder, file, mapping)
    assert result.exit_code != 0
    assert "line 10" in result.output
    assert "date of birth" in result.output
    assert not list(tmp_path.glob("*.rejects*"))
    why = ("--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1")
    listed = run("record", "list", *why, "--folder", folder, "--json")
    assert json.loads(listed.stdout)["of"] == 0


def test_r46_a_proposed_mapping_is_used_as_it_is(run: Run, folder: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "register.csv", tmp_path / "mapping.yaml"
    file.write_text("No;Surname;Given names;Date of birth\n1;Velk;Ardan;04.05.1979\n2;Sorn;Mira;1980\n")
    proposed = run("record", "import", file, "--suggest", "--folder", folder)
    assert proposed.exit_code == 0, proposed.output
    mapping.write_text(proposed.stdout)
    assert imported(run, folder, file, mapping)[0] == [2, 0, 0, 0]


@pytest.mark.parametrize("left_out", ["--terms", "--as"])
def test_what_an_import_needs_is_asked_for(run: Run, folder: Path, tmp_path: Path, left_out: str) -> None:
    file = tmp_path / "register.csv"
    file.write_text(HEAD)
    terms = tmp_path / "terms.yaml"
    terms.write_text(TERMS)
    given = {"--terms": terms, "--as": "duty-1"}
    del given[left_out]
    result = run("record", "import", file, "--folder", folder, *(word for pair in given.items() for word in pair))
    assert result.exit_code == 2
    assert left_out in result.output


def test_r46_a_preview_shows_rows_as_they_would_be_read_and_keeps_nothing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file, mapping = tmp_path / "register.csv", tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    file.write_text(HEAD + "7,Ardan Velk,04.05.1979,open,secret\n8,Mira Sorn,31.02.1980,open,\n")
    shown = run_import(run, folder, file, mapping, "--preview", "--json")
    assert shown.exit_code == 0, shown.output
    good, bad = json.loads(shown.stdout)["rows"]
    assert (good["outcome"], good["place"], good["schema"]) == ("record", "w-7", "Person")
    assert {"property": "birthDate", "value": "1979-05-04"} in good["values"]
    assert (bad["outcome"], bad["field"]) == ("rejected", "Born")
    assert "secret" not in shown.stdout
    assert "1979-05-04" in run_import(run, folder, file, mapping, "--preview").stdout
    # What comes afterwards is new: nothing of it was kept.
    assert imported(run, folder, file, mapping)[0] == [1, 0, 0, 1]
