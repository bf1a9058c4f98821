"""`entente record attach`, `show`, `blob` and `detach` on a real folder, as an officer types them (R20, R21, R24)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.conftest import Run, answer
from tests.cli.test_commands import ABOUT, TERMS, WANTED, import_wanted

pytestmark = pytest.mark.storage

PICTURE = b"\xff\xd8\xff\xe0" + b"a face" * 100_000


@pytest.fixture(name="picture")
def _picture(run: Run, folder: Path) -> Path:
    """Return a picture beside a folder that holds the record it belongs to."""
    import_wanted(run, folder, WANTED)
    place = folder.parent / "лицо 1.jpg"
    place.write_bytes(PICTURE)
    return place


def take_out(run: Run, folder: Path, out: Path, *more: str) -> Result:
    return run("record", "blob", "w-1", "лицо 1.jpg", "--out", out, *ABOUT, "--as", "duty-1", "--folder", folder, *more)


def blobs(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "blobs").rglob("*") if path.is_file())


def test_attached_file_is_listed_taken_out_and_gone_when_it_is_taken_off(run: Run, folder: Path, picture: Path) -> None:
    attached = run("record", "attach", "w-1", picture, "--as", "duty-1", "--folder", folder)
    assert attached.exit_code == 0, attached.output
    assert "image/jpeg" in attached.stdout
    shown = run("record", "show", "w-1", *ABOUT, "--as", "duty-1", "--folder", folder)
    assert "лицо 1.jpg" in shown.stdout
    (file,) = answer(run("record", "show", "w-1", *ABOUT, "--as", "duty-1", "--folder", folder, "--json"))["record"][
        "files"
    ]
    assert (file["bytes"], file["sha256"]) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    assert "key" not in file
    out = folder.parent / "out.jpg"
    taken = take_out(run, folder, out)
    assert taken.exit_code == 0, taken.output
    assert out.read_bytes() == PICTURE
    assert out.stat().st_mode & 0o777 == 0o600
    assert blobs(folder) == ["chunks", "manifest"]
    gone = run("record", "detach", "w-1", "лицо 1.jpg", "--as", "duty-1", "--folder", folder)
    assert gone.exit_code == 0, gone.output
    assert blobs(folder) == []
    assert take_out(run, folder, folder.parent / "again.jpg").exit_code == 12


def test_taking_out_overwrites_nothing_and_leaves_nothing_when_refused(run: Run, folder: Path, picture: Path) -> None:
    run("record", "attach", "w-1", picture, "--as", "duty-1", "--folder", folder)
    there = folder.parent / "there.jpg"
    there.write_bytes(b"mine")
    assert take_out(run, folder, there).exit_code == 11
    assert there.read_bytes() == b"mine"
    out = folder.parent / "out.jpg"
    refused = run("record", "blob", "w-1", "no.jpg", "--out", out, *ABOUT, "--as", "duty-1", "--folder", folder)
    assert refused.exit_code == 12
    assert sorted(path.name for path in folder.parent.glob("*out.jpg*")) == []


def test_file_that_is_not_what_its_name_says_ends_as_invalid(run: Run, folder: Path, picture: Path) -> None:
    picture.write_bytes(b"MZ\x90\0")
    result = run("record", "attach", "w-1", picture, "--as", "duty-1", "--folder", folder, "--json")
    assert result.exit_code == 11
    assert answer(result)["error"]["field"] == "file_name"
    assert blobs(folder) == []


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_plain_file_cannot_be_attached(run: Run, folder: Path, picture: Path, kind: str) -> None:
    place = picture.with_name("other.jpg")
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    assert run("record", "attach", "w-1", place, "--as", "duty-1", "--folder", folder).exit_code == 11


def test_file_has_terms_of_its_own_where_they_are_given(run: Run, folder: Path, picture: Path) -> None:
    terms = folder.parent / "file.yaml"
    terms.write_text(TERMS.replace("[H2]", "[H3]"), encoding="utf-8")
    line = ("record", "attach", "w-1", picture, "--terms", terms, "--as", "duty-1", "--folder", folder)
    assert run(*line).exit_code == 0
    shown = answer(run("record", "show", "w-1", *ABOUT, "--as", "duty-1", "--folder", folder, "--json"))["record"]
    assert [shown["terms"][one["terms"]]["handling"] for one in shown["files"]] == [["H3"]]
    # The record is on two terms now, and nothing is guessed about the next file.
    other = picture.rename(picture.with_name("other.jpg"))
    refused = run("record", "attach", "w-1", other, "--as", "duty-1", "--folder", folder, "--json")
    assert refused.exit_code == 11
    assert answer(refused)["error"]["field"] == "terms"
    # The list the record came from, imported again, changes nothing.
    assert import_wanted(run, folder, WANTED)["unchanged"] == 1
