"""I45: files of queries as Parquet: what is read, what is a row's fault, what is the file's, what is made to break a reader."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from entente.formats import parquet_process
from entente.formats.parquet_reader import BATCH_ROWS, MEMORY_BYTES_MAX, no_use
from entente.formats.queries import QueryRow
from entente.formats.query_columns import COLUMNS_MAX, ROW_BYTES_MAX
from entente.formats.query_file import open_queries
from entente.formats.query_parquet import ParquetQueries
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.sizes import size_said


def written(columns: dict[str, Any], **how: Any) -> bytes:  # noqa: ANN401 - what the writer takes
    data = io.BytesIO()
    parquet.write_table(pa.table(columns), data, **how)
    return data.getvalue()


def rows_of(folder: Path, data: bytes, ignored: tuple[str, ...] = (), delimiter: str = ",") -> list[QueryRow]:
    file = folder / "list.parquet"
    file.write_bytes(data)
    with open_queries(file, delimiter, ignored) as opened:
        return list(opened.rows())


def refusal(folder: Path, data: bytes, ignored: tuple[str, ...] = (), delimiter: str = ",") -> str:
    with pytest.raises(Invalid, match=r"The file list\.parquet cannot be searched with") as refused:
        rows_of(folder, data, ignored, delimiter)
    assert refused.value.field == "batch"
    return f"{refused.value.why} {refused.value.do}"


def faults_of(rows: list[QueryRow]) -> list[str]:
    return ["" if row.fault is None else row.fault.why for row in rows]


def test_i45_columns_are_read_by_name_and_values_as_a_csv_would_have_them(tmp_path: Path) -> None:
    data = written({
        "Sex": pa.array(["male", None, "female"]).dictionary_encode(),
        "identifier": pa.array([[34600, None, 7], [], None]),
        "Name": pa.array([["Мухаммедов, А.", " محمدوف"], None, [""]], pa.large_list(pa.large_string())),
        "Family name": pa.array(["Rahimov", b"Karimova", None], pa.binary()),
        "GIVEN_NAMES": pa.array([" Akmal", None, "Zarina"], pa.string_view()),
        "reference": pa.array([4.0, None, float("nan")]),
        "country": pa.nulls(3),
        "birth_date": pa.array([date(1979, 5, 4), None, date(2000, 1, 1)]),
        "fare": pa.array([{"amount": 1}] * 3),
    })  # fmt: skip
    whole, family_alone, given_alone = rows_of(tmp_path, data, ignored=("Fare",))
    assert whole == QueryRow(
        1, "4",
        {
            "names": ["Мухаммедов, А.", "محمدوف", "Rahimov, Akmal"], "identifiers": ["34600", "7"],
            "birth_date": "1979-05-04", "country": "", "sex": "male",
        },
    )  # fmt: skip
    assert (family_alone.query["names"], family_alone.query["birth_date"]) == (["Karimova"], "")
    assert (given_alone.query["names"], given_alone.reference) == (["Zarina"], "")


def test_i45_numbers_are_whole_and_dates_have_no_hour_that_is_not_there(tmp_path: Path) -> None:
    """A column of whole numbers with an empty cell is one of floats when a data frame wrote it."""
    east = timezone(timedelta(hours=5))
    data = written({
        "name": pa.array(["x"] * 4),
        "identifier": pa.array([490154203237517.0, None, 2.5, 2.0**54]),
        "reference": pa.array([Decimal("12.00"), None, Decimal("7.00"), Decimal("8.00")]),
        "birth_date": pa.array([datetime(1979, 5, 4), datetime(1979, 5, 4, 22), None, None], pa.timestamp("ns")),  # noqa: DTZ001
    })  # fmt: skip
    first, with_hour, fraction, too_large = rows_of(tmp_path, data)
    assert (first.query["identifiers"], first.reference) == (["490154203237517"], "12")
    assert [first.query["birth_date"], with_hour.query["birth_date"]] == ["1979-05-04", "1979-05-04T22:00:00"]
    says_fraction, says_too_large = faults_of([fraction, too_large])
    assert "under identifier: it has a fraction" in says_fraction
    assert "write such numbers as text" in says_too_large
    aware = pa.array([datetime(1979, 5, 3, 19, tzinfo=UTC)], pa.timestamp("us", tz=str(east)[3:]))
    (row,) = rows_of(tmp_path, written({"name": ["x"], "birth_date": aware}))
    assert row.query["birth_date"] == "1979-05-04"


def test_i45_row_that_cannot_be_read_says_why_with_its_number_and_column_and_stops_nothing(tmp_path: Path) -> None:
    """Each bad value stands between two good rows, at the end of a batch and over it."""
    good, bad = b"Karimova", [b"Rah\xffimov", b"R" * (ROW_BYTES_MAX + 1), b"|".join([b"Rahimov"] * 21)]
    names = [good] * (BATCH_ROWS - 1) + bad + [good]
    day = pa.array([0] * (len(names) - 1) + [4_000_000], pa.int32()).cast(pa.date32())
    rows = rows_of(tmp_path, written({"name": names, "birth_date": day}))
    assert [row.number for row in rows] == list(range(1, len(names) + 1))
    assert [row.number for row in rows if row.fault] == [BATCH_ROWS, BATCH_ROWS + 1, BATCH_ROWS + 2, BATCH_ROWS + 3]
    not_utf8, too_long, too_many, no_day = faults_of(rows[BATCH_ROWS - 1 :])
    assert not_utf8 == "It cannot be read: what stands under name is not UTF-8."
    assert size_said(ROW_BYTES_MAX) in too_long
    assert "at most 20" in too_many
    assert "under birth_date is no value that a calendar" in no_day
    assert rows[0].query["birth_date"] == "1970-01-01"


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("name", pa.struct([("family", pa.string())]), "struct<family: string>"),
        ("name", pa.list_(pa.list_(pa.string())), "list"),
        ("identifier", pa.map_(pa.string(), pa.string()), "map"),
        ("identifier", pa.bool_(), "bool"),
        ("sex", pa.time32("s"), "time32"),
        ("birth_date", pa.list_(pa.date32()), "one value is read"),
    ],
)
def test_i45_column_that_is_no_column_of_a_list_is_named_with_its_type(name: str, kind: Any, says: str) -> None:  # noqa: ANN401
    assert says in no_use(pa.field(name, kind))
    for fine in (pa.string(), pa.int8(), pa.decimal256(40, 2), pa.dictionary(pa.int8(), pa.large_string())):
        assert no_use(pa.field(name, fine)) == ""


def test_i45_file_with_columns_that_are_none_is_refused_and_names_them(tmp_path: Path) -> None:
    nested = {"name": ["x"], "Country": [{"code": "XA"}], "__index_level_0__": [1]}
    assert "«__index_level_0__», which says nothing here" in refusal(tmp_path, written(nested))
    assert "column «Country» is of the type struct<code: string>" in refusal(
        tmp_path, written(nested), ("__index_level_0__",)
    )
    assert "two columns have one name" in refusal(tmp_path, written({"name": ["x"], "Name": ["y"]}))
    many = dict.fromkeys(map(str, range(COLUMNS_MAX + 1)), pa.nulls(1))
    assert f"more than {COLUMNS_MAX} columns" in refusal(tmp_path, written(many))
    assert "has no delimiter" in refusal(tmp_path, written({"name": ["x"]}), delimiter=";")


def test_i45_file_says_how_many_rows_it_has_and_its_digest_is_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "list.parquet"
    file.write_bytes(written({"name": ["x"] * 3}, row_group_size=2))
    with open_queries(file) as opened:
        assert (opened.total, len(list(opened.rows()))) == (3, 3)
    file.write_bytes(written({"name": pa.array([], pa.string())}))
    with open_queries(file) as opened:
        assert (opened.total, list(opened.rows())) == (0, [])


def test_i45_without_what_reads_parquet_the_refusal_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written({"name": ["x"]})
    assert len(rows_of(tmp_path, data)) == 1
    monkeypatch.setattr(parquet_process, "_LIBRARY", "no_such_library_is_installed")
    said = refusal(tmp_path, data)
    assert "not installed here" in said
    assert "make bulk" in said
    assert "CSV" in said


GOOD = written({"name": ["Rahimov"] * 3}, compression="zstd", use_dictionary=False)
FOOTER_BYTES = int.from_bytes(GOOD[-8:-4], "little")


def varint(number: int) -> bytes:
    """Write a number as Thrift's compact form does."""
    parts = b""
    while number > 127:
        parts += bytes([number & 127 | 128])
        number >>= 7
    return parts + bytes([number])


def saying_rows(rows: int) -> bytes:
    """Return the good file with another number of rows in its footer."""
    footer = GOOD[-8 - FOOTER_BYTES : -8].replace(b"\x16\x06\x19", b"\x16" + varint(rows * 2) + b"\x19", 1)
    return GOOD[: -8 - FOOTER_BYTES] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def deep(levels: int) -> bytes:
    kind = pa.string()
    for _ in range(levels):
        kind = pa.list_(kind)
    return written({"name": pa.array([None], kind)})


HOSTILE = {
    "cut off": (GOOD[:-9], "it is cut off"),
    "only its beginning": (b"PAR1", "it is cut off"),
    "nothing between its ends": (b"PAR1" + bytes(4) + b"PAR1", "damaged"),
    "its description is longer than itself": (GOOD[:-8] + b"\xff\xff\xff\x7fPAR1", "2.15 GB describe it"),
    "its description is not where it says": (GOOD[:-8] + b"\x05\x00\x00\x00PAR1", "damaged"),
    "encrypted": (b"PARE" + GOOD[4:-4] + b"PARE", "encrypted"),
    "its end alone encrypted": (GOOD[:-4] + b"PARE", "it does not end as"),
    "2^40 rows": (saying_rows(2**40), "1099511627776 rows"),
    "rows that are not there": (saying_rows(50_000_000), "after its row 3, there are none"),
    "a page that fills the memory": (
        GOOD[:6] + b"\x15" + varint(2 * (2**31 - 1)) + b"\x15" + varint(28 * 2) + GOOD[10:],
        f"fit into {size_said(MEMORY_BYTES_MAX)} of memory",
    ),
    "a page that is another": (GOOD[:40] + b"\xff" * 8 + GOOD[48:], "after its row 0"),
    "lists in lists in lists": (deep(40), "list<element"),
    "beyond every depth": (deep(300), "nested"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_i45_file_made_to_break_its_reader_is_refused_and_says_why(tmp_path: Path, case: str) -> None:
    data, says = HOSTILE[case]
    assert data != GOOD
    assert says in refusal(tmp_path, data)


def test_i45_file_whose_rows_are_gigabytes_is_read_within_the_bound(tmp_path: Path) -> None:
    """Of 3 KB; its million rows have 60 KB each."""
    value = pa.array(["Rahimov Saidov Karimova " * 2_500])
    data = written(
        {"name": pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), value)}, compression="zstd"
    )
    assert len(data) < 10_000
    file = tmp_path / "list.parquet"
    file.write_bytes(data)
    with open_queries(file) as opened:
        assert isinstance(opened, ParquetQueries)
        rows = opened.rows()
        assert all(next(rows).fault is None for _ in range(BATCH_ROWS * 4))


def test_i45_reader_that_ends_or_says_nothing_costs_the_file_and_not_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_process, "READER", "entente.formats.no_such_reader")
    assert "its reader ended over it (exit code 1)" in refusal(tmp_path, GOOD)
    monkeypatch.undo()
    monkeypatch.setattr(parquet_process, "ANSWER_SECONDS", 0.0)
    assert "took longer than 0 seconds" in refusal(tmp_path, GOOD)


def test_i45_file_that_changes_while_it_is_read_is_a_conflict(tmp_path: Path) -> None:
    file = tmp_path / "list.parquet"
    file.write_bytes(written({"name": [f"Rahimov {number}" for number in range(2_000)]}))
    with open_queries(file) as opened:
        rows = opened.rows()
        next(rows)
        with file.open("r+b") as other:
            other.seek(-5, io.SEEK_END)
            other.write(b"2")
        with pytest.raises(Conflict):
            list(rows)
