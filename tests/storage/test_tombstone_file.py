"""A file of tombstones is whole or not there: what could not be written to its end stands in nobody's way (R13)."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import BodyId
from entente.storage.tombstone_file import TombstoneFiles

OWN = BodyId("body:" + "xa" * 16)
AT = datetime(2031, 5, 4, tzinfo=UTC)
FILES = TombstoneFiles(bytes(32), "the key")


def test_r13_file_that_could_not_be_written_leaves_nothing_and_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "erased.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Invalid, match="cannot be written") as refused:
            FILES.write(path, OWN, AT, ())
    assert "No space left" in refused.value.why
    assert not path.exists()
    FILES.write(path, OWN, AT, ())
    assert FILES.read(path, OWN) == (AT, ())


def test_r13_earlier_file_is_not_overwritten_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "erased.jsonl"
    FILES.write(path, OWN, AT, ())
    before = path.read_bytes()
    with pytest.raises(Conflict):
        FILES.write(path, OWN, AT.replace(year=2032), ())
    assert path.read_bytes() == before
