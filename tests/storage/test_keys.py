"""Key files: what they hold, who opens them, and what is refused."""

from __future__ import annotations

import pytest

from entente.kernel.errors import Conflict, Invalid, Misconfigured
from entente.kernel.sealing import HpkeSealer
from entente.kernel.signing import Context, is_signed_by
from entente.storage.folder import Folder
from entente.storage.keys import KeyFiles

pytestmark = pytest.mark.storage

PASSPHRASE = "four invented plain words"


@pytest.fixture
def keys(folder: Folder) -> KeyFiles:
    return KeyFiles(folder.keys)


def test_heads_key_signs_for_its_passphrase_and_for_no_other(keys: KeyFiles) -> None:
    public = keys.make_head("xa-head-1", PASSPHRASE)
    signature = keys.head_signer("xa-head-1", PASSPHRASE).sign(Context.STATEMENT, b"said")
    assert is_signed_by(public, signature, Context.STATEMENT, b"said")
    assert keys.heads() == ("xa-head-1",)
    for wrong in ("another passphrase", ""):
        with pytest.raises(Invalid) as raised:
            keys.head_signer("xa-head-1", wrong)
        assert raised.value.field == "passphrase"


def test_key_is_never_overwritten(keys: KeyFiles, folder: Folder) -> None:
    keys.make_node()
    before = (folder.keys / "node.pem").read_bytes()
    with pytest.raises(Conflict):
        keys.make_node()
    assert (folder.keys / "node.pem").read_bytes() == before
    assert [path.name for path in folder.keys.iterdir()] == ["node.pem"]


def test_node_opens_what_is_sealed_to_it_and_signs_with_its_key(keys: KeyFiles) -> None:
    public = keys.make_sealing()
    assert keys.opener().public_key == public
    assert keys.opener().open(HpkeSealer().seal(public, b"plain", b"info"), b"info") == b"plain"
    node = keys.make_node()
    assert keys.node_signer().public_key == node


def test_queries_are_opened_by_the_data_protection_officer_alone(keys: KeyFiles) -> None:
    public = keys.make_data_protection(PASSPHRASE)
    assert keys.data_protection_key() == public
    sealed = HpkeSealer().seal(public, b"query", b"row 1")
    assert keys.data_protection_opener(PASSPHRASE).open(sealed, b"row 1") == b"query"
    with pytest.raises(Invalid) as raised:
        keys.data_protection_opener("another passphrase")
    assert raised.value.field == "passphrase"


@pytest.mark.parametrize("passphrase", ["", "short"])
def test_short_passphrase_is_refused_and_no_file_made(keys: KeyFiles, folder: Folder, passphrase: str) -> None:
    with pytest.raises(Invalid):
        keys.make_head("xa-head-1", passphrase)
    assert list(folder.keys.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../node", "A", "x" * 60])
def test_name_that_is_no_file_name_is_refused(keys: KeyFiles, name: str) -> None:
    with pytest.raises(Invalid):
        keys.make_head(name, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_key_file_open_to_others_stops_the_node(keys: KeyFiles, folder: Folder, mode: int) -> None:
    keys.make_node()
    assert (folder.keys / "node.pem").stat().st_mode & 0o777 == 0o600
    (folder.keys / "node.pem").chmod(mode)
    with pytest.raises(Misconfigured):
        keys.node_signer()


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff" * 100_000, b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_key_file_that_is_missing_or_damaged_stops_the_node(keys: KeyFiles, folder: Folder, content: bytes) -> None:
    with pytest.raises(Misconfigured):
        keys.node_signer()
    for name in ("node.pem", "sealing.pem", "dpo.public"):
        path = folder.keys / name
        path.write_bytes(content)
        path.chmod(0o600)
    for read in (keys.node_signer, keys.opener, keys.data_protection_key):
        with pytest.raises(Misconfigured):
            read()


def test_key_of_another_sort_in_its_place_stops_the_node(keys: KeyFiles, folder: Folder) -> None:
    keys.make_node()
    keys.make_sealing()
    (folder.keys / "node.pem").rename(folder.keys / "aside.pem")
    (folder.keys / "sealing.pem").rename(folder.keys / "node.pem")
    (folder.keys / "aside.pem").rename(folder.keys / "sealing.pem")
    with pytest.raises(Misconfigured):
        keys.opener()
    with pytest.raises(Misconfigured):
        keys.node_signer()
