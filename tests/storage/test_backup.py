"""N6 and N7: a backup is made beside the running work, is whole or absent, and is believed only as a whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entente import __version__
from entente.app import check_backup, create_folder, open_node, open_parts, parts_of
from entente.kernel.errors import Conflict, EntenteError, Invalid, Misconfigured, Unavailable, Untrusted
from entente.node import Node
from entente.settings import Settings
from entente.storage import sqlite
from entente.storage.folder import Folder
from entente.storage.schema import SCHEMA
from entente.storage.sealed_file import CHUNK_BYTES, COST, MAGIC, SealingWriter
from entente.verbs import perform
from tests.storage.test_opening import BUREAU
from tests.unit.kernel.test_clock import SetClock

pytestmark = pytest.mark.storage

WORDS = "four quiet words here"


def ask(node: Node, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(node, verb, given)


def nobody(_: int) -> None:
    """Take progress that nobody watches."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bureau's folder with an officer, cases and a file of a record; each test works on a copy."""
    place = tmp_path_factory.mktemp("begun") / "xa"
    create_folder(place, BUREAU)
    with open_node(Settings.at(place)) as node:
        ask(node, "officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])
        open_cases(node, 20)
    (place / "blobs" / "ab").mkdir(parents=True)
    (place / "blobs" / "ab" / "abcdef").write_bytes(os.urandom(3 * CHUNK_BYTES))
    (place / "blobs" / "ab" / ".new").write_bytes(b"half")
    (place / "blobs" / "ab" / "chunks.part").write_bytes(b"half")
    return place


def open_cases(node: Node, count: int) -> None:
    for number in range(count):
        ask(node, "case_open", officer="duty-1", title=f"Case {number}", crime_area="fugitives")


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "xa"))


@pytest.fixture
def node(folder: Path) -> Iterator[Node]:
    with open_node(Settings.at(folder)) as opened:
        yield opened


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase.txt"
    file.write_text(f"{WORDS}\n", encoding="utf-8")
    return file


def names_beside(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if "backup" in path.name)


def members_of(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        found: dict[str, bytes] = {}
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
        return found


def write_members(file: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(file, "w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def test_n6_backup_says_what_it_is_and_holds_store_keys_and_files_and_nothing_else(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "xa.backup"
    rows = node.trail.latest(1)[0].sequence
    answer = ask(node, "backup", out=str(out))
    made = answer["backup"]
    assert answer["not_recorded"] == ""
    assert (made["trail_rows"], made["schema"], made["code"], made["is_sealed"]) == (rows, SCHEMA, "XA-NCB", False)
    assert made["file_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    members = members_of(out)
    assert list(members)[:3] == ["manifest.json", "hashes.txt", "entente.db"]
    assert set(members) - {"manifest.json", "hashes.txt"} == {
        "entente.db", "blobs/ab/abcdef", "keys/accounts.key", "keys/dpo.pem", "keys/dpo.public", "keys/head-1.pem",
        "keys/head-2.pem", "keys/head-3.pem", "keys/node.pem", "keys/sealing.pem", "keys/tombstone.key",
    }  # fmt: skip
    manifest = json.loads(members["manifest.json"])
    assert (manifest["body"], manifest["package"], manifest["has_keys"]) == (made["body"], __version__, True)
    assert out.stat().st_mode & 0o077 == 0
    assert names_beside(out) == ["xa.backup"]
    found = check_backup(out, None, nobody)
    assert (found.body, found.trail_rows) == (made["body"], rows)


def test_n6_the_trail_says_that_a_copy_of_everything_was_made(node: Node, tmp_path: Path) -> None:
    made = ask(node, "backup", out=str(tmp_path / "xa.backup"))["backup"]
    (row,) = node.trail.latest(1)
    assert row.act.verb == "backup"
    assert row.act.detail == {
        "file": "xa.backup", "sha256": made["file_sha256"], "trail_rows": made["trail_rows"], "has_keys": True,
        "is_sealed": False,
    }  # fmt: skip


def test_n6_backup_without_keys_holds_none(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "xa.backup"
    ask(node, "backup", out=str(out), without_keys=True)
    assert [name for name in members_of(out) if name.startswith("keys/")] == []
    assert not check_backup(out, None, nobody).has_keys


def test_n6_copy_is_of_one_moment_and_holds_up_no_writer(node: Node, folder: Path, tmp_path: Path) -> None:
    copy, took = tmp_path / "copy.db", []
    rows = node.trail.latest(1)[0].sequence

    def write_meanwhile(_: int) -> None:
        began = time.monotonic()
        open_cases(node, 1)
        took.append(time.monotonic() - began)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "COPY_PAGES", 5)
        sqlite.copy_database(Folder(folder).database, copy, write_meanwhile)
    assert len(took) > 5
    # Waiting for a lock would take the store's five seconds and then fail; a commit takes milliseconds.
    assert max(took) < 1.0
    assert sqlite.find_damage(copy) == ""
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT max(sequence) FROM trail").fetchone() == (rows,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert node.trail.latest(1)[0].sequence == rows + len(took)
    assert ask(node, "trail_verify")["proof"]["is_sound"]


def test_n6_backup_of_a_node_whose_clock_stepped_back_is_made_and_says_that_it_is_not_recorded(
    folder: Path, tmp_path: Path
) -> None:
    settings = Settings.at(folder)
    with open_node(settings) as opened:
        last = opened.trail.latest(1)[0].at
    machine = SetClock(last - timedelta(hours=1))
    with open_parts(settings, replace(parts_of(settings), clock=machine)) as (node, _):
        answer = ask(node, "backup", out=str(tmp_path / "xa.backup"))
    assert "clock stepped back" in answer["not_recorded"]
    assert check_backup(tmp_path / "xa.backup", None, nobody).made_at == last


@pytest.mark.parametrize("moment", [1, 4])
def test_n6_backup_that_is_stopped_leaves_nothing(node: Node, folder: Path, tmp_path: Path, moment: int) -> None:
    def stop(done: int) -> None:
        if done >= moment:
            raise Unavailable("Stopping.", why="A test says so.", do="Wait.", retry_is_safe=True)

    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(Unavailable, match="Stopping"):
        perform(node, "backup", {"out": str(tmp_path / "xa.backup")}, stop)
    assert names_beside(tmp_path / "xa.backup") == []
    assert sorted(path.name for path in folder.iterdir()) == before


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from entente.app import open_node
    from entente.settings import Settings
    from entente.verbs import perform

    part = Path(sys.argv[2]).with_name(".xa.backup.part")

    def die(_):
        if part.exists():
            os.kill(os.getpid(), signal.SIGKILL)

    with open_node(Settings.at(Path(sys.argv[1]))) as node:
        perform(node, "backup", {"out": sys.argv[2], "passphrase_file": sys.argv[3]}, die)
"""


def test_n6_killed_backup_leaves_nothing_that_looks_whole_and_the_next_one_clears_it_away(
    folder: Path, tmp_path: Path, passphrase_file: Path
) -> None:
    out = tmp_path / "out" / "xa.backup"
    out.parent.mkdir()
    line = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(out), str(passphrase_file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(line, env=environment, check=False, timeout=60).returncode == -signal.SIGKILL
    assert names_beside(out) == [".xa.backup.part"]
    assert Folder(folder).copy_file.exists()
    with open_node(Settings.at(folder)) as node:
        ask(node, "backup", out=str(out), passphrase_file=str(passphrase_file))
    assert names_beside(out) == ["xa.backup"]
    assert not Folder(folder).copy_file.exists()
    assert check_backup(out, WORDS, nobody).code == "XA-NCB"


def test_n6_place_that_cannot_hold_a_backup_is_refused_before_anything_is_copied(
    node: Node, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken.backup"
    taken.write_bytes(b"the only good one")
    for out, kind in (
        (taken, Conflict), (folder / "inside.backup", Invalid), (folder / "keys" / "inside.backup", Invalid),
        (tmp_path / "no such" / "xa.backup", Invalid), (Path("xa.backup"), Invalid),
    ):  # fmt: skip
        with pytest.raises(kind):
            ask(node, "backup", out=str(out))
    assert taken.read_bytes() == b"the only good one"
    monkeypatch.setattr("entente.storage.backup.ROOM_BESIDE_BYTES", 10**18)
    with pytest.raises(Unavailable, match="not room enough") as raised:
        ask(node, "backup", out=str(tmp_path / "xa.backup"))
    assert raised.value.retry_is_safe
    assert names_beside(tmp_path / "xa.backup") == ["taken.backup"]


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"other"), lambda path: path.unlink()])
def test_n6_file_that_is_erased_while_it_is_copied_makes_no_backup_that_is_not_whole(
    node: Node, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    out, file = tmp_path / "xa.backup", folder / "blobs" / "ab" / "abcdef"
    monkeypatch.setattr("entente.storage.backup.MEBIBYTE", 4_096)
    done: list[int] = []

    def erase(step: int) -> None:
        # By then every file was hashed, and the store is being written, which stands first.
        if not done and out.with_name(".xa.backup.part").exists():
            change(file)
            done.append(step)

    with pytest.raises(Unavailable) as raised:
        perform(node, "backup", {"out": str(out)}, erase)
    assert raised.value.retry_is_safe
    assert done
    assert names_beside(out) == []
    ask(node, "backup", out=str(out))
    check_backup(out, None, nobody)


def test_n6_two_backups_at_once_are_refused(node: Node, tmp_path: Path) -> None:
    refused: list[EntenteError] = []

    def second(_: int) -> None:
        if not refused:
            with pytest.raises(Conflict, match="being made already") as raised:
                ask(node, "backup", out=str(tmp_path / "second.backup"))
            refused.append(raised.value)

    perform(node, "backup", {"out": str(tmp_path / "first.backup")}, second)
    assert len(refused) == 1
    assert names_beside(tmp_path / "first.backup") == ["first.backup"]


@pytest.mark.parametrize("text", ["", "short", "\nfour quiet words here"])
def test_n6_passphrase_that_guards_nothing_is_refused(node: Node, tmp_path: Path, text: str) -> None:
    (tmp_path / "p.txt").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as raised:
        ask(node, "backup", out=str(tmp_path / "xa.backup"), passphrase_file=str(tmp_path / "p.txt"))
    assert raised.value.field == "passphrase_file"
    assert names_beside(tmp_path / "xa.backup") == []


def test_n6_sealed_backup_shows_nothing_plain_and_opens_under_its_passphrase_alone(
    node: Node, tmp_path: Path, passphrase_file: Path
) -> None:
    out = tmp_path / "xa.backup"
    assert ask(node, "backup", out=str(out), passphrase_file=str(passphrase_file))["backup"]["is_sealed"]
    sealed = out.read_bytes()
    assert sealed.startswith(MAGIC)
    for plain in (b"SQLite format", b"PRIVATE KEY", b"manifest.json", b"XA-NCB"):
        assert plain not in sealed
    assert check_backup(out, WORDS, nobody).has_keys
    with pytest.raises(Invalid, match="passphrase does not open") as wrong:
        check_backup(out, "another four words", nobody)
    assert wrong.value.field == "passphrase"
    with pytest.raises(Invalid, match="not a whole backup"):
        check_backup(out, None, nobody)


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def without_last_chunk(data: bytes) -> bytes:
    return data[: -(len(data) % CHUNK_BYTES)]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def swapped(data: bytes) -> bytes:
    size, begin = CHUNK_BYTES + 16, len(data) % 1024 + 1024
    return data[:begin] + data[begin + size : begin + 2 * size] + data[begin : begin + size] + data[begin + 2 * size :]


@pytest.mark.parametrize("spoil", [cut, flipped, without_last_chunk, swapped, lambda _: b"", lambda _: b"no backup"])
@pytest.mark.parametrize("is_sealed", [False, True])
def test_n7_truncated_or_changed_backup_is_refused(
    node: Node, tmp_path: Path, passphrase_file: Path, spoil: Callable[[bytes], bytes], *, is_sealed: bool
) -> None:
    out, given = tmp_path / "xa.backup", {"passphrase_file": str(passphrase_file)} if is_sealed else {}
    ask(node, "backup", out=str(out), **given)
    check_backup(out, WORDS if is_sealed else None, nobody)
    out.write_bytes(spoil(out.read_bytes()))
    with pytest.raises(Invalid) as raised:
        check_backup(out, WORDS if is_sealed else None, nobody)
    assert raised.value.field in {"file", "passphrase"}


def hashed(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return the members with hashes and manifest that fit them: what who holds the file in the clear can always do."""
    lines = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n"
        for name, data in members.items()
        if name not in {"manifest.json", "hashes.txt"}
    ).encode()
    manifest = {**json.loads(members["manifest.json"]), "hashes_sha256": hashlib.sha256(lines).hexdigest()}
    return {**members, "manifest.json": json.dumps(manifest).encode(), "hashes.txt": lines}


def with_manifest(members: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    return {**members, "manifest.json": json.dumps({**json.loads(members["manifest.json"]), **changes}).encode()}


REBUILT: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], type[EntenteError], str]] = {
    "as it was": (hashed, Conflict, ""),
    "a member is missing": (lambda m: {k: v for k, v in m.items() if k != "blobs/ab/abcdef"}, Invalid, "is missing"),
    "a member is added": (lambda m: {**m, "keys/evil.pem": b"x"}, Invalid, "does not name"),
    "another manifest": (lambda m: {**m, "manifest.json": b"[]"}, Invalid, "cannot be read"),
    "no manifest": (lambda m: {k: v for k, v in m.items() if k != "manifest.json"}, Invalid, "does not stand"),
    "a name outside": (lambda m: hashed({**m, "../../evil": b"x"}), Invalid, "has no place"),
    "a name above": (lambda m: hashed({**m, "keys/../../evil": b"x"}), Invalid, "has no place"),
    "a newer format": (lambda m: with_manifest(m, version=2), Misconfigured, "version 2"),
    "a newer schema": (lambda m: with_manifest(m, schema=99, oldest_code=98), Misconfigured, "schema 99"),
    "another body": (lambda m: with_manifest(m, body="body:" + "a" * 32), Untrusted, "other_body"),
    "another trail": (lambda m: with_manifest(m, trail_rows=3), Untrusted, "other_trail"),
}


@pytest.mark.parametrize("name", REBUILT)
def test_n7_backup_put_together_anew_is_believed_only_where_it_fits(node: Node, tmp_path: Path, name: str) -> None:
    change, kind, said = REBUILT[name]
    out = tmp_path / "xa.backup"
    ask(node, "backup", out=str(out))
    write_members(out, change(members_of(out)))
    if not said:
        assert check_backup(out, None, nobody).code == "XA-NCB"
        return
    with pytest.raises(kind) as raised:
        check_backup(out, None, nobody)
    reason = raised.value.reason if isinstance(raised.value, Untrusted) else ""
    assert said in f"{raised.value} {reason}"


def test_n7_backup_with_another_body_s_keys_does_not_prove_itself(node: Node, tmp_path: Path) -> None:
    out, other = tmp_path / "xa.backup", tmp_path / "other"
    ask(node, "backup", out=str(out))
    create_folder(other, BUREAU)
    members = members_of(out)
    for name in ("node.pem", "sealing.pem"):
        members[f"keys/{name}"] = (other / "keys" / name).read_bytes()
    write_members(out, hashed(members))
    with pytest.raises(Untrusted) as raised:
        check_backup(out, None, nobody)
    assert raised.value.reason == "other_keys"


def test_n7_backup_whose_trail_was_rewritten_does_not_prove_itself(folder: Path, tmp_path: Path) -> None:
    with sqlite3.connect(Folder(folder).database) as connection:
        connection.execute("UPDATE trail SET officer = 'somebody' WHERE sequence = 2")
    connection.close()
    out = tmp_path / "xa.backup"
    with open_node(Settings.at(folder)) as node:
        ask(node, "backup", out=str(out))
    with pytest.raises(Untrusted) as raised:
        check_backup(out, None, nobody)
    assert raised.value.reason == "unsound_trail"
    assert "Row 2 was changed" in raised.value.why


def test_n7_check_leaves_nothing_behind(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, place = tmp_path / "xa.backup", tmp_path / "temporary"
    ask(node, "backup", out=str(out))
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    before = out.read_bytes()
    check_backup(out, None, nobody)
    out.write_bytes(cut(before))
    with pytest.raises(Invalid):
        check_backup(out, None, nobody)
    assert list(place.iterdir()) == []


def test_passphrase_of_a_real_backup_costs_what_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    # As it is before the tests make it lighter (tests/conftest.py).
    monkeypatch.setattr("entente.storage.sealed_file.COST", COST)
    file = io.BytesIO()
    with SealingWriter(file, WORDS) as writer:
        writer.write(b"kept")
        head = file.getvalue().removeprefix(MAGIC).split(b"\n")[0]
    assert {key: value for key, value in json.loads(head).items() if key != "salt"} == {"n": 131_072, "p": 1, "r": 8}
