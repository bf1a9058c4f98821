"""A file of queries searched by the command: result, faults, going on, and what the trail holds of it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from entente.cli import gateway
from entente.cli.search import COLUMNS as HELP
from entente.cli.search import Delimiter
from entente.formats.queries import QueryRow
from entente.formats.query_columns import COLUMNS
from entente.formats.query_csv import DELIMITERS
from entente.identity.model import QUERIES_MAX, REQUEST_TERMS_MAX
from entente.kernel.errors import Unavailable
from entente.verbs.slicing import slices
from tests.cli.conftest import Run, answer
from tests.cli.test_commands import WANTED, import_wanted

LIST = """\
reference,name,birth_date,sex,identifier
4A,Muhammadov Abdullo,1979-03-14,,
4B,Nobody Known,,,
4C,,1979,,
4D,Muhammadov,1979-02-31,,
4E,"Muhammadov" Abdullo,1979,,
=5A,Muhammadov,1979,none,490154203237517
6A,Мухаммедов|Muhammadov,1979,,
"""


@pytest.fixture
def passengers(run: Run, folder: Path, tmp_path: Path) -> Path:
    import_wanted(run, folder, WANTED)
    file = tmp_path / "passengers.csv"
    file.write_text(LIST, encoding="utf-8-sig")
    return file


def line(file: Path, folder: Path, *more: str | Path) -> tuple[str | Path, ...]:
    about = ("--purpose", "identify", "--crime-area", "fugitives", "--occasion", "Gate 4", "--as", "duty-1")
    return ("search", "--batch", file, *about, "--folder", folder, *more)


def found_in(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def node_goes_away(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make a slice two rows, and the node go away before the third slice; return the first row of each one asked since."""
    monkeypatch.setattr("entente.verbs.slicing.QUERIES_MAX", 2)
    asked: list[int] = []
    real = gateway.OpenedFolder.ask

    def ask(self: gateway.OpenedFolder, verb: str, given: Any, told: Any = None) -> Any:  # noqa: ANN401
        if len(asked) == 2:
            asked.clear()
            raise Unavailable("The node is gone.", why="It was stopped.", do="Start it.", retry_is_safe=False)
        asked.append(given["rows"]["first"])
        return real(self, verb, given, told)

    monkeypatch.setattr(gateway.OpenedFolder, "ask", ask)
    return asked


def test_i33_each_row_has_its_candidates_or_what_is_wrong_with_it(run: Run, folder: Path, passengers: Path) -> None:
    shown = run(*line(passengers, folder))
    assert shown.exit_code == 0, shown.output
    assert "7 rows are searched, in" in shown.stdout
    found = found_in(passengers.with_name("passengers.found.csv"))
    assert [(one["row"], one["candidates"]) for one in found] == [
        ("1", "1"), ("2", "0"), ("3", "0"), ("4", "0"), ("5", "0"), ("6", "0"), ("7", "1"),
    ]  # fmt: skip
    assert (found[0]["caption"], found[0]["record"], found[0]["reference"]) == (
        "Мухаммедов Абдулло",
        "XA-NCB/w-1",
        "4A",
    )
    assert [bool(one["error"]) for one in found] == [False, False, True, True, True, True, False]
    for place, words in ((2, "I1"), (3, "«1979-02-31»"), (4, "line 6"), (5, "«none»")):
        assert words in found[place]["error"]
    assert found[5]["reference"] == "'=5A"


def test_i31_candidates_are_those_of_the_single_search(
    run: Run, folder: Path, passengers: Path, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"
    said = answer(run(*line(passengers, folder, "--out", out, "--json")))
    assert said == {
        "out": str(out), "rows": 7, "found": 2, "candidates": 2, "ill_formed": 4, "silent_sources": [], "was_whole": False,
    }  # fmt: skip
    first = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    alone = answer(
        run(
            "search", "Muhammadov Abdullo", "--born", "1979-03-14", "--purpose", "identify", "--crime-area", "fugitives",
            "--occasion", "Gate 4", "--as", "duty-1", "--folder", folder, "--json",
        )
    )  # fmt: skip
    assert first["candidates"] == alone["candidates"] != []
    assert answer(run(*line(passengers, folder, "--out", out, "--json"))) == {**said, "was_whole": True}


def test_i34_search_that_broke_off_goes_on_and_asks_no_row_again(
    run: Run, folder: Path, passengers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.csv"
    assert run(*line(passengers, folder, "--out", whole)).exit_code == 0
    asked = node_goes_away(monkeypatch)
    out = tmp_path / "broken.csv"
    assert run(*line(passengers, folder, "--out", out)).exit_code == 15
    assert not out.exists()
    assert run(*line(passengers, folder, "--out", out)).exit_code == 0
    # The fifth row cannot be read, so the slice that begins with it is asked from the sixth on.
    assert asked == [6, 7]

    def without_rows_of_the_trail(file: Path) -> list[dict[str, str]]:
        return [{**one, "trail_sequence": ""} for one in found_in(file)]

    assert without_rows_of_the_trail(out) == without_rows_of_the_trail(whole)


def test_i34_changed_input_and_other_purpose_do_not_go_on(run: Run, folder: Path, passengers: Path) -> None:
    assert run(*line(passengers, folder)).exit_code == 0
    other = [word if word != "identify" else "arrest" for word in map(str, line(passengers, folder))]
    refused = run(*other)
    assert (refused.exit_code, "purpose" in refused.stderr) == (13, True)
    passengers.write_text(LIST + "7A,Saidov,,,\n", encoding="utf-8")
    refused = run(*line(passengers, folder))
    assert (refused.exit_code, "SHA-256 differs" in refused.stderr) == (13, True)


def as_parquet(file: Path) -> Path:
    """Write the same list as Parquet, as typed as its values allow; the row that is torn CSV is whole in both."""
    same = file.with_suffix(".parquet")
    rows = list(csv.DictReader(LIST.replace('"Muhammadov" Abdullo', "?").splitlines()))
    columns: dict[str, Any] = {name: [row[name] or None for row in rows] for name in rows[0]}
    columns["name"] = [None if one is None else one.split("|") for one in columns["name"]]
    columns["identifier"] = pa.array([None if one is None else int(one) for one in columns["identifier"]], pa.int64())
    columns["sex"] = pa.array(columns["sex"]).dictionary_encode()
    parquet.write_table(pa.table(columns), same, row_group_size=3)
    return same


def test_i45_parquet_and_csv_of_one_list_have_one_result_line_by_line_and_one_row_each_in_the_trail(
    run: Run, folder: Path, passengers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.verbs.slicing.QUERIES_MAX", 5)
    passengers.write_text(LIST.replace('"Muhammadov" Abdullo', "?"), encoding="utf-8")
    run("officer", "add", "dpo-1", "--role", "data_protection_officer", "--as", "head-1", "--folder", folder)
    said = [
        answer(run(*line(file, folder, "--out", tmp_path / f"{form}.csv", "--json")))
        for form, file in (("csv", passengers), ("parquet", as_parquet(passengers)))
    ]
    assert [{**one, "out": ""} for one in said] == [{**said[0], "out": ""}] * 2
    results = [
        [{**one, "trail_sequence": ""} for one in found_in(tmp_path / f"{form}.csv")] for form in ("csv", "parquet")
    ]
    assert results[0] == results[1] != []
    shown = json.loads(run("trail", "show", "--as", "dpo-1", "--folder", folder, "--json").stdout)["rows"]
    details = [{**one["detail"], "query_sealed": "", "search": ""} for one in shown if one["verb"] == "search"]
    assert details[: len(details) // 2] == details[len(details) // 2 :] != []


def test_i45_search_of_a_parquet_file_that_broke_off_goes_on_at_its_row(
    run: Run, folder: Path, passengers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, asked = as_parquet(passengers), node_goes_away(monkeypatch)
    out = tmp_path / "broken.csv"
    assert run(*line(file, folder, "--out", out)).exit_code == 15
    assert run(*line(file, folder, "--out", out)).exit_code == 0
    assert asked == [5, 7]
    assert [one["row"] for one in found_in(out)] == list("1234567")
    assert (
        json.loads((tmp_path / "broken.csv.run").read_text())["file_sha256"]
        == hashlib.sha256(file.read_bytes()).hexdigest()
    )
    refused = run(*line(passengers, folder, "--out", out))
    assert (refused.exit_code, "SHA-256 differs" in refused.stderr) == (13, True)


def test_i32_rows_of_the_file_are_in_the_trail_and_nothing_it_holds(
    run: Run, folder: Path, passengers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.verbs.slicing.QUERIES_MAX", 5)
    run("officer", "add", "dpo-1", "--role", "data_protection_officer", "--as", "head-1", "--folder", folder)
    run(*line(passengers, folder))
    shown = run("trail", "show", "--as", "dpo-1", "--folder", folder, "--json").stdout
    searches = [one for one in json.loads(shown)["rows"] if one["verb"] == "search"]
    assert [one["detail"]["rows"] for one in searches] == [{"first": 6, "last": 7}, {"first": 1, "last": 4}]
    for kept in ("Muhammadov", "passengers", "Nobody Known"):
        assert kept not in shown
    row = searches[1]["sequence"]
    read = run("trail", "query", row, "--key", folder / "keys" / "dpo.pem", "--as", "dpo-1", "--folder", folder)
    assert "rows 1 to 4 of the file with SHA-256" in read.stdout
    assert "query 4" in read.stdout
    assert "\u2068Muhammadov Abdullo\u2069" in read.stdout


@pytest.mark.parametrize("more", [("Muhammadov",), ("--born", "1979"), ("--id", "AB123456")])
def test_i33_what_is_searched_for_stands_in_the_file_alone(
    run: Run, folder: Path, passengers: Path, more: tuple[str, ...]
) -> None:
    assert run(*line(passengers, folder, *more)).exit_code == 2
    assert list(passengers.parent.glob("*.found*")) == []
    words = line(passengers, folder)
    assert run("search", "Muhammadov", *words[3:], "--out", "x.csv").exit_code == 2


def test_i33_refused_search_leaves_no_result(run: Run, folder: Path, passengers: Path) -> None:
    words = [word if word != "duty-1" else "head-1" for word in map(str, line(passengers, folder))]
    assert run(*words).exit_code == 10
    assert list(passengers.parent.glob("*.found*")) == []
    assert run(*line(passengers.with_name("none.csv"), folder)).exit_code == 11
    assert run(*line(passengers, folder, "--ignore", "seat")).exit_code == 11


def test_i33_help_names_every_column_and_delimiter() -> None:
    assert [text.split()[0] for text in HELP.splitlines() if text.startswith("  ")] == [
        "name", "family_name", "given_names", "birth_date", "country", "sex", "identifier", "reference",
    ]  # fmt: skip
    assert set(COLUMNS) == {text.split()[0] for text in HELP.splitlines() if text.startswith("  ")}
    assert [one.value for one in Delimiter] == list(DELIMITERS)


def test_i31_slices_are_within_every_bound_of_a_request() -> None:
    long = [QueryRow(n, "", {"names": ["я" * 30_000], "identifiers": []}) for n in range(1, 20)]
    many = [QueryRow(n, "", {"names": ["x"] * 20, "identifiers": ["y"] * 20}) for n in range(20, 100)]
    short = [QueryRow(n, "", {"names": ["x"], "identifiers": []}) for n in range(100, 401)]
    cut = list(slices([*long, *many, *short]))
    assert [row.number for part in cut for row in part] == list(range(1, 401))
    assert max(len(part) for part in cut) == QUERIES_MAX
    assert max(len(json.dumps([row.query for row in part])) for part in cut) < 1024 * 1024 + 10_000
    terms = [sum(len(value) for row in part for value in row.query.values() if isinstance(value, list)) for part in cut]
    assert max(terms) == REQUEST_TERMS_MAX
