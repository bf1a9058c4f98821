"""The bureau whose API is asked; each file of tests has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.api_world import Bureau, open_bureau


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Open the network."""
    with open_bureau(tmp_path_factory.mktemp("network")) as opened:
        yield opened
