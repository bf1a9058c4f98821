"""The RecordStore and ClassStore ports on a real store."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from entente.disclosure.model import DisclosureClass
from entente.handling.model import Observation
from entente.identity.indexed import facts_of
from entente.kernel.errors import Unavailable
from entente.kernel.ids import RecordId
from entente.records.model import Fact, Fragment, Holder, HolderState, Link
from entente.storage import record_pages
from entente.storage.folder import Folder
from entente.storage.record_facts import facts_between, last_number
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.conftest import ON_SQLITE, Opener
from tests.storage.examples import NOW, OTHER, OWN, SHARING, THIRD, TODAY

pytestmark = pytest.mark.storage

Classes = tuple[tuple[int, DisclosureClass], ...]


def numbered(unit: SqlUnitOfWork, count: int) -> Classes:
    """As many different classes, each with the number the store gave it."""
    classes = [examples.disclosure_class(mark=f"mark-{place}") for place in range(count)]
    return tuple((unit.classes.number_of(cls), cls) for cls in classes)


def test_record_is_read_back_equal_with_its_statement_and_fragment(store: Store) -> None:
    fragment = Fragment("list.xml", "ab" * 32, "2031-05-01", "sdn", "<запись/>".encode() * 50)
    with store.unit() as unit:
        write = examples.write("1", numbered(unit, 2), fragment=fragment, sequence=7)
        unit.records.put_many([write])
        unit.commit()
    with store.view() as view:
        held = view.records.get(write.record.id)
        assert held is not None
        assert (held.record, held.statement, held.class_numbers) == (write.record, write.statement, (1, 2))
        assert (held.received_from, held.received_at, held.withdrawn_at, held.change_sequence) == (None, NOW, None, 7)
        assert view.records.fragment(write.record.id) == fragment
        assert view.records.get(RecordId("body:xa/absent")) is None
        assert view.records.fragment(RecordId("body:xa/absent")) is None


def test_newer_version_takes_the_place_and_the_number_of_the_older(store: Store) -> None:
    with store.unit() as unit:
        one, two = numbered(unit, 2)
        unit.records.put_many([examples.write("1", (one,)), examples.write("2", (one,))])
        unit.commit()
    with store.unit() as unit:
        newer = examples.write("1", (two,), version=2, sequence=5, erase_on=date(2034, 1, 1))
        unit.records.put_many([newer])
        unit.commit()
    with store.view() as view:
        held = view.records.get(newer.record.id)
        assert held is not None
        assert (held.number, held.record) == (1, newer.record)
        assert [item.number for item in view.records.page(frozenset({1}), today=TODAY, after=0, limit=9).records] == [2]
        assert [item.number for item in view.records.page(frozenset({2}), today=TODAY, after=0, limit=9).records] == [1]
        assert (view.records.count(frozenset({1}), today=TODAY), view.records.count(frozenset({2}), today=TODAY)) == (
            1,
            1,
        )
        digest = view.records.digests([newer.record.id, RecordId("body:xa/absent")])
        assert digest == {newer.record.id: (2, newer.digest)}


def test_two_versions_in_one_write_keep_the_later(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 1)
        versions = [examples.write("1", classes, version=version) for version in (1, 2)]
        unit.records.put_many(versions)
        held = unit.records.get(versions[0].record.id)
        assert held is not None
        assert held.record.version == 2
        assert unit.records.count(frozenset({1}), today=TODAY) == 1


def test_withdrawn_record_leaves_lists_and_counts_and_stays_off_when_written_again(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write("1", classes), examples.write("2", classes)])
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 10)
        unit.records.put_many([examples.write("1", classes, version=2, sequence=11)])
        unit.commit()
    with store.view() as view:
        allowed = frozenset({1})
        assert [item.number for item in view.records.page(allowed, today=TODAY, after=0, limit=9).records] == [2]
        assert view.records.count(allowed, today=TODAY) == 1
        held = view.records.get(RecordId("body:xa/1"))
        assert held is not None
        assert held.withdrawn_at == NOW
        assert [item.number for item in view.records.changed_since(1, 9)] == [1]


def test_record_past_its_retention_is_neither_listed_nor_counted(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write("1", classes, erase_on=TODAY), examples.write("2", classes)])
        unit.commit()
    with store.view() as view:
        for today, numbers in ((TODAY - timedelta(days=1), [1, 2]), (TODAY, [2])):
            page = view.records.page(frozenset({1}), today=today, after=0, limit=9)
            assert [item.number for item in page.records] == numbers
            assert view.records.count(frozenset({1}), today=today) == len(numbers)


@pytest.mark.parametrize(("short", "long"), [(1, 1), (5, 100), (200, 2_000)])
def test_pages_and_counts_equal_a_plain_filter_for_any_allowed_set(
    store: Store, monkeypatch: pytest.MonkeyPatch, short: int, long: int
) -> None:
    # The shorter the stretches that are read on, the more a page is merged from its classes.
    monkeypatch.setattr(record_pages, "SHORT_STRETCH", short)
    monkeypatch.setattr(record_pages, "LONG_STRETCH", long)
    chance = random.Random(20310504)
    with store.unit() as unit:
        classes = numbered(unit, 12)
        members = {number: chance.sample(classes, chance.choice((1, 1, 2, 4))) for number in range(1, 301)}
        erased = {number: chance.choice((TODAY, date(2033, 1, 1), date(2034, 1, 1))) for number in members}
        unit.records.put_many(
            [examples.write(str(number), tuple(held), erase_on=erased[number]) for number, held in members.items()]
        )
        for number in (3, 50, 51):
            unit.records.set_withdrawn(RecordId(f"body:xa/{number}"), NOW, 400)
            del members[number]
        unit.commit()
    for size in (0, 1, 2, 5, 12):
        allowed = frozenset(chance.sample(range(1, 13), size))
        expected = [
            number
            for number, held in members.items()
            if erased[number] > TODAY and any(place in allowed for place, _ in held)
        ]
        with store.view() as view:
            found: list[int] = []
            after: int | None = 0
            while after is not None:
                page = view.records.page(allowed, today=TODAY, after=after, limit=17)
                assert len(page.records) <= 17
                found.extend(item.number for item in page.records)
                after = page.next_after
            assert found == expected
            assert view.records.count(allowed, today=TODAY) == len(expected)


def test_page_of_many_classes_that_each_give_little_asks_the_engine_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stretch, and the first few of every class at once: each question more is a round trip to a server.
    monkeypatch.setattr(record_pages, "SHORT_STRETCH", 1)
    monkeypatch.setattr(record_pages, "LONG_STRETCH", 1)
    asked: list[str] = []

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def asking(*given: object) -> object:
            asked.append(name)
            return real(*given)

        return asking

    for name in ("read", "read_among"):
        monkeypatch.setattr(record_pages, name, counted(name, getattr(record_pages, name)))
    with store.unit() as unit:
        classes = numbered(unit, 40)
        unit.records.put_many([examples.write(str(number), (classes[number % 40],)) for number in range(1, 161)])
        unit.commit()
    with store.view() as view:
        page = view.records.page(frozenset(range(1, 31)), today=TODAY, after=0, limit=50)
    assert [item.number for item in page.records] == [number for number in range(1, 161) if number % 40 < 30][:50]
    assert asked == ["read", "read_among"]


def test_page_of_one_kind_lists_no_other(store: Store) -> None:
    with store.unit() as unit:
        vehicle = examples.disclosure_class(kind="vehicle")
        person = examples.disclosure_class()
        unit.records.put_many(
            [
                examples.write("1", ((unit.classes.number_of(vehicle), vehicle),), kind="vehicle"),
                examples.write("2", ((unit.classes.number_of(person), person),)),
            ]
        )
        page = unit.records.page(frozenset({1, 2}), today=TODAY, after=0, limit=9, kind="vehicle")
        assert [item.record.kind for item in page.records] == ["vehicle"]
        assert unit.records.count(frozenset({1, 2}), today=TODAY, kind="vehicle") == 1
        assert unit.records.count(frozenset({1, 2}), today=TODAY) == 2


def test_records_that_link_to_one_are_found_from_it_by_allowed_classes_alone(store: Store) -> None:
    with store.unit() as unit:
        one, two = numbered(unit, 2)
        unit.records.put_many([examples.write(name, (cls,)) for name, cls in (("1", one), ("2", two), ("3", two))])
        unit.commit()
    end = RecordId("body:xa/other")

    def linking(allowed: set[int], to: RecordId = end, limit: int = 9) -> list[str]:
        with store.view() as view:
            found = view.records.linking(to, frozenset(allowed), today=TODAY, limit=limit)
        return [stored.record.local_id for stored in found]

    assert linking({1, 2}) == ["1", "2", "3"]
    assert linking({1, 2}, limit=2) == ["1", "2"]
    assert (linking({2}), linking(set()), linking({1, 2}, RecordId("body:xa/1"))) == (["2", "3"], [], [])
    newer = examples.write("2", (two,), version=2)
    changed = replace(newer, record=replace(newer.record, links=(Link("associate", RecordId("body:xa/new"), 0),)))
    with store.unit() as unit:
        unit.records.put_many([changed])
        unit.records.set_withdrawn(examples.write("3", (two,)).record.id, NOW, 9)
        unit.commit()
    assert (linking({1, 2}), linking({1, 2}, RecordId("body:xa/new"))) == (["1"], ["2"])
    with store.unit() as unit:
        unit.erasures.remove(newer.record.id)
        unit.erasures.remove(end)
        unit.commit()
    assert (linking({1, 2}), linking({1, 2}, RecordId("body:xa/new"))) == ([], [])


def test_many_come_in_the_order_asked_and_absent_ones_are_left_out(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write(str(number), classes) for number in range(1, 1201)])
        wanted = [1200, 3, 5000, 700]
        assert [item.number for item in unit.records.get_many(wanted)] == [1200, 3, 700]
        assert [item.number for item in unit.records.contents(wanted)] == [1200, 3, 700]
        assert [item.number for item in unit.records.contents(range(1200, 0, -1))] == [*range(1200, 0, -1)]
        assert unit.records.contents([]) == ()
        assert len(unit.records.digests([RecordId(f"body:xa/{number}") for number in range(1, 1301)])) == 1200


def test_changes_of_one_sequence_are_never_cut_in_two(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write(str(number), classes, sequence=4) for number in range(1, 6)])
        unit.records.put_many([examples.write("6", classes, sequence=5)])
        assert [item.number for item in unit.records.changed_since(0, 2)] == [1, 2, 3, 4, 5]
        assert [item.number for item in unit.records.changed_since(4, 2)] == [6]
        assert unit.records.changed_since(5, 2) == ()
        assert [item.number for item in unit.records.facts_since(0, 2, frozenset())] == [1, 2, 3, 4, 5]
        assert [item.number for item in unit.records.facts_since(4, 2, frozenset())] == [6]
        assert unit.records.facts_since(5, 2, frozenset()) == ()


def test_facts_for_the_index_are_those_of_the_whole_record_whatever_their_values_look_like(store: Store) -> None:
    values = (
        "plain", 'a "quoted" one', "back\\slash", 'both \\" at the end \\', "two\nlines\tand \x01", "Мухаммедов 王小明 \u2028 🜚",
        '["name","Ghost",0,"observed",false]', "[", '["', '"],["name","Ghost",0,"observed",false],["', ',"observed",false]', "",
    )  # fmt: skip
    facts = (
        *(Fact("name", value, place % 2) for place, value in enumerate(values)),
        Fact("alias", "Akmal", observation=Observation.ASSESSED),
        Fact("name", "Ghost", is_unknown_property=True),
        Fact('na"me', "Ghost", is_unknown_property=True),
        Fact("notes", "not asked for"),
    )
    with store.unit() as unit:
        write = examples.write("1", numbered(unit, 2), sequence=4)
        links = (
            Link("name", RecordId("body:xa/2")),
            Link("name", RecordId("body:xa/3"), observation=Observation.ASSESSED),
        )
        unit.records.put_many([replace(write, record=replace(write.record, facts=facts, links=links))])
        wanted = frozenset({"name", "alias"})
        (held,), (found,) = unit.records.changed_since(0, 9), unit.records.facts_since(0, 9, wanted)
        whole = facts_of(held)
        assert found == whole._replace(facts=[fact for fact in whole.facts if fact[0] in wanted])
        assert len(found.facts) == len(values) + 1
        unit.records.set_withdrawn(write.record.id, NOW, 5)
        assert [one.is_gone for one in (*unit.records.facts_since(0, 9, wanted), found)] == [True, False]


def test_facts_by_number_are_those_by_change_without_what_came_later_or_went(store: Store) -> None:
    wanted = frozenset({"name"})
    with store.unit() as unit:
        classes = numbered(unit, 2)
        unit.records.put_many([examples.write(str(number), classes, sequence=number + 3) for number in range(1, 8)])
        unit.records.set_withdrawn(RecordId("body:xa/2"), NOW, 4)
        unit.records.set_doubted([RecordId("body:xa/3")], NOW, 4)
        unit.records.set_ended(RecordId("body:xa/4"), NOW, 4)
        since = {one.number: one for one in unit.records.facts_since(0, 99, wanted)}
        assert last_number(unit.connection) == 7
        for after, upto, change, numbers in (
            (0, 7, 99, [1, 5, 6, 7]),
            (4, 6, 99, [5, 6]),
            (0, 99, 9, [1, 5, 6]),
            (7, 99, 99, []),
        ):
            found = facts_between(unit.connection, after, upto, change, wanted)
            assert found == [since[number] for number in numbers]


def test_contents_are_what_the_record_says_and_how_it_stands(store: Store) -> None:
    with store.unit() as unit:
        classes = numbered(unit, 2)
        unit.records.put_many([examples.write(name, classes, sequence=4) for name in ("1", "2", "3")])
        unit.records.set_withdrawn(RecordId("body:xa/2"), NOW, 7)
        unit.records.set_doubted([RecordId("body:xa/3")], NOW, 8)
        for whole, content in zip(unit.records.get_many([1, 2, 3]), unit.records.contents([1, 2, 3]), strict=True):
            assert (content.record, content.class_numbers) == (whole.record, whole.class_numbers)
            assert (content.gone_at, content.change_sequence) == (whole.gone_at, whole.change_sequence)


def test_last_change_and_each_records_own_are_known_without_reading_it(store: Store) -> None:
    with store.unit() as unit:
        assert unit.records.last_change() == 0
        classes = numbered(unit, 1)
        unit.records.put_many([examples.write("1", classes, sequence=4), examples.write("2", classes, sequence=5)])
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        assert unit.records.last_change() == 9
        assert unit.records.sequences([2, 1, 3]) == {1: 9, 2: 5}


def test_holder_keeps_only_the_latest_state_of_a_body(store: Store) -> None:
    record = RecordId("body:xa/1")
    sent = Holder(OTHER, 1, HolderState.SENT, NOW)
    withdrawn = Holder(OTHER, 2, HolderState.WITHDRAWAL_SENT, NOW + timedelta(hours=1))
    third = Holder(THIRD, 1, HolderState.SENT, NOW)
    with store.unit() as unit:
        unit.records.put_many([examples.write("1", numbered(unit, 1))])
        for holder in (sent, third, withdrawn):
            unit.records.put_holder(record, holder)
        assert unit.records.holders(record) == (withdrawn, third)
        assert unit.records.holders(RecordId("body:xa/absent")) == ()


@ON_SQLITE
def test_damaged_signed_bytes_are_an_error_and_never_an_answer(opener: Opener, folder: Folder) -> None:
    store = opener()
    with store.unit() as unit:
        unit.records.put_many([examples.write("1", numbered(unit, 1))])
        unit.commit()
    store.close()
    with closing(sqlite3.connect(folder.database)) as connection, connection:
        connection.execute("UPDATE record SET signed = CAST(replace(signed, '\"1\"', '\"2\"') AS BLOB)")
    with opener().view() as view, pytest.raises(Unavailable) as raised:
        view.records.get(RecordId("body:xa/1"))
    assert not raised.value.retry_is_safe
    # Who searches reads nothing of them, and is refused all the same.
    with opener().view() as view, pytest.raises(Unavailable):
        view.records.contents([1])


def test_equal_classes_have_one_number_and_numbers_have_no_gap(opener: Opener) -> None:
    store = opener()
    with store.unit() as unit:
        assert [number for number, _ in numbered(unit, 3)] == [1, 2, 3]
        assert unit.classes.number_of(examples.disclosure_class(mark="mark-1")) == 2
        unit.commit()
    with store.unit() as unit:
        assert unit.classes.number_of(examples.disclosure_class(mark="other")) == 4
    with opener().unit() as unit:
        # Undone with its unit, the number is given again: to another class, which the memory must not confuse.
        assert unit.classes.number_of(examples.disclosure_class(mark="another")) == 4
        assert unit.classes.class_count() == 4
        assert unit.classes.classes()[2] == examples.disclosure_class(mark="mark-1")
        assert unit.classes.classes()[4] == examples.disclosure_class(mark="another")


def test_undone_class_is_forgotten_by_the_same_store(store: Store) -> None:
    with store.unit() as unit:
        unit.classes.number_of(examples.disclosure_class(mark="undone"))
    with store.unit() as unit:
        assert unit.classes.class_count() == 0
        assert unit.classes.number_of(examples.disclosure_class(mark="kept")) == 1
        unit.commit()
    with store.view() as view:
        assert dict(view.classes.classes()) == {1: examples.disclosure_class(mark="kept")}


def test_view_opened_before_a_commit_knows_only_the_classes_of_its_moment(store: Store) -> None:
    with store.view() as view:
        assert view.classes.class_count() == 0
        with store.unit() as unit:
            numbered(unit, 2)
            unit.commit()
        assert view.classes.classes() == {}
    with store.view() as view:
        assert len(view.classes.classes()) == 2


def test_leaves_are_kept_per_source_with_their_statement_and_raise_the_governance_version(store: Store) -> None:
    statements = {source: examples.statement("permission.answer", by=source) for source in (OWN, OTHER)}
    with store.unit() as unit:
        before = unit.classes.governance_version()
        for source in (OWN, OTHER, OWN):
            unit.classes.put_leave(examples.leave("leave-1", source), statements[source])
        assert [leave.source for leave in unit.classes.leaves()] == [OWN, OTHER]
        assert unit.classes.governance_version() > before
        assert unit.classes.leave_statement(OTHER, "leave-1") == statements[OTHER]
        assert unit.classes.leave_statement(OWN, "leave-1") == statements[OWN]
        assert unit.classes.leave_statement(OWN, "leave-absent") is None


def test_withdrawal_is_kept_for_a_record_that_is_not_held_and_the_first_one_stands(store: Store) -> None:
    first = examples.statement("record.withdraw", reason="mistake")
    second = examples.statement("record.withdraw", reason="another")
    with store.unit() as unit:
        for statement in (first, second):
            unit.records.put_withdrawal(RecordId("body:xb/1"), statement)
        assert unit.records.withdrawal(RecordId("body:xb/1")) == first
        assert unit.records.withdrawal(RecordId("body:xb/2")) is None
        many = [RecordId(f"body:xb/{number}") for number in range(1_300)]
        assert unit.records.withdrawn(many) == {RecordId("body:xb/1")}


def test_preview_counts_copies_by_instrument_source_and_holder(store: Store) -> None:
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(), is_own=True)
        shared, private, theirs = (
            examples.disclosure_class(),
            examples.disclosure_class(instrument_id=None),
            examples.disclosure_class(source=OTHER),
        )
        (ours, unshared, foreign) = ((unit.classes.number_of(cls), cls) for cls in (shared, private, theirs))
        unit.records.put_many(
            [
                examples.write("1", (ours, unshared)),
                examples.write("2", (ours,)),
                examples.write("3", (unshared,)),
                examples.write("4", (foreign,), source=OTHER),
            ]
        )
        for local_id, state in (("1", HolderState.SENT), ("2", HolderState.WITHDRAWAL_SENT), ("3", HolderState.SENT)):
            unit.records.put_holder(RecordId(f"body:xa/{local_id}"), Holder(OTHER, 1, state, NOW))
        assert unit.holdings.records_shared(SHARING, OWN, [OTHER, THIRD]) == 1
        assert unit.holdings.records_shared(SHARING, OWN, [THIRD]) == 0
        assert unit.holdings.records_shared(SHARING, OTHER, [OWN]) == 1
