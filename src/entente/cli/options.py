"""The options that every command has, and how its examples are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    str | None,
    typer.Option(
        "--folder", metavar="PATH", show_default=False, help="The node's folder; else ENTENTE_FOLDER, else ./node."
    ),
]
NewStore = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        show_default=False,
        help="An empty PostgreSQL database for its store, without a password; else ENTENTE_STORE, else a file in the folder.",
    ),
]
Json = Annotated[bool, typer.Option("--json", show_default=False, help="Answer as JSON on stdout, errors included.")]
ActingAs = Annotated[
    str, typer.Option("--as", metavar="OFFICER", show_default=False, help="The officer who acts; their role is judged.")
]
LookingAs = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="OFFICER",
        show_default=False,
        help="The officer who looks; without one, what the whole body may know of is shown.",
    ),
]
Purpose = Annotated[str, typer.Option("--purpose", help="Why the data is processed: a code of the purposes.")]
CrimeArea = Annotated[str, typer.Option("--crime-area", help="What it is about: a code of the crime areas.")]
CaseNumber = Annotated[str, typer.Option("--case", metavar="NUMBER", show_default=False, help="The case it is for.")]
Occasion = Annotated[
    str, typer.Option("--occasion", show_default=False, help="What it is for, where there is no case.")
]
QueryNames = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="A name in any script; several are tried each.")
]
Born = Annotated[str, typer.Option("--born", metavar="DATE", show_default=False, help="1979, 1979-05 or 1979-05-04.")]
Country = Annotated[str, typer.Option("--country", show_default=False, help="ISO 3166-1 alpha-2.")]
Sex = Annotated[str, typer.Option("--sex", show_default=False, help="female, male or other.")]
Identifiers = Annotated[
    list[str] | None,
    typer.Option("--id", help="A document number, plate, VIN, phone, wallet, or a scanned zone; repeat."),
]
Line = Annotated[
    str,
    typer.Option(
        "--line",
        metavar="TEXT",
        show_default=False,
        help="What is known, parted by commas: «Rahimov, 1979, AB 123456».",
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many at most, newest first.")]
KeyFiles = Annotated[
    list[Path],
    typer.Option(
        "--key", metavar="FILE", show_default=False, help="A head's key file; repeat for each head who signs."
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        show_default=False,
        help="Passphrases, one a line in the order of the keys (one line serves all); else ENTENTE_PASSPHRASE, else asked.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", show_default=False, help="Do not ask; for scripts.")]


def commands(help_text: str) -> typer.Typer:
    """Return a group of commands; its first line of help is also the one in the table of `entente --help`."""
    made = typer.Typer(rich_markup_mode=None, no_args_is_help=True, add_completion=False)

    @made.callback(help=help_text)
    def _group() -> None:
        pass

    return made


def examples(*lines: str) -> str:
    r"""Return examples for the end of a help text, kept line by line (\b); «…» in them becomes what a shell reads."""
    typed = (line.replace("«", '"').replace("»", '"') for line in lines)
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in typed)
