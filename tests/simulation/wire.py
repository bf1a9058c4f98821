"""The lines between the nodes, and what becomes of a batch on them. Each fault strikes one post of its line, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from entente.exchange.envelopes import BATCH_VERSION, batch_from_bytes
from entente.kernel.canonical import Json, canonical_bytes
from entente.kernel.errors import EntenteError
from tests.simulation.plan import Event

LATENCY_MS = 20
ANSWER_TIMEOUT_MS = 10_000
"""As settings.exchange_timeout_seconds."""
OTHER_VERSION = "other_version"
_OF_ANSWERS = frozenset({"drop_answer", "late_answer", "damage_answer", "swap_answer"})


@dataclass(slots=True)
class Posted:
    """How a post travels: when which bytes arrive (once, twice or never), and how long its answer takes."""

    arrivals: list[tuple[int, bytes]]
    answer_ms: int = LATENCY_MS
    struck: tuple[str, ...] = ()

    @property
    def is_lost(self) -> bool:
        return not self.arrivals


@dataclass(slots=True)
class Answered:
    """What comes back."""

    batch: bytes
    late_ms: int = 0
    is_lost: bool = False
    struck: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """From one node to another."""

    requests: deque[Event] = field(default_factory=deque)
    answers: deque[Event] = field(default_factory=deque)
    requests_cut_until: int = 0
    answers_cut_until: int = 0
    cut_by: str = "cut"
    last_answer: bytes = b""
    other_version_until: int = 0
    """What is posted before carries another version of the protocol."""


class Wire:
    """All lines of a world."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.lines: dict[tuple[str, str], Line] = {}
        self.carried: list[tuple[str, str, bytes]] = []
        """Every batch that was posted, as somebody on the line would have recorded it."""
        self._now_ms = 0

    def line(self, one: str, two: str) -> Line:
        return self.lines.setdefault((one, two), Line())

    def expect(self, one: str, two: str, event: Event) -> None:
        """Have a fault strike the next post of a line."""
        line = self.line(one, two)
        (line.answers if event.kind in _OF_ANSWERS else line.requests).append(event)

    def cut(self, one: str, two: str, how: str, until_ms: int, by: str = "cut") -> None:
        line = self.line(one, two)
        line.cut_by = by
        if how in {"requests", "both"}:
            line.requests_cut_until = max(line.requests_cut_until, until_ms)
        if how in {"answers", "both"}:
            line.answers_cut_until = max(line.answers_cut_until, until_ms)

    def is_cut(self, one: str, two: str, now_ms: int) -> bool:
        """Say whether nothing goes there and comes back now."""
        line = self.line(one, two)
        return max(line.requests_cut_until, line.answers_cut_until) > now_ms

    def speak_other_version(self, one: str, two: str, until_ms: int) -> None:
        """Have what is posted on a line carry another version for a while."""
        self.line(one, two).other_version_until = until_ms

    def heal(self) -> None:
        self.lines.clear()

    def post(self, one: str, two: str, batch: bytes, now_ms: int) -> Posted:
        """Carry a batch; say what struck it."""
        self._now_ms = now_ms
        line = self.line(one, two)
        self.carried.append((one, two, batch))
        if line.requests_cut_until > now_ms:
            return Posted([], struck=(line.cut_by,))
        if line.other_version_until > now_ms:
            return Posted([(LATENCY_MS, of_other_version(batch))], struck=(OTHER_VERSION,))
        if not line.requests:
            return Posted([(LATENCY_MS, batch)])
        event = line.requests.popleft()
        later = LATENCY_MS + int(event.args["ms"])
        match event.kind:
            case "drop_request":
                arrivals: list[tuple[int, bytes]] = []
            case "late_request":
                arrivals = [(later, batch)]
            case "double_request" | "replay_later":
                arrivals = [(LATENCY_MS, batch), (later, batch)]
            case "damage_request":
                arrivals = [(LATENCY_MS, damaged(batch, event.salt))]
            case "cut_short":
                arrivals = [(LATENCY_MS, batch[: event.salt % max(len(batch), 1)])]
            case "reorder":
                arrivals = [(LATENCY_MS, reordered(batch))]
            case _:
                assert event.kind == "lose_one", event.kind
                arrivals = [(LATENCY_MS, without_one(batch, event.salt))]
        # A batch of one cannot lose one and still be a batch, nor change its order.
        has_struck = arrivals != [(LATENCY_MS, batch)]
        return Posted(arrivals, struck=(event.kind,) if has_struck else ())

    def answer(self, one: str, two: str, batch: bytes) -> Answered:
        """Carry the answer of a post from `two` to `one` back."""
        line = self.line(two, one)
        last, line.last_answer = line.last_answer, batch
        if line.answers_cut_until > self._now_ms:
            return Answered(batch, is_lost=True, struck=(line.cut_by,))
        if not line.answers:
            return Answered(batch)
        event = line.answers.popleft()
        struck = (event.kind,)
        match event.kind:
            case "drop_answer":
                return Answered(batch, is_lost=True, struck=struck)
            case "late_answer":
                return Answered(batch, int(event.args["ms"]), struck=struck)
            case "damage_answer":
                return Answered(damaged(batch, event.salt), struck=struck)
            case _:
                assert event.kind == "swap_answer", event.kind
                return Answered(last or batch, struck=struck if last else ())


def damaged(batch: bytes, salt: int) -> bytes:
    """Return the batch with one bit turned."""
    if not batch:
        return batch
    place = salt % len(batch)
    return batch[:place] + bytes([batch[place] ^ (1 << salt % 8)]) + batch[place + 1 :]


def of_other_version(batch: bytes) -> bytes:
    """Return the batch as a node of the next version would post it."""
    return canonical_bytes({"envelopes": list(batch_from_bytes(batch)), "v": BATCH_VERSION + 1})


def reordered(batch: bytes) -> bytes:
    """Return the batch with its envelopes the other way round."""
    return _with(batch, lambda envelopes: envelopes[::-1])


def without_one(batch: bytes, salt: int) -> bytes:
    """Return the batch without one of its envelopes; a batch of one stays."""
    return _with(batch, lambda envelopes: _but_one(envelopes, salt) if len(envelopes) > 1 else envelopes)


def _but_one(envelopes: list[Json], salt: int) -> list[Json]:
    place = salt % len(envelopes)
    return envelopes[:place] + envelopes[place + 1 :]


def _with(batch: bytes, change: Callable[[list[Json]], list[Json]]) -> bytes:
    try:
        envelopes = list(batch_from_bytes(batch))
    except EntenteError:
        return batch
    return canonical_bytes({"envelopes": change(envelopes), "v": 1})
