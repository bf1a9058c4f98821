"""Renewals: saying often enough that nothing else was said, so that leases of copies run on (X31).

A copy counts as permitted until its source was silent for a lease (docs/rules/disclosure.md D4). What is heard is the control
stream, in its order: a renewal that arrives says that every suspension and withdrawal before it has arrived too. One is put for
each body that may hold copies of ours when nothing of control went to it for a quarter of the shortest lease between us.

Source: docs/rules/exchange.md X31; DESIGN section 5 (lease).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from entente.agreements.channel import NO_INSTRUMENT, channels_now, force_now
from entente.agreements.model import Instrument, Right
from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.model import Lane
from entente.exchange.ports import ExchangeUnit
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft

RENEWAL_KIND = "renewal"
RENEWALS_A_LEASE = 4
"""So that three may be lost or late before a copy is hidden."""


def renew(unit: ExchangeUnit, own: Body, signer: Signer, record: Record, now: datetime) -> int:
    """Put a renewal for each body that has not heard from us for long enough; return how many. The caller commits.

    None is put for a body that one waits for already: who is away hears the newest when it is back.

    Source: docs/rules/exchange.md X31.
    """
    channels = channels_now(unit, now)
    count = 0
    for peer, lease in _shortest_leases(unit, own.id, now):
        last = unit.outbox.last_sealed(peer, Lane.CONTROL)
        is_heard = last is not None and now < last + lease / RENEWALS_A_LEASE
        if is_heard or unit.outbox.first_waiting(peer, RENEWAL_KIND) is not None:
            continue
        statement = draft(RENEWAL_KIND, own.id, now, {"to": peer}).with_signature(signer)
        unit.outbox.put(
            Outgoing(peer, channels.toward(peer, NO_INSTRUMENT), statement, is_control=True, ref=statement.id)
        )
        record(unit, Act(RENEWAL_KIND, own.id, "node", peer, {"statement": statement.id}))
        count += 1
    return count


def accept_renewal(unit: ExchangeUnit, statement: Statement, sender: BodyId) -> None:
    """Take a renewal: that it arrived in its stream is all it says, and the door in keeps that. Raises Invalid for another form.

    Source: docs/rules/exchange.md X31.
    """
    if statement.body != sender or statement.content != {"to": unit.bodies.own().id}:
        raise Invalid(
            "The renewal is not well formed.",
            field="to",
            why="A renewal is its sender's own, names us and says nothing else (docs/rules/exchange.md X31).",
            do="Send one of your own to this body.",
        )


def _shortest_leases(unit: ExchangeUnit, own: BodyId, now: datetime) -> Iterator[tuple[BodyId, timedelta]]:
    """Yield the bodies that may hold copies of ours, each with the shortest lease of an instrument between us."""
    leases: dict[BodyId, timedelta] = {}
    for state in unit.agreements.instruments():
        if Right.COPY not in state.instrument.rights:
            continue
        verdict = force_now(unit, state, now)
        if verdict.holds and own in verdict.parties:
            shortest = _shortest(state.instrument)
            for peer in verdict.parties - {own}:
                leases[peer] = min(shortest, leases.get(peer, shortest))
    yield from ((peer, leases[peer]) for peer in sorted(leases) if unit.bodies.body(peer) is not None)


def _shortest(instrument: Instrument) -> timedelta:
    return timedelta(minutes=min((instrument.lease_minutes, *instrument.kind_lease_minutes.values())))
