"""Which words of a name are a rank, an office or a dignity: «President», «Brigadier General», «Minister of Foreign Affairs».

They stand in a run at the beginning of a name or behind its comma, and at its end in Korean and Chinese writing. There they
count little and nobody misses them; elsewhere, and where no name would be left, the same words are names. Whether a name is
a person's is not known here: beside a word for a firm, a place or a ship there are no titles.

Source: docs/rules/identity.md I50. The words stand in `titles_of_office`, whose terms are used here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from entente.identity import titles_of_office as listed
from entente.identity.name_parts import PARTICLES, honorifics
from entente.identity.organisations import COMMON, FILLERS, is_number, legal_forms, number_at
from entente.identity.scripts import Script, fold, romanise, script_of

NAMES_LEFT_MIN = 1
"""A family name stands behind «President»."""
NAMES_LEFT_TOO_MIN = 2
"""A given and a family name stand behind a title that may be a name: «Major Williams» may be called Major."""

ARTICLE = "ال"
"""Arabic, where a reading has it apart from its word."""
_BEHIND_A_NAME = frozenset({Script.HAN, Script.HANGUL})
"""Scripts that write a title behind the name."""
_SUFFIXES = frozenset({"jr", "sr", "junior", "senior", "fils"})
_COMMENT = re.compile(r"^#.*$", re.MULTILINE)


def _read(words: str) -> frozenset[str]:
    """Return listed words as names hold them: Latin ones also with letters that are romanised (ı, ł)."""
    found = _COMMENT.sub("", words).split()
    romanised = ["".join(romanise(word)[0]) for word in found if script_of(word) is Script.LATIN]
    return frozenset([*found, *romanised])


_UNMISTAKABLE, _NAMES_TOO, _RANKS = _read(listed.UNMISTAKABLE), _read(listed.NAMES_TOO), _read(listed.RANKS)
_TITLES = _UNMISTAKABLE | _NAMES_TOO
_BEHIND, _OF, _DOMAINS = _read(listed.BEHIND), _read(listed.OF), _read(listed.DOMAINS)
_BESIDE = _read(listed.BESIDE) | _DOMAINS
_THINGS = _read(listed.THINGS)


def may_hold_titles(words: Sequence[str]) -> bool:
    """Tell whether a title may be among the words; nearly every name is answered here, so it is asked first."""
    return not _TITLES.isdisjoint(words) or ARTICLE in words


def places(
    words: Sequence[str], starts: Sequence[int] = (0,), families: frozenset[int] = frozenset()
) -> frozenset[int]:
    """Return the places of the words that are a rank, an office or a dignity here.

    `words` are in normal form, Latin or as they were written; `starts` where a run of titles may begin: 0, and behind a comma;
    `families` the places that the writing shows to be of a family name, where a title that may be a name is one.

    Source: docs/rules/identity.md I50.
    """
    if not may_hold_titles(words):
        return frozenset()
    words = _with_articles(words)
    found: set[int] = set()
    ranks = 0
    for start in starts:
        run = [place for place in range(start, _run_end(words, start, families)) if words[place] != ARTICLE]
        found.update(run)
        # What stands behind a family name stands in the place of a given name, and counts as a second rank.
        ranks += sum(words[place] in _RANKS for place in run) + (start > 0)
    last = len(words) - 1
    is_behind = last > 0 and words[last] in _UNMISTAKABLE and script_of(words[last]) in _BEHIND_A_NAME
    # Behind a family name of one sign it may be a given name.
    if is_behind and sum(map(len, words[:last])) > 1:
        found.add(last)
    return frozenset(found) if found and _may_be(words, found, is_sure=ranks > 1) else frozenset()


def without_titles(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name, as `names.words_of` gives them, without its titles of office.

    Source: docs/rules/identity.md I50.
    """
    titles = places(words)
    return tuple(word for place, word in enumerate(words) if place not in titles) if titles else words


def _with_articles(words: Sequence[str]) -> Sequence[str]:
    if ARTICLE not in words:
        return words
    return [ARTICLE + word if place and words[place - 1] == ARTICLE else word for place, word in enumerate(words)]


def _run_end(words: Sequence[str], start: int, families: frozenset[int]) -> int:
    """Return the place behind the last title of the run that begins at `start`; `start` where there is none."""
    end = place = start
    while place < len(words):
        word = words[place]
        if word in _UNMISTAKABLE or (word in _NAMES_TOO and place not in families) or (word in _BEHIND and end > start):
            end = place = place + 1
        elif end == place > start and (domain := _domain_end(words, place)) > place:
            end = place = domain
        elif word in _BESIDE or word in _OF or word == ARTICLE:
            place += 1
        else:
            break
    return end


def _domain_end(words: Sequence[str], place: int) -> int:
    """Return the place behind «of Foreign Affairs», «Défense», «of the Republic»; `place` where there is no such thing."""
    end = place
    while place < len(words) and (words[place] in _OF or words[place] in _DOMAINS or words[place] == ARTICLE):
        place += 1
        end = place if words[place - 1] in _DOMAINS else end
    return end


def _may_be(words: Sequence[str], found: set[int], *, is_sure: bool) -> bool:
    """Tell whether enough of a person's name is left beside the words that look like titles.

    `is_sure` says that they are none of his names even where each of them may be one.
    """
    rest = [word for place, word in enumerate(words) if place not in found]
    apart = frozenset(rest)
    if not (apart.isdisjoint(_THINGS) and apart.isdisjoint(COMMON)) or legal_forms(rest):
        return False
    if any(word.isdecimal() or number_at(rest, place)[1] for place, word in enumerate(rest)):
        return False
    is_sure = is_sure or not _UNMISTAKABLE.isdisjoint([words[place] for place in found])
    # «Duke Wu of Zheng», «Princess Sophie of France»: what he is duke of is no name.
    rest = rest[: rest.index("of")] if "of" in rest else rest
    others = honorifics([fold(word) for word in rest])
    names = sum(place not in others and _is_a_name(word) for place, word in enumerate(rest))
    return names >= (NAMES_LEFT_MIN if is_sure else NAMES_LEFT_TOO_MIN)


def _is_a_name(word: str) -> bool:
    is_short = len(word) == 1 and script_of(word) not in _BEHIND_A_NAME
    return not (
        is_short or word in PARTICLES or word in FILLERS or word in _SUFFIXES or word == ARTICLE or is_number(word)
    )
