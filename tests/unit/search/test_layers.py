"""I12, I15, I17 and I37: generations of the index, and a base beside the live part, searched by processes of its own."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from entente.identity.model import IndexEntry, Query
from entente.kernel.errors import Unavailable
from entente.search.base_files import BaseFiles
from entente.search.layers import LayeredIndex
from tests.support.byte_search import found_in

ALL = frozenset(range(1, 50))
LIVE_MAX = 2


def named(record: int, name: str, cls: int = 1, born: str = "") -> IndexEntry:
    return IndexEntry(record, cls, name=name, birth_date=born)


def numbered(record: int, key: str, cls: int = 1) -> IndexEntry:
    return IndexEntry(record, cls, identifiers=(key,))


PERSONS = (named(1, "Мухаммедов Абдулло"), named(2, "Karimzoda Behruz"), named(3, "محمد يوسف"), named(4, "王小明"))


def opened(folder: Path, live_max: int = LIVE_MAX) -> LayeredIndex:
    return LayeredIndex(folder, 1, live_max=live_max)


def renewed(index: LayeredIndex, entries: Sequence[IndexEntry], position: int) -> None:
    """Have a fresh index take over that holds the entries, as identity.service does."""
    fresh = index.beside()
    fresh.apply(sorted({entry.record for entry in entries}), entries, position)
    settle(fresh)
    index.take_over(fresh)


def settle(fresh: LayeredIndex) -> None:
    while not fresh.settle(wait=True):
        continue


def near(index: LayeredIndex, name: str, allowed: frozenset[int] = ALL, born: str = "") -> tuple[int, ...]:
    return index.by_names(Query(names=(name,), birth_date=born), allowed, 10)


def generation(folder: Path) -> Path:
    (found,) = folder.glob("files-*")
    return found


RAHIMOVS = tuple(
    named(number, "Rahimov Akmal", 10 + number % 10, f"19{number % 90 + 10}-01-02") for number in range(100, 500)
)
ENTRIES = (*PERSONS, numbered(5, "n:PA123456"), numbered(6, "n:PA123456", cls=2), *RAHIMOVS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an index with a base once: each process that is started takes a second."""
    folder = tmp_path_factory.mktemp("made") / "index"
    with closing(opened(folder)) as index:
        index.apply([], ENTRIES, 7)
        renewed(index, ENTRIES, 7)
    assert (generation(folder) / "base").is_dir()
    return folder


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Iterator[LayeredIndex]:
    shutil.copytree(made, tmp_path / "index")
    with closing(opened(tmp_path / "index")) as held:
        yield held


@pytest.mark.long
def test_i37_base_answers_as_one_index_in_processes_that_are_replaced_and_end_with_it(index: LayeredIndex) -> None:
    """One test, because each process that is started takes a second."""
    # Names in another script or spelling come first.
    asked = ("Muhammadov", "Behruz Karimzade", "Muhammad Yusuf", "Wang Xiaoming", "Каримзода")
    assert [near(index, name)[0] for name in asked] == [1, 2, 3, 4, 2]
    # I12: only allowed classes are found, and a list is as long as there are such.
    for allowed in ({10, 13}, {13}, {13, 99}, {99}, set[int]()):
        found = index.by_names(Query(names=("Rahimov",)), frozenset(allowed), 20)
        assert {number % 10 + 10 for number in found} == allowed - {99}
        assert len(found) == (20 if allowed - {99} else 0)
    # A birth date decides among many namesakes.
    found = index.by_names(Query(names=("Rahimov Akmal",), birth_date="1957-01-02"), ALL, 10)
    wanted = {number for number in range(100, 500) if number % 90 + 10 == 57}
    assert set(found[: len(wanted)]) == wanted
    # A process that was killed is replaced within the question.
    before = near(index, "Muhammadov")
    assert len(_children()) == 1
    for child in _children():
        os.kill(child, signal.SIGKILL)
    assert near(index, "Muhammadov") == before
    # Numbers are found in base and live part.
    index.apply([7], [numbered(7, "n:PA123456")], 8)
    assert index.by_identifier(["n:PA123456"], ALL, 10) == (5, 6, 7)
    assert index.by_identifier(["n:PA123456"], frozenset({2}), 10) == (6,)
    assert index.by_identifier(["n:PA12345"], ALL, 10) == ()
    assert index.by_identifier([], ALL, 10) == ()
    # None is left when it is closed, the one that fills a fresh base neither.
    index.beside().apply([1], PERSONS[:1], 7)
    assert len(_children()) == 2
    index.close()
    assert _children() == []
    with pytest.raises(Unavailable, match="not made"):
        near(index, "Muhammadov")


def test_i37_what_changed_since_the_base_is_found_as_it_is_now_also_after_a_restart(
    index: LayeredIndex, tmp_path: Path
) -> None:
    index.apply([2, 5], [named(2, "Saidov Rustam"), numbered(5, "n:XY998877")], 8)
    index.apply([1], [], 9)

    def holds(held: LayeredIndex) -> None:
        assert 2 not in near(held, "Karimzoda Behruz")
        assert 2 in near(held, "Saidov Rustam")
        assert 1 not in near(held, "Мухаммедов")
        assert held.by_identifier(["n:PA123456"], ALL, 10) == (6,)
        assert held.by_identifier(["n:XY998877"], ALL, 10) == (5,)

    holds(index)
    index.close()
    with closing(opened(tmp_path / "index")) as again:
        assert again.position() == 9
        holds(again)


@pytest.mark.long
def test_i37_small_store_has_no_base_and_one_that_has_grown_is_due(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "index", live_max=4)) as index:
        index.apply([], PERSONS, 7)
        assert not index.is_due()
        renewed(index, PERSONS, 7)
        assert not (generation(tmp_path / "index") / "base").exists()
        index.apply([5], [named(5, "Saidov Rustam")], 8)
        assert index.is_due()
        renewed(index, [*PERSONS, named(5, "Saidov Rustam")], 8)
        assert not index.is_due()
        assert near(index, "Saidov Rustam")[0] == 5


def test_i37_what_comes_in_while_a_base_is_written_is_found(index: LayeredIndex) -> None:
    fresh = index.beside()
    fresh.apply([1, 2, 3], PERSONS[:3], 6)
    # I17: what is erased while a base is filled does not come into it.
    fresh.apply([], [], 7, erased=[3])
    while not fresh.settle(wait=False):
        time.sleep(0.02)
        if fresh.position() == 7:
            fresh.apply([2, 9], [named(2, "Saidov Rustam"), named(9, "Yurchenko Oksana")], 8)
    assert near(index, "Karimzoda Behruz")[0] == 2
    index.take_over(fresh)
    assert (index.position(), index.is_clean()) == (8, True)
    assert 3 not in near(index, "محمد يوسف")
    assert 9 in near(index, "Yurchenko")
    assert 2 in near(index, "Saidov Rustam")
    assert 2 not in near(index, "Karimzoda Behruz")


def test_i17_no_name_and_no_number_stands_in_the_files_of_a_base(index: LayeredIndex, tmp_path: Path) -> None:
    assert (generation(tmp_path / "index") / "base" / "names.arrays").exists()
    assert found_in(tmp_path, ["karimzoda", "karimz", "PA123456", "n:PA", "muhammad"]) == set()


@pytest.mark.long
def test_i17_what_was_erased_is_found_no_more_and_makes_a_fresh_index_due(index: LayeredIndex) -> None:
    assert index.is_clean()
    index.apply([], [], 8, erased=[2])
    assert (index.is_clean(), index.is_due()) == (False, True)
    assert 2 not in near(index, "Karimzoda Behruz")
    renewed(index, [entry for entry in PERSONS if entry.record != 2], 8)
    assert (index.is_clean(), index.is_due()) == (True, False)
    assert 2 not in near(index, "Karimzoda Behruz")


def test_i15_damaged_base_says_so_and_is_made_anew(index: LayeredIndex, tmp_path: Path) -> None:
    index.close()
    names = generation(tmp_path / "index") / "base" / "names.arrays"
    # A new file: the old one may still be mapped.
    data = names.read_bytes()
    names.unlink()
    names.write_bytes(data[:-100])
    with closing(opened(tmp_path / "index")) as again:
        assert not again.is_due()
        with pytest.raises(Unavailable, match="index"):
            near(again, "Muhammadov")
        assert again.is_due()
        renewed(again, PERSONS, 7)
        assert near(again, "Muhammadov")[0] == 1


def lose_live(folder: Path) -> None:
    shutil.rmtree(folder / "live")


def lose_base_state(folder: Path) -> None:
    (folder / "base.json").unlink()


def lose_state(folder: Path) -> None:
    (folder.parent / "index.json").unlink()


def other_format(folder: Path) -> None:
    (folder.parent / "index.json").write_text(json.dumps({"format": 999, "generation": folder.name}))


def garbled_state(folder: Path) -> None:
    (folder.parent / "index.json").write_bytes(b"\xff\xfe[1]")


def place_outside(folder: Path) -> None:
    (folder.parent / "index.json").write_text(json.dumps({"format": 1, "generation": "files-/../../elsewhere"}))


@pytest.mark.parametrize("damage", [lose_live, lose_base_state, lose_state, other_format, garbled_state, place_outside])
def test_i15_parts_that_do_not_fit_together_begin_again_at_zero(
    index: LayeredIndex, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    index.close()
    damage(generation(tmp_path / "index"))
    with closing(opened(tmp_path / "index")) as again:
        assert (again.position(), near(again, "Muhammadov")) == (0, ())
        again.apply([], PERSONS, 9)
        assert (again.position(), near(again, "Muhammadov")[0]) == (9, 1)


def test_i15_number_that_a_crash_cut_off_is_noted_again(index: LayeredIndex, tmp_path: Path) -> None:
    index.apply([2], [named(2, "Saidov Rustam")], 8)
    index.close()
    with (generation(tmp_path / "index") / "changed").open("ab") as file:
        file.write(b"\x03\x00")
    with closing(opened(tmp_path / "index")) as again:
        again.apply([4], [], 9)
        assert 2 not in near(again, "Karimzoda Behruz")
    with closing(opened(tmp_path / "index")) as again:
        assert 4 not in near(again, "王小明")
        assert near(again, "محمد يوسف")[0] == 3


def test_i15_crash_before_a_fresh_index_takes_over_leaves_the_old_one_and_no_rest(
    index: LayeredIndex, tmp_path: Path
) -> None:
    index.beside().apply([1], PERSONS[:1], 3)
    index.close()
    assert len(list((tmp_path / "index").glob("files-*"))) == 2
    with closing(opened(tmp_path / "index")) as again:
        assert (again.position(), near(again, "Karimzoda")[0]) == (7, 2)
        assert len(list((tmp_path / "index").glob("files-*"))) == 1


def test_i37_base_that_cannot_be_written_leaves_the_old_one_answering(index: LayeredIndex, tmp_path: Path) -> None:
    fresh = index.beside()
    fresh.apply([1], PERSONS[:1], 7)
    (place,) = (found for found in (tmp_path / "index").glob("files-*") if not (found / "base").exists())
    # A file where the folder is to be: the disk takes nothing.
    (place / "base").write_text("in the way")
    with pytest.raises(Unavailable, match="made anew"):
        settle(fresh)
    fresh.discard()
    assert not place.exists()
    assert near(index, "Karimzoda")[0] == 2
    assert len(_children()) == 1


def test_clear_begins_again(index: LayeredIndex, tmp_path: Path) -> None:
    index.clear()
    assert (index.position(), near(index, "Karimzoda"), index.by_identifier(["n:PA123456"], ALL, 10)) == (0, (), ())
    index.close()
    with closing(opened(tmp_path / "index")) as again:
        assert again.position() == 0


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_i15_base_without_its_own_keys_is_refused(made: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(generation(made) / "base", tmp_path / "base")
    keys = tmp_path / "base" / "keys"
    data = keys.read_bytes()
    keys.unlink()
    if damage != "missing":
        keys.write_bytes(data[:-1] if damage == "cut" else bytes(len(data)))
    with pytest.raises(Unavailable, match=r"index|table"):
        BaseFiles.open(tmp_path / "base")
