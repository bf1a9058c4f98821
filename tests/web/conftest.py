"""Officers who sign in at a bureau's node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from entente.web.passwords import Argon2Passwords
from tests.support.accounts import Desk, begin_bureau, open_desk


@pytest.fixture(scope="session", autouse=True)
def light_hashes() -> Iterator[None]:
    """Hash passwords in a thousandth of the memory; test_enrolling.py holds the real parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2Passwords.__init__, "__defaults__", (64, 1))
        yield


@pytest.fixture(scope="session")
def begun_bureau(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new bureau; no test changes it."""
    return begin_bureau(tmp_path_factory.mktemp("bureau") / "xa")


@pytest.fixture
def desk(begun_bureau: Path, tmp_path: Path) -> Iterator[Desk]:
    """Open a bureau whose officers have no accounts yet."""
    with open_desk(begun_bureau, tmp_path / "xa") as opened:
        yield opened
