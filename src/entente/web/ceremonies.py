"""Passkeys' options and answers, by the vetted library behind the room's port.

Attestation is not asked for: which make of authenticator an officer has decides nothing here. The holder is always verified.
Loaded by the module «vetted» as somebody uses a passkey.

Source: docs/rules/desk.md W8; W3C Web Authentication Level 3, sections 7.1 and 7.2.
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Final

import webauthn
from cbor2 import CBORError
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from entente.bodies.accounts import Passkey
from entente.bodies.passkeys import NewKey, Site, base64url
from entente.kernel.ids import OfficerId

TIMEOUT_MS: Final = 120_000
"""What an officer has to find a token and touch it; the challenge lasts longer."""
_FROM_A_BROWSER: Final = (
    WebAuthnException, CBORError, UnsupportedAlgorithm, ValueError, LookupError, TypeError, AttributeError,
    RecursionError, struct.error,
)  # fmt: skip
"""What the library says of answers that no browser would send."""


class WebAuthnCeremony:
    """The Ceremony of a running node."""

    @staticmethod
    def options_for_new(site: Site, officer: OfficerId, held: tuple[str, ...], challenge: bytes) -> str:
        """Return what makes a new passkey; an authenticator that holds one of `held` makes none."""
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_name=officer,
            # The same for one officer at one node, so that an authenticator replaces its passkey, and says nothing elsewhere.
            user_id=hashlib.sha256(f"{site.host} {officer}".encode()).digest(),
            challenge=challenge,
            timeout=TIMEOUT_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in held],
        )
        return webauthn.options_to_json(options)

    @staticmethod
    def new_key(site: Site, challenge: bytes, answer: str) -> NewKey | None:
        """Return the key of an answer, if it was made for this challenge and place, by a holder who was verified."""
        try:
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except _FROM_A_BROWSER:
            return None
        return NewKey(base64url(verified.credential_id), base64url(verified.credential_public_key), verified.sign_count)

    @staticmethod
    def options_to_sign(site: Site, challenge: bytes) -> str:
        """Return what has an authenticator sign; it names no passkey."""
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    @staticmethod
    def credential_of(answer: str) -> str:
        """Return the id of the passkey that an answer says it is of; empty for none."""
        try:
            found = json.loads(answer)["id"]
        except _FROM_A_BROWSER:
            return ""
        return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""

    @staticmethod
    def count_of(site: Site, challenge: bytes, answer: str, passkey: Passkey) -> int | None:
        """Return the new signature count of a passkey, if the answer is its signature of this challenge at this place."""
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _FROM_A_BROWSER:
            return None
        return verified.new_sign_count
