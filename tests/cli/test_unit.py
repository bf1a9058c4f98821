"""What a unit sees at most, as commands: previewed, proposed by one officer, confirmed by another, shown, undone (B17)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer

pytestmark = pytest.mark.storage

CONFLICT, NOT_FOUND = 13, 12
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


def test_units_are_found_as_of_a_date_and_each_change_of_a_list_is_told(run: Run, place: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.json"
    units = [{**UNITS["units"][0], "name": "Coast branch"}, {**UNITS["units"][0], "id": "gate", "name": "Gate"}]
    file.write_text(json.dumps({"units": units}), encoding="utf-8")
    assert run("body", "units", file, "--folder", place).exit_code == 0
    found = run("unit", "find", "coast", "--folder", place)
    assert found.exit_code == 0, found.output
    assert "1 of 1" in found.stdout
    assert "0 of 0" in run("unit", "find", "--on", "2001-01-01", "--folder", place).stdout
    lists = answer(run("unit", "lists", "XA-NCB", "--folder", place, "--json"))["lists"]
    assert [([unit["id"] for unit in one["added"]], len(one["changed"]), one["units"]) for one in lists] == [
        (["gate"], 1, 2),
        (["north"], 0, 1),
    ]
    assert "gate" in run("unit", "lists", "XA-NCB", "--folder", place).stdout
    shown = run("unit", "show", "north", "--on", "2001-01-01", "--as", "head-1", "--folder", place)
    assert shown.exit_code == NOT_FOUND
