"""Asking over the wire for what may not be known of: hidden and absent are the same answer in form, size and code (I7).

Two questions differ in one record's id, of the same length: one record is there, the other is nowhere. A body that may not
know of the first learns nothing from the two answers: not from their words, not from their bytes, not from whether they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from entente.correspondence.model import AnswerOutcome, Header
from entente.correspondence.statements import ConsultContent, Kind
from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    envelope_bytes,
    envelope_from_json,
    make_envelope,
    read_body,
)
from entente.exchange.model import CALL_SECONDS_MAX, Envelope, EnvelopeBody, Lane
from entente.kernel.canonical import Json, canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.ids import RecordId
from entente.kernel.signing import Ed25519Signer, decode_bytes, encode_bytes
from entente.kernel.statement import draft
from tests.simulation.parts import SeededIds, node_signer
from tests.simulation.plan import Event
from tests.simulation.truth import BrokenError, parsed
from tests.support.memory_exchange import PlainSealer

if TYPE_CHECKING:
    from tests.simulation.world import World

SHARED_UNDER = {
    "wanted_person": ("agreement", "identify", "fugitives"),
    "drug_seizure": ("programme", "analysis", "drugs"),
}
"""Kind of record → its instrument, and why it may be asked for."""
ASK = "ask_hidden"
MADE_ANEW = frozenset({"id", "at", "consult"})
"""Fields of an answer that differ between any two answers, each of one length."""
TAG_BYTES = 32
"""What the deterministic sealer puts before the plain bytes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as its asker sees it."""

    outcome: str
    size: int
    """Of its envelope on the wire."""
    form: bytes
    """All it says but what is made anew for every answer."""


class Questions:
    """Whoever asks, with the keys of the body it asks as."""

    def __init__(self, ids: SeededIds) -> None:
        self.ids = ids

    def ask(self, world: World, event: Event) -> str:
        """Ask a node, as another body, for a record of its own and for one that nobody has; compare what comes back."""
        asker = str(event.args["other"])
        own = sorted(kept.id for kept in world.seen[event.node].records.values() if kept.received_from is None)
        if not own or asker == event.node:
            return "nothing to ask for"
        hidden = own[event.salt % len(own)]
        kind = world.seen[event.node].records[hidden].kind
        source, _, local_id = hidden.partition("/")
        absent = f"{source}/{'nobody-has-this'[: len(local_id)].ljust(len(local_id), '-')}"
        found = []
        for wanted in (hidden, absent):
            answer = self._answered(world, event.node, self._call(world, asker, event.node, RecordId(wanted), kind))
            if answer is None or answer.outcome == "unavailable":
                return "no answer"
            found.append(answer)
        may_know = asker in world.template.parties(SHARED_UNDER[kind][0])
        if (not may_know or found[0].outcome == AnswerOutcome.NOT_FOUND) and found[0] != found[1]:
            raise BrokenError(
                f"I7: {event.node} answers {asker} as {found[0]} for what is hidden, {found[1]} for what is absent."
            )
        world.faults[event.kind] += not may_know
        return f"{asker} asks for {hidden}: {found[0].outcome}"

    def _call(self, world: World, asker: str, to: str, wanted: RecordId, kind: str) -> Envelope:
        instrument, purpose, area = SHARED_UNDER[kind]
        now, own = world.timeline.moment, world.template.bodies[asker]
        name = self.ids.new_id("consult")
        world.truth.asked_in_a_name.add(name)
        header = Header(
            name, own, world.template.bodies[to], world.template.instruments[instrument],
            "duty-9", "", "", now,
        )  # fmt: skip
        content = ConsultContent(header, wanted, kind, purpose, area, ("duty_officer",), "operator token")
        signer = _signer(world, asker, to)
        statement = draft(Kind.CONSULT, own, now, to_object(content)).with_signature(signer)
        postmark = Postmark(
            sender=own, recipient=header.recipient, lane=Lane.CALL, instrument=header.instrument, epoch=0,
            incarnation=self.ids.new_id("call"), sequence=0, previous="",
            sent_at=now, expires_at=now + timedelta(seconds=CALL_SECONDS_MAX),
        )  # fmt: skip
        key = decode_bytes(str(_newest_keys(world, to, to)["sealing_key"]), "sealing_key")
        body = EnvelopeBody(self.ids.new_salt(), (statement,))
        return make_envelope(postmark, body, key, signer=signer, sealer=PlainSealer())

    def _answered(self, world: World, code: str, call: Envelope) -> Seen | None:
        answers: list[bytes] = []

        def receive() -> str:
            answers.append(world.node(code).exchange.receive(batch_to_bytes([call])))
            return ""

        world.call(code, receive)
        if not answers:
            return None
        (answer,) = (envelope_from_json(item) for item in batch_from_bytes(answers[0]))
        (statement,) = read_body(answer.sealed[TAG_BYTES:]).statements
        outcome = str(statement.content.get("outcome", statement.content.get("code")))
        says = canonical_bytes({"kind": statement.kind, "says": _lasting(statement.content)})
        return Seen(outcome, len(envelope_bytes(answer)), says)


def _lasting(content: Mapping[str, Json]) -> Json:
    return {
        name: _lasting(value) if isinstance(value, dict) else value
        for name, value in content.items()
        if name not in MADE_ANEW
    }


def _newest_keys(world: World, at: str, of: str) -> Any:  # noqa: ANN401 - as the store has it
    return parsed(world.seen[at].bodies[world.template.bodies[of]])["keys"][-1]


def _signer(world: World, code: str, to: str) -> Ed25519Signer:
    """Return the node key by which a node knows a body now."""
    known = _newest_keys(world, to, code)["node_key"]
    version = 1
    while encode_bytes(node_signer(code, version).public_key) != known:
        version += 1
    return node_signer(code, version)
