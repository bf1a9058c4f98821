"""I34: a result has every row once, in order, whatever moment a run was killed in; and it is never another's."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from entente.formats.candidates_file import COLUMNS, open_result
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Conflict, Invalid, Unavailable

RUN: JsonObject = {"file_sha256": "ab" * 32, "purpose": "identify", "officer": "duty-1"}
SLICE = 3


class Killed(BaseException):
    """The process ends here, and nothing after it is done."""


def candidate(caption: str) -> JsonObject:
    return {
        "record": "body:x/1", "name": "XA-NCB/w-1", "caption": caption, "source": {"code": "XA-NCB"}, "schema": "Person",
        "kind": "wanted_person", "version": 1, "instrument": "", "score": 930,
        "evidence": [
            {"kind": "for", "text": "name equal", "weight": 920}, {"kind": "against", "text": "sex, other", "weight": -9},
        ],
    }  # fmt: skip


def row(
    number: int, *captions: str, error: JsonObject | None = None, reference: str = "", silent: Json = ""
) -> JsonObject:
    return {
        "row": number, "reference": reference, "asked": f"Rahimov {number}", "candidates": [*map(candidate, captions)],
        "zones": [], "notes": ["a note"], "identifiers": [], "error": error,
        "silent_sources": [silent] if silent else [], "trail_sequence": 7,
    }  # fmt: skip


FAULT: JsonObject = {"code": "invalid", "what": "Row 4 was not searched.", "why": "It is bad.", "do": "Mend it."}
ROWS = [
    row(1, "Мухаммедов, «А»", "Second", "Third"), row(2), row(3, "Only", silent="XB-NCB"), row(4, error=FAULT),
    row(5, "Two", "Lines\nin one"), row(6, "Last"), row(7),
]  # fmt: skip


def run(out: Path, upto: int = len(ROWS), **other: Json) -> bool:
    """Search what is missing, as the command does; return whether it was whole before."""
    with open_result(out, {**RUN, **other}) as result:
        if result.is_whole:
            return True
        while result.tally.rows < upto:
            result.add(ROWS[result.tally.rows : min(result.tally.rows + SLICE, upto)])
        if upto == len(ROWS):
            result.finish()
        assert result.tally.rows == upto
    return False


@pytest.fixture(params=["csv", "jsonl"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"found.{request.param}"


@pytest.fixture
def whole(out: Path) -> bytes:
    """Return what an undisturbed run writes."""
    place = out.parent / "undisturbed" / out.name
    place.parent.mkdir()
    assert run(place) is False
    return place.read_bytes()


def part_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.part")


def run_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.run")


def test_i34_csv_has_a_line_for_each_candidate_and_one_for_a_row_without(tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    run(out)
    with out.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert tuple(lines[0]) == COLUMNS
    assert [(line["row"], line["candidate"], line["candidates"]) for line in lines] == [
        ("1", "1", "3"), ("1", "2", "3"), ("1", "3", "3"), ("2", "", "0"), ("3", "1", "1"), ("4", "", "0"),
        ("5", "1", "2"), ("5", "2", "2"), ("6", "1", "1"), ("7", "", "0"),
    ]  # fmt: skip
    first, fault = lines[0], lines[5]
    assert (first["score"], first["caption"], first["source"]) == ("0.930", "Мухаммедов, «А»", "XA-NCB")
    assert (first["for"], first["against"], first["notes"]) == ("name equal", "sex, other", "a note")
    assert fault["error"] == "Row 4 was not searched. It is bad. Mend it."
    assert lines[4]["silent_sources"] == "XB-NCB"
    assert lines[7]["caption"] == "Lines in one"


def test_i34_json_lines_hold_each_row_whole(tmp_path: Path) -> None:
    out = tmp_path / "found.jsonl"
    run(out)
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == ROWS


def test_i34_no_cell_is_carried_out_by_a_spreadsheet(tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    with open_result(out, RUN) as result:
        result.add([row(1, "=HYPERLINK(1)", "+1", reference="@x")])
        result.finish()
    with out.open(encoding="utf-8", newline="") as opened:
        first, second = csv.DictReader(opened)
    assert (first["caption"], second["caption"], first["reference"]) == ("'=HYPERLINK(1)", "'+1", "'@x")


def test_i34_result_and_what_lies_beside_it_are_open_to_its_owner_alone(out: Path) -> None:
    run(out, upto=2)
    assert {path.stat().st_mode & 0o777 for path in out.parent.iterdir()} == {0o600}


def test_i34_run_that_goes_on_writes_what_an_undisturbed_one_writes(out: Path, whole: bytes) -> None:
    for upto in range(1, len(ROWS) + 1):
        assert run(out, upto=upto) is False
    assert out.read_bytes() == whole
    assert not part_of(out).exists()


def test_i34_part_cut_at_any_byte_is_made_whole(out: Path, whole: bytes) -> None:
    run(out, upto=1)
    for length in range(0, len(whole) + 1, 13):
        part_of(out).write_bytes(whole[:length])
        run(out)
        assert out.read_bytes() == whole
        out.unlink()


@pytest.mark.parametrize("torn", [b"\0" * 700, b"\xff\n", b"7,\n", b'{"row": 7}\n', b"\n", b'"'])
def test_i34_what_a_crash_left_behind_the_last_whole_row_is_cut_off(out: Path, whole: bytes, torn: bytes) -> None:
    run(out, upto=4)
    with part_of(out).open("ab") as opened:
        opened.write(torn)
    run(out)
    assert out.read_bytes() == whole


def killed_at(call: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return the real function, which ends the process at one of its calls, before or after it did its work."""
    calls = 0

    def kill(*given: Any) -> Any:  # noqa: ANN401
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        done = real(*given)
        if calls == call - 100:
            raise Killed
        return done

    return kill


@pytest.mark.parametrize("call", [1, 2, 3, 4, 5, 6, 7, 101, 102, 103, 104, 105, 106, 107])
@pytest.mark.parametrize("where", ["os.fsync", "os.open", "pathlib.Path.replace"])
def test_i34_killed_at_any_step_and_started_again_has_every_row_once(
    out: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch, where: str, call: int
) -> None:
    module, _, function = where.rpartition(".")
    target: Any = Path if module == "pathlib.Path" else os
    with monkeypatch.context() as patched:
        patched.setattr(target, function, killed_at(call, getattr(target, function)))
        with suppress(Killed):
            run(out)
    run(out)
    assert out.read_bytes() == whole
    assert run(out) is True, "once more changes nothing"
    assert out.read_bytes() == whole


def test_i34_disk_that_fills_keeps_the_rows_before_and_says_how_to_go_on(
    out: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(out, upto=2)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable) as stopped:
            run(out)
    assert (stopped.value.retry_is_safe, "2 of them" in stopped.value.why) == (True, True)
    run(out)
    assert out.read_bytes() == whole


def full(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_i34_result_that_is_whole_is_left_and_counted(out: Path) -> None:
    run(out)
    with open_result(out, RUN) as result:
        assert result.is_whole
        tally = result.tally
        assert (tally.rows, tally.found, tally.candidates, tally.ill_formed, tally.silent) == (7, 4, 7, 1, {"XB-NCB"})


def test_i34_another_input_and_other_arguments_are_refused_by_what_differs(out: Path) -> None:
    for upto in (2, len(ROWS)):
        run(out, upto=upto)
        with pytest.raises(Conflict) as refused:
            run(out, file_sha256="cd" * 32)
        assert "SHA-256 differs" in refused.value.why
        with pytest.raises(Conflict) as refused:
            run(out, purpose="arrest", officer="duty-2")
        assert "purpose, officer" in refused.value.why


def test_i34_run_that_found_nothing_binds_nobody(out: Path) -> None:
    with pytest.raises(Invalid), open_result(out, {**RUN, "purpose": "no such"}):
        raise Invalid("The search was not made.", field="purpose", why="It is in no list.", do="Look it up.")
    assert list(out.parent.iterdir()) == []
    with suppress(Killed), open_result(out, {**RUN, "purpose": "no such"}):
        raise Killed
    assert run(out) is False


def test_i34_files_that_are_there_are_not_overwritten(out: Path) -> None:
    out.write_bytes(b"mine")
    with pytest.raises(Conflict):
        run(out)
    assert (out.read_bytes(), run_of(out).exists()) == (b"mine", False)
    out.unlink()
    run_of(out).write_bytes(b"mine too")
    with pytest.raises(Conflict):
        run(out)
    assert run_of(out).read_bytes() == b"mine too"
    run_of(out).unlink()
    run(out)
    part_of(out).write_bytes(b"")
    with pytest.raises(Conflict):
        run(out)


def test_i34_second_run_at_the_same_time_is_refused(out: Path) -> None:
    with open_result(out, RUN) as first:
        first.add(ROWS[:1])
        with pytest.raises(Conflict) as refused:
            run(out)
    assert "another search writes it now" in refused.value.why
    assert run(out) is False


@pytest.mark.parametrize("name", ["found.txt", "found", "found.csv.gz"])
def test_i34_result_of_another_form_or_in_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        run(tmp_path / name)
    with pytest.raises(Invalid):
        run(tmp_path / "none" / "found.csv")
    assert list(tmp_path.iterdir()) == []


def test_i34_file_without_a_row_gives_a_result_without_one(out: Path) -> None:
    with open_result(out, RUN) as result:
        result.finish()
    assert out.read_bytes().splitlines() == ([",".join(COLUMNS).encode()] if out.suffix == ".csv" else [])
    with open_result(out, RUN) as result:
        assert result.is_whole
