"""What is written on a page in another script than the page's says which, for whoever has the page read aloud.

Names, messages and agreements are shown as they were written. A page says its own language, and a voice of that language reads
«Мухаммедов» on an Arabic page letter by letter or not at all. Which language a text is in nobody here knows; its script is seen.
So each such element is marked with the script alone (BCP 47: `und-Cyrl`), and with nothing where it has the page's script.

Source: docs/rules/desk.md W131; WCAG 2.2, 3.1.2; RFC 5646, 2.2.3 and 4.1; ISO 15924.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {
    "Latn": re.compile("[A-Za-z\u00c0-\u024f]"),
    "Cyrl": re.compile("[\u0400-\u04ff]"),
    "Arab": re.compile("[\u0620-\u06ff]"),
    "Hani": re.compile("[\u4e00-\u9fff]"),
}
_OF_PAGE: Final[Mapping[str, str]] = {"ru": "Cyrl", "ar": "Arab", "zh": "Hani"}
"""Language → its script; every other one is written in Latin letters."""
_WRITTEN: Final = re.compile(r'<(?:p|bdi|span|dd|li)\b(?=[^>]*\bdir="auto")(?![^>]*\blang=)[^>]*(?=>([^<]+))')
"""The beginning of an element that takes its direction from what stands in it, and the text that follows at once."""
_WORD: Final = re.compile(r"[^\W\d_A-Z]{3}")
"""Codes («XA-NCB») are of no language."""


_ENTITY: Final = re.compile("&#?[0-9A-Za-z]+;")


def scripts_said(html: str, language: str) -> str:
    """Return a page whose foreign texts say their script; what it shows stays to the letter."""
    own = _OF_PAGE.get(language, "Latn")
    return _WRITTEN.sub(lambda found: found[0] + _said(found[1], own), html)


def _said(text: str, own: str) -> str:
    text = _ENTITY.sub("", text)
    letters = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    most = max(letters, key=lambda script: letters[script])
    is_foreign = most != own and letters[most] > 1 and (most == "Hani" or _WORD.search(text) is not None)
    return f' lang="und-{most}"' if is_foreign else ""
