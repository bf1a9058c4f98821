"""The earlier versions of our own records on a real store. Source: docs/rules/records.md R57."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.handling.model import ErasureGround
from entente.kernel.ids import RecordId, StatementId
from entente.records.model import VERSIONS_KEPT_MAX, Link, Tombstone
from entente.records.ports import RecordWrite
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import OTHER, OWN

pytestmark = pytest.mark.storage

WANTED = RecordId(f"{OWN}/1")
ERASED = RecordId(f"{OWN}/9")


def keep(store: Store, *writes: RecordWrite) -> None:
    with store.unit() as unit:
        numbers = {cls: unit.classes.number_of(cls) for write in writes for cls in write.record.terms}
        unit.records.put_many(
            [replace(one, class_numbers=tuple(numbers[cls] for cls in one.record.terms)) for one in writes]
        )
        unit.commit()


def version(number: int, local_id: str = "1", *, mark: str = "", **more: object) -> RecordWrite:
    classes = ((1, examples.disclosure_class(mark=mark or "mark-0")),)
    return examples.write(local_id, classes, version=number, sequence=number, **more)  # type: ignore[arg-type]


def test_r57_what_a_record_said_before_is_read_back_as_it_was_signed(store: Store) -> None:
    first, second, third = version(1), version(2, mark="mark-1"), version(3)
    for one in (first, second, third):
        keep(store, one)
    with store.view() as view:
        held = view.records.get(WANTED)
        assert held is not None
        assert held.record == third.record
        found = view.records.earlier(WANTED)
        assert [one.record for one in found] == [first.record, second.record]
        assert [one.statement for one in found] == [first.statement, second.statement]
        assert {one.number for one in found} == {held.number}
        assert view.records.earlier(RecordId(f"{OWN}/absent")) == ()


def test_r57_what_another_body_said_before_is_not_kept(store: Store) -> None:
    keep(store, version(1, source=OTHER))
    keep(store, version(2, source=OTHER))
    with store.view() as view:
        assert view.records.earlier(RecordId(f"{OTHER}/1")) == ()


def test_r57_of_many_versions_the_newest_are_kept(store: Store) -> None:
    for number in range(1, VERSIONS_KEPT_MAX + 4):
        keep(store, version(number))
    with store.view() as view:
        found = [one.record.version for one in view.records.earlier(WANTED)]
    assert found == list(range(3, VERSIONS_KEPT_MAX + 3))


def test_r57_earlier_versions_go_with_their_record(store: Store) -> None:
    keep(store, version(1))
    keep(store, version(2))
    with store.unit() as unit:
        unit.erasures.remove(WANTED)
        assert unit.records.earlier(WANTED) == ()
        unit.commit()


def test_r57_an_earlier_version_that_links_to_an_erased_record_goes_with_that_one(store: Store) -> None:
    linking = version(1)
    keep(store, replace(linking, record=replace(linking.record, links=(Link("associate", ERASED),))))
    keep(store, version(2))
    keep(store, version(3))
    with store.view() as view:
        found = view.erasures.mentions([ERASED])
    with store.unit() as unit:
        unit.erasures.forget([ERASED], found)
        unit.commit()
    with store.view() as view:
        assert [one.record.version for one in view.records.earlier(WANTED)] == [2]


def test_r57_version_that_still_links_to_an_erased_record_is_not_kept_when_it_is_replaced(store: Store) -> None:
    linking, other = version(1), version(1, "2")
    keep(store, replace(linking, record=replace(linking.record, links=(Link("associate", ERASED),))), other)
    with store.unit() as unit:
        made = Tombstone(
            unit.erasures.stand_in(ERASED),
            OWN,
            examples.NOW,
            ErasureGround.OFFICERS_ACT,
            "unlawful",
            0,
            9,
            StatementId(""),
        )
        unit.erasures.put_tombstone(made, (), ())
        unit.commit()
    for number in (2, 3):
        keep(store, version(number), version(number, "2"))
    with store.view() as view:
        assert [one.record.version for one in view.records.earlier(WANTED)] == [2]
        assert [one.record.version for one in view.records.earlier(other.record.id)] == [1, 2]
