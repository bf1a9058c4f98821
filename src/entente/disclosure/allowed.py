"""Allowed sets: for a reader, act, right, purpose and crime area, the classes the gate allows; and their cache.

The set is all that SQL and the index know of the gate. It is computed by asking the gate once per class, never by a
second set of rules, and kept until something it rests on changes: a rise of the governance version, a date in the
situation that passes. New classes are added to a kept set without asking about the old ones again.

Source: docs/rules/disclosure.md, allowed sets and L4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entente.agreements.model import Right
from entente.disclosure.leases import Silence, as_if_heard, by_source, lapsed
from entente.disclosure.model import DisclosureClass, DisclosureRequest, Reader, Situation
from entente.disclosure.ports import ClassStore
from entente.disclosure.rules import decide
from entente.handling.model import DisclosureAct

SETS_MAX = 512
"""Sets kept at once: the roles of one desk times the purposes it works under, several times over; at 1,000 classes a
set is about 64 KiB, so that a full cache stays near 32 MiB."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an allowed set is asked for."""

    reader: Reader
    act: DisclosureAct
    right: Right
    purpose: str
    crime_area: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An allowed set with its gaps, and what they rest on."""

    numbers: frozenset[int]
    silent: tuple[Silence, ...]
    version: int
    class_count: int
    last_number: int
    made_at: datetime
    valid_until: datetime

    def holds(self, version: int, now: datetime) -> bool:
        """Say whether it is still what would be made of the classes it knows."""
        # A clock that stepped back may stand before a date that had passed when the set was made.
        return self.version == version and self.made_at <= now < self.valid_until


def allowed_set(
    reader: Reader,
    act: DisclosureAct,
    right: Right,
    purpose: str,
    crime_area: str,
    classes: Mapping[int, DisclosureClass],
    situation: Situation,
    now: datetime,
) -> frozenset[int]:
    """Return the numbers of the classes with which the reader may do the act; a leave never adds one.

    Source: docs/rules/disclosure.md, allowed sets.
    """
    return frozenset(
        number
        for number, cls in classes.items()
        if decide(
            DisclosureRequest(reader, act, right, purpose, crime_area, cls, cls.instrument), situation, now
        ).allowed
    )


def silences(
    question: Question, classes: Mapping[int, DisclosureClass], situation: Situation, now: datetime
) -> tuple[Silence, ...]:
    """Return what would be in the allowed set if every source had just been heard, by source: the gaps of a list.

    Source: docs/rules/disclosure.md, gaps.
    """
    hidden = lapsed(classes, situation, now)
    if not hidden:
        return ()
    supposed = as_if_heard(hidden, situation, now)
    asked = (question.reader, question.act, question.right, question.purpose, question.crime_area)
    missed = allowed_set(*asked, hidden, supposed, now) - allowed_set(*asked, hidden, situation, now)
    return by_source({number: hidden[number] for number in missed}, situation)


class AllowedSets:
    """Keeps allowed sets. Safe from several threads: the table is replaced whole, and a lost addition is asked anew."""

    def __init__(self) -> None:
        self._kept: dict[Question, Kept] = {}

    def allowed(
        self, question: Question, store: ClassStore, situation: Situation, version: int, now: datetime
    ) -> frozenset[int]:
        """Return the allowed set, from what is kept where that still holds.

        `version` is the governance version read before the situation was built, in the same unit of work; only what is
        committed may be asked about here, because a version that is rolled back is given to another change.
        """
        return self.asked(question, store, situation, version, now).numbers

    def asked(self, question: Question, store: ClassStore, situation: Situation, version: int, now: datetime) -> Kept:
        """Return the allowed set with its gaps (`silences`), with the conditions of `allowed`."""
        kept = self._kept.get(question)
        if kept is not None and not kept.holds(version, now):
            kept = None
        if kept is not None and kept.class_count == store.class_count():
            return kept
        made = _made(question, kept, store.classes(), situation, version, now)
        self._kept = {**_newest(self._kept), question: made}
        return made


def _made(
    question: Question,
    kept: Kept | None,
    classes: Mapping[int, DisclosureClass],
    situation: Situation,
    version: int,
    now: datetime,
) -> Kept:
    """Ask the gate about the classes that the kept set, if there is one, does not know yet."""
    known, last_number = (frozenset[int](), 0) if kept is None else (kept.numbers, kept.last_number)
    fresh = {number: cls for number, cls in classes.items() if number > last_number}
    added = allowed_set(
        question.reader, question.act, question.right, question.purpose, question.crime_area, fresh, situation, now
    )
    gaps, last = silences(question, classes, situation, now), max(fresh, default=last_number)
    return Kept(known | added, gaps, version, len(classes), last, now, situation.valid_until)


def _newest(kept: dict[Question, Kept]) -> dict[Question, Kept]:
    surplus = len(kept) - SETS_MAX + 1
    return kept if surplus <= 0 else dict(list(kept.items())[surplus:])
