"""The demonstration on PostgreSQL: the same story, with every store in a database of a server that it starts itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.docs.source import ROOT
from tests.support.postgres_server import free_port, programs

pytestmark = [pytest.mark.e2e, pytest.mark.long]

STORY_SECONDS_MAX = 550


def test_demo_keeps_every_promise_on_postgresql() -> None:
    if programs() is None:
        pytest.skip("there are no programs of a PostgreSQL server: apt install postgresql")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
    told = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**kept, "STORE": "postgres", "STAY": "0", "DEMO_PORT": str(min(free_port(), 60_000))},
        capture_output=True,
        text=True,
        timeout=STORY_SECONDS_MAX,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "in databases of a server of the demonstration's own" in told.stdout
    assert told.stdout.count("[kept]") == 7
