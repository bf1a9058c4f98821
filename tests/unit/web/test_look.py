"""The one stylesheet: contrast of its tokens in both looks, directions without left and right, and what scripts may not do."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from entente.web.desk.static_files import FOLDER

STYLE = (FOLDER / "desk.css").read_text("utf-8")
SCRIPT = (FOLDER / "desk.js").read_text("utf-8")
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});")
TEXT, EDGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3 (text) and 1.4.11 (edges of what is used)."""
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "accent") for ground in ("ground", "paper", "sunk", "accent-ground")),
    *((ink, f"{ink}-ground", TEXT) for ink in ("good", "warn", "halt")),
    *((ink, "paper", TEXT) for ink in ("good", "warn", "halt")),
    ("ink", "halt-ground", TEXT),
    ("ink", "warn-ground", TEXT),
    ("accent-ink", "accent", TEXT),
    ("exercise-ink", "exercise", TEXT),
    ("exercise-ink", "exercise-2", TEXT),
    ("edge", "paper", EDGE),
    ("edge", "ground", EDGE),
    ("accent", "paper", EDGE),
    ("halt", "paper", EDGE),
]  # fmt: skip


def block(selector: str) -> str:
    at = STYLE.index(selector)
    return STYLE[at : STYLE.index("}", at)]


def tokens(look: str) -> Mapping[str, str]:
    light = dict(TOKEN.findall(block(":root {")))
    return light if look == "light" else {**light, **dict(TOKEN.findall(block(':root[data-look="dark"] {')))}


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_guideline_says() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_text_and_edges_stand_out(look: str, ink: str, ground: str, least: float) -> None:
    known = tokens(look)
    assert contrast(known[ink], known[ground]) >= least, f"{ink} on {ground}"


def test_dark_by_the_machine_and_dark_by_choice_are_the_same() -> None:
    by_machine = block(':root:not([data-look="light"]) {')
    assert TOKEN.findall(by_machine) == TOKEN.findall(block(':root[data-look="dark"] {'))


def test_style_knows_no_left_and_right() -> None:
    sided = re.findall(
        r"[^-\w](?:left|right|margin-top|padding-left|padding-right|margin-left|margin-right)\s*:", STYLE
    )
    assert sided == []
    assert re.findall(r"text-align:\s*(?:left|right)", STYLE) == []


def test_style_asks_for_nothing_from_anywhere() -> None:
    assert re.findall(r"url\(|@import|@font-face", STYLE) == []


def test_own_script_is_small_and_runs_no_text() -> None:
    assert SCRIPT.count("\n") <= 160
    assert (
        re.findall(r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write|setTimeout\(\s*[\"']", SCRIPT)
        == []
    )
