"""What a command asked the node to draft for its heads, and whether the draft says that and nothing else.

The node is asked for a statement in words (a short name, a document, a list of kinds) and hands over bytes. What was typed is
held against those bytes here, in the command's own process; what the bytes say is shown in words before a key touches them.
Ids that only the node's directory gives (which body is XB-NCB) cannot be held against anything here: they are shown.

Source: docs/rules/bodies.md B12.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from entente.cli.output import name, plain
from entente.kernel.canonical import Json, JsonObject

LINES_MAX = 60
"""Lines of a statement shown before it is signed: two screens; a longer text is named by its length."""
TEXT_CHARACTERS_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    kind: str
    """The kind of statement."""
    says: Mapping[str, Json] = field(default_factory=dict)
    """Fields of the content, by their path with dots, and what each holds; a list holds the same entries in any order."""
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields of which one holds what was typed: an instrument is named by its short name or its id."""
    never: Mapping[str, Json] = field(default_factory=dict)
    """Fields and what each must not hold: leaving for good is asked for by its own command alone."""
    holds: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Lists of the content of which exactly one entry says this."""
    lacks: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Lists of the content of which no entry says this."""
    lacks_begun: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Lists of the content of which no entry has a field that begins so."""


def differences(asked: Asked, kind: str, content: JsonObject) -> Iterator[str]:
    """Yield, in words, what a drafted statement says other than what was asked for."""
    if kind != asked.kind:
        yield f"it is a statement «{kind[:40]}» and not «{asked.kind}»"
        return
    for path, wanted in asked.says.items():
        if not _is_same(found := _at(content, path), wanted):
            yield f"its {path} is {_short(found)} and not {_short(wanted)}"
    for typed, paths in asked.named.items():
        if all(_at(content, path) != typed for path in paths):
            yield f"it does not name {typed[:60]}"
    for path, unwanted in asked.never.items():
        if _is_same(_at(content, path), unwanted):
            yield f"its {path} is {_short(unwanted)}"
    yield from _of_lists(asked, content)


def _of_lists(asked: Asked, content: JsonObject) -> Iterator[str]:
    for path, entry in asked.holds.items():
        if len(_entries(content, path, entry)) != 1:
            yield f"its {path} do not hold once what was asked for: {_short(dict(entry))}"
    for path, entry in asked.lacks.items():
        if _entries(content, path, entry):
            yield f"its {path} still hold {_short(dict(entry))}"
    for path, begins in asked.lacks_begun.items():
        listed = _at(content, path)
        for item in listed if isinstance(listed, list) else []:
            if isinstance(item, dict) and any(str(item.get(key)).startswith(text) for key, text in begins.items()):
                yield f"its {path} still hold {_short(item)}"


def in_lines(kind: str, body: str, at: str, content: JsonObject) -> Iterator[str]:
    """Yield what a statement says, field by field, for the person who is about to sign it."""
    yield f"To be signed: {plain(kind)} of {plain(body)}, drafted {plain(at)}"
    lines = list(_lines("", content))
    yield from lines[:LINES_MAX]
    if len(lines) > LINES_MAX:
        yield f"  … and {len(lines) - LINES_MAX} more lines"


def _lines(path: str, value: Json) -> Iterator[str]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _lines(f"{path}.{key}" if path else key, item)
        case list() if any(isinstance(item, dict) for item in value):
            for place, item in enumerate(value, start=1):
                yield from _lines(f"{path}[{place}]", item)
        case None | "" | []:
            return
        case _:
            yield f"  {plain(path)}: {name(_short(value))}"


def _short(value: Json) -> str:
    match value:
        case list():
            text = ", ".join(_short(item) for item in value) or "nothing"
        case dict():
            text = ", ".join(f"{key} {_short(item)}" for key, item in value.items())
        case _:
            text = str(value)
    if len(text) <= TEXT_CHARACTERS_SHOWN:
        return text
    return f"{text[:TEXT_CHARACTERS_SHOWN]}… ({len(text)} characters)"


def _at(content: Json, path: str) -> Json:
    found = content
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _entries(content: JsonObject, path: str, wanted: Mapping[str, Json]) -> list[Json]:
    listed = _at(content, path)
    if not isinstance(listed, list):
        return []
    return [
        item
        for item in listed
        if isinstance(item, dict) and all(_is_same(item.get(key), value) for key, value in wanted.items())
    ]


def _is_same(found: Json, wanted: Json) -> bool:
    if isinstance(found, list) and isinstance(wanted, list):
        return sorted(map(str, found)) == sorted(map(str, wanted))
    return found == wanted
