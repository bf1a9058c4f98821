"""I6, I12 and I15 on real index files: filter, removal, position, damage."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from entente.identity.model import IndexEntry
from entente.kernel.errors import Unavailable
from entente.kernel.ids import SALT_BYTES
from entente.search.digests import Digests
from entente.search.live_reader import FIELDS
from entente.search.tantivy_index import TantivyIndex
from tests.support.byte_search import found_in

ALL = frozenset(range(1, 50))


def named(record: int, name: str, cls: int = 1) -> IndexEntry:
    return IndexEntry(record, cls, name=name)


def numbered(record: int, key: str, cls: int = 1) -> IndexEntry:
    return IndexEntry(record, cls, identifiers=(key,))


def an_index(folder: Path, *entries: IndexEntry) -> TantivyIndex:
    index = TantivyIndex(folder)
    if entries:
        index.apply([], entries, 7)
    return index


def by_name(index: TantivyIndex, name: str, allowed: frozenset[int] = ALL, limit: int = 10) -> Sequence[int]:
    return index.by_name(name, allowed, limit)


PERSONS = (named(1, "Мухаммедов Абдулло"), named(2, "Karimzoda Behruz"), named(3, "محمد يوسف"), named(4, "王小明"))


@pytest.mark.parametrize(
    ("asked", "record"),
    [("Muhammadov", 1), ("Behruz Karimzade", 2), ("Muhammad Yusuf", 3), ("Wang Xiaoming", 4), ("Каримзода", 2)],
)
def test_name_in_another_script_or_spelling_comes_first(tmp_path: Path, asked: str, record: int) -> None:
    assert by_name(an_index(tmp_path, *PERSONS), asked)[0] == record


def test_only_allowed_classes_are_found_in_each_form_of_the_filter(tmp_path: Path) -> None:
    entries = [named(cls, "Rahimov Akmal", cls) for cls in range(1, 11)]
    index = an_index(tmp_path, *entries)
    for allowed in (range(1, 11), range(1, 10), (3,), (2, 4, 6, 8, 10), (11,), ()):
        expected = tuple(cls for cls in allowed if cls <= 10)
        assert by_name(index, "Rahimov", frozenset(allowed)) == expected
    reopened = TantivyIndex(tmp_path)
    assert by_name(reopened, "Rahimov", frozenset({3, 4})) == (3, 4)


def test_class_that_appears_later_is_not_taken_for_an_allowed_one(tmp_path: Path) -> None:
    index = an_index(tmp_path, named(1, "Rahimov"))
    assert by_name(index, "Rahimov", frozenset({1})) == (1,)
    index.apply([], [named(2, "Rahimov", cls=2)], 8)
    assert by_name(index, "Rahimov", frozenset({1})) == (1,)
    assert by_name(index, "Rahimov", frozenset({1, 2})) == (1, 2)


def test_identifier_is_found_exactly_and_only_in_allowed_classes(tmp_path: Path) -> None:
    index = an_index(tmp_path, numbered(1, "n:PA123456"), numbered(2, "n:PA123456", cls=2), numbered(3, "w:1BoatSLR"))
    assert index.by_identifier(["n:PA123456"], ALL, 10) == (1, 2)
    assert index.by_identifier(["n:PA123456"], frozenset({1}), 10) == (1,)
    assert index.by_identifier(["n:PA12345", "w:1boatslr"], ALL, 10) == ()
    assert index.by_identifier([], ALL, 10) == ()


def test_equally_near_names_come_by_number_and_none_is_lost_to_the_order_of_files(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    for start in (400, 200, 0):
        index.apply([], [named(start + step, "Rahimov Akmal") for step in range(1, 201)], start)
    assert by_name(index, "Akmal Rahimov", limit=5) == (1, 2, 3, 4, 5)


def test_record_with_several_names_is_given_once(tmp_path: Path) -> None:
    index = an_index(tmp_path, *(named(1, f"Rahimov Akmal {letter}") for letter in "BCDEFG"), named(2, "Rahimov"))
    assert sorted(by_name(index, "Rahimov Akmal", limit=2)) == [1, 2]


def test_changed_record_is_found_by_its_new_name_only(tmp_path: Path) -> None:
    index = an_index(tmp_path, *PERSONS)
    index.apply([2], [named(2, "Saidov Rustam")], 8)
    assert by_name(index, "Saidov Rustam")[0] == 2
    assert 2 not in by_name(index, "Karimzoda Behruz")
    index.apply([2], [], 9)
    assert 2 not in by_name(index, "Saidov Rustam")


def test_applying_the_same_again_changes_nothing(tmp_path: Path) -> None:
    index = an_index(tmp_path)
    for _ in range(3):
        index.apply([1, 2], [named(1, "Rahimov"), named(2, "Karimov")], 5)
    assert by_name(index, "Rahimov", limit=50) == by_name(TantivyIndex(tmp_path), "Rahimov", limit=50)
    assert index.size() == 2


def test_position_is_kept_with_the_documents(tmp_path: Path) -> None:
    index = an_index(tmp_path)
    assert index.position() == 0
    index.apply([], PERSONS, 41)
    index.close()
    again = TantivyIndex(tmp_path)
    assert (again.position(), by_name(again, "Karimzoda")[0]) == (41, 2)


def test_crash_between_commit_and_position_only_repeats_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = an_index(tmp_path, *PERSONS)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space left on device")))
    with pytest.raises(Unavailable, match="no space"):
        index.apply([2], [named(2, "Saidov Rustam")], 8)
    monkeypatch.undo()
    index.close()
    again = TantivyIndex(tmp_path)
    assert again.position() == 7
    again.apply([2], [named(2, "Saidov Rustam")], 8)
    assert (again.position(), by_name(again, "Saidov Rustam")[0]) == (8, 2)


def damage_meta(folder: Path) -> None:
    (folder / "segments" / "meta.json").write_bytes(b'{"segments": [')


def truncate_segments(folder: Path) -> None:
    for path in (folder / "segments").iterdir():
        if path.suffix in {".term", ".idx", ".store", ".fast"}:
            # A new file: an index of this test may still have the old one mapped.
            head = path.read_bytes()[:10]
            path.unlink()
            path.write_bytes(head)


def lose_files(folder: Path) -> None:
    shutil.rmtree(folder / "segments")


def lose_salt(folder: Path) -> None:
    (folder / "salt").unlink()


def cut_salt(folder: Path) -> None:
    (folder / "salt").write_bytes(b"short")


def lose_position(folder: Path) -> None:
    (folder / "position.json").unlink()


def other_format(folder: Path) -> None:
    (folder / "position.json").write_text(json.dumps({"format": 999, "position": 7}))


def garbled_position(folder: Path) -> None:
    (folder / "position.json").write_bytes(b"\xff\xfe[1]")


@pytest.mark.parametrize(
    "damage",
    [
        damage_meta,
        truncate_segments,
        lose_files,
        lose_salt,
        cut_salt,
        lose_position,
        other_format,
        garbled_position,
        shutil.rmtree,
    ],
)
def test_damaged_index_begins_again_at_zero_without_an_error(tmp_path: Path, damage: object) -> None:
    folder = tmp_path / "index"
    an_index(folder, *PERSONS).close()
    assert TantivyIndex(folder).position() == 7
    assert callable(damage)
    damage(folder)
    index = TantivyIndex(folder)
    assert (index.position(), by_name(index, "Karimzoda")) == (0, ())
    index.apply([], PERSONS, 9)
    assert (index.position(), by_name(index, "Karimzoda")[0]) == (9, 2)


def test_second_writer_is_refused_and_can_try_again(tmp_path: Path) -> None:
    first = an_index(tmp_path, *PERSONS)
    second = TantivyIndex(tmp_path)
    with pytest.raises(Unavailable) as caught:
        second.apply([], [named(9, "Saidov")], 9)
    assert caught.value.retry_is_safe
    first.close()
    second.apply([], [named(9, "Saidov")], 9)
    assert by_name(second, "Saidov")[0] == 9


def test_hostile_names_are_bounded(tmp_path: Path) -> None:
    index = an_index(
        tmp_path, named(1, "a" * 10_000), named(2, " ".join(map(str, range(500)))), named(3, '\u202e\x00 AND OR " * ?')
    )
    assert by_name(index, "AND OR") == (3,)
    assert index.by_name("", ALL, 10) == ()


def test_i17_no_key_stands_in_the_files_and_each_index_has_a_salt_of_its_own(tmp_path: Path) -> None:
    entries = [*PERSONS, numbered(5, "n:QZ7731904")]
    for place in ("one", "two"):
        an_index(tmp_path / place, *entries).close()
    salts = {(tmp_path / place / "salt").read_bytes() for place in ("one", "two")}
    assert len(salts) == 2
    assert all(len(salt) == SALT_BYTES for salt in salts)
    assert found_in(tmp_path, ["karimzoda", "karimz", "QZ7731904", "n:QZ", "muhammad"]) == set()


def test_i17_the_digests_of_one_index_or_field_are_none_of_anothers() -> None:
    made = {Digests(salt, field).of("karimzoda") for salt in (b"a" * 16, b"b" * 16) for field in FIELDS}
    assert len(made) == 2 * len(FIELDS)
    assert Digests(b"a" * 16, "grams").of("kar") == Digests(b"a" * 16, "grams").of("kar")
    assert not any(character.isspace() for digest in made for character in digest)


def test_i17_files_of_which_something_was_erased_are_not_clean_after_a_restart_either(tmp_path: Path) -> None:
    index = an_index(tmp_path, *PERSONS)
    assert index.is_clean()
    index.apply([], [], 8, erased=[2])
    assert by_name(index, "Karimzoda Behruz") == ()
    # tantivy only marks it removed: the name's digests are still there.
    assert not index.is_clean()
    index.close()
    assert not TantivyIndex(tmp_path).is_clean()
