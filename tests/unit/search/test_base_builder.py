"""I6, I17 and I37: of what was put into a base, the last of each record counts, and of what was taken out nothing is left."""

from pathlib import Path

import pytest

from entente.identity.model import Query
from entente.search.base_builder import BaseBuilder
from entente.search.base_files import BaseFiles
from entente.search.names_builder import NamesBuilder

Row = tuple[int, int, str, tuple[str, ...], str, str]


def a_name(record: int, name: str, cls: int = 1, born: str = "1979-03-02") -> Row:
    return record, cls, name, (), born, "XA"


def a_number(record: int, key: str) -> Row:
    return record, 1, "", (key,), "", ""


def test_i17_names_of_records_that_were_taken_out_or_changed_leave_no_word_behind(tmp_path: Path) -> None:
    kept, written = NamesBuilder(), NamesBuilder()
    places = {}
    for record, name in (
        (7, "Rahimov Akmal"),
        (3, "Мухаммедов Абдулло"),
        (9, "Karimzoda de la Cruz"),
        (5, "Saidov Rustam"),
    ):
        places[record] = kept.add_record(f"{record}")
        kept.add_entries(places[record], (name,), record, "1979-03-02", "XA")
    kept.keep([places[3], places[7]])
    kept.write(tmp_path / "kept")
    for record, name in ((3, "Мухаммедов Абдулло"), (7, "Rahimov Akmal")):
        written.add_entries(written.add_record(f"{record}"), (name,), record, "1979-03-02", "XA")
    written.write(tmp_path / "written")
    assert (tmp_path / "kept").read_bytes() == (tmp_path / "written").read_bytes()
    assert b"karimzoda" not in (tmp_path / "kept").read_bytes()


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
