"""The thread that keeps house: once a minute it lets the node erase what is due and look after the store's file.

What fails is logged and tried again a minute later; nothing else waits for it, nor any other part of the work: on a full disk
nothing can be written that a part must write, and it is another one that makes room. Stopping lets the run under way end.

Source: docs/rules/handling.md H7; DESIGN section 8.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from entente.kernel.faults import in_short

_log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 60.0
"""Days of erasure are days; a minute is what a copy that its source erased may still stand in the store's log."""


class Housekeeper:
    """Does the parts of its work (records.erasing.Erasing.run among them) in a thread of its own, again and again."""

    def __init__(self, *work: Callable[[], object], pause_seconds: float = PAUSE_SECONDS) -> None:
        self._work = work
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        """Start the thread; it works at once."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End the thread after the run under way; called twice it does nothing more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for part in self._work:
                self._do(part)
            self._stopping.wait(self._pause_seconds)

    def _do(self, part: Callable[[], object]) -> None:
        try:
            part()
        except Exception as error:  # noqa: BLE001 - a thread that ended would leave records past their day, unseen
            _log.warning("Keeping house was put off to the next minute: %s", in_short(error))
