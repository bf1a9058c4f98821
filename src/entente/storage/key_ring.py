"""The node's keys in use: which signs and opens now, and which earlier ones are still needed.

Which is current follows from the store, never from the files: it is the newest key version of our own directory entry. New
key files are made and durable before the heads sign the statement that names them, so a crash at any point leaves a node
whose store names keys that lie here. The current pair changes within the commit that makes the statement durable, while the
store's lock is held: whoever writes next signs with the new key, and whoever wrote before signed with the old one.

Every service holds `signer` and `opener`, which always stand for the current keys. The exchange asks `signer_of` for the key that
a peer still knows us by, and `opener_of` for the key an envelope is sealed to. When a key is no longer needed is judged by
`bodies.rotation`; `drop` removes it for good.

Source: docs/rules/bodies.md B10 and B11; decision 0020.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, cast

from entente.bodies.model import KeyVersion, NewNodeKeys
from entente.bodies.ports import BodiesUnit
from entente.kernel.elsewhere import Absent, ForTheWriter
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import KeyId
from entente.kernel.sealing import Opener
from entente.kernel.signing import Context, GuardedSigner, Signature, Signer, key_id


class KeyPlace(Protocol):
    """Where the node's private keys lie: the folder's files (storage.keys.KeyFiles), or a simulated world's memory.

    What `make_…` returned is durable. A key that is not where it should be, or is another than its name says, is Misconfigured.
    """

    def node_signer(self) -> Signer:
        """Return the first signing key."""

    def opener(self) -> Opener:
        """Return the first sealing key."""

    def make_later_node(self) -> bytes:
        """Make one more signing key and return its public half."""

    def make_later_sealing(self) -> bytes:
        """Make one more sealing key and return its public half."""

    def later_node_signer(self, key: KeyId) -> Signer | None:
        """Return a later signing key, or None when it is not here."""

    def later_opener(self, key: KeyId) -> Opener | None:
        """Return a later sealing key, or None when it is not here."""

    def has_first(self, sort: str) -> bool:
        """Say whether the first key of a sort (node, sealing) is still here."""

    def later_keys(self) -> frozenset[KeyId]:
        """Return the ids of the later keys that are here."""

    def remove_later(self, key: KeyId) -> None:
        """Remove a later key for good; one that is not here is no fault."""

    def remove_first(self, sort: str) -> None:
        """Remove the first key of a sort for good."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The keys in use, and the version of our entry that names them; None before there is an entry."""

    signer: Signer
    opener: Opener
    keys: KeyVersion | None = None


class CurrentSigner:
    """The Signer that always signs with the node's current key. Safe from several threads."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    @property
    def public_key(self) -> bytes:
        """The public half of the current key."""
        return self._ring.current.signer.public_key

    def sign(self, context: Context, data: bytes) -> Signature:
        """Sign with the current key."""
        return self._ring.current.signer.sign(context, data)


class CurrentOpener:
    """The Opener that always opens with the node's current key. Safe from several threads."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    @property
    def public_key(self) -> bytes:
        """The public half of the current key."""
        return self._ring.current.opener.public_key

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open with the current key."""
        return self._ring.current.opener.open(sealed, info)


class KeyRing:
    """The signing and sealing keys of one node. Safe from several threads."""

    def __init__(self, files: KeyPlace) -> None:
        self._files = files
        self._lock = Lock()
        self._signers: dict[KeyId, Signer] = {}
        self._openers: dict[KeyId, Opener] = {}
        self._current: Pair | None = None
        self._staged: Pair | None = None
        self.signer = CurrentSigner(self)
        self.opener = CurrentOpener(self)

    @property
    def current(self) -> Pair:
        """The pair in use."""
        assert self._current is not None, "the ring follows the store before anything is signed"
        return self._current

    def start(self, unit: BodiesUnit) -> None:
        """Use the keys of our own entry, or the first ones in a store without a body; Misconfigured when they are not here."""
        if unit.bodies.bodies():
            self.follow(unit.bodies.own().current_keys)
        else:
            self.begin()

    def begin(self) -> None:
        """Use the first keys, for a body that has no entry yet; raise Misconfigured when they are not there."""
        self._current = Pair(self._files.node_signer(), self._files.opener())

    def follow(self, keys: KeyVersion) -> None:
        """Use the keys that our own entry names; raise Misconfigured when their files are not in the folder."""
        self._current = self._pair(keys)

    def stage(self, unit: BodiesUnit) -> None:
        """Look which keys our entry names as this commit leaves it. Run before each commit, after the room's work.

        Raises Misconfigured when the files are not here, so that no version becomes durable that this node cannot sign for.
        """
        keys = unit.bodies.own().current_keys
        self._staged = self.current if self.current.keys == keys else self._pair(keys)

    def take_up(self) -> None:
        """Use what was staged. Run once the commit is durable, while the store's lock is still held. Never raises."""
        self._current = self._staged or self._current

    def make_next(self) -> NewNodeKeys:
        """Make a signing and a sealing key for the next version. Durable when this returns; nothing uses them yet."""
        return NewNodeKeys(self._files.make_later_node(), self._files.make_later_sealing())

    def signer_of(self, key: KeyId) -> Signer | None:
        """Return the signer of a current or earlier key, or None when it is not held here (any more)."""
        with self._lock:
            if key not in self._signers and (found := self._load_signer(key)) is not None:
                self._signers[key] = found
            return self._signers.get(key)

    def opener_of(self, key: KeyId) -> Opener | None:
        """Return the opener of a current or earlier key, or None when it is not held here (any more)."""
        with self._lock:
            if key not in self._openers and (found := self._load_opener(key)) is not None:
                self._openers[key] = found
            return self._openers.get(key)

    def held(self) -> frozenset[KeyId]:
        """Return the ids of all signing and sealing keys of the node that lie in the folder."""
        first: set[KeyId] = set()
        if self._files.has_first("node"):
            first.add(key_id(self._files.node_signer().public_key))
        if self._files.has_first("sealing"):
            first.add(key_id(self._files.opener().public_key))
        return self._files.later_keys() | first

    def drop(self, keys: Collection[KeyId]) -> None:
        """Remove keys for good: their files, and what is in memory. The pair in use is never among them (asserted)."""
        in_use = {key_id(self.current.signer.public_key), key_id(self.current.opener.public_key)}
        assert not in_use & set(keys), "a key in use is not dropped"
        with self._lock:
            for key in keys:
                self._signers.pop(key, None)
                self._openers.pop(key, None)
                self._files.remove_later(key)
            if self._files.has_first("node") and key_id(self._files.node_signer().public_key) in keys:
                self._files.remove_first("node")
            if self._files.has_first("sealing") and key_id(self._files.opener().public_key) in keys:
                self._files.remove_first("sealing")

    def _pair(self, keys: KeyVersion) -> Pair:
        signer, opener = self.signer_of(key_id(keys.node_key)), self.opener_of(key_id(keys.sealing_key))
        if signer is None or signer.public_key != keys.node_key:
            raise _missing("signing", key_id(keys.node_key), keys.version)
        if opener is None or opener.public_key != keys.sealing_key:
            raise _missing("sealing", key_id(keys.sealing_key), keys.version)
        return Pair(signer, opener, keys)

    def _load_signer(self, key: KeyId) -> Signer | None:
        if (later := self._files.later_node_signer(key)) is not None or not self._files.has_first("node"):
            return later
        first = self._files.node_signer()
        return first if key_id(first.public_key) == key else None

    def _load_opener(self, key: KeyId) -> Opener | None:
        if (later := self._files.later_opener(key)) is not None or not self._files.has_first("sealing"):
            return later
        first = self._files.opener()
        return first if key_id(first.public_key) == key else None


class NoKeys(KeyRing):
    """The ring of a process that holds no key: what needs one is the writer's to do (docs/rules/node.md N19)."""

    def __init__(self) -> None:
        super().__init__(cast("KeyPlace", Absent()))

    def start(self, unit: BodiesUnit) -> None:
        """Use none."""

    @property
    def current(self) -> Pair:
        """There is none: raises ForTheWriter."""
        raise ForTheWriter


@dataclass(frozen=True, slots=True)
class GuardedRing:
    """A ring whose keys ask before each signature whether this node may sign now; what `require_passed` raises is raised."""

    ring: KeyRing
    require_passed: Callable[[], None]

    @property
    def signer(self) -> Signer:
        """Sign with the present key."""
        return GuardedSigner(self.ring.signer, self.require_passed)

    @property
    def opener(self) -> Opener:
        """Open with the present key."""
        return self.ring.opener

    def signer_of(self, key: KeyId) -> Signer | None:
        """Return the signer of an earlier key."""
        found = self.ring.signer_of(key)
        return None if found is None else GuardedSigner(found, self.require_passed)

    def opener_of(self, key: KeyId) -> Opener | None:
        """Return the opener of one of our keys."""
        return self.ring.opener_of(key)


def _missing(sort: str, key: KeyId, version: int) -> Misconfigured:
    return Misconfigured(
        f"The {sort} key {key} is not in this node's folder.",
        why=f"Version {version} of the body's keys names it, and nothing this node signs or opens without it counts.",
        do="Restore the folder «keys» from its backup; a draft of keys is submitted at the node that made it.",
    )
