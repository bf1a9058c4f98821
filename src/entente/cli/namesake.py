"""`entente namesake`: documents whose bearers were found not to be whom a record is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Occasion, Purpose, commands, examples
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

app = commands("Namesakes found not identical.")

_Record = Annotated[str, typer.Argument(metavar="RECORD", help="CODE/local id, as the search showed it.")]


@app.command(
    "mark",
    epilog=examples(
        "entente namesake mark XA-NCB/w-17 --document AB123456 --reason «Other fingerprints» \\",
        "        --purpose identify --crime-area fugitives --occasion «Gate 4» --as xb-duty-1",
    ),
)
def mark(
    record: _Record,
    document: Annotated[str, typer.Option("--document", help="Its number, or its machine readable zone.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is another person, in one line.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    occasion: Occasion = "",
    days: Annotated[int, typer.Option("--days", min=1, max=1098, help="For how many days it holds.")] = 366,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Find that the bearer of a document is not whom a record is about: it spares them the next alarm. The number is not kept."""
    given: JsonObject = {
        "officer": officer, "record": record, "document": document, "reason": reason, "days": days,
        "purpose": purpose, "crime_area": crime_area, "case": case, "occasion": occasion,
    }  # fmt: skip
    say(ask(folder, "namesake_mark", given), as_json, _marked)


@app.command(
    "list",
    epilog=examples(
        "entente namesake list XA-NCB/w-17 --purpose identify --crime-area fugitives --case 2031/000017 --as xb-duty-1"
    ),
)
def list_findings(
    record: _Record,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    occasion: Occasion = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List what was found about namesakes of a record and holds now."""
    given: JsonObject = {
        "officer": officer, "record": record, "purpose": purpose, "crime_area": crime_area, "case": case, "occasion": occasion,
    }  # fmt: skip
    say(ask(folder, "namesake_list", given), as_json, _list)


@app.command(
    "end",
    epilog=examples(
        "entente namesake end XA-NCB/w-17 not-identical-0f3a… \\",
        "        --purpose identify --crime-area fugitives --case 2031/000017 --as xb-duty-1",
    ),
)
def end(
    record: _Record,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its id, as «entente namesake list» shows it.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    occasion: Occasion = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End a finding, so that its document raises the record again."""
    given: JsonObject = {
        "officer": officer, "record": record, "finding": finding, "purpose": purpose, "crime_area": crime_area, "case": case,
        "occasion": occasion,
    }  # fmt: skip
    say(ask(folder, "namesake_end", given), as_json, lambda answer: [f"Ended: {plain(answer['ended'])}."])


def _marked(answer: JsonObject) -> Iterator[str]:
    finding = answer["finding"]
    assert isinstance(finding, dict), "a finding is an object"
    yield f"{plain(finding['id'])}: not {name(answer['name'])}. It holds until {when(finding['until'])}."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["at"]),
            plain(one["officer"]),
            str(one["version"]),
            name(one["reason"]),
            when(one["until"]),
            plain(one["id"]),
        )
        for one in items(answer, "findings")
    ]
    yield from table(rows, "at", "found by", "version", "reason", "until", "id")
