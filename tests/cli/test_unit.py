"""What a unit sees at most, as commands: previewed, proposed by one officer, confirmed by another, shown, undone (B17)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer

pytestmark = pytest.mark.storage

CONFLICT = 13
UNITS = {
    "units": [{"id": "north", "kind": "regional_branch", "name": "Northern branch", "territory": "", "parent": None}]
}


@pytest.fixture
def place(run: Run, folder: Path, tmp_path: Path) -> Path:
    """Return a folder whose body has a branch with an officer, and two heads."""
    file = tmp_path / "units.json"
    file.write_text(json.dumps(UNITS), encoding="utf-8")
    done = run("body", "units", file, "--folder", folder)
    assert done.exit_code == 0, done.output
    for line in (("head-2", "--role", "head_of_body"), ("north-1", "--role", "duty_officer", "--unit", "north")):
        assert run("officer", "add", *line, "--as", "head-1", "--folder", folder).exit_code == 0
    return folder


def test_unit_is_limited_by_two_officers_and_opened_again(run: Run, place: Path) -> None:
    limits = ("--kind", "vehicle", "--level", "restricted", "--no-marks", "--source", "XA-NCB", "--up-to", "see")
    counted = run("unit", "preview", "north", *limits, "--officer", "north-1", "--as", "head-1", "--folder", place)
    assert counted.exit_code == 0, counted.output
    assert "For north-1: 0 records seen no more" in counted.stdout
    asked = ("unit", "propose", "north", *limits, "--reason", "Gates only.", "--as", "head-1", "--folder", place)
    proposed = run(*asked, "--json")
    assert proposed.exit_code == 0, proposed.output
    made = answer(proposed)["set"]["id"]
    assert run("unit", "confirm", made, "--as", "head-1", "--folder", place).exit_code == CONFLICT
    assert made in run("unit", "list", "--as", "head-1", "--folder", place).stdout
    confirmed = run("unit", "confirm", made, "--as", "head-2", "--folder", place)
    assert confirmed.exit_code == 0, confirmed.output
    assert "north is bound by it" in confirmed.stdout
    shown = run("unit", "show", "north", "--as", "north-1", "--folder", place).stdout
    for line in (
        "sources",
        "XA-NCB",
        "kinds",
        "vehicle",
        "marks",
        "none",
        "restricted",
        "see",
        "head-2",
        "Gates only.",
    ):
        assert line in shown
    again = answer(
        run("unit", "propose", "north", "--reason", "As before.", "--as", "head-1", "--folder", place, "--json")
    )
    assert "refused" in run("unit", "refuse", again["set"]["id"], "--as", "head-1", "--folder", place).stdout
    assert "limited since" in run("unit", "list", "--as", "head-1", "--folder", place).stdout
