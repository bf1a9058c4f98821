"""Which record an officer means who has a hit or a number in hand, and not a record's id (M19).

The source is asked about one record by its id, as ever, and never about a number: a number is looked for among the copies that
this officer may see here, by a search like any other, and a hit names its record itself.

Source: docs/rules/correspondence.md M19; DESIGN section 2 (right `consult`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.correspondence.ports import CorrespondenceUnit
from entente.identity.model import Candidate
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import BodyId, InstrumentId, RecordId


@dataclass(frozen=True, slots=True)
class Pointed:
    """A record of another body, with what is known here of how it may be asked for."""

    record: RecordId
    kind: str
    """Empty where no copy of it is here."""
    instrument: InstrumentId | None


def by_number(candidates: Sequence[Candidate], own: BodyId) -> Pointed:
    """Return the one record of another body that a search for a number found.

    Raises NotFound for none, and Conflict for several, since a source is asked about one record.
    """
    others = [one for one in candidates if one.source != own]
    if not others:
        raise NotFound
    if len(others) > 1:
        raise Conflict(
            f"{len(others)} records of other bodies have this number.",
            why="A source is consulted about one record (docs/rules/correspondence.md M19).",
            do=f"Name the one that is meant by its id: {', '.join(one.record for one in others[:5])}.",
        )
    (found,) = others
    return Pointed(found.record, found.kind, found.instrument)


def by_hit(unit: CorrespondenceUnit, hit: str) -> Pointed:
    """Return the record that a hit is about; raise NotFound for a hit that is not here."""
    known = unit.correspondence.hit(hit)
    if known is None:
        raise NotFound
    _, found = known
    stored = unit.records.get(found.record)
    return Pointed(found.record, "" if stored is None else stored.record.kind, found.header.instrument)
