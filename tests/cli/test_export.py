"""`entente record export`: our records as FollowTheMoney, lossless for what came so, with a report of losses (R47)."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_import_lists import TERMS

pytestmark = pytest.mark.storage

WHY = ("--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1")
ENTITIES: list[Any] = [
    {
        "id": "Велк/1", "schema": "Person", "caption": "Ardan Velk", "datasets": ["xa_wanted"], "referents": ["q-1"],
        "target": True,
        "properties": {
            "name": ["Ardan Velk", "Ардан Велк"], "birthDate": ["1979-05-04T00:00:00"], "nationality": ["xa", "suhh"],
            "country": ["ru-cr"], "birthCountry": ["cshh"], "gender": ["male"], "shoeSize": ["44"], "notes": ['«a»\n"b"'],
        },
    },
    {"id": "p-2", "schema": "Person", "properties": {"name": ["Mira Sorn"], "birthDate": ["1980"]}},
    {"id": "pass-1", "schema": "Passport", "properties": {"number": ["AB12"], "holder": ["Велк/1", "p-2"], "country": ["pt"]}},
]  # fmt: skip


def imported(run: Run, folder: Path, lines: list[Any], terms: str = TERMS, name: str = "list.jsonl") -> None:
    file, conditions = folder.parent / name, folder.parent / "terms.yaml"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    conditions.write_text(terms, encoding="utf-8")
    result = run("record", "import", file, "--terms", conditions, "--as", "duty-1", "--folder", folder)
    assert result.exit_code == 0, result.output


def exported(run: Run, folder: Path, *more: str, why: tuple[str, ...] = WHY) -> tuple[list[Any], Any]:
    out = folder.parent / "out.jsonl"
    out.unlink(missing_ok=True)
    result = run("record", "export", out, *why, *more, "--folder", folder, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()], json.loads(result.stdout)


def test_r47_what_came_in_as_followthemoney_goes_out_as_it_came(run: Run, folder: Path, tmp_path: Path) -> None:
    imported(run, folder, ENTITIES)
    lines, answer = exported(run, folder)
    ours = [line.pop("entente") for line in lines]
    assert lines == ENTITIES
    assert ours[0]["kind"] == "sanctioned_entity"
    assert ours[0]["terms"] == [{
        "purposes": ["identify"], "crime_areas": ["fugitives"], "handling": ["H0"], "confidentiality": "official_use",
        "evaluation": "A2", "status": "possible_threat", "marks": [],
    }]  # fmt: skip
    out = tmp_path / "out.jsonl"
    assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert {one["reason"]: one["count"] for one in answer["losses"]} == {"terms": 3, "unknown_property": 2}

    again = tmp_path / "again.jsonl"
    again.write_text("".join(json.dumps({**line, "entente": {"x": 1}}) + "\n" for line in lines), encoding="utf-8")
    result = run(
        "record", "import", again, "--terms", tmp_path / "terms.yaml", "--as", "duty-1", "--folder", folder, "--json"
    )
    assert json.loads(result.stdout)["summary"]["unchanged"] == 3


def test_r47_the_trail_says_who_exported_why_how_many_and_which_file(run: Run, folder: Path) -> None:
    imported(run, folder, ENTITIES)
    _, answer = exported(run, folder, "--case", "XA-2031-1")
    rows = json.loads(run("trail", "show", "--folder", folder, "--as", "head-1", "--json").stdout)
    [begun] = [row for row in rows["rows"] if row["verb"] == "export_records"]
    [ended] = [row for row in rows["rows"] if row["verb"] == "records_exported"]
    assert begun["sequence"] < ended["sequence"]
    assert (begun["detail"]["purpose"], begun["detail"]["case"]) == ("identify", "XA-2031-1")
    assert (ended["detail"]["records"], ended["detail"]["sha256"]) == (3, answer["sha256"])


def test_r47_what_has_no_place_in_the_format_is_counted_by_reason(run: Run, folder: Path) -> None:
    lines = [
        {"id": "f-1", "schema": "Person", "properties": {"name": ["Velk"], "maidenName": ["Tal"], "odd": ["x", "y"]}},
        {
            "id": "v-1",
            "schema": "Vehicle",
            "properties": {"vin": ["1M8GDM9AXKP042788"], "registrationNumber": ["XA 12"]},
        },
    ]
    terms = TERMS.replace("subject:", "only: [XA-NCB]\nsubject:")
    imported(run, folder, lines, terms)
    written, answer = exported(run, folder)
    assert {one["reason"]: one["count"] for one in answer["losses"]} == {
        "terms": 2, "restrictions": 2, "property": 2, "unknown_property": 2,
    }  # fmt: skip
    assert all(one["meaning"] for one in answer["losses"])
    assert "XA-NCB" not in json.dumps(written)


def test_r47_what_an_officer_may_not_see_and_what_is_withdrawn_is_in_no_file(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    imported(run, folder, ENTITIES)
    hidden = [{"id": "h-1", "schema": "Person", "properties": {"name": ["Hidden Name"]}}]
    imported(run, folder, hidden, TERMS.replace("official_use", "confidential"), "hidden.jsonl")
    run("officer", "add", "machine-1", "--role", "integrator", "--as", "head-1", "--folder", folder)
    withdrawn = run("record", "withdraw", "p-2", "--reason", "Found", "--as", "duty-1", "--folder", folder)
    assert withdrawn.exit_code == 0
    assert len(exported(run, folder)[0]) == 3
    lines, answer = exported(run, folder, why=(*WHY[:-1], "machine-1"))
    assert [line["id"] for line in lines] == ["Велк/1", "pass-1"]
    assert lines[1]["properties"]["holder"] == ["Велк/1"]
    assert (answer["records"], "Hidden" in json.dumps(lines)) == (2, False)


def test_r47_one_kind_is_exported_alone_and_nothing_leaves_no_file(run: Run, folder: Path, tmp_path: Path) -> None:
    imported(run, folder, ENTITIES)
    assert len(exported(run, folder, "--kind", "sanctioned_entity")[0]) == 3
    out = tmp_path / "none.jsonl"
    result = run("record", "export", out, *WHY, "--kind", "wanted_person", "--folder", folder)
    assert result.exit_code != 0
    assert not list(tmp_path.glob("*none*"))


def test_r47_a_file_that_is_there_is_not_overwritten_and_nothing_is_exported(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    imported(run, folder, ENTITIES)
    out = tmp_path / "mine.txt"
    out.write_text("mine")
    result = run("record", "export", out, *WHY, "--folder", folder)
    assert result.exit_code != 0
    assert out.read_text() == "mine"


def test_r47_an_officer_without_the_verb_exports_nothing(run: Run, folder: Path, tmp_path: Path) -> None:
    imported(run, folder, ENTITIES)
    run("officer", "add", "ana-1", "--role", "analyst", "--as", "head-1", "--folder", folder)
    result = run("record", "export", tmp_path / "a.jsonl", *WHY[:-1], "ana-1", "--folder", folder)
    assert result.exit_code != 0
    assert "export_records" in result.output or "role" in result.output
    assert not (tmp_path / "a.jsonl").exists()
