"""`entente exercise`: make a node of an invented body with invented people, for training.

Source: docs/rules/bodies.md B15.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import fill_exercise, make_folder
from entente.cli.options import Folder, Json, NewStore, PassphraseFile, examples
from entente.cli.output import fields, name, plain, say, texts
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

PEOPLE_MAX = 1_000_000
SEED_MAX = 2**31 - 1

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente exercise --folder ex-1",
        "entente exercise --folder ex-2 --code EX-2 --seed 2 --people 5000 --address http://127.0.0.1:8602",
    )
)
def exercise(
    code: Annotated[str, typer.Option("--code", help="The invented body's short name.")] = "EX-1",
    body_name: Annotated[str, typer.Option("--name", help="Its full name.")] = "Exercise bureau",
    country: Annotated[str, typer.Option("--country", help="A user-assigned code of ISO 3166-1: XA to XZ.")] = "XA",
    seed: Annotated[int, typer.Option("--seed", min=1, max=SEED_MAX, help="The same seed gives the same people.")] = 1,
    people: Annotated[int, typer.Option("--people", min=0, max=PEOPLE_MAX, help="How many invented people.")] = 200,
    address: Annotated[str, typer.Option("--address", help="Where other exercise nodes reach it.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Its IANA time zone.")] = "UTC",
    folder: Folder = None,
    store: NewStore = "",
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a node to train with: an invented body, officers for each daily role, invented people as its records.

    It is an exercise's node for good: everything it says is marked EXERCISE, and nothing passes between it and real bodies.
    """
    wanted: JsonObject = {
        "kind": "national_central_bureau", "code": code, "name": body_name, "country": country, "zone": zone,
        "address": address, "heads": 3, "threshold": 2, "replaces": "", "exercise": True,
    }  # fmt: skip
    made = make_folder(folder, store, wanted, passphrase_file)
    with progress(f"Inventing {people} people", unit="people", quiet=as_json) as told:
        filled = fill_exercise(folder, people, seed, told)
    say({**made, **filled}, as_json, _made)


def _made(answer: JsonObject) -> Iterator[str]:
    yield f"Made the exercise node of {name(answer['code'])} in {answer['folder']}."
    yield from fields(
        [
            ("body", str(answer["body"])),
            ("officers", ", ".join([plain(answer["first_officer"]), *texts(answer, "officers")])),
            ("people", f"{answer['people']} of seed {answer['seed']}"),
        ]
    )
    yield f"Next: entente node run --folder {answer['folder']}"
