"""Two nodes for the scenarios that keep a line busy: one in this process, its peer in a process of its own.

What a statement costs is counted where it is spent. Processor time: by the system, per process. Syncs of the disk: a commit is
one (the store's log is synchronised in full), told by the store's own callback; a checkpoint, every 1,000 pages of the log, is
two more (the log, then the store), told by the number in the log's header that SQLite draws anew each time.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from benchmarks.wire import HttpNode, programme
from entente.bodies.model import Body

ANSWER_SECONDS_MAX = 120.0
_SALT_BYTES, _SALT_AT = 8, 16


@dataclass(frozen=True, slots=True)
class Spent:
    """What a node spent since its meter began."""

    taken: int
    """Statements taken in, durably."""
    commits: int
    checkpoints: int
    processor_seconds: float

    @property
    def syncs(self) -> int:
        """How often the disk was synchronised."""
        return self.commits + 2 * self.checkpoints


class Meter:
    """Reads what a node spends."""

    def __init__(self, node: HttpNode) -> None:
        self._node = node
        self._counting, self._is_open = Lock(), True
        # A database's log is its server's, and tells nobody when it was written back.
        self._log = os.open(node.log if node.log.exists() else os.devnull, os.O_RDONLY)
        node.store.after_commit.append(self._count)
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._commits = self._checkpoints = 0
        self._taken_before, self._processor_before = self._node.taken, _processor_seconds()
        self._salt = os.pread(self._log, _SALT_BYTES, _SALT_AT)

    def read(self) -> Spent:
        """Return what was spent since."""
        return Spent(
            self._node.taken - self._taken_before,
            self._commits,
            self._checkpoints,
            _processor_seconds() - self._processor_before,
        )

    def close(self) -> None:
        """Let go of the log; a commit that is just told of is counted no more."""
        with self._counting:
            self._is_open = False
            os.close(self._log)

    def _count(self) -> None:
        with self._counting:
            if self._is_open:
                self._commits += 1
                salt = os.pread(self._log, _SALT_BYTES, _SALT_AT)
                self._checkpoints += salt != self._salt
                self._salt = salt


class Peer:
    """The other node, which answers questions over a pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.body: Body = connection.recv()

    def ask(self, what: str) -> Any:  # noqa: ANN401 - each question has its own answer
        """Ask «begin», «read» or «fetch»."""
        self._connection.send(what)
        assert self._connection.poll(ANSWER_SECONDS_MAX), "the peer did not answer in time"
        return self._connection.recv()


@contextmanager
def two_nodes(folder: Path, databases: tuple[str, str] = ("", "")) -> Iterator[tuple[HttpNode, Peer]]:
    """Run a node here and its peer beside it, known to each other under one instrument. The one here does not post yet.

    `databases` are the addresses of two empty ones for their stores; none is a file.
    """
    node = HttpNode("XA-NCB", folder / "sender", databases[0])
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_peer, args=(theirs, str(folder / "receiver"), databases[1], node.body))
    process.start()
    peer = Peer(ours)
    node.know(peer.body, programme(frozenset({node.body.id, peer.body.id})))
    node.start(is_posting=False)
    try:
        yield node, peer
    finally:
        node.stop()
        ours.send("stop")
        process.join()


def _serve_peer(connection: Connection, folder: str, database: str, sender: Body) -> None:
    node = HttpNode("XB-NCB", Path(folder), database)
    node.know(sender, programme(frozenset({sender.id, node.body.id})))
    node.start(is_posting=False)
    meter = Meter(node)
    connection.send(node.body)
    while (question := connection.recv()) != "stop":
        match question:
            case "begin":
                meter.begin()
                connection.send(None)
            case "read":
                connection.send(meter.read())
            case "fetch":
                connection.send(node.fetch(sender.id))
    meter.close()
    node.stop()


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
