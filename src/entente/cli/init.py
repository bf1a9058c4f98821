"""`entente init`: make the folder of a body's node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import make_folder
from entente.cli.options import Folder, Json, NewStore, PassphraseFile, examples
from entente.cli.output import fields, name, say, texts
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente init --kind national_central_bureau --code XA-NCB --name «Bureau of Arandia» \\",
        "             --country XA --zone Europe/Lisbon --folder xa --address http://127.0.0.1:8601",
        "entente init --kind national_central_bureau --code XB-NCB --name «Bureau of Borovia» --folder xb \\",
        "             --store postgresql://entente@db.example/entente?sslmode=verify-full",
        "entente init --kind general_secretariat --code GS --name «Secretariat» --passphrase-file passphrases.txt",
    )
)
def init(
    kind: Annotated[str, typer.Option("--kind", help="What the body is, for example national_central_bureau.")],
    code: Annotated[str, typer.Option("--code", help="Its short name in lists: 2 to 24 of A–Z, 0–9 and «-».")],
    body_name: Annotated[str, typer.Option("--name", help="Its full name.")],
    country: Annotated[
        str, typer.Option("--country", help="ISO 3166-1 alpha-2; empty for an international body.")
    ] = "",
    zone: Annotated[str, typer.Option("--zone", help="Its IANA time zone.")] = "UTC",
    address: Annotated[str, typer.Option("--address", help="Where other bodies reach its node.")] = "",
    heads: Annotated[int, typer.Option("--heads", help="How many heads hold a key.")] = 3,
    threshold: Annotated[int, typer.Option("--threshold", help="How many of them must sign.")] = 2,
    replaces: Annotated[
        str,
        typer.Option(
            "--replaces",
            metavar="ID",
            show_default=False,
            help="The body it succeeds; each other body accepts it for itself.",
        ),
    ] = "",
    folder: Folder = None,
    store: NewStore = "",
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make the folder of a body's node: the heads' keys, the node's keys, the store and the genesis.

    Each head and the data protection officer get a passphrase of their own. Copy the heads' key files to the heads and
    remove them here: the node runs without them. Nothing is ever overwritten.
    """
    wanted: JsonObject = {
        "kind": kind, "code": code, "name": body_name, "country": country, "zone": zone, "address": address,
        "heads": heads, "threshold": threshold, "replaces": replaces,
    }  # fmt: skip
    say(make_folder(folder, store, wanted, passphrase_file), as_json, _made)


def _made(answer: JsonObject) -> Iterator[str]:
    yield f"Made the node of {name(answer['code'])} in {answer['folder']}."
    yield from fields(
        [
            ("body", str(answer["body"])),
            *([("store", str(answer["store"]))] if answer["store"] else []),
            ("first officer", f"{answer['first_officer']} (role head_of_body)"),
            ("heads' keys", ", ".join(texts(answer, "head_keys"))),
            ("signatures", f"{answer['threshold']} of {len(texts(answer, 'head_keys'))} heads"),
        ]
    )
    yield f"Next: entente node run --folder {answer['folder']}"
