"""A peer was away while 20,000 statements were put for it: statements acknowledged a second from its return until it has all.

Once by push, as the courier does when the line is back, and once by pull, as a node does that was started again. Each
statement is a message of a page, durable at both; the backlog is put beforehand and not measured.

Run as `python -m benchmarks.catch_up`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.line import Line, least
from benchmarks.pipelined import timed_commit, wait_until_settled
from benchmarks.two_nodes import Meter, two_nodes
from benchmarks.wire import INSTRUMENT, MESSAGE_CHARACTERS

STATEMENTS = 20_000
PUT_TOGETHER = 500
BARE_COMMITS = 200
STATEMENTS_A_SECOND_MIN = 1_000


def run() -> list[Line]:
    """Measure both ways, each with two fresh nodes."""
    return [*_caught_up("by push"), *_caught_up("by pull")]


def _caught_up(way: str) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="entente-catch-up-") as place, two_nodes(Path(place)) as (node, peer):
        for first in range(0, STATEMENTS, PUT_TOGETHER):
            texts = [f"{number:08}" + "x" * MESSAGE_CHARACTERS for number in range(first, first + PUT_TOGETHER)]
            node.send_together(peer.body.id, INSTRUMENT, texts)
        bare = 1 / statistics.mean(timed_commit(node) for _ in range(BARE_COMMITS))
        meter = Meter(node)
        peer.ask("begin")
        began = time.monotonic()
        if way == "by push":
            node.post()
            wait_until_settled(node)
        else:
            peer.ask("fetch")
        seconds = time.monotonic() - began
        ours, theirs = meter.read(), peer.ask("read")
        meter.close()
        assert theirs.taken == STATEMENTS, f"{theirs.taken} of {STATEMENTS} statements arrived"
        assert node.exchange.seconds_to_next() is None, "not everything was acknowledged"
    each = 1 / STATEMENTS
    asked = least(STATEMENTS_A_SECOND_MIN)
    return [
        Line(f"catching up {STATEMENTS:,} {way}", STATEMENTS / seconds, "statements/s", asked, bare, "bare commits a second"),
        Line(f"{way}: syncs of the disk a statement, sender", ours.syncs * each, ""),
        Line(f"{way}: syncs of the disk a statement, recipient", theirs.syncs * each, ""),
        Line(f"{way}: processor a statement, sender", ours.processor_seconds * 1000 * each, "ms"),
        Line(f"{way}: processor a statement, recipient", theirs.processor_seconds * 1000 * each, "ms"),
    ]  # fmt: skip


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
