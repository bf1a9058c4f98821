"""Receipts: how they are written, and what makes one believed (X19).

A receipt is a statement of the recipient's node about one envelope, named by the hash of its header, and travels in an
envelope of the lane `receipt` that is in no stream and names the same hash as its previous header. The sender keeps the
statement: it proves without any key but the recipient's public one.

Source: docs/rules/exchange.md X19; DESIGN section 4 (evidence ladder).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.sealing import Opener, Sealer
from entente.kernel.signing import Context, Signer, is_signed_by
from entente.kernel.statement import draft

RECEIPT_KIND = "receipt"


@dataclass(frozen=True, slots=True)
class BelievedReceipt:
    """A receipt that proves itself, the envelope it answers, and its signed statement as bytes to keep."""

    waiting: WaitingEnvelope
    receipt: Receipt
    evidence: bytes


def make_receipt(
    answered: Envelope, receipt: Receipt, sender: Body, salt: bytes, *, signer: Signer, sealer: Sealer
) -> Envelope:
    """Make the signed answer to an envelope, sealed to its sender.

    Source: docs/rules/exchange.md X19.
    """
    header = answered.header
    assert sender.id == header.sender, "a receipt goes to the body that sent the envelope"
    content = to_object(receipt)
    statement = draft(RECEIPT_KIND, header.recipient, receipt.at, content).with_signature(signer)
    postmark = Postmark(
        sender=header.recipient,
        recipient=header.sender,
        lane=Lane.RECEIPT,
        instrument=header.instrument,
        epoch=0,
        incarnation=header.incarnation,
        sequence=0,
        previous=header_hash(answered),
        sent_at=receipt.at,
        expires_at=receipt.at + timedelta(days=EXPIRY_DAYS),
    )
    body = EnvelopeBody(salt, (statement,))
    return make_envelope(postmark, body, sealing_key_of(sender, receipt.at), signer=signer, sealer=sealer)


def believe_receipt(
    answer: Envelope, sent: Mapping[str, WaitingEnvelope], peer: Body, own: BodyId, opener: Opener, now: datetime
) -> BelievedReceipt:
    """Return what a receipt says of one of the envelopes sent; raise Untrusted when it does not prove itself.

    `sent` holds the envelopes of the parcel by the hash of their headers. Raises Invalid when the receipt's body is
    ill-formed.

    Source: docs/rules/exchange.md X19.
    """
    header = answer.header
    if header.lane is not Lane.RECEIPT or header.sender != peer.id or header.recipient != own:
        raise _not_believed("not_for_us", "It is not a receipt of the body that was sent to, for us.")
    key = key_at(peer, header.key, now)
    if key is None or not is_signed_by(key, answer.signature, Context.ENVELOPE, answer.header_bytes):
        raise _not_believed("wrong_signature", f"The node key of {peer.code} in force now did not sign it.")
    if header.previous not in sent:
        raise _not_believed("not_sent", "It answers an envelope that was not sent with it.")
    if header.sent_at > now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):
        raise _not_believed("from_the_future", "Its moment lies ahead of our clock.")
    body = open_envelope(answer, opener)
    if len(body.statements) != 1 or body.statements[0].kind != RECEIPT_KIND:
        raise _not_believed("ill_formed", "It does not hold one statement of the kind receipt.")
    (statement,) = body.statements
    verify_by_node(peer, statement)
    receipt = from_json(Receipt, statement.content, RECEIPT_KIND)
    if receipt.envelope != header.previous:
        raise _not_believed("another_envelope", "Its statement is about another envelope than its header.")
    if receipt.results and receipt.outcome in {ReceiptOutcome.REFUSED, ReceiptOutcome.GAP}:
        raise _not_believed("ill_formed", "It speaks of statements of an envelope that it did not take in.")
    return BelievedReceipt(sent[header.previous], receipt, canonical_bytes(statement.to_json()))


def _not_believed(reason: str, why: str) -> Untrusted:
    return Untrusted(
        "A receipt does not prove itself and is not believed.",
        reason=reason,
        why=f"{why} (docs/rules/exchange.md X19)",
        do="Nothing is lost: the envelope is sent again. If it happens often, somebody stands between the nodes.",
    )
