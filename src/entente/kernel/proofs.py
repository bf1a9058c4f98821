"""Proofs over the tree of the trail: that a leaf is in it, and that a later tree continues an earlier one.

Making one reads a logarithmic number of subtree hashes through `Subtrees`, so that it may come from tiles, from leaves or
from anything else. Verifying is pure, takes what a stranger sent, and never raises for it: what does not fit is no proof.

    subtrees = subtrees_of(leaves)
    proof = inclusion_proof(3, 8, subtrees)
    assert is_included(leaves[3], 3, 8, proof, root_of(leaves))

Source: docs/rules/kernel.md K6 and K7; RFC 6962 section 2.1, RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from entente.kernel.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, root_of

Proof: TypeAlias = tuple[bytes, ...]
"""Subtree hashes, from the leaf's neighbour upward (RFC 6962)."""
Subtrees: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → the root of the perfect subtree over the leaves from index·2^level on, 2^level of them."""

PROOF_HASHES_MAX = 64
"""A tree of 2^63 leaves, the most the format of the tiles can hold, has no longer proof."""


def subtrees_of(leaves: Sequence[bytes]) -> Subtrees:
    """Return the subtrees over leaf hashes that are all at hand."""

    def subtree(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    return subtree


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> Proof:
    """Return the proof that the leaf with this index, counted from 0, is in the tree of this size.

    Source: docs/rules/kernel.md K6.
    """
    assert 0 <= index < size, "a leaf outside the tree has no proof"
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = _split(start, end)
        if index < split:
            path.append(range_root(split, end, subtrees))
            end = split
        else:
            path.append(range_root(start, split, subtrees))
            start = split
    return tuple(reversed(path))


def consistency_proof(earlier: int, size: int, subtrees: Subtrees) -> Proof:
    """Return the proof that the tree of this size begins with the earlier one, leaf by leaf.

    Source: docs/rules/kernel.md K7.
    """
    assert 0 <= earlier <= size, "a tree continues a smaller one only"
    if earlier == 0:
        return ()
    path: list[bytes] = []
    start, end = 0, size
    while earlier != end:
        split = _split(start, end)
        if earlier <= split:
            path.append(range_root(split, end, subtrees))
            end = split
        else:
            path.append(range_root(start, split, subtrees))
            start = split
    # At 0 this is the earlier tree itself, whose root the verifier has.
    if start > 0:
        path.append(range_root(start, end, subtrees))
    return tuple(reversed(path))


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof shows this leaf hash at this index of the tree with this size and root.

    Source: docs/rules/kernel.md K6.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    node, last = index, size - 1
    reached = leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            node, last = _up_to_a_right_child(node, last)
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == root


def is_continued(earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the proof shows that the tree with this size and root begins with the earlier one.

    Source: docs/rules/kernel.md K7.
    """
    if not 0 <= earlier <= size or not _are_hashes(earlier_root, root, *proof):
        return False
    if earlier == 0:
        return not proof and earlier_root == EMPTY_ROOT
    if earlier == size:
        return not proof and earlier_root == root
    # A perfect earlier tree is a subtree of the later one, and its root is not sent again.
    path = (earlier_root, *proof) if earlier & (earlier - 1) == 0 else tuple(proof)
    node, last = earlier - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not path:
        return False
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            node, last = _up_to_a_right_child(node, last)
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == earlier_root and after == root


def range_root(start: int, end: int, subtrees: Subtrees) -> bytes:
    """Return the root over the leaves from `start` to before `end`, where the tree has a subtree of just these."""
    width = end - start
    if width & (width - 1) == 0:
        return subtrees(width.bit_length() - 1, start // width)
    split = _split(start, end)
    return node_hash(range_root(start, split, subtrees), range_root(split, end, subtrees))


def _split(start: int, end: int) -> int:
    """Return where a subtree parts: its left side is the largest perfect one that leaves a right side."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _up_to_a_right_child(node: int, last: int) -> tuple[int, int]:
    """Skip the levels on which the right edge has no sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _are_hashes(*values: bytes) -> bool:
    return len(values) <= PROOF_HASHES_MAX + 2 and all(len(value) == HASH_BYTES for value in values)
