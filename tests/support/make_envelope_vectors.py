"""Makes tests/vectors/envelopes: one golden file, and one hostile file for each fault, named for it.

Run as `python -m tests.support.make_envelope_vectors`. Keys are derived from names, the sealer is the tests' own
(a keyed digest before the plain bytes: SHA-256 over «sealed», key, info and plain, each after its length in 8 bytes),
so that the files never change unless the protocol does. Each file holds the batch as posted to XB, the moment, what XB had
taken in before, and the answer it must give.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from entente.exchange.envelopes import Postmark, batch_to_bytes, header_hash, make_envelope
from entente.exchange.model import CLOCK_SKEW_SECONDS_MAX, EXPIRY_DAYS, Envelope, EnvelopeBody, Lane
from entente.kernel.clock import format_time
from entente.kernel.ids import InstrumentId
from entente.kernel.signing import Context, Signature
from entente.kernel.statement import Statement, draft
from tests.support.memory_exchange import NOW, PROGRAMME, XA, XB, XC, PlainSealer, sealing_key_named, signer_named

FOLDER = Path(__file__).parents[1] / "vectors" / "envelopes"
SALT = bytes(range(16))


def _message(text: str, kind: str = "message", signer: str = "XA node 1") -> Statement:
    return draft(kind, XA, NOW, {"text": text}).with_signature(signer_named(signer))


def _envelope(
    *statements: Statement, signer: str = "XA node 1", sealed_to: str = "XB 1", salt: bytes = SALT, **changes: object
) -> Envelope:
    postmark = Postmark(
        XA,
        XB,
        Lane.DATA,
        PROGRAMME,
        1,
        "20310504T120000000000Z.stream-1",
        1,
        "",
        NOW,
        NOW + timedelta(days=EXPIRY_DAYS),
    )
    postmark = replace(postmark, **changes)  # type: ignore[arg-type]  # the fields of the dataclass
    body = EnvelopeBody(salt, statements or (_message("hello"),))
    return make_envelope(
        postmark, body, sealing_key_named(sealed_to), signer=signer_named(signer), sealer=PlainSealer()
    )


GOOD = _envelope()
SECOND = _envelope(_message("second"), sequence=2, previous=header_hash(GOOD))


def _with_header(envelope: Envelope, old: str, new: str) -> bytes:
    """Change the header's text and sign it again, as a node with another program would."""
    data = envelope.header_bytes.replace(old.encode(), new.encode())
    assert data != envelope.header_bytes
    signature = signer_named("XA node 1").sign(Context.ENVELOPE, data)
    return batch_to_bytes([replace(envelope, header_bytes=data, signature=signature)])


def _resealed(envelope: Envelope, plain: bytes) -> Envelope:
    sealed = PlainSealer().seal(sealing_key_named("XB 1"), plain, hashlib.sha256(envelope.header_bytes).digest())
    return replace(envelope, sealed=sealed)


def _one(envelope: Envelope) -> bytes:
    return batch_to_bytes([envelope])


def _ill_formed_body() -> bytes:
    return _one(_envelope(Statement("message", XA, NOW, {}, b'{"not":"a statement"}')))


def _flipped(envelope: Envelope, place: int) -> Envelope:
    sealed = bytearray(envelope.sealed)
    sealed[place] ^= 1
    return replace(envelope, sealed=bytes(sealed))


# name → (what it shows, the batch, batches taken in before, outcome or error, reason, texts taken in)
VECTORS: dict[str, tuple[str, bytes, tuple[bytes, ...], str, str, tuple[str, ...]]] = {
    "good": ("The first envelope of a stream.", _one(GOOD), (), "stored", "", ("hello",)),
    "good_second": ("The second follows the first.", _one(SECOND), (_one(GOOD),), "stored", "", ("hello", "second")),
    "duplicate": ("The same envelope again.", _one(GOOD), (_one(GOOD),), "duplicate", "", ("hello",)),
    "wrong_version": ("X1: a header of version 2.", _with_header(GOOD, '"v":1', '"v":2'), (), "untrusted", "wrong_version", ()),
    "wrong_batch_version": ("X1: a batch of version 2.", _one(GOOD)[:-2] + b"2}", (), "untrusted", "wrong_version", ()),
    "unknown_header_field": (
        "X2: a header with one field more.", _with_header(GOOD, '"v":1', '"v":1,"x":1'), (), "invalid", "header.x", (),
    ),
    "header_not_canonical": (
        "X2: a header with a space.", _with_header(GOOD, '"v":1', '"v": 1'), (), "invalid", "document", (),
    ),
    "sequence_zero": ("X2: streams count from 1.", _one(_envelope(sequence=0)), (), "invalid", "header.sequence", ()),
    "expires_too_late": (
        "X2: more than 30 days.", _one(_envelope(expires_at=NOW + timedelta(days=EXPIRY_DAYS, seconds=1))), (),
        "invalid", "header.expires_at", (),
    ),
    "truncated": ("X2: the last byte is missing.", _one(GOOD)[:-1], (), "invalid", "document", ()),
    "not_utf8": ("X2: bytes that are no text.", b"\xff\xfe", (), "invalid", "document", ()),
    "not_for_us": ("X3: for another recipient.", _one(_envelope(recipient=XC)), (), "refused", "not_for_us", ()),
    "unknown_sender": (
        "X4: from a body nobody introduced.", _one(_envelope(signer="XC node 1", sender=XC)), (), "untrusted",
        "unknown_sender", (),
    ),
    "wrong_signature": (
        "X5: 64 zero bytes.", _one(replace(GOOD, signature=Signature(GOOD.signature.key_id, bytes(64)))), (),
        "refused", "wrong_signature", (),
    ),
    "signed_by_a_head": (
        "X5: a head's key is no node's.", _one(_envelope(signer="XA head 1")), (), "refused", "wrong_signature", (),
    ),
    "signed_by_another_body": (
        "X5: XC signs as XA.", _one(_envelope(signer="XC node 1")), (), "refused", "wrong_signature", (),
    ),
    "from_the_future": (
        "X6: one second beyond the allowed skew.",
        _one(_envelope(sent_at=NOW + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX + 1))), (), "refused", "from_the_future", (),
    ),
    "fork": (
        "X7: another header under a taken sequence.", _one(_envelope(_message("other"))), (_one(GOOD),), "refused",
        "replayed", ("hello",),
    ),
    "old_incarnation": (
        "X8: a stream that a newer one replaced.", _one(_envelope(incarnation="20300101T000000000000Z.stream-0")),
        (_one(GOOD),), "refused", "replayed", ("hello",),
    ),
    "gap": ("X8: the first is missing.", _one(SECOND), (), "gap", "", ()),
    "chain_broken": (
        "X9: it follows nothing.", _one(_envelope(sequence=2, previous="0" * 64)), (_one(GOOD),), "refused",
        "chain_broken", ("hello",),
    ),
    "expired": (
        "X10: past its moment.", _one(_envelope(sent_at=NOW - timedelta(days=2), expires_at=NOW)), (), "refused",
        "expired", (),
    ),
    "sealed_to_an_old_key": ("X11: not our key.", _one(_envelope(sealed_to="XB 0")), (), "refused", "not_sealed_for_us", ()),
    "sealed_bit_flipped": ("X12: one bit of the sealed body.", _one(_flipped(GOOD, -1)), (), "refused", "not_sealed_for_us", ()),
    "sealed_for_another_header": (
        "X12: the body of another envelope.", _one(replace(GOOD, sealed=SECOND.sealed)), (), "refused",
        "not_sealed_for_us", (),
    ),
    "resealed": ("X12: sealed again by somebody between.", _one(_resealed(GOOD, b"{}")), (), "refused", "wrong_digest", ()),
    "ill_formed_body": ("X13: what is sealed holds no statement.", _ill_formed_body(), (), "refused", "ill_formed", ()),
    "short_salt": ("X13: a salt of 15 bytes.", _one(_envelope(salt=SALT[:15])), (), "refused", "ill_formed", ()),
    "unknown_kind": ("X15: no room takes it.", _one(_envelope(_message("x", "gossip"))), (), "stored", "unknown_kind", ()),
    "instrument_not_in_force": (
        "X16: an instrument not known here.", _one(_envelope(instrument=InstrumentId("instrument:none"))), (), "stored",
        "instrument_not_in_force", (),
    ),
    "statement_signed_by_another": (
        "X18: the statement inside is not XA's.", _one(_envelope(_message("x", signer="XC node 1"))), (), "stored",
        "not_accepted", (),
    ),
    "poison_beside_good": (
        "X18: one statement is refused, the other counts.", _one(_envelope(_message("x", "poison"), _message("y"))), (),
        "stored", "not_accepted", ("y",),
    ),
}  # fmt: skip


def documents() -> dict[str, str]:
    """Return the text of every vector file by its name."""
    return {
        name: json.dumps(
            {
                "shows": shows,
                "recipient": XB,
                "now": format_time(NOW),
                "taken_before": [text_of(one) for one in before],
                "batch": text_of(batch),
                "outcome": outcome,
                "reason": reason,
                "taken_in": list(texts),
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
        for name, (shows, batch, before, outcome, reason, texts) in VECTORS.items()
    }


def text_of(batch: bytes) -> str:
    """Write a batch as text, byte for byte: Latin-1, so that bytes which are no UTF-8 have a form too."""
    return batch.decode("latin-1")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        (FOLDER / f"{name}.json").write_text(document, encoding="utf-8")
