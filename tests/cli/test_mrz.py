"""The command that checks a machine readable zone, and a zone given to a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer
from tests.support.build_mrz import TD3_SPECIMEN, Holder, zone

UPPER, LOWER = TD3_SPECIMEN


def test_valid_zone_is_said_field_by_field(run: Run, folder: Path) -> None:
    shown = run("mrz", "check", UPPER, LOWER, "--folder", folder)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("TD3: valid\n")
    for part in ("ERIKSSON", "ANNA MARIA", "L898902C3", "1974-08-12"):
        assert part in shown.stdout
    assert "The document expired on 2012-04-15." in shown.stdout


def test_each_fault_is_named_and_what_was_misread_proposed(run: Run, folder: Path) -> None:
    misread = LOWER.replace("740812", "7408I2")
    shown = run("mrz", "check", UPPER, misread, "--folder", folder)
    assert shown.exit_code == 0, "a fault of a document is none of the command"
    assert "birth date holds «I»" in shown.stdout
    assert "proposed: \u2068740812\u2069" in shown.stdout
    assert LOWER in shown.stdout
    zone_read = answer(run("mrz", "check", UPPER, misread, "--folder", folder, "--json"))["zone"]
    assert (zone_read["is_valid"], zone_read["birth_date"], zone_read["proposed_lines"]) == (False, "", [UPPER, LOWER])
    assert {(fault["field"], fault["kind"]) for fault in zone_read["faults"]} >= {("birth date", "illegal_character")}


def test_file_of_a_scanner_is_read(run: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "scan.txt"
    file.write_bytes(("\ufeff" + UPPER.replace("<", "«") + "\r\n" + LOWER.lower() + "\r\n").encode())
    assert run("mrz", "check", "--file", file, "--folder", folder).stdout.startswith("TD3: valid\n")


@pytest.mark.parametrize("content", [b"\xff\xfe<", b"<" * 4001], ids=["not UTF-8", "too large"])
def test_file_that_is_none_is_refused(run: Run, folder: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "scan.txt"
    file.write_bytes(content)
    assert run("mrz", "check", "--file", file, "--folder", folder).exit_code == 2
    assert run("mrz", "check", "--folder", folder).exit_code == 2, "neither lines nor a file"


def test_search_with_a_zone_that_has_faults_says_which(run: Run, folder: Path) -> None:
    upper, lower = zone("TD3", Holder())
    about = ("--purpose", "identify", "--crime-area", "fugitives", "--occasion", "Gate 4", "--as", "duty-1")
    line = ("search", "--id", f"{upper}\n{lower.replace('790504', '799504')}", *about, "--folder", folder)
    shown = run(*line)
    assert shown.exit_code == 0
    assert "there is no month 95" in shown.stdout
    found = answer(run(*line, "--json"))
    assert found["zones"][0]["surname"] == "KARIMOVA"
    assert found["notes"]


def test_search_says_what_looks_wrong_in_a_number(run: Run, folder: Path) -> None:
    about = ("--purpose", "identify", "--crime-area", "fugitives", "--occasion", "Gate 4", "--as", "duty-1")
    line = ("search", "--id", "490154203237517", "--id", "9074729", *about, "--folder", folder)
    shown = run(*line).stdout
    assert "490154203237517\u2069: \u2068IMEI with a wrong last digit: 8 is due\u2069" in shown
    assert "9074729\u2069:" not in shown, "nothing is wrong with it"
    first, second = answer(run(*line, "--json"))["identifiers"]
    assert first["readings"][0]["proposed"] == "490154203237518"
    assert (second["readings"][0]["kind"], second["readings"][0]["validity"]) == ("IMO number", "valid")
