"""What a field of a request or an answer may hold: JSON Schema, in the part of it that `check` reads.

A shape is written once, beside the route that has it. The same words stand in the OpenAPI document, refuse a request, and are
held against every answer by the tests. Objects are closed: a field that nobody reads would silently not count.

Source: JSON Schema 2020-12; OpenAPI 3.1.0; docs/rules/api.md P6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid

TEXT_CHARACTERS_MAX: Final = 1_000
"""Of a text whose field has no narrower bound of its own: an address, a reason, the title of a case."""
_SHOWN: Final = 60
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


NEXT: Final[JsonObject] = {
    "type": ["string", "null"],
    "description": "The cursor of the next page; null after the last",
}


def text(help_text: str = "", *, most: int = TEXT_CHARACTERS_MAX, pattern: str = r"\S") -> JsonObject:
    """Return the shape of a text that must hold something."""
    return _told({"type": "string", "minLength": 1, "maxLength": most, "pattern": pattern}, help_text)


def free_text(help_text: str = "", *, most: int = TEXT_CHARACTERS_MAX) -> JsonObject:
    """Return the shape of a text that may be empty."""
    return _told({"type": "string", "maxLength": most}, help_text)


def said(help_text: str = "") -> JsonObject:
    """Return the shape of a text in an answer, which may be empty and is as long as it is."""
    return _told({"type": "string"}, help_text)


def moment(help_text: str = "", *, or_null: bool = False) -> JsonObject:
    """Return the shape of a time in UTC, in an answer."""
    return _told({"type": ["string", "null"] if or_null else "string", "format": "date-time"}, help_text)


def whole(help_text: str = "", *, least: int, most: int, default: int | None = None) -> JsonObject:
    """Return the shape of a whole number within bounds."""
    shape: JsonObject = {"type": "integer", "minimum": least, "maximum": most}
    return _told(shape if default is None else {**shape, "default": default}, help_text)


def number(help_text: str = "", *, or_null: bool = False) -> JsonObject:
    """Return the shape of a whole number in an answer."""
    return _told({"type": ["integer", "null"] if or_null else "integer"}, help_text)


def flag(help_text: str = "", *, or_null: bool = False) -> JsonObject:
    """Return the shape of a yes or no."""
    return _told({"type": ["boolean", "null"] if or_null else "boolean"}, help_text)


def one_of(*codes: str, help_text: str = "") -> JsonObject:
    """Return the shape of a closed list."""
    return _told({"type": "string", "enum": [*codes]}, help_text)


def many(items: JsonObject, help_text: str = "", *, least: int = 0, most: int | None = None) -> JsonObject:
    """Return the shape of a list."""
    shape: JsonObject = {"type": "array", "items": items}
    if least:
        shape["minItems"] = least
    if most is not None:
        shape["maxItems"] = most
    return _told(shape, help_text)


def thing(fields: Mapping[str, JsonObject], *optional: str, help_text: str = "") -> JsonObject:
    """Return the shape of an object with these fields and no others; those not named as optional must be there."""
    required: list[Json] = [name for name in fields if name not in optional]
    shape: JsonObject = {"type": "object", "properties": {**fields}, "additionalProperties": False}
    if required:
        shape["required"] = required
    return _told(shape, help_text)


def anything(help_text: str) -> JsonObject:
    """Return the shape of an object that is described elsewhere."""
    return _told({"type": "object"}, help_text)


def named(component: str) -> JsonObject:
    """Return a reference to a shape that several routes have (api.components)."""
    return {"$ref": f"#/components/schemas/{component}"}


def _told(shape: JsonObject, help_text: str) -> JsonObject:
    return {**shape, "description": help_text} if help_text else shape


def check(shape: JsonObject, value: Json, field: str, components: Mapping[str, JsonObject]) -> None:
    """Hold a value against a shape; raise Invalid naming the first field that differs, as the sender would write it."""
    if "$ref" in shape:
        shape = components[str(shape["$ref"]).rpartition("/")[2]]
    types = shape.get("type")
    wanted = [str(one) for one in types] if isinstance(types, list) else [str(types)] if types else []
    if wanted and not any(_is_type(value, one) for one in wanted):
        raise _differs(field, f"it is of the type {' or '.join(wanted)}")
    match value:
        case str():
            _check_text(shape, value, field)
        case int() if not isinstance(value, bool):
            _check_number(shape, value, field)
        case list():
            _check_list(shape, value, field, components)
        case dict():
            _check_object(shape, value, field, components)


def _is_type(value: Json, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    return isinstance(value, _TYPES[wanted])


def _check_text(shape: JsonObject, value: str, field: str) -> None:
    codes, least, most, pattern = (shape.get(name) for name in ("enum", "minLength", "maxLength", "pattern"))
    if isinstance(codes, list) and value not in codes:
        raise _differs(field, f"it is one of: {', '.join(map(str, codes))}")
    if isinstance(least, int) and len(value) < least:
        raise _differs(field, "it holds something")
    if isinstance(most, int) and len(value) > most:
        raise _differs(field, f"it has at most {most} characters")
    if isinstance(pattern, str) and not _compiled(pattern).search(value):
        raise _differs(field, f"it has the form {pattern}" if pattern != r"\S" else "it holds something")


def _check_number(shape: JsonObject, value: int, field: str) -> None:
    least, most = shape.get("minimum"), shape.get("maximum")
    if (isinstance(least, int) and value < least) or (isinstance(most, int) and value > most):
        raise _differs(field, f"it is from {least} to {most}")


def _check_list(shape: JsonObject, value: list[Json], field: str, components: Mapping[str, JsonObject]) -> None:
    least, most, items = shape.get("minItems"), shape.get("maxItems"), shape.get("items")
    if isinstance(least, int) and len(value) < least:
        raise _differs(field, f"it has at least {least} entries")
    if isinstance(most, int) and len(value) > most:
        raise _differs(field, f"it has at most {most} entries")
    if isinstance(items, dict):
        for place, item in enumerate(value):
            check(items, item, f"{field}[{place}]", components)


def _check_object(shape: JsonObject, value: JsonObject, field: str, components: Mapping[str, JsonObject]) -> None:
    fields, required = shape.get("properties"), shape.get("required")
    if not isinstance(fields, dict):
        return
    start = f"{field}." if field else ""
    for name in required if isinstance(required, list) else ():
        if name not in value:
            raise _differs(f"{start}{name}", "it is needed")
    for name, item in value.items():
        known = fields.get(name)
        if not isinstance(known, dict):
            shown = ascii(name[:_SHOWN])[1:-1]
            raise _differs(f"{start}{shown}", f"nobody reads it; there are: {', '.join(sorted(fields))}")
        check(known, item, f"{start}{name}", components)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _differs(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should." if field else "The request does not hold what it should.",
        field=field or "body",
        why=f"A request is read strictly, and nothing in it is guessed: {why}.",
        do="Send it as the reference of this interface says: GET /api/v1/.",
    )
