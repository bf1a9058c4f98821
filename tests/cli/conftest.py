"""A folder of a real node, made by the command itself, and a runner for commands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from entente.cli import app

PASSPHRASE = "correct horse battery staple"

Run = Callable[..., Result]


def run_line(*line: str | Path | int, text: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in line], input=text)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs one command line; passphrases come from the environment, as in a script."""
    monkeypatch.setenv("ENTENTE_PASSPHRASE", PASSPHRASE)
    return run_line


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new bureau with a duty officer, made by the commands once a process and never opened again."""
    place = tmp_path_factory.mktemp("bureau") / "xa"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ENTENTE_PASSPHRASE", PASSPHRASE)
        made = init(run_line, place, "XA-NCB", "XA")
        assert made.exit_code == 0, made.output
        run_line("officer", "add", "duty-1", "--role", "duty_officer", "--as", "head-1", "--folder", place)
    return place


@pytest.fixture
def folder(bureau: Path, tmp_path: Path) -> Path:
    """Return the folder of a new bureau with a duty officer, a copy for this test."""
    return Path(shutil.copytree(bureau, tmp_path / "xa"))


def init(run: Run, place: Path, code: str, country: str) -> Result:
    """Make a bureau's folder."""
    return run(
        "init", "--kind", "national_central_bureau", "--code", code, "--name", f"Bureau of {country}",
        "--country", country, "--zone", "Europe/Lisbon", "--address", f"http://{code.lower()}.test", "--folder", place,
    )  # fmt: skip


def answer(result: Result) -> Any:  # noqa: ANN401 - a command's JSON
    """Return what a command answered with --json."""
    return json.loads(result.stdout)
