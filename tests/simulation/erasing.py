"""Erasure in the simulated world: officers erase, nodes keep house, what was erased comes again, and nothing of it may be left.

A record leaves a store only with a tombstone, a row of the trail and a ground; from then on it comes back under no version. Once
healed, nothing that only the record said stands in any byte of any node's store, and whoever held it has erased it.
"""

from __future__ import annotations

import functools
import hmac
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from entente.node import Keeping, Node
from entente.records.importing import Import, ImportPlan
from entente.records.model import RecordDraft, Rejected
from tests.simulation.acts import draft_of, record_of
from tests.simulation.look import Kept, Row, Seen
from tests.simulation.parts import tombstone_secret
from tests.simulation.plan import Event
from tests.simulation.template import NODES
from tests.simulation.truth import BrokenError, parsed
from tests.support.nodes import DPO, DUTY

if TYPE_CHECKING:
    from tests.simulation.world import World

STEPS_MAX = 50
"""Of one turn of a node's housekeeping; a world has a dozen records."""
_SKEW = timedelta(minutes=10)


@functools.cache
def digest_of(code: str, record: str) -> str:
    """Return by what a node recognises a record that it erased, worked out beside its code (docs/rules/records.md R11)."""
    key = hmac.digest(tombstone_secret(code), b"source\0" + record.partition("/")[0].encode(), "sha256")
    return hmac.digest(key, b"record\0" + record.encode(), "sha256")[:16].hex()


def stand_in(code: str, record: str) -> str:
    """Return what stands where an erased record's id stood."""
    return f"{record.partition('/')[0]}/erased:{digest_of(code, record)}"


def erase(world: World, node: Node, event: Event) -> str:
    """Erase a record of ours, here and at every holder."""
    done = node.erasing.erase(DPO, record_of(world, event.node, event), "unlawful")
    return f"{done.stand_in}, told {len(done.told)}"


def keep_house(_world: World, node: Node, _event: Event) -> str:
    """Do what a running node does by itself: erase what is due, forget ids, issue copies anew."""
    done = node.erasing.run()
    keeping = Keeping(node)
    for _ in range(STEPS_MAX):
        if not keeping.step():
            break
    return f"erased {done.erased}, forgot {done.forgotten}"


def come_again(world: World, node: Node, event: Event) -> str:
    """Import a new record of a person whose record was erased here: it comes in, and it is noticed (R12)."""
    draft = draft_of(world, event, f"again-{event.number}")
    rejected: list[Rejected] = []
    done = Import(node.records, ImportPlan(DUTY, frozenset(), lambda _: None, rejected.append)).run([draft], "none")
    if done.created:
        _noticed(world, event, draft)
    return f"created {done.created}"


def _noticed(world: World, event: Event, draft: RecordDraft) -> None:
    code = event.node
    own = f"{world.template.bodies[code]}/{draft.local_id}"
    same_person = f"{world.template.bodies[str(event.args['of'])]}/person-{event.args['slot']}"
    noticed = {
        parsed(row.detail)["erased"]
        for row in world.peek(code).rows
        if row.verb == "reentry_noticed" and row.subject == own
    }
    if (code, same_person) in world.truth.gone and stand_in(code, same_person) not in noticed:
        raise BrokenError(f"I4: {code} erased {same_person} and does not notice that the person comes again.")


ACTS = {"erase": erase, "keep_house": keep_house, "come_again": come_again}


def after_step(world: World, code: str, before: Seen, now: Seen) -> None:
    """Check that what left a store was erased, on a ground, and that nothing erased is there."""
    if lost := before.tombstones - now.tombstones:
        raise BrokenError(f"I4: {code} lost {len(lost)} of its tombstones.")
    for name, kept in before.records.items():
        if name not in now.records:
            _erased_on_a_ground(world, code, kept, before, now)
    if not now.tombstones:
        return
    for name in (*now.records, *now.withdrawn):
        if digest_of(code, name) in now.tombstones:
            raise BrokenError(f"I4: {code} holds {name}, which it erased.")


def is_gone(code: str, name: str, seen: Seen) -> bool:
    """Say whether a node erased a record, held or not."""
    return bool(seen.tombstones) and digest_of(code, name) in seen.tombstones


def put_back(world: World, code: str) -> None:
    """Note that a node which was put back to a copy erased only what the copy has a tombstone of.

    What it erased after that it erases again where others give it back; of what came and went after the copy was made it knows
    nothing, and has no digest to notice the person by (docs/rules/records.md R12 and R34).
    """
    world.truth.gone -= {
        (node, name) for node, name in world.truth.gone if node == code and not is_gone(code, name, world.seen[code])
    }


def _erased_on_a_ground(world: World, code: str, kept: Kept, before: Seen, now: Seen) -> None:
    if not is_gone(code, kept.id, now):
        raise BrokenError(f"I5: {code} no longer holds {kept.id}, and no tombstone says why.")
    erased = [row for row in now.rows if row.subject == stand_in(code, kept.id) and row.verb in _ERASING]
    if not erased:
        raise BrokenError(f"T: {code} erased {kept.id} without a row in its trail.")
    source = world.template.code(kept.id.partition("/")[0])
    if erased[0].verb == "erase_record" and not _holds(world, code, source, kept, before, erased[0]):
        raise BrokenError(
            f"I5: {code} erased {kept.id} for «{parsed(erased[0].detail)['ground']}», which does not hold."
        )
    world.truth.gone.add((code, kept.id))
    if source == code:
        world.truth.erased.add(kept.id)


_ERASING = frozenset({"erase_record", "replay_erasure"})


def _holds(world: World, code: str, source: str, kept: Kept, before: Seen, row: Row) -> bool:
    match parsed(row.detail)["ground"]:
        case "officers_act":
            # A node that was put back erases again what its officer had erased, by what others know of it (R34).
            is_again = code in world.truth.restored and kept.id in world.truth.erased
            return source == code and (row.officer == DPO or is_again)
        case "source_erased":
            return source != code and kept.id in world.truth.erased
        case "source_withdrew":
            return source != code and kept.id in before.withdrawn
        case "retention_ended":
            return kept.erase_on <= (world.timeline.moment + _SKEW).date().isoformat()
    return False


def tidy(world: World) -> bool:
    """Have every node keep house, as it does each hour, where something was to be taken away; say whether there was any."""
    taken_away = any(
        seen.tombstones or any(sent.kind == "recall" for sent in seen.outbox) for seen in world.seen.values()
    )
    for code in NODES if taken_away else ():
        world.call(code, partial(_decide_held, world, code))
        said = world.call(code, lambda code=code: keep_house(world, world.node(code), _NO_EVENT))  # type: ignore[misc] # bound now
        world.say(f"{code} keeps house: {said}")
        # A node whose clock stepped back signs nothing until it passed its last stamp, and so cannot keep house now.
        (world.truth.untidy.discard if said.startswith("erased") else world.truth.untidy.add)(code)
    return taken_away


def _decide_held(world: World, code: str) -> str:
    """Drop what waits for a person and names an erased record: until somebody decides, its document is needed (R10, X28).

    An erased record itself waits for nobody: that one is left, and found in the store.
    """
    deciding = world.node(code).deciding
    for held in deciding.held().shown:
        statement = held.queued.outgoing.statement
        text = statement.signed.decode("utf-8")
        if statement.kind != "record" and any(name in text for name in world.truth.erased):
            deciding.drop(DUTY, held.queued.number, "the record is erased")
            world.say(f"{code} drops a {statement.kind} about an erased record")
    return ""


_NO_EVENT = Event(0, 0, "keep_house")


def converged(world: World) -> None:
    """Check that nothing is left of what was erased, in any byte of any store, and that every holder erased it."""
    if not world.truth.erased:
        return
    for code in NODES:
        if code in world.truth.restored | world.truth.untidy:
            continue
        _nothing_left(world, code)
        for name in sorted(world.truth.erased):
            _each_holder_erased(world, code, name)


def _each_holder_erased(world: World, code: str, name: str) -> None:
    """Check that whoever this node told of an erasure, or told and did not reach, is as its outbox says."""
    for sent in world.seen[code].outbox:
        to = world.template.code(sent.recipient)
        if sent.kind != "erasure" or sent.ref != stand_in(code, name) or to not in NODES:
            continue
        if sent.state == "stored" and not is_gone(to, name, world.seen[to]):
            raise BrokenError(f"I4: {code} had {name} erased at {to}, which has no tombstone of it.")
    is_held = name in world.seen[code].records and world.template.code(name.partition("/")[0]) != code
    if is_held and not (
        _was_not_reached(world, code, name)
        or _is_lost_by_its_forwarder(world, code, name)
        or _is_known_to_nobody(world, name)
    ):
        raise BrokenError(f"I4: {name} was erased by its source, and {code} still holds it.")


def _was_not_reached(world: World, code: str, name: str) -> bool:
    """Say whether somebody's word of the erasure was given up on the way to a node: then it is listed as missing there."""
    return any(
        sent.kind == "erasure" and sent.ref == stand_in(other, name) and sent.state != "stored"
        for other in NODES
        for sent in world.seen[other].outbox
        if sent.recipient == world.template.bodies[code]
    )


def _is_lost_by_its_forwarder(world: World, code: str, name: str) -> bool:
    """Say whether who passed a copy on was put back to before it did: it does not know whom to tell of the erasure.

    The source tells forwarders alone (docs/rules/records.md R14) and lists this hop as missing, never as erased (R15).
    """
    source, forwarder = (
        world.template.code(one) for one in (name.partition("/")[0], str(world.seen[code].records[name].received_from))
    )
    if forwarder == source or forwarder not in world.truth.restored:
        return False
    query = "SELECT confirmed_at FROM tombstone_onward WHERE lower(hex(digest)) = ? AND body = ?"
    listed = world.looker(source).ask(query, digest_of(source, name), world.template.bodies[code])
    return all(confirmed is None for (confirmed,) in listed)


def _is_known_to_nobody(world: World, name: str) -> bool:
    """Say whether an erasure ended with its source's store: put back to before it, which had told nobody yet.

    `restore` says to its operator that this may be (docs/rules/node.md N12).
    """
    source = world.template.code(name.partition("/")[0])
    return source in world.truth.restored and not any(is_gone(code, name, world.seen[code]) for code in NODES)


def _nothing_left(world: World, code: str) -> None:
    if any(name in world.seen[code].records for name in world.truth.erased):
        return
    for name in sorted(world.truth.erased):
        # Who never held it may have asked for it, and keeps what it asked for; so does who was asked for it later.
        ids = {name} if (code, name) in world.truth.gone - world.truth.named else set[str]()
        for word in sorted(ids | world.truth.words.get(name, set())):
            if world.nodes[code].holds_bytes(word):
                raise BrokenError(f"I4: {name} was erased, and «{word}» still stands in the store of {code}.")
