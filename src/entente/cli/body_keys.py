"""`entente body keys`: a change of this body's keys at its node, and the history of keys of any body."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import (
    ask,
    check_keys_draft_file,
    connect,
    keys_draft_words,
    merge_keys_drafts,
    read_head_keys,
    sign_keys_at_once,
    write_keys_draft,
)
from entente.cli.ceremony import draft_lines
from entente.cli.options import ActingAs, Folder, Json, KeyFiles, PassphraseFile, Yes, commands, examples
from entente.cli.output import fields, items, plain, say, texts, when
from entente.kernel.canonical import JsonObject

app = commands("The body's keys: draft a change, hand it in signed, see the history.")

_AddHeads = Annotated[
    list[Path] | None,
    typer.Option(
        "--add-head", metavar="FILE", exists=True, dir_okay=False, show_default=False,
        help="A public key made by «entente keys make-head»; repeat for several.",
    ),
]  # fmt: skip
_RemoveHeads = Annotated[
    list[str] | None,
    typer.Option("--remove-head", metavar="KEY-ID", show_default=False, help="A head who leaves; repeat for several."),
]
_Threshold = Annotated[
    int | None,
    typer.Option("--threshold", show_default=False, help="How many heads sign from then on; else as before."),
]
_Compromised = Annotated[
    str,
    typer.Option(
        "--compromised-since", metavar="TIME", show_default=False,
        help="Since when the node's present keys may be in others' hands.",
    ),
]  # fmt: skip


@app.command(
    "draft",
    epilog=examples(
        "entente body keys draft --out change.json --as head-1",
        "entente body keys draft --add-head head-4.public --remove-head 2f1c… --out change.json --as head-1",
    ),
)
def draft(
    officer: ActingAs,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write the draft there.")],
    add_heads: _AddHeads = None,
    remove_heads: _RemoveHeads = None,
    threshold: _Threshold = None,
    compromised_since: _Compromised = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Make new keys for the node and write the draft that the heads sign. Nothing changes until it is handed in."""
    asked = _asked(add_heads, remove_heads, threshold, compromised_since)
    check_keys_draft_file(out)
    answer = ask(folder, "keys_draft", {"officer": officer, **asked})
    say(write_keys_draft(out, answer), as_json, _drafted)


@app.command("submit", epilog=examples("entente body keys submit change.json --as head-1"))
def submit(
    officer: ActingAs,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", exists=True, dir_okay=False, readable=True, help="The draft, or each head's copy of it."
        ),
    ],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Hand in a signed draft: the new keys are in use from then on, and every other body is told first of all."""
    given: JsonObject = {"officer": officer, "statement": merge_keys_drafts(files)}
    say(ask(folder, "keys_submit", given), as_json, _changed)


@app.command("change", epilog=examples("entente body keys change --as head-1 --key head-1.pem --key head-2.pem"))
def change(
    officer: ActingAs,
    keys: KeyFiles,
    add_heads: _AddHeads = None,
    remove_heads: _RemoveHeads = None,
    threshold: _Threshold = None,
    compromised_since: _Compromised = "",
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Draft, sign and hand in a change of keys in one step, where the heads' key files are at hand."""
    asked = _asked(add_heads, remove_heads, threshold, compromised_since)
    with connect(folder) as node:
        drafted = node.ask("keys_draft", {"officer": officer, **asked})
        for line in keys_draft_words(drafted):
            typer.echo(plain(line), err=True)
        if not yes:
            typer.confirm("Sign this change of keys?", abort=True, err=True)
        signed = sign_keys_at_once(drafted, asked, keys, passphrase_file)
        say(node.ask("keys_submit", {"officer": officer, "statement": signed}), as_json, _changed)


@app.command("show", epilog=examples("entente body keys show", "entente body keys show XB-NCB"))
def show(
    body: Annotated[
        str, typer.Argument(metavar="[BODY]", show_default=False, help="Code or id; ours where left out.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show every key version of a body with its dates; for ours also which bodies have acknowledged it."""
    say(ask(folder, "keys_show", {"body": body}), as_json, _history)


def _asked(
    add_heads: list[Path] | None, remove_heads: list[str] | None, threshold: int | None, compromised_since: str
) -> JsonObject:
    return {
        "add_heads": read_head_keys(add_heads or [])["heads"],
        "remove_heads": [*(remove_heads or [])],
        "threshold": threshold or 0,
        "compromised_since": compromised_since,
    }


def _drafted(answer: JsonObject) -> Iterator[str]:
    yield from draft_lines(answer)
    yield f"Wrote the draft to {answer['file']}. Next, each head: entente keys sign {answer['file']} --key head-….pem"


def _changed(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['code'])} signs with version {answer['version']} of its keys from now on."
    yield from fields(
        [
            ("node key", plain(answer["node"])),
            ("sealing key", plain(answer["sealing"])),
            ("told", f"{answer['told']} bodies; see «entente body keys show»"),
            ("in doubt since", when(answer["compromised_since"])),
        ]
    )


def _history(answer: JsonObject) -> Iterator[str]:
    yield f"Keys of {plain(answer['code'])}"
    for one in items(answer, "versions"):
        yield f"version {one['version']}{'  (in force)' if one['is_current'] else ''}"
        heads = texts(one, "heads")
        yield from fields(
            [
                ("  from", when(one["valid_from"])),
                ("  until", when(one["valid_until"])),
                ("  heads", f"{one['threshold']} of {len(heads)} sign: {', '.join(heads)}"),
                ("  node key", plain(one["node"])),
                ("  sealing key", plain(one["sealing"])),
                ("  compromised since", when(one["compromised_since"])),
                ("  known to", ", ".join(texts(one, "known_to"))),
                ("  not yet known to", ", ".join(texts(one, "not_known_to"))),
            ]
        )
