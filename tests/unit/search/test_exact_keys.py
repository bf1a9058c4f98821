"""I5, I12, I17: the table of exact keys, against a dictionary; its file, and what it refuses."""

from __future__ import annotations

import json
import random
import struct
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import SALT_BYTES
from entente.search import exact_keys
from entente.search.array_file import MAGIC, read_arrays, write_arrays
from entente.search.exact_keys import BEGINNING_BITS_MAX, CLASSES_MAX, FILE, FOUND_MAX, ROWS_MAX, ExactKeys, Row
from entente.search.siphash import secret_words, siphash

SALT = bytes(range(SALT_BYTES))
ROWS: list[Row] = [
    ("P1234567", 7, 1),
    ("P1234567", 3, 2),
    ("P1234567", 3, 1),
    ("P1234567", 9, 3),
    ("AB123CD", 7, 1),
    ("Ш1234", 5, 9),
]
KEYS = st.text(alphabet="A1б\0\ud800", max_size=3)
"""Few, so that rows share them; a NUL and half a surrogate pair too."""
CLASSES = st.integers(0, 4)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ExactKeys:
    return ExactKeys.build(ROWS, tmp_path_factory.mktemp("exact"), SALT)


class Plain:
    """What a table must say, from a dictionary."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = defaultdict(set)
        for key, record, cls in rows:
            self._rows[key].add((record, cls))

    def find(self, key: str, allowed: frozenset[int] | None, limit: int) -> tuple[int, ...]:
        shown = {record for record, cls in self._rows[key] if allowed is None or cls in allowed}
        return tuple(sorted(shown)[:limit])


def test_i5_key_has_the_records_that_have_exactly_it(table: ExactKeys) -> None:
    assert table.find(("P1234567",)) == (3, 7, 9)
    assert table.find(("AB123CD",)) == (7,)
    assert table.find(("Ш1234",)) == (5,)
    assert (
        table.find(("P123456",)) == table.find(("P12345678",)) == table.find(("p1234567",)) == table.find(("",)) == ()
    )
    assert table.find(()) == ()
    assert table.size == len(ROWS)


def test_i5_several_keys_are_one_question(table: ExactKeys) -> None:
    assert table.find(("Ш1234", "nobody", "AB123CD", "P1234567")) == (3, 5, 7, 9)
    assert table.find(("AB123CD", "AB123CD")) == (7,)


@pytest.mark.parametrize(
    ("allowed", "found"),
    [({1}, (3, 7)), ({2}, (3,)), ({3}, (9,)), ({1, 3}, (3, 7, 9)), ({9}, ()), ({77}, ()), (set(), ())],
)
def test_i12_rows_of_other_classes_are_not_found(table: ExactKeys, allowed: set[int], found: tuple[int, ...]) -> None:
    assert table.find(("P1234567",), frozenset(allowed)) == found
    assert table.find_many(["P1234567"], frozenset(allowed)).of(0) == found


def test_i12_limit_counts_what_may_be_seen(table: ExactKeys) -> None:
    assert table.find(("P1234567",), frozenset({1, 3}), 2) == (3, 7)
    assert table.find(("P1234567",), frozenset({3}), 1) == (9,)
    assert table.find(("AB123CD",), None, 0) == ()
    many = table.find_many(["P1234567", "AB123CD"], None, 2)
    assert (many.of(0), many.of(1)) == ((3, 7), (7,))


@given(st.data())
def test_table_says_what_a_dictionary_says(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(KEYS, st.sampled_from([0, 1, 2, ROWS_MAX]), CLASSES), max_size=60))
    asked = data.draw(st.lists(KEYS, max_size=8))
    allowed = data.draw(st.none() | st.frozensets(CLASSES))
    limit = data.draw(st.integers(1, 4))
    built, plain = ExactKeys.build(rows, tmp_path_factory.mktemp("exact"), SALT), Plain(rows)
    many = built.find_many(asked, allowed, limit)
    for place, key in enumerate(asked):
        assert built.find((key,), allowed, limit) == many.of(place) == plain.find(key, allowed, limit)
    together = {record for key in asked for record in plain.find(key, allowed, ROWS_MAX)}
    assert built.find(asked, allowed, limit) == tuple(sorted(together)[:limit])
    assert many.begins.tolist()[0] == 0
    assert many.begins.tolist()[-1] == many.records.size


def test_large_table_says_what_a_dictionary_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_keys, "SLICE", 1_000)
    chance = random.Random(2031)
    rows = [(f"X{chance.randrange(15_000)}", chance.randrange(5_000), chance.randrange(300)) for _ in range(20_500)]
    # One key of very many rows stands among others.
    rows += [("SHARED", record, record % 300) for record in range(3_000)]
    chance.shuffle(rows)
    read: list[int] = []
    built, plain = ExactKeys.build(iter(rows), tmp_path, SALT, read.append), Plain(rows)
    assert read == [*range(1_000, 23_500, 1_000), 23_500]
    asked = ["SHARED", *(f"X{number}" for number in range(16_000))]
    for allowed in (None, frozenset(range(40))):
        many = built.find_many(asked, allowed, FOUND_MAX)
        assert [many.of(place) for place in range(len(asked))] == [plain.find(key, allowed, FOUND_MAX) for key in asked]
        assert [built.find((key,), allowed) for key in asked[:500]] == [many.of(place) for place in range(500)]


def test_row_takes_at_most_12_bytes(tmp_path: Path) -> None:
    rows = 100_000
    built = ExactKeys.build(((f"K{number}", number, 0) for number in range(rows)), tmp_path, SALT)
    assert built.bytes / rows < 12


def test_table_of_nothing_is_built_and_finds_nothing(tmp_path: Path) -> None:
    empty = ExactKeys.build([], tmp_path, SALT)
    assert (empty.size, empty.find(("P1234567",)), empty.find_many(["P1234567", ""]).records.size) == (0, (), 0)


def test_i17_file_holds_no_key_and_two_salts_have_nothing_in_common(tmp_path: Path) -> None:
    ExactKeys.build(ROWS, tmp_path / "a", SALT)
    ExactKeys.build(ROWS, tmp_path / "b", SALT[::-1])
    first, second = ((tmp_path / name / FILE).read_bytes() for name in "ab")
    for key, _, _ in ROWS:
        assert key.encode() not in first + second
    middles = [read_arrays(tmp_path / name / FILE).arrays["table"][5 : 5 + len(ROWS)].tolist() for name in "ab"]
    assert not set(middles[0]) & set(middles[1])


@pytest.mark.parametrize(
    ("length", "said"),
    [(0, 0x726FDB47DD0E0E31), (1, 0x74F839C593DC67FD), (8, 0x93F5F5799A932462), (15, 0xA129CA6149BE45E5)],
)
def test_siphash_is_that_of_its_paper(length: int, said: int) -> None:
    secret, data = secret_words(bytes(range(16))), bytes(range(64))
    assert siphash(data, 0, length, secret) == siphash(np.frombuffer(data, np.uint8), 0, length, secret) == said


def test_siphash_counts_from_where_it_is_told() -> None:
    secret, data = secret_words(SALT), b"0123456789abcdef0123"
    for begin in range(5):
        for end in range(begin, len(data) + 1):
            assert siphash(data, begin, end, secret) == siphash(data[begin:end], 0, end - begin, secret)


@pytest.mark.parametrize(("record", "cls"), [(-1, 0), (ROWS_MAX + 1, 0), (0, -1), (0, ROWS_MAX + 1)])
def test_number_that_is_none_is_refused(tmp_path: Path, record: int, cls: int) -> None:
    with pytest.raises(Invalid, match="not built") as refused:
        ExactKeys.build([("P1234567", 1, 1), ("P1", record, cls)], tmp_path, SALT)
    assert "rows 1 to 2" in refused.value.why
    assert not (tmp_path / FILE).exists()


def test_more_classes_than_a_table_has_are_refused(tmp_path: Path) -> None:
    assert ExactKeys.build([("K", 1, cls) for cls in range(CLASSES_MAX)], tmp_path, SALT).find(("K",)) == (1,)
    with pytest.raises(Invalid, match="not built"):
        ExactKeys.build([("K", 1, cls) for cls in range(CLASSES_MAX + 1)], tmp_path, SALT)
    assert ExactKeys.open(tmp_path, SALT).size == CLASSES_MAX


def test_table_takes_the_place_of_another_and_who_has_it_open_keeps_it(tmp_path: Path) -> None:
    before = ExactKeys.build(ROWS, tmp_path, SALT)
    after = ExactKeys.build([("NEW1", 1, 1)], tmp_path, SALT)
    assert (before.find(("NEW1",)), before.find(("AB123CD",))) == ((), (7,))
    assert (after.find(("NEW1",)), after.find(("AB123CD",))) == ((1,), ())
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_file_of_another_salt_version_or_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be opened"):
        ExactKeys.open(tmp_path, SALT)
    ExactKeys.build(ROWS, tmp_path, SALT)
    with pytest.raises(Unavailable) as other_salt:
        ExactKeys.open(tmp_path, bytes(SALT_BYTES))
    assert "another salt" in other_salt.value.why
    file = read_arrays(tmp_path / FILE)
    for change in ({"format": 0}, {"of": "names"}):
        write_arrays(tmp_path / FILE, {**file.about, **change}, file.arrays)
        with pytest.raises(Unavailable) as other:
            ExactKeys.open(tmp_path, SALT)
        assert "another version" in other.value.why


def test_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    ExactKeys.build(ROWS, tmp_path, SALT)
    whole = (tmp_path / FILE).read_bytes()
    for length in range(len(whole)):
        (tmp_path / FILE).write_bytes(whole[:length])
        with pytest.raises(Unavailable, match="could not be opened"):
            ExactKeys.open(tmp_path, SALT)


@pytest.mark.parametrize(
    ("word", "value"),
    [(0, 0), (0, BEGINNING_BITS_MAX + 1), (0, 2), (1, len(ROWS) + 40), (1, ROWS_MAX), (2, 1), (4, len(ROWS) - 1)],
)
def test_head_that_does_not_fit_its_table_is_refused(tmp_path: Path, word: int, value: int) -> None:
    ExactKeys.build(ROWS, tmp_path, SALT)
    file = read_arrays(tmp_path / FILE)
    damaged = file.arrays["table"].copy()
    damaged[word] = value
    write_arrays(tmp_path / FILE, file.about, {**file.arrays, "table": damaged})
    with pytest.raises(Unavailable) as refused:
        ExactKeys.open(tmp_path, SALT)
    assert "damaged" in refused.value.why


def test_whatever_is_damaged_no_search_reads_outside_the_table(tmp_path: Path) -> None:
    rows = [(f"X{number}", number, number % 3) for number in range(400)]
    ExactKeys.build(rows, tmp_path, SALT)
    whole = (tmp_path / FILE).read_bytes()
    chance = random.Random(2031)
    header = struct.unpack("<I", whole[len(MAGIC) : len(MAGIC) + 4])[0]
    assert json.loads(whole[len(MAGIC) + 4 : len(MAGIC) + 4 + header])
    opened = 0
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            damaged[chance.randrange(len(MAGIC) + 4 + header if chance.random() < 0.01 else 0, len(whole))] = (
                chance.randrange(256)
            )
        (tmp_path / "beside").write_bytes(damaged)
        (tmp_path / "beside").replace(tmp_path / FILE)
        try:
            table = ExactKeys.open(tmp_path, SALT)
        except Unavailable:
            continue
        opened += 1
        many = table.find_many([key for key, _, _ in rows], frozenset({0, 1}))
        assert all(len(table.find((key,), frozenset({0}))) <= len(rows) for key, _, _ in rows[:20])
        assert many.begins[-1] == many.records.size
    assert 0 < opened < 400


def test_disk_that_does_not_take_the_file_is_told_and_leaves_what_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ExactKeys.build(ROWS, tmp_path, SALT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("entente.search.array_file.os.fsync", full)
    with pytest.raises(Unavailable, match="could not be written"):
        ExactKeys.build([], tmp_path, SALT)
    assert ExactKeys.open(tmp_path, SALT).find(("AB123CD",)) == (7,)


def test_threads_and_sets_of_classes_do_not_disturb_each_other(table: ExactKeys) -> None:
    wrong: list[tuple[int, ...]] = []

    def ask(first: int) -> None:
        for number in range(first, first + 200):
            found = table.find(("P1234567",), frozenset({1, 3, number + 100}))
            if found != (3, 7, 9):
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(first,)) for first in (0, 1_000, 2_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
