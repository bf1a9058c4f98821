"""Patterns of STIX 2.1 by the standard's grammar: what they say, and where what is none goes wrong (R54)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.formats.stix_pattern import (
    DEPTH_MAX,
    PATTERN_CHARACTERS_MAX,
    Compared,
    Either,
    Every,
    Joined,
    PatternError,
    Seen,
    parse_pattern,
)

A, B, C = (Compared(kind, ("x",), "=", ("1",)) for kind in ("a", "b", "c"))
ONE, TWO, THREE = Seen(A), Seen(B), Seen(C)


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("[domain-name:value = 'x.example']", Compared("domain-name", ("value",), "=", ("x.example",))),
        ("[url:value=='a']", Compared("url", ("value",), "=", ("a",))),
        (r"[file:name = 'it\'s \\ here']", Compared("file", ("name",), "=", (r"it's \ here",))),
        ("[file:hashes.'SHA-256' = 'ab']", Compared("file", ("hashes", "SHA-256"), "=", ("ab",))),
        ("[file:hashes.MD5 IN ('ab','cd')]", Compared("file", ("hashes", "MD5"), "IN", ("ab", "cd"))),
        ("[x:y IN ()]", Compared("x", ("y",), "IN")),
        ("[x:y NOT IN ('a')]", Compared("x", ("y",), "NOT IN", ("a",))),
        ("[x:y != 3]", Compared("x", ("y",), "!=", ("3",))),
        ("[x:y <> -3.5]", Compared("x", ("y",), "!=", ("-3.5",))),
        ("[x:y NOT = true]", Compared("x", ("y",), "NOT =", ("true",))),
        ("[x:y >= +7]", Compared("x", ("y",), ">=", ("+7",))),
        ("[x:y NOT < 0.5]", Compared("x", ("y",), "NOT <", ("0.5",))),
        ("[x:y = h'00ff']", Compared("x", ("y",), "=", (None,))),
        ("[x:y = b'aGk=']", Compared("x", ("y",), "=", (None,))),
        ("[x:y = t'2031-01-02T03:04:05.6Z']", Compared("x", ("y",), "=", (None,))),
        ("[x:y LIKE 'a%']", Compared("x", ("y",), "LIKE", ("a%",))),
        ("[x:y NOT MATCHES '^a']", Compared("x", ("y",), "NOT MATCHES", ("^a",))),
        ("[x:y ISSUBSET '192.0.2.0/24']", Compared("x", ("y",), "ISSUBSET", ("192.0.2.0/24",))),
        ("[EXISTS x:y.z]", Compared("x", ("y", "z"), "EXISTS")),
        ("[x:y[*].z[3].'a b' = 1]", Compared("x", ("y", "[*]", "z", "[3]", "a b"), "=", ("1",))),
        ("[\u00a0x:y /* why */ = // how\n 'z'\t]", Compared("x", ("y",), "=", ("z",))),
        ("[x:y = '']", Compared("x", ("y",), "=", ("",))),
        ("[x:y = 'ш 日本']", Compared("x", ("y",), "=", ("ш 日本",))),
    ],
)
def test_r54_a_comparison_is_read_as_it_is_written(text: str, compared: Compared) -> None:
    assert parse_pattern(text) == Seen(compared)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[a:x=1 AND b:x=1 OR c:x=1]", Seen(Either((Every((A, B)), C)))),
        ("[a:x=1 AND (b:x=1 OR c:x=1)]", Seen(Every((A, Either((B, C)))))),
        ("[a:x=1 OR b:x=1 OR c:x=1]", Seen(Either((A, B, C)))),
        ("[a:x=1] OR [b:x=1] AND [c:x=1]", Joined((ONE, Joined((TWO, THREE), one_is_enough=False)), one_is_enough=True)),
        ("[a:x=1] FOLLOWEDBY [b:x=1] OR [c:x=1]", Joined((ONE, Joined((TWO, THREE), one_is_enough=True)), one_is_enough=False)),
        ("([a:x=1] OR [b:x=1]) AND [c:x=1]", Joined((Joined((ONE, TWO), one_is_enough=True), THREE), one_is_enough=False)),
        ("[a:x=1] WITHIN 300 SECONDS", Seen(A, is_timed=True)),
        ("[a:x=1] WITHIN 0.5 SECONDS REPEATS 5 TIMES", Seen(A, 5, is_timed=True)),
        ("[a:x=1] START t'2031-01-02T00:00:00Z' STOP t'2031-01-03T00:00:00Z'", Seen(A, is_timed=True)),
        ("([a:x=1] OR [b:x=1]) REPEATS 2 TIMES",
         Joined((Joined((ONE, TWO), one_is_enough=True),), one_is_enough=True, repeats=2)),
    ],
)  # fmt: skip
def test_r54_and_binds_stronger_than_or_and_qualifiers_belong_to_what_is_before_them(text: str, read: object) -> None:
    assert parse_pattern(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "[]", "[a:x]", "a:x = 1", "[a:x = 1", "[a:x = 1]]", "[a:x = 1] [b:x = 1]", "[a:x = x]", "[a:x = 'y]",
        r"[a:x = 'y\n']", '[a:x = "y"]', "[a.x = 1]", "[a:x. = 1]", "[a:x[] = 1]", "[a:x['y'] = 1]", "[a:x IN 'y']",
        "[a:x IN ('y',)]", "[a:x IN ('y' 'z')]", "[a:x LIKE 3]", "[NOT a:x = 1]", "[a:x NOT NOT = 1]", "[a:x = 1 AND]",
        "[a:x = 1] AND", "[a:x = 1] OR OR [b:x = 1]", "[a:x and = 1]", "[a:x = 1 and b:x = 1]", "[a:x = 01]", "[a:x = 1e5]",
        "[a:x = 1] WITHIN SECONDS", "[a:x = 1] REPEATS 0 TIMES", "[a:x = 1] REPEATS 1.5 TIMES", "[a:x = 1] REPEATS -2 TIMES",
        "[a:x = 1] START '2031-01-02T00:00:00Z' STOP '2031-01-03T00:00:00Z'", "[AND:x = 1]", "[a:OR = 1]",
        "[file:hashes.SHA-256 = 'x']",
        "[a:x = 1] /* never ends", "[a:x = 1];", "[a:x = \x00]", "[a:x = h'xy\u00e9']", "(" * 40 + "[a:x = 1]" + ")" * 40,
        "[" + "(" * (DEPTH_MAX + 1) + "a:x = 1" + ")" * (DEPTH_MAX + 1) + "]", "[a:x = '" + "y" * PATTERN_CHARACTERS_MAX + "']",
    ],
)  # fmt: skip
def test_r54_what_is_no_pattern_is_told_with_its_place(text: str) -> None:
    with pytest.raises(PatternError) as refused:
        parse_pattern(text)
    assert "at character" in str(refused.value) or "more than" in str(refused.value) or "at most" in str(refused.value)
    assert len(str(refused.value)) < 200


def test_r54_brackets_are_read_as_deep_as_is_said_and_a_long_list_quickly() -> None:
    assert parse_pattern("[" + "(" * DEPTH_MAX + "a:x = 1" + ")" * DEPTH_MAX + "]") == ONE
    many = " OR ".join(f"url:value = '{place}'" for place in range(3_000))
    found = parse_pattern(f"[{many}]")
    assert isinstance(found, Seen)
    assert isinstance(found.comparison, Either)
    assert len(found.comparison.parts) == 3_000


@given(st.text(alphabet="[]()='\\ab:,.*xANDORNOTIN0123456789 -/\n\u00e9", max_size=60))
def test_r54_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    with suppress(PatternError):
        assert isinstance(parse_pattern(text), Seen | Joined)


@given(st.text(min_size=1, max_size=40))
def test_r54_every_text_can_stand_in_a_pattern(value: str) -> None:
    quoted = value.replace("\\", r"\\").replace("'", r"\'")
    assert parse_pattern(f"[url:value = '{quoted}']") == Seen(Compared("url", ("value",), "=", (value,)))
