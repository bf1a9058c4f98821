"""What a plan does to the world: nodes that end, disks, clocks, lines, versions. What a hostile peer does stands in `hostile`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from entente.exchange.model import EXPIRY_DAYS
from tests.simulation import checks
from tests.simulation.plan import Event
from tests.simulation.template import NODES, SILENT
from tests.simulation.wire import OTHER_VERSION

if TYPE_CHECKING:
    from tests.simulation.world import World


def _crash(world: World, event: Event) -> None:
    sim = world.nodes[event.node]
    world.truth.down_ms[event.node] = int(event.args["ms"])
    if not sim.is_up:
        return
    if event.kind == "crash_between":
        world.faults[event.kind] += 1
        world.stop(event.node, "between two acts")
        world.touched.add(event.node)
    elif event.kind == "crash_before_commit":
        sim.crash_before_commit = int(event.args["commit"])
    else:
        sim.crash_after_commit = int(event.args["commit"])


def _keep_copy(world: World, event: Event) -> None:
    world.nodes[event.node].keep_copy()
    world.faults["keep_copy"] += 1


def _restore(world: World, event: Event) -> None:
    sim = world.nodes[event.node]
    if not sim.has_copy:
        return
    world.lost.add(event.node)
    sim.disk.heal()
    if sim.is_up:
        world.stop(event.node, "its machine is lost", int(event.args["ms"]))
        world.touched.add(event.node)


def _disk_full(world: World, event: Event) -> None:
    disk = world.nodes[event.node].disk
    disk.is_full = True

    def empty() -> None:
        disk.is_full = False
        if world.nodes[event.node].is_up:
            world.wake(event.node)

    world.after(int(event.args["ms"]), empty)


def _write_fails(world: World, event: Event) -> None:
    world.nodes[event.node].disk.writes_until_failure = int(event.args["place"])


def _commit_fails(world: World, event: Event) -> None:
    world.nodes[event.node].disk.commit_fails = str(event.args["how"])


def _clock_steps(world: World, event: Event) -> None:
    clock = world.nodes[event.node].clock
    clock.skew_ms += int(event.args["by"])
    world.faults["clock_steps"] += 1

    def back() -> None:
        clock.skew_ms = 0
        if world.nodes[event.node].is_up:
            world.wake(event.node)

    world.after(int(event.args["ms"]), back)


def _days_pass(world: World, event: Event) -> None:
    if int(event.args["days"]) > EXPIRY_DAYS:
        world.truth.never_to_arrive |= {
            (code, sent.statement)
            for code in NODES
            for sent in world.seen[code].outbox
            if sent.recipient == world.template.bodies[SILENT]
            and sent.state == "waiting"
            and sent.kind not in checks.ENDLESS
        }
    world.timeline.milliseconds += int(event.args["days"]) * 86_400_000
    world.faults["days_pass"] += 1
    world.untended |= set(NODES)
    for code, sim in world.nodes.items():
        if sim.is_up:
            world.wake(code)
            world.tend_soon(code)


def _line(world: World, event: Event) -> None:
    world.wire.expect(event.node, str(event.args["to"]), event)


def _other_version(world: World, event: Event) -> None:
    """Run a node of the next version for a while: nobody understands what it posts, until it is put back."""
    for other in NODES:
        if other != event.node:
            world.wire.speak_other_version(event.node, other, world.now_ms + int(event.args["ms"]))


def _older_kinds(world: World, event: Event) -> None:
    """Run a node of an earlier version, which does not know a kind of statement; it is brought up to date later."""
    world.lacking[event.node] = str(event.args["lacks"])
    sim = world.nodes[event.node]
    if sim.is_up:
        sim.forget_kind(world.lacking[event.node])

    def bring_up_to_date() -> None:
        world.bring_up_to_date(event.node)

    world.after(int(event.args["ms"]), bring_up_to_date)


def _cut(world: World, event: Event) -> None:
    world.wire.cut(event.node, str(event.args["to"]), str(event.args["how"]), world.now_ms + int(event.args["ms"]))


def _partition(world: World, event: Event) -> None:
    for other in NODES:
        if other != event.node:
            world.wire.cut(event.node, other, "both", world.now_ms + int(event.args["ms"]), "partition")
            world.wire.cut(other, event.node, "both", world.now_ms + int(event.args["ms"]), "partition")


FAULTS: dict[str, Callable[[World, Event], None]] = {
    "crash_before_commit": _crash,
    "crash_after_commit": _crash,
    "crash_between": _crash,
    "keep_copy": _keep_copy,
    "restore": _restore,
    "disk_full": _disk_full,
    "write_fails": _write_fails,
    "commit_fails": _commit_fails,
    "clock_steps": _clock_steps,
    "days_pass": _days_pass,
    "cut": _cut,
    OTHER_VERSION: _other_version,
    "older_kinds": _older_kinds,
    "partition": _partition,
    **dict.fromkeys(
        (
            "drop_request", "drop_answer", "late_request", "late_answer", "double_request", "damage_request",
            "damage_answer", "reorder", "lose_one", "replay_later", "swap_answer", "cut_short",
        ),
        _line,
    ),
}  # fmt: skip
"""Event → what it does to the world. Officers' acts stand in `acts`, a hostile peer's in `hostile`."""
