"""How an envelope is made, written, read and opened (X1, X2, X11 to X13).

A header is canonical bytes, signed exactly as they are; the body is canonical bytes that begin with a salt, named in the
header by their digest and sealed to the recipient under the hash of the header. So nothing of an envelope can be changed,
and nothing of one can be moved to another.

On the wire a batch is one canonical document: `{"envelopes": [{"header": text, "sealed": base64, "signature": {"key",
"value"}}, …], "v": 1}`. Whether an envelope is believed is the matter of `rules`.

Source: docs/rules/exchange.md; DESIGN section 4.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entente.bodies.model import Body
from entente.bodies.rules import keys_at
from entente.exchange.model import (
    BATCH_BYTES_MAX,
    BATCH_ENVELOPES_MAX,
    BODY_BYTES_MAX,
    EXPIRY_DAYS,
    HEADER_BYTES_MAX,
    PROTOCOL_VERSION,
    STATEMENTS_MAX,
    STREAM_LANES,
    Envelope,
    EnvelopeBody,
    EnvelopeHeader,
    Lane,
)
from entente.kernel.canonical import Json, JsonObject, canonical_bytes, canonical_text, parse_canonical
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import SALT_BYTES, BodyId, InstrumentId, KeyId
from entente.kernel.sealing import Opener, Sealer
from entente.kernel.signing import (
    SIGNATURE_BYTES,
    Context,
    Signature,
    Signer,
    decode_bytes,
    encode_bytes,
    is_signed_by,
    key_id,
)
from entente.kernel.statement import Statement
from entente.kernel.statement import from_json as statement_from_json

SEALED_BYTES_MAX = BODY_BYTES_MAX + 2 * 1024
"""What sealing adds is 1,136 bytes: the ML-KEM-768 ciphertext, the X25519 key and the AES-GCM tag."""
BATCH_VERSION = 1
NAME_CHARACTERS_MAX = 80
"""Of an id in a header; the longest, an instrument's, has 43."""

_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[0-9A-Za-z:.-]+")


@dataclass(frozen=True, slots=True)
class Postmark:
    """What the sender decides of a header; the rest follows from keys and body."""

    sender: BodyId
    recipient: BodyId
    lane: Lane
    instrument: InstrumentId
    epoch: int
    incarnation: str
    sequence: int
    previous: str
    sent_at: datetime
    expires_at: datetime
    is_exercise: bool = False


def make_envelope(
    postmark: Postmark, body: EnvelopeBody, sealing_key: bytes, *, signer: Signer, sealer: Sealer
) -> Envelope:
    """Make a signed and sealed envelope, and verify its signature before handing it out.

    Raises Invalid when the body is larger than BODY_BYTES_MAX.

    Source: docs/rules/exchange.md X2, X5, X11 and X12.
    """
    plain = body_bytes(body)
    header = EnvelopeHeader(
        v=PROTOCOL_VERSION,
        sender=postmark.sender,
        recipient=postmark.recipient,
        lane=postmark.lane,
        instrument=postmark.instrument,
        epoch=postmark.epoch,
        incarnation=postmark.incarnation,
        sequence=postmark.sequence,
        previous=postmark.previous,
        sent_at=postmark.sent_at,
        expires_at=postmark.expires_at,
        key=key_id(signer.public_key),
        sealed_to=key_id(sealing_key),
        digest=hashlib.sha256(plain).hexdigest(),
        is_exercise=postmark.is_exercise,
    )
    data = canonical_bytes(to_object(header))
    signature = signer.sign(Context.ENVELOPE, data)
    assert is_signed_by(signer.public_key, signature, Context.ENVELOPE, data), "the signer's own signature must verify"
    return Envelope(header, data, signature, sealer.seal(sealing_key, plain, _info(data)))


def sealing_key_of(recipient: Body, now: datetime) -> bytes:
    """Return the key that is sealed to: the one in force now, never one that its body announced for later.

    Source: docs/rules/exchange.md X11; docs/rules/bodies.md B2.
    """
    return (keys_at(recipient, now) or recipient.current_keys).sealing_key


def header_hash(envelope: Envelope) -> str:
    """Return the hash (hex) by which streams, receipts and the sealed body name an envelope."""
    return _info(envelope.header_bytes).hex()


def open_envelope(envelope: Envelope, opener: Opener) -> EnvelopeBody:
    """Open a sealed body and read it; raise Untrusted when it is not what the header names, Invalid when ill-formed.

    Source: docs/rules/exchange.md X12 and X13.
    """
    return read_body(open_sealed(envelope, opener))


def open_sealed(envelope: Envelope, opener: Opener) -> bytes:
    """Return the plain bytes that the header names; raise Untrusted for any others.

    Source: docs/rules/exchange.md X12.
    """
    plain = opener.open(envelope.sealed, _info(envelope.header_bytes))
    if hashlib.sha256(plain).hexdigest() != envelope.header.digest:
        raise Untrusted(
            "A sealed body is not the one its header names.",
            reason="wrong_digest",
            why="Its digest differs from the signed one, so somebody else sealed it (docs/rules/exchange.md X12).",
            do="Ask the sender to send the envelope again, by another way if this one changes what it carries.",
        )
    return plain


def read_body(plain: bytes) -> EnvelopeBody:
    """Read the plain bytes of a body; raise Invalid for anything ill-formed or beyond the bounds.

    Source: docs/rules/exchange.md X13.
    """
    if len(plain) > BODY_BYTES_MAX:
        raise _too_large("body", f"a body holds at most {BODY_BYTES_MAX} bytes")
    document = parse_canonical(plain)
    if set(document) != {"salt", "statements"}:
        raise _ill_formed("body", "a body has a salt and statements, and nothing else")
    salt, statements = document["salt"], document["statements"]
    if not isinstance(salt, str) or not isinstance(statements, list):
        raise _ill_formed("body", "the salt is text and the statements are a list")
    if len(statements) > STATEMENTS_MAX:
        raise _too_large("statements", f"an envelope carries at most {STATEMENTS_MAX} statements")
    return EnvelopeBody(
        decode_bytes(salt, "salt", length=SALT_BYTES), tuple(statement_from_json(item) for item in statements)
    )


def body_bytes(body: EnvelopeBody) -> bytes:
    """Write the plain bytes of a body; raise Invalid when they exceed BODY_BYTES_MAX."""
    statements: list[Json] = [statement.to_json() for statement in body.statements]
    plain = canonical_bytes({"salt": encode_bytes(body.salt), "statements": statements})
    if len(plain) > BODY_BYTES_MAX:
        raise _too_large("body", f"a body holds at most {BODY_BYTES_MAX} bytes, and this one has {len(plain)}")
    return plain


def statement_bytes(statement: Statement) -> int:
    """Return how many bytes a statement takes in a body, with the comma after it."""
    return len(canonical_text(statement.to_json()).encode("utf-8")) + 1


def envelope_to_json(envelope: Envelope) -> JsonObject:
    """Write an envelope for the wire and the store: the header as its exact text."""
    return {
        "header": envelope.header_bytes.decode("utf-8"),
        "sealed": encode_bytes(envelope.sealed),
        "signature": {"key": envelope.signature.key_id, "value": encode_bytes(envelope.signature.value)},
    }


def envelope_bytes(envelope: Envelope) -> bytes:
    """Write an envelope as it stands in a batch."""
    return canonical_bytes(envelope_to_json(envelope))


def envelope_from_json(value: Json) -> Envelope:
    """Read an envelope; raise Untrusted for another protocol version, Invalid for anything ill-formed or too large.

    Verifies nothing: that is the matter of `rules`.

    Source: docs/rules/exchange.md X1 and X2.
    """
    if not isinstance(value, dict) or set(value) != {"header", "sealed", "signature"}:
        raise _ill_formed("envelope", "an envelope has a header, a signature and a sealed body, and nothing else")
    header, sealed, signature = value["header"], value["sealed"], value["signature"]
    if not isinstance(header, str) or not isinstance(sealed, str) or not isinstance(signature, dict):
        raise _ill_formed("envelope", "header and sealed body are text, the signature is an object")
    if len(header) > HEADER_BYTES_MAX or len(sealed) > (SEALED_BYTES_MAX + 2) // 3 * 4:
        raise _too_large(
            "envelope", f"a header has at most {HEADER_BYTES_MAX} bytes and a sealed body {SEALED_BYTES_MAX}"
        )
    data = _utf8(header)
    parsed = _read_header(data)
    return Envelope(parsed, data, _read_signature(signature, parsed.key), decode_bytes(sealed, "sealed"))


def batch_to_bytes(envelopes: Iterable[Envelope]) -> bytes:
    """Write a batch. The caller keeps to BATCH_ENVELOPES_MAX and BATCH_BYTES_MAX (asserted)."""
    return batch_of([envelope_bytes(envelope) for envelope in envelopes])


def batch_of(written: Sequence[bytes]) -> bytes:
    """Write a batch of envelopes that are written already (`envelope_bytes`): whoever counted their bytes writes them once."""
    data = b'{"envelopes":[' + b",".join(written) + b'],"v":%d}' % BATCH_VERSION
    assert len(written) <= BATCH_ENVELOPES_MAX, "a batch was made with too many envelopes"
    assert len(data) <= BATCH_BYTES_MAX, "a batch was made with too many bytes"
    return data


def batch_from_bytes(data: bytes) -> tuple[Json, ...]:
    """Return the envelopes of a batch, each still to be read, so that an ill-formed one does not spoil the others.

    Raises Invalid when the batch itself is ill-formed, truncated or too large, Untrusted for another version.

    Source: docs/rules/exchange.md X1 and X2.
    """
    if len(data) > BATCH_BYTES_MAX:
        raise _too_large("batch", f"a batch holds at most {BATCH_BYTES_MAX} bytes")
    document = parse_canonical(data)
    if document.get("v") != BATCH_VERSION:
        raise _wrong_version("batch", document.get("v"))
    items = document.get("envelopes")
    if set(document) != {"envelopes", "v"} or not isinstance(items, list):
        raise _ill_formed("batch", "a batch has a version and a list of envelopes, and nothing else")
    if len(items) > BATCH_ENVELOPES_MAX:
        raise _too_large("batch", f"a batch carries at most {BATCH_ENVELOPES_MAX} envelopes")
    return tuple(items)


def _info(header_data: bytes) -> bytes:
    return hashlib.sha256(header_data).digest()


def _read_header(data: bytes) -> EnvelopeHeader:
    if len(data) > HEADER_BYTES_MAX:
        raise _too_large("header", f"a header has at most {HEADER_BYTES_MAX} bytes")
    document = parse_canonical(data)
    if document.get("v") != PROTOCOL_VERSION:
        raise _wrong_version("envelope", document.get("v"))
    header = from_json(EnvelopeHeader, document, "header")
    names = (header.sender, header.recipient, header.incarnation, header.key, header.sealed_to)
    if any(len(name) > NAME_CHARACTERS_MAX or not _WORD.fullmatch(name) for name in names):
        raise _ill_formed("header", "each name in it is a word of letters, digits, «:», «.» and «-»")
    if len(header.instrument) > NAME_CHARACTERS_MAX:
        raise _ill_formed("header.instrument", f"it has at most {NAME_CHARACTERS_MAX} characters")
    if not _HASH.fullmatch(header.digest) or not _HASH.fullmatch(header.previous or header.digest):
        raise _ill_formed("header", "its hashes have 64 hexadecimal digits")
    if header.epoch < 0 or (header.sequence < 1) is (header.lane in STREAM_LANES) or header.sequence < 0:
        raise _ill_formed("header.sequence", "streams count from 1, and what is in no stream has the sequence 0")
    if not header.sent_at < header.expires_at <= header.sent_at + timedelta(days=EXPIRY_DAYS):
        raise _ill_formed("header.expires_at", f"it lies after sent_at, by at most {EXPIRY_DAYS} days")
    return header


def _read_signature(value: JsonObject, expected: KeyId) -> Signature:
    key, signature = value.get("key"), value.get("value")
    if set(value) != {"key", "value"} or not isinstance(signature, str) or key != expected:
        raise _ill_formed("signature", "it names the header's key and holds its value, and nothing else")
    return Signature(expected, decode_bytes(signature, "signature", length=SIGNATURE_BYTES))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _ill_formed("header", "it is not UTF-8") from error


def _wrong_version(what: str, found: Json) -> Untrusted:
    return Untrusted(
        f"The {what} is of version «{str(found)[:8]}».",
        reason="wrong_version",
        why=f"This node speaks version {PROTOCOL_VERSION} of the exchange alone (docs/rules/exchange.md X1).",
        do="Send with a node that speaks this version, or update the older of the two nodes.",
    )


def _ill_formed(field: str, why: str) -> Invalid:
    return Invalid(
        "What came from the other node is not well formed.",
        field=field,
        why=f"Batches, envelopes and bodies have one form (docs/rules/exchange.md X2 and X13): {why}.",
        do="Ask its sender to make it again with a node of the same protocol version.",
    )


def _too_large(field: str, why: str) -> Invalid:
    return Invalid(
        "What is to be exchanged is too large.",
        field=field,
        why=f"Everything from outside has a bound (docs/rules/exchange.md X2 and X13): {why}.",
        do="Split it over several statements, envelopes or batches.",
    )
