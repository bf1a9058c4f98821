"""One JSON object is read element by element: every fault is an element's own, or the whole file's (R54)."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.formats import json_elements as reader
from entente.formats.json_elements import ELEMENT_CHARACTERS_MAX, Element, Member, NotJsonError, json_elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(st.characters(codec="utf-8")), VALUES, max_size=4), max_size=6)


def read(data: str | bytes) -> list[Member | Element]:
    return list(json_elements(io.BytesIO(data if isinstance(data, bytes) else data.encode()), "objects"))


def elements(data: str | bytes) -> list[Element]:
    return [one for one in read(data) if isinstance(one, Element)]


@given(objects=OBJECTS, piece=st.integers(1, 40), escaped=st.booleans(), indent=st.sampled_from([None, 1]))
def test_elements_are_what_they_were_written_as_wherever_the_pieces_end(
    *, objects: list[dict[str, object]], piece: int, escaped: bool, indent: int | None
) -> None:
    text = json.dumps({"type": "bundle", "objects": objects, "id": "x"}, ensure_ascii=escaped, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE_BYTES", piece)
        found = read(text)
    assert [one for one in found if isinstance(one, Member)] == [Member("type", "bundle"), Member("id", "x")]
    assert [one.value for one in found if isinstance(one, Element)] == objects
    assert not [one for one in found if isinstance(one, Element) and one.fault]


@pytest.mark.parametrize(
    ("element", "why"),
    [
        ("1", "no object"), ('"a]}"', "no object"), ('[{"a": "]"}]', "no object"), ("null", "no object"),
        ('{"a": 1, "a": 2}', "twice"), ('{"a": NaN}', "no number"), ('{"a": Infinity}', "no number"),
        (r'{"a": "\ud800"}', "half a character"), ('{"a": ' + "9" * 5_000 + "}", "thousands of digits"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested deeper"), ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested deeper"),
        ('{"a":' + "[" * 500_000 + "]" * 500_000 + "}", "nested deeper"),
        ('{"a": "' + r"x\\\"" * ELEMENT_CHARACTERS_MAX + '"}', "characters"),
    ],
    ids=str,
)  # fmt: skip
def test_an_element_with_a_fault_costs_no_other(element: str, why: str) -> None:
    first, bad, last = elements(f'{{"objects": [{{"n": 1}}, {element} , {{"n": 2}}]}}')
    assert (first.value, last.value) == ({"n": 1}, {"n": 2})
    assert why in bad.fault
    assert bad.value == {}


@pytest.mark.parametrize(
    "data",
    [
        "", " ", "{", "{}", "[]", "7", '"x"', '{"objects"', '{"objects": [', '{"objects": [{"a": 1}', '{"objects": [{"a": 1}]',
        '{"objects": [{"a" 1}]}', '{"objects": [{"a": 1},]}', '{"objects": [,]}', '{"objects": [1 2]}', '{"objects": {}}',
        '{"objects": [{"a": 1}]} x', '{"objects": []}{"objects": []}', '{"objects": [], "objects": []}', '{"a": 1 "objects": []}',
        '{"objects": [{"a": tru}]}', '{"objects": ["', b'{"objects": [{"a": "\xff"}]}', b'{"objects": [{"a": "\xd0',
        '{"objects": [{"a": "' + "x" * 300_000 + '" 1}, {"b": 2}]}',
    ],
)  # fmt: skip
def test_what_is_not_json_to_its_end_is_refused_whole(data: str | bytes) -> None:
    with pytest.raises(NotJsonError):
        read(data)


def test_a_byte_order_mark_says_nothing_and_a_long_member_beside_the_array_is_passed_over() -> None:
    found = read(b"\xef\xbb\xbf" + json.dumps({"x": "y" * 200_000, "objects": [{"a": 1}]}).encode())
    assert found == [Member("x", None), Element(1, {"a": 1})]


class _Endless(io.RawIOBase):
    """A bundle of many megabytes that is made as it is read, and says how much of it was held at once."""

    def __init__(self, element: bytes, count: int) -> None:
        super().__init__()
        self._pieces: Iterator[bytes] = iter([b'{"objects":[', *([element + b","] * (count - 1)), element, b"]}"])
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def test_memory_stays_flat_over_a_file_that_is_not_held() -> None:
    element = json.dumps({"type": "identity", "name": "y" * 4_000}).encode()
    tracemalloc.start()
    count = sum(1 for _ in json_elements(cast("BinaryIO", _Endless(element, 10_000)), "objects"))
    assert count == 10_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 1024**2, "forty megabytes went through"
