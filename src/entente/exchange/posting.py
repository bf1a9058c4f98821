"""The door out: what waits is judged once more, and put in envelopes just before it is posted (X20).

A statement waits as it was put, without an envelope. So a suspension, a withdrawal or a change of keys that comes between the act
and the post still counts: what may no longer go is held for a person's decision, what was sealed under keys or to keys that
are no longer in use is sealed anew, and what waited longer than a delivery may take ends with a signed non-delivery.

What is sealed is durable before it is posted: a sequence number is never given to two envelopes.

Source: docs/rules/exchange.md X20, X21 and X28.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from entente.agreements.statements import AgreementKind
from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.bodies.statements import DirectoryKind
from entente.exchange.envelopes import Postmark, header_hash, make_envelope, sealing_key_of
from entente.exchange.model import (
    BATCH_ENVELOPES_MAX,
    EXPIRY_DAYS,
    STREAM_LANES,
    Envelope,
    EnvelopeBody,
    Lane,
    Queued,
    Stream,
    WaitingEnvelope,
)
from entente.exchange.packing import pack
from entente.exchange.ports import ExchangeUnit, NodeKeys
from entente.exchange.rules import ALWAYS_OPEN_KINDS, FAULTS, Terms
from entente.exchange.standing import terms_between
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import format_time
from entente.kernel.errors import EntenteError
from entente.kernel.ids import BodyId, Ids, InstrumentId, KeyId
from entente.kernel.ports import Act, EvidenceStep
from entente.kernel.sealing import Sealer
from entente.kernel.signing import Signer, key_id
from entente.kernel.statement import Statement, draft

WHY_CHARACTERS_MAX = 500
SEALED_AT_ONCE_MAX = 256
"""Statements that one transaction puts in envelopes: about 50 ms, the longest a commit of ours may take (DESIGN section 8)."""
NON_DELIVERY_KIND = "non_delivery"
ENDLESS_KINDS = frozenset(
    {DirectoryKind.KEYS, AgreementKind.PARTICIPATION, "withdrawal", "erasure", "copy_ended", "recall"}
)
"""What never ends undelivered (X28). Without a change of our keys nothing of ours is believed again. What takes away, once
given up, would be passed over by the next renewal, which says that all before it has arrived (X31; docs/decisions/0033)."""
Waiting: TypeAlias = Mapping[Lane, tuple[WaitingEnvelope, ...]]
"""By lane, envelopes that are not acknowledged, in the order of their stream."""
NOTHING_BEFORE: Mapping[Lane, int] = {}
"""By lane, the last envelope that went before: none."""

MayLeave: TypeAlias = Callable[[Any, Statement, BodyId], str]
"""A room's last word on a statement: the unit of work, the statement, its recipient. Returns why it may not leave, or nothing."""
OnStored: TypeAlias = Callable[[Any, Statement, BodyId], None]
"""What a room does once a statement is durable at its recipient: the unit of work, the statement, that body."""


def begun_by(moment: datetime) -> str:
    """Return what sorts after every incarnation begun before a moment, and before those begun after it (X8)."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"


@dataclass(frozen=True, slots=True)
class Posting:
    """Puts what waits in envelopes, for one node. Safe from several threads: it keeps nothing between calls."""

    ids: Ids
    keys: NodeKeys
    sealer: Sealer
    may_leave: Mapping[str, MayLeave]
    """Statement kind → the room that judges it at the door. A kind that is not in it is judged by its instrument alone."""
    record: Record
    on_stored: Mapping[str, OnStored] = field(default_factory=dict)
    """Statement kind → the room that is told when its recipient has it durably (X19)."""

    def make_ready(
        self, unit: ExchangeUnit, recipient: BodyId, now: datetime, ahead_of: Mapping[Lane, int] = NOTHING_BEFORE
    ) -> Waiting:
        """Leave in the recipient's lanes exactly the envelopes that may be posted now, and return them; the caller commits.

        At most BATCH_ENVELOPES_MAX of a lane are sealed ahead of what is acknowledged, or of an envelope of its number; none
        while as many statements are ready as are sealed at once.

        Source: docs/rules/exchange.md X20 and X21.
        """
        peer = unit.bodies.body(recipient)
        assert peer is not None, f"a room put a statement for {recipient}, which is not in the directory"
        self.end_overdue(unit, now)
        door = Door(unit, self, unit.bodies.own(), peer, now)
        found: dict[Lane, tuple[WaitingEnvelope, ...]] = {}
        for lane in STREAM_LANES:
            waiting = unit.outbox.envelopes(recipient, lane, BATCH_ENVELOPES_MAX)
            if why := next((why for one in waiting if (why := door.why_stale(one))), ""):
                self.begin_anew(unit, recipient, lane, why, now)
                waiting = ()
            if last := ahead_of.get(lane):
                waiting = unit.outbox.envelopes(recipient, lane, BATCH_ENVELOPES_MAX, last)
            ready = sum(door.carried.get(one.number, 0) for one in waiting)
            if (room := BATCH_ENVELOPES_MAX - len(waiting)) and ready < SEALED_AT_ONCE_MAX:
                waiting += self._seal(door, lane, room)
            found[lane] = waiting
        return found

    def seal_ahead(self, unit: ExchangeUnit, recipient: BodyId, now: datetime) -> None:
        """Put data in envelopes behind those that are being posted; the caller commits.

        Nothing is given up here, and nothing of it leaves before `make_ready` has judged it once more.

        Source: docs/rules/exchange.md X20.
        """
        peer = unit.bodies.body(recipient)
        assert peer is not None, f"a room put a statement for {recipient}, which is not in the directory"
        waiting = unit.outbox.envelopes(recipient, Lane.DATA, BATCH_ENVELOPES_MAX)
        if room := BATCH_ENVELOPES_MAX - len(waiting):
            self._seal(Door(unit, self, unit.bodies.own(), peer, now), Lane.DATA, room)

    def begin_anew(self, unit: ExchangeUnit, recipient: BodyId, lane: Lane, why: str, now: datetime) -> None:
        """Give up the unacknowledged envelopes of a lane and begin a new incarnation of its stream.

        Their statements wait again in their places. Should one have arrived all the same, it counts once (X14).

        Source: docs/rules/exchange.md X21.
        """
        unit.outbox.give_up(recipient, lane, why, now)
        stream = self._new_stream(recipient, lane, now)
        unit.outbox.put_stream(stream)
        detail: JsonObject = {"lane": lane, "incarnation": stream.incarnation, "why": why}
        self.record(unit, Act("stream_begun_anew", recipient, "node", recipient, detail))

    def _new_stream(self, recipient: BodyId, lane: Lane, now: datetime) -> Stream:
        incarnation = f"{begun_by(now)}.{self.ids.new_id('stream')}"
        return Stream(recipient, lane, is_outgoing=True, incarnation=incarnation, sequence=0, head="")

    def hold(self, unit: ExchangeUnit, queued: Queued, why: str, now: datetime) -> None:
        """Take a waiting statement out of its lane until a person decides, and record why.

        Source: docs/rules/exchange.md X20 and X21.
        """
        outgoing = queued.outgoing
        unit.outbox.hold(queued, why, now)
        detail: JsonObject = {
            "statement": outgoing.statement.id,
            "kind": outgoing.statement.kind,
            "instrument": outgoing.instrument,
            "why": why,
        }
        act = Act("statement_held", outgoing.recipient, "node", outgoing.ref or outgoing.statement.id, detail)
        self.record(unit, act)

    def signer_toward(self, unit: ExchangeUnit, own: Body, peer: BodyId) -> Signer:
        """Return the signer whose key a body knows as ours: the one before a change of keys it has not acknowledged.

        Source: docs/rules/exchange.md X5 and X20; docs/rules/bodies.md B2.
        """
        return self._signer_at(own, self._acknowledged(unit, own, peer))

    def signer_answering(self, unit: ExchangeUnit, own: Body, envelope: Envelope) -> Signer:
        """Return the signer whose key the sender of an envelope knows as ours: that of the version it sealed the envelope to.

        It may know a change of keys whose receipt has not reached us, and believes no earlier key then. An envelope of a stream
        may have been sealed long ago, and its sender have acknowledged a later version since. A call is sealed as it is made: a
        restored node knows no version that it acknowledged before it was.

        Source: docs/rules/exchange.md X19; docs/rules/bodies.md B10.
        """
        header = envelope.header
        if header.sealed_to == key_id(own.current_keys.sealing_key):
            return self.keys.signer
        named = [place for place, version in enumerate(own.keys) if key_id(version.sealing_key) == header.sealed_to]
        if named and header.lane is Lane.CALL:
            return self._signer_at(own, named[-1])
        return self._signer_at(own, max([*named, self._acknowledged(unit, own, header.sender)]))

    def _acknowledged(self, unit: ExchangeUnit, own: Body, peer: BodyId) -> int:
        """Return the place among our key versions of the newest that a body has acknowledged."""
        unknown = unit.outbox.first_waiting(peer, DirectoryKind.KEYS)
        if unknown is None or unknown.outgoing.statement.body != own.id:
            return len(own.keys) - 1
        version = unknown.outgoing.statement.content.get("version")
        assert isinstance(version, int), "our own change of keys names its version"
        return version - 2

    def _signer_at(self, own: Body, place: int) -> Signer:
        if place == len(own.keys) - 1:
            return self.keys.signer
        return self.keys.signer_of(key_id(own.keys[place].node_key)) or self.keys.signer

    def end_overdue(self, unit: ExchangeUnit, now: datetime) -> int:
        """End what waited longer than a delivery may take, each with a signed non-delivery; return how many.

        Source: docs/rules/exchange.md X28; DESIGN section 4 (retries for 30 days, then a signed non-delivery).
        """
        waited = unit.outbox.overdue(now - timedelta(days=EXPIRY_DAYS))
        overdue = [queued for queued in waited if queued.outgoing.statement.kind not in ENDLESS_KINDS]
        sealed: dict[tuple[BodyId, Lane], None] = {}
        own = unit.bodies.own().id
        for queued in overdue:
            outgoing = queued.outgoing
            lane = Lane.CONTROL if outgoing.is_control else Lane.DATA
            sealed[outgoing.recipient, lane] = None
            why = f"Not acknowledged within {EXPIRY_DAYS} days of {format_time(queued.since)}."
            content: JsonObject = {"statement": outgoing.statement.id, "recipient": outgoing.recipient, "why": why}
            word = draft(NON_DELIVERY_KIND, own, now, content).with_signature(self.keys.signer)
            unit.outbox.set_undelivered(queued, why, now)
            step = EvidenceStep("undelivered", own, now, why)
            unit.outbox.add_step(outgoing.statement.id, outgoing.recipient, step, canonical_bytes(word.to_json()))
            detail: JsonObject = {"kind": outgoing.statement.kind, "statement": outgoing.statement.id, "word": word.id}
            self.record(
                unit, Act("delivery_ended", outgoing.recipient, "node", outgoing.ref or outgoing.statement.id, detail)
            )
        for recipient, lane in sealed:
            if unit.outbox.envelopes(recipient, lane, 1):
                # What stood in an envelope can never come next at the other side: what follows begins a new stream.
                self.begin_anew(unit, recipient, lane, "A statement in it was given up.", now)
        return len(overdue)

    def _seal(self, door: Door, lane: Lane, room: int) -> tuple[WaitingEnvelope, ...]:
        unit, recipient = door.unit, door.peer.id
        going = list(self._those_that_go(door, unit.outbox.unsealed(recipient, lane, SEALED_AT_ONCE_MAX)))
        return tuple(self._put_in_envelope(door, lane, load) for load in islice(pack(going), room))

    def _those_that_go(self, door: Door, queue: Iterable[Queued]) -> Iterable[Queued]:
        for queued in queue:
            outgoing = queued.outgoing
            if why := door.why_not(outgoing.statement, outgoing.instrument):
                self.hold(door.unit, queued, why, door.now)
            else:
                yield replace(queued, outgoing=replace(outgoing, statement=door.signed_anew(outgoing.statement)))

    def _put_in_envelope(self, door: Door, lane: Lane, load: tuple[Queued, ...]) -> WaitingEnvelope:
        unit, own, now, recipient = door.unit, door.own, door.now, door.peer.id
        stream = unit.outbox.stream(recipient, lane) or self._new_stream(recipient, lane, now)
        instrument = load[0].outgoing.instrument
        state = unit.agreements.instrument(instrument) if instrument else None
        participation = None if state is None else state.participations.get(own.id)
        postmark = Postmark(
            sender=own.id,
            recipient=recipient,
            lane=lane,
            instrument=instrument,
            epoch=0 if participation is None else participation.epoch,
            incarnation=stream.incarnation,
            sequence=stream.sequence + 1,
            previous=stream.head,
            sent_at=now,
            # Not later than X2 allows: the clock was read before this transaction waited for its turn, and others put meanwhile.
            expires_at=min(now, *(_waits_since(queued, now) for queued in load)) + timedelta(days=EXPIRY_DAYS),
            is_exercise=own.is_exercise,
        )
        body = EnvelopeBody(self.ids.new_salt(), tuple(queued.outgoing.statement for queued in load))
        envelope = make_envelope(postmark, body, door.sealing_key, signer=door.signer, sealer=self.sealer)
        unit.outbox.put_stream(replace(stream, sequence=postmark.sequence, head=header_hash(envelope)))
        return unit.outbox.put_envelope(envelope, load)


def _waits_since(queued: Queued, now: datetime) -> datetime:
    """Return from when a statement's time runs; that of one that waits without end begins with each envelope."""
    return now if queued.outgoing.statement.kind in ENDLESS_KINDS else queued.since


class Door:
    """What holds toward one body while its lanes are made ready; each question is asked once."""

    def __init__(self, unit: ExchangeUnit, posting: Posting, own: Body, peer: Body, now: datetime) -> None:
        assert peer.id != own.id, "a room put a statement for our own body in the outbox"
        self.unit = unit
        self.own = own
        self.peer = peer
        self.now = now
        self.sealing_key = sealing_key_of(peer, now)
        self.signer = posting.signer_toward(unit, own, peer.id)
        self.carried: dict[int, int] = {}
        """How many statements each envelope that was looked at carries."""
        self._posting = posting
        self._terms: dict[InstrumentId, Terms] = {}
        self._earlier_keys: frozenset[KeyId] = frozenset(key_id(version.node_key) for version in own.keys[:-1])

    def why_not(self, statement: Statement, instrument: InstrumentId) -> str:
        """Say why a statement may not leave now; empty when it may."""
        if statement.kind in ALWAYS_OPEN_KINDS:
            return ""
        if instrument not in self._terms:
            self._terms[instrument] = terms_between(
                self.unit, instrument, sender=self.own.id, recipient=self.peer.id, now=self.now
            )
        if stopped := self._terms[instrument].stopped:
            return stopped
        judge = self._posting.may_leave.get(statement.kind)
        if judge is None:
            return ""
        try:
            return judge(self.unit, statement, self.peer.id)
        except (EntenteError, *FAULTS) as error:
            # What cannot be judged does not leave, and does not keep the others from leaving.
            return f"It could not be judged: {error}"[:WHY_CHARACTERS_MAX]

    def why_stale(self, waiting: WaitingEnvelope) -> str:
        """Say why an envelope that was sealed before must not be posted again as it is; empty when it may."""
        header = waiting.envelope.header
        if header.key != key_id(self.signer.public_key):
            return "It is signed with a key that the other side no longer takes, or does not take yet."
        if header.sealed_to != key_id(self.sealing_key):
            return "It is sealed to a key that its recipient has replaced."
        if header.expires_at <= self.now:
            return "It expired."
        carried = self.unit.outbox.carried_by(waiting.number)
        self.carried[waiting.number] = len(carried)
        for queued in carried:
            if why := self.why_not(queued.outgoing.statement, queued.outgoing.instrument):
                return f"Something in it may no longer leave: {why}"
        return ""

    def signed_anew(self, statement: Statement) -> Statement:
        """Return a statement of our node's with its present signature too, should an earlier key have made the one it has."""
        named = {signature.key_id for signature in statement.signatures}
        if statement.body != self.own.id or not named & self._earlier_keys:
            return statement
        return statement.with_signature(self._posting.keys.signer)
