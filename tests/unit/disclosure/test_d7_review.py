"""D7: it was cleared or needs no review, and every code that says what it is about stands in the closed lists."""

from __future__ import annotations

from typing import Any

import pytest

from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, ReviewState
from tests.support.build_disclosure import NOW, XA, XB, a_class, a_reader, a_request, a_situation, ceiling, refusing

OPEN = DisclosureAct.ACT_ON
ODD_CODES: list[dict[str, Any]] = [
    {"kind": "prayer_list"},
    {"crime_areas": frozenset({"drugs", "opposition"})},
    {"purposes": frozenset({"arrest", "punish"})},
    {"status": "dissident"},
    {"marks": frozenset({"religious"})},
]


@pytest.mark.parametrize(
    ("review", "others", "own"),
    [
        (ReviewState.CLEARED, OPEN, OPEN),
        (ReviewState.NOT_REQUIRED, OPEN, OPEN),
        (ReviewState.PENDING, None, DisclosureAct.SEE),
        (ReviewState.REFUSED, None, DisclosureAct.SEE),
    ],
)
def test_draft_is_seen_by_its_requester_and_by_nobody_else(
    review: ReviewState, others: DisclosureAct | None, own: DisclosureAct
) -> None:
    data = a_class(review=review)
    assert ceiling(a_request(cls=data), a_situation()) is others
    assert ceiling(a_request(cls=data, reader=a_reader(XA)), a_situation()) is own


@pytest.mark.parametrize("odd", ODD_CODES)
def test_code_outside_the_closed_lists_stops_own_data_too(odd: dict[str, Any]) -> None:
    mine = a_request(reader=a_reader(XA))
    assert ceiling(mine, a_situation(own_body=XB)) is OPEN
    odd_one = a_request(reader=a_reader(XA), cls=a_class(**odd))
    assert ceiling(odd_one, a_situation()) is None
    assert "D7" in refusing(judge(odd_one, a_situation(), NOW))


def test_odd_code_in_a_draft_hides_it_from_its_requester_too() -> None:
    draft = a_class(review=ReviewState.PENDING)
    assert ceiling(a_request(reader=a_reader(XA), cls=draft), a_situation()) is DisclosureAct.SEE
    odd = a_class(review=ReviewState.PENDING, status="dissident")
    assert ceiling(a_request(reader=a_reader(XA), cls=odd), a_situation()) is None
