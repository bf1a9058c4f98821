"""Every test of the search finds its loops compiled."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled(compiled_search: None) -> None:
    """Have it done before the first of them."""
