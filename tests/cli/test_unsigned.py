"""A proposal taken back, a signature refused, and a file held against an exhibit, as commands (A15, A16, C21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer, init

pytestmark = pytest.mark.storage

CONFLICT = 13
AGREEMENT = Path(__file__).parents[2] / "demo" / "instruments" / "agreement.yaml"
NAME = "police-data-agreement"
WHY = "The ministry wants another text."


@pytest.fixture
def proposed(run: Run, folder: Path, tmp_path: Path) -> Path:
    """Return our folder, in which we proposed an agreement to another body."""
    other, text, entry = tmp_path / "xb", tmp_path / "agreement.yaml", tmp_path / "xb.json"
    init(run, other, "XB-NCB", "XB")
    run("body", "export", "--out", entry, "--folder", other)
    assert run("body", "enter", entry, "--folder", folder).exit_code == 0
    whole = (
        AGREEMENT.read_text("utf-8")
        .replace("[XA-NCB, XB-NCB, GS]", "[XA-NCB, XB-NCB]")
        .replace("told: [GS]", "told: []")
    )
    text.write_text(whole, "utf-8")
    done = run("instrument", "propose", text, "--as", "head-1", "--folder", folder)
    assert done.exit_code == 0, done.output
    return folder


def test_proposal_is_taken_back_once_and_shown_so(run: Run, proposed: Path) -> None:
    before = run("instrument", "show", NAME, "--folder", proposed).stdout
    assert "not yet by" in before
    line = ("instrument", "take-back", NAME, "--reason", WHY, "--as", "head-1", "--folder", proposed)
    done = run(*line)
    assert done.exit_code == 0, done.output
    assert "it is signed no more" in done.stdout
    assert run(*line).exit_code == CONFLICT
    shown = run("instrument", "show", NAME, "--folder", proposed).stdout
    assert "taken back by XA-NCB, head-1" in shown
    assert WHY in shown


def test_refusal_is_said_once_and_shown_with_its_reason(run: Run, proposed: Path) -> None:
    line = ("instrument", "refuse", NAME, "--reason", WHY, "--as", "head-1", "--folder", proposed)
    done = run(*line)
    assert done.exit_code == 0, done.output
    assert "refused by" in done.stdout
    assert run(*line).exit_code == CONFLICT
    assert "not signed by XA-NCB, head-1" in run("instrument", "show", NAME, "--folder", proposed).stdout
    listed = answer(run("instrument", "list", "--folder", proposed, "--json"))["instruments"]
    assert [(one["refused_by"], one["is_open"]) for one in listed] == [(["XA-NCB"], True)]


def test_file_is_held_against_an_exhibit_where_it_lies(run: Run, folder: Path, tmp_path: Path) -> None:
    image, other = tmp_path / "image.dd", tmp_path / "other.dd"
    image.write_bytes(b"a telephone's memory" * 1_000)
    other.write_bytes(b"another's")
    run("officer", "add", "duty-1", "--role", "duty_officer", "--as", "head-1", "--folder", folder)
    by = ("--as", "duty-1", "--folder", folder)
    number = answer(run("case", "open", "Gate 4", "--crime-area", "fugitives", *by, "--json"))["case"]["number"]
    entered = run(
        "case", "exhibit", number, "Image", "--kind", "digital", "--at", "2026-01-02T08:00:00Z", "--where", "Gate 4",
        "--by", "Officer 7", "--file", image, *by, "--json",
    )  # fmt: skip
    exhibit = answer(entered)["exhibit"]["id"]
    same = run("case", "exhibit-check", number, exhibit, "--file", image, *by)
    assert same.exit_code == 0, same.output
    assert "The file is the same." in same.stdout
    assert "ANOTHER" in run("case", "exhibit-check", number, exhibit, "--file", other, *by).stdout
    events = answer(run("case", "show", number, *by[2:], "--json"))["events"]
    assert [one["kind"] for one in events][-2:] == ["exhibit_same", "exhibit_other"]
