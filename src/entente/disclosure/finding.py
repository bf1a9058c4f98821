"""What one ground of the gate is asked, and what it answers.

A `Case` is one request with what every ground looks up in the situation; a `Finding` is a ground's ceiling on the
ladder of acts (docs/rules/disclosure.md, the ladder) with its sentence. Ceilings are ranks here: 0 for nothing, 1 for
`know`, 5 for `act_on`. Which act a request needs is not a ground's matter: `rules.judge` compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from entente.bodies.succession import predecessors, stands_for
from entente.disclosure.model import DisclosureClass, DisclosureRequest, InForce, Situation
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.decision import Ground
from entente.kernel.ids import BodyId

NOTHING = 0
KNOW = DisclosureAct.KNOW.rank
SEE = DisclosureAct.SEE.rank
FORWARD = DisclosureAct.FORWARD.rank
ACT_ON = DisclosureAct.ACT_ON.rank
LADDER = tuple(DisclosureAct)
"""The acts from the lowest to the highest; the act of rank n is at place n - 1."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request as the grounds read it."""

    request: DisclosureRequest
    situation: Situation
    now: datetime
    cls: DisclosureClass
    lists: CodeLists
    reader: BodyId
    is_own: bool
    """The reader's body is the source: instruments, restrictions and codes bind others (own data)."""
    instrument: InForce | None
    """The class's own instrument, as it stands now; None when it has none or it is unknown here."""

    @classmethod
    def of(cls, request: DisclosureRequest, situation: Situation, now: datetime) -> Case:
        """Look up once what several grounds read."""
        data = request.cls
        reader = request.reader.body
        held = None if data.instrument is None else situation.instruments.get(data.instrument)
        is_own = reader == data.source
        if data.source in situation.successors:
            # The record keeps its source's name; who answers for it, and whom the grounds ask about, is the successor.
            data = replace(data, source=stands_for(data.source, situation.successors))
        return cls(request, situation, now, data, situation.lists, reader, is_own, held)

    def names_of(self, body: BodyId) -> frozenset[BodyId]:
        """Return a body and those in whose place it stands: what was kept from them is kept from it."""
        return predecessors(body, self.situation.successors) | {body}


@dataclass(frozen=True, slots=True)
class Finding:
    """How far up the ladder one ground lets the reader go, and why."""

    ceiling: int
    text: str
    source: str = ""
    remedy: str = ""
    with_leave: int = NOTHING
    """The ceiling if leave for every act counted; only D2 point 9 and D6 ever set it."""

    def as_ground(self, number: str, rank: int) -> Ground:
        """Write it as a ground of the decision on the act of a rank."""
        return Ground(number, self.ceiling >= rank, self.text, self.source, self.remedy)


def nothing(sentences: list[str], *, source: str = "", remedy: str = "") -> Finding:
    """Return a finding that lets the reader do nothing, for every cause given."""
    return Finding(NOTHING, " ".join(sentences), source, remedy)


def listed(codes: frozenset[str]) -> str:
    """Write a set of codes in a stable order."""
    return ", ".join(sorted(codes)) or "none"
