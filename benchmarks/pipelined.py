"""Statements per second between two nodes, acknowledged and durable at both, while officers act all the time.

One act is one statement, signed, with its row in the trail, durable when it returns: the store's log is synchronised in full. As
many officers as a duty room has act without a pause. Acts that wait for each other share a sync (storage.company): how many, and
how long the first of them waited for company, is printed. There is no timer anywhere; the courier posts what has come together
meanwhile. The clock runs from the first act until the last receipt is settled.

Run as `python -m benchmarks.pipelined`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from benchmarks.line import Line, least, most
from benchmarks.two_nodes import Meter, Peer, two_nodes
from benchmarks.wire import INSTRUMENT, MESSAGE_CHARACTERS, HttpNode
from tests.support.postgres_server import programs, running_server

STATEMENTS = 4_000
THREADS = 16
"""Officers at work at the same time."""
BARE_COMMITS = 400
WARM_UP = 100
STATEMENTS_A_SECOND_MIN = 400
STATEMENTS_A_SECOND_MIN_SERVER = 500
"""Issue part 4: between two nodes on PostgreSQL."""
COMPANY_MS_MAX = 5
SETTLE_SECONDS = 0.005
WAIT_SECONDS_MAX = 300.0


def run() -> list[Line]:
    """Measure with both stores in files, and with both in databases of one server, which syncs every commit."""
    with tempfile.TemporaryDirectory(prefix="entente-pipelined-") as place:
        lines = measured(Path(place) / "files", ("", ""))
        if programs() is None:
            return lines
        with running_server({}) as server:
            databases = server.url(server.new_database()), server.url(server.new_database())
            return [*lines, *measured(Path(place) / "databases", databases)]


def measured(place: Path, databases: tuple[str, str]) -> list[Line]:
    """Measure; the floor is a bare commit after another of the same node on the same disk, of which each statement needs two."""
    place.mkdir()
    with two_nodes(place, databases) as (node, peer):
        node.post()
        act(node, peer, range(WARM_UP))
        wait_until_settled(node)
        bare = [timed_commit(node) for _ in range(BARE_COMMITS)]
        meter = Meter(node)
        node.store.kept.begin_anew()
        peer.ask("begin")
        began = time.monotonic()
        waits = act(node, peer, range(WARM_UP, WARM_UP + STATEMENTS))
        acted = time.monotonic() - began
        wait_until_settled(node)
        seconds = time.monotonic() - began
        ours, theirs = meter.read(), peer.ask("read")
        meter.close()
        kept = node.store.kept
        assert theirs.taken == STATEMENTS, f"{theirs.taken} of {STATEMENTS} statements arrived"
        loads = statements_per_envelope(node)[1:]
    bare_rate = 1 / statistics.mean(bare)
    commits = "bare commits a second"
    a_statement = 1 / STATEMENTS
    on, least_rate = (", PostgreSQL", STATEMENTS_A_SECOND_MIN_SERVER) if databases[0] else ("", STATEMENTS_A_SECOND_MIN)
    lines = [
        Line(
            f"statements acknowledged, durable at both{on}", STATEMENTS / seconds, "statements/s",
            least(least_rate), bare_rate, commits,
        ),
        Line(f"acts meanwhile, {THREADS} officers at once{on}", STATEMENTS / acted, "acts/s", None, bare_rate, commits),
        Line(f"an act, from its first word to its commit, p50{on}", statistics.median(waits) * 1000, "ms"),
        Line(f"the same, p99{on}", statistics.quantiles(waits, n=100)[98] * 1000, "ms"),
        Line(f"processor a statement, sender{on}", ours.processor_seconds * 1000 * a_statement, "ms"),
        Line(f"processor a statement, recipient{on}", theirs.processor_seconds * 1000 * a_statement, "ms"),
    ]  # fmt: skip
    if databases[0]:
        return lines
    return [
        *lines,
        Line("an act, longest", max(waits) * 1000, "ms"),
        Line("waited for company, longest", kept.wait_seconds_longest * 1000, "ms", most(COMPANY_MS_MAX)),
        Line(f"commits that waited longer than {COMPANY_MS_MAX} ms", 100 * kept.late / kept.commits, "%"),
        Line("acts and other changes in one commit, sender", kept.acts / kept.commits, ""),
        Line("statements in an envelope, p50", statistics.median(loads), ""),
        Line("statements in an envelope, least", min(loads), ""),
        Line("statements in an envelope, most", max(loads), ""),
        Line("syncs of the disk a statement, sender", ours.syncs * a_statement, "", None, 1, "its act"),
        Line("syncs of the disk a statement, recipient", theirs.syncs * a_statement, "", None, 1, "one each"),
    ]


def act(node: HttpNode, peer: Peer, numbers: Iterable[int]) -> list[float]:
    """Have THREADS act as fast as they can; return how long each act took until it was durable."""

    def one(number: int) -> float:
        began = time.monotonic()
        node.send(peer.body.id, INSTRUMENT, f"{number:08}" + "x" * MESSAGE_CHARACTERS)
        return time.monotonic() - began

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, numbers))


def wait_until_settled(node: HttpNode) -> None:
    """Wait until nothing waits for an acknowledgement."""
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    while node.exchange.seconds_to_next() is not None:
        assert time.monotonic() < give_up_at, "not everything was acknowledged"
        time.sleep(SETTLE_SECONDS)


def timed_commit(node: HttpNode) -> float:
    """Return how long a bare commit takes: one row in the trail, the head signed, nothing sent."""
    began = time.monotonic()
    node.bare_commit()
    return time.monotonic() - began


def statements_per_envelope(node: HttpNode) -> list[int]:
    """Return how many statements each envelope carried, in the order they were made."""
    with node.store.engine.reader.connect() as connection:
        query = sa.text("SELECT count(*) FROM outbox_statement GROUP BY envelope_number ORDER BY envelope_number")
        return list(connection.execute(query).scalars())


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
