"""A peer that lies: SB's real keys, a stream of its own, and whatever was ever on a line. It may change nothing that is true.

Its envelopes are well made: what is wrong is what they say, whom they claim to be from, or when they come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from entente.agreements.statements import AgreementKind
from entente.bodies.statements import DirectoryKind
from entente.exchange.envelopes import Postmark, batch_to_bytes, body_bytes, header_hash, make_envelope
from entente.exchange.model import Envelope, EnvelopeBody, Lane
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId
from entente.kernel.signing import Context, Signature, encode_bytes, key_id
from entente.kernel.statement import Statement, draft
from tests.simulation.parts import SeededIds, Timeline, head_signers, node_signer, sealing_key
from tests.simulation.plan import Event
from tests.simulation.template import SILENT, Template
from tests.simulation.truth import BrokenError
from tests.simulation.wire import damaged
from tests.support.memory_exchange import PlainSealer

if TYPE_CHECKING:
    from tests.simulation.world import World

FLOOD = 12


class Peer:
    """The hostile body, with the state of its streams."""

    def __init__(self, template: Template, timeline: Timeline, ids: SeededIds) -> None:
        self.template = template
        self.timeline = timeline
        self.ids = ids
        self.heads: dict[tuple[str, Lane], tuple[int, str]] = {}
        self.incarnation = "20310504T080000000000Z.stream-hostile"

    def attack(self, world: World, event: Event) -> None:
        """Do what an event says to a node that is up, and see that a lie was not taken in."""
        if not world.nodes[event.node].is_up:
            return
        batch = ATTACKS[event.kind](self, world, event)
        if not batch:
            return
        world.faults[event.kind] += 1

        def receive() -> str:
            world.node(event.node).exchange.receive(batch)
            return "answered"

        said = world.call(event.node, receive)
        world.say(f"{event.node} {event.kind}: {said}")
        before, now = world.seen[event.node], world.peek(event.node)
        if event.kind in {"hostile_keys", "hostile_stand"}:
            victim = self.template.bodies[str(event.args["other"])]
            mine = {key: stand for key, stand in now.stands.items() if key[1] == victim}
            is_changed = any(before.stands.get(key) != stand for key, stand in mine.items())
            if is_changed or before.bodies[victim] != now.bodies[victim]:
                raise BrokenError(f"I2: {event.node} believes what {SILENT} says in the name of {event.args['other']}.")
        if event.kind in NEVER_TAKEN_IN:
            verbs = {row.verb for row in now.rows}
            if "envelope_taken_in" in verbs:
                raise BrokenError(f"I5: {event.node} took in an envelope of the attack {event.kind}.")

    def envelope(self, to: str, *statements: Statement, lane: Lane = Lane.DATA, moves: bool = True) -> Envelope:
        """Make the next envelope of the peer's stream to a body; one that does not move the stream is a fork."""
        sequence, head = self.heads.get((to, lane), (0, ""))
        now = self.timeline.moment
        postmark = Postmark(
            sender=self.template.bodies[SILENT],
            recipient=self.template.bodies[to],
            lane=lane,
            instrument=self.template.instruments["charter"],
            epoch=1,
            incarnation=self.incarnation,
            sequence=sequence + 1,
            previous=head,
            sent_at=now,
            expires_at=now + timedelta(days=30),
        )
        body = EnvelopeBody(self.ids.new_salt(), statements)
        made = make_envelope(postmark, body, sealing_key(to), signer=node_signer(SILENT), sealer=PlainSealer())
        if moves:
            self.heads[to, lane] = (sequence + 1, header_hash(made))
        return made

    def says(self, kind: str, content: JsonObject, body: BodyId | None = None) -> Statement:
        """Sign a statement with the peer's node key, in whosoever's name."""
        speaker = self.template.bodies[SILENT] if body is None else body
        return draft(kind, speaker, self.timeline.moment, content).with_signature(node_signer(SILENT))

    def heads_say(self, kind: str, content: JsonObject, body: BodyId) -> Statement:
        """Sign a statement in another body's name with the peer's heads' keys."""
        statement = draft(kind, body, self.timeline.moment, content)
        for signer in head_signers(SILENT):
            statement = statement.with_signature(signer)
        return statement


def _recorded(world: World, event: Event) -> bytes:
    """Return an old batch, mostly one that was for this node."""
    mine = [batch for _, to, batch in world.wire.carried if to == event.node]
    batches = mine if mine and event.salt % 4 else [batch for _, _, batch in world.wire.carried]
    return batches[event.salt % len(batches)] if batches else b""


def _replay(_: Peer, world: World, event: Event) -> bytes:
    return _recorded(world, event)


def _forge(_: Peer, world: World, event: Event) -> bytes:
    """Turn a bit inside the envelopes of an old batch, and send it again."""
    batch = _recorded(world, event)
    return damaged(batch, event.salt // 7 + len(batch) // 2) if batch else b""


def _fork(peer: Peer, _world: World, event: Event) -> bytes:
    """Say two things in one place of the stream."""
    first = peer.envelope(event.node, peer.says("message", {"text": "one"}), moves=False)
    second = peer.envelope(event.node, peer.says("message", {"text": "two"}))
    return batch_to_bytes([second, first])


def _flood(peer: Peer, _world: World, event: Event) -> bytes:
    """Send many envelopes of nonsense in good order."""
    return batch_to_bytes(
        [peer.envelope(event.node, peer.says("message", {"text": f"nonsense {place}"})) for place in range(FLOOD)]
    )


def _claiming(peer: Peer, event: Event, **claims: object) -> bytes:
    """Return an envelope whose header claims something else, sealed under it and signed by the peer all the same."""
    body = EnvelopeBody(peer.ids.new_salt(), (peer.says("message", {"text": "hello"}),))
    made = peer.envelope(event.node, *body.statements, moves=False)
    plain = body_bytes(body)
    header = replace(made.header, digest=hashlib.sha256(plain).hexdigest(), **claims)  # type: ignore[arg-type] # fields by name
    data = canonical_bytes(to_object(header))
    sealed = PlainSealer().seal(sealing_key(event.node), plain, hashlib.sha256(data).digest())
    signature = Signature(header.key, node_signer(SILENT).sign(Context.ENVELOPE, data).value)
    return batch_to_bytes([Envelope(header, data, signature, sealed)])


def _stranger(peer: Peer, _world: World, event: Event) -> bytes:
    """Post as a body that nobody knows."""
    return _claiming(peer, event, sender=BodyId("body:" + "z" * 32))


def _impersonate(peer: Peer, world: World, event: Event) -> bytes:
    """Post as another body, in the next place of its stream, under its key's name."""
    others = sorted(code for code in world.nodes if code != event.node)
    victim = others[event.salt % len(others)]
    claims = {"sender": world.template.bodies[victim], "key": key_id(node_signer(victim).public_key)}
    return _claiming(peer, event, incarnation="20310504T090000000000Z.stream-new", sequence=1, previous="", **claims)


def _chain(peer: Peer, _world: World, event: Event) -> bytes:
    """Come next in the stream, and after another envelope than the last."""
    return _claiming(peer, event, previous="f" * 64)


def _ahead(peer: Peer, _world: World, event: Event) -> bytes:
    """Date an envelope an hour ahead."""
    ahead = peer.timeline.moment + timedelta(hours=1)
    return _claiming(peer, event, sent_at=ahead, expires_at=ahead + timedelta(days=1))


def _elsewhere(peer: Peer, world: World, event: Event) -> bytes:
    """Post to one node what is for another."""
    others = sorted(code for code in world.nodes if code != event.node)
    return _claiming(peer, event, recipient=world.template.bodies[others[event.salt % len(others)]])


def _record(peer: Peer, world: World, event: Event) -> bytes:
    """Pass off a record as another body's: its statement, signed with the peer's key."""
    for statement in world.truth.said.values():
        if statement.kind == "record" and statement.body != world.template.bodies[event.node]:
            content = {**statement.content, "officer": "duty-9"}
            return batch_to_bytes([peer.envelope(event.node, peer.says("record", content, statement.body))])
    return b""


def _withdrawal(peer: Peer, world: World, event: Event) -> bytes:
    """Withdraw another body's record in its name, and in the peer's own."""
    for name, kept in sorted(world.seen[event.node].records.items()):
        if kept.received_from is not None:
            content: JsonObject = {"officer": "duty-9", "signed_in": "operator token", "record": name, "reason": "none"}
            source = BodyId(name.partition("/")[0])
            lies = [peer.says("withdrawal", content, source), peer.says("withdrawal", content)]
            return batch_to_bytes([peer.envelope(event.node, *lies, lane=Lane.CONTROL)])
    return b""


def _keys(peer: Peer, world: World, event: Event) -> bytes:
    """Give another body new keys, signed with the peer's heads' keys."""
    victim = world.template.bodies[str(event.args["other"])]
    content: JsonObject = {
        "version": 2,
        "root_keys": [encode_bytes(signer.public_key) for signer in head_signers(SILENT)],
        "threshold": 2,
        "node_key": encode_bytes(node_signer(SILENT, 9).public_key),
        "sealing_key": encode_bytes(sealing_key(SILENT, 9)),
        "valid_from": format_time(peer.timeline.moment),
    }
    lie = peer.heads_say(DirectoryKind.KEYS, content, victim)
    return batch_to_bytes([peer.envelope(event.node, lie, lane=Lane.CONTROL)])


def _stand(peer: Peer, world: World, event: Event) -> bytes:
    """Suspend in another party's name, signed with the peer's heads' keys."""
    victim = world.template.bodies[str(event.args["other"])]
    instrument = world.template.instruments["agreement"]
    stand = world.seen[event.node].stands.get((instrument, victim))
    if stand is None:
        return b""
    content: JsonObject = {
        **stand,
        "epoch": stand["epoch"] + 1,
        "at": format_time(peer.timeline.moment),
        "state": "withdrawn",
        "suspensions": [],
        "statement": None,
    }
    lie = peer.heads_say(AgreementKind.PARTICIPATION, content, victim)
    return batch_to_bytes([peer.envelope(event.node, lie, lane=Lane.CONTROL)])


def _receipt(_peer: Peer, world: World, event: Event) -> bytes:
    """Post somebody's receipt as if it were a message."""
    for line in world.wire.lines.values():
        if line.last_answer:
            return line.last_answer
    return b""


ATTACKS: dict[str, Callable[[Peer, World, Event], bytes]] = {
    "hostile_replay": _replay,
    "hostile_forge": _forge,
    "hostile_fork": _fork,
    "hostile_flood": _flood,
    "hostile_stranger": _stranger,
    "hostile_impersonate": _impersonate,
    "hostile_chain": _chain,
    "hostile_ahead": _ahead,
    "hostile_elsewhere": _elsewhere,
    "hostile_record": _record,
    "hostile_withdrawal": _withdrawal,
    "hostile_keys": _keys,
    "hostile_stand": _stand,
    "hostile_receipt": _receipt,
}
NEVER_TAKEN_IN = frozenset(
    {
        "hostile_stranger",
        "hostile_impersonate",
        "hostile_chain",
        "hostile_ahead",
        "hostile_elsewhere",
        "hostile_receipt",
    }
)
"""Attacks of which no envelope may be taken in, whatever its statements would come to."""
