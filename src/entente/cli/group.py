"""`entente group`: dated lists of bodies."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.body import ReadableFile
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table
from entente.kernel.canonical import JsonObject

app = commands("Dated lists of bodies: members, observers, participants.")

_On = Annotated[
    str, typer.Option("--on", metavar="DATE", show_default=False, help="As of this date; today if left out.")
]


@app.command("keep", epilog=examples("entente group keep members.yaml --as head-1"))
def keep(file: ReadableFile, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Keep the next version of a group of ours, from a file, and send it to every body.

    The file: name, title, entries (body, status, since, document, and until where it ended), and version, the one that the list
    was made from; without it the group is a new one. Statuses: member, associate, observer, dialogue_partner, former.
    """
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    say(ask(folder, "group_keep", {"officer": officer, "data": data}), as_json, _group)


@app.command("preview", epilog=examples("entente group preview members.yaml --as head-1"))
def preview(file: ReadableFile, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Say what the next version of a group of ours would change, from the same file; nothing is kept and nobody is told."""
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    say(ask(folder, "group_preview", {"officer": officer, "data": data}), as_json, _preview)


@app.command("show", epilog=examples("entente group show GS/members", "entente group show GS/members --on 2030-01-01"))
def show(
    group: Annotated[str, typer.Argument(help="CODE/name, or name for one of ours.")],
    on: _On = "",
    version: Annotated[
        int, typer.Option("--version", min=0, help="As one version had it, of those kept here; 0 for the newest.")
    ] = 0,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show a group as it stands on a date, or as an earlier version had it."""
    given: JsonObject = {"group": group, "on": on, **({"version": version} if version else {})}
    say(ask(folder, "group_show", given), as_json, _group)


@app.command("list", epilog=examples("entente group list"))
def list_groups(folder: Folder = None, as_json: Json = False) -> None:
    """List the groups known here."""
    say(ask(folder, "group_list", {}), as_json, _groups)


def _group(answer: JsonObject) -> Iterator[str]:
    group = answer["group"]
    assert isinstance(group, dict), "a group is an object"
    keeper = group["keeper"]
    assert isinstance(keeper, dict), "a keeper is an object"
    yield f"{plain(keeper['code'])}/{plain(group['name'])}  {name(group['title'])}  version {group['version']}"
    rows = [
        (
            _code(entry["body"]),
            plain(entry["status"]).replace("_", " "),
            plain(entry["since"]),
            plain(entry["until"] or ""),
            "yes" if entry["counts"] else "no",
            name(entry["document"]),
        )
        for entry in items(group, "entries")
    ]
    yield from table(rows, "body", "status", "since", "until", "counts", "document")


def _preview(answer: JsonObject) -> Iterator[str]:
    yield from table([_change(one) for one in items(answer, "changes")], "what", "body", "before", "after")
    for instrument in items(answer, "instruments"):
        yield f"{plain(instrument['name'])}  {name(instrument['title'])}"
        days = items(instrument, "days")
        for day in days:
            state = "in force" if day["is_in_force"] else f"not in force: {plain(day['why'])}"
            yield f"  {plain(day['on'])}  {state}"
            for key, words in _WHOM:
                if bodies := items(day, key):
                    yield f"    {words}: {', '.join(_code(one) for one in bodies)}"
        if not days:
            yield "  nothing changes"


_WHOM = (
    ("named", "named as a party"),
    ("not_named", "named no more"),
    ("begins", "begins between"),
    ("stops", "stops for"),
)


def _change(one: JsonObject) -> tuple[str, ...]:
    before, after = one["before"], one["after"]
    entry = after or before
    assert isinstance(entry, dict), "a change has one of the two"
    return plain(one["how"]).replace("_", " "), _code(entry["body"]), _said(before), _said(after)


def _said(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    until = f" to {plain(entry['until'])}" if entry["until"] else ""
    return f"{plain(entry['status']).replace('_', ' ')} from {plain(entry['since'])}{until}, {name(entry['document'])}"


def _groups(answer: JsonObject) -> Iterator[str]:
    rows = [
        (f"{_code(one['keeper'])}/{plain(one['name'])}", name(one["title"]), str(one["version"]), str(len(items(one, "entries"))))
        for one in items(answer, "groups")
    ]  # fmt: skip
    yield from table(rows, "group", "title", "version", "entries")


def _code(ref: object) -> str:
    return plain(ref["code"]) if isinstance(ref, dict) else ""
