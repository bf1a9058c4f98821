"""The courier: posts what is due, at once when something was committed, and again until it is acknowledged.

One thread decides who is due; a few workers post, one body at a time each, so that a body that does not answer holds up no other.
A body whose line is down is left alone for a second, then two, up to a minute, and tried at once after a success; the delays of
its lanes (X21) are kept in the store.

Beside it a fetcher asks other nodes for what waits there: once after the start, and then every so often while this body has
published no address, so that nobody can post to it. It also ends what waited longer than a delivery may take.

Nothing here is remembered across a restart: all that must be posted lies in the store.

Source: DESIGN section 4 (delivery); docs/rules/exchange.md X21 and X23.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

from entente.exchange.parcels import Parcel, Settlement
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.faults import in_short
from entente.kernel.ids import BodyId

PAUSE_SECONDS_FIRST = 1.0
PAUSE_SECONDS_MAX = 60.0
"""A body that was away is found within a minute of the next act for it."""
IDLE_SECONDS_MAX = 60.0
"""The store is looked at this often even when nobody wakes the courier."""
LOOK_SECONDS_MIN = 0.005
"""Between two looks while some body is served: whoever else is due waits no longer than this."""
RELOOK_SECONDS = 5.0
"""The same while a body is left alone: what falls due for others meanwhile is not seen otherwise."""

_log = logging.getLogger(__name__)


class Outgoings(Protocol):
    """What the courier needs of the exchange (exchange.service.Exchange)."""

    def recipients_due(self) -> tuple[BodyId, ...]:
        """Return the bodies that something is due to be posted to."""

    def seconds_to_next(self) -> float | None:
        """Return in how many seconds the next envelope is due, or None."""

    def collect(self, recipient: BodyId) -> Parcel | None:
        """Return the next envelopes for a body, or None when none is due."""

    def seal_ahead(self, recipient: BodyId) -> None:
        """Put more of what waits for a body in envelopes, while a parcel before it is posted."""

    def settle(self, parcel: Parcel, response: bytes) -> Settlement:
        """Take in the answer to a parcel."""

    def postpone(self, parcel: Parcel, why: str) -> None:
        """Count a failed attempt at all of a parcel."""


class Courier:
    """Posts for one node, from `start` to `stop`."""

    def __init__(self, outgoings: Outgoings, post: Callable[[str, bytes], bytes], workers: int) -> None:
        """Make a courier that posts to at most `workers` bodies at the same time."""
        self._outgoings = outgoings
        self._post = post
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="courier")
        self._ahead = ThreadPoolExecutor(workers, thread_name_prefix="courier-ahead")
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._changed = threading.Condition()
        # All below is written under the condition's lock.
        self._is_woken = False
        self._is_stopping = False
        self._busy: set[BodyId] = set()
        self._pauses: dict[BodyId, _Pause] = {}

    def start(self) -> None:
        """Begin posting; what waits from before goes first."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something was committed. Cheap; safe from any thread."""
        with self._changed:
            if not self._is_woken:
                self._is_woken = True
                self._changed.notify_all()

    def seal_ahead(self, recipient: BodyId) -> None:
        """Have more sealed for a body that fetches, while it takes in what it was given. Cheap; safe from any thread."""
        with self._changed:
            if not self._is_stopping:
                self._sealed_meanwhile(recipient)

    def stop(self) -> None:
        """Finish the posts that have begun, begin no others, and return. What is left waits in the store."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True)
        self._ahead.shutdown(wait=True)

    def _run(self) -> None:
        while True:
            try:
                pause = self._dispatch()
            except Exception:  # noqa: BLE001 - a courier that ended would leave every later act unsent, unseen
                _log.exception("The courier could not look for what is due; it looks again")
                pause = PAUSE_SECONDS_FIRST
            with self._changed:
                if not self._is_woken and not self._is_stopping:
                    self._changed.wait(pause)
                # Woken by each commit of a busy node, while the body it is for is served already: a look for each is for nothing.
                self._changed.wait_for(lambda: self._is_stopping or not self._busy, LOOK_SECONDS_MIN)
                self._is_woken = False
                if self._is_stopping:
                    return

    def _dispatch(self) -> float:
        """Hand every body that is due to a worker; return how many seconds to wait unless woken."""
        try:
            due = self._outgoings.recipients_due()
            # Asked only when nobody is served now: what is committed later wakes the courier.
            later = None if due else self._outgoings.seconds_to_next()
        except Unavailable as error:
            _log.warning("The courier could not read the store: %s", in_short(error))
            return PAUSE_SECONDS_FIRST
        now = time.monotonic()
        waits = [IDLE_SECONDS_MAX]
        with self._changed:
            for recipient in due:
                pause = self._pauses.get(recipient)
                if recipient in self._busy:
                    continue
                if pause is not None and pause.until > now:
                    waits.append(min(pause.until - now, RELOOK_SECONDS))
                    continue
                self._busy.add(recipient)
                future = self._pool.submit(self._serve, recipient)
                future.add_done_callback(_report)
        if later is not None:
            waits.append(later)
        return min(waits)

    def _serve(self, recipient: BodyId) -> None:
        is_reached = False
        try:
            is_reached = self._post_all(recipient)
        finally:
            with self._changed:
                self._busy.discard(recipient)
                if is_reached:
                    self._pauses.pop(recipient, None)
                else:
                    self._pauses[recipient] = _Pause.after(self._pauses.get(recipient))
                self._is_woken = True
                self._changed.notify_all()

    def _post_all(self, recipient: BodyId) -> bool:
        """Post until nothing is due; say whether the body was reached and took something."""
        while not self._is_stopping:
            try:
                parcel = self._outgoings.collect(recipient)
            except Unavailable as error:
                _log.warning("Nothing could be collected for %s: %s", recipient, in_short(error))
                return False
            if parcel is None:
                return True
            # What is sealed meanwhile stands behind this parcel, whatever becomes of it.
            meanwhile = [self._sealed_meanwhile(recipient)] if parcel.is_much_behind else []
            try:
                response = self._post_to_any(parcel)
                wait(meanwhile)
                settlement = self._outgoings.settle(parcel, response)
            except EntenteError as error:
                wait(meanwhile)
                _log.warning("%s was not reached: %s", recipient, in_short(error))
                is_put_off = self._postpone(parcel, f"{error.what} {error.why}")
                # Others' envelopes are put off one by one (X25): a body that answers none of them is not kept from ours.
                return is_put_off and not parcel.envelopes
            for why in settlement.disbelieved:
                _log.warning("A receipt of %s was not believed: %s", recipient, why)
            if settlement.acknowledged + settlement.refused + settlement.passed_on == 0 and settlement.postponed:
                return False
        return True

    def _sealed_meanwhile(self, recipient: BodyId) -> Future[None]:
        future = self._ahead.submit(self._seal_ahead, recipient)
        future.add_done_callback(_report)
        return future

    def _seal_ahead(self, recipient: BodyId) -> None:
        try:
            self._outgoings.seal_ahead(recipient)
        except EntenteError as error:
            _log.warning("Nothing was sealed ahead for %s: %s", recipient, in_short(error))

    def _postpone(self, parcel: Parcel, why: str) -> bool:
        try:
            self._outgoings.postpone(parcel, why)
        except Unavailable as error:
            # A store that keeps nothing now does not count the attempt either; the pause of this body stands all the same.
            _log.warning("The attempt at %s was not counted: %s", parcel.recipient, in_short(error))
            return False
        return True

    def _post_to_any(self, parcel: Parcel) -> bytes:
        """Post to the first address that answers; raise what the last one failed with."""
        failure: EntenteError = Unavailable(
            "The body has no address.",
            why="It has not published where its node is reached.",
            do="Ask it to publish its addresses, or have another body send them on.",
            retry_is_safe=True,
        )
        for address in parcel.addresses:
            try:
                return self._post(address, parcel.batch)
            except Unavailable as error:
                failure = error
        raise failure


class Fetcher:
    """Fetches for one node what others keep for it, from `start` to `stop`, and tends the queues."""

    def __init__(
        self,
        peers: Callable[[], Iterable[BodyId]],
        fetch: Callable[[BodyId], int],
        tend: Callable[[], int],
        seconds: float,
    ) -> None:
        """Make a fetcher that asks each of `peers()` every so many seconds; whom it names is asked anew each time."""
        self._peers, self._fetch, self._tend, self._seconds = peers, fetch, tend, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fetcher", daemon=True)

    def start(self) -> None:
        """Begin fetching."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the fetch that has begun, and return."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._tend()
                for peer in self._peers():
                    self._fetch_from(peer)
            except Exception:  # noqa: BLE001 - a fetcher that ended would leave this node deaf, unseen
                _log.exception("The fetcher failed; it tries again")
            self._stopping.wait(self._seconds)

    def _fetch_from(self, peer: BodyId) -> None:
        if self._stopping.is_set():
            return
        try:
            self._fetch(peer)
        except EntenteError as error:
            _log.info("Nothing was fetched from %s: %s", peer, in_short(error))


class _Pause:
    """How long a body is left alone after a failure."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.until = time.monotonic() + seconds

    @classmethod
    def after(cls, earlier: _Pause | None) -> _Pause:
        return cls(PAUSE_SECONDS_FIRST if earlier is None else min(earlier.seconds * 2, PAUSE_SECONDS_MAX))


def _report(future: Future[None]) -> None:
    # A worker that dies of a defect must be heard of; the body it served is tried again.
    if (error := future.exception()) is not None:
        _log.error("The courier failed: %s", type(error).__name__, exc_info=error)
