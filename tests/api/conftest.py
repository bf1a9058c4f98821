"""The bureau whose API is asked; each file of tests has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.api_world import ASKED_BESIDE, ASKED_ITSELF, Bureau, open_bureau


@pytest.fixture(scope="module", params=[ASKED_ITSELF, pytest.param(ASKED_BESIDE, marks=pytest.mark.long)])
def bureau(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Bureau]:
    """Open the network; every test asks the node itself, and at length a web process beside it, as BOTH does at once."""
    with open_bureau(tmp_path_factory.mktemp("network"), is_beside=request.param == ASKED_BESIDE) as opened:
        yield opened
