"""Whether a body may hold a copy, asked of the gate on both sides with the same question (R8).

A copy is judged without one officer's purpose: the body may hold it if at least one purpose and crime area of its class would
let the body see it under the class's own instrument. What its officers may do with it, its own node asks each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from entente.agreements.model import Instrument, Right
from entente.disclosure.model import DisclosureClass, DisclosureRequest, Reader, Situation, Verdict
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, FactDates
from entente.kernel.ids import BodyId, RecordId
from entente.records.model import Record, Sight
from entente.records.ports import RecordsUnit
from entente.records.rules import extract, is_live, without_links


def copy_verdict(
    cls: DisclosureClass, holder: BodyId, situation: Situation, now: datetime, dates: FactDates | None = None
) -> Verdict:
    """Return the gate's verdict on a body holding a copy of this class, as the source's node asks it (R8).

    Of those that refuse, the one that lets the body go furthest. The dates are those of one record, where one is judged.
    """
    return _furthest(_questions(cls, holder, dates), replace(situation, own_body=cls.source), now)


def forward_verdict(
    cls: DisclosureClass, by: BodyId, to: BodyId, record: RecordId, situation: Situation, now: datetime
) -> Verdict:
    """Return the gate's verdict on a body passing another's copy on, as the source's node asks it (R8).

    By the source's leave, where its handling code asks for one.
    """
    reader = Reader(by)
    questions = (
        DisclosureRequest(
            reader,
            DisclosureAct.FORWARD,
            Right.COPY,
            purpose,
            area,
            cls,
            cls.instrument,
            recipient=to,
            record=record,
        )
        for purpose, area in pairs_of(cls)
    )
    return _furthest(questions, replace(situation, own_body=cls.source), now)


def _furthest(questions: Iterable[DisclosureRequest], situation: Situation, now: datetime) -> Verdict:
    """Return the first verdict that allows; of those that all refuse, the first that lets the body go furthest.

    The gate is not asked on after a yes: a class has up to some fifty pairs of purpose and area, and each copy asks for each.
    """
    refused: list[Verdict] = []
    for question in questions:
        verdict = judge(question, situation, now)
        if verdict.decision.allowed:
            return verdict
        refused.append(verdict)
    return max(refused, key=height)


def _questions(cls: DisclosureClass, holder: BodyId, dates: FactDates | None) -> Iterator[DisclosureRequest]:
    reader = Reader(holder)
    for purpose, area in pairs_of(cls):
        yield DisclosureRequest(reader, DisclosureAct.SEE, Right.COPY, purpose, area, cls, cls.instrument, dates=dates)


def pairs_of(cls: DisclosureClass) -> Iterator[tuple[str, str]]:
    """Yield each purpose of a class with each of its crime areas."""
    # A class without purposes or areas is asked about once with none, so that the gate says why it refuses.
    for purpose in sorted(cls.purposes) or [""]:
        for area in sorted(cls.crime_areas) or [""]:
            yield purpose, area


@dataclass(slots=True)
class Copies:
    """The verdicts within one transaction, each class and holder asked once."""

    unit: RecordsUnit
    situation: Situation
    now: datetime
    _known: dict[tuple[DisclosureClass, BodyId], Verdict] = field(default_factory=dict)

    def may_hold(self, cls: DisclosureClass, holder: BodyId) -> bool:
        """Say whether a body may hold a copy of this class."""
        return self._verdict(cls, holder).decision.allowed

    def extract_for(self, record: Record, holder: BodyId) -> Record | None:
        """Return what a body may hold of a record; None when nothing, or when the record is past its retention."""
        if not is_live(record.retention.erase_on, None, self.now.date()):
            return None
        visible = frozenset(place for place, cls in enumerate(record.terms) if self.may_hold(cls, holder))
        found = extract(record, visible)
        return None if found is None else self.with_known_ends(found, holder)

    def with_known_ends(self, record: Record, holder: BodyId) -> Record:
        """Return the record without the links whose far end the body may not know of (R5)."""
        ends = {link.to for link in record.links}
        return without_links(record, frozenset(end for end in ends if not self._may_know(end, holder)))

    def _may_know(self, end: RecordId, holder: BodyId) -> bool:
        """Say whether a body may know of a record; one that was never here is its source's to hide."""
        if self.unit.records.withdrawal(end) is not None or self.unit.erasures.tombstone(end) is not None:
            return False
        stored = self.unit.records.get(end)
        if stored is None:
            return True
        if not is_live(stored.record.retention.erase_on, stored.gone_at, self.now.date()):
            return False
        return stored.record.source == holder or any(
            self._verdict(cls, holder).ceiling is not None for cls in stored.record.terms
        )

    def _verdict(self, cls: DisclosureClass, holder: BodyId) -> Verdict:
        key = (cls, holder)
        if key not in self._known:
            self._known[key] = copy_verdict(cls, holder, self.situation, self.now)
        return self._known[key]

    def parties(self, record: Record) -> frozenset[BodyId]:
        """Return the other parties of the instruments a record is shared under."""
        found: set[BodyId] = set()
        for cls in record.terms:
            in_force = self.situation.instruments.get(cls.instrument) if cls.instrument is not None else None
            if in_force is not None and in_force.is_in_force:
                found |= in_force.parties
        return frozenset(found - {record.source})


def instruments_of(situation: Situation, terms: Iterable[DisclosureClass]) -> tuple[Instrument, ...]:
    """Return the instruments that classes are shared under, as far as they are known here."""
    named = dict.fromkeys(cls.instrument for cls in terms if cls.instrument is not None)
    known = (situation.instruments.get(instrument) for instrument in named)
    return tuple(held.state.instrument for held in known if held is not None)


def height(verdict: Verdict) -> int:
    """Order verdicts by how far up the ladder they let the reader go."""
    return verdict.ceiling.rank if verdict.ceiling is not None else 0


def sight(record: Record, body: BodyId, situation: Situation, now: datetime) -> Sight:
    """Say how far a body may go with a record: the class that lets it go furthest, with the gate's own grounds."""
    best = max((copy_verdict(cls, body, situation, now) for cls in record.terms), key=height)
    return Sight(body, best.ceiling, best.decision)
