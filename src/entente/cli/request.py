"""`entente request`: ask a source's node for one record under one instrument."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask as ask_node
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
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.cli.record import record_lines
from entente.kernel.canonical import JsonObject

app = commands("Ask a source's node for one record, and read its answer.")

_Record = Annotated[str, typer.Argument(metavar="RECORD", help="CODE/local id.")]
_Kind = Annotated[str, typer.Option("--kind", help="A code of the record kinds.")]
_Instrument = Annotated[str, typer.Option("--instrument", help="Under which instrument.")]


@app.command(
    "ask",
    epilog=examples(
        "entente request ask XA-NCB/w-17 --kind wanted_person --instrument accord --purpose arrest \\",
        "        --crime-area fugitives --as rc-analyst-1",
    ),
)
def ask(
    record: _Record,
    kind: _Kind,
    instrument: _Instrument,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Ask the source's node; its gate answers by itself, and the answer comes back on its own."""
    given: JsonObject = {
        "officer": officer, "record": record, "kind": kind, "instrument": instrument, "purpose": purpose,
        "crime_area": crime_area, "case": case,
    }  # fmt: skip
    say(ask_node(folder, "request_ask", given), as_json, _request)


@app.command(
    "consult",
    epilog=examples(
        "entente request consult XA-NCB/w-17 --kind wanted_person --instrument accord --purpose arrest \\",
        "        --crime-area fugitives --case 2031/000017 --as xb-duty-1",
        "entente request consult hit-0f3a… --purpose arrest --crime-area fugitives --as xb-duty-1",
        "entente request consult --identifier QZ7731904 --purpose arrest --crime-area fugitives --case 2031/000017 \\",
        "        --as xb-duty-1",
    ),
)
def consult(
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    record: Annotated[
        str, typer.Argument(metavar="[RECORD]", show_default=False, help="CODE/local id, or the id of a hit.")
    ] = "",
    identifier: Annotated[
        str,
        typer.Option(
            "--identifier",
            show_default=False,
            help="Instead of RECORD: a number that a copy here has, searched for first.",
        ),
    ] = "",
    kind: Annotated[
        str, typer.Option("--kind", show_default=False, help="A code of the record kinds; known where a copy is here.")
    ] = "",
    instrument: Annotated[
        str,
        typer.Option("--instrument", show_default=False, help="Under which; that of the hit or the copy if left out."),
    ] = "",
    case: CaseNumber = "",
    occasion: Annotated[
        str,
        typer.Option(
            "--occasion", show_default=False, help="What a number is searched for on, where there is no case."
        ),
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Ask the source's node and wait for its answer: the record as of now, of which nothing is kept here.

    Both nodes keep who asked for what and why. It needs a line to the source; without one, ask with «entente request ask».
    A number is looked for among the copies here, as by «entente search»; the source is asked about the one record it finds.
    """
    given: JsonObject = {
        "officer": officer, "record": record, "identifier": identifier, "kind": kind, "instrument": instrument,
        "purpose": purpose, "crime_area": crime_area, "case": case, "occasion": occasion,
    }  # fmt: skip
    say(ask_node(folder, "record_consult", given), as_json, _consulted)


@app.command("show", epilog=examples("entente request show record-request-0f3a…"))
def show(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id.")],
    officer: LookingAs = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show a request and its answer."""
    say(ask_node(folder, "request_show", {"officer": officer, "id": request}), as_json, _request)


@app.command("list", epilog=examples("entente request list"))
def list_requests(limit: Limit = 50, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """List the newest requests, asked by us and of us."""
    say(ask_node(folder, "request_list", {"officer": officer, "limit": limit}), as_json, _list)


def _request(given: JsonObject) -> Iterator[str]:
    request = given["request"]
    assert isinstance(request, dict), "a request is an object"
    yield f"{name(request['name'])}  {plain(request['outcome']).replace('_', ' ')}"
    yield from heading(request)
    if request["answer"]:
        yield f"  {name(request['answer'])}"
    for ground in texts(request, "grounds"):
        yield f"  {plain(ground)}"


def _list(given: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["at"]),
            "asked by us" if one["way"] == "sent" else f"asked by {code(one, 'sender')}",
            name(one["name"]),
            plain(one["outcome"]).replace("_", " "),
            state(one),
            plain(one["id"]),
        )
        for one in items(given, "requests")
    ]
    yield from table(rows, "at", "", "record", "outcome", "delivery", "id")


def _consulted(answer: JsonObject) -> Iterator[str]:
    yield f"As of {when(answer['as_of'])} at {code(answer, 'source')}; it is not kept here."
    yield from record_lines(answer)
