"""`entente record versions`, `correct` and `extend`: what a record said before, and what makes its next version by hand."""

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


_Version = Annotated[
    int, typer.Option("--version", min=1, help="The version that you saw; a newer one is not changed.")
]
_Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="A code of the reasons; see the reference.")]


def correct(
    record: Record,
    version: _Version,
    reason: _Reason,
    prop: Annotated[str, typer.Option("--property", help="A property of its schema.")],
    officer: ActingAs,
    was: Annotated[str, typer.Option("--was", show_default=False, help="The value that stands there.")] = "",
    value: Annotated[str, typer.Option("--value", show_default=False, help="The value from now on.")] = "",
    assessed: Annotated[
        bool, typer.Option("--assessed", show_default=False, help="It was concluded, not observed.")
    ] = False,
    terms: Annotated[
        int | None,
        typer.Option("--terms", min=0, show_default=False, help="Which of its terms, as shown for the purpose."),
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", show_default=False, help="For which it was shown.")] = "",
    crime_area: Annotated[str, typer.Option("--crime-area", show_default=False, help="For which it was shown.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Correct what one of our records says: with --was alone a value is taken away, with --value alone one is added."""
    change: JsonObject = {
        "property": prop, "was": was, "value": value, "observation": "assessed" if assessed else "observed",
        **({} if terms is None else {"terms": terms}),
    }  # fmt: skip
    given: JsonObject = {
        "officer": officer, "record": record, "version": version, "reason": reason, "changes": [change],
        **({"purpose": purpose} if purpose else {}), **({"crime_area": crime_area} if crime_area else {}),
    }  # fmt: skip
    say(ask(folder, "record_correct", given), as_json, _changed)


def extend(
    record: Record,
    version: _Version,
    reason: _Reason,
    review_on: Annotated[str, typer.Option("--review-on", metavar="DAY", help="When it is looked at again.")],
    erase_on: Annotated[str, typer.Option("--erase-on", metavar="DAY", help="When it ends.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Keep one of our records longer, within what its kind and its instruments allow."""
    given: JsonObject = {
        "officer": officer, "record": record, "version": version, "reason": reason, "review_on": review_on, "erase_on": erase_on,
    }  # fmt: skip
    say(ask(folder, "record_extend", given), as_json, _changed)


def _changed(answer: JsonObject) -> Iterator[str]:
    yield f"{name(answer['name'])} has version {answer['version']} now; its holders are sent what they may have of it."


def links(
    record: Record,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say what a record links to and what links to it, with what you may see of each; the look is in the trail."""
    given: JsonObject = {
        "officer": officer, "record": record, "purpose": purpose, "crime_area": crime_area, "case": case,
    }  # fmt: skip
    say(ask(folder, "record_links", given), as_json, _links)


def _links(answer: JsonObject) -> Iterator[str]:
    yield f"{name(answer['name'])}  {name(answer['caption'])}"
    rows = [
        (plain(one["property"]), name(one["name"]), name(one["caption"]), plain(one["schema"]))
        for one in items(answer, "links")
    ]
    yield from table(rows, "link", "record", "", "schema")
    rows = [
        (plain(one["property"]), name(one["name"]), name(one["caption"]), _tied(one))
        for one in items(answer, "linked_by")
    ]
    if rows:
        yield "Linked to by" + (" these and others:" if answer["has_more"] else ":")
        yield from table(rows, "link", "record", "", "schema")


def _tied(one: JsonObject) -> str:
    """Return the schema of what links to a record, and what else it ties."""
    others = [name(other["caption"]) or name(other["name"]) for other in items(one, "beyond")]
    return plain(one["schema"]) + (f": {', '.join(others)}" if others else "")


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
    "links": (
        links,
        ("entente record links XA-NCB/w-17 --purpose arrest --crime-area fugitives --as xb-duty-1",),
    ),
    "correct": (
        correct,
        (
            "entente record correct w-17 --version 2 --property birthDate --was 1979 --value 1979-03-14 \\",
            "    --reason more_is_known --as xa-duty-1",
        ),
    ),
    "extend": (
        extend,
        (
            "entente record extend w-17 --version 3 --review-on 2032-01-01 --erase-on 2033-01-01 --reason still_sought \\",
            "    --as xa-duty-1",
        ),
    ),
}
