"""T8, T11 on a real folder: modes, whole files, a disk that fails, a process that is killed, a store that was restored."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from entente.app import open_parts, parts_of
from entente.kernel.errors import Unavailable
from entente.kernel.ports import Act
from entente.node import Node
from entente.settings import Settings
from entente.storage import tiles
from entente.storage.folder import Folder
from entente.storage.schema import trail
from entente.storage.tiles import TileFolder
from entente.trail.log import Fit
from entente.trail.rules import entry_of, row_entry
from tests.storage.conftest import Opener
from tests.storage.test_contract_daily_work import append
from tests.support.nodes import begin_body

pytestmark = pytest.mark.storage


def record(node: Node, count: int) -> None:
    """Add rows to a node's trail in one commit."""
    with node.directory.open_unit() as unit:
        own = unit.bodies.own().id
        for number in range(count):
            node.directory.record(unit, Act("search", own, "duty-1", f"subject-{number}", {"case": "2031/000017"}))
        unit.commit()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the folder of a bureau's node."""
    return begin_body(tmp_path, "XA-NCB")


@pytest.fixture
def node(place: Path) -> Iterator[Node]:
    settings = Settings.at(place)
    with open_parts(settings, parts_of(settings)) as (opened, _):
        yield opened


def bring_up(node: Node) -> None:
    node.log.bring_up(lambda _: None)


def test_t8_log_lies_in_the_nodes_folder_for_its_account_alone(node: Node, place: Path) -> None:
    record(node, 300)
    bring_up(node)
    log = Folder(place).log
    found = files_of(log)
    assert {"checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"} <= set(found)
    assert len(found["tile/0/000"]) == 8_192
    assert len(found["tile/entries/000"]) == 256 * 34
    assert {path.stat().st_mode & 0o777 for path in log.rglob("*") if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in log.rglob("*") if path.is_file()} == {0o600}
    assert log.stat().st_mode & 0o777 == 0o700
    assert node.log.verify().is_sound


def test_t8_folder_that_was_removed_is_written_again_byte_for_byte(node: Node, place: Path) -> None:
    record(node, 700)
    bring_up(node)
    before = files_of(Folder(place).log)
    shutil.rmtree(Folder(place).log)
    assert node.log.look().fit is Fit.NONE
    bring_up(node)
    assert files_of(Folder(place).log) == before


def test_t8_leaves_and_rows_of_a_case_are_read_as_they_stand(node: Node) -> None:
    record(node, 5)
    with node.log.open_view() as view:
        rows = view.trail.rows(0, 99)
        assert view.trail.leaves(0, 99) == tuple(row.leaf for row in rows)
        assert view.trail.leaves(2, 3) == tuple(row.leaf for row in rows[2:5])
        named = view.trail.of_case("2031/000017", {"2031/000017"}, len(rows), 99)
        assert named == rows[-5:]
        assert view.trail.of_case("2031/000017", (), len(rows) - 2, 2) == rows[-5:-3]
        assert view.trail.of_case("2031/000018", ("subject-4", "subject-1"), 99, 99) == (rows[-4], rows[-1])


def test_t13_entry_of_an_erased_row_is_kept_with_it(opener: Opener) -> None:
    store = opener()
    with store.unit() as unit:
        append(unit, 3)
        unit.commit()
    with store.view() as view:
        assert [row.entry for row in view.trail.rows(0, 9)] == [None] * 3
        row = view.trail.rows(0, 9)[1]
    with store.unit() as unit:
        kept = row_entry(row.sequence, row.at, row.act, row.salt)
        unit.trail._connection.execute(sa.update(trail).where(trail.c.sequence == 2).values(entry=kept, salt=bytes(16)))  # noqa: SLF001
        unit.commit()
    with store.view() as view:
        erased = view.trail.rows(0, 9)[1]
        assert erased.entry == kept
        assert entry_of(erased) == kept


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_t8_failing_disk_is_said_and_the_log_goes_on_afterwards(
    node: Node, place: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    bring_up(node)
    before = files_of(Folder(place).log)
    record(node, 300)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        if call == "fsync":
            patch.setattr("entente.storage.tiles.os.fsync", fail)
        else:
            patch.setattr(Path, "replace", fail)
        with pytest.raises(Unavailable, match="cannot be written") as told:
            node.log.step()
        assert told.value.retry_is_safe
        assert "No space left" in told.value.why
    after = files_of(Folder(place).log)
    assert {name: data for name, data in after.items() if not name.startswith(".part")} == before
    bring_up(node)
    assert node.log.verify().is_sound
    assert node.log.begun_again == ""


def test_t8_folder_that_may_not_be_written_is_said(node: Node, place: Path) -> None:
    Folder(place).log.write_bytes(b"a file where the folder belongs")
    with pytest.raises(Unavailable, match="cannot be"):
        node.log.step()


DIES_WHILE_IT_WRITES = """
    import os, sys
    from pathlib import Path
    from entente.app import open_parts, parts_of
    from entente.settings import Settings
    from entente.storage.tiles import TileFolder

    left = int(sys.argv[2])
    really = Path.replace

    def replace(part, place):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return really(part, place)

    Path.replace = replace
    settings = Settings.at(Path(sys.argv[1]))
    with open_parts(settings, parts_of(settings)) as (node, _):
        node.log.step()
"""


@pytest.mark.parametrize("writes", [0, 1, 3, 5])
def test_t8_process_killed_between_tiles_and_checkpoint_leaves_the_older_checkpoint_whole(
    place: Path, writes: int
) -> None:
    settings = Settings.at(place)
    with open_parts(settings, parts_of(settings)) as (node, _):
        record(node, 250)
        bring_up(node)
        size = node.log.look().rows
        record(node, 300)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = textwrap.dedent(DIES_WHILE_IT_WRITES)
    line = [sys.executable, "-c", program, str(place), str(writes)]
    assert subprocess.run(line, env=environment, check=False, timeout=60).returncode == 9
    with open_parts(settings, parts_of(settings)) as (node, _):
        assert (node.log.look().fit, node.log.look().rows) == (Fit.FITS, size)
        assert node.log.verify().is_sound
        bring_up(node)
        assert (node.log.begun_again, node.log.verify().rows) == ("", size + 300)


def test_t11_restored_store_finds_the_newer_log_sets_it_aside_and_says_so(place: Path) -> None:
    settings = Settings.at(place)
    with open_parts(settings, parts_of(settings)) as (node, _):
        record(node, 10)
    kept = Folder(place).database.read_bytes()
    with open_parts(settings, parts_of(settings)) as (node, _):
        record(node, 300)
        bring_up(node)
    newer = files_of(Folder(place).log)
    for path in place.glob("entente.db*"):
        path.unlink()
    Folder(place).database.write_bytes(kept)
    with open_parts(settings, parts_of(settings)) as (node, _):
        assert node.log.look().fit is Fit.PARTED
        bring_up(node)
        state = node.log.look()
        assert (state.fit, state.is_sound, state.aside) == (Fit.FITS, False, ("log.aside-1",))
        assert files_of(place / "log.aside-1") == newer
        shutil.rmtree(place / "log.aside-1")
        assert node.log.look().is_sound


def test_t11_folders_are_set_aside_under_the_next_number(tmp_path: Path) -> None:
    log = TileFolder(tmp_path / "log")
    for number in range(1, 12):
        log.write("checkpoint", b"%d" % number)
        log.set_aside()
    (tmp_path / "log.aside-copy").mkdir()
    assert log.aside() == tuple(f"log.aside-{number}" for number in range(1, 12))
    assert (tmp_path / "log.aside-11" / "checkpoint").read_bytes() == b"11"


def test_t8_a_file_that_is_too_long_for_any_of_a_log_is_none(tmp_path: Path) -> None:
    log = TileFolder(tmp_path / "log")
    log.write("checkpoint", b"x" * tiles.FILE_BYTES_MAX)
    assert log.read("checkpoint") is not None
    log.write("checkpoint", b"x" * (tiles.FILE_BYTES_MAX + 1))
    assert log.read("checkpoint") is None
    assert log.read("tile/0/000") is None
    assert log.read("checkpoint/000") is None
