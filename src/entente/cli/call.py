"""`entente call`: who was called outside the browser because something needs somebody now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, Limit, commands, examples
from entente.cli.output import items, plain, say, table, when
from entente.kernel.canonical import JsonObject

app = commands("Calls to officers on duty: see them, take one.")


@app.command("list", epilog=examples("entente call list --as xb-duty-1"))
def list_calls(officer: ActingAs, limit: Limit = 50, folder: Folder = None, as_json: Json = False) -> None:
    """List the newest calls, each with who was called."""
    say(ask(folder, "call_list", {"officer": officer, "limit": limit}), as_json, _list)


@app.command("acknowledge", epilog=examples("entente call acknowledge 17 --as xb-duty-1"))
def acknowledge(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As the call itself says it.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a call: nobody else is called for that thing."""
    given: JsonObject = {"officer": officer, "number": number}
    say(ask(folder, "call_acknowledge", given), as_json, lambda _: [f"Call {number} is yours."])


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            str(one["number"]),
            when(one["raised_at"]),
            plain(one["ground"]).replace("_", " "),
            plain(one["state"]),
            plain(one["item"]),
            ", ".join(f"{plain(step['officer'])} {plain(step['state'])}" for step in items(one, "steps")),
        )
        for one in items(answer, "calls")
    ]
    yield from table(rows, "call", "raised", "because", "state", "about", "called")
    if answer["gateway"] == "off":
        yield "The setting paging is off: nobody is called."
