"""The load: a process of its own that asks a node over HTTP, on connections that stay open, each one request after another.

`python -m benchmarks.identity.load PORT TOKEN CONNECTIONS SECONDS < requests`: each line a request's body, asked in turn. Prints
one JSON object: requests answered, seconds, and the milliseconds of the middle and of the slowest hundredth. A plain client over
sockets, so that the load takes as little of the machine as it can.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

from benchmarks.identity.measures import point

HEADERS_BYTES_MAX = 16_384
OK = b"200"


def main(arguments: Sequence[str]) -> None:
    """Ask as told, and print what it took."""
    port, token, connections, seconds = arguments
    bodies = cycle([line.rstrip("\n").encode() for line in sys.stdin])
    print(json.dumps(asyncio.run(_load(int(port), token, bodies, int(connections), float(seconds)))))


async def _load(port: int, token: str, bodies: Iterator[bytes], connections: int, seconds: float) -> dict[str, float]:
    taken: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_ask(port, token, bodies, taken, began + seconds) for _ in range(connections)))
    return {
        "requests": len(taken), "seconds": time.perf_counter() - began,
        "p50_ms": point(taken, 500), "p99_ms": point(taken, 990),
    }  # fmt: skip


async def _ask(port: int, token: str, bodies: Iterator[bytes], taken: list[float], until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=HEADERS_BYTES_MAX)
    head = f"POST /operator HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    while (began := time.perf_counter()) < until:
        body = next(bodies)
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        lines = answer.lower().split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
        content = await reader.readexactly(length)
        assert answer.split(b" ", 2)[1] == OK, content.decode("utf-8")[:400]
        taken.append(1000 * (time.perf_counter() - began))
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1:])
