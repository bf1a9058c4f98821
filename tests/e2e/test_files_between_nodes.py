"""A record's file between two node processes: fetched over the wire, and gone on with though either node is killed meanwhile.

Source: docs/rules/records.md R22 and R23; DESIGN section 4 (fetched resumably).
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from entente.kernel.blob import SEALED_CHUNK_BYTES
from tests.support.processes import TERMS, WAIT_SECONDS_MAX, Bureau, conclude, entente, settle, two_nodes

pytestmark = pytest.mark.e2e

CHUNKS = 40
_PERIOD = bytes(place * place % 251 for place in range(251))
FILM = b"\0\0\0\x20ftypisom" + (_PERIOD * (CHUNKS * 256 * 1024 // 251 + 1))[: CHUNKS * 256 * 1024 - 100]
PERSON = {"id": "w-1", "schema": "Person", "properties": {"name": ["Ardan Velk"], "birthDate": ["1979-05-04"]}}


def run(*line: str | Path) -> None:
    process = entente(*line)
    said = process.communicate(timeout=WAIT_SECONDS_MAX)
    assert process.returncode == 0, said


def share_a_film(folder: Path, a: Bureau, b: Bureau) -> None:
    """Import a record at one bureau, shared with the other, and attach a film to it."""
    (folder / "wanted.jsonl").write_text(json.dumps(PERSON) + "\n", encoding="utf-8")
    (folder / "terms.yaml").write_text(TERMS + "instrument: police-data-agreement\n", encoding="utf-8")
    (folder / "street.mp4").write_bytes(FILM)
    files = (folder / "wanted.jsonl", "--terms", folder / "terms.yaml", "--share-with", "XB-NCB")
    run("record", "import", *files, "--as", "duty-1", "--folder", a.folder)
    run("record", "attach", "w-1", folder / "street.mp4", "--as", "duty-1", "--folder", a.folder)
    settle(a, b)


def take_out(b: Bureau, out: Path) -> subprocess.Popen[str]:
    why = ("--purpose", "arrest", "--crime-area", "fugitives")
    return entente(
        "record", "blob", "XA-NCB/w-1", "street.mp4", "--out", out, *why, "--as", "duty-1", "--folder", b.folder
    )


def part_of(b: Bureau) -> int:
    """Return how many bytes of the film have come."""
    return sum(path.stat().st_size for path in (b.folder / "blobs").rglob("chunks*"))


def asked(a: Bureau) -> list[int]:
    """Return the first chunk of each call that the source answered."""
    return [
        json.loads(detail)["first"]
        for (detail,) in a.rows("SELECT detail FROM trail WHERE verb = 'give_file' ORDER BY sequence")
    ]


@pytest.mark.long
@pytest.mark.parametrize("who", ["recipient", "source"])
def test_r23_fetch_goes_on_where_it_was_though_a_node_is_killed_in_it(tmp_path: Path, who: str) -> None:
    with two_nodes(tmp_path) as (a, b):
        conclude(a, b, "agreement.yaml", "police-data-agreement")
        share_a_film(tmp_path, a, b)
        killed = b if who == "recipient" else a
        out = tmp_path / "out.mp4"
        fetching = take_out(b, out)
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while part_of(b) < 6 * SEALED_CHUNK_BYTES:
            assert fetching.poll() is None, fetching.communicate()
            assert time.monotonic() < give_up_at, "nothing came"
            time.sleep(0.005)
        killed.end(signal.SIGKILL)
        assert fetching.wait(WAIT_SECONDS_MAX) == 15, fetching.communicate()
        fetching.communicate()
        assert not out.exists()
        came = part_of(b) // SEALED_CHUNK_BYTES
        assert 6 <= came < CHUNKS, "it was killed in the middle"
        killed.start()
        before = len(asked(a))
        again = take_out(b, out)
        assert again.wait(WAIT_SECONDS_MAX) == 0, again.communicate()
        again.communicate()
        assert out.read_bytes() == FILM
        # What was here and good was not asked for again.
        assert asked(a)[before] == came
        a.ask("record_withdraw", officer="duty-1", record="w-1", reason="Arrested.")
        settle(a, b)
        give_up_at = time.monotonic() + WAIT_SECONDS_MAX
        while part_of(a) + part_of(b):
            assert time.monotonic() < give_up_at, "the film was not erased"
            time.sleep(0.05)
