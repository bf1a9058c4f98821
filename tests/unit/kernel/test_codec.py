"""The codec between frozen dataclasses and JSON: strict in, exact out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from entente.kernel.canonical import Json
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    at: datetime
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Outer:
    body: BodyId
    colours: frozenset[Colour]
    inner: tuple[Inner, ...]
    several: Sequence[Inner]
    day: date
    numbers: Mapping[str, int]
    flag: bool = False
    parent: BodyId | None = None
    raw: Json = None


VALUE = Outer(
    BodyId("body:x"),
    frozenset({Colour.RED}),
    (Inner(datetime(2031, 5, 4, tzinfo=UTC), b"\x01"),),
    (Inner(datetime(2031, 5, 5, tzinfo=UTC), b"\x02"),),
    date(2031, 5, 4),
    {"a": 1},
    flag=True,
    raw={"any": ["thing"]},
)


def test_a_value_survives_writing_and_reading() -> None:
    assert from_json(Outer, to_object(VALUE)) == VALUE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colours", ["green"]),
        ("colours", ["red", "red"]),
        ("colours", "red"),
        ("inner", [{"at": "2031-05-04T08:00:00"}]),
        ("inner", [{"at": "2031-05-04T08:00:00Z", "key": "!"}]),
        ("inner", [{"at": "2031-05-04T08:00:00Z", "more": 1}]),
        ("day", "2031-02-30"),
        ("numbers", {"a": True}),
        ("numbers", []),
        ("flag", 1),
        ("body", None),
        ("body", "x" * 400_001),
        ("inner", [{}] * 20_001),
        ("several", {"at": "2031-05-04T08:00:00Z"}),
        ("several", [{"at": 1}]),
        ("several", [{}] * 20_001),
    ],
)
def test_a_field_of_another_form_is_refused_with_its_path(field: str, value: Json) -> None:
    with pytest.raises(Invalid) as refused:
        from_json(Outer, {**to_object(VALUE), field: value})
    assert field in refused.value.field or refused.value.field.startswith("document")


def test_an_unknown_and_a_missing_field_are_refused() -> None:
    with pytest.raises(Invalid):
        from_json(Outer, {**to_object(VALUE), "more": 1})
    document = to_object(VALUE)
    del document["body"]
    with pytest.raises(Invalid):
        from_json(Outer, document)
