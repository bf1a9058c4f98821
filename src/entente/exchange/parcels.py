"""What a courier carries and what came of it: parcels of envelopes, settlements, what a pull brought.

Source: docs/rules/exchange.md X20, X21 and X30.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.bodies.model import Body
from entente.exchange.envelopes import batch_to_bytes, wire_bytes
from entente.exchange.model import BATCH_BYTES_MAX, BATCH_ENVELOPES_MAX, Lane, Relayed, WaitingEnvelope
from entente.kernel.ids import BodyId


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be posted, and where: to its recipient, or to a relay that passes it on."""

    recipient: BodyId
    via: BodyId
    """The body it is posted to: the recipient itself, or a relay."""
    addresses: tuple[str, ...]
    """In the order to try; empty while the body posted to has published none."""
    envelopes: tuple[WaitingEnvelope, ...]
    relayed: tuple[Relayed, ...]
    """Others' envelopes that this node passes on to the recipient."""
    batch: bytes

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that it holds envelopes of."""
        return tuple(dict.fromkeys(one.envelope.header.lane for one in self.envelopes))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a parcel."""

    acknowledged: int
    refused: int
    postponed: int
    disbelieved: tuple[str, ...] = ()
    """Why an answer was not believed: a fault on the line, or somebody on it."""
    passed_on: int = 0
    """Others' envelopes that their recipient took."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought."""

    names: tuple[str, ...]
    """The envelopes, by the hashes of their headers."""
    taken: tuple[str, ...]
    """Receipts among them: nothing answers them, so the next pull says that they came."""
    receipts: bytes
    """The batch to post back; empty when nothing came that can be answered."""

    @property
    def envelopes(self) -> int:
        """How many came."""
        return len(self.names)


FRAME_BYTES = 64
"""The frame of a batch has 22."""
ANSWER_BYTES = 8 * 1024
"""Kept free in the answer to a pull for what answers it first: one statement that says nothing, in an envelope of 5 KiB."""


def parcel_of(
    recipient: BodyId,
    via: Body,
    waiting: Sequence[WaitingEnvelope],
    relayed: Sequence[Relayed],
    *,
    is_with_answer: bool = False,
) -> Parcel | None:
    """Return a parcel of as much as one batch holds, our own envelopes first; None when there is nothing.

    With an answer, room is left in the batch for the one envelope that answers a pull.
    """
    room = BATCH_BYTES_MAX - FRAME_BYTES - ANSWER_BYTES * is_with_answer
    limit = BATCH_ENVELOPES_MAX - is_with_answer
    chosen: list[WaitingEnvelope] = []
    passed_on: list[Relayed] = []
    for one in waiting[:limit]:
        room -= wire_bytes(one.envelope)
        if room < 0:
            break
        chosen.append(one)
    for other in relayed[: limit - len(chosen)]:
        room -= wire_bytes(other.envelope)
        if room < 0:
            break
        passed_on.append(other)
    if not chosen and not passed_on:
        return None
    batch = batch_to_bytes([*(one.envelope for one in chosen), *(one.envelope for one in passed_on)])
    return Parcel(recipient, via.id, via.addresses, tuple(chosen), tuple(passed_on), batch)
