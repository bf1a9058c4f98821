"""`entente standing`: queries that stay, and what matched them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
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
    commands,
    examples,
)
from entente.cli.output import fields, items, name, plain, say, score, table, texts, when
from entente.kernel.canonical import JsonObject

app = commands("Standing queries: leave one, see matches.")

_NEW_COUNTED_MAX = 10
"""As many new matches as the node counts of one query (docs/rules/identity.md I27)."""

_Query = Annotated[str, typer.Argument(metavar="QUERY", help="The query's id, as «entente standing list» shows it.")]
_Match = Annotated[str, typer.Argument(metavar="MATCH", help="The match's id, as «entente standing matches» shows it.")]


@app.command(
    "leave",
    epilog=examples(
        "entente standing leave Muhammadov --born 1979 --purpose arrest --crime-area fugitives \\",
        "        --case 2031/000017 --days 90 --as xb-duty-1",
        "entente standing leave --id AB123456 --purpose identify --crime-area document_fraud \\",
        "        --occasion «Gate 4» --as xb-duty-1",
    ),
)
def leave(
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
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="For how many days it stands.")] = 30,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Leave a query: every record that comes in from now on and matches is listed for you. What is here, a search finds."""
    given: JsonObject = {
        "officer": officer, "names": [*(names or [])], "birth_date": born, "country": country, "sex": sex,
        "identifiers": [*(identifiers or [])], "line": line, "purpose": purpose, "crime_area": crime_area, "case": case,
        "occasion": occasion, "days": days,
    }  # fmt: skip
    say(ask(folder, "standing_leave", given), as_json, _left)


@app.command("list", epilog=examples("entente standing list --as xb-duty-1"))
def list_queries(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List your standing queries, with how many matches are new."""
    say(ask(folder, "standing_list", {"officer": officer}), as_json, _list)


@app.command("end", epilog=examples("entente standing end standing-0f3a… --as xb-duty-1"))
def end(query: _Query, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """End a standing query; it is deleted with its matches, and stays sealed in the trail."""
    given: JsonObject = {"officer": officer, "query": query}
    say(ask(folder, "standing_end", given), as_json, lambda answer: [f"Ended: {plain(answer['ended'])}."])


@app.command(
    "matches",
    epilog=examples(
        "entente standing matches --as xb-duty-1", "entente standing matches --query standing-0f3a… --as xb-duty-1"
    ),
)
def matches(
    officer: ActingAs,
    query: Annotated[str, typer.Option("--query", show_default=False, help="Only those of this query.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show what matched, with score and evidence, as you may see it now; then «entente hit confirm» or «hit reject»."""
    say(ask(folder, "standing_matches", {"officer": officer, "query": query}), as_json, _matches)


@app.command("settle", epilog=examples("entente standing settle match-0f3a… --as xb-duty-1"))
def settle(match: _Match, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Put a match away that was dealt with; it comes back when its record's score or numbers change."""
    given: JsonObject = {"officer": officer, "match": match}
    say(ask(folder, "standing_settle", given), as_json, lambda answer: [f"Settled: {plain(answer['settled'])}."])


def _left(answer: JsonObject) -> Iterator[str]:
    query = answer["query"]
    assert isinstance(query, dict), "a query is an object"
    yield f"{plain(query['id'])} stands until {when(query['until'])}. Trail row {query['trail_sequence']}."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(one["id"]),
            _asked(one),
            f"{plain(one['purpose'])}, {plain(one['crime_area'])}",
            plain(one["case"]) or name(one["occasion"]),
            "ended" if one["has_ended"] else when(one["until"]),
            f"{one['new']}+" if one["new"] == _NEW_COUNTED_MAX else str(one["new"]),
            str(one["not_kept"] or ""),
        )
        for one in items(answer, "queries")
    ]
    yield from table(rows, "query", "asked", "purpose", "for", "until", "new", "not kept")


def _asked(one: JsonObject) -> str:
    asked = one["asked"]
    assert isinstance(asked, dict), "a query is an object"
    return name(
        ", ".join([*texts(asked, "names"), *texts(asked, "identifiers"), plain(asked["birth_date"])]).rstrip(", ")
    )


def _matches(answer: JsonObject) -> Iterator[str]:
    found = items(answer, "matches")
    for one in found:
        what = f"{plain(one['kind']).replace('_', ' ')}, version {one['version']}"
        new = "NEW  " if one["state"] == "new" else ""
        yield f"{new}{score(one['score'])}  {name(one['caption'])}  {name(one['name'])}  {what}"
        for piece in items(one, "evidence"):
            sign = {"for": "+", "against": "−"}.get(plain(piece["kind"]), " ")
            yield f"      {sign} {name(piece['text'])}"
        yield from (
            f"      {line}"
            for line in fields(
                [("raised", when(one["raised_at"])), ("match", plain(one["match"])), ("query", plain(one["query"]))]
            )
        )
    if not found:
        yield "Nothing matched that you may see now."
