"""What a file that was sent is called here: as its sender calls it, in its own script, with nothing in it that deceives or harms.

A name is shown beside other text, stands in a folder of this node, and is given to whoever downloads the file. So it is one plain
file name on every machine: no path, no device, no hidden file, nothing without a width or that turns the order of letters around.

Source: docs/rules/desk.md W91; RFC 6266, 4.3; Unicode UTS 39 and UAX 9; Microsoft, Naming Files, Paths, and Namespaces.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NAME_CHARACTERS_MAX: Final = 100
"""As the interface takes them (docs/rules/api.md P13)."""
NAME_BYTES_MAX: Final = 200
"""In UTF-8: a folder's entry has at most 255 bytes, and what is made beside a file is called after it."""
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,10}\Z", re.ASCII)
_SUFFIXES_MAX: Final = 2
"""`list.xml.gz` keeps both."""
_JOINERS: Final = "\u200c\u200d"
"""They join and part letters in Persian, Arabic and Indic writing (kernel/text.py)."""
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?=[ .]|\Z)", re.IGNORECASE
)
"""Devices of Windows, whatever stands behind their dot."""
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
_AT_ITS_ENDS: Final = " ._-" + _JOINERS
_NAMELESS: Final = "file"


def kept_name(called: str) -> str:
    """Return what a file is called here: one line of at most 100 characters and 200 bytes, with its endings, a name everywhere.

    Of a path the last part counts. What no file may have in its name on some machine, or has no meaning, becomes one low line;
    what has no width is taken out. Nothing is decided by its endings. A name that was kept once is kept as it is.
    """
    kept = _kept_once(called)
    # What is taken away or cut off may leave an ending, or marks that compose, where none was before.
    while (again := _kept_once(kept)) != kept:
        kept = again
    return kept


def _kept_once(called: str) -> str:
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", called)[-1])
    shown = re.sub(r"_*\x00[\x00_ ]*", "_", "".join(map(_shown, last)))
    # An ending is looked for behind which nothing stands that is taken away.
    stem, endings = _parted(shown.rstrip(_AT_ITS_ENDS))
    stem = _trimmed(stem)
    if _RESERVED.match(stem):
        stem = f"{_NAMELESS}_{stem}"
    stem = _trimmed(_cut(stem, NAME_CHARACTERS_MAX - len(endings), NAME_BYTES_MAX - len(endings)))
    return (stem or _NAMELESS) + endings


def plain_name(called: str) -> str:
    """Return a name for who reads ASCII alone: letters, digits, point, hyphen and low line, at most 100, an ending kept."""
    last = unicodedata.normalize("NFKD", kept_name(called)).encode("ascii", "ignore").decode("ascii")
    stem, endings = _parted(_NOT_PLAIN.sub("_", last))
    return (stem.strip("._-")[: NAME_CHARACTERS_MAX - len(endings)] or _NAMELESS) + endings


def _shown(one: str) -> str:
    """Return a character as a name may have it; a NUL for one that it may not, nothing for one without a width."""
    kind = unicodedata.category(one)
    if kind == "Cf":
        return one if one in _JOINERS else ""
    if kind in {"Zs", "Zl", "Zp"}:
        return " "
    return "\0" if kind.startswith("C") or one in ':*?"<>|' else one


def _parted(name: str) -> tuple[str, str]:
    stem, endings = name, ""
    while (found := _SUFFIX.search(stem)) is not None and endings.count(".") < _SUFFIXES_MAX:
        stem, endings = stem[: found.start()], found[0] + endings
    return stem, endings


def _trimmed(stem: str) -> str:
    # A mark that stands first would be drawn on what stands before the name.
    plain = stem.strip(_AT_ITS_ENDS)
    while plain and unicodedata.category(plain[0]).startswith("M"):
        plain = plain[1:].lstrip(_AT_ITS_ENDS)
    return " ".join(plain.split())


def _cut(stem: str, characters: int, size: int) -> str:
    return stem[:characters].encode("utf-8")[:size].decode("utf-8", "ignore")
