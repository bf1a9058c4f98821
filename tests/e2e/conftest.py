"""What the tests in a browser share: one browser a file, and the desk of the file's `world` on a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.desk_server import chromium, serving
from tests.support.desk_world import OneDesk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open a headless browser."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(world: OneDesk) -> Iterator[str]:
    """Serve the desk; a file whose pages are told what changes has its own."""
    with serving(world.app) as where:
        yield where
