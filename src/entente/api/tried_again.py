"""Jobs whose store is gone for a while: they are begun anew, as after a start of the node, in place of having failed.

Source: docs/rules/api.md P12.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Unavailable
from entente.kernel.jobs import JobKind

TRIED_AGAIN: Final = frozenset({JobKind.SEARCHES, JobKind.IMPORT, JobKind.EXPORT, JobKind.ATTACHMENT})
"""Jobs that ask nobody but their own node, and may be begun anew."""
SECONDS_MAX: Final = 120.0
"""After the last step that was done: as long as a database server is killed, started and reads its own log."""
PAUSE_SECONDS: Final = 2.0


def tried_again(
    kind: JobKind,
    work: Callable[[], JsonObject],
    done: Callable[[], int],
    stops: Callable[[], bool],
    wait: Callable[[float], object],
) -> JsonObject:
    """Do a job's work, again where what it needs of its own node is not there for a while; raise what it raises at last.

    `done`: how far the job is; `stops`: whether the node does; `wait` waits so many seconds, less where the node stops.
    """
    furthest, failing_since = done(), None
    while True:
        try:
            return work()
        except Unavailable:
            if failing_since is None or done() > furthest:
                failing_since = monotonic()
            furthest = max(furthest, done())
            if kind not in TRIED_AGAIN or stops() or monotonic() - failing_since >= SECONDS_MAX:
                raise
            wait(PAUSE_SECONDS)
