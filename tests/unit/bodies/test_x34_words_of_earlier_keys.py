"""X34: a word of ours that was signed before a change of keys is ours, unless the key may have been in others' hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.taking_back import is_by_earlier_key
from entente.kernel.statement import draft
from tests.support.memory_exchange import NOW, XA, a_body, key_version, signer_named

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("signer", "compromised_since", "is_ours"),
    [
        ("XA node 1", None, True),
        ("XA node 1", NOW + HOUR, True),
        ("XA node 1", NOW, False),
        ("XA node 1", NOW - HOUR, False),
        # The present key needs nothing beside it, and a key that was never ours proves nothing.
        ("XA node 2", None, False),
        ("XA node 3", None, False),
    ],
)
def test_x34_word_that_an_earlier_key_signed_before_it_was_in_doubt_is_ours(
    signer: str, compromised_since: object, *, is_ours: bool
) -> None:
    second = replace(key_version("XA", 2), compromised_since=compromised_since)  # type: ignore[arg-type] # as parametrized
    own = replace(a_body(XA), keys=(key_version("XA"), second))
    word = draft("message", XA, NOW, {"text": "said before"}).with_signature(signer_named(signer))
    assert is_by_earlier_key(own, word) is is_ours
