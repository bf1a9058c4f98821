"""The client for programs that wait: carries out what entente.client.exchange says over httpx.

Source: docs/rules/api.md P15 and P16; docs/decisions/0072-one-core-of-the-client-says-what-to-do.md.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

import httpx

from entente.client.call import Call
from entente.client.carrying import Growing, event_of, head_of, opened, waits_of
from entente.client.credentials import Place, Token, place_of, token_of_file
from entente.client.events import Listening, News
from entente.client.exchange import Event, Pause, Send, Terms, exchange
from entente.client.methods import Methods
from entente.client.patience import Patience

T = TypeVar("T")


class Client(Methods):
    """A node, asked over its API. Safe from several threads; keeps connections open until it is closed.

        with Client("http://127.0.0.1:8601", "gate-4.token") as node:
            found = node.search(names=["Muhammadov"], purpose="identify", crime_area="fugitives", occasion="Gate 4")

    `token` is a Token, or the file that holds one and is open to nobody else. Every method raises the errors of
    entente.kernel.errors as the node said them.
    """

    def __init__(
        self,
        address: str,
        token: Token | str | Path,
        *,
        ca_file: str | Path | None = None,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make a client; nothing is sent yet. `transport`, `seconds` and `sleep` are for where there is no network or clock."""
        secret = token if isinstance(token, Token) else token_of_file(token)
        self._place = Place(address, secret, None if ca_file is None else Path(ca_file))
        self._terms = Terms(lambda: str(uuid.uuid4()), random.random, patience or Patience())
        self._seconds = seconds
        self._sleep = sleep
        self._http = httpx.Client(
            verify=self._place.certificates, follow_redirects=False, trust_env=False, transport=transport
        )

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ, *, patience: Patience | None = None) -> Self:
        """Return the client of ENTENTE_NODE, ENTENTE_TOKEN_FILE (or ENTENTE_TOKEN) and ENTENTE_CA_FILE."""
        place = place_of(environment)
        return cls(place.address, place.token, ca_file=place.ca_file, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._place.address!r})"

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def ask(self, call: Call[T]) -> T:
        """Send a request, again where that is safe, and return its answer; raise the error that the node said."""
        answer = self.ask_unless_known(call)
        assert answer is not None, "only a request with unless_version is answered by nothing"
        return answer

    def ask_unless_known(self, call: Call[T]) -> T | None:
        """Ask with `unless_version`; return None where that version still stands."""
        steps = exchange(call, self._terms, self._seconds())
        step = next(steps)
        while True:
            event = self._carry_out(step)
            try:
                step = steps.send((self._seconds(), event))
            except StopIteration as done:
                return cast("T | None", done.value)

    def follow(self, listening: Listening) -> Iterator[News]:
        """Open a stream, again where it is lost, and yield what is new; raise the error that the node said."""
        pause: float | None = 0.0
        while pause is not None:
            if pause:
                self._sleep(pause)
            event: Event = None
            step = listening.opens(self._terms)
            growing = Growing(step, self._terms.patience, self._seconds() + step.seconds)
            try:
                with self._http.stream(
                    step.method,
                    self._place.address + step.target,
                    headers=head_of(step, self._place.token, None),
                    timeout=waits_of(step, self._terms.patience),
                ) as response:
                    is_stream = growing.is_stream(response)
                    for part in response.iter_raw():
                        if is_stream:
                            yield from listening.feed(part)
                        elif (event := growing.add(part, self._seconds())) is not None:
                            break
                    if not is_stream and event is None:
                        event = growing.whole(response)
            except httpx.HTTPError as error:
                event = event_of(error)
            pause = listening.closed(event, self._terms)

    def _carry_out(self, step: Send | Pause) -> Event:
        if isinstance(step, Pause):
            self._sleep(step.seconds)
            return None
        patience = self._terms.patience
        growing = Growing(step, patience, self._seconds() + step.seconds)
        try:
            with (
                opened(step) as file,
                self._http.stream(
                    step.method,
                    self._place.address + step.target,
                    content=step.body if file is None else file,
                    headers=head_of(step, self._place.token, file),
                    timeout=waits_of(step, patience),
                ) as response,
            ):
                growing.begin(response)
                # Raw: an answer that says it is compressed is not unpacked, so that no small answer grows large.
                for part in response.iter_raw():
                    if (lost := growing.add(part, self._seconds())) is not None:
                        return lost
                return growing.whole(response)
        except httpx.HTTPError as error:
            return event_of(error)
        finally:
            growing.end()
