"""What an officer reads never writes on the terminal itself: names of files, words of others, in errors and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entente.cli.errors import report
from entente.cli.output import say
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import EntenteError, Invalid, Refused
from tests.cli.conftest import Run
from tests.cli.test_bad_input import INVALID, LINE, import_file

ESCAPES = ["\x1b[2J\x1b[1;31m", "\x9b2J", "\u202e", "\u2066", "\x07", "\x00", "\r"]


def errors_with(hostile: str) -> list[EntenteError]:
    words = f"Something of «{hostile}x» was refused."
    ground = Ground("D3", allows=False, text=words, source=hostile, remedy=words)
    return [
        Invalid(words, field="name", why=words, do=words),
        Refused(words, decision=Decision.of([ground]), do=words),
    ]


@pytest.mark.parametrize("hostile", ESCAPES)
def test_error_that_quotes_terminal_escapes_shows_them_as_codes(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in errors_with(hostile):
        report(error, as_json=False)
        told = capsys.readouterr().err
        assert hostile not in told
        assert told.startswith("Something of «")
        assert "\nwhy   " in told
        assert "\ndo    " in told


@pytest.mark.parametrize("hostile", ESCAPES)
def test_json_with_terminal_escapes_is_the_same_document_without_them(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in errors_with(hostile):
        report(error, as_json=True)
        told = capsys.readouterr().out
        assert hostile not in told
        assert json.loads(told)["error"]["what"] == error.what
    say({"text": f"Мухаммедов {hostile}"}, as_json=True, lines=lambda _: ())
    told = capsys.readouterr().out
    assert hostile not in told
    assert "Мухаммедов" in told
    assert json.loads(told) == {"text": f"Мухаммедов {hostile}"}


@pytest.mark.parametrize("hostile", ESCAPES[:3])
def test_line_of_an_answer_that_forgot_to_neutralise_is_neutralised_all_the_same(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say({}, as_json=False, lines=lambda _: [f"a{hostile}b"])
    assert hostile not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["\x1b[2Jlist", "[bold]list", "[red]list", "\u202etsil", "list\nwhy   all is well"])
def test_file_with_a_deceptive_name_is_named_without_its_effect(
    run: Run, folder: Path, tmp_path: Path, name: str
) -> None:
    bad, good = tmp_path / f"{name}.bad", tmp_path / f"{name}.good"
    bad.write_bytes(b"name;born\n")
    good.write_bytes(LINE)
    refused = import_file(run, folder, bad)
    assert refused.exit_code == INVALID, refused.output
    taken = import_file(run, folder, good)
    assert taken.exit_code == 0, taken.output
    for shown in (refused.output, taken.output):
        assert not {"\x1b", "\u202e"} & set(shown)
        assert "\nwhy   all is well" not in shown


def test_note_or_message_with_terminal_escapes_is_refused_where_it_is_written(run: Run, folder: Path) -> None:
    run("case", "open", "T", "--crime-area", "fugitives", "--as", "duty-1", "--folder", folder)
    shown = run("case", "list", "--folder", folder, "--json")
    (case,) = json.loads(shown.stdout)["cases"]
    noted = run("case", "note", case["number"], "a\x1b[2Jb", "--as", "duty-1", "--folder", folder)
    assert noted.exit_code == INVALID, noted.output
