"""What will stop, and what stays open, when a suspension is signed (A5).

Reads the store and counts; changes nothing. The suspension itself is judged by `participation.may_stand`.

Source: docs/rules/agreements.md A5; DESIGN section 5 «Suspension».
"""

from __future__ import annotations

from datetime import datetime

from entente.agreements.channel import force_now, members_now, others_among
from entente.agreements.model import InstrumentState, SuspensionPreview, SuspensionTerms
from entente.agreements.participation import stops_the_whole
from entente.agreements.ports import AgreementsUnit
from entente.bodies.model import Body
from entente.kernel.ids import BodyId


def preview_of(
    unit: AgreementsUnit, state: InstrumentState, terms: SuspensionTerms, now: datetime
) -> SuspensionPreview:
    """Return what these terms would stop, and the instruments between us and the counterparts that go on."""
    own = unit.bodies.own().id
    members = members_now(unit, state.instrument, now.date())
    counterparts = others_among(unit, terms.counterparts & members if terms.counterparts else members)
    holders = [body.id for body in counterparts]
    return SuspensionPreview(
        instrument=terms.instrument,
        counterparts=tuple(holders),
        rights=tuple(sorted(terms.rights or state.instrument.rights)),
        kinds=tuple(sorted(terms.kinds or state.instrument.kinds)),
        direction=terms.direction,
        records_held_there=unit.holdings.records_shared(terms.instrument, own, holders),
        records_held_here=sum(unit.holdings.records_shared(terms.instrument, body, [own]) for body in holders),
        open_requests=unit.holdings.open_requests(terms.instrument, counterparts),
        open_permissions=unit.holdings.open_permissions(terms.instrument, counterparts),
        stays_open=_stays_open(unit, state, counterparts, now),
    )


def _stays_open(
    unit: AgreementsUnit, stopped: InstrumentState, counterparts: tuple[Body, ...], now: datetime
) -> tuple[str, ...]:
    own = unit.bodies.own().id
    found = []
    for state in unit.agreements.instruments():
        verdict = force_now(unit, state, now)
        others = [body.id for body in counterparts if body.id in verdict.parties]
        is_between = verdict.holds and own in verdict.parties and state.instrument.id != stopped.instrument.id
        if is_between and any(_flows(state, own, other) for other in others):
            found.append(state.instrument.name)
    return tuple(found)


def _flows(state: InstrumentState, own: BodyId, other: BodyId) -> bool:
    """Say whether neither side has stopped the whole of an instrument toward the other."""
    pairs = ((state.participations.get(own), other), (state.participations.get(other), own))
    return not any(
        stand is not None and any(stops_the_whole(one, toward) for one in stand.suspensions) for stand, toward in pairs
    )
