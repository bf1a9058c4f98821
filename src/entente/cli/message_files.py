"""The files of messages: `--attach` of `message send` and `circulate`, and `entente message attachment`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import connect
from entente.cli.options import ActingAs, Folder, Json
from entente.cli.output import items, name, plain, say
from entente.cli.progress import progress
from entente.cli.record_files import file_line
from entente.kernel.canonical import Json as JsonValue
from entente.kernel.canonical import JsonObject

Attach = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach",
        metavar="FILE",
        show_default=False,
        help="A picture, print, paper, film or plain text that goes with it; repeat.",
    ),
]


def attachment(
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id.")],
    file: Annotated[str, typer.Argument(metavar="NAME", help="The file's name in the message.")],
    officer: ActingAs,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            show_default=False,
            help="Where to write it; nothing is overwritten. Without it the file is only fetched and checked.",
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a file out of a message; the look is in the trail, and opens the message, as «message open» does.

    A file that is not here yet is fetched from the body that sent the message, from where the last try ended.
    """
    given: JsonObject = {
        "officer": officer, "id": message, "file": file, "out": "" if out is None else str(out.absolute()),
    }  # fmt: skip
    with connect(folder) as node, progress(f"Fetching {plain(file)}", unit="KB", quiet=as_json) as tell:
        answer = node.ask("message_attachment", given, lambda done: tell(done // 1_000))
    say(answer, as_json, _taken_out)


def attached(files: Sequence[Path] | None) -> list[JsonValue]:
    """Return the files that go with a message, as its verb takes them."""
    return [{"file": str(one.absolute()), "name": one.name} for one in files or ()]


def file_lines(message: JsonObject) -> Iterator[str]:
    """Yield what the files of a message are."""
    for one in items(message, "attachments"):
        yield f"file  {file_line(one)}{'' if one['is_here'] else ', not fetched yet'}"


def _taken_out(answer: JsonObject) -> Iterator[str]:
    file = answer["file"]
    assert isinstance(file, dict), "a file is an object"
    yield f"{plain(answer['id'])}: {file_line(file)}"
    if answer["out"]:
        yield f"Written to {name(answer['out'])}, open to this account alone."
    else:
        yield "It is here, and what its sender signed. Nothing of it was written out."


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "attachment": (
        attachment,
        ("entente message attachment message-0f3a… gate.jpg --out gate.jpg --as xb-duty-1",),
    ),
}
"""Each command with its examples; `entente message` has them beside its own."""
