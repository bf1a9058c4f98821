"""`entente record import` of official lists: once, again, and with the next issue (R6, R40)."""

import json
from pathlib import Path

import pytest

from entente.kernel.canonical import JsonObject
from tests.cli.conftest import Run
from tests.support import eu_list, un_list

pytestmark = pytest.mark.storage

TERMS = """
title: A list
kind: sanctioned_entity
purposes: [identify]
crime_areas: [fugitives]
handling: [H0]
confidentiality: official_use
source_evaluation: A
information_evaluation: '2'
subject: {Person: possible_threat}
retention: {review_after_years: 1, erase_after_years: 4}
"""
COUNTS = ("created", "updated", "unchanged", "rejected")


def imported(run: Run, folder: Path, file: Path) -> tuple[list[object], JsonObject]:
    """Import a list and return how many records are new, changed, unchanged and rejected, and the whole answer."""
    terms = file.with_name("terms.yaml")
    terms.write_text(TERMS, encoding="utf-8")
    result = run("record", "import", file, "--terms", terms, "--as", "duty-1", "--folder", folder, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    return [answer["summary"][name] for name in COUNTS], answer


def original(run: Run, folder: Path, record: str) -> str:
    why = ("--purpose", "identify", "--crime-area", "fugitives")
    result = run("record", "original", record, *why, "--as", "duty-1", "--folder", folder)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_list_of_the_united_nations_is_imported_once_and_its_next_issue_makes_versions(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "consolidated.xml"
    bad = un_list.individual(9, un_list.part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="EXACT", DATE="1970-02-30"))
    faith = "<RELIGION>a secret word</RELIGION>"
    file.write_bytes(un_list.xml(un_list.individual(7, faith), bad, entities=un_list.entity(8)))
    counts, answer = imported(run, folder, file)
    assert counts == [4, 0, 0, 1]
    assert answer["left_out"] == {"religion": 1}
    assert "individual 9" in (tmp_path / "consolidated.xml.rejects.jsonl").read_text("utf-8")
    kept = original(run, folder, "un-7")
    assert "VELK" in kept
    assert "secret" not in kept
    (tmp_path / "consolidated.xml.rejects.jsonl").unlink()

    again, _ = imported(run, folder, file)
    assert again == [0, 0, 4, 1]
    (tmp_path / "consolidated.xml.rejects.jsonl").unlink()

    file.write_bytes(un_list.xml(un_list.individual(7, "<COMMENTS1>Seen in Alba.</COMMENTS1>"), un_list.individual(10)))
    later, _ = imported(run, folder, file)
    assert later == [2, 1, 1, 0]
    assert "Seen in Alba." in original(run, folder, "un-7")


def test_the_list_of_the_european_union_is_imported_once_and_its_next_issue_makes_versions(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "export.xml"
    law = eu_list.regulation(349, publicationDate="2025-02-01")
    file.write_bytes(eu_list.xml(eu_list.entry(7, eu_list.document(21)), eu_list.entry(8, sort="enterprise")))
    counts, _ = imported(run, folder, file)
    assert counts == [5, 0, 0, 0]
    again, _ = imported(run, folder, file)
    assert again == [0, 0, 5, 0]
    changed = eu_list.entry(8, sort="enterprise", regulations=law)
    file.write_bytes(eu_list.xml(eu_list.entry(7, eu_list.document(21)), changed))
    later, _ = imported(run, folder, file)
    assert later == [0, 1, 4, 0]
    assert "2025-02-01" in original(run, folder, "eu-8-sanction")
