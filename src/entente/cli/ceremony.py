"""`entente keys`: what a head does on a machine of their own, without a node: make a key, read and sign a draft."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import make_head_key, show_keys_draft, show_statements, sign_keys_draft, sign_statements
from entente.cli.options import Json, KeyFiles, PassphraseFile, Yes, commands, examples
from entente.cli.output import fields, plain, say, texts
from entente.kernel.canonical import JsonObject

app = commands("A head's key: make it, and sign a change of keys with it. Needs no node and no line.")

DraftFile = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A draft of keys.")
]


@app.command(
    "make-head", epilog=examples("entente keys make-head --name vela --out .", "entente keys make-head --name 4")
)
def make_head(
    name: Annotated[str, typer.Option("--name", help="Names the files: small letters, digits and «-».")],
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", file_okay=False, show_default=False, help="Where the two files go.")
    ] = Path(),
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a head's key: head-NAME.pem, which stays with the head, and head-NAME.public, which goes to the ceremony."""
    say(make_head_key(name, out, passphrase_file), as_json, _made)


@app.command("show", epilog=examples("entente keys show change.json"))
def show(file: DraftFile, as_json: Json = False) -> None:
    """Say in words what a draft changes, worked out from its bytes, and who signed it so far."""
    say(show_keys_draft(file), as_json, draft_lines)


@app.command("sign", epilog=examples("entente keys sign change.json --key head-1.pem"))
def sign(
    file: DraftFile,
    keys: KeyFiles,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show what a draft says, ask, and add a head's signature to the file. The key does not leave this command.

    Compare body, version and key ids with what was decided, by another way than the file came. Whoever made the draft proves
    nothing by its words: they are worked out again here.
    """
    for line in draft_lines(show_keys_draft(file)):
        typer.echo(line, err=True)
    if not yes:
        typer.confirm("Sign this change of keys?", abort=True, err=True)
    say(sign_keys_draft(file, keys, passphrase_file), as_json, _signed)


@app.command("sign-statements", epilog=examples("entente keys sign-statements suspension.json --key head-1.pem"))
def sign_file_of_statements(
    file: DraftFile,
    keys: KeyFiles,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show what the file of a desk says (a signature, a suspension, its end), ask, and add a head's signature to it.

    Read instrument, toward whom and what against what was decided. The next head signs the same file, or a copy; what they
    signed goes back to the desk whole.
    """
    for line in texts(show_statements(file), "words"):
        typer.echo(plain(line), err=True)
    if not yes:
        typer.confirm("Sign this?", abort=True, err=True)
    say(sign_statements(file, keys, passphrase_file), as_json, _signed_statements)


def draft_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what a draft says and who signed it."""
    yield from (plain(line) for line in texts(answer, "words"))
    yield from _signed(answer)


def _signed(answer: JsonObject) -> Iterator[str]:
    signed, missing = texts(answer, "signed_by"), answer["missing"]
    yield (
        f"Signed by {', '.join(signed) or 'nobody yet'}; {missing} more must sign."
        if missing
        else (f"Signed by {', '.join(signed)}: it can be handed in.")
    )


def _signed_statements(answer: JsonObject) -> Iterator[str]:
    yield f"{answer['statements']} statements, all signed by {', '.join(texts(answer, 'signed_by')) or 'nobody yet'}."


def _made(answer: JsonObject) -> Iterator[str]:
    yield f"Made the key {answer['key_id']} of {plain(answer['name'])}."
    yield from fields(
        [("stays with the head", str(answer["private"])), ("goes to the ceremony", str(answer["public"]))]
    )
