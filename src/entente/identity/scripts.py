"""From any script to Latin letters, and from Latin letters to what survives every transliteration.

Three steps, each coarser than the one before: `romanise` (Latin letters, as anyascii gives them, one variant where a script is
read in two ways), `fold` (letters that different countries' transliterations write differently become one) and `skeleton`
(consonant classes only, because Arabic writes no short vowels and Korean or Japanese spelling adds some).

Source: docs/rules/identity.md I3 and I4. Words, titles and the order of a name are `names`' matter.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from operator import eq

from anyascii import anyascii

from entente.identity.standards.channels import is_read, readings

CACHED_WORDS = 16_384
"""Words whose folding is remembered: the names of one page of candidates many times over, about 2 MB."""


READINGS_MAX = 4
"""Readings of one word that are kept: as many as a name has (I3)."""
READINGS_MAX_VOWELLESS = 8
"""The same where vowels have to be guessed: of the check list's Hebrew names 8 readings put .86 first, 4 put .76."""
READINGS_LOOKED_AT = 16
"""Readings among which those are chosen that folding does not make one: about every other is a second spelling of a sound."""


class Script(StrEnum):
    """The scripts that are read in their own way; every other one is read as anyascii gives it."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"
    ARABIC = "arabic"
    HEBREW = "hebrew"
    HAN = "han"
    HANGUL = "hangul"
    KANA = "kana"
    ADLAM = "adlam"
    ARMENIAN = "armenian"
    BENGALI = "bengali"
    BURMESE = "burmese"
    CHEROKEE = "cherokee"
    DEVANAGARI = "devanagari"
    ETHIOPIC = "ethiopic"
    GEORGIAN = "georgian"
    GREEK = "greek"
    GUJARATI = "gujarati"
    GURMUKHI = "gurmukhi"
    KANNADA = "kannada"
    KHMER = "khmer"
    LAO = "lao"
    MALAYALAM = "malayalam"
    NKO = "nko"
    ORIYA = "oriya"
    SINHALA = "sinhala"
    SYRIAC = "syriac"
    TAMIL = "tamil"
    TELUGU = "telugu"
    THAANA = "thaana"
    THAI = "thai"
    TIBETAN = "tibetan"
    TIFINAGH = "tifinagh"
    OTHER = "other"


VOWELLESS = frozenset({Script.ARABIC, Script.HEBREW, Script.SYRIAC})
"""Scripts whose ordinary spelling leaves out short vowels: here an equal skeleton says as much as equal letters."""

_UNICODE_NAMES = (
    ("LATIN", Script.LATIN),
    ("CYRILLIC", Script.CYRILLIC),
    ("ARABIC", Script.ARABIC),
    ("HEBREW", Script.HEBREW),
    ("CJK", Script.HAN),
    ("HANGUL", Script.HANGUL),
    ("KATAKANA", Script.KANA),
    ("HIRAGANA", Script.KANA),
    ("ADLAM", Script.ADLAM),
    ("ARMENIAN", Script.ARMENIAN),
    ("BENGALI", Script.BENGALI),
    ("MYANMAR", Script.BURMESE),
    ("CHEROKEE", Script.CHEROKEE),
    ("DEVANAGARI", Script.DEVANAGARI),
    ("ETHIOPIC", Script.ETHIOPIC),
    ("GEORGIAN", Script.GEORGIAN),
    ("GREEK", Script.GREEK),
    ("GUJARATI", Script.GUJARATI),
    ("GURMUKHI", Script.GURMUKHI),
    ("KANNADA", Script.KANNADA),
    ("KHMER", Script.KHMER),
    ("LAO", Script.LAO),
    ("MALAYALAM", Script.MALAYALAM),
    ("NKO", Script.NKO),
    ("ORIYA", Script.ORIYA),
    ("SINHALA", Script.SINHALA),
    ("SYRIAC", Script.SYRIAC),
    ("TAMIL", Script.TAMIL),
    ("TELUGU", Script.TELUGU),
    ("THAANA", Script.THAANA),
    ("THAI", Script.THAI),
    ("TIBETAN", Script.TIBETAN),
    ("TIFINAGH", Script.TIFINAGH),
)

_READ_BY_TABLE = {
    Script.ADLAM: "Adlm", Script.ARABIC: "Arab", Script.ARMENIAN: "Armn", Script.BENGALI: "Beng", Script.BURMESE: "Mymr",
    Script.CHEROKEE: "Cher", Script.CYRILLIC: "Cyrl", Script.DEVANAGARI: "Deva", Script.ETHIOPIC: "Ethi",
    Script.GEORGIAN: "Geor", Script.GREEK: "Grek", Script.GUJARATI: "Gujr", Script.GURMUKHI: "Guru", Script.HEBREW: "Hebr",
    Script.KANA: "Hira", Script.KANNADA: "Knda", Script.KHMER: "Khmr", Script.LAO: "Laoo", Script.MALAYALAM: "Mlym",
    Script.NKO: "Nkoo",
    Script.ORIYA: "Orya", Script.SINHALA: "Sinh", Script.SYRIAC: "Syrc", Script.TAMIL: "Taml", Script.TELUGU: "Telu",
    Script.THAANA: "Thaa", Script.THAI: "Thai", Script.TIBETAN: "Tibt", Script.TIFINAGH: "Tfng",
}  # fmt: skip
"""ISO 15924 of the scripts that a table of `standards` reads."""

# Longest first. Each row joins spellings of one sound in the usual transliterations (ISO 9, BGN/PCGN, ICAO 9303, ISO 233,
# pinyin and Wade-Giles, revised and older Korean, French and German habits). Sources: docs/rules/identity.md I3.
_FOLDS = (
    ("shch", "s"), ("tsch", "c"), ("dzh", "j"), ("sch", "s"), ("tch", "c"), ("kh", "h"), ("gh", "g"), ("zh", "j"),
    ("dj", "j"), ("dh", "d"), ("th", "t"), ("ph", "f"), ("sh", "s"), ("ch", "c"), ("ck", "k"), ("cz", "c"), ("tz", "ts"),
    ("hs", "s"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"), ("iy", "i"), ("yi", "i"), ("ij", "i"), ("aa", "a"),
    ("eu", "u"), ("x", "ks"), ("q", "k"), ("w", "v"), ("y", "i"),
)  # fmt: skip
_FOLDED = dict(_FOLDS)


def _by_first_letter(spellings: Iterable[str]) -> str:
    """Return a pattern of these spellings, longest first of each letter, that looks at a letter once."""
    rests: dict[str, list[str]] = {}
    for spelling in spellings:
        rests.setdefault(spelling[0], []).append(spelling[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items())


_FOLD = re.compile(_by_first_letter(_FOLDED))
_HARD_C = re.compile(r"c(?=[aoulrkt]|$)")
_REPEATED = re.compile(r"(.)\1+")
_LATIN_LETTERS = re.compile(r"[^a-z0-9 ]+")

# Consonant classes: what one script cannot tell apart is one class (Arabic has no p and v, Japanese one liquid, Korean one
# labial for f and p; voiced and voiceless differ by position). Vowels, h, y and w carry nothing.
_CLASSES = str.maketrans(
    {"b": "p", "p": "p", "f": "p", "v": "p", "d": "t", "t": "t", "g": "k", "k": "k", "q": "k", "l": "l", "r": "l",
     "m": "m", "n": "n", "s": "s", "z": "s", "c": "s", "j": "s", "x": "ks",
     "a": None, "e": None, "i": None, "o": None, "u": None, "y": None, "h": None, "w": None}
)  # fmt: skip


def script_of(text: str) -> Script:
    """Return the script of the first letter; Latin when there is no letter."""
    if text.isascii():
        return Script.LATIN
    letter = next(filter(str.isalpha, text), "")
    return Script.LATIN if letter.isascii() else _script_of_letter(letter)


@functools.lru_cache(maxsize=4096)
def _script_of_letter(character: str) -> Script:
    name = unicodedata.name(character, "")
    return next((script for prefix, script in _UNICODE_NAMES if name.startswith(prefix)), Script.OTHER)


@functools.lru_cache(maxsize=CACHED_WORDS)
def romanise(word: str, *, is_whole_name: bool = False) -> tuple[tuple[str, ...], ...]:
    """Write one word in Latin letters: the readings it has, each as the words it becomes; the usual one first.

    A whole name in Han or Hangul without spaces is split, family name first; an Arabic word gives up its article.

    Source: docs/rules/identity.md I3.
    """
    if word.isascii() and word.isalnum():
        return ((word.lower(),),)
    script = script_of(word)
    if script in {Script.HAN, Script.HANGUL}:
        return _syllables(word, script, is_whole_name=is_whole_name)
    if is_read_by_table(word):
        return tuple((reading,) for reading in _by_table(word, script))
    plain = _latin(anyascii(word))
    if not plain:
        return ()
    return _arabic(word, plain) if script is Script.ARABIC else ((plain,),)


def is_read_by_table(word: str) -> bool:
    """Tell whether a word's readings are those of one word spelt in several ways (I23), not several ways to cut it up."""
    if word.isascii():
        return False
    code = _READ_BY_TABLE.get(script_of(word))
    return code is not None and is_read(code, word)


def _by_table(word: str, script: Script) -> list[str]:
    """Return the likeliest readings that are still different once folded; what anyascii reads where there is none."""
    found: dict[str, str] = {}
    for reading in readings(_READ_BY_TABLE[script], word, READINGS_LOOKED_AT):
        found.setdefault(fold(reading), reading)
    plain = _latin(anyascii(word))
    limit = READINGS_MAX_VOWELLESS if script in VOWELLESS else READINGS_MAX
    return list(found.values())[:limit] or ([plain] if plain else [])


def _latin(text: str) -> str:
    return _LATIN_LETTERS.sub("", text.lower()).replace(" ", "")


def _arabic(word: str, plain: str) -> tuple[tuple[str, ...], ...]:
    # Waw is the consonant w or the vowel u, ya is y or i: the second reading takes both as vowels after the first letter.
    head: tuple[str, ...] = ()
    if word.startswith("ال") and len(word) > 4:  # noqa: PLR2004 - the article and a root of three letters
        head, plain = ("al",), _latin(anyascii(word[2:]))
    vowels = plain[:1] + plain[1:].replace("w", "u").replace("y", "i")
    return ((*head, plain),) if vowels == plain else ((*head, plain), (*head, vowels))


def _syllables(word: str, script: Script, *, is_whole_name: bool) -> tuple[tuple[str, ...], ...]:
    parts = tuple([part for part in map(_syllable, word) if part])
    if not parts:
        return ()
    joined = ("".join(parts),)
    if not is_whole_name or len(parts) == 1 or len(parts) > 4:  # noqa: PLR2004 - longer than a name of East Asia: a foreign one, written by sound
        return (joined,)
    family_first = (parts[0], "".join(parts[1:]))
    if script is Script.HANGUL and len(parts) > 3:  # noqa: PLR2004 - Korean names have three syllables at most
        return (joined, family_first)
    return (family_first, joined)


@functools.lru_cache(maxsize=CACHED_WORDS)
def _syllable(character: str) -> str:
    return _latin(anyascii(character))


@functools.lru_cache(maxsize=CACHED_WORDS)
def fold(word: str) -> str:
    """Join the spellings that different transliterations give one sound: «Mukhammad» and «Muhamad» become equal.

    Source: docs/rules/identity.md I3.
    """
    folded = _FOLD.sub(lambda found: _FOLDED[found[0]], word)
    if "c" in folded:
        folded = _HARD_C.sub("k", folded)
    if any(map(eq, folded, folded[1:])):
        folded = _REPEATED.sub(lambda found: found[1], folded)
    return folded or word


@functools.lru_cache(maxsize=CACHED_WORDS)
def skeleton(word: str) -> str:
    """Return the consonant classes of a word; empty when it has no consonant that counts.

    Source: docs/rules/identity.md I4.
    """
    return fold(word).translate(_CLASSES)
