"""The gate as the other rooms ask it: with the situation of this node, inside or outside a unit of work of theirs.

Refusals become the two answers of DESIGN section 5: NotFound where even knowing is refused, in the same words as for
nothing, and Refused with its grounds otherwise. The row in the trail is written by the room whose act it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from entente.agreements.model import Right
from entente.disclosure.allowed import AllowedSets, Question, allowed_set, silences
from entente.disclosure.leases import Silence
from entente.disclosure.model import DisclosureRequest, Reader, Situation, Verdict
from entente.disclosure.ports import DisclosureUnit
from entente.disclosure.rules import judge
from entente.disclosure.situation import build_situation
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.clock import Clock
from entente.kernel.decision import Decision
from entente.kernel.errors import NotFound, Refused

ASK_FOR_LEAVE = "Ask the source for leave."


@dataclass(frozen=True, slots=True)
class _Known:
    situation: Situation
    version: int
    made_at: datetime
    unit: DisclosureUnit | None = None
    """The open unit of work it was read in; None for what was read from committed data alone."""

    def holds(self, version: int, now: datetime) -> bool:
        return self.version == version and self.made_at <= now < self.situation.valid_until


@dataclass(slots=True)
class Disclosure:
    """Asks the gate. Safe from several threads: what it remembers is replaced whole.

    The verbs that open a unit of work themselves (`situation`, `allowed`, `judge`), and `seen`, fill the caches. Those
    with `_in` read the unit they are given, uncommitted changes included, and never fill a cache that outlives it: a
    governance version that is rolled back would be given to another change, and the cache would answer for what never
    happened.
    """

    open_unit: Callable[[], DisclosureUnit]
    clock: Clock
    lists: CodeLists
    _committed: _Known | None = field(default=None, init=False)
    _open: _Known | None = field(default=None, init=False)
    _sets: AllowedSets = field(default_factory=AllowedSets, init=False)

    def situation(self) -> Situation:
        """Return the situation as of now, read anew only when something in it changed."""
        with self.open_unit() as unit:
            return self._committed_in(unit, self.clock.now()).situation

    def judge(self, request: DisclosureRequest) -> Verdict:
        """Ask the gate, on committed data."""
        now = self.clock.now()
        with self.open_unit() as unit:
            known = self._committed_in(unit, now)
        return judge(request, known.situation, now)

    def situation_in(self, unit: DisclosureUnit) -> Situation:
        """Return the situation inside an open unit of work, for a use case that asks about many classes at once."""
        return self._known_in(unit, self.clock.now()).situation

    def judge_in(self, unit: DisclosureUnit, request: DisclosureRequest) -> Verdict:
        """Ask the gate inside an open unit of work, so that the answer and the act stand in one transaction."""
        now = self.clock.now()
        return judge(request, self._known_in(unit, now).situation, now)

    def allowed(
        self, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> frozenset[int]:
        """Return the numbers of the classes with which a reader may do an act, on committed data."""
        with self.open_unit() as unit:
            return self.seen(unit, reader, act, right, purpose, crime_area)[0]

    def allowed_in(
        self,
        unit: DisclosureUnit,
        reader: Reader,
        act: DisclosureAct,
        right: Right,
        purpose: str,
        crime_area: str,
    ) -> frozenset[int]:
        """Return the allowed set inside an open unit of work; classes made in it included."""
        now = self.clock.now()
        known = self._known_in(unit, now)
        return allowed_set(reader, act, right, purpose, crime_area, unit.classes.classes(), known.situation, now)

    def seen(
        self, view: DisclosureUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[frozenset[int], tuple[Silence, ...]]:
        """Return the allowed set and its gaps as of a view of the caller's, which holds committed data alone; remembered.

        The gaps: what a reader misses because sources are silent.
        """
        now = self.clock.now()
        question = Question(reader, act, right, purpose, crime_area)
        known = self._committed_in(view, now)
        kept = self._sets.asked(question, view.classes, known.situation, known.version, now)
        return kept.numbers, kept.silent

    def silences_in(
        self, unit: DisclosureUnit, reader: Reader, act: DisclosureAct, right: Right, purpose: str, crime_area: str
    ) -> tuple[Silence, ...]:
        """Return the gaps of `allowed_in`: what the reader misses because sources are silent."""
        now = self.clock.now()
        question = Question(reader, act, right, purpose, crime_area)
        return silences(question, unit.classes.classes(), self._known_in(unit, now).situation, now)

    def _committed_in(self, unit: DisclosureUnit, now: datetime) -> _Known:
        """Read a unit that holds nothing uncommitted: one that this service opened itself, or a view."""
        # The version is read before the rest: what changes in between is then read twice, never missed.
        version = unit.classes.governance_version()
        known = self._committed
        if known is None or not known.holds(version, now):
            known = _Known(build_situation(unit, self.lists, now), version, now)
            self._committed = known
        return known

    def _known_in(self, unit: DisclosureUnit, now: datetime) -> _Known:
        """Read a unit that another use case opened, from what is known of the same version where that holds."""
        version = unit.classes.governance_version()
        for known in (self._committed, self._open):
            if known is not None and known.unit in {None, unit} and known.holds(version, now):
                return known
        if unit.holds_committed_alone():
            # Most units have changed nothing of it: what is committed is read once, and kept for all that follow.
            return self._committed_in(unit, now)
        known = self._open = _Known(build_situation(unit, self.lists, now), version, now, unit)
        return known


def answer(verdict: Verdict, what: str) -> Decision:
    """Return the decision of a verdict that allows.

    Raises NotFound when not even knowing is allowed, and Refused with the grounds otherwise; `what` is the sentence
    that says what was not done.

    Source: docs/rules/disclosure.md, the ladder; DESIGN section 1, promise 7.
    """
    if verdict.decision.allowed:
        return verdict.decision
    if verdict.ceiling is None:
        raise NotFound
    remedies = dict.fromkeys(ground.remedy for ground in verdict.decision.refusals if ground.remedy)
    do = ASK_FOR_LEAVE if verdict.may_ask else " ".join(remedies)
    raise Refused(what, decision=verdict.decision, do=do or "Ask the source what it would allow.")
