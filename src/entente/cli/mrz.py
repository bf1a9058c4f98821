"""`entente mrz`: what a document's machine readable zone says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import Folder, Json, commands, examples
from entente.cli.output import fields, items, name, plain, say, texts
from entente.kernel.canonical import JsonObject

FILE_BYTES_MAX = 4_000
"""A zone with a page of other lines around it has at most 1,000 characters, each of up to four bytes."""

app = commands("Machine readable zones: what a document's lines say, and what is wrong with them.")


@app.command(
    "check",
    epilog=examples(
        "entente mrz check «P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<» «L898902C36UTO7408122F1204159ZE184226B<<<<<10»",
        "entente mrz check --file scan.txt --json",
    ),
)
def check(
    lines: Annotated[
        list[str] | None, typer.Argument(metavar="[LINE]...", help="The lines as scanned, in quotes; joined ones too.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, readable=True, help="A file of the lines instead."),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Check a machine readable zone of a passport, card or visa (ICAO 9303): each fault is named with its field.

    What was probably misread is proposed, never mended. Nothing is looked up, and nothing recorded.
    """
    if bool(lines) == (file is not None):
        raise typer.BadParameter("give either the lines or a file of them", param_hint="LINE")
    text = "\n".join(lines or []) if file is None else _content(file)
    say(ask(folder, "mrz_check", {"text": text}), as_json, _zone)


def _content(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise typer.BadParameter(f"a file of lines has at most {FILE_BYTES_MAX} bytes", param_hint="--file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise typer.BadParameter("it is not text in UTF-8", param_hint="--file") from error


def _zone(answer: JsonObject) -> Iterator[str]:
    zone = answer["zone"]
    assert isinstance(zone, dict), "a zone is an object"
    found = items(zone, "faults")
    what = plain(zone["size"]) or "no zone"
    yield f"{what}: {'valid' if zone['is_valid'] else f'{len(found)} faults' if len(found) > 1 else '1 fault'}"
    yield from fields(
        (label, name(zone[field]))
        for label, field in (
            ("family name", "surname"), ("given names", "given_names"), ("document number", "number"),
            ("document code", "document_code"), ("issued by", "issuer"), ("nationality", "nationality"),
            ("birth date", "birth_date"), ("sex", "sex"), ("expires", "expiry_date"),
            ("personal number", "personal_number"),
        )
    )  # fmt: skip
    for fault in found:
        proposed = f"; proposed: {name(fault['proposed'])}" if fault["proposed"] else ""
        yield f"  − {name(fault['text'])}{proposed}"
    yield from zone_proposed(zone)
    yield from (f"  {name(note)}" for note in texts(zone, "notes"))


def zone_proposed(zone: JsonObject) -> Iterator[str]:
    """Yield a zone as it would be without fault, where characters of it were misread."""
    if proposed := texts(zone, "proposed_lines"):
        yield "  As proposed nothing is wrong. Compare it with the document:"
        yield from (f"    {name(line)}" for line in proposed)
