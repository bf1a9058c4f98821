"""Ways by which an officer of a limited unit could meet what the unit may not see: each of them is closed (D10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from entente.verbs import perform
from tests.support.desk_world import DeskWorld
from tests.support.limited_units import BRANCH, leave_open, limit, open_units
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


def test_sheet_of_a_colleague_names_no_item_about_a_record_that_the_reader_may_not_see(world: DeskWorld) -> None:
    perform(world.node, "shift_begin", {"officer": DUTY})
    written: Any = perform(world.node, "shift_hand_over", {"officer": DUTY})

    def seen(officer: str) -> Any:  # noqa: ANN401 - an answer
        return perform(world.node, "shift_sheet", {"officer": officer, "id": written["shift"]["id"]})

    whole = seen(DUTY)
    kinds = {one["kind"] for one in whole["sheet"]["open"]}
    assert {"hit_to_answer", "permission", "information"} <= kinds
    assert seen(BRANCH) == whole
    limit(world, kinds=["vehicle"])
    cut = seen(BRANCH)
    assert {one["kind"] for one in cut["sheet"]["open"]} == kinds - {"hit_to_answer", "hit_to_release", "permission"}
    assert seen(DUTY) == whole
    # What stands on it is what was written, whoever reads how much of it; and so it can still be signed.
    assert cut["is_whole"] is True
    assert cut["shift"]["digest"] == whole["shift"]["digest"]
