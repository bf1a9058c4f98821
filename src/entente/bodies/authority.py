"""The question that begins every use case of an officer: may they do this verb.

A refusal is itself an act: it is in the trail, committed, before the caller learns of it.

Source: docs/rules/bodies.md B9. What an act was about and what came of it is recorded by the use case itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from entente.bodies.model import Officer
from entente.bodies.ports import BodiesUnit, BodyLists
from entente.bodies.powers import may_act
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Refused
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act, UnitOfWork

Record: TypeAlias = Callable[[UnitOfWork, Act], object]
"""Records an act in the trail, inside the transaction of the act (trail.service.record, bound by app)."""


def authorise(
    unit: BodiesUnit,
    officer: OfficerId,
    verb: str,
    *,
    subject: str,
    now: datetime,
    lists: BodyLists,
    record: Record,
) -> Officer:
    """Return the officer if they may do this verb; else record the refusal, commit it and raise Refused.

    Nothing may have been changed in the unit before, because a refusal commits it.

    Source: docs/rules/bodies.md B9.
    """
    found = unit.bodies.officer(officer)
    decision = may_act(found, verb, now, roles=lists.roles, measures=lists.measures)
    if decision.allowed and found is not None:
        return found
    detail: JsonObject = {"outcome": "refused", "decision": to_object(decision)}
    record(unit, Act(verb, unit.bodies.own().id, officer, subject, detail))
    unit.commit()
    raise Refused(
        f"{officer} did not {verb.replace('_', ' ')}.",
        decision=decision,
        do="Ask an officer whose role may do it, or have a head of the body enter the role.",
    )
