"""`entente record versions`: which versions a record had, and what two of them differ in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.cli.record_files import Record
from entente.kernel.canonical import JsonObject


def versions(
    record: Record,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    older: Annotated[
        int | None, typer.Option("--older", min=1, show_default=False, help="Compare this version …")
    ] = None,
    newer: Annotated[int | None, typer.Option("--newer", min=1, show_default=False, help="… with this one.")] = None,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List the versions of a record, and say what the newest changed, or what lies between two of them; it is in the trail."""
    given: JsonObject = {
        "officer": officer, "record": record, "purpose": purpose, "crime_area": crime_area, "case": case,
        **({} if older is None else {"older": older}), **({} if newer is None else {"newer": newer}),
    }  # fmt: skip
    say(ask(folder, "record_versions", given), as_json, _versions)


def _versions(answer: JsonObject) -> Iterator[str]:
    yield name(answer["name"])
    rows = [
        (str(one["version"]), when(one["at"]), plain(one["officer"]), str(one["facts"]))
        for one in items(answer, "versions")
    ]
    yield from table(rows, "version", "made", "by", "facts")
    for run in items(answer, "not_here"):
        yield f"not here: {run['from']}" + (f" to {run['to']}" if run["to"] != run["from"] else "")
    if not answer["newer"]:
        return
    yield f"From version {answer['older']} to {answer['newer']}:"
    changed = [
        (
            plain(one["change"]).replace("_", " "),
            plain(one["name"]) or plain(one["part"]),
            _side(one, "older"),
            _side(one, "newer"),
        )
        for one in items(answer, "lines")
        if one["change"] != "same"
    ]
    yield from table(changed, "", "", "before", "after")


def _side(line: JsonObject, which: str) -> str:
    side = next(iter(items(line, which)), None)
    if side is None:
        return ""
    value = plain(side["value"])
    if not value:
        terms = items(side, "terms")
        return "; ".join(
            ", ".join((name(one["instrument"]), *texts(one, "handling"), plain(one["evaluation"]))) for one in terms
        )
    return f"{value} (assessed)" if side["observation"] == "assessed" else value


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "versions": (
        versions,
        (
            "entente record versions w-17 --purpose arrest --crime-area fugitives --as xa-duty-1",
            "entente record versions w-17 --older 1 --newer 3 --purpose arrest --crime-area fugitives --as xa-duty-1",
        ),
    ),
}
