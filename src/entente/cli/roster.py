"""`entente roster`: who is on duty when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, plain, say, table, texts, when
from entente.kernel.canonical import JsonObject

app = commands("The roster: who is on duty when, who is next.")


@app.command("list", epilog=examples("entente roster list --days 7"))
def list_entries(
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How many days ahead.")] = 14,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List who is on duty now and in the days to come."""
    say(ask(folder, "roster_list", {"days": days}), as_json, _list)


@app.command(
    "enter",
    epilog=examples(
        "entente roster enter xb-duty-2 --as-function duty_officer --begins «2031-05-04 19:00» \\",
        "        --ends «2031-05-05 07:00» --reach duty2@xb.example --as xb-head-1",
    ),
)
def enter(
    who: Annotated[str, typer.Argument(metavar="OFFICER", help="Who is on duty.")],
    officer: ActingAs,
    function: Annotated[str, typer.Option("--as-function", help="duty_officer, deputy or head_on_call.")],
    begins: Annotated[str, typer.Option("--begins", help="Wall time in the zone: 2031-05-04 19:00.")],
    ends: Annotated[str, typer.Option("--ends", help="Wall time in the zone.")],
    zone: Annotated[str, typer.Option("--zone", help="Like Europe/Vienna; else the body's own.")] = "",
    reach: Annotated[str, typer.Option("--reach", help="Where the gateway reaches them; empty: it cannot.")] = "",
    every_days: Annotated[
        int, typer.Option("--every-days", min=1, max=31, help="The next turn is so many days later; see --times.")
    ] = 1,
    times: Annotated[int, typer.Option("--times", min=1, max=100, help="How many turns, the first among them.")] = 1,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Enter that an officer is on duty, once or in turns."""
    given: JsonObject = {
        "officer": officer, "who": who, "function": function, "begins": begins, "ends": ends, "zone": zone, "reach": reach,
        "every_days": every_days, "times": times,
    }  # fmt: skip
    say(ask(folder, "roster_enter", given), as_json, _entered)


@app.command("take-off", epilog=examples("entente roster take-off duty-01 --as xb-head-1"))
def take_off(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's id, as «entente roster list» shows it.")],
    officer: ActingAs,
    following: Annotated[bool, typer.Option("--following", help="With the turns of it that follow.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take an entry off the roster."""
    given: JsonObject = {"officer": officer, "id": entry, "following": following}
    say(ask(folder, "roster_take_off", given), as_json, _taken_off)


def _entered(answer: JsonObject) -> Iterator[str]:
    yield from _table(items(answer, "entries"))


def _taken_off(answer: JsonObject) -> Iterator[str]:
    gone = texts(answer, "taken_off")
    yield "Taken off the roster." if len(gone) == 1 else f"{len(gone)} turns are taken off the roster."


def _list(answer: JsonObject) -> Iterator[str]:
    now = {plain(one["id"]) for one in items(answer, "now")}
    yield from _table(items(answer, "entries"), now)
    following = answer["next"]
    if isinstance(following, dict):
        yield f"Next at the desk: {plain(following['officer'])}, {when(following['begins_at'])}."


def _table(entries: list[JsonObject], now: set[str] | None = None) -> Iterator[str]:
    rows = [
        (
            plain(one["id"]),
            plain(one["officer"]),
            plain(one["function"]).replace("_", " "),
            when(one["begins_at"]),
            when(one["ends_at"]),
            plain(one["zone"]),
            ("on now" if plain(one["id"]) in (now or ()) else "")
            + ("" if one["is_reached"] is True else " not reached"),
        )
        for one in entries
    ]
    yield from table(rows, "entry", "officer", "function", "begins", "ends", "zone", "")
