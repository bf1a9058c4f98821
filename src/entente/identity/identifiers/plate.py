"""Plates and other marks of registration: capitals and digits, whatever stood between them.

Letters of Cyrillic and Greek plates are those cut like Latin ones, so that a plate is the same in either; digits of every script
are digits. A plate says nothing that could be checked, and nothing in it is guessed: O and 0 stay apart.

Source: Vienna Convention on Road Traffic, annexes 2 and 3; docs/rules/identity.md I5 and I21.
"""

from __future__ import annotations

from entente.identity.identifiers.letters import alphanumeric
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

CHARACTERS = range(4, 11)
"""The shortest plates in use have four, the longest of national series ten."""


def read_plate(text: str) -> Reading | None:
    """Say whether a text may be a plate: short, with letters and digits.

    Source: docs/rules/identity.md I21.
    """
    mark = alphanumeric(text)
    has_both = any(character.isdigit() for character in mark) and any(character.isalpha() for character in mark)
    if len(mark) not in CHARACTERS or not has_both or len(text) > CHARACTERS[-1] * 2:
        return None
    return Reading(
        IdentifierKind.PLATE, Validity.UNCHECKED, mark, "plate or document number; neither has a check digit"
    )
