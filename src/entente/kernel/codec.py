"""Between the frozen dataclasses of the rooms and plain JSON, by their type hints alone.

One strict reader and one writer serve statements, the store and the operator's verbs, so that no room writes parsing by
hand: an unknown field, a missing one, another type, an unknown code, a naive time or a list beyond its bound is Invalid with
the path to the field. What a value means is checked by the dataclass itself when it is made.

Supported: text, integers, booleans, enums, NewTypes, aware datetimes, dates, bytes (base64), tuples of one type, frozensets,
mappings from text, optional values, raw JSON and nested dataclasses.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, NewType, TypeVar, cast

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time, parse_date, parse_time
from entente.kernel.errors import Invalid
from entente.kernel.signing import decode_bytes, encode_bytes

ITEMS_MAX = 20_000
"""Entries in one list; the largest list of a real instrument is a group of 196 states, of a batch 10,000 records."""
TEXT_CHARACTERS_MAX = 400_000
"""Characters in one text; longer than any instrument's text we know, and within a statement's bytes."""

T = TypeVar("T")


def to_json(value: object) -> Json:
    """Write a value as JSON. Sets are sorted, so that equal values give equal bytes."""
    kind = type(value)
    # Found once a type: an import writes millions of values of a few types.
    if (write := _writers.get(kind)) is None:
        write = _writers[kind] = _writer(kind)
    return write(value)


_writers: dict[type, Callable[[Any], Json]] = {}


def _same(value: Any) -> Json:  # noqa: ANN401 - what is JSON already
    return cast("Json", value)


def _write_many(value: Iterable[object]) -> Json:
    return [to_json(item) for item in value]


def _write_set(value: Iterable[object]) -> Json:
    return cast("Json", sorted((to_json(item) for item in value), key=str))


def _write_mapping(value: Mapping[object, object]) -> Json:
    return {str(key): to_json(item) for key, item in value.items()}


def _write_enum(value: Enum) -> Json:
    return cast("Json", value.value)


def _writer(kind: type) -> Callable[[Any], Json]:
    if issubclass(kind, Enum):
        return _write_enum
    if issubclass(kind, types.NoneType | bool | int | str):
        return _same
    if issubclass(kind, date):
        return format_time if issubclass(kind, datetime) else date.isoformat
    if issubclass(kind, bytes):
        return encode_bytes
    for form, write in ((frozenset | set, _write_set), (tuple | list, _write_many), (Mapping, _write_mapping)):
        if issubclass(kind, form):
            return write
    if dataclasses.is_dataclass(kind):
        return _dataclass_writer(kind)
    raise TypeError(f"{kind.__name__} has no JSON form here")


def _dataclass_writer(kind: type) -> Callable[[Any], Json]:
    names = tuple(field.name for field in dataclasses.fields(kind))

    def write(value: object) -> Json:
        document: JsonObject = {}
        for name in names:
            held = getattr(value, name)
            # Text is most of what is written and stands for itself; all else goes by its type.
            document[name] = held if type(held) is str else to_json(held)
        return document

    return write


def to_object(value: object) -> JsonObject:
    """Write a dataclass as a JSON object."""
    document = to_json(value)
    assert isinstance(document, dict), "only dataclasses and mappings have an object form"
    return document


def from_json(kind: type[T], value: Json, field: str = "document") -> T:
    """Read a value of a type; raise Invalid, naming the path of the field, for anything that is not exactly it."""
    return cast("T", _read(kind, value, field))


def _read(kind: Any, value: Json, field: str) -> object:  # noqa: ANN401, PLR0911, C901 - one dispatch over type forms
    if kind is Any:
        return value
    if isinstance(kind, NewType):
        return _read(kind.__supertype__, value, field)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(typing.get_args(kind), value, field)
    if origin in (tuple, frozenset):
        return _read_many(origin, typing.get_args(kind), value, field)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(typing.get_args(kind)[1], value, field)
    if dataclasses.is_dataclass(kind):
        return _read_object(cast("type", kind), value, field)
    if kind is bool or kind is int:
        return _exactly(kind, value, field)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_enum(kind, value, field)
    text = cast("str", _exactly(str, value, field))
    if len(text) > TEXT_CHARACTERS_MAX:
        raise _wrong(field, f"a text has at most {TEXT_CHARACTERS_MAX} characters")
    if kind is datetime:
        return parse_time(text, field)
    if kind is date:
        return parse_date(text, field)
    if kind is bytes:
        return decode_bytes(text, field)
    assert kind is str, f"{kind} has no JSON form here"
    return text


def _exactly(kind: type, value: Json, field: str) -> object:
    if type(value) is not kind:
        raise _wrong(field, f"it should be {kind.__name__}, not {type(value).__name__}")
    return value


def _read_union(kinds: tuple[Any, ...], value: Json, field: str) -> object:
    if bool in kinds and dict not in kinds and type(None) in kinds and str in kinds:
        # Raw JSON: the alias Json is a union of all forms.
        return value
    if value is None and type(None) in kinds:
        return None
    (only,) = (kind for kind in kinds if kind is not type(None))
    return _read(only, value, field)


def _read_many(origin: Any, kinds: tuple[Any, ...], value: Json, field: str) -> object:  # noqa: ANN401
    if not isinstance(value, list):
        raise _wrong(field, "it should be a list")
    if len(value) > ITEMS_MAX:
        raise _wrong(field, f"a list has at most {ITEMS_MAX} entries")
    if origin is tuple and kinds[-1] is not Ellipsis:
        if len(value) != len(kinds):
            raise _wrong(field, f"it should have {len(kinds)} entries")
        return tuple(
            _read(kind, item, f"{field}[{place}]") for place, (kind, item) in enumerate(zip(kinds, value, strict=True))
        )
    items = [_read(kinds[0], item, f"{field}[{place}]") for place, item in enumerate(value)]
    if origin is frozenset and len(set(items)) != len(items):
        raise _wrong(field, "an entry stands in it twice")
    return origin(items)


def _read_mapping(kind: Any, value: Json, field: str) -> object:  # noqa: ANN401
    if not isinstance(value, dict):
        raise _wrong(field, "it should be an object")
    if kind is typing.Any or isinstance(kind, str | typing.ForwardRef):
        return value
    return {key: _read(kind, item, f"{field}.{key}") for key, item in value.items()}


def _read_enum(kind: type[Enum], value: Json, field: str) -> object:
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(str(member.value) for member in kind)
        raise _wrong(field, f"it should be one of: {known}") from error


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    # The alias Json names itself, and a model that uses only JsonObject has no such name: raw JSON is read as it is.
    return typing.get_type_hints(kind, localns={"Json": Any})


def _read_object(kind: type, value: Json, field: str) -> object:
    if not isinstance(value, dict):
        raise _wrong(field, "it should be an object")
    fields = {item.name: item for item in dataclasses.fields(kind) if item.init}
    if unknown := sorted(set(value) - set(fields)):
        raise _wrong(f"{field}.{unknown[0]}", f"{kind.__name__} has no such field")
    required = {
        name
        for name, item in fields.items()
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }
    if missing := sorted(required - set(value)):
        raise _wrong(f"{field}.{missing[0]}", f"{kind.__name__} needs it")
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], item, f"{field}.{name}") for name, item in value.items()})


def _wrong(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"Unknown forms are refused rather than guessed: {why}.",
        do="Mend the field and send it again.",
    )
