"""K6, K7: proofs of inclusion and of consistency, on the reference tree of RFC 6962."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entente.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of
from entente.kernel.proofs import consistency_proof, inclusion_proof, is_continued, is_included, subtrees_of
from tests.docs.source import ROOT

TREE: Any = json.loads((ROOT / "tests/vectors/log/rfc6962_tree.json").read_text(encoding="utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in TREE["leaves"]]
ROOTS = [EMPTY_ROOT, *(bytes.fromhex(root) for root in TREE["roots"])]
SUBTREES = subtrees_of(LEAVES)


def hashes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)


def named(case: dict[str, Any]) -> str:
    return "-".join(str(value) for value in case.values() if isinstance(value, int))


@pytest.mark.parametrize("case", TREE["inclusion"], ids=named)
def test_k6_published_inclusion_proof_is_made_and_verified(case: dict[str, Any]) -> None:
    index, size, proof = case["index"], case["size"], hashes(case["proof"])
    assert inclusion_proof(index, size, SUBTREES) == proof
    assert is_included(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize("case", TREE["consistency"], ids=named)
def test_k7_published_consistency_proof_is_made_and_verified(case: dict[str, Any]) -> None:
    earlier, size, proof = case["earlier"], case["size"], hashes(case["proof"])
    assert consistency_proof(earlier, size, SUBTREES) == proof
    assert is_continued(earlier, ROOTS[earlier], size, ROOTS[size], proof)


def test_the_vectors_roots_are_those_of_their_leaves() -> None:
    assert [root_of(LEAVES[:size]) for size in range(9)] == ROOTS


def test_k6_another_leaf_index_size_root_or_proof_is_no_proof() -> None:
    leaf, proof, root = LEAVES[5], inclusion_proof(5, 8, SUBTREES), ROOTS[8]
    assert is_included(leaf, 5, 8, proof, root)
    refused = [
        is_included(leaf, 4, 8, proof, root),
        is_included(leaf, 6, 8, proof, root),
        is_included(leaf, 5 ^ 2, 8, proof, root),
        is_included(leaf, -1, 8, proof, root),
        is_included(leaf, 5, 16, proof, root),
        is_included(leaf, 5, 4, proof, root),
        is_included(LEAVES[4], 5, 8, proof, root),
        is_included(b"short", 5, 8, proof, root),
        is_included(leaf, 5, 8, proof, EMPTY_ROOT),
        is_included(leaf, 5, 8, (*proof, b""), root),
        is_included(leaf, 5, 8, (*proof, root), root),
        is_included(leaf, 5, 8, (root, *proof), root),
        is_included(leaf, 5, 8, proof[:-1], root),
        is_included(leaf, 5, 8, proof[1:], root),
        is_included(leaf, 5, 8, (root,) * 100, root),
    ]
    assert refused == [False] * len(refused)
    assert not is_included(EMPTY_ROOT, 0, 0, (), EMPTY_ROOT), "nothing is in the empty tree"


def test_k7_another_size_root_or_proof_is_no_proof() -> None:
    proof = consistency_proof(6, 8, SUBTREES)
    assert is_continued(6, ROOTS[6], 8, ROOTS[8], proof)
    refused = [
        is_continued(5, ROOTS[6], 8, ROOTS[8], proof),
        is_continued(7, ROOTS[6], 8, ROOTS[8], proof),
        is_continued(6, ROOTS[6], 16, ROOTS[8], proof),
        is_continued(6, ROOTS[6], 4, ROOTS[8], proof),
        is_continued(6, ROOTS[5], 8, ROOTS[8], proof),
        is_continued(6, ROOTS[6], 8, ROOTS[7], proof),
        is_continued(6, ROOTS[8], 8, ROOTS[6], proof),
        is_continued(6, b"short", 8, ROOTS[8], proof),
        is_continued(6, ROOTS[6], 8, ROOTS[8], ()),
        is_continued(6, ROOTS[6], 8, ROOTS[8], (*proof, b"")),
        is_continued(6, ROOTS[6], 8, ROOTS[8], (*proof, ROOTS[6])),
        is_continued(6, ROOTS[6], 8, ROOTS[8], (proof[0], *proof)),
        is_continued(6, ROOTS[6], 8, ROOTS[8], proof[:-1]),
    ]
    assert refused == [False] * len(refused)


def test_k7_a_tree_continues_itself_and_the_empty_one_and_never_a_larger_one() -> None:
    assert is_continued(4, ROOTS[4], 4, ROOTS[4], ())
    assert not is_continued(4, ROOTS[4], 4, ROOTS[5], ())
    assert not is_continued(4, ROOTS[4], 4, ROOTS[4], (ROOTS[4],))
    assert is_continued(0, EMPTY_ROOT, 4, ROOTS[4], ())
    assert not is_continued(0, ROOTS[1], 4, ROOTS[4], ())
    assert not is_continued(0, EMPTY_ROOT, 4, ROOTS[4], (ROOTS[4],))
    assert not is_continued(8, ROOTS[8], 4, ROOTS[4], ())
    assert not is_continued(4, ROOTS[4], 8, ROOTS[8], ())
