"""The ErasureStore port on a real store: what goes, what is left, what is noticed. Source: docs/rules/records.md R10 to R13."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.handling.model import ErasureGround
from entente.kernel.errors import Conflict
from entente.kernel.ids import RecordId
from entente.kernel.ports import Act
from entente.records.model import Fragment, Holder, HolderState, KeptTombstone, ReentryHow, Tombstone
from entente.storage.folder import Folder
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.trail.rules import make_row, row_leaf
from tests.storage import examples
from tests.storage.conftest import ON_SQLITE, Opener
from tests.storage.examples import NOW, OTHER, OWN, TODAY

pytestmark = pytest.mark.storage

WANTED = RecordId("body:xa/1")
LONGER = RecordId("body:xa/17")


def keep(store: Store, *local_ids: str, **changes: object) -> None:
    with store.unit() as unit:
        cls = examples.disclosure_class()
        numbered = ((unit.classes.number_of(cls), cls),)
        fragment = Fragment("list.xml", "ab" * 32, "2031-05-01", "sdn", b"<record/>")
        unit.records.put_many([examples.write(one, numbered, fragment=fragment, **changes) for one in local_ids])  # type: ignore[arg-type]
        unit.commit()


def erase(unit: SqlUnitOfWork, record: RecordId = WANTED, *keys: str, sequence: int = 9) -> Tombstone:
    stand_in = unit.erasures.stand_in(record)
    number = unit.erasures.remove(record)
    made = Tombstone(stand_in, OWN, NOW, ErasureGround.OFFICERS_ACT, "unlawful", number, sequence)
    unit.erasures.put_tombstone(made, keys, (Holder(OTHER, 1, HolderState.ERASURE_SENT, NOW),))
    return made


def test_r10_everything_that_hangs_on_a_record_goes_with_it(store: Store) -> None:
    keep(store, "1", "17")
    with store.unit() as unit:
        unit.records.put_holder(WANTED, Holder(OTHER, 1, HolderState.SENT, NOW))
        unit.records.put_withdrawal(WANTED, examples.statement(reason="mistaken for another"))
        unit.classes.put_leave(examples.leave(), examples.statement())
        governance = unit.classes.governance_version()
        unit.commit()
    with store.unit() as unit:
        assert erase(unit).record_number == 1
        unit.commit()
    with store.view() as view:
        assert view.records.get(WANTED) is None
        assert view.records.get_many([1, 2])[0].record.id == LONGER
        assert view.records.holders(WANTED) == ()
        assert view.records.fragment(WANTED) is None
        assert view.records.withdrawal(WANTED) is None
        assert view.classes.leaves() == ()
        assert view.classes.governance_version() > governance
        assert view.records.count(frozenset({1}), today=TODAY) == 1
        assert [one.number for one in view.records.page(frozenset({1}), today=TODAY, after=0, limit=9).records] == [2]


def test_r10_a_withdrawn_record_is_taken_off_no_list_twice(store: Store) -> None:
    keep(store, "1", "17")
    with store.unit() as unit:
        unit.records.set_withdrawn(WANTED, NOW, 3)
        unit.commit()
    with store.unit() as unit:
        erase(unit)
        unit.commit()
    with store.view() as view:
        assert view.records.count(frozenset({1}), today=TODAY) == 1


def test_r11_a_tombstone_is_found_by_the_id_and_by_its_stand_in_and_stands_once(store: Store) -> None:
    keep(store, "1")
    with store.unit() as unit:
        made = erase(unit)
        assert unit.erasures.tombstone(WANTED) == made
        unit.commit()
    with store.view() as view:
        assert view.erasures.tombstone(WANTED) == view.erasures.tombstone(made.stand_in) == made
        assert view.erasures.tombstone(LONGER) is None
        assert view.erasures.erased([WANTED, LONGER]) == {WANTED}
        assert view.erasures.holders(WANTED) == (Holder(OTHER, 1, HolderState.ERASURE_SENT, NOW),)
        assert view.erasures.tombstones(0, 5) == (made,)
        assert view.erasures.tombstones(9, 5) == ()
        assert view.erasures.last_tombstone() == made.sequence
    with pytest.raises(Conflict), store.unit() as unit:
        unit.erasures.put_tombstone(made, (), ())


def test_r11_another_secret_gives_another_stand_in(store: Store, tmp_path: Folder) -> None:
    place = Folder(tmp_path / "other")  # type: ignore[operator] # a path
    place.create()
    with Store.open(place) as other, store.view() as one, other.view() as two:
        assert one.erasures.stand_in(WANTED) == one.erasures.stand_in(WANTED)
        assert one.erasures.stand_in(WANTED) != two.erasures.stand_in(WANTED)


def test_r10_the_stand_in_takes_the_place_of_the_whole_id_and_of_no_longer_one(store: Store) -> None:
    keep(store, "1", "17")
    texts = {
        f"Confirmed: {WANTED}": "Confirmed: {}",
        f"See {WANTED}.": "See {}.",
        f"{LONGER} and {WANTED}, {WANTED}-x": f"{LONGER} and {{}}, {WANTED}-x",
        f"[{WANTED}]": "[{}]",
        "nothing": "nothing",
    }
    with store.unit() as unit:
        rows = []
        frontier = unit.trail.frontier()
        for text in texts:
            act = Act("show_record", OWN, "duty", WANTED, {"why": text})
            row, frontier = make_row(frontier, NOW, act, b"s" * 16)
            unit.trail.append(row, frontier)
            rows.append(row)
        unit.commit()
    with store.unit() as unit:
        made = erase(unit)
        unit.commit()
    with store.view() as view:
        assert view.erasures.to_forget(9) == (WANTED,)
        found = view.erasures.mentions([WANTED])
    with store.unit() as unit:
        forgotten = unit.erasures.forget([WANTED], found)
        unit.commit()
    with store.view() as view:
        kept = view.trail.rows(0, 9)
        assert [row.act.detail["why"] for row in kept] == [text.format(made.stand_in) for text in texts.values()]
        assert {row.act.subject for row in kept} == {made.stand_in}
        # Leaf and root are the ones of before; the salt is another, so that the old words cannot be tried against the leaf.
        assert [(row.leaf, row.root) for row in kept] == [(row.leaf, row.root) for row in rows]
        assert all(row.salt != b"s" * 16 for row in kept)
        assert dict(forgotten) == {
            row.sequence: row_leaf(row.sequence, row.at, row.act, row.salt).hex() for row in kept
        }
        assert view.erasures.to_forget(9) == ()


def test_r10_rows_made_between_the_look_and_the_change_are_forgotten_too(store: Store) -> None:
    keep(store, "1")
    with store.unit() as unit:
        made = erase(unit)
        unit.commit()
    with store.view() as view:
        found = view.erasures.mentions([WANTED])
    with store.unit() as unit:
        row, frontier = make_row(unit.trail.frontier(), NOW, Act("show_record", OWN, "duty", WANTED, {}), b"s" * 16)
        unit.trail.append(row, frontier)
        unit.commit()
    with store.unit() as unit:
        assert [sequence for sequence, _ in unit.erasures.forget([WANTED], found)] == [1]
        unit.commit()
    with store.view() as view:
        assert [one.act.subject for one in view.trail.rows(0, 9)] == [made.stand_in]


def test_r10_a_statement_is_emptied_once_it_was_delivered_and_a_record_not_yet_sealed_stays_here(store: Store) -> None:
    keep(store, "1")
    told = replace(examples.outgoing(ref="hit-1"), statement=examples.statement("hit", record=WANTED))
    sent = replace(examples.outgoing(ref=WANTED), statement=examples.statement("record", id=WANTED))
    with store.unit() as unit:
        unit.outbox.put(told)
        unit.outbox.put(sent)
        unit.outbox.enter(NOW)
        unit.commit()
    with store.unit() as unit:
        made = erase(unit)
        unit.commit()
    with store.view() as view:
        found = view.erasures.mentions([WANTED])
    with store.unit() as unit:
        unit.erasures.forget([WANTED], found)
        unit.commit()
    with store.view() as view:
        assert [one.state for one in view.outbox.deliveries(made.stand_in)] == ["retracted"]
        assert [one.state for one in view.outbox.deliveries("hit-1")] == ["waiting"]
        assert view.erasures.settled() == ()


def test_r12_a_key_is_matched_by_its_digest_alone(store: Store) -> None:
    keep(store, "1", "17")
    with store.unit() as unit:
        assert not unit.erasures.has_keys()
        made = erase(unit, WANTED, "number n:PA1234567", "name akmal|exactly 1979")
        erase(unit, LONGER, "name akmal|exactly 1979", sequence=10)
        unit.commit()
    with store.view() as view:
        assert view.erasures.has_keys()
        both = view.erasures.matching(["name akmal|exactly 1979", "number n:PA1234567", "number n:OTHER"])
        assert set(both) == {
            ("number n:PA1234567", made.stand_in),
            ("name akmal|exactly 1979", made.stand_in),
            ("name akmal|exactly 1979", view.erasures.stand_in(LONGER)),
        }
        assert view.erasures.matching(["number n:PA123456", "name akmal|exactly 197"]) == ()
        assert view.erasures.matching([]) == ()


def test_r12_of_one_refused_again_and_again_only_how_often_is_kept(store: Store) -> None:
    keep(store, "1")
    with store.unit() as unit:
        made = erase(unit)
        for day in range(3):
            unit.erasures.put_reentry(made.stand_in, ReentryHow.SAME_ID, 20 + day, NOW + timedelta(days=day))
        unit.erasures.put_reentry(made.stand_in, ReentryHow.IDENTIFIER, 30, NOW)
        unit.commit()
    with store.view() as view:
        seen = [(one.how, one.sequence, one.times, one.last_at) for one in view.erasures.reentries(9)]
        assert seen == [
            (ReentryHow.SAME_ID, 20, 3, NOW + timedelta(days=2)),
            (ReentryHow.IDENTIFIER, 30, 1, NOW),
        ]


def test_h7_what_is_due_comes_in_slices_oldest_first_and_then_withdrawn_copies(store: Store) -> None:
    for name, days in (("1", -2), ("2", -5), ("3", 30)):
        keep(store, name, erase_on=TODAY + timedelta(days=days))
    with store.view() as view:
        assert view.erasures.due(TODAY, 1) == ((RecordId("body:xa/2"), ErasureGround.RETENTION_ENDED),)
        assert [one for one, _ in view.erasures.due(TODAY, 9)] == ["body:xa/2", "body:xa/1"]
    with store.unit() as unit:
        unit.records.put_withdrawal(RecordId("body:xa/3"), examples.statement())
        unit.commit()
    with store.view() as view:
        # It is our own: it stays, withdrawn, until its day.
        assert len(view.erasures.due(TODAY, 9)) == 2


def test_r13_a_kept_tombstone_goes_into_another_store_of_the_same_secret_as_it_is(store: Store) -> None:
    keep(store, "1", "17")
    with store.unit() as unit:
        made = erase(unit, WANTED, "number n:PA1234567")
        kept = unit.erasures.kept(made)
        assert kept.holders == (Holder(OTHER, 1, HolderState.ERASURE_SENT, NOW),)
        assert len(kept.keys) == 1
    # Undone: as if the backup had been made before.
    with store.view() as view:
        assert view.erasures.tombstone(WANTED) is None
        assert view.erasures.held_as([made.stand_in]) == {made.stand_in: WANTED}
    with store.unit() as unit:
        unit.erasures.put_kept(KeptTombstone(made, kept.keys, kept.holders))
        unit.commit()
    with store.view() as view:
        assert view.erasures.kept(made) == kept
        assert view.erasures.matching(["number n:PA1234567"]) == (("number n:PA1234567", made.stand_in),)


@ON_SQLITE
def test_r10_what_a_record_said_is_overwritten_by_the_erasure_itself(opener: Opener, folder: Folder) -> None:
    store = opener()
    with store.unit() as unit:
        cls = examples.disclosure_class()
        numbered = ((unit.classes.number_of(cls), cls),)
        said = b"Qorvandi bazaar, left eye"
        fragment = Fragment("list.xml", "ab" * 32, "2031-05-01", "sdn", said)
        unit.records.put_many([examples.write(str(number), numbered, fragment=fragment) for number in range(1, 60)])
        unit.commit()
    assert store.empty_log()
    assert folder.database.read_bytes().count(said) == 59
    for number in range(1, 60):
        with store.unit() as unit:
            erase(unit, RecordId(f"body:xa/{number}"), sequence=number)
            unit.commit()
    assert store.empty_log()
    # Nothing was written anew: the engine overwrote it where it stood, in rows, overflow pages and free pages alike.
    assert store.compact(at_once_bytes_max=0) is False
    kept = folder.database.read_bytes()
    assert said not in kept
    assert "Имя 17-0".encode() not in kept


def test_r11_the_store_is_written_anew_after_an_erasure_and_a_large_one_only_when_asked(opener: Opener) -> None:
    store = opener()
    keep(store, "1")
    assert not store.compact()
    with store.unit() as unit:
        erase(unit)
        unit.commit()
    assert not store.compact(at_once_bytes_max=1)
    with store.view() as view:
        assert view.erasures.not_compacted() == 1
    assert store.compact(at_once_bytes_max=None)
    assert not store.compact()
    assert store.empty_log()
    with store.view() as view:
        assert view.erasures.not_compacted() == 0


@ON_SQLITE
def test_r11_a_log_that_a_reader_still_needs_is_emptied_later(opener: Opener, folder: Folder) -> None:
    store = opener()
    log = folder.database.with_name("entente.db-wal")
    with store.view() as view:
        assert view.records.get(WANTED) is None
        keep(store, "1")
        assert not store.empty_log()
        assert log.stat().st_size > 0
    assert store.empty_log()
    assert log.stat().st_size == 0
