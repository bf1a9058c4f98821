"""Numbers, plates and addresses within a text of a script that runs from right to left, in the order in which they are read.

In such a text a telephone number, a plate or a date of a document is turned around group by group: «+992 93 555» shows as
«555 93 992+», and whoever reads it to a colleague reads another number. So each such run of Latin letters and digits stands in a
direction of its own. Nothing is added to the text: what is copied is what was written.

Source: docs/rules/desk.md W27; Unicode UAX 9, rules W2 to W7; W3C, Inline markup and bidirectional text in HTML.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LEFT_MARK: Final = "\u200e"
"""LEFT-TO-RIGHT MARK: of no width, and no letter."""
_RUN: Final = re.compile(
    r"(?<![A-Za-z0-9+])\+?[A-Za-z0-9](?:[A-Za-z0-9]|[<@_.:/+#=&%~?\u2013-](?! )|\([0-9]{1,4}\)|[ ](?=[A-Za-z0-9+(]))*[A-Za-z0-9<]"
)
"""Latin letters and digits, with what joins them in numbers, dates and addresses; ends with one of them."""
_RANGE: Final = re.compile(r"[0-9]{1,4}[-\u2013][0-9]{1,4}")
"""«2024-2026» is read in the direction of its text."""
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
"""ISO 8601; no range of years ends so."""
_CODE: Final = re.compile(r"(?<![\w/-])[A-Z][A-Z0-9]+-[A-Z0-9]+(?:/[^\s<&]*[\w])?")
"""The code of a body, alone or before what it calls a record."""
_NUMBER_DIGITS_MIN: Final = 7
"""Fewer digits with blanks between are numbers that follow one another; a telephone number has more (ITU-T E.164)."""


def in_order(text: object) -> Markup:
    """Return a text, escaped, with what would be turned around in it set apart; what is markup stays as it is."""
    if isinstance(text, Markup):
        return text
    plain = str(text)
    if _RIGHT_TO_LEFT.search(plain) is None:
        return escape(plain)
    shown, at = Markup(""), 0
    for found in _RUN.finditer(plain):
        if _is_turned(found[0]):
            shown += escape(plain[at : found.start()]) + Markup('<bdi dir="ltr">{}</bdi>').format(found[0])
            at = found.end()
    return shown + escape(plain[at:])


def whole_codes(shown: Markup) -> Markup:
    """Return a text that is written already, with each code in it set apart as one word that its hyphens do not part."""
    whole, at = Markup(""), 0
    for found in _CODE.finditer(shown):
        whole += shown[at : found.start()] + Markup('<bdi class="whole">{}</bdi>').format(
            shown[found.start() : found.end()]
        )
        at = found.end()
    return whole + shown[at:]


def _is_turned(run: str) -> bool:
    """Say whether a run of Latin letters and digits would stand in another order than it is read in."""
    digits = sum(map(str.isdigit, run))
    if not digits or run.isalnum():
        # Words alone are in order, and so is one word.
        return "<" in run or "@" in run
    if run.startswith("+") or any(map(str.isalpha, run)):
        return True
    if _MONTH.fullmatch(run) is not None:
        return True
    return digits >= _NUMBER_DIGITS_MIN and _RANGE.fullmatch(run) is None


def marked(text: str) -> str:
    """Return a text of our own with a mark before what would be turned around in it: such a text stands in attributes too.

    A number behind the mark is one of a Latin word (W7 of UAX 9); what begins with a letter is in order without.
    """
    if _RIGHT_TO_LEFT.search(text) is None:
        return text
    return _RUN.sub(
        lambda found: found[0] if found[0][0].isalpha() or not _is_turned(found[0]) else LEFT_MARK + found[0], text
    )
