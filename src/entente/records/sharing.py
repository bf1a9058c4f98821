"""Whether a body may hold a copy, asked of the gate on both sides with the same question (R8).

A copy is judged without one officer's purpose: the body may hold it if at least one purpose and crime area of its class would
let the body see it under the class's own instrument. What its officers may do with it, its own node asks each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from entente.agreements.model import Right
from entente.disclosure.model import DisclosureClass, DisclosureRequest, Reader, Situation, Verdict
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct
from entente.kernel.ids import BodyId
from entente.records.model import Record, Sight
from entente.records.rules import extract


def copy_verdict(cls: DisclosureClass, holder: BodyId, situation: Situation, now: datetime) -> Verdict:
    """Return the gate's verdict on a body holding a copy of this class, as the source's node asks it (R8)."""
    asked = replace(situation, own_body=cls.source)
    verdicts = [judge(request, asked, now) for request in _questions(cls, holder)]
    return next((verdict for verdict in verdicts if verdict.decision.allowed), verdicts[-1])


def _questions(cls: DisclosureClass, holder: BodyId) -> Iterator[DisclosureRequest]:
    # A class without purposes or areas is asked about once with none, so that the gate says why it refuses.
    for purpose in sorted(cls.purposes) or [""]:
        for area in sorted(cls.crime_areas) or [""]:
            yield DisclosureRequest(Reader(holder), DisclosureAct.SEE, Right.COPY, purpose, area, cls, cls.instrument)


@dataclass(slots=True)
class Copies:
    """The verdicts within one transaction, each class and holder asked once."""

    situation: Situation
    now: datetime
    _known: dict[tuple[DisclosureClass, BodyId], bool] = field(default_factory=dict)

    def may_hold(self, cls: DisclosureClass, holder: BodyId) -> bool:
        """Say whether a body may hold a copy of this class."""
        key = (cls, holder)
        if key not in self._known:
            self._known[key] = copy_verdict(cls, holder, self.situation, self.now).decision.allowed
        return self._known[key]

    def extract_for(self, record: Record, holder: BodyId) -> Record | None:
        """Return what a body may hold of a record; None when nothing."""
        visible = frozenset(place for place, cls in enumerate(record.terms) if self.may_hold(cls, holder))
        return extract(record, visible)

    def parties(self, record: Record) -> frozenset[BodyId]:
        """Return the other parties of the instruments a record is shared under."""
        found: set[BodyId] = set()
        for cls in record.terms:
            in_force = self.situation.instruments.get(cls.instrument) if cls.instrument is not None else None
            if in_force is not None and in_force.is_in_force:
                found |= in_force.parties
        return frozenset(found - {record.source})


def height(verdict: Verdict) -> int:
    """Order verdicts by how far up the ladder they let the reader go."""
    return verdict.ceiling.rank if verdict.ceiling is not None else 0


def sight(record: Record, body: BodyId, situation: Situation, now: datetime) -> Sight:
    """Say how far a body may go with a record: the class that lets it go furthest, with the gate's own grounds."""
    best = max((copy_verdict(cls, body, situation, now) for cls in record.terms), key=height)
    return Sight(body, best.ceiling, best.decision)
