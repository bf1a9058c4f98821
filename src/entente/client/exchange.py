"""One act from request to answer, without a socket: what is sent, what is waited for, what is sent again, what comes of it.

`exchange` is a generator that both clients carry out: it yields a Send or a Pause, and is sent back the time and what came. So
there is one place where it is decided whether to ask again (docs/rules/api.md P16), and it is tested with scripted answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from entente.client.answers import Came, read_answer, read_error
from entente.client.call import Call, checked_key
from entente.client.patience import Patience
from entente.kernel.errors import EntenteError, Unavailable, Untrusted

T = TypeVar("T")
PREFIX: Final = "/api/v1"
JSON: Final = "application/json"
FILE: Final = "application/octet-stream"
NOT_MODIFIED: Final = 304
BETWEEN: Final = frozenset({502, 503, 504})
"""Statuses by which a server in front of the node says that the node did not answer (RFC 9110, 15.6)."""


@dataclass(frozen=True, slots=True)
class Send:
    """A request to be sent; the token is added as it leaves."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes | None
    seconds: float
    """How long to wait for the whole answer."""
    silence_seconds: float
    """And for the next piece of it, or for the line to take the next piece of what is sent."""
    upload: Path | None = None
    """A file in place of the body."""
    into: Path | None = None
    """Where the answer is written, if it is a file."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole answer came."""

    why: str


@dataclass(frozen=True, slots=True)
class NotProved:
    """Whoever answers cannot prove to be the node: its certificate does not hold."""

    why: str


Event: TypeAlias = Came | Lost | NotProved | None
"""What came of a Send; None after a Pause."""
Steps: TypeAlias = Generator[Send | Pause, tuple[float, Event], T]
"""The time is in seconds of a clock that never steps back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the acts of one client go."""

    new_key: Callable[[], str]
    chance: Callable[[], float]
    """A number from 0 to 1."""
    patience: Patience = field(default_factory=Patience)


def exchange(call: Call[T], terms: Terms, now: float) -> Steps[T | None]:
    """Yield what is to be done for a call; return its answer, None where the version that is known still stands.

    Raises what the node said, as the error of the tree that it is; Unavailable where no answer came in time or attempts;
    Misconfigured where what answers is no node of this version; Untrusted where it does not prove itself.
    """
    headers, body = _head(call, terms.new_key), _body(call)
    target = f"{PREFIX}{call.path}{'?' if call.query else ''}{urlencode(call.query)}"
    patience = terms.patience
    longest, attempt = patience.file_seconds if call.moves_file else patience.deadline_seconds, 1
    give_up_at = now + longest
    while True:
        seconds = min(longest if call.moves_file else patience.answer_seconds, give_up_at - now)
        silence = min(seconds, patience.answer_seconds)
        now, came = yield Send(call.method, target, headers, body, seconds, silence, call.upload, call.into)
        if isinstance(came, Came) and came.is_good:
            return cast("T", came.kept) if came.kept is not None else read_answer(call.shape, came)
        if isinstance(came, Came) and came.status == NOT_MODIFIED and call.unless_version is not None:
            return None
        error = error_of(came)
        pause = max(patience.pause(attempt, terms.chance()), came.retry_after if isinstance(came, Came) else 0.0)
        is_last = attempt == patience.attempts_max or now + pause >= give_up_at
        if is_last or not (isinstance(error, Unavailable) and error.retry_is_safe):
            raise error
        now, _ = yield Pause(pause)
        attempt += 1


def _head(call: Call[T], new_key: Callable[[], str]) -> Mapping[str, str]:
    headers = {"Accept": JSON if call.into is None else FILE, "Accept-Encoding": "identity"}
    if call.body is not None or call.upload is not None:
        headers["Content-Type"] = JSON if call.upload is None else FILE
    if call.is_done_once:
        headers["Idempotency-Key"] = checked_key(new_key() if call.key is None else call.key)
    if call.version is not None:
        headers["If-Match"] = f'"{call.version}"'
    if call.unless_version is not None:
        headers["If-None-Match"] = f'"{call.unless_version}"'
    return headers


def _body(call: Call[T]) -> bytes | None:
    # In ASCII, so that the node itself judges text that is not UTF-8.
    return None if call.body is None else json.dumps(call.body).encode("ascii")


def error_of(came: Event) -> EntenteError:
    """Return the error that is said by what came, or by that nothing came."""
    match came:
        case Came():
            return _between(came.status) if came.status in BETWEEN and not came.is_problem else read_error(came)
        case Lost(why):
            return _no_answer(why)
        case NotProved(why):
            return Untrusted(
                "What answers at the node's address does not prove to be it.",
                reason="certificate",
                why=f"Its certificate does not hold: {why}.",
                do="Give the file of the authority that made it as ca_file, or mend the address. It is never left unchecked.",
            )
        case None:
            raise AssertionError("only a Pause is answered by nothing")


def _between(status: int) -> Unavailable:
    return _no_answer(f"what stands in front of it answered {status}")


def _no_answer(why: str) -> Unavailable:
    # Safe whatever became of it: every route reads, or carries a key by which it is done once (P8).
    return Unavailable(
        "The node did not answer.",
        why=f"What came of the request is not known: {why}.",
        do="Ask again; what changes something is sent again with the same Idempotency-Key, and is done once.",
        retry_is_safe=True,
    )
