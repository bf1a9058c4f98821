"""The remarks of a proposed mapping, in the reader's language.

A mapping is proposed with a remark beside each line, which says why a column is taken for what (docs/rules/records.md R46). What
stands before a remark is a mapping's own, and stays to the letter.

Source: docs/rules/desk.md W83.
"""

from __future__ import annotations

import re
from typing import Final

from entente.web.sentences import clause
from entente.web.wording import FIRST_LANGUAGE, Wording

_REMARK: Final = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^"#])*# )(.+)')
"""What stands before the remark of a line, its sign with it, and the remark; a sign within quotation marks begins none."""

_ISOLATED_FROM: Final = "\u2067"
_ISOLATED_TO: Final = "\u2069"
"""Unicode's marks between which words are read from right to left, though the mapping around them is not (UAX 9)."""


def remarks_told(say: Wording, mapping: str) -> str:
    """Return a mapping with its remarks told; one that is not known again stays as it came."""
    if say.language == FIRST_LANGUAGE:
        return mapping
    return "\n".join(_told(say, line) for line in mapping.split("\n"))


def _told(say: Wording, line: str) -> str:
    found = _REMARK.fullmatch(line)
    # Without the marks of a page, which a text that is edited cannot have; and on one line, as what was remarked.
    if found is None:
        return line
    told = clause(say, found[2]).striptags()
    return found[1] + (told if say.direction == "ltr" else f"{_ISOLATED_FROM}{told}{_ISOLATED_TO}")
