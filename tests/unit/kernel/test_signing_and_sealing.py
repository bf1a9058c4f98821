"""K2 to K5: signatures for one purpose, thresholds, statements, sealing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.sealing import HpkeOpener, HpkeSealer, new_sealing_secret
from entente.kernel.signing import (
    Context,
    Ed25519Signer,
    Signature,
    count_signers,
    decode_bytes,
    is_signed_by,
    key_id,
)
from entente.kernel.statement import STATEMENT_BYTES_MAX, draft, from_json

NOW = datetime(2031, 5, 4, 8, tzinfo=UTC)


def signer(seed: int) -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def test_the_signature_of_rfc_8032_verifies_and_a_changed_one_does_not() -> None:
    # Context lines are ours, so the vector is the key pair: RFC 8032 section 7.1, test 1.
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    known = Ed25519Signer(private)
    assert known.public_key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = known.sign(Context.STATEMENT, b"text")
    assert is_signed_by(known.public_key, signature, Context.STATEMENT, b"text")
    flipped = Signature(signature.key_id, bytes([signature.value[0] ^ 1]) + signature.value[1:])
    assert not is_signed_by(known.public_key, flipped, Context.STATEMENT, b"text")


def test_bytes_signed_as_one_thing_do_not_pass_for_another() -> None:
    signature = signer(1).sign(Context.STATEMENT, b"text")
    assert not is_signed_by(signer(1).public_key, signature, Context.ENVELOPE, b"text")


@pytest.mark.parametrize(("key", "value"), [(b"", b"x" * 64), (b"\xff" * 32, b"x" * 64), (b"k" * 32, b"")])
def test_hostile_keys_and_signatures_are_no_and_never_an_error(key: bytes, value: bytes) -> None:
    assert not is_signed_by(key, Signature(key_id(key), value), Context.STATEMENT, b"text")


def test_one_head_signing_twice_counts_once_towards_the_threshold() -> None:
    heads = {key_id(signer(seed).public_key): signer(seed).public_key for seed in (1, 2, 3)}
    one = signer(1).sign(Context.STATEMENT, b"text")
    two = signer(2).sign(Context.STATEMENT, b"text")
    stranger = signer(9).sign(Context.STATEMENT, b"text")
    assert count_signers(heads, (one, one, stranger), Context.STATEMENT, b"text") == 1
    assert count_signers(heads, (one, two, one), Context.STATEMENT, b"text") == 2


def test_a_statement_survives_the_wire_byte_for_byte() -> None:
    made = draft("message", BodyId("body:x"), NOW, {"text": "«Привет»"}).with_signature(signer(1))
    assert from_json(made.to_json()) == made


def test_a_statement_with_an_unknown_field_is_refused() -> None:
    made = draft("message", BodyId("body:x"), NOW, {}).to_json()
    made["signed"] = str(made["signed"]).replace('"v":1}', '"v":1,"z":0}')
    with pytest.raises(Invalid):
        from_json(made)


def test_a_statement_too_large_for_an_envelope_is_not_made() -> None:
    with pytest.raises(Invalid) as refused:
        draft("message", BodyId("body:x"), NOW, {"text": "x" * STATEMENT_BYTES_MAX})
    assert "too large" in refused.value.what


def test_only_the_recipient_opens_and_only_under_the_same_header() -> None:
    opener, other = HpkeOpener(new_sealing_secret()), HpkeOpener(new_sealing_secret())
    sealed = HpkeSealer().seal(opener.public_key, b"plain", b"header")
    assert opener.open(sealed, b"header") == b"plain"
    for wrong_opener, info, data in (
        (other, b"header", sealed),
        (opener, b"another header", sealed),
        (opener, b"header", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (opener, b"header", sealed[:20]),
    ):
        with pytest.raises(Untrusted):
            wrong_opener.open(data, info)


def test_sealing_the_same_bytes_twice_gives_different_bytes() -> None:
    key = HpkeOpener(new_sealing_secret()).public_key
    assert HpkeSealer().seal(key, b"plain", b"") != HpkeSealer().seal(key, b"plain", b"")


def test_a_malformed_sealing_key_is_refused() -> None:
    with pytest.raises(Invalid):
        HpkeSealer().seal(b"short", b"plain", b"")


def test_base64_with_loose_last_characters_is_refused() -> None:
    assert decode_bytes("AA==", "key") == b"\x00"
    for loose in ("AB==", "AA=", "A A=", "AA==\n", "ÄÄ=="):
        with pytest.raises(Invalid):
            decode_bytes(loose, "key")
