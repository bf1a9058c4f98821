"""The room left on the disk of a node's folder, and when intake stops for want of it.

Below the bound nothing new is taken in: no batch of another node, no further slice of an import. What was begun can then end, and
officers go on reading, searching and acting, in the room that is left. Nothing is remembered: the disk is asked each time, which
costs a microsecond, and intake goes on by itself when there is room again.

Source: docs/rules/node.md, rules N4 and N5.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from entente.kernel.errors import Unavailable
from entente.node import Disk

MEBIBYTE: Final = 1024 * 1024


class DiskWatch:
    """Asks how much room is left. Safe from several threads."""

    def __init__(self, folder: Path, free_mb_min: int, free_bytes: Callable[[], int] | None = None) -> None:
        """Watch the disk of a folder; `free_bytes` stands in for what the system says of it."""
        self._least = free_mb_min * MEBIBYTE
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(folder).free)

    def free_mb(self) -> int:
        """Return how many MiB this account may still write."""
        return self._free_bytes() // MEBIBYTE

    def trouble(self) -> str:
        """Return why nothing is taken in now, in words; empty where there is room."""
        free = self._free_bytes()
        return "" if free >= self._least else _why(free, self._least)

    def require_room(self) -> None:
        """Raise Unavailable, safe to retry, where there is not enough room to take anything in."""
        if why := self.trouble():
            raise Unavailable(
                "The node takes nothing in now: its disk is nearly full.",
                why=why,
                do="Free space on the disk that holds the node's folder; it goes on by itself.",
                retry_is_safe=True,
            )


def while_there_is_room(disk: Disk, receive: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return what takes in a batch of another node, or raises Unavailable where the disk is nearly full (N4)."""

    def receive_with_room(batch: bytes) -> bytes:
        disk.require_room()
        return receive(batch)

    return receive_with_room


def _why(free: int, least: int) -> str:
    return (
        f"{free // MEBIBYTE} MiB are free beside the store, and below {least // MEBIBYTE} MiB (setting disk_free_mb_min) "
        "nothing is taken in from other nodes or by imports, so that officers can go on (docs/rules/node.md N4)."
    )
