"""What officers do: each act calls the verbs of the real rooms and returns a line for the log.

An act may be refused by the rules: that is an answer, and the world goes on. What an act shows an officer is checked here, at the
moment it is shown: nothing withdrawn, nothing that a stand stops, no word that its source keeps from the reader.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from entente.agreements.model import Direction, ProposalKind, Right, SuspensionTerms
from entente.bodies.model import Officer
from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.correspondence.messages import Letter
from entente.correspondence.model import HitState, PermissionState, Way
from entente.correspondence.permissions import Wish
from entente.correspondence.requests import Wanted
from entente.disclosure.model import DisclosureClass
from entente.exchange.bundles import export, take_in
from entente.exchange.envelopes import batch_to_bytes
from entente.exchange.service import Exchange
from entente.handling.model import (
    DisclosureAct,
    InformationEvaluation,
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.identity.model import Occasion, Query
from entente.kernel.errors import EntenteError, NotFound, Refused
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.statement import from_json
from entente.node import Node
from entente.records.importing import Import, ImportPlan
from entente.records.model import Fact, RecordDraft, Rejected
from tests.simulation.node import head_signed
from tests.simulation.plan import HOUR, MINUTE, PARTIES, SOURCES, Event
from tests.simulation.template import NODES
from tests.simulation.truth import BrokenError, covered, measured
from tests.support.nodes import DUTY, HEAD

if TYPE_CHECKING:
    from tests.simulation.world import World

Act = Callable[["World", Node, Event], str]
KIND = {"person": "wanted_person", "substance": "drug_seizure"}
WHY = {"person": ("identify", "fugitives"), "substance": ("analysis", "drugs")}
OFFICER = Officer(DUTY, frozenset({"duty_officer"}))
DAYS_KEPT = 300
LEASE_MS = {"wanted_person": 72 * HOUR, "drug_seizure": 24 * HOUR}
"""As the instruments say."""
SKEW_MS = 10 * MINUTE
"""How far a simulated clock is off at most."""
FETCHES_MAX = 20
NAMES = ("Мирзоев Далер", "Talvo Mirenko", "Rengor Vosharko", "Pekazi Lundaro")


def record(world: World, node: Node, event: Event) -> str:
    """Import a new version of a record, and send it to some bodies."""
    draft = draft_of(world, event, local_id_of(event))
    name = record_of(world, event.node, event)
    said = {fact.value for fact in draft.facts if fact.property == "notes"}
    world.truth.words.setdefault(name, set()).update(said)
    rejected: list[Rejected] = []
    to = frozenset(world.template.bodies[code] for code in str(event.args["to"]).split("+") if code)
    summary = Import(node.records, ImportPlan(DUTY, to, lambda _: None, rejected.append)).run([draft], "none")
    return f"{draft.local_id} created {summary.created} updated {summary.updated} rejected {summary.rejected}"


def draft_of(world: World, event: Event, local_id: str) -> RecordDraft:
    """Return a record as an event's source writes it; of one person every record has the same name and number."""
    what, terms = str(event.args["what"]), str(event.args.get("terms", "open"))
    plain = class_of(world, event.node, what, handling="H2" if terms == "leave" else "H1")
    classes = [plain]
    slot, of = int(event.args["slot"]), str(event.args.get("of", event.node))
    facts = [Fact("name", f"{NAMES[slot]} {of[:2]}"), Fact("notes", f"as of event {event.number} of the day")]
    if what == "person":
        facts.append(Fact("passportNumber", passport_of(of, slot)))
    if terms == "kept":
        others = sorted(code for code in PARTIES[SOURCES[what]] if code != event.node)
        kept_from = others[event.salt % len(others)]
        word = f"kept-{world.plan.seed}-{event.number}-end"
        world.truth.kept_from[word] = frozenset({kept_from})
        classes.append(_restricted(plain, world.template.bodies[kept_from]))
        facts.append(Fact("notes", word, 1))
    today = world.nodes[event.node].clock.now().date()
    days = 1 if terms == "short" else DAYS_KEPT
    return RecordDraft(
        local_id, "Person" if what == "person" else "Substance", KIND[what], tuple(classes), tuple(facts), (),
        Retention(today, today + timedelta(days=days)),
    )  # fmt: skip


def passport_of(code: str, slot: int) -> str:
    """Return the number by which a person of a source is known, in every record of them."""
    return f"Q{'ABCD'[NODES.index(code)]}{7_731_900 + slot}"


def class_of(world: World, code: str, what: str, handling: str) -> DisclosureClass:
    purpose, area = WHY[what]
    return DisclosureClass(
        source=world.template.bodies[code],
        kind=KIND[what],
        instrument=world.template.instruments[SOURCES[what]],
        purposes=frozenset({purpose}),
        crime_areas=frozenset({area}),
        handling=frozenset({handling}),
        confidentiality="official_use",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted" if what == "person" else "none",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.NOT_REQUIRED,
    )


def _restricted(cls: DisclosureClass, body: BodyId) -> DisclosureClass:
    kept = Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({body}))
    return DisclosureClass(
        **{name: getattr(cls, name) for name in cls.__slots__ if name != "restrictions"}, restrictions=frozenset({kept})
    )


def local_id_of(event: Event) -> str:
    return f"{event.args['what']}-{event.args['slot']}"


def record_of(world: World, code: str, event: Event) -> RecordId:
    return RecordId(f"{world.template.bodies[code]}/{local_id_of(event)}")


def withdraw(world: World, node: Node, event: Event) -> str:
    told = node.records.withdraw(DUTY, record_of(world, event.node, event), "the purpose is reached")
    return f"told {len(told)}"


def message(world: World, node: Node, event: Event) -> str:
    under, to = world.template.instruments[str(event.args["under"])], world.template.bodies[str(event.args["to"])]
    sent = node.correspondence.send_message(DUTY, to, under, Letter(f"Matter {event.number}", text_of(event.number)))
    return sent.header.id


def text_of(number: int) -> str:
    """Return what a message says, which nothing else says."""
    return f"The words of event {number}, to be read once."


def suspend(world: World, node: Node, event: Event) -> str:
    """Suspend part of an instrument; from this step on it is in force here (I3)."""
    to, scope = str(event.args["to"]), str(event.args["scope"])
    terms = SuspensionTerms(
        instrument=world.template.instruments[str(event.args["under"])],
        direction=Direction(str(event.args["direction"])),
        decided_by="The council",
        document="Decision 2031/7",
        reason="technical",
        review_on=date(2032, 1, 1),
        counterparts=frozenset({world.template.bodies[to]} if to else ()),
        kinds=frozenset({"wanted_person"} if scope == "person" and event.args["under"] == "agreement" else ()),
        rights=frozenset({Right.COPY} if scope == "copy" else ()),
    )
    drafted = node.agreements.draft_suspension(HEAD, terms)
    node.agreements.submit_signed(HEAD, head_signed(event.node, drafted))
    return f"{event.args['under']} toward {to or 'all'}"


def resume(world: World, node: Node, event: Event) -> str:
    instrument = world.template.instruments[str(event.args["under"])]
    stand = world.seen[event.node].stands[instrument, world.template.bodies[event.node]]
    if not stand["suspensions"]:
        return "nothing is suspended"
    first = stand["suspensions"][0]["id"]
    node.agreements.submit_signed(
        HEAD, head_signed(event.node, node.agreements.draft_resumption(HEAD, instrument, first))
    )
    return "resumed"


def list_records(world: World, node: Node, event: Event) -> str:
    """List and search; what is shown must be there to be shown."""
    what = str(event.args["what"])
    purpose, area = WHY[what]
    page, total = node.records.page(DUTY, purpose, area)
    shown = [stored.record.id for stored in page.records]
    assert total == len(shown), "a world has fewer records than a page"
    for stored in page.records:
        shown_rightly(world, event.node, stored.record.id, stored.statement.signed.decode("utf-8"))
    while node.identity.index_step():
        continue
    found = []
    if what == "person":
        occasion = Occasion(purpose, area, occasion="control at the northern checkpoint")
        answer = node.identity.search(OFFICER, Query(names=(NAMES[int(event.args["slot"])],)), occasion)
        found = [candidate.record for candidate in answer.candidates]
        for name in found:
            shown_rightly(world, event.node, name, "")
        if missing := set(found) - set(shown):
            raise BrokenError(f"I4: {event.node} finds {min(missing)} and does not list it.")
    return f"{len(shown)} listed, {len(found)} found"


def shown_rightly(world: World, code: str, name: RecordId, text: str) -> None:  # I3, I4, I5
    seen, own = world.peek(code), world.template.bodies[code]
    kept = seen.records[name]
    if kept.is_withdrawn or name in seen.withdrawn:
        raise BrokenError(f"I4: {code} shows {name}, which is withdrawn.")
    source = name.partition("/")[0]
    instrument = world.template.instruments["agreement" if kept.kind == KIND["person"] else "programme"]
    if source != own and (why := covered(seen.stands, instrument, source, own, kept.kind, "copy")):
        raise BrokenError(f"I3: {code} shows {name}, which {why} stand stops.")
    if source != own and (why := measured(seen.measures, world.nodes[code].now_text(), source, own)):
        raise BrokenError(f"I3: {code} shows {name}, which {why} stops.")
    heard_ms = world.truth.heard_ms.get((code, source), 0)
    if source != own and world.now_ms - heard_ms > LEASE_MS[kept.kind] + SKEW_MS:
        raise BrokenError(f"I3: {code} shows {name}, whose source it has not heard since its lease ended.")
    for word, codes in world.truth.kept_from.items():
        if code in codes and word in text:
            raise BrokenError(f"I5: {code} shows the words «{word}», which their source keeps from it.")


def held_copy(world: World, code: str, event: Event) -> str | None:
    """Return a live record of another body that a node holds, of the kind an event names."""
    kind = KIND[str(event.args["what"])]
    if "of" in event.args:
        named = record_of(world, str(event.args["of"]), event)
        kept = world.seen[code].records.get(named)
        return named if kept is not None and not kept.is_withdrawn else None
    held = sorted(
        kept.id
        for kept in world.seen[code].records.values()
        if kept.received_from is not None and not kept.is_withdrawn and kept.kind == kind
    )
    return held[event.salt % len(held)] if held else None


def matter_of(node: Node, event: Event) -> About:
    purpose, area = WHY[str(event.args["what"])]
    return About(purpose, area, node.cases.open_case(DUTY, f"Case of event {event.number}", area).number)


def hit(world: World, node: Node, event: Event) -> str:
    held = held_copy(world, event.node, event)
    if held is None:
        return "nothing is held"
    finding = Finding(RecordId(held), world.seen[event.node].records[held].version, 900, "At the checkpoint.")
    return node.correspondence.confirm_hit(DUTY, finding, matter_of(node, event)).header.id


def ask_leave(world: World, node: Node, event: Event) -> str:
    held = held_copy(world, event.node, event)
    if held is None:
        return "nothing is held"
    to = world.template.bodies[str(event.args["other"])]
    wish = Wish(RecordId(held), frozenset({DisclosureAct.FORWARD}), "The other body works on the same case.", to)
    return node.correspondence.ask_permission(DUTY, wish, matter_of(node, event)).header.id


def forward(world: World, node: Node, event: Event) -> str:
    held = held_copy(world, event.node, event)
    if held is None:
        return "nothing is held"
    to = world.template.bodies[str(event.args["other"])]
    node.correspondence.forward_record(DUTY, RecordId(held), to, matter_of(node, event))
    return f"{held} to {event.args['other']}"


def answer(world: World, node: Node, event: Event) -> str:
    """Answer what waits: hits on our records, requests for our leave."""
    desk, said = node.correspondence, []
    for way, found in desk.hits(50):
        if way is Way.RECEIVED and found.state is HitState.TOLD:
            hit_id = found.header.id
            said.append(tried(partial(desk.answer_hit, DUTY, hit_id, is_same_person=True, text="The same.")))
    until = node.clock.now() + timedelta(days=30)
    for way, asked in desk.permissions(50):
        if way is Way.RECEIVED and asked.state is PermissionState.WAITING:
            request = asked.header.id
            granting = partial(desk.grant_permission, DUTY, request, until)
            refusing = partial(desk.refuse_permission, DUTY, request, "national_law")
            said.append(tried(granting if event.salt % 3 else refusing))
    return " ".join(said) or "nothing waits"


def tried(act: Callable[[], object]) -> str:
    try:
        act()
    except (Refused, NotFound) as error:
        return error.code
    return "answered"


def name_again(world: World, name: str, *codes: str) -> None:
    """Keep at which nodes an erased record is named again, by who asks for it."""
    if name in world.truth.erased:
        world.truth.named.update((code, name) for code in codes)


def request_record(world: World, node: Node, event: Event) -> str:
    """Ask a source for a record it has and for one that nobody has."""
    what, other = str(event.args["what"]), str(event.args["other"])
    name_again(world, record_of(world, other, event), event.node, other)
    source, under = world.template.bodies[other], world.template.instruments[SOURCES[what]]
    about = matter_of(node, event)
    said = []
    for local_id in (local_id_of(event), "nobody-has-this"):
        wanted = Wanted(source, RecordId(f"{source}/{local_id}"), KIND[what])
        said.append(tried(partial(node.correspondence.request_record, DUTY, wanted, under, about)))
    return " ".join(said)


def probe(world: World, node: Node, event: Event) -> str:
    """Show what may not be known of, and what is not there: the same answer (I7)."""
    purpose, area = WHY[str(event.args["what"])]
    wanted = record_of(world, str(event.args["other"]), event)
    absent = RecordId(f"{wanted.partition('/')[0]}/nobody-has-this")
    asked = [_answered(node, one, purpose, area) for one in (wanted, absent)]
    if not isinstance(asked[1], NotFound):
        raise BrokenError(f"I7: {event.node} answers «{asked[1]}» for a record that nobody has.")
    if wanted not in world.seen[event.node].records and not isinstance(asked[0], NotFound):
        raise BrokenError(f"I7: {event.node} answers «{asked[0]}» for a record that it does not hold.")
    if isinstance(asked[0], NotFound):
        words = {(error.code, error.what, error.why, error.do) for error in asked if error is not None}
        if len(words) > 1:
            raise BrokenError(f"I7: at {event.node} hidden and absent differ: {sorted(words)}")
        return "hidden or absent"
    if asked[0] is None:
        shown_rightly(world, event.node, wanted, "")
    return "shown" if asked[0] is None else asked[0].code


def _answered(node: Node, wanted: RecordId, purpose: str, area: str) -> EntenteError | None:
    try:
        node.records.show(DUTY, wanted, purpose, area, "")
    except (NotFound, Refused) as error:
        return error
    return None


def expel(world: World, node: Node, event: Event) -> str:
    """Demand that a body be expelled: recorded as inadmissible everywhere, and nothing else (I2)."""
    target = world.template.bodies[str(event.args["other"])]
    return node.agreements.propose_governance(HEAD, ProposalKind.EXPULSION, target, "It should leave.").state


def introduce(world: World, node: Node, event: Event) -> str:
    others = [code for code in PARTIES["charter"] if code not in {event.node, event.args["other"]}]
    about = others[event.salt % len(others)]
    node.directory.introduce(world.template.bodies[str(event.args["other"])], world.template.bodies[about])
    return f"{about} to {event.args['other']}"


def rotate(world: World, node: Node, event: Event) -> str:
    """Change the node's keys; remove those that nobody needs any more."""
    drafted = from_json(node.directory.draft_keys(HEAD)["statement"])
    changed = node.directory.change_keys(HEAD, head_signed(event.node, drafted))
    world.faults["rotation"] += 1
    return f"version {changed.current_keys.version}, removed {len(node.directory.remove_spent_keys())}"


def decide(world: World, node: Node, event: Event) -> str:
    """Release or drop what is held at the door out."""
    said = []
    for queued in (one.queued for one in node.deciding.held(limit=3).shown):
        if event.salt % 3:
            said.append(tried(partial(node.deciding.release, DUTY, queued.number)))
        else:
            said.append(tried(partial(node.deciding.drop, DUTY, queued.number, "no longer needed")))
    return " ".join(said) or "nothing is held"


def bundle(world: World, node: Node, event: Event) -> str:
    """Carry what waits for a body by hand, its lines in any order and some of them twice, and its answer back."""
    other = str(event.args["other"])
    heading, *lines = export(node.exchange, world.template.bodies[other])
    world.touched.add(event.node)
    if not lines or not world.nodes[other].is_up:
        return "nothing to carry"
    if event.salt % 2:
        lines.reverse()
    if event.salt % 3 == 0:
        lines += lines[:1]
    answer: list[bytes] = []
    said = world.call(other, partial(_taken_by_hand, world.node(other).exchange, [heading, *lines], answer))
    if answer[1:]:
        take_in(node.exchange, answer, lambda _: None, lambda _: None)
    world.faults["bundle"] += 1
    return f"{len(lines)} batches to {other}: {said}"


def _taken_by_hand(exchange: Exchange, lines: list[bytes], answer: list[bytes]) -> str:
    came = take_in(exchange, lines, answer.append, lambda _: None)
    return f"{came.envelopes} envelopes, {came.answered} answers"


def fetch(world: World, node: Node, event: Event) -> str:
    """Ask another node for what waits there, as a body without an address does."""
    other = str(event.args["other"])
    if not world.nodes[other].is_up:
        return "not reached"
    came, taken = 0, tuple[str, ...]()
    for _ in range(FETCHES_MAX):
        call = node.exchange.pull(world.template.bodies[other], taken)
        answers: list[bytes] = []
        batch = batch_to_bytes([call.envelope])
        said = world.call(other, partial(_received, world.node(other).exchange, batch, answers))
        if not answers:
            return said
        brought = node.exchange.take_in(node.exchange.brought_by(call, answers[0]))
        if not brought.envelopes:
            break
        came, taken = came + brought.envelopes, brought.taken
        if brought.receipts:
            world.call(other, partial(_received, world.node(other).exchange, brought.receipts, []))
    return f"{came} envelopes of {other}"


def _received(exchange: Exchange, batch: bytes, answers: list[bytes]) -> str:
    answers.append(exchange.receive(batch))
    return ""


ACTS: dict[str, Act] = {
    "rotate": rotate,
    "decide": decide,
    "bundle": bundle,
    "fetch": fetch,
    "record": record,
    "withdraw": withdraw,
    "message": message,
    "suspend": suspend,
    "resume": resume,
    "list": list_records,
    "hit": hit,
    "ask_leave": ask_leave,
    "forward": forward,
    "answer": answer,
    "request_record": request_record,
    "probe": probe,
    "expel": expel,
    "introduce": introduce,
}
