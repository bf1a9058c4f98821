"""`entente backup` as an operator types it: made, checked, refused, with what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PASSPHRASE, Run, answer

pytestmark = pytest.mark.storage

INVALID, CONFLICT, USAGE = 11, 13, 2


@pytest.fixture
def made(run: Run, folder: Path, tmp_path: Path) -> Path:
    """Return a sealed backup of a bureau."""
    out = tmp_path / "xa.backup"
    (tmp_path / "passphrase.txt").write_text(PASSPHRASE + "\n", encoding="utf-8")
    said = run("backup", out, "--passphrase-file", tmp_path / "passphrase.txt", "--folder", folder)
    assert said.exit_code == 0, said.output
    return out


def test_backup_is_made_and_says_that_whoever_reads_it_can_act_as_the_node(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    said = run("backup", tmp_path / "plain.backup", "--folder", folder)
    assert said.exit_code == 0, said.output
    for words in ("Made ", "XA-NCB", "with all key files", "can act as this node", "sealed  NO"):
        assert words in said.stdout
    without = run("backup", tmp_path / "without.backup", "--without-keys", "--folder", folder)
    assert "can act as this node" not in without.stdout
    assert "reads every record." in without.stdout


def test_sealed_backup_is_checked_with_the_passphrase_of_the_environment_or_a_file(
    run: Run, made: Path, tmp_path: Path
) -> None:
    assert "is a whole backup" in run("backup", "--verify", made).stdout
    found = answer(run("backup", "--verify", made, "--passphrase-file", tmp_path / "passphrase.txt", "--json"))
    assert (found["backup"]["code"], found["backup"]["has_keys"]) == ("XA-NCB", True)
    (tmp_path / "wrong.txt").write_text("another four words", encoding="utf-8")
    wrong = run("backup", "--verify", made, "--passphrase-file", tmp_path / "wrong.txt")
    assert wrong.exit_code == INVALID
    assert "passphrase does not open this backup" in wrong.stderr


def test_truncated_backup_is_refused_by_its_check(run: Run, made: Path) -> None:
    made.write_bytes(made.read_bytes()[:-100])
    said = run("backup", "--verify", made)
    assert said.exit_code == INVALID
    assert "damaged" in said.stderr


def test_backup_never_overwrites_a_file(run: Run, made: Path, folder: Path) -> None:
    before = made.read_bytes()
    said = run("backup", made, "--folder", folder)
    assert said.exit_code == CONFLICT
    assert made.read_bytes() == before


@pytest.mark.parametrize("both", [False, True])
def test_backup_is_told_either_a_new_file_or_one_to_check(run: Run, made: Path, *, both: bool) -> None:
    said = run("backup", *(["new.backup", "--verify", made] if both else []))
    assert said.exit_code == USAGE
    assert "either" in said.stderr


def test_backup_is_restored_into_a_new_folder_and_says_what_comes_next(run: Run, made: Path, tmp_path: Path) -> None:
    place = tmp_path / "restored"
    said = run("restore", made, "--folder", place)
    assert said.exit_code == 0, said.output
    for words in ("Restored the node of XA-NCB", "sound to the first", "entente erasure import", f"--folder {place}"):
        assert words in said.stdout
    assert run("trail", "verify", "--folder", place).exit_code == 0
    again = run("restore", made, "--folder", place)
    assert again.exit_code == CONFLICT
    assert "There is a node in" in again.stderr
