"""`entente message addressees` and `recall-several`: how a message that went to several stands at each, and its recall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, LookingAs
from entente.cli.output import items, name, plain, say, table, when
from entente.kernel.canonical import JsonObject

_Message = Annotated[
    str, typer.Argument(metavar="MESSAGE", help="The id of one of the messages that went out together.")
]


def addressees(message: _Message, officer: LookingAs = "", folder: Folder = None, as_json: Json = False) -> None:
    """Say who has a message of ours that went to several, who opened it, and from whom it is taken back.

    A message that was sent to one body, or before acts were kept, stands alone.
    """
    say(ask(folder, "message_addressees", {"officer": officer, "id": message}), as_json, _addressees)


def recall_several(
    message: _Message,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; each recipient reads it.")],
    officer: ActingAs,
    bodies: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="BODY", help="From whom; repeat. Without it, from everybody it went to."),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take back a message that went to several, in one act, with one reason; then say how it stands at each of them.

    What has not left never leaves. The others are told ahead of everything else, and confirm; what an officer read or copied
    before cannot be taken back. Twice changes nothing.
    """
    given: JsonObject = {"officer": officer, "id": message, "reason": reason}
    if bodies:
        given["bodies"] = [*bodies]
    say(ask(folder, "message_recall_several", given), as_json, _addressees)


def _addressees(answer: JsonObject) -> Iterator[str]:
    counts = answer["counts"]
    assert isinstance(counts, dict), "counts are an object"
    yield ", ".join(f"{plain(count)} {_words(standing)}" for standing, count in counts.items())
    rows = [
        (
            _code(one),
            "action" if one["for_action"] else "information",
            _words(plain(one["standing"])),
            when(one["at"]) if one["at"] else "",
            when(one["opened_at"]) if one["opened_at"] else "yes" if one["opened"] else "",
            plain(one["message"]),
            name(one["reason"]),
        )
        for one in items(answer, "addressees")
    ]
    yield from table(rows, "body", "for", "stands", "since", "opened", "message", "")


def _words(standing: str) -> str:
    return standing.replace("_", " ")


def _code(one: JsonObject) -> str:
    body = one["body"]
    return plain(body["code"]) if isinstance(body, dict) else ""


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "addressees": (addressees, ("entente message addressees message-0f3a…",)),
    "recall-several": (
        recall_several,
        (
            "entente message recall-several message-0f3a… --reason «It names the wrong person» --as xa-duty-1",
            "entente message recall-several message-0f3a… --from XB-NCB --reason «Not for them» --as xa-duty-1",
        ),
    ),
}
