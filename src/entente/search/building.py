"""What a process does that makes a base: it takes entries and writes the files.

Source: docs/rules/identity.md I37, I44 and I49; the messages are those of `search.filling` and `build_process`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from entente.search.base_builder import BaseBuilder

WRITING_NICENESS = 10
"""Lower priority than whatever answers officers."""


class BuildingPart:
    """Takes entries, and writes a base of them."""

    def __init__(self) -> None:
        self._builder: BaseBuilder | None = None

    @property
    def builder(self) -> BaseBuilder:
        """What was taken so far."""
        if self._builder is None:
            # Minutes of work that nobody waits for; this process does nothing else.
            os.nice(WRITING_NICENESS)
            # Nothing here holds what holds it, and looking for such things goes through millions of names again and again.
            gc.disable()
            self._builder = BaseBuilder()
        return self._builder

    def do_add(self, message: Mapping[str, Any]) -> None:
        """Take entries, in place of what is held of some records."""
        self.builder.remove(message["removed"])
        self.builder.add(message["entries"])

    def do_write(self, message: Mapping[str, Any]) -> int:
        """Write everything taken into a folder; return how many entries that were."""
        size = (self._builder or BaseBuilder()).write(Path(message["folder"]))
        self._builder = None
        return size
