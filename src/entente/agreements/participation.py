"""A party's own stand to an instrument, and measures under a charter (A4 to A6).

Participation is a life cycle: a table of allowed transitions, everything else refused; withdrawn is the end. Each statement is
the whole of how a party stands, so that the newest alone counts. Only the party itself writes it: whoever calls these rules has
verified whose heads signed.

Source: docs/rules/agreements.md A4 to A6. What a suspension stops is judged by the gate (docs/rules/disclosure.md D3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from entente.agreements.model import (
    ClauseEffect,
    Direction,
    Instrument,
    Measure,
    Participation,
    ParticipationState,
    Suspension,
)
from entente.handling.model import CodeLists
from entente.kernel.decision import Decision, Ground
from entente.kernel.ids import BodyId, StatementId
from entente.kernel.text import is_seen, shows_as_stored

SUSPENSIONS_MAX = 200
"""Suspensions of one party in one instrument at a time; one for each counterpart of the largest charter, nearly."""
MEASURE_TERM_MAX = timedelta(days=366)
"""Ours: a measure is looked at again every year, so that it never becomes an expulsion in all but name."""
TEXT_CHARACTERS_MAX = 2_000

_STATE = ParticipationState
TRANSITIONS: Mapping[ParticipationState | None, frozenset[ParticipationState]] = {
    None: frozenset(_STATE),
    _STATE.ACTIVE: frozenset(_STATE),
    _STATE.NARROWED: frozenset(_STATE),
    _STATE.SUSPENDED: frozenset(_STATE),
    _STATE.WITHDRAWN: frozenset(),
}
"""From how a party is known to stand (None: no statement is here) to how it may stand next. Withdrawn is final for that
instrument. Active after active is allowed, because the statement in between may never have arrived here; and so is a stop from a
party whose signature is still on its way: a suspension is never lost."""


def may_stand(
    instrument: Instrument,
    members: frozenset[BodyId],
    current: Participation | None,
    new: Participation,
    lists: CodeLists,
) -> Decision:
    """Decide whether a party may stand so next; every ground is examined.

    A higher epoch that skips some is allowed: a statement in between may never have arrived here.

    Source: docs/rules/agreements.md A4 (grounds A4.1 to A4.4) and A5 (grounds A5.1 and A5.2).
    """
    return Decision.of(
        (
            _is_party(instrument, members, new),
            _follows(current, new),
            _newer(current, new),
            _consistent(instrument, new),
            _channel_open(instrument, new),
            _suspensions_founded(instrument, members, new, lists),
        )
    )


def first_stand(body: BodyId, instrument: Instrument, at: datetime, statement: StatementId) -> Participation:
    """Return how a party stands by signing: epoch 1, active.

    Source: docs/rules/agreements.md A4.
    """
    return Participation(body, instrument.id, 1, ParticipationState.ACTIVE, at, statement=statement)


def suspend(current: Participation, suspension: Suspension, at: datetime) -> Participation:
    """Return the stand with one more suspension."""
    return _stand(current, at, (*current.suspensions, suspension), current.kinds)


def resume(current: Participation, suspension_id: str, at: datetime) -> Participation:
    """Return the stand without one suspension; the others stay."""
    return resume_where(current, lambda one: one.id == suspension_id, at)


def resume_where(current: Participation, ends: Callable[[Suspension], bool], at: datetime) -> Participation:
    """Return the stand without the suspensions that end; the others stay."""
    left = tuple(one for one in current.suspensions if not ends(one))
    return _stand(current, at, left, current.kinds)


def stops_the_whole(suspension: Suspension, toward: BodyId | None = None) -> bool:
    """Say whether a suspension stops all of an instrument, both ways, toward a body; toward everybody where none is named."""
    is_whole = not suspension.kinds and not suspension.rights and suspension.direction is Direction.BOTH
    return is_whole and (not suspension.counterparts or toward in suspension.counterparts)


def gives_back(old: Participation, new: Participation) -> bool:
    """Say whether a stand only gives back what the one before had stopped: fewer suspensions, or all kinds again.

    Source: docs/rules/agreements.md A5.
    """
    has_fewer = {one.id for one in new.suspensions} < {one.id for one in old.suspensions} and new.kinds == old.kinds
    is_widened = new.suspensions == old.suspensions and bool(old.kinds) and not new.kinds
    return new.state is not ParticipationState.WITHDRAWN and (has_fewer or is_widened)


def narrow(current: Participation, kinds: frozenset[str], at: datetime) -> Participation:
    """Return the stand with the kinds that remain; an empty set takes the narrowing back."""
    return _stand(current, at, current.suspensions, kinds)


def withdraw(current: Participation, at: datetime) -> Participation:
    """Return the stand of a party that leaves the instrument for good.

    Rights end at once; what the paper says of notice binds the states, not the machine.
    """
    return replace(
        current,
        epoch=current.epoch + 1,
        state=ParticipationState.WITHDRAWN,
        at=at,
        suspensions=(),
        kinds=frozenset(),
        statement=None,
    )


def may_measure(charter: Instrument, members: frozenset[BodyId], author: BodyId, measure: Measure) -> Decision:
    """Decide whether a body may take this measure under a charter; every ground is examined.

    Source: docs/rules/agreements.md A6 (grounds A6.1 to A6.4).
    """
    clause = charter.clause_with(ClauseEffect.MEASURES)
    number = clause.number if clause is not None else ""
    is_named = clause is not None and clause.body == author
    said = (measure.decided_by, measure.lifted_by, measure.appeal)
    has_term = measure.since < measure.until <= measure.since + MEASURE_TERM_MAX
    return Decision.of(
        (
            Ground(
                "A6.1",
                allows=is_named,
                text=f"Clause {number} names this body as the one that takes measures."
                if is_named
                else "No clause of this charter names this body as one that may take measures.",
                source=f"{charter.name}, clause {number}" if number else charter.name,
            ),
            Ground("A6.2", allows=measure.target in members, text="Measures are about a party of the charter."),
            Ground(
                "A6.3",
                allows=has_term,
                text=f"A measure ends after it begins, and within {MEASURE_TERM_MAX.days} days.",
            ),
            Ground(
                "A6.4",
                allows=all(_is_said(text) for text in said),
                text="A measure says who decided, what would lift it and where to appeal.",
            ),
        )
    )


def _stand(
    current: Participation, at: datetime, suspensions: tuple[Suspension, ...], kinds: frozenset[str]
) -> Participation:
    state = _state_of(suspensions, kinds)
    return replace(
        current, epoch=current.epoch + 1, state=state, at=at, suspensions=suspensions, kinds=kinds, statement=None
    )


def _state_of(suspensions: tuple[Suspension, ...], kinds: frozenset[str]) -> ParticipationState:
    # A narrowed party may suspend too: it stays «narrowed» and its suspensions stop more.
    if kinds:
        return ParticipationState.NARROWED
    return ParticipationState.SUSPENDED if suspensions else ParticipationState.ACTIVE


def _is_party(instrument: Instrument, members: frozenset[BodyId], new: Participation) -> Ground:
    is_party = new.body in members and new.instrument == instrument.id
    return Ground("A4.1", allows=is_party, text="Only a party stands in an instrument, and each for itself.")


def _follows(current: Participation | None, new: Participation) -> Ground:
    state = current.state if current is not None else None
    stood = state.value if state is not None else "not signed"
    return Ground(
        "A4.2",
        allows=new.state in TRANSITIONS[state],
        text=f"After «{stood}» comes «{new.state.value}»."
        if new.state in TRANSITIONS[state]
        else f"After «{stood}» «{new.state.value}» cannot come.",
        remedy="Sign a new instrument." if state is ParticipationState.WITHDRAWN else "",
    )


def _newer(current: Participation | None, new: Participation) -> Ground:
    known = current.epoch if current is not None else 0
    return Ground("A4.3", allows=new.epoch > known, text=f"Epoch {new.epoch} against {known} known here.")


def _consistent(instrument: Instrument, new: Participation) -> Ground:
    is_whole = new.kinds <= instrument.kinds
    if new.state is ParticipationState.WITHDRAWN:
        is_whole = not new.kinds and not new.suspensions
    else:
        is_whole = is_whole and new.state is _state_of(new.suspensions, new.kinds)
    return Ground("A4.4", allows=is_whole, text="The state says what the suspensions and the remaining kinds say.")


def _channel_open(instrument: Instrument, new: Participation) -> Ground:
    clause = instrument.clause_with(ClauseEffect.CHANNEL)
    if clause is None:
        return Ground("A5.1", allows=True, text="This instrument holds no channel that must stay open.")
    is_open = not new.suspensions and not new.kinds
    return Ground(
        "A5.1",
        allows=is_open,
        text=f"Clause {clause.number} keeps the channel of this instrument open."
        if is_open
        else f"Clause {clause.number} keeps the channel of this instrument open: it cannot be suspended or narrowed.",
        source=f"{instrument.name}, clause {clause.number}",
        remedy="Suspend the agreement or programme itself; messages, requests and notices of safety of life go on.",
    )


def _suspensions_founded(
    instrument: Instrument, members: frozenset[BodyId], new: Participation, lists: CodeLists
) -> Ground:
    if len(new.suspensions) > SUSPENSIONS_MAX:
        return Ground("A5.2", allows=False, text=f"A party has at most {SUSPENSIONS_MAX} suspensions at a time.")
    if len({one.id for one in new.suspensions}) != len(new.suspensions):
        return Ground("A5.2", allows=False, text="Two suspensions have the same id.")
    wrong = [why for one in new.suspensions for why in _unfounded(one, instrument, members - {new.body}, lists)]
    if wrong:
        return Ground("A5.2", allows=False, text=f"A suspension is not founded: {'; '.join(wrong)}.")
    text = "Each suspension says who decided, by which document, for which reason, and when it is looked at again."
    return Ground("A5.2", allows=True, text=text)


def _unfounded(one: Suspension, instrument: Instrument, others: frozenset[BodyId], lists: CodeLists) -> list[str]:
    faults = {
        "it names who decided": _is_said(one.decided_by),
        "it names the document": _is_said(one.document),
        f"«{one.reason[:40]}» is a reason of the closed list": one.reason in lists.suspension_reasons,
        "its review date lies after its beginning": one.review_on > one.since.date(),
        "its counterparts are other parties": one.counterparts <= others,
        "its kinds are covered by the instrument": one.kinds <= instrument.kinds,
        "its rights are given by the instrument": one.rights <= instrument.rights,
    }
    return [f"it should hold that {rule}" for rule, holds in faults.items() if not holds]


def _is_said(text: str) -> bool:
    return is_seen(text) and shows_as_stored(text) and len(text) <= TEXT_CHARACTERS_MAX
