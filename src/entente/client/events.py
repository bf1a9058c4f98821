"""A stream of what is new, without a socket: what is sent to open it, what its bytes say, when it is opened again.

A stream is lost and found again without a gap: each opening after the first names the id that came last (Last-Event-ID). Both
clients carry this out. Source: docs/rules/api.md P14 and P16; WHATWG HTML, 9.2 (server-sent events).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypedDict
from urllib.parse import urlencode

from entente.client.answers import Came, not_a_node
from entente.client.call import Call
from entente.client.exchange import PREFIX, Event, Send, Terms, error_of
from entente.client.forms import differs
from entente.kernel.canonical import parse_document
from entente.kernel.errors import Invalid, Unavailable

EVENT_STREAM: Final = "text/event-stream"
END: Final = "end"
"""The event by which the node ends a stream: it stops, or the token does not hold any more."""
LINE_BYTES_MAX: Final = 64 * 1024
"""An event of a node is one line of some 200 bytes."""
MARK_CHARACTERS_MAX: Final = 200
RETRY_SECONDS_MAX: Final = 60.0
"""The node asks for three seconds (P14)."""


class News(TypedDict):
    """What is new, as a reference: whoever wants the thing itself asks for it, and is judged then."""

    kind: str
    """Of what: hit, message, case …"""
    change: str
    """What became of it."""
    id: str
    href: str
    """Where it is read."""
    at: str


@dataclass(slots=True)
class Listening:
    """One stream through all its openings."""

    call: Call[News]
    mark: str | None = None
    """The id that came last: a stream that begins there has no gap and tells nothing twice."""
    _attempt: int = 0
    """Openings in a row of which nothing came."""
    _line: bytearray = field(default_factory=bytearray)
    _kind: str = ""
    _data: list[str] = field(default_factory=list)
    _retry: float = 0.0
    """Seconds before it is opened again, as the node asked."""
    _ended: bool = False
    """Whether the node said that this opening ends, and not because all was told."""

    def opens(self, terms: Terms) -> Send:
        """Return the request that opens the stream, where it ended."""
        self._line.clear()
        self._data.clear()
        self._kind, self._ended = "", False
        headers = {"Accept": EVENT_STREAM, "Accept-Encoding": "identity"}
        if self.mark is not None:
            headers["Last-Event-ID"] = _sendable(self.mark)
        target = f"{PREFIX}{self.call.path}{'?' if self.call.query else ''}{urlencode(self.call.query)}"
        # What is no stream is bounded as any answer is; a stream has no end.
        patience = terms.patience
        return Send(self.call.method, target, headers, None, patience.answer_seconds, patience.silence_seconds)

    def feed(self, data: bytes) -> Iterator[News]:
        """Take in what came, and yield the news that it makes whole; raise Misconfigured for what no node sends.

        As one is yielded `mark` is its own, so that who stops there goes on with the next.
        """
        self._attempt = 0
        *lines, rest = (bytes(self._line) + data).split(b"\n")
        self._line[:] = rest
        if max(map(len, (*lines, rest))) > LINE_BYTES_MAX:
            raise not_a_node(f"a line of its stream is longer than {LINE_BYTES_MAX} bytes")
        for line in lines:
            news = self._take(line.rstrip(b"\r"))
            if news is not None:
                yield news

    def closed(self, event: Event, terms: Terms) -> float | None:
        """Return after how many seconds it is opened again, None where it is over; raise what the node said, or the line did.

        `event` is None where the stream ended by itself.
        """
        if event is None and "seconds" in self.call.query and not self._ended:
            return None
        self._attempt += 1
        pause = terms.patience.pause(self._attempt, terms.chance())
        if event is None:
            return max(pause, self._retry)
        error = error_of(event)
        if self._attempt >= terms.patience.attempts_max or not (isinstance(error, Unavailable) and error.retry_is_safe):
            raise error
        return max(pause, event.retry_after if isinstance(event, Came) else self._retry)

    def _take(self, line: bytes) -> News | None:
        if not line:
            return self._whole()
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        match name:
            case b"event":
                self._kind = text
            case b"data":
                self._data.append(text)
                if sum(map(len, self._data)) > LINE_BYTES_MAX:
                    raise not_a_node("an event of its stream does not end")
            case b"id" if len(text) <= MARK_CHARACTERS_MAX and "\0" not in text:
                self.mark = text
            case b"retry" if text.isascii() and text.isdigit():
                self._retry = min(int(text[:9]) / 1_000, RETRY_SECONDS_MAX)
            case _:
                # A comment by which the node says that it is there, or a field that a newer node adds.
                pass
        return None

    def _whole(self) -> News | None:
        kind, text = self._kind, "\n".join(self._data)
        self._kind = ""
        self._data.clear()
        if kind == END:
            self._ended = True
            return None
        if not text:
            return None
        try:
            document = parse_document(text.encode("utf-8", "replace"))
        except Invalid as error:
            wrong = not_a_node("an event of its stream holds no JSON object")
            raise wrong from error
        if wrong_form := differs(News, document, ""):
            raise not_a_node(f"in an event of its stream {wrong_form}")
        news: News = document  # type: ignore[assignment] # it was just held against the shape
        return news


def _sendable(mark: str) -> str:
    if not 1 <= len(mark) <= MARK_CHARACTERS_MAX or not all("!" <= one <= "~" for one in mark):
        raise Invalid(
            "The place to go on from cannot be sent.",
            field="after",
            why="It is the mark of a stream before, as that gave it.",
            do="Give the mark of the stream before, or none, and read the lists once.",
        )
    return mark
