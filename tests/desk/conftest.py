"""The bureau whose desk is opened; each file of tests has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.desk_world import DeskWorld, open_desk
from tests.support.limited_units import leave_open


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network; as the file says by OPENS, where it needs more in it (limited_units.open_units)."""
    opens = getattr(request.module, "OPENS", open_desk)
    with opens(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.fixture
def units_left_open(world: DeskWorld) -> Iterator[None]:
    """Leave every unit as it was found: bound by nothing, with nothing that waits."""
    yield
    leave_open(world)
