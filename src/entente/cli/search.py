"""`entente search`: who might this be, among everything the officer may see."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, search_file
from entente.cli.mrz import zone_proposed
from entente.cli.options import (
    ActingAs,
    Born,
    CaseNumber,
    Country,
    CrimeArea,
    Folder,
    Identifiers,
    Json,
    Line,
    Occasion,
    Purpose,
    QueryNames,
    Sex,
    examples,
)
from entente.cli.output import fields, gaps, items, name, plain, say, score, texts
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Delimiter(StrEnum):
    """What may part the cells of a file of queries."""

    COMMA = ","
    SEMICOLON = ";"
    TAB = "tab"


COLUMNS = """\b
Columns of FILE, named in its first row, in any order; name, family_name or identifier must be one of them:
  name          A name in any script; several with | between them.
  family_name   The family name alone; with given_names it is one name more.
  given_names   The given names, beside family_name.
  birth_date    1979-05-04, 1979-05 or 1979.
  country       Nationality, ISO 3166-1 alpha-2.
  sex           female, male or other.
  identifier    A document number, plate, VIN, phone, wallet, or a scanned zone; several with |.
  reference     Your own reference; it is copied into the result and sent nowhere.
FILE is CSV (RFC 4180) in UTF-8, with or without a byte order mark, or Parquet, whose values may be typed and whose names
and identifiers may be lists; what reads it is installed with make bulk. A row that cannot be searched says why in the
result and stops nothing. Killed and started again with the same arguments, it goes on where it was."""


@app.command(
    epilog=COLUMNS
    + "\n\n"
    + examples(
        "entente search Muhammadov --born 1979 --purpose arrest --crime-area fugitives --case 2031/000017 --as xb-duty-1",
        "entente search --id AB123456 --purpose identify --crime-area document_fraud --occasion «Gate 4» --as xb-gate-1",
        "entente search --batch passengers.csv --purpose identify --crime-area fugitives --occasion «Flight 12» --as xb-gate-1",
    )
)
def search(
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    names: QueryNames = None,
    born: Born = "",
    country: Country = "",
    sex: Sex = "",
    identifiers: Identifiers = None,
    line: Line = "",
    case: CaseNumber = "",
    occasion: Occasion = "",
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch",
            metavar="FILE",
            dir_okay=False,
            show_default=False,
            help="Search each row of a CSV, JSON lines or Parquet file.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            show_default=False,
            help="The result of --batch, .csv or .jsonl; else FILE's name with .found.csv.",
        ),
    ] = None,
    delimiter: Annotated[
        Delimiter, typer.Option("--delimiter", help="Of --batch: what parts the cells.")
    ] = Delimiter.COMMA,
    ignored: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", metavar="COLUMN", show_default=False, help="Of --batch: a column to leave out; repeat."
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Search by name, date of birth, country or identifier. Purpose and case or occasion are in the trail before the answer."""
    given: JsonObject = {
        "officer": officer, "purpose": purpose, "crime_area": crime_area, "case": case, "occasion": occasion,
    }  # fmt: skip
    if batch is not None:
        if names or born or country or sex or identifiers or line:
            raise typer.BadParameter("what is searched for stands in the file alone", param_hint="--batch")
        result = out if out is not None else batch.with_suffix(".found.csv")
        answer = search_file(
            batch, result, given, delimiter=delimiter.value, ignored=ignored or [], folder=folder, quiet=as_json
        )
        say(answer, as_json, _searched_file)
        return
    if out is not None or ignored or delimiter is not Delimiter.COMMA:
        raise typer.BadParameter("it says how a file is searched, and none is given", param_hint="--batch")
    asked: JsonObject = {
        "names": [*(names or [])], "birth_date": born, "country": country, "sex": sex,
        "identifiers": [*(identifiers or [])], "line": line,
    }  # fmt: skip
    say(ask(folder, "search", given | asked), as_json, _found)


def _searched_file(answer: JsonObject) -> Iterator[str]:
    already = " It was whole already." if answer["was_whole"] else ""
    yield f"{answer['rows']} rows are searched, in {plain(answer['out'])}.{already}"
    yield from fields(
        [
            ("with candidates", str(answer["found"])),
            ("candidates", str(answer["candidates"])),
            ("ill-formed", str(answer["ill_formed"])),
        ]
    )
    for code in texts(answer, "silent_sources"):
        yield f"GAP: {plain(code)} was silent; not all of its records were searched."


def _found(answer: JsonObject) -> Iterator[str]:
    found = items(answer, "candidates")
    for one in found:
        source = one["source"]
        assert isinstance(source, dict), "a source is an object"
        what = f"{plain(one['kind']).replace('_', ' ')}, version {one['version']}"
        yield f"{score(one['score'])}  {name(one['caption'])}  {name(one['name'])}  {what}"
        for piece in items(one, "evidence"):
            sign = {"for": "+", "against": "−"}.get(plain(piece["kind"]), " ")
            yield f"      {sign} {name(piece['text'])}"
    count = len(found) or "Nothing found: 0"
    yield f"{count} of {answer['searched']} records you may see. Trail row {answer['trail_sequence']}."
    yield from (f"  {name(note)}" for note in texts(answer, "notes"))
    for zone in items(answer, "zones"):
        yield from (f"  {name(note)}" for note in texts(zone, "notes"))
        yield from zone_proposed(zone)
    yield from _slips(answer)
    yield from gaps(answer)


def _slips(answer: JsonObject) -> Iterator[str]:
    """Yield what looks wrong in a number that was typed, unless it may be another one that is right."""
    for one in items(answer, "identifiers"):
        found = items(one, "readings")
        if found and all(reading["validity"] != "valid" for reading in found):
            faulty = [reading for reading in found if reading["validity"] == "faulty"]
            yield from (f"  {name(one['text'])}: {name(reading['text'])}" for reading in faulty)
