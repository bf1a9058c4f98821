"""A software authenticator: makes passkeys and signs challenges as a browser's would hand them over.

What a test wants wrong is wrong by an argument: another origin, a holder not verified, a count that does not grow.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from entente.bodies.passkeys import Site, base64url

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key on one device."""

    site: Site
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def make(self, options: str, **other: Any) -> str:  # noqa: ANN401 - see `_client` and `_data`
        """Answer the options of a new passkey."""
        client = self._client("webauthn.create", options, **other)
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._cose()
        data = self._data(WITH_KEY, **other) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": client, "attestationObject": attestation})

    def sign(self, options: str, **other: Any) -> str:  # noqa: ANN401 - see `_client` and `_data`
        """Answer the options of a sign-in."""
        client, data = self._client("webauthn.get", options, **other), self._data(0, **other)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _client(self, kind: str, options: str, *, origin: str = "", challenge: str = "", **_: object) -> bytes:
        asked = challenge or json.loads(options)["challenge"]
        text = {"type": kind, "challenge": asked, "origin": origin or self.site.origin, "crossOrigin": False}
        return json.dumps(text).encode()

    def _data(
        self,
        flags: int,
        *,
        host: str = "",
        is_verified: bool = True,
        is_present: bool = True,
        grows: bool = True,
        **_: object,
    ) -> bytes:
        self.count += grows
        flags |= (PRESENT if is_present else 0) | (VERIFIED if is_verified else 0)
        return (
            hashlib.sha256((host or self.site.host).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def _answer(self, response: dict[str, bytes]) -> str:
        name = base64url(self.credential)
        written = {key: base64url(data) for key, data in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})
