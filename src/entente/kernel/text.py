"""Text that shows as it is stored: no control characters, no directional overrides.

A screen, a page and a printed list show a text from another body to an officer who acts on it. A control character makes a
terminal do something, and an override makes letters stand in another order than they are stored; both are refused where a text
is taken in (STYLE section 5). What joins and parts letters in Persian, Arabic or Indic writing is no control character.

Source: Unicode UTS 39 and UAX 9, and chapter 23.1 for the control characters; ours for refusing rather than cleaning, because
a signed text is kept as it was signed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DECEPTIVE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""C0 but tab and line ends, DEL, C1 (U+009B begins a terminal's command in one character), embeddings, overrides, isolates."""
_UNSEEN = re.compile(r"[\s\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff]*")
"""Blanks and what has no width: a text of nothing else looks like none."""

_WITHOUT_WIDTH = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Unseen:
    """A character of a text that is not seen, and makes it show otherwise than it is stored or look like another."""

    character: str
    place: int
    """Which one of the text it is, counted from 1."""

    @property
    def called(self) -> str:
        """Return its code point, and what Unicode calls it: U+202E RIGHT-TO-LEFT OVERRIDE; controls have no name there."""
        return f"U+{ord(self.character):04X} {unicodedata.name(self.character, 'CONTROL CHARACTER')}"


def unseen_in(text: str) -> Unseen | None:
    """Return the first character for which a text is refused though nobody sees it; None for a text without one.

    In a text of several lines that is what deceives; in one line also what has no width (is_line).
    """
    found = _DECEPTIVE.search(text)
    if found is None and len(text.splitlines()) == 1:
        found = _WITHOUT_WIDTH.search(text)
    return None if found is None else Unseen(found[0], found.start() + 1)


def shows_as_stored(text: str) -> bool:
    """Say whether a text holds no character that makes a screen show another text than is stored."""
    # What Python calls printable holds nothing of the pattern, and is known without looking for it.
    return text.isprintable() or _DECEPTIVE.search(text) is None


def is_seen(text: str) -> bool:
    """Say whether a text holds at least one character that a reader sees."""
    if text.isprintable():
        return bool(text.strip())
    return _UNSEEN.fullmatch(text) is None


def is_line(text: str) -> bool:
    """Say whether a text is one line that is seen, shows as it is stored, and looks like no other line.

    Of what has no width a line holds only the two that join and part letters (U+200C and U+200D): a name with another one in it
    would look like somebody else's.
    """
    return is_seen(text) and shows_as_stored(text) and len(text.splitlines()) == 1 and not _WITHOUT_WIDTH.search(text)
