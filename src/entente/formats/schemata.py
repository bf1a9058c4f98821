"""The schemata of records, read from the data files that travel with the program.

One file a schema, with FollowTheMoney's names where it has them. A schema inherits the properties of what it extends; the whole
set is closed: what one file names in another stands there, nothing extends itself, an inherited property keeps its type.
The files are ours, so a fault is one of the installation: Misconfigured, with the file.

Source: docs/rules/records.md R2; DESIGN section 6, records.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, cast

import yaml

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Misconfigured
from entente.records.model import Property, PropertyType, Schema, Schemata

# The loader in C reads all files in 30 ms; the Python one takes ten times as long, and the command line starts often.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_OURS = "entente"
"""The origin of what is not FollowTheMoney's."""


@functools.cache
def load_schemata() -> Schemata:
    """Read every schema once; raise Misconfigured, naming the file, when they do not hold together."""
    folder = files("entente.data") / "schemata"
    return read_schemata({file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".yaml")})


def read_schemata(contents: Mapping[str, bytes]) -> Schemata:
    """Make the schemata from the files' bytes, by file name; raise Misconfigured, naming the file."""
    stated = {file.name: file for file in (_SchemaFile.read(name, data) for name, data in sorted(contents.items()))}
    if not stated:
        raise _wrong("schemata", "there is not one file of a schema")
    return {name: _inherit(file, stated) for name, file in stated.items()}


@functools.cache
def own_words() -> frozenset[str]:
    """Return what FollowTheMoney does not have: schemata by name, properties as «Schema.property», inherited ones too."""
    folder = files("entente.data") / "schemata"
    stated = {
        (found := _SchemaFile.read(file.name, file.read_bytes())).name: found
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
    }
    return frozenset(
        word
        for schema in stated.values()
        for word in (
            *((schema.name,) if schema.is_own else ()),
            *(
                f"{schema.name}.{name}"
                for ancestor in _ancestry(schema, stated)
                for name in stated[ancestor].own
                if name in stated[ancestor].own_names or stated[ancestor].is_own
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class _SchemaFile:
    """One file as it stands, before inheritance."""

    file: str
    name: str
    label: str
    is_abstract: bool
    extends: tuple[str, ...]
    caption: tuple[str, ...]
    featured: tuple[str, ...]
    own: Mapping[str, Property]
    is_own: bool
    """Whether the schema is ours and FollowTheMoney does not have it."""
    own_names: frozenset[str]
    """Those of its properties that are ours."""

    @classmethod
    def read(cls, file: str, data: bytes) -> _SchemaFile:
        try:
            fields = yaml.load(data, Loader=_LOADER)  # noqa: S506 - a safe loader, in C where there is one
        except yaml.YAMLError as error:
            raise _wrong(file, f"it is not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from error
        if not isinstance(fields, dict):
            raise _wrong(file, "it does not begin with fields")
        name = _text(file, fields, "name")
        if file != f"{name}.yaml":
            raise _wrong(file, f"it describes «{name}»; a file is named for its schema")
        return cls(
            file,
            name,
            _text(file, fields, "label"),
            _flag(file, fields, "abstract"),
            _texts(file, fields, "extends"),
            _texts(file, fields, "caption"),
            _texts(file, fields, "featured"),
            _properties(file, fields),
            fields.get("origin") == _OURS,
            frozenset(
                str(prop)
                for prop, value in cast("Mapping[str, Any]", fields["properties"]).items()
                if value.get("origin") == _OURS
            ),
        )


def _inherit(schema: _SchemaFile, stated: Mapping[str, _SchemaFile]) -> Schema:
    line = _ancestry(schema, stated)
    known: dict[str, Property] = {}
    for ancestor in reversed(line):
        for name, prop in stated[ancestor].own.items():
            if name in known and known[name].type is not prop.type:
                raise _wrong(schema.file, f"«{name}» has another type than in {ancestor}, which it extends")
            if prop.range and prop.range not in stated:
                raise _wrong(stated[ancestor].file, f"«{name}» links to «{prop.range}», which is no schema")
            known[name] = prop
    for name in (*schema.caption, *schema.featured):
        if name not in known:
            raise _wrong(schema.file, f"«{name}» is shown and is no property of it")
    return Schema(
        schema.name,
        schema.label,
        schema.is_abstract,
        frozenset(line),
        schema.caption,
        schema.featured,
        known,
    )


def _ancestry(schema: _SchemaFile, stated: Mapping[str, _SchemaFile]) -> tuple[str, ...]:
    """Return the schema and everything it extends, itself first; each once."""
    line: dict[str, None] = {}
    waiting = [schema.name]
    while waiting:
        name = waiting.pop(0)
        if name not in stated:
            raise _wrong(schema.file, f"it extends «{name}», which is no schema")
        if name == schema.name and line:
            raise _wrong(schema.file, "it extends itself")
        if name not in line:
            line[name] = None
            waiting.extend(stated[name].extends)
    return tuple(line)


def _properties(file: str, fields: JsonObject) -> Mapping[str, Property]:
    found = fields.get("properties")
    if not isinstance(found, dict):
        raise _wrong(file, "«properties» should be fields")
    return {str(name): _property(file, str(name), value) for name, value in found.items()}


def _property(file: str, name: str, value: object) -> Property:
    if not isinstance(value, dict):
        raise _wrong(file, f"«{name}» should have label, type and meaning")
    kind = value.get("type")
    if kind not in frozenset(PropertyType):
        raise _wrong(file, f"«{name}» is of the type «{kind}», which is none")
    target = value.get("range", "")
    if not isinstance(target, str) or bool(target) is not (kind == PropertyType.ENTITY):
        raise _wrong(file, f"«{name}»: a link, and only a link, has a range")
    return Property(name, _text(file, value, "label"), PropertyType(kind), target)


def _text(file: str, fields: JsonObject, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(file, f"«{name}» should be text")
    return value


def _flag(file: str, fields: JsonObject, name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise _wrong(file, f"«{name}» should be true or false")
    return value


def _texts(file: str, fields: JsonObject, name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(file, f"«{name}» should be a list of words")
    return tuple(cast("list[str]", value))


def _wrong(file: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"The schema file {file} does not hold together.",
        why=f"In {file}, {why}.",
        do="Install the program again; if you changed the schema yourself, mend the file it names.",
    )
