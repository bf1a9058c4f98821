"""Ed25519 signatures: the only place where bytes are signed or verified.

A signature always covers a context line and then the exact bytes, so that bytes signed as one thing never pass for
another. Keys are 32 raw bytes, base64 in documents. Who a key belongs to is asked of `bodies`; where private keys lie is
`storage.keys`' matter.

Source: docs/rules/kernel.md K3 and K4; RFC 8032.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from entente.kernel.errors import Invalid
from entente.kernel.ids import KeyId

KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEYS_REMEMBERED_MAX = 512
"""Public keys kept read: those of the 260 bodies that a node must be fluent with, and of their changes."""
VERIFIED_REMEMBERED_MAX = 512
"""What was found of those in hand: a batch and the statements of a group of its envelopes, 2 MB at most."""
SMALL_BYTES_MAX = 4 * 1024
"""An envelope's header has no more, and a police message of a page half of it."""


class Context(StrEnum):
    """What a signature is for; it stands before the signed bytes (K3)."""

    STATEMENT = "entente statement v1\n"
    ENVELOPE = "entente envelope v1\n"
    TRAIL_HEAD = "entente trail head v1\n"
    CHECKPOINT = "entente/"
    """How a log's origin line begins, which a checkpoint is signed with as it stands (C2SP); no other context begins so."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature and the key it claims to be made with."""

    key_id: KeyId
    value: bytes


class Signer(Protocol):
    """Signs with one private key that it never shows. Safe from several threads."""

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""

    def sign(self, context: Context, data: bytes) -> Signature:
        """Sign the bytes for one purpose, and verify the result before returning it."""


class Ed25519Signer:
    """A Signer over one Ed25519 private key held in memory."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self._public_key = private_key.public_key().public_bytes_raw()
        self._key_id = key_id(self._public_key)

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self._public_key

    def sign(self, context: Context, data: bytes) -> Signature:
        """Sign the bytes for one purpose. Ed25519 is deterministic: the same bytes give the same signature."""
        return Signature(self._key_id, self._private_key.sign(context.encode("ascii") + data))


class GuardedSigner:
    """A Signer that asks before each signature whether it may sign now; what `require` raises is raised."""

    def __init__(self, signer: Signer, require: Callable[[], None]) -> None:
        self._signer = signer
        self._require = require

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self._signer.public_key

    def sign(self, context: Context, data: bytes) -> Signature:
        """Sign the bytes for one purpose, if it may."""
        self._require()
        return self._signer.sign(context, data)


def key_id(public_key: bytes) -> KeyId:
    """Return the short name of a public key. A name only: equality of keys is always judged on all 32 bytes."""
    return KeyId(hashlib.sha256(public_key).hexdigest()[:16])


def is_signed_by(public_key: bytes, signature: Signature, context: Context, data: bytes) -> bool:
    """Say whether the signature is this key's over these bytes for this purpose. Never raises for hostile input."""
    return _verifies(public_key, signature.value, context.encode("ascii") + data)


def is_note_signed_by(public_key: bytes, value: bytes, text: bytes) -> bool:
    """Say whether the signature is this key's over the whole text of a note (kernel.note). Never raises for hostile input.

    Whoever asks judges the text's first line, which stands for the context: nothing of ours is signed under another's.
    """
    return _verifies(public_key, value, text)


def _verifies(public_key: bytes, value: bytes, signed: bytes) -> bool:
    if len(public_key) != KEY_BYTES or len(value) != SIGNATURE_BYTES:
        return False
    return (
        _verified(public_key, value, signed) if len(signed) <= SMALL_BYTES_MAX else _verify(public_key, value, signed)
    )


def _verify(public_key: bytes, value: bytes, signed: bytes) -> bool:
    try:
        _public_key(public_key).verify(value, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(maxsize=KEYS_REMEMBERED_MAX)
def _public_key(data: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(data)


_verified = functools.lru_cache(maxsize=VERIFIED_REMEMBERED_MAX)(_verify)
"""A header is verified before anything is written and again where it is; key, signature and bytes are all that counts."""


def count_signers(keys: Mapping[KeyId, bytes], signatures: Iterable[Signature], context: Context, data: bytes) -> int:
    """Count the different keys among `keys` that signed; one key signing twice counts once (K4)."""
    good = {
        signature.key_id
        for signature in signatures
        if signature.key_id in keys and is_signed_by(keys[signature.key_id], signature, context, data)
    }
    return len(good)


def encode_bytes(value: bytes) -> str:
    """Write bytes in a document: base64, standard alphabet, padded."""
    return base64.b64encode(value).decode("ascii")


def decode_bytes(text: str, field: str, *, length: int | None = None) -> bytes:
    """Read base64 from a document; raise Invalid for another form or, where stated, another length."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _bad_bytes(field, "it is not base64 in the standard alphabet") from error
    if length is not None and len(value) != length:
        raise _bad_bytes(field, f"it holds {len(value)} bytes where {length} belong")
    if encode_bytes(value) != text:
        raise _bad_bytes(field, "its last characters are not the canonical ones")
    return value


def _bad_bytes(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold the bytes it should.",
        field=field,
        why=f"Keys, signatures and digests are base64 of a fixed length: {why}.",
        do="Send the field again as it was made; it may have been cut or re-encoded on its way.",
    )
