"""`entente exchange` at the command line: a bundle there and its answer back, lines, routes, and what is held or set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer, init

NOT_FOUND, CONFLICT = 12, 13


@pytest.fixture
def two(run: Run, folder: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return the folders of two bureaus, of which XB has entered XA and XA has something to say to XB."""
    other = tmp_path / "xb"
    init(run, other, "XB-NCB", "XB")
    for one, entered in ((other, folder), (folder, other)):
        entry = tmp_path / f"{one.name}.json"
        assert run("body", "export", "--folder", one, "--out", entry).exit_code == 0
        assert run("body", "enter", entry, "--folder", entered).exit_code == 0
    assert run("body", "address", "http://new.test", "--folder", folder).exit_code == 0
    return folder, other


def test_x29_bundle_is_carried_there_and_its_answer_back(run: Run, two: tuple[Path, Path], tmp_path: Path) -> None:
    xa, xb = two
    there, back, again = (tmp_path / f"{name}.bundle" for name in ("there", "back", "again"))
    written = run("exchange", "export", "XB-NCB", "--out", there, "--folder", xa)
    assert written.exit_code == 0, written.output
    assert "1 batches for XB-NCB" in written.output
    assert run("exchange", "export", "XB-NCB", "--out", there, "--folder", xa).exit_code == CONFLICT
    taken = run("exchange", "import", there, "--answer", back, "--folder", xb, "--json")
    assert answer(taken)["envelopes"] == answer(taken)["answered"] == 1
    settled = run("exchange", "import", back, "--answer", again, "--folder", xa)
    assert "1 envelopes taken in" in settled.output
    (line,) = answer(run("exchange", "lines", "--folder", xa, "--json"))["lines"]
    assert (line["body"]["code"], line["waiting"]) == ("XB-NCB", 0)


def test_nothing_held_or_set_aside_is_said_and_another_number_is_not_found(run: Run, two: tuple[Path, Path]) -> None:
    xa, _ = two
    for listed in ("held", "aside", "retry"):
        assert run("exchange", listed, "--folder", xa).exit_code == 0
    none = run("exchange", "release-all", "XB-NCB", "--as", "head-1", "--folder", xa)
    assert (none.exit_code, none.output.strip()) == (0, "Nothing is held for XB-NCB.")
    for act in (("release", "7"), ("drop", "7", "--reason", "Overtaken.")):
        assert run("exchange", *act, "--as", "head-1", "--folder", xa).exit_code == NOT_FOUND


def test_x24_route_is_through_a_body_that_was_named_as_relay_alone(run: Run, two: tuple[Path, Path]) -> None:
    xa, _ = two
    refused = run("exchange", "route", "XB-NCB", "--via", "XB-NCB", "--as", "head-1", "--folder", xa)
    assert refused.exit_code == CONFLICT
    assert "did not name" in refused.output
    assert "directly" in run("exchange", "route", "XB-NCB", "--as", "head-1", "--folder", xa).output
