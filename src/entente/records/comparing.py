"""What differs between two versions of a record: line by line, both sides beside each other (R58). Pure.

Source: docs/rules/records.md R58.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from entente.disclosure.model import DisclosureClass
from entente.handling.model import Observation
from entente.records.model import Record


class Change(StrEnum):
    """What became of a line from the older version to the newer."""

    SAME = "same"
    ADDED = "added"
    TAKEN_AWAY = "taken_away"
    CHANGED = "changed"


class Part(StrEnum):
    """What of a record a line is."""

    FACT = "fact"
    LINK = "link"
    FILE = "file"
    TERMS = "terms"
    END = "end"


@dataclass(frozen=True, slots=True)
class Side:
    """A line as one version has it."""

    value: str
    """A fact's value, the far end of a link, a file's name, a date."""
    observation: Observation | None = None
    """Of facts and links alone."""
    terms: DisclosureClass | None = None
    """On which terms it stands; none for a date."""
    digest: str = ""
    """Of a file: the SHA-256 of its bytes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the comparison; of `older` and `newer` at least one is there."""

    part: Part
    name: str
    """The property of a fact or link; `review_on` or `erase_on` of an end; empty for a file and for terms."""
    change: Change
    older: Side | None
    newer: Side | None


def differences(older: Record, newer: Record) -> tuple[Difference, ...]:
    """Return every line of two versions, unchanged ones too: facts and links by property, files, terms, ends.

    What both say of a property stands on one line, changed where its terms or observation differ. Of what is left, one value
    against one value is a change; of several nobody can say which became which, so they are taken away and added.
    """
    lines: list[Difference] = []
    for part, name, said_before, said_after in _by_name(older, newer):
        lines += _paired(part, name, said_before, said_after)
    for name in ("review_on", "erase_on"):
        before, after = (Side(getattr(one.retention, name).isoformat()) for one in (older, newer))
        lines.append(_line(Part.END, name, before, after))
    return tuple(lines)


def _by_name(older: Record, newer: Record) -> Iterable[tuple[Part, str, Sequence[Side], Sequence[Side]]]:
    """Yield what both versions say under each name, in the newer version's order, what it does not have any more last."""
    for part in (Part.FACT, Part.LINK, Part.FILE, Part.TERMS):
        before, after = _named(older, part), _named(newer, part)
        for name in dict.fromkeys((*after, *before)):
            yield part, name, before.get(name, ()), after.get(name, ())


def _named(record: Record, part: Part) -> dict[str, list[Side]]:
    found: dict[str, list[Side]] = defaultdict(list)
    if part is Part.FACT:
        for fact in record.facts:
            found[fact.property].append(Side(fact.value, fact.observation, record.terms[fact.terms]))
    elif part is Part.LINK:
        for link in record.links:
            found[link.property].append(Side(link.to, link.observation, record.terms[link.terms]))
    elif part is Part.FILE:
        for blob in record.blobs:
            found[""].append(Side(blob.file_name, None, record.terms[blob.terms], blob.sha256))
    else:
        for cls in record.terms:
            found[""].append(Side("", None, cls))
    return found


def _paired(part: Part, name: str, before: Sequence[Side], after: Sequence[Side]) -> list[Difference]:
    rest, lines = list(before), list[tuple[int, Side | None, Side]]()
    for place, one in enumerate(after):
        held = next((other for other in rest if _is_one(part, other, one)), None)
        if held is not None:
            rest.remove(held)
        lines.append((place, held, one))
    new = [one for _, held, one in lines if held is None]
    if len(rest) == len(new) == 1 and part in {Part.FACT, Part.LINK}:
        lines = [(place, rest[0] if held is None else held, one) for place, held, one in lines]
        rest = []
    return [_line(part, name, held, one) for _, held, one in lines] + [_line(part, name, one, None) for one in rest]


def _is_one(part: Part, one: Side, other: Side) -> bool:
    return _key(part, one) == _key(part, other)


def _key(part: Part, one: Side) -> Hashable:
    return one.terms if part is Part.TERMS else one.value


def _line(part: Part, name: str, older: Side | None, newer: Side | None) -> Difference:
    if older is None or newer is None:
        change = Change.ADDED if older is None else Change.TAKEN_AWAY
    else:
        change = Change.SAME if older == newer else Change.CHANGED
    return Difference(part, name, change, older, newer)
