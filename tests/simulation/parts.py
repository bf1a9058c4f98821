"""What a simulated node is built from: one timeline for all, a clock each that may be wrong, ids and keys from names.

Nothing here reads the machine's clock or randomness, and nothing is ordered by a hash: the same seed gives the same bytes in
every process. Sealing is the deterministic fake of support.memory_exchange: it hides nothing, so that the world can look into
every envelope, and refuses a wrong key as the real one does.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock

from entente.formats.codelists import load_code_lists
from entente.formats.schemata import load_schemata
from entente.handling.model import CodeLists
from entente.kernel import signing
from entente.kernel.ids import SALT_BYTES, KeyId
from entente.kernel.sealing import SEALING_KEY_BYTES
from entente.kernel.signing import Ed25519Signer, key_id
from entente.records.model import Schemata
from tests.support.memory_exchange import PlainOpener, signer_named

BEGIN = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
"""When every seed's world begins; the template was made an hour before."""


@dataclass(slots=True)
class Timeline:
    """The true time of the world."""

    milliseconds: int = 0

    @property
    def moment(self) -> datetime:
        return BEGIN + timedelta(milliseconds=self.milliseconds)


@dataclass(slots=True)
class SimClock:
    """A node's clock: the true time, and how far it is off."""

    timeline: Timeline
    skew_ms: int = 0

    def now(self) -> datetime:
        return self.timeline.moment + timedelta(milliseconds=self.skew_ms)


@dataclass(slots=True)
class SeededIds:
    """Ids and salts of one node from the seed. The count outlives the node's store, as a machine's randomness does."""

    seed: str
    count: int = 0

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{self._drawn().hex()[:26]}"

    def new_salt(self) -> bytes:
        return self._drawn()[:SALT_BYTES]

    def _drawn(self) -> bytes:
        self.count += 1
        return hashlib.sha256(f"{self.seed} {self.count}".encode()).digest()


_verified = functools.lru_cache(maxsize=4_096)(signing._verifies)  # noqa: SLF001 - the one function that verifies


@contextmanager
def remembered_signatures() -> Iterator[None]:
    """Have each signature verified once: all nodes of a process, and each look at a trail, ask about the same bytes."""
    with mock.patch.object(signing, "_verifies", _verified):
        yield


@functools.cache
def code_lists() -> CodeLists:
    return load_code_lists()


@functools.cache
def schemata() -> Schemata:
    return load_schemata()


@functools.cache
def node_signer(code: str, version: int = 1) -> Ed25519Signer:
    """Return the node key of a body's key version."""
    return signer_named(f"simulated {code} node {version}")


@functools.cache
def head_signers(code: str) -> tuple[Ed25519Signer, ...]:
    return tuple(signer_named(f"simulated {code} head {number}") for number in (1, 2, 3))


@functools.cache
def sealing_key(code: str, version: int = 1) -> bytes:
    """Return a public sealing key of the right length; what it opens is judged by the fake."""
    name = f"simulated {code} sealing {version}".encode()
    blocks = (hashlib.sha256(name + bytes([place])).digest() for place in range(SEALING_KEY_BYTES // 32))
    return b"".join(blocks)


def tombstone_secret(code: str) -> bytes:
    """Return the secret under which a node recognises what it erased."""
    return hashlib.sha256(f"simulated {code} tombstones".encode()).digest()


class SimKeys:
    """A node's private keys: made by number, kept whatever becomes of the store. Implements storage.key_ring.KeyPlace."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._made = {"node": 1, "sealing": 1}
        self._firsts = {"node", "sealing"}
        self._signers: dict[KeyId, Ed25519Signer] = {}
        self._openers: dict[KeyId, PlainOpener] = {}

    def node_signer(self) -> Ed25519Signer:
        return node_signer(self._code)

    def opener(self) -> PlainOpener:
        return PlainOpener(sealing_key(self._code))

    def make_later_node(self) -> bytes:
        self._made["node"] += 1
        made = node_signer(self._code, self._made["node"])
        self._signers[key_id(made.public_key)] = made
        return made.public_key

    def make_later_sealing(self) -> bytes:
        self._made["sealing"] += 1
        made = sealing_key(self._code, self._made["sealing"])
        self._openers[key_id(made)] = PlainOpener(made)
        return made

    def later_node_signer(self, key: KeyId) -> Ed25519Signer | None:
        return self._signers.get(key)

    def later_opener(self, key: KeyId) -> PlainOpener | None:
        return self._openers.get(key)

    def has_first(self, sort: str) -> bool:
        return sort in self._firsts

    def later_keys(self) -> frozenset[KeyId]:
        return frozenset(self._signers) | frozenset(self._openers)

    def remove_later(self, key: KeyId) -> None:
        self._signers.pop(key, None)
        self._openers.pop(key, None)

    def remove_first(self, sort: str) -> None:
        self._firsts.discard(sort)

    def copied(self) -> SimKeys:
        """Return the keys as they lie here now."""
        copy = SimKeys(self._code)
        copy._firsts, copy._signers, copy._openers = set(self._firsts), dict(self._signers), dict(self._openers)
        return copy

    def bring_back(self, copy: SimKeys) -> None:
        """Put the keys of a copy beside those made since."""
        self._firsts |= copy._firsts
        self._signers = copy._signers | self._signers
        self._openers = copy._openers | self._openers

    def all_signing_keys(self) -> tuple[bytes, ...]:
        """Return every public signing key the node ever had."""
        return tuple(node_signer(self._code, version).public_key for version in range(1, self._made["node"] + 1))


class MemoryLog:
    """The folder of a transparency log, in memory. Implements trail.ports.LogFiles; it is a cache, and begins empty."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._aside: list[str] = []

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def write(self, path: str, data: bytes) -> None:
        self._files[path] = data

    def write_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        self._files.update(files)

    def drop(self, path: str) -> None:
        self._files = {name: data for name, data in self._files.items() if not name.startswith(f"{path}/")}

    def begin_again(self) -> None:
        self._files.clear()

    def set_aside(self) -> None:
        self._aside.append(f"log.{len(self._aside) + 1}")
        self._files.clear()

    def aside(self) -> tuple[str, ...]:
        return tuple(self._aside)
