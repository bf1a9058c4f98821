"""`entente case`: case files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.case_work import CaseArgument as _Number
from entente.cli.case_work import app as work
from entente.cli.case_work import work_lines
from entente.cli.options import ActingAs, CrimeArea, Folder, Json, Limit, LookingAs, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

app = commands("Case files: open, read, add a note.")
app.registered_commands.extend(work.registered_commands)

_Seen = Annotated[int, typer.Option("--version", min=1, help="The version that you saw; a newer one is not changed.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why, in words.")]


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


@app.command("show", epilog=examples("entente case show 2031/000017", "entente case show 2031/000017 --as xb-duty-1"))
def show(number: _Number, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """Show a case with all that lies in it; one with a team to that team and to who oversees the cases alone."""
    say(ask(folder, "case_show", {"officer": officer, "number": number}), as_json, _case)


@app.command("list", epilog=examples("entente case list --limit 10"))
def list_cases(limit: Limit = 50, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """List the newest cases that the officer may know of."""
    say(ask(folder, "case_list", {"officer": officer, "limit": limit}), as_json, _list)


@app.command("officers", epilog=examples("entente case officers"))
def officers(folder: Folder = None, as_json: Json = False) -> None:
    """List the officers who may be given a case or a task."""
    say(ask(folder, "case_officers", {}), as_json, lambda answer: [plain(one) for one in texts(answer, "officers")])


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


@app.command(
    "close", epilog=examples("entente case close 2031/000017 --version 3 --reason «Handed over» --as xb-duty-1")
)
def close(
    number: _Number,
    reason: _Reason,
    version: _Seen,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Close a case."""
    given: JsonObject = {"officer": officer, "number": number, "reason": reason, "version": version}
    say(ask(folder, "case_close", given), as_json, _case)


@app.command(
    "reopen", epilog=examples("entente case reopen 2031/000017 --version 3 --reason «New sighting» --as xb-duty-1")
)
def reopen(
    number: _Number,
    reason: _Reason,
    version: _Seen,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Open a closed case again under its number."""
    given: JsonObject = {"officer": officer, "number": number, "reason": reason, "version": version}
    say(ask(folder, "case_reopen", given), as_json, _case)


@app.command(
    "rename",
    epilog=examples(
        "entente case rename 2031/000017 «Two passports» --crime-area fugitives --version 3 --as xb-duty-1"
    ),
)
def rename(
    number: _Number,
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    crime_area: CrimeArea,
    version: _Seen,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Give a case another title or crime area; what it was called stays in the chronology."""
    given: JsonObject = {
        "officer": officer, "number": number, "title": title, "crime_area": crime_area, "version": version,
    }  # fmt: skip
    say(ask(folder, "case_rename", given), as_json, _case)


@app.command("team", epilog=examples("entente case team 2031/000017 xb-duty-1 xb-analyst-1 --version 3 --as xb-duty-1"))
def team(
    number: _Number,
    version: _Seen,
    officer: ActingAs,
    members: Annotated[
        list[str] | None, typer.Argument(metavar="[OFFICER]...", help="None: the whole body again.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say who alone may know of a case; the officer in charge always may."""
    given: JsonObject = {"officer": officer, "number": number, "team": [*(members or ())], "version": version}
    say(ask(folder, "case_team", given), as_json, _case)


@app.command(
    "hand-over",
    epilog=examples(
        "entente case hand-over 2031/000017 --version 3 --to xb-analyst-1 --reason «End of shift» --as xb-duty-1"
    ),
)
def hand_over(
    number: _Number,
    to: Annotated[str, typer.Option("--to", metavar="OFFICER", help="Who has charge of it from now on.")],
    reason: _Reason,
    version: _Seen,
    officer: ActingAs,
    unit: Annotated[str, typer.Option("--unit", show_default=False, help="The unit, in the body's own words.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Give charge of a case to another officer, and with it to a unit."""
    given: JsonObject = {
        "officer": officer, "number": number, "to": to, "unit": unit, "reason": reason, "version": version,
    }  # fmt: skip
    say(ask(folder, "case_hand_over", given), as_json, _case)


@app.command(
    "join",
    epilog=examples("entente case join 2031/000017 2031/000021 --version 3 --reason «The same person» --as xb-duty-1"),
)
def join(
    number: _Number,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The case that is joined to it.")],
    reason: _Reason,
    version: _Seen,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Join another case to one that goes on; the other keeps its number and points to it."""
    given: JsonObject = {"officer": officer, "number": number, "other": other, "reason": reason, "version": version}
    say(ask(folder, "case_join", given), as_json, _case)


@app.command(
    "split",
    epilog=examples(
        "entente case split 2031/000017 «The second passport» --crime-area fugitives --reason «Another matter» \\",
        "        --exhibit exhibit-0f3a… --version 3 --as xb-duty-1",
    ),
)
def split(
    number: _Number,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Of the new case.")],
    crime_area: CrimeArea,
    reason: _Reason,
    version: _Seen,
    officer: ActingAs,
    tasks: Annotated[list[str] | None, typer.Option("--task", help="A task that goes over; repeat.")] = None,
    exhibits: Annotated[list[str] | None, typer.Option("--exhibit", help="An exhibit that goes over; repeat.")] = None,
    items: Annotated[
        list[str] | None, typer.Option("--item", help="A message, hit or request that is noted there; repeat.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Open a new case of a part of another."""
    given: JsonObject = {
        "officer": officer, "number": number, "title": title, "crime_area": crime_area, "reason": reason,
        "tasks": [*(tasks or ())], "exhibits": [*(exhibits or ())], "items": [*(items or ())], "version": version,
    }  # fmt: skip
    say(ask(folder, "case_split", given), as_json, _case)


def _case(answer: JsonObject) -> Iterator[str]:
    case = answer["case"]
    assert isinstance(case, dict), "a case is an object"
    yield f"{plain(case['number'])}  {name(case['title'])}"
    yield from fields(
        [
            ("state", plain(case["state"])),
            ("crime area", plain(case["crime_area"]).replace("_", " ")),
            ("opened", f"{when(case['opened_at'])} by {plain(case['opened_by'])}"),
            ("in charge", f"{plain(case['in_charge'])} {name(case['unit'])}".strip()),
            ("team", ", ".join(plain(one) for one in texts(case, "team"))),
            ("references", ", ".join(_reference(one) for one in items(case, "references"))),
            ("goes on in", plain(case["goes_on_in"])),
            ("joined to it", ", ".join(plain(one) for one in texts(case, "joined"))),
            ("split from", plain(case["split_from"])),
            ("version", plain(case["version"])),
        ]
    )
    if "events" in answer:
        rows = [
            (when(one["at"]), plain(one["officer"]), plain(one["kind"]).replace("_", " "), name(one["text"]))
            for one in items(answer, "events")
        ]
        yield from table(rows, "at", "officer", "", "text")
        yield from work_lines(answer)


def _reference(one: JsonObject) -> str:
    body = one["body"]
    return f"{plain(body['code']) if isinstance(body, dict) else ''} {name(one['reference'])}"


def texts(answer: JsonObject, field: str) -> list[str]:
    """Return a list of texts of an answer."""
    found = answer[field]
    assert isinstance(found, list), f"{field} is a list"
    return [str(one) for one in found]


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (plain(one["number"]), plain(one["state"]), plain(one["crime_area"]), name(one["title"]))
        for one in items(answer, "cases")
    ]
    yield from table(rows, "number", "state", "crime area", "title")
