"""`entente hit`: judge candidates, release hits, answer hits on our records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.message import code, heading, state
from entente.cli.options import (
    ActingAs,
    CaseNumber,
    CrimeArea,
    Folder,
    Json,
    Limit,
    LookingAs,
    Purpose,
    commands,
    examples,
)
from entente.cli.output import fields, items, name, plain, say, score, table, when
from entente.kernel.canonical import JsonObject

app = commands("Hits: confirm or reject a candidate, release it, answer one.")

_Record = Annotated[str, typer.Argument(metavar="RECORD", help="CODE/local id, as the search showed it.")]
_Hit = Annotated[str, typer.Argument(metavar="HIT", help="Its id.")]
_Version = Annotated[int, typer.Option("--version", min=1, help="The version the search showed.")]
_Score = Annotated[int, typer.Option("--score", min=0, max=1000, help="Thousandths, as the search showed it.")]
_Circumstances = Annotated[str, typer.Option("--circumstances", help="Where and how the subject came to notice.")]
_Instrument = Annotated[
    str, typer.Option("--instrument", show_default=False, help="Where it was shared under several.")
]


@app.command(
    "confirm",
    epilog=examples(
        "entente hit confirm XA-NCB/w-17 --version 1 --score 930 --circumstances «Passport at gate 4» \\",
        "        --purpose arrest --crime-area fugitives --case 2031/000017 --as xb-duty-1",
    ),
)
def confirm(
    record: _Record,
    circumstances: _Circumstances,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    version: _Version = 1,
    shown_score: _Score = 0,
    case: CaseNumber = "",
    instrument: _Instrument = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Judge a candidate to be the subject; the source is told at once, or once released, as the instrument says."""
    given: JsonObject = {
        "officer": officer, "record": record, "version": version, "score": shown_score, "circumstances": circumstances,
        "purpose": purpose, "crime_area": crime_area, "case": case, "instrument": instrument,
    }  # fmt: skip
    say(ask(folder, "hit_confirm", given), as_json, _hit)


@app.command(
    "reject",
    epilog=examples(
        "entente hit reject XA-NCB/w-17 --reason rejected_other_person --circumstances «Other date of birth» \\",
        "        --purpose arrest --crime-area fugitives --as xb-duty-1",
    ),
)
def reject(
    record: _Record,
    reason: Annotated[str, typer.Option("--reason", help="A code of the hit outcomes that begins with rejected.")],
    circumstances: _Circumstances,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    version: _Version = 1,
    shown_score: _Score = 0,
    case: CaseNumber = "",
    instrument: _Instrument = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Judge a candidate not to be the subject; it stays here as a marker for innocent namesakes and is told to nobody."""
    given: JsonObject = {
        "officer": officer, "record": record, "version": version, "score": shown_score, "circumstances": circumstances,
        "purpose": purpose, "crime_area": crime_area, "case": case, "instrument": instrument, "reason": reason,
    }  # fmt: skip
    say(ask(folder, "hit_reject", given), as_json, _hit)


@app.command("release", epilog=examples("entente hit release hit-0f3a… --as xb-duty-1"))
def release(hit: _Hit, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Tell the source of a hit that the instrument's rule holds until the finder's officer releases it."""
    say(ask(folder, "hit_release", {"officer": officer, "id": hit}), as_json, _hit)


@app.command(
    "answer", epilog=examples("entente hit answer hit-0f3a… --same --text «Detain; warrant follows.» --as xa-duty-1")
)
def answer(
    hit: _Hit,
    same: Annotated[bool, typer.Option("--same/--other", help="Whether it is the same person or thing.")],
    text: Annotated[str, typer.Option("--text", help="What now, in words.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Answer another body's hit on a record of ours."""
    given: JsonObject = {"officer": officer, "id": hit, "same": same, "text": text}
    say(ask(folder, "hit_answer", given), as_json, _hit)


@app.command("list", epilog=examples("entente hit list"))
def list_hits(limit: Limit = 50, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """List the newest hits, found here and told to us."""
    say(ask(folder, "hit_list", {"officer": officer, "limit": limit}), as_json, _list)


def _hit(given: JsonObject) -> Iterator[str]:
    hit = given["hit"]
    assert isinstance(hit, dict), "a hit is an object"
    yield f"{name(hit['name'])}  {plain(hit['outcome'])}, {plain(hit['state'])}, score {score(hit['score'])}"
    yield from heading(hit)
    same = {True: "the same", False: "another"}.get(hit["is_same_person"] is True) if hit["answered_at"] else ""
    yield from fields(
        [
            ("circumstances", name(hit["circumstances"])),
            ("reason", plain(hit["outcome_reason"])),
            ("the source says", f"{same}: {name(hit['answer'])}" if same else ""),
        ]
    )


def _list(given: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["at"]),
            "ours" if one["way"] == "sent" else code(one, "sender"),
            name(one["name"]),
            plain(one["outcome"]),
            plain(one["state"]),
            state(one),
            plain(one["id"]),
        )
        for one in items(given, "hits")
    ]
    yield from table(rows, "at", "found by", "record", "outcome", "state", "delivery", "id")
