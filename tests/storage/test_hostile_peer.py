"""A peer with valid keys that lies, against a real node and a real store: each lie is set aside with a reason and leaves nothing.

What an envelope that proves nothing may try stands in tests/unit/exchange/test_attacks.py; here every envelope is in order, and
only what its statement says is not true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from entente.agreements import intake
from entente.agreements.model import Measure, MeasurePolicy, Participation, ParticipationState
from entente.agreements.rules import instrument_id
from entente.agreements.statements import (
    draft_measure,
    draft_participation,
    draft_signature,
    proposal_to_instrument,
)
from entente.bodies import service
from entente.bodies.model import GroupEntry, KeyVersion, MembershipStatus
from entente.bodies.statements import NewAddresses, NewGroup, NewName, introduction_of
from entente.correspondence.model import Header
from entente.correspondence.statements import (
    GrantedLeave,
    HitAnswerContent,
    HitContent,
    MessageContent,
    PermissionAnswerContent,
)
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.kernel.statement import Statement, draft, from_json
from entente.records.model import Fact, Link, Record
from entente.records.statements import record_statement, withdrawal_statement
from tests.support.hostile import OF_THE_LINE, Told, open_world, send
from tests.support.nodes import Network

pytestmark = pytest.mark.storage

AGREEMENT, CHARTER, PROGRAMME = "police-data-agreement", "charter", "drug-data-programme"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Return the four bodies; every test leaves them as they were."""
    with open_world(tmp_path_factory.mktemp("hostile")) as network:
        yield network


def now() -> datetime:
    return datetime.now(UTC)


def say(world: Network, code: str, kind: str, content: JsonObject, at: datetime | None = None) -> Statement:
    """Make a statement of a body, signed by its node."""
    return draft(kind, world.id(code), at or now(), content).with_signature(world[code].exchange.signer)


def held(world: Network, code: str, source: str, local_id: str) -> Record:
    """Return a record as a node holds it."""
    wanted = RecordId(f"{world.id(source)}/{local_id}")
    with world[code].records.open_unit() as unit:
        stored = unit.records.get(wanted)
    assert stored is not None
    return stored.record


def header(world: Network, sender: str, recipient: str, instrument: InstrumentId, at: datetime) -> Header:
    made = world[sender].ids.new_id("item")
    return Header(made, world.id(sender), world.id(recipient), instrument, "duty-1", "", "", at)


def record_by(world: Network, code: str, **changes: object) -> Told:
    """Have a body send XA's record of a wanted person with changes, signed by itself as its own."""
    known = held(world, "XA-NCB", "XA-NCB", "xa-person-01")
    changed = replace(known, **{"version": known.version + 1, **changes})  # type: ignore[arg-type]
    statement = record_statement(changed, "duty-1", now(), world[code].exchange.signer)
    return send(world, code, "XB-NCB", world.instrument(AGREEMENT), statement)


# Records


def test_record_with_another_bodys_id_is_set_aside(world: Network) -> None:
    as_own = replace(held(world, "XA-NCB", "XA-NCB", "xa-person-01"), source=world.id("GS"), version=9)
    statement = record_statement(as_own, "duty-1", now(), world["GS"].exchange.signer)
    send(world, "GS", "XB-NCB", world.instrument(AGREEMENT), statement).assert_refused("signer's own", "R1")


def test_record_of_another_body_signed_by_the_peer_is_set_aside(world: Network) -> None:
    record_by(world, "GS").assert_refused("wrong_signature")


def test_record_claiming_an_instrument_its_source_is_no_party_to_is_set_aside(world: Network) -> None:
    """An extract that names the programme is brought under the agreement by a body outside the programme."""
    own = held(world, "GS", "GS", first_local_id(world, "GS"))
    terms = tuple(replace(cls, instrument=world.instrument(PROGRAMME)) for cls in own.terms)
    lie = replace(own, terms=terms, version=own.version + 1)
    statement = record_statement(lie, "duty-1", now(), world["GS"].exchange.signer)
    send(world, "GS", "XB-NCB", world.instrument(AGREEMENT), statement).assert_refused()


def test_record_naming_an_instrument_that_does_not_exist_is_set_aside(world: Network) -> None:
    own = held(world, "XA-NCB", "XA-NCB", "xa-person-01")
    terms = tuple(replace(cls, instrument=InstrumentId("instrument:" + "a" * 32)) for cls in own.terms)
    record_by(world, "XA-NCB", terms=terms).assert_refused()


def test_record_from_the_future_is_set_aside(world: Network) -> None:
    ahead = now() + timedelta(days=400)
    known = held(world, "XA-NCB", "XA-NCB", "xa-person-01")
    lie = replace(known, version=known.version + 1, at=ahead)
    statement = record_statement(lie, "duty-1", ahead, world["XA-NCB"].exchange.signer)
    send(world, "XA-NCB", "XB-NCB", world.instrument(AGREEMENT), statement).assert_refused("clock")


def first_local_id(world: Network, code: str) -> str:
    with world[code].records.open_unit() as unit:
        changes = unit.records.changed_since(0, 1)
    return changes[0].record.local_id


DECEPTIVE = {
    "bidi override": "Velk\u202egro.elpmaxe",
    "isolate that never ends": "Velk\u2066",
    "300,000 characters": "V" * 300_000,
    "terminal escape": "Velk\x1b[2J\x1b[1;31mWANTED",
    "control sequence of one character": "Velk\x9b2J",
    "zero width alone": "\u200b\u200b",
    "nothing but blanks": " \t ",
    "null": "Velk\x00",
}


@pytest.mark.parametrize("name", DECEPTIVE)
def test_record_with_a_deceptive_name_is_set_aside(world: Network, name: str) -> None:
    record_by(world, "XA-NCB", facts=(Fact("name", DECEPTIVE[name]),)).assert_refused("control characters")


@pytest.mark.parametrize("name", ["x\x1b[2J", "x" * 5_000, "", "\u202eeman"])
def test_record_with_a_deceptive_property_name_is_set_aside(world: Network, name: str) -> None:
    record_by(world, "XA-NCB", facts=(Fact(name, "Velk", is_unknown_property=True),)).assert_refused("property's name")


def test_record_with_ten_thousand_facts_or_links_is_set_aside(world: Network) -> None:
    facts = tuple(Fact("alias", f"Velk {place}") for place in range(10_000))
    with pytest.raises(Invalid):
        # Our own node does not even sign it: a statement is bounded.
        record_by(world, "XA-NCB", facts=facts)
    few = tuple(Fact("name", f"V{place}") for place in range(2_001))
    record_by(world, "XA-NCB", facts=few).assert_refused("2000")


def test_record_with_too_many_links_is_set_aside(world: Network) -> None:
    to = RecordId(f"{world.id('XA-NCB')}/x")
    offence = held(world, "XA-NCB", "XA-NCB", "xa-passport-01")
    links = tuple(Link("holder", to) for _ in range(2_500))
    lie = replace(offence, version=offence.version + 1, links=links)
    statement = record_statement(lie, "duty-1", now(), world["XA-NCB"].exchange.signer)
    send(world, "XA-NCB", "XB-NCB", world.instrument(AGREEMENT), statement).assert_refused("2000")


def test_withdrawal_of_another_bodys_record_is_set_aside(world: Network) -> None:
    record = held(world, "XB-NCB", "XA-NCB", "xa-person-01").id
    for source, signer in (("GS", "GS"), ("XA-NCB", "GS")):
        node = world[signer].exchange.signer
        lie = withdrawal_statement(record, world.id(source), "It is over.", "duty-1", now(), node)
        send(world, "GS", "XB-NCB", world.instrument(AGREEMENT), lie).assert_refused()


def test_our_own_record_sent_back_to_us_is_set_aside(world: Network) -> None:
    wanted = RecordId(f"{world.id('XA-NCB')}/xa-person-01")
    with world["XA-NCB"].records.open_unit() as unit:
        stored = unit.records.get(wanted)
    assert stored is not None
    told = send(world, "XB-NCB", "XA-NCB", world.instrument(AGREEMENT), stored.statement)
    told.assert_refused("our own")


# Governance


def test_participation_of_another_body_is_set_aside(world: Network) -> None:
    agreement = world.instrument(AGREEMENT)
    lie = Participation(world.id("XA-NCB"), agreement, 9, ParticipationState.WITHDRAWN, now())
    by_node = draft_participation(lie).with_signature(world["GS"].exchange.signer)
    send(world, "GS", "XB-NCB", agreement, by_node).assert_refused("wrong_signature")
    by_other_heads = world.sign_by_heads("GS", draft_participation(lie))
    send(world, "GS", "XB-NCB", agreement, by_other_heads).assert_refused("wrong_signature")
    # The peer's own statement, with the other body inside.
    inside = draft("participation", world.id("GS"), lie.at, draft_participation(lie).content)
    send(world, "GS", "XB-NCB", agreement, world.sign_by_heads("GS", inside)).assert_refused("body and time")


def test_participation_from_the_future_is_set_aside(world: Network) -> None:
    agreement = world.instrument(AGREEMENT)
    ahead = now() + timedelta(days=400)
    lie = Participation(world.id("GS"), agreement, 9, ParticipationState.WITHDRAWN, ahead)
    signed = world.sign_by_heads("GS", draft_participation(lie))
    send(world, "GS", "XB-NCB", agreement, signed).assert_refused("clock")


def test_signature_by_one_head_only_is_set_aside_below_the_threshold(world: Network) -> None:
    agreement = world.instrument(AGREEMENT)
    with world["GS"].agreements.open_unit() as unit:
        state = unit.agreements.instrument(agreement)
    assert state is not None
    lie = Participation(world.id("GS"), state.instrument.id, 2, ParticipationState.WITHDRAWN, now())
    for made in (draft_participation(lie), draft_signature(world.id("GS"), now(), state.instrument)):
        whole = world.sign_by_heads("GS", made)
        one = replace(whole, signatures=whole.signatures[:1])
        twice = replace(whole, signatures=whole.signatures[:1] * 2)
        for below in (one, twice):
            send(world, "GS", "XB-NCB", state.instrument.id, below).assert_refused("below_threshold")


def test_change_of_keys_signed_by_the_node_alone_is_set_aside(world: Network) -> None:
    keys = world.own("GS").current_keys
    lie = KeyVersion(2, (keys.node_key,), 1, keys.root_keys[0], keys.sealing_key, now())
    told = send(world, "GS", "XB-NCB", InstrumentId(""), say(world, "GS", "keys", to_object(lie)))
    told.assert_refused()
    other = replace(lie, root_keys=keys.root_keys, threshold=2, node_key=b"\x01" * 32)
    for_another = draft("keys", world.id("XA-NCB"), now(), to_object(other))
    told = send(world, "GS", "XB-NCB", InstrumentId(""), world.sign_by_heads("GS", for_another))
    told.assert_refused("wrong_signature")


def test_introduction_cannot_replace_the_keys_of_a_known_body(world: Network) -> None:
    known = world.own("XA-NCB")
    keys = known.current_keys
    mine = draft("keys", known.id, now(), to_object(replace(keys, version=2, node_key=b"\x02" * 32)))
    forged = (*known.statements, world.sign_by_heads("GS", mine).to_json())
    lie = say(world, "GS", "introduction", introduction_of(replace(known, statements=forged)))
    send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused()
    # Another body's genesis under the known body's id.
    swapped = say(world, "GS", "introduction", {**introduction_of(world.own("RC")), "about": known.id})
    send(world, "GS", "XB-NCB", InstrumentId(""), swapped).assert_refused("wrong_body")


def test_genesis_that_comes_alone_is_set_aside(world: Network) -> None:
    genesis = from_json(world.own("GS").statements[0])
    send(world, "GS", "XB-NCB", InstrumentId(""), genesis).assert_refused(
        "not in our directory", may_change={"counter"}
    )


def test_introduction_with_ten_thousand_statements_is_set_aside(world: Network) -> None:
    genesis = world.own("RC").statements[0]
    entries: list[Json] = [{"signed": "x", "signatures": []}] * 10_000
    for carried in (entries, []):
        lie = say(world, "GS", "introduction", {"about": world.id("RC"), "statements": carried})
        send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused()
    assert genesis


def test_group_that_another_body_keeps_is_set_aside(world: Network) -> None:
    entry = GroupEntry(world.id("GS"), MembershipStatus.MEMBER, date(2031, 1, 1), "Decision 1")
    content = to_object(NewGroup("members", "Members", 9, (entry,)))
    lie = draft("group", world.id("XA-NCB"), now(), content).with_signature(world["GS"].exchange.signer)
    send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused("wrong_signature")
    named = say(world, "GS", "group", {**content, "name": f"{world.id('XA-NCB')}/members"})
    send(world, "GS", "XB-NCB", InstrumentId(""), named).assert_refused()


@pytest.mark.parametrize("title", ["Members\x1b[2J", "srebmeM\u202e", "M" * 300_000, ""])
def test_group_with_a_deceptive_title_is_set_aside(world: Network, title: str) -> None:
    entry = GroupEntry(world.id("GS"), MembershipStatus.MEMBER, date(2031, 1, 1), "Decision 1")
    lie = say(world, "GS", "group", to_object(NewGroup("members", title, 1, (entry,))))
    send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused("title")


def test_measure_by_a_body_the_charter_does_not_name_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    until = now() + timedelta(days=30)
    lie = Measure(
        "measure-1", charter, world.id("XA-NCB"), MeasurePolicy.PAUSED, "A council", "Another", now(), until, "A vote", "GS"
    )  # fmt: skip
    signed = world.sign_by_heads("RC", draft_measure(world.id("RC"), now(), lie))
    send(world, "RC", "XB-NCB", charter, signed).assert_refused("No clause")
    for_the_secretariat = world.sign_by_heads("RC", draft_measure(world.id("GS"), now(), lie))
    send(world, "RC", "XB-NCB", charter, for_the_secretariat).assert_refused("wrong_signature")


def test_measure_from_the_future_is_set_aside(world: Network) -> None:
    charter, ahead = world.instrument(CHARTER), now() + timedelta(days=400)
    lie = Measure(
        "measure-2", charter, world.id("RC"), MeasurePolicy.PAUSED, "A council", "Another", ahead,
        ahead + timedelta(days=30), "A vote", "GS",
    )  # fmt: skip
    signed = world.sign_by_heads("GS", draft_measure(world.id("GS"), ahead, lie))
    send(world, "GS", "XB-NCB", charter, signed).assert_refused("clock")


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00"])
def test_measure_that_ends_at_the_edge_of_the_calendar_is_set_aside(world: Network, until: str) -> None:
    charter, at = world.instrument(CHARTER), now()
    lie = Measure("measure-3", charter, world.id("RC"), MeasurePolicy.PAUSED, "A", "B", at, at, "A vote", "GS")
    made = draft_measure(world.id("GS"), at, lie).content
    signed = world.sign_by_heads("GS", draft("measure", world.id("GS"), at, {**made, "since": until, "until": until}))
    send(world, "GS", "XB-NCB", charter, signed).assert_refused("is not a time")


def test_proposal_from_the_future_is_set_aside(world: Network) -> None:
    content: JsonObject = {
        "charter": world.instrument(CHARTER), "kind": "expulsion", "target": world.id("XA-NCB"), "text": "Out.",
        "officer": "head-1",
    }  # fmt: skip
    lie = say(world, "GS", "governance_proposal", content, now() + timedelta(days=400))
    send(world, "GS", "XB-NCB", world.instrument(CHARTER), lie).assert_refused("clock")


def test_expulsion_is_inadmissible_and_the_target_is_still_heard(world: Network) -> None:
    charter = world.instrument(CHARTER)
    content: JsonObject = {
        "charter": charter, "kind": "expulsion", "target": world.id("RC"), "text": "RC is out.", "officer": "head-1",
    }  # fmt: skip
    told = send(world, "GS", "XB-NCB", charter, say(world, "GS", "governance_proposal", content))
    assert told.result.is_accepted
    assert "body" not in told.changed
    target = world.id("RC")
    with world["XB-NCB"].agreements.open_unit() as unit:
        states = {one.state.value for one in unit.agreements.proposals() if one.target == target}
    assert states == {"inadmissible"}
    assert send(world, "RC", "XB-NCB", charter, message(world, "RC", charter)).result.is_accepted


@pytest.mark.parametrize("name", ["Bureau\x1b[2J", "uaeruB\u202e", "B\u200bureau", "B" * 300_000, " "])
def test_deceptive_name_of_a_body_is_set_aside(world: Network, name: str) -> None:
    lie = say(world, "GS", "name", to_object(NewName(name, now().date())))
    send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused("one line")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://a@b.test", "http://x.test/\x1b[2J", "file:///etc"])
def test_deceptive_address_of_a_body_is_set_aside(world: Network, address: str) -> None:
    lie = say(world, "GS", "addresses", to_object(NewAddresses((address,))))
    send(world, "GS", "XB-NCB", InstrumentId(""), lie).assert_refused()


# Correspondence


def message(
    world: Network, sender: str, instrument: InstrumentId, text: Json = "Please confirm.", **more: Json
) -> Statement:
    at = now()
    head = header(world, sender, "XB-NCB", instrument, at)
    content = MessageContent(head, "Gate 4", "", "normal", is_for_action=False, answers="", signed_in="operator token")
    return say(world, sender, "message", {**to_object(content), "text": text, **more}, at)


def test_message_of_another_sender_or_for_another_recipient_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    good = message(world, "GS", charter)
    named = good.content["header"]
    assert isinstance(named, dict)
    for change in ({"recipient": world.id("RC")}, {"sender": world.id("XA-NCB")}):
        changed: JsonObject = {**named, **change}
        lie = say(world, "GS", "message", {**good.content, "header": changed}, good.at)
        send(world, "GS", "XB-NCB", charter, lie).assert_refused()
    by_another = message(world, "RC", charter)
    send(world, "GS", "XB-NCB", charter, by_another).assert_refused("not_for_us")
    assert send(world, "GS", "XB-NCB", charter, good).result.is_accepted


def test_message_sent_again_in_a_new_envelope_is_acknowledged_and_counts_once(world: Network) -> None:
    charter = world.instrument(CHARTER)
    good = message(world, "GS", charter)
    assert send(world, "GS", "XB-NCB", charter, good).result.is_accepted
    again = send(world, "GS", "XB-NCB", charter, good)
    assert (again.result.is_accepted, again.result.reason) == (True, "counted_before")
    assert again.changed <= OF_THE_LINE


def test_message_with_the_id_of_another_is_refused(world: Network) -> None:
    charter = world.instrument(CHARTER)
    good = message(world, "GS", charter)
    assert send(world, "GS", "XB-NCB", charter, good).result.is_accepted
    other = say(world, "GS", "message", {**good.content, "text": "Another text under the same id."}, good.at)
    send(world, "GS", "XB-NCB", charter, other).assert_refused("conflict")


def test_message_from_the_future_is_set_aside(world: Network) -> None:
    charter, at = world.instrument(CHARTER), now() + timedelta(hours=1)
    content = MessageContent(
        header(world, "GS", "XB-NCB", charter, at), "s", "t", "normal", is_for_action=False, answers="", signed_in="x"
    )
    send(world, "GS", "XB-NCB", charter, say(world, "GS", "message", to_object(content), at)).assert_refused("clock")


def test_statement_with_unknown_fields_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    send(world, "GS", "XB-NCB", charter, message(world, "GS", charter, admin=True)).assert_refused("no such field")


def test_statement_of_deeply_nested_json_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    deep: Json = "x"
    for _ in range(300):
        deep = [deep]
    send(world, "GS", "XB-NCB", charter, message(world, "GS", charter, text=deep)).assert_refused()
    send(world, "GS", "XB-NCB", charter, message(world, "GS", charter, extra=deep)).assert_refused()


def test_message_longer_than_its_bound_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    send(world, "GS", "XB-NCB", charter, message(world, "GS", charter, "x" * 300_000)).assert_refused("20000")


def test_hit_on_a_record_the_finder_may_not_know_is_told_like_none(world: Network) -> None:
    programme = world.instrument(PROGRAMME)
    details = []
    for local_id in ("xa-person-01", "xa-no-such-record"):
        at = now()
        content = HitContent(
            header(world, "RC", "XA-NCB", programme, at), RecordId(f"{world.id('XA-NCB')}/{local_id}"), 1, "analysis",
            "drugs", "confirmed", 900, "Found.", "operator token",
        )  # fmt: skip
        told = send(world, "RC", "XA-NCB", programme, say(world, "RC", "hit", to_object(content), at))
        told.assert_refused("not_found")
        details.append(told.result.detail)
    assert details[0] == details[1]


def test_answer_to_a_hit_that_was_never_told_is_set_aside(world: Network) -> None:
    agreement, at = world.instrument(AGREEMENT), now()
    head = header(world, "XA-NCB", "XB-NCB", agreement, at)
    content = HitAnswerContent(head, "hit-none", is_same_person=True, text="Yes.", signed_in="operator token")
    lie = say(world, "XA-NCB", "hit_answer", to_object(content), at)
    send(world, "XA-NCB", "XB-NCB", agreement, lie).assert_refused("not_found")


def leave(world: Network, source: str, speaker: str, **changes: object) -> Statement:
    """Make an answer that grants GS to forward XA's wanted person to XB."""
    agreement, at = world.instrument(AGREEMENT), now()
    record = RecordId(f"{world.id('XA-NCB')}/xa-person-01")
    granted = GrantedLeave(
        "leave-forged", world.id("GS"), frozenset({record}), frozenset({DisclosureAct.FORWARD}), world.id("XB-NCB"),
        "arrest", at, at + timedelta(days=7),
    )  # fmt: skip
    head = replace(header(world, speaker, "GS", agreement, at), sender=world.id(source))
    content = PermissionAnswerContent(head, "request-none", replace(granted, **changes), "", "", "operator token")  # type: ignore[arg-type]
    made = draft("permission_answer", world.id(source), at, to_object(content))
    return made.with_signature(world[speaker].exchange.signer)


def test_permission_answer_forged_for_the_source_is_set_aside(world: Network) -> None:
    agreement = world.instrument(AGREEMENT)
    as_the_source = leave(world, "XA-NCB", "GS")
    send(world, "GS", "XB-NCB", agreement, as_the_source).assert_refused("wrong_signature")
    of_anothers_record = leave(world, "GS", "GS")
    send(world, "GS", "XB-NCB", agreement, of_anothers_record).assert_refused("not_asked")


def test_leave_nobody_asked_for_is_set_aside(world: Network) -> None:
    agreement = world.instrument(AGREEMENT)
    unasked = leave(world, "XA-NCB", "XA-NCB", grantee=world.id("XB-NCB"), recipient=world.id("GS"))
    send(world, "XA-NCB", "XB-NCB", agreement, unasked).assert_refused()


# Form


def test_unknown_kind_or_version_of_a_statement_is_set_aside(world: Network) -> None:
    charter = world.instrument(CHARTER)
    lie = say(world, "GS", "expel", {"target": world.id("RC")})
    # It is kept aside: a later version of the node may know the kind.
    send(world, "GS", "XB-NCB", charter, lie).assert_refused("expel", may_change={"inbox_aside"})


def test_statement_under_an_instrument_not_in_force_between_both_is_set_aside(world: Network) -> None:
    programme = world.instrument(PROGRAMME)
    told = send(world, "GS", "XB-NCB", programme, message(world, "GS", programme))
    told.assert_refused("parties")


def test_one_lie_among_good_statements_spoils_none_of_them(world: Network) -> None:
    charter = world.instrument(CHARTER)
    lie = say(world, "GS", "expel", {})
    told = send(world, "GS", "XB-NCB", charter, message(world, "GS", charter), lie, message(world, "GS", charter))
    assert [result.is_accepted for result in told.receipt.results] == [True, False, True]


RANDOM_CONTENT: dict[str, Callable[[Network], JsonObject]] = {
    "empty": lambda _: {},
    "wrong types": lambda _: {"header": [], "record": 1, "statements": {}, "version": "9"},
    "null everywhere": lambda _: dict.fromkeys(("header", "record", "about", "instrument", "name"), None),
    "own body": lambda world: {"about": world.id("XB-NCB"), "statements": [], "body": BodyId("")},
}


@pytest.mark.parametrize("name", RANDOM_CONTENT)
def test_every_kind_sets_ill_formed_content_aside(world: Network, name: str) -> None:
    for kind in sorted(world["XB-NCB"].exchange.accept):
        lie = say(world, "GS", kind, RANDOM_CONTENT[name](world))
        send(world, "GS", "XB-NCB", world.instrument(CHARTER), lie).assert_refused()


# Bounds on what one peer may fill


def test_record_with_a_thousand_disclosure_classes_is_set_aside(world: Network) -> None:
    known = held(world, "XA-NCB", "XA-NCB", "xa-person-01")
    (cls, *_) = known.terms
    terms = tuple(replace(cls, marks=frozenset({f"mark-{place}"})) for place in range(500))
    record_by(world, "XA-NCB", terms=terms).assert_refused("disclosure classes")


def test_groups_of_one_keeper_are_bounded(world: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = GroupEntry(world.id("RC"), MembershipStatus.MEMBER, date(2031, 1, 1), "Decision 1")

    def group(name: str, version: int = 1) -> Told:
        content = to_object(NewGroup(name, "Members", version, (entry,)))
        return send(world, "RC", "XB-NCB", InstrumentId(""), say(world, "RC", "group", content))

    assert group("members").result.is_accepted
    monkeypatch.setattr(service, "GROUPS_MAX", 1)
    group("observers").assert_refused("groups already")
    assert group("members", 2).result.is_accepted


def test_instruments_that_one_body_brings_are_bounded(world: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = world.instrument(AGREEMENT)
    with world["GS"].agreements.open_unit() as unit:
        state = unit.agreements.instrument(agreement)
    assert state is not None
    other = replace(state.instrument, name="another-agreement")
    proposed = replace(other, id=instrument_id(other))
    statement = proposal_to_instrument(world.id("GS"), now(), proposed, "head-1")
    monkeypatch.setattr(intake, "BROUGHT_MAX", 1)
    signed = statement.with_signature(world["GS"].exchange.signer)
    send(world, "GS", "XB-NCB", world.instrument(CHARTER), signed).assert_refused("at most 1")
