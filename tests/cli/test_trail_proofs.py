"""T8 to T12 as an operator uses them: a checkpoint kept elsewhere, a case exported, and a stranger who checks both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entente.kernel.note import is_signed_note, read_note, read_note_key
from tests.cli.conftest import Run, answer, init

SOUND, REFUSED, INVALID, NOT_FOUND, CONFLICT, UNSOUND, MISCONFIGURED = 0, 10, 11, 12, 13, 14, 16


@pytest.fixture
def case(run: Run, folder: Path) -> str:
    """Return the number of a case with a note, in the node of the folder."""
    opened = answer(
        run("case", "open", "Gate 4", "--crime-area", "fugitives", "--as", "duty-1", "--folder", folder, "--json")
    )
    number = opened["case"]["number"]
    assert isinstance(number, str)
    run("case", "note", number, "The harbour, at night.", "--as", "duty-1", "--folder", folder)
    return number


def checkpoint(run: Run, folder: Path, file: Path) -> Path:
    file.write_text(run("trail", "checkpoint", "--folder", folder).stdout, encoding="utf-8")
    return file


def exported(run: Run, folder: Path, case: str, file: Path) -> Path:
    done = run("trail", "export", case, "--out", file, "--as", "head-1", "--folder", folder)
    assert done.exit_code == SOUND, done.output
    return file


def changed(file: Path, change: Callable[[Any], object]) -> Path:
    document = json.loads(file.read_text(encoding="utf-8"))
    change(document)
    other = file.with_name("changed.json")
    other.write_text(json.dumps(document), encoding="utf-8")
    return other


def body_of(file: Path) -> str:
    body = json.loads(file.read_text(encoding="utf-8"))["body"]
    assert isinstance(body, str)
    return body


def test_t9_checkpoint_is_printed_byte_by_byte_and_its_key_verifies_it(run: Run, folder: Path) -> None:
    shown = answer(run("trail", "checkpoint", "--folder", folder, "--json"))
    assert run("trail", "checkpoint", "--folder", folder).stdout == shown["note"]
    (key,) = map(read_note_key, shown["verifier_keys"])
    assert key.name == shown["origin"]
    assert is_signed_note(read_note(shown["note"].encode()), [key])
    lines = shown["note"].split("\n")
    assert (lines[0], lines[1]) == (shown["origin"], str(shown["size"]))


def test_t12_exported_case_is_checked_by_a_stranger_with_the_bodys_id_alone(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    file = exported(run, folder, case, tmp_path / "case.json")
    assert file.stat().st_mode & 0o777 == 0o600
    nowhere = tmp_path / "no node here"
    line = ("trail", "verify", "--file", file, "--folder", nowhere)
    done = run(*line, "--body", body_of(file))
    assert (done.exit_code, "sound" in done.stdout) == (SOUND, True), done.output
    assert not nowhere.exists()
    assert run(*line).exit_code == MISCONFIGURED, "without a directory somebody must say whose file it is"
    assert run("trail", "verify", "--file", file, "--folder", folder).exit_code == SOUND
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    assert [row["content"]["verb"] for row in rows] == ["open_case", "keep_case", "export_trail"]
    assert "harbour" not in file.read_text(encoding="utf-8"), "the words stay in the file of the case"


def test_t12_changed_file_ends_with_the_row_that_does_not_fit(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    file = exported(run, folder, case, tmp_path / "case.json")
    other = changed(file, lambda document: document["rows"][1]["content"].update(officer="duty-2"))
    done = run("trail", "verify", "--file", other, "--folder", folder, "--json")
    assert done.exit_code == UNSOUND
    proof = answer(done)["proof"]
    assert (proof["first_bad"], proof["rows"]) == (
        json.loads(file.read_text(encoding="utf-8"))["rows"][1]["sequence"],
        1,
    )
    assert "T2" in run("trail", "verify", "--file", other, "--folder", folder).stdout
    erased = changed(file, lambda document: document["rows"][1].update(content=None))
    done = run("trail", "verify", "--file", erased, "--folder", folder)
    assert done.exit_code == SOUND
    assert "1 of the rows were erased" in done.stdout


def test_t12_file_of_a_body_that_is_not_in_the_directory_needs_its_id(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    file = exported(run, folder, case, tmp_path / "case.json")
    other = tmp_path / "xb"
    init(run, other, "XB-NCB", "XB")
    assert run("trail", "verify", "--file", file, "--folder", other).exit_code == INVALID
    entry = tmp_path / "xa.json"
    run("body", "export", "--out", entry, "--folder", folder)
    assert run("body", "enter", entry, "--folder", other).exit_code == SOUND
    assert run("trail", "verify", "--file", file, "--folder", other).exit_code == SOUND


def test_t12_export_is_for_those_who_read_the_trail_of_cases_that_exist_into_new_files(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    line = ("--folder", folder, "--out", tmp_path / "case.json")
    assert run("trail", "export", case, "--as", "duty-1", *line).exit_code == REFUSED
    assert run("trail", "export", "2031/999999", "--as", "head-1", *line).exit_code == NOT_FOUND
    assert not (tmp_path / "case.json").exists()
    assert run("trail", "export", case, "--as", "head-1", *line).exit_code == SOUND
    assert run("trail", "export", case, "--as", "head-1", *line).exit_code == CONFLICT
    away = ("--folder", folder, "--out", tmp_path / "gone" / "case.json")
    assert run("trail", "export", case, "--as", "head-1", *away).exit_code == INVALID


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"format": "something else"}', b'{"a": 1.5}', b'{"a": "\\ud800"}', b"\xff", b"x" * 100]
)
def test_t12_file_that_proves_nothing_is_invalid(run: Run, folder: Path, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    done = run("trail", "verify", "--file", file, "--body", "body:x", "--folder", folder)
    assert done.exit_code == INVALID, done.output
    assert "do    " in done.stderr


def test_t10_log_continues_a_checkpoint_that_was_kept_and_none_of_another_trail(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    kept = checkpoint(run, folder, tmp_path / "kept")
    run("case", "note", case, "Later.", "--as", "duty-1", "--folder", folder)
    line = ("trail", "verify", "--checkpoint", kept, "--folder", folder)
    assert run(*line).exit_code == SOUND
    origin, size, rest = kept.read_text(encoding="utf-8").split("\n", 2)
    kept.write_text(f"{origin}\n{int(size) + 1}\n{rest}", encoding="utf-8")
    done = run(*line)
    assert done.exit_code == UNSOUND
    assert "NOT SOUND" in done.stdout
    kept.write_bytes(b"\xff\x00")
    assert run(*line).exit_code == INVALID


def test_t10_node_whose_store_was_put_back_does_not_continue_its_checkpoint(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(folder, older)
    run("case", "note", case, "What was lost.", "--as", "duty-1", "--folder", folder)
    kept = checkpoint(run, folder, tmp_path / "kept")
    done = run("trail", "verify", "--checkpoint", kept, "--folder", older)
    assert done.exit_code == UNSOUND
    assert "the log has" in done.stdout
    for text in ("another", "and another"):
        run("case", "note", case, text, "--as", "duty-1", "--folder", older)
    assert "another root" in run("trail", "verify", "--checkpoint", kept, "--folder", older).stdout


def test_t10_continuation_convinces_whoever_kept_the_earlier_checkpoint(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    kept = checkpoint(run, folder, tmp_path / "kept")
    size = kept.read_text(encoding="utf-8").split("\n")[1]
    run("case", "note", case, "Later.", "--as", "duty-1", "--folder", folder)
    file = tmp_path / "continuation.json"
    assert run("trail", "prove", "--since", size, "--out", file, "--folder", folder).exit_code == SOUND
    line = ("trail", "verify", "--file", file, "--body", body_of(file))
    assert run(*line).exit_code == SOUND
    assert run(*line, "--checkpoint", kept).exit_code == SOUND
    assert run(*line, "--checkpoint", checkpoint(run, folder, tmp_path / "newer")).exit_code == UNSOUND
    beyond = ("trail", "prove", "--since", 9_999, "--out", tmp_path / "no.json", "--folder", folder)
    assert run(*beyond).exit_code == INVALID


def test_t8_check_of_the_trail_names_a_damaged_file_of_the_log_and_doctor_what_it_means(
    run: Run, folder: Path, case: str
) -> None:
    run("trail", "checkpoint", "--folder", folder)
    assert run("trail", "verify", "--folder", folder).exit_code == SOUND
    (tile,) = (folder / "log" / "tile" / "entries" / "000.p").iterdir()
    tile.write_bytes(bytes(len(tile.read_bytes())))
    done = run("trail", "verify", "--folder", folder)
    assert done.exit_code == UNSOUND
    assert f"000.p/{tile.name}" in done.stdout
    assert answer(run("trail", "verify", "--folder", folder, "--json"))["proof"]["is_sound"] is True
    (folder / "log" / "checkpoint").write_bytes(b"nothing")
    assert run("doctor", "--folder", folder).exit_code == MISCONFIGURED
    run("trail", "checkpoint", "--folder", folder)
    assert run("doctor", "--folder", folder).exit_code == SOUND
    assert run("trail", "verify", "--folder", folder).exit_code == SOUND


def test_t11_doctor_says_which_earlier_log_the_trail_does_not_continue(
    run: Run, folder: Path, case: str, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    shutil.copy(folder / "entente.db", older)
    run("case", "note", case, "What was lost.", "--as", "duty-1", "--folder", folder)
    run("trail", "checkpoint", "--folder", folder)
    shutil.copy(older, folder / "entente.db")
    assert "does not continue the log" in run("doctor", "--folder", folder).stdout
    run("trail", "checkpoint", "--folder", folder)
    done = run("doctor", "--folder", folder)
    assert done.exit_code == MISCONFIGURED
    assert "log.aside-1" in done.stdout
    shutil.rmtree(folder / "log.aside-1")
    assert run("doctor", "--folder", folder).exit_code == SOUND


def test_copied_store_is_checked_as_before_and_takes_no_proof_options(run: Run, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(folder / "entente.db", copy)
    assert run("trail", "verify", "--file", copy, "--folder", folder).exit_code == SOUND
    assert run("trail", "verify", "--file", copy, "--body", "body:x", "--folder", folder).exit_code == INVALID
