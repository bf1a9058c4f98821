"""`entente search`: who might this be, among everything the officer may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.mrz import zone_proposed
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose, examples
from entente.cli.output import gaps, items, name, plain, say, score, texts
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente search Muhammadov --born 1979 --purpose arrest --crime-area fugitives --case 2031/000017 --as xb-duty-1",
        "entente search --id AB123456 --purpose identify --crime-area document_fraud --occasion «Gate 4» --as xb-gate-1",
    )
)
def search(
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="A name in any script; several are tried each.")
    ] = None,
    born: Annotated[
        str, typer.Option("--born", metavar="DATE", show_default=False, help="1979, 1979-05 or 1979-05-04.")
    ] = "",
    country: Annotated[str, typer.Option("--country", show_default=False, help="ISO 3166-1 alpha-2.")] = "",
    sex: Annotated[str, typer.Option("--sex", show_default=False, help="female, male or other.")] = "",
    identifiers: Annotated[
        list[str] | None,
        typer.Option("--id", help="A document number, plate, VIN, phone, wallet, or a scanned zone; repeat."),
    ] = None,
    case: CaseNumber = "",
    occasion: Annotated[
        str, typer.Option("--occasion", show_default=False, help="What it is for, where there is no case.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Search by name, date of birth, country or identifier. Purpose and case or occasion are in the trail before the answer."""
    given: JsonObject = {
        "officer": officer, "names": [*(names or [])], "birth_date": born, "country": country, "sex": sex,
        "identifiers": [*(identifiers or [])], "purpose": purpose, "crime_area": crime_area, "case": case,
        "occasion": occasion,
    }  # fmt: skip
    say(ask(folder, "search", given), as_json, _found)


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
