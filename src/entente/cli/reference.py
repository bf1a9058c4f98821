"""Writes docs/reference/cli.md and settings.md from the commands and the settings themselves.

    python -m entente.cli.reference docs/reference

A test compares the files with what this gives, so that a command or setting without its page does not pass.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from entente.cli import COMMANDS, load
from entente.settings import SETTINGS

_MADE = "<!-- Written by python -m entente.cli.reference; change the code, not this file. -->"
_WIDTH = 100


def cli_page() -> str:
    """Return the page of every command."""
    return "\n".join(_cli_lines()) + "\n"


def settings_page() -> str:
    """Return the page of every setting."""
    return "\n".join(_settings_lines()) + "\n"


def _cli_lines() -> Iterator[str]:
    yield from ("# The command line", "", _MADE, "")
    yield "Every command takes `--folder` and `--json`; what an officer does takes `--as OFFICER`. Errors go to stderr as"
    yield "what, why and do, or with `--json` to stdout as one object; the exit codes stand in [errors.md](errors.md)."
    yield "A command speaks to the running node of its folder, or opens the folder itself, with the same answer."
    yield ""
    yield "`entente --node ADDRESS --token-file FILE COMMAND …` asks a node elsewhere over its API, with the same answer,"
    yield "where the verb has a route ([api.md](api.md)); the token says who acts, so that `--as` is left away. `--ca-file FILE`"
    yield "names authorities of your own. Any other command says that it is done at the node. `ENTENTE_NODE`,"
    yield "`ENTENTE_TOKEN_FILE` (or `ENTENTE_TOKEN`, which holds the token itself) and `ENTENTE_CA_FILE` say the same, where no"
    yield "`--folder` is given."
    yield ""
    for name, (_, line) in COMMANDS.items():
        yield f"- [`entente {name}`](#entente-{name}): {line}"
    for name in COMMANDS:
        yield from _command_lines(load(name), f"entente {name}", None, "##")


def _command_lines(command: Any, path: str, parent: Any, level: str) -> Iterator[str]:  # noqa: ANN401 - typer's classes are private
    context = typer.Context(command, info_name=path, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH)
    yield from ("", f"{level} {path}", "", "```text")
    # The context of a test or a terminal must not decide the page: help is rendered at one width, without colour.
    yield "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield "```"
    for child in getattr(command, "commands", {}).values():
        yield from _command_lines(child, f"{path} {child.name}", None, "###")


def _settings_lines() -> Iterator[str]:
    yield from ("# Settings", "", _MADE, "")
    yield "A setting is given on the command line, else by its environment variable, else it has its default. A value outside its"
    yield "bounds, and an `ENTENTE_` variable that is no setting, stop the node. `entente doctor` shows the values in use."
    yield "`ENTENTE_PASSPHRASE` is read by commands that open a head's key, never by a running node; `ENTENTE_NODE`,"
    yield "`ENTENTE_TOKEN_FILE`, `ENTENTE_TOKEN` and `ENTENTE_CA_FILE` by those that ask a node elsewhere ([cli.md](cli.md))."
    yield from ("", "| setting | variable | default | unit | bounds | what it is |", "|---|---|---|---|---|---|")
    for row in SETTINGS:
        bounds = f"{row.least} to {row.most}" if row.most is not None else ", ".join(row.choices)
        yield f"| {row.name} | `ENTENTE_{row.name.upper()}` | {row.default} | {row.unit} | {bounds} | {row.help} |"


def main(folder: Path) -> None:
    """Write the pages."""
    (folder / "cli.md").write_text(cli_page(), encoding="utf-8")
    (folder / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
