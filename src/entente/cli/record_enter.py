"""`entente record enter`: one record of ours by hand, and what would come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose
from entente.cli.output import items, name, plain, say, table
from entente.cli.record_files import read_terms
from entente.kernel.canonical import Json as JsonValue
from entente.kernel.canonical import JsonObject

_Said = Annotated[
    list[str] | None, typer.Option(metavar="PROPERTY=VALUE", show_default=False, help="What was observed; repeat.")
]
_Assessed = Annotated[
    list[str] | None, typer.Option(metavar="PROPERTY=VALUE", show_default=False, help="What was concluded; repeat.")
]
_Links = Annotated[
    list[str] | None,
    typer.Option(metavar="PROPERTY=RECORD", show_default=False, help="A record that it links to; repeat."),
]


def enter(
    schema: Annotated[str, typer.Argument(help="What it is about: Person, Vehicle, Passport … (see the reference).")],
    terms: Annotated[
        Path, typer.Option("--terms", exists=True, dir_okay=False, help="On what conditions it is kept and shared.")
    ],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    fact: _Said = None,
    assessed: _Assessed = None,
    link: _Links = None,
    local_id: Annotated[
        str, typer.Option("--id", show_default=False, help="Our own number for it; made where it is left out.")
    ] = "",
    case: CaseNumber = "",
    share_with: Annotated[
        list[str] | None, typer.Option("--share-with", metavar="BODY", help="Send copies at once; repeat.")
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", show_default=False, help="Say who could see it, and keep nothing.")
    ] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Enter one record of ours, as an import of one would."""
    given: JsonObject = {
        "officer": officer, "schema": schema, "terms": read_terms(terms), "purpose": purpose, "crime_area": crime_area,
        "facts": [*_facts(fact or (), "observed"), *_facts(assessed or (), "assessed")],
        "links": [{"property": prop, "to": to} for prop, to in map(_parted, link or ())],
        "local_id": local_id, "share_with": [*(share_with or ())], "case": case,
    }  # fmt: skip
    if look:
        say(ask(folder, "record_foresee", given), as_json, _foreseen)
    else:
        say(ask(folder, "record_enter", given), as_json, _entered)


def _facts(said: Sequence[str], observation: str) -> list[JsonValue]:
    return [{"property": prop, "value": value, "observation": observation} for prop, value in map(_parted, said)]


def _parted(said: str) -> tuple[str, str]:
    prop, sign, value = said.partition("=")
    if not sign:
        raise typer.BadParameter(f"«{said}» is not a property and its value, as in registrationNumber=AB123.")
    return prop.strip(), value.strip()


def _entered(answer: JsonObject) -> Iterator[str]:
    shared = answer["shared_with"]
    to = ", ".join(str(one) for one in shared) if isinstance(shared, list) and shared else "nobody"
    yield f"{name(answer['name'])} is entered; a copy was sent to {to}."


def _foreseen(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['schema'])}, {plain(answer['kind'])}"
    yield from table(
        [(plain(one["property"]), name(one["value"])) for one in items(answer, "facts")], "property", "value"
    )
    rows = []
    for one in items(answer, "who"):
        body = one["body"]
        assert isinstance(body, dict), "a body is an object"
        may = plain(one["may_go_up_to"]).replace("_", " ") or "may not even know of it"
        rows.append((plain(body["code"]), may, "a copy at once" if one["gets_copy"] else ""))
    yield from table(rows, "body", "may, once it is shared", "")


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "enter": (
        enter,
        (
            "entente record enter Vehicle --fact registrationNumber=AB123 --fact registrationCountry=XA \\",
            "    --terms stolen.yaml --purpose identify --crime-area vehicles --as xa-duty-1",
        ),
    ),
}
