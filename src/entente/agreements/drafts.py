"""What heads sign, as a file: drafts that the node made, taken to the heads, and handed in with their signatures.

Heads sign where their keys are, one after the other in one file or each in a copy; copies are brought together here. What a
statement says, and whether enough of the right heads signed it, is judged where it is handed in (`service.submit_all`).

Source: docs/rules/agreements.md A4 and A12; docs/decisions/0091-a-draft-goes-out-as-a-file-and-comes-back-signed.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.signing import Signature
from entente.kernel.statement import Statement, from_json

FILE_KIND = "entente statements to sign"
"""What such a file calls itself, so that another one is not taken for it."""


def file_of(statements: Iterable[JsonObject]) -> JsonObject:
    """Return the file of some drafted statements."""
    return {"file": FILE_KIND, "statements": [*statements]}


def read_files(text: str) -> tuple[Statement, ...]:
    """Return the statements of one or several such files, one after the other, each once with all its signatures.

    Raises Invalid, naming `signed`, for anything else. No signature is verified.
    """
    return _brought_together(_read(text))


def read_named_files(files: Iterable[tuple[str, bytes]]) -> tuple[Statement, ...]:
    """Return the statements of some files, each with what it is called, as `read_files` does.

    Raises Invalid, naming `signed_files` and each file that is none, with what is wrong with it.
    """
    found: list[Statement] = []
    wrong: list[tuple[str, str]] = []
    for name, data in files:
        try:
            found.extend(_read(data.decode("utf-8-sig")))
        except UnicodeDecodeError:
            wrong.append((name, "it is not UTF-8"))
        except Invalid as error:
            wrong.append((name, error.why.partition(": ")[2].removesuffix(".")))
    if wrong:
        raise Invalid(
            "A file was not taken, and so none was.",
            field="signed_files",
            why=_comes_back("; ".join(f"«{name}»: {why}" for name, why in wrong)),
            do="Choose the files again, and in place of these the whole files that the heads signed.",
        )
    return _brought_together(found)


def _read(text: str) -> Iterator[Statement]:
    for document in _documents(text):
        yield from (from_json(item) for item in _statements(document))


def _brought_together(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return each statement once with all signatures under it; as many copies as there may be cost no more than their bytes."""
    found: dict[bytes, Statement] = {}
    signatures: dict[bytes, dict[Signature, None]] = {}
    for one in statements:
        found.setdefault(one.signed, one)
        signatures.setdefault(one.signed, {}).update(dict.fromkeys(one.signatures))
    return tuple(replace(one, signatures=tuple(signatures[signed])) for signed, one in found.items())


def _documents(text: str) -> Iterator[Json]:
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise _no_file("it is no JSON") from error
        yield document
    if not text.strip():
        raise _no_file("it is empty")


def _statements(document: Json) -> Iterator[Json]:
    if isinstance(document, dict) and set(document) == {"signed", "signatures"}:
        yield document
        return
    if not isinstance(document, dict) or document.get("file") != FILE_KIND:
        raise _no_file(f"its «file» is not «{FILE_KIND}»")
    listed = document.get("statements")
    if not isinstance(listed, list) or not listed:
        raise _no_file("it holds no statements")
    yield from listed


def _comes_back(why: str) -> str:
    return f"What heads signed comes back as the file that went out to them, with signatures in it: {why}."


def _no_file(why: str) -> Invalid:
    return Invalid(
        "This is no file of signed statements.",
        field="signed",
        why=_comes_back(why),
        do="Take the whole file that the heads signed, or several copies of it one after the other.",
    )
