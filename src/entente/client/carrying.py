"""What both clients need of httpx: a request's head and waits, an answer as it grows, and what each failure of the line means.

Source: docs/rules/api.md P15 and P16.
"""

from __future__ import annotations

import os
import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

import httpx

from entente.client.answers import Came, not_a_node
from entente.client.credentials import Token
from entente.client.events import EVENT_STREAM
from entente.client.exchange import FILE, Event, Lost, NotProved, Send
from entente.client.patience import Patience
from entente.kernel.errors import Invalid, Unavailable

T = TypeVar("T")


def head_of(step: Send, token: Token, file: BinaryIO | None) -> dict[str, str]:
    """Return the headers of a request as it leaves, with the length of the file that it sends."""
    length = {} if file is None else {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return {**step.headers, **length, "Authorization": f"Bearer {token.reveal()}"}


def waits_of(step: Send, patience: Patience) -> httpx.Timeout:
    """Return how long each wait of a request may take; together they are bounded by `Growing`."""
    return httpx.Timeout(step.silence_seconds, connect=min(patience.connect_seconds, step.silence_seconds))


@contextmanager
def opened(step: Send) -> Iterator[BinaryIO | None]:
    """Open the file that is sent; raise Invalid where it cannot be read."""
    if step.upload is None:
        yield None
        return
    try:
        file = step.upload.open("rb")
    except OSError as error:
        raise Invalid(
            f"The file {step.upload.name} cannot be sent.",
            field="file",
            why=f"Opening it says: {error.strerror}.",
            do="Name a file that this account may read.",
        ) from error
    with file:
        yield file


@dataclass(slots=True)
class Growing:
    """An answer while it comes, no longer and no slower than it may be: in memory, or in the file where it is wanted."""

    step: Send
    patience: Patience
    give_up_at: float
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    file: BinaryIO | None = None
    part: Path | None = None
    """Where a file stands while it comes; what a killed program leaves is in nobody's way."""

    def is_stream(self, response: httpx.Response) -> bool:
        """Say whether an answer's head begins a stream of news."""
        media_type = response.headers.get("content-type", "").partition(";")[0]
        return response.status_code == httpx.codes.OK and media_type == EVENT_STREAM

    def begin(self, response: httpx.Response) -> None:
        """Take an answer's head: what it says is a file goes into one, everything else is judged in memory."""
        media_type = response.headers.get("content-type", "").partition(";")[0]
        into = self.step.into
        if into is not None and response.status_code == httpx.codes.OK and media_type == FILE:
            part = into.with_name(f"{into.name}.{uuid.uuid4().hex[:8]}.part")
            self.file = self._written(lambda: _new(part))
            self.part = part

    def add(self, piece: bytes, now: float) -> Lost | None:
        """Take a piece in; return that the answer is lost where it comes too slowly; raise Misconfigured for one too large."""
        self.size += len(piece)
        most = self.patience.answer_bytes_max if self.file is None else self.patience.file_bytes_max
        if self.size > most:
            raise not_a_node(f"it is longer than {most} bytes")
        if now > self.give_up_at:
            return Lost(f"the answer was not whole after {self.step.seconds:.0f} seconds")
        if self.file is None:
            self.body += piece
        else:
            file = self.file
            self._written(lambda: file.write(piece))
        return None

    def whole(self, response: httpx.Response) -> Came:
        """Return the answer when all of it came."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        file, part, into = self.file, self.part, self.step.into
        if file is None or part is None or into is None:
            return Came(response.status_code, headers, bytes(self.body))
        self._written(file.close)
        # A link, as a rename would overwrite what came to stand there meanwhile.
        self._written(lambda: os.link(part, into))
        return Came(response.status_code, headers, b"", into)

    def end(self) -> None:
        """Let go of a file that is not whole."""
        if self.file is not None and self.part is not None:
            self.file.close()
            self.part.unlink(missing_ok=True)

    def _written(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except OSError as error:
            raise Unavailable(
                f"The file {self.step.into.name if self.step.into is not None else ''} cannot be written.",
                why=f"The disk says: {error.strerror}. A file that is there already is left as it is.",
                do="Name a new file in a folder that this account may write, with room for it.",
                retry_is_safe=False,
            ) from error


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def event_of(error: httpx.HTTPError) -> Event:
    """Return what a failure of the line means. The error itself is let go: it holds the request, and that the token."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NotProved(cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    return Lost(f"{type(error).__name__} {error}".strip())
