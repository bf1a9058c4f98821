"""Bundles: the same envelopes as a file, for a site without a line (X29).

A bundle is lines of text: the first says what it is and for whom, each other one is a batch as it is posted. Nothing is trusted
that the first line says: each envelope proves itself. A bundle that was cut, or joined from two, gives what it holds.

Source: docs/rules/exchange.md X29; DESIGN section 4 (delivery).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from entente.exchange.envelopes import batch_from_bytes
from entente.exchange.model import BATCH_BYTES_MAX, Lane
from entente.exchange.service import Exchange
from entente.kernel.canonical import JsonObject, canonical_bytes, parse_canonical
from entente.kernel.clock import format_time
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BodyId

BUNDLE_VERSION = 1
LINE_BYTES_MAX = BATCH_BYTES_MAX + 1
HEADING_BYTES_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a bundle."""

    envelopes: int
    answered: int
    unreadable: tuple[str, ...]
    """Lines that gave nothing, each with the reason."""


def heading(sender: BodyId, recipient: BodyId, now: datetime) -> bytes:
    """Write the first line of a bundle."""
    said: JsonObject = {
        "bundle": "entente", "v": BUNDLE_VERSION, "from": sender, "to": recipient, "made_at": format_time(now),
    }  # fmt: skip
    return canonical_bytes(said) + b"\n"


def export(exchange: Exchange, recipient: BodyId) -> Iterator[bytes]:
    """Yield the lines of a bundle with all that waits for a body. What is exported still waits until it is acknowledged.

    Source: docs/rules/exchange.md X29.
    """
    with exchange.open_view() as view:
        own = view.bodies.own().id
    yield heading(own, recipient, exchange.clock.now())
    after: dict[Lane, int] = {}
    passed_on: frozenset[int] = frozenset()
    while (parcel := exchange.collect_by_hand(recipient, after=after, passed_on=passed_on)) is not None:
        after |= {one.envelope.header.lane: one.number for one in parcel.envelopes}
        passed_on |= {one.number for one in parcel.relayed}
        yield parcel.batch + b"\n"


def take_in(
    exchange: Exchange, lines: Iterable[bytes], answer: Callable[[bytes], None], progress: Callable[[int], None]
) -> Imported:
    """Take in a bundle's lines; give the lines of the answer as they are made, and tell how many envelopes are durable.

    Raises Invalid, having taken nothing, for what is no bundle, or one for another body; Unavailable when this node takes
    nothing in now, with what was told before durable: the same bundle is simply taken in again.

    Source: docs/rules/exchange.md X29.
    """
    taken = iter(lines)
    with exchange.open_view() as view:
        own = view.bodies.own().id
    sender = _read_heading(next(taken, b""), own)
    answer(heading(own, sender, exchange.clock.now()))
    envelopes, answered = 0, 0
    unreadable: list[str] = []
    for place, line in enumerate(taken, start=2):
        try:
            batch = line.rstrip(b"\n")
            held = len(batch_from_bytes(batch))
            answers = exchange.receive(batch, is_by_hand=True)
        except (Invalid, Untrusted) as error:
            unreadable.append(f"line {place}: {error.what} {error.why}")
            continue
        envelopes += held
        answered += len(batch_from_bytes(answers))
        answer(answers + b"\n")
        progress(envelopes)
    return Imported(envelopes, answered, tuple(unreadable))


def _read_heading(line: bytes, own: BodyId) -> BodyId:
    try:
        said = parse_canonical(line[:HEADING_BYTES_MAX].rstrip(b"\n"))
    except Invalid as error:
        raise _no_bundle("its first line is none of a bundle") from error
    if said.get("bundle") != "entente" or said.get("v") != BUNDLE_VERSION:
        raise _no_bundle(f"it is no bundle of version {BUNDLE_VERSION}")
    sender = said.get("from")
    if said.get("to") != own or not isinstance(sender, str):
        raise _no_bundle("it was made for another body")
    return BodyId(sender)


def _no_bundle(why: str) -> Invalid:
    return Invalid(
        "The file is not a bundle for this body.",
        field="file",
        why=f"A bundle begins with a line that says for whom it was made (docs/rules/exchange.md X29): {why}.",
        do="Take it to the node of the body it was made for, or have its sender make one for this body.",
    )
