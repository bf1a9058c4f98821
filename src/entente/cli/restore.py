"""`entente restore`: make a node's folder from a backup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import restore_node
from entente.cli.options import Folder, Json, NewStore, examples
from entente.cli.output import fields, plain, say, when
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente restore xa-2031-05-04.backup --folder xa-restored",
        "entente restore /media/disk/xa.backup --folder xa --passphrase-file passphrase.txt",
        "entente restore xa.backup --folder xa --store postgresql://entente@db.example/entente",
        "entente restore xa-without-keys.backup --folder xa --keys /media/keys",
    )
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The backup.")],
    folder: Folder = None,
    store: NewStore = "",
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="FOLDER", exists=True, file_okay=False, show_default=False,
            help="A copy of the node's folder «keys», for a backup without keys.",
        ),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file", metavar="FILE", show_default=False,
            help="The passphrase of a sealed backup; else ENTENTE_PASSPHRASE, else asked.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Make a node's folder from a backup: checked to its end, all of it or nothing. A folder that holds a node is left alone.

    The node first takes back from its peers what it said after the backup was made, and signs nothing else meanwhile. What was
    erased since lives in a backup: erase it again with «entente erasure import» before the node answers anybody.
    """
    with progress("Restoring", unit="MiB", quiet=as_json) as told:
        answer = restore_node(file, folder, store, keys, passphrase_file, told)
    say(answer, as_json, _restored)


def _restored(answer: JsonObject) -> Iterator[str]:
    yield f"Restored the node of {plain(answer['code'])} in {plain(answer['folder'])}."
    yield from fields(
        [
            ("body", plain(answer["body"])),
            ("as of", when(answer["made_at"])),
            ("trail", f"{answer['trail_rows']} rows, sound to the first"),
        ]
    )
    if answer["mode"] == "taking_back":
        yield "It takes back from its peers what it said after that, and signs nothing else before."
    folder = plain(answer["folder"])
    yield ""
    yield "NOT DONE YET: what was erased after this backup was made lives in it again."
    yield "Before this node answers anybody, give it the newest file of tombstones of this body:"
    yield f"  entente erasure import TOMBSTONES --folder {folder} --as OFFICER"
    yield "or, where nothing was erased since, say so:"
    yield f"  entente erasure declare-none --folder {folder} --as OFFICER"
    yield "Until one of them is done, «entente doctor» and «entente node status» say that it is not."
    yield ""
    yield f"Then: entente node run --folder {folder}"
