"""Text that shows as it is stored: no control characters, no directional overrides.

A screen, a page and a printed list show a text from another body to an officer who acts on it. A control character makes a
terminal do something, and an override makes letters stand in another order than they are stored; both are refused where a text
is taken in (STYLE section 5). What joins and parts letters in Persian, Arabic or Indic writing is no control character.

Source: Unicode UTS 39 and UAX 9, and chapter 23.1 for the control characters; ours for refusing rather than cleaning, because
a signed text is kept as it was signed.
"""

from __future__ import annotations

import re

_DECEPTIVE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""C0 but tab and line ends, DEL, C1 (U+009B begins a terminal's command in one character), embeddings, overrides, isolates."""
_UNSEEN = re.compile(r"[\s\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff]*")
"""Blanks and what has no width: a text of nothing else looks like none."""

_WITHOUT_WIDTH = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\ufeff]")


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
