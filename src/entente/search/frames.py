"""Messages between a node and its search processes over pipes: plain values in the interpreter's own form, their length before.

Both ends are one interpreter on one machine, and whoever can write into these pipes is the node itself: what others wrote must
never be read in this form. Written and read in it, the entries of a base take a third of the time that JSON takes.
"""

from __future__ import annotations

import marshal
import os
import select
import struct
import time
from typing import Any

LENGTH = struct.Struct(">I")
MESSAGE_BYTES_MAX = 64 * 1024 * 1024
"""A slice of 8,000 records with all their names is about one megabyte."""
READ_BYTES_MAX = 1 << 20


def send(pipe: int, message: dict[str, Any]) -> None:
    """Write a message into a pipe; raise OSError when nobody reads it any more."""
    data = marshal.dumps(message)
    whole = memoryview(LENGTH.pack(len(data)) + data)
    while whole:
        whole = whole[os.write(pipe, whole) :]


def receive(pipe: int, seconds: float | None = None) -> dict[str, Any]:
    """Read the next message.

    Raises EOFError at the end of the pipe, TimeoutError when `seconds` ran out, ValueError or TypeError for what is no message.
    """
    ends_at = None if seconds is None else time.monotonic() + seconds
    (length,) = LENGTH.unpack(_read(pipe, LENGTH.size, ends_at))
    if length > MESSAGE_BYTES_MAX:
        raise ValueError("the message is too long")
    found = marshal.loads(_read(pipe, length, ends_at))  # noqa: S302 - of our own process
    if not isinstance(found, dict):
        raise TypeError("the message is no object")
    return found


def _read(pipe: int, count: int, ends_at: float | None) -> bytes:
    read = bytearray()
    while len(read) < count:
        if ends_at is not None and not select.select([pipe], [], [], max(0.0, ends_at - time.monotonic()))[0]:
            raise TimeoutError("no answer came in time")
        part = os.read(pipe, min(count - len(read), READ_BYTES_MAX))
        if not part:
            raise EOFError("the pipe ended")
        read += part
    return bytes(read)
