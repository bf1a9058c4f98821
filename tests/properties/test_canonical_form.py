"""K1: our canonical bytes are RFC 8785's, held against a published implementation."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.canonical import INTEGER_MAX, Json, canonical_bytes, parse_canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(keys, values, max_size=6))
def test_our_bytes_are_those_of_the_published_implementation(document: dict[str, Json]) -> None:
    assert canonical_bytes(document) == rfc8785.dumps(document)


@given(st.dictionaries(keys, values, max_size=6))
def test_reading_back_gives_the_same_document(document: dict[str, Json]) -> None:
    assert parse_canonical(canonical_bytes(document)) == document
