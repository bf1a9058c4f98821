"""N9 and N10: a restore is whole or nothing, and a restored node takes back before it says anything else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from entente.app import create_folder, open_node, open_parts, parts_of, restore_node
from entente.kernel.clock import SystemClock
from entente.kernel.errors import Conflict, EntenteError, Invalid, Refused, Unavailable, Untrusted
from entente.kernel.ports import Act
from entente.kernel.state import NodeMode, NodeState
from entente.node import Node
from entente.settings import Settings
from entente.storage.folder import Folder, FolderLock
from entente.storage.state import StateTable
from entente.storage.store import Store
from entente.verbs import perform
from entente.web.home import home_page
from tests.cli.test_bad_input import TERMS
from tests.storage.test_opening import BUREAU
from tests.support.nodes import CHARTER, Network, open_network
from tests.unit.kernel.test_clock import SetClock

pytestmark = pytest.mark.storage

WORDS = "four quiet words here"


def ask(node: Node, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(node, verb, given)


def nobody(_: int) -> None:
    """Take progress that nobody watches."""


def back_up(node: Node, out: Path, **given: Any) -> Path:  # noqa: ANN401 - a verb's fields
    ask(node, "backup", out=str(out), **given)
    return out


def open_case(node: Node) -> object:
    return ask(node, "case_open", officer="duty-1", title="Gate 4", crime_area="fugitives")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bureau that knows nobody, with an officer, cases and a file of a record; no test changes it."""
    place = tmp_path_factory.mktemp("begun") / "xa"
    create_folder(place, BUREAU)
    with open_node(Settings.at(place)) as node:
        ask(node, "officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])
        for _ in range(3):
            open_case(node)
    (place / "blobs" / "ab").mkdir(parents=True)
    (place / "blobs" / "ab" / "abcdef").write_bytes(b"a file of a record")
    return place


@pytest.fixture(scope="module")
def backup(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Path(shutil.copytree(begun, tmp_path_factory.mktemp("copy") / "xa"))
    with open_node(Settings.at(place)) as node:
        return back_up(node, place.parent / "xa.backup")


def rows_of(place: Path) -> list[tuple[int, str, str]]:
    with open_node(Settings.at(place)) as node:
        return [(row.sequence, row.act.verb, row.root.hex()) for row in reversed(node.trail.latest(999))]


def test_n9_restored_node_is_the_one_that_was_backed_up_and_goes_on(begun: Path, backup: Path, tmp_path: Path) -> None:
    place = tmp_path / "restored"
    made = restore_node(backup, None, place, None, nobody)
    rows = rows_of(begun)
    assert (made.code, made.trail_rows, made.mode) == ("XA-NCB", len(rows), NodeMode.NORMAL)
    restored = rows_of(place)
    assert restored[: len(rows)] == rows
    assert [verb for _, verb, _ in restored[len(rows) :]] == ["restore"]
    assert (place / "blobs" / "ab" / "abcdef").read_bytes() == b"a file of a record"
    for path in (begun / "keys").iterdir():
        assert (place / "keys" / path.name).read_bytes() == path.read_bytes()
    assert (place / "operator.token").read_bytes() != (begun / "operator.token").read_bytes()
    private = [place, place / "keys", place / "blobs", *(place / "keys").iterdir(), place / "entente.db"]
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []
    with open_node(Settings.at(place)) as node:
        assert ask(node, "trail_verify")["proof"]["is_sound"]
        assert open_case(node)
        assert ask(node, "status")["state"] == "normal"
        (check,) = [one for one in ask(node, "doctor")["checks"] if one["name"] == "state"]
        assert check["is_good"]
        assert "was restored on" in check["text"]


def test_n9_folder_that_holds_a_node_or_keys_is_left_alone(begun: Path, backup: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(begun, tmp_path / "xa"))
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    with pytest.raises(Conflict, match="There is a node"):
        restore_node(backup, None, place, None, nobody)
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    (place / "entente.db").unlink()
    with pytest.raises(Conflict):
        restore_node(backup, None, place, None, nobody)


@pytest.mark.parametrize("fault", ["truncated", "no backup", "stopped", "clock", "disk"])
def test_n9_restore_that_fails_leaves_nothing_and_can_be_done_again(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    file, place = tmp_path / "xa.backup", tmp_path / "restored"
    data = backup.read_bytes()
    spoilt = {"truncated": data[: len(data) // 2], "no backup": b"something else"}
    file.write_bytes(spoilt.get(fault, data))
    progress = nobody
    kind: type[EntenteError] = Invalid
    with monkeypatch.context() as patch:
        if fault == "stopped":
            kind = Unavailable
            patch.setattr("entente.storage.restore.MEBIBYTE", 1)

            def progress(_: int) -> None:
                raise Unavailable("Stopped.", why="A test says so.", do="Wait.", retry_is_safe=True)

        if fault == "clock":
            kind = Unavailable
            long_ago = SetClock(datetime(2020, 1, 1, tzinfo=UTC))
            patch.setattr(SystemClock, "now", lambda _: long_ago.now())
        if fault == "disk":
            kind = Unavailable

            def full(*_: object) -> None:
                raise OSError(28, "No space left on device")

            patch.setattr("entente.storage.backup_file.os.fsync", full)
        with pytest.raises(kind):
            restore_node(file, None, place, None, progress)
    assert [path.name for path in place.iterdir()] == []
    assert restore_node(backup, None, place, None, nobody).code == "XA-NCB"


def test_n9_backup_without_keys_takes_them_from_a_copy_of_the_same_body(begun: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(begun, tmp_path / "xa"))
    with open_node(Settings.at(source)) as node:
        file = back_up(node, tmp_path / "xa.backup", without_keys=True)
        whole = back_up(node, tmp_path / "whole.backup")
    other, place = tmp_path / "other", tmp_path / "restored"
    create_folder(other, BUREAU)
    for keys, kind, told in (
        (None, Invalid, "has no keys"), (tmp_path, Invalid, "no folder of a node's keys"),
        (other / "keys", Untrusted, "does not prove itself"),
    ):  # fmt: skip
        with pytest.raises(kind, match=told):
            restore_node(file, None, place, keys, nobody)
        assert list(place.iterdir()) == []
    with pytest.raises(Invalid, match="keys of its own"):
        restore_node(whole, None, place, source / "keys", nobody)
    assert restore_node(file, None, place, source / "keys", nobody).code == "XA-NCB"
    with open_node(Settings.at(place)) as node:
        assert open_case(node)


def test_n9_sealed_backup_is_restored_with_its_passphrase_alone(begun: Path, tmp_path: Path) -> None:
    source, place = Path(shutil.copytree(begun, tmp_path / "xa")), tmp_path / "restored"
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    with open_node(Settings.at(source)) as node:
        file = back_up(node, tmp_path / "xa.backup", passphrase_file=str(tmp_path / "words.txt"))
    with pytest.raises(Invalid, match="passphrase does not open"):
        restore_node(file, "another four words", place, None, nobody)
    assert restore_node(file, WORDS, place, None, nobody).code == "XA-NCB"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("network"), concluded=(CHARTER,)) as opened:
        yield opened


@pytest.fixture
def restored(network: Network, tmp_path: Path) -> Path:
    """Return the folder of a bureau restored from a backup, which knows other bodies."""
    file = back_up(network["XA-NCB"], tmp_path / "xa.backup")
    assert restore_node(file, None, tmp_path / "restored", None, nobody).mode is NodeMode.TAKING_BACK
    return tmp_path / "restored"


def test_n10_restored_node_reads_and_says_so_and_commits_nothing_else(restored: Path) -> None:
    with open_node(Settings.at(restored)) as node:
        rows = node.trail.latest(1)[0].sequence
        with pytest.raises(Unavailable, match="first takes back from its peers") as raised:
            open_case(node)
        assert raised.value.retry_is_safe
        with pytest.raises(Unavailable):
            ask(
                node, "message_send", officer="duty-1", to="XB-NCB", instrument="charter", subject="S", text="T"
            )  # fmt: skip
        assert ask(node, "body_list")["bodies"]
        assert ask(node, "trail_verify")["proof"]["is_sound"]
        status = ask(node, "status")
        assert status["state"] == "taking_back"
        (check,) = [one for one in ask(node, "doctor")["checks"] if one["name"] == "state"]
        for said in (str(status["troubles"]), str(check["text"]), str(home_page(node).state.troubles)):
            assert "first takes back from its peers" in said
        assert node.trail.latest(1)[0].sequence == rows


def test_n10_what_is_allowed_commits_and_the_state_ends_for_good(restored: Path) -> None:
    settings = Settings.at(restored)
    with open_parts(settings, parts_of(settings)) as (node, store):
        with store.unit() as unit:
            own = unit.bodies.own()
            unit.state.allow()
            node.directory.record(unit, Act("take_back", own.id, "node", own.id, {}))
            unit.commit()
        with pytest.raises(Unavailable):
            open_case(node)
        # Saying that it is over is itself no way round: the unit that says so is allowed, or refused.
        over = replace(node.state(), mode=NodeMode.NORMAL)
        with store.unit() as unit:
            unit.state.put(over)
            with pytest.raises(Unavailable):
                unit.commit()
        assert node.state().mode is NodeMode.TAKING_BACK
        with store.unit() as unit:
            unit.state.allow()
            unit.state.put(over)
            unit.commit()
        assert open_case(node)
        assert node.state() == over
        assert over.restored_at is not None
    with open_node(settings) as node:
        assert node.state() == over


def erased_since(node: Node) -> Any:  # noqa: ANN401 - a check's JSON
    (found,) = [one for one in ask(node, "doctor")["checks"] if one["name"] == "erased_since"]
    return found


def test_n10_what_was_erased_since_is_erased_again_before_anything_is_taken_back(
    network: Network, tmp_path: Path
) -> None:
    node, file, tombstones = network["XA-NCB"], tmp_path / "list.jsonl", tmp_path / "tombstones"
    file.write_text('{"id": "p-1", "schema": "Person", "properties": {"name": ["Ardan Velk"]}}\n', encoding="utf-8")
    ask(node, "record_import", officer="duty-1", file=str(file), terms=TERMS)
    backup = back_up(node, tmp_path / "xa.backup")
    ask(node, "record_erase", officer="dpo-1", record="p-1", reason="unlawful")
    ask(node, "erasure_export", officer="dpo-1", file=str(tombstones))
    restore_node(backup, None, tmp_path / "restored", None, nobody)
    with open_node(Settings.at(tmp_path / "restored")) as restored:
        with restored.records.open_unit() as unit:
            assert len(unit.records.changed_since(0, 99)) == 1
        assert "declare-none" in str(ask(restored, "status")["troubles"])
        assert not erased_since(restored)["is_good"]
        assert ask(restored, "erasure_import", officer="dpo-1", file=str(tombstones))["erased"] == 1
        assert erased_since(restored)["is_good"]
        with pytest.raises(Conflict):
            ask(restored, "erasure_declare_none", officer="dpo-1")
        with restored.records.open_unit() as unit:
            assert unit.records.changed_since(0, 99) == ()
        assert restored.state().mode is NodeMode.TAKING_BACK
        assert ask(restored, "trail_verify")["proof"]["is_sound"]


def test_n12_tombstones_older_than_the_backup_settle_nothing_and_an_officer_can_say_that_nothing_was_erased(
    network: Network, tmp_path: Path
) -> None:
    node, tombstones = network["XA-NCB"], tmp_path / "tombstones"
    ask(node, "erasure_export", officer="dpo-1", file=str(tombstones))
    open_case(node)
    restore_node(back_up(node, tmp_path / "xa.backup"), None, tmp_path / "restored", None, nobody)
    with open_node(Settings.at(tmp_path / "restored")) as restored:
        assert ask(restored, "erasure_import", officer="dpo-1", file=str(tombstones))["is_older_than_backup"]
        assert not erased_since(restored)["is_good"]
        with pytest.raises(Refused):
            ask(restored, "erasure_declare_none", officer="duty-1")
        assert not erased_since(restored)["is_good"]
        ask(restored, "erasure_declare_none", officer="dpo-1")
        assert erased_since(restored)["is_good"]
        assert restored.trail.latest(1)[0].act.verb == "declare_no_erasures"
        assert restored.state().mode is NodeMode.TAKING_BACK
    assert "erased_since" not in {one["name"] for one in ask(node, "doctor")["checks"]}


def test_state_of_a_store_that_was_never_restored_is_normal(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "node")
    folder.create()
    with Store.open(folder) as store:
        with store.view() as view:
            assert view.state.get() == NodeState()
        state = NodeState(NodeMode.TAKING_BACK, datetime(2031, 5, 4, tzinfo=UTC), 7)
        with store.unit() as unit:
            unit.state.put(state)
            unit.commit()
        with store.view() as view:
            assert isinstance(view.state, StateTable)
            assert view.state.get() == state
        with store.unit() as unit, pytest.raises(Unavailable, match="takes back") as raised:
            unit.commit()
        assert "2031-05-04 at 00:00 UTC from a backup with 7 rows" in raised.value.why
    assert not FolderLock.is_held(folder)
