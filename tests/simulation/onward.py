"""Onward holders in the simulated world: a source knows to whom its copies were passed on, and that what took them away arrived.

Source: docs/rules/records.md R32 and R33.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.template import NODES
from tests.simulation.truth import BrokenError

if TYPE_CHECKING:
    from tests.simulation.world import World

ENDINGS = frozenset({"withdrawal", "copy_ended"})
_ONWARD = """
    SELECT record_onward.ended_at FROM record_onward JOIN record ON number = record_number
    WHERE record_id = ? AND forwarder = ? AND body = ?
"""


def converged(world: World) -> None:
    """Check each report of a forwarder that its source acknowledged: it is kept, and so is what ended the copy there."""
    for code in NODES:
        for sent in world.seen[code].outbox:
            source = world.template.code(sent.recipient)
            if sent.kind == "copy_passed_on" and sent.state == "stored" and source not in world.truth.restored:
                said = world.truth.said[sent.statement].content
                _kept_at_its_source(world, code, source, str(said["record"]), str(said["to"]))


def _kept_at_its_source(world: World, forwarder: str, source: str, name: str, to: str) -> None:
    if name not in world.seen[source].records:
        return  # erased, and with it who held it
    kept = world.looker(source).ask(_ONWARD, name, world.template.bodies[forwarder], to)
    third = world.template.code(to)
    if not kept:
        raise BrokenError(f"I4: {source} was told that {forwarder} passed {name} on to {third}, and does not know it.")
    # A forwarder that has erased the record itself has nothing left to report by.
    took_away = name in world.seen[forwarder].records and any(
        sent.kind in ENDINGS and (sent.recipient, sent.ref, sent.state) == (to, name, "stored")
        for sent in world.seen[forwarder].outbox
    )
    if took_away and kept[0][0] is None:
        raise BrokenError(
            f"I4: {third} confirmed to {forwarder} that it shows {name} no more, and {source} never learns it."
        )
