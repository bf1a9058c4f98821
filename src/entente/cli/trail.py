"""`entente trail`: the record of acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, open_sealed_query, verify_copy
from entente.cli.options import ActingAs, Folder, Json, PassphraseFile, commands, examples
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

UNSOUND = 14
"""Exit code of a trail that does not prove itself: the one of «untrusted» (cli.errors)."""

app = commands("The record of acts: read it, verify it.")


@app.command(
    "show", epilog=examples("entente trail show --as head-1", "entente trail show --about 2031/000017 --as head-1")
)
def show(
    officer: ActingAs,
    about: Annotated[
        str, typer.Option("--about", show_default=False, help="A record, case, message, body or instrument.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 20,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show the newest rows, or in order those about one thing; with --json each row has its whole detail."""
    given: JsonObject = {"officer": officer, "about": about, "limit": limit}
    say(ask(folder, "trail_show", given), as_json, _rows)


@app.command("query", epilog=examples("entente trail query 743 --key dpo.pem --as dpo-1"))
def query(
    row: Annotated[int, typer.Argument(metavar="ROW", min=1, help="The row of a search.")],
    key: Annotated[
        Path, typer.Option("--key", exists=True, dir_okay=False, help="The data protection officer's key file.")
    ],
    officer: ActingAs,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Read what was searched for in one row, with the data protection officer's own key; the look is in the trail."""
    answer = ask(folder, "trail_query", {"officer": officer, "row": row})
    say(open_sealed_query(answer, key, passphrase_file), as_json, _query)


@app.command("verify", epilog=examples("entente trail verify", "entente trail verify --file copy.db"))
def verify(
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            exists=True,
            dir_okay=False,
            show_default=False,
            help="A copied store file, held against this body's keys.",
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Recompute the whole trail from its first row and hold it against its signed head; exit code 14 when it does not fit."""
    answer = ask(folder, "trail_verify", {}) if file is None else verify_copy(file, folder)
    say(answer, as_json, _proof)
    proof = answer["proof"]
    assert isinstance(proof, dict), "a proof is an object"
    if proof["is_sound"] is not True:
        raise typer.Exit(UNSOUND)


def _rows(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            str(row["sequence"]),
            when(row["at"]),
            plain(row["body"]["code"]) if isinstance(row["body"], dict) else "",
            plain(row["officer"]),
            plain(row["verb"]).replace("_", " "),
            name(row["subject_name"]),
            _outcome(row["detail"]),
        )
        for row in items(answer, "rows")
    ]
    yield from table(rows, "row", "at", "body", "officer", "act", "about", "")


def _outcome(detail: object) -> str:
    return plain(detail.get("outcome", "")) if isinstance(detail, dict) else ""


def _proof(answer: JsonObject) -> Iterator[str]:
    proof = answer["proof"]
    assert isinstance(proof, dict), "a proof is an object"
    yield f"{plain(answer['body'])}: {'sound' if proof['is_sound'] else 'NOT SOUND'}. {plain(proof['finding'])}"
    yield f"{proof['rows']} rows, root {plain(proof['root'])}"


def _query(answer: JsonObject) -> Iterator[str]:
    asked = answer["query"]
    assert isinstance(asked, dict), "a query is an object"
    for field in ("names", "identifiers"):
        given = asked[field]
        assert isinstance(given, list), "names and identifiers are lists"
        yield from (f"{field}: {name(one)}" for one in given)
    yield from (
        f"{field.replace('_', ' ')}: {name(asked[field])}" for field in ("birth_date", "country") if asked[field]
    )
