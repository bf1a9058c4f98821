"""The log: the trail's hashes as C2SP tiles, followed step by step and begun again from the first row whenever it must be.

A step takes rows after the newest checkpoint, writes the tiles they fill, and the checkpoint last: a crash in between leaves the
older checkpoint with all it speaks of, and the next step writes the same bytes again. Nothing is remembered but the files.

What does not fit is never mended in place. A log whose files are damaged is removed and written again. A checkpoint that this
body's own key signed and that the trail does not continue is evidence (an older store was restored, or rows were rewritten): that
log is set aside whole, said by `doctor` as long as it lies there, and a new one begins.

Source: docs/rules/trail.md T8 to T11; DESIGN section 4 (log).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from entente.kernel.errors import Invalid, Misconfigured, NotFound, Unavailable, Untrusted
from entente.kernel.merkle import EMPTY_ROOT, leaf_hash
from entente.kernel.ports import TrailRow
from entente.kernel.proofs import Proof, consistency_proof, inclusion_proof, is_continued, is_included
from entente.kernel.signing import Signer
from entente.kernel.state import NodeMode, taking_back
from entente.trail.checkpoint import Checkpoint, keys_of, open_checkpoint, origin_of, sign_checkpoint
from entente.trail.ports import LogFiles, LogUnit
from entente.trail.rules import entry_of
from entente.trail.tiles import (
    CHECKPOINT_PATH,
    TILE_HASHES,
    Edge,
    LogFile,
    Tile,
    are_entries,
    decode_entries,
    decode_hashes,
    edge_tiles,
    encode_entries,
    entries_path,
    partials_of,
    root_in,
    subtrees_in,
    tiles_for,
)

ROWS_PER_STEP = 64 * TILE_HASHES
"""Rows between two checkpoints while the log is brought up: about a second of work, and 20 MB of rows."""
ROWS_PER_READ = 4_096
LEAVES_PER_READ = 256 * TILE_HASHES
TILES_MAX = 1_024
"""Tiles held in memory while proofs are made: 8 MB."""

Tiles = dict[tuple[int, int], tuple[bytes, ...]]


class Fit(StrEnum):
    """How the files of the log stand to the trail."""

    NONE = "none"
    FITS = "fits"
    DAMAGED = "damaged"
    """A cache that is not what was written; it says nothing about the trail."""
    PARTED = "parted"
    """Signed by this body, and not continued by the trail that is here."""


@dataclass(frozen=True, slots=True)
class LogState:
    """What was found of the log."""

    fit: Fit
    rows: int
    """Rows up to which it is durable; 0 unless it fits."""
    behind: int
    """Rows of the trail that wait for it."""
    finding: str
    aside: tuple[str, ...] = ()
    """Earlier logs that the trail did not continue."""
    checkpoint: Checkpoint | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing contradicts the trail; a log that is behind, or was never written, does not."""
        return self.fit in {Fit.FITS, Fit.NONE} and not self.aside


@dataclass(frozen=True, slots=True)
class Published:
    """The newest checkpoint, as it was read and as it is signed."""

    checkpoint: Checkpoint
    note: str


@dataclass(slots=True)
class Log:
    """Follows the trail, and proves from its tiles. Safe from several threads."""

    open_view: Callable[[], LogUnit]
    signer: Signer
    files: LogFiles
    begun_again: str = field(default="", init=False)
    """Why the log was last begun again in this process; empty when it was not."""

    def step(self) -> int:
        """Bring the log up by some rows and return how many; 0 when nothing is left.

        A node that still takes back what it forgot signs no checkpoint: 0 until it has.

        Source: docs/rules/trail.md T8, T9 and T15.
        """
        with self.files.held(), self.open_view() as unit:
            if unit.state.get().mode is NodeMode.TAKING_BACK:
                return 0
            state = self._look(unit)
            if state.fit is Fit.PARTED:
                self.files.set_aside()
            elif state.fit is Fit.DAMAGED:
                self.files.begin_again()
            if state.fit in {Fit.PARTED, Fit.DAMAGED}:
                self.begun_again = state.finding
            size = unit.trail.frontier().size
            return 0 if state.rows == size else self._follow(unit, state.rows, size)

    def bring_up(self, progress: Callable[[int], None]) -> None:
        """Step until nothing is left; tell how many rows are durable after each step."""
        done = 0
        while taken := self.step():
            done += taken
            progress(done)

    def look(self) -> LogState:
        """Say how the log stands to the trail, from its checkpoint and the tiles at its edge. Changes nothing."""
        with self.files.held(), self.open_view() as unit:
            return self._look(unit)

    def verify(self) -> LogState:
        """Hold every file of the log against the leaves of the trail; name the first that does not fit. Changes nothing.

        Source: docs/rules/trail.md T8 and T10.
        """
        with self.files.held(), self.open_view() as unit:
            state = self._look(unit)
            if state.fit is not Fit.FITS:
                return state
            bad = next(self._differing(unit, state.rows), None)
            if bad is not None:
                finding = f"The log's file {bad} is not what the trail gives (T8): remove the log's folder, it is written again."
                return LogState(Fit.DAMAGED, 0, state.rows + state.behind, finding, state.aside)
            return state

    def publish(self, progress: Callable[[int], None]) -> Published:
        """Bring the log up and return its newest checkpoint; raise NotFound for a trail without a row.

        Raises Unavailable while the node takes back what it forgot (T15).
        """
        self.bring_up(progress)
        with self.files.held(), self.open_view() as unit:
            if (state := unit.state.get()).mode is NodeMode.TAKING_BACK:
                raise taking_back(state)
            return self._published(unit)

    def include(self, published: Published, rows: Iterable[TrailRow]) -> Iterator[Proof]:
        """Yield for each row the proof that it is in the tree of a checkpoint, read from the tiles and checked.

        Raises Unavailable when the tiles do not give it; they are then begun again.

        Source: docs/rules/trail.md T10.
        """
        tree = published.checkpoint
        tiles: Tiles = {}
        for row in rows:
            index = row.sequence - 1
            with self.files.held():
                proof = (
                    inclusion_proof(index, tree.size, subtrees_in(tiles))
                    if self._load(tiles, tiles_for((index,), tree.size))
                    else None
                )
            if proof is None or not is_included(row.leaf, index, tree.size, proof, tree.root):
                raise self._damaged(f"row {row.sequence}")
            yield proof

    def continue_from(self, earlier: int, published: Published) -> tuple[bytes, Proof]:
        """Return the root of the trail's first rows and the proof that a checkpoint's tree continues it.

        Raises Invalid for a size that the tree has not reached, Unavailable as `include` does.

        Source: docs/rules/trail.md T10.
        """
        tree = published.checkpoint
        if not 0 <= earlier <= tree.size:
            raise _not_reached(earlier, tree.size)
        tiles: Tiles = {}
        with self.files.held(), self.open_view() as unit:
            root = _root_at(unit, earlier)
            is_whole = self._load(tiles, tiles_for((max(earlier - 1, 0),), tree.size))
            proof = consistency_proof(earlier, tree.size, subtrees_in(tiles)) if is_whole else None
        if proof is None or not is_continued(earlier, root, tree.size, tree.root, proof):
            raise self._damaged(f"its first {earlier} rows")
        return root, proof

    def _look(self, unit: LogUnit) -> LogState:
        size, aside = unit.trail.frontier().size, self.files.aside()
        fit, finding, kept = self._judge(unit, size)
        rows = kept.size if kept is not None else 0
        return LogState(fit, rows, size - rows, finding, aside, kept)

    def _judge(self, unit: LogUnit, size: int) -> tuple[Fit, str, Checkpoint | None]:
        data = self.files.read(CHECKPOINT_PATH)
        if data is None:
            return Fit.NONE, "No log is written yet.", None
        own = unit.bodies.own()
        try:
            kept = open_checkpoint(data, keys_of(own.id, (version.node_key for version in own.keys)))
        except Invalid as error:
            return Fit.DAMAGED, f"The log's checkpoint cannot be read (T9): {error.why}", None
        if kept is None:
            return Fit.DAMAGED, "The log's checkpoint is not signed by a key of this body (T9).", None
        if (parted := _parted(unit, kept, size)) is not None:
            return Fit.PARTED, f"The trail does not continue the log: {parted} (T11).", None
        tiles: Tiles = {}
        if not self._load(tiles, edge_tiles(kept.size)) or root_in(tiles, kept.size) != kept.root:
            return Fit.DAMAGED, f"The log's last tiles do not give the root of its {kept.size} rows (T8).", None
        text = f"The log is durable up to row {kept.size} of {size}, and its checkpoint is signed by this body's key."
        return Fit.FITS, text, kept

    def _follow(self, unit: LogUnit, done: int, size: int) -> int:
        """Write the tiles and entries after `done` rows, then the checkpoint; return how many rows are new in it."""
        edge, entries = self._edge(done)
        upto = min(size, done - done % TILE_HASHES + ROWS_PER_STEP)
        files = list(_grown(unit, edge, entries, upto))
        self.files.write_all(files)
        for file in files:
            # A reader of an older checkpoint finds the full tile in the place of what it asks for.
            self.files.drop(partials_of(file.path))
        own = unit.bodies.own()
        if self.signer.public_key not in {version.node_key for version in own.keys}:
            raise _not_our_key()
        checkpoint = Checkpoint(origin_of(own.id), upto, edge.root)
        if checkpoint.root != _root_at(unit, upto):
            raise _broken_trail(upto)
        # Everything it speaks of is durable before this line; a crash before it leaves the checkpoint before.
        self.files.write(CHECKPOINT_PATH, sign_checkpoint(checkpoint, self.signer).encode("utf-8"))
        return upto - done

    def _edge(self, done: int) -> tuple[Edge, list[bytes]]:
        """Return the log's right edge as its files have it, and the entries of the bundle that is not full.

        Where the bundle is not what its tile says, from the beginning of both: they are written anew from the trail's rows.
        """
        tiles: Tiles = {}
        if not self._load(tiles, edge_tiles(done)):
            raise self._damaged(f"its first {done} rows")
        number, width = divmod(done, TILE_HASHES)
        if not width:
            return Edge.of(done, tiles), []
        entries = decode_entries(self._whole_or_partial(entries_path(number, width)), tiles[0, number])
        if entries is None:
            return self._edge(done - width)
        return Edge.of(done, tiles), list(entries)

    def _published(self, unit: LogUnit) -> Published:
        state = self._look(unit)
        if state.checkpoint is None:
            raise NotFound
        data = self.files.read(CHECKPOINT_PATH)
        assert data is not None, "it was read a moment ago, and one thread holds the log"
        return Published(state.checkpoint, data.decode("utf-8"))

    def _load(self, tiles: Tiles, wanted: Iterable[Tile]) -> bool:
        """Read tiles into memory; say whether all of them are there."""
        if len(tiles) > TILES_MAX:
            tiles.clear()
        for tile in wanted:
            held = tiles.get((tile.level, tile.number), ())
            if len(held) >= tile.width:
                continue
            # What was partial when a checkpoint was made may be full by now.
            data = self.files.read(tile.path)
            data = self.files.read(tile.full.path) if data is None else data
            hashes = None if data is None else decode_hashes(data, tile.width)
            if hashes is None:
                return False
            tiles[tile.level, tile.number] = hashes
        return True

    def _differing(self, unit: LogUnit, size: int) -> Iterator[str]:
        """Yield the files of a log of this size that are not what the leaves give."""
        edge, done = Edge(), 0
        while done < size:
            leaves = unit.trail.leaves(done, min(LEAVES_PER_READ, size - done))
            for place in range(0, len(leaves), TILE_HASHES):
                tile = leaves[place : place + TILE_HASHES]
                full = [file for leaf in tile for file in edge.append(leaf)]
                yield from (file.path for file in full if not self._holds(file))
                path = entries_path((done + place) // TILE_HASHES, len(tile))
                if not are_entries(self._whole_or_partial(path), tile):
                    yield path
            done += len(leaves)
        yield from (file.path for file in edge.partials() if not self._holds(file))

    def _holds(self, file: LogFile) -> bool:
        return self._whole_or_partial(file.path)[: len(file.data)] == file.data

    def _whole_or_partial(self, path: str) -> bytes:
        data = self.files.read(path)
        return data if data is not None else self.files.read(path.partition(".p/")[0]) or b""

    def _damaged(self, what: str) -> Unavailable:
        """Begin the log again, and return what is told to whoever asked for something of it."""
        self.begun_again = f"The tiles did not give the proof of {what} (T10)."
        with self.files.held():
            self.files.begin_again()
        return Unavailable(
            "The log is damaged and was removed.",
            why=f"Its files do not give the proof of {what}; it is a copy of the trail's hashes, and the trail is untouched.",
            do="Do it again: the log is written anew from the trail. Look for what changed the files.",
            retry_is_safe=True,
        )


def _grown(unit: LogUnit, edge: Edge, entries: list[bytes], upto: int) -> Iterator[LogFile]:
    """Yield the files by which a log grows up to a row: tiles and bundles that are full, then those at its edge.

    `entries`: those of the bundle that the edge is in, to which it adds.
    """
    while edge.size < upto:
        for row in unit.trail.rows(edge.size, min(ROWS_PER_READ, upto - edge.size)):
            entry = entry_of(row)
            if leaf_hash(entry) != row.leaf:
                raise _broken_trail(row.sequence)
            entries.append(entry)
            number = edge.size // TILE_HASHES
            yield from edge.append(row.leaf)
            if len(entries) == TILE_HASHES:
                yield LogFile(entries_path(number), encode_entries(entries))
                entries.clear()
    if entries:
        yield LogFile(entries_path(edge.size // TILE_HASHES, len(entries)), encode_entries(entries))
    yield from edge.partials()


def _root_at(unit: LogUnit, size: int) -> bytes:
    """Return the root that the trail itself carries after a row (T3)."""
    return unit.trail.rows(size - 1, 1)[0].root if size else EMPTY_ROOT


def _parted(unit: LogUnit, kept: Checkpoint, size: int) -> str | None:
    """Return in words why a trail of this size does not continue a checkpoint; None when it does."""
    if kept.size > size:
        return f"its checkpoint speaks of {kept.size} rows, and the trail has {size}"
    if _root_at(unit, kept.size) != kept.root:
        return f"its checkpoint has another root after row {kept.size}"
    return None


def _not_our_key() -> Misconfigured:
    return Misconfigured(
        "The log's checkpoint was not signed.",
        why="The node's key file is not one that the body's directory entry names, and nobody would believe it (T9).",
        do="Put the body's own node key back; «entente doctor» says when it is the right one.",
    )


def _broken_trail(sequence: int) -> Untrusted:
    return Untrusted(
        f"The log stops before row {sequence} of the trail.",
        reason="wrong_digest",
        why="That row does not give the hash recorded with it, and nothing is signed over a trail that contradicts itself (T8).",
        do="Run «entente trail verify», keep a copy of the store, and find out who changed it; restore a backup.",
    )


def _not_reached(earlier: int, size: int) -> Invalid:
    return Invalid(
        f"The log has no {earlier} rows.",
        field="since",
        why=f"A consistency proof begins at a size that was reached; the trail has {size} rows.",
        do=f"Name a size from 0 to {size}: it stands in the second line of a checkpoint.",
    )
