"""Text that shows as it is stored, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.text import _DECEPTIVE, _UNSEEN, is_line, is_seen, shows_as_stored, unseen_in

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


HOSTILE = st.sampled_from(["\x1b", "\x85", "\u202e", "\u200b", "\u00ad", " ", "\t", "\n"])


@given(st.text(st.characters(exclude_categories=["Cs"]) | HOSTILE, max_size=6))
def test_the_short_way_for_printable_text_says_what_the_patterns_say(text: str) -> None:
    assert shows_as_stored(text) is (_DECEPTIVE.search(text) is None)
    assert is_seen(text) is (_UNSEEN.fullmatch(text) is None)


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u200e", "\u2060", "\ufeff"])
def test_a_line_with_a_character_of_no_width_would_look_like_another(hidden: str) -> None:
    assert not is_line(f"Bu{hidden}reau")
    assert is_line("Bureau")
    # What joins and parts letters belongs to how Persian and Indic names are written.
    assert is_line("پایگاه\u200cها")
    assert is_line("क्\u200dष")


@pytest.mark.parametrize(
    ("text", "called", "place"),
    [
        ("Gate\u202e9", "U+202E RIGHT-TO-LEFT OVERRIDE", 5),
        ("\x1b[2J", "U+001B CONTROL CHARACTER", 1),
        ("Velk\u200bx", "U+200B ZERO WIDTH SPACE", 5),
        ("one\ntwo\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE", 8),
    ],
)
def test_character_that_nobody_sees_is_named_with_its_place(text: str, called: str, place: int) -> None:
    found = unseen_in(text)
    assert found is not None
    assert (found.called, found.place) == (called, place)


@pytest.mark.parametrize("text", [*HONEST, "", "Gate 9", "one\n\u200btwo"])
def test_text_that_is_taken_has_no_such_character(text: str) -> None:
    assert unseen_in(text) is None


@given(st.text(st.sampled_from("ab\u202e\u200b\x1b\n\u200c"), min_size=1))
def test_whatever_a_line_is_refused_for_is_named(text: str) -> None:
    if is_seen(text) and len(text.splitlines()) == 1:
        assert (unseen_in(text) is None) == is_line(text)
