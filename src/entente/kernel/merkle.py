"""The hashes of the trail: a Merkle tree as RFC 6962 defines it, grown one leaf at a time.

`Frontier` is all that must be kept to append: the roots of the perfect subtrees, largest first. The root after each leaf is
part of the trail row, so that a changed, removed or reordered row shows itself. Proofs and tiles follow the same hashes.

Source: docs/rules/trail.md T3; RFC 6962 section 2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of no leaves (RFC 6962, 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of a leaf. The prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: its size, and the roots of its perfect subtrees from the largest to the smallest."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier with one more leaf hash."""
        peaks = list(self.peaks)
        carried = leaf
        # Each trailing 1 bit of the size is a perfect subtree that the new leaf completes into the next larger one.
        size = self.size
        while size & 1:
            carried = node_hash(peaks.pop(), carried)
            size >>= 1
        peaks.append(carried)
        return Frontier(self.size + 1, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The root hash of the tree (RFC 6962, 2.1): peaks folded from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root
