"""The bureau whose desk is opened; each file of tests has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.desk_world import DeskWorld, open_desk


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened
