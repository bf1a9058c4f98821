"""`python -m entente.build_process`: a process that reads what a base is to hold out of a node's store, and writes its files.

Others read their shares beside it: it forks them before it has anything open, takes over what they read, and writes. The store is
read by the numbers of its records, in pieces of which each is one unchanging state, for a moment only: a node that writes
meanwhile waits for nobody, and what it erases does not stay in the log because somebody still reads it. Left out is what changed
after a change sequence: whoever asked puts that in himself.

Source: docs/rules/identity.md I44 and I49; decisions/0059.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from entente.formats.schemata import load_schemata
from entente.identity.indexed import Indexed
from entente.kernel.errors import Unavailable
from entente.kernel.faults import kind_and_place
from entente.search.building import BuildingPart
from entente.search.frames import receive, send
from entente.search.serving import serve
from entente.storage.folder import Folder
from entente.storage.record_facts import facts_between, last_number
from entente.storage.store import StoreReader

PIECE: Final = 8_192
"""Numbers that are read at once: a tenth of a second, and 10 MB of memory."""
ANSWER_SECONDS: Final = 600.0
"""Longest wait for another process to have read the next piece."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one of several processes reads: each so manieth piece, since what is alike lies side by side in a store."""

    node: Path
    position: int
    """The change sequence after which nothing is read."""
    place: int
    of: int

    def read(self, building: BuildingPart) -> Iterator[int]:
        """Put everything into the builder; yield how many records, time and again."""
        store, indexed, builder = StoreReader(Folder(self.node)), Indexed(load_schemata()), building.builder
        with store.view() as view:
            # Whatever is numbered later changed later too.
            last = last_number(view.connection)
        for after in range(self.place * PIECE, last, self.of * PIECE):
            with store.view() as view:
                found = facts_between(view.connection, after, after + PIECE, self.position, indexed.properties)
            builder.add([entry for one in found for entry in indexed.entries(one)])
            yield len(found)


class _Other:
    """A process that reads a share beside this one."""

    def __init__(self, share: _Share) -> None:
        self._from, to = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            _give(share, to)
        os.close(to)

    def pieces(self, kind: str) -> Iterator[Any]:
        """Yield what it sends of a kind, up to its end."""
        while (piece := receive(self._from, ANSWER_SECONDS)[kind]) is not None:
            yield piece

    def end(self) -> None:
        """End it."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._from)


def _give(share: _Share, to: int) -> None:
    """Read a share and send how far it is, then what was read; the process ends with it, whatever comes."""
    try:
        # The pipes of the process that this one came from end with that one.
        for pipe in (sys.stdin, sys.stdout):
            os.dup2(sys.stderr.fileno(), pipe.fileno())
        os.closerange(sys.stderr.fileno() + 1, to)
        os.closerange(to + 1, os.sysconf("SC_OPEN_MAX"))
        building = BuildingPart()
        for read in share.read(building):
            send(to, {"read": read})
        send(to, {"read": None})
        for piece in building.builder.given():
            send(to, {"taken": piece})
        send(to, {"taken": None})
    except BrokenPipeError:
        # Whoever asked ended.
        pass
    except BaseException as error:  # noqa: BLE001 - nothing of this may come into what the other process does next
        # What Python would print of it holds what it read (node.md N13).
        sys.stderr.write(f"A process that reads for the index ended by a fault: {kind_and_place(error)}\n")
    finally:
        os._exit(0)


class ReadingPart:
    """What the process does with the store."""

    def __init__(self, building: BuildingPart) -> None:
        self._building = building

    def do_read(self, message: Mapping[str, Any]) -> Iterator[int | None]:
        """Read a node's store with so many processes; yield how many records were read, time and again, then None."""
        of = message["processes"]
        own, *shares = [_Share(Path(message["node"]), message["position"], place, of) for place in range(of)]
        others: list[_Other] = []
        try:
            others += map(_Other, shares)
            yield from own.read(self._building)
            for other in others:
                yield from other.pieces("read")
                self._building.builder.take(other.pieces("taken"))
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise _not_read(error) from error
        finally:
            for other in others:
                other.end()
        yield None


def main() -> None:
    """Answer until the pipe ends."""
    building = BuildingPart()
    serve(building, ReadingPart(building))


def _not_read(error: Exception) -> Unavailable:
    return Unavailable(
        "The store was not read for the search index.",
        why=f"A process that reads it ended ({str(error)[:120] or type(error).__name__}).",
        do="Nothing is lost, and it is tried again; look at the memory of the machine if it stays so.",
        retry_is_safe=True,
    )


if __name__ == "__main__":
    main()
