"""Which script is read by which table, and the readings of a word by it.

Source: docs/rules/identity.md I23.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from itertools import product, zip_longest

from entente.identity.channel import Channel
from entente.identity.readings import romanisations
from entente.identity.standards import (
    adlam,
    arabic,
    armenian,
    bengali,
    burmese,
    cherokee,
    cyrillic,
    devanagari,
    ethiopic,
    georgian,
    greek,
    gujarati,
    gurmukhi,
    hebrew,
    kana,
    kannada,
    khmer,
    lao,
    malayalam,
    nko,
    oriya,
    sinhala,
    syriac,
    tamil,
    telugu,
    thaana,
    thai,
    tibetan,
    tifinagh,
)
from entente.identity.standards.table import Table

PIECES_READ = 3
"""Readings of one syllable, where a word is read syllable by syllable; two syllables have nine together."""

TABLES: Mapping[str, tuple[Table, ...]] = {
    "Adlm": (adlam.TABLE,),
    "Arab": (arabic.TABLE, arabic.VOWELLED),
    "Armn": (armenian.TABLE, armenian.WESTERN),
    "Beng": (bengali.TABLE,),
    "Cher": (cherokee.TABLE,),
    "Cyrl": (cyrillic.TABLE,),
    "Deva": (devanagari.TABLE,),
    "Ethi": (ethiopic.TABLE,),
    "Geor": (georgian.TABLE,),
    "Grek": (greek.TABLE,),
    "Gujr": (gujarati.TABLE,),
    "Guru": (gurmukhi.TABLE,),
    "Hebr": (hebrew.TABLE,),
    "Hira": (kana.TABLE,),
    "Khmr": (khmer.TABLE,),
    "Knda": (kannada.TABLE,),
    "Laoo": (lao.TABLE,),
    "Mlym": (malayalam.TABLE,),
    "Mymr": (burmese.TABLE,),
    "Nkoo": (nko.TABLE,),
    "Orya": (oriya.TABLE,),
    "Sinh": (sinhala.TABLE,),
    "Syrc": (syriac.TABLE,),
    "Taml": (tamil.TABLE,),
    "Telu": (telugu.TABLE,),
    "Tfng": (tifinagh.TABLE,),
    "Thaa": (thaana.TABLE,),
    "Thai": (thai.TABLE,),
    "Tibt": (tibetan.TABLE,),
}
"""By ISO 15924. Where a script is read in two ways there are two tables, the more usual first."""


def readings(script: str, word: str, limit: int) -> tuple[str, ...]:
    """Return the likeliest Latin readings of a word of a script that has a table, the usual one first, at most `limit`.

    The word is in a name's normal form. The readings of a script's tables are taken in turn.

    Source: docs/rules/identity.md I23.
    """
    read = [_read(script, place, word, limit) for place in _places(script, word)]
    turns = (reading for turn in zip_longest(*read) for reading in turn if reading is not None)
    return tuple(dict.fromkeys(turns))[:limit]


def is_read(script: str, word: str) -> bool:
    """Tell whether a table reads this word: of Cyrillic and Arabic only one with a letter that Russian or Arabic lacks."""
    if script == "Cyrl":
        return not cyrillic.RUSSIAN_LETTERS.issuperset(word)
    return not arabic.LETTERS.isdisjoint(word) if script == "Arab" else script in TABLES


def _places(script: str, word: str) -> tuple[int, ...]:
    if script == "Arab":
        return (0,) if arabic.VOWELLED_LETTERS.isdisjoint(word) else (1,)
    return tuple(range(len(TABLES[script])))


def _read(script: str, place: int, word: str, limit: int) -> tuple[str, ...]:
    table = TABLES[script][place]
    pieces = word.split(table.parted) if table.parted else [word]
    read = [romanisations(channel(script, place), table.prepared(piece), limit) for piece in pieces]
    if len(read) == 1:
        return read[0]
    # Of several syllables, the likeliest of each come first.
    choices = sorted(
        product(*(list(enumerate(piece))[:PIECES_READ] for piece in read)), key=lambda cut: sum(rank for rank, _ in cut)
    )
    return tuple("".join(latin for _, latin in cut) for cut in choices[:limit])


@functools.cache
def channel(script: str, place: int = 0) -> Channel:
    """Return the channel of a script's table, made when it is first asked for (5 to 20 ms)."""
    return TABLES[script][place].channel()
