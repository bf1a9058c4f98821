"""`entente unit find` and `entente unit lists`: the units of bodies as of a date, and when each body said them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import Folder, Json
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

On = Annotated[
    str, typer.Option("--on", metavar="DATE", show_default=False, help="As of this date; today if left out.")
]
_LINES = 2_000
"""Of one answer: all units of the largest body."""


def find(
    text: Annotated[str, typer.Argument(help="Words of its name, territory or id.", show_default=False)] = "",
    kind: Annotated[str, typer.Option("--kind", show_default=False, help="regional_branch, organ, unit, unit_abroad.")] = "",
    body: Annotated[str, typer.Option("--body", show_default=False, help="The code of its body.")] = "",
    on: On = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Find branches, organs and units of bodies as they stood on a date."""
    given: JsonObject = {"text": text, "kind": kind, "body": body, "on": on, "limit": _LINES}
    say(ask(folder, "unit_find", given), as_json, _found)


def lists(
    body: Annotated[str, typer.Argument(help="The code of the body.")], folder: Folder = None, as_json: Json = False
) -> None:
    """List when a body said its units anew, the newest list first, and what each changed."""
    say(ask(folder, "unit_lists", {"body": body}), as_json, _lists)


def _found(answer: JsonObject) -> Iterator[str]:
    rows = [
        (_code(one["body"]), plain(one["id"]), name(one["name"]), plain(one["kind"]).replace("_", " "),
         name(one["territory"]), name(one["under"]))
        for one in items(answer, "units")
    ]  # fmt: skip
    yield f"As of {plain(answer['on'])}: {len(rows)} of {answer['of']}"
    yield from table(rows, "body", "unit", "name", "kind", "territory", "part of")


def _lists(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["since"]),
            when(one["until"]) if one["until"] else "now",
            str(one["units"]),
            *(", ".join(plain(unit["id"]) for unit in items(one, part)) for part in ("added", "changed", "gone")),
        )
        for one in items(answer, "lists")
    ]
    yield from table(rows, "since", "until", "units", "added", "changed", "gone")


def _code(ref: object) -> str:
    return plain(ref["code"]) if isinstance(ref, dict) else ""


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "find": (find, ("entente unit find border", "entente unit find --body XB-NCB --on 2030-01-01")),
    "lists": (lists, ("entente unit lists XB-NCB",)),
}
"""Of `entente unit`: name → command and its examples."""
