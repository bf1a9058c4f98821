"""`entente trail`: the record of acts, and what it proves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, connect, open_sealed_query, verify_file
from entente.cli.options import ActingAs, Folder, Json, PassphraseFile, commands, examples
from entente.cli.output import items, json_text, name, plain, say, table, texts, when
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.exercise import EXERCISE

NOTE_BYTES_MAX = 64 * 1024
"""As kernel.note has it."""
UNSOUND = 14
"""Exit code of a trail that does not prove itself: the one of «untrusted» (cli.errors)."""

app = commands("The record of acts: read, verify, prove it.")


@app.command(
    "show",
    epilog=examples(
        "entente trail show --as head-1",
        "entente trail show --by duty-1 --act search --as head-1",
        "entente trail show --about 2031/000017 --as head-1",
    ),
)
def show(
    officer: ActingAs,
    about: Annotated[
        str, typer.Option("--about", show_default=False, help="A record, case, message, body or instrument.")
    ] = "",
    act: Annotated[
        str,
        typer.Option("--act", metavar="ACT", show_default=False, help="Only of this kind: search, sign_in …"),
    ] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="OFFICER", show_default=False, help="Only what this officer did.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", show_default=False, help="Not before (RFC 3339).")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", show_default=False, help="Not after (RFC 3339).")
    ] = "",
    before: Annotated[int, typer.Option("--before", metavar="ROW", min=0, help="Go on below this row.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 20,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show the newest rows, or in order those about one thing; with --json each row has its whole detail."""
    narrowed: JsonObject = {"act": act.replace(" ", "_"), "by": by, "since": since, "until": until, "before": before}
    given: JsonObject = {"officer": officer, "about": about, "limit": limit, **narrowed}
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


_Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file to write.")]


@app.command(
    "checkpoint", epilog=examples("entente trail checkpoint > checkpoint-2031-05-04", "entente trail checkpoint --json")
)
def checkpoint(folder: Folder = None, as_json: Json = False) -> None:
    """Print the newest checkpoint of the log, a C2SP signed note; with --json also the keys that verify it.

    Kept elsewhere, it later shows that nothing of the trail up to it was changed: «entente trail verify --checkpoint».
    """
    answer = _ask_long(folder, "trail_checkpoint", {}, as_json)
    if as_json:
        typer.echo(json_text(answer))
    else:
        # The note itself, byte by byte: whoever keeps it hands it in again.
        typer.echo(answer["note"], nl=False)


@app.command(
    "prove",
    epilog=examples(
        "entente trail prove --since 20852163 --out continuation.json", "entente trail prove --since 1 --out c.json"
    ),
)
def prove(
    since: Annotated[int, typer.Option("--since", min=0, help="Rows of the earlier checkpoint: its second line.")],
    out: _Out,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write the proof that the log continues an earlier checkpoint of it, for whoever kept that checkpoint."""
    made = _ask_long(folder, "trail_prove", {"since": since}, as_json)["continuation"]
    assert isinstance(made, dict), "a continuation is an object"
    _write(out, made)
    said: JsonObject = {**_mark(made), "file": str(out), "since": since, "body": made["body"]}
    say(
        said,
        as_json,
        lambda answer: [f"Wrote the proof that the log continues its first {since} rows to {answer['file']}."],
    )


@app.command("export", epilog=examples("entente trail export 2031/000017 --out case.json --as head-1"))
def export(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's number.")],
    out: _Out,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write what the trail holds of a case, with the proof of each row and the body's keys: for a court or another body.

    The file holds what rows hold: who did what when, with ids and verdicts, and no personal data in the clear. Whoever knows
    the body's id checks it with «entente trail verify --file», without a node.
    """
    made = _ask_long(folder, "trail_export", {"officer": officer, "case": case}, as_json)["case_proof"]
    assert isinstance(made, dict), "a case proof is an object"
    _write(out, made)
    rows = len(items(made, "rows"))
    said: JsonObject = {**_mark(made), "file": str(out), "case": made["case"], "rows": rows, "body": made["body"]}
    say(said, as_json, lambda answer: [f"Wrote {rows} rows of the case {plain(answer['case'])} to {answer['file']}."])


@app.command(
    "verify",
    epilog=examples(
        "entente trail verify",
        "entente trail verify --file copy.db",
        "entente trail verify --file case.json --body body:4q7w2z…",
        "entente trail verify --checkpoint checkpoint-2031-05-04",
    ),
)
def verify(
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            exists=True,
            dir_okay=False,
            show_default=False,
            help="A copied store file, an exported case, or a proof that the log continues.",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            exists=True,
            dir_okay=False,
            show_default=False,
            help="An earlier checkpoint: does the log continue it?",
        ),
    ] = None,
    body: Annotated[
        str,
        typer.Option(
            "--body", metavar="ID", show_default=False, help="Whose file it is; else it must be in the directory."
        ),
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Recompute the whole trail and its log, or judge what was taken out of them; exit code 14 when something does not fit.

    The trail is recomputed from its first row and held against its signed head, and every file of the log against it. A file
    and an earlier checkpoint are judged by the keys of their body; the first thing that does not fit is named.
    """
    if file is not None:
        answer = verify_file(file, folder, body, checkpoint)
    elif checkpoint is not None:
        note = checkpoint.read_bytes()[: NOTE_BYTES_MAX + 1].decode("utf-8", errors="replace")
        answer = _ask_long(folder, "trail_continues", {"checkpoint": note}, as_json)
    else:
        answer = ask(folder, "trail_verify", {})
    say(answer, as_json, _proof)
    if not all(part["is_sound"] is True for part in (answer["proof"], answer.get("log")) if isinstance(part, dict)):
        raise typer.Exit(UNSOUND)


def _ask_long(folder: str | None, verb: str, given: JsonObject, as_json: bool) -> JsonObject:
    with connect(folder) as node, progress("Bringing the log up", unit="rows", quiet=as_json) as told:
        return node.ask(verb, given, told)


def _mark(made: JsonObject) -> JsonObject:
    """Return what a command's answer says of a file that an exercise's node made."""
    return {EXERCISE: True} if made.get(EXERCISE) else {}


def _write(out: Path, document: JsonObject) -> None:
    """Write a file that only its owner reads; raise Conflict where there is one, since a proof may be kept in it."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json_text(document) + "\n")
    except FileExistsError as error:
        raise Conflict(
            f"The file {out.name} was not written.",
            why="There is a file of this name, and what proves something is not overwritten.",
            do="Name another file, or move that one away.",
        ) from error
    except OSError as error:
        raise Invalid(
            f"The file {out.name} cannot be written.",
            field="out",
            why=f"Writing it says: {error.strerror}.",
            do="Name a file in a folder that this account may write.",
        ) from error


def _rows(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            str(row["sequence"]),
            when(row["at"]),
            plain(row["body"]["code"]) if isinstance(row["body"], dict) else "",
            plain(row["officer"]),
            plain(row["verb"]).replace("_", " "),
            "not for your unit" if row["is_withheld"] is True else name(row["subject_name"]),
            _outcome(row["detail"]),
        )
        for row in items(answer, "rows")
    ]
    yield from table(rows, "row", "at", "body", "officer", "act", "about", "")
    if answer["next_before"] is not None:
        yield f"Older ones: --before {answer['next_before']}"


def _outcome(detail: object) -> str:
    return plain(detail.get("outcome", "")) if isinstance(detail, dict) else ""


def _proof(answer: JsonObject) -> Iterator[str]:
    proof = answer["proof"]
    assert isinstance(proof, dict), "a proof is an object"
    yield f"{plain(answer['body'])}: {'sound' if proof['is_sound'] else 'NOT SOUND'}. {plain(proof['finding'])}"
    if "root" in proof:
        yield f"{proof['rows']} rows, root {plain(proof['root'])}"
    if proof.get("erased"):
        yield f"{proof['erased']} of the rows were erased: their hashes alone are in the file, and prove that they were there."
    if isinstance(log := answer.get("log"), dict):
        yield f"log: {'sound' if log['is_sound'] else 'NOT SOUND'}. {plain(log['finding'])}"


def _query(answer: JsonObject) -> Iterator[str]:
    rows, queries = answer["rows"], items(answer, "queries")
    if isinstance(rows, dict):
        yield f"rows {rows['first']} to {rows['last']} of the file with SHA-256 {plain(rows['sha256'])}"
    for place, asked in enumerate(queries, 1):
        if len(queries) > 1:
            yield f"query {place}"
        for field in ("names", "identifiers"):
            yield from (f"{field}: {name(one)}" for one in texts(asked, field))
        yield from (
            f"{field.replace('_', ' ')}: {name(asked[field])}"
            for field in ("birth_date", "country", "sex")
            if asked.get(field)
        )
