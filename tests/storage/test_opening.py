"""Beginning and opening a node's folder: all of it or nothing, and by one process at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from entente.app import NewBody, create_folder, open_node
from entente.bodies.model import BodyKind
from entente.kernel.errors import Conflict, EntenteError, Invalid, Misconfigured, Unavailable
from entente.settings import Settings
from entente.storage.folder import Folder, FolderLock
from entente.storage.store import Store

pytestmark = pytest.mark.storage

PASSPHRASE = "correct horse battery staple"
BUREAU = NewBody(
    BodyKind.NATIONAL_CENTRAL_BUREAU, "XA-NCB", "Bureau of XA", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE
)
UNFIT: dict[str, NewBody] = {
    "code": replace(BUREAU, code="no code"),
    "threshold": replace(BUREAU, threshold=9),
    "passphrase": replace(BUREAU, head_passphrases=(PASSPHRASE, "short", PASSPHRASE)),
    "officer's passphrase": replace(BUREAU, data_protection_passphrase="short"),
    "address": replace(BUREAU, addresses=("ftp://xa.example",)),
}


@pytest.mark.parametrize("name", UNFIT)
def test_body_that_is_not_well_formed_leaves_nothing_behind_and_can_be_made_right(name: str, tmp_path: Path) -> None:
    place = tmp_path / "xa"
    with pytest.raises(Invalid):
        create_folder(place, UNFIT[name])
    assert [path.name for path in place.iterdir()] == []
    own = create_folder(place, BUREAU)
    with open_node(Settings.at(place)) as node, node.disclosure.open_unit() as unit:
        assert unit.bodies.own().id == own
    assert sorted(path.name for path in place.iterdir()) == [
        "entente.db", "index", "keys", "node.lock", "operator.token",
    ]  # fmt: skip
    assert {
        path.stat().st_mode & 0o077 for path in (place, place / "index", place / "keys", *(place / "keys").iterdir())
    } == {0}


def test_keys_that_lie_in_a_folder_are_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    create_folder(tmp_path, BUREAU)
    # The store is lost and the heads took their keys away, as they should: what is left is what a backup goes with.
    (tmp_path / "entente.db").unlink()
    for head in (tmp_path / "keys").glob("head-*"):
        head.unlink()
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    with pytest.raises(Conflict):
        create_folder(tmp_path, BUREAU)
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


@pytest.mark.parametrize("place", ["file/xa", "file"])
def test_folder_that_cannot_be_made_is_said_clearly(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(Misconfigured, match="cannot hold a node"):
        create_folder(tmp_path / place, BUREAU)


def test_folder_of_another_account_is_said_clearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder = Folder(tmp_path)
    monkeypatch.setattr("entente.storage.folder.os.open", refuse)
    with pytest.raises(Misconfigured, match="cannot hold a node"):
        FolderLock.holder(folder)


def test_process_that_does_not_get_the_folder_leaves_its_index_alone(tmp_path: Path) -> None:
    create_folder(tmp_path, BUREAU)
    settings = Settings.at(tmp_path)
    with open_node(settings):
        pass
    # An index that this code would begin again, as of another format, while another process is at work on it.
    position = tmp_path / "index" / "position.json"
    position.write_text('{"format": 0, "position": 7}', encoding="utf-8")
    files = sorted((tmp_path / "index").rglob("*"))
    with Store.open(Folder(tmp_path)), pytest.raises(Unavailable), open_node(settings):
        pass
    assert position.read_text(encoding="utf-8") == '{"format": 0, "position": 7}'
    assert sorted((tmp_path / "index").rglob("*")) == files


def test_index_folder_that_cannot_be_written_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    create_folder(tmp_path, BUREAU)
    with open_node(Settings.at(tmp_path)):
        pass
    index = tmp_path / "index"
    for path in sorted(index.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    index.rmdir()
    index.write_text("a file where the index should be", encoding="utf-8")
    with pytest.raises(EntenteError, match="index") as caught, open_node(Settings.at(tmp_path)):
        pass
    assert isinstance(caught.value, Unavailable)
    assert not FolderLock.is_held(Folder(tmp_path))
