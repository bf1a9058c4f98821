"""Officers who sign in at a bureau's node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.accounts import Desk, begin_bureau, open_desk


@pytest.fixture(scope="session")
def begun_bureau(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new bureau; no test changes it."""
    return begin_bureau(tmp_path_factory.mktemp("bureau") / "xa")


@pytest.fixture
def desk(begun_bureau: Path, tmp_path: Path) -> Iterator[Desk]:
    """Open a bureau whose officers have no accounts yet."""
    with open_desk(begun_bureau, tmp_path / "xa") as opened:
        yield opened
