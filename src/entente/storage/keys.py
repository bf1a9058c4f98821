"""Where private keys lie: files of the folder `keys/`, written once, mode 0600.

    head-<name>.pem       a head's signing key, under the head's own passphrase
    node.pem              the node's first signing key: daily acts, envelopes, the trail's head
    sealing.pem           the node's first sealing key
    node-<key id>.pem     a later signing key, named for its public half
    sealing-<key id>.pem  a later sealing key
    dpo.pem               the data protection officer's sealing key, under that officer's passphrase
    dpo.public            its public half, which the node seals queries to
    tombstone.key         the secret under which erased records are recognised (storage.tombstones)
    accounts.key          the secret under which officers' accounts are sealed (storage.account_seal)

The node's own keys have no passphrase, because a node starts without a person; the folder's mode guards them. Passphrases
turn into keys by the library's PKCS #8 encryption. What is signed and sealed with them: kernel.signing, kernel.sealing. Which of
several is in use: storage.key_ring.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from entente.kernel.errors import Invalid, Misconfigured
from entente.kernel.ids import KeyId, SystemIds
from entente.kernel.sealing import MLKEM_SEED_BYTES, SEALING_KEY_BYTES, HpkeOpener, new_sealing_secret
from entente.kernel.signing import Ed25519Signer, decode_bytes, encode_bytes, key_id
from entente.storage.files import read_private, remove_private, write_private

PASSPHRASE_CHARACTERS_MIN: Final = 8
"""NIST SP 800-63B, 5.1.1.1: a memorised secret has at least 8 characters."""
SECRET_BYTES: Final = 32
"""As long as the hash of the HMAC it keys (RFC 2104, section 3)."""
_HEAD_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LATER: Final = re.compile(r"(?P<sort>node|sealing)-(?P<key>[0-9a-f]{16})\.pem")
_PEM: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\s*", re.DOTALL)


class KeyFiles:
    """The key files of one node."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make_head(self, name: str, passphrase: str) -> bytes:
        """Make a head's key and return its public half; raise Conflict when the head has one."""
        return make_head(self._head(name), passphrase)

    def heads(self) -> tuple[str, ...]:
        """Return the names of the heads whose keys lie here, in order."""
        return tuple(sorted(path.stem.removeprefix("head-") for path in self._folder.glob("head-*.pem")))

    def head_signer(self, name: str, passphrase: str) -> Ed25519Signer:
        """Return a head's signer; raise Invalid for a wrong passphrase."""
        return head_signer(self._head(name), passphrase)

    def make_node(self) -> bytes:
        """Make the node's signing key and return its public half."""
        key = Ed25519PrivateKey.generate()
        write_private(self._folder / "node.pem", _pem(key, NoEncryption()))
        return key.public_key().public_bytes_raw()

    def node_signer(self) -> Ed25519Signer:
        """Return the node's signer."""
        return _signer(self._folder / "node.pem", None)

    def make_sealing(self) -> bytes:
        """Make the node's sealing key and return its public half."""
        return _make_sealing(self._folder / "sealing.pem", NoEncryption())

    def opener(self) -> HpkeOpener:
        """Return the opener of what is sealed to the node."""
        return _opener(self._folder / "sealing.pem", None)

    def make_later_node(self) -> bytes:
        """Make one more signing key for the node, durable when this returns; return its public half."""
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        write_private(self._later("node", key_id(public)), _pem(key, NoEncryption()))
        return public

    def make_later_sealing(self) -> bytes:
        """Make one more sealing key for the node, durable when this returns; return its public half."""
        secret = new_sealing_secret()
        public = HpkeOpener(secret).public_key
        _write_sealing(self._later("sealing", key_id(public)), secret, NoEncryption())
        return public

    def later_node_signer(self, key: KeyId) -> Ed25519Signer | None:
        """Return the signer of a later key, or None when there is no such file; Misconfigured when it holds another key."""
        path = self._later("node", key)
        if not path.exists():
            return None
        signer = _signer(path, None)
        if key_id(signer.public_key) != key:
            raise _damaged(path, "it holds another key than the one it is named for")
        return signer

    def later_opener(self, key: KeyId) -> HpkeOpener | None:
        """Return the opener of a later key, or None when there is no such file; Misconfigured when it holds another key."""
        path = self._later("sealing", key)
        if not path.exists():
            return None
        opener = _opener(path, None)
        if key_id(opener.public_key) != key:
            raise _damaged(path, "it holds another key than the one it is named for")
        return opener

    def has_first(self, sort: str) -> bool:
        """Say whether the first key of a sort (node, sealing) still lies here."""
        return (self._folder / f"{sort}.pem").exists()

    def later_keys(self) -> frozenset[KeyId]:
        """Return the ids of the later signing and sealing keys that lie here."""
        found = (_LATER.fullmatch(path.name) for path in self._folder.glob("*.pem"))
        return frozenset(KeyId(match["key"]) for match in found if match is not None)

    def remove_later(self, key: KeyId) -> None:
        """Remove a later key for good; one that is not here is no fault."""
        for sort in ("node", "sealing"):
            remove_private(self._later(sort, key))

    def remove_first(self, sort: str) -> None:
        """Remove the first key of a sort for good."""
        remove_private(self._folder / f"{sort}.pem")

    def _later(self, sort: str, key: KeyId) -> Path:
        return self._folder / f"{sort}-{key}.pem"

    def make_data_protection(self, passphrase: str) -> bytes:
        """Make the data protection officer's sealing key and return its public half, which stays readable here."""
        public = _make_sealing(self._folder / "dpo.pem", _encryption(passphrase))
        write_private(self._folder / "dpo.public", encode_bytes(public).encode("ascii"))
        return public

    def data_protection_key(self) -> bytes:
        """Return the public key that queries are sealed to."""
        path = self._folder / "dpo.public"
        try:
            return decode_bytes(read_private(path).decode("ascii").strip(), path.name, length=SEALING_KEY_BYTES)
        except (UnicodeDecodeError, Invalid) as error:
            raise _damaged(path, "it does not hold a public sealing key") from error

    def data_protection_opener(self, passphrase: str) -> HpkeOpener:
        """Return the opener of what is sealed to the data protection officer; raise Invalid for a wrong passphrase."""
        return _opener(self._folder / "dpo.pem", passphrase)

    def tombstone_secret(self) -> bytes:
        """Return the secret of the tombstones, making it for a new node and for a folder of before there were any."""
        return self._secret("tombstone.key")

    def account_secret(self) -> bytes:
        """Return the secret under which officers' accounts are sealed, making it as the one of the tombstones."""
        return self._secret("accounts.key")

    def _secret(self, name: str) -> bytes:
        path = self._folder / name
        if not path.exists():
            write_private(path, encode_bytes(SystemIds().new_salt() + SystemIds().new_salt()).encode("ascii"))
        try:
            return decode_bytes(read_private(path).decode("ascii").strip(), path.name, length=SECRET_BYTES)
        except (UnicodeDecodeError, Invalid) as error:
            raise _damaged(path, "it does not hold a secret of 32 bytes") from error

    def _head(self, name: str) -> Path:
        if _HEAD_NAME.fullmatch(name) is None:
            raise Invalid(
                f"«{name[:40]}» cannot name a head's key.",
                field="head",
                why="A head's key is a file named for the head: small letters, digits and «-», at most 40.",
                do="Give a name like «head-1» or the head's officer id.",
            )
        return self._folder / f"head-{name}.pem"


def make_head(path: Path, passphrase: str) -> bytes:
    """Make a head's key in a file of its own and return its public half; raise Conflict when there is a file."""
    key = Ed25519PrivateKey.generate()
    write_private(path, _pem(key, _encryption(passphrase)))
    return key.public_key().public_bytes_raw()


def head_signer(path: Path, passphrase: str) -> Ed25519Signer:
    """Return the signer of a head's key file; raise Invalid for a wrong passphrase."""
    return _signer(path, passphrase)


def _make_sealing(path: Path, encryption: KeySerializationEncryption) -> bytes:
    secret = new_sealing_secret()
    _write_sealing(path, secret, encryption)
    return HpkeOpener(secret).public_key


def _write_sealing(path: Path, secret: bytes, encryption: KeySerializationEncryption) -> None:
    mlkem = MLKEM768PrivateKey.from_seed_bytes(secret[:MLKEM_SEED_BYTES])
    x25519 = X25519PrivateKey.from_private_bytes(secret[MLKEM_SEED_BYTES:])
    write_private(path, _pem(mlkem, encryption) + _pem(x25519, encryption))


def _opener(path: Path, passphrase: str | None) -> HpkeOpener:
    blocks = _PEM.findall(read_private(path))
    keys = [_load(path, block, passphrase) for block in blocks]
    match keys:
        case [MLKEM768PrivateKey() as mlkem, X25519PrivateKey() as x25519]:
            return HpkeOpener(mlkem.private_bytes_raw() + x25519.private_bytes_raw())
    raise _damaged(path, "it does not hold an ML-KEM-768 key and then an X25519 key")


def _signer(path: Path, passphrase: str | None) -> Ed25519Signer:
    key = _load(path, read_private(path), passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(path, "it does not hold an Ed25519 key")
    return Ed25519Signer(key)


def _load(path: Path, pem: bytes, passphrase: str | None) -> object:
    is_encrypted = b"ENCRYPTED PRIVATE KEY" in pem
    if is_encrypted != (passphrase is not None):
        raise _damaged(path, "it should be under a passphrase" if passphrase else "it should be without a passphrase")
    try:
        return load_pem_private_key(pem, None if passphrase is None else passphrase.encode("utf-8"))
    except (ValueError, TypeError) as error:  # the library says TypeError for an empty passphrase
        if is_encrypted:
            raise _wrong_passphrase(path) from error
        raise _damaged(path, "it is not a PEM file of a private key") from error


def _pem(
    key: Ed25519PrivateKey | MLKEM768PrivateKey | X25519PrivateKey, encryption: KeySerializationEncryption
) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _encryption(passphrase: str) -> KeySerializationEncryption:
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise Invalid(
            "The passphrase is too short.",
            field="passphrase",
            why=f"It guards a key that signs for a body: at least {PASSPHRASE_CHARACTERS_MIN} characters.",
            do="Choose a longer one, for example four words.",
        )
    return BestAvailableEncryption(passphrase.encode("utf-8"))


def _wrong_passphrase(path: Path) -> Invalid:
    return Invalid(
        f"The passphrase does not open {path.name}.",
        field="passphrase",
        why="The key is encrypted under another passphrase, or the file was changed.",
        do="Type it again; if it is lost, the body's other heads replace the key.",
    )


def _damaged(path: Path, why: str) -> Misconfigured:
    return Misconfigured(
        f"The key file {path.name} is not what it should be.",
        why=f"A node starts only with the keys it was made with; {why}.",
        do="Restore the file from its backup.",
    )
