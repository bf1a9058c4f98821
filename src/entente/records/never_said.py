"""What a record of a kind never says: a lost document whose it is, however the property is written.

The list of kinds names it (data/record_kinds.yaml, `never`). A record of ours is refused for it on every way in; one of another
body is taken in as its source says it. Source: docs/rules/records.md R66; docs/decisions/0146.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from entente.handling.model import RecordKind
from entente.kernel.errors import Invalid
from entente.records.ill_formed import ill_formed
from entente.records.model import Record, RecordDraft


def said_though_never(said: RecordDraft | Record, kind: RecordKind, before: Record | None = None) -> Iterator[Invalid]:
    """Yield a fault for each fact or link that says what a record of the kind never says, but for those that stood before."""
    if not kind.never:
        return
    stood = set(_pairs(before)) if before is not None else set()
    for one in _pairs(said):
        if is_never_said(one[0], kind) and one not in stood:
            yield _never_said(one[0], kind.code)


def _pairs(said: RecordDraft | Record) -> Iterator[tuple[str, str]]:
    yield from ((one.property, one.value) for one in said.facts)
    yield from ((one.property, one.to) for one in said.links)


def is_never_said(name: str, kind: RecordKind) -> bool:
    """Say whether a property, or a column of this name, is what a record of a kind never says, however it is written (R66)."""
    return bool(kind.never) and _letters(name) in _never_letters(kind.never)


@functools.cache
def _never_letters(never: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_letters, never))


def _letters(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


def _never_said(name: str, kind: str) -> Invalid:
    return ill_formed(
        name,
        f"a {kind} never says «{name[:40]}»; leave it out (R66)",
        f"a record of kind {kind} does not say whose the thing is (R66)",
        do="Leave it out; of a table, name its column under «ignore». Nothing of the record was kept.",
    )
