"""What a password must be: long, not one that everybody tries, not made of the officer's own id. Nothing about its characters.

Source: docs/rules/desk.md W2; NIST SP 800-63B 5.1.1.2 (length, a list of common ones, no composition rules, no forced change).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from entente.bodies.accounts import PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, Passwords
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId

DISTINCT_MIN: Final = 5
"""Ours: «aaaabbbbcccc» has three characters, and guessing programs try such ones early."""
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
"""What stands side by side in the alphabet, on keyboards and among digits."""
RUN_MIN: Final = 5
"""How long a run along such a row counts as one."""


def normalised(password: str) -> str:
    """Return a password as it is hashed: the same whatever keyboard composed its letters (NIST SP 800-63B: NFKC)."""
    # Half characters, which only a program sends, have no bytes to hash.
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode("utf-8"))


def check_password(password: str, officer: OfficerId, passwords: Passwords) -> str:
    """Return a new password as it is hashed; raise Invalid, naming why and never the password, for one that is not taken.

    Source: docs/rules/desk.md W2.
    """
    text = normalised(password)
    if len(text) < PASSWORD_CHARACTERS_MIN:
        raise _bad(f"it has fewer than {PASSWORD_CHARACTERS_MIN} characters")
    if len(password) > PASSWORD_CHARACTERS_MAX or len(text) > PASSWORD_CHARACTERS_MAX:
        raise _bad(f"it has more than {PASSWORD_CHARACTERS_MAX} characters")
    folded = text.casefold()
    if len(set(folded)) < DISTINCT_MIN:
        raise _bad(f"it is made of fewer than {DISTINCT_MIN} different characters")
    if officer.casefold() in folded and len(folded) - len(officer) < PASSWORD_CHARACTERS_MIN:
        raise _bad("what it has beside the officer's id is too short")
    if _is_run(folded):
        raise _bad("it is a run along the alphabet, a keyboard or the digits")
    if passwords.is_common(folded):
        raise _bad("it is among the commonest passwords, which guessing programs try first")
    return text


def _is_run(text: str) -> bool:
    """Say whether nothing but runs along a row is left of a text."""
    place = 0
    while place < len(text):
        longest = max(_run(text, place, row) for row in (*_ROWS, *(row[::-1] for row in _ROWS)))
        if longest < RUN_MIN:
            return False
        place += longest
    return True


def _run(text: str, place: int, row: str) -> int:
    """Return how many characters of a text, from a place on, follow a row."""
    at = row.find(text[place])
    if at < 0:
        return 0
    length = 0
    while place + length < len(text) and at + length < len(row) and text[place + length] == row[at + length]:
        length += 1
    return length


def _bad(why: str) -> Invalid:
    return Invalid(
        "The password is not taken.",
        field="password",
        why=f"A password guards what an officer may do (docs/rules/desk.md W2): {why}.",
        do="Choose a longer or rarer one; four words that do not belong together are easy to keep in mind.",
    )
