"""The ways in which a name may be read as words: apart and written together, and for signs without spaces each usual division.

One name may be read in several ways, and each is looked for: a family name of one or of two signs (Han), syllables apart or
together, two words as one. One word as two is the index's to say, which knows what words there are (`cutting`).

Source: docs/rules/identity.md I3 and I22.
"""

from __future__ import annotations

import re
from typing import Final

from entente.identity.name_parts import CHILDREN, SONS
from entente.identity.names import words_of
from entente.identity.offices import without_titles
from entente.identity.scripts import Script, script_of

Words = tuple[str, ...]

ASKED_WORDS_MAX: Final = 8
"""Words of a query that are searched by; a longer name is known by its first eight."""
READINGS_MAX: Final = 6
NAME_CHARACTERS_MAX: Final = 512
"""Of what was typed; eight words of forty letters with what stands between and above them. The rest is not read."""
SYLLABLES_MAX: Final = 4
"""A name in Han or Hangul that is written as one word has at most so many; a longer word is a foreign name, written by sound."""
FAMILIES_OF_TWO: Final = frozenset({"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방"})
"""Korean family names of two syllables; all others have one."""
LEADING: Final = frozenset({
    "al", "el", "ul", "abd", "abdul", "abdel", "abdal", "abdur", "abu", "abou", "ait", "mc", "mac", "o", "de", "di", "da", "do",
    "dos", "das", "du", "del", "della", "la", "le", "lo", "van", "von", "der", "den", "ter", "ten", "st", "san", "santa", "saint",
})  # fmt: skip
"""Written together with what follows as often as apart; fathers' particles (bin, ogly) never are."""
SHORT_LETTERS: Final = range(2, 7)
"""Letters of a word that may be half of a given name: a syllable of East Asia (2 to 6), Jean, Anna."""
FATHERS: Final = SONS | CHILDREN
SHORT_WORDS_MIN: Final = 3
"""In a name of two words the two are a given and a family name, which are not written together."""
SHORT_PAIRS_MAX: Final = 3

_BURMESE_SYLLABLE = re.compile("(?<=.)(?<!\u1039)(?=[\u1000-\u102a\u103f](?!\u1037?[\u1039\u103a]))")
"""Where a syllable begins: at a letter that is not stacked below another one and bears no asat (Unicode 15.0, section 16.3). Each
syllable of a Burmese name is a word in Latin letters."""


def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which a name may be read as words, the usual one first; none for a name that holds no letter."""
    whole = words_of(name[:NAME_CHARACTERS_MAX])
    words = without_titles(whole)[: ASKED_WORDS_MAX + 1]
    ways = list(_syllable_ways(words[0])) if len(words) == 1 else [words]
    if len(words) < min(len(whole), ASKED_WORDS_MAX + 1):
        # A title that a record has too makes its fit no worse (I50).
        ways.append(whole)
    if len(words) > 1:
        ways += joined(words)
        ways += [
            (*words[:place], words[place] + words[place + 1], *words[place + 2 :]) for place in range(len(words) - 1)
        ]
    return tuple(way[:ASKED_WORDS_MAX] for way in list(dict.fromkeys(ways))[:READINGS_MAX] if way)


def _syllable_ways(word: str) -> tuple[tuple[str, ...], ...]:
    script = script_of(word)
    if script is Script.BURMESE:
        return tuple(dict.fromkeys((tuple(_BURMESE_SYLLABLE.sub(" ", word).split()), (word,))))
    if script not in {Script.HAN, Script.HANGUL} or len(word) == 1:
        return ((word,),)
    if len(word) > SYLLABLES_MAX:
        # A foreign name, written by sound; no space shows where its first word ends.
        return ((word,), *((word[:place], word[place:]) for place in range(2, len(word) - 1)))
    ways: list[tuple[str, ...]] = [(word[:1], word[1:])]
    if len(word) > 2 and (script is Script.HAN or word[:2] in FAMILIES_OF_TWO):  # noqa: PLR2004 - and a given name of one
        ways.append((word[:2], word[2:]))
    return (*ways, (word,))


def joined(words: Words) -> tuple[Words, ...]:
    """Return the other ways to write a name: particles and what they lead as one word, then two short words as one."""
    if LEADING.isdisjoint(words):
        if len(words) < SHORT_WORDS_MIN:
            return ()
        whole = words
    else:
        whole = _led(words)
    found = [] if whole == words else [whole]
    if len(whole) >= SHORT_WORDS_MIN:
        short = [len(word) in SHORT_LETTERS and word not in FATHERS for word in whole]
        pairs = [place for place in range(len(whole) - 1) if short[place] and short[place + 1]]
        found += [_pair(whole, place) for place in pairs[-SHORT_PAIRS_MAX:]]
    return tuple(found)


def _led(words: Words) -> Words:
    found: list[str] = []
    ahead = ""
    for word in words[:-1]:
        ahead += word
        if word not in LEADING:
            found.append(ahead)
            ahead = ""
    return (*found, ahead + words[-1])


def _pair(words: Words, place: int) -> Words:
    return (*words[:place], words[place] + words[place + 1], *words[place + 2 :])
