"""The one gate: whether a reader may do an act with a disclosure class, under one instrument, now.

Pure and total: reads its arguments only, examines every ground, never raises. The grounds stand in `grounds`,
`instruments`, `leaves` and `units`; here they are put in order and their ceilings together give the answer. Who turns a refusal
into words for the outside (NotFound or Refused) is `service`.

Source: docs/rules/disclosure.md; DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from entente.disclosure.finding import KNOW, LADDER, NOTHING, Case, Finding
from entente.disclosure.grounds import (
    participants_standing,
    restrictions_admit,
    review_passed,
    role_cleared,
    within_retention,
)
from entente.disclosure.instruments import instrument_covers, lease_runs, participations_active
from entente.disclosure.leaves import handling_permits
from entente.disclosure.model import DisclosureRequest, Situation, Verdict
from entente.disclosure.units import unit_admits
from entente.kernel.decision import Decision, Ground

GROUNDS: tuple[tuple[str, Callable[[Case], Finding]], ...] = (
    ("D1", participants_standing),
    ("D2", instrument_covers),
    ("D3", participations_active),
    ("D4", lease_runs),
    ("D5", restrictions_admit),
    ("D6", handling_permits),
    ("D7", review_passed),
    ("D8", within_retention),
    ("D9", role_cleared),
    ("D10", unit_admits),
)


def decide(request: DisclosureRequest, situation: Situation, now: datetime) -> Decision:
    """Decide whether the reader may do this act (know, see, forward …) with this disclosure class.

    Every ground is examined, so that a refusal names all its causes and not only the first. Never raises.

    Source: docs/rules/disclosure.md, grounds D1 to D10 (in that order).
    """
    return judge(request, situation, now).decision


def judge(request: DisclosureRequest, situation: Situation, now: datetime) -> Verdict:
    """Decide, and say how far up the ladder the reader may go and whether leave from the source would help.

    Source: docs/rules/disclosure.md, the ladder and «May leave be asked?».
    """
    case = Case.of(request, situation, now)
    rank = request.act.rank
    findings = [(number, examine(case)) for number, examine in GROUNDS]
    grounds = [finding.as_ground(number, rank) for number, finding in findings]
    ceiling = min(finding.ceiling for _, finding in findings)
    if ceiling == KNOW and not _may_be_known_unseen(case):
        ceiling = NOTHING
        grounds.append(_not_knowable(case))
    decision = Decision.of(grounds, facts=_facts(case))
    may_ask = (
        not decision.allowed and ceiling >= KNOW and all(max(f.ceiling, f.with_leave) >= rank for _, f in findings)
    )
    return Verdict(decision, LADDER[ceiling - 1] if ceiling else None, may_ask)


def _may_be_known_unseen(case: Case) -> bool:
    return case.instrument is not None and case.cls.kind in case.instrument.state.instrument.knowable_kinds


def _not_knowable(case: Case) -> Ground:
    text = f"Data of the kind «{case.cls.kind}» may not be known of without being seen."
    return Ground("D2", allows=False, text=text, source="DESIGN section 5 (kinds that may be known)")


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    """Name what the verdict rested on: the instrument with both epochs, and what each named group resolved to."""
    if case.instrument is not None:
        state = case.instrument.state
        yield "instrument", state.instrument.id
        for body in dict.fromkeys((case.cls.source, case.reader)):
            if (participation := state.participations.get(body)) is not None:
                yield f"epoch of {body}", str(participation.epoch)
    for restriction in case.cls.restrictions:
        for reference in restriction.groups:
            named = case.situation.groups.get(reference)
            yield (
                f"group {reference.group} ({reference.status})",
                "not known here" if named is None else " ".join(sorted(named)),
            )
