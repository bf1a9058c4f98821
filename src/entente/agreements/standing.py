"""How our own body stands to an instrument, and whether it may stand otherwise: what each of its own changes asks first.

Source: docs/rules/agreements.md A4 and A5; the grounds themselves are `participation.may_stand`.
"""

from __future__ import annotations

from datetime import datetime

from entente.agreements.channel import members_with_earlier
from entente.agreements.model import InstrumentState, Participation
from entente.agreements.participation import may_stand
from entente.agreements.ports import AgreementsUnit
from entente.handling.model import CodeLists
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, Refused
from entente.kernel.ids import BodyId


def own_stand(state: InstrumentState, own: BodyId) -> Participation:
    """Return how our body stands; raise Conflict where it has not signed."""
    stand = state.participations.get(own)
    if stand is None or own not in state.signatures:
        raise Conflict(
            f"Our body has not signed «{state.instrument.name}».",
            why="Only a party that signed takes part, and can suspend or withdraw (docs/rules/agreements.md A4).",
            do="Sign it first, or do nothing: what was not signed binds nobody.",
        )
    return stand


def require_stand(
    unit: AgreementsUnit,
    state: InstrumentState,
    old: Participation,
    new: Participation,
    now: datetime,
    lists: CodeLists,
) -> None:
    """Raise Refused, with every ground, where our body may not stand so next."""
    members = members_with_earlier(unit, state.instrument, now.date())
    decision = may_stand(state.instrument, members, old, new, lists)
    require(decision, f"How we stand to «{state.instrument.name}» was not changed.")


def require(decision: Decision, what: str) -> None:
    """Raise Refused with the grounds and their remedies where a decision does not allow."""
    if not decision.allowed:
        remedies = [ground.remedy for ground in decision.refusals if ground.remedy]
        raise Refused(
            what, decision=decision, do=" ".join(remedies) or "Change what the grounds name, and draft it again."
        )
