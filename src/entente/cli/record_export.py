"""`entente record export`: our own records into a file, with what of them the format has no place for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import connect
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose
from entente.cli.output import items, plain, say
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject


class Format(StrEnum):
    """What records are written as."""

    FTM = "ftm"
    STIX = "stix"


def export_records(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write them; nothing is overwritten.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    form: Annotated[
        Format,
        typer.Option("--format", help="ftm: FollowTheMoney, one JSON object a line; stix: a bundle of STIX 2.1."),
    ] = Format.FTM,
    kind: Annotated[str, typer.Option("--kind", show_default=False, help="One kind of record only.")] = "",
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write the body's own records into a file, as far as you may see them for a purpose; it stands in the trail.

    What the format has no place for is counted by reason. No withdrawal and no erasure reaches the file: whoever has it answers
    for it. Records of other bodies are not in it; pass them on with «record forward».
    """
    given: JsonObject = {
        "officer": officer, "purpose": purpose, "crime_area": crime_area, "case": case, "kind": kind, "format": form.value,
        "out": str(out.absolute()),
    }  # fmt: skip
    with connect(folder) as node, progress(f"Exporting to {plain(out.name)}", unit="records", quiet=as_json) as told:
        answer = node.ask("record_export", given, told)
    say(answer, as_json, _exported)


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "export": (
        export_records,
        (
            "entente record export wanted.jsonl --purpose analysis --crime-area fugitives --as xa-duty-1",
            "entente record export traces.json --format stix --purpose analysis --crime-area cybercrime --as xa-duty-1",
        ),
    ),
}
"""The command with its examples; `entente record` has it beside its own."""


def _exported(answer: JsonObject) -> Iterator[str]:
    yield f"{answer['records']} records written to {plain(answer['out'])}, open to this account alone."
    yield f"SHA-256 {plain(answer['sha256'])}, which the trail names."
    losses = items(answer, "losses")
    if losses:
        yield "What had no place in the format, or stands beside it:"
    yield from (f"{one['count']:>8}  {plain(one['meaning'])}" for one in losses)
