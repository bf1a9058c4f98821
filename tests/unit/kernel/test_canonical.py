"""K1: canonical bytes, and every form that has none."""

from __future__ import annotations

import pytest

from entente.kernel.canonical import (
    INTEGER_MAX,
    bytes_of,
    canonical_bytes,
    canonical_text,
    joined,
    parse_canonical,
    read_back,
)
from entente.kernel.errors import Invalid


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert canonical_bytes({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()


def test_what_is_written_is_read_back_the_same() -> None:
    document = {"name": "Мухаммедов", "n": INTEGER_MAX, "list": [{"x": -1}]}
    assert parse_canonical(canonical_bytes(document)) == document  # type: ignore[arg-type] # a literal of the form


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("spaces", b'{"a": 1}'),
        ("unsorted keys", b'{"b":1,"a":1}'),
        ("a float", b'{"a":1.0}'),
        ("a number beyond 53 bits", b'{"a":9007199254740992}'),
        ("a very long number", b'{"a":' + b"9" * 100_000 + b"}"),
        ("a key twice", b'{"a":1,"a":2}'),
        ("a key that is not ASCII", '{"ä":1}'.encode()),
        ("not an object", b"[1]"),
        ("bytes that are not UTF-8", b'{"a":"\xff"}'),
        ("a lone surrogate", b'{"a":"\\ud800"}'),
        ("an escaped form of a plain letter", b'{"a":"\\u0061"}'),
        ("UTF-16", '{"a":1}'.encode("utf-16")),
        ("not a number", b'{"a":NaN}'),
        ("cut off", b'{"a":'),
        ("nesting without end", b"[" * 100_000),
        ("minus zero", b'{"a":-0}'),
    ],
)
def test_a_document_with_another_form_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        parse_canonical(data)
    assert refused.value.why, name


@pytest.mark.parametrize("value", [1.5, float("nan"), INTEGER_MAX + 1, "\ud800", {"ä": 1}, {"a": b"x"}])
def test_a_value_without_canonical_form_is_never_signed(value: object) -> None:
    with pytest.raises(Invalid):
        canonical_bytes({"a": value})  # type: ignore[dict-item] # the hostile value is the point


def test_an_object_joined_from_canonical_texts_is_read_back_as_it_stands() -> None:
    text = joined({"b": canonical_text(["é"]), "a": "1"})
    assert read_back(text) == {"a": 1, "b": ["é"]}
    assert bytes_of(text) == text.encode()


@pytest.mark.parametrize("text", ["1.5", "[", "NaN", '"\ud800"', "1}{"])
def test_an_object_joined_from_what_is_no_canonical_text_is_never_signed(text: str) -> None:
    with pytest.raises(Invalid):
        read_back(joined({"a": text}))
