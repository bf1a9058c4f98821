"""Calls over HTTP: one question to another node, and fetching what waits for us there.

A call is posted at once to the first address that answers, never queued and never posted twice by itself: whoever asked is told
that nobody answered, and asks again. Fetching is a call that is made again until nothing comes.

Source: docs/rules/exchange.md X23, X27 and X30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Protocol

from entente.exchange.calls import Call
from entente.exchange.envelopes import batch_to_bytes, header_hash
from entente.exchange.model import STREAM_LANES, Envelope
from entente.exchange.parcels import Pulled
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import Statement

PULLS_MAX = 10_000
"""Posts of one fetch: 640,000 envelopes, more than a peer keeps for one body. It ends a peer that never says that it is done."""
CALLS_PASSED_ON_MAX = 4
"""Calls between others that are under way at once: one that a stalled recipient holds up takes no more threads than these."""


def at_most(count: int, post: Callable[[str, bytes], bytes]) -> Callable[[str, bytes], bytes]:
    """Return a post that so many threads use at a time; the next raises Unavailable at once."""
    places = BoundedSemaphore(count)

    def post_if_free(address: str, batch: bytes) -> bytes:
        if not places.acquire(blocking=False):
            raise Unavailable(
                "This node passes on as many calls as it may now.",
                why=f"At most {count} are under way at once (docs/rules/exchange.md X35).",
                do="Ask again in a moment.",
                retry_is_safe=True,
            )
        try:
            return post(address, batch)
        finally:
            places.release()

    return post_if_free


class Answers(Protocol):
    """What a caller needs of the exchange (exchange.service.Exchange)."""

    def call(self, recipient: BodyId, statement: Statement, instrument: InstrumentId) -> Call:
        """Make a call."""

    def answered(self, call: Call, response: bytes) -> tuple[Statement, ...]:
        """Return the statements that answer a call."""

    def pull(self, peer: BodyId, taken: Sequence[str] = (), in_hand: Iterable[Envelope] = ()) -> Call:
        """Make the call that asks for what waits, behind what is in hand."""

    def brought_by(self, call: Call, response: bytes) -> tuple[Envelope, ...]:
        """Return what a pull brought."""

    def take_in(self, brought: Sequence[Envelope]) -> Pulled:
        """Take in what a pull brought."""


class Caller:
    """Calls for one node. Safe from several threads."""

    def __init__(
        self, exchange: Answers, post: Callable[[str, bytes], bytes], require_room: Callable[[], None] = lambda: None
    ) -> None:
        """Make a caller; `require_room` raises Unavailable while nothing more may be taken in (docs/rules/node.md N4)."""
        self._exchange = exchange
        self._post = post
        self._require_room = require_room

    def __call__(self, recipient: BodyId, statement: Statement, instrument: InstrumentId) -> tuple[Statement, ...]:
        """Ask a body's node and return its answer.

        Raises Unavailable when nobody answers, NotFound or Refused as the other side says, Untrusted for what proves nothing.
        """
        call = self._exchange.call(recipient, statement, instrument)
        return self._exchange.answered(call, self._post_to_any(call, batch_to_bytes([call.envelope])))

    def fetch(self, peer: BodyId) -> int:
        """Fetch and acknowledge all that waits for us at a body; return how many envelopes came.

        While some is taken in, what is behind it is asked for: the two nodes work at once, and neither waits for the other.
        Raises Unavailable when the body cannot be reached or there is no room; what came before is taken in.
        """
        came: set[str] = set()
        taken: tuple[str, ...] = ()
        with ThreadPoolExecutor(1, thread_name_prefix="fetch-ahead") as meanwhile:
            call, brought = self._ask(peer, taken)
            for _ in range(PULLS_MAX):
                # What comes a second time could not be answered, and comes again with the next fetch.
                if came.issuperset(map(header_hash, brought)):
                    break
                came.update(map(header_hash, brought))
                # Of what is passed on the other side is told first that it came: else it gives the same again.
                is_its_own = all(one.header.sender == peer and one.header.lane in STREAM_LANES for one in brought)
                behind = meanwhile.submit(self._ask, peer, taken, brought) if is_its_own else None
                taken = self._take_in(call, brought)
                call, brought = (call, ()) if behind is None else behind.result()
                if came.issuperset(map(header_hash, brought)):
                    # Also what was sealed anew since, and is behind nothing.
                    call, brought = self._ask(peer, taken)
        return len(came)

    def _ask(
        self, peer: BodyId, taken: tuple[str, ...], in_hand: Sequence[Envelope] = ()
    ) -> tuple[Call, tuple[Envelope, ...]]:
        self._require_room()
        call = self._exchange.pull(peer, taken, in_hand)
        return call, self._exchange.brought_by(call, self._post_to_any(call, batch_to_bytes([call.envelope])))

    def _take_in(self, call: Call, brought: Sequence[Envelope]) -> tuple[str, ...]:
        """Take in what came and post what is answered; return which receipts came that nothing answers."""
        pulled = self._exchange.take_in(brought)
        if pulled.receipts:
            self._post_to_any(call, pulled.receipts)
        return pulled.taken

    def _post_to_any(self, call: Call, batch: bytes) -> bytes:
        failure = Unavailable(
            f"{call.recipient.code} cannot be asked now.",
            why="It has published no address, so that a question cannot reach it.",
            do="Write to it instead: a message waits until it fetches it.",
            retry_is_safe=True,
        )
        for address in call.addresses:
            try:
                return self._post(address, batch)
            except Unavailable as error:
                failure = error
        raise failure
