"""How what must go out is divided into envelopes, and when an unanswered one is tried again (X20, X21).

Source: docs/rules/exchange.md X20 and X21.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from entente.exchange.envelopes import statement_bytes
from entente.exchange.model import BODY_BYTES_MAX, STATEMENTS_MAX, Lane
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.ports import Outgoing

FRAME_BYTES = 64
"""What a body has beside its statements: the names of its two fields and a salt of 24 characters."""
RETRY_SECONDS_FIRST = 1
RETRY_SECONDS_MAX = 3_600
"""One post an hour to a body that does not answer costs neither side anything and finds it within the shift."""


@dataclass(frozen=True, slots=True)
class Load:
    """The statements of one envelope, in the order they were put."""

    recipient: BodyId
    lane: Lane
    instrument: InstrumentId
    outgoings: tuple[Outgoing, ...]


def pack(pending: Iterable[Outgoing]) -> Iterator[Load]:
    """Divide what is pending: one envelope per recipient, lane and run of one instrument, within its bounds.

    The order within a recipient and lane is kept exactly, across instruments too: a later statement may rest on an
    earlier one.

    Source: docs/rules/exchange.md X20.
    """
    streams: dict[tuple[BodyId, Lane], list[Outgoing]] = {}
    for outgoing in pending:
        lane = Lane.CONTROL if outgoing.is_control else Lane.DATA
        streams.setdefault((outgoing.recipient, lane), []).append(outgoing)
    for (recipient, lane), outgoings in streams.items():
        for run in _runs(outgoings):
            yield Load(recipient, lane, run[0].instrument, tuple(run))


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 1 s, 2 s, 4 s … at most an hour.

    Source: docs/rules/exchange.md X21; ours, because rooms draw no randomness: the courier's threads spread the load.
    """
    doublings = min(max(attempts - 1, 0), RETRY_SECONDS_MAX.bit_length())
    return timedelta(seconds=min(RETRY_SECONDS_FIRST << doublings, RETRY_SECONDS_MAX))


def _runs(outgoings: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    run: list[Outgoing] = []
    size = FRAME_BYTES
    for outgoing in outgoings:
        added = statement_bytes(outgoing.statement)
        is_full = size + added > BODY_BYTES_MAX or len(run) == STATEMENTS_MAX
        if run and (is_full or run[-1].instrument != outgoing.instrument):
            yield run
            run, size = [], FRAME_BYTES
        run.append(outgoing)
        size += added
    if run:
        yield run
