"""Every command explains itself with an example, and asking for help loads next to nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from entente import __version__
from entente.cli import COMMANDS, app, load

HEAVY = ("sqlalchemy", "alembic", "tantivy", "lxml", "cryptography", "starlette", "uvicorn", "httpx", "jinja2", "yaml")


def leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    children = getattr(command, "commands", {})
    if not children:
        yield words, command
    for name, child in children.items():
        yield from leaves(child, (*words, name))


ALL = [leaf for name in COMMANDS for leaf in leaves(load(name), (name,))]


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_command_has_help_with_an_example_of_itself(words: tuple[str, ...], command: Any) -> None:  # noqa: ANN401
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert command.help
    assert f"entente {' '.join(words)}" in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_command_says_which_folder_and_answers_as_json(words: tuple[str, ...], command: Any) -> None:  # noqa: ANN401
    options = {option for parameter in command.params for option in parameter.opts}
    # What a head does needs no node: it is done on another machine.
    assert "--folder" in options or words[0] == "keys"
    assert "--json" in options or words == ("node", "run")


@pytest.mark.parametrize(
    "line", [["--help"], ["record", "--help"], ["search", "--help"], ["instrument", "sign", "--help"]]
)
def test_help_loads_next_to_nothing(line: list[str]) -> None:
    program = (
        "import sys\nfrom entente.cli import app\n"
        f"try:\n    app({line!r}, prog_name='entente')\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: entente" in done.stdout
    assert done.stderr.strip() == "[]"


def test_every_command_of_the_table_is_in_the_help_with_its_line() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    for name, (_, line) in COMMANDS.items():
        assert name in text
        assert line in text


def test_version_is_said() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"entente {__version__}\n"


def test_unknown_command_is_a_usage_error_with_what_why_and_do() -> None:
    result = CliRunner().invoke(app, ["serch"])
    assert result.exit_code == 2
    assert "Did you mean 'search'" in result.stderr
    assert "\nwhy   " in result.stderr
    assert "\ndo    " in result.stderr
