"""Bad files and a bad store, handed in as an officer does it: a clear error, its exit code, and a store that is as it was.

What each reader refuses stands in tests/unit/formats/; here the command's own path is walked, on a real folder.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entente.app import open_node
from entente.cli import app
from entente.formats import import_files
from entente.formats.import_files import LINE_BYTES_MAX, RATIO_FREE_BYTES
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Unavailable
from entente.settings import Settings
from entente.storage import sqlite
from entente.storage.folder import Folder
from entente.storage.schema import SCHEMA
from entente.verbs import perform
from tests.cli.conftest import Run, init
from tests.support import un_list
from tests.support.hostile import Watched
from tests.support.packed import bzip2_of_parts
from tests.support.sdn_list import detail, feature, party, period, xml

pytestmark = pytest.mark.storage

INVALID, UNAVAILABLE, MISCONFIGURED = 11, 15, 16
TERMS = """title: Wanted persons
kind: wanted_person
kind_by_schema: {Passport: travel_document, Sanction: sanctioned_entity}
purposes: [arrest]
crime_areas: [fugitives]
handling: [H1]
confidentiality: restricted
source_evaluation: A
information_evaluation: '1'
subject: {Person: wanted}
retention: {review_after_years: 1, erase_after_years: 4}
"""
GOOD = {"id": "p-1", "schema": "Person", "properties": {"name": ["Ardan Velk"], "birthDate": ["1979-05-04"]}}
LINE = json.dumps(GOOD).encode() + b"\n"
MANY = b"".join(LINE.replace(b"p-1", b"p-%d" % number) for number in range(60_000))
XML = xml(party(1))


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list", data)
    return target.getvalue()


def most_of(data: bytes) -> bytes:
    return data[: len(data) * 3 // 4]


def entity_bomb() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (step, b"&e%d;" % (step - 1) * 10) for step in range(1, 10))
    declared = b'<!DOCTYPE Sanctions [<!ENTITY e0 "ha">' + entities + b"]><Sanctions"
    return XML.replace(b"<Sanctions", declared, 1).replace(b"VELK", b"&e9;")


UN = un_list.xml(un_list.individual(7))
BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "malformed_xml": (lambda: XML.replace(b"</DistinctParties>", b"</Distinct>"), "not well-formed"),
    "malformed_neither_format": (lambda: b"name;born\nVelk;1979\n", "neither"),
    "truncated_xml": (lambda: XML[: len(XML) * 2 // 3], "not well-formed"),
    "truncated_gzip": (lambda: most_of(gzip.compress(MANY)), "ends in the middle"),
    "truncated_bzip2": (lambda: most_of(bz2.compress(MANY)), "ends in the middle"),
    "truncated_zip": (lambda: zipped(LINE)[:-30], "damaged"),
    "oversized_line": (lambda: LINE + b'{"id": "' + b"x" * LINE_BYTES_MAX + b'"}\n', "line 2 has more than"),
    "not_utf_8_lines": (lambda: LINE + LINE.replace(b"Velk", b"V\xe9lk"), "line 2 is not UTF-8"),
    "not_utf_8_xml": (lambda: XML.replace(b"VELK", b"V\xc9LK"), "UTF-8"),
    "not_utf_8_whole": (lambda: LINE.decode().encode("utf-16"), "UTF-8"),
    "entity_bomb": (entity_bomb, "document type"),
    "zip_bomb": (lambda: zipped(b"{}\n" * RATIO_FREE_BYTES * 2), "unfolds to more than"),
    "gzip_bomb": (lambda: gzip.compress(b"{}\n" * RATIO_FREE_BYTES * 2), "unfolds to more than"),
    "bzip2_bomb": (lambda: bzip2_of_parts(b"{}\n" * RATIO_FREE_BYTES * 2), "unfolds to more than"),
    "empty": (lambda: b"", "empty"),
    "changed_namespace": (lambda: UN.replace(b"<CONSOLIDATED_LIST", b'<CONSOLIDATED_LIST xmlns="urn:2"', 1), "«urn:2»"),
    "changed_root": (lambda: UN.replace(b"CONSOLIDATED_LIST", b"SANCTIONS_LIST"), "«SANCTIONS_LIST»"),
    "changed_entries": (lambda: UN.replace(b"INDIVIDUAL>", b"PERSON>"), "not one entry"),
}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bureau's folder with a duty officer; no test changes it."""
    place = tmp_path_factory.mktemp("bureau") / "xa"
    with pytest.MonkeyPatch.context() as patch:
        from_environment = RunLine(patch)
        init(from_environment, place, "XA-NCB", "XA")
        from_environment("officer", "add", "duty-1", "--role", "duty_officer", "--as", "head-1", "--folder", place)
    return place


def assert_says(result: Result, code: int, *words: str) -> None:
    """Assert what, why and do, each a whole sentence, and the exit code of the kind of error."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    what, why, do, *_ = result.stderr.strip().split("\n")
    assert why.startswith("why   ")
    assert do.startswith("do    ")
    for sentence in (what, why[6:], do[6:]):
        assert len(sentence.split()) >= 3, sentence
        assert sentence[-1] in ".»", sentence
    for word in words:
        assert word in f"{what} {why}", result.stderr


def import_file(run: Run, folder: Path, file: Path, *more: str) -> Result:
    terms = file.with_name("terms.yaml")
    terms.write_text(TERMS, encoding="utf-8")
    return run("record", "import", file, "--terms", terms, "--as", "duty-1", "--folder", folder, *more)


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_whole_and_nothing_of_it_is_imported(
    run: Run, bureau: Path, tmp_path: Path, name: str
) -> None:
    make, word = BAD_FILES[name]
    file = tmp_path / f"{name}.list"
    file.write_bytes(make())
    before = Watched.look(bureau)
    assert_says(import_file(run, bureau, file), INVALID, word, file.name)
    assert before.changed(Watched.look(bureau)) == set()
    assert {one.name for one in tmp_path.iterdir()} == {file.name, "terms.yaml"}


def test_oversized_file_is_refused_whole_and_nothing_of_it_is_imported(
    run: Run, bureau: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "TOTAL_BYTES_MAX", 2_000)
    file = tmp_path / "large.jsonl"
    file.write_bytes(LINE * 100)
    before = Watched.look(bureau)
    assert_says(import_file(run, bureau, file), INVALID, "2 kB", file.name)
    assert before.changed(Watched.look(bureau)) == set()


def test_pipe_or_device_in_place_of_a_file_is_refused_and_not_waited_for(
    run: Run, bureau: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe.list"
    os.mkfifo(pipe)
    before = Watched.look(bureau)
    assert_says(import_file(run, bureau, pipe), INVALID, "no regular file", pipe.name)
    assert before.changed(Watched.look(bureau)) == set()


BAD_ROWS = {
    "impossible_date": ({"birthDate": ["1979-02-30"]}, "Person", "1979-02-30"),
    "unknown_country": ({"nationality": ["qq"]}, "Person", "qq"),
    "unknown_schema": ({}, "Unicorn", "Unicorn"),
    "control_character": ({"name": ["Velk\x1b[2J"]}, "Person", "control"),
    "control_character_of_c1": ({"name": ["Velk\x9b2J"]}, "Person", "control"),
    "bidi_override": ({"name": ["Velk\u202e"]}, "Person", "control"),
    "overlong_value": ({"name": ["V" * 300_000]}, "Person", "characters"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_row_is_rejected_with_line_and_reason_and_the_others_are_kept(
    run: Run, folder: Path, tmp_path: Path, name: str
) -> None:
    properties, schema, word = BAD_ROWS[name]
    bad = {"id": "bad", "schema": schema, "properties": {"name": ["Marta Orlen"], **properties}}
    file = tmp_path / "list.jsonl"
    file.write_bytes(LINE + json.dumps(bad).encode() + b"\n" + LINE.replace(b"p-1", b"p-2"))
    result = import_file(run, folder, file, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)["summary"]
    assert (summary["created"], summary["rejected"]) == (2, 1)
    (row,) = [json.loads(line) for line in Path(summary["rejects_file"]).read_text("utf-8").splitlines()]
    assert row["place"] in {"line 2", "bad"}
    assert row["field"]
    assert word in row["why"]
    listed = run(
        "record",
        "list",
        "--purpose",
        "arrest",
        "--crime-area",
        "fugitives",
        "--as",
        "duty-1",
        "--folder",
        folder,
        "--json",
    )
    assert sorted(one["name"] for one in json.loads(listed.stdout)["records"]) == ["XA-NCB/p-1", "XA-NCB/p-2"]


def test_impossible_date_in_an_official_list_rejects_its_party_alone(run: Run, folder: Path, tmp_path: Path) -> None:
    impossible = party(2, feature(1, period("1979-02-30", "1979-02-30"), detail()))
    file = tmp_path / "list.xml"
    file.write_bytes(xml(party(1), impossible, party(3)))
    result = import_file(run, folder, file, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)["summary"]
    assert (summary["created"], summary["rejected"]) == (2, 1)
    assert "1979-02-30" in Path(summary["rejects_file"]).read_text("utf-8")


CONTRADICTIONS = {
    "ends before it starts": ("starts_on: 2025-01-01", "starts_on: 2025-01-01\nends_on: 2024-01-01", "ends_on"),
    "more signatures than parties": ("count: 2", "count: 9", "in_force.count"),
    "known but not covered": ("knowable_kinds: [travel_document, vehicle]", "knowable_kinds: [dna_profile]", "knowable_kinds"),
    "copy without a retention": ("retention_days_max: 1827", "retention_days_max: 0", "retention_days_max"),
    "quota for what is not covered": ("{kind: request, per_day: 500}", "{kind: notice_of_safety, per_day: 500}", "quotas"),
    "a list that does not know the code": ("crime_areas:\n", "crime_areas:\n  - political_dissent\n", "political_dissent"),
    "a party nobody knows": ("parties: [XA-NCB, XB-NCB, GS]", "parties: [XA-NCB, XQ-NCB]", "XQ-NCB"),
    "a field that stands twice": ("onward: among_parties", "onward: among_parties\nonward: forbidden", "twice"),
    "an unknown field": ("onward: among_parties", "onward: among_parties\nexpel: [XB-NCB]", "expel"),
    "an impossible date": ("starts_on: 2025-01-01", "starts_on: 2025-02-30", "starts_on"),
    "a title that turns the line": ("title: Agreement", "title: \u202eAgreement", "title"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_instrument_file_with_contradictory_terms_is_refused_with_line_and_field(
    run: Run, bureau_that_knows_others: Path, tmp_path: Path, name: str
) -> None:
    old, new, word = CONTRADICTIONS[name]
    text = (Path(__file__).parents[2] / "demo" / "instruments" / "agreement.yaml").read_text("utf-8")
    assert old in text
    file = tmp_path / "agreement.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = Watched.look(bureau_that_knows_others)
    result = run("instrument", "propose", file, "--as", "head-1", "--folder", bureau_that_knows_others)
    assert_says(result, INVALID, word)
    assert "line" in result.stderr
    assert before.changed(Watched.look(bureau_that_knows_others)) == set()


@pytest.fixture(scope="module")
def bureau_that_knows_others(bureau: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bureau's folder, with the other two parties of the agreement entered by hand."""
    with pytest.MonkeyPatch.context() as patch:
        line = RunLine(patch)
        for code, country in (("XB-NCB", "XB"), ("GS", "XC")):
            other = tmp_path_factory.mktemp(code)
            init(line, other / "node", code, country)
            entry = line("body", "export", "--folder", other / "node", "--json")
            file = other / "entry.json"
            file.write_text(entry.stdout, encoding="utf-8")
            assert line("body", "enter", file, "--folder", bureau).exit_code == 0
    return bureau


class RunLine:
    """Runs commands where the function's own fixture cannot be asked for."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("ENTENTE_PASSPHRASE", "correct horse battery staple")

    def __call__(self, *line: str | Path, text: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(word) for word in line], input=text)


# The store


def test_store_newer_than_the_code_ends_every_command_as_misconfigured(run: Run, folder: Path) -> None:
    with closing(sqlite3.connect(Folder(folder).database)) as store, store:
        store.execute(
            "UPDATE store_version SET schema = ?, oldest_code = ?, written_by = '7.0'", (SCHEMA + 2, SCHEMA + 1)
        )
    before = Watched.look(folder)
    for line in (("body", "list"), ("doctor",), ("case", "open", "T", "--crime-area", "fugitives", "--as", "duty-1")):
        assert_says(run(*line, "--folder", folder), MISCONFIGURED, f"schema {SCHEMA + 2}", "7.0")
    assert before.changed(Watched.look(folder)) == set()


def test_store_locked_by_another_program_ends_a_command_as_unavailable(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_COMMON", ("foreign_keys = ON", "busy_timeout = 50"))
    before = Watched.look(folder)
    line = ("case", "open", "T", "--crime-area", "fugitives", "--as", "duty-1", "--folder", folder)
    with closing(sqlite3.connect(Folder(folder).database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        assert_says(run(*line), UNAVAILABLE, "store")
        stranger.execute("ROLLBACK")
    assert before.changed(Watched.look(folder)) == set()
    assert run(*line).exit_code == 0


def test_full_disk_ends_an_act_as_unavailable_with_nothing_half_written(folder: Path) -> None:
    given: JsonObject = {"officer": "duty-1", "title": "T" * 300, "crime_area": "fugitives"}
    with open_node(Settings.at(folder)) as node:
        with node.cases.open_unit() as unit:
            connection = unit.cases._connection  # type: ignore[attr-defined]  # noqa: SLF001 - the disk is made small there
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        before, refused = Watched.look(folder), None
        for _ in range(200):
            try:
                perform(node, "case_open", given)
            except Unavailable as error:
                refused = error
                break
            before = Watched.look(folder)
        assert before.changed(Watched.look(folder)) == set()
        assert node.trail.verify((node.exchange.signer.public_key,)).is_sound
    assert refused is not None
    assert "full" in refused.what
    assert refused.do
    assert refused.retry_is_safe


def test_rejects_of_a_killed_import_do_not_stand_in_the_way_of_the_next(run: Run, folder: Path, tmp_path: Path) -> None:
    file, rejects = tmp_path / "list.jsonl", tmp_path / "list.jsonl.rejects.jsonl"
    file.write_bytes(b'{"id": "bad"}\n' + LINE)
    (tmp_path / f"{rejects.name}.part").write_text('{"place": "line 1", "what a killed import left": true}\n')
    assert import_file(run, folder, file).exit_code == 0
    (row,) = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert row["place"] == "line 1"
    assert not (tmp_path / f"{rejects.name}.part").exists()
    before = rejects.read_bytes()
    assert_says(import_file(run, folder, file), INVALID, rejects.name, "exists already")
    assert rejects.read_bytes() == before
