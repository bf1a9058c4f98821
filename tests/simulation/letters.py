"""Messages after they were sent, in the simulated world: opened, acted on, recalled; and sources consulted over the line.

What a recall promises is checked once healed: what had not left never arrives, what had leaves no word of its text behind, and
both sides say the same of whether it had been opened. A consultation shows what its source has at that moment, or nothing found.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from entente.correspondence.consulting import Consulted
from entente.correspondence.model import Step
from entente.correspondence.requests import Wanted
from entente.kernel.errors import EntenteError, NotFound, Refused
from entente.kernel.ids import RecordId
from entente.node import Node
from tests.simulation.acts import KIND, matter_of, name_again, record_of, tried
from tests.simulation.look import Json, Seen
from tests.simulation.plan import SOURCES, Event
from tests.simulation.template import NODES
from tests.simulation.truth import BrokenError, covered, parsed
from tests.support.nodes import DUTY

if TYPE_CHECKING:
    from tests.simulation.world import World

NOBODY_HAS = "nobody-has-this"


def recall(world: World, node: Node, event: Event) -> str:
    """Recall one of our messages; the next one after those that were recalled before."""
    sent = _messages(world, event.node, "sent")
    if not sent:
        return "nothing was sent"
    message = sent[event.salt % len(sent)]
    recalled = node.correspondence.recall_message(DUTY, message, "sent in error").recall
    assert recalled is not None, "it was just recalled"
    return f"{message} {'had left' if recalled.has_left else 'never leaves'}"


def read(world: World, node: Node, event: Event) -> str:
    """Open a message that came, and act on it or refuse it now and then; a recalled one has no text any more."""
    came = _messages(world, event.node, "received")
    if not came:
        return "nothing came"
    message, desk = came[event.salt % len(came)], node.correspondence
    shown = desk.open_message(DUTY, message)
    if shown.recall is not None and (shown.text or shown.subject):
        raise BrokenError(f"I4: {event.node} shows the text of {message}, which was recalled.")
    acting = partial(desk.conclude_message, DUTY, message, Step.ACTED_ON)
    refusing = partial(desk.conclude_message, DUTY, message, Step.REFUSED, "national_law")
    said = tried((acting, refusing)[event.salt // 3 % 2]) if event.salt % 3 else "read"
    return f"{message} {said}"


def _messages(world: World, code: str, way: str) -> list[str]:
    return sorted(item.id for item in world.seen[code].items.values() if item.family == "message" and item.way == way)


def consult(world: World, node: Node, event: Event) -> str:
    """Ask a source for what it has of a record, and for one that nobody has: shown as it stands there, and kept nowhere (I7)."""
    what, other = str(event.args["what"]), str(event.args["other"])
    under, wanted = world.template.instruments[SOURCES[what]], record_of(world, other, event)
    absent = RecordId(f"{world.template.bodies[other]}/{NOBODY_HAS}")
    case = matter_of(node, event)
    name_again(world, wanted, event.node, other)

    def ask(record: RecordId) -> Consulted | EntenteError:
        try:
            about = Wanted(world.template.bodies[other], record, KIND[what])
            return node.correspondence.consult_record(DUTY, about, under, case, node.schemata, node.call)
        except (NotFound, Refused) as error:
            return error

    found, nothing = ask(wanted), ask(absent)
    if isinstance(nothing, Consulted):
        raise BrokenError(f"I7: {other} shows {event.node} a record that nobody has.")
    if world.peek(event.node).records != world.seen[event.node].records:
        raise BrokenError(f"I1: {event.node} keeps a copy of what it only consulted.")
    if isinstance(found, Consulted):
        _shown_as_it_stands(world, event, wanted, found)
        return f"version {found.record.version}"
    if isinstance(found, NotFound) and isinstance(nothing, NotFound) and _words(found) != _words(nothing):
        raise BrokenError(f"I7: at {event.node} hidden and absent differ: {_words(found)}, {_words(nothing)}")
    return found.code


def _words(error: EntenteError) -> tuple[str, ...]:
    return (error.code, error.what, error.why, error.do)


def _shown_as_it_stands(world: World, event: Event, wanted: RecordId, found: Consulted) -> None:
    code, other, what = event.node, str(event.args["other"]), str(event.args["what"])
    source = world.peek(other)
    own = source.records.get(wanted)
    if own is None or own.is_withdrawn or own.version != found.record.version:
        raise BrokenError(
            f"I4: {other} showed {code} version {found.record.version} of {wanted}, and does not have it."
        )
    for word, codes in world.truth.kept_from.items():
        if code in codes and any(word == fact.value for fact in found.record.facts):
            raise BrokenError(f"I5: {other} showed {code} the words «{word}», which it keeps from it.")
    under, bodies = world.template.instruments[SOURCES[what]], world.template.bodies
    if why := covered(source.stands, under, bodies[other], bodies[code], KIND[what], "consult"):
        raise BrokenError(f"I1: {other} was consulted by {code} about {wanted}, which {why} stand stops.")


ACTS = {"recall": recall, "read": read, "consult": consult}


def after_step(world: World, code: str, before: Seen, now: Seen) -> None:
    """Check that a recall's answer says rightly whether the message had been opened."""
    del before
    for row in now.rows:
        if row.verb in {"read_message", "conclude_message"}:
            world.truth.opened.add((code, row.subject))
        elif row.verb == "recall":
            was_opened = parsed(row.detail)["was_opened"]
            if was_opened != ((code, row.subject) in world.truth.opened) and code not in world.truth.restored:
                raise BrokenError(f"I5: {code} says of {row.subject} that it was {'' if was_opened else 'not '}opened.")


def converged(world: World) -> None:
    """Check what every recall came to, and that each proof of what was done with a message arrived."""
    for code in NODES:
        if code in world.truth.restored:
            continue
        query = "SELECT document FROM correspondence_item WHERE family = 'message' AND way = 'sent'"
        for (document,) in world.looker(code).ask(query):
            message = parsed(document)
            if message["recall"] is not None:
                _recalled(world, code, message)
        _evidence_arrived(world, code)


def _recalled(world: World, code: str, message: Json) -> None:
    name, to = message["header"]["id"], world.template.code(message["header"]["recipient"])
    if to not in NODES or to in world.truth.restored:
        return
    there, recall = ("message", name) in world.seen[to].items, message["recall"]
    if not recall["has_left"]:
        if there:
            raise BrokenError(f"I4: {code} recalled {name} before it had left, and {to} has it.")
        return
    told = [sent for sent in world.seen[code].outbox if (sent.kind, sent.ref) == ("recall", name)]
    if not told:
        raise BrokenError(f"I4: {code} recalled {name}, which had left, and never told {to}.")
    if told[-1].state != "stored":
        if told[-1].state == "refused":
            raise BrokenError(f"C: the recall of {name} of {code} was refused by {to} as «{told[-1].reason}».")
        return
    if to not in world.truth.untidy and world.nodes[to].holds_bytes(message["text"]):
        raise BrokenError(f"I4: {code} recalled {name}, and its text still stands in the store of {to}.")
    if recall["answered_at"] is None and not _is_given_up(world, to, code, "recall_answer"):
        raise BrokenError(f"C: {to} has the recall of {name} of {code}, and its answer never came.")


def _is_given_up(world: World, code: str, to: str, kind: str) -> bool:
    """Say whether a node's word to another was given up on the way."""
    return any(
        sent.kind == kind and sent.state == "undelivered" and sent.recipient == world.template.bodies[to]
        for sent in world.seen[code].outbox
    )


def _evidence_arrived(world: World, code: str) -> None:
    """Check that who wrote a message has every proof that this node's outbox holds to be there."""
    for sent in world.seen[code].outbox:
        to = world.template.code(sent.recipient)
        if sent.kind != "evidence" or sent.state != "stored" or to in world.truth.restored:
            continue
        query = "SELECT 1 FROM outbox_evidence JOIN outbox_statement USING (statement_id, recipient) WHERE ref = ?"
        if not world.looker(to).ask(query, sent.ref):
            raise BrokenError(f"C: {to} took in what {code} did with its message {sent.ref}, and has no proof of it.")
