"""What stops a flow under an instrument: that a party takes no part, withdrew, narrowed its part, or suspended it.

One answer for all who ask: the gate, for one fact (disclosure.instruments, D3), and the matrix of who shares what with whom
(`sharing`). Either side may stop a flow, its giver what it sends and its receiver what it receives.

Source: docs/rules/agreements.md A4, A5 and A11; docs/rules/disclosure.md D3.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from entente.agreements.model import Direction, InstrumentState, Participation, ParticipationState, Right, Suspension
from entente.kernel.ids import BodyId


class How(StrEnum):
    """By what a party stops a flow."""

    NO_PART = "no_part"
    WITHDRAWN = "withdrawn"
    NARROWED = "narrowed"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Stop:
    """One party's stop of a flow."""

    author: BodyId
    how: How
    stand: Participation | None = None
    """How the author stands; None where it takes no part."""
    suspension: Suspension | None = None


def stops_of(
    state: InstrumentState,
    author: BodyId,
    toward: AbstractSet[BodyId],
    direction: Direction,
    kind: str,
    right: Right,
    now: datetime,
) -> Iterator[Stop]:
    """Yield by what a party stops what flows between itself and another: all of it, in the order of its own words.

    `toward` is the other with those in whose place it stands; `direction` is the flow's as its author sees it.

    Source: docs/rules/disclosure.md D3.
    """
    stand = state.participations.get(author)
    if stand is None:
        yield Stop(author, How.NO_PART)
        return
    if stand.state is ParticipationState.WITHDRAWN:
        yield Stop(author, How.WITHDRAWN, stand)
    elif stand.state is ParticipationState.NARROWED and kind not in stand.kinds:
        yield Stop(author, How.NARROWED, stand)
    for suspension in stand.suspensions:
        if _has_begun(suspension, stand, now) and _applies(suspension, toward, direction, kind, right):
            yield Stop(author, How.SUSPENDED, stand, suspension)


def stands_toward(stand: Participation, toward: AbstractSet[BodyId], now: datetime) -> Participation:
    """Return how a party stands toward another body alone: its suspensions that count there, few for however many it made.

    `stops_of` says of it what is stopped and how, as of the party itself; by which suspension, it no longer says.
    """
    by_flow: dict[tuple[Direction, frozenset[Right]], Suspension] = {}
    for one in stand.suspensions:
        if _has_begun(one, stand, now) and _is_toward(one, toward):
            flow = one.direction, one.rights
            known = by_flow.get(flow)
            # No kinds are all kinds.
            kinds = (
                one.kinds if known is None else known.kinds | one.kinds if known.kinds and one.kinds else frozenset()
            )
            if known is None or kinds != known.kinds:
                by_flow[flow] = replace(one, counterparts=frozenset(), kinds=kinds)
    return replace(stand, suspensions=tuple(by_flow.values()))


def _has_begun(suspension: Suspension, stand: Participation, now: datetime) -> bool:
    """Say whether a suspension counts by now: from when it was said, by its author's clock, or from a later day that it names.

    What its author stopped as it spoke stops here once it is known, though its clock is ahead of ours: bodies work with clocks
    that lie five minutes apart (docs/rules/exchange.md X6).
    """
    return suspension.since <= max(now, stand.at)


def _applies(
    suspension: Suspension, toward: AbstractSet[BodyId], direction: Direction, kind: str, right: Right
) -> bool:
    return (
        suspension.direction in (Direction.BOTH, direction)
        and _is_toward(suspension, toward)
        and (not suspension.kinds or kind in suspension.kinds)
        and (not suspension.rights or right in suspension.rights)
    )


def _is_toward(suspension: Suspension, toward: AbstractSet[BodyId]) -> bool:
    return not suspension.counterparts or not toward.isdisjoint(suspension.counterparts)
