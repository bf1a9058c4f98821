"""In which order lists of words stand: that of the reader's alphabet, and not of the numbers that computers give to letters.

By those numbers «Égypte» stands behind «Zimbabwe», «الأردن» apart from «إسبانيا», and Chinese names in no order that a reader
knows. An accent parts only words that are alike without it; Spanish has ñ behind n; Arabic has one alif, whatever stands upon it;
Russian ё stands with е. The letters of the reader's own script stand before those of others. Chinese words stand by their Pinyin:
the 3,755 characters of GB 2312, level 1, have that order in the standard itself, and rarer ones that lists here have are named.

Source: docs/rules/desk.md W130; Unicode CLDR, collation (root, ar, es, ru, zh pinyin); GB/T 2312-1980; decision 0138.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, TypeAlias

Place: TypeAlias = tuple[tuple[tuple[int, str], ...], str]
"""Letter by letter what is compared first, then the word itself."""
_SPANISH: Final = str.maketrans({"ñ": "nʒ"})
"""Behind every other letter that may follow an n."""
_ARABIC: Final = str.maketrans("أإآٱؤئىة", "ااااوييه")
_OWN: Final[Mapping[str, re.Pattern[str]]] = {"ar": re.compile("[\u0620-\u06ff]"), "ru": re.compile("[\u0400-\u04ff]")}
"""The script of a language that is not written in Latin letters, or in Chinese characters."""
_PINYIN_BEGINS: Final = b"\xb0\xa1"
_PINYIN_ENDS: Final = b"\xd7\xf9"
_SAID_LIKE: Final = str.maketrans("斐瑙汶梵伽巽鞑靼", "匪脑问饭茄训达达")
"""Characters of names of countries and languages that level 1 does not have, by one of it that is said alike."""
_SIGN, _LETTER, _FOREIGN = range(3)


def place(language: str, words: str) -> Place:
    """Return by what words are sorted for a reader of a language; words that are the same have the same place."""
    if language == "zh":
        return tuple(_by_pinyin(letter) for letter in words.casefold().translate(_SAID_LIKE)), words
    own = _OWN.get(language)
    return tuple((_rank(letter, own), letter) for letter in _plain(language, words)), words


def _rank(letter: str, own: re.Pattern[str] | None) -> int:
    if not letter.isalpha():
        return _SIGN
    return _LETTER if own is None or own.match(letter) is not None else _FOREIGN


def _plain(language: str, words: str) -> str:
    """Return words without what parts them only from their like: capitals, accents, vowel signs."""
    low = unicodedata.normalize("NFC", words).casefold()
    if language == "es":
        low = low.translate(_SPANISH)
    if language == "ar":
        low = low.translate(_ARABIC)
    parted = unicodedata.normalize("NFD", low)
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def _by_pinyin(letter: str) -> tuple[int, str]:
    if letter.isascii():
        return (_FOREIGN if letter.isalpha() else _SIGN), letter
    code = letter.encode("gb18030", errors="replace")
    stands = (
        _PINYIN_BEGINS <= code <= _PINYIN_ENDS and len(code) == len(_PINYIN_BEGINS) and code[1] >= _PINYIN_BEGINS[1]
    )
    return (_LETTER if stands else _FOREIGN), code.hex()
