"""`entente officer`: who acts for this body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.bodies.appointing import EndReason, OfficerState
from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, texts, when
from entente.kernel.canonical import Json as Value
from entente.kernel.canonical import JsonObject

app = commands("The officers of this body, and their roles.")

OfficerId = Annotated[str, typer.Argument(metavar="ID", help="Never an officer's name; other bodies see it.")]
Roles = Annotated[list[str], typer.Option("--role", help="A code of the roles; repeat for several.")]
Unit = Annotated[str, typer.Option("--unit", show_default=False, help="The branch or unit.")]
Machine = Annotated[bool, typer.Option("--machine", show_default=False, help="A machine account.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", show_default=False, help="When it ends.")]
Version = Annotated[
    str,
    typer.Option(
        "--version",
        show_default=False,
        help="The version that it is changed from, as «officer show» says it; «new» for none. Else it is replaced unseen.",
    ),
]


@app.command("add", epilog=examples("entente officer add xb-duty-1 --role duty_officer --as head-1"))
def add(
    officer_id: OfficerId,
    roles: Roles,
    officer: ActingAs,
    unit: Unit = "",
    machine: Machine = False,
    until: Until = "",
    version: Version = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Enter an officer, or change one: what stands here replaces what stood before. Nobody changes their own entry."""
    given: JsonObject = {
        "officer": officer, "id": officer_id, "roles": [*roles], "unit": unit, "machine": machine, "until": until,
        "version": version,
    }  # fmt: skip
    say(ask(folder, "officer_add", given), as_json, _added)


@app.command("end", epilog=examples("entente officer end xb-duty-1 --reason left --as head-1"))
def end(
    officer_id: OfficerId,
    reason: Annotated[EndReason, typer.Option("--reason", help="Why, of a closed list: the trail keeps it.")],
    officer: ActingAs,
    version: Version = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End an officer's entry at once, and every session with it; who it was stays in the list."""
    given: JsonObject = {"officer": officer, "id": officer_id, "reason": reason.value, "version": version}
    say(ask(folder, "officer_end", given), as_json, _ended)


@app.command(
    "preview",
    epilog=examples(
        "entente officer preview xb-duty-1 --role analyst --as head-1",
        "entente officer preview xb-duty-1 --end --as head-1",
    ),
)
def preview(
    officer_id: OfficerId,
    officer: ActingAs,
    roles: Annotated[list[str] | None, typer.Option("--role", help="A code of the roles; repeat for several.")] = None,
    unit: Unit = "",
    machine: Machine = False,
    until: Until = "",
    ends: Annotated[
        bool, typer.Option("--end", show_default=False, help="What ending the entry now would do.")
    ] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say what a change of an officer would do, and what they have open. Nothing changes."""
    given: JsonObject = {
        "officer": officer, "id": officer_id, "roles": [*(roles or [])], "unit": unit, "machine": machine, "until": until,
        "ends": ends,
    }  # fmt: skip
    say(ask(folder, "officer_preview", given), as_json, _preview)


@app.command("list", epilog=examples("entente officer list"))
def list_officers(folder: Folder = None, as_json: Json = False) -> None:
    """List the officers entered here."""
    say(ask(folder, "officer_list", {}), as_json, _list)


@app.command("find", epilog=examples("entente officer find north --role duty_officer --as head-1"))
def find(
    officer: ActingAs,
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="Of the id, or of the unit's name.")] = "",
    role: Annotated[str, typer.Option("--role", show_default=False, help="A code of the roles.")] = "",
    unit: Annotated[str | None, typer.Option("--unit", show_default=False, help="The id of a unit.")] = None,
    state: Annotated[
        OfficerState | None, typer.Option("--state", show_default=False, help="Who acts now, or not.")
    ] = None,
    offset: Annotated[int, typer.Option("--after", min=0, help="How many to leave out before.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=2_000, help="How many at most, by id.")] = 50,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Find officers, with how each signs in, a page at a time."""
    given: JsonObject = {
        "officer": officer, "text": words, "role": role, "state": state.value if state else "", "offset": offset,
        "limit": limit, **({} if unit is None else {"unit": unit}),
    }  # fmt: skip
    say(ask(folder, "officer_find", given), as_json, _found)


@app.command("show", epilog=examples("entente officer show xb-duty-1 --as head-1"))
def show(officer_id: OfficerId, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Show an officer: the entry, how they sign in, what they have open, and who changed what."""
    say(ask(folder, "officer_show", {"officer": officer, "id": officer_id}), as_json, _show)


def _added(answer: JsonObject) -> Iterator[str]:
    officer = _member(answer["officer"])
    yield f"{plain(officer['id'])} acts as {', '.join(texts(officer, 'roles'))}."


def _ended(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['id'])} does not act for this body any more; {plain(answer['sessions_ended'])} sessions ended."


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


def _found(answer: JsonObject) -> Iterator[str]:
    rows = [
        (plain(one["id"]), ", ".join(texts(one, "roles")), name(one["unit"]), plain(one["state"]), _account(one))
        for one in items(answer, "officers")
    ]
    yield from table(rows, "officer", "roles", "unit", "", "account")
    if plain(answer["of"]) != str(len(rows)):
        yield f"{len(rows)} of {plain(answer['of'])}, after {plain(answer['offset'])}."


def _show(answer: JsonObject) -> Iterator[str]:
    one = _member(answer["officer"])
    yield from fields(
        (
            ("officer", plain(one["id"])),
            ("roles", ", ".join(texts(one, "roles"))),
            ("unit", f"{plain(one['unit'])} {name(one['unit_name'])}".strip()),
            ("stands", plain(one["state"])),
            ("until", when(one["active_until"]) if one["active_until"] else ""),
            ("account", _account(one)),
            ("version", plain(answer["version"])),
        )
    )
    yield from _open(_member(answer["open"]))
    rows = [
        (when(row["at"]), plain(row["by"]), plain(row["verb"]), ", ".join(texts(row, "roles")), plain(row["reason"]))
        for row in items(answer, "changes")
    ]
    yield from table(rows, "at", "by", "act", "roles", "")


def _preview(answer: JsonObject) -> Iterator[str]:
    for label in ("roles_lost", "roles_gained", "verbs_lost", "verbs_gained"):
        if some := texts(answer, label):
            yield f"{label.replace('_', ' ')}: {', '.join(some)}"
    yield f"sessions that end: {plain(answer['sessions_ended'])}"
    for token in items(answer, "tokens_ended"):
        yield f"token that ends: {plain(token['id'])} {name(token['label'])}".rstrip()
    yield f"left who may enter officers: {plain(answer['administrators_left'])}"
    yield from _open(_member(answer["open"]))
    for ground in items(_member(answer["decision"]), "grounds"):
        if not ground["allows"]:
            yield f"refused: {plain(ground['text'])} (ground {plain(ground['number'])})"


def _open(work: JsonObject) -> Iterator[str]:
    if work["shift"]:
        yield f"on a shift since {when(_member(work['shift'])['began_at'])}"
    for task in items(work, "tasks"):
        yield f"task in {plain(task['case'])}: {name(task['what'])}"
    for case in items(work, "cases"):
        yield f"case {plain(case['number'])}: {name(case['title'])}{' (nobody else in its team)' if case['is_alone'] else ''}"
    if plain(work["cases_of"]) != str(len(items(work, "cases"))):
        yield f"cases in charge: {plain(work['cases_of'])}"
    for entry in items(work, "roster"):
        yield f"on the roster as {plain(entry['function'])} from {when(entry['begins_at'])} to {when(entry['ends_at'])}"


def _account(one: JsonObject) -> str:
    if one["is_machine"]:
        return "machine"
    account = _member(one["account"])
    if account["is_set_up"]:
        return "set up"
    return f"invited until {when(account['invited_until'])}" if account["invited_until"] else "none"


def _member(value: Value) -> JsonObject:
    assert isinstance(value, dict), "the verb states that it is an object"
    return value
