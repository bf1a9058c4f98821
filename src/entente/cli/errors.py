"""Each kind of error as an exit code and as text: the one table of the command line.

An error goes to stderr as what, why and do; with --json it goes to stdout as one object, so that a script reads one stream.
A programming error keeps Python's own traceback and exit code 1. The codes leave 3 to 9 and 64 upward to shells and sysexits.
"""

from __future__ import annotations

from collections.abc import Mapping

import typer

from entente.cli.output import grounds, json_text, plain
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)
from entente.kernel.wire import error_to_json

EXIT_OK = 0
EXIT_PROGRAMMING_ERROR = 1
EXIT_USAGE = 2
EXIT_ABORTED = 3
"""The person at the terminal said no, or stopped it."""
EXIT_CODES: Mapping[type[EntenteError], int] = {
    Refused: 10,
    Invalid: 11,
    NotFound: 12,
    Conflict: 13,
    Untrusted: 14,
    Unavailable: 15,
    Misconfigured: 16,
}


def report(error: EntenteError | typer.TyperException | typer.Abort, *, as_json: bool) -> int:
    """Print an error and return its exit code."""
    if isinstance(error, EntenteError):
        _say(error_to_json(error), as_json=as_json)
        return EXIT_CODES[type(error)]
    if isinstance(error, typer.Abort):
        _say(_aborted(), as_json=as_json)
        return EXIT_ABORTED
    message = error.format_message()
    if message.startswith("Usage:"):
        typer.echo(message, err=True)
    else:
        _say(_usage(message), as_json=as_json)
    return EXIT_USAGE


def _say(shape: JsonObject, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_text({"error": shape}))
        return
    # Each sentence is one line, whatever it quotes: no quoted name can look like a sentence of ours.
    typer.echo(f"{plain(shape['what'])}\nwhy   {plain(shape['why'])}\ndo    {plain(shape['do'])}", err=True)
    also = shape.get("also")
    for other in also if isinstance(also, list) else ():
        assert isinstance(other, dict), "what else is wrong is said as the first is"
        typer.echo(f"also  {plain(other['field'])}: {plain(other['what'])} {plain(other['why'])}", err=True)
    decision = shape.get("decision")
    if isinstance(decision, dict):
        for line in grounds(decision):
            typer.echo(line, err=True)


def _usage(message: str) -> JsonObject:
    return {
        "code": "usage",
        "what": message,
        "why": "The command line was not understood, so nothing was done.",
        "do": "Add --help to the command to see what it takes, with examples.",
    }


def _aborted() -> JsonObject:
    return {
        "code": "aborted",
        "what": "Nothing was done.",
        "why": "The question was not answered with yes, or there was nobody to answer it.",
        "do": "Run the command again; scripts say --yes, and give passphrases with --passphrase-file.",
    }
