"""The key ring: which keys are in use follows from the store, and a crash at any point leaves a node with its keys (B10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from entente.app import open_node
from entente.bodies.model import KeyVersion, NewNodeKeys
from entente.kernel.codec import to_object
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import KeyId
from entente.kernel.sealing import HpkeSealer
from entente.kernel.signing import Context, is_signed_by, key_id
from entente.kernel.statement import Statement, draft
from entente.settings import Settings
from entente.storage.folder import Folder
from entente.storage.key_ring import KeyRing
from entente.storage.keys import KeyFiles
from tests.support.build_bodies import NOW
from tests.support.nodes import HEAD, PASSPHRASE, begin_body

pytestmark = pytest.mark.storage


@pytest.fixture
def files(folder: Folder) -> KeyFiles:
    made = KeyFiles(folder.keys)
    made.make_node()
    made.make_sealing()
    return made


@pytest.fixture
def ring(files: KeyFiles) -> KeyRing:
    made = KeyRing(files)
    made.begin()
    return made


def version(made: NewNodeKeys, number: int = 2) -> KeyVersion:
    return KeyVersion(number, (), 2, made.node_key, made.sealing_key, NOW)


def test_signer_and_opener_in_hand_follow_the_current_keys(ring: KeyRing) -> None:
    signer, opener = ring.signer, ring.opener
    before, made = signer.public_key, ring.make_next()
    assert signer.public_key == before, "keys that were only made are not in use"
    ring.follow(version(made))
    assert (signer.public_key, opener.public_key) == (made.node_key, made.sealing_key)
    assert is_signed_by(made.node_key, signer.sign(Context.STATEMENT, b"said"), Context.STATEMENT, b"said")
    sealed = HpkeSealer().seal(made.sealing_key, b"plain", b"info")
    assert opener.open(sealed, b"info") == b"plain"


def test_earlier_keys_sign_and_open_by_their_id_until_they_are_dropped(ring: KeyRing, folder: Folder) -> None:
    first_node, first_sealing = ring.signer.public_key, ring.opener.public_key
    ring.follow(version(ring.make_next()))
    earlier, opener = ring.signer_of(key_id(first_node)), ring.opener_of(key_id(first_sealing))
    assert earlier is not None
    assert earlier.public_key == first_node
    assert opener is not None
    assert opener.open(HpkeSealer().seal(first_sealing, b"old", b"x"), b"x") == b"old"
    ring.drop({key_id(first_node), key_id(first_sealing)})
    assert ring.signer_of(key_id(first_node)) is None
    assert ring.opener_of(key_id(first_sealing)) is None
    assert ring.held() == {key_id(ring.signer.public_key), key_id(ring.opener.public_key)}
    assert not (folder.keys / "node.pem").exists()


def test_key_in_use_is_not_dropped(ring: KeyRing) -> None:
    with pytest.raises(AssertionError):
        ring.drop({key_id(ring.signer.public_key)})


def test_unknown_key_is_not_held(ring: KeyRing) -> None:
    assert ring.signer_of(KeyId("0" * 16)) is None
    assert ring.opener_of(KeyId("0" * 16)) is None


def test_version_whose_keys_do_not_lie_here_is_not_followed(ring: KeyRing, folder: Folder, tmp_path: Path) -> None:
    elsewhere = KeyFiles(tmp_path)
    made = NewNodeKeys(elsewhere.make_later_node(), elsewhere.make_later_sealing())
    before = ring.signer.public_key
    with pytest.raises(Misconfigured, match=key_id(made.node_key)):
        ring.follow(version(made))
    assert ring.signer.public_key == before
    mixed = NewNodeKeys(made.node_key, ring.opener.public_key)
    (folder.keys / f"node-{key_id(made.node_key)}.pem").hardlink_to(tmp_path / f"node-{key_id(made.node_key)}.pem")
    ring.follow(version(mixed))
    assert ring.signer.public_key == made.node_key


@pytest.mark.parametrize("sort", ["node", "sealing"])
def test_later_key_file_open_to_others_or_of_another_key_is_refused(ring: KeyRing, folder: Folder, sort: str) -> None:
    made, other = ring.make_next(), ring.make_next()
    names = {"node": (made.node_key, other.node_key), "sealing": (made.sealing_key, other.sealing_key)}
    mine, theirs = (folder.keys / f"{sort}-{key_id(key)}.pem" for key in names[sort])
    mine.chmod(0o640)
    with pytest.raises(Misconfigured, match="open to other accounts"):
        ring.follow(version(made))
    mine.unlink()
    theirs.rename(mine)
    with pytest.raises(Misconfigured):
        ring.follow(version(made))


def signed_keys(folder: Path, made: NewNodeKeys | None = None) -> Statement:
    """Return the next version of a folder's body, signed by two heads, with keys made in its folder."""
    keys = KeyFiles(folder / "keys")
    made = made or KeyRing(keys).make_next()
    with open_node(Settings.at(folder)) as node, node.directory.open_unit() as unit:
        own, now = unit.bodies.own(), node.clock.now()
    current = own.current_keys
    content = KeyVersion(
        current.version + 1, current.root_keys, current.threshold, made.node_key, made.sealing_key, now
    )
    statement = draft("keys", own.id, now, to_object(content))
    for head in ("1", "2"):
        statement = statement.with_signature(keys.head_signer(head, PASSPHRASE))
    return statement


def test_keys_change_within_the_commit_that_makes_them_durable_and_stay_after_a_restart(tmp_path: Path) -> None:
    folder = begin_body(tmp_path, "XA-NCB")
    statement = signed_keys(folder)
    with open_node(Settings.at(folder)) as node:
        node.directory.change_keys(HEAD, statement)
        with node.directory.open_unit() as unit:
            named = unit.bodies.own().current_keys
            head = unit.trail.head()  # type: ignore[attr-defined]
        assert node.exchange.signer.public_key == named.node_key
        assert node.exchange.opener.public_key == named.sealing_key
        node.directory.publish_addresses(("http://new.test",))
        assert node.trail.verify((named.node_key,)).is_sound, "the head of the next commit is signed by the new key"
    assert head is not None
    with open_node(Settings.at(folder)) as node:
        assert node.exchange.signer.public_key == named.node_key


def test_crash_between_files_and_statement_leaves_the_earlier_keys_in_use(tmp_path: Path) -> None:
    folder = begin_body(tmp_path, "XA-NCB")
    with open_node(Settings.at(folder)) as node:
        before = node.exchange.signer.public_key
    KeyRing(KeyFiles(folder / "keys")).make_next()
    with open_node(Settings.at(folder)) as node:
        assert node.exchange.signer.public_key == before
        node.directory.publish_addresses(("http://same.test",))


def test_crash_between_the_two_files_leaves_the_earlier_keys_in_use(tmp_path: Path) -> None:
    folder = begin_body(tmp_path, "XA-NCB")
    KeyFiles(folder / "keys").make_later_node()
    with open_node(Settings.at(folder)) as node:
        node.directory.publish_addresses(("http://same.test",))


def test_statement_naming_keys_of_another_folder_never_becomes_durable(tmp_path: Path) -> None:
    folder = begin_body(tmp_path, "XA-NCB")
    statement = signed_keys(folder, KeyRing(KeyFiles(tmp_path / "elsewhere")).make_next())
    with open_node(Settings.at(folder)) as node:
        before = node.exchange.signer.public_key
        with pytest.raises(Misconfigured):
            node.directory.change_keys(HEAD, statement)
        assert node.exchange.signer.public_key == before
        with node.directory.open_unit() as unit:
            assert unit.bodies.own().current_keys.version == 1
        node.directory.publish_addresses(("http://still.test",))


def test_node_whose_current_key_file_is_gone_does_not_start(tmp_path: Path) -> None:
    folder = begin_body(tmp_path, "XA-NCB")
    statement = signed_keys(folder)
    with open_node(Settings.at(folder)) as node:
        node.directory.change_keys(HEAD, statement)
        current = key_id(node.exchange.signer.public_key)
    kept = folder / "keys" / f"node-{current}.pem"
    kept.rename(tmp_path / "aside.pem")
    with pytest.raises(Misconfigured, match=current), open_node(Settings.at(folder)):
        pass
    (tmp_path / "aside.pem").rename(kept)
    (folder / "keys" / "node.pem").unlink()
    with open_node(Settings.at(folder)) as node:
        assert key_id(node.exchange.signer.public_key) == current, "the first key is needed no more"
