"""A record's name as the index holds it: each reading as words, and beside it the ways in which its words are written together.

Whether «Abdul Rahman», «McCabe», «Kyoung-min» or «de la Cruz» is one word or several is a matter of whoever typed it. The index
holds both, each as an entry of its own: what is written together in another script then meets one word.

A name in a script that was learned has its likely spellings too (`learned_forms`). Most names are plain Latin ones, whose words
do not depend on each other: their pieces are read once and remembered.

Source: docs/rules/identity.md I2, I3, I7 and I38.
"""

from __future__ import annotations

from typing import Final

from entente.identity.name_parts import TITLES
from entente.identity.names import WORDS_MAX, name_forms, plain_words
from entente.search.learned_forms import learned_forms
from entente.search.ways import Words, joined

PIECES_MAX: Final = 1_000_000
"""Pieces that are remembered, about 150 MB; 5 M names have a third of it."""


class EntryReader:
    """Reads names into entries, and remembers what it read."""

    def __init__(self) -> None:
        self._read: dict[str, Words | None] = {}
        """Piece of a name to its words, None where they depend on the rest of the name."""

    def entries(self, name: str) -> tuple[Words, ...]:
        """Return the entries of a name, its usual reading first; none for a name that holds no letter.

        Source: docs/rules/identity.md I2, I3 and I7.
        """
        words: Words = ()
        for piece in name.split():
            read = self._read[piece] if piece in self._read else self._piece(piece)
            if read is None:
                return read_entries(name)
            words += read
        if len(words) > WORDS_MAX:
            return read_entries(name)
        return (words, *joined(words)) if words else ()

    def _piece(self, piece: str) -> Words | None:
        read = words_of_piece(piece)
        if len(self._read) < PIECES_MAX:
            self._read[piece] = read
        return read


def words_of_piece(piece: str) -> Words | None:
    """Return the words of a piece of a name without spaces; None where they depend on the rest of the name."""
    read = plain_words(piece)
    return read if read is None or TITLES.isdisjoint(read) else None


def read_entries(name: str) -> tuple[Words, ...]:
    """Return what `EntryReader.entries` does, without remembering anything."""
    forms = [tuple(form.split()) for form in name_forms(name)]
    ways = [way for form in forms for way in (form, *joined(form))]
    return tuple(dict.fromkeys((*ways, *(tuple(form.split()) for form in learned_forms(name)))))
