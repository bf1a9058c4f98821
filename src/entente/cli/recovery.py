"""`entente recovery`: after a restore, what other bodies give back, and ending it without some."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, Yes, commands, examples
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

app = commands("After a restore: what other bodies give back, and ending it without some.")


@app.command("show", epilog=examples("entente recovery show"))
def show(folder: Folder = None, as_json: Json = False) -> None:
    """Say how far each body has given back what this node's backup did not hold. A running node asks by itself."""
    say(ask(folder, "recovery_show", {}), as_json, _show)


@app.command("ask", epilog=examples("entente recovery ask"))
def ask_now(folder: Folder = None, as_json: Json = False) -> None:
    """Ask the bodies that have not answered, now."""
    say(ask(folder, "recovery_ask", {}), as_json, _show)


@app.command("finish", epilog=examples("entente recovery finish --as head-1"))
def finish(officer: ActingAs, yes: Yes = False, folder: Folder = None, as_json: Json = False) -> None:
    """End taking back without the bodies that did not answer. What only they had of ours is not taken back any more."""
    if not yes:
        for line in _show(ask(folder, "recovery_show", {})):
            typer.echo(line, err=True)
        typer.confirm("End taking back without those that did not answer?", abort=True, err=True)
    say(ask(folder, "recovery_finish", {"officer": officer}), as_json, _show)


def _show(answer: JsonObject) -> Iterator[str]:
    if not answer["takes_back"]:
        restored = f" It was last restored {when(answer['restored_at'])}." if answer["restored_at"] else ""
        yield f"This node takes nothing back.{restored}"
    else:
        yield f"Restored {when(answer['restored_at'])} with {answer['trail_rows']} rows; nothing else is signed meanwhile."
    rows = [
        (
            plain(one["body"]["code"]) if isinstance(one["body"], dict) else "",
            "yes" if one["is_done"] else "no",
            str(one["given_back"]),
            name(one["why"]),
        )
        for one in items(answer, "peers")
    ]
    yield from table(rows, "body", "answered", "given back", "")
