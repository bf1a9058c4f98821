"""R64 and R65: one record is entered by hand, as an import of one would, by an officer who would see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.bodies.model import Officer
from entente.handling.model import Observation, Retention
from entente.kernel.errors import Invalid, Refused
from entente.kernel.ids import OfficerId, RecordId
from entente.records.blobs import Looking
from entente.records.entering import Entry, check_entry, enter_record, foresee_entry
from entente.records.importing import Import, ImportPlan
from entente.records.model import Fact, Link, Property, PropertyType, RecordDraft, Rejected, Schema
from entente.records.rules import FAULTS_MAX, record_id
from tests.support.build_bodies import LISTS
from tests.support.build_correspondence import ANALYST, DUTY, SCHEMATA, Desk, Network, a_network, a_record, terms_of

WHY = Looking("arrest", "fugitives", "")
RETENTION = Retention(date(2032, 1, 1), date(2035, 1, 1))
FAMILY = Schema(
    "Family",
    "Family",
    is_abstract=False,
    ancestors=frozenset({"Family"}),
    caption=(),
    featured=(),
    properties={
        "relationship": Property("relationship", "Relationship", PropertyType.STRING),
        "person": Property("person", "Person", PropertyType.ENTITY, "Person"),
        "family": Property("family", "Family", PropertyType.ENTITY, "Family"),
    },
)
PASSPORT = replace(
    FAMILY,
    name="Passport",
    ancestors=frozenset({"Passport"}),
    properties={name: Property(name, name, PropertyType.STRING) for name in ("number", "surname")},
)
BOTH = {**SCHEMATA, "Family": FAMILY, "Passport": PASSPORT}


@pytest.fixture
def net() -> Network:
    return a_network()


def entry(net: Network, *recipients: Desk, **changes: object) -> Entry:
    draft = RecordDraft(
        "p-1",
        "Person",
        "wanted_person",
        (replace(terms_of(net.xa, net.agreement), status="wanted"),),
        (Fact("name", "Мухаммедов Абдулло"), Fact("notes", "Limps.", observation=Observation.ASSESSED)),
        (),
        RETENTION,
    )
    changed = replace(draft, **changes)  # type: ignore[arg-type]  # the fields of the dataclass
    return Entry(changed, frozenset(one.id for one in recipients), WHY)


def officer(net: Network, account: OfficerId, role: str, *, is_machine: bool = False) -> None:
    net.xa.store.state.bodies.put_officer(Officer(account, frozenset({role}), is_machine=is_machine))


def refused(net: Network, wanted: Entry, officer: OfficerId = DUTY) -> Invalid:
    before = len(net.xa.store.state.trail.acts)
    with pytest.raises(Invalid) as error:
        enter_record(replace(net.xa.records, schemata=BOTH), officer, wanted)
    kept = [act for act in net.xa.store.state.trail.acts[before:] if act.verb == "enter_record"]
    assert kept == []
    return error.value


def test_r64_what_is_entered_says_the_same_as_an_import_of_it_and_goes_to_the_same_bodies(net: Network) -> None:
    other = a_network()
    enter_record(net.xa.records, DUTY, entry(net, net.xb, net.xd))
    rejected: list[Rejected] = []
    plan = ImportPlan(DUTY, frozenset({other.xb.id, other.xd.id}), lambda _: None, rejected.append)
    Import(other.xa.records, plan).run([entry(other).draft], rejects_file="list")
    one, same = (desk.store.state.records.get(record_id(desk.id, "p-1")) for desk in (net.xa, other.xa))
    assert one is not None
    assert same is not None
    assert (one.record.version, one.record.facts, one.record.retention) == (
        same.record.version, same.record.facts, same.record.retention,
    )  # fmt: skip
    assert [sent.recipient for sent in net.xa.store.state.outbox.put_out] == [net.xb.id]
    assert [sent.recipient for sent in other.xa.store.state.outbox.put_out] == [other.xb.id]
    assert rejected == []


def test_r64_the_row_says_why_it_was_entered_and_nothing_of_what_it_says(net: Network) -> None:
    made = enter_record(net.xa.records, DUTY, entry(net, net.xb))
    (act,) = net.xa.acts("enter_record")
    assert (act.officer, act.subject, made.copies) == (DUTY, made.record, (net.xb.id,))
    assert (act.detail["purpose"], act.detail["crime_area"], act.detail["kind"]) == (
        "arrest", "fugitives", "wanted_person",
    )  # fmt: skip
    assert "Абдулло" not in str(act.detail)


def test_r64_an_id_is_made_where_there_is_none_and_one_that_is_taken_is_refused(net: Network) -> None:
    made = [enter_record(net.xa.records, DUTY, entry(net, local_id="")).record for _ in range(2)]
    assert len(set(made)) == 2
    enter_record(net.xa.records, DUTY, entry(net))
    error = refused(net, entry(net, facts=(Fact("name", "Other"),)))
    assert (error.field, error.why) == ("local_id", "Another record of this body has this local id.")
    held = net.xa.store.state.records.get(record_id(net.xa.id, "p-1"))
    assert held is not None
    assert (held.record.version, held.record.values("name")) == (1, ("Мухаммедов Абдулло",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"facts": ()}, "facts"),
        ({"facts": (Fact("religion", "x"),)}, "religion"),
        ({"local_id": "no spaces"}, "local_id"),
        ({"schema": "Nothing"}, "schema"),
        ({"kind": "vehicle"}, "schema"),
        (
            {"kind": "travel_document", "schema": "Passport", "facts": (Fact("number", "X1"), Fact("surname", "Velk"))},
            "surname",
        ),
        ({"retention": Retention(date(2031, 5, 4), date(2035, 1, 1))}, "retention"),
        ({"retention": Retention(date(2032, 1, 1), date(2099, 1, 1))}, "retention"),
    ],
)
def test_r64_what_an_import_rejects_is_refused_at_its_field_and_nothing_is_kept(
    net: Network, changes: dict[str, object], field: str
) -> None:
    error = refused(net, entry(net, **changes))
    assert error.field == field
    assert "nothing of it was kept" in error.do


def test_r65_a_person_stands_in_it_as_something(net: Network) -> None:
    nobody = replace(entry(net).draft.terms[0], status="none")
    assert refused(net, entry(net, terms=(nobody,))).field == "subject"


def test_r65_an_officer_enters_what_they_would_see_and_a_machine_may_bring_what_it_may_not_read(net: Network) -> None:
    gate = OfficerId("gate-1")
    officer(net, gate, "border_officer")
    higher = replace(entry(net).draft.terms[0], confidentiality="confidential")
    with pytest.raises(Refused) as error:
        enter_record(net.xa.records, gate, entry(net, terms=(higher,)))
    assert [one.number for one in error.value.decision.refusals] == ["D9"]
    lower = replace(higher, confidentiality="official_use")
    assert enter_record(net.xa.records, gate, entry(net, terms=(lower,))).copies == ()
    machine = OfficerId("machine-1")
    officer(net, machine, "integrator", is_machine=True)
    assert enter_record(net.xa.records, machine, entry(net, terms=(higher,), local_id="p-2")).copies == ()


def test_r65_who_may_not_enter_is_refused_and_so_is_who_may_not_share_where_copies_are_sent(net: Network) -> None:
    with pytest.raises(Refused):
        enter_record(net.xa.records, ANALYST, entry(net))
    gate = OfficerId("gate-1")
    officer(net, gate, "border_officer")
    lower = replace(entry(net).draft.terms[0], confidentiality="official_use")
    with pytest.raises(Refused):
        enter_record(net.xa.records, gate, entry(net, net.xb, terms=(lower,)))
    assert net.xa.store.state.records.get(record_id(net.xa.id, "p-1")) is None


def test_r65_a_link_goes_to_what_the_officer_may_see_and_to_what_it_can_be_of(net: Network) -> None:
    records = replace(net.xa.records, schemata=BOTH)
    person = a_record(net.xa, terms_of(net.xa, net.agreement))
    net.share(person)
    family = {
        "schema": "Family", "local_id": "f-1",
        "facts": (Fact("relationship", "brother"),),
    }  # fmt: skip
    made = enter_record(records, DUTY, entry(net, **family, links=(Link("person", person.id),)))
    held = net.xa.store.state.records.get(made.record)
    assert held is not None
    assert [link.to for link in held.record.links] == [person.id]
    assert net.xa.acts("show_record")[-1].subject == person.id
    absent = refused(
        net, entry(net, **{**family, "local_id": "f-2"}, links=(Link("person", RecordId(f"{net.xa.id}/none")),))
    )
    assert absent.field == "person"
    wrong = refused(net, entry(net, **{**family, "local_id": "f-2"}, links=(Link("family", person.id),)))
    assert (wrong.field, "Family" in wrong.why) == ("family", True)


def test_r67_all_that_is_wrong_is_said_at_once_each_at_its_own(net: Network) -> None:
    hidden = [RecordId(f"{net.xa.id}/none-{number}") for number in range(2)]
    wrong = entry(
        net,
        schema="Family",
        local_id="no spaces",
        facts=(Fact("relationship", "x\u202ey"), Fact("unheardOf", "x")),
        links=(Link("person", hidden[0]), Link("family", hidden[1]), Link("unheardOf", hidden[1])),
        retention=Retention(date(2031, 5, 4), date(2099, 1, 1)),
    )
    for way in (enter_record, foresee_entry, check_entry):
        with pytest.raises(Invalid) as raised:
            way(replace(net.xa.records, schemata=BOTH), DUTY, wrong)
        said = (raised.value, *raised.value.also)
        assert [one.field for one in said] == [
            "local_id", "relationship", "unheardOf", "unheardOf", "retention", "retention", "person", "family",
        ]  # fmt: skip
        assert all(one.what and one.why and not one.also for one in said[1:])
        assert {one.do for one in said} == {"Change what is wrong and enter it again; nothing of it was kept."}
    refused(net, wrong)
    # What is looked at is as many as are told.
    many = entry(
        net, schema="Family", facts=(Fact("relationship", "x"),), links=(Link("person", hidden[0]),) * (FAULTS_MAX + 5)
    )
    before = len(net.xa.acts("show_record"))
    assert len(refused(net, many).also) == FAULTS_MAX - 1
    assert len(net.xa.acts("show_record")) - before <= FAULTS_MAX


def test_r64_what_would_come_of_it_is_said_and_nothing_is_kept(net: Network) -> None:
    before = len(net.xa.store.state.trail.acts)
    foreseen = foresee_entry(net.xa.records, DUTY, entry(net, net.xb, net.xd))
    may = {one.body: one.ceiling is not None for one in foreseen.sights}
    assert may[net.xb.id]
    assert not may[net.xd.id]
    assert foreseen.copies == (net.xb.id,)
    assert net.xa.store.state.records.get(record_id(net.xa.id, "p-1")) is None
    assert [act.verb for act in net.xa.store.state.trail.acts[before:]] == []
    assert enter_record(net.xa.records, DUTY, entry(net, net.xb, net.xd)).copies == foreseen.copies


def test_r65_the_desk_the_gate_and_a_body_s_own_systems_enter_records() -> None:
    may = {code for code, role in LISTS.roles.items() if "enter_record" in role.verbs}
    assert may == {"duty_officer", "border_officer", "integrator"}
