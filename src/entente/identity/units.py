"""What the learned transliteration reads: a word of one script, cut into the smallest signs that have a sound.

Cyrillic, Arabic and Han words are read character by character; letters of other languages than Russian and Arabic are read as
the ones those two would write for them, so that what was learned with many pairs serves them too. A Hangul syllable is taken
apart into its letters, a kana into its consonant and its vowel (デ is d e, シャ is s ' a, ッ is Q, ン is N, ー is -): a
syllable that no training pair held is still read from its parts. Scripts are named as in ISO 15924.

Source: docs/rules/identity.md I22; Unicode 15.0, section 3.12 (Hangul), names list (kana); BGN/PCGN for the letters that are
joined.
"""

from __future__ import annotations

import functools
import unicodedata

LEARNED_SCRIPTS = ("Arab", "Cyrl", "Hang", "Hani", "Kana")
_BY_NAME = {
    "ARABIC": "Arab",
    "CYRILLIC": "Cyrl",
    "HANGUL": "Hang",
    "CJK": "Hani",
    "KATAKANA": "Kana",
    "HIRAGANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "IDEOGRAPHIC": "Hani",
}
"""First word of the Unicode name of a character of these scripts."""

_VARIANTS = str.maketrans(
    {
        # Persian, Urdu, Pashto, Kurdish and Uyghur.
        "ی": "ي", "ې": "ي", "ێ": "ي", "ۍ": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ګ": "گ", "ڭ": "نگ", "ہ": "ه", "ھ": "ه", "ە": "ه",
        "ۀ": "ه", "ۃ": "ة", "ۂ": "ه", "ڵ": "ل", "ڕ": "ر", "ړ": "ر", "ڑ": "ر", "ۆ": "و", "ۇ": "و", "ۈ": "و", "ۋ": "و", "ټ": "ت",
        "ٹ": "ت", "ډ": "د", "ڈ": "د", "ښ": "ش", "ږ": "ژ", "څ": "تس", "ځ": "ز", "ڼ": "ن", "ں": "ن",
        # Ukrainian, Belarusian, South Slavic, and the Turkic, Iranian and Mongolian alphabets.
        "і": "и", "є": "е", "ґ": "г", "џ": "дж", "ј": "й", "љ": "ль", "њ": "нь", "ћ": "ч", "ђ": "дж", "ѕ": "дз", "ә": "а",
        "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "ҳ": "х", "ҷ": "дж", "җ": "дж", "ҡ": "к",
        "ҙ": "з", "ҫ": "с", "ӏ": "",
    }
)  # fmt: skip
_KANA_ALONE = {"ン": "N", "ッ": "Q", "ー": "-", "ヴ": "vu", "チ": "ci", "ツ": "cu", "ヽ": "", "ヾ": ""}
_PALATAL = {"ャ": "'a", "ュ": "'u", "ョ": "'o"}
_SMALL_VOWELS = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヮ": "a"}
_GLIDES = {"u": "w", "i": "'"}
_KANA_SHIFT = 0x60
"""From a hiragana to its katakana."""


def script_code(word: str) -> str:
    """Return the script of a word if it is one of the learned ones and the word holds no other; otherwise nothing."""
    codes = {_script_of_character(character) for character in word}
    return codes.pop() if len(codes) == 1 else ""


@functools.lru_cache(maxsize=4096)
def _script_of_character(character: str) -> str:
    return _BY_NAME.get(unicodedata.name(character, "").partition(" ")[0], "")


def units(word: str, script: str) -> str:
    """Return a word in the signs its script's channel reads; the word is in a name's normal form (I2).

    Source: docs/rules/identity.md I22.
    """
    if script == "Hang":
        return unicodedata.normalize("NFD", word)
    if script == "Kana":
        return _kana(word)
    return word.translate(_VARIANTS) if script in {"Arab", "Cyrl"} else word


def _kana(word: str) -> str:
    signs: list[str] = []
    for character in word:
        kana = character if character >= "゠" else chr(ord(character) + _KANA_SHIFT)
        if (small := _PALATAL.get(kana) or _SMALL_VOWELS.get(kana)) is not None and signs and signs[-1][-1:] in "iueo":
            # It takes the place of the vowel before and leaves its colour: フ + ァ is h w a, シ + ェ is s ' e, テ + ィ is t i.
            glide = _GLIDES.get(signs[-1][-1:], "") if kana in _SMALL_VOWELS else ""
            signs[-1] = signs[-1][:-1] + glide + small
        else:
            signs.append(_KANA_ALONE.get(kana) or _letters(kana))
    return "".join(signs)


@functools.lru_cache(maxsize=256)
def _letters(kana: str) -> str:
    return unicodedata.name(kana, "").rpartition(" ")[2].lower()
