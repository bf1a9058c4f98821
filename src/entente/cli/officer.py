"""`entente officer`: who acts for this body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, texts
from entente.kernel.canonical import JsonObject

app = commands("The officers of this body, and their roles.")


@app.command("add", epilog=examples("entente officer add xb-duty-1 --role duty_officer --as head-1"))
def add(
    officer_id: Annotated[str, typer.Argument(metavar="ID", help="Never an officer's name; other bodies see it.")],
    roles: Annotated[list[str], typer.Option("--role", help="A code of the roles; repeat for several.")],
    officer: ActingAs,
    unit: Annotated[str, typer.Option("--unit", show_default=False, help="The branch or unit.")] = "",
    machine: Annotated[bool, typer.Option("--machine", show_default=False, help="A machine account.")] = False,
    until: Annotated[str, typer.Option("--until", metavar="TIME", show_default=False, help="When it ends.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Enter an officer, or change one: what stands here replaces what stood before."""
    given: JsonObject = {
        "officer": officer, "id": officer_id, "roles": [*roles], "unit": unit, "machine": machine, "until": until,
    }  # fmt: skip
    say(ask(folder, "officer_add", given), as_json, _added)


@app.command("list", epilog=examples("entente officer list"))
def list_officers(folder: Folder = None, as_json: Json = False) -> None:
    """List the officers entered here."""
    say(ask(folder, "officer_list", {}), as_json, _list)


def _added(answer: JsonObject) -> Iterator[str]:
    officer = answer["officer"]
    assert isinstance(officer, dict), "an officer is an object"
    yield f"{plain(officer['id'])} acts as {', '.join(texts(officer, 'roles'))}."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(one["id"]),
            ", ".join(texts(one, "roles")),
            name(one["unit"]),
            "machine" if one["is_machine"] else "",
            plain(one["active_until"] or ""),
        )
        for one in items(answer, "officers")
    ]
    yield from table(rows, "officer", "roles", "unit", "", "until")
