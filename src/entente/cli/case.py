"""`entente case`: case files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CrimeArea, Folder, Json, Limit, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

app = commands("Case files: open, read, add a note.")

_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As in the register: 2031/000017.")]


@app.command("open", epilog=examples("entente case open «Passport at gate 4» --crime-area fugitives --as xb-duty-1"))
def open_case(
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    crime_area: CrimeArea,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Open a case with the next number of this year's register."""
    given: JsonObject = {"officer": officer, "title": title, "crime_area": crime_area}
    say(ask(folder, "case_open", given), as_json, _case)


@app.command("show", epilog=examples("entente case show 2031/000017"))
def show(number: _Number, folder: Folder = None, as_json: Json = False) -> None:
    """Show a case with its chronology."""
    say(ask(folder, "case_show", {"number": number}), as_json, _case)


@app.command("list", epilog=examples("entente case list --limit 10"))
def list_cases(limit: Limit = 50, folder: Folder = None, as_json: Json = False) -> None:
    """List the newest cases."""
    say(ask(folder, "case_list", {"limit": limit}), as_json, _list)


@app.command(
    "note", epilog=examples("entente case note 2031/000017 «Called the gate; the person waits» --as xb-duty-1")
)
def note(
    number: _Number,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write a note into the chronology; it is never changed afterwards."""
    given: JsonObject = {"officer": officer, "number": number, "text": text}
    say(ask(folder, "case_note", given), as_json, lambda _: [f"Noted in {plain(number)}."])


@app.command(
    "refer", epilog=examples("entente case refer 2031/000017 --body XA-NCB --reference 2031/000004 --as xb-duty-1")
)
def refer(
    number: _Number,
    body: Annotated[str, typer.Option("--body", help="Whose number it is.")],
    reference: Annotated[str, typer.Option("--reference", help="Their number for the same matter.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Add the other side's number for the same matter."""
    given: JsonObject = {"officer": officer, "number": number, "body": body, "reference": reference}
    say(ask(folder, "case_refer", given), as_json, _case)


@app.command("close", epilog=examples("entente case close 2031/000017 --reason «Handed over» --as xb-duty-1"))
def close(
    number: _Number,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Close a case."""
    given: JsonObject = {"officer": officer, "number": number, "reason": reason}
    say(ask(folder, "case_close", given), as_json, _case)


@app.command("reopen", epilog=examples("entente case reopen 2031/000017 --reason «New sighting» --as xb-duty-1"))
def reopen(
    number: _Number,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Open a closed case again under its number."""
    given: JsonObject = {"officer": officer, "number": number, "reason": reason}
    say(ask(folder, "case_reopen", given), as_json, _case)


def _case(answer: JsonObject) -> Iterator[str]:
    case = answer["case"]
    assert isinstance(case, dict), "a case is an object"
    yield f"{plain(case['number'])}  {name(case['title'])}"
    yield from fields(
        [
            ("state", plain(case["state"])),
            ("crime area", plain(case["crime_area"]).replace("_", " ")),
            ("opened", f"{when(case['opened_at'])} by {plain(case['opened_by'])}"),
            ("references", ", ".join(_reference(one) for one in items(case, "references"))),
        ]
    )
    if "events" in answer:
        rows = [
            (when(one["at"]), plain(one["officer"]), plain(one["kind"]).replace("_", " "), name(one["text"]))
            for one in items(answer, "events")
        ]
        yield from table(rows, "at", "officer", "", "text")


def _reference(one: JsonObject) -> str:
    body = one["body"]
    return f"{plain(body['code']) if isinstance(body, dict) else ''} {name(one['reference'])}"


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (plain(one["number"]), plain(one["state"]), plain(one["crime_area"]), name(one["title"]))
        for one in items(answer, "cases")
    ]
    yield from table(rows, "number", "state", "crime area", "title")
