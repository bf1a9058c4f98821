"""Two words side by side: how alike they are, and how they agree.

Equal, spelt otherwise, an initial, a short form, a man's and a woman's form; within one script by letters and slips of the pen,
between two by what was learned of them, or by their consonants.

Source: docs/rules/identity.md I7, I22 to I24. Leaves to others: which word stands for which (align).
"""

from __future__ import annotations

import functools
from enum import StrEnum
from operator import itemgetter

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from entente.identity.name_parts import GENDERED_STEM_MIN, are_forms_of_one_family
from entente.identity.scripts import VOWELLESS, Script, is_read_by_table, skeleton
from entente.identity.short_forms import is_short_for
from entente.identity.transliteration import is_learned, likelihood
from entente.identity.words import Word, word_of

# Likeness of a pair of words in thousandths, by how they agree. Measured on the development pairs.
EQUAL = 1000
TRANSLITERATION = 970
SKELETON_VOWELLESS = 900
SKELETON = 880
INITIAL = 800
GENDERED = 940
"""A man's and a woman's form of one family name: as sure as two words written as one."""
SHORT_FORM = 900
"""A short form says which names it may stand for, not which one it does."""
CLOSE_MIN = 780
"""Jaro-Winkler × 1000 below which two words are different words: under it most pairs of the development data are."""
SLIPS = 0.22
"""Slips of the pen for each letter of the longer word above which two words are different ones; one slip is always one word."""
SLIPS_ONE_SKELETON = 0.24
"""The same where the consonants agree."""
ONE_SLIP = 2
"""In halves, as `_slips` counts."""
_ONE_VOWEL = str.maketrans("eiou", "aaaa")
CLOSE_LEAST = 2 * CLOSE_MIN - 1000
"""Jaro-Winkler × 1000 below which not even an equal edit distance makes two words of one script near."""
APART_MIN = 700
"""The same for words of two scripts that the learned transliteration does not read: letters and skeleton weighed together."""
LEARNED_MIN = 400
"""Likelihood × 1000 of the learned transliteration (I22) below which two words are different ones; by the development pairs."""
LEARNED_LEAST = (LEARNED_MIN - 1) / 1000
"""What is asked of it: less comes to nothing once rounded."""
SKELETON_CHARACTERS_MIN = 3
"""A shorter skeleton is shared by unrelated words: «Ali», «Lee» and «Raya» are all one liquid."""


class Agreement(StrEnum):
    """How a word of the query and a word of the record agree; the words stand in evidence."""

    EQUAL = "equal"
    TRANSLITERATION = "transliteration"
    CLOSE = "spelling close"
    INITIAL = "initial"
    TOGETHER = "written together or apart"
    GENDERED = "male and female form"
    SHORT_FORM = "short form"


# Asked of every pair of words. A member of an enum is found fifteen times as slowly through its class (Python 3.11).
_SAME, _TRANSLITERATED = Agreement.EQUAL, Agreement.TRANSLITERATION
_SHORT_FORM, _CLOSE = Agreement.SHORT_FORM, Agreement.CLOSE


@functools.lru_cache(maxsize=65_536)
def compare_words(a: Word, h: Word) -> tuple[int, Agreement] | None:
    """Say how alike two words are in thousandths and how they agree; None for different words.

    Of several spellings of one word (I23) the nearest counts.

    Source: docs/rules/identity.md I7.
    """
    if not a.other_readings and not h.other_readings:
        return _compare_spellings(a, h)
    spelt = [(one, other) for one in (a, *a.other_readings) for other in (h, *h.other_readings)]
    if a.script is h.script and a.other_readings and h.other_readings:
        # Two words of one script are compared as they are written: guessed vowels would make them alike.
        pairs = [_compare_spellings(_as_written(a), _as_written(h)), *(_kinship(one, other) for one, other in spelt)]
    else:
        pairs = [_compare_spellings(one, other) for one, other in spelt]
    # Among several readings one is near by chance more often, so that the lower bound for two scripts does not hold.
    return max((pair for pair in pairs if pair and pair[0] >= CLOSE_MIN), key=itemgetter(0), default=None)


def _as_written(word: Word) -> Word:
    return word_of(word.written, word.script, word.part, word.written, ())


def _compare_spellings(a: Word, h: Word) -> tuple[int, Agreement] | None:
    if a.text == h.text:
        return EQUAL, _SAME if a.script is h.script else _TRANSLITERATED
    if (a.is_initial or h.is_initial) and (_is_initial(a) or _is_initial(h)):
        return (INITIAL, Agreement.INITIAL) if _is_initial_of(a, h) or _is_initial_of(h, a) else None
    if a.folded == h.folded:
        return TRANSLITERATION, _TRANSLITERATED
    alike, kin = _compare_letters(a, h), _kinship(a, h)
    return kin if kin and (alike is None or kin[0] > alike[0]) else alike


def _kinship(a: Word, h: Word) -> tuple[int, Agreement] | None:
    """Say how two words that are not one spelt in two ways stand for one name all the same (I24)."""
    if is_short_for(a.folded, h.folded) or is_short_for(h.folded, a.folded):
        return SHORT_FORM, _SHORT_FORM
    # The cheap half of the question first: this is asked of every pair of words.
    is_one_stem = a.folded[:GENDERED_STEM_MIN] == h.folded[:GENDERED_STEM_MIN]
    return (GENDERED, Agreement.GENDERED) if is_one_stem and are_forms_of_one_family(a.folded, h.folded) else None


def short_form_said(a: Word, h: Word) -> str:
    """Say which word is a short form of which, of two that agree so."""
    spelt = [(one, other) for one in (a, *a.other_readings) for other in (h, *h.other_readings)]
    pairs = [*spelt, *((other, one) for one, other in spelt)]
    short, full = next((short, full) for short, full in pairs if is_short_for(short.folded, full.folded))
    return f"{short.text.title()} is a short form of {full.text.title()}"


def _compare_letters(a: Word, h: Word) -> tuple[int, Agreement] | None:
    if a.script is h.script:
        return _one_script(a, h)
    if (learned := _learned(a, h)) is not None:
        likeness = min(TRANSLITERATION, round(1000 * learned))
        return (likeness, _TRANSLITERATED) if likeness >= LEARNED_MIN else None
    return _two_scripts(a, h)


def _similar(a: Word, h: Word) -> int:
    similar = JaroWinkler.similarity(a.text, h.text)
    if a.text != a.folded or h.text != h.folded:
        similar = max(similar, JaroWinkler.similarity(a.folded, h.folded))
    return round(1000 * similar)


def _one_script(a: Word, h: Word) -> tuple[int, Agreement] | None:
    similar = _similar(a, h)
    if similar < CLOSE_LEAST:
        return None
    halves = _slips(a.text, h.text)
    if a.text != a.folded or h.text != h.folded:
        halves = min(halves, _slips(a.folded, h.folded))
    letters = 2 * max(len(a.text), len(h.text))
    if similar >= CLOSE_MIN and halves <= SLIPS_ONE_SKELETON * letters:
        bones = skeleton(a.text)
        if bones == skeleton(h.text) and len(bones) >= SKELETON_CHARACTERS_MIN:
            return max(similar, SKELETON), _TRANSLITERATED
    if halves > max(ONE_SLIP, SLIPS * letters):
        return None
    # Jaro-Winkler is generous to a shared beginning; the edit distance must agree.
    likeness = (similar + round(1000 * Indel.normalized_similarity(a.folded, h.folded))) // 2
    return (likeness, _CLOSE) if likeness >= CLOSE_MIN else None


def _slips(one: str, other: str) -> int:
    """Count the slips of the pen in halves: another vowel is half of one, because transliterations choose them freely."""
    return OSA.distance(one, other) + OSA.distance(one.translate(_ONE_VOWEL), other.translate(_ONE_VOWEL))


def _learned(a: Word, h: Word) -> float | None:
    """Return the likelihood of the learned transliteration; None unless one word is Latin and the other one it reads.

    A word that has letters of another language than Russian or Arabic is read by that language's table (I23). Kana is one
    language's; its table only says what the index is given.
    """
    native, latin = (a, h) if h.is_latin else (h, a)
    if not latin.is_latin or not _is_read_as_learned(native):
        return None
    return likelihood(native.written, latin.text, LEARNED_LEAST)


@functools.lru_cache(maxsize=4096)
def _is_read_as_learned(native: Word) -> bool:
    return is_learned(native.written) and (native.script is Script.KANA or not is_read_by_table(native.written))


def _two_scripts(a: Word, h: Word) -> tuple[int, Agreement] | None:
    is_vowelless = a.script in VOWELLESS or h.script in VOWELLESS
    ours, theirs = skeleton(a.text), skeleton(h.text)
    if ours == theirs and len(ours) >= SKELETON_CHARACTERS_MIN - is_vowelless:
        return max(_similar(a, h), SKELETON_VOWELLESS if is_vowelless else SKELETON), Agreement.TRANSLITERATION
    bones = round(1000 * Indel.normalized_similarity(ours, theirs))
    of_letters, of_bones = (1, 2) if is_vowelless else (2, 1)
    if 1000 * of_letters + bones * of_bones < 3 * APART_MIN:
        return None
    likeness = (_similar(a, h) * of_letters + bones * of_bones) // 3
    return (likeness, Agreement.TRANSLITERATION) if likeness >= APART_MIN else None


def _is_initial(word: Word) -> bool:
    """Tell an initial from a syllable: one sign of these scripts is a whole name: Korean «Yi»."""
    return word.is_initial and word.script not in _SYLLABLES


_SYLLABLES = frozenset({Script.HAN, Script.HANGUL, Script.KANA})


def _is_initial_of(short: Word, long: Word) -> bool:
    return (
        _is_initial(short)
        and not _is_initial(long)
        and (long.text[:1] == short.text or long.folded[:1] == short.folded)
    )
