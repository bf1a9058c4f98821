"""R4, R5, R8, R9: what is shared, shown, listed and withdrawn, with the rooms' own services on stores in memory."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from entente.agreements.model import Right
from entente.handling.model import Restriction, RestrictionMode, Retention
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Outgoing
from entente.records.importing import Import, ImportPlan
from entente.records.model import Holder, HolderState, Link, Property, PropertyType, Record, RecordDraft, Rejected
from entente.records.service import Records
from entente.records.statements import record_statement, withdrawal_statement
from tests.support.build_correspondence import (
    DUTY,
    NOW,
    SCHEMATA,
    Desk,
    Network,
    a_network,
    a_record,
    an_instrument,
    terms_of,
)

PERSON = SCHEMATA["Person"]
LINKED = {
    "Person": replace(
        PERSON, properties={**PERSON.properties, "associate": Property("associate", "Associate", PropertyType.ENTITY)}
    )
}
ENDED = Retention(date(2030, 1, 1), date(2031, 5, 4))
WHY = ("locate", "organised_crime", "")


@pytest.fixture
def net() -> Network:
    return a_network()


def records_of(desk: Desk) -> Records:
    return replace(desk.records, schemata=LINKED)


def put_out(desk: Desk) -> list[Outgoing]:
    return desk.store.state.outbox.put_out


def linked_to(record: Record, *ends: RecordId) -> Record:
    return replace(record, links=tuple(Link("associate", end) for end in ends))


def test_r4_record_past_its_retention_is_shared_with_nobody(net: Network) -> None:
    live = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    ended = net.share(replace(a_record(net.xa, terms_of(net.xa, net.agreement), local_id="p-2"), retention=ENDED))
    assert records_of(net.xa).share(DUTY, [live], frozenset({net.xb.id})) == ((live, net.xb.id),)
    for recipients in (frozenset({net.xb.id}), None):
        with pytest.raises(NotFound):
            records_of(net.xa).share(DUTY, [ended], recipients)
    assert [one.ref for one in put_out(net.xa)] == [live]
    with pytest.raises(NotFound):
        records_of(net.xa).who_can_see(DUTY, ended)


def test_r4_record_past_its_retention_is_not_taken_in(net: Network) -> None:
    live = a_record(net.xa, terms_of(net.xa, net.agreement))
    ended = replace(live, retention=ENDED, version=2)
    with pytest.raises(NotFound):
        net.xb.take_in(record_statement(ended, DUTY, NOW, net.xa.ring.node), net.xa.id)
    net.xb.take_in(record_statement(live, DUTY, NOW, net.xa.ring.node), net.xa.id)
    held = net.xb.store.state.records.get(live.id)
    assert held is not None
    assert held.record.version == 1


def test_r4_withdrawal_that_a_restored_node_took_back_without_its_record_is_final_for_an_import(net: Network) -> None:
    terms = terms_of(net.xa, net.agreement)
    record = a_record(net.xa, terms)
    gone = withdrawal_statement(record.id, net.xa.id, "no_longer_wanted", DUTY, NOW, net.xa.ring.node)
    with net.xa.store.open_unit() as unit:
        unit.records.put_withdrawal(record.id, gone)
        unit.commit()
    draft = RecordDraft("p-1", "Person", record.kind, (terms,), record.facts, (), record.retention)
    rejected: list[Rejected] = []
    plan = ImportPlan(DUTY, frozenset({net.xb.id}), lambda _: None, rejected.append)
    summary = Import(records_of(net.xa), plan).run([draft], "none")
    assert (summary.created, [one.field for one in rejected]) == (0, ["local_id"])
    assert net.xa.store.state.records.get(record.id) is None
    assert put_out(net.xa) == []


def test_r4_withdrawal_reaches_holders_though_the_first_terms_name_no_instrument(net: Network) -> None:
    at_home, shared = terms_of(net.xa, None), terms_of(net.xa, net.agreement)
    record = net.share(a_record(net.xa, at_home, shared))
    records_of(net.xa).share(DUTY, [record], frozenset({net.xb.id}))
    assert records_of(net.xa).withdraw(DUTY, record, "It was another person.") == (net.xb.id,)
    told = put_out(net.xa)[-1]
    assert (told.statement.kind, told.recipient, told.instrument) == ("withdrawal", net.xb.id, net.agreement.id)


def test_r4_withdrawal_names_no_instrument_that_the_holder_is_no_party_to(net: Network) -> None:
    secret = net.add(an_instrument("secret", frozenset({net.xa.id, net.xc.id})), net.xa, net.xc)
    record = net.share(a_record(net.xa, terms_of(net.xa, secret), terms_of(net.xa, net.agreement)))
    records_of(net.xa).share(DUTY, [record], frozenset({net.xb.id, net.xc.id}))
    # XD holds an older version, from when it was shared under something that the record no longer names.
    sent = Holder(net.xd.id, 1, HolderState.SENT, NOW)
    net.xa.store.state.records.put_holder(record, sent)
    records_of(net.xa).withdraw(DUTY, record, "It was another person.")
    told = {one.recipient: one.instrument for one in put_out(net.xa) if one.statement.kind == "withdrawal"}
    assert told == {net.xb.id: net.agreement.id, net.xc.id: secret.id, net.xd.id: net.charter.id}


def test_r5_link_to_a_record_that_the_body_may_not_know_of_is_not_in_its_copy(net: Network) -> None:
    hidden_from_xb = frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xb.id}))})
    terms = terms_of(net.xa, net.agreement)
    known = net.share(a_record(net.xa, terms, local_id="known"))
    secret = net.share(a_record(net.xa, replace(terms, restrictions=hidden_from_xb), local_id="secret"))
    ended = net.share(replace(a_record(net.xa, terms, local_id="ended"), retention=ENDED))
    theirs = RecordId(f"{net.xb.id}/theirs")
    record = net.share(linked_to(a_record(net.xa, terms), known, secret, ended, theirs))
    records_of(net.xa).share(DUTY, [record], frozenset({net.xb.id, net.xc.id}))
    carried = {one.recipient: one.statement.content["record"] for one in put_out(net.xa)}
    links = {body: [link["to"] for link in said["links"]] for body, said in carried.items()}  # type: ignore[index, call-overload, union-attr]  # JSON of a record
    assert links == {net.xb.id: [known, theirs], net.xc.id: [known, secret, theirs]}


def test_r5_link_is_shown_to_an_officer_only_if_its_far_end_may_be_known(net: Network) -> None:
    terms = terms_of(net.xa, net.agreement)
    known = net.share(a_record(net.xa, terms, local_id="known"), net.xb)
    secret = net.share(a_record(net.xa, replace(terms, marks=frozenset({"minor"})), local_id="secret"), net.xb)
    gone = net.share(a_record(net.xa, terms, local_id="gone"), net.xb)
    net.xb.store.state.records.set_withdrawn(gone, NOW, 9)
    record = net.share(linked_to(a_record(net.xa, terms), known, secret, gone), net.xb)
    officer = net.xb.store.state.bodies.staff[DUTY]
    by_role = {}
    for name, roles in (("duty", officer.roles), ("analyst", frozenset({"analyst"}))):
        net.xb.store.state.bodies.put_officer(replace(officer, id=OfficerId(name), roles=roles))
        shown = records_of(net.xb).show(OfficerId(name), record, *WHY)
        by_role[name] = [link.to for link in shown.visible.links]
    assert by_role == {"duty": [known, secret], "analyst": [known]}
    page, _ = records_of(net.xb).page(DUTY, WHY[0], WHY[1])
    assert [stored.record.links for stored in page.records] == [()] * 3


def test_r5_nothing_says_that_an_extract_is_one(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement), terms_of(net.xa, None)))
    records_of(net.xa).share(DUTY, [record], frozenset({net.xb.id}))
    said = put_out(net.xa)[-1].statement.content["record"]
    assert isinstance(said, dict)
    whole = a_record(net.xa, terms_of(net.xa, net.agreement))
    # Files are named only where there are any, as in a record that never had one.
    assert set(said) == {field.name for field in fields(whole)} - {"blobs"}, "a field of its own would tell"
    assert len(said["facts"]) == 1  # type: ignore[arg-type]  # a list of facts


@pytest.mark.parametrize(("purpose", "area", "field"), [
    ("", "organised_crime", "purpose"), ("curiosity", "organised_crime", "purpose"), ("locate", "poetry", "crime_area"),
])  # fmt: skip
def test_r9_our_own_records_too_are_looked_at_for_a_purpose_of_the_list(
    net: Network, purpose: str, area: str, field: str
) -> None:
    ours = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    assert records_of(net.xa).show(DUTY, ours, *WHY).visible.id == ours
    with pytest.raises(Invalid) as shown:
        records_of(net.xa).show(DUTY, ours, purpose, area, "")
    with pytest.raises(Invalid) as listed:
        records_of(net.xa).page(DUTY, purpose, area)
    assert (shown.value.field, listed.value.field) == (field, field)


def test_r8_right_to_copy_is_asked_for_each_recipient(net: Network) -> None:
    no_copies = net.add(an_instrument("asked only", net.agreement.parties, rights=frozenset({Right.CONSULT})))
    record = net.share(a_record(net.xa, terms_of(net.xa, no_copies)))
    assert records_of(net.xa).share(DUTY, [record]) == ()
    assert put_out(net.xa) == []


@pytest.mark.parametrize("reason", ["", "x" * 301, "a\nb", "a\x1b[2Jb"])
def test_r4_withdrawal_says_why_in_one_line_and_the_trail_keeps_no_words(net: Network, reason: str) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    with pytest.raises(Invalid) as caught:
        records_of(net.xa).withdraw(DUTY, record, reason)
    assert caught.value.field == "reason"
    records_of(net.xa).withdraw(DUTY, record, "It was Muhammadov Aziz the elder.")
    assert "Muhammadov" not in str(net.xa.acts("withdraw_record")[0].detail)


def test_h5_record_that_would_be_held_longer_than_its_instrument_allows_is_neither_imported_nor_taken_in(
    net: Network,
) -> None:
    brief = net.add(an_instrument("brief", net.agreement.parties, retention_days_max=100))
    last_day = NOW.date() + timedelta(days=100)
    for local_id, erase_on in (("fits", last_day), ("long", last_day + timedelta(days=1))):
        terms = terms_of(net.xa, brief)
        record = replace(a_record(net.xa, terms, local_id=local_id), retention=Retention(NOW.date(), erase_on))
        draft = RecordDraft(local_id, "Person", record.kind, (terms,), record.facts, (), record.retention)
        rejected: list[Rejected] = []
        plan = ImportPlan(DUTY, frozenset({net.xb.id}), lambda _: None, rejected.append)
        summary = Import(records_of(net.xa), plan).run([draft], "none")
        statement = record_statement(record, DUTY, NOW, net.xa.ring.node)
        if local_id == "fits":
            assert (summary.created, rejected) == (1, [])
            net.xb.take_in(statement, net.xa.id)
            continue
        assert (summary.created, [one.field for one in rejected]) == (0, ["retention"])
        with pytest.raises(Invalid) as caught:
            net.xb.take_in(statement, net.xa.id)
        assert caught.value.field == "retention"
    assert [one.ref for one in put_out(net.xa)] == [f"{net.xa.id}/fits"]
