"""R59, R60 and R66: one of our records is corrected and kept longer by hand, once for each version that was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.handling.model import Observation, Retention
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId, RecordId
from entente.records.correcting import FactChange, correct_record, corrected, extend_record
from entente.records.importing import Import, ImportPlan
from entente.records.model import Fact, Property, PropertyType, Record, Rejected
from entente.records.rules import draft_of
from tests.support.build_correspondence import DUTY, NOW, SCHEMATA, Desk, Network, a_network, a_record, terms_of

PERSON = SCHEMATA["Person"]
LISTED = {
    "Person": replace(
        PERSON,
        properties={
            **PERSON.properties,
            "birthDate": Property("birthDate", "Birth date", PropertyType.DATE),
            "alias": Property("alias", "Alias", PropertyType.NAME),
        },
    )
}
LONGER = Retention(date(2034, 6, 1), date(2036, 5, 1))
SHORTER_TERM = Retention(date(2033, 1, 1), date(2034, 1, 1))
BORN = FactChange("birthDate", "1979", "1979-03-14")


@pytest.fixture
def net() -> Network:
    return a_network()


def kept(net: Network, *holders: Desk, **changes: object) -> Record:
    record = a_record(net.xa, terms_of(net.xa, net.agreement))
    record = replace(record, facts=(*record.facts, Fact("birthDate", "1979")), **changes)  # type: ignore[arg-type]
    net.share(record, *holders)
    return record


def correct(
    net: Network, record: RecordId, *changes: FactChange, version: int = 1, reason: str = "out_of_date"
) -> Record:
    return correct_record(replace(net.xa.records, schemata=LISTED), DUTY, record, version, reason, changes)


def test_r59_a_correction_is_the_next_version_and_every_holder_is_sent_it(net: Network) -> None:
    record = kept(net, net.xb)
    made = correct(net, record.id, BORN)
    assert (made.version, made.values("birthDate"), made.at) == (2, ("1979-03-14",), net.clock.moment)
    held = net.xa.store.state.records.get(record.id)
    assert held is not None
    assert held.record == made
    assert [(one.recipient, one.ref) for one in net.xa.store.state.outbox.put_out] == [(net.xb.id, record.id)]
    row = net.xa.store.state.trail.latest(1)[0]
    acts = [one.act for one in net.xa.store.state.trail.latest(3)]
    act = next(one for one in acts if one.verb == "correct_record")
    assert (act.officer, act.subject) == (DUTY, record.id)
    assert (act.detail["reason"], act.detail["changes"], act.detail["version"]) == ("out_of_date", 1, 2)
    assert "1979" not in str(row.act.detail)


def test_r59_two_officers_who_saw_one_version_do_not_overwrite_each_other(net: Network) -> None:
    record = kept(net)
    correct(net, record.id, BORN)
    with pytest.raises(Conflict):
        correct(net, record.id, FactChange("birthDate", "1979", "1980"))
    assert correct(net, record.id, FactChange("birthDate", "1979-03-14", "1980"), version=2).version == 3


def test_r59_values_are_replaced_taken_away_and_added(net: Network) -> None:
    record = kept(net)
    name = record.facts[0].value
    said = corrected(
        record,
        (
            replace(BORN, observation=Observation.ASSESSED),
            FactChange("name", name),
            FactChange("name", value="Muhammadov"),
        ),
    )
    assert said.facts == (
        Fact("birthDate", "1979-03-14", observation=Observation.ASSESSED), Fact("name", "Muhammadov"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (FactChange("birthDate", "1980", "1981"),),
        (BORN, BORN),
        (FactChange("birthDate", "1979", "1979"),),
        (FactChange("birthDate", "1979"), FactChange("name", "Мухаммедов Азиз")),
        (FactChange("birthDate", value=""),),
        (FactChange("birthDate", "1979", "the spring"),),
        (FactChange("unheardOf", value="x"),),
    ],
)
def test_r59_a_correction_that_changes_nothing_or_is_not_well_formed_is_refused(
    net: Network, changes: tuple[FactChange, ...]
) -> None:
    record = kept(net)
    with pytest.raises(Invalid):
        correct(net, record.id, *changes)
    assert net.xa.store.state.records.earlier(record.id) == ()


def test_r59_what_is_added_says_its_terms_where_there_are_several(net: Network) -> None:
    one = terms_of(net.xa, net.agreement)
    record = a_record(net.xa, one, replace(one, marks=frozenset({"minor"})))
    added = FactChange("alias", value="Abu")
    with pytest.raises(Invalid) as raised:
        corrected(record, (added,))
    assert raised.value.field == "terms"
    assert corrected(record, (replace(added, terms=1),)).facts[-1] == Fact("alias", "Abu", 1)
    for place in (2, -1):
        with pytest.raises(Invalid) as raised:
            corrected(record, (replace(added, terms=place), FactChange("name", record.facts[1].value)))
        assert raised.value.field == "terms"
    # Terms that nothing stands on any more go.
    left = corrected(record, (FactChange("name", record.facts[1].value),))
    assert left.terms == (one,)


def test_r59_only_our_own_live_record_is_corrected_by_who_may_for_a_reason_of_the_list(net: Network) -> None:
    record = kept(net, net.xb)
    with pytest.raises(NotFound):
        correct_record(net.xb.records, DUTY, record.id, 1, "out_of_date", (BORN,))
    with pytest.raises(Invalid) as raised:
        correct(net, record.id, BORN, reason="because")
    assert raised.value.field == "reason"
    with pytest.raises(Refused):
        correct_record(net.xa.records, OfficerId("nobody"), record.id, 1, "out_of_date", (BORN,))


def test_r60_a_record_is_kept_longer_as_far_as_its_kind_allows(net: Network) -> None:
    record = kept(net, net.xb, retention=SHORTER_TERM)
    made = extend_record(replace(net.xa.records, schemata=LISTED), DUTY, record.id, 1, "still_sought", LONGER)
    assert (made.version, made.retention, made.facts) == (2, LONGER, record.facts)
    assert [one.recipient for one in net.xa.store.state.outbox.put_out] == [net.xb.id]


def test_r60_next_import_whose_terms_end_earlier_takes_the_longer_end_away(net: Network) -> None:
    record = kept(net, retention=SHORTER_TERM)
    records = replace(net.xa.records, schemata=LISTED)
    extend_record(records, DUTY, record.id, 1, "still_sought", LONGER)
    rejected: list[Rejected] = []
    plan = ImportPlan(DUTY, frozenset(), on_progress=lambda _: None, on_reject=rejected.append)
    assert Import(records, plan).run([draft_of(record)], "none").updated == 1
    assert rejected == []
    held = net.xa.store.state.records.get(record.id)
    assert held is not None
    assert (held.record.version, held.record.retention) == (3, SHORTER_TERM)


@pytest.mark.parametrize(
    ("retention", "field"),
    [
        (SHORTER_TERM, "erase_on"),
        (Retention(date(2033, 1, 1), date(2033, 12, 31)), "erase_on"),
        (Retention(NOW.date(), LONGER.erase_on), "review_on"),
        (Retention(date(2036, 5, 2), LONGER.erase_on), "review_on"),
        (Retention(LONGER.review_on, date(2099, 1, 1)), "retention"),
    ],
)
def test_r60_an_end_that_is_not_later_or_too_late_is_refused(net: Network, retention: Retention, field: str) -> None:
    record = kept(net, retention=SHORTER_TERM)
    with pytest.raises(Invalid) as raised:
        extend_record(replace(net.xa.records, schemata=LISTED), DUTY, record.id, 1, "still_sought", retention)
    assert raised.value.field == field
    with pytest.raises(Conflict):
        extend_record(replace(net.xa.records, schemata=LISTED), DUTY, record.id, 2, "still_sought", LONGER)


PASSPORT = replace(
    PERSON,
    name="Passport",
    ancestors=frozenset({"Passport"}),
    properties={
        name: Property(name, name, PropertyType.STRING) for name in ("number", "birthDate", "surname", "summary")
    },
)


def test_r66_what_was_kept_before_the_rule_stands_until_it_is_taken_out_and_nothing_is_added(net: Network) -> None:
    number, born = Fact("number", "XA7654321"), Fact("birthDate", "1979")
    terms = replace(terms_of(net.xa, net.agreement), kind="travel_document")
    record = replace(a_record(net.xa, terms), schema="Passport", facts=(number, born))
    net.share(record)
    desk = replace(net.xa.records, schemata={"Passport": PASSPORT})

    def change(version: int, *changes: FactChange) -> Record:
        return correct_record(desk, DUTY, record.id, version, "out_of_date", changes)

    for wrong in (
        FactChange("surname", value="Velk"), FactChange("birthDate", value="1980"), FactChange("birthDate", "1979", "1980"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            change(1, wrong)
        assert refused.value.field == wrong.property
    assert change(1, FactChange("summary", value="Lost at the harbour.")).version == 2
    assert extend_record(desk, DUTY, record.id, 2, "proceedings_pending", LONGER).version == 3
    left = change(3, FactChange("birthDate", "1979"))
    assert [fact.property for fact in left.facts] == ["number", "summary"]
    with pytest.raises(Invalid):
        change(4, FactChange("birthDate", value="1979"))
