"""YAML as people write it, read strictly and with the line of every field.

A narrow part of YAML 1.1: mappings with text keys, lists, text, whole decimal numbers, `true`, `false` and `null`. Anchors,
aliases, tags, a key that stands twice, a bare `no`, octal numbers and times of day as numbers are refused, because each has
already meant something else than its writer thought (`country: NO`). Dates stay text; whoever reads them checks them.

Source: docs/rules/agreements.md A2; bounds ours, beside the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import yaml

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.sizes import size_said

DEPTH_MAX = 12
"""Nested lists and mappings; the deepest file of ours has 5."""
NODES_MAX = 60_000
"""Keys and values in one file; the largest list of ours has 2,000."""

# The loader in C gives the same nodes ten times as fast; where it is missing the Python one does the same work.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A document and the line each of its fields stands on."""

    value: JsonObject
    lines: Mapping[str, int]
    """Path, as in `instrument.clauses[2].number`, → line, counted from 1."""

    def line_of(self, path: str) -> int:
        """Return the line of a field, or of the nearest field around it that the file has."""
        while path not in self.lines and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)


def read_marked(data: bytes, root: str, *, bytes_max: int, as_text: frozenset[str] = frozenset()) -> MarkedDocument:
    """Read a document; raise Invalid with the line for anything outside the narrow part of YAML.

    Scalars under a key of `as_text`, and in a list under it, stay text even where they look like a number (clause 1.2).
    """
    if len(data) > bytes_max:
        raise _bad(root, 1, f"it has {size_said(len(data))} where at most {size_said(bytes_max)} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _bad(root, line, f"byte {error.start} is not UTF-8") from error
    try:
        _check_events(text, root)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "a character cannot stand there"
        raise _bad(root, 1 if mark is None else mark.line + 1, f"it is not YAML: {problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise _bad(root, 1, "it does not begin with fields, as in «kind: agreement»")
    lines: dict[str, int] = {}
    return MarkedDocument(cast("JsonObject", _value(node, root, lines, as_text)), lines)


def _check_events(text: str, root: str) -> None:
    # Looked at before anything is built: an alias may unfold to gigabytes, and deep nesting exhausts the stack.
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = _line_of(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _bad(root, line, "it uses an anchor or alias (& or *); write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            raise _bad(root, line, f"it is nested more than {DEPTH_MAX} deep")
        if count > NODES_MAX:
            raise _bad(root, line, f"it has more than {NODES_MAX} values")


def _line_of(place: yaml.Node | yaml.Event) -> int:
    assert place.start_mark is not None, "what was read from text has a place in it"
    return place.start_mark.line + 1


def _value(node: yaml.Node, path: str, lines: dict[str, int], as_text: frozenset[str]) -> Json:
    line = _line_of(node)
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, as_text)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}[{place}]", lines, as_text) for place, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode), "a node is a mapping, a list or a scalar"
    return _scalar(node, path, line)


def _mapping(node: yaml.MappingNode, path: str, lines: dict[str, int], as_text: frozenset[str]) -> JsonObject:
    found: JsonObject = {}
    for key, item in node.value:
        line = _line_of(key)
        if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}merge":
            raise _bad(path, line, "a field's name is a word")
        # A name is taken as it is written, so that the country NO may be a key too.
        name = key.value
        inner = f"{path}.{name}"
        if name in found:
            raise _bad(inner, line, "the field stands twice")
        lines[inner] = line
        if name in as_text and isinstance(item, yaml.ScalarNode):
            found[name] = item.value
        elif name in as_text and isinstance(item, yaml.SequenceNode):
            found[name] = _texts(item, inner, lines, as_text)
        else:
            found[name] = _value(item, inner, lines, as_text)
    return found


def _texts(node: yaml.SequenceNode, path: str, lines: dict[str, int], as_text: frozenset[str]) -> list[Json]:
    lines.setdefault(path, _line_of(node))
    return [
        item.value if isinstance(item, yaml.ScalarNode) else _value(item, f"{path}[{place}]", lines, as_text)
        for place, item in enumerate(node.value)
    ]


def _scalar(node: yaml.ScalarNode, path: str, line: int) -> Json:
    text: str = node.value
    match node.tag.removeprefix(_TAG):
        case "str" | "timestamp":
            return text
        case "null":
            return None
        case "bool" if text in {"true", "false"}:
            return text == "true"
        case "int" if _WHOLE.fullmatch(text):
            return int(text)
    raise _bad(path, line, f"«{text[:40]}» is read differently by different programs; put it in quotes if it is text")


def _bad(field: str, line: int, why: str) -> Invalid:
    return Invalid(
        f"The file cannot be read at line {line} ({field}).",
        field=f"{field}, line {line}",
        why=f"Files are read strictly, so that everybody reads the same: {why}.",
        do="Mend the line in a text editor, save the file as UTF-8, and try again.",
    )
