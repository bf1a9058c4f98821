"""K6, K7: every leaf of every tree is proved, every tree continues its beginnings, and no changed proof passes."""

from __future__ import annotations

import hashlib
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash
from entente.kernel.proofs import Proof, consistency_proof, inclusion_proof, is_continued, is_included, subtrees_of

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(600)]
SUBTREES = subtrees_of(LEAVES)
ROOTS = [edge.root for edge in accumulate(LEAVES, Frontier.append, initial=Frontier())]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 writes it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << bit for bit in range(len(leaves).bit_length()) if 1 << bit < len(leaves))
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, len(LEAVES)))
    return draw(st.integers(0, size - 1)), size


@st.composite
def changed(draw: st.DrawFn, proof: Proof) -> Proof:
    """Return another proof: a bit flipped, a hash taken out, put in, doubled or moved."""
    ways = ["insert"] + (["flip", "remove", "double"] if proof else []) + (["swap"] if len(set(proof)) > 1 else [])
    way, hashes = draw(st.sampled_from(ways)), list(proof)
    place = draw(st.integers(0, max(0, len(hashes) - 1)))
    if way == "insert":
        hashes.insert(place, draw(st.sampled_from([*ROOTS[:5], *LEAVES[:5], b""])))
    elif way == "remove":
        del hashes[place]
    elif way == "double":
        hashes.insert(place, hashes[place])
    elif way == "swap":
        hashes = [*hashes[1:], hashes[0]]
        if tuple(hashes) == proof:
            hashes = [*proof[:-2], proof[-1], proof[-2]]
    else:
        bit = draw(st.integers(0, 255))
        whole = int.from_bytes(hashes[place], "big") ^ (1 << bit)
        hashes[place] = whole.to_bytes(32, "big")
    return tuple(hashes)


def test_every_root_is_the_naive_one() -> None:
    assert [naive_root(LEAVES[:size]) for size in range(70)] == ROOTS[:70]


def test_k6_every_leaf_of_every_small_tree_is_proved_at_its_place_alone() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, SUBTREES)
            proved = [place for place in range(size) if is_included(LEAVES[index], place, size, proof, ROOTS[size])]
            assert proved == [index]


def test_k7_every_small_tree_continues_each_of_its_beginnings() -> None:
    for size in range(34):
        for earlier in range(size + 1):
            proof = consistency_proof(earlier, size, SUBTREES)
            assert is_continued(earlier, ROOTS[earlier], size, ROOTS[size], proof)


@given(places())
def test_k6_proof_is_made_and_verified(place: tuple[int, int]) -> None:
    index, size = place
    proof = inclusion_proof(index, size, SUBTREES)
    assert len(proof) <= size.bit_length()
    assert is_included(LEAVES[index], index, size, proof, ROOTS[size])


@given(places(), st.data())
def test_k6_no_changed_proof_leaf_place_or_root_passes(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    proof = inclusion_proof(index, size, SUBTREES)
    assert not is_included(LEAVES[index], index, size, data.draw(changed(proof)), ROOTS[size])
    other = data.draw(st.integers(0, len(LEAVES) - 1).filter(lambda one: one != index))
    assert not is_included(LEAVES[other], index, size, proof, ROOTS[size])
    assert not is_included(LEAVES[index], index, size, proof, ROOTS[data.draw(_other_size(size))])


@given(st.integers(1, len(LEAVES)), st.data())
def test_k7_no_changed_proof_or_root_passes(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size))
    proof = consistency_proof(earlier, size, SUBTREES)
    assert is_continued(earlier, ROOTS[earlier], size, ROOTS[size], proof)
    assert not is_continued(earlier, ROOTS[earlier], size, ROOTS[size], data.draw(changed(proof)))
    assert not is_continued(earlier, ROOTS[data.draw(_other_size(earlier))], size, ROOTS[size], proof)
    assert not is_continued(earlier, ROOTS[earlier], size, ROOTS[data.draw(_other_size(size))], proof)
    assert not is_continued(earlier, EMPTY_ROOT, size, ROOTS[size], proof)


def _other_size(size: int) -> st.SearchStrategy[int]:
    return st.integers(0, len(LEAVES)).filter(lambda one: one != size)
