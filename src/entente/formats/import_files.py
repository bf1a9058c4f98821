"""Files handed in for import: opened within bounds, and read through once before the first record is taken.

Plain, .gz, .bz2 and .zip with one member, told apart by their first bytes and never by their name. The first reading
decompresses everything, holds it against the bounds and checks that it is whole UTF-8 and, for XML, well formed and without a
document type; so that a broken or hostile file is refused with nothing of it imported. The second reading hands out the
same bytes. Source: docs/rules/records.md R2; bounds ours, beside the numbers.
"""

from __future__ import annotations

import bz2
import codecs
import contextlib
import gzip
import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast

from lxml import etree

from entente.kernel.errors import Invalid
from entente.kernel.sizes import size_said

ImportFormat = Literal["sdn_advanced", "un_consolidated", "eu_fsf", "public_notices", "stix", "ftm", "csv", "parquet"]

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

ENTRY_BYTES_MAX = 4 * 1024**2
"""From the end of one element that is read to the end of the next. The largest in use, the reference values of the OFAC list,
have 90 KB; whatever else a file puts between its entries, no more of it stands in memory."""
EU_NAMESPACE = "http://eu.europa.ec/fpi/fsd/export"


@dataclass(frozen=True, slots=True)
class XmlForm:
    """By what a list in XML is known, and which of its elements are read."""

    title: str
    root: str
    namespace: str | None
    """Of the root; None where each is read, since elements are found in the namespace they stand in."""
    sections: tuple[str, ...]
    """The elements that are read one by one and then discarded."""
    entries: frozenset[str]
    """Those of them of which a list has at least one."""


XML_FORMS: Mapping[ImportFormat, XmlForm] = {
    "sdn_advanced": XmlForm(
        "the list of the United States Treasury in SDN_ADVANCED XML",
        "Sanctions",
        None,
        (
            "DateOfIssue",
            "ReferenceValueSets",
            "Location",
            "IDRegDocument",
            "DistinctParty",
            "ProfileRelationship",
            "SanctionsEntry",
        ),
        frozenset({"DistinctParty"}),
    ),
    "un_consolidated": XmlForm(
        "the Consolidated List of the United Nations Security Council",
        "CONSOLIDATED_LIST",
        "",
        ("INDIVIDUAL", "ENTITY"),
        frozenset({"INDIVIDUAL", "ENTITY"}),
    ),
    "eu_fsf": XmlForm(
        "the consolidated list of financial sanctions of the European Union",
        "export",
        EU_NAMESPACE,
        ("sanctionEntity",),
        frozenset({"sanctionEntity"}),
    ),
}

_CHANGED = (
    "Nothing was imported. Compare the file with what its publisher says of the list;"
    " a new form needs a new version of the program."
)
_NOTICE_SIGNS = (b'"entity_id"', b'"notices"')
"""Names that stand in a notice, or a page of some, as the public interface gives them, and in no entity of FollowTheMoney."""
_STIX_SIGN = re.compile(rb'"type"\s*:\s*"bundle"|"spec_version"\s*:\s*"2\.|\A\{\s*"objects"\s*:\s*\[')
"""What stands in a bundle of STIX, or in what should be one, and in no entity of FollowTheMoney: there a type is a list."""
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
    with opened_file(path) as raw, bounded(raw, path.name) as stream:
        return _format_of(stream.read(HEAD_BYTES), path.name)


@contextmanager
def open_import(path: Path) -> Iterator[tuple[BinaryIO, FileIdentity]]:
    """Give the content of a file, checked whole, and its identity, as `checked_content` does."""
    # One open file throughout: a list that is replaced meanwhile cannot slip in unchecked.
    with opened_file(path) as raw, checked_content(raw, path.name) as (stream, file):
        yield stream, file


@contextmanager
def checked_content(raw: io.BufferedReader, name: str) -> Iterator[tuple[BinaryIO, FileIdentity]]:
    """Give the content of an open file, checked whole, and its identity.

    Raises Invalid for a file that is empty, truncated, too large, compressed beyond belief, not UTF-8, not well formed, with a
    document type, or with a line beyond LINE_BYTES_MAX. Nothing is handed out before the check is through.
    """
    file = identity_of(raw, name)
    with bounded(raw, name) as stream:
        _check_whole(stream, name)
    with bounded(raw, name) as stream:
        yield cast("BinaryIO", stream), file


def share_read(raw: io.BufferedReader) -> int | None:
    """Return how many thousandths of an open file's bytes were read, compressed or not; None once it is closed."""
    size = 0 if raw.closed else os.fstat(raw.fileno()).st_size
    return min(WHOLE, raw.tell() * WHOLE // size) if size else None


def identity_of(raw: io.BufferedReader, name: str) -> FileIdentity:
    """Return by what an open file is known."""
    raw.seek(0)
    changed = datetime.fromtimestamp(os.fstat(raw.fileno()).st_mtime, UTC).date().isoformat()
    return FileIdentity(name, hashlib.file_digest(raw, "sha256").hexdigest(), changed)


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
            most, whole = size_said(self._most), size_said(TOTAL_BYTES_MAX)
            why = f"it unfolds to more than {most}: {RATIO_MAX} times its size, or {whole} in all"
            raise bad_file(
                self._name, why, "Do not open it; ask whoever sent it. If the list really is so large, cut it in parts."
            )
        view[: len(piece)] = piece
        return len(piece)


WHOLE = 1_000
"""Thousandths of a file that was read to its end."""


@contextmanager
def opened_file(path: Path) -> Iterator[io.BufferedReader]:
    """Open a regular file; raise Invalid for what is none."""
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
def bounded(raw: io.BufferedReader, name: str) -> Iterator[io.BufferedReader]:
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
                why = f"files in the archive: {len(members)}, or a locked one"
                raise bad_file(name, why, "Pack the one list alone, without a password, or hand in the list itself.")
            with archive.open(members[0]) as member:
                yield cast("_Readable", member)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise bad_file(name, f"the archive is damaged ({error})", "Fetch it again.") from error


def _check_whole(stream: io.BufferedReader, name: str) -> None:
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    found = _format_of(head, name)
    form = XML_FORMS.get(found)
    if form is None:
        _check_lines(stream, name, b'"entity_id"' if found == "public_notices" else b"")
    else:
        _check_xml(stream, form, name)


def _check_lines(stream: io.BufferedReader, name: str, wanted: bytes) -> None:
    number, has_wanted = 0, not wanted
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        has_wanted |= wanted in line
        if len(line) > LINE_BYTES_MAX:
            why = f"line {number} has more than {size_said(LINE_BYTES_MAX)}"
            raise bad_file(name, why, "Write one object on each line; a file attached inside a record is left out.")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_file(
                name, f"line {number} is not UTF-8 at byte {error.start + 1}", "Save the list as UTF-8."
            ) from error

    if not has_wanted:
        raise bad_file(name, "it is a page of public notices, and has not one", "Ask the interface again, or for more.")


def _check_xml(stream: io.BufferedReader, form: XmlForm, name: str) -> None:
    # With the parser and the bounds of the reading that follows, so that what passes here passes there.
    has_entry = False
    try:
        for kind, element in iterate_xml(stream, form.sections, name):
            has_entry |= kind in form.entries
            discard(element)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(name, error) from error
    if not has_entry:
        wanted = ", ".join(f"«{kind}»" for kind in sorted(form.entries))
        raise bad_file(name, f"it is {form.title}, and has not one entry {wanted}", _CHANGED)


def iterate_xml(stream: BinaryIO, tags: tuple[str, ...], name: str) -> Iterator[tuple[str, etree._Element]]:
    """Yield (local name, element) of these tags as they end, without entities, network or a document type.

    The caller discards each element. Raises lxml's XMLSyntaxError; Invalid, with the file's name, for a document type and for an
    entry beyond ENTRY_BYTES_MAX.
    """
    wanted = tuple(f"{{*}}{tag}" for tag in tags)
    counted = _Counted(stream, name)
    events = etree.iterparse(
        counted,
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
            raise _document_type(name)
        is_first = False
        counted.given = 0
        yield element.tag.rpartition("}")[2], element


class _Counted:
    """A stream that is refused when an element that is read does not come or does not end."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.given += len(piece)
        if self.given > ENTRY_BYTES_MAX:
            why = f"more than {size_said(ENTRY_BYTES_MAX)} stand between the end of one entry and the end of the next"
            raise bad_file(self._name, why, "Take the list from its publisher again.")
        return piece


def _document_type(name: str) -> Invalid:
    return bad_file(
        name, "it declares a document type, and with it entities", "Take the list from its publisher again."
    )


def discard(element: etree._Element) -> None:
    """Free an element that has been read, and everything before it, so that memory stays flat."""
    element.clear()
    for one in (element, *element.iterancestors()):
        parent = one.getparent()
        while parent is not None and one.getprevious() is not None:
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
    if text.startswith((b"{", b"[")) and _STIX_SIGN.search(text):
        return "stix"
    if text.startswith((b"{", b"[")) and any(sign in text for sign in _NOTICE_SIGNS) and b'"properties"' not in text:
        return "public_notices"
    if text.startswith(b"{"):
        return "ftm"
    if text.startswith(b"<"):
        stated = _XML_ENCODING.match(text)
        if stated is not None and stated[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
            raise bad_file(name, f"it is in {stated[1].decode('latin-1')[:20]}, not UTF-8", "Save the list as UTF-8.")
        if b"<!DOCTYPE" in text:
            raise _document_type(name)
        return _xml_format_of(text, name)
    raise _no_format(name, "")


def _xml_format_of(head: bytes, name: str) -> ImportFormat:
    namespace, _, root = _root_of(head).rpartition("}")
    stated = namespace.removeprefix("{")
    for format_, form in XML_FORMS.items():
        if root == form.root and form.namespace in {None, stated}:
            return format_
        if root == form.root:
            why = (
                f"its root «{root}» stands in {_quoted(stated)}, and {form.title} in {_quoted(form.namespace or '')};"
                " its publisher changed it, or it is another list"
            )
            raise bad_file(name, why, _CHANGED)
    raise _no_format(name, root)


def _root_of(head: bytes) -> str:
    """Return the root's name with its namespace, or nothing where the head does not come to it."""
    parser = etree.XMLPullParser(
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    # What is wrong behind the root is said by the reading of the whole file.
    with contextlib.suppress(etree.XMLSyntaxError):
        parser.feed(head)
    return next((str(getattr(element, "tag", "")) for _, element in parser.read_events()), "")


def _quoted(namespace: str) -> str:
    return f"the namespace «{namespace[:100]}»" if namespace else "no namespace"


def _no_format(name: str, root: str) -> Invalid:
    titles = "; ".join(form.title for form in XML_FORMS.values())
    why = (
        f"it is neither XML of a list that is read ({titles}) nor public notices, a bundle of STIX or FollowTheMoney as JSON "
        f"in UTF-8, and its root is «{root[:40]}»"
        if root
        else f"it is neither XML of a list that is read ({titles}) nor public notices, a bundle of STIX or FollowTheMoney as "
        "JSON in UTF-8"
    )
    do = "Hand in a list in one of these formats, or a table (CSV, Parquet) with --mapping; the guide «Import a list» says how."
    return bad_file(name, why, do)


def bad_file(name: str, why: str, do: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid(f"The file {name} cannot be imported.", field="file", why=f"The file {name}: {why}.", do=do)
