"""`entente message preview` and `circulate`: a message to several bodies, and who would get it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.message_files import Attach, attached
from entente.cli.options import ActingAs, CaseNumber, Folder, Json
from entente.cli.output import grounds, items, plain, say, table, texts
from entente.kernel.canonical import JsonObject

_To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="BODY", help="Who should act: a body, or a group as CODE/name; repeat."),
]
_Information = Annotated[
    list[str] | None,
    typer.Option("--information", metavar="BODY", help="Who should only know: a body or a group; repeat."),
]
_Instrument = Annotated[str, typer.Option("--instrument", help="Under which instrument.")]


def preview(
    instrument: _Instrument,
    officer: ActingAs,
    to: _To = None,
    information: _Information = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say who would get a message now, who would not and why, and what groups resolve to. Nothing is sent."""
    given: JsonObject = {
        "officer": officer, "to": [*(to or [])], "information": [*(information or [])], "instrument": instrument,
    }  # fmt: skip
    say(ask(folder, "message_preview", given), as_json, _previewed)


def circulate(
    instrument: _Instrument,
    subject: Annotated[str, typer.Option("--subject", help="In a few words.")],
    text: Annotated[str, typer.Option("--text", help="The message; «-» reads it from standard input.")],
    officer: ActingAs,
    to: _To = None,
    information: _Information = None,
    urgency: Annotated[str, typer.Option("--urgency", help="A code of the urgencies.")] = "normal",
    answers: Annotated[str, typer.Option("--answers", show_default=False, help="The id of the item it answers.")] = "",
    case: CaseNumber = "",
    keeps_list: Annotated[
        bool,
        typer.Option(
            "--keep-list", show_default=False, help="Tell no addressee of the others; else each is told of all."
        ),
    ] = False,
    attach: Attach = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Send a message to several bodies, one to each. If one may not get it, nobody does: see «message preview»."""
    given: JsonObject = {
        "officer": officer, "to": [*(to or [])], "information": [*(information or [])], "instrument": instrument,
        "subject": subject, "text": typer.get_text_stream("stdin").read() if text == "-" else text,
        "urgency": urgency, "answers": answers, "case": case, "keeps_list": keeps_list,
        "attachments": attached(attach),
    }  # fmt: skip
    say(ask(folder, "message_circulate", given), as_json, _circulated)


def _previewed(answer: JsonObject) -> Iterator[str]:
    for group in items(answer, "groups"):
        bodies = ", ".join(plain(one["code"]) for one in items(group, "bodies"))
        yield f"{plain(group['group'])}, version {group['version']}: {bodies or 'nobody'}"
    rows = [
        (
            _code(one),
            "action" if one["for_action"] else "information",
            "yes" if one["may_get"] else "NO",
            "yes" if one["may_answer"] else "NO",
            ", ".join(texts(one, "groups")),
        )
        for one in items(answer, "addressees")
    ]
    yield from table(rows, "body", "for", "gets it", "may answer", "by")
    for one in items(answer, "addressees"):
        decision = one["decision"]
        if not one["may_get"] and isinstance(decision, dict):
            yield f"{_code(one)}:"
            yield from (line for line in grounds(decision) if " NO " in line)


def _circulated(answer: JsonObject) -> Iterator[str]:
    rows = [
        (plain(one["id"]), _code(one, "to"), "action" if one["for_action"] else "information")
        for one in items(answer, "messages")
    ]
    yield from table(rows, "message", "to", "for")


def _code(one: JsonObject, field: str = "body") -> str:
    body = one[field]
    return plain(body["code"]) if isinstance(body, dict) else ""


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "preview": (
        preview,
        ("entente message preview --to XA-NCB --information GS/members --instrument charter --as xb-duty-1",),
    ),
    "circulate": (
        circulate,
        (
            "entente message circulate --to XA-NCB --information GS/members --instrument charter --subject «Gate 4» \\",
            "    --text «Seen at gate 4.» --as xb-duty-1",
        ),
    ),
}
