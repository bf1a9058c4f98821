"""The client for programs that do other things while they wait: carries out what entente.client.exchange says over httpx.

Source: docs/rules/api.md P15 and P16; docs/decisions/0072-one-core-of-the-client-says-what-to-do.md.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, TypeVar, cast

import httpx

from entente.client.async_methods import AsyncMethods
from entente.client.call import Call
from entente.client.carrying import Growing, event_of, head_of, opened, waits_of
from entente.client.credentials import Place, Token, place_of, token_of_file
from entente.client.events import Listening, News
from entente.client.exchange import Event, Lost, Pause, Send, Terms, exchange
from entente.client.patience import Patience

T = TypeVar("T")
PIECE_BYTES: Final = 64 * 1024
"""Of a file that is sent, read at once."""


class AsyncClient(AsyncMethods):
    """A node, asked over its API by one asyncio loop; keeps connections open until it is closed.

        async with AsyncClient("http://127.0.0.1:8601", "gate-4.token") as node:
            found = await node.search(names=["Muhammadov"], purpose="identify", crime_area="fugitives", occasion="Gate 4")

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
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make a client; nothing is sent yet. `transport`, `seconds` and `sleep` are for where there is no network or clock."""
        secret = token if isinstance(token, Token) else token_of_file(token)
        self._place = Place(address, secret, None if ca_file is None else Path(ca_file))
        self._terms = Terms(lambda: str(uuid.uuid4()), random.random, patience or Patience())
        self._seconds = seconds
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            verify=self._place.certificates, follow_redirects=False, trust_env=False, transport=transport
        )

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ, *, patience: Patience | None = None) -> Self:
        """Return the client of ENTENTE_NODE, ENTENTE_TOKEN_FILE (or ENTENTE_TOKEN) and ENTENTE_CA_FILE."""
        place = place_of(environment)
        return cls(place.address, place.token, ca_file=place.ca_file, patience=patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._place.address!r})"

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def ask(self, call: Call[T]) -> T:
        """Send a request, again where that is safe, and return its answer; raise the error that the node said."""
        answer = await self.ask_unless_known(call)
        assert answer is not None, "only a request with unless_version is answered by nothing"
        return answer

    async def ask_unless_known(self, call: Call[T]) -> T | None:
        """Ask with `unless_version`; return None where that version still stands."""
        steps = exchange(call, self._terms, self._seconds())
        step = next(steps)
        while True:
            event = await self._carry_out(step)
            try:
                step = steps.send((self._seconds(), event))
            except StopIteration as done:
                return cast("T | None", done.value)

    async def follow(self, listening: Listening) -> AsyncIterator[News]:
        """Open a stream, again where it is lost, and yield what is new; raise the error that the node said."""
        pause: float | None = 0.0
        while pause is not None:
            if pause:
                await self._sleep(pause)
            event: Event = None
            step = listening.opens(self._terms)
            growing = Growing(step, self._terms.patience, self._seconds() + step.seconds)
            try:
                async with self._http.stream(
                    step.method,
                    self._place.address + step.target,
                    headers=head_of(step, self._place.token, None),
                    timeout=waits_of(step, self._terms.patience),
                ) as response:
                    is_stream = growing.is_stream(response)
                    async for part in response.aiter_raw():
                        if is_stream:
                            for news in listening.feed(part):
                                yield news
                        elif (event := growing.add(part, self._seconds())) is not None:
                            break
                    if not is_stream and event is None:
                        event = growing.whole(response)
            except httpx.HTTPError as error:
                event = event_of(error)
            pause = listening.closed(event, self._terms)

    async def _carry_out(self, step: Send | Pause) -> Event:
        if isinstance(step, Pause):
            await self._sleep(step.seconds)
            return None
        patience = self._terms.patience
        growing = Growing(step, patience, self._seconds() + step.seconds)
        try:
            with opened(step) as file:
                async with (
                    asyncio.timeout(step.seconds),
                    self._http.stream(
                        step.method,
                        self._place.address + step.target,
                        content=step.body if file is None else _pieces(file),
                        headers=head_of(step, self._place.token, file),
                        timeout=waits_of(step, patience),
                    ) as response,
                ):
                    growing.begin(response)
                    # Raw: an answer that says it is compressed is not unpacked, so that no small answer grows large.
                    async for part in response.aiter_raw():
                        if (lost := growing.add(part, self._seconds())) is not None:
                            return lost
                    return growing.whole(response)
        except httpx.HTTPError as error:
            return event_of(error)
        except TimeoutError:
            return Lost(f"the answer was not whole after {step.seconds:.0f} seconds")
        finally:
            growing.end()


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    # From the disk's cache mostly: a piece takes less than what a thread for it would.
    while piece := file.read(PIECE_BYTES):
        yield piece
