"""`entente record attach`, `detach` and `blob`: the files of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import ask, connect
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose
from entente.cli.output import name, plain, say
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

TERMS_BYTES_MAX = 64 * 1024
"""As the reader of import terms has it."""

Record = Annotated[str, typer.Argument(metavar="RECORD", help="CODE/local id, or the local id alone for one of ours.")]
_FileName = Annotated[str, typer.Argument(metavar="NAME", help="The file's name in the record.")]


def attach(
    record: Record,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture, print, paper, film or plain text.")],
    officer: ActingAs,
    terms: Annotated[
        Path | None,
        typer.Option(
            "--terms",
            exists=True,
            dir_okay=False,
            show_default=False,
            help="On what conditions, if others than the record's.",
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Attach a file of at most 256 MiB to a record of ours; the bodies that hold a copy and may see the file are told.

    The file is sealed once; nobody gets it but who may see it. What it is must show in its name and in its content.
    """
    given: JsonObject = {
        "officer": officer, "record": record, "file": str(file.absolute()),
        "terms": read_terms(terms) if terms is not None else "",
    }  # fmt: skip
    say(_ask_long(folder, "record_attach", given, f"Sealing {plain(file.name)}", quiet=as_json), as_json, _attached)


def detach(
    record: Record,
    file: _FileName,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a file off a record of ours: it is erased here, and at each body when the new version arrives there."""
    given: JsonObject = {"officer": officer, "record": record, "file": file}
    say(ask(folder, "record_detach", given), as_json, _detached)


def blob(
    record: Record,
    file: _FileName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; nothing is overwritten.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a file out of a record, for a purpose; the look is in the trail.

    A file that is not here yet is fetched from the body that sent the record, from where the last try ended.
    """
    given: JsonObject = {
        "officer": officer, "record": record, "file": file, "out": str(out.absolute()), "purpose": purpose,
        "crime_area": crime_area, "case": case,
    }  # fmt: skip
    say(_ask_long(folder, "record_blob", given, f"Fetching {plain(file)}", quiet=as_json), as_json, _taken_out)


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "attach": (
        attach,
        (
            "entente record attach w-17 face.jpg --as xa-duty-1",
            "entente record attach w-17 prints.wsq --terms wanted.yaml --as xa-duty-1",
        ),
    ),
    "detach": (detach, ("entente record detach w-17 face.jpg --as xa-duty-1",)),
    "blob": (
        blob,
        (
            "entente record blob XA-NCB/w-17 face.jpg --out face.jpg --purpose arrest --crime-area fugitives --as xb-duty-1",
        ),
    ),
}
"""Each command with its examples; `entente record` has them beside its own."""


def _ask_long(folder: str | None, verb: str, given: JsonObject, title: str, *, quiet: bool) -> JsonObject:
    """Ask a verb that tells the bytes it has done, and show them."""
    with connect(folder) as node, progress(title, unit="KB", quiet=quiet) as tell:
        return node.ask(verb, given, lambda done: tell(done // 1_000))


def read_terms(file: Path) -> str:
    """Return the text of a file of terms, as far as one may be long."""
    data = file.read_bytes()[: TERMS_BYTES_MAX + 1]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file.name} is not UTF-8", param_hint="--terms") from error


def file_line(one: JsonObject) -> str:
    """Say in one line what a file of a record is."""
    return f"{name(one['name'])}  {plain(one['media_type'])}, {one['bytes']} bytes, SHA-256 {plain(one['sha256'])}"


def _of_file(answer: JsonObject) -> JsonObject:
    one = answer["file"]
    assert isinstance(one, dict), "a file is an object"
    return one


def _attached(answer: JsonObject) -> Iterator[str]:
    yield f"Attached to {name(answer['name'])}: {file_line(_of_file(answer))}"


def _detached(answer: JsonObject) -> Iterator[str]:
    yield f"Taken off {name(answer['name'])}: {name(_of_file(answer)['name'])}"


def _taken_out(answer: JsonObject) -> Iterator[str]:
    yield f"{name(answer['name'])}: {file_line(_of_file(answer))}"
    yield f"Written to {plain(answer['out'])}, open to this account alone."
