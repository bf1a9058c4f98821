"""Small things that tell of what may not be known: an error, a count, a kind that an open page is told (D11, C8, C18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.desk_world import DeskWorld
from tests.support.limited_units import BRANCH, leave_open, limit, open_units, refused
from tests.support.nodes import DUTY


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network, with three units and their officers."""
    with open_units(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _open_again(world: DeskWorld) -> Iterator[None]:
    yield
    leave_open(world)


def test_c18_splitting_a_case_answers_for_an_item_out_of_reach_as_for_none(world: DeskWorld) -> None:
    hit, given = world.bureau.hit, {"number": world.bureau.case, "title": "A part", "crime_area": "fugitives", "reason": "Two."}

    def said(officer: str, item: str) -> str:
        return refused(world, "case_split", {"officer": officer, **given, "items": [item]}).replace(item, "…")

    limit(world, kinds=["vehicle"])
    assert said(BRANCH, hit) == said(BRANCH, "hit-0")
    made: Any = perform(world.node, "case_split", {"officer": DUTY, **given, "items": [hit]})
    shown: Any = perform(world.node, "case_show", {"officer": DUTY, "number": made["case"]["number"]})
    assert hit in {one["subject"] for one in shown["events"]}
