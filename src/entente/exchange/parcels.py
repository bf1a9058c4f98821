"""What a courier carries and what came of it: parcels of envelopes, settlements, what a pull brought.

Source: docs/rules/exchange.md X20, X21 and X30.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.bodies.model import Body
from entente.exchange.envelopes import batch_of, envelope_bytes
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
    is_much_behind: bool = False
    """Whether so much waits behind it that the next is sealed while this one is on its way (X20)."""

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
    is_much_behind: bool = False,
) -> Parcel | None:
    """Return a parcel of as much as one batch holds, our own envelopes first; None when there is nothing.

    With an answer, room is left in the batch for the one envelope that answers a pull.
    """
    room = BATCH_BYTES_MAX - FRAME_BYTES - ANSWER_BYTES * is_with_answer
    limit = BATCH_ENVELOPES_MAX - is_with_answer
    written: list[bytes] = []
    for envelope in [*(one.envelope for one in waiting), *(one.envelope for one in relayed)][:limit]:
        data = envelope_bytes(envelope)
        # With the comma after it.
        room -= len(data) + 1
        if room < 0:
            break
        written.append(data)
    if not written:
        return None
    chosen = tuple(waiting[: len(written)])
    passed_on = tuple(relayed[: len(written) - len(chosen)])
    return Parcel(recipient, via.id, via.addresses, chosen, passed_on, batch_of(written), is_much_behind)
