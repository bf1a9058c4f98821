"""How soon a suspension counts at a connected peer: 200 times, between two whole nodes.

Each node is a process of its own, as `entente node run` starts it. Two heads sign beforehand; the clock runs from the moment the
signed suspension is handed to its author's node, so that the author's own commit is in it, until the peer's gate refuses: its
officer asks for a copy, again and again, and is told that nothing was found. Then it is resumed, and the copy is shown again.

Run as `python -m benchmarks.suspension`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.line import Line, most
from entente.cli.gateway import Session, connect
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from tests.docs.source import ROOT
from tests.support.processes import AGREEMENT, Bureau, conclude, settle, suspension, two_nodes

TRIALS = 200
SECONDS_MAX = 2.0
GIVE_UP_SECONDS = 60.0
POLL_SECONDS = 0.002
RECORD = "XA-NCB/xa-person-01"


def run() -> list[Line]:
    """Measure; the floor is one question to the same peer, which the last answer needs in any case."""
    with tempfile.TemporaryDirectory(prefix="entente-suspension-") as place, two_nodes(Path(place)) as (a, b):
        conclude(a, b, "agreement.yaml", AGREEMENT)
        share(a)
        settle(a, b)
        with connect(str(a.folder)) as author, connect(str(b.folder)) as peer:
            asked = [_timed_question(peer) for _ in range(TRIALS)]
            times, resumed = zip(*(_one_trial(a, b, author, peer) for _ in range(TRIALS)), strict=True)
    question = statistics.median(asked)
    return [
        Line("suspension counts at a connected peer, p50", statistics.median(times), "s", None, question, "one question"),
        Line(
            "suspension counts at a connected peer, p99", statistics.quantiles(times, n=100)[98], "s",
            most(SECONDS_MAX), question, "one question",
        ),
        Line("suspension counts at a connected peer, longest", max(times), "s"),
        Line("its end counts at a connected peer, p50", statistics.median(resumed), "s"),
    ]  # fmt: skip


def share(bureau: Bureau) -> None:
    """Import the demonstration's wanted persons and send their copies."""
    bureau.ask(
        "record_import",
        officer="duty-1",
        file=str(ROOT / "demo" / "data" / "wanted_xa.ftm.jsonl"),
        terms=(ROOT / "demo" / "terms" / "wanted.yaml").read_text("utf-8"),
        share_with=["XB-NCB"],
        rejects=str(bureau.folder.with_name("rejects.jsonl")),
    )


def _one_trial(a: Bureau, b: Bureau, author: Session, peer: Session) -> tuple[float, float]:
    assert _is_shown(peer)
    signed = a.sign(author.ask("suspend_draft", suspension(b)))
    stopped = _seconds_until(peer, author, signed, is_shown=False)
    stands: Any = author.ask("instrument_show", {"instrument": AGREEMENT})["participations"]
    (stopping,) = next(one for one in stands if one["suspensions"])["suspensions"]
    resumption: JsonObject = {"officer": "head-1", "instrument": AGREEMENT, "suspension": stopping["id"]}
    signed = a.sign(author.ask("resume_draft", resumption))
    return stopped, _seconds_until(peer, author, signed, is_shown=True)


def _seconds_until(peer: Session, author: Session, signed: Any, *, is_shown: bool) -> float:  # noqa: ANN401 - JSON
    began = time.monotonic()
    author.ask("instrument_submit", {"officer": "head-1", "statement": signed})
    while _is_shown(peer) is not is_shown:
        assert time.monotonic() < began + GIVE_UP_SECONDS, "it did not reach the peer"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def _is_shown(peer: Session) -> bool:
    question: JsonObject = {"officer": "duty-1", "record": RECORD, "purpose": "arrest", "crime_area": "fugitives"}
    try:
        peer.ask("record_show", question)
    except NotFound:
        return False
    return True


def _timed_question(peer: Session) -> float:
    began = time.monotonic()
    assert _is_shown(peer)
    return time.monotonic() - began


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
