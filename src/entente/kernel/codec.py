"""Between the frozen dataclasses of the rooms and plain JSON, by their type hints alone.

One strict reader and one writer serve statements, the store and the operator's verbs, so that no room writes parsing by
hand: an unknown field, a missing one, another type, an unknown code, a naive time or a list beyond its bound is Invalid with
the path to the field. What a value means is checked by the dataclass itself when it is made.

Supported: text, integers, booleans, enums, NewTypes, aware datetimes, dates, bytes (base64), tuples of one type (a sequence is
read as one), frozensets, mappings from text, optional values, raw JSON and nested dataclasses.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, NewType, TypeAlias, TypeVar, cast

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time, parse_date, parse_time
from entente.kernel.errors import Invalid
from entente.kernel.signing import decode_bytes, encode_bytes

ITEMS_MAX = 20_000
"""Entries in one list; the largest list of a real instrument is a group of 196 states, of a batch 10,000 records."""
TEXT_CHARACTERS_MAX = 400_000
"""Characters in one text; longer than any instrument's text we know, and within a statement's bytes."""

OMITTED: Mapping[str, bool] = types.MappingProxyType({"omitted": True})
"""Metadata of a dataclass's field that is not written while it has its default: what was signed before there was such a field
keeps its bytes."""

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
    for form, write in ((frozenset | set, _write_set), (Mapping, _write_mapping), (Sequence, _write_many)):
        if issubclass(kind, form):
            return write
    if dataclasses.is_dataclass(kind):
        return _dataclass_writer(kind)
    raise TypeError(f"{kind.__name__} has no JSON form here")


def _dataclass_writer(kind: type) -> Callable[[Any], Json]:
    names = tuple(field.name for field in dataclasses.fields(kind) if not field.metadata.get("omitted"))
    seldom = [(field.name, field.default) for field in dataclasses.fields(kind) if field.metadata.get("omitted")]

    def write(value: object) -> Json:
        document: JsonObject = {
            name: to_json(getattr(value, name)) for name, default in seldom if getattr(value, name) != default
        }
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
    return cast("T", _reader(cast("Any", kind))(value, field))


_Reader: TypeAlias = Callable[[Any, str], object]
"""Reads a value of one type, given the path of its field."""


@functools.cache
def _reader(kind: Any) -> _Reader:  # noqa: ANN401, PLR0911, C901 - one dispatch over type forms
    """Return what reads a type. Found once a type: a batch holds hundreds of headers and results of a few types."""
    if kind is Any:
        return _as_it_is
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _union_reader(typing.get_args(kind))
    if origin in (tuple, frozenset):
        return _many_reader(origin, typing.get_args(kind))
    if origin is Sequence:
        return _many_reader(tuple, (*typing.get_args(kind), Ellipsis))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(typing.get_args(kind)[1])
    if dataclasses.is_dataclass(kind):
        return _object_reader(cast("type", kind))
    if kind is bool or kind is int:
        return functools.partial(_exactly, kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return functools.partial(_read_enum, kind)
    if kind is datetime:
        return lambda value, field: parse_time(_read_text(value, field), field)
    if kind is date:
        return lambda value, field: parse_date(_read_text(value, field), field)
    if kind is bytes:
        return lambda value, field: decode_bytes(_read_text(value, field), field)
    assert kind is str, f"{kind} has no JSON form here"
    return _read_text


def _as_it_is(value: Json, _field: str) -> object:
    return value


def _read_text(value: Json, field: str) -> str:
    text = cast("str", _exactly(str, value, field))
    if len(text) > TEXT_CHARACTERS_MAX:
        raise _wrong(field, f"a text has at most {TEXT_CHARACTERS_MAX} characters")
    return text


def _exactly(kind: type, value: Json, field: str) -> object:
    if type(value) is not kind:
        raise _wrong(field, f"it should be {kind.__name__}, not {type(value).__name__}")
    return value


def _union_reader(kinds: tuple[Any, ...]) -> _Reader:
    if bool in kinds and dict not in kinds and type(None) in kinds and str in kinds:
        # Raw JSON: the alias Json is a union of all forms.
        return _as_it_is
    (only,) = (kind for kind in kinds if kind is not type(None))
    read = _reader(only)
    if type(None) not in kinds:
        return read
    return lambda value, field: None if value is None else read(value, field)


def _many_reader(origin: Any, kinds: tuple[Any, ...]) -> _Reader:  # noqa: ANN401
    readers = [_reader(kind) for kind in kinds if kind is not Ellipsis]
    is_fixed = origin is tuple and kinds[-1] is not Ellipsis

    def read(value: Json, field: str) -> object:
        if not isinstance(value, list):
            raise _wrong(field, "it should be a list")
        if len(value) > ITEMS_MAX:
            raise _wrong(field, f"a list has at most {ITEMS_MAX} entries")
        if is_fixed and len(value) != len(kinds):
            raise _wrong(field, f"it should have {len(kinds)} entries")
        each = readers if is_fixed else itertools.repeat(readers[0], len(value))
        items = [
            reader(item, f"{field}[{place}]") for place, (reader, item) in enumerate(zip(each, value, strict=True))
        ]
        if origin is frozenset and len(set(items)) != len(items):
            raise _wrong(field, "an entry stands in it twice")
        return origin(items)

    return read


def _mapping_reader(kind: Any) -> _Reader:  # noqa: ANN401
    is_raw = kind is typing.Any or isinstance(kind, str | typing.ForwardRef)
    read_one = _as_it_is if is_raw else _reader(kind)

    def read(value: Json, field: str) -> object:
        if not isinstance(value, dict):
            raise _wrong(field, "it should be an object")
        return value if is_raw else {key: read_one(item, f"{field}.{key}") for key, item in value.items()}

    return read


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


def _name(kind: type) -> str:
    return kind.__name__.lstrip("_")


def _object_reader(kind: type) -> _Reader:
    fields = [item for item in dataclasses.fields(kind) if item.init]
    names = {item.name for item in fields}
    required = {
        item.name
        for item in fields
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }
    readers: dict[str, _Reader] = {}

    def read(value: Json, field: str) -> object:
        if not isinstance(value, dict):
            raise _wrong(field, "it should be an object")
        if not value.keys() <= names:
            raise _wrong(f"{field}.{min(value.keys() - names)}", f"{_name(kind)} has no such field")
        if not required <= value.keys():
            raise _wrong(f"{field}.{min(required - value.keys())}", f"{_name(kind)} needs it")
        if not readers:
            # Not before the first is read: a type may hold its own kind.
            readers.update({name: _reader(hint) for name, hint in _hints(kind).items() if name in names})
        return kind(**{name: readers[name](item, f"{field}.{name}") for name, item in value.items()})

    return read


def said_as_clause(error: Invalid) -> str:
    """Return what is wrong with a form, of an error that `from_json` raised, as a part of a sentence: for who says more of it."""
    return error.why.partition(": ")[2].removesuffix(".")


def _wrong(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"Unknown forms are refused rather than guessed: {why}.",
        do="Mend the field and send it again.",
    )
