"""Rows that an act leaves for the commit: those of the trail and of the outbox, written once for all acts of a transaction.

Nothing decides by them before the commit: the trail's right edge goes on in memory, and what was put in the outbox is posted from
committed rows alone. So they wait here, and each row of several acts costs the engine no turn of its own. Whoever does read their
tables within the transaction has them inserted first (storage.trail, storage.outbox_rows).

A row that an engine might refuse does not wait: it would be refused at the commit, with the acts of others.

Source: docs/decisions/0107-what-an-act-leaves-is-written-at-the-commit.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from entente.trail.ports import TrailHead

KEY_CHARACTERS_MAX: Final = 200
"""Text that may stand in an index: a server's takes 2,704 bytes in all its columns (PostgreSQL, nbtree), and no id comes near."""
_LONG: Final = frozenset({"detail", "document"})
"""Columns of long text, which no index holds."""
Row: TypeAlias = dict[str, object]


@dataclass(slots=True)
class WaitingRows:
    """Rows of one transaction that are not inserted yet. Belongs to whoever holds the right to write."""

    trail: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    head: TrailHead | None = None
    """The signed head, where it is not written yet."""
    _before: tuple[tuple[Row, ...], tuple[Row, ...], TrailHead | None] = ((), (), None)
    _looked_at: tuple[int, int] = (0, 0)
    """How many of each are known to be sure."""

    def begin_act(self) -> None:
        """Remember what waits as an act begins."""
        self._before = (tuple(self.trail), tuple(self.outbox), self.head)

    def undo_act(self) -> None:
        """Let wait what waited as the act began: of what it had inserted the engine undoes all."""
        trail, outbox, self.head = self._before
        self.trail, self.outbox = [*trail], [*outbox]
        self._looked_at = (len(trail), len(outbox))

    def take_trail(self) -> list[Row]:
        """Return the rows of the trail to whoever inserts them now."""
        taken, self.trail = self.trail, []
        self._looked_at = (0, self._looked_at[1])
        return taken

    def take_outbox(self) -> list[Row]:
        """Return the rows of the outbox to whoever inserts them now."""
        taken, self.outbox = self.outbox, []
        self._looked_at = (self._looked_at[0], 0)
        return taken

    def are_sure(self) -> bool:
        """Say whether every engine takes what waits as it is."""
        trail, outbox = self._looked_at
        new = (*self.trail[trail:], *self.outbox[outbox:])
        self._looked_at = (len(self.trail), len(self.outbox))
        return all(_is_sure(row) for row in new)


def _is_sure(row: Mapping[str, object]) -> bool:
    return all(
        _is_sure_text(value) and (len(value) <= KEY_CHARACTERS_MAX or name in _LONG)
        for name, value in row.items()
        if isinstance(value, str)
    )


def _is_sure_text(text: str) -> bool:
    # A server keeps no zero byte, and no engine half of a pair of surrogates.
    if "\0" in text:
        return False
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True
