"""What bodies say of themselves and of each other, in the simulated world: names, addresses, groups, measures, a successor.

A measure of the secretariat is in force at each node from the step it arrives in until it ends. A successor of SB, whose heads
lost their keys, stands in its place only where two officers of that node accepted it, and from then on SB is heard there no more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from entente.agreements.model import MeasurePolicy, MeasureTerms
from entente.bodies.model import GroupEntry, MembershipStatus
from entente.bodies.statements import group_id_of
from entente.kernel.clock import format_time
from entente.kernel.ids import BodyId
from entente.node import Node
from tests.simulation.look import Seen
from tests.simulation.node import head_signed
from tests.simulation.plan import Event
from tests.simulation.template import NODES, SECOND_HEAD, SILENT, SUCCESSOR, successor_genesis
from tests.simulation.truth import BrokenError, parsed
from tests.support.nodes import HEAD

if TYPE_CHECKING:
    from tests.simulation.world import World

OWN_WORDS = ("names", "addresses", "relays", "units", "keys")
"""What a directory entry says that only its body says."""


def measure(world: World, node: Node, event: Event) -> str:
    """Take a measure toward a body for some minutes, or lift the last one early by another wording of it."""
    now = node.clock.now()
    taken = [one for one in world.seen[event.node].measures if one["until"] > format_time(now)]
    terms = MeasureTerms(
        target=world.template.bodies[str(event.args["other"])],
        policy=MeasurePolicy(str(event.args["policy"])),
        decided_by="The Secretary General",
        endorsed_by="The Executive Committee",
        until=now + timedelta(milliseconds=int(event.args["ms"])),
        lifted_by="An undertaking in writing",
        appeal="The next assembly",
    )
    if taken and event.salt % 2:
        last = taken[-1]
        terms = MeasureTerms(
            BodyId(last["target"]), MeasurePolicy.DIRECT, "The Secretary General", "The Executive Committee",
            now + timedelta(days=1), "It is lifted", "None is needed", replaces=last["id"],
        )  # fmt: skip
    node.agreements.submit_signed(HEAD, head_signed(event.node, node.agreements.draft_measure(HEAD, terms)))
    return f"{terms.policy} toward {world.template.code(terms.target)}"


def rename(_world: World, node: Node, event: Event) -> str:
    """Give our body another name."""
    name = f"Simulated body {event.node} of event {event.number}"
    return node.directory.rename(name, node.clock.now().date()).name


def move(world: World, node: Node, event: Event) -> str:
    """Publish a second address, or another relay."""
    relays = (world.template.bodies["GS"],) if event.node != "GS" and event.salt % 2 else ()
    first = f"http://{event.node.lower()}.test"
    moved = node.directory.publish_addresses((first, f"http://{event.node.lower()}-{event.number}.test"), relays)
    return f"{len(moved.addresses)} addresses, {len(moved.relays)} relays"


def keep_group(world: World, node: Node, event: Event) -> str:
    """Keep the next version of a group of ours."""
    since = node.clock.now().date()
    others = sorted(code for code in NODES if code != event.node)
    members = others[: 1 + event.salt % len(others)]
    entries = tuple(
        GroupEntry(world.template.bodies[code], MembershipStatus.MEMBER, since, f"Decision of event {event.number}")
        for code in members
    )
    with node.directory.open_unit() as unit:
        known = unit.bodies.group(group_id_of(unit.bodies.own().id, "partners"))
    seen = 0 if known is None else known.version
    return f"version {node.directory.keep_group(HEAD, 'partners', 'Partners of a day', entries, seen).version}"


def succeed(world: World, node: Node, event: Event) -> str:
    """Enter the successor of SB by hand, and accept it by one officer or the other."""
    if SUCCESSOR not in {parsed(document)["code"] for document in world.seen[event.node].bodies.values()}:
        node.directory.introduce_by_hand((successor_genesis(world.template.bodies[SILENT]),))
    by = (HEAD, SECOND_HEAD)[int(event.args["officer"])]
    old, new = world.template.bodies[SILENT], world.template.bodies[SUCCESSOR]
    found = node.agreements.accept_successor(by, new, old)
    return "accepted" if found.confirmed_by is not None else "proposed"


ACTS = {"measure": measure, "rename": rename, "move": move, "keep_group": keep_group, "succeed": succeed}


def after_step(world: World, code: str, before: Seen, now: Seen) -> None:
    """Check that nobody is succeeded but by two officers of the node itself, and that who was is heard no more."""
    for old, new in now.successors.items():
        if before.successors.get(old) == new:
            continue
        accepting = [row for row in now.rows if row.verb == "accept_successor" and row.subject == old]
        proposed_by = {parsed(row.detail)["proposed_by"] for row in accepting}
        confirmed_by = {row.officer for row in accepting if parsed(row.detail)["outcome"] == "accepted"}
        if not confirmed_by or confirmed_by & proposed_by:
            raise BrokenError(f"I2: {code} has {world.template.code(old)} succeeded by no two of its officers.")
    if lost := set(before.successors) - set(now.successors):
        raise BrokenError(f"I2: {code} forgot who succeeded {world.template.code(min(lost))}.")
    if before.successors:
        for row in now.rows:
            if row.verb == "envelope_taken_in" and row.body in before.successors:
                raise BrokenError(
                    f"I2: {code} takes in what {world.template.code(row.body)} says, which was succeeded."
                )


def converged(world: World) -> None:
    """Check that what each body said of itself, each group and each measure is the same everywhere."""
    trusted = [code for code in NODES if code not in world.truth.restored]
    groups = "SELECT id, max(version) FROM body_group GROUP BY id ORDER BY id"
    kept = {code: dict(world.looker(code).ask(groups)) for code in trusted}
    measures = {code: sorted((one["id"], one["statement"]) for one in world.seen[code].measures) for code in trusted}
    for code in trusted:
        body = world.template.bodies[code]
        own = parsed(world.seen[code].bodies[body])
        ours = {group: version for group, version in kept[code].items() if str(group).startswith(body)}
        for other in trusted:
            if _was_given_up(world, code, other):
                continue
            known = parsed(world.seen[other].bodies[body])
            for word in OWN_WORDS:
                if known[word] != own[word]:
                    raise BrokenError(f"C: {other} does not know the {word} of {code} as {code} has them.")
            for group, version in ours.items():
                if kept[other].get(group) != version:
                    raise BrokenError(f"C: {other} does not have version {version} of the group {group}.")
        if "GS" in measures and not _was_given_up(world, "GS", code) and measures[code] != measures["GS"]:
            raise BrokenError(f"C: {code} does not know the measures that GS took: {measures[code]}.")


def _was_given_up(world: World, code: str, to: str) -> bool:
    """Say whether a word of a body to another was given up on the way, after thirty days."""
    body = world.template.bodies[to]
    return any(sent.state == "undelivered" and sent.recipient == body for sent in world.seen[code].outbox)
