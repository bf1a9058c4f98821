"""Drafts of a change of keys, in the command's own process: made, read, signed and merged as files.

A head signs on a machine of his own, without a node and without a line: what a draft says is worked out from its exact bytes
there (bodies.ceremony). Private keys are read from their files, and nothing of them is written anywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from entente import at_hand
from entente.bodies.ceremony import (
    KeysDraft,
    check_heads,
    head_document,
    merge_drafts,
    read_draft,
    read_head,
    sign_draft,
    signed_document,
)
from entente.cli.keys import open_head_keys, passphrases
from entente.cli.output import json_text
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.signing import key_id

DRAFT_BYTES_MAX = 8 * 1024 * 1024
"""A thousand key versions of sixteen heads, all that a body can have said of its keys, with room."""
HEAD_BYTES_MAX = 4 * 1024


def make_head(name: str, place: Path, passphrase_file: Path | None) -> JsonObject:
    """Make a head's key pair as two files in a folder: the private one under a passphrase, the public one to hand over."""
    private, public = place / f"head-{name}.pem", place / f"head-{name}.public"
    if public.exists():
        raise _taken(public)
    (passphrase,) = passphrases([f"head {name}"], passphrase_file, is_new=True)
    head = at_hand.make_head_key(private, name, passphrase)
    _write(public, head_document(head))
    return {"name": name, "private": str(private), "public": str(public), "key_id": key_id(head.key)}


def read_heads(files: Sequence[Path]) -> JsonObject:
    """Return heads' public keys as a verb takes them; raise Invalid naming the file."""
    heads = check_heads(read_head(_read(file, HEAD_BYTES_MAX)) for file in files)
    return {"heads": [head_document(head) for head in heads]}


def write_draft(file: Path, document: JsonObject) -> JsonObject:
    """Write a draft as a new file, and return what it says."""
    _write(file, document)
    return _told(_draft(document), file)


def check_free(file: Path) -> None:
    """Raise Invalid where a file is already: a draft with signatures is never overwritten."""
    if file.exists():
        raise _taken(file)


def show(file: Path) -> JsonObject:
    """Return what the draft in a file says and who signed it."""
    return _told(_draft(_read(file, DRAFT_BYTES_MAX)), file)


def sign_file(file: Path, key_files: Sequence[Path], passphrase_file: Path | None) -> JsonObject:
    """Add heads' signatures to the draft in a file; the file changes in one step, or not at all."""
    document = _read(file, DRAFT_BYTES_MAX)
    signed = sign_draft(_draft(document), open_head_keys(key_files, passphrase_file))
    replace_file(file, signed_document(document, signed))
    return _told(signed, file)


def merged(files: Sequence[Path]) -> JsonObject:
    """Return the statement of a draft with the signatures of all its files; Untrusted while heads are missing."""
    whole = merge_drafts([_draft(_read(file, DRAFT_BYTES_MAX)) for file in files])
    _require_threshold(whole)
    return whole.statement.to_json()


def signed_at_once(
    document: JsonObject, asked: JsonObject, key_files: Sequence[Path], passphrase_file: Path | None
) -> JsonObject:
    """Return the statement of a draft that the node just made, signed by the heads whose key files are at hand.

    `asked` is what the command asked the node for. Raises Untrusted when the draft says anything else.
    """
    read = _draft(document)
    _require_asked(read, asked)
    signed = sign_draft(read, open_head_keys(key_files, passphrase_file))
    _require_threshold(signed)
    return signed.statement.to_json()


def words_of(document: JsonObject) -> tuple[str, ...]:
    """Return what a draft says, worked out from its bytes."""
    return _draft(document).words


def _draft(document: JsonObject) -> KeysDraft:
    return read_draft(document, at_hand.countries())


def _told(read: KeysDraft, file: Path) -> JsonObject:
    return {
        "file": str(file),
        "code": read.body.code,
        "body": read.body.id,
        "version": read.new.version,
        "words": [*read.words],
        "signed_by": [*read.signed_by],
        "missing": read.missing,
    }


def _require_threshold(read: KeysDraft) -> None:
    if not read.missing:
        return
    keys, signed = read.body.current_keys, ", ".join(read.signed_by) or "nobody"
    raise Untrusted(
        f"The draft of {read.body.code} is signed by {signed}; {read.missing} more must sign.",
        reason="below_threshold",
        why=f"{keys.threshold} of {len(keys.root_keys)} heads of version {keys.version} sign (docs/rules/bodies.md B2).",
        do="Have another head sign with «entente keys sign»; the files of several heads are handed in together.",
    )


def _require_asked(read: KeysDraft, asked: JsonObject) -> None:
    """Hold a draft against what the command asked for: a node in others' hands could put its own heads in."""
    old, new = read.body.current_keys, read.new
    removed, heads = asked["remove_heads"], asked["add_heads"]
    assert isinstance(removed, list), "the heads who leave are a list"
    assert isinstance(heads, list), "the heads who come are a list"
    added = [read_head(head).key for head in heads if isinstance(head, dict)]
    wanted = {*(key for key in old.root_keys if key_id(key) not in removed), *added}
    threshold = asked["threshold"] or old.threshold
    given = str(asked["compromised_since"])
    since = parse_time(given, "compromised_since") if given else None
    wrong = {
        "its heads are not those asked for": set(new.root_keys) != wanted,
        f"it asks for {new.threshold} heads and not for {threshold}": new.threshold != threshold,
        f"the compromise it declares is since {new.compromised_since}": new.compromised_since != since,
    }
    if found := [why for why, is_wrong in wrong.items() if is_wrong]:
        raise Untrusted(
            "The node drafted another change of keys than was asked for.",
            reason="not_what_was_asked",
            why=f"In the draft {'; '.join(found)} (docs/rules/bodies.md B12).",
            do="Sign nothing on this machine until it is known why its node asks for that.",
        )


def _read(file: Path, most: int) -> JsonObject:
    try:
        with file.open("rb") as opened:
            data = opened.read(most + 1)
        document = json.loads(data) if len(data) <= most else None
    except (OSError, ValueError, RecursionError) as error:
        raise _bad(file, f"it cannot be read as JSON in UTF-8: {str(error)[:120]}") from error
    if not isinstance(document, dict):
        raise _bad(file, f"it is a JSON object of at most {most} bytes")
    return document


def _write(file: Path, document: JsonObject) -> None:
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(json_text(document) + "\n")
    except FileExistsError as error:
        raise _taken(file) from error
    except OSError as error:
        raise _bad(file, f"writing it says: {error.strerror}") from error


def replace_file(file: Path, document: JsonObject) -> None:
    """Write a file anew in one step, or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as opened:
            opened.write(json_text(document) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except OSError as error:
        raise _bad(file, f"writing it says: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _taken(file: Path) -> Invalid:
    return Invalid(
        f"There is a file {file.name} already.",
        field="out",
        why="A key or a draft that heads may have signed is never overwritten.",
        do="Name another file, or move that one away.",
    )


def _bad(file: Path, why: str) -> Invalid:
    return Invalid(
        f"The file {file.name} is not what it should be.",
        field=file.name,
        why=f"Drafts and heads' public keys are files that «entente» wrote: {why}.",
        do="Take the file again from where it was made.",
    )
