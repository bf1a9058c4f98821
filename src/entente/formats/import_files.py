"""Files handed in for import: opened within bounds, and read through once before the first record is taken.

Plain, .gz, .bz2 and .zip with one member, told apart by their first bytes and never by their name. The first reading
decompresses everything, holds it against the bounds and checks that it is whole UTF-8 and, for XML, well formed and without a
document type; so that a broken or hostile file is refused with nothing of it imported. The second reading hands out the
same bytes. Source: docs/rules/records.md R2; bounds ours, beside the numbers.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast

from lxml import etree

from entente.kernel.errors import Invalid

ImportFormat = Literal["sdn_advanced", "ftm"]

TOTAL_BYTES_MAX = 4 * 1024**3
"""Forty times the OFAC list in SDN_ADVANCED XML (100 MB), three times the largest public collection of sanctions lists."""
RATIO_MAX = 200
"""Bytes out per byte in. The OFAC list reaches 17 to 30; a bomb of zeros 1,000 (deflate) to 1,000,000 (bzip2)."""
RATIO_FREE_BYTES = 4 * 1024**2
"""Below this size the ratio is not judged: a small list may be very regular."""
LINE_BYTES_MAX = 1024 * 1024
"""Of a line of JSON: a record has at most 1 MiB, as an envelope's body has (DESIGN section 4)."""
HEAD_BYTES = 64 * 1024
"""How much is read to tell the format."""
_PIECE_BYTES = 256 * 1024

XML_SECTIONS = (
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
)
"""The elements of SDN_ADVANCED XML that are read one by one and then discarded."""

_XML_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?Sanctions[\s>]")
_XML_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """A file as the records made from it name it: never by its folder."""

    name: str
    sha256: str
    """Of the file as it lies on disk, compressed or not."""
    date: str
    """The day it was last changed, in UTC; a reader that finds a date of issue inside uses that."""


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; empty at the end."""


def detect_format(path: Path) -> ImportFormat:
    """Tell the format by content; raise Invalid when it is none that is read."""
    with _opened(path) as raw, _bounded(raw, path.name) as stream:
        return _format_of(stream.read(HEAD_BYTES), path.name)


@contextmanager
def open_import(path: Path) -> Iterator[tuple[BinaryIO, FileIdentity]]:
    """Give the content of a file, checked whole, and its identity.

    Raises Invalid for a file that is empty, truncated, too large, compressed beyond belief, not UTF-8, not well formed, with a
    document type, or with a line beyond LINE_BYTES_MAX. Nothing is handed out before the check is through.
    """
    # One open file throughout: a list that is replaced meanwhile cannot slip in unchecked.
    with _opened(path) as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
        changed = datetime.fromtimestamp(os.fstat(raw.fileno()).st_mtime, UTC).date().isoformat()
        with _bounded(raw, path.name) as stream:
            _check_whole(stream, path.name)
        with _bounded(raw, path.name) as stream:
            yield cast("BinaryIO", stream), FileIdentity(path.name, digest, changed)


class _Bounded(io.RawIOBase):
    """A decompressed stream that stops at the bounds and names every fault of the compression."""

    def __init__(self, inner: _Readable, size: int, name: str) -> None:
        super().__init__()
        self._inner = inner
        self._most = min(TOTAL_BYTES_MAX, max(size * RATIO_MAX, RATIO_FREE_BYTES))
        self._given = 0
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            piece = self._inner.read(len(view))
        except EOFError as error:
            raise bad_file(self._name, "it ends in the middle", "Fetch it again; it was cut off.") from error
        except (OSError, zlib.error, zipfile.BadZipFile) as error:
            raise bad_file(self._name, f"its compression is damaged ({error})", "Fetch it again.") from error
        self._given += len(piece)
        if self._given > self._most:
            why = f"it unfolds to more than {self._most:,} bytes: {RATIO_MAX} times its size, or {TOTAL_BYTES_MAX:,} in all"
            raise bad_file(
                self._name, why, "Do not open it; ask whoever sent it. If the list really is so large, cut it in parts."
            )
        view[: len(piece)] = piece
        return len(piece)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    if path.exists() and not path.is_file():
        # A pipe would be waited for without end, and a device read without one.
        raise bad_file(path.name, "it is no regular file", "Hand in the list itself.")
    try:
        raw = path.open("rb")
    except OSError as error:
        raise bad_file(path.name, f"it cannot be opened: {error.strerror}", "Check the path and the rights.") from error
    with raw:
        yield raw


@contextmanager
def _bounded(raw: io.BufferedReader, name: str) -> Iterator[io.BufferedReader]:
    """Give the content of a file from its beginning, decompressed within bounds."""
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    magic = raw.read(4)
    raw.seek(0)
    if magic == b"PK\x03\x04":
        with _open_member(raw, name) as member:
            yield io.BufferedReader(_Bounded(member, size, name), _PIECE_BYTES)
        return
    inner: _Readable = raw
    if magic[:2] == b"\x1f\x8b":
        inner = gzip.GzipFile(fileobj=raw)
    elif magic[:3] == b"BZh":
        inner = bz2.BZ2File(raw)
    yield io.BufferedReader(_Bounded(inner, size, name), _PIECE_BYTES)


@contextmanager
def _open_member(raw: io.BufferedReader, name: str) -> Iterator[_Readable]:
    try:
        with zipfile.ZipFile(raw) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1 or members[0].flag_bits & 1:
                why = f"the archive holds {len(members)} files, or a locked one"
                raise bad_file(name, why, "Pack the one list alone, without a password, or hand in the list itself.")
            with archive.open(members[0]) as member:
                yield cast("_Readable", member)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise bad_file(name, f"the archive is damaged ({error})", "Fetch it again.") from error


def _check_whole(stream: io.BufferedReader, name: str) -> None:
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    if _format_of(head, name) == "sdn_advanced":
        _check_xml(stream, name)
    else:
        _check_lines(stream, name)


def _check_lines(stream: io.BufferedReader, name: str) -> None:
    number = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(line) > LINE_BYTES_MAX:
            why = f"line {number} has more than {LINE_BYTES_MAX:,} bytes"
            raise bad_file(name, why, "Write one object on each line; a file attached inside a record is left out.")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_file(
                name, f"line {number} is not UTF-8 at byte {error.start + 1}", "Save the list as UTF-8."
            ) from error


def _check_xml(stream: io.BufferedReader, name: str) -> None:
    # With the parser and the bounds of the reading that follows, so that what passes here passes there.
    try:
        for _, element in iterate_xml(stream, XML_SECTIONS):
            discard(element)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(name, error) from error


def iterate_xml(stream: BinaryIO, tags: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
    """Yield (local name, element) of these tags as they end, without entities, network or a document type.

    The caller discards each element. Raises lxml's XMLSyntaxError; Invalid when there is a document type.
    """
    wanted = tuple(f"{{*}}{tag}" for tag in tags)
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=wanted,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_first = True
    for _, element in events:
        if is_first and element.getroottree().docinfo.internalDTD is not None:
            raise _document_type("in XML")
        is_first = False
        yield element.tag.rpartition("}")[2], element


def _document_type(name: str) -> Invalid:
    return bad_file(
        name, "it declares a document type, and with it entities", "Take the list from its publisher again."
    )


def discard(element: etree._Element) -> None:
    """Free an element that has been read, and everything before it, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def not_well_formed(name: str, error: etree.XMLSyntaxError) -> Invalid:
    """Return what an officer is told about XML that cannot be read."""
    return bad_file(
        name, f"it is not well-formed XML in UTF-8: {error.msg}", "Fetch it again; it was cut off or changed."
    )


def _format_of(head: bytes, name: str) -> ImportFormat:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text:
        raise bad_file(name, "it is empty", "Check that it was fetched whole.")
    if text.startswith(b"{"):
        return "ftm"
    if text.startswith(b"<"):
        stated = _XML_ENCODING.match(text)
        if stated is not None and stated[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
            raise bad_file(name, f"it is in {stated[1].decode('latin-1')[:20]}, not UTF-8", "Save the list as UTF-8.")
        if b"<!DOCTYPE" in text:
            raise _document_type(name)
        if _XML_ROOT.search(text):
            return "sdn_advanced"
    why = "it is neither SDN_ADVANCED XML nor FollowTheMoney JSON lines in UTF-8"
    raise bad_file(name, why, "Hand in a list in one of these formats; docs/guides/import.md says how to make one.")


def bad_file(name: str, why: str, do: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid(f"The file {name} cannot be imported.", field="file", why=f"The file {name}: {why}.", do=do)
