"""Calls: one question to another node, answered in the same post (X27).

A call is an envelope in no stream, made for this moment: it is fresh for CALL_SECONDS_MAX, counts once, and carries one
statement. Its answer is an envelope of the lane `answer` that names the call's header and carries what the room gave; a refusal
is an answer too. There is no other authentication between nodes than the two signatures.

Source: docs/rules/exchange.md X27; DESIGN section 4 (wire).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.bodies.rules import key_at, verify_by_node
from entente.bodies.statements import DirectoryKind, extend
from entente.exchange.envelopes import Postmark, header_hash, make_envelope, open_envelope, sealing_key_of
from entente.exchange.model import CALL_SECONDS_MAX, Envelope, EnvelopeBody, Lane, RefusalReason
from entente.exchange.ports import ExchangeUnit, NodeKeys
from entente.exchange.posting import Posting
from entente.exchange.receipts import make_answer, opener_for
from entente.exchange.rules import Course, HeaderVerdict, Known, judge_call
from entente.exchange.ways import has_own_line, relays_toward
from entente.kernel.canonical import JsonObject
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused, Unavailable, Untrusted
from entente.kernel.ids import BodyId, Ids, InstrumentId
from entente.kernel.sealing import Sealer
from entente.kernel.signing import Context, Signer, is_signed_by, key_id
from entente.kernel.statement import Statement, draft

CALL_REFUSED_KIND = "call_refused"
PULL_KIND, PULLED_KIND = "pull", "pulled"
LATER_KEYS_KIND = "later_keys"
"""What a restored node is told first, where it signs or seals with keys that were changed since its backup (X33)."""
ANSWER_STATEMENTS_MAX = 64

Answer: TypeAlias = Callable[[Any, Statement, BodyId], Sequence[Statement]]
"""A room's answer to a call: the unit of work, the statement, the body that asks. What it raises is the answer; what it wrote is
kept unless it raises."""


Prepare: TypeAlias = Callable[[Statement, BodyId], None]
"""What a room does before it answers a call, with no unit of work open: it may ask another node. What it raises is the answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is to be posted, and where its recipient can be reached."""

    recipient: Body
    envelope: Envelope
    addresses: tuple[str, ...]
    """In the order to try: its own, then those of relays that pass it on."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls, answers them, and believes answers, for one node. Safe from several threads."""

    ids: Ids
    keys: NodeKeys
    sealer: Sealer
    posting: Posting
    answers: Mapping[str, Answer]
    """Statement kind → the room that answers it. Closed: another kind is refused."""
    record: Record

    def make(
        self,
        unit: ExchangeUnit,
        recipient: BodyId,
        statement: Statement,
        instrument: InstrumentId,
        now: datetime,
        *,
        by_relays: bool,
    ) -> Call:
        """Make a call to a body, which relays may pass on or not; raise NotFound for one that is not in the directory.

        Source: docs/rules/exchange.md X27 and X35.
        """
        own, peer = unit.bodies.own(), unit.bodies.body(recipient)
        if peer is None:
            raise NotFound
        postmark = Postmark(
            sender=own.id, recipient=recipient, lane=Lane.CALL, instrument=instrument, epoch=0,
            incarnation=self.ids.new_id("call"), sequence=0, previous="",
            sent_at=now, expires_at=now + timedelta(seconds=CALL_SECONDS_MAX),
            is_exercise=own.is_exercise,
        )  # fmt: skip
        signer = self.posting.signer_toward(unit, own, recipient)
        body = EnvelopeBody(self.ids.new_salt(), (_signed_as_known(statement, own, signer),))
        key = sealing_key_of(peer, now)
        addresses = peer.addresses
        if by_relays:
            direct = addresses if has_own_line(unit, peer) else ()
            addresses = (*direct, *(address for relay in relays_toward(unit, peer) for address in relay.addresses))
        return Call(peer, make_envelope(postmark, body, key, signer=signer, sealer=self.sealer), addresses)

    def look(self, view: ExchangeUnit, envelope: Envelope, now: datetime) -> tuple[Body, Statement]:
        """Return who calls and with which statement; raise Untrusted or Invalid for a call that proves nothing.

        Nothing is written: whoever proves nothing makes this node write nothing.

        Source: docs/rules/exchange.md X3 to X6, X11 to X13 and X27.
        """
        sender = view.bodies.body(envelope.header.sender)
        has_opener = self.keys.opener_of(envelope.header.sealed_to) is not None
        own = view.bodies.own()
        known = Known(own.id, own.is_exercise, has_opener=has_opener, sender=sender, stream=None, taken=None)
        verdict = judge_call(envelope, known, now)
        if verdict.course is not Course.TAKE or sender is None:
            raise turned_away(verdict)
        body = open_envelope(envelope, opener_for(envelope, self.keys))
        if len(body.statements) != 1:
            raise _bad_call("it carries one statement")
        (statement,) = body.statements
        if statement.body != sender.id:
            raise _bad_call("its statement is the caller's own")
        # Some rooms take the statement's moment for the call's own.
        if abs(statement.at - envelope.header.sent_at) > timedelta(seconds=CALL_SECONDS_MAX):
            raise _bad_call("its statement was made for it")
        verify_by_node(sender, statement)
        return sender, statement

    def answer(
        self, unit: ExchangeUnit, envelope: Envelope, statement: Statement, now: datetime
    ) -> Sequence[Statement]:
        """Return a room's answer, having written what belongs to it; the caller commits.

        Raises what the room raises, and Untrusted for a call that was answered before.

        Source: docs/rules/exchange.md X27.
        """
        if unit.inbox.has_answered(header_hash(envelope), now):
            detail = "It was answered before, and a call counts once."
            raise turned_away(HeaderVerdict(Course.REFUSE, "X27", RefusalReason.NOT_FRESH, detail))
        room = self.answers.get(statement.kind)
        if room is None:
            raise _bad_call(f"«{statement.kind[:40]}» is no kind of call that this node answers")
        given = room(unit, statement, envelope.header.sender)
        assert 0 < len(given) <= ANSWER_STATEMENTS_MAX, "a room answers with at least one statement, and few"
        return given

    def seal_answer(
        self, unit: ExchangeUnit, envelope: Envelope, sender: Body, statements: Sequence[Statement]
    ) -> Envelope:
        """Make the envelope of an answer.

        Source: docs/rules/exchange.md X27.
        """
        own = unit.bodies.own()
        signer = self.posting.signer_answering(unit, own, envelope)
        given = tuple(_signed_as_known(one, own, signer) for one in statements)
        return make_answer(
            envelope, sender, given, self.ids.new_salt(), own.id, Lane.ANSWER, signer=signer, sealer=self.sealer
        )

    def refusal(self, unit: ExchangeUnit, error: EntenteError, envelope: Envelope, now: datetime) -> Statement:
        """Make the answer to a call that says no, in the error's own words.

        Source: docs/rules/exchange.md X27.
        """
        own = unit.bodies.own()
        content: JsonObject = {"code": error.code, "what": error.what, "why": error.why, "do": error.do}
        signer = self.posting.signer_answering(unit, own, envelope)
        return draft(CALL_REFUSED_KIND, own.id, now, content).with_signature(signer)

    def believe(self, call: Call, answer: Envelope, own: BodyId, now: datetime) -> tuple[Statement, ...]:
        """Return the statements of an answer; raise Untrusted when it does not prove itself, and what a refusal says.

        Source: docs/rules/exchange.md X27.
        """
        header, peer = answer.header, call.recipient
        if (
            header.lane is not Lane.ANSWER
            or header.sender != peer.id
            or header.recipient != own
            or header.previous != header_hash(call.envelope)
        ):
            raise _not_an_answer(peer)
        if (key := key_at(peer, header.key, now)) is None:
            # The changes that it tells prove themselves by its heads, and the key that signed this by them.
            told = open_envelope(answer, opener_for(answer, self.keys)).statements
            key = key_at(_as_it_tells(peer, told, now), header.key, now)
        if key is None or not is_signed_by(key, answer.signature, Context.ENVELOPE, answer.header_bytes):
            raise _not_an_answer(peer)
        statements = open_envelope(answer, opener_for(answer, self.keys)).statements
        if not statements:
            raise _not_an_answer(peer)
        first = statements[0]
        if first.kind == CALL_REFUSED_KIND:
            verify_by_node(peer, first)
            raise error_of(first, peer.code)
        return statements


def _as_it_tells(peer: Body, told: Sequence[Statement], now: datetime) -> Body:
    """Return a body by the later keys that it tells a restored node; as it is known where it tells none.

    Raises Untrusted or Invalid for a change that its heads did not sign.

    Source: docs/rules/exchange.md X33; docs/rules/bodies.md B2.
    """
    for word in told[1:] if told and told[0].kind == LATER_KEYS_KIND else ():
        if word.kind == DirectoryKind.KEYS and word.body == peer.id:
            peer = extend(peer, word, now)
    return peer


def _signed_as_known(statement: Statement, own: Body, signer: Signer) -> Statement:
    """Return a statement of ours with the signature of the key that the other side knows too.

    Rooms sign with the present key. In a stream a change of keys comes first; a call does not wait for one.

    Source: docs/rules/exchange.md X27; docs/rules/bodies.md B10.
    """
    named = {signature.key_id for signature in statement.signatures}
    is_ours = statement.body == own.id
    return statement.with_signature(signer) if is_ours and key_id(signer.public_key) not in named else statement


def error_of(refused: Statement, code: str) -> EntenteError:
    """Return what a refused call means here: nothing found, a refusal, or a node that cannot answer now.

    «This node» in the words of a node that cannot answer is that node and not ours, so that it is named before them.
    """
    said = {name: str(refused.content.get(name, ""))[:1_000] for name in ("code", "what", "why", "do")}
    match said["code"]:
        case NotFound.code:
            return NotFound()
        case Unavailable.code:
            both = f"{said['what']} {said['why']}".strip()
            why = f"It says: {both}"
            do = f"Ask again later; at {code}: {said['do']}" if said["do"] else "Ask again later."
            return Unavailable(f"{code} cannot answer now.", why=why, do=do, retry_is_safe=True)
        case Invalid.code:
            return Invalid(said["what"], field="call", why=said["why"], do=said["do"])
        case Untrusted.code:
            return Untrusted(said["what"], reason="call_refused", why=said["why"], do=said["do"])
    ground = Ground("X27", allows=False, text=f"{said['what']} {said['why']}".strip())
    return Refused("The other side refused.", decision=Decision.of((ground,)), do=said["do"] or "Ask that body.")


def turned_away(verdict: HeaderVerdict) -> Untrusted:
    """Say why a call is not answered, nor passed on."""
    reason = verdict.reason or RefusalReason.NOT_FOR_US
    return Untrusted(
        "A call was not answered.",
        reason=reason.value,
        why=f"{verdict.detail} (docs/rules/exchange.md {verdict.rule})",
        do="Make the call anew; if it is turned away again, see that both clocks and directories are right.",
    )


def _bad_call(why: str) -> Invalid:
    return Invalid(
        "The call is not well formed.",
        field="call",
        why=f"A call is one question of its sender (docs/rules/exchange.md X27): {why}.",
        do="Ask with a node of the same protocol version.",
    )


def _not_an_answer(peer: Body) -> Untrusted:
    return Untrusted(
        f"The answer of {peer.code} does not prove itself.",
        reason="wrong_signature",
        why="An answer is signed by the body that was called, and names the call (docs/rules/exchange.md X27).",
        do="Ask again. If it happens often, somebody stands between the nodes.",
    )
