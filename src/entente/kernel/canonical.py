"""Canonical JSON: the only bytes that are ever signed or hashed.

The form is RFC 8785 (JSON Canonicalization Scheme) narrowed to what two nodes cannot disagree about: no floating-point
numbers, integers within 53 bits, ASCII keys (so that sorting by code point and by UTF-16 unit are the same), no lone
surrogates, no repeated keys. Within that, the standard library's encoder gives RFC 8785's bytes; tests/properties
compares it with a published implementation. Money is an integer of smallest units and a weight an integer of milligrams, so
nothing is lost by having no floats.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import NoReturn, TypeAlias

from entente.kernel.errors import Invalid

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

INTEGER_MAX = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3)."""
_INTEGER_CHARACTERS_MAX = len(str(INTEGER_MAX)) + 1

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_bytes(value: Json) -> bytes:
    """Return the canonical bytes of a document, read back once before they are used.

    Raises Invalid for what has no canonical form here.
    """
    data = _encode(value)
    _strict_load(data)
    return data


def canonical_text(value: Json) -> str:
    """Return the canonical text of a value that becomes part of a document by `joined`; raise Invalid where there is none.

    What it is part of is read back whole before it is signed (kernel.statement), so the part alone is not.
    """
    try:
        return _encoder.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_canonical(str(error)[:120]) from error


@functools.lru_cache(maxsize=4_096)
def quoted(text: str) -> str:
    """Return the canonical text of a name that stands in thousands of documents: a kind, a body, a property, a moment."""
    return canonical_text(text)


def joined(members: Mapping[str, str]) -> str:
    """Return the canonical text of an object from the canonical texts of its members.

    What thousands of documents share is so written once. The names are field names: ASCII, with nothing to escape.
    """
    return "{" + ",".join([f'"{name}":{members[name]}' for name in sorted(members)]) + "}"


def read_back(text: str) -> JsonObject:
    """Return the object a joined text holds; raise Invalid when it does not read back, or holds half a character.

    The members were canonical texts of typed values and `joined` put them in order, so that keys and spelling are not
    judged again here; whoever takes the statement in judges every byte (`parse_canonical`).
    """
    bytes_of(text)
    try:
        value = _plain_decoder.decode(text)
    except (RecursionError, json.JSONDecodeError) as error:
        raise _not_canonical(str(error)[:120]) from error
    assert isinstance(value, dict), "joined makes objects"
    return value


def bytes_of(text: str) -> bytes:
    """Return the bytes of a joined text; raise Invalid where it holds half a character."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _not_canonical(str(error)[:120]) from error


def parse_canonical(data: bytes) -> JsonObject:
    """Read a document that must be in canonical form already; raise Invalid when one byte differs from it."""
    value = _strict_load(data)
    if not isinstance(value, dict):
        raise _not_canonical("the document is not an object")
    if _encode(value) != data:
        raise _not_canonical("the bytes are not in canonical order or spacing")
    return value


def parse_document(data: bytes) -> JsonObject:
    """Read a document written for people, in any order and spacing; raise Invalid where it has no canonical form at all."""
    value = _strict_load(data)
    if not isinstance(value, dict):
        raise _not_canonical("the document is not an object")
    _encode(value)
    return value


def _encode(value: Json) -> bytes:
    try:
        return _encoder.encode(value).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_canonical(str(error)[:120]) from error


def _strict_load(data: bytes) -> Json:
    try:
        value: Json = _decoder.decode(data.decode("utf-8"))
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise _not_canonical(str(error)[:120]) from error
    return value


def _refuse_float(text: str) -> NoReturn:
    raise _not_canonical(f"it holds the number {text[:20]}, which is not an integer")


def _bounded_int(text: str) -> int:
    # The length is looked at first: converting a million digits costs more than reading the document.
    if len(text) > _INTEGER_CHARACTERS_MAX or text == "-0":
        raise _out_of_bounds(text)
    value = int(text)
    if not -INTEGER_MAX <= value <= INTEGER_MAX:
        raise _out_of_bounds(text)
    return value


def _out_of_bounds(text: str) -> Invalid:
    return _not_canonical(f"the integer {text[:24]} is outside 53 bits")


def _unique_ascii_keys(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _not_canonical("a key stands twice in one object")
    if not "".join(found).isascii():
        strange = next(key for key in found if not key.isascii())
        raise _not_canonical(f"the key «{strange[:20]}» is not ASCII")
    return found


def _not_canonical(why: str) -> Invalid:
    return Invalid(
        "The document has no canonical form.",
        field="document",
        why=f"Signed documents are canonical JSON (docs/rules/kernel.md K1): {why}.",
        do="Send integers, text, lists and objects only, with ASCII keys, encoded as RFC 8785 says.",
    )


_plain_decoder = json.JSONDecoder(parse_float=_refuse_float, parse_constant=_refuse_float)

# One reader for every document: making it anew costs as much as reading a short one.
_decoder = json.JSONDecoder(
    parse_float=_refuse_float,
    parse_int=_bounded_int,
    parse_constant=_refuse_float,
    object_pairs_hook=_unique_ascii_keys,
)
