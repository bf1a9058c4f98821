"""Text that shows as it is stored, in every script."""

from __future__ import annotations

import pytest

from entente.kernel.text import is_line, is_seen, shows_as_stored

HONEST = [
    "Мухаммедов Абдулло",
    "لیلا حداد",
    "می\u200cخواهم",  # a zero-width non-joiner parts letters in Persian
    "क्\u200dष",  # a zero-width joiner joins them in Hindi
    "陈伟国",
    "a b\tc",
    "two\nlines\r\nof text",
    "O\u2019Brien — «x»",
]


@pytest.mark.parametrize("text", HONEST)
def test_text_in_any_script_shows_as_it_is_stored(text: str) -> None:
    assert shows_as_stored(text)
    assert is_seen(text)
    assert is_line(text) is ("\n" not in text)


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x08", "\x1b", "\x7f", "\x85", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069"]
)
def test_control_characters_and_directional_overrides_do_not(character: str) -> None:
    assert not shows_as_stored(f"Velk{character}x")
    assert not is_line(f"Velk{character}x")


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u200b", "\u200b\u00ad\ufeff", "\u2060 \u200e"])
def test_text_of_blanks_and_what_has_no_width_is_not_seen(text: str) -> None:
    assert not is_seen(text)
    assert not is_line(text)


@pytest.mark.parametrize("text", ["a\nb", "a\u2028b", "a\x0bb", "a\rb"])
def test_line_is_one_line(text: str) -> None:
    assert not is_line(text)
