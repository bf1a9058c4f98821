"""The files of the transparency log: where each lies and which bytes it holds, as C2SP tlog-tiles lays them out.

    checkpoint                      the newest size and root, signed (trail.checkpoint)
    tile/<level>/<number>           256 hashes: leaf hashes on level 0, above it the root of each full tile below
    tile/<level>/<number>.p/<width> the same for the last tile of a level while it has fewer
    tile/entries/<number>           the entries under the hashes of level 0, each with its length before it

An entry is the salted digest of a trail row (T2): 32 bytes that say nothing without row and salt. A tile's number is written in
groups of three digits, so that no folder grows beyond a thousand names.

Source: docs/rules/trail.md T8; C2SP tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from entente.kernel.merkle import HASH_BYTES, leaf_hash, root_of
from entente.kernel.proofs import Subtrees, range_root

TILE_HEIGHT: Final = 8
TILE_HASHES: Final = 1 << TILE_HEIGHT
ENTRIES: Final = "entries"
CHECKPOINT_PATH: Final = "checkpoint"
LENGTH_BYTES: Final = 2
_ENTRY_LENGTH = HASH_BYTES.to_bytes(LENGTH_BYTES, "big")


class LogFile(NamedTuple):
    """A file of the log: its place below the log's folder, and its bytes, which never change."""

    path: str
    data: bytes


class Tile(NamedTuple):
    """The hashes of one tile: all of them, or the first `width`."""

    level: int
    number: int
    width: int = TILE_HASHES

    @property
    def path(self) -> str:
        """Where it lies."""
        return _path(str(self.level), self.number, self.width)

    @property
    def full(self) -> Tile:
        """The same tile when nothing is missing any more."""
        return Tile(self.level, self.number)


def entries_path(number: int, width: int = TILE_HASHES) -> str:
    """Return where the entries under a tile of level 0 lie."""
    return _path(ENTRIES, number, width)


def partials_of(path: str) -> str:
    """Return the folder that holds what there was of a tile before it was full."""
    return f"{path}.p"


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Return a bundle: each entry after its length, two bytes with the higher one first."""
    return b"".join(_ENTRY_LENGTH + entry for entry in entries)


def decode_hashes(data: bytes, width: int) -> tuple[bytes, ...] | None:
    """Return the first hashes of a tile; None when it does not hold so many, or is not made of whole ones."""
    if len(data) % HASH_BYTES or len(data) < width * HASH_BYTES:
        return None
    return tuple(data[start : start + HASH_BYTES] for start in range(0, width * HASH_BYTES, HASH_BYTES))


def decode_entries(data: bytes, leaves: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """Return the entries with which a bundle begins, one for each of these leaf hashes; None where they are others."""
    step = LENGTH_BYTES + HASH_BYTES
    entries = [data[start : start + step] for start in range(0, len(leaves) * step, step)]
    fits = all(
        entry.startswith(_ENTRY_LENGTH) and leaf_hash(entry[LENGTH_BYTES:]) == leaf
        for entry, leaf in zip(entries, leaves, strict=True)
    )
    return tuple(entry[LENGTH_BYTES:] for entry in entries) if fits else None


def are_entries(data: bytes, leaves: Sequence[bytes]) -> bool:
    """Say whether a bundle begins with the entries under these leaf hashes, one for one."""
    return decode_entries(data, leaves) is not None


def edge_tiles(size: int) -> Iterator[Tile]:
    """Yield the tiles of a tree that are not full, from level 0 upward."""
    level = 0
    while size:
        number, width = divmod(size, TILE_HASHES)
        if width:
            yield Tile(level, number, width)
        level, size = level + 1, number


def tiles_for(places: Iterable[int], size: int) -> frozenset[Tile]:
    """Return the tiles of a tree of this size that the proofs of these leaves are read from."""
    edge = {(tile.level, tile.number): tile for tile in edge_tiles(size)}
    wanted = set(edge.values())
    for place in places:
        number, level = place >> TILE_HEIGHT, 0
        while number << TILE_HEIGHT < size >> TILE_HEIGHT * level:
            wanted.add(edge.get((level, number), Tile(level, number)))
            number, level = number >> TILE_HEIGHT, level + 1
    return frozenset(wanted)


def subtrees_in(tiles: Mapping[tuple[int, int], Sequence[bytes]]) -> Subtrees:
    """Return the subtrees that tiles hold, by level and number of the tile."""

    def subtree(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, place = divmod(index << height, TILE_HASHES)
        return root_of(tiles[tile_level, number][place : place + (1 << height)])

    return subtree


def root_in(tiles: Mapping[tuple[int, int], Sequence[bytes]], size: int) -> bytes:
    """Return the root of a tree from the tiles of its edge."""
    return range_root(0, size, subtrees_in(tiles))


@dataclass(slots=True)
class Edge:
    """The right edge of a log while it grows: of each level the hashes that fill no tile yet."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)
    changed: int = 0
    """The levels that grew since the edge was taken from the files: level 0 to before this one."""

    @classmethod
    def of(cls, size: int, tiles: Mapping[tuple[int, int], Sequence[bytes]]) -> Edge:
        """Return the edge of a log of this size from the tiles that `edge_tiles` names."""
        levels: list[list[bytes]] = []
        for tile in edge_tiles(size):
            levels += [[] for _ in range(len(levels), tile.level + 1)]
            levels[tile.level] = list(tiles[tile.level, tile.number])
        return cls(size, levels)

    def append(self, leaf: bytes) -> Iterator[LogFile]:
        """Add a leaf hash; yield the tiles that are full by it."""
        self.size += 1
        hashed, level = leaf, 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            hashes = self.levels[level]
            hashes.append(hashed)
            self.changed = max(self.changed, level + 1)
            if len(hashes) < TILE_HASHES:
                return
            number = (self.size >> TILE_HEIGHT * (level + 1)) - 1
            yield LogFile(Tile(level, number).path, b"".join(hashes))
            hashed, level = root_of(hashes), level + 1
            hashes.clear()

    def partials(self) -> Iterator[LogFile]:
        """Yield the tiles that are not full and grew."""
        for tile in edge_tiles(self.size):
            if tile.level < self.changed:
                yield LogFile(tile.path, b"".join(self.levels[tile.level]))

    @property
    def root(self) -> bytes:
        """The root of the tree so far."""
        return root_in(
            {(tile.level, tile.number): self.levels[tile.level] for tile in edge_tiles(self.size)}, self.size
        )


def _path(level: str, number: int, width: int) -> str:
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    partial = "" if width == TILE_HASHES else f".p/{width}"
    return "/".join(("tile", level, *(f"x{group}" for group in groups[:-1]), groups[-1])) + partial
