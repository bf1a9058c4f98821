"""A form with a file: its fields read within bounds first, then the file handed on as it comes; nothing of it is held here.

Read strictly, as browsers write it: no preamble, each part with one Content-Disposition, the file last, so that the form's token
is judged before anything of the file is. A body that breaks off has no file: the end of the file is only told by the boundary
behind it. What the browser calls the file is no path and says no type (docs/rules/desk.md W55).

Source: RFC 7578; RFC 2046, 5.1; HTML, multipart/form-data.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect, Request

from entente.kernel.errors import EntenteError
from entente.kernel.file_names import kept_name
from entente.kernel.sizes import size_said
from entente.web.desk.forms import FORM_BYTES_MAX, FORM_FIELDS_MAX, FORM_SECONDS_MAX, SentFile, gathered, no_form

HEAD_BYTES_MAX: Final = 4 * 1024
"""Of one part: a name of 255 characters, each encoded, with room."""
PASSED_OVER_BYTES_MAX: Final = 64 * 1024**2
"""Of a file that is not taken: a browser shows an answer only once it has sent what it sends."""
SMALL_BYTES_MAX: Final = 8 * 1024**2
"""Of all small files of a form together: a cut-off of a thousand instruments in five copies, a kilobyte and signatures each."""
SMALL_FILES_MAX: Final = 20
"""As many heads as a body has, and copies to spare."""
_CONTENT_TYPE: Final = re.compile(r"multipart/form-data;\s*boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?", re.ASCII)
_DISPOSITION: Final = re.compile(r'form-data; name="([^"]{1,100})"(?:; filename="([^"]*)")?')
_ESCAPED: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@dataclass(slots=True)
class IncomingFile:
    """A file that arrives: what it is called here, and its bytes, once."""

    name: str
    _body: _Body
    _of: str
    """The name of its field."""
    _has_several: bool
    following: IncomingFile | None = None
    """The next file of a form that may have several; known once this one was read to its end."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file as it comes; raise Invalid where its end, or that of the form or the next file's head, does not come."""
        async for piece in self._body.part():
            yield piece
        head = await self._body.next_part()
        if head is None:
            return
        name, called = head
        if not self._has_several or name != self._of or not called:
            raise no_form("something stands behind its file")
        self.following = IncomingFile(kept_name(called), self._body, name, _has_several=True)

    async def pass_over(self) -> None:
        """Read what is left of it, within bounds, and keep nothing: whoever sends it then sees the answer."""
        passed = 0
        with suppress(EntenteError, TimeoutError, ClientDisconnect):
            async with asyncio.timeout(FORM_SECONDS_MAX):
                while True:
                    async for piece in self._body.part():
                        passed += len(piece)
                        if passed > PASSED_OVER_BYTES_MAX:
                            return
                    if await self._body.next_part() is None:
                        return


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it was sent: its fields, and its file where it has one."""

    fields: dict[str, str]
    file: IncomingFile | None = None
    small: tuple[SentFile, ...] = ()


def is_multipart(request: Request) -> bool:
    """Say whether a form is sent in parts."""
    return request.headers.get("content-type", "").lower().startswith("multipart/")


def declared_bytes(request: Request) -> int:
    """Return how many bytes a form says it has, its file among them; 0 where it does not say."""
    declared = request.headers.get("content-length", "")
    return int(declared[:20]) if declared.isascii() and declared.isdigit() else 0


async def posted_in_parts(
    request: Request, file: str, several: frozenset[str], *, small: str = "", has_several_files: bool = False
) -> Posted:
    """Return the fields of a form and the file behind them; raise Invalid for what is no such form, too large or too slow.

    `file` is the name of the field that is a file, or several files one behind the other; `small` of one with small files, which
    are read whole. One that was left empty is none.
    """
    stated = _CONTENT_TYPE.fullmatch(request.headers.get("content-type", ""))
    if stated is None:
        raise no_form("its parts are not marked off as browsers do it")
    body = _Body(request.stream(), b"\r\n--" + stated[1].encode("ascii"))
    try:
        async with asyncio.timeout(FORM_SECONDS_MAX):
            return await _read(body, file, several, small, has_several_files=has_several_files)
    except TimeoutError as error:
        raise no_form(f"its fields did not arrive within {FORM_SECONDS_MAX:.0f} seconds") from error


async def _read(body: _Body, file: str, several: frozenset[str], small: str, *, has_several_files: bool) -> Posted:
    pairs: list[tuple[str, str]] = []
    files: list[SentFile] = []
    size = small_size = parts = 0
    while (head := await body.next_part()) is not None:
        name, called = head
        parts += 1
        if parts > FORM_FIELDS_MAX:
            raise no_form(f"it has more than {FORM_FIELDS_MAX} fields")
        if called is not None:
            if not name or name not in {file, small}:
                raise no_form(f"nobody reads a file in its field {name[:40]!a}")
            if not called:
                # As browsers send a field of a file that nobody chose.
                if [piece async for piece in body.part() if piece]:
                    raise no_form("its file has no name")
                continue
            if name == file:
                incoming = IncomingFile(kept_name(called), body, name, has_several_files)
                return Posted(gathered(pairs, several), incoming, tuple(files))
            if len(files) == SMALL_FILES_MAX:
                raise no_form(f"it has more than {SMALL_FILES_MAX} files")
            data = await _whole(
                body, SMALL_BYTES_MAX - small_size, f"its files have more than {size_said(SMALL_BYTES_MAX)}"
            )
            small_size += len(data)
            files.append(SentFile(kept_name(called), data))
            continue
        text = await _whole(body, FORM_BYTES_MAX - size, f"its fields have more than {size_said(FORM_BYTES_MAX)}")
        size += len(text)
        try:
            # A text over several lines has CR LF in it, as in a form without a file.
            pairs.append((name, text.decode("utf-8")))
        except UnicodeDecodeError as error:
            raise no_form(f"its field {name[:40]!a} is not UTF-8") from error
    return Posted(gathered(pairs, several), None, tuple(files))


async def _whole(body: _Body, most: int, otherwise: str) -> bytes:
    """Return a part that has at most so many bytes; raise Invalid, before more of it is held, for any other."""
    data = bytearray()
    async for piece in body.part():
        if len(data) + len(piece) > most:
            raise no_form(otherwise)
        data += piece
    return bytes(data)


@dataclass(slots=True)
class _Body:
    """The bytes of a form as they come, cut at its boundary."""

    stream: AsyncIterator[bytes]
    delimiter: bytes
    """CR LF, two hyphens, the boundary."""
    # The first boundary has no line before it; read as if it had, all are found alike.
    buffer: bytearray = field(default_factory=lambda: bytearray(b"\r\n"))
    is_begun: bool = False
    is_over: bool = False

    async def next_part(self) -> tuple[str, str | None] | None:
        """Return name and file name of the next part, None for a file name it does not have; None behind the last."""
        if not self.is_begun:
            self.is_begun = True
            await self._fill_to(len(self.delimiter))
            if not self.buffer.startswith(self.delimiter):
                raise no_form("something stands before its first part")
            del self.buffer[: len(self.delimiter)]
        await self._fill_to(2)
        ending = bytes(self.buffer[:2])
        del self.buffer[:2]
        if ending == b"--":
            self.is_over = True
            return None
        if ending != b"\r\n":
            raise no_form("a boundary in it does not end its line")
        return _names(await self._head())

    async def part(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the part that was begun, up to its boundary, which is taken away."""
        while (at := self.buffer.find(self.delimiter)) < 0:
            # All but what may be the beginning of a boundary.
            sure = len(self.buffer) - len(self.delimiter) + 1
            if sure > 0:
                piece = bytes(self.buffer[:sure])
                del self.buffer[:sure]
                yield piece
            await self._fill()
        piece = bytes(self.buffer[:at])
        del self.buffer[: at + len(self.delimiter)]
        yield piece

    async def _head(self) -> bytes:
        while (at := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > HEAD_BYTES_MAX:
                raise no_form(f"a part of it has a head of more than {size_said(HEAD_BYTES_MAX)}")
            await self._fill()
        if at > HEAD_BYTES_MAX:
            raise no_form(f"a part of it has a head of more than {size_said(HEAD_BYTES_MAX)}")
        head = bytes(self.buffer[:at])
        del self.buffer[: at + 4]
        return head

    async def _fill_to(self, size: int) -> None:
        while len(self.buffer) < size:
            await self._fill()

    async def _fill(self) -> None:
        piece = await anext(self.stream, None)
        if piece is None:
            raise no_form("it breaks off before its end")
        self.buffer += piece


def _names(head: bytes) -> tuple[str, str | None]:
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError as error:
        raise no_form("a name in it is not UTF-8") from error
    found = [line for line in lines if line.lower().startswith("content-disposition:")]
    if len(found) != 1 or (read := _DISPOSITION.fullmatch(found[0].partition(":")[2].strip())) is None:
        raise no_form("a part of it does not say what it is, as browsers do it")
    return _plain(read[1]), None if read[2] is None else _plain(read[2])


def _plain(text: str) -> str:
    for escaped, plain in _ESCAPED.items():
        text = text.replace(escaped, plain)
    return text
