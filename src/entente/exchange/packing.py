"""How what must go out is divided into envelopes, and when an unanswered one is tried again (X20, X21).

Source: docs/rules/exchange.md X20 and X21.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from entente.exchange.envelopes import statement_bytes
from entente.exchange.model import BODY_BYTES_MAX, STATEMENTS_PACKED_MAX, Lane, Queued
from entente.kernel.errors import Invalid
from entente.kernel.ports import Outgoing
from entente.kernel.sizes import size_said
from entente.kernel.statement import Statement

FRAME_BYTES = 64
"""What a body has beside its statements: the names of its two fields and a salt of 24 characters."""
RETRY_SECONDS_FIRST = 1
RETRY_SECONDS_MAX = 3_600
"""One post an hour to a body that does not answer costs neither side anything and finds it within the shift."""


def lane_of(outgoing: Outgoing) -> Lane:
    """Return the lane a statement goes by: control overtakes data."""
    return Lane.CONTROL if outgoing.is_control else Lane.DATA


def pack(queued: Iterable[Queued]) -> Iterator[tuple[Queued, ...]]:
    """Divide a lane's queue: one envelope for each run of one instrument, within its bounds, in exactly the order it was put.

    The order is kept across instruments too: a later statement may rest on an earlier one.

    Source: docs/rules/exchange.md X20.
    """
    run: list[Queued] = []
    size = FRAME_BYTES
    for item in queued:
        added = statement_bytes(item.outgoing.statement)
        is_full = size + added > BODY_BYTES_MAX or len(run) == STATEMENTS_PACKED_MAX
        if run and (is_full or run[-1].outgoing.instrument != item.outgoing.instrument):
            yield tuple(run)
            run, size = [], FRAME_BYTES
        run.append(item)
        size += added
    if run:
        yield tuple(run)


def check_fits(statement: Statement) -> None:
    """Raise Invalid for a statement that fits no envelope, so that its act is not committed.

    Source: docs/rules/exchange.md X20.
    """
    if (size := statement_bytes(statement)) + FRAME_BYTES > BODY_BYTES_MAX:
        raise Invalid(
            f"A statement «{statement.kind}» of {size_said(size)} is too large to be sent.",
            field="statement",
            why=f"It travels in an envelope of at most {size_said(BODY_BYTES_MAX)} (docs/rules/exchange.md X13 and X20).",
            do="Say less in one statement, or attach what is large as a file.",
        )


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 1 s, 2 s, 4 s … at most an hour.

    Source: docs/rules/exchange.md X21; ours, because rooms draw no randomness: the courier's threads spread the load.
    """
    doublings = min(max(attempts - 1, 0), RETRY_SECONDS_MAX.bit_length())
    return timedelta(seconds=min(RETRY_SECONDS_FIRST << doublings, RETRY_SECONDS_MAX))
