"""Files of statements that heads sign, in the command's own process: shown from their exact bytes, signed, written back.

The desk gives such a file where it drafts a change of how the body stands (docs/rules/agreements.md A12); a head signs it on a
machine of their own, and it goes back the same way. Nothing is asked of a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from entente.agreements.drafts import FILE_KIND, file_of, read_files
from entente.cli.asked import in_lines
from entente.cli.drafts import DRAFT_BYTES_MAX, replace_file
from entente.cli.keys import DRAFTED_KINDS, open_head_keys
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.statement import Statement


def show(file: Path) -> JsonObject:
    """Return what the statements in a file say, and how many signed each."""
    statements = _read(file)
    words: list[Json] = [
        line for one in statements for line in in_lines(one.kind, one.body, format_time(one.at), one.content)
    ]
    return {**_told(statements), "words": words}


def sign_file(file: Path, key_files: Sequence[Path], passphrase_file: Path | None) -> JsonObject:
    """Add heads' signatures to every statement in a file; the file changes in one step, or not at all."""
    statements = _read(file)
    for signer in open_head_keys(key_files, passphrase_file):
        statements = tuple(one.with_signature(signer) for one in statements)
    replace_file(file, file_of(one.to_json() for one in statements))
    return _told(statements)


def _told(statements: Sequence[Statement]) -> JsonObject:
    fewest = min(statements, key=lambda one: len(one.signatures))
    signed: list[Json] = [one.key_id for one in fewest.signatures]
    return {"statements": len(statements), "signed_by": signed}


def _read(file: Path) -> tuple[Statement, ...]:
    """Read a file; raise Invalid for another one, Untrusted for a statement that no head signs this way."""
    try:
        with file.open("rb") as opened:
            data = opened.read(DRAFT_BYTES_MAX + 1)
        text = data.decode("utf-8") if len(data) <= DRAFT_BYTES_MAX else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The file {file.name} is not what it should be.",
            field=file.name,
            why=f"It is a file «{FILE_KIND}» in UTF-8: {str(error)[:120]}.",
            do="Take the file again from the page that made it.",
        ) from error
    statements = read_files(text)
    if wrong := next((one for one in statements if one.kind not in DRAFTED_KINDS), None):
        raise Untrusted(
            f"The file holds a statement «{wrong.kind[:40]}» for the heads to sign.",
            reason="wrong_kind",
            why="Heads sign instruments, participations and measures this way; a change of keys with «entente keys sign» (B12).",
            do="Sign nothing of this file until it is known who put that into it.",
        )
    return statements
