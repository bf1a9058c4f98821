"""How a row is hashed, and how a trail is checked.

T1 sequences are 1, 2, 3 … without a gap. T2 a row's leaf is the hash of its salted digest. T3 each row carries the root of
the tree up to it. T4 the newest size and root are signed by the node's key at each commit. T6 a check recomputes all of it.
Source: docs/rules/trail.md; RFC 6962 section 2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from entente.kernel.canonical import canonical_bytes, canonical_text, quoted
from entente.kernel.clock import format_time
from entente.kernel.merkle import Frontier, leaf_hash
from entente.kernel.ports import Act, TrailRow
from entente.kernel.signing import Context, encode_bytes, is_signed_by
from entente.trail.model import TrailProof
from entente.trail.ports import TrailHead

FORGET_ROWS: Final = "forget_rows"
"""The verb of the row that says which rows an erasure changed (T14)."""


def row_entry(sequence: int, at: datetime, act: Act, salt: bytes, detail_text: str = "") -> bytes:
    """Return the salted digest of a row: all that the log holds of it, and nothing without the row and its salt (T2, T8).

    `detail_text` is the canonical text of the act's detail, where the caller has it already.
    """
    # Members in the order of canonical text. What rows share is written once: an import writes thousands.
    detail = detail_text or canonical_text(act.detail)
    document = (
        f'{{"at":{canonical_text(format_time(at))},"body":{quoted(act.body)},"detail":{detail},'
        f'"officer":{quoted(act.officer)},"sequence":{sequence},"subject":{canonical_text(act.subject)},"verb":{quoted(act.verb)}}}'
    )
    # Not read back as signed bytes are: the row is hashed again from what was stored whenever the trail is checked (T6).
    return hashlib.sha256(salt + document.encode("utf-8")).digest()


def row_leaf(sequence: int, at: datetime, act: Act, salt: bytes) -> bytes:
    """Return the leaf hash of a row: over the salted digest, so that an erased row can be forgotten and still prove (T2)."""
    return leaf_hash(row_entry(sequence, at, act, salt))


def entry_of(row: TrailRow) -> bytes:
    """Return what the log holds of a row: the salted digest of what it says, or the one kept when that was erased (T13)."""
    return row.entry if row.entry is not None else row_entry(row.sequence, row.at, row.act, row.salt)


def make_row(frontier: Frontier, at: datetime, act: Act, salt: bytes) -> tuple[TrailRow, Frontier]:
    """Return the next row and the frontier after it (T1, T3)."""
    sequence = frontier.size + 1
    detail = canonical_text(act.detail)
    leaf = leaf_hash(row_entry(sequence, at, act, salt, detail))
    grown = frontier.append(leaf)
    return TrailRow(sequence, at, act, salt, leaf, grown.root, detail_text=detail), grown


def head_bytes(size: int, root: bytes) -> bytes:
    """Return the bytes a head signature covers (T4)."""
    return canonical_bytes({"size": size, "root": encode_bytes(root)})


def verify_rows(rows: Iterable[TrailRow], head: TrailHead | None, node_keys: Iterable[bytes]) -> TrailProof:
    """Recompute a trail from its first row and hold it against its signed head (T6).

    `node_keys` are all node keys the body ever had: a head may be older than the last change of keys. Never raises for
    what the rows hold; the first thing that does not fit is named, since everything after it is in doubt.
    """
    frontier = Frontier()
    forgotten = _Forgotten()
    for row in rows:
        if row.sequence != frontier.size + 1:
            found = f"Row {frontier.size + 1} is missing: the next one kept is {row.sequence} (T1)."
            return _broken(frontier, frontier.size + 1, found)
        if row.entry is not None and leaf_hash(row.entry) != row.leaf:
            found = f"Row {row.sequence} was changed: the digest kept of it does not give its hash (T13)."
            return forgotten.unexplained or _broken(frontier, row.sequence, found)
        grown = frontier.append(row.leaf)
        if grown.root != row.root:
            found = f"Row {row.sequence} does not follow from the rows before it: the root differs (T3)."
            return forgotten.unexplained or _broken(frontier, row.sequence, found)
        forgotten.look_at(row, frontier)
        frontier = grown
    return forgotten.unexplained or _verify_head(frontier, head, node_keys, forgotten.count)


@dataclass(slots=True)
class _Forgotten:
    """Rows whose content no longer gives their leaf: each must be one that a later, whole row says was forgotten (T14)."""

    count: int = 0
    _waiting: dict[int, tuple[str, Frontier]] = field(default_factory=dict)

    def look_at(self, row: TrailRow, before: Frontier) -> None:
        """Take in the next row of the tree, of which `before` is what stood before it."""
        now = row_leaf(row.sequence, row.at, row.act, row.salt)
        if now != row.leaf:
            self._waiting[row.sequence] = (now.hex(), before)
        elif row.act.verb == FORGET_ROWS:
            for sequence, left in forgotten_rows(row.act):
                if sequence in self._waiting and self._waiting[sequence][0] == left:
                    del self._waiting[sequence]
                    self.count += 1

    @property
    def unexplained(self) -> TrailProof | None:
        """The first row that was changed and that no erasure explains; None when there is none."""
        if not self._waiting:
            return None
        sequence = min(self._waiting)
        found = f"Row {sequence} was changed: its content does not give the hash recorded with it (T2)."
        return _broken(self._waiting[sequence][1], sequence, found)


def forgotten_rows(act: Act) -> Iterator[tuple[int, str]]:
    """Give the rows that a row of the verb FORGET_ROWS says were forgotten, each with the hash of what was left of it."""
    rows = act.detail.get("rows")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("row"), int) and isinstance(row.get("left"), str):
            yield cast("int", row["row"]), cast("str", row["left"])


def _verify_head(frontier: Frontier, head: TrailHead | None, node_keys: Iterable[bytes], forgotten: int) -> TrailProof:
    if head is None:
        if frontier.size == 0:
            return TrailProof(
                is_sound=True, rows=0, root=frontier.root.hex(), first_bad=None, finding="The trail is empty."
            )
        return _broken(frontier, None, "The trail has rows and no signed head (T4).")
    signed = head_bytes(head.size, head.root)
    if not any(is_signed_by(key, head.signature, Context.TRAIL_HEAD, signed) for key in node_keys):
        return _broken(frontier, None, "The head is not signed by a key of this body (T4).")
    if (head.size, head.root) != (frontier.size, frontier.root):
        found = f"The signed head speaks of {head.size} rows; here are {frontier.size}, or their root differs (T4)."
        return _broken(frontier, None, found)
    text = f"All {frontier.size} rows follow from each other, and the head is signed by this body's key."
    if forgotten:
        left = f"Of {forgotten} an erasure left what it says, and no more (T14)."
        text = f"{text} {left}"
    return TrailProof(is_sound=True, rows=frontier.size, root=frontier.root.hex(), first_bad=None, finding=text)


def _broken(frontier: Frontier, first_bad: int | None, finding: str) -> TrailProof:
    return TrailProof(
        is_sound=False, rows=frontier.size, root=frontier.root.hex(), first_bad=first_bad, finding=finding
    )
