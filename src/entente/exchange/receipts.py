"""Receipts: how they are written, and what makes one believed (X19).

A receipt is a statement of the recipient's node about one envelope, named by the hash of its header, and travels in an
envelope of the lane `receipt` that is in no stream and names the same hash as its previous header: as the answer to the post, or
posted by itself where the envelope came another way. The sender keeps the statement: it proves without any key but the
recipient's public one.

Source: docs/rules/exchange.md X19; DESIGN section 4 (evidence ladder).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from entente.bodies.model import Body
from entente.bodies.rules import key_at, verify_by_node
from entente.exchange.envelopes import Postmark, header_hash, make_envelope, open_envelope, sealing_key_of
from entente.exchange.model import (
    CLOCK_SKEW_SECONDS_MAX,
    EXPIRY_DAYS,
    Envelope,
    EnvelopeBody,
    Lane,
    Receipt,
    ReceiptOutcome,
    WaitingEnvelope,
)
from entente.exchange.ports import NodeKeys
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.sealing import Opener, Sealer
from entente.kernel.signing import Context, Signer, is_signed_by
from entente.kernel.statement import Statement, draft

RECEIPT_KIND = "receipt"


@dataclass(frozen=True, slots=True)
class BelievedReceipt:
    """A receipt that proves itself, the envelope it answers, and its signed statement as bytes to keep."""

    waiting: WaitingEnvelope
    receipt: Receipt
    speaker: BodyId
    evidence: bytes


def make_receipt(
    answered: Envelope, receipt: Receipt, sender: Body, salt: bytes, speaker: BodyId, *, signer: Signer, sealer: Sealer
) -> Envelope:
    """Make a body's signed answer to an envelope, sealed to its sender. The speaker is its recipient, or a relay.

    Source: docs/rules/exchange.md X19 and X25.
    """
    header = answered.header
    assert sender.id == header.sender, "a receipt goes to the body that sent the envelope"
    statement = draft(RECEIPT_KIND, speaker, receipt.at, to_object(receipt)).with_signature(signer)
    return make_answer(answered, sender, (statement,), salt, speaker, Lane.RECEIPT, signer=signer, sealer=sealer)


def make_answer(
    answered: Envelope,
    to: Body,
    statements: tuple[Statement, ...],
    salt: bytes,
    speaker: BodyId,
    lane: Lane,
    *,
    signer: Signer,
    sealer: Sealer,
) -> Envelope:
    """Make an envelope outside streams that answers another one and carries the statements, the first of which dates it."""
    header, at = answered.header, statements[0].at
    postmark = Postmark(
        sender=speaker,
        recipient=to.id,
        lane=lane,
        instrument=header.instrument,
        epoch=0,
        incarnation=header.incarnation,
        sequence=0,
        previous=header_hash(answered),
        sent_at=at,
        expires_at=at + timedelta(days=EXPIRY_DAYS),
        # Whom we know is of an exercise if we are (B15).
        is_exercise=to.is_exercise,
    )
    return make_envelope(postmark, EnvelopeBody(salt, statements), sealing_key_of(to, at), signer=signer, sealer=sealer)


def believe_receipt(
    answer: Envelope, waiting: WaitingEnvelope, speaker: Body, own: BodyId, keys: NodeKeys, now: datetime
) -> BelievedReceipt:
    """Return what a receipt says of one of our envelopes; raise Untrusted when it does not prove itself.

    The speaker is the envelope's recipient, or a relay: which of the two it is decides what its word can do (X21, X25).
    Raises Invalid when the receipt's body is ill-formed.

    Source: docs/rules/exchange.md X19.
    """
    header = answer.header
    if header.lane is not Lane.RECEIPT or header.sender != speaker.id or header.recipient != own:
        raise _not_believed("not_for_us", "It is not a receipt of the body that was sent to, for us.")
    key = key_at(speaker, header.key, now)
    if key is None or not is_signed_by(key, answer.signature, Context.ENVELOPE, answer.header_bytes):
        raise _not_believed("wrong_signature", f"The node key of {speaker.code} in force now did not sign it.")
    if header.previous != header_hash(waiting.envelope):
        raise _not_believed("not_sent", "It answers another envelope.")
    if header.sent_at > now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):
        raise _not_believed("from_the_future", "Its moment lies ahead of our clock.")
    body = open_envelope(answer, opener_for(answer, keys))
    if len(body.statements) != 1 or body.statements[0].kind != RECEIPT_KIND:
        raise _not_believed("ill_formed", "It does not hold one statement of the kind receipt.")
    (statement,) = body.statements
    verify_by_node(speaker, statement)
    receipt = from_json(Receipt, statement.content, RECEIPT_KIND)
    if receipt.envelope != header.previous:
        raise _not_believed("another_envelope", "Its statement is about another envelope than its header.")
    if receipt.results and receipt.outcome not in {ReceiptOutcome.STORED, ReceiptOutcome.DUPLICATE}:
        raise _not_believed("ill_formed", "It speaks of statements of an envelope that it did not take in.")
    if speaker.id != waiting.recipient and receipt.outcome not in RELAYS_SAY:
        raise _not_believed(
            "not_its_word", "Only the recipient says that it has an envelope, and a relay that it passes it on."
        )
    if speaker.id == waiting.recipient and receipt.outcome in {ReceiptOutcome.RELAYED, ReceiptOutcome.UNDELIVERED}:
        raise _not_believed("not_its_word", "A recipient relays nothing to itself.")
    return BelievedReceipt(waiting, receipt, speaker.id, canonical_bytes(statement.to_json()))


RELAYS_SAY = frozenset({ReceiptOutcome.RELAYED, ReceiptOutcome.UNDELIVERED, ReceiptOutcome.REFUSED})
"""What a relay can say of an envelope that it was asked to pass on."""


def opener_for(envelope: Envelope, keys: NodeKeys) -> Opener:
    """Return the opener of the key an envelope is sealed to; raise Untrusted when it is none of ours."""
    opener = keys.opener_of(envelope.header.sealed_to)
    if opener is None:
        raise Untrusted(
            "A sealed body could not be opened.",
            reason="not_sealed_for_us",
            why="It was sealed to a key that this node does not hold, or holds no longer.",
            do="Ask its sender to send it again, sealed to the key in this body's directory entry.",
        )
    return opener


def _not_believed(reason: str, why: str) -> Untrusted:
    return Untrusted(
        "A receipt does not prove itself and is not believed.",
        reason=reason,
        why=f"{why} (docs/rules/exchange.md X19)",
        do="Nothing is lost: the envelope is sent again. If it happens often, somebody stands between the nodes.",
    )
