"""What goes to a body next, and by which way: a parcel that is due, one that a person carries, the answer to a pull.

What waits is put in envelopes here, just before it is handed out (`posting`); what is sealed is durable then.

Source: docs/rules/exchange.md X20, X21, X24, X29 and X30.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from entente.bodies.model import Body
from entente.bodies.statements import DirectoryKind
from entente.exchange.model import (
    BATCH_ENVELOPES_MAX,
    RELAY_AGAIN_HOURS,
    STREAM_LANES,
    Envelope,
    Lane,
    Line,
    WaitingEnvelope,
)
from entente.exchange.parcels import Parcel, parcel_of
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import SEALED_AT_ONCE_MAX, Posting, Waiting
from entente.exchange.relaying import Relaying
from entente.exchange.ways import has_own_line, relays_toward
from entente.kernel.clock import Clock
from entente.kernel.ids import BodyId

RELAY_AFTER_ATTEMPTS = 5
"""Failures in a row after which a body with relays is reached through one: about half a minute without a line."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which parcel is asked for."""

    recipient: BodyId
    is_by_hand: bool
    """Whatever the line does, and past no relay."""
    after: Mapping[Lane, int] = field(default_factory=dict)
    """By lane, the number of the last envelope that went before."""
    passed_on: Collection[int] = ()
    """The numbers of others' envelopes that went before."""
    is_with_answer: bool = False
    """The batch has room for the answer to a pull."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """Collects what waits for a body, for one node. Safe from several threads: it keeps nothing between calls."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    clock: Clock
    posting: Posting
    relaying: Relaying
    hasten: Callable[[BodyId], None]
    """Told of a body that fetches and has much more to come: what is next is sealed while it takes this in (`ahead`)."""

    def due(self, recipient: BodyId) -> Parcel | None:
        """Return the next envelopes for a body, or None when none is due (Exchange.collect)."""
        return self._collect(_Wanted(recipient, is_by_hand=False))

    def ahead(self, recipient: BodyId) -> None:
        """Seal what waits behind a parcel that is being posted, if it is much (Exchange.seal_ahead)."""
        with self.open_view() as view:
            is_much = _is_much(view, recipient)
        if is_much:
            with self.open_unit() as unit:
                self.posting.seal_ahead(unit, recipient, self.clock.now())
                unit.commit()

    def by_hand(self, recipient: BodyId, *, after: Mapping[Lane, int], passed_on: Collection[int]) -> Parcel | None:
        """Return the next envelopes for a body whatever its line does (Exchange.collect_by_hand)."""
        return self._collect(_Wanted(recipient, is_by_hand=True, after=after, passed_on=passed_on))

    def for_a_pull(self, asker: BodyId, after: Mapping[Lane, int]) -> list[Envelope]:
        """Return what waits here for a body that asks: its own streams behind what it has in hand, and what is passed on to it.

        Source: docs/rules/exchange.md X30.
        """
        parcel = self._collect(_Wanted(asker, is_by_hand=True, after=after, is_with_answer=True))
        if parcel is None:
            return []
        if parcel.is_much_behind:
            self.hasten(asker)
        if parcel.relayed:
            # To the end of the queue: what the body never answers does not keep the rest from it.
            with self.open_unit() as unit:
                for relayed in parcel.relayed:
                    self.relaying.put_off(unit, relayed, self.clock.now())
                unit.commit()
        return [*(one.envelope for one in parcel.envelopes), *(one.envelope for one in parcel.relayed)]

    def _collect(self, wanted: _Wanted) -> Parcel | None:
        recipient, now = wanted.recipient, self.clock.now()
        with self.open_view() as view:
            if not view.outbox.has_unsealed(recipient) and not _has_sealed(view, recipient):
                # Nothing of ours: at most others' envelopes go, and nobody waits for the writer.
                return self._packed(view, wanted, {}, now)
        with self.open_unit() as unit:
            ready = self.posting.make_ready(unit, recipient, now, ahead_of=wanted.after)
            parcel = self._packed(unit, wanted, ready, now)
            if parcel is None:
                _leave_to_relay(unit, recipient, now)
            # What the parcel holds is durable from here on, and leaves after it.
            unit.commit()
        return parcel

    def _packed(self, unit: ExchangeUnit, wanted: _Wanted, ready: Waiting, now: datetime) -> Parcel | None:
        """Pack what is due of what may be posted, and what is passed on."""
        recipient = wanted.recipient
        peer = unit.bodies.body(recipient)
        assert peer is not None, "statements are put for bodies of the directory alone"
        lines = {lane: unit.outbox.line(recipient, lane) for lane in STREAM_LANES}
        via = peer if wanted.is_by_hand else self._route(unit, peer, lines.values())
        is_relayed = via.id != recipient
        waiting = [
            one
            for lane, of_lane in ready.items()
            if wanted.is_by_hand or _is_due(lines[lane], now)
            for one in of_lane
            if not (is_relayed and _is_with_relay(one, now))
        ]
        if not is_relayed and not wanted.is_by_hand:
            waiting = _up_to_keys(unit, recipient, waiting)
        due = None if wanted.is_by_hand else now
        others = () if is_relayed else unit.relay.waiting(recipient, BATCH_ENVELOPES_MAX + len(wanted.passed_on), due)
        relayed = [one for one in others if one.number not in wanted.passed_on]
        return parcel_of(
            recipient, via, waiting, relayed,
            is_with_answer=wanted.is_with_answer, is_much_behind=bool(ready) and _is_much(unit, recipient),
        )  # fmt: skip

    def _route(self, view: ExchangeUnit, peer: Body, lines: Iterable[Line | None]) -> Body:
        """Return whom to post to for a body: itself, or a relay where the operator set one or no line holds.

        Source: docs/rules/exchange.md X24.
        """
        # The lane that fares worst: one that nothing waits in has not failed. Then every other attempt goes to the body itself,
        # so that neither a line that came back nor a relay that refuses is in the way for ever.
        failed = max((line.attempts for line in lines if line is not None), default=0)
        is_down = failed >= RELAY_AFTER_ATTEMPTS and (failed - RELAY_AFTER_ATTEMPTS) % 2 == 0
        if has_own_line(view, peer) and not is_down:
            return peer
        return next(relays_toward(view, peer), peer)


def _leave_to_relay(unit: ExchangeUnit, recipient: BodyId, now: datetime) -> None:
    """Put off the lanes in which everything is with a relay: else they are due, and nothing is there to post.

    Source: docs/rules/exchange.md X25.
    """
    for lane in STREAM_LANES:
        stood = unit.outbox.line(recipient, lane)
        taken = [one.relayed_at for one in unit.outbox.envelopes(recipient, lane, 1) if _is_with_relay(one, now)]
        if stood is not None and _is_due(stood, now) and taken and taken[0] is not None:
            again = taken[0] + timedelta(hours=RELAY_AGAIN_HOURS)
            unit.outbox.put_line(replace(stood, next_try_at=again))


def _is_much(view: ExchangeUnit, recipient: BodyId) -> bool:
    return view.outbox.has_unsealed_beyond(recipient, Lane.DATA, SEALED_AT_ONCE_MAX)


def _has_sealed(view: ExchangeUnit, recipient: BodyId) -> bool:
    return any(view.outbox.envelopes(recipient, lane, 1) for lane in STREAM_LANES)


def _up_to_keys(view: ExchangeUnit, recipient: BodyId, waiting: list[WaitingEnvelope]) -> list[WaitingEnvelope]:
    """Return the envelopes up to the first that carries a change of our keys.

    What comes behind it is sealed under the key before: once the change is taken in, that key is refused, and the next parcel
    has it sealed anew (B10). So nothing is refused on the way, and nothing waits for a second try.
    """
    if view.outbox.first_waiting(recipient, DirectoryKind.KEYS) is None:
        return waiting
    for place, one in enumerate(waiting):
        carried = view.outbox.carried_by(one.number)
        if any(queued.outgoing.statement.kind == DirectoryKind.KEYS for queued in carried):
            return waiting[: place + 1]
    return waiting


def _is_due(line: Line | None, now: datetime) -> bool:
    return line is None or line.next_try_at <= now


def _is_with_relay(waiting: WaitingEnvelope, now: datetime) -> bool:
    return waiting.relayed_at is not None and now < waiting.relayed_at + timedelta(hours=RELAY_AGAIN_HOURS)
