"""How a name in Arabic letters is said: the Latin spelling shown beside it, word by word.

Arabic writes no short vowels, so that the search reads «محمد» as «mhmd», which nobody can say. Names of a closed list are shown
with the vowels that are spoken, a father's name and the article in their own words; what is in no list is shown letter by letter,
as the search reads it. Nothing is searched for or decided by it.

Source: docs/rules/desk.md W27; data/arabic_names.yaml; UNGEGN, Romanization Systems (Arabic 2017), without its marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_LIST: Final = Path(__file__).parents[2] / "data" / "arabic_names.yaml"
_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_MARKS: Final = re.compile("[\u064b-\u065f\u0670\u0640\u200c\u200d]")
"""Vowels, doubling and stretching, which are written seldom; and what joins and parts letters."""
_AS_LISTED: Final = str.maketrans("أإآٱىیئکةۀہھؤ", "اااايييكههههو", "ء")
"""Hamza with its seat, Persian letters and endings, each as the list is compared."""
_ARTICLE: Final = "ال"
_STEM_MIN: Final = 3
"""Letters of a word behind its article: «الله» is one word."""
_ENDINGS: Final[Mapping[str, str]] = {"وف": "ov", "وفا": "ova", "يف": "ev", "يفا": "eva", "زاده": "zada"}
"""Of family names that were made from a name elsewhere: Muhammadov."""


def is_arabic(name: str) -> bool:
    """Say whether a name has letters of Arabic writing."""
    return _ARABIC.search(name) is not None


def romanised(name: str, letter_by_letter: Callable[[str], str]) -> str:
    """Return a name in Latin letters; `letter_by_letter` reads a word that no list has. What is Latin in it stays."""
    words = [_MARKS.sub("", word) for word in name.split()]
    said: list[str] = []
    for place, word in enumerate(words):
        if not is_arabic(word):
            said.append(word)
            continue
        bare = word.strip("«»()[]،,.؛;:-")
        if place and _listed(words[place - 1]) == "عبد" and _listed(bare).startswith(_ARTICLE):
            # «عبد الرحمن» is one name in two words.
            whole = _lists().names.get("عبد" + _listed(bare))
            if whole is not None:
                said[-1] = word.replace(bare, whole)
                continue
        said.append(word.replace(bare, _word(bare, letter_by_letter)))
    return " ".join(said)


def _word(word: str, letter_by_letter: Callable[[str], str]) -> str:
    names, listed = _lists().names, _listed(word)
    whole = names.get(listed) or _lists().parts.get(listed)
    if whole is not None:
        return whole
    if listed.startswith(_ARTICLE) and len(listed) >= len(_ARTICLE) + _STEM_MIN:
        stem = word[len(_ARTICLE) :]
        return f"al-{names.get(_listed(stem)) or letter_by_letter(stem)}"
    for ending, latin in _ENDINGS.items():
        stem = listed.removesuffix(ending)
        if stem != listed and stem in names:
            return names[stem] + latin
    return letter_by_letter(word)


def _listed(word: str) -> str:
    return word.translate(_AS_LISTED)


@dataclass(frozen=True, slots=True)
class _Lists:
    names: Mapping[str, str]
    parts: Mapping[str, str]
    """What stands between names: son of, father of."""


@cache
def _lists() -> _Lists:
    read: Mapping[str, Mapping[str, str]] = yaml.safe_load(_LIST.read_text("utf-8"))
    return _Lists(*({_listed(word): latin for word, latin in read[part].items()} for part in ("names", "parts")))
