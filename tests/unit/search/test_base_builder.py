"""I6, I17, I37, I49: of what was put into a base, the last of each record counts, and of what was taken out nothing is left."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.identity.model import Query
from entente.search.array_file import KEY_BYTES, read_arrays
from entente.search.base_builder import BaseBuilder
from entente.search.base_files import KEYS, BaseFiles
from entente.search.index import FILE

NAMES = st.sampled_from((
    "Rahimov Akmal", "Akmal Rahimov", "Мухаммедов Абдулло", "Karimzoda de la Cruz", "Dr. Saidov", "王小明", "Kim Kyoung-min", "",
    "Anna Maria Jean Cruz",
))  # fmt: skip

Row = tuple[int, int, str, tuple[str, ...], str, str]


def a_name(record: int, name: str, cls: int = 1, born: str = "1979-03-02") -> Row:
    return record, cls, name, (), born, "XA"


def a_number(record: int, key: str) -> Row:
    return record, 1, "", (key,), "", ""


def held(folder: Path) -> dict[str, bytes]:
    """Return what the files of a base hold, opened: each base has a key of its own."""
    names = read_arrays(folder / FILE, (folder / KEYS).read_bytes()[:KEY_BYTES]).arrays
    return {name: values.tobytes() for name, values in names.items()}


def test_i17_names_of_records_that_were_taken_out_or_changed_leave_no_word_behind(tmp_path: Path) -> None:
    kept, written = BaseBuilder(), BaseBuilder()
    kept.add([
        a_name(7, "Rahimov Akmal"), a_name(3, "Мухаммедов Абдулло"), a_name(9, "Karimzoda de la Cruz"),
        a_name(5, "Saidov Rustam"),
    ])  # fmt: skip
    kept.remove([9, 5])
    written.add([a_name(3, "Мухаммедов Абдулло"), a_name(7, "Rahimov Akmal")])
    assert kept.write(tmp_path / "kept") == written.write(tmp_path / "written") == 2
    assert held(tmp_path / "kept") == held(tmp_path / "written")


@given(st.lists(NAMES, max_size=12), st.lists(NAMES, max_size=12), st.sets(st.integers(0, 23), max_size=4))
@settings(max_examples=30, deadline=None)
def test_i49_what_several_read_is_what_one_would_have_read(ours: list[str], others: list[str], gone: set[int]) -> None:
    rows = [a_name(number, name, born=f"19{number + 10}") for number, name in enumerate((*ours, *others))]
    for number in range(0, len(rows), 3):
        rows.insert(number, a_number(number, f"n:{number}"))
    rows.sort(key=lambda row: row[0])
    one, first, second = BaseBuilder(), BaseBuilder(), BaseBuilder()
    one.add(rows)
    first.add([row for row in rows if row[0] < len(ours)])
    second.add([row for row in rows if row[0] >= len(ours)])
    first.take(second.given())
    with TemporaryDirectory() as folder:
        for builder, name in ((one, "one"), (first, "two")):
            builder.remove(gone)
            builder.add([a_name(40, "Karimzoda Behruz")])
            builder.write(Path(folder) / name)
        assert held(Path(folder) / "one") == held(Path(folder) / "two")
        keys = [f"n:{number}" for number in range(25)]
        by_one, by_two = (
            [BaseFiles.open(Path(folder) / name).by_identifier([key], frozenset({1}), 9) for key in keys]
            for name in ("one", "two")
        )
        assert by_one == by_two


@pytest.mark.usefixtures("compiled_search")
def test_i37_last_of_each_record_counts_and_records_come_by_number(tmp_path: Path) -> None:
    builder = BaseBuilder()
    builder.add(
        [a_name(7, "Rahimov Akmal"), a_number(7, "n:PA111111"), a_name(3, "Saidov Rustam"), a_name(9, "王小明")]
    )
    builder.remove([7, 9])
    builder.add([a_name(7, "Karimzoda Behruz"), a_name(7, "Karimzoda B.", cls=2), a_number(7, "n:PA222222")])
    assert builder.write(tmp_path / "base") == 4
    files = BaseFiles.open(tmp_path / "base")
    everything = frozenset({1, 2})

    def near(name: str) -> tuple[int, ...]:
        return files.by_names(Query(names=(name,)), everything, 10)

    assert (near("Karimzoda Behruz"), near("Saidov Rustam"), near("Wang Xiaoming")) == ((7,), (3,), ())
    assert 7 not in near("Rahimov Akmal")
    numbers = [files.by_identifier([key], everything, 10) for key in ("n:PA111111", "n:PA222222")]
    assert numbers == [(), (7,)]
