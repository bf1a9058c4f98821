"""The invariants of DESIGN section 1 as executable checks: after each step on what changed, and once all is healed on everything.

    I1  nothing goes out or comes in that an instrument in force did not cover at its posting
    I2  nobody's directory loses a body, and nobody's keys change but by that body
    I3  a suspension is in force at its author in the same step, and at each peer from the step it arrives in
    I4  a withdrawn record is found nowhere it reached, from the step the withdrawal arrives in
    I5  what is acknowledged is durable at the recipient, exactly once, and was sealed for nobody else
    I6  no data set travels under the charter
    I7  hidden and absent are the same answer (the act `probe` in `acts`)
    T   the trail only grows, without a gap, and verifies
    C   once healed: everything acknowledged or finally refused, and bodies that may see the same thing do

They read the stores with plain SQL (`look`), never through the code they judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from entente.exchange.envelopes import batch_from_bytes, envelope_from_json, open_envelope
from entente.exchange.model import Lane
from entente.kernel.clock import format_time
from entente.kernel.errors import EntenteError
from entente.kernel.ids import KeyId
from entente.kernel.signing import key_id
from entente.kernel.statement import Statement
from tests.simulation.erasing import is_gone
from tests.simulation.look import Item, Kept, Seen, Sent
from tests.simulation.parts import sealing_key
from tests.simulation.template import NODES, SILENT
from tests.simulation.truth import BrokenError, covered, instruments_of_record, measured, parsed
from tests.support.memory_exchange import PlainOpener

if TYPE_CHECKING:
    from tests.simulation.world import World

ITEM_OF_KIND = {
    "message": "message",
    "hit": "hit",
    "permission_request": "permission",
    "record_request": "record_request",
}
"""Statement kind → the family of items it makes at its recipient."""
OVERTAKING = frozenset({"withdrawal", "participation", "keys"})
"""Statement kinds that overtake data (DESIGN section 4)."""
ENDLESS = frozenset({"keys", "participation", "withdrawal", "erasure", "copy_ended", "recall"})
"""What waits until it is taken in, however long that takes (docs/rules/exchange.md X28)."""
REASONS_BETWEEN_HONEST = frozenset(
    {"not_accepted", "instrument_not_in_force", "measure_stands", "expired", "unknown_kind", "not_delivered"}
)
"""Why an honest node may finally refuse what an honest node sent: rules and time, never damage on the way."""
ONCE = frozenset({"message", "hit", "permission_request", "record_request", "accept_withdrawal"})
"""Verbs of the trail that stand once for one subject at one node."""


def after_step(world: World, code: str, before: Seen, now: Seen) -> None:
    """Check everything that one node's change can break."""
    _trail_grew(world, code, before, now)
    _directory_kept(world, code, before, now)
    _records_kept(code, before, now)
    _items_kept(code, before, now)
    _counted_once(world, code, now)
    _came_rightly(world, code, before, now)


def _trail_grew(world: World, code: str, before: Seen, now: Seen) -> None:  # T
    if now.size < before.size or (before.size and world.root_at(code, before.size) != before.root):
        raise BrokenError(f"T: the trail of {code} shrank or changed: {before.size} rows, then {now.size}.")
    if [row.sequence for row in now.rows] != list(range(before.size + 1, now.size + 1)):
        raise BrokenError(f"T: the trail of {code} has a gap after row {before.size}.")


def trail_verifies(world: World, code: str) -> None:  # T
    """Recompute a node's whole trail, with the product's own verifier."""
    proof = world.node(code).trail.verify(world.nodes[code].keys.all_signing_keys())
    if not proof.is_sound:
        raise BrokenError(f"T: the trail of {code} does not verify: {proof.finding}")


def _directory_kept(world: World, code: str, before: Seen, now: Seen) -> None:  # I2
    if lost := set(before.bodies) - set(now.bodies):
        raise BrokenError(f"I2: {code} lost {_codes(world, lost)} from its directory.")
    for body, document in now.bodies.items():
        if before.bodies.get(body) == document:
            continue
        known, owner = parsed(document)["keys"], world.template.code(body)
        lists = world.truth.key_lists.setdefault(owner, [])
        if owner == code and known not in lists:
            lists.append(known)
        if owner in world.nodes and not any(known == one[: len(known)] for one in lists):
            raise BrokenError(f"I2: {code} believes keys of {owner} that it never set.")


def begun(world: World, code: str) -> None:
    """Note what a store holds as it is looked into for the first time: at the beginning, and after it was put back."""
    seen = world.seen[code]
    keys: list[Any] = parsed(seen.bodies[world.template.bodies[code]])["keys"]
    lists = world.truth.key_lists.setdefault(code, [])
    if keys not in lists:
        lists.append(keys)
    for counted in [key for key in world.truth.counted if key[0] == code]:
        del world.truth.counted[counted]
    _counted_once(world, code, seen, heard=False)


def _records_kept(code: str, before: Seen, now: Seen) -> None:  # I4
    for name, kept in before.records.items():
        new = now.records.get(name)
        if new is None:
            continue  # erased: `erasing` asks on which ground
        if new.version < kept.version:
            raise BrokenError(f"I4: at {code} version {new.version} of {name} replaced version {kept.version}.")
    for name in now.withdrawn:
        held = now.records.get(name)
        if held is not None and not held.is_withdrawn:
            raise BrokenError(f"I4: {code} knows that {name} is withdrawn and still lists it.")
    forgotten = {name for name in before.withdrawn - now.withdrawn if not is_gone(code, name, now)}
    if forgotten:
        raise BrokenError(f"I4: {code} forgot the withdrawal of {min(forgotten)}.")


def _items_kept(code: str, before: Seen, now: Seen) -> None:  # I5
    for key, item in before.items.items():
        if key not in now.items or now.items[key].way != item.way:
            raise BrokenError(f"I5: {code} lost the {item.family} {item.id}.")


def _counted_once(world: World, code: str, now: Seen, *, heard: bool = True) -> None:  # I5
    for row in now.rows:
        if heard and row.verb == "envelope_taken_in" and parsed(row.detail)["lane"] == "control":
            world.truth.heard_ms[code, row.body] = world.now_ms
        more = ""
        if row.verb == "accept_record":
            # A version whose copy had ended may be shared again, in another statement.
            more = str(parsed(row.detail)["statement"])
        elif row.verb not in ONCE:
            continue
        counted = (code, row.verb, row.subject, more)
        world.truth.counted[counted] += 1
        if world.truth.counted[counted] > 1 and row.officer != "duty-1":
            raise BrokenError(f"I5: {code} took in {row.verb} {row.subject} {more} twice.")


def _came_rightly(world: World, code: str, before: Seen, now: Seen) -> None:  # I1, I3, T
    subjects = {(row.verb, row.subject) for row in now.rows}
    in_outbox = {sent.ref for sent in now.outbox}
    for key, item in now.items.items():
        if key in before.items:
            continue
        if item.way != "received":
            if item.family == "message" and item.id not in in_outbox and not before.is_taking_back:
                raise BrokenError(f"I5: {code} keeps the message {item.id} as sent, and nothing is there to send.")
            continue
        verb = {"permission": "permission_request"}.get(item.family, item.family)
        if (verb, item.id) not in subjects:
            raise BrokenError(f"T: {code} took in the {item.family} {item.id} without a row in its trail.")
        _sent_by_its_author(world, item.family, item.id, item.counterpart)
        if item.family == "message":
            _message_came_rightly(world, code, before, now, item)
    for kept in _news(before, now):
        if ("accept_record", kept.id) not in subjects:
            raise BrokenError(f"T: {code} took in {kept.id} without a row in its trail.")
        _record_came_rightly(world, code, before, now, kept)


def _stops(before: Seen, now: Seen, *flow: str) -> str:
    """Return which stand stops what came in a step; empty when none does.

    One batch may bring first what lifts a suspension and then what it had stopped: control goes first (see `posted`), so that
    the stands it leaves behind are those its data met.
    """
    return covered(now.stands, *flow) and covered(before.stands, *flow)


def _message_came_rightly(world: World, code: str, before: Seen, now: Seen, item: Item) -> None:
    own = world.template.bodies[code]
    if why := _stops(before, now, item.instrument, item.counterpart, own, "message", "contact"):
        raise BrokenError(f"I1: {code} took in the message {item.id}, which {why} stand stops.")
    if why := measured(before.measures, world.nodes[code].now_text(), item.counterpart, own):
        raise BrokenError(f"I1: {code} took in the message {item.id}, which {why} stops.")


def _news(before: Seen, now: Seen) -> Iterable[Kept]:
    for name, kept in now.records.items():
        old = before.records.get(name)
        if kept.received_from is not None and (old is None or old.version != kept.version):
            yield kept


def _sent_by_its_author(world: World, family: str, item: str, counterpart: str) -> None:  # I1
    author = world.template.code(counterpart)
    if item in world.truth.asked_in_a_name:
        return
    if author in world.seen and author not in world.truth.restored:
        # Looked into now: in a call both sides change in one step.
        sent = world.peek(author).items.get((family, item))
        if sent is None:
            raise BrokenError(f"I5: the {family} {item} is said to come from {author}, which never sent it.")


def _record_came_rightly(world: World, code: str, before: Seen, now: Seen, kept: Kept) -> None:
    source = kept.id.partition("/")[0]
    author = world.template.code(source)
    if kept.id in before.withdrawn:
        raise BrokenError(f"I4: {code} took in {kept.id}, which it knows to be withdrawn.")
    if author == SILENT:
        raise BrokenError(f"I1: {code} took in a record of {SILENT}, which shares none under any instrument.")
    if author not in world.truth.restored:
        own = world.seen[author].records.get(kept.id)
        if kept.id not in world.truth.erased and (own is None or own.version < kept.version):
            raise BrokenError(f"I5: {code} holds version {kept.version} of {kept.id}, which its source never made.")
    instrument = world.template.instruments["agreement" if kept.kind == "wanted_person" else "programme"]
    if why := _stops(before, now, instrument, source, world.template.bodies[code], kept.kind, "copy"):
        raise BrokenError(f"I1: {code} took in {kept.id}, which {why} stand stops.")
    if why := measured(before.measures, world.nodes[code].now_text(), source, world.template.bodies[code]):
        raise BrokenError(f"I1: {code} took in {kept.id}, which {why} stops.")


def posted(world: World, code: str, recipient: str, batch: bytes) -> None:
    """Look into what a node posts, with everything the sender knows at that moment."""
    to = world.template.code(recipient)
    seen, sender = world.peek(code), world.template.bodies[code]
    was_data = False
    for item in batch_from_bytes(batch):
        envelope = envelope_from_json(item)
        header = envelope.header
        if header.sender != sender:
            continue  # another's, passed on unread
        if header.recipient != recipient:
            raise BrokenError(f"I5: {code} posted to {to} what is for {world.template.code(header.recipient)}.")
        if header.lane is Lane.CONTROL and was_data:
            raise BrokenError(f"I4: {code} posted data to {to} before what overtakes it.")
        was_data = was_data or header.lane is Lane.DATA
        try:
            body = open_envelope(envelope, _opener_of(world, to, header.sealed_to))
        except EntenteError as error:
            raise BrokenError(f"I5: {code} sealed an envelope for {to} that {to} cannot open: {error.what}") from error
        for statement in body.statements:
            world.truth.said[statement.id] = statement
            _may_go(world, code, to, statement, header.instrument)
            if statement.kind in OVERTAKING and header.lane is not Lane.CONTROL:
                raise BrokenError(f"I4: {code} sent {to} a {statement.kind} that does not overtake data.")
            if header.lane is Lane.DATA:
                _is_covered(world, seen, sender, to, statement, header.instrument)


def _opener_of(world: World, to: str, sealed_to: str) -> PlainOpener:
    """Return the recipient's own opener of a key; one that is not its own opens nothing."""
    first = PlainOpener(sealing_key(to))
    if to not in world.nodes or key_id(first.public_key) == sealed_to:
        return first
    return world.nodes[to].keys.later_opener(KeyId(sealed_to)) or first


def _may_go(world: World, code: str, to: str, statement: Statement, instrument: str) -> None:  # I5, I6
    text = statement.signed.decode("utf-8")
    for word, codes in world.truth.kept_from.items():
        if to in codes and word in text:
            raise BrokenError(f"I5: {code} sent {to} the words «{word}», which their source keeps from it.")
    if statement.kind == "record" and world.template.name(instrument) == "charter":
        raise BrokenError(f"I6: {code} sent {to} a record under the charter.")


def _is_covered(world: World, seen: Seen, sender: str, to: str, statement: Statement, instrument: str) -> None:
    recipient = world.template.bodies[to]
    if statement.kind == "record":
        kind, instruments = instruments_of_record(statement.content)
        right = "copy"
    elif statement.kind == "message":
        kind, instruments, right = "message", frozenset({instrument}), "contact"
    else:
        return
    author = statement.body if statement.kind == "record" else sender
    for named in instruments:
        why = covered(seen.stands, named, author, recipient, kind, right)
        if why:
            raise BrokenError(
                f"I3: a {statement.kind} went to {to} under the {world.template.name(named)}, which {why} stand stops."
            )
    now = world.nodes[world.template.code(sender)].now_text()
    if why := measured(seen.measures, now, sender, recipient) or measured(seen.measures, now, author, recipient):
        raise BrokenError(f"I3: a {statement.kind} went to {to}, which {why} stops.")


def acknowledged(world: World, touched: set[str]) -> None:  # I5
    """Check that what each sender holds as stored by the other side is there."""
    for code in NODES:
        seen = world.seen.get(code)
        if seen is None:
            continue
        for sent in seen.outbox:
            to = world.template.code(sent.recipient)
            if sent.state != "stored" or to not in world.seen or not {code, to} & touched:
                continue
            if world.seen[to].is_taking_back:
                continue
            if missing := _missing(world, to, sent, world.seen[to]):
                raise BrokenError(f"I5: {to} acknowledged {missing} of {code}, and it is not there.")


def _missing(world: World, code: str, sent: Sent, seen: Seen) -> str:
    """Return what a stored statement should have left at its recipient and did not; empty when it is there."""
    if sent.kind in ITEM_OF_KIND:
        is_there = (ITEM_OF_KIND[sent.kind], sent.ref) in seen.items
        return "" if is_there else f"the {sent.kind} {sent.ref}"
    statement = world.truth.said.get(sent.statement)
    if statement is None or _names_erased(world, statement):
        return ""
    if sent.kind == "record":
        record: Any = statement.content["record"]
        held = seen.records.get(record["id"])
        is_there = record["id"] in seen.withdrawn or (held is not None and held.version >= record["version"])
        is_there = is_there or is_gone(code, record["id"], seen) or _is_ended(seen, statement)
        return "" if is_there else f"version {record['version']} of {record['id']}"
    if sent.kind == "withdrawal":
        name = str(statement.content["record"])
        held = seen.records.get(name)
        is_withdrawn = name in seen.withdrawn and (held is None or held.is_withdrawn)
        return "" if is_withdrawn or is_gone(code, name, seen) else f"the withdrawal of {name}"
    if sent.kind == "participation":
        stand: Any = statement.content
        held_stand = seen.stands.get((stand["instrument"], statement.body))
        is_there = held_stand is not None and held_stand["epoch"] >= stand["epoch"]
        return "" if is_there else f"epoch {stand['epoch']} of its stand"
    return ""


def _is_ended(seen: Seen, statement: Statement) -> bool:
    """Say whether a version was made before its source ended the copy there: whoever brings it, it is shown no more (R31)."""
    record: Any = statement.content["record"]
    return format_time(statement.at) <= seen.ended.get(record["id"], "")


def _names_erased(world: World, statement: Statement) -> bool:
    """Say whether its source erased what a statement is about: a body that was put back is not sent it again (see `erasing`)."""
    named: Any = statement.content.get("record", "")
    return (named["id"] if isinstance(named, dict) else named) in world.truth.erased


def converged(world: World) -> None:  # C
    """Check what must hold once every fault has ended and nothing is left to do."""
    for code in NODES:
        world.touched.add(code)
        trail_verifies(world, code)
        _all_delivered(world, code)
    acknowledged(world, set(NODES))
    _same_keys(world)
    _given_back(world)
    _same_stands(world)
    _same_records(world)


def _all_delivered(world: World, code: str) -> None:
    for sent in world.seen[code].outbox:
        to = world.template.code(sent.recipient)
        if sent.state == "waiting" and (code, sent.statement) in world.truth.never_to_arrive:
            raise BrokenError(
                f"C: {code} still waits to deliver a {sent.kind} to {to} after more days than it may take."
            )
        if sent.state == "waiting" and to in NODES:
            raise BrokenError(f"C: {code} still waits to deliver a {sent.kind} to {to} after everything was healed.")
        if sent.state == "refused" and to in NODES:
            if sent.reason not in REASONS_BETWEEN_HONEST:
                raise BrokenError(f"C: a {sent.kind} of {code} was finally refused by {to} as «{sent.reason}».")
            # What a later version took in, the earlier one had refused; its sender is told no more than that.
            if (
                sent.reason != "unknown_kind"
                and sent.kind in ITEM_OF_KIND
                and (ITEM_OF_KIND[sent.kind], sent.ref) in world.seen[to].items
            ):
                raise BrokenError(f"C: {to} has the {sent.kind} {sent.ref} of {code}, which holds it to be refused.")


def _same_keys(world: World) -> None:
    for owner in NODES:
        body = world.template.bodies[owner]
        own = parsed(world.seen[owner].bodies[body])["keys"]
        for code in NODES:
            if parsed(world.seen[code].bodies[body])["keys"] != own:
                raise BrokenError(f"C: {code} does not know the keys of {owner} as they are now.")


def _given_back(world: World) -> None:
    """Check that whoever was put back to an older store knows again what others had of it."""
    for author, holder, family, item in sorted(world.truth.known_elsewhere):
        if _is_recalled(world, holder, family, item) or _is_about_erased(world, holder, family, item):
            continue
        if (family, item) in world.seen[holder].items and (family, item) not in world.seen[author].items:
            raise BrokenError(
                f"I5: {author} was put back, and did not take back the {family} {item} that {holder} has."
            )
    for code in NODES:
        for name, kept in world.seen[code].records.items():
            if name in world.truth.erased:
                continue  # `erasing` asks who still holds it
            source = world.template.code(name.partition("/")[0])
            own = world.seen[source].records.get(name)
            if kept.received_from is not None and (own is None or own.version < kept.version):
                raise BrokenError(f"C: {code} holds version {kept.version} of {name}, which {source} does not know.")


def _is_recalled(world: World, holder: str, family: str, item: str) -> bool:
    """Say whether a holder has no more of an item than that it was recalled: of its text and statement nothing is left (M18).

    Nobody can give that back; its author takes back the recall.
    """
    if family != "message" or (family, item) not in world.seen[holder].items:
        return False
    query = "SELECT document FROM correspondence_item WHERE family = 'message' AND id = ?"
    ((document,),) = world.looker(holder).ask(query, item)
    return parsed(document)["recall"] is not None


def _is_about_erased(world: World, holder: str, family: str, item: str) -> bool:
    """Say whether a hit is about a record that its source erased since: a store that never held it has nothing to hang it on."""
    if family != "hit" or (family, item) not in world.seen[holder].items:
        return False
    query = "SELECT document FROM correspondence_item WHERE family = 'hit' AND id = ?"
    ((document,),) = world.looker(holder).ask(query, item)
    return "/erased:" in document or any(name in document for name in world.truth.erased)


def _same_stands(world: World) -> None:
    for name, instrument in world.template.instruments.items():
        parties = [code for code in world.template.parties(name) if code in NODES]
        for author in parties:
            body = world.template.bodies[author]
            own = world.seen[author].stands[instrument, body]
            for other in parties:
                known = world.seen[other].stands.get((instrument, body))
                if known is None or known["epoch"] != own["epoch"]:
                    raise BrokenError(f"C: {other} does not know how {author} stands to the {name} now.")


def _same_records(world: World) -> None:
    for code in NODES:
        seen = world.seen[code]
        for (to, name), version in _newest_stored(world, seen).items():
            held, own = world.seen[to].records.get(name), seen.records.get(name)
            if own is not None and own.is_withdrawn:
                if held is not None and not held.is_withdrawn:
                    raise BrokenError(f"I4: {name} is withdrawn at {code} and still found at {to}.")
            elif is_gone(to, name, world.seen[to]):
                continue
            elif name not in world.seen[to].withdrawn and (held is None or held.version < version):
                raise BrokenError(f"C: {to} does not hold version {version} of {name}.")


def _newest_stored(world: World, seen: Seen) -> dict[tuple[str, str], int]:
    """Return the newest version of each record that each node acknowledged to one of them, and may show."""
    newest: dict[tuple[str, str], int] = {}
    for sent in seen.outbox:
        statement, to = world.truth.said.get(sent.statement), world.template.code(sent.recipient)
        if sent.kind != "record" or sent.state != "stored" or statement is None or to not in NODES:
            continue
        record: Any = statement.content["record"]
        if not _is_ended(world.seen[to], statement):
            newest[to, record["id"]] = max(newest.get((to, record["id"]), 0), record["version"])
    return newest


def _codes(world: World, bodies: Iterable[str]) -> str:
    return ", ".join(sorted(world.template.code(body) for body in bodies))
