"""N4 and N5 on a disk that really fills: a small one in memory, beneath a running node that others write to.

It needs an account that may mount; where none is, tests/storage/test_disk_room.py and test_failures.py show the same with a
disk that only says it is full.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from entente.kernel.errors import Unavailable
from tests.e2e.test_two_nodes_crash import received, send
from tests.support.processes import WAIT_SECONDS_MAX, Bureau, settle, two_nodes

pytestmark = pytest.mark.long

MEBIBYTE = 1024 * 1024
SIZE_MB = 320
"""More than the 256 MiB below which intake stops."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder whose `xb` lies on a disk of its own."""
    place = tmp_path / "xb"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("Only an account that may mount can have a disk of its own.")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", place], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"No disk can be mounted here: {made.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["umount", place], check=True)


def fill(file: Path, leave_mb: int) -> None:
    """Fill the disk up to so many MiB, or wholly."""
    free = shutil.disk_usage(file.parent).free - leave_mb * MEBIBYTE
    # Without a buffer, which would be written once more, and fail, when the file is closed.
    with file.open("wb", buffering=0) as filler:
        for size in (MEBIBYTE, 4096):
            while filler.tell() < free:
                try:
                    filler.write(bytes(min(size, free - filler.tell())))
                except OSError:
                    break


def open_cases_until_refused(bureau: Bureau) -> None:
    for _ in range(2_000):
        bureau.ask("case_open", officer="duty-1", title="T" * 300, crime_area="fugitives")


def test_n5_full_disk_stops_intake_then_acts_and_all_goes_on_when_there_is_room(small: Path) -> None:
    with two_nodes(small) as (a, b):
        assert b.process is not None
        send(a, "XB-NCB", "one")
        settle(a, b)

        fill(b.folder / "filler", leave_mb=100)
        send(a, "XB-NCB", "two")
        time.sleep(3)
        assert received(b) == ["one"]
        assert not a.ask("status")["is_everything_acknowledged"]
        assert "nothing is taken in" in str(b.ask("status")["troubles"])
        b.ask("case_open", officer="duty-1", title="Officers go on", crime_area="fugitives")

        fill(b.folder / "rest", leave_mb=0)
        with pytest.raises(Unavailable, match="full") as raised:
            open_cases_until_refused(b)
        assert raised.value.retry_is_safe
        assert b.ask("trail_verify")["proof"]["is_sound"]
        assert b.process.poll() is None

        for name in ("filler", "rest"):
            (b.folder / name).unlink()
        settle(a, b)
        assert received(b) == ["one", "two"]
        b.ask("case_open", officer="duty-1", title="It goes on", crime_area="fugitives")
        assert b.ask("trail_verify")["proof"]["is_sound"]
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while not b.ask("status")["is_index_current"]:
            assert time.monotonic() < give_up_at, "the index did not come up"
            time.sleep(0.1)
        for one in (a, b):
            assert one.process is not None
            one.process.send_signal(signal.SIGTERM)
            _, said = one.process.communicate(timeout=WAIT_SECONDS_MAX)
            one.process = None
            assert "Traceback" not in said, said
