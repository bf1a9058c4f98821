"""I7 to I9, I12, I22: the index of names, from records to a list; its file, and what it refuses."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.identity.dates import BEST_FIRST, YEAR_MIN, PartialDate, compare_dates
from entente.identity.model import Query
from entente.kernel.errors import Invalid, Unavailable
from entente.search.answering import answer
from entente.search.array_file import MAGIC, Array, read_arrays, write_arrays
from entente.search.entry_columns import packed_date
from entente.search.index import FILE, LIMIT_MAX, Found, Index
from entente.search.names_builder import NAMES_MAX, IndexRecord, NamesBuilder
from entente.search.ranking import Best, agreement_of, is_full, place_among

PEOPLE = [
    IndexRecord("p1", ("Rustam Muhammadov",), "1979-05-04", "TJ"),
    IndexRecord("p2", ("Rustam Mahmudov",), "1979-05-04", "TJ"),
    IndexRecord("p3", ("Aigerim Yurchenko", "Aigerim Iurchenko"), "1985", "KZ"),
    IndexRecord("p4", ("Abdul Rahman Siddiq",), "", "AF"),
    IndexRecord("p5", ("Kim Jong-hun",), "1990-01-02", "KR"),
    IndexRecord("p6", ("Kim Jong-hun",), "1961-11-30", "KR"),
    IndexRecord("p7", ("Harcourt Blokker",), "", "NL", cls=1),
    IndexRecord("p8", ("Mukhammadov Rustam",), "", "", cls=2),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(PEOPLE, tmp_path_factory.mktemp("index"))


def test_i43_of_names_that_hold_the_same_words_those_in_the_asked_order_come_first(tmp_path: Path) -> None:
    names = ("Kyung Tae Kim", "Kim Tae Kyung", "Kim Young")
    index = Index.build([IndexRecord(name, (name,)) for name in names], tmp_path)
    first, second, third = index.search("Kim Kyung")
    assert (first.id, second.id) == ("Kim Tae Kyung", "Kyung Tae Kim")
    assert first.score - second.score < 0.02 < second.score - third.score, (
        "next to nothing where the family name is first"
    )
    assert [one.id for one in index.search("Kyung, Kim")][:2] == ["Kyung Tae Kim", "Kim Tae Kyung"]


def ids(found: tuple[object, ...]) -> list[str]:
    return [one.id for one in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Rustam Muhammadov", "p1"),
        ("MUHAMMADOV, Rustam", "p1"),
        ("Rustma Muhamadov", "p1"),
        ("Мухаммадов Рустам", "p1"),
        ("Юрченко", "p3"),
        ("Iurchenko", "p3"),
        ("Abdulrahman Siddiq", "p4"),
        ("Abdul Rahman", "p4"),
        ("AbdulRahmanSiddiq", "p4"),
        ("عبد الرحمن صديق", "p4"),
        ("عبدالرحمن صديق", "p4"),
        ("rustammuhammadov", "p1"),
        ("KimJonghun", "p5"),
        ("金正勳", "p5"),
        ("ハーコート・ブロッケル", "p7"),
        ("Mr. Harcourt Blokker", "p7"),
    ],
)
def test_i7_person_comes_first_however_the_name_is_written(index: Index, query: str, first: str) -> None:
    assert ids(index.search(query, 3))[0] == first


def test_i8_date_of_birth_decides_between_namesakes(index: Index) -> None:
    for born, first in (("1990-01-02", "p5"), ("1961-11-30", "p6"), ("1961", "p6")):
        found = index.search(Query(names=("김정훈",), birth_date=born))
        assert ids(found)[0] == first
        assert found[0].score > found[1].score


def test_i9_nationality_moves_the_score(index: Index) -> None:
    same, other, unsaid = (
        index.search(Query(names=("Rustam Muhammadov",), country=country))[0].score for country in ("TJ", "NL", "")
    )
    assert same > unsaid > other


def test_i12_entries_of_other_classes_are_not_found_and_move_nothing(index: Index, tmp_path: Path) -> None:
    seen_alone = Index.build([one for one in PEOPLE if one.cls == 0], tmp_path)
    for query in ("Rustam Muhammadov", "Мухаммадов", "Blokker", "ハーコート・ブロッケル", "Mukhammadov"):
        assert index.search(query, 20, allowed=[0]) == seen_alone.search(query, 20)
    assert ids(index.search("Mukhammadov Rustam", 1, allowed=[0, 2])) == ["p8"]
    assert index.search("Rustam", 20, allowed=[]) == index.search("Rustam", 20, allowed=[77]) == ()


def test_i12_what_a_hidden_date_or_country_says_moves_nothing(tmp_path: Path) -> None:
    builder, names = NamesBuilder(), NamesBuilder()
    for number, born in enumerate(("1990-01-02", "1961-11-30")):
        for one in (builder, names):
            one.add_entries(one.add_record(f"p{number}"), ["rustam muhammadov"], 0)
        builder.add_entries(number, ["rustam muhammadov"], 1, born, "TJ")
    (tmp_path / "both").mkdir()
    builder.write(tmp_path / "both" / FILE)
    names.write(tmp_path / FILE)
    both, nameless = Index.open(tmp_path / "both"), Index.open(tmp_path)
    query = Query(names=("Rustam Muhammadov",), birth_date="1961-11-30", country="TJ")
    assert both.search(query, allowed=[0]) == nameless.search(query)
    seen = both.search(query, allowed=[0, 1])
    assert ids(seen) == ["p1", "p0"]
    assert seen[0].score > nameless.search(query)[0].score


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "?",
        "😀😀",
        "\u202e\u202d",
        "\u0301\u0301",
        "1",
        "x",
        "x" * 10_000,
        "аbсd еfgh",
        "ٱللّٰه" * 50,
        "王" * 500,
    ],
)
def test_whatever_is_typed_has_an_answer(index: Index, query: str) -> None:
    assert all(0.0 <= one.score <= 1.0 for one in index.search(query))


@pytest.mark.parametrize(("born", "country"), [("", ""), ("1979-05-04", ""), ("1985", "TJ")])
@pytest.mark.parametrize(
    "name", ["Rustam Muhammadov", "Мухаммадов", "Anvar Kurbanov", "Rustam Karim Kurban", "rustamkarim"]
)
def test_what_a_short_list_passes_over_would_not_be_in_it(
    names_alike: Index, name: str, born: str, country: str
) -> None:
    query = Query(names=(name,), birth_date=born, country=country)
    whole = names_alike.search(query, 1_000)
    assert len(whole) > 12
    for limit in (1, 3, 12):
        assert names_alike.search(query, limit) == whole[:limit]


@pytest.fixture(scope="module")
def names_alike(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """People with the same few words in their names, born on three days."""
    given_, family = ("Rustam", "Rustem", "Anvar", "Anwar", "Karim"), ("Muhammadov", "Mahmudov", "Kurbanov", "Karimov")
    people = [
        IndexRecord(f"{one} {other} {born}", (f"{one} {other}",), born, country)
        for one in given_
        for other in family
        for born, country in (("1979-05-04", "TJ"), ("1985", "KZ"), ("1985-02-03", ""))
    ]
    return Index.build(people, tmp_path_factory.mktemp("alike"))


def test_score_never_rises_along_the_list(index: Index) -> None:
    found = index.search("Rustam Muhammadov", 8)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len(index.search("Rustam Muhammadov", 1)) == 1


@pytest.mark.parametrize("limit", [0, -1, LIMIT_MAX + 1])
def test_list_of_another_length_is_refused(index: Index, limit: int) -> None:
    with pytest.raises(Invalid, match="not made"):
        index.search("x", limit)


def test_index_of_nobody_is_built_and_finds_nobody(tmp_path: Path) -> None:
    empty = Index.build([], tmp_path)
    assert (empty.size, empty.search("Rustam")) == (0, ())


def test_record_may_be_a_mapping_and_have_a_name_without_letters(tmp_path: Path) -> None:
    index = Index.build([{"id": "a", "name": "Rustam"}, {"id": "b", "names": ["?"]}, {"id": "c"}], tmp_path)
    assert (index.size, ids(index.search("Rustam"))) == (3, ["a"])


@pytest.mark.parametrize(
    "record", [{"id": "", "name": "x"}, {"id": "x" * 401}, {"id": "x", "names": ["x"] * (NAMES_MAX + 1)}]
)
def test_record_that_cannot_be_one_is_refused_and_the_earlier_index_stays(
    tmp_path: Path, record: dict[str, object]
) -> None:
    Index.build(PEOPLE, tmp_path)
    with pytest.raises(Invalid, match="could not be put into the index"):
        Index.build([record], tmp_path)
    assert Index.open(tmp_path).size == len(PEOPLE)


def test_index_is_built_in_the_place_of_one_that_is_open(tmp_path: Path) -> None:
    earlier = Index.build(PEOPLE, tmp_path)
    later = Index.build(PEOPLE[:1], tmp_path)
    assert (earlier.size, later.size) == (len(PEOPLE), 1)
    assert ids(earlier.search("Yurchenko", 1)) == ["p3"]
    assert [place.name for place in tmp_path.iterdir()] == [FILE]


def test_several_threads_find_the_same(index: Index) -> None:
    wanted, found = index.search("Rustam Muhammadov"), list[tuple[Found, ...]]()

    def ask() -> None:
        found.extend(index.search("Rustam Muhammadov") for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert all(one == wanted for one in found)


@pytest.mark.parametrize("damage", ["missing", "empty", "other", "cut", "longer", "header"])
def test_damaged_file_is_refused_with_what_to_do(tmp_path: Path, damage: str) -> None:
    Index.build(PEOPLE, tmp_path)
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.unlink()
    damaged = {
        "empty": b"", "other": b"x" * 4_096, "cut": whole[:-1], "longer": whole + b"\0",
        "header": whole[: len(MAGIC) + 4] + b"{" + whole[len(MAGIC) + 5 :].replace(b'"arrays"', b'"arrayz"', 1),
    }  # fmt: skip
    if damage in damaged:
        path.write_bytes(damaged[damage])
    with pytest.raises(Unavailable) as failure:
        Index.open(tmp_path)
    assert "Build it again" in failure.value.do


def test_file_of_another_version_is_refused(tmp_path: Path) -> None:
    write_arrays(tmp_path / FILE, {"format": 0}, {})
    with pytest.raises(Unavailable, match="could not be opened"):
        Index.open(tmp_path)


def test_disk_that_takes_no_more_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Index.build(PEOPLE, tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="could not be written"):
        Index.build(PEOPLE[:1], tmp_path)
    monkeypatch.undo()
    assert Index.open(tmp_path).size == len(PEOPLE)
    assert [place.name for place in tmp_path.iterdir()] == [FILE]


def test_arrays_are_read_as_they_were_written_and_cannot_be_changed(tmp_path: Path) -> None:
    arrays: dict[str, Array] = {
        "a": np.arange(5, dtype=np.uint32),
        "none": np.empty(0, np.float32),
        "b": np.array([1.5], np.float64),
    }
    write_arrays(tmp_path / "x", {"about": 1}, arrays)
    found = read_arrays(tmp_path / "x")
    assert found.about == {"about": 1}
    assert {name: array.tolist() for name, array in found.arrays.items()} == {
        "a": [0, 1, 2, 3, 4],
        "none": [],
        "b": [1.5],
    }
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["a"][0] = 1


@pytest.mark.parametrize(
    ("name", "query"),
    [("William Osgood", "Bill Osgood"), ("Bill Osgood", "William Osgood"), ("JaVale McGee", "Javale Mcgee")],
)
def test_i24_short_form_finds_the_name_it_stands_for(tmp_path: Path, name: str, query: str) -> None:
    near = ("Walter Osgood", "Wilbur Osgood", "Blake Osgood", "Jarvis Gee")
    index = Index.build([IndexRecord(one, (one,)) for one in (*near, name)], tmp_path)
    assert ids(index.search(query, 1)) == [name]


def test_han_name_written_by_sound_without_a_space_is_cut(tmp_path: Path) -> None:
    index = Index.build(
        [IndexRecord(one, (one,)) for one in ("Shahidan Kassim", "Shan Kim", "Kassandra Shah")], tmp_path
    )
    assert ids(index.search("沙希淡卡欣", 1)) == ["Shahidan Kassim"]


DATES = st.builds(
    lambda year, month, day: PartialDate(year, month, day if month else 0),
    st.integers(YEAR_MIN, YEAR_MIN + 2), st.integers(0, 12), st.integers(0, 12),
)  # fmt: skip


@given(DATES, DATES)
def test_i8_packed_dates_agree_as_dates_do(ours: PartialDate, theirs: PartialDate) -> None:
    assert BEST_FIRST[agreement_of(packed_date(ours), packed_date(theirs))] == compare_dates(ours, theirs)
    assert is_full(packed_date(ours)) == ours.is_full


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5))), st.integers(1, 6))
def test_best_records_stand_once_and_in_order(scored: list[tuple[int, int]], limit: int) -> None:
    best, found = Best(np.zeros(limit, np.int64), np.zeros(limit, np.float64)), 0
    for record, score in scored:
        found = place_among(record, float(score), best, found)
    highest = {record: max(score for one, score in scored if one == record) for record, _ in scored}
    wanted = sorted(highest.items(), key=lambda one: (-one[1], one[0]))[:limit]
    assert list(zip(best.records[:found].tolist(), best.scores[:found].tolist(), strict=True)) == wanted


def test_records_left_out_are_found_no_more_by_views_made_before_and_after(tmp_path: Path) -> None:
    people = [IndexRecord(f"r{place}", ("Rahimov Akmal",), cls=place % 2) for place in range(6)]
    index = Index.build(people, tmp_path)
    before = [ids(index.search("Rahimov", 9, allowed)) for allowed in (None, [0], [1])]
    assert before == [["r0", "r1", "r2", "r3", "r4", "r5"], ["r0", "r2", "r4"], ["r1", "r3", "r5"]]
    index.leave_out(np.array([0, 3]))
    after = [ids(index.search("Rahimov", 9, allowed)) for allowed in (None, [0], [1], [0, 1])]
    assert after == [["r1", "r2", "r4", "r5"], ["r2", "r4"], ["r1", "r5"], ["r1", "r2", "r4", "r5"]]
    assert ids(Index.open(tmp_path).search("Rahimov", 9)) == before[0]
    # Nothing is compiled anew for it: that takes longer than anybody waits for an answer.
    assert len(getattr(answer, "signatures")) == 1  # noqa: B009 - what the compiler adds to a function has no type
