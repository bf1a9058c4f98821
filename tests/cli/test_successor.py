"""A body that begins anew, and its acceptance by two officers, as commands (B14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer, init

pytestmark = pytest.mark.storage

INVALID, CONFLICT = 11, 13
Three = tuple[Path, Path, str]


@pytest.fixture
def three(run: Run, folder: Path, tmp_path: Path) -> Three:
    """Return our folder, the successor's, and the earlier body's id; ours knows both others."""
    old, new = tmp_path / "xb", tmp_path / "xb-new"
    init(run, old, "XB-NCB", "XB")
    old_id = answer(run("body", "show", "--folder", old, "--json"))["body"]["id"]
    done = run(
        "init", "--kind", "national_central_bureau", "--code", "XB-NEW", "--name", "Bureau of XB", "--country", "XB",
        "--replaces", old_id, "--folder", new,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for place in (old, new):
        entry = tmp_path / f"{place.name}.json"
        run("body", "export", "--out", entry, "--folder", place)
        assert run("body", "enter", entry, "--folder", folder).exit_code == 0
    run("officer", "add", "head-2", "--role", "head_of_body", "--as", "head-1", "--folder", folder)
    return folder, new, old_id


def test_two_heads_of_body_accept_a_successor(run: Run, three: Three) -> None:
    folder, _, _ = three
    line = ("body", "accept-successor", "XB-NEW", "--for", "XB-NCB", "--folder", folder)
    first = run(*line, "--as", "head-1")
    assert first.exit_code == 0, first.output
    assert "another head of body" in first.stdout
    assert "says it replaces" in run("body", "show", "XB-NEW", "--folder", folder).stdout
    assert run(*line, "--as", "head-1").exit_code == CONFLICT
    assert answer(run("body", "show", "XB-NCB", "--folder", folder, "--json"))["body"]["succeeded_by"] == ""
    done = run(*line, "--as", "head-2")
    assert done.exit_code == 0, done.output
    assert "confirmed by head-2" in done.stdout
    assert answer(run("body", "show", "XB-NCB", "--folder", folder, "--json"))["body"]["succeeded_by"] == "XB-NEW"
    rows = answer(run("trail", "show", "--as", "head-1", "--about", "XB-NCB", "--folder", folder, "--json"))["rows"]
    acts = [(row["officer"], row["detail"]["outcome"]) for row in rows if row["verb"] == "accept_successor"]
    assert (acts[0], acts[-1]) == (("head-1", "proposed"), ("head-2", "accepted"))


def test_one_head_refuses_a_successor_and_it_is_proposed_anew(run: Run, three: Three) -> None:
    folder, _, _ = three
    accept = ("body", "accept-successor", "XB-NEW", "--for", "XB-NCB", "--folder", folder)
    listed = ("body", "successors", "--as", "head-2", "--folder", folder)
    assert "nobody proposed it" in run(*listed).stdout
    run(*accept, "--as", "head-1")
    (claim,) = answer(run(*listed, "--json"))["claims"]
    assert (claim["proposed_by"], claim["heads_in_common"], claim["refused_by"]) == ("head-1", 0, "")
    done = run(
        "body",
        "refuse-successor",
        "XB-NEW",
        "--for",
        "XB-NCB",
        "--reason",
        "Not known.",
        "--as",
        "head-2",
        "--folder",
        folder,
    )
    assert done.exit_code == 0, done.output
    assert "Not known." in run(*listed).stdout
    assert "another head of body" in run(*accept, "--as", "head-2").stdout, "what was refused is proposed anew"
    (claim,) = answer(run(*listed, "--json"))["claims"]
    assert (claim["proposed_by"], claim["refused_by"], claim["refusal"]) == ("head-2", "", "")
    assert "confirmed by head-1" in run(*accept, "--as", "head-1").stdout
    assert "No body waits" in run(*listed).stdout


def test_body_that_names_no_earlier_one_is_no_successor(run: Run, three: Three) -> None:
    folder, _, _ = three
    line = ("body", "accept-successor", "XB-NCB", "--for", "XB-NEW", "--as", "head-1", "--folder", folder)
    assert run(*line).exit_code == INVALID


@pytest.mark.parametrize("wrong", ["XB-NCB", "body:short", "body:" + "A" * 32])
def test_body_to_be_replaced_is_named_by_its_id(run: Run, tmp_path: Path, wrong: str) -> None:
    place = tmp_path / "xc"
    done = run(
        "init",
        "--kind",
        "general_secretariat",
        "--code",
        "GS",
        "--name",
        "Secretariat",
        "--replaces",
        wrong,
        "--folder",
        place,
    )
    assert done.exit_code == INVALID
    assert not place.exists()
