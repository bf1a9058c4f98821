"""Passphrases and heads' keys, in the command's own process: a head's key never enters the node.

A passphrase comes from --passphrase-file, else from ENTENTE_PASSPHRASE, else from the person at the terminal.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from entente import at_hand
from entente.agreements.statements import AgreementKind
from entente.cli.asked import Asked, differences, in_lines
from entente.identity.service import open_query
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.signing import Signer, decode_bytes
from entente.kernel.statement import from_json

VARIABLE = "ENTENTE_PASSPHRASE"
DRAFTED_KINDS = frozenset({AgreementKind.SIGNATURE, AgreementKind.PARTICIPATION, AgreementKind.MEASURE})
"""What the verbs that end in `_draft` give heads to sign."""
PASSPHRASE_FILE_BYTES_MAX = 16 * 1024
"""Sixteen heads with a kilobyte each."""


def passphrases(labels: Sequence[str], file: Path | None, *, is_new: bool = False) -> tuple[str, ...]:
    """Return one passphrase for each label; a single line of the file, or the variable, serves them all."""
    given = _from_file(file) if file is not None else [text] if (text := os.environ.get(VARIABLE)) else []
    if len(given) == 1:
        return tuple(given * len(labels))
    if given and len(given) != len(labels):
        raise Invalid(
            f"The passphrase file has {len(given)} lines.",
            field="passphrase",
            why=f"It has one line for all, or one for each of {len(labels)}: {', '.join(labels)}.",
            do="Write the passphrases in this order, one a line.",
        )
    if given:
        return tuple(given)
    return tuple(
        typer.prompt(f"Passphrase of {label}", hide_input=True, confirmation_prompt=is_new, err=True)
        for label in labels
    )


def open_head_keys(files: Sequence[Path], passphrase_file: Path | None) -> tuple[Signer, ...]:
    """Open heads' key files with their passphrases; raise Invalid for a wrong one."""
    given = passphrases([file.name for file in files], passphrase_file)
    return tuple(at_hand.head_signer(file, text) for file, text in zip(files, given, strict=True))


def show_draft(draft: JsonObject) -> tuple[str, ...]:
    """Return what a drafted statement says, from its exact bytes."""
    statement = from_json(draft["statement"])
    return tuple(in_lines(statement.kind, statement.body, format_time(statement.at), statement.content))


def sign(draft: JsonObject, signers: Sequence[Signer], asked: Asked) -> JsonObject:
    """Return a drafted statement with the heads' signatures, over exactly the bytes that the node drafted.

    Raises Untrusted for a statement that no command has heads sign, and for one that says other than what was asked: a node
    in others' hands could hand over a change of keys, or a suspension of everything.
    """
    statement = from_json(draft["statement"])
    if statement.kind not in DRAFTED_KINDS:
        raise Untrusted(
            f"The node handed over a statement «{statement.kind[:40]}» for the heads to sign.",
            reason="wrong_kind",
            why="A command has heads sign instruments, participations and measures, and nothing else.",
            do="Sign nothing on this machine until it is known why its node asks for that.",
        )
    if found := tuple(differences(asked, statement.kind, statement.content)):
        raise Untrusted(
            "The node drafted another statement than was asked for.",
            reason="not_what_was_asked",
            why=f"In the draft {'; '.join(found)} (docs/rules/bodies.md B12).",
            do="Sign nothing on this machine until it is known why its node asks for that.",
        )
    for signer in signers:
        statement = statement.with_signature(signer)
    return statement.to_json()


def open_sealed_query(answer: JsonObject, key_file: Path, passphrase_file: Path | None) -> JsonObject:
    """Open a sealed query with the data protection officer's key; what it holds leaves this process on the screen alone."""
    (passphrase,) = passphrases(["data protection officer"], passphrase_file)
    opener = at_hand.data_protection_opener(key_file, passphrase)
    sealed = decode_bytes(str(answer["query_sealed"]), "query_sealed")
    opened = open_query(opener, str(answer["search"]), sealed)
    queries: list[Json] = [to_object(query) for query in opened.queries]
    rows = to_object(opened.rows) if opened.rows is not None else None
    return {"row": answer["row"], "search": answer["search"], "queries": queries, "rows": rows}


def _from_file(file: Path) -> list[str]:
    try:
        data = file.read_bytes()[: PASSPHRASE_FILE_BYTES_MAX + 1]
        lines = [line for line in data.decode("utf-8").splitlines() if line]
    except (OSError, UnicodeDecodeError) as error:
        raise _bad_file(file, str(error)[:120]) from error
    if not lines or len(data) > PASSPHRASE_FILE_BYTES_MAX:
        raise _bad_file(file, f"it is empty or has more than {PASSPHRASE_FILE_BYTES_MAX} bytes")
    return lines


def _bad_file(file: Path, why: str) -> Invalid:
    return Invalid(
        f"The passphrase file {file.name} cannot be read.",
        field="passphrase_file",
        why=f"It is a text file with one passphrase a line: {why}.",
        do="Check the path and its rights; only its owner should be able to read it.",
    )
