"""Canonical JSON: the only bytes that are ever signed or hashed.

The form is RFC 8785 (JSON Canonicalization Scheme) narrowed to what two nodes cannot disagree about: no floating-point
numbers, integers within 53 bits, ASCII keys (so that sorting by code point and by UTF-16 unit are the same), no lone
surrogates, no repeated keys. Within that, the standard library's encoder gives RFC 8785's bytes; tests/properties
compares it with a published implementation. Money is an integer of smallest units and a weight an integer of milligrams, so
nothing is lost by having no floats.
"""

from __future__ import annotations

import json
from typing import NoReturn, TypeAlias

from entente.kernel.errors import Invalid

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

INTEGER_MAX = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3)."""

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_bytes(value: Json) -> bytes:
    """Return the canonical bytes of a document, read back once before they are used.

    Raises Invalid for what has no canonical form here.
    """
    data = _encode(value)
    _strict_load(data)
    return data


def parse_canonical(data: bytes) -> JsonObject:
    """Read a document that must be in canonical form already; raise Invalid when one byte differs from it."""
    value = _strict_load(data)
    if not isinstance(value, dict):
        raise _not_canonical("the document is not an object")
    if _encode(value) != data:
        raise _not_canonical("the bytes are not in canonical order or spacing")
    return value


def _encode(value: Json) -> bytes:
    try:
        return _encoder.encode(value).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_canonical(str(error)[:120]) from error


def _strict_load(data: bytes) -> Json:
    try:
        value: Json = json.loads(
            data,
            parse_float=_refuse_float,
            parse_int=_bounded_int,
            parse_constant=_refuse_float,
            object_pairs_hook=_unique_ascii_keys,
        )
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise _not_canonical(str(error)[:120]) from error
    return value


def _refuse_float(text: str) -> NoReturn:
    raise _not_canonical(f"it holds the number {text[:20]}, which is not an integer")


def _bounded_int(text: str) -> int:
    # The length is looked at first: converting a million digits costs more than reading the document.
    if len(text) > len(str(INTEGER_MAX)) + 1 or abs(int(text)) > INTEGER_MAX or text == "-0":
        raise _not_canonical(f"the integer {text[:24]} is outside 53 bits")
    return int(text)


def _unique_ascii_keys(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _not_canonical("a key stands twice in one object")
    for key in found:
        if not key.isascii():
            raise _not_canonical(f"the key «{key[:20]}» is not ASCII")
    return found


def _not_canonical(why: str) -> Invalid:
    return Invalid(
        "The document has no canonical form.",
        field="document",
        why=f"Signed documents are canonical JSON (docs/rules/kernel.md K1); {why}.",
        do="Send integers, text, lists and objects only, with ASCII keys, encoded as RFC 8785 says.",
    )
