"""`entente shift`: shifts at the desk, their journal, and how one is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, Limit, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, text_block, when
from entente.kernel.canonical import JsonObject

app = commands("Shifts: begin, note, hand over, take over.")

_Shift = Annotated[str, typer.Argument(metavar="SHIFT", help="The shift's id, as «entente shift list» shows it.")]


@app.command("begin", epilog=examples("entente shift begin --as xb-duty-1"))
def begin(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Begin a shift. Who signs the sheet of the one before begins theirs with it."""
    say(ask(folder, "shift_begin", {"officer": officer}), as_json, _shift)


@app.command("show", epilog=examples("entente shift show --as xb-duty-1"))
def show(
    officer: ActingAs,
    shift: Annotated[str, typer.Argument(metavar="[SHIFT]", help="Another one than your own.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show a shift with its journal: your own, or another one."""
    say(ask(folder, "shift_show", {"officer": officer, "id": shift}), as_json, _journal)


@app.command("list", epilog=examples("entente shift list --limit 10 --as xb-duty-1"))
def list_shifts(officer: ActingAs, limit: Limit = 50, folder: Folder = None, as_json: Json = False) -> None:
    """List the newest shifts."""
    say(ask(folder, "shift_list", {"officer": officer, "limit": limit}), as_json, _list)


@app.command("note", epilog=examples("entente shift note «Gate 4 calls back at six» --as xb-duty-1"))
def note(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write a note into the journal; it is never changed afterwards."""
    say(ask(folder, "shift_note", {"officer": officer, "text": text}), as_json, lambda _: ["Noted."])


@app.command(
    "hand-over", epilog=examples("entente shift hand-over --for-next «XA answers in the morning» --as xb-duty-1")
)
def hand_over(
    officer: ActingAs,
    for_next: Annotated[str, typer.Option("--for-next", help="What the next officer has to know.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End your shift with its hand-over sheet, which the next officer signs."""
    say(ask(folder, "shift_hand_over", {"officer": officer, "for_next": for_next}), as_json, _shift)


@app.command("sheet", epilog=examples("entente shift sheet shift-01 --as xb-duty-2"))
def sheet(shift: _Shift, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Show the hand-over sheet of a shift."""
    say(ask(folder, "shift_sheet", {"officer": officer, "id": shift}), as_json, _sheet)


@app.command("take-over", epilog=examples("entente shift take-over shift-01 --digest 9f2c… --as xb-duty-2"))
def take_over(
    shift: _Shift,
    officer: ActingAs,
    digest: Annotated[str, typer.Option("--digest", help="Of the sheet, as «entente shift sheet» shows it.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Sign the hand-over sheet of another officer's shift, as you read it; your own shift begins."""
    say(ask(folder, "shift_take_over", {"officer": officer, "id": shift, "digest": digest}), as_json, _shift)


def _shift(answer: JsonObject) -> Iterator[str]:
    shift = answer["shift"]
    assert isinstance(shift, dict), "a shift is an object"
    yield from _of_shift(shift)


def _of_shift(shift: JsonObject) -> Iterator[str]:
    yield plain(shift["id"])
    yield from fields(
        [
            ("officer", plain(shift["officer"])),
            ("began", when(shift["began_at"])),
            ("state", plain(shift["state"]).replace("_", " ")),
            ("sheet", plain(shift["digest"])),
            ("signed", f"{when(shift['signed_at'])} by {plain(shift['signed_by'])}" if shift["signed_by"] else ""),
        ]
    )


def _journal(answer: JsonObject) -> Iterator[str]:
    shift = answer["shift"]
    if isinstance(shift, dict):
        yield from _of_shift(shift)
    else:
        yield "You are on no shift."
    rows = [
        (
            when(one["at"]),
            plain(one["officer"]),
            plain(one["act"]).replace("_", " "),
            name(one["text"] or one["called"] or one["subject_name"]),
        )
        for one in items(answer, "lines")
    ]
    yield from table(rows, "at", "officer", "", "about")
    for one in items(answer, "unsigned"):
        yield f"The sheet of {plain(one['id'])} ({plain(one['officer'])}) waits for a signature."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (plain(one["id"]), plain(one["officer"]), when(one["began_at"]), plain(one["state"]).replace("_", " "))
        for one in items(answer, "shifts")
    ]
    yield from table(rows, "shift", "officer", "began", "state")


def _sheet(answer: JsonObject) -> Iterator[str]:
    yield from _shift(answer)
    sheet = answer["sheet"]
    assert isinstance(sheet, dict), "a sheet is an object"
    if answer["is_whole"] is not True:
        yield "THIS SHEET IS NOT WHAT WAS WRITTEN: its digest does not fit."
    done = sheet["done"]
    assert isinstance(done, dict), "acts are counted by name"
    yield from fields([(act.replace("_", " "), str(times)) for act, times in done.items()])
    rows = [
        (
            plain(one["kind"]).replace("_", " "),
            plain(one["urgency"]).replace("_", " "),
            when(one["due_at"]),
            plain(one["id"]),
        )
        for one in items(sheet, "open")
    ]
    yield from table(rows, "open", "urgency", "due", "id")
    for one in items(sheet, "notes"):
        yield f"{when(one['at'])} {plain(one['officer'])}"
        yield from text_block(one["text"])
    if sheet["for_next"]:
        yield "For the next officer:"
        yield from text_block(sheet["for_next"])
