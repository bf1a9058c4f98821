"""How an envelope's instrument, and the charter's measures, stand between its sender and its recipient (X16, X17, X20).

An instrument is judged by its own rule and by each party's newest participation as known here: the epoch in the header
says what the sender knew, never what holds. Only a suspension of everything is judged here; one of some kinds or rights is
judged by the gate, which alone knows a record's kind.

Source: docs/rules/exchange.md X16 and X17; docs/rules/agreements.md A3 to A6.
"""

from __future__ import annotations

from datetime import datetime

from entente.agreements.channel import force_now
from entente.agreements.model import Direction, InstrumentState, MeasurePolicy, Suspension
from entente.bodies.succession import Successors, predecessors, stands_for
from entente.exchange.ports import ExchangeUnit
from entente.exchange.rules import Terms
from entente.kernel.clock import format_time
from entente.kernel.ids import BodyId, InstrumentId

_STOPPING = frozenset({MeasurePolicy.PAUSED, MeasurePolicy.RECEIVE_ONLY})


def terms_between(
    unit: ExchangeUnit, instrument: InstrumentId, *, sender: BodyId, recipient: BodyId, now: datetime
) -> Terms:
    """Say what stops statements of a sender to a recipient, of whom we are one, under an instrument, now.

    Source: docs/rules/exchange.md X16 and X17.
    """
    state = unit.agreements.instrument(instrument) if instrument else None
    return Terms(
        why_not=_why_not(unit, state, sender, recipient, now),
        suspended=_suspended(unit, state, sender, recipient),
        measure=_measure_against(unit, sender, now),
    )


def _why_not(
    unit: ExchangeUnit, state: InstrumentState | None, sender: BodyId, recipient: BodyId, now: datetime
) -> str:
    if state is None:
        return "The instrument is not known here."
    verdict = force_now(unit, state, now)
    if not verdict.holds:
        return f"The instrument is not in force here: {verdict.why}"
    if not {sender, recipient} <= verdict.parties:
        return "Sender and recipient are not both parties to the instrument who signed it and did not withdraw."
    return ""


def _suspended(unit: ExchangeUnit, state: InstrumentState | None, sender: BodyId, recipient: BodyId) -> str:
    if state is None:
        return ""
    successors = unit.bodies.successors()
    if _stops_all(state, recipient, _names(sender, successors), Direction.RECEIVING):
        return "The recipient suspended receiving from the sender under this instrument."
    if _stops_all(state, sender, _names(recipient, successors), Direction.SENDING):
        return "The sender suspended sending to the recipient under this instrument."
    return ""


def _names(body: BodyId, successors: Successors) -> frozenset[BodyId]:
    """Return a body and those in whose place it stands here: a stop toward them is a stop toward it."""
    return predecessors(body, successors) | {body}


def _stops_all(state: InstrumentState, author: BodyId, counterpart: frozenset[BodyId], direction: Direction) -> bool:
    participation = state.participations.get(author)
    suspensions = () if participation is None else participation.suspensions
    return any(_is_total(one, counterpart, direction) for one in suspensions)


def _is_total(suspension: Suspension, counterpart: frozenset[BodyId], direction: Direction) -> bool:
    return (
        (not suspension.counterparts or not counterpart.isdisjoint(suspension.counterparts))
        and not suspension.kinds
        and not suspension.rights
        and suspension.direction in {direction, Direction.BOTH}
    )


def _measure_against(unit: ExchangeUnit, sender: BodyId, now: datetime) -> str:
    successors = unit.bodies.successors()
    for measure in unit.agreements.measures():
        is_toward = stands_for(measure.target, successors) == sender
        stands = is_toward and measure.policy in _STOPPING and measure.since <= now < measure.until
        charter = unit.agreements.instrument(measure.charter) if stands else None
        if charter is not None and force_now(unit, charter, now).holds:
            return f"A charter measure «{measure.policy}» stands toward the sender until {format_time(measure.until)}."
    return ""
