"""`entente permission`: ask a source for leave, or answer such a request."""

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
from entente.cli.output import fields, items, name, plain, say, table, texts, when
from entente.kernel.canonical import JsonObject

app = commands("Ask a source for leave, or answer such a request.")


@app.command(
    "ask",
    epilog=examples(
        "entente permission ask XA-NCB/w-17 --act forward --forward-to XC-NCB --justification «Seen in XC» \\",
        "        --purpose arrest --crime-area fugitives --case 2031/000017 --as xb-duty-1",
    ),
)
def ask(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="CODE/local id.")],
    acts: Annotated[list[str], typer.Option("--act", help="see, forward, use_as_evidence, act_on; repeat.")],
    justification: Annotated[str, typer.Option("--justification", help="Why, in words the source reads.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    forward_to: Annotated[
        str, typer.Option("--forward-to", metavar="BODY", show_default=False, help="To whom it would go.")
    ] = "",
    urgency: Annotated[str, typer.Option("--urgency", help="A code of the urgencies.")] = "normal",
    case: CaseNumber = "",
    instrument: Annotated[
        str, typer.Option("--instrument", show_default=False, help="Where it was shared under several.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Ask the source for leave to do what its handling code makes depend on it."""
    given: JsonObject = {
        "officer": officer, "record": record, "acts": [*acts], "justification": justification, "forward_to": forward_to,
        "urgency": urgency, "purpose": purpose, "crime_area": crime_area, "case": case, "instrument": instrument,
    }  # fmt: skip
    say(ask_node(folder, "permission_ask", given), as_json, _permission)


@app.command(
    "answer",
    epilog=examples(
        "entente permission answer permission-request-0f3a… --grant --days 30 --as xa-duty-1",
        "entente permission answer permission-request-0f3a… --refuse ongoing_investigation --as xa-duty-1",
    ),
)
def answer(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id.")],
    officer: ActingAs,
    grant: Annotated[bool, typer.Option("--grant", show_default=False, help="Grant exactly what was asked.")] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="For how long.")] = 30,
    refuse: Annotated[
        str,
        typer.Option(
            "--refuse", metavar="REASON", show_default=False, help="Refuse, with a code of the refusal reasons."
        ),
    ] = "",
    text: Annotated[str, typer.Option("--text", show_default=False, help="In words.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Grant or refuse leave about a record of ours; a grant is signed and binds the gate at both ends."""
    given: JsonObject = {
        "officer": officer, "id": request, "grant": grant, "days": days, "reason": refuse, "text": text,
    }  # fmt: skip
    say(ask_node(folder, "permission_answer", given), as_json, _permission)


@app.command("list", epilog=examples("entente permission list"))
def list_permissions(limit: Limit = 50, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """List the newest requests for leave, asked by us and of us."""
    say(ask_node(folder, "permission_list", {"officer": officer, "limit": limit}), as_json, _list)


def _permission(given: JsonObject) -> Iterator[str]:
    request = given["permission"]
    assert isinstance(request, dict), "a request is an object"
    yield f"{name(request['name'])}  {', '.join(texts(request, 'acts'))}: {plain(request['state'])}"
    yield from heading(request)
    yield from fields(
        [
            ("to pass on to", code(request, "forward_to")),
            ("because", name(request["justification"])),
            ("answer due", when(request["due_at"])),
            ("reason", plain(request["answer_reason"])),
            ("in words", name(request["answer_text"])),
        ]
    )


def _list(given: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["at"]),
            "asked by us" if one["way"] == "sent" else f"asked by {code(one, 'sender')}",
            name(one["name"]),
            ", ".join(texts(one, "acts")),
            plain(one["state"]),
            state(one),
            plain(one["id"]),
        )
        for one in items(given, "permissions")
    ]
    yield from table(rows, "at", "", "record", "acts", "state", "delivery", "id")
