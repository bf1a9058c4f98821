"""A machine readable zone as it was scanned or typed: its lines, of the right count and width, and what had to be done for that.

Blanks in and between lines, small letters, look-alikes, lines joined or broken, marks that a scanner reads for `<`, other lines
of the page around it: all that says nothing about the document. A line too short or too long does, and is a fault; its fillers
are then filled up or cut, because they are what scanners lose, and everything else is judged on that.

Source: docs/rules/identity.md I18; ICAO 9303-3 section 4.3 (characters).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from entente.identity.identifiers.letters import LOOKALIKES
from entente.identity.identifiers.mrz_layout import (
    CHECKED,
    DIGITS,
    EVERY,
    FILLER,
    LAYOUTS,
    TD1,
    TD2,
    TD3,
    Layout,
    MrzField,
    Zone,
    check_digit,
    layout_of,
)

SCANNED_CHARACTERS_MAX = 1_000
"""A zone has 90 characters; the rest is room for a page of other lines around it. What is longer is no zone."""
MRZ_CHARACTERS_MIN = 60
"""Shorter is no zone, whatever it holds: the shortest has 72."""
MRZ_DIGITS_MIN = 8
"""Two dates and the check digits have fifteen, of which some may be misread."""
LOST_MAX = 8
"""Characters by which a line may be too short or too long and still be read: more than that is another text."""

# What scanners and keyboards make of the filler. A quotation mark of two angles may be one filler or two.
_FILLERS = str.maketrans(dict.fromkeys("‹〈⟨≪⋘˂ᐸ❮", FILLER))
_DOUBLE = "«《⟪"
_LINE_ENDS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_BLANK = re.compile(r"\s")
_GUILLEMETS = (FILLER, FILLER * 2)


@dataclass(frozen=True, slots=True)
class ScannedLines:
    """Lines cut to the size they most probably are; no layout where they are like none."""

    layout: Layout | None
    lines: tuple[str, ...]
    faults: tuple[tuple[int, str], ...] = ()
    """Line from 1 (0: all of them) and what is wrong with its length."""
    notes: tuple[str, ...] = ()


def looks_like_mrz(text: str) -> bool:
    """Say whether a text can only be a machine readable zone: long enough, with the filler that parts names, and with dates.

    The lower line of a passport or a card alone is one as well where both its dates have their check digits.
    """
    if any(_is_lower_line(line, layout) for layout in (TD2, TD3) for line in _single_line(text, layout.width)):
        return True
    if not MRZ_CHARACTERS_MIN <= len(text) <= SCANNED_CHARACTERS_MAX:
        return False
    plain = "".join(_rendered(text, FILLER * 2, ""))
    digits, known = (sum(character in alphabet for character in plain) for alphabet in (DIGITS, EVERY))
    is_parted_and_dated = FILLER * 2 in plain and digits >= MRZ_DIGITS_MIN
    return is_parted_and_dated and known >= MRZ_CHARACTERS_MIN and known * 10 >= len(plain) * 9


def _single_line(text: str, width: int) -> Iterator[str]:
    """Yield the one line of a text that may have this width, blanks counted out."""
    if width <= len(text) <= 2 * width:
        lines = tuple(_rendered(text, FILLER, ""))
        yield from (line for line in lines if len(lines) == 1 and len(line) == width)


def _is_lower_line(line: str, layout: Layout) -> bool:
    """Say whether a line has two dates with their check digits where a lower line has them."""
    zone = Zone(layout, ("", line))
    return (
        {*line} <= EVERY
        and all(
            set(zone.text(date)) <= DIGITS | {FILLER} and check_digit(zone.text(date)) == zone.text(CHECKED[date])
            for date in (MrzField.BIRTH, MrzField.EXPIRY)
        )
        and zone.text(MrzField.SEX) in {"M", "F", FILLER}
    )


def scanned_lines(text: str) -> ScannedLines:
    """Read the lines of a zone from what was scanned.

    Source: docs/rules/identity.md I18.
    """
    if len(text) > SCANNED_CHARACTERS_MAX:
        why = (
            f"it has {len(text)} characters, and a zone with all that stands around it at most {SCANNED_CHARACTERS_MAX}"
        )
        return ScannedLines(None, (), ((0, why),))
    readings = list(dict.fromkeys(_readings(text)))
    for fitting in (_as_they_stand, _within, _joined):
        for lines in readings:
            if (found := fitting(lines)) is not None:
                return found
    return _nearest(readings[0])


def _readings(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines in each way the doubtful marks may be meant: blanks as nothing or as fillers, guillemets as one or two."""
    for blank in ("", FILLER):
        for guillemet in _GUILLEMETS:
            yield tuple(_rendered(text, guillemet, blank))


def _rendered(text: str, guillemet: str, blank: str) -> Iterator[str]:
    plain = text.replace("&lt;", FILLER).translate(_FILLERS)
    for mark in _DOUBLE:
        plain = plain.replace(mark, guillemet)
    for line in _LINE_ENDS.split(plain):
        whole = _BLANK.sub(blank, line.strip())
        if whole:
            yield "".join(_character(one) for one in whole)


def _character(character: str) -> str:
    """Return a capital, a digit or a filler where the character is one in another form; anything else as it stands."""
    if character in EVERY:
        return character
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    narrow = unicodedata.normalize("NFKC", character)
    upper = (narrow if len(narrow) == 1 else character).upper().translate(LOOKALIKES)
    return upper if len(upper) == 1 else character


def _as_they_stand(lines: tuple[str, ...]) -> ScannedLines | None:
    if len({len(line) for line in lines}) != 1:
        return None
    layout = layout_of(len(lines), len(lines[0]), lines[0][:1])
    return ScannedLines(layout, lines) if layout is not None else None


def _joined(lines: tuple[str, ...]) -> ScannedLines | None:
    """Cut lines that were joined or broken, where all together have the length of a size and they are near no other."""
    whole, near = "".join(lines), _near(lines)
    for layout in LAYOUTS:
        if len(whole) == layout.count * layout.width and (near is None or near is layout):
            cut = tuple(whole[start : start + layout.width] for start in range(0, len(whole), layout.width))
            chosen = layout_of(layout.count, layout.width, whole[:1])
            return ScannedLines(chosen, cut, notes=("The lines were joined or broken otherwise than in a document.",))
    return None


def _within(lines: tuple[str, ...]) -> ScannedLines | None:
    """Find the zone among other lines of a page; it stands below them."""
    for end in range(len(lines), 1, -1):
        for layout in LAYOUTS:
            part = lines[max(0, end - layout.count) : end]
            if len(part) == layout.count < len(lines) and all(len(line) == layout.width for line in part):
                found = layout_of(layout.count, layout.width, part[0][:1])
                left = f"Other lines that were left out: {len(lines) - len(part)}."
                return ScannedLines(found, part, notes=(left,))
    return None


def _near(lines: tuple[str, ...]) -> Layout | None:
    """Return the size whose count of lines these have, and whose width each of them has but for some characters."""
    near = [
        (sum(abs(layout.width - len(line)) for line in lines), layout)
        for layout in LAYOUTS
        if layout.count == len(lines)
        and all(abs(layout.width - len(line)) <= LOST_MAX for line in lines)
        and layout_of(layout.count, layout.width, lines[0][:1]) is layout
    ]
    return min(near, key=lambda one: one[0])[1] if near else None


def _nearest(lines: tuple[str, ...]) -> ScannedLines:
    """Take the lines for the size they are nearest to, and name each that is too short or too long."""
    if [len(line) for line in lines] == [TD1.width] * (TD1.count - 1):
        return ScannedLines(TD1, (*lines, ""), ((TD1.count, "the line with the name is missing"),))
    if (layout := _near(lines)) is not None:
        return _filled(layout, lines)
    if len(lines) == 1:
        return _single(lines[0])
    have = ", ".join(str(len(line)) for line in lines[:5]) or "no"
    why = (
        f"{len(lines)} lines of {have} characters are no zone: those have 3 lines of 30, 2 lines of 36 or 2 lines of 44"
    )
    return ScannedLines(None, lines, ((0, why),))


def _single(line: str) -> ScannedLines:
    """Read the lower line alone, which has the number and the dates; or cut a joined text that is a little too long or short."""
    for layout in LAYOUTS:
        if layout.composite and layout.count == 2 and len(line) == layout.width:  # noqa: PLR2004 - two lines
            return ScannedLines(layout, ("", line), ((1, "the upper line is missing"),))
    totals = {
        layout.count * layout.width: layout
        for layout in LAYOUTS
        if layout_of(layout.count, layout.width, line[:1]) is layout
    }
    total = min(totals, key=lambda one: abs(one - len(line)))
    if abs(total - len(line)) > LOST_MAX:
        why = f"one line of {len(line)} characters is no zone: those have 90, 72 or 88 characters in all"
        return ScannedLines(None, (line,), ((0, why),))
    layout = totals[total]
    cut = [line[start : start + layout.width] for start in range(0, layout.count * layout.width, layout.width)]
    cut[-1] += line[layout.count * layout.width :]
    return _filled(layout, tuple(cut))


def _filled(layout: Layout, lines: tuple[str, ...]) -> ScannedLines:
    faults = tuple(
        (place, f"it has {len(line)} characters, and a line of {layout.size} has {layout.width}")
        for place, line in enumerate(lines, 1)
        if len(line) != layout.width
    )
    whole = tuple(_fill(line, layout.width, has_name=place == layout.name_line) for place, line in enumerate(lines))
    return ScannedLines(layout, whole, faults)


def _fill(line: str, width: int, *, has_name: bool) -> str:
    """Add or take fillers: at the end of the line with the name, elsewhere where most of them stand together."""
    runs = sorted(re.finditer(f"{FILLER}+", line), key=lambda run: run.end() - run.start())
    at = len(line) if has_name or not runs else runs[-1].end()
    missing = width - len(line)
    if missing >= 0:
        return line[:at] + FILLER * missing + line[at:]
    fillers = at - len(line[:at].rstrip(FILLER))
    return line[: at + missing] + line[at:] if fillers >= -missing else line[:width]
