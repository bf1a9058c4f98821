"""Who stands in the place of a body that lost its threshold or was succeeded, as accepted at this node (B14).

A successor is a body of its own with its own genesis, which names the earlier body. Here it stands in that body's place
only once two officers of ours accepted it, and in no other way: no statement of anybody makes, forces or undoes it. Pure
functions over what was accepted.

Source: docs/rules/bodies.md B14; DESIGN section 4 «Identity».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from entente.bodies.model import Body, NotAccepted, Succession
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.text import is_line

Successors = Mapping[BodyId, BodyId]
"""Earlier body → the body accepted in its place."""
NOBODY_SUCCEEDED: Successors = MappingProxyType({})
REASON_CHARACTERS_MAX: Final = 300
"""As reasons elsewhere (records, held statements)."""


def stands_for(body: BodyId, successors: Successors) -> BodyId:
    """Return who stands in a body's place now: itself, or the last of those accepted after it."""
    while (later := successors.get(body)) is not None:
        body = later
    return body


def in_place(bodies: Iterable[BodyId], successors: Successors) -> frozenset[BodyId]:
    """Return the bodies with each one that was succeeded replaced by who stands in its place."""
    return frozenset(stands_for(body, successors) for body in bodies)


def predecessors(body: BodyId, successors: Successors) -> frozenset[BodyId]:
    """Return the bodies in whose place this one stands, near and far; itself is not among them."""
    return frozenset(earlier for earlier in successors if stands_for(earlier, successors) == body and earlier != body)


def propose(new: Body, old: Body, own: BodyId, by: OfficerId, now: datetime) -> Succession:
    """Return a first officer's proposal to accept a successor; raise Invalid or Conflict.

    Source: docs/rules/bodies.md B14.
    """
    if old.id == own:
        raise _bad("for", f"{old.code} is the body of this node, and where it still runs nobody stands in its place")
    if new.replaces != old.id:
        raise _bad("body", f"the genesis of {new.code} does not name {old.code} as the body it replaces")
    if old.succeeded_by is not None:
        raise Conflict(
            f"A successor of {old.code} was accepted here before: {old.succeeded_by}.",
            why="A body has one successor at a node, and what was accepted stays (docs/rules/bodies.md B14).",
            do="Look at «entente body show»; a successor of the successor names that one in its own genesis.",
        )
    return Succession(old.id, new.id, by, now)


def confirm(proposed: Succession, by: OfficerId, now: datetime) -> Succession:
    """Return a proposal confirmed by a second officer; raise Conflict for the one who proposed it.

    Source: docs/rules/bodies.md B14.
    """
    if by == proposed.proposed_by:
        raise Conflict(
            f"{by} proposed this successor, and another officer confirms it.",
            why="Two officers answer for it, so that neither a slip nor one stolen account does it (docs/rules/bodies.md B14).",
            do="Have another head of the body do the same.",
        )
    return replace(proposed, confirmed_by=by, confirmed_at=now)


def claims(bodies: Iterable[Body], own: BodyId) -> Iterator[tuple[Body, Body]]:
    """Yield each body that names an earlier one of this directory which nobody succeeded here, and that one, by their codes.

    At its own node a successor needs nobody's acceptance. What was refused here is among them: it can be proposed anew.

    Source: docs/rules/bodies.md B14.
    """
    known = {body.id: body for body in bodies}
    for body in sorted(known.values(), key=lambda one: one.code):
        old = known.get(body.replaces) if body.replaces is not None else None
        if old is not None and own not in {old.id, body.id} and old.succeeded_by is None:
            yield body, old


def refuse(new: Body, old: Body, own: BodyId, by: OfficerId, reason: str, now: datetime) -> NotAccepted:
    """Return an officer's refusal of a successor, which ends a proposal that waits; raise Invalid or Conflict as `propose` does.

    Source: docs/rules/bodies.md B14.
    """
    propose(new, old, own, by, now)
    if len(reason) > REASON_CHARACTERS_MAX or not is_line(reason):
        raise Invalid(
            "The reason of the refusal is not well formed.",
            field="reason",
            why=f"Who comes after reads it beside the two bodies, so it is one line of 1 to {REASON_CHARACTERS_MAX} characters.",
            do="Say shortly why this body is not accepted in the other's place.",
        )
    return NotAccepted(by, now, reason)


def standing_proposal(known: Succession | None, new: Body) -> Succession | None:
    """Return the proposal that waits for a body to be accepted; None where there is none, it is of another, or was refused."""
    return known if known is not None and known.new == new.id and new.not_accepted is None else None


def rival_of(known: Succession | None, new: Body, other: Body | None) -> Succession | None:
    """Return the proposal of another body in the same place that waits; None where there is none, or it was refused.

    `other` is the entry of the body that the known proposal is of.

    Source: docs/rules/bodies.md B14.
    """
    if known is None or other is None or known.new == new.id or known.confirmed_by is not None:
        return None
    return known if other.not_accepted is None else None


def not_while_another_waits(new: Body, other: Body, waits: Succession) -> Conflict:
    """Return that a successor is not proposed while another one waits for the same place."""
    return Conflict(
        f"{new.code} was not proposed: {other.code} waits to be accepted in the same place, proposed by {waits.proposed_by}.",
        why="A body has one successor at a node, so that one claim is decided before another is proposed (B14).",
        do=f"Look at {other.code} beside it. Confirm that one, or refuse it with a reason, and propose this one then.",
    )


def changed_meanwhile(new: Body) -> Conflict:
    """Return that another officer proposed or refused a successor since this one looked."""
    return Conflict(
        f"Another officer proposed or refused {new.code} meanwhile.",
        why="To propose it changes nothing and to confirm it is not taken back, so it is done as it was looked at (B14).",
        do="Look at how it stands now, and decide anew.",
    )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} names no successor that could be accepted.",
        field=field,
        why=f"A successor names the body it replaces in its own genesis (docs/rules/bodies.md B14): {why}.",
        do="Look at both entries with «entente body show», and name them as they stand there.",
    )
