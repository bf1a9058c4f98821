"""`entente backup`: copy the whole node into one file, or check such a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import check_backup, connect
from entente.cli.options import Folder, Json, examples
from entente.cli.output import fields, plain, say, when
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente backup /media/disk/xa-2031-05-04.backup --passphrase-file passphrase.txt",
        "entente backup xa-2031-05-04.backup --folder xa",
        "entente backup --verify xa-2031-05-04.backup",
    )
)
def backup(
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", show_default=False, help="The new file; it is never overwritten.")
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify", metavar="FILE", exists=True, dir_okay=False, show_default=False, help="Check a backup."
        ),
    ] = None,
    without_keys: Annotated[
        bool,
        typer.Option("--without-keys", help="Leave out every private key; a restore then needs them from elsewhere."),
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file", metavar="FILE", show_default=False, help="Seal it under the passphrase in this file."
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Copy the node's store, its keys and the files of records into one file, while the node runs or while it is stopped.

    THE FILE HOLDS EVERYTHING: whoever reads it reads all records and can act as this node. Seal it with --passphrase-file,
    and keep the passphrase elsewhere. --verify reads a backup to its end and checks every hash, the trail and the keys.
    """
    if (out is None) == (verify is None):
        raise typer.BadParameter("give either the new file, or --verify with the file to check")
    if verify is not None:
        with progress("Checking", unit="MiB", quiet=as_json) as told:
            answer = check_backup(verify, passphrase_file, told)
        say(answer, as_json, _checked)
        return
    assert out is not None, "asked for above"
    given: JsonObject = {"out": str(out.absolute()), "without_keys": without_keys}
    if passphrase_file is not None:
        given["passphrase_file"] = str(passphrase_file.absolute())
    with connect(folder) as node, progress("Copying", unit="MiB", quiet=as_json) as told:
        answer = node.ask("backup", given, told)
    say(answer, as_json, _made)


def _made(answer: JsonObject) -> Iterator[str]:
    made = answer["backup"]
    assert isinstance(made, dict), "what was made is an object"
    yield f"Made {plain(made['file'])}."
    yield from _lines(made)
    yield from fields(
        [("sha256", plain(made["file_sha256"])), ("sealed", "under the passphrase" if made["is_sealed"] else "NO")]
    )
    if answer["not_recorded"]:
        yield f"LOOK  The trail does not say that this backup was made. {plain(answer['not_recorded'])}"
    if not made["is_sealed"]:
        yield "Whoever reads this file reads every record" + (" and can act as this node." if made["has_keys"] else ".")


def _checked(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['file'])} is a whole backup: every hash, the trail and its signed head are good."
    manifest = answer["backup"]
    assert isinstance(manifest, dict), "a manifest is an object"
    yield from _lines(manifest)


def _lines(told: JsonObject) -> Iterator[str]:
    yield from fields(
        [
            ("body", f"{plain(told['code'])} {plain(told['body'])}"),
            ("made", when(told["made_at"])),
            ("trail", f"{told['trail_rows']} rows, root {plain(told['trail_root'])}"),
            ("schema", plain(told["schema"])),
            ("keys", "with all key files of the folder" if told["has_keys"] else "none"),
        ]
    )
