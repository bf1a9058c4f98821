"""T8: the files of the log, on the examples of C2SP tlog-tiles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.merkle import leaf_hash, root_of
from entente.kernel.proofs import consistency_proof, inclusion_proof, is_continued, is_included
from entente.trail.tiles import (
    TILE_HASHES,
    Edge,
    Tile,
    are_entries,
    decode_hashes,
    edge_tiles,
    encode_entries,
    entries_path,
    root_in,
    subtrees_in,
    tiles_for,
)
from tests.docs.source import ROOT

EXAMPLES: Any = json.loads((ROOT / "tests/vectors/log/tiles.json").read_text(encoding="utf-8"))
COUNT = 70_000
ENTRIES = [number.to_bytes(32, "big") for number in range(COUNT)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def grown(size: int) -> tuple[Edge, dict[str, bytes]]:
    """Return the edge and the files of a log of this size, written at once."""
    edge, files = Edge(), dict[str, bytes]()
    for leaf in LEAVES[:size]:
        files.update(edge.append(leaf))
    files.update(edge.partials())
    return edge, files


WHOLE, FILES = grown(COUNT)


def read(tiles: frozenset[Tile]) -> dict[tuple[int, int], tuple[bytes, ...]]:
    """Read tiles from the files of the large log: each begins with what it held when the log was smaller."""
    found = {}
    for tile in tiles:
        (data,) = (one for path, one in FILES.items() if path.partition(".p/")[0] == tile.full.path)
        hashes = decode_hashes(data, tile.width)
        assert hashes is not None
        found[tile.level, tile.number] = hashes
    return found


@pytest.mark.parametrize("case", EXAMPLES["paths"], ids=lambda case: case["path"])
def test_t8_published_path(case: dict[str, Any]) -> None:
    assert Tile(case["level"], case["number"], case["width"]).path == case["path"]


def test_t8_entries_lie_beside_the_tiles_under_the_same_number() -> None:
    assert entries_path(1_234_067) == "tile/entries/x001/x234/067"
    assert entries_path(0, 7) == "tile/entries/000.p/7"
    assert Tile(0, 1_000).path == "tile/0/x001/000"


@pytest.mark.parametrize("case", EXAMPLES["trees"], ids=lambda case: str(case["size"]))
def test_t8_published_tree_has_its_full_and_partial_tiles(case: dict[str, Any]) -> None:
    _, files = grown(case["size"])
    levels = range(len(case["full"]))
    full = [sum(path.startswith(f"tile/{level}/") and ".p/" not in path for path in files) for level in levels]
    partial = [Tile(level, full[level], width).path for level, width in enumerate(case["partial"]) if width]
    assert full == case["full"]
    assert sorted(path for path in files if ".p/" in path) == sorted(partial)
    assert all(len(data) == TILE_HASHES * 32 for path, data in files.items() if ".p/" not in path)
    assert [tile.path for tile in edge_tiles(case["size"])] == partial


def test_t8_each_level_holds_the_roots_of_the_full_tiles_below() -> None:
    assert FILES["tile/0/000"] == b"".join(LEAVES[:256])
    assert FILES["tile/1/000"][:32] == root_of(LEAVES[:256])
    assert FILES["tile/2/000.p/1"] == root_of(LEAVES[:65_536])
    assert WHOLE.root == root_of(LEAVES)


def test_t8_bundle_is_the_entries_each_after_its_length() -> None:
    bundle = encode_entries(ENTRIES[:2])
    assert bundle == b"\x00\x20" + ENTRIES[0] + b"\x00\x20" + ENTRIES[1]
    assert are_entries(bundle, LEAVES[:2])
    assert are_entries(bundle, LEAVES[:1])
    assert not are_entries(bundle, LEAVES[:3])
    assert not are_entries(bundle, LEAVES[1:3])
    assert not are_entries(b"\x00\x21" + bundle[2:], LEAVES[:2])
    assert not are_entries(b"", LEAVES[:1])


def test_t8_tile_that_is_short_or_not_of_whole_hashes_is_none() -> None:
    data = b"".join(LEAVES[:3])
    assert decode_hashes(data, 2) == tuple(LEAVES[:2])
    assert decode_hashes(data, 4) is None
    assert decode_hashes(data[:-1], 2) is None


@given(st.integers(1, COUNT), st.data())
def test_t10_proofs_are_read_from_few_tiles_of_a_larger_log(size: int, data: st.DataObject) -> None:
    index, earlier = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tiles = read(tiles_for((index,), size))
    assert len(tiles) <= 6
    root = root_in(tiles, size)
    assert is_included(LEAVES[index], index, size, inclusion_proof(index, size, subtrees_in(tiles)), root)
    tiles = read(tiles_for((earlier - 1,), size))
    old = root_in(read(frozenset(edge_tiles(earlier))), earlier)
    assert is_continued(earlier, old, size, root, consistency_proof(earlier, size, subtrees_in(tiles)))


@given(st.lists(st.integers(1, 700), max_size=8))
def test_t8_log_grown_step_by_step_from_its_files_is_the_one_written_at_once(steps: list[int]) -> None:
    size, files = 0, dict[str, bytes]()
    for step in steps:
        edge = Edge.of(size, {(tile.level, tile.number): _split(files[tile.path]) for tile in edge_tiles(size)})
        for leaf in LEAVES[size : size + step]:
            files.update(edge.append(leaf))
        files.update(edge.partials())
        size += step
    _, expected = grown(size)
    assert {path: files.get(path) for path in expected} == expected


def _split(data: bytes) -> tuple[bytes, ...]:
    return decode_hashes(data, len(data) // 32) or ()
