"""`entente case`: what is done on a case: tasks and terms, exhibits and their hand-overs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid

app = commands("What is done on a case.")
"""Its commands stand among those of `entente case`."""

PIECE_BYTES: Final = 1024 * 1024
CaseArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="As in the register: 2031/000017.")]
_Seal = Annotated[str, typer.Option("--seal", show_default=False, help="The seal's number.")]
_File = Annotated[
    Path | None, typer.Option("--file", show_default=False, help="Of a digital exhibit: its SHA-256 is computed here.")
]
_At = Annotated[str, typer.Option("--at", metavar="TIME", help="In UTC: 2031-05-04T08:00:00Z.")]


@app.command(
    "task",
    epilog=examples(
        "entente case task 2031/000017 «Ask the consulate» --to xb-duty-2 --due 2031-05-05T08:00:00Z --as xb-duty-1"
    ),
)
def task(
    number: CaseArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="One line.")],
    to: Annotated[str, typer.Option("--to", metavar="OFFICER", help="Who has it to do.")],
    officer: ActingAs,
    due: Annotated[str, typer.Option("--due", metavar="TIME", show_default=False, help="Until when, in UTC.")] = "",
    term_of: Annotated[
        str, typer.Option("--term-of", show_default=False, help="What sets the term: an article, an order.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Set something to be done on a case, or a term that runs."""
    given: JsonObject = {
        "officer": officer, "number": number, "what": what, "to": to, "due_at": due, "term_of": term_of,
    }  # fmt: skip
    say(ask(folder, "task_set", given), as_json, lambda answer: [_made(answer, "task")])


@app.command("done", epilog=examples("entente case done 2031/000017 task-0f3a… «They confirm» --as xb-duty-2"))
def done(
    number: CaseArgument,
    task: Annotated[str, typer.Argument(metavar="TASK", help="Its id.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="What came of it.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """State that a task was done, and what came of it."""
    given: JsonObject = {"officer": officer, "number": number, "task": task, "outcome": outcome}
    say(ask(folder, "task_finish", given), as_json, lambda answer: [_made(answer, "task")])


@app.command(
    "exhibit",
    epilog=examples(
        "entente case exhibit 2031/000017 «A telephone, black» --kind object --at 2031-05-04T08:00:00Z \\",
        "        --where «Gate 4» --by «Officer 7» --seal A-114 --as xb-duty-1",
    ),
)
def exhibit(
    number: CaseArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What it is.")],
    kind: Annotated[str, typer.Option("--kind", help="object, document, digital or sample.")],
    found_at: _At,
    found_where: Annotated[str, typer.Option("--where", help="Where it was taken.")],
    found_by: Annotated[str, typer.Option("--by", help="Who took it.")],
    officer: ActingAs,
    seal: _Seal = "",
    file: _File = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Enter an exhibit in a case; nothing of it is ever changed."""
    given: JsonObject = {
        "officer": officer, "number": number, "kind": kind, "what": what, "found_at": found_at,
        "found_where": found_where, "found_by": found_by, "seal": seal, "sha256": _sha256(file),
    }  # fmt: skip
    say(ask(folder, "exhibit_enter", given), as_json, lambda answer: [_made(answer, "exhibit")])


@app.command(
    "exhibit-over",
    epilog=examples(
        "entente case exhibit-over 2031/000017 exhibit-0f3a… --at 2031-05-04T12:00:00Z --gave «Officer 7» \\",
        "        --took «Laboratory» --where «Gate 4» --seal A-115 --as xb-duty-1",
    ),
)
def exhibit_over(
    number: CaseArgument,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="Its id.")],
    at: _At,
    gave: Annotated[str, typer.Option("--gave", help="Who gave it: who took it last.")],
    took: Annotated[str, typer.Option("--took", help="Who took it.")],
    where: Annotated[str, typer.Option("--where", help="Where it changed hands.")],
    officer: ActingAs,
    seal: _Seal = "",
    file: _File = None,
    remark: Annotated[str, typer.Option("--remark", show_default=False)] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Add a hand-over to an exhibit's chain of custody; none is ever changed."""
    given: JsonObject = {
        "officer": officer, "number": number, "exhibit": exhibit, "at": at, "gave": gave, "took": took, "where": where,
        "seal": seal, "sha256": _sha256(file), "remark": remark,
    }  # fmt: skip
    say(ask(folder, "exhibit_hand_over", given), as_json, lambda _: [f"Noted in {plain(number)}."])


@app.command(
    "exhibit-check",
    epilog=examples("entente case exhibit-check 2031/000017 exhibit-0f3a… --file image.dd --as xb-duty-1"),
)
def exhibit_check(
    number: CaseArgument,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="Its id.")],
    file: Annotated[Path, typer.Option("--file", metavar="FILE", help="The file that is held against it.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say whether a file is the same as a digital exhibit. It is read here; its digest alone goes to the node, and is noted."""
    given: JsonObject = {
        "officer": officer, "number": number, "exhibit": exhibit, "sha256": _sha256(file), "file_name": file.name,
        "bytes": file.stat().st_size,
    }  # fmt: skip
    say(ask(folder, "exhibit_check", given), as_json, _checked)


def _checked(answer: JsonObject) -> list[str]:
    same = "The file is the same." if answer["is_same"] else "The file is ANOTHER one."
    return [f"{same}  SHA-256 {plain(answer['sha256'])}"]


def work_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what is to be done on a case, its exhibits, and what was decided on it."""
    if tasks := items(answer, "tasks"):
        yield ""
        yield from table([_task(one) for one in tasks], "task", "officer", "until", "what", "what came of it")
    if exhibits := items(answer, "exhibits"):
        yield ""
        yield from table([_exhibit(one) for one in exhibits], "exhibit", "id", "what", "has it", "hand-overs")
    if decisions := items(answer, "decisions"):
        yield ""
        yield from table(
            [_decision(one) for one in decisions], "decided", "officer", "", "outcome", "record", "version"
        )


def _task(one: JsonObject) -> tuple[str, ...]:
    due = when(one["due_at"]) if one["due_at"] else ""
    return plain(one["id"]), plain(one["officer"]), due, name(one["what"]), name(one["outcome"])


def _exhibit(one: JsonObject) -> tuple[str, ...]:
    hands = str(len(items(one, "hand_overs")))
    return plain(one["label"]), plain(one["id"]), name(one["what"]), name(one["holder"]), hands


def _decision(one: JsonObject) -> tuple[str, ...]:
    act = plain(one["act"]).replace("_", " ")
    return when(one["at"]), plain(one["officer"]), act, plain(one["outcome"]), plain(one["name"]), plain(one["version"])


def _made(answer: JsonObject, what: str) -> str:
    made = answer[what]
    assert isinstance(made, dict), "what was made is an object"
    return f"{plain(made['id'])}  {name(made['what'])}"


def _sha256(file: Path | None) -> str:
    if file is None:
        return ""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while piece := opened.read(PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise Invalid(
            f"The file {file.name} cannot be read.",
            field="file",
            why=f"The SHA-256 of an exhibit is computed from all its bytes: {error.strerror}.",
            do="Name the file where it lies; nothing was entered.",
        ) from error
    return digest.hexdigest()
