"""Records' files in the simulated world: attached, fetched by a holder over the line, gone with their record.

A holder gets the very bytes that the source attached, or nothing; a fetch that a line cuts off goes on where it was. Once healed,
a node's folder has a file only while a live record of its store has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entente.kernel.blob import CHUNK_BYTES
from entente.kernel.errors import NotFound, Refused, Unavailable
from entente.kernel.ids import RecordId
from entente.node import Node
from entente.records.blobs import Looking
from tests.simulation.acts import WHY, held_copy, record_of, shown_rightly
from tests.simulation.plan import Event
from tests.simulation.template import NODES
from tests.simulation.truth import BrokenError
from tests.support.nodes import DUTY

if TYPE_CHECKING:
    from tests.simulation.world import World

LINE = b"A page of a paper that was found with the person.\n"
TRIES_MAX = 4
"""How often a holder asks again when a line fails half-way; each try goes on where the one before ended."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text that an officer attaches. Implements records.ports.PlainFile."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
        for start in range(0, len(self.data), chunk_bytes):
            yield self.data[start : start + chunk_bytes]


def attach(world: World, node: Node, event: Event) -> str:
    """Attach a text to a record of ours: of one chunk mostly, fetched in several calls now and then."""
    wanted = record_of(world, event.node, event)
    size = 2 * CHUNK_BYTES + 1_000 if event.args["size"] == "large" else 400
    plain = PlainText(
        f"paper-{event.number}.txt", f"{event.number} {LINE.decode()}".encode() + LINE * (size // len(LINE))
    )
    world.truth.files[wanted, plain.name] = plain.data
    made = node.blobs.attach(DUTY, wanted, plain, None, lambda _: None)
    return f"{made.file_name}, {made.size} bytes"


def detach(world: World, node: Node, event: Event) -> str:
    """Take the last file off a record of ours."""
    wanted = record_of(world, event.node, event)
    names = [name for record, name in sorted(world.truth.files) if record == wanted]
    if not names:
        return "nothing is attached"
    return node.blobs.detach(DUTY, wanted, names[-1]).file_name


def open_file(world: World, node: Node, event: Event) -> str:
    """Open a file of a held record, fetching it first; what comes is what its source attached."""
    held = (
        record_of(world, event.node, event)
        if event.args["other"] == event.node
        else held_copy(world, event.node, event)
    )
    if held is None:
        return "nothing is held"
    names = [name for record, name in sorted(world.truth.files) if record == held]
    return " ".join(_opened(world, node, event, RecordId(held), name) for name in names[-2:]) or "no files"


def _opened(world: World, node: Node, event: Event, held: RecordId, name: str) -> str:
    purpose, area = WHY[str(event.args["what"])]
    for _ in range(TRIES_MAX):
        parts: list[bytes] = []
        try:
            node.blobs.open_file(DUTY, held, name, Looking(purpose, area, ""), parts.append, lambda _: None)
        except (NotFound, Refused) as error:
            return error.code
        except Unavailable as error:
            # The line failed, or the body that passed the record on has not fetched the file itself.
            if "was not reached" in error.what or "is not here yet" in error.what:
                continue
            raise
        if b"".join(parts) != world.truth.files[held, name]:
            raise BrokenError(f"I5: {event.node} opens {name} of {held}, and it is not what was attached.")
        shown_rightly(world, event.node, held, "")
        return f"{name} {hashlib.sha256(b''.join(parts)).hexdigest()[:8]}"
    return "not reached"


ACTS = {"attach": attach, "detach": detach, "open_file": open_file}


def converged(world: World) -> None:
    """Check that a node's folder has the files of its live records and no others."""
    if not world.truth.files:
        return
    for code in NODES:
        if code in world.truth.restored:
            continue
        looker = world.looker(code)
        wanted = {str(blob) for (blob,) in looker.ask("SELECT DISTINCT blob FROM record_blob")}
        known = {str(blob) for (blob,) in looker.ask("SELECT blob FROM blob_file")}
        lying = {f"blob:{place.name}" for place in world.nodes[code].folder.blobs.glob("??/*")}
        if left := (known | lying) - wanted:
            raise BrokenError(f"I4: {code} keeps {len(left)} files that no record of its store has.")
        ours = "SELECT DISTINCT blob FROM record_blob JOIN record ON number = record_number WHERE received_from IS NULL"
        if lost := {str(blob) for (blob,) in looker.ask(ours)} - lying:
            raise BrokenError(f"I5: {code} lost {len(lost)} files of its own records.")
